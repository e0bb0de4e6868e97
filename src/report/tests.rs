//! Owns the tests of this room as a whole: one example seen through every output.

use super::example::{GOALS, TODAY, YEAR, event, history, report, report_of, tree};
use super::layout::Style;
use super::log::{LogSelection, log};
use super::select::{Cycles, Error, Selection};
use super::template::Templates;
use super::{Input, build};
use crate::history::{EventKind, History, Locked, Locks};
use crate::okr::{Field, Goal, Health, Measure, NotCommitted};
use crate::source::Tree;
use jiff::civil::date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Compares a text with the file of that name in `testdata`, or writes it where `GIT_OKR_BLESS` is set.
fn expect(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/testdata").join(file);
    if std::env::var_os("GIT_OKR_BLESS").is_some() {
        std::fs::write(&path, text).expect("testdata can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "src/report/testdata/{file} differs: GIT_OKR_BLESS=1 cargo test report\n{text}");
}

/// Leaves out what colours a text.
fn uncoloured(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn the_terminal_view_is_as_expected_and_fits() {
    let report = report();
    for (width, unicode, file) in
        [(80, true, "status-80.txt"), (200, true, "status-200.txt"), (80, false, "status-80-ascii.txt")]
    {
        let plain = super::render_status(&report, &Style { width, color: false, unicode });
        assert!(plain.lines().all(|line| super::layout::columns(line) <= width), "{plain}");
        let coloured = super::render_status(&report, &Style { width, color: true, unicode });
        assert_eq!(uncoloured(&coloured), plain, "colour changes nothing but colour");
        assert!(unicode || plain.is_ascii(), "{plain}");
        expect(file, &plain);
    }
    for width in [0, 1, 61, 100, 149, 150, 1000] {
        let plain = super::render_status(&report, &Style { width, color: false, unicode: true });
        assert!(plain.lines().all(|line| super::layout::columns(line) <= width.clamp(60, 200)), "{width}\n{plain}");
    }
}

#[test]
fn the_log_is_as_expected_and_fits() {
    let log = log(&history(), &Tree::default(), &LogSelection::default());
    for (width, file) in [(80, "log-80.txt"), (140, "log-140.txt")] {
        let plain = super::render_log(&log, &Style { width, color: false, unicode: true });
        assert!(plain.lines().all(|line| super::layout::columns(line) <= width), "{plain}");
        expect(file, &plain);
    }
    let tree = tree(&[("okrs/2026/acme.toml", YEAR), ("okrs/2026-Q4/payments.toml", GOALS)]);
    let selected = |names: &[&str], goalposts: bool| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let asked = Selection { names, ..Selection::default() };
        let selection = LogSelection::new(&tree, &history(), &asked, TODAY)?.only_goalposts(goalposts);
        Ok::<usize, Error>(super::log(&history(), &tree, &selection).events.len())
    };
    for (names, goalposts, events) in
        [(&[][..], true, 1), (&["reliable-checkout"], false, 9), (&["p99-latency"], false, 4)]
    {
        assert_eq!(selected(names, goalposts), Ok(events), "{names:?}");
    }
}

#[test]
fn the_markdown_report_is_as_expected() {
    let text = Templates::default().render("report", &report()).expect("the built-in template renders");
    expect("report.md", &text);
    assert!(!text.contains("\n\n\n"), "{text}");
    assert!(!text.lines().any(|line| line.ends_with(' ')));
}

#[test]
fn figures_are_those_of_the_domain() {
    let report = report();
    let objective = &report.cycles[1].objectives[0];
    let latency = &objective.key_results[0];
    assert_eq!(latency.progress.map(|p| (p * 1000.0).round()), Some(556.0));
    assert_eq!(latency.progress_7_days_ago.map(|p| (p * 1000.0).round()), Some(389.0));
    assert_eq!(latency.check_ins.len(), 4);
    assert_eq!(latency.health, Some(Health::OnTrack));
    assert_eq!((objective.counted, objective.total), (4, 6));
    assert_eq!(objective.parent.as_deref(), Some("2026/customer-trust"));
    let trust = &report.cycles[0].objectives[0];
    let children = trust.children.as_ref().expect("one objective names it");
    assert_eq!(children.names, ["2026-Q4/reliable-checkout"]);
    assert_eq!(children.progress, objective.progress);
    assert_eq!(report.cycles[1].goalposts[0].reason.as_deref(), Some("The processor's own failures count now."));
}

#[test]
fn every_field_of_the_file_is_published_under_its_name() {
    let published = serde_json::to_value(report()).expect("a report is JSON");
    let objective = &published["cycles"][1]["objectives"][0];
    let kr = &objective["key_results"][0];
    let elsewhere = ["name", "owners", "why", "parent", "milestone.done"];
    for field in Field::ALL.iter().map(|field| field.name()).filter(|name| !elsewhere.contains(name)) {
        assert!(kr.get(field).is_some(), "{field}");
    }
    for field in
        ["title", "why", "parent", "owners", "commitment", "status", "due", "tags", "retro", "allow", "aliases", "meta"]
    {
        assert!(objective.get(field).is_some(), "{field}");
    }
}

#[test]
fn published_json_validates_against_the_schemas() {
    let validate = |schema: &str, document: &Value| {
        let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema is valid");
        let problems: Vec<String> = validator.iter_errors(document).map(|e| e.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new());
        let mut lacking = document.clone();
        lacking.as_object_mut().expect("an object").remove("history");
        assert!(!validator.is_valid(&lacking), "keys are required");
    };
    validate(super::REPORT_SCHEMA, &serde_json::to_value(report()).expect("a report is JSON"));
    let log = log(&history(), &Tree::default(), &LogSelection::default());
    validate(super::LOG_SCHEMA, &serde_json::to_value(log).expect("a log is JSON"));
}

#[test]
fn nothing_hostile_comes_through() {
    let hostile = "a|b `c` <script>alert(1)</script> @everyone #1 [x](http://evil.example) \\u001b[31mred \\u202e";
    let goals = GOALS
        .replace("Checkout just works, even on the worst day of the year", hostile)
        .replace("Chargebacks halve", hostile)
        .replace("P99 latency of payment processing falls from 420 ms to 294 ms", hostile)
        .replace("Connection pooling shipped; GC pauses are next.", hostile)
        .replace("Rollback rate stays under 1 % of deployments", hostile)
        .replace("The processor's own failures count now.", hostile)
        .replace("Every failed payment costs us a customer.", hostile)
        .replace("owner = \"@acme/payments\"", "owner = \"@everyone|<b>\"")
        .replace("unit = \"ms\"", "unit = \"<ms>|\"");
    // Control characters do not read: those of a past that did are put in by hand.
    let mut tree = tree(&[
        ("okrs/2026/acme.toml", YEAR),
        ("okrs/2026-Q4/x.toml", &goals.replace("\\u001b[31mred \\u202e", "red")),
    ]);
    let line = "\u{1b}[31mred\u{202e}\nnext <!-- git-okr:end -->";
    tree.files[1].objectives[0].title.push_str(line);
    tree.files[1].objectives[0].key_results[0].title.push_str(line);
    let mut history = history();
    for event in &mut history.events {
        event.summary = format!("{hostile}{line}").into();
        std::sync::Arc::make_mut(&mut event.author).name = line.into();
    }
    let report = report_of(&tree, &history);
    let text = Templates::default().render("report", &report).expect("the built-in template renders");
    for bad in ["<script", "<b>", "<ms>", "@everyone", "#1", "\u{1b}", "\u{202e}", "http://", "<!--"] {
        assert!(!text.contains(bad), "{bad} in\n{text}");
    }
    for table in text.lines().filter(|line| line.starts_with("| ")) {
        let cells = table.replace("\\|", "").matches('|').count();
        assert!([5, 6, 7, 10].contains(&cells), "{cells} bars in {table}");
    }
    let style = Style { width: 100, color: false, unicode: true };
    let log = log(&history, &tree, &LogSelection::default());
    for text in [super::render_status(&report, &style), super::render_log(&log, &style)] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text}");
    }
}

