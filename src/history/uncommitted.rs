//! Owns what is not committed: differences between HEAD's files and those of the work tree, as events of today.

use super::events::{Record, Sides, events};
use super::facts::Facts;
use super::names::former;
use super::{EventKind, History};
use crate::git::Person;
use crate::okr::{Field, Fields, Name};
use crate::source::Tree;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A named table of a tree: its path, line and values.
type Table = (Arc<str>, usize, Fields);

/// Puts the differences between HEAD and the work tree in front of the history, as events without a commit, by the
/// person who would commit them. A file that does not parse counts as it is in HEAD.
pub fn uncommitted(history: &mut History, head: &Tree, worktree: &Tree, author: &Person, today: Date) {
    let earlier = tables(head, None);
    let now = tables(worktree, Some(head));
    let names: BTreeSet<&String> = earlier.keys().chain(now.keys()).collect();
    let counterpart = |name: &str| -> Option<String> {
        if earlier.contains_key(name) {
            return Some(name.to_owned());
        }
        let full = Name::parse(name)?;
        let home = Name::objective(&full.cycle, &full.objective).to_string();
        let objective = full.key_result.as_ref().and_then(|_| now.get(&home)).map(|table| &table.2);
        let aliases = former(&full, &now.get(name)?.2, objective);
        aliases.into_iter().find(|alias| earlier.contains_key(alias) && !now.contains_key(alias))
    };
    let renamed: BTreeMap<String, String> = now
        .keys()
        .filter_map(|name| Some((counterpart(name)?, name.clone())))
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
        summary: "not committed".into(),
        signed: false,
    };
    let mut found = Vec::new();
    let mut facts = Facts::default();
    for name in names {
        if renamed.contains_key(name) {
            continue;
        }
        let after = now.get(name);
        let before = counterpart(name).and_then(|name| earlier.get(&name));
        let (before_fields, after_fields) = (before.map(|table| &table.2), after.map(|table| &table.2));
        if before_fields == after_fields {
            continue;
        }
        let value = |fields: Option<&Fields>, field| fields.map(|fields| fields.get(field).cloned());
        let fields: Vec<Field> = Field::ALL
            .iter()
            .filter(|field| value(before_fields, field) != value(after_fields, field))
            .copied()
            .collect();
        let Some((path, line, _)) = after.or(before) else { continue };
        let mut side = |fields: Option<&Fields>| fields.map(|fields| facts.take(fields.clone()));
        let (before, after) = (side(before_fields), side(after_fields));
        let sides = Sides { name: &name.as_str().into(), facts: &facts, before, after, fields: &fields };
        for mut event in events(&sides, &record, path, *line) {
            let last = history.events.iter().find(|event| *event.name == **name);
            if event.kind == EventKind::Created && last.is_some_and(|last| last.kind == EventKind::Removed) {
                event.kind = EventKind::Restored;
            }
            found.push(event);
        }
    }
    history.events.splice(0..0, found);
}

/// Reads the tables of a tree by name; of two with one name the first path counts.
fn tables(tree: &Tree, instead: Option<&Tree>) -> BTreeMap<String, Table> {
    let mut tables = BTreeMap::new();
    let text_at = |tree: &Tree, path: &str| -> Option<String> {
        let file = tree.files.iter().find(|file| file.path == path)?;
        Some(tree.sources.get(file.file).text.clone())
    };
    for file in &tree.files {
        let read = crate::syntax::recorded(&tree.sources.get(file.file).text).ok().or_else(|| {
            let text = text_at(instead?, &file.path)?;
            crate::syntax::recorded(&text).ok()
        });
        let path: Arc<str> = file.path.as_str().into();
        for table in read.map(|(tables, _)| tables).unwrap_or_default() {
            tables.entry(table.name).or_insert_with(|| (Arc::clone(&path), table.line, table.fields));
        }
    }
    tables
}
