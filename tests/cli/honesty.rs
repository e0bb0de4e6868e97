//! In every state that a clone can be in: as many commits as `git rev-list` lists there, or a history that says what is
//! missing. Git itself is the judge.

use crate::support::{GOALS, PATH, Place, Run};
use serde_json::Value;
use std::path::Path;

const NOT_LAZY: &[(&str, &str)] = &[("GIT_NO_LAZY_FETCH", "1")];

/// Ten commits on two lines and their merge, every other one on goals.
fn shop() -> Place {
    let place = Place::with(&[(PATH, GOALS)]);
    let check_in = |day: &str, value: &str| place.commit(day, "Check in", &[(PATH, &GOALS.replace("400", value))]);
    let code = |day: &str| place.commit(day, "Write code", &[("src/code", day)]);
    code("2026-10-06");
    check_in("2026-10-07", "390");
    place.git(&["checkout", "-q", "-b", "side"]);
    check_in("2026-10-08", "385");
    place.git(&["checkout", "-q", "-"]);
    code("2026-10-09");
    check_in("2026-10-10", "370");
    place.git_on("2026-10-11", &["merge", "-q", "-s", "ours", "-m", "Merge", "side"]);
    code("2026-10-12");
    check_in("2026-10-13", "360");
    check_in("2026-10-14", "350");
    place
}

/// Counts as git does; `None` where git cannot.
fn counted(place: &Place, folder: &Path, environment: &[(&str, &str)]) -> Option<u64> {
    let (counted, said) = place.shell(folder, "git rev-list --count HEAD -- okrs 2>/dev/null", environment);
    counted.then(|| said.trim().parse().expect("a number"))
}

fn log(place: &Place, folder: &Path, environment: &[(&str, &str)]) -> Run {
    place.okr_in(folder, &["log", "--format", "json"], environment).exits(0)
}

/// The words for what is not known.
fn kinds(history: &Value) -> Vec<&str> {
    history["degraded"].as_array().expect("a list").iter().map(|one| one["kind"].as_str().expect("a word")).collect()
}

/// Asserts that the history has as many commits as git lists, and says what it lacks.
#[track_caller]
fn equal(place: &Place, folder: &Path, environment: &[(&str, &str)], lacking: &[&str]) -> u64 {
    let history = log(place, folder, environment).json()["history"].take();
    let commits = counted(place, folder, environment).expect("git can count");
    assert_eq!(history["commits"].as_u64(), Some(commits), "{history:#}");
    assert_eq!(kinds(&history), lacking, "{history:#}");
    let complete = lacking.iter().all(|kind| *kind == "unreadable");
    assert_eq!(history["complete"], complete, "{history:#}");
    commits
}

/// Runs a test without a commit-graph, with one, and with one that has Bloom filters, written while all was there.
fn with_every_graph(test: impl Fn(&Place)) {
    for graph in ["", "git commit-graph write --reachable", "git commit-graph write --reachable --changed-paths"] {
        let place = shop();
        let (written, said) = place.shell(&place.root(), graph, &[]);
        assert!(written, "{said}");
        assert_eq!(equal(&place, &place.root(), &[], &[]), 5, "{graph}");
        test(&place);
    }
}

fn clone(place: &Place, name: &str, arguments: &str) -> std::path::PathBuf {
    place.git(&["config", "uploadpack.allowFilter", "true"]);
    let command = format!("git clone -q {arguments} 'file://{}' {name}", place.root().display());
    assert_eq!(place.shell(&place.beside(""), &command, &[]), (true, String::new()));
    place.beside(name)
}

