//! Holds each format to what it was, and to its own rules, with text that a stranger wrote to break out of it.

use super::{Edit, Finding, Format, Level, RuleState, RuleWords, Style, Summary, View};
use crate::text::{SourceFile, SourceMap};
use serde_json::{Value, json};
use std::path::Path;

/// Compares a text with the file of that name in `testdata`, or writes it where `GIT_OKR_BLESS` is set.
fn expect(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/finding/testdata").join(file);
    if std::env::var_os("GIT_OKR_BLESS").is_some() {
        std::fs::write(&path, text).expect("testdata can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "src/finding/testdata/{file} differs: GIT_OKR_BLESS=1 cargo test finding\n{text}");
}

fn written(view: &View<'_>, format: Format) -> String {
    let mut out = Vec::new();
    format.write(view, &mut out, Style::default()).expect("memory");
    String::from_utf8(out).expect("text")
}

/// What somebody may write who wants to be more than a text.
const HOSTILE: &str = "x\n::error file=a,line=1::forged\r%0A::warning::too ##[error]\u{1b}[31m\u{202e}\u{0}\u{ffff}]]>\
                       <b a='\"'>&amp; [click](https://evil.example) {0}";

const RULES: &[RuleState] = &[
    RuleState { name: "id-duplicate", group: "format", level: Some(Level::Error), ran: true },
    RuleState { name: "kr-count", group: "method", level: Some(Level::Warning), ran: true },
    RuleState { name: "kr-no-source", group: "method", level: None, ran: false },
    RuleState { name: "goalpost-moved", group: "goalposts", level: Some(Level::Error), ran: false },
];

fn words(name: &str) -> RuleWords {
    let text = |what: &str| format!("{what} of {name}.");
    RuleWords { summary: text("Summary"), why: text("Why"), text: text("Text"), markdown: text("*Markdown*") }
}

/// Two files, one with a name that needs escaping, and a finding of each kind.
fn scene() -> (SourceMap, Vec<Finding>, Vec<Finding>) {
    let mut sources = SourceMap::default();
    let odd = sources.add(SourceFile::new("okrs/a b,c:d%é.toml", "\u{feff}id = \"é\"\r\nid = [\n  \"x\"\n]\n"));
    let plain = sources.add(SourceFile::new("okrs/z.toml", "cycle = \"2026-Q4\"\n"));
    let at = sources.get(odd).text.find('"').expect("there");
    let edits = vec![Edit { range: at..at + 4, text: "\"e\"".to_owned() }];
    let mut findings = vec![
        Finding::new("id-duplicate", "`é` is twice", "rename one")
            .at(odd, at..at + 4, "")
            .and(plain, 8..17, "and first here")
            .about("2026-Q4/é")
            .fix("write `e`", true, edits.clone()),
        Finding::new("kr-count", HOSTILE, "take one out").at(odd, 17..28, "").fix("guess", false, edits),
        Finding::new("history-shallow", "the history is cut short", ""),
    ];
    findings[1].level = Level::Warning;
    if let Some(fix) = &mut findings[0].fix {
        fix.elsewhere.push((plain, Edit { range: 0..5, text: "round".to_owned() }));
    }
    let mut answered = vec![Finding::new("kr-count", "only one", "add one").at(plain, 0..5, "")];
    answered[0].level = Level::Info;
    answered[0].answer = Some("one is enough\nhere".to_owned());
    for (at, finding) in findings.iter_mut().chain(&mut answered).enumerate() {
        finding.fingerprint = format!("{at:016x}");
    }
    (sources, findings, answered)
}

#[test]
fn every_format_reads_as_it_did() {
    let (sources, findings, answered) = scene();
    let files: Vec<_> = sources.iter().map(|(id, _)| id).collect();
    let gap =
        json!({ "kind": "shallow", "commit": null, "path": null, "message": "cut off", "help": "fetch the rest" });
    let history = json!({ "complete": false, "degraded": [gap] });
    let view = View {
        summary: Summary { suppressed: 1, files: 2, ..Summary::default() }.counting(&findings),
        history: &history,
        answered: &answered,
        rules: RULES,
        explain: words,
        files: &files,
        root_file: "okr.toml",
        ..View::new(&findings, &sources)
    };
    for (format, file) in [
        (Format::Human, "human.txt"),
        (Format::Concise, "concise.txt"),
        (Format::Json, "json.json"),
        (Format::Sarif, "sarif.json"),
        (Format::Github, "github.txt"),
        (Format::Gitlab, "gitlab.json"),
        (Format::Junit, "junit.xml"),
    ] {
        let text = written(&view, format);
        expect(file, &text.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"VERSION\""));
        if format != Format::Json {
            let raw = text.chars().find(|c| *c != '\n' && (c.is_control() || matches!(c, '\u{202e}' | '\u{ffff}')));
            assert_eq!(raw, None, "{file} lets a control character through");
        }
    }
}

/// Command, properties and text.
type Command = (String, Vec<(String, String)>, String);

/// Reads output as the runner of GitHub Actions does: each line that is a command.
fn commands(text: &str) -> Vec<Command> {
    let unescaped = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let mut found = Vec::new();
    for line in text.split(['\n', '\r']) {
        assert!(!line.contains("##["), "a command of older runners: {line}");
        let Some((head, text)) = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::")) else {
            continue;
        };
        let (command, properties) = head.split_once(' ').unwrap_or((head, ""));
        let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(key, value)| (key.to_owned(), unescaped(value))).collect();
        found.push((command.to_owned(), pairs, unescaped(text)));
    }
    found
}

