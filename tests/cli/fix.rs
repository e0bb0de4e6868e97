//! `check --fix`: what is safe to mend is mended, byte for byte nothing else, and all of it or nothing.

use crate::support::{GOALS, PATH, Place};
use std::os::unix::fs::{PermissionsExt, symlink};

const OTHER: &str = "okrs/2026-Q4/other.toml";

fn bad() -> String {
    GOALS.replace("current = 400", "curent = \"400\" # so far").replace("owner = \"@team\"", "ownr   =  \"@team\"")
}

fn good() -> String {
    GOALS.replace("current = 400", "current = 400 # so far").replace("owner = \"@team\"", "owner   =  \"@team\"")
}

fn other(text: &str) -> String {
    text.replace("\"speed\"", "\"other\"")
}

#[test]
fn what_is_mended_is_told_and_what_is_left_decides() {
    let place = Place::with(&[(PATH, &bad())]);
    let run = place.okr(&["check", "--fix", "--format", "json"]).exits(0);
    assert_eq!(place.read(PATH), good());
    for told in [
        format!("fixed {PATH}:2: rename it to `owner` [field-unknown]"),
        format!("fixed {PATH}:13: rename it to `current` [field-unknown]"),
        format!("fixed {PATH}:13: take the quotes off [field-type]"),
    ] {
        assert!(run.err.contains(&told), "{told}\n{}", run.err);
    }
    assert_eq!(run.json()["summary"]["errors"], 0, "the findings are those that are left");
    let again = place.okr(&["check", "--fix"]).exits(0);
    assert!(!again.err.contains("fixed") && place.read(PATH) == good());
    place.write(PATH, bad().replace("target = 294", "target = 420"));
    let _ = place.okr(&["check", "--fix", "-q"]).exits(1).says("kr-flat").hides("field-unknown").hides("fixed ");
}

#[test]
fn the_file_keeps_its_form_and_its_mode() {
    let place = Place::with(&[("README", "x")]);
    let dress = |text: &str| format!("\u{feff}{}", text.trim_end().replace('\n', "\r\n"));
    place.write(PATH, dress(&bad()));
    let file = place.root().join(PATH);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o664)).expect("set");
    let _ = place.okr(&["check", "--fix"]).exits(0);
    assert_eq!(place.read(PATH), dress(&good()));
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o664);
    assert_eq!(std::fs::read_dir(file.parent().expect("a folder")).expect("readable").count(), 1, "nothing beside it");
}

#[test]
fn an_id_keeps_its_history_and_what_refers_to_it() {
    let goals = GOALS.replace("\"p99\"", "\"P99 Latency\"");
    let initiative = "\n[[objective.initiative]]\ntitle = \"Pool connections\"\ndrives = [\"P99 Latency\"]\n";
    let place = Place::with(&[(PATH, &goals)]);
    place.commit("2026-10-20", "Check in", &[(PATH, &(goals.replace("400", "390") + initiative))]);
    let depends = "depends_on = [\"speed/P99 Latency\", \"2026-Q4/speed/P99 Latency\"]\n";
    place.write(OTHER, other(&goals).replace("\"P99 Latency\"", "\"New One\"") + depends);
    let run = place.okr(&["check", "--fix"]).exits(0).says("write `p99-latency`, and keep the old id in `aliases`");
    assert!(run.err.contains("write `new-one` [id-invalid]"), "{}", run.err);
    assert!(place.read(PATH).contains("id = \"p99-latency\"\naliases = [\"P99 Latency\"]\n"));
    assert!(place.read(PATH).contains("drives = [\"p99-latency\"]"));
    let new = place.read(OTHER);
    assert!(new.contains("depends_on = [\"speed/p99-latency\", \"2026-Q4/speed/p99-latency\"]"), "{new}");
    assert!(new.contains("id = \"new-one\"\ntitle"), "nobody has seen it under another name\n{new}");
    place.commit("2026-10-21", "Write slugs", &[]);
    let log = place.okr(&["log", "speed/p99-latency", "--format", "json"]).exits(0).json();
    let kinds: Vec<_> = log["events"].as_array().expect("a list").iter().map(|event| event["kind"].clone()).collect();
    assert!(kinds.iter().any(|kind| kind == "check-in") && kinds.iter().any(|kind| kind == "created"), "{kinds:?}");
}

