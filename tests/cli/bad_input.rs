//! Whatever stands in the files: a finding or an error that says where, never a panic, never a silent pass.

use crate::support::Place;

const GOOD: &str = r#"cycle = "2026-Q4"
owner = "@team"

[[objective]]
id = "speed"
title = "Pages feel instant to everyone"
commitment = "committed"

[[objective.key_result]]
id = "p99"
title = "P99 latency falls from 420 ms to 294 ms"
baseline = 420
target = 294
unit = "ms"
current = 350
as_of = 2026-11-20

[[objective.key_result]]
id = "errors"
title = "Failed page loads fall from 2 % to 1 %"
baseline = 2
target = 1
unit = "%"
current = 1.5
as_of = 2026-11-20
"#;

const PATH: &str = "okrs/2026-Q4/team.toml";

fn changed(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from} is not in the good file");
    GOOD.replacen(from, to, 1)
}

/// Checks a file and gives the errors as `rule:line`.
#[track_caller]
fn errors(text: impl AsRef<[u8]>) -> Vec<String> {
    let place = Place::repository();
    place.write(PATH, text);
    let run = place.okr(&["check", "--format", "json"]);
    let json = run.json();
    let errors: Vec<_> = json["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["level"] == "error")
        .map(|finding| format!("{}:{}", finding["rule"].as_str().expect("a rule"), finding["line"]))
        .collect();
    assert_eq!(run.code, i32::from(!errors.is_empty()), "{json:#}");
    errors
}

#[test]
fn a_good_file_has_no_error() {
    assert_eq!(errors(GOOD), Vec::<String>::new());
}

#[test]
fn each_defect_is_found_at_its_line() {
    let table: &[(&str, String, &[&str])] = &[
        ("a syntax error", changed("baseline = 420", "baseline = = 420"), &["toml-syntax:12"]),
        ("an unknown key", changed("current = 350", "curent = 350"), &["field-unknown:15"]),
        ("two kinds", changed("unit = \"ms\"", "unit = \"ms\"\ndone = false"), &["kind-mixed:15"]),
        ("not a number", changed("current = 350", "current = nan"), &["number-not-finite:15"]),
        ("infinite", changed("target = 294", "target = inf"), &["number-not-finite:13"]),
        ("a wrong type", changed("baseline = 420", "baseline = \"420\""), &["field-type:12"]),
        ("no id", changed("id = \"p99\"\n", ""), &["field-missing:9"]),
        ("no slug", changed("id = \"p99\"", "id = \"P 99\""), &["id-invalid:10"]),
        ("the same id twice", changed("id = \"errors\"", "id = \"p99\""), &["id-duplicate:19"]),
        ("baseline equal to target", changed("baseline = 420", "baseline = 294"), &["kr-flat:12"]),
        ("a dangling parent", changed("commitment", "parent = \"2026/trust\"\ncommitment"), &["ref-dangling:7"]),
        ("its own parent", changed("commitment", "parent = \"speed\"\ncommitment"), &["align-cycle:7"]),
        ("no such cycle", changed("2026-Q4", "2026-Q9"), &["cycle-unknown:1"]),
        ("no cycle", changed("cycle = \"2026-Q4\"\n", ""), &["objective-no-cycle:3"]),
        ("confidence over one", changed("current = 350", "current = 350\nconfidence = 7.5"), &["kr-flat:16"]),
    ];
    for (what, text, wanted) in table {
        assert_eq!(&errors(text), wanted, "{what}");
    }
}

#[test]
fn one_bad_key_result_hides_no_other() {
    let text = changed("baseline = 420", "baseline = \"420\"").replace("target = 1\n", "target = nan\n");
    let text = text.replace("title = \"Failed", "titel = \"Failed");
    // The misspelt title is one cause, so that its absence is no second finding.
    assert_eq!(errors(&text), ["field-type:12", "field-unknown:20", "number-not-finite:22"]);
}

#[test]
fn the_nearest_key_is_named() {
    let place = Place::repository();
    place.write(PATH, changed("current = 350", "curent = 350"));
    let _ = place.okr(&["check"]).exits(1).says("current").says(PATH).says("curent = 350");
}

#[test]
fn a_name_in_two_files_is_shown_in_both() {
    let place = Place::repository();
    place.write(PATH, GOOD);
    place.write("okrs/2026-Q4/other.toml", GOOD);
    let run = place.okr(&["check"]).exits(1).says("id-duplicate").says("okrs/2026-Q4/other.toml").says(PATH);
    assert!(!run.out.contains("panicked"));
}

#[test]
fn a_circle_of_parents_is_found_once() {
    let other = GOOD.replace("\"speed\"", "\"trust\"").replace("commitment", "parent = \"speed\"\ncommitment");
    let place = Place::repository();
    place.write(PATH, changed("commitment", "parent = \"trust\"\ncommitment"));
    place.write("okrs/2026-Q4/other.toml", other);
    let json = place.okr(&["check", "--format", "json"]).exits(1).json();
    let circles = json["findings"].as_array().expect("a list").iter().filter(|f| f["rule"] == "align-cycle").count();
    assert_eq!(circles, 1);
}

#[test]
fn files_that_are_no_goals() {
    assert_eq!(errors([GOOD.as_bytes(), b"note = \"\xff\xfe\"\n"].concat()), ["toml-syntax:26"]);
    assert_eq!(errors(vec![b'#'; 2 << 20]), ["limit-exceeded:1"]);
    let conflict = changed("current = 350", "<<<<<<< HEAD\ncurrent = 350\n=======\ncurrent = 340\n>>>>>>> other");
    assert_eq!(errors(&conflict), ["toml-syntax:15"]);
    assert_eq!(errors(""), ["field-missing:1"]);
    assert_eq!(errors(format!("a = {}1{}\n", "[".repeat(200), "]".repeat(200))).len(), 1);
}

#[test]
fn a_folder_named_like_a_file_and_a_link_are_passed_over_aloud() {
    let place = Place::repository();
    place.write(PATH, GOOD);
    std::fs::create_dir(place.root().join("okrs/x.toml")).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", place.root().join("okrs/link.toml")).expect("a link");
    let run = place.okr(&["check", "--verbose"]).exits(0).says("okrs/x.toml");
    #[cfg(unix)]
    let run = run.says("okrs/link.toml");
    assert!(!run.out.contains("root:"));
}

#[test]
fn nothing_to_check_is_an_error() {
    let place = Place::repository();
    let _ = place.okr(&["check"]).exits(2).says("okrs").says("git okr init");
    std::fs::create_dir(place.root().join("okrs")).expect("a folder");
    let _ = place.okr(&["check"]).exits(2).says("okrs");
    place.write(PATH, GOOD);
    let _ = place.okr(&["check", "nowhere"]).exits(2).says("nowhere");
}

#[test]
fn a_bad_configuration_is_found_at_its_line() {
    let place = Place::repository();
    place.write(PATH, GOOD);
    place.write("okr.toml", "version = 1\n[calendar]\ncadence = \"wekly\"\n[helth]\nat_risk = 0.1\n");
    let run = place.okr(&["check", "--format", "concise"]).exits(1);
    let run = run.says("okr.toml:3:").says("weekly").says("okr.toml:4:").says("health");
    assert_eq!(run.out.matches("config-invalid").count(), 2, "{}", run.out);
    place.write("okr.toml", "version = 1\npaths = [\n");
    let _ = place.okr(&["check"]).exits(1).says("toml-syntax");
    place.commit("2026-11-20", "Break the settings", &[]);
    for command in ["status", "log", "report"] {
        let run = place.okr(&[command]).exits(2).says("okr.toml:2").says("git okr check");
        assert!(run.out.is_empty(), "{command}");
    }
    place.write("okr.toml", "version = 2\n");
    let _ = place.okr(&["check"]).exits(2).says("okr.toml").says("version");
    let _ = place.okr(&["status"]).exits(2).says("version");
}

#[test]
fn figures_over_a_broken_file_say_that_it_is_broken() {
    let place = Place::with(&[(PATH, GOOD), ("okrs/2026-Q4/other.toml", &changed("target = 294", "targett = 294"))]);
    for command in ["status", "report", "log"] {
        let run = place.okr(&[command]).exits(0);
        assert!(run.err.contains("okrs/2026-Q4/other.toml:13") && run.err.contains("git okr check"), "{}", run.err);
    }
}

#[test]
fn settings_that_do_nothing_are_named() {
    let place = Place::repository();
    place.write(PATH, GOOD);
    place.write("okr.toml", "paths = [\"okrs\", \"golas\"]\n");
    let _ = place.okr(&["check"]).exits(0).says("`golas`").hides("`okrs`");
    std::fs::remove_file(place.root().join("okr.toml")).expect("a file");
    std::fs::create_dir(place.root().join("okr.toml")).expect("a folder");
    let _ = place.okr(&["status"]).exits(0).says("okr.toml is no file");
    #[cfg(unix)]
    {
        let pipe = place.root().join("okrs/pipe.toml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
        let _ = place.okr(&["status", "--verbose"]).exits(0).says("passed over okrs/pipe.toml");
    }
}

#[test]
fn a_stranger_cannot_paint_the_terminal() {
    let place = Place::with(&[(PATH, &changed("Pages feel", "::error::Pages \\u001b[31mfeel\\u202e ::error::feel"))]);
    for arguments in [&["check"][..], &["check", "--format", "concise"], &["status"], &["log"], &["report"]] {
        let run = place.okr(arguments);
        assert!(run.code < 2, "{arguments:?}: {}", run.err);
        assert!(!run.out.contains(['\u{1b}', '\u{202e}']), "{arguments:?}");
        assert!(!run.err.contains(['\u{1b}', '\u{202e}']), "{arguments:?}");
        assert!(!run.out.lines().any(|line| line.trim_start().starts_with("::")), "{arguments:?}");
    }
}

#[test]
fn advice_about_usage_leads_somewhere() {
    let place = Place::repository();
    for usage in [&["frobnicate"][..], &["check", "--fail-on", "never-ever"]] {
        // For `git okr --help` git would look for a manual page.
        let run = place.okr(usage).exits(2).says("try '-h'");
        assert!(!run.err.contains("--help"), "{}", run.err);
    }
    let _ = place.okr(&["check", "--today", "2026-13-40"]).exits(2).says("write it as YYYY-MM-DD");
}
