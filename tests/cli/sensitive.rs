//! What is `sensitive` comes out nowhere: planted values are searched for in every command and format.

use crate::support::Place;

const PATH: &str = "okrs/2026-Q4/finance.toml";
/// Values and words that nothing may print.
const PLANTED: &[&str] = &["81234", "91234", "71234", "87654", "61234", "zanzibar", "quokka"];

fn file(current: &str, note: &str, sensitive: bool, title: &str) -> String {
    let flag = if sensitive { "sensitive = true\n" } else { "" };
    format!(
        "cycle = \"2026-Q4\"\n\n[[objective]]\nid = \"money\"\ntitle = \"We can pay for the road ahead\"\nowner = \"@cfo\"\n\n\
         [[objective.key_result]]\nid = \"cash\"\ntitle = \"{title}\"\nunit = \"EUR\"\n{flag}\
         baseline = 71234\ntarget = 91234\ncurrent = {current}\nnote = \"{note}\"\n\n\
         [[objective.key_result]]\nid = \"runway\"\ntitle = \"Runway grows from 9 to 14 months\"\nbaseline = 9\ntarget = 14\n\
         unit = \"months\"\ncurrent = 11\n"
    )
}

fn planted() -> Place {
    let title = "Cash grows from 71234 EUR to 91234 EUR";
    let place = Place::repository();
    place.commit("2026-10-05", "Plan 61234 for zanzibar", &[(PATH, &file("81234", "quokka", false, title))]);
    place.commit("2026-10-20", "Hide 61234 zanzibar", &[(PATH, &file("81234", "quokka 2", true, title))]);
    place.commit("2026-11-10", "Move to 87654 zanzibar", &[(PATH, &file("87654", "quokka 3", true, title))]);
    place
}

fn nothing_leaks(place: &Place, arguments: &[&str]) {
    for format in ["human", "concise", "json", "markdown", "sarif", "github", "gitlab", "junit", "csv", "jsonl"] {
        let with_format: Vec<_> = arguments.iter().copied().chain(["--format", format]).collect();
        let run = place.okr(&with_format);
        if run.code == 2 {
            assert!(run.err.contains("--format"), "{with_format:?} failed: {}", run.err);
            continue;
        }
        for value in PLANTED {
            assert!(!run.out.contains(value), "{with_format:?} prints {value}\n{}", run.out);
            assert!(!run.err.contains(value), "{with_format:?} says {value}\n{}", run.err);
        }
    }
}

#[test]
fn no_command_prints_a_planted_value() {
    let place = planted();
    let commands: &[&[&str]] = &[
        &["check"],
        &["check", "--select", "kr-no-source,kr-no-baseline,commitment-untyped,kr-flat,kr-unit-range,kr-direction"],
        &["status"],
        &["status", "cash"],
        &["status", "--as-of", "HEAD~1"],
        &["log"],
        &["log", "cash"],
        &["log", "--as-of", "HEAD~1"],
        &["diff", "HEAD~2", "HEAD~1"],
        &["diff", "HEAD~1", "HEAD"],
        &["diff", "HEAD", "HEAD~2"],
        &["diff", "HEAD~1"],
        &["report"],
        &["report", "--verbose"],
        &["export"],
        &["export", "--check-ins"],
        &["export", "--as-of", "HEAD~1"],
    ];
    for arguments in commands {
        nothing_leaks(&place, arguments);
    }
}

#[test]
fn findings_about_it_do_not_quote_it() {
    let place = planted();
    let good = file("81234", "quokka", true, "Cash grows from 71234 EUR to 91234 EUR");
    let defects = [
        good.replace("target = 91234", "target = 71234"),
        good.replace("current = 81234", "current = \"81234\""),
        good.replace("current = 81234", "current = 81234\ndone = false"),
        good.replace("current = 81234", "curent = 81234"),
        good.replace("id = \"cash\"", "id = \"runway\""),
        good.replace("current = 81234", "confidence = 81234\ncurrent = 81234"),
        good.replace("unit = \"EUR\"", "unit = \"%\"").replace("Cash grows", "The share falls"),
    ];
    // What does not read as true or false may have meant true, and so may a misspelt key: nothing is shown.
    let doubtful =
        ["sensitive = \"yes\"", "sensitiv = true", "Sensitive = 1"].map(|key| good.replace("sensitive = true", key));
    for text in defects.into_iter().chain(doubtful) {
        place.write(PATH, &text);
        for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit"] {
            let run = place.okr(&["check", "--format", format, "--fail-on", "info"]).exits(1);
            for value in PLANTED {
                assert!(!run.out.contains(value), "{format} prints {value}\n{}", run.out);
            }
        }
        nothing_leaks(&place, &["status"]);
        nothing_leaks(&place, &["diff", "HEAD"]);
        // What was sensitive stays hidden in the change that unveils it.
        if text.contains("id = \"cash\"") {
            place.write(PATH, text.replace("sensitive = true\n", ""));
            nothing_leaks(&place, &["diff", "HEAD"]);
        }
    }
}

