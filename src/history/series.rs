//! Owns the check-ins of one key result, folded out of its events.
//! Never drops one: which of them still hold is the arithmetic's matter (`okr::settle`).

use super::{Event, EventKind, History};
use crate::git::ObjectId;
use crate::okr::{Field, Fields, KeyResult, Point};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::HashMap;

/// One time that a key result was measured or looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckIn {
    /// Day of measuring.
    pub measured: Date,
    /// Commit time, seconds since 1970, UTC.
    pub recorded: i64,
    /// The commit; `None` for what is not committed.
    pub commit: Option<ObjectId>,
    /// The value then: the number, 0 or 1 for binary, done weight for milestones.
    pub value: Option<f64>,
    /// The owner's confidence then, 0–1.
    pub confidence: Option<f64>,
    /// What the owner had to say in this commit.
    pub note: Option<String>,
    /// The value under the kind and unit it was recorded in, for the arithmetic.
    pub point: Point,
}

/// The events of a history by name, gathered once so that each look-up costs its own events alone.
#[derive(Debug, Clone, Default)]
pub struct ByName<'a>(HashMap<&'a str, Vec<&'a Event>>);

impl History {
    /// Gathers the events by name.
    pub fn by_name(&self) -> ByName<'_> {
        let mut gathered: HashMap<&str, Vec<&Event>> = HashMap::new();
        for event in self.events.iter().rev() {
            gathered.entry(&event.name).or_default().push(event);
        }
        ByName(gathered)
    }
}

impl<'a> ByName<'a> {
    /// Gives the events of one name in line order, oldest first.
    pub fn events(&self, name: &str) -> &[&'a Event] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Gives the check-ins of a key result in line order, oldest first. One that came with a value starts them.
    pub fn check_ins(&self, name: &str) -> Vec<CheckIn> {
        let mut fields = Fields::from([(Field::Name, name.into())]);
        let mut check_ins = Vec::new();
        for together in self.events(name).chunk_by(|a, b| a.commit == b.commit) {
            for change in together.iter().flat_map(|event| &event.changes) {
                if change.after.is_null() {
                    fields.remove(&change.field);
                } else {
                    fields.insert(change.field, Value::clone(&change.after));
                }
            }
            // Events of one commit stand in reverse order of kind here, so the check-in or creation is looked for.
            let telling = together
                .iter()
                .find(|event| matches!(event.kind, EventKind::CheckIn | EventKind::Created | EventKind::Restored));
            let Some(event) = telling else { continue };
            let key_result = crate::syntax::key_result(&fields);
            let value = key_result.value(event.measured);
            if value.is_none() && event.kind != EventKind::CheckIn {
                continue;
            }
            let noted = together.iter().flat_map(|event| &event.changes).find(|change| change.field == Field::Note);
            check_ins.push(CheckIn {
                measured: event.measured,
                recorded: event.recorded,
                commit: event.commit,
                value,
                confidence: key_result.confidence,
                note: noted.and_then(|change| change.after.as_str()).map(str::to_owned),
                point: Point { measured: event.measured, value, kind: key_result.kind(), unit: key_result.unit },
            });
        }
        check_ins
    }

    /// Gives a key result that has gone as it was last; `None` for one that is there or never was.
    pub fn removed(&self, name: &str) -> Option<KeyResult> {
        let existence = [EventKind::Created, EventKind::Restored, EventKind::Removed];
        let last = self.events(name).iter().rev().find(|event| existence.contains(&event.kind))?;
        (last.kind == EventKind::Removed).then(|| {
            let before = last.changes.iter().filter(|change| !change.before.is_null());
            let fields: Fields = before.map(|change| (change.field, Value::clone(&change.before))).collect();
            crate::syntax::key_result(&fields)
        })
    }
}
