//! Holds the rules to their own words: every bad example fires, every good one does not.

mod cases;
mod examples;
mod profiles;

use super::*;
use crate::finding::{Finding, Format, Level, Style};
use crate::history::{Degraded, DegradedKind, Event, EventKind, History};
use crate::okr::{Field, Group as FieldGroup};
use crate::source::Tree;
use crate::text::SourceFile;
use jiff::civil::{Date, date};
use serde_json::Value;
use std::collections::BTreeSet;

/// The day of all tests.
const TODAY: Date = date(2026, 11, 22);

/// Reads files as the source room would.
pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    let mut files = files.to_vec();
    files.sort_by_key(|(path, _)| (*path != crate::config::FILE_NAME, *path));
    for (path, text) in files {
        let source = SourceFile::new(path, text);
        let id = tree.sources.add(source.clone());
        if path == crate::config::FILE_NAME {
            let reading = crate::config::read(id, &source);
            tree.config = reading.config;
            tree.findings.extend(reading.findings);
        } else {
            let (file, findings) = crate::syntax::read(id, &source);
            tree.files.push(file);
            tree.findings.extend(findings);
        }
    }
    tree
}

fn run(tree: &Tree, history: Option<&History>) -> Checked {
    check(&Subject::new(tree, history, TODAY), &Selection::default())
}

fn lines(checked: &Checked) -> String {
    checked.findings.iter().map(|one| format!("{} {}: {}\n", one.level, one.rule, one.message)).collect()
}

fn fired<'c>(checked: &'c Checked, rule: &str) -> Vec<&'c Finding> {
    checked.findings.iter().filter(|finding| finding.rule == rule).collect()
}

const HEAD: &str = "cycle = \"2026-Q4\"\nowner = \"@pay\"\n";
const OBJECTIVE: &str = "[[objective]]\nid = \"checkout\"\ntitle = \"Checkout just works\"\n";
const KEY_RESULT: &str =
    "[[objective.key_result]]\nid = \"p99\"\ntitle = \"P99 falls from 420 to 294\"\nbaseline = 420\ntarget = 294\n";

fn file(objective: &str, key_result: &str) -> String {
    format!("{HEAD}{OBJECTIVE}{objective}{KEY_RESULT}{key_result}")
}

/// Checks one objective file and gives the names of the rules that fired.
fn rules_of(text: &str) -> Vec<&'static str> {
    run(&tree(&[("okrs/a.toml", text)]), None).findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_declaration_is_whole() {
    let mut names = BTreeSet::new();
    for rule in RULES {
        assert!(names.insert(rule.name), "{} twice", rule.name);
        for (heading, text) in [
            ("summary", rule.summary()),
            ("Why", rule.why()),
            ("Bad", rule.prose_of("Bad")),
            ("Good", rule.prose_of("Good")),
            ("Source", rule.source()),
        ] {
            assert!(!text.is_empty(), "{}: no {heading}", rule.name);
        }
        assert!(docs::explain(rule.name, &Tree::default().config).is_ok());
    }
    assert_eq!(docs::listing(&Tree::default().config).len(), RULES.len());
}

#[test]
fn one_cause_is_one_finding() {
    let long = format!("[[objective.key_result]]\nid = \"q\"\ntitle = \"{}\"\ndone = false\n", "word ".repeat(80));
    // (objective's keys, key result's keys and more, rules of level error)
    let cases: &[(&str, &str, &[&str])] = &[
        ("", "", &[]),
        ("parent = \"checkout\"\n", "", &["align-cycle"]),
        ("parent = \"nowhere\"\n", "", &["ref-dangling"]),
        ("", "depends_on = [\"p99\"]\n", &["align-cycle"]),
        ("", "guards = [\"p98\"]\n", &["ref-dangling"]),
        ("", "done = true\n", &["kind-mixed"]),
        ("", "pace = [{ on = 2026-11-15, progress = 0.5 }, { on = 2026-10-31, progress = 0.6 }]\n", &["kr-flat"]),
        ("", "pace = [{ on = 2026-10-31, progress = 0.5 }, { on = 2026-11-15, progress = 0.2 }]\n", &["kr-flat"]),
        ("", "[[objective.key_result\nid = \"q\"\ntitle = \"Rate\"\n", &["toml-syntax"]),
        ("", &long, &["limit-exceeded"]),
        ("", "current = nan\n", &["number-not-finite"]),
        ("", "confidence = 7.5\n", &["kr-flat"]),
        ("", "start = 2026-12-01\ndue = 2026-11-01\n", &["date-invalid"]),
        ("", "pace = [{ on = 2027-02-01, progress = 0.5 }]\n", &["date-invalid"]),
        ("", KEY_RESULT, &["id-duplicate"]),
        ("aliases = [\"checkout\"]\n", "", &["id-duplicate"]),
        ("owner = \"@pay\"\ncycle = \"2026-Q9\"\n", "", &["cycle-unknown"]),
        ("allow = [{ rule = \"kr-cuont\", reason = \"x\" }]\n", "", &["config-invalid"]),
        ("", "[[objective.key_result]]\nid = \"x\"\ntitle = \"Traffic of 5\"\ntraget = 5\n", &["field-unknown"]),
        ("", "[[objective.key_result]]\nid = \"x\"\ntitle = \"People love it\"\n", &["kr-unmeasurable"]),
        ("", "[[objective.key_result]]\nid = \"x\"\ntitle = \"Rate\"\nat_least = 5\nat_most = 4\n", &["kr-flat"]),
    ];
    for (objective, key_result, expected) in cases {
        let checked = run(&tree(&[("okrs/a.toml", &file(objective, key_result))]), None);
        let errors: Vec<_> =
            checked.findings.iter().filter(|one| one.level == Level::Error).map(|one| one.rule).collect();
        assert_eq!(errors, *expected, "{objective}{key_result}\n{}", lines(&checked));
    }
}