#[test]
fn a_shallow_clone_counts_what_it_has() {
    let place = shop();
    let counts: Vec<u64> = (1..=6)
        .map(|depth| {
            let clone = clone(&place, &format!("depth-{depth}"), &format!("--depth {depth}"));
            let history = log(&place, &clone, &[]).json()["history"].take();
            // The merge is in the clone from a depth of 4 on, and with it two lines that are cut.
            let edges = kinds(&history);
            assert!(!edges.is_empty() && edges.iter().all(|kind| *kind == "shallow"), "{history:#}");
            equal(&place, &clone, &[], &edges)
        })
        .collect();
    assert!(counts.is_sorted() && counts[0] == 1, "{counts:?}");
    for depth in [7, 8, 9] {
        let clone = clone(&place, &format!("depth-{depth}"), &format!("--depth {depth}"));
        // An edge with nothing behind it is none.
        let edges = std::fs::read_to_string(clone.join(".git/shallow")).unwrap_or_default();
        let cut = edges.lines().filter(|id| place.git(&["cat-file", "-p", id]).contains("\nparent ")).count();
        equal(&place, &clone, &[], &vec!["shallow"; cut]);
    }
    // What history rules would have to pass over fails instead; the views warn.
    let cut = place.beside("depth-2");
    let _ = place.okr_in(&cut, &["check", "--select", "history"], &[]).exits(1).says("history-shallow");
    for command in ["status", "log", "report"] {
        let _ = place.okr_in(&cut, &[command], &[]).exits(0).says("git fetch --unshallow");
    }
}

#[test]
fn grafts_count_as_git_counts_them() {
    with_every_graph(|place| {
        let id = |revision: &str| place.git(&["rev-parse", revision]);
        let (newer, older, root) = (id("HEAD~1"), id("HEAD~5"), id("HEAD~7"));
        let nowhere = "1".repeat(40);
        for (grafts, commits) in [
            (format!("{newer}\n"), Some(2)),
            (format!("{newer} {older}\n"), None),
            (format!("{newer} {older} {root}\n"), None),
            // Of two lines for one commit git takes the first.
            (format!("{newer} {older}\n{newer}\n"), None),
            (format!("{root} {nowhere}\n{newer}"), Some(2)),
        ] {
            place.write(".git/info/grafts", &grafts);
            let counted = equal(place, &place.root(), &[], &[]);
            assert!(commits.is_none_or(|commits| commits == counted), "{grafts}");
        }
        // A graft onto a commit that is not there: git gives up, and the history says what is missing.
        place.write(".git/info/grafts", format!("{newer} {nowhere}\n"));
        assert_eq!(counted(place, &place.root(), &[]), None);
        let history = log(place, &place.root(), &[]).json()["history"].take();
        assert_eq!((&history["complete"], kinds(&history)), (&Value::Bool(false), vec!["missing-object"]));
    });
}

#[test]
fn replacements_count_as_git_counts_them() {
    with_every_graph(|place| {
        for replace in [
            "git replace --graft HEAD~2 HEAD~6",
            "git replace HEAD~1 HEAD~5",
            "git replace HEAD~1:okrs HEAD~5:okrs",
            "git replace HEAD~1: HEAD~5:",
            "git replace --graft HEAD~2 HEAD~6 && git pack-refs --all",
        ] {
            let (done, said) = place.shell(&place.root(), replace, &[]);
            assert!(done, "{replace}: {said}");
            equal(place, &place.root(), &[], &[]);
            assert_eq!(equal(place, &place.root(), &[("GIT_NO_REPLACE_OBJECTS", "1")], &[]), 5, "{replace}");
            place.git(&["config", "core.useReplaceRefs", "false"]);
            assert_eq!(equal(place, &place.root(), &[], &[]), 5, "{replace}");
            place.git(&["config", "--unset", "core.useReplaceRefs"]);
            let (done, said) = place.shell(&place.root(), "git replace -d $(git replace -l)", &[]);
            assert!(done, "{said}");
        }
    });
}

#[test]
fn a_partial_clone_says_what_it_lacks() {
    let place = shop();
    let blobless = clone(&place, "blobless", "--filter=blob:none");
    assert_eq!(equal(&place, &blobless, NOT_LAZY, &["partial"]), 5);
    for (name, filter) in [("treeless", "tree:0"), ("shallow-trees", "tree:1")] {
        let clone = clone(&place, name, &format!("--filter={filter}"));
        assert_eq!(counted(&place, &clone, NOT_LAZY), None, "{name}: git has no trees to count by");
        let history = log(&place, &clone, NOT_LAZY).json()["history"].take();
        assert_eq!((&history["complete"], kinds(&history)), (&Value::Bool(false), vec!["partial"]), "{name}");
        // Git counts, and fetches as it does so; then there is the same to count for us.
        assert_eq!(counted(&place, &clone, &[]), Some(5), "{name}");
        assert_eq!(equal(&place, &clone, NOT_LAZY, &["partial"]), 5, "{name}");
    }
}

