//! What is kept between runs changes no answer, whatever becomes of it, and never grows without end.

use crate::support::{GOALS, PATH, Place};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const LOG: [&str; 3] = ["log", "--format", "json"];
const ANEW: [&str; 4] = ["log", "--format", "json", "--no-cache"];

/// Makes a repository with check-ins on a branch and on the line itself, a late goalpost and a revision that does not
/// parse.
fn company() -> Place {
    let place = Place::with(&[(PATH, GOALS)]);
    place.git(&["branch", "side"]);
    place.commit("2026-10-06", "Broken", &[(PATH, "not toml")]);
    place.commit("2026-10-07", "Measure", &[(PATH, &GOALS.replace("current = 400", "current = 390"))]);
    place.commit("2026-10-08", "Other work", &[("src/code", "1")]);
    place.git(&["checkout", "-q", "side"]);
    place.commit("2026-11-03", "Another goal", &[("okrs/2026-Q4/other.toml", &GOALS.replace("\"speed\"", "\"calm\""))]);
    let eased = GOALS.replace("\"speed\"", "\"calm\"").replace("target = 294", "target = 320");
    place.commit("2026-11-04", "Ease it", &[("okrs/2026-Q4/other.toml", &eased)]);
    place.git(&["checkout", "-q", "main"]);
    place.git_on("2026-11-05", &["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    place.commit("2026-11-12", "Measure", &[(PATH, &GOALS.replace("current = 400", "current = 350"))]);
    place
}

fn folder(place: &Place) -> PathBuf {
    place.root().join(".git/okr")
}

/// Lists the files of a cache.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn bytes(folder: &Path) -> u64 {
    files(folder).iter().map(|file| file.metadata().map_or(0, |found| found.len())).sum()
}

/// Asserts that the log is what it is without a cache, without a word.
#[track_caller]
fn unmoved(place: &Place, wanted: &str, what: &str) {
    let run = place.okr(&LOG).exits(0);
    assert_eq!(run.out, wanted, "{what}");
    assert!(!run.err.contains("cache"), "{what}: {}", run.err);
}

/// Takes the finished answers away, so that the facts on commits are asked.
fn without_answers(place: &Place) {
    for file in files(&folder(place)) {
        if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("answer-")) {
            std::fs::remove_file(file).expect("a file of ours");
        }
    }
}

#[test]
fn a_second_run_is_answered_and_a_third_knows_every_commit() {
    let place = company();
    let wanted = place.okr(&ANEW).exits(0).out;
    assert!(!folder(&place).exists(), "--no-cache writes nothing");
    let _ = place.okr(&["log", "-v"]).exits(0).says("the cache knew 0 commits");
    unmoved(&place, &wanted, "second");
    let _ = place.okr(&["log", "-v"]).exits(0).says("the cache had the answer");
    without_answers(&place);
    // One of the eight touches no goal, and is known all the same.
    let _ = place.okr(&["log", "-v"]).exits(0).says("the cache knew 8 commits");
    let _ = place.okr(&["log", "-v", "--no-cache"]).exits(0).says("no cache");
    let status = place.okr(&["status", "--format", "json", "--no-cache"]).exits(0).out;
    for _ in 0..2 {
        assert_eq!(place.okr(&["status", "--format", "json"]).exits(0).out, status);
    }
}

