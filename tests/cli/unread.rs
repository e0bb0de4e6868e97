//! A log that reads no more than it has to says what one says that reads everything.

use crate::cache::{ANEW, LOG, company, files, folder};
use crate::support::{GOALS, PATH, Place};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
fn what_is_uncommitted_elsewhere_plays_no_part_for_one_goal() {
    const UNREAD: &str = "the files are as they were when they were read";
    const OTHER: &str = "okrs/2026-Q4/other.toml";
    let place = company();
    let known = || {
        rest(&place);
        for _ in 0..3 {
            let _ = place.okr(&LOG).exits(0);
        }
    };
    known();
    let committed = place.okr(&[&ANEW[..], &["speed/p99"]].concat()).exits(0).out;
    let told = |what: &str, is_quick: bool| {
        let anew = place.okr(&[&ANEW[..], &["speed/p99"]].concat());
        let run = place.okr(&[&LOG[..], &["speed/p99", "-v"]].concat());
        assert_eq!((run.code, run.out), (anew.code, anew.out.clone()), "{what}");
        assert_eq!(run.err.contains(UNREAD), is_quick, "{what}: {}", run.err);
        anew.out == committed
    };
    assert!(told("clean", true));
    let other = std::fs::read_to_string(place.root().join(OTHER)).expect("readable");
    for (what, text) in [
        ("a goal that could be meant as well", GOALS.replace("2026-Q4", "2026-Q3")),
        ("the same goal once more, with another value", GOALS.replace("current = 400", "current = 377")),
        ("what does not read", "not toml".to_owned()),
    ] {
        place.write(OTHER, format!("{other}\n{text}"));
        assert!(told(what, true), "{what}");
    }
    place.write(OTHER, &other);
    let goals = place.root().join(PATH);
    let text = std::fs::read_to_string(&goals).expect("readable");
    place.write(PATH, &text);
    assert!(told("written again as it was", true));
    place.write(PATH, text.replace("350", "351"));
    assert!(!told("its own value", false));
    place.write(PATH, &text);
    place.git(&["init", "-q", "okrs/2026-Q4"]);
    assert!(!told("a repository of its own around it", false));
    std::fs::remove_dir_all(place.root().join("okrs/2026-Q4/.git")).expect("a folder of ours");
    let (folder, away) = (place.root().join("okrs/2026-Q4"), place.root().join("away"));
    std::fs::rename(&folder, &away).expect("it is moved");
    std::os::unix::fs::symlink(&away, &folder).expect("a link");
    assert!(!told("a link on the way to it", false));
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
    let all = ["speed/p99", "calm/p99", "pay", "2026-Q4/calm"];
    let logs = |what: &str, slow: &[&str]| {
        rest(&place);
        for name in all.into_iter().chain(["nobody"]) {
            let anew = place.okr(&[&ANEW[..], &[name]].concat());
            // Each looks first, with what was known before the commits.
            let kept = place.beside("kept");
            let copy = |from: &Path, to: &Path| {
                let _ = std::fs::remove_dir_all(to);
                for file in files(from) {
                    let there = to.join(file.strip_prefix(from).expect("it is below"));
                    std::fs::create_dir_all(there.parent().expect("a folder")).expect("a folder of ours");
                    std::fs::copy(&file, &there).expect("a file of ours");
                    // What is newest is looked into first.
                    let age = file.metadata().and_then(|found| found.modified()).expect("a time");
                    std::fs::File::options().append(true).open(there).expect("ours").set_modified(age).expect("ours");
                }
            };
            copy(&folder(&place), &kept);
            let run = place.okr(&[&LOG[..], &[name, "-v"]].concat());
            assert_eq!((run.code, &run.out), (anew.code, &anew.out), "{what}: {name}");
            let is_quick = name != "nobody" && !slow.contains(&name);
            assert_eq!(run.err.contains(SOME), is_quick, "{what}: {name}\n{}", run.err);
            let again = place.okr(&[&LOG[..], &[name]].concat());
            assert_eq!((again.code, &again.out, &again.err), (anew.code, &anew.out, &anew.err), "{what}: {name} again");
            copy(&kept, &folder(&place));
        }
    };
    let secret = GOALS.replace("\"speed\"", "\"pay\"");
    place.commit("2026-11-13", "Measure", &[(PATH, &read(PATH).replace("350", "349")), (PAY, &secret)]);
    known();
    place.commit("2026-11-14", "Measure", &[(PATH, &read(PATH).replace("349", "348"))]);
    logs("a check-in", &[]);
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
    logs("what is sensitive in between", &[]);
    known();
    place.git(&["checkout", "-q", "-b", "later", "HEAD~2"]);
    place.commit("2026-11-17", "Measure", &[(OTHER, &read(OTHER).replace("400", "377"))]);
    place.git(&["checkout", "-q", "main"]);
    place.git_on("2026-11-18", &["merge", "-q", "--no-ff", "-m", "Merge", "later"]);
    logs("a branch that is older than what is known", &[]);
    known();
    place.commit("2026-11-19", "Break", &[(OTHER, "not toml")]);
    place.commit("2026-11-20", "Mend", &[(OTHER, &GOALS.replace("\"speed\"", "\"calm\""))]);
    logs("a revision that does not read", &[]);
    known();
    let was = read(OTHER);
    let values = [("2026-11-20", "399"), ("2026-11-20", "\"none\""), ("2026-11-20", "398 # ms"), ("2026-11-20", "397")];
    for (day, value) in values {
        place.commit(day, "Measure", &[(OTHER, &was.replace("400", value))]);
    }
    logs("a value that does not read in between", &[]);
    place.commit("2026-11-20", "Measure", &[(OTHER, &was)]);
    known();
    let moved = read(PATH);
    place.git(&["rm", "-q", PATH]);
    place.commit("2026-11-21", "Move", &[("okrs/2026-Q4/moved.toml", &moved)]);
    logs("a file that moved", &[]);
    known();
    place.commit("2026-11-22", "Rename", &[(PAY, &read(PAY).replace("id = \"p99", "aliases = [\"p99\"]\nid = \"q99"))]);
    logs("a new name", &all);
    known();
    place.commit("2026-11-23", "Measure", &[(OTHER, &read(OTHER).replace("400", "366"))]);
    place.write(PAY, read(PAY).replace("322", "323"));
    logs("and what is not committed", &["pay"]);
    place.git(&["checkout", "-q", PAY]);
    place.write(OTHER, read(OTHER).replace("366", "365"));
    logs("and what is not committed of what is new", &all);
    place.git(&["checkout", "-q", OTHER]);
    logs("all is committed", &[]);
    place.write(".git/info/exclude", "other.toml\n");
    place.git(&["rm", "-q", "--cached", OTHER]);
    logs("and a file that git no longer follows, and ignores", &["calm/p99", "2026-Q4/calm"]);
    place.git(&["reset", "-q"]);
    place.write("okr.toml", "[calendar]\nlock_after_days = 60\n");
    logs("and settings that are not committed", &all);
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