#[test]
fn a_missing_object_is_never_passed_over() {
    with_every_graph(|place| {
        let lost = place.beside("lost");
        // What a commit-graph knows of a commit that no event is about, nobody has to read: git counts past it too.
        let graph = place.root().join(".git/objects/info/commit-graph").exists();
        for (what, matters) in [
            ("HEAD~1", true),
            ("HEAD~5", !graph),
            ("HEAD~1:", true),
            ("HEAD~1:okrs", true),
            (&*format!("HEAD~1:{PATH}"), true),
            (&*format!("HEAD~5:{PATH}"), true),
            ("HEAD~2:src/code", false),
            ("HEAD~2:src", false),
        ] {
            let id = place.git(&["rev-parse", what]);
            let object = place.root().join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
            std::fs::rename(&object, &lost).expect("a loose object");
            // What an earlier run knows of a commit would be right without the object.
            let _ = std::fs::remove_dir_all(place.root().join(".git/okr"));
            let run = log(place, &place.root(), &[]);
            let history = run.json()["history"].take();
            let lacking: &[&str] = if matters { &["missing-object"] } else { &[] };
            assert_eq!(kinds(&history), lacking, "{what}: {history:#}");
            assert_eq!(history["complete"], !matters, "{what}");
            if matters {
                let said = history["degraded"][0]["message"].as_str().expect("text");
                assert!(said.contains(&id) && run.err.contains("git fsck"), "{what}: {said}\n{}", run.err);
                let _ = place.okr(&["check", "--select", "history"]).exits(1).says("history-shallow");
            }
            // Where git counts by trees alone, so do we.
            if what.contains(PATH) || !matters {
                assert_eq!(history["commits"].as_u64(), counted(place, &place.root(), &[]), "{what}");
            }
            std::fs::rename(&lost, &object).expect("back again");
        }
        equal(place, &place.root(), &[], &[]);
    });
}

#[test]
fn a_damaged_object_counts_as_missing() {
    let place = shop();
    let id = place.git(&["rev-parse", &format!("HEAD~1:{PATH}")]);
    let object = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
    let whole = std::fs::read(place.root().join(&object)).expect("a loose object");
    // libgit2 never returns from the last of these.
    for damage in [b"", &b"no zlib stream"[..], &whole[..whole.len() / 2]] {
        // Git writes objects read-only; a disk that fails does not ask.
        std::fs::remove_file(place.root().join(&object)).expect("a loose object");
        place.write(&object, damage);
        equal(&place, &place.root(), &[], &["missing-object"]);
        let run = log(&place, &place.root(), &[]);
        assert!(run.err.contains(&id) && run.err.contains("git fsck"), "{}", run.err);
    }
}

#[test]
fn unreadable_revisions_are_counted_and_named() {
    with_every_graph(|place| {
        place.commit("2026-10-20", "Break it", &[(PATH, "cycle = = 1\n")]);
        place.commit("2026-10-21", "No text", &[(PATH, "\u{0}")]);
        place.commit("2026-10-22", "A word for a number", &[(PATH, &GOALS.replace("400", "\"fast\""))]);
        place.commit("2026-10-23", "Mend it", &[(PATH, GOALS)]);
        assert_eq!(equal(place, &place.root(), &[], &["unreadable", "unreadable", "unreadable"]), 9);
        let history = log(place, &place.root(), &[]).json()["history"].take();
        for one in history["degraded"].as_array().expect("a list") {
            assert_eq!(one["path"], PATH);
            assert!(one["help"].as_str().is_some_and(|help| help.contains("git show")), "{one:#}");
        }
        let _ = place.okr(&["check", "--select", "history"]).exits(0).says("history-unreadable");
        let _ = place.okr(&["check", "--select", "history", PATH]).exits(0).says("history-unreadable");
        place.write("okrs/2026-Q4/other.toml", GOALS.replace("\"speed\"", "\"other\""));
        let other = place.okr(&["check", "--select", "history", "okrs/2026-Q4/other.toml"]).exits(0);
        let _ = other.hides("history-unreadable");
        std::fs::remove_file(place.root().join("okrs/2026-Q4/other.toml")).expect("removed");
    });
}
