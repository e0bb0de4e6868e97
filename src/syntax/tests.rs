//! Holds the reader to what files say, right and wrong.

use super::*;
use crate::finding::Finding;
use crate::okr::{Field, KeyResult, Kind, Name};
use crate::text::SourceFile;
use proptest::prelude::*;

const FULL: &str = include_str!("full.toml");

fn read_text(text: &str) -> (ObjectiveFile, Vec<Finding>) {
    read(FileId(0), &SourceFile::new("okrs/a.toml", text))
}

/// The file with a key result `k` that has these lines besides id and title.
fn with(lines: &str) -> String {
    format!(
        "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"T\"\n[[objective.key_result]]\nid = \"k\"\ntitle = \"T\"\n{lines}\n"
    )
}

#[test]
fn reads_a_full_file_without_a_finding() {
    for text in [FULL.to_owned(), format!("\u{feff}{FULL}"), FULL.replace('\n', "\r\n")] {
        let (file, found) = read_text(&text);
        assert_eq!(found, Vec::new());
        assert!(file.parsed);
        let objective = &file.objectives[0];
        let kinds: Vec<_> = objective.key_results.iter().map(KeyResult::kind).collect();
        use Kind::{Binary, Bound, Metric, Milestones};
        assert_eq!(kinds, [Metric, Metric, Bound, Milestones, Binary, Metric, Metric].map(Some));
        assert_eq!(objective.owners, ["@acme/payments"]);
        assert_eq!(objective.initiatives[0].drives, ["p99-latency"]);
        assert_eq!(objective.meta["since"], "2026-10-01");
        let place = &file.places[0];
        assert_eq!(place.key_results.len(), 7);
        for (place, field, written) in [
            (&file.head, "cycle", "\"2026-Q4\""),
            (&place.table, "retro.learned", "\"Measure first.\""),
            (&place.table, "absent", "[[objective]]"),
            (&place.key_results[0], "pace.0.on", "2026-11-15"),
            (&place.key_results[0], "evidence.0", "\"v1.2.0\""),
            (&place.key_results[3], "milestone.1.weight", "2"),
            (&place.key_results[3], "meta.country", "\"DE\""),
            (&place.key_results[5], "scale.1.value", "60"),
            (&place.initiatives[0], "drives.0", "\"p99-latency\""),
        ] {
            assert_eq!(&text[place.of(field)], written, "{field}");
        }
        assert_eq!(&text[place.key_results[1].fields.key("change").expect("it is written")], "change");
        assert_eq!(&text[place.key_results[1].header.clone()], "[[objective.key_result]]");
    }
}

#[test]
fn the_past_and_the_present_read_the_same() {
    let wrong = with(
        "confidence = 3\nbaseline = 1\ntarget = \"x\"\nscale = [{ value = 1, progress = 2 }]\nat_most = 4\ndone = true",
    );
    for text in [FULL, &wrong] {
        let (file, _) = read_text(text);
        let (past, _) = recorded(text).expect("it parses");
        let mut past = past.into_iter();
        for written in &file.objectives {
            let name = Name::objective(written.cycle.as_deref().expect("a cycle"), &written.id);
            let mut bare = written.clone();
            let key_results = std::mem::take(&mut bare.key_results);
            bare.initiatives.clear();
            assert_eq!(objective(&past.next().expect("recorded too").fields), bare);
            for written in key_results {
                let record = past.next().expect("recorded too");
                assert_eq!(record.name, name.key_result(&written.id).to_string());
                assert_eq!(record.fields[&Field::Name], record.name);
                assert_eq!(key_result(&record.fields), written);
            }
        }
        assert_eq!(past.next(), None);
    }
}

