//! Owns the trials of the forms: each on a sample of our own, and our own forms there and back on random goals.

use super::export::{Export, Exported, Standing, parted};
use super::settle::{Settled, Wanted, settle};
use super::{Error, Form, document, goals_csv, mapping, read};
use crate::history::HistoryV1;
use crate::okr::{Calendar, Field, Fields, Initiative, InitiativeStatus, number};
use crate::report::RevisionV1;
use crate::syntax::{FreshObjective, fresh};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

fn wanted(source: &str) -> Wanted {
    Wanted {
        calendar: Calendar::default(),
        today: date(2026, 11, 22),
        cycle: None,
        team: None,
        owner: None,
        source: source.to_owned(),
        folder: "okrs".to_owned(),
        taken: BTreeSet::new(),
    }
}

/// Tells all that comes of a sample.
fn told(name: &str, text: &str) -> String {
    let intake = read(name, text, None, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut told = format!("{}\n", intake.form);
    let settled = settle(intake, &wanted(name));
    for (theirs, ours) in &settled.mapped {
        writeln!(told, "  {theirs} → {ours}").expect("a string");
    }
    for left in &settled.left {
        writeln!(told, "  left, line {}: {}", left.line, left.message).expect("a string");
    }
    for (path, objectives) in &settled.files {
        let text = fresh(objectives);
        assert!(crate::syntax::parses(&text), "{text}");
        write!(told, "\n--- {path}\n{text}").expect("a string");
    }
    told
}

#[test]
fn each_form_gives_what_its_sample_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/exchange/testdata");
    let mut samples: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end != "txt"))
        .collect();
    samples.sort();
    assert_eq!(samples.len(), 9, "a sample a form, or a known exporter");
    for sample in samples {
        let name = sample.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&sample).expect("UTF-8").replace("\r\n", "\n");
        let told = told(&name, &text);
        let golden = folder.join(format!("{name}.txt"));
        if std::env::var_os("GIT_OKR_BLESS").is_some() {
            std::fs::write(&golden, &told).expect("it can be written");
        }
        let known = std::fs::read_to_string(&golden).unwrap_or_default().replace("\r\n", "\n");
        assert_eq!(told, known, "{name}: GIT_OKR_BLESS=1 cargo test exchange");
        // Without its name it is known by its content.
        let guessed = read("stdin", &text, None, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(told.lines().next(), Some(guessed.form.as_str()), "{name}");
    }
}

#[test]
fn what_is_no_goal_says_what_to_do() {
    for (name, text, form, said) in [
        ("a.json", "{", None, "line 1"),
        ("a.json", "{\"goals\": []}", None, "no known form"),
        ("a.json", "{\"kind\": \"git-okr-export\", \"format\": 2}", None, "the format is 2"),
        ("a.yaml", "a: [", None, "line"),
        ("a.yaml", "just words", None, "no known form"),
        ("a.csv", "", None, "no row of columns"),
        ("a.csv", "a,b\n1,2\n", None, "no known form"),
        ("a.csv", "Title\nx,y\n", None, "has 2 cells"),
        ("a.txt", "\u{0}", Some(Form::Gitokr), ""),
    ] {
        match read(name, text, form, &[]) {
            Err(error) => {
                assert!(error.to_string().contains(said), "{text}: {error}");
                let (Error::Broken { help, .. } | Error::Unknown { help }) = error;
                assert!(!help.is_empty());
            }
            Ok(intake) => assert!(intake.goals.is_empty() && form.is_some(), "{text} gives {intake:?}"),
        }
    }
}