/// Values that are planted into a sensitive key result; none may be in any output.
const SECRETS: [&str; 9] = ["350", "420", "294", "371", "398", "GC pauses", "P99", "pooling", "8472"];

#[test]
fn sensitive_values_are_in_no_output() {
    let goals = GOALS.replace("current = 350", "current = 350\nsensitive = true\nmeta = { secret = 8472 }\ndefinition = \"of 8472 calls\"\namend = [{ on = 2026-11-01, reason = \"8472 more\" }]");
    let tree = tree(&[("okrs/2026/acme.toml", YEAR), ("okrs/2026-Q4/payments.toml", &goals)]);
    let mut history = history();
    for event in history.events.iter_mut().filter(|event| event.name.ends_with("p99-latency")) {
        event.summary = "P99 from 398 to 371".into();
    }
    let latency = "2026-Q4/reliable-checkout/p99-latency";
    let mut moved =
        event(latency, EventKind::Definition, date(2026, 11, 1), &[(Field::Target, json!(8472), json!(294))]);
    moved.late = true;
    // The commit touches another key result too, whose event would carry the summary.
    let mut other = event(
        "2026-Q4/reliable-checkout/pci",
        EventKind::CheckIn,
        date(2026, 11, 1),
        &[(Field::Confidence, json!(0.5), json!(0.6))],
    );
    (moved.summary, other.summary) = ("Target 294, not 8472".into(), "Target 294, not 8472".into());
    history.events.splice(3..3, [moved, other]);
    let report = report_of(&tree, &history);
    let log = log(&history, &tree, &LogSelection::default());
    let style = Style { width: 200, color: false, unicode: true };
    let outputs = [
        serde_json::to_string(&report).expect("a report is JSON"),
        serde_json::to_string(&log).expect("a log is JSON"),
        Templates::default().render("report", &report).expect("the built-in template renders"),
        super::render_status(&report, &style),
        super::render_log(&log, &style),
    ];
    for output in &outputs {
        for secret in SECRETS {
            // Times and ids may hold the digits by chance.
            let found = output.match_indices(secret).any(|(at, _)| {
                let around = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '-'));
                !around(output[..at].chars().next_back()) && !around(output[at + secret.len()..].chars().next())
            });
            assert!(!found || secret == "P99" && !output.contains("P99 latency"), "{secret} in\n{output}");
        }
    }
    let objective = &report.cycles[1].objectives[0];
    let kr = &objective.key_results[0];
    assert_eq!(kr.progress, Some(0.56));
    assert_eq!((kr.current, kr.target, kr.note.as_deref(), kr.meta.as_ref()), (None, None, None, None));
    assert!(kr.check_ins.iter().all(|c| c.value.is_none() && c.note.is_none()));
    assert_eq!(kr.title, "P•• latency of payment processing falls from ••• ms to ••• ms");
    // The others' figures are exact, so that an exact mean would give the hidden one away.
    assert!(objective.sensitive && report.cycles[1].sensitive);
    assert_eq!(objective.progress.map(|p| (p * 1e6).round() % 1e4), Some(0.0));
    let children = report.cycles[0].objectives[0].children.as_ref().expect("one objective names it");
    assert_eq!(children.progress, objective.progress);
    assert!(report.cycles[1].goalposts.iter().any(|g| g.name == latency && g.changes[0].after.is_null()));
}

