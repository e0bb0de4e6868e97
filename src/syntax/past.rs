//! Owns the reading of a file of the past: lenient, quick, values alone.
//! Never keeps a span, never explains: what was left out is noted, without the value, which may be a secret.

use super::Recorded;
use super::document::taken_over;
use super::patch::Slot;
use super::plain;
use super::raw::{RawFile, RawKeyResult};
use super::record;
use super::table::{At, Dialect, Entry, Reader, Table, Written};
use crate::finding::Finding;
use crate::okr::{Field, Fields, Name};
use crate::text::{FileId, LineIndex};
use std::collections::HashSet;
use std::ops::Range;
use toml::de::DeTable;

/// Reads a file of the past, leniently: unknown keys ignored, wrong values absent. `Err` names why the TOML does not
/// parse. Notes hold one message for each value that was left out. Of two tables with one name the first counts.
pub fn recorded(text: &str) -> Result<(Vec<Recorded>, Vec<String>), String> {
    with_slots(text).map(|(all, notes, _)| (all, notes))
}

/// What a file of the past says: its tables, its notes, and where the values stand that a check-in replaces.
type Reading = (Vec<Recorded>, Vec<String>, Vec<Slot>);

/// Reads a file of the past as [`recorded`] does, and finds its slots.
pub(super) fn with_slots(text: &str) -> Result<Reading, String> {
    let mut reader = Reader { lenient: true, ..Reader::new(FileId(0), text, Dialect::Objectives) };
    let shift = reader.shift;
    let lines = LineIndex::new(text);
    let line = |offset: usize| lines.position(text, offset).line;
    let whole = || match DeTable::parse(reader.text) {
        Ok(table) => Ok(taken_over(table.into_inner())),
        Err(error) => Err(match error.span() {
            Some(span) => format!("line {}: {}", line(span.start + shift), error.message()),
            None => error.message().to_owned(),
        }),
    };
    let table = plain::read(reader.text).map_or_else(whole, Ok)?;
    let raw = RawFile::from_table(&table, &At::top(), &mut reader);
    let mut notes = Vec::new();
    let mut all = Vec::new();
    let mut seen = HashSet::new();
    let mut slots = Vec::new();
    // Gives the table's index; nothing for a name that came before.
    let mut keep = |name: Name, mut fields: Fields, line: usize| {
        let name = name.to_string();
        seen.insert(name.clone()).then(|| {
            fields.insert(Field::Name, name.clone().into());
            all.push(Recorded { name, fields, line });
            all.len() - 1
        })
    };
    let cycle = raw.cycle.map(|cycle| cycle.value.0);
    let owner = raw.owner.map(|owner| owner.value.0);
    for Entry { raw: mut objective, header, .. } in raw.objective.map_or_else(Vec::new, |all| all.value.0) {
        let at = line(header.start);
        let Some(name) = record::objective_name(&objective, cycle.as_deref()) else {
            let lacking = if objective.id.is_none() { "id" } else { "cycle" };
            notes.push((at, format!("line {at}: an objective without {lacking} was left out")));
            continue;
        };
        let fields = record::objective(&mut objective, owner.as_deref());
        let _ = keep(name.clone(), fields, at);
        for entry in objective.key_result.map_or_else(Vec::new, |all| all.value.0) {
            let Entry { raw: mut key_result, header, .. } = entry;
            let at = line(header.start);
            let Some(id) = key_result.id.take() else {
                notes.push((at, format!("line {at}: a key result of {name} without id was left out")));
                continue;
            };
            ladder(&key_result, &mut reader);
            let places = places(&key_result);
            if let Some(table) = keep(name.key_result(&id.value.0), record::key_result(&mut key_result), at) {
                slots.extend(places.into_iter().flatten().map(|(field, span)| Slot { table, field, span }));
            }
        }
    }
    // An id that is no slug still names; one that does not was noted above.
    for finding in reader.found.iter().filter(|finding| finding.rule != "id-invalid") {
        let at = finding.primary.as_ref().map_or(1, |label| line(label.range.start));
        let field = finding.field.as_deref().unwrap_or("a value");
        notes.push((at, format!("line {at}: `{field}` was left out ({})", finding.rule)));
    }
    notes.sort();
    Ok((all, notes.into_iter().map(|(_, note)| note).collect(), slots))
}

/// Finds where the values stand that a check-in replaces.
fn places(raw: &RawKeyResult) -> [Option<(Field, Range<usize>)>; 4] {
    fn place<T>(field: Field, written: Option<&Written<T>>) -> Option<(Field, Range<usize>)> {
        written.map(|written| (field, written.span.clone()))
    }
    [
        place(Field::Current, raw.current.as_ref()),
        place(Field::Confidence, raw.confidence.as_ref()),
        place(Field::AsOf, raw.as_of.as_ref()),
        place(Field::Note, raw.note.as_ref()),
    ]
}