#[test]
fn no_text_becomes_a_workflow_command() {
    let (sources, findings, _) = scene();
    let text = written(&View::new(&findings, &sources), Format::Github);
    let found = commands(&text);
    let words: Vec<&str> = found.iter().map(|(command, ..)| command.as_str()).collect();
    assert_eq!(words, ["error", "error", "warning"]);
    assert_eq!(text.lines().count(), 3);
    let of = |at: usize, key: &str| found[at].1.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
    assert_eq!(of(0, "file"), Some("okrs/a b,c:d%é.toml"));
    assert_eq!((of(0, "line"), of(0, "col"), of(0, "endColumn")), (Some("1"), Some("6"), Some("9")));
    assert_eq!((of(1, "file"), of(1, "title")), (None, Some("git-okr (history-shallow)")));
    assert_eq!((of(2, "line"), of(2, "endLine"), of(2, "col")), (Some("2"), Some("4"), None));
    assert!(found[2].2.contains("%0A") && found[2].2.ends_with("\nhelp: take one out"), "{}", found[2].2);
}

/// Makes warnings, then errors, as many as asked.
fn many(errors: usize, warnings: usize) -> (SourceMap, Vec<Finding>) {
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("okrs/a.toml", "cycle = \"2026-Q4\"\n"));
    let one = |at: usize| {
        let mut finding = Finding::new("kr-count", format!("number {at}"), "count").at(file, 0..5, "");
        finding.level = if at < warnings { Level::Warning } else { Level::Error };
        finding
    };
    (sources, (0..warnings + errors).map(one).collect())
}

#[test]
fn of_too_many_annotations_the_last_says_how_many_there_are_besides() {
    for (errors, warnings) in [(10, 0), (11, 10), (3, 25)] {
        let (sources, findings) = many(errors, warnings);
        let text = written(&View::new(&findings, &sources), Format::Github);
        let found = commands(&text);
        for (level, total) in [("error", errors), ("warning", warnings)] {
            let of_level: Vec<_> = found.iter().filter(|(command, ..)| command == level).collect();
            assert_eq!(of_level.len(), total.min(10), "{level}: {text}");
            if total > 10 {
                let last = &of_level[9].2;
                assert!(last.starts_with(&format!("{} more {level}s", total - 9)), "{last}");
            }
        }
        assert!(found.windows(2).all(|two| two[0].0 <= two[1].0), "errors come first");
        // Nothing is lost: what is no annotation is a line of the log.
        for finding in &findings {
            assert!(
                text.lines()
                    .any(|line| line.contains(&format!("{}%0A", finding.message)) || line.ends_with(&finding.message))
            );
        }
    }
}

#[test]
fn junit_is_xml_and_counts_right() {
    let (sources, findings, _) = scene();
    let files: Vec<_> = sources.iter().map(|(id, _)| id).collect();
    for (fail_on, failing) in [(Some(Level::Error), 2), (Some(Level::Warning), 3), (None, 0)] {
        let view = View { rules: RULES, files: &files, fail_on, ..View::new(&findings, &sources) };
        let text = written(&view, Format::Junit);
        let document = roxmltree::Document::parse(&text).expect("XML");
        let root = document.root_element();
        let number = |node: roxmltree::Node<'_, '_>, name: &str| -> usize {
            node.attribute(name).and_then(|value| value.parse().ok()).expect("a number")
        };
        for node in root.descendants().filter(|node| matches!(node.tag_name().name(), "testsuites" | "testsuite")) {
            let count = |name: &str| node.descendants().filter(|inner| inner.has_tag_name(name)).count();
            assert_eq!(number(node, "tests"), count("testcase"));
            assert_eq!(number(node, "failures"), count("failure"));
            assert_eq!(number(node, "skipped"), count("skipped"));
        }
        // Three rules are on, in two files; what has no file has a suite of its own.
        assert_eq!((number(root, "tests"), number(root, "failures")), (7, failing));
        assert_eq!(root.children().filter(|node| node.is_element()).count(), 3);
    }
}

