//! What `doctor` says of each thing that can be lacking, and that the command which it names mends it.

// A test that cannot run here says so, rather than pass in silence.
#![allow(clippy::print_stderr)]

use crate::published::holds;
use crate::support::{GOALS, PATH, Place, Run};
use std::fs;
use std::path::Path;

/// A job of CI that looks at the goals.
const WORKFLOW: (&str, &str) = (".github/workflows/okr.yml", "jobs: { okr: { steps: [{ run: git okr ci }] } }\n");

/// What has goals merged by name and field, in every clone of a place that knows how.
const ATTRIBUTES: (&str, &str) = (".gitattributes", "okrs/**/*.toml merge=okr\n");

/// Makes every clone of a place know how to merge goals, as a person's own settings do.
fn knowing(place: Place) -> Place {
    fs::write(place.beside("home/.gitconfig"), "[merge \"okr\"]\n\tdriver = git okr merge-driver\n").expect("a file");
    place
}

/// Three check-ins, a configuration, a job and a way to merge: nothing is lacking.
fn sound() -> Place {
    let place = knowing(Place::with(&[(PATH, GOALS), ("okr.toml", "version = 1\n"), WORKFLOW, ATTRIBUTES]));
    for (day, value) in [("2026-10-20", "380"), ("2026-11-10", "350")] {
        place.commit(day, "Check in", &[(PATH, &GOALS.replace("= 400", &format!("= {value}")))]);
    }
    place
}

/// Clones a place under a name, as over a network.
fn clone(place: &Place, name: &str, arguments: &str) -> std::path::PathBuf {
    place.git(&["config", "uploadpack.allowFilter", "true"]);
    let command = format!("git clone -q {arguments} 'file://{}' {name}", place.root().display());
    assert_eq!(place.shell(&place.beside(""), &command, &[]), (true, String::new()));
    place.beside(name)
}

/// Says that this machine or its git cannot make what would be looked at.
#[allow(clippy::print_stderr)]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

fn visit(place: &Place, folder: &Path) -> Run {
    let run = place.okr_in(folder, &["doctor", "--format", "json"], &[]);
    assert!(run.code < 2, "{}", run.err);
    holds("doctor", &run.json());
    run
}

/// Gives the name and level of each remark.
fn remarks(run: &Run) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let json = run.json();
    let all = json["remarks"].as_array().expect("a list");
    all.iter().map(|remark| (text(&remark["name"]), text(&remark["level"]))).collect()
}

/// Asserts that one thing is remarked, with its exit code, and that it is gone after the command of that number.
#[track_caller]
fn mended_by(place: &Place, folder: &Path, name: &str, level: &str, way: usize) {
    let run = visit(place, folder);
    assert_eq!(remarks(&run), [(name.to_owned(), level.to_owned())], "{}", run.out);
    assert_eq!(run.code, i32::from(level == "error"), "{name}");
    let remark = &run.json()["remarks"][0];
    assert!(remark["why"].as_str().is_some_and(|why| why.len() > 20), "{remark:#}");
    let command = remark["mend"][way]["command"].as_str().expect("a command").to_owned();
    let human = place.okr_in(folder, &["doctor"], &[]).exits(run.code);
    assert!(human.out.lines().any(|line| line.trim() == command), "{command}\n{}", human.out);
    let (done, said) = place.shell(folder, &command, &[]);
    assert!(done, "{command}: {said}");
    let after = remarks(&visit(place, folder));
    assert!(after.iter().all(|remark| remark.0 != name), "after {command}: {after:?}");
}

#[test]
fn where_nothing_is_lacking_it_says_so() {
    let place = sound();
    let run = visit(&place, &place.root());
    assert_eq!((run.code, remarks(&run).len()), (0, 0), "{}", run.out);
    let human = "nothing is lacking; 3 commits touch the goals, nothing of their history is missing\n";
    assert_eq!(place.okr(&["doctor"]).exits(0).out, human);
    let bare = clone(&place, "bare", "--bare");
    let run = visit(&place, &bare);
    assert_eq!((run.code, remarks(&run).len()), (0, 0), "{}", run.out);
    let _ = place.okr_in(&place.beside(""), &["doctor"], &[]).exits(2).says("git init");
}

