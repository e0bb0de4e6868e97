//! The formats of a check, on the real binary: many in one run, whole files or none, and nothing that a file forges.

use crate::support::{GOALS, PATH, Place};

/// A file whose every text wants to be more than a text.
const HOSTILE: &str = r#"cycle = "2026-Q4"
owner = "@team"

[[objective]]
id = "speed"
title = "::error file=okrs/forged.toml,line=1::forged\n::error::forged %0A::warning::forged"
parent = "x\n::error::forged\r\n##[error]forged"

[[objective.key_result]]
id = "P99\n::error::forged"
title = "<failure message='forged'/> ]]> \u001b[31m\u202e falls from 420 to 294"
baseline = 420
target = 294
current = 400
"::set-output name=forged::" = "::add-mask::forged"
depends_on = ["::stop-commands::forged", "[forged](https://evil.example)", "{0}"]
"#;

#[test]
fn one_run_writes_every_format() {
    let place = Place::with(&[(PATH, HOSTILE)]);
    let formats = ["human", "concise", "json", "sarif", "github", "gitlab", "junit"];
    std::fs::create_dir(place.root().join("out")).expect("a folder");
    let outputs: Vec<String> = formats.iter().map(|format| format!("--output={format}=out/{format}")).collect();
    let arguments: Vec<&str> = ["check"].into_iter().chain(outputs.iter().map(String::as_str)).collect();
    let run = place.okr(&arguments).exits(1);
    assert!(run.out.contains("error[field-unknown]"), "stdout has what --format says\n{}", run.out);
    for format in formats {
        let alone = place.okr_in(&place.root(), &["check", "--format", format], &[("COLUMNS", "80")]).exits(1);
        assert_eq!(place.read(&format!("out/{format}")), alone.out, "{format}");
    }
    let left = std::fs::read_dir(place.root().join("out")).expect("a folder").count();
    assert_eq!(left, formats.len(), "nothing lies beside them");
    // A wide terminal and a colour change nothing in a file.
    let wide = [("COLUMNS", "200"), ("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")];
    let _ = place.okr_in(&place.root(), &["check", "--output", "human=wide"], &wide).exits(1);
    assert_eq!(place.read("wide"), place.read("out/human"));
}

#[test]
fn a_file_that_cannot_be_written_is_named_before_any_work() {
    let place = Place::with(&[(PATH, GOALS)]);
    place.write("there.json", "kept");
    for (outputs, said) in [
        (&["sarif=no/such/folder.sarif"][..], "its folder is not there"),
        (&["sarif=okrs"], "it is a folder"),
        (&["json=a.json", "sarif=./a.json"], "twice"),
        (&["json=there.json", "sarif=okrs/../there.json"], "twice"),
        (&["sarf=a.sarif"], "there is no format `sarf`"),
        (&["a.sarif"], "FORMAT=FILE"),
        (&["json=-"], "--format"),
    ] {
        let arguments: Vec<&str> =
            ["check"].into_iter().chain(outputs.iter().flat_map(|output| ["--output", output])).collect();
        let run = place.okr(&arguments).exits(2).says(said);
        assert!(run.out.is_empty(), "{}", run.out);
    }
    assert_eq!(place.read("there.json"), "kept");
    assert!(!place.root().join("a.json").exists());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_checkout_is_not_written_through() {
    let place = Place::with(&[(PATH, GOALS)]);
    std::fs::write(place.beside("victim"), "kept").expect("a file");
    std::os::unix::fs::symlink(place.beside("victim"), place.root().join("okr.sarif")).expect("a link");
    let _ = place.okr(&["check", "--output", "sarif=okr.sarif"]).exits(2).says("it is a symbolic link");
    let _ = place.okr(&["check", "--output", "sarif=/dev/null"]).exits(2).says("it is no ordinary file");
    assert_eq!(std::fs::read_to_string(place.beside("victim")).expect("a file"), "kept");
}

#[test]
fn a_title_forges_nothing() {
    let path = "okrs/2026-Q4/a,b%0A::error::forged.toml";
    let place = Place::with(&[(path, HOSTILE), ("okrs/2026-Q4/z.toml", GOALS)]);
    let found = place.okr(&["check", "--format", "json"]).exits(1).json();
    let findings = found["findings"].as_array().expect("a list").len();
    assert!(findings >= 5, "{found:#}");

    let github = place.okr(&["check", "--format", "github"]).exits(1).out;
    assert_eq!(github.lines().count(), findings);
    for line in github.lines() {
        let (head, text) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).expect("a command");
        let command = head.split_once(' ').expect("properties").0;
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        let places =
            ["file=okrs/2026-Q4/a%2Cb%250A%3A%3Aerror%3A%3Aforged.toml,line=", "title=git-okr (history-unreadable)"];
        assert!(places.iter().any(|place| head.contains(place)) || head.contains("file=okrs/2026-Q4/z.toml"), "{line}");
        assert!(!text.contains("##["), "{line}");
    }

    let junit = place.okr(&["check", "--format", "junit"]).exits(1).out;
    let document = roxmltree::Document::parse(&junit).expect("XML");
    let failures = document.descendants().filter(|node| node.has_tag_name("failure"));
    assert!(failures.clone().count() > 0);
    assert!(failures.filter_map(|node| node.attribute("message")).all(|message| message != "forged"));

    let gitlab = place.okr(&["check", "--format", "gitlab"]).exits(1).json();
    let mut prints: Vec<_> =
        gitlab.as_array().expect("a list").iter().map(|issue| issue["fingerprint"].to_string()).collect();
    assert_eq!(prints.len(), findings);
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), findings, "each its own fingerprint");

    for format in ["human", "concise", "sarif", "github", "gitlab", "junit"] {
        let out = place.okr(&["check", "--format", format]).exits(1).out;
        assert!(!out.contains(['\u{1b}', '\u{202e}', '\r']), "{format}");
    }
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let place = Place::with(&[(PATH, HOSTILE)]);
    let prints = || -> Vec<String> {
        let issues = place.okr(&["check", "--format", "gitlab"]).exits(1).json();
        issues.as_array().expect("a list").iter().map(|issue| issue["fingerprint"].to_string()).collect()
    };
    let before = prints();
    place.write(PATH, format!("# A comment.\n\n{HOSTILE}"));
    assert_eq!(prints(), before);
}