#[test]
fn nothing_that_a_file_holds_makes_it_panic() {
    for text in [
        "",
        "\u{feff}",
        "cycle = 5",
        "[[objective]]",
        "[[objective]]\nid = \"a\"",
        "[[objective]]\nkey_result = [{}]",
        "<<<<<<< ours\n=======\n>>>>>>> theirs\n",
        "objective = 3",
        "[[objective]]\nid = \"a\"\ntitle = \"\"\nparent = \"/\"\naliases = [\"\", \"/\"]\nallow = [{ rule = \"\" }]",
    ] {
        let checked = run(&tree(&[("okrs/a.toml", text)]), None);
        assert_eq!(checked.worst(), Some(Level::Error), "{text:?} passes");
    }
}

#[test]
fn an_answer_counts_for_what_is_below() {
    let allow = "allow = [{ rule = \"kr-no-source\", reason = \"read off a wall clock\" }]\n";
    for text in [file(allow, ""), file("", allow)] {
        let checked = run(&tree(&[("okrs/a.toml", &text)]), None);
        assert!(fired(&checked, "kr-no-source").is_empty() && checked.answered.len() == 1, "{}", lines(&checked));
    }
    let unused = "allow = [{ rule = \"owner-many\", reason = \"once\" }]\n";
    assert!(rules_of(&file("", unused)).contains(&"allow-unused"));
    // A rule that needs history did not run: nobody can say that the answer is not needed.
    let unknown = "allow = [{ rule = \"confidence-start\", reason = \"we know\" }]\n";
    assert!(!rules_of(&file(unknown, "")).contains(&"allow-unused"));
}

#[test]
fn fingerprints_outlive_moved_lines_and_other_findings() {
    let prints = |text: &str| {
        let checked = run(&tree(&[("okrs/a.toml", text)]), None);
        checked.findings.iter().map(|one| (one.rule, one.fingerprint.clone())).collect::<BTreeSet<_>>()
    };
    let plain = prints(&file("", ""));
    assert!(!plain.is_empty());
    assert_eq!(plain, prints(&format!("# moved\n\n{}", file("", ""))));
    assert!(prints(&file("", "owner = \"@a, @b\"\n")).is_superset(&plain));
    let checked = run(&tree(&[("okrs/elsewhere.toml", &file("", ""))]), None);
    assert!(checked.findings.iter().all(|one| plain.contains(&(one.rule, one.fingerprint.clone()))));
}

#[test]
fn findings_come_by_path_and_place() {
    let (a, b) = (file("", "owner = \"@a, @b\"\n"), file("parent = \"x\"\n", "").replace("checkout", "other"));
    let checked = run(&tree(&[("okrs/b.toml", &b), ("okrs/a.toml", &a)]), None);
    let keys: Vec<_> =
        checked.findings.iter().map(|one| one.primary.as_ref().map(|label| (label.file, label.range.start))).collect();
    assert!(keys.is_sorted(), "{}", lines(&checked));
}