#[test]
fn what_git_left_out_is_fetched() {
    let place = sound();
    mended_by(&place, &clone(&place, "shallow", "--depth 1"), "shallow", "error", 0);
    // The edge of this one is the very first commit: nothing is behind it.
    mended_by(&place, &clone(&place, "deep-enough", "--depth 3"), "shallow", "info", 0);
    for filter in ["blob:none", "tree:0"] {
        let partial = clone(&place, &filter.replace(':', "-"), &format!("--filter={filter}"));
        assert_eq!(remarks(&visit(&place, &partial)), [("partial".to_owned(), "error".to_owned())], "{filter}");
        let (fetched, said) = place.shell(&partial, "git fetch --refetch --no-filter", &[]);
        assert!(fetched, "{said}");
        mended_by(&place, &partial, "partial", "info", 0);
    }
    let lossy = clone(&place, "lossy", "");
    let blob = place.git(&["rev-parse", &format!("HEAD~1:{PATH}")]);
    let unpack = "mv .git/objects/pack/*.pack p && git unpack-objects -q < p && rm -f p .git/objects/pack/*";
    assert!(place.shell(&lossy, unpack, &[]).0);
    fs::remove_file(lossy.join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..]))).expect("a loose object");
    mended_by(&place, &lossy, "missing-object", "error", 1);
}

#[test]
fn what_rewrites_history_is_kept_or_dropped() {
    let place = sound();
    let graft = || {
        let line = place.git(&["rev-parse", "HEAD~1"]) + "\n";
        place.write(".git/info/grafts", line);
    };
    for way in [0, 1] {
        graft();
        mended_by(&place, &place.root(), "grafts", "warning", way);
        if way == 0 {
            mended_by(&place, &place.root(), "replaced", "warning", 1);
        }
    }
    place.shell(&place.root(), "rm grafts.old", &[]);
    // Git reads this file, libgit2 does not.
    let lines = format!("# cut here\n{}\n", place.git(&["rev-parse", "HEAD~1"]));
    place.write(".git/info/grafts", lines);
    let _ = place.okr(&["status"]).exits(2).says("line 1").says("--convert-graft-file");
    mended_by(&place, &place.root(), "grafts-unreadable", "error", 0);
    assert_eq!(remarks(&visit(&place, &place.root())), [("replaced".to_owned(), "warning".to_owned())]);
}

#[test]
fn a_large_history_wants_a_commit_graph_with_filters() {
    let place = sound();
    let write = "git commit-graph write --reachable";
    place.write(".git/objects/info/commit-graph", "no graph");
    mended_by(&place, &place.root(), "commit-graph-damaged", "info", 0);
    assert!(place.shell(&place.root(), "rm .git/objects/info/commit-graph", &[]).0);
    let many: String = (0..70_000).map(|n| format!("blob\ndata <<E\n{n}\nE\n")).collect();
    fs::write(place.beside("many"), many).expect("a file");
    let (imported, said) = place.shell(&place.root(), "git fast-import --quiet < ../many", &[]);
    assert!(imported, "{said}");
    mended_by(&place, &place.root(), "commit-graph", "info", 0);
    assert!(place.shell(&place.root(), &format!("{write} --no-changed-paths"), &[]).0);
    mended_by(&place, &place.root(), "changed-paths", "info", 0);
    assert!(place.shell(&place.root(), "rm .git/objects/info/commit-graph", &[]).0);
    assert!(place.shell(&place.root(), &format!("{write} --split --changed-paths"), &[]).0);
    assert_eq!(remarks(&visit(&place, &place.root())), []);
}

#[test]
fn an_index_that_libgit2_cannot_read_is_turned_back() {
    let place = sound();
    place.commit("2026-11-11", "More", &[("src/deep/a.txt", "a"), ("src/b.txt", "b")]);
    place.git(&["update-index", "--split-index"]);
    mended_by(&place, &place.root(), "index", "error", 0);
    place.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "okrs"]);
    let _ = place.okr(&["status"]).exits(2).says("--no-sparse-index");
    mended_by(&place, &place.root(), "index", "error", 0);
}

