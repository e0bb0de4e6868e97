//! What is kept between runs changes no answer, whatever becomes of it, and never grows without end.

use crate::support::{GOALS, PATH, Place};
use std::path::{Path, PathBuf};

pub(crate) const LOG: [&str; 3] = ["log", "--format", "json"];
pub(crate) const ANEW: [&str; 4] = ["log", "--format", "json", "--no-cache"];

/// Makes a repository with check-ins on a branch and on the line itself, a late goalpost and a revision that does not
/// parse.
pub(crate) fn company() -> Place {
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

pub(crate) fn folder(place: &Place) -> PathBuf {
    place.root().join(".git/okr")
}

/// Lists the files of a cache.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
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