#[test]
fn every_problem_is_one_finding_at_its_place() {
    // (lines of a key result, [(rule, what it points at, the text of its fix)])
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str, Option<&'a str>)]);
    let cases: &[Case<'_>] = &[
        ("confidance = 0.5", &[("field-unknown", "confidance", Some("confidence"))]),
        ("colour = 1", &[("field-unknown", "colour", None)]),
        ("why = \"x\"", &[("field-unknown", "why", None)]),
        ("current = \"41\"", &[("field-type", "\"41\"", Some("41"))]),
        ("current = true", &[("field-type", "true", None)]),
        ("current = 99999999999999999999", &[("field-type", "99999999999999999999", None)]),
        ("current = nan", &[("number-not-finite", "nan", None)]),
        ("target = -inf", &[("number-not-finite", "-inf", None)]),
        ("target = 1e999", &[("number-not-finite", "1e999", None)]),
        ("confidence = 7.5", &[("kr-flat", "7.5", None)]),
        ("score = -0.1", &[("kr-flat", "-0.1", None)]),
        ("weight = 0", &[("kr-flat", "0", None)]),
        ("as_of = \"2026-11-20\"", &[("field-type", "\"2026-11-20\"", Some("2026-11-20"))]),
        ("as_of = \"20 November\"", &[("date-invalid", "\"20 November\"", None)]),
        ("as_of = 2026-02-31", &[("date-invalid", "2026-02-31", None)]),
        ("as_of = 2026-11-20T10:00:00Z", &[("field-type", "2026-11-20T10:00:00Z", Some("2026-11-20"))]),
        ("health = \"at risk\"", &[("field-type", "\"at risk\"", Some("\"at-risk\""))]),
        ("health = \"stale\"", &[("field-type", "\"stale\"", None)]),
        ("status = 3", &[("field-type", "3", None)]),
        ("change = \"50%\"", &[("field-type", "\"50%\"", None)]),
        ("note = \"a\\u0007b\"", &[("field-type", "\"a\\u0007b\"", None)]),
        ("unit = \"a\\nb\"", &[("field-type", "\"a\\nb\"", None)]),
        ("tags = \"speed\"", &[("field-type", "\"speed\"", Some("[\"speed\"]"))]),
        ("tags = [\"a\", 1]", &[("field-type", "1", None)]),
        ("pace = \"lat\"", &[("field-type", "\"lat\"", Some("\"late\""))]),
        ("pace = [{ on = 2026-11-01, progress = 2 }]", &[("kr-flat", "2", None)]),
        ("pace = [{ progress = 1 }]", &[("field-missing", "{ progress = 1 }", None)]),
        ("scale = [{ value = 1, progress = 0.5 }]", &[("kr-flat", "[{ value = 1, progress = 0.5 }]", None)]),
        (
            "scale = [{ value = 1, progress = 0.5 }, { value = 2, progress = 0.5 }]",
            &[("kr-flat", "[{ value = 1, progress = 0.5 }, { value = 2, progress = 0.5 }]", None)],
        ),
        ("target = 1\nat_most = 2", &[("kind-mixed", "at_most", None)]),
        ("at_most = 2\ntarget = 1", &[("kind-mixed", "target", None)]),
        ("target = 1\nchange = \"3x\"", &[("kind-mixed", "change", None)]),
        ("done = true\ncurrent = 1", &[("kind-mixed", "current", None)]),
        ("milestone = [{ done = true }]", &[("field-missing", "{ done = true }", None)]),
        ("milestone = [{ titel = \"x\" }]", &[("field-unknown", "titel", Some("title"))]),
        ("[objective.key_result.retro]\nlearnt = \"x\"", &[("field-unknown", "learnt", Some("learned"))]),
        (
            "[objective.key_result.milestone]\ntitle = \"x\"",
            &[("field-type", "[objective.key_result.milestone]", Some("[[objective.key_result.milestone]]"))],
        ),
        ("amend = [{ on = 2026-11-02 }]", &[("field-missing", "{ on = 2026-11-02 }", None)]),
        ("allow = [{ reason = \"x\" }]", &[("field-missing", "{ reason = \"x\" }", None)]),
        ("meta = { a = [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]] }", &[("limit-exceeded", "[[[[1]]]]", None)]),
        ("note = \"unterminated", &[("toml-syntax", "", None)]),
        ("id = \"twice\"", &[("toml-syntax", "id", None)]),
        ("current = 1\nbaseline = 2", &[]),
        ("note = \"\"\"two\nlines\"\"\"", &[]),
    ];
    for (lines, expected) in cases {
        let text = with(lines);
        let (file, found) = read_text(&text);
        let seen: Vec<_> = found
            .iter()
            .map(|finding| {
                let place = finding.primary.clone().expect("a place");
                let fix = finding.fix.as_ref().map(|fix| fix.edits[0].text.as_str());
                (finding.rule, &text[place.range], fix)
            })
            .collect();
        assert_eq!(seen, *expected, "{lines}");
        assert!(found.iter().all(|finding| !finding.message.is_empty() && !finding.help.is_empty()), "{lines}");
        assert_eq!(file.objectives[0].key_results.len(), 1, "one bad field hides nothing: {lines}");
        if found.iter().all(|finding| !matches!(finding.rule, "toml-syntax" | "date-invalid")) {
            assert!(found.iter().all(|finding| finding.name.as_deref() == Some("2026-Q4/o/k")), "{lines}");
        }
    }
}

#[test]
fn one_bad_table_hides_no_other() {
    let (file, found) = read_text(
        "cycle = \"2026-Q4\"\n[[objective]]\ntitle = \"No id\"\n[[objective.key_result]]\nid = \"hidden\"\n\
         [[objective]]\nid = \"Big Goal\"\ntitle = \"\"\n[[objective.key_result]]\ntitle = \"No id\"\n\
         [[objective.key_result]]\nid = \"fine\"\ntitle = \"T\"\ntarget = 1\n[[objective.initiative]]\nurl = \"x\"\n",
    );
    let seen: Vec<_> =
        found.iter().map(|f| (f.rule, f.field.as_deref().unwrap_or(""), f.name.as_deref().unwrap_or(""))).collect();
    assert_eq!(
        seen,
        [
            ("field-missing", "id", ""),
            ("field-missing", "title", ""),
            ("id-invalid", "id", "2026-Q4/Big Goal"),
            ("field-missing", "title", "2026-Q4/Big Goal"),
            ("field-missing", "id", "2026-Q4/Big Goal"),
            ("field-missing", "title", "2026-Q4/Big Goal"),
        ]
    );
    assert_eq!(found[2].fix.as_ref().map(|fix| fix.edits[0].text.as_str()), Some("\"big-goal\""));
    assert_eq!(file.objectives.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), ["Big Goal"]);
    assert_eq!(file.objectives[0].key_results.iter().map(|k| k.id.as_str()).collect::<Vec<_>>(), ["fine"]);
}