#[test]
fn a_flipped_bit_or_a_cut_anywhere_changes_nothing() {
    let place = company();
    let wanted = place.okr(&ANEW).exits(0).out;
    let status = place.okr(&["status", "--no-cache"]).exits(0).out;
    unmoved(&place, &wanted, "first");
    for name in files(&folder(&place)) {
        let whole = std::fs::read(&name).expect("readable");
        let shown = name.display();
        let step = whole.len() / 7 + 1;
        let damaged = (0..whole.len()).step_by(step).flat_map(|at| {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            [(format!("a bit of byte {at}"), flipped), (format!("cut at {at}"), whole[..at].to_vec())]
        });
        let longer = [whole.as_slice(), b"more"].concat();
        let others = [("garbage".to_owned(), b"garbage".repeat(99)), ("more at the end".to_owned(), longer)];
        for (what, bytes) in damaged.chain(others) {
            std::fs::write(&name, &bytes).expect("writable");
            unmoved(&place, &wanted, &format!("{shown}, {what}"));
            std::fs::write(&name, &bytes).expect("writable");
            without_answers(&place);
            unmoved(&place, &wanted, &format!("{shown}, {what}, by what is known of commits"));
        }
        if shown.to_string().contains("/page-") {
            // It was written anew, in place of the damaged one.
            without_answers(&place);
            let _ = place.okr(&["log", "-v"]).exits(0).says("the cache knew 8 commits");
        }
        std::fs::write(&name, &whole).expect("writable");
    }
    assert_eq!(place.okr(&["status"]).exits(0).out, status);
}

#[test]
fn files_of_another_format_and_of_other_paths_are_not_read() {
    let place = company();
    let wanted = place.okr(&ANEW).exits(0).out;
    unmoved(&place, &wanted, "first");
    // The format number stands behind the eight bytes that say what the file is.
    for name in files(&folder(&place)) {
        let mut bytes = std::fs::read(&name).expect("readable");
        bytes[8] = bytes[8].wrapping_sub(1);
        std::fs::write(&name, bytes).expect("writable");
    }
    let _ = place.okr(&["log", "-v"]).exits(0).says("the cache knew 0 commits");
    unmoved(&place, &wanted, "older format");
    // A file that was whole under another key is not whole under this one.
    place.commit(
        "2026-11-13",
        "Look elsewhere",
        &[("okr.toml", "version = 1\npaths = [\"okrs/2026-Q4/other.toml\"]\n")],
    );
    let narrow = place.okr(&ANEW).exits(0).out;
    assert_ne!(narrow, wanted);
    unmoved(&place, &narrow, "other paths");
    let all = files(&folder(&place));
    let keys: Vec<&Path> = all.iter().filter_map(|file| file.parent()).collect();
    let (one, other) = (keys[0], keys.iter().find(|key| **key != keys[0]).expect("two keys"));
    for file in files(one) {
        std::fs::copy(&file, other.join(file.file_name().expect("a name"))).expect("writable");
    }
    unmoved(&place, &narrow, "files of another key");
}

#[test]
fn two_writers_at_once_and_a_killed_one_harm_nobody() {
    let place = company();
    let wanted = place.okr(&ANEW).exits(0).out;
    for round in 0..3 {
        let _ = std::fs::remove_dir_all(folder(&place));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| unmoved(&place, &wanted, "at once"));
            }
        });
        unmoved(&place, &wanted, &format!("after round {round}"));
    }
    let key = files(&folder(&place))[0].parent().expect("a key").to_owned();
    let left = key.join("unfinished-1-0");
    std::fs::write(&left, "half").expect("writable");
    place.commit("2026-11-13", "Measure", &[(PATH, &GOALS.replace("current = 400", "current = 340"))]);
    let _ = place.okr(&LOG).exits(0);
    assert!(left.exists(), "somebody may be writing it");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    std::fs::File::options().write(true).open(&left).and_then(|file| file.set_modified(old)).expect("ours");
    place.commit("2026-11-14", "Measure", &[(PATH, &GOALS.replace("current = 400", "current = 330"))]);
    let _ = place.okr(&LOG).exits(0);
    assert!(!left.exists(), "nobody is writing it any more");
}