#[test]
fn findings_over_history_do_not_quote_it() {
    let title = "Cash grows from 71234 EUR to 91234 EUR";
    // Moved after the lock, leapt, written down late, and then shown to everybody; a report of before is out of date.
    let open = |current: &str| file(current, "open", false, "Cash grows");
    for last in [
        file("987654", "quokka 4", true, title).replace("target = 91234", "target = 61234"),
        open("5").replace("baseline = 71234\ntarget = 91234", "baseline = 1\ntarget = 2"),
        open("-7").replace("baseline = 71234\ntarget = 91234", "baseline = 1\ntarget = 2\nunit = \"USD\""),
        file("87654", "quokka 3", true, title)
            .replace("[[objective.key_result]]\nid = \"cash\"", "[[objective.key_result]]\nid = \"money\""),
    ] {
        let place = Place::repository();
        place.commit("2026-10-05", "Plan", &[(PATH, &file("81234", "quokka", false, title))]);
        let _ = place.okr(&["report", "--output", "okrs/README.md", "--today", "2026-10-05"]).exits(0);
        place.commit("2026-10-06", "Report and hide", &[(PATH, &file("81234", "quokka 2", true, title))]);
        place.commit("2026-11-20", "Move", &[(PATH, &last)]);
        for format in ["human", "concise", "json"] {
            let run = place.okr(&["check", "--format", format, "--fail-on", "info"]).exits(1).says("report-stale");
            for value in PLANTED {
                assert!(!run.out.contains(value), "{format} prints {value}\n{}", run.out);
            }
        }
    }
}

#[test]
fn it_counts_all_the_same_in_whole_percent() {
    let place = planted();
    let json = place.okr(&["status", "--format", "json"]).exits(0).json();
    let cash = &json["cycles"][0]["objectives"][0]["key_results"][0];
    assert_eq!(cash["progress"].as_f64(), Some(0.82));
    assert_eq!(cash["raw"], cash["progress"]);
    for field in ["baseline", "target", "current", "note"] {
        assert!(cash[field].is_null(), "{field} is {}", cash[field]);
    }
    let _ = place.okr(&["status"]).exits(0).says("82 %");
}

#[test]
fn what_counts_goals_and_days_is_no_secret() {
    let place = planted();
    place.write(
        PATH,
        file("87654", "quokka 3", true, "Cash grows")
            .replace("[[objective.key_result]]\nid = \"runway\"", "[objective.meta]"),
    );
    let run = place.okr(&["check", "--today", "2026-12-20"]);
    let _ = run.says("counts 1 key result (2 to 5)").says("for 40 days, at one every 7 days and 3 of grace");
    nothing_leaks(&place, &["check", "--today", "2026-12-20"]);
    // Whoever writes false has seen what it means, however it is spelt.
    place.write(PATH, file("87654", "quokka 3", true, "Cash grows").replace("sensitive = true", "sensitiv = false"));
    let _ = place.okr(&["status"]).exits(0).says("87654");
}

#[test]
fn the_reason_of_an_answer_is_masked_too() {
    let place = planted();
    let text = file("81234", "quokka", true, "Cash grows").replace(
        "unit = \"EUR\"",
        "unit = \"EUR\"\nallow = [{ rule = \"kr-no-source\", reason = \"The bank says 81234\" }]",
    );
    place.write(PATH, text);
    let run = place.okr(&["check", "--format", "sarif"]);
    assert!(run.out.contains("The bank says •••••"), "{}", run.out);
    assert!(!run.out.contains("81234"), "{}", run.out);
}

#[test]
fn addresses_are_masked_in_what_is_published() {
    let place = planted();
    let links =
        "source = \"https://sheets.example/cash?is=87654\"\nevidence = [\"https://bank.example/81234\"]\nsensitive";
    place.write(PATH, file("87654", "quokka 3", true, "Cash grows").replace("sensitive", links));
    for command in ["status", "report", "diff", "log"] {
        nothing_leaks(&place, &[command]);
    }
}

#[test]
fn a_check_of_the_change_that_unveils_it_quotes_nothing() {
    let place = planted();
    let open = file("\"87654\"", "quokka 3", false, "Cash grows");
    place.write(PATH, &open);
    let run = place.okr(&["check", "--base", "HEAD"]).exits(1).says("field-type");
    assert!(!run.out.contains("87654"), "{}", run.out);
    nothing_leaks(&place, &["check", "--base", "HEAD"]);
    nothing_leaks(&place, &["check", "--base", "HEAD", PATH]);
    // Alone, the file says that anybody may see it.
    let _ = place.okr(&["check"]).exits(1).says("87654");
}
