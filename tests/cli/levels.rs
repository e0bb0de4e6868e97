//! Which rules run, how grave they are, and who may answer them: settings, flags, and `allow` in the files.

use crate::support::{GOALS, PATH, Place, Run};

/// Goals with one error, warnings and hints.
fn goals() -> String {
    GOALS.replace("target = 294", "target = 420").replace("current = 400", "current = 420\nowner = \"@a, @b\"")
}

/// Gives `level rule` of every finding of a check, in order of names.
#[track_caller]
fn found(run: &Run) -> Vec<String> {
    let json = run.json();
    let findings = json["findings"].as_array().expect("a list").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("a word").to_owned();
    let mut all: Vec<_> = findings.map(|one| format!("{} {}", text(&one["level"]), text(&one["rule"]))).collect();
    all.sort();
    all
}

#[track_caller]
fn check(place: &Place, more: &[&str]) -> Vec<String> {
    found(&place.okr(&[&["check", "--format", "json"], more].concat()))
}

#[test]
fn the_run_fails_from_the_asked_level_on() {
    let warned = GOALS.replace("current = 400", "current = 400\nowner = \"@a, @b\"");
    for (text, codes) in [(goals(), [1, 1, 1, 0]), (warned, [0, 1, 1, 0])] {
        let place = Place::with(&[(PATH, &text)]);
        for (level, code) in ["error", "warning", "info", "never"].iter().zip(codes) {
            let _ = place.okr(&["check", "--fail-on", level]).exits(code);
        }
    }
    let place = Place::with(&[(PATH, GOALS)]);
    let _ = place.okr(&["check", "--fail-on", "warnings"]).exits(2).says("warning");
}

#[test]
fn the_list_of_rules_fits_a_terminal_and_says_what_it_could_not_read() {
    let place = Place::with(&[(PATH, GOALS)]);
    for arguments in [&["rule"][..], &["rule", "--all"]] {
        let list = place.okr_in(&place.root(), arguments, &[("COLUMNS", "80")]).exits(0);
        assert!(list.out.lines().all(|line| line.chars().count() <= 80), "{}", list.out);
        assert!(list.err.is_empty(), "{}", list.err);
    }
    place.write("okr.toml", "[rules.levels]\nkr-count = \"error\"\n[rules\n");
    let _ = place.okr(&["rule", "--all"]).exits(0).says("okr.toml:3 does not read, so defaults may stand here");
}

#[test]
fn rules_and_groups_are_chosen_and_left_out() {
    let place = Place::with(&[(PATH, &goals())]);
    assert_eq!(check(&place, &["--select", "kr-flat,owner-many"]), ["error kr-flat", "warning owner-many"]);
    assert_eq!(
        check(&place, &["--select", "kr-flat", "--select", "owner-many", "--ignore", "format"]),
        ["warning owner-many"]
    );
    assert!(check(&place, &["--select", "reference"]).iter().all(|one| one == "warning owner-many"));
    assert!(!check(&place, &["--ignore", "kr-flat,method"]).iter().any(|one| one.contains("kr-")));
    let _ = place.okr(&["check", "--select", "kr-flta"]).exits(2).says("kr-flta").says("did you mean `kr-flat`?");
    let _ = place.okr(&["check", "--ignore", "wordings"]).exits(2).says("no rule or group `wordings`");
    // A rule that the settings have off runs where it is asked for by name.
    place.write("okr.toml", "[rules.levels]\nowner-many = \"off\"\nkr-flat = \"warning\"\n");
    assert!(!check(&place, &[]).iter().any(|one| one.contains("owner-many")));
    assert_eq!(check(&place, &["--select", "owner-many,kr-flat"]), ["warning kr-flat", "warning owner-many"]);
    assert!(check(&place, &["--select", "reference"]).is_empty());
    let _ = place.okr(&["check"]).exits(0);
    // What keeps the others from seeing everything is told whatever is chosen.
    place.write(PATH, "cycle = ");
    assert_eq!(check(&place, &["--select", "owner-many"]), ["error toml-syntax"]);
}

