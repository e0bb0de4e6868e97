//! Owns what is not committed: differences between HEAD's files and those of the work tree, as events of today.

use super::events::{Record, Sides, events};
use super::facts::Facts;
use super::lines::bit;
use super::tables::{Table, Tables, differing};
use super::{EventKind, History};
use crate::git::Person;
use crate::okr::{Field, Fields};
use crate::source::Tree;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Puts the differences between HEAD and the work tree in front of the history, as events without a commit, by the
/// person who would commit them. A file that does not parse counts as it is in HEAD.
pub fn uncommitted(history: &mut History, head: &Tree, worktree: &Tree, author: &Person, today: Date) {
    let differ = differing(head, worktree);
    let earlier = Tables::read(head, None, |path| differ.contains(path));
    let now = Tables::read(worktree, Some(head), |path| differ.contains(path));
    let names: BTreeSet<&String> = earlier.by_name.keys().chain(now.by_name.keys()).collect();
    let renamed: BTreeMap<String, String> = now
        .by_name
        .keys()
        .filter_map(|name| Some((now.former(name, &earlier)?, name.clone())))
        .filter(|(old, new)| old != new)
        .collect();
    for event in &mut history.events {
        if let Some(new) = renamed.get(&*event.name) {
            event.name = new.as_str().into();
        }
    }
    let record = Record {
        commit: None,
        author: Arc::new(author.clone()),
        day: today,
        recorded: today.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |midnight| midnight.timestamp().as_second()),
        recorded_on: today,
        summary: "not committed".into(),
        signed: false,
    };
    let mut found = Vec::new();
    let mut facts = Facts::default();
    for name in names {
        if renamed.contains_key(name) {
            continue;
        }
        let after = now.by_name.get(name);
        let before = now.former(name, &earlier).and_then(|name| earlier.by_name.get(&name));
        let (before_fields, after_fields) = (before.map(|table| &table.fields), after.map(|table| &table.fields));
        if before_fields == after_fields {
            continue;
        }
        let value = |fields: Option<&Fields>, field| fields.map(|fields| fields.get(field).cloned());
        let differing = Field::ALL.iter().filter(|field| value(before_fields, field) != value(after_fields, field));
        let fields = differing.fold(0, |fields, &field| fields | bit(field));
        let Some(Table { path, line, .. }) = after.or(before) else { continue };
        let path = path.as_str().into();
        let mut side = |fields: Option<&Fields>| fields.map(|fields| facts.take(fields.clone()));
        let (before, after) = (side(before_fields), side(after_fields));
        let sides = Sides { name: &name.as_str().into(), facts: &facts, before, after, fields };
        for mut event in events(&sides, &record, &path, *line) {
            let last = history.events.iter().find(|event| *event.name == **name);
            if event.kind == EventKind::Created && last.is_some_and(|last| last.kind == EventKind::Removed) {
                event.kind = EventKind::Restored;
            }
            found.push(event);
        }
    }
    history.events.splice(0..0, found);
}