#[test]
fn what_keeps_a_repository_shut_is_said() {
    let place = sound();
    let outside = place.beside("");
    let shut = |name: &str, folder: &str, make: &str, inside: &str| {
        let (made, said) = place.shell(&outside, make, &[]);
        if !made {
            skipped(&format!("{name}: {said}"));
            return;
        }
        mended_copy(&place, &outside.join(folder), name, inside);
    };
    let goals = "mkdir -p okrs/a && cp ../repo/okr.toml . && cp ../repo/okrs/2026-Q4/team.toml okrs/a && git add . && \
                 git commit -qm goals";
    for (name, format) in [("sha256", "--object-format=sha256"), ("reftable", "--ref-format=reftable")] {
        shut(name, name, &format!("git init -q {format} {name} && cd {name} && {goals}"), "COPY");
    }
    let extended =
        "git init -q ext && cd ext && git config core.repositoryformatversion 1 && git config extensions.x 1";
    let (made, _) = place.shell(&outside, extended, &[]);
    assert!(made);
    let run = visit(&place, &outside.join("ext"));
    assert_eq!((run.code, remarks(&run)[0].0.as_str()), (1, "extension"), "{}", run.out);
    assert!(run.json()["history"].is_null() && run.out.contains("extensions.x"), "{}", run.out);

    assert!(place.shell(&place.root(), "git worktree add -q ../linked && mv ../repo ../moved", &[]).0);
    let run = visit(&place, &place.beside("linked"));
    assert_eq!((run.code, remarks(&run)[0].0.as_str()), (1, "worktree"), "{}", run.out);
    let (mended, said) = place.shell(&place.beside("moved"), "git worktree repair ../linked", &[]);
    assert!(mended, "{said}");
    assert_eq!(visit(&place, &place.beside("linked")).code, 0);
}