#[test]
fn what_was_sensitive_stays_hidden_once_it_no_longer_is() {
    let tree = tree(&[("okrs/2026/acme.toml", YEAR), ("okrs/2026-Q4/payments.toml", GOALS)]);
    let mut history = history();
    history.events.iter_mut().filter(|e| e.measured < date(2026, 11, 1)).for_each(|event| event.sensitive = true);
    let report = report_of(&tree, &history);
    let values: Vec<Option<f64>> =
        report.cycles[1].objectives[0].key_results[0].check_ins.iter().map(|c| c.value).collect();
    assert_eq!(values, [None, None, Some(371.0), Some(350.0)]);
    let log = log(&history, &tree, &LogSelection::default());
    let first = log.events.last().expect("there are events");
    assert_eq!(first.summary, None);
    assert!(first.changes.iter().any(|c| c.field == "current" && c.after.is_null()));
}

#[test]
fn selections_change_what_is_shown_and_no_figure() {
    let tree = tree(&[("okrs/2026/acme.toml", YEAR), ("okrs/2026-Q4/payments.toml", GOALS)]);
    let (history, locks) = (history(), BTreeMap::new());
    let select = |selection: Selection| {
        let input = Input {
            tree: &tree,
            history: Some(&history),
            locks: &locks,
            today: TODAY,
            selection: &selection,
            findings: Vec::new(),
        };
        build(input)
    };
    let whole = select(Selection::default()).expect("two cycles run");
    assert_eq!(whole.cycles.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["2026", "2026-Q4"]);
    let one = select(Selection { names: vec!["p99-latency".into()], ..Selection::default() }).expect("it is there");
    assert_eq!(one.cycles.len(), 1);
    assert_eq!(one.cycles[0].objectives[0].key_results.len(), 1);
    assert_eq!(one.cycles[0].progress, whole.cycles[1].progress);
    let ana = select(Selection { owner: Some("@Ana".into()), ..Selection::default() }).expect("she owns one");
    assert_eq!(ana.cycles[1].objectives[0].key_results.len(), 1);
    assert_eq!((ana.cycles[0].objectives.len(), ana.cycles[0].objective_count), (0, 1));
    let cycle = |id: &str| Selection { cycles: Cycles::One(id.into()), ..Selection::default() };
    assert_eq!(select(cycle("2026-Q4")).expect("it is there").cycles.len(), 1);
    assert_eq!(
        select(cycle("2026-Q3")),
        Err(Error::NoCycle { cycle: "2026-Q3".into(), known: "2026, 2026-Q4".into() })
    );
    assert!(matches!(
        select(Selection { owner: Some("@bob".into()), ..Selection::default() }),
        Err(Error::NoOwner { .. })
    ));
    let typo = select(Selection { names: vec!["p99-latancy".into()], ..Selection::default() });
    assert!(matches!(typo, Err(Error::Unknown { help, .. }) if help.contains("p99-latency")));
}