#[test]
fn says_once_what_is_wrong_with_a_whole_file() {
    let conflict = format!("{FULL}<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> other\n");
    let deep = format!("x = {}{}\n[[objective]]\nid = \"a\"\ntitle = \"T\"", "[".repeat(100), "]".repeat(100));
    let dotted = format!("[{}a]\n", "a.".repeat(5000));
    for (text, rule) in [
        ("", "field-missing"),
        ("# nothing yet\n", "field-missing"),
        ("objective = []\n", "field-missing"),
        (conflict.as_str(), "toml-syntax"),
        (deep.as_str(), "limit-exceeded"),
        (dotted.as_str(), "limit-exceeded"),
        ("[[objectives]]\nid = \"a\"\n[[objectives.key_result]]\n", "field-unknown"),
        ("[[key_result]]\n", "field-unknown"),
    ] {
        let (_, found) = read_text(text);
        let rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
        assert!(
            rules.contains(&rule) && rules.iter().all(|other| *other == rule || *other == "field-missing"),
            "{text:.60}: {rules:?}"
        );
    }
    let (_, found) = read_text(&"x\n".repeat(300_000));
    assert_eq!(found.len(), 20);
    let (file, found) = read_text(&conflict);
    assert_eq!((found.len(), file.parsed), (1, false));
    assert!(found[0].message.contains("lines 103 to 107"), "{}", found[0].message);
    assert_eq!(&conflict[found[0].related[0].range.clone()], ">>>>>>> other");
}

#[test]
fn renames_a_table_in_all_its_headers() {
    let text = "[[objectives]]\nid = \"a\"\n[[objectives.key_results]]\nid = \"k\"\n[[ objectives . key_results ]]\nid = \"l\"\n";
    let fixed = mend(text);
    assert_eq!(
        fixed,
        "[[objective]]\nid = \"a\"\n[[objective.key_result]]\nid = \"k\"\n[[ objective . key_result ]]\nid = \"l\"\n"
    );
}

/// Applies the safe fixes until none is left.
fn mend(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..20 {
        let (_, found) = read_text(&text);
        let Some(fix) = found.into_iter().filter_map(|finding| finding.fix).find(|fix| fix.safe) else { break };
        for edit in fix.edits.iter().rev() {
            text.replace_range(edit.range.clone(), &edit.text);
        }
    }
    text
}

#[test]
fn safe_fixes_mend() {
    let text =
        with("confidance = 0.5 # mine\nas_of = \"2026-11-20\"\ntags = \"x\"\ncurrent = \"41.5\"\nsensitve = true");
    let mended = mend(&format!("\u{feff}{text}"));
    let (file, found) = read_text(&mended);
    assert_eq!(found, Vec::new(), "{mended}");
    assert!(mended.contains("confidence = 0.5 # mine"));
    assert_eq!(file.objectives[0].key_results[0].current, Some(41.5));
}

proptest! {
    #[test]
    fn never_panics_on_any_text(text in "\\PC{0,200}") {
        let _ = (read_text(&text), recorded(&text));
    }

    #[test]
    fn never_panics_on_an_edited_file(
        cuts in prop::collection::vec((0.0f64..1.0, 0usize..12, "[\\[\\]{}=.\"'#,\\n\r a-c0-9é-]{0,6}"), 1..5),
        mark in any::<bool>(),
    ) {
        let mut text = FULL.to_owned();
        for (at, length, with) in cuts {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let start = text.floor_char_boundary((at * text.len() as f64) as usize);
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end.max(start), &with);
        }
        if mark {
            text.insert(0, '\u{feff}');
        }
        let (file, found) = read_text(&text);
        prop_assert_eq!(file.objectives.len(), file.places.len());
        for (objective, place) in file.objectives.iter().zip(&file.places) {
            prop_assert_eq!(objective.key_results.len(), place.key_results.len());
            prop_assert_eq!(objective.initiatives.len(), place.initiatives.len());
        }
        for label in found.iter().flat_map(|finding| finding.primary.iter().chain(&finding.related)) {
            prop_assert!(text.get(label.range.clone()).is_some());
        }
        prop_assert_eq!(recorded(&text).is_ok(), file.parsed);
    }
}