#[test]
fn junit_has_a_bound() {
    let mut sources = SourceMap::default();
    let files: Vec<_> = (0..40_000).map(|n| sources.add(SourceFile::new(format!("okrs/{n}.toml"), ""))).collect();
    let findings = [Finding::new("kr-count", "many", "fewer").at(files[7], 0..0, "")];
    let view = View { rules: RULES, files: &files, ..View::new(&findings, &sources) };
    let text = written(&view, Format::Junit);
    assert!(text.contains("tests=\"40001\" failures=\"1\""), "{}", &text[..200]);
    assert!(text.contains("name=\"every other rule\""));
}

#[test]
fn sarif_points_only_at_what_is_there() {
    let (sources, findings, answered) = scene();
    let view = View {
        rules: RULES,
        explain: words,
        answered: &answered,
        root_file: "okr.toml",
        ..View::new(&findings, &sources)
    };
    let document: Value = serde_json::from_str(&written(&view, Format::Sarif)).expect("JSON");
    let run = &document["runs"][0];
    let results = run["results"].as_array().expect("a list");
    assert_eq!(results.len(), 4);
    for result in results {
        if let Some(index) = result["ruleIndex"].as_u64() {
            let rule = &run["tool"]["driver"]["rules"][usize::try_from(index).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
        }
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("an address");
        assert!(["okrs/a%20b%2Cc%3Ad%25%C3%A9.toml", "okrs/z.toml", "okr.toml"].contains(&uri), "{uri}");
    }
    let hostile = results[1]["message"]["text"].as_str().expect("a text");
    assert!(!hostile.contains("](") && hostile.contains("{{0}"), "{hostile}");
    assert_eq!(results[0]["fixes"].as_array().map(Vec::len), Some(1), "a safe one is offered");
    assert_eq!(results[1]["fixes"].as_array().map(Vec::len), Some(0), "a guess is not");
    assert_eq!(results[3]["suppressions"][0]["justification"], "one is enough here");
}

#[test]
fn sarif_keeps_the_gravest_of_too_many_and_says_so() {
    let (sources, findings) = many(10, 25_000);
    let document: Value = serde_json::from_str(&written(&View::new(&findings, &sources), Format::Sarif)).expect("JSON");
    let run = &document["runs"][0];
    let results = run["results"].as_array().expect("a list");
    assert_eq!(results.len(), 25_000);
    assert_eq!(results.iter().filter(|result| result["level"] == "error").count(), 10);
    let note = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().expect("a text");
    assert!(note.starts_with("10 findings are left out"), "{note}");
}

#[test]
fn a_circle_of_thousands_is_cut_and_says_so() {
    let mut sources = SourceMap::default();
    let file = sources.add(SourceFile::new("okrs/a.toml", "cycle = \"2026-Q4\"\n"));
    let mut finding = Finding::new("align-cycle", "in a circle", "break it").at(file, 0..5, "");
    for _ in 0..1_500 {
        finding = finding.and(file, 0..5, "and from here");
    }
    let findings = [finding];
    let document: Value = serde_json::from_str(&written(&View::new(&findings, &sources), Format::Sarif)).expect("JSON");
    let result = &document["runs"][0]["results"][0];
    assert_eq!(result["relatedLocations"].as_array().map(Vec::len), Some(100));
    assert!(result["message"]["text"].as_str().is_some_and(|text| text.contains("1400 more places")));
}

#[test]
fn gitlab_gets_a_list_even_of_nothing() {
    let (sources, findings, _) = scene();
    assert_eq!(written(&View::new(&[], &sources), Format::Gitlab), "[]\n");
    let issues: Value = serde_json::from_str(&written(&View::new(&findings, &sources), Format::Gitlab)).expect("JSON");
    let severities: Vec<_> = issues.as_array().expect("a list").iter().map(|issue| &issue["severity"]).collect();
    assert_eq!(severities, ["major", "minor", "major"]);
}