#[test]
fn sarif_holds_the_rules_the_answers_and_what_is_not_known() {
    let answered = GOALS.replace("owner = \"@team\"", "").replace(
        "title = \"Pages feel instant to everyone\"",
        "title = \"Pages feel instant to everyone\"\nallow = [{ rule = \"owner-missing\", reason = \"Nobody yet\" }]",
    );
    let place = Place::with(&[(PATH, &answered)]);
    place.commit("2026-10-06", "Again", &[(PATH, &answered.replace("400", "399"))]);
    let document = place.okr(&["check", "--format", "sarif"]).exits(0).json();
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
    let listed = place.okr(&["rule", "--all"]).exits(0).out;
    for rule in rules {
        assert!(listed.contains(&format!("  {} ", rule["id"].as_str().expect("a name"))), "{rule:#}");
        for (text, longest) in [
            (&rule["shortDescription"]["text"], 1_024),
            (&rule["fullDescription"]["text"], 1_024),
            (&rule["help"]["text"], 65_536),
            (&rule["help"]["markdown"], 65_536),
        ] {
            let length = text.as_str().map_or(0, str::len);
            assert!(length > 0 && length <= longest, "{}: {length}", rule["id"]);
        }
    }
    let suppressed: Vec<_> =
        run["results"].as_array().expect("a list").iter().filter(|r| r["suppressions"][0].is_object()).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["ruleId"], "owner-missing");
    assert_eq!(suppressed[0]["suppressions"][0]["justification"], "Nobody yet");
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"], serde_json::json!([]));

    let shallow = place.beside("shallow");
    let source = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--depth", "1", &source, shallow.to_str().expect("UTF-8")]);
    let run = place.okr_in(&shallow, &["check", "--select", "history", "--format", "sarif"], &[]).exits(1).json();
    let note = &run["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(note["descriptor"]["id"], "shallow");
    let result = &run["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "history-shallow");
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "okr.toml");
}

#[test]
fn junit_fails_where_the_run_fails() {
    let place = Place::with(&[(PATH, GOALS)]);
    let failures = |arguments: &[&str], code: i32| -> usize {
        let arguments: Vec<&str> =
            ["check", "--format", "junit"].into_iter().chain(arguments.iter().copied()).collect();
        let out = place.okr(&arguments).exits(code).out;
        let document = roxmltree::Document::parse(&out).expect("XML");
        assert!(document.descendants().filter(|node| node.has_tag_name("testcase")).count() > 20, "passes are shown");
        document.root_element().attribute("failures").and_then(|count| count.parse().ok()).expect("a number")
    };
    assert_eq!(failures(&[], 0), 0);
    assert!(failures(&["--fail-on", "info"], 1) > 0);
    assert_eq!(failures(&["--fail-on", "never"], 0), 0);
}