#[test]
fn thresholds_and_profiles_are_in_force() {
    let place = Place::with(&[(PATH, GOALS)]);
    let counts = |place: &Place| check(place, &["--select", "kr-count,objective-count"]);
    let text = |settings: &str| place.write("okr.toml", settings);
    assert_eq!(counts(&place), ["warning kr-count"], "one key result is fewer than two");
    text("[rules.kr-count]\nmin = 1\n");
    assert!(counts(&place).is_empty());
    text("[rules]\nprofile = \"strict\"\n");
    assert_eq!(counts(&place), ["error kr-count"]);
    text("[rules]\nprofile = \"strict\"\n[rules.levels]\nkr-count = \"info\"\n");
    assert_eq!(counts(&place), ["info kr-count"]);
    text("[rules]\nprofile = \"minimal\"\n");
    assert!(check(&place, &[]).is_empty(), "{:?}", check(&place, &[]));
    let second = GOALS.replace("\"speed\"", "\"other\"");
    place.write("okrs/2026-Q4/other.toml", second);
    text("[rules]\nprofile = \"radical-focus\"\n");
    assert!(counts(&place).contains(&"warning objective-count".to_owned()), "one objective is enough");
    text("[rules]\nprofile = \"google\"\n");
    assert!(counts(&place).contains(&"warning objective-count".to_owned()), "three at least");
    text(
        "[rules.kr-count]\nmaximum = 3\n[rules.kr-cuont]\nmax = 3\n[rules.levels]\nkr-flta = \"off\"\nkr-flat = \"loud\"\n",
    );
    let run = place.okr(&["check"]).exits(1).says("`kr-count` takes `min` and `max`").says("did you mean `kr-count`?");
    let _ = run.says("okr.toml:6").says("did you mean `kr-flat`?").says("loud");
}

#[test]
fn the_list_says_which_level_is_in_force_and_why() {
    let place = Place::with(&[(PATH, GOALS)]);
    place.write(
        "okr.toml",
        "language = \"de\"\n[rules]\nprofile = \"strict\"\n[rules.levels]\nkr-flat = \"off\"\nowner-many = \"info\"\n",
    );
    let line = |arguments: &[&str], rule: &str| {
        let out = place.okr_in(&place.root(), arguments, &[("COLUMNS", "400")]).exits(0).out;
        let found = out.lines().find(|line| line.split_whitespace().next() == Some(rule)).map(str::to_owned);
        found.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(line(&["rule"], "kr-flat"), None, "what is off is counted");
    for (rule, level, origin) in [
        ("kr-flat", "off", "(okr.toml [rules.levels])"),
        ("owner-many", "info", "(okr.toml [rules.levels])"),
        ("kr-count", "error", "(profile strict)"),
        ("kr-direction", "off", "(okr.toml language)"),
    ] {
        let line = line(&["rule", "--all"], rule).expect("it is listed");
        assert!(line.starts_with(&format!("{rule} {level} ")) && line.ends_with(origin), "{line}");
    }
    let line = line(&["rule", "--all"], "id-invalid").expect("it is listed");
    assert!(line.starts_with("id-invalid error ") && !line.ends_with(')'), "{line}");
    let _ = place.okr(&["rule", "kr-count"]).exits(0).says("error, profile strict").says("[rules.kr-count] max = 5");
    let _ = place.okr(&["rule", "kr-cuont"]).exits(2).says("did you mean `kr-count`?");
}

#[test]
fn an_answer_needs_a_reason_and_something_to_answer() {
    let place = Place::with(&[(PATH, &goals())]);
    let answered = |entry: &str, at: &str| {
        place.write(PATH, goals().replacen(at, &format!("allow = [{{ {entry} }}]\n{at}"), 1));
        let run = place.okr(&["check", "--format", "json"]);
        (run.code, run.json()["summary"]["suppressed"].as_u64().expect("a number"), found(&run))
    };
    let reason = "rule = \"kr-flat\", reason = \"Held where it is\"";
    for at in ["baseline", "title = \"Pages"] {
        let (code, suppressed, findings) = answered(reason, at);
        assert_eq!((code, suppressed), (0, 1), "{at}: {findings:?}");
    }
    for entry in ["rule = \"kr-flat\"", "rule = \"kr-flat\", reason = \" \""] {
        let (code, _, findings) = answered(entry, "baseline");
        assert!(code == 1 && findings.contains(&"error allow-no-reason".to_owned()), "{entry}: {findings:?}");
    }
    let (_, suppressed, findings) = answered("rule = \"kr-direction\", reason = \"Once\"", "baseline");
    assert!(suppressed == 0 && findings.contains(&"warning allow-unused".to_owned()), "{findings:?}");
    let (code, _, findings) = answered("rule = \"kr-falt\", reason = \"Misspelt\"", "baseline");
    assert!(code == 1 && findings.contains(&"error config-invalid".to_owned()), "{findings:?}");
    // Of a rule that did not run nobody can tell whether its answer is needed.
    place.write(PATH, GOALS.replacen("baseline", "allow = [{ rule = \"kr-flat\", reason = \"Once\" }]\nbaseline", 1));
    assert!(check(&place, &["--ignore", "kr-flat"]).iter().all(|one| !one.contains("allow")));
    assert!(check(&place, &[]).contains(&"warning allow-unused".to_owned()));
}