#[test]
fn levels_come_from_rule_profile_and_configuration() {
    let level_of = |config: &str, name: &str| {
        let tree = tree(&[("okr.toml", config)]);
        level(&tree.config, find(name).expect("registered"))
    };
    for (config, name, expected) in [
        ("", "kr-count", (Some(Level::Warning), "default")),
        ("[rules]\nprofile = \"strict\"\n", "kr-count", (Some(Level::Error), "profile strict")),
        ("[rules]\nprofile = \"strict\"\n", "kr-direction", (Some(Level::Warning), "default")),
        ("[rules]\nprofile = \"minimal\"\n", "kr-count", (None, "profile minimal")),
        ("[rules]\nprofile = \"minimal\"\n", "owner-missing", (Some(Level::Error), "default")),
        ("[rules.levels]\nkr-count = \"off\"\n", "kr-count", (None, "okr.toml [rules.levels]")),
        ("language = \"de\"\n", "kr-direction", (None, "okr.toml language")),
    ] {
        let (level, origin) = level_of(config, name);
        assert_eq!((level, origin.to_string().as_str()), expected, "{config}{name}");
    }
    let focus = "[rules]\nprofile = \"radical-focus\"\n";
    let three = [file("", ""), OBJECTIVE.replace("checkout", "other"), KEY_RESULT.into()].concat();
    let checked = run(&tree(&[("okr.toml", focus), ("okrs/a.toml", &three)]), None);
    assert_eq!(fired(&checked, "objective-count").len(), 1, "{}", lines(&checked));
}

#[test]
fn a_selection_knows_its_names() {
    let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let wrong = Selection::new(&words(&["kr-cuont"]), &[]).expect_err("misspelt");
    assert!(wrong.help.contains("`kr-count`"), "{wrong:?}");
    let selection = Selection::new(&words(&["reference"]), &words(&["owner-many"])).expect("known");
    let text = file("", "owner = \"@a, @b\"\n").replace("owner = \"@pay\"\n", "");
    let tree = tree(&[("okrs/a.toml", &text)]);
    let checked = check(&Subject::new(&tree, None, TODAY), &selection);
    assert_eq!(checked.findings.iter().map(|one| one.rule).collect::<Vec<_>>(), ["owner-missing"]);
    assert!(!selection.needs_history(&tree.config) && Selection::default().needs_history(&tree.config));
}

/// Writes a check in every format.
fn formats(tree: &Tree, history: Option<&History>) -> [String; 3] {
    let checked = run(tree, history);
    let value = history_value(history);
    let view = view(&checked, tree, &value);
    [Format::Human, Format::Concise, Format::Json].map(|format| {
        let mut out = Vec::new();
        format.write(&view, &mut out, Style::default()).expect("memory");
        String::from_utf8(out).expect("text")
    })
}

#[test]
fn sensitive_values_show_nowhere() {
    let secret =
        "[[objective.key_result]]\nid = \"pay-7\"\ntitle = \"Salaries of 8181 in 8282 rise\"\n# 8383 was last year\n";
    for tail in [
        "baseline = 8484\ntarget = 8484\nsensitive = true\nnote = \"Geheim 8585\"\n",
        "baseline = 8585\ntarget = 8484\nsensitive = true\nnote = \"Geheim\"\n",
        "sensitive = true\n",
        "confidence = 8686\nat_least = 8484\nat_most = 8383\nsensitive = true\nnote = \"Geheim\"\n",
        "unit = \"%\"\nat_most = 8484\nsensitive = true\n",
        "current = 8484\ntraget = 8585\nsensitive = true\nnote = \"Geheim\"\n",
        "current = \"8484\"\nsensitive = true\n",
        "current = 8484\nsensitive = \"yes\"\n",
        "current = 8484\nsensitive = true\nbroken = \n",
        "owner = \"@8484, @b\"\nmilestone = [{ title = \"Geheim 8585\", done = 2026-10-20, due = 2029-01-01 }]\nsensitive = true\n",
    ] {
        let text = file("", &format!("{secret}{tail}{}", KEY_RESULT.replace("p99", "p98")));
        for out in formats(&tree(&[("okrs/a.toml", &text)]), None) {
            for planted in ["8181", "8282", "8383", "8484", "8585", "8686", "Geheim"] {
                // An owner is no value, and is shown.
                assert!(!out.replace("@8484", "").contains(planted), "{planted} in\n{tail}\n{out}");
            }
        }
    }
}