#[test]
fn where_nothing_can_be_written_all_is_found_out_anew() {
    let place = company();
    let wanted = place.okr(&ANEW).exits(0).out;
    // The user of a container may write anywhere, so a file stands where the folder would.
    std::fs::write(folder(&place), "in the way").expect("writable");
    unmoved(&place, &wanted, "a file in the way");
    unmoved(&place, &wanted, "and again");
    let _ = place.okr(&["cache", "--stat"]).exits(0).says("0 bytes in 0 files");
    let nowhere = [("GIT_OKR_CACHE_DIR", "/dev/null/okr")];
    assert_eq!(place.okr_in(&place.root(), &LOG, &nowhere).exits(0).out, wanted);
}

#[test]
fn rewritten_branches_and_worktrees_share_what_is_known() {
    let place = company();
    let _ = place.okr(&LOG).exits(0);
    let tree = place.beside("tree");
    place.git(&["worktree", "add", "-q", tree.to_str().expect("UTF-8"), "side"]);
    // Both of the side branch's own commits and the root were walked from main.
    let _ = place.okr_in(&tree, &["log", "-v"], &[]).exits(0).says("the cache knew 8 commits");
    assert!(!tree.join(".git/okr").exists());
    place.git(&["reset", "-q", "--hard", "HEAD~1"]);
    place.git_on("2026-11-20", &["commit", "-q", "--amend", "-m", "Merge it again"]);
    place.commit("2026-11-21", "Measure", &[(PATH, &GOALS.replace("current = 400", "current = 333"))]);
    let wanted = place.okr(&ANEW).exits(0).out;
    unmoved(&place, &wanted, "after a rewrite");
    let bare = place.beside("bare.git");
    place.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("UTF-8")]);
    for _ in 0..2 {
        assert_eq!(place.okr_in(&bare, &LOG, &[]).exits(0).out, wanted, "bare");
    }
    let elsewhere = place.beside("elsewhere");
    let environment = [("GIT_OKR_CACHE_DIR", elsewhere.to_str().expect("UTF-8"))];
    let _ = place.okr(&["cache", "--clear"]).exits(0).says("removed");
    for _ in 0..2 {
        assert_eq!(place.okr_in(&place.root(), &LOG, &environment).exits(0).out, wanted, "elsewhere");
    }
    assert!(bytes(&elsewhere) > 0 && !folder(&place).exists());
    let held = place.okr_in(&place.root(), &["cache", "--stat", "--format", "json"], &environment).exits(0).json();
    assert_eq!((&held["used"], &held["bytes"]), (&true.into(), &bytes(&elsewhere).into()), "{held}");
    assert_eq!((&held["files"], &held["paths"]), (&files(&elsewhere).len().into(), &1.into()), "{held}");
    // A clone of the same commits is helped by it too.
    let _ = place.okr_in(&bare, &["log", "-v"], &environment).exits(0).says("the cache had the answer");
}

#[test]
fn a_cut_or_rewritten_history_is_never_kept() {
    let place = company();
    let shallow = place.beside("shallow");
    let from = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--depth", "2", &from, shallow.to_str().expect("UTF-8")]);
    for _ in 0..2 {
        let _ = place.okr_in(&shallow, &["log", "-v"], &[]).exits(0).says("no cache");
    }
    assert!(!shallow.join(".git/okr").exists());
    let _ = place.okr_in(&shallow, &["cache", "--stat"], &[]).exits(0).says("not used");
    assert_eq!(place.okr_in(&shallow, &["cache", "--stat", "--format", "json"], &[]).exits(0).json()["used"], false);
    let wanted = place.okr(&ANEW).exits(0).out;
    unmoved(&place, &wanted, "whole");
    let older = place.git(&["rev-parse", "HEAD~1"]);
    let other = place.git(&["commit-tree", "-m", "other", "HEAD~3^{tree}"]);
    place.git(&["replace", &older, &other]);
    let replaced = place.okr(&ANEW).exits(0).out;
    assert_ne!(replaced, wanted);
    unmoved(&place, &replaced, "with a replacement");
    place.git(&["replace", "-d", &older]);
    unmoved(&place, &wanted, "without it again");
}

fn pages(place: &Place) -> usize {
    files(&folder(place)).iter().filter(|file| file.display().to_string().contains("/page-")).count()
}