#[test]
fn a_map_says_what_columns_are() {
    let map = ["title=Ergebnis", "target=Ziel", "objective=Vorhaben", "owner=Wer"].map(|one| mapping(one).expect(one));
    let text = "Vorhaben;Ergebnis;Ziel;Wer\nSeiten sind schnell;Latenz fällt;294 ms;@ana\n";
    let settled = settle(read("a.csv", text, None, &map).expect("it reads"), &wanted("a.csv"));
    let objective = &settled.files.values().next().expect("a file")[0];
    assert_eq!(objective.id, "seiten-sind-schnell");
    assert_eq!(objective.key_results[0].1.get(&Field::Target), Some(&294.into()));
    assert_eq!(objective.key_results[0].1.get(&Field::Unit), Some(&"ms".into()));
    for wrong in ["title", "titel=x", "title="] {
        assert!(mapping(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn names_are_slugs_once_each_and_paths_lead_nowhere_else() {
    let text = "Objective,Key Result,Team,Cycle\n\
                Same words,One,../../etc/passwd,../../x\nSame words,One,..,2026-Q4\nOther,日本,a/b,2026-Q4\n";
    let settled = settle(read("a.csv", text, None, &[]).expect("it reads"), &wanted("a.csv"));
    let names: Vec<_> = settled.files.iter().flat_map(|(path, all)| all.iter().map(move |one| (path, one))).collect();
    for (path, one) in &names {
        assert!(path.split('/').all(|step| !step.is_empty() && !step.starts_with('.')), "{path}");
        assert_eq!(path.split('/').count(), 3, "{path}");
        assert!(one.key_results.iter().all(|(id, _)| crate::okr::is_slug(id)), "{one:?}");
    }
    let ids: BTreeSet<_> = names.iter().map(|(_, one)| one.id.as_str()).collect();
    assert_eq!(ids, BTreeSet::from(["same-words", "same-words-2", "other"]));
    assert!(settled.left.iter().any(|left| left.message.contains("cycle")), "{:?}", settled.left);
}

fn export(objectives: Vec<Exported>) -> Export {
    let history = HistoryV1 { complete: true, commits: 0, first: None, degraded: Vec::new() };
    let revision = RevisionV1 { id: None, committed: None, dirty: false };
    let (events, check_ins) = (Vec::new(), Vec::new());
    Export { revision, today: date(2026, 11, 22), history, settings: json!({}), objectives, events, check_ins }
}

/// Texts as people and attackers write them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[=+@'\\-]{0,3}[ -~]{1,12}",
        "[a-z;,\"'|]{1,10}",
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("„Grüße“; – 日本".to_owned()),
        Just("[\"a\"]".to_owned()),
    ]
    .prop_filter("something", |text| !text.trim().is_empty())
}

fn fields() -> impl Strategy<Value = Fields> {
    let numbers = (any::<f64>().prop_filter("finite", |n| n.is_finite()), -1000i32..1000, 0..=100u8);
    let texts = (text(), text(), proptest::collection::vec(text(), 1..3));
    (numbers, texts, any::<u8>()).prop_map(|((float, whole, percent), (one, two, list), kind)| {
        let mut fields = Fields::from([
            (Field::Title, one.clone().into()),
            (Field::Definition, two.clone().into()),
            (Field::Tags, list.into()),
            (Field::Confidence, number(f64::from(percent) / 100.0)),
            (Field::AsOf, "2026-11-20".into()),
            (Field::Meta, json!({"when": "2026-11-20", "words": two, "list": [1, "a", true]})),
        ]);
        match kind % 4 {
            0 => fields.extend([
                (Field::Target, number(float)),
                (Field::Current, whole.into()),
                (Field::Unit, one.into()),
            ]),
            1 => fields.extend([(Field::AtMost, number(float)), (Field::Sensitive, true.into())]),
            2 => fields.extend([
                (
                    Field::Milestone,
                    json!([
                        {"title": one.clone(), "weight": 2, "due": null, "done": "2026-10-20"},
                        {"title": one, "weight": 1, "due": "2026-12-01", "done": true},
                    ]),
                ),
                (Field::Pace, json!([{"on": "2026-11-15", "progress": 0.5}])),
            ]),
            _ => fields.extend([(Field::Done, (kind > 127).into()), (Field::Change, "+25 pp".into())]),
        }
        fields
    })
}

fn objectives() -> impl Strategy<Value = Vec<Exported>> {
    let one = (text(), text(), proptest::collection::vec(fields(), 0..4), proptest::collection::vec(text(), 0..3));
    proptest::collection::vec(one, 1..4).prop_map(|all| {
        let of = |(at, (title, why, key_results, initiatives)): (usize, (String, String, Vec<Fields>, Vec<String>))| {
            let initiative =
                |title| Initiative { title, url: None, drives: vec!["a".into()], status: InitiativeStatus::Done };
            let named = |(at, fields): (usize, Fields)| (format!("k{at}"), fields, Standing::default());
            Exported {
                cycle: "2026-Q4".into(),
                id: format!("o{at}"),
                path: "okrs/2026-Q4/team.toml".into(),
                fields: Fields::from([
                    (Field::Title, title.into()),
                    (Field::Owners, vec![why.clone()].into()),
                    (Field::Why, why.into()),
                    (Field::Retro, json!({"learned": "much"})),
                ]),
                key_results: key_results.into_iter().enumerate().map(named).collect(),
                initiatives: initiatives.into_iter().map(initiative).collect(),
            }
        };
        all.into_iter().enumerate().map(of).collect()
    })
}

/// What the goals should be after a way out and back.
fn expected(objectives: &[Exported]) -> BTreeMap<String, Vec<FreshObjective>> {
    let of = |one: &Exported| FreshObjective {
        cycle: one.cycle.clone(),
        id: one.id.clone(),
        fields: one.fields.clone(),
        key_results: one
            .key_results
            .iter()
            .map(|(id, fields, _)| {
                let mut fields = fields.clone();
                parted(&mut fields);
                (id.clone(), fields)
            })
            .collect(),
        initiatives: one.initiatives.clone(),
    };
    BTreeMap::from([("okrs/2026-Q4/team.toml".to_owned(), objectives.iter().map(of).collect())])
}

fn back(text: &str) -> Settled {
    settle(read("stdin", text, None, &[]).unwrap_or_else(|error| panic!("{error:?}\n{text}")), &wanted("stdin"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn json_comes_back(objectives in objectives()) {
        let wanted = expected(&objectives);
        let settled = back(&document(&export(objectives)));
        prop_assert_eq!(settled.left, vec![]);
        prop_assert_eq!(settled.files, wanted);
    }

    #[test]
    fn csv_comes_back_and_begins_no_formula(objectives in objectives()) {
        let wanted = expected(&objectives);
        let text = goals_csv(&export(objectives));
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        for cell in reader.records().flat_map(|record| record.expect("CSV").iter().map(str::to_owned).collect::<Vec<_>>()) {
            let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            prop_assert!(!is_formula || cell.parse::<f64>().is_ok(), "{}", cell);
        }
        let settled = back(&text);
        prop_assert_eq!(settled.left, vec![]);
        prop_assert_eq!(settled.files, wanted);
    }

    #[test]
    fn no_text_makes_an_import_panic(text in "\\PC{0,60}", end in prop_oneof!["json", "yaml", "csv", "md"]) {
        if let Ok(intake) = read(&format!("a.{end}"), &text, None, &[]) {
            for objectives in settle(intake, &wanted("a")).files.values() {
                let text: String = fresh(objectives);
                prop_assert!(crate::syntax::parses(&text), "{}", text);
            }
        }
        let _ = super::dated(&text, &[]);
    }
}

#[test]
fn the_schema_of_an_export_is_current() {
    let generator = schemars::generate::SchemaSettings::draft07().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<super::ExportV1<'_>>();
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    crate::syntax::schema::assert_current("export.schema.json", super::SCHEMA, &text);
}