fn event(name: &str, author: &str, confidence: Option<f64>) -> Event {
    let changes = confidence.map(|value| crate::history::Changed {
        field: Field::Confidence,
        before: Value::Null,
        after: value.into(),
    });
    Event {
        name: name.into(),
        kind: EventKind::Created,
        group: FieldGroup::Scope,
        goalpost: false,
        eased: None,
        late: false,
        commit: None,
        author: crate::history::Person { name: author.into(), email: format!("{author}@acme.example") },
        measured: TODAY,
        recorded: 0,
        recorded_on: TODAY,
        summary: String::new(),
        path: "okrs/a.toml".into(),
        line: 1,
        signed: false,
        sensitive: false,
        reasons: 0,
        changes: changes.into_iter().collect(),
    }
}

/// A whole history in which somebody set up each of these names.
pub(super) fn committed(names: &[&str]) -> History {
    let events = names.iter().map(|name| Event { commit: Some(Default::default()), ..event(name, "ana", None) });
    History { complete: true, events: events.collect(), ..History::default() }
}

#[test]
fn history_is_judged_where_it_is_whole() {
    let company =
        "cycle = \"2026\"\nowner = \"@acme\"\n[[objective]]\nid = \"trust\"\ntitle = \"Customers trust us\"\n";
    let company = format!("{company}{KEY_RESULT}");
    let team = file("parent = \"trust\"\ncommitment = \"aspirational\"\n", "");
    let config = "[teams.\"@pay\"]\nmembers = [\"@ana\", \"@bo\"]\n";
    let tree = tree(&[("okr.toml", config), ("okrs/team.toml", &team), ("okrs/company.toml", &company)]);
    let history = |confidence, author: &str| History {
        complete: true,
        events: vec![event("2026-Q4/checkout/p99", author, Some(confidence)), event("2026/trust/p99", "boss", None)],
        ..History::default()
    };
    for (confidence, author, rule, fires) in [
        (0.95, "ana", "confidence-start", true),
        (0.2, "ana", "confidence-start", true),
        (0.5, "ana", "confidence-start", false),
        (0.5, "boss", "objective-single-voice", true),
        (0.5, "ana", "objective-single-voice", false),
    ] {
        let checked = run(&tree, Some(&history(confidence, author)));
        assert_eq!(!fired(&checked, rule).is_empty(), fires, "{rule} {confidence} {author}\n{}", lines(&checked));
    }

    let cut = Degraded {
        kind: DegradedKind::Shallow,
        commit: None,
        path: None,
        message: "the clone is shallow".into(),
        help: "run `git fetch --unshallow`".into(),
    };
    let broken = Degraded { kind: DegradedKind::Unreadable, path: Some("okrs/a.toml".into()), ..cut.clone() };
    let gap = History { complete: false, degraded: vec![cut, broken], ..history(0.95, "boss") };
    let checked = run(&tree, Some(&gap));
    assert_eq!((fired(&checked, "history-shallow").len(), fired(&checked, "history-unreadable").len()), (1, 1));
    assert!(fired(&checked, "confidence-start").is_empty() && checked.worst() == Some(Level::Error));
}

/// Compares a generated file with the checked-in one, or writes it where `GIT_OKR_BLESS` is set.
fn compare(path: &str, generated: &str, command: &str) {
    let full = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("GIT_OKR_BLESS").is_some() {
        std::fs::create_dir_all(full.parent().expect("in the repository")).expect("writable");
        std::fs::write(&full, generated).expect("writable");
    }
    let written = std::fs::read_to_string(&full).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == generated, "{path} is out of date: run `GIT_OKR_BLESS=1 cargo test {command}`");
}

#[test]
fn docs_page_is_up_to_date() {
    compare("docs/rules.md", &docs::page(), "docs");
}

#[test]
fn check_schema_is_up_to_date_and_holds() {
    let generator = schemars::generate::SchemaSettings::draft07().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<CheckV1>();
    schema.insert("title".into(), "git okr check --format json".into());
    let text = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
    compare("schemas/check.schema.json", &text, "schema");

    let validator = jsonschema::draft7::new(schema.as_value()).expect("a schema");
    let duplicate = [("okrs/a.toml", file("", "tpyo = 1\n")), ("okrs/b.toml", file("", ""))];
    let tree = tree(&duplicate.each_ref().map(|(path, text)| (*path, text.as_str())));
    for history in [None, Some(&History { complete: true, ..History::default() })] {
        let [_, _, json] = formats(&tree, history);
        let document: Value = serde_json::from_str(&json).expect("JSON");
        let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{json}");
        for key in ["fix", "related", "fingerprint"] {
            let mut cut = document.clone();
            cut["findings"][0].as_object_mut().expect("a finding").remove(key);
            assert!(!validator.is_valid(&cut), "{key} may be missing");
        }
    }
}