#[test]
fn many_pages_become_one() {
    let place = company();
    let mut most = 0;
    for round in 0..11 {
        place.commit(
            "2026-11-15",
            "Measure",
            &[(PATH, &GOALS.replace("current = 400", &format!("current = 3{round:02}")))],
        );
        let _ = place.okr(&LOG).exits(0);
        most = most.max(pages(&place));
    }
    assert!(most == 8 && pages(&place) < 8, "{most}, then {}", pages(&place));
    let wanted = place.okr(&ANEW).exits(0).out;
    without_answers(&place);
    unmoved(&place, &wanted, "out of pages");
    without_answers(&place);
    let _ = place.okr(&["log", "-v"]).exits(0).says("the cache knew 19 commits");
}

#[test]
fn what_is_mostly_of_no_use_is_begun_anew() {
    let place = company();
    let mut stream = String::new();
    for at in 1..=4200 {
        stream += &format!(
            "commit refs/heads/old\nmark :{at}\ncommitter Ana <ana@acme.example> {} +0000\n",
            1_790_000_000 + at
        );
        let text = if at == 1 { GOALS } else { "" };
        let path = if at == 1 { PATH } else { "src/code" };
        stream += &format!(
            "data 2\nm\n{}M 100644 inline {path}\ndata {}\n{text}\n\n",
            if at == 1 { String::new() } else { format!("from :{}\n", at - 1) },
            text.len()
        );
    }
    place.git_fed(&["fast-import", "--quiet"], stream.as_bytes());
    let _ = place.okr(&["log", "--as-of", "old"]).exits(0);
    let full = bytes(&folder(&place));
    let wanted = place.okr(&ANEW).exits(0).out;
    unmoved(&place, &wanted, "more is dead than alive");
    assert_eq!(pages(&place), 0);
    without_answers(&place);
    unmoved(&place, &wanted, "anew");
    assert!(pages(&place) == 1 && bytes(&folder(&place)) < full / 2);
}

#[test]
fn it_does_not_grow_without_end() {
    let place = company();
    let mut largest = 0;
    for round in 0..24 {
        let text = GOALS.replace("current = 400", &format!("current = {}", 300 + round));
        place.commit("2026-11-15", "Measure", &[(PATH, &text)]);
        if round % 5 == 0 {
            place.git(&["reset", "-q", "--hard", "HEAD~2"]);
        }
        let settings = format!("version = 1\npaths = [\"okrs\"]\n[history]\nalso = [\"old-{}\"]\n", round / 4);
        place.write("okr.toml", settings);
        let _ = place.okr(&LOG).exits(0);
        largest = largest.max(bytes(&folder(&place)));
    }
    let wanted = place.okr(&ANEW).exits(0).out;
    unmoved(&place, &wanted, "at the end");
    let keys = std::fs::read_dir(folder(&place)).expect("it is there").count();
    let all = files(&folder(&place));
    let answers = |key: &Path| files(key).iter().filter(|file| file.display().to_string().contains("/answer-")).count();
    assert!(keys <= 5, "{keys} keys");
    assert!(all.iter().all(|file| answers(file.parent().expect("a key")) <= 8));
    assert!(largest < 400_000, "{largest} bytes for some thirty small commits");
    let other = folder(&place).join("0123456789abcdef01234567/not-ours");
    std::fs::create_dir_all(other.parent().expect("a folder")).and_then(|()| std::fs::write(&other, "")).expect("ours");
    let _ = place.okr(&["cache", "--clear"]).exits(0);
    assert_eq!(files(&folder(&place)), [other], "what others put there stays");
    std::fs::remove_dir_all(folder(&place)).expect("ours");
    let _ = place.okr(&["cache", "--clear"]).exits(0).says("removed 0 bytes");
    let _ = place.okr(&["cache"]).exits(2);
    let _ = place.okr(&["cache", "--clear", "--format", "json"]).exits(2);
}