/// Asserts that a shut repository is remarked, and that the copy which the command makes is open and has the goals.
#[track_caller]
fn mended_copy(place: &Place, folder: &Path, name: &str, copy: &str) {
    let run = visit(place, folder);
    assert_eq!((run.code, remarks(&run)), (1, vec![(name.to_owned(), "error".to_owned())]), "{}", run.out);
    let command = run.json()["remarks"][0]["mend"][0]["command"].as_str().expect("a command").to_owned();
    let (done, said) = place.shell(folder, &format!("{command} && git -C {copy} reset -q --hard"), &[]);
    assert!(done, "{command}: {said}");
    let after = visit(place, &folder.join(copy));
    assert_eq!((after.code, after.json()["history"]["commits"].as_u64()), (0, Some(1)), "{}", after.out);
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_trusted_by_its_owner_alone() {
    let place = sound();
    for folder in [place.root(), place.root().join(".git")] {
        if std::os::unix::fs::chown(&folder, Some(12_345), None).is_err() {
            skipped("only root can give a folder away");
            return;
        }
    }
    let run = visit(&place, &place.root());
    assert_eq!((run.code, remarks(&run)), (1, vec![("owner".to_owned(), "error".to_owned())]), "{}", run.out);
    let command = run.json()["remarks"][0]["mend"][0]["command"].as_str().expect("a command").to_owned();
    // The tests' git writes its global configuration nowhere; a user's writes it into the home folder.
    let home = place.beside("home/.gitconfig");
    let (done, said) = place.shell(&place.root(), &command, &[("GIT_CONFIG_GLOBAL", home.to_str().expect("UTF-8"))]);
    assert!(done, "{command}: {said}");
    assert_eq!(visit(&place, &place.root()).code, 0);
}

#[test]
fn goals_and_settings_that_are_not_there_are_begun() {
    let place = Place::repository();
    let run = visit(&place, &place.root());
    let names: Vec<String> = remarks(&run).into_iter().map(|remark| remark.0).collect();
    assert_eq!((run.code, names), (1, vec!["no-goals".to_owned(), "no-commit".to_owned()]), "{}", run.out);
    assert!(place.shell(&place.root(), "git okr init --merge-driver", &[]).0);
    mended_by(&place, &place.root(), "no-commit", "info", 0);
    assert!(place.shell(&place.root(), "git rm -q okr.toml", &[]).0);
    mended_by(&place, &place.root(), "no-settings", "info", 0);

    place.write("okr.toml", "version = 2\n");
    let run = visit(&place, &place.root());
    assert_eq!((run.code, remarks(&run)[0].0.as_str()), (1, "goals-unreadable"), "{}", run.out);
}

#[test]
fn a_crowded_folder_is_split_by_cycle_or_by_letter() {
    let goals = |at: usize, cycle: &str| GOALS.replace("speed", &format!("speed-{at}")).replace("2026-Q4", cycle);
    let place = knowing(Place::with(&[("okr.toml", "[rules.folder-crowded]\nmax = 2\n"), WORKFLOW, ATTRIBUTES]));
    for (at, cycle) in ["2026-Q3", "2026-Q4", "2026-Q4"].into_iter().enumerate() {
        place.write(&format!("okrs/my goals/{at}.toml"), goals(at, cycle));
    }
    place.commit("2026-10-20", "Add goals", &[]);
    mended_by(&place, &place.root(), "folder-crowded", "info", 0);
    assert!(place.root().join("okrs/my goals/2026-Q4/1.toml").exists());
    place.commit("2026-10-21", "One more", &[("okrs/my goals/2026-Q4/x.toml", &goals(9, "2026-Q4"))]);
    mended_by(&place, &place.root(), "folder-crowded", "info", 0);
    assert!(place.root().join("okrs/my goals/2026-Q4/x/x.toml").exists());
    place.commit("2026-10-22", "Split", &[]);
    let status = place.okr(&["log", "--cycle", "2026-Q4", "--format", "json"]).exits(0).json();
    let kinds: Vec<_> = status["events"].as_array().expect("a list").iter().map(|event| &event["kind"]).collect();
    assert!(kinds.iter().all(|kind| *kind == "created"), "moving a file loses nothing: {kinds:?}");
}

#[test]
fn goals_that_no_job_looks_at_are_a_hint() {
    let ci = (".github/workflows/ci.yml", "on: push\n");
    let place = knowing(Place::with(&[(PATH, GOALS), ("okr.toml", "version = 1\n"), ci, ATTRIBUTES]));
    mended_by(&place, &place.root(), "no-workflow", "info", 0);
    place.git(&["clean", "-qfd"]);
    place.commit("2026-10-06", "Call it", &[(".gitlab-ci.yml", "okr: { script: git-okr ci }\n")]);
    assert_eq!(remarks(&visit(&place, &place.root())), []);
}

#[test]
fn goals_that_are_merged_line_by_line_are_a_hint() {
    let settings = ("okr.toml", "version = 1\npaths = [\"okrs\", \"my goals\"]\n");
    let other = ("my goals/2026.toml", &*GOALS.replace("2026-Q4", "2026"));
    let place = Place::with(&[(PATH, GOALS), other, settings, WORKFLOW]);
    mended_by(&place, &place.root(), "merge-driver", "info", 0);
    assert_eq!(place.git(&["check-attr", "merge", "--", "my goals/2026.toml"]), "my goals/2026.toml: merge: okr");
    place.git(&["config", "--remove-section", "merge.okr"]);
    mended_by(&place, &place.root(), "merge-driver", "info", 0);
    place.write(".gitattributes", "okrs/**/*.toml merge=okr\n");
    let _ = visit(&place, &place.root()).says("does not name the merge driver");
    mended_by(&place, &place.root(), "merge-driver", "info", 0);
}

#[test]
fn an_unreadable_revision_is_a_hint() {
    let place = sound();
    place.commit("2026-11-12", "Break it", &[(PATH, "cycle = = 1\n")]);
    place.commit("2026-11-13", "Mend it", &[(PATH, GOALS)]);
    let run = visit(&place, &place.root());
    assert_eq!((run.code, remarks(&run)), (0, vec![("unreadable".to_owned(), "info".to_owned())]), "{}", run.out);
    let command = run.json()["remarks"][0]["mend"][0]["command"].as_str().expect("a command").to_owned();
    assert_eq!(place.shell(&place.root(), &command, &[]), (true, "cycle = = 1\n".to_owned()));
}