#[test]
fn only_what_is_asked_for_is_touched() {
    let place = Place::with(&[(PATH, &bad())]);
    place.write(OTHER, other(&bad()));
    let _ = place.okr(&["check", "--fix", OTHER]).exits(0);
    assert_eq!((place.read(PATH), place.read(OTHER)), (bad(), other(&good())));
    place.write(OTHER, other(&bad()));
    let _ = place.okr(&["check", "--fix", "--base", "HEAD"]).exits(0);
    assert_eq!((place.read(PATH), place.read(OTHER)), (bad(), other(&good())), "old sins are not the change's");
    place.write(OTHER, other(&bad()));
    let _ = place.okr(&["check", "--fix", "--ignore", "field-unknown"]).exits(1);
    assert_eq!(place.read(OTHER), other(&bad()), "what is under an unknown key is not looked at");
    let answered = "allow = [{ rule = \"field-unknown\", reason = \"A form of our own\" }]\n";
    let text = GOALS.to_owned() + "teem = \"x\"\n" + answered;
    place.write(OTHER, other(&text));
    let _ = place.okr(&["check", "--fix", OTHER]).exits(0);
    assert_eq!(place.read(OTHER), other(&text), "an answered finding is none");
}

#[test]
fn all_files_are_written_or_none() {
    let place = Place::with(&[(PATH, &bad()), (OTHER, &other(&bad()))]);
    let file = place.root().join(OTHER);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).expect("set");
    let run = place.okr(&["check", "--fix"]).exits(2).says(OTHER).says("read-only").says("nothing was mended");
    assert!(run.out.is_empty() && !run.err.contains("fixed"), "{}", run.err);
    assert_eq!((place.read(PATH), place.read(OTHER)), (bad(), other(&bad())));
    std::fs::remove_file(&file).expect("removed");
    std::fs::write(place.beside("outside.toml"), other(&bad())).expect("written");
    symlink(place.beside("outside.toml"), &file).expect("a link");
    let _ = place.okr(&["check", "--fix", "--ignore", "goalposts"]).exits(0);
    assert_eq!(place.read(PATH), good());
    assert_eq!(std::fs::read_to_string(place.beside("outside.toml")).expect("there"), other(&bad()));
    // A sparse checkout leaves a file out of the work tree, which is read from the index and cannot be mended.
    let place = Place::with(&[(PATH, &bad()), ("src/code", "x")]);
    place.git(&["sparse-checkout", "set", "--no-cone", "/src/"]);
    let _ = place.okr(&["check", "--fix"]).exits(2).says("not in the work tree");
}

#[test]
fn what_does_not_read_is_left_alone() {
    let conflict = format!("<<<<<<< HEAD\n{}=======\n{}>>>>>>> side\n", bad(), bad());
    let place = Place::with(&[(PATH, &conflict), (OTHER, &other(&bad()))]);
    let latin = [other(&bad()).replace("\"other\"", "\"latin\"").into_bytes(), b"# caf\xe9\n".to_vec()].concat();
    place.write("okrs/2026-Q4/latin.toml", &latin);
    let run = place.okr(&["check", "--fix"]).exits(1).says("merge conflict").says("not UTF-8");
    let _ = run.says(&format!("left {PATH} alone: it is no TOML")).says("left okrs/2026-Q4/latin.toml alone");
    let _ = place.okr(&["check", "--fix", OTHER]).exits(0).hides("left ");
    assert_eq!((place.read(PATH), place.read(OTHER)), (conflict, other(&good())));
    assert_eq!(std::fs::read(place.root().join("okrs/2026-Q4/latin.toml")).expect("there"), latin);
}

#[test]
fn the_past_and_the_index_are_not_mended() {
    let place = Place::with(&[(PATH, &bad())]);
    let _ = place.okr(&["check", "--fix", "--staged"]).exits(2).says("--staged looks at the index").says("then stage");
    let _ = place.okr(&["check", "--fix", "--as-of", "HEAD"]).exits(2).says("--as-of looks at a commit");
    assert_eq!(place.read(PATH), bad());
}

#[test]
fn a_sensitive_value_is_mended_and_not_shown() {
    let text = GOALS.replace("current = 400", "current = \"7391\"\nas_of = \"2026/11/20\"\nsensitive = true");
    let place = Place::with(&[(PATH, &text)]);
    let _ = place.okr(&["check", "--format", "json"]).exits(1).hides("7391").hides("2026/11/20");
    let _ = place.okr(&["check", "--fix"]).exits(0).hides("7391").hides("11-20").says("take the quotes off");
    let mended = GOALS.replace("current = 400", "current = 7391\nas_of = 2026-11-20\nsensitive = true");
    assert_eq!(place.read(PATH), mended);
}