/// Makes files and folders older than what may have been written a moment ago.
fn rest(place: &Place) {
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let goals = files(&place.root().join("okrs"));
    let within = |file: &PathBuf| file.ancestors().skip(1).map(Path::to_owned).collect::<Vec<_>>();
    let folders: BTreeSet<PathBuf> = goals.iter().flat_map(within).filter(|at| at.starts_with(place.root())).collect();
    let files = goals.into_iter().chain([place.root().join("okr.toml"), place.root().join(".git/index")]);
    for there in files.chain(folders) {
        if let Ok(there) = std::fs::File::open(there) {
            there.set_modified(hour_ago).expect("a file or folder of ours");
        }
    }
}

/// Asserts that logs are what they are without a cache: the first that reads, and those that need not.
#[track_caller]
fn same_log(place: &Place, what: &str) {
    let anew = place.okr(&ANEW).exits(0);
    let name = anew.json()["events"][0]["name"].as_str().expect("an event").to_owned();
    let tail = name.rsplit('/').next().expect("a name").to_owned();
    for asked in
        [vec![], vec![name.as_str()], vec![tail.as_str()], vec!["--cycle", "2026-Q4"], vec!["--owner", "@team"]]
    {
        let anew = place.okr(&[&ANEW[..], &asked].concat());
        for _ in 0..3 {
            let run = place.okr(&[&LOG[..], &asked].concat());
            assert_eq!((run.code, &run.out, &run.err), (anew.code, &anew.out, &anew.err), "{what}: {asked:?}");
        }
    }
    assert_eq!(place.okr(&["log", "nobody"]).err, place.okr(&["log", "nobody", "--no-cache"]).err, "{what}");
}