/// Reports a score ladder that is out of order.
pub(super) fn ladder(raw: &RawKeyResult, reader: &mut Reader<'_>) {
    let Some(Written { value, span, .. }) = &raw.scale else { return };
    let rungs = record::rungs(raw);
    if rungs.len() != value.0.len() || record::is_ladder(&rungs) {
        return;
    }
    let message = match rungs.len() {
        0 | 1 => "`scale` has fewer than two rungs, so there is nothing between them",
        _ => "the rungs of `scale` are out of order: values must all rise or all fall, and progress must rise",
    };
    let help = "list the rungs from the least progress to the most, each once";
    reader.found.push(Finding::new("kr-flat", message, help).at(reader.file, span.clone(), "").field("scale"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn encodes_what_history_compares() {
        let (all, notes) = recorded(include_str!("full.toml")).expect("it parses");
        assert_eq!(notes, Vec::<String>::new());
        assert_eq!(
            all.iter().map(|one| (one.name.as_str(), one.line)).collect::<Vec<_>>(),
            [
                ("2026-Q4/reliable-checkout", 4),
                ("2026-Q4/reliable-checkout/p99-latency", 19),
                ("2026-Q4/reliable-checkout/deploy-time", 48),
                ("2026-Q4/reliable-checkout/rollback-rate", 55),
                ("2026-Q4/reliable-checkout/eu-launch", 65),
                ("2026-Q4/reliable-checkout/pci", 75),
                ("2026-Q4/reliable-checkout/adoption", 80),
                ("2026-Q4/reliable-checkout/latency", 91),
            ]
        );
        let fields = |index: usize| {
            all[index]
                .fields
                .iter()
                .map(|(field, value)| (field.name().to_owned(), value.clone()))
                .collect::<serde_json::Map<_, _>>()
        };
        let of = |index: usize, field: &str| fields(index).get(field).cloned();
        assert_eq!(of(0, "owners"), Some(json!(["@acme/payments"])));
        assert_eq!(of(1, "baseline"), Some(json!(420)));
        assert_eq!(of(1, "as_of"), Some(json!("2026-11-20")));
        assert_eq!(of(1, "pace"), Some(json!([{"on": "2026-11-15", "progress": 0.5}])));
        assert_eq!(
            of(1, "amend"),
            Some(
                json!([{"on": "2026-11-02", "reason": "The card processor changed its limits.", "approved_by": "@cto"}])
            )
        );
        assert_eq!(of(2, "change"), Some(json!("-50%")));
        assert_eq!(of(2, "weight"), None);
        assert_eq!(of(3, "role"), Some(json!("guardrail")));
        assert_eq!(
            of(4, "milestone"),
            Some(json!([
                {"title": "Germany", "weight": 1, "due": null},
                {"title": "France", "weight": 2, "due": "2026-12-01"},
                {"title": "Germany", "weight": 1, "due": null},
            ]))
        );
        assert_eq!(of(4, "milestone.done"), Some(json!({"Germany": "2026-10-20", "Germany (2)": true})));
        assert_eq!(of(5, "done"), Some(json!(false)));
        assert_eq!(of(6, "scale"), Some(json!([{"value": 20, "progress": 0.3}, {"value": 60, "progress": 1}])));
        assert_eq!(of(7, "pace"), Some(json!("late")));
    }

    #[test]
    fn leaves_out_what_is_wrong_and_says_so_without_the_value() {
        let text = "\u{feff}cycle = \"2026-Q4\"\r\n[[objective]]\r\nid = \"a\"\r\nfuture = 1\r\n[[objective.key_result]]\r\nid = \"k\"\r\n\
                    current = \"secret\"\r\nconfidence = 7.5\r\ntarget = nan\r\nweight = 0\r\nnote = \"fine\"\r\n\
                    [[objective.key_result]]\r\ntitle = \"nameless\"\r\n[[objective]]\r\nid = \"a\"\r\ntitle = \"again\"";
        let (all, notes) = recorded(text).expect("it parses");
        assert_eq!(all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["2026-Q4/a", "2026-Q4/a/k"]);
        assert_eq!(all[1].fields.keys().copied().collect::<Vec<_>>(), [Field::Name, Field::Note]);
        assert_eq!(all[0].fields.get(&Field::Title), None);
        assert_eq!(
            notes,
            [
                "line 7: `current` was left out (field-type)",
                "line 8: `confidence` was left out (kr-flat)",
                "line 9: `target` was left out (number-not-finite)",
                "line 10: `weight` was left out (kr-flat)",
                "line 12: a key result of 2026-Q4/a without id was left out",
            ]
        );
        assert_eq!(recorded("a = 1\na = 2"), Err("line 2: duplicate key".into()));
        assert_eq!(recorded(""), Ok((Vec::new(), Vec::new())));
        assert_eq!(
            recorded("[[objective]]\nid = \"a\"").expect("it parses").1,
            ["line 1: an objective without cycle was left out"]
        );
    }
}