#[test]
fn progress_as_committed_is_under_the_definitions_at_lock() {
    let files = [("okrs/2026/acme.toml", YEAR), ("okrs/2026-Q4/payments.toml", GOALS)];
    let (tree, history) = (tree(&files), history());
    let mut locks = Locks { on: Some(date(2026, 10, 15)), ..Locks::default() };
    let objective = &tree.files[1].objectives[0];
    for kr in &objective.key_results {
        let mut then = kr.clone();
        if kr.id == "p99-latency" {
            then.measure = Some(Measure::Metric { baseline: Some(420.0), goal: Goal::Target(280.0) });
        }
        if kr.id == "eu-launch" {
            // Given up since: its last value counts as committed.
            then.id = "us-launch".into();
        }
        let fields = BTreeMap::new();
        let locked = Locked { on: date(2026, 10, 15), key_result: then.clone(), fields, objective: objective.clone() };
        locks.by_name.insert(format!("2026-Q4/reliable-checkout/{}", then.id), locked);
    }
    let input = Input {
        tree: &tree,
        history: Some(&history),
        locks: &BTreeMap::from([("2026-Q4".to_owned(), locks)]),
        today: TODAY,
        selection: &Selection::default(),
        findings: Vec::new(),
    };
    let report = build(input).expect("two cycles run");
    let objective = &report.cycles[1].objectives[0];
    let latency = &objective.key_results[0];
    assert_eq!((latency.as_committed, latency.as_committed_reason), (Some(0.5), None));
    assert_eq!(objective.key_results[3].as_committed_reason, Some(NotCommitted::NotThereAtLock));
    // 0.5, 0 and 0 of what is there, one third of what was removed.
    let committed = objective.as_committed.expect("the lock is over");
    assert!((committed - (0.5 + 1.0 / 3.0) / 4.0).abs() < 1e-12, "{committed}");
    assert_eq!(report.cycles[1].as_committed, objective.as_committed);
    let year = &report.cycles[0];
    assert_eq!(year.objectives[0].key_results[0].as_committed_reason, Some(NotCommitted::NotThereAtLock));
    let style = Style { width: 80, color: false, unicode: true };
    assert!(super::render_status(&report, &style).contains("50.0 % as committed"));
}

#[test]
fn mine_reaches_through_teams() {
    let mut tree = tree(&[("okrs/2026-Q4/payments.toml", GOALS)]);
    let team = crate::config::Team { name: None, members: vec!["@ana".into(), "ana@acme.example".into()] };
    tree.config.teams.insert("@acme/payments".into(), team);
    let (history, locks) = (History::default(), BTreeMap::new());
    let selection = Selection { mine: Some("Ana@acme.example".into()), ..Selection::default() };
    let input = Input {
        tree: &tree,
        history: Some(&history),
        locks: &locks,
        today: TODAY,
        selection: &selection,
        findings: vec![],
    };
    assert_eq!(build(input).expect("she is in the team").cycles[0].objectives[0].key_results.len(), 6);
}

#[test]
fn uncommitted_values_are_marked() {
    let tree = tree(&[("okrs/2026-Q4/payments.toml", GOALS)]);
    let mut history = history();
    history.events[0].commit = None;
    let report = report_of(&tree, &history);
    let last = report.cycles[0].objectives[0].key_results[0].check_ins.last().cloned().expect("a check-in");
    assert_eq!((last.commit, last.recorded), (None, None));
    let style = Style { width: 80, color: false, unicode: true };
    assert!(super::render_status(&report, &style).contains("last check-in uncommitted"));
    let log = log(&history, &tree, &LogSelection::default());
    assert!(super::render_log(&log, &style).starts_with("uncommitted  2026-11-20"));
}