#[cfg(unix)]
#[test]
fn a_look_without_reading_sees_whatever_changed() {
    const UNREAD: &str = "the files are as they were when they were read";
    let place = company();
    let secret = GOALS.replace("\"speed\"", "\"pay\"").replace("current", "sensitive = true\ncurrent");
    place.commit("2026-11-13", "Hush", &[("okrs/2026-Q4/pay.toml", &secret)]);
    let goals = place.root().join(PATH);
    let committed = std::fs::read_to_string(&goals).expect("readable");
    let both = [("okrs/2026-Q4/pay.toml", secret.replace("400", "321")), (PATH, committed.replace("350", "351"))];
    place.commit("2026-11-14", "400 became 321", &both.each_ref().map(|(path, text)| (*path, text.as_str())));
    let committed = std::fs::read_to_string(&goals).expect("readable");
    let written = |text: &str| std::fs::write(&goals, text).expect("writable");
    let _ = place.okr(&["log"]).exits(0);
    let _ = place.okr(&["log", "-v"]).exits(0).hides(UNREAD);
    let unread = |what: &str| {
        rest(&place);
        same_log(&place, what);
        let _ = place.okr(&["log", "-v"]).exits(0).says(UNREAD);
    };
    unread("clean");
    let _ = place.okr(&["log", "speed"]).exits(0).hides("321");
    for name in files(&folder(&place)) {
        let whole = std::fs::read(&name).expect("readable");
        for at in (0..whole.len()).step_by(whole.len() / 9 + 1) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            std::fs::write(&name, &flipped).expect("writable");
            let run = place.okr(&["log", "p99", "--format", "json"]);
            let anew = place.okr(&["log", "p99", "--format", "json", "--no-cache"]);
            assert_eq!((run.code, run.out), (anew.code, anew.out), "{}, byte {at}", name.display());
        }
        std::fs::write(&name, &whole).expect("writable");
    }
    let sees = |what: &str| {
        rest(&place);
        let _ = place.okr(&["log", "-v"]).hides(UNREAD);
        same_log(&place, what);
    };
    unread("clean again");
    written(&committed.replace("351", "352"));
    sees("another value of the same length and time");
    written(&committed.replace('\n', "\r\n"));
    rest(&place);
    same_log(&place, "other line ends");
    written(&committed);
    unread("as it was");
    place.write("okr.toml", "[calendar]\nlock_after_days = 60\n");
    sees("settings");
    std::fs::remove_file(place.root().join("okr.toml")).expect("a file of ours");
    place.write("okrs/2026-Q4/new.toml", GOALS.replace("\"speed\"", "\"new\""));
    sees("a new file");
    std::fs::remove_file(place.root().join("okrs/2026-Q4/new.toml")).expect("a file of ours");
    unread("gone again");
    std::fs::remove_file(&goals).expect("a file of ours");
    sees("a file that went");
    written(&committed);
    unread("back");
    place.write(".git/info/exclude", "other.toml\n");
    place.git(&["rm", "-q", "--cached", "okrs/2026-Q4/other.toml"]);
    sees("a file that git no longer follows, and ignores");
    place.git(&["reset", "-q"]);
    unread("followed again");
    place.git(&["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    let _ = place.okr(&["log", "-v"]).exits(0).hides(UNREAD);
    unread("another head");
}

#[cfg(unix)]
#[test]
fn after_new_commits_only_what_changed_is_read() {
    const SOME: &str = "most files are as they were when they were read";
    const PAY: &str = "okrs/2026-Q4/pay.toml";
    const OTHER: &str = "okrs/2026-Q4/other.toml";
    let place = company();
    let read = |path: &str| std::fs::read_to_string(place.root().join(path)).expect("readable");
    let known = || {
        rest(&place);
        for _ in 0..2 {
            let _ = place.okr(&LOG).exits(0);
        }
        rest(&place);
        let _ = place.okr(&LOG).exits(0);
    };
    let logs = |what: &str, quick: bool| {
        rest(&place);
        for name in ["speed/p99", "calm/p99", "pay", "2026-Q4/calm", "nobody"] {
            let anew = place.okr(&[&ANEW[..], &[name]].concat());
            // Each looks first, with what was known before the commits.
            let kept = place.beside("kept");
            let copy = |from: &Path, to: &Path| {
                let _ = std::fs::remove_dir_all(to);
                for file in files(from) {
                    let there = to.join(file.strip_prefix(from).expect("it is below"));
                    std::fs::create_dir_all(there.parent().expect("a folder")).expect("a folder of ours");
                    std::fs::copy(&file, &there).expect("a file of ours");
                }
            };
            copy(&folder(&place), &kept);
            let run = place.okr(&[&LOG[..], &[name, "-v"]].concat());
            assert_eq!((run.code, &run.out), (anew.code, &anew.out), "{what}: {name}");
            assert!(!quick || name == "nobody" || run.err.contains(SOME), "{what}: {name}\n{}", run.err);
            assert!(quick || !run.err.contains(SOME), "{what}: {name}\n{}", run.err);
            let again = place.okr(&[&LOG[..], &[name]].concat());
            assert_eq!((again.code, &again.out, &again.err), (anew.code, &anew.out, &anew.err), "{what}: {name} again");
            copy(&kept, &folder(&place));
        }
    };
    let secret = GOALS.replace("\"speed\"", "\"pay\"");
    place.commit("2026-11-13", "Measure", &[(PATH, &read(PATH).replace("350", "349")), (PAY, &secret)]);
    known();
    place.commit("2026-11-14", "Measure", &[(PATH, &read(PATH).replace("349", "348"))]);
    logs("a check-in", true);
    known();
    place.commit(
        "2026-11-15",
        "400 became 321",
        &[
            (PATH, &read(PATH).replace("348", "347")),
            (PAY, &secret.replace("current", "sensitive = true\ncurrent").replace("400", "321")),
        ],
    );
    place.commit(
        "2026-11-16",
        "321 became 322",
        &[
            (PATH, &read(PATH).replace("347", "346")),
            (PAY, &read(PAY).replace("321", "322").replace("sensitive = true\n", "")),
        ],
    );
    logs("what is sensitive in between", true);
    known();
    place.git(&["checkout", "-q", "-b", "later", "HEAD~2"]);
    place.commit("2026-11-17", "Measure", &[(OTHER, &read(OTHER).replace("400", "377"))]);
    place.git(&["checkout", "-q", "main"]);
    place.git_on("2026-11-18", &["merge", "-q", "--no-ff", "-m", "Merge", "later"]);
    logs("a branch that is older than what is known", true);
    known();
    place.commit("2026-11-19", "Break", &[(OTHER, "not toml")]);
    place.commit("2026-11-20", "Mend", &[(OTHER, &GOALS.replace("\"speed\"", "\"calm\""))]);
    logs("a revision that does not read", true);
    known();
    let was = read(OTHER);
    let values = [("2026-11-20", "399"), ("2026-11-20", "\"none\""), ("2026-11-20", "398 # ms"), ("2026-11-20", "397")];
    for (day, value) in values {
        place.commit(day, "Measure", &[(OTHER, &was.replace("400", value))]);
    }
    logs("a value that does not read in between", true);
    place.commit("2026-11-20", "Measure", &[(OTHER, &was)]);
    known();
    let moved = read(PATH);
    place.git(&["rm", "-q", PATH]);
    place.commit("2026-11-21", "Move", &[("okrs/2026-Q4/moved.toml", &moved)]);
    logs("a file that moved", true);
    known();
    place.commit("2026-11-22", "Rename", &[(PAY, &read(PAY).replace("id = \"p99", "aliases = [\"p99\"]\nid = \"q99"))]);
    logs("a new name", false);
    known();
    place.commit("2026-11-23", "Measure", &[(OTHER, &read(OTHER).replace("400", "366"))]);
    place.write(PAY, read(PAY).replace("322", "323"));
    logs("and what is not committed", false);
    place.git(&["checkout", "-q", PAY]);
    place.write(OTHER, read(OTHER).replace("366", "365"));
    logs("and what is not committed of what is new", false);
    place.git(&["checkout", "-q", OTHER]);
    logs("all is committed", true);
    place.write(".git/info/exclude", "other.toml\n");
    place.git(&["rm", "-q", "--cached", OTHER]);
    logs("and a file that git no longer follows, and ignores", false);
    place.git(&["reset", "-q"]);
    place.write("okr.toml", "[calendar]\nlock_after_days = 60\n");
    logs("and settings that are not committed", false);
}

#[test]
fn damage_to_what_is_known_of_commits_changes_nothing_after_new_ones() {
    let place = company();
    rest(&place);
    for _ in 0..2 {
        let _ = place.okr(&LOG).exits(0);
    }
    let text = std::fs::read_to_string(place.root().join(PATH)).expect("readable");
    place.commit("2026-11-13", "Measure", &[(PATH, &text.replace("350", "349"))]);
    rest(&place);
    let named = |begin: &[&str]| place.okr(&[begin, &["speed/p99"]].concat()).exits(0).out;
    let wanted = named(&ANEW);
    let read = |file: PathBuf| (std::fs::read(&file).expect("readable"), file);
    let kept: Vec<(Vec<u8>, PathBuf)> = files(&folder(&place)).into_iter().map(read).collect();
    let (whole, page) = kept.iter().find(|(_, file)| file.display().to_string().contains("/page-")).expect("one page");
    for at in (0..whole.len()).step_by(whole.len() / 30 + 1) {
        // Each looks first, with what was known before the commit.
        files(&folder(&place)).iter().for_each(|file| std::fs::remove_file(file).expect("a file of ours"));
        kept.iter().for_each(|(bytes, file)| std::fs::write(file, bytes).expect("a file of ours"));
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(page, &flipped).expect("writable");
        assert_eq!(named(&LOG), wanted, "byte {at} of {}", whole.len());
    }
}
