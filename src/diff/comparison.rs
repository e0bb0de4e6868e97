//! Owns the comparison of two states of the goals: what is called what, and which fields differ.
//! Never looks at the past: what goals stand at is `difference`'s.

use super::change::{Change, Class, INITIATIVE};
use super::side::Side;
use crate::history::{Tables, differing};
use crate::okr::{Cycle, Group, Name};
use crate::source::Tree;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One objective or key result that differs, under its names of both sides; one that comes or goes has one alone.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) before: Option<Name>,
    pub(super) after: Option<Name>,
    pub(super) changes: Vec<Change>,
}

impl Entry {
    /// Gives the name that it has afterwards, or had where it is gone.
    pub(super) fn name(&self) -> &Name {
        self.after.as_ref().or(self.before.as_ref()).expect("a goal that differs is on one side at least")
    }

    /// Classes it: what comes, goes or moves is a definition, whatever it comes with.
    pub(super) fn class(&self) -> Class {
        if self.before.is_some() && self.after.is_some() { Class::of(&self.changes) } else { Class::Definition }
    }
}

/// Two states of the goals, compared.
pub struct Comparison<'a> {
    pub(super) before: Side<'a>,
    pub(super) after: Side<'a>,
    /// Objectives and key results that differ, by the name that they have afterwards.
    pub(super) entries: Vec<Entry>,
    /// What names of before are afterwards, as far as that is not the same.
    later: BTreeMap<Name, Option<Name>>,
    /// Settings that say how goals are judged and differ, by dotted name.
    pub settings: Vec<Change>,
    /// Files that differ and hold something which does not read: what it meant is not known.
    pub unclear: BTreeSet<String>,
    /// Of which class the change is. What does not read, and settings that judge goals, are definitions.
    pub class: Class,
}

impl<'a> Comparison<'a> {
    /// Compares two states. A file that does not parse in one of them counts as it is in the other.
    pub fn new(before: &'a Tree, after: &'a Tree) -> Self {
        let differ = differing(before, after);
        let earlier = Tables::read(before, Some(after), |path| differ.contains(path));
        let now = Tables::read(after, Some(before), |path| differ.contains(path));
        let (before, after) = (Side::new(before, after), Side::new(after, before));
        let mut entries = Vec::new();
        let mut later = BTreeMap::new();
        for (old, new) in pairs(&earlier, &now) {
            let side = |tables: &'_ Tables, name: &Option<String>| {
                name.as_ref().and_then(|name| tables.by_name.get(name)).cloned()
            };
            let mut changes = Change::between(side(&earlier, &old).as_ref(), side(&now, &new).as_ref());
            let [old, new] = [old, new].map(|name| name.and_then(|name| Name::parse(&name)));
            changes.extend(initiatives(&before, &old, &after, &new));
            if let Some(name) = old.clone().filter(|_| old != new) {
                later.insert(name, new.clone());
            }
            if !changes.is_empty() {
                entries.push(Entry { before: old, after: new, changes });
            }
        }
        entries.sort_by(|a, b| a.name().cmp(b.name()));
        let settings = settings(&before, &after);
        let unclear: BTreeSet<String> = earlier.unclear.into_iter().chain(now.unclear).collect();
        let class = entries.iter().fold(Class::None, |class, entry| class.and(entry.class()));
        let judged = if settings.is_empty() && unclear.is_empty() { Class::None } else { Class::Definition };
        Comparison { before, after, entries, later, settings, unclear, class: class.and(judged) }
    }

    /// Tells whether no goal and no setting that judges goals differs.
    pub fn is_empty(&self) -> bool {
        self.class == Class::None
    }

    /// Lists the key results of afterwards that were sensitive before and are not any more.
    pub fn unveiled(&self) -> Vec<Name> {
        let is_sensitive = |side: &Side<'_>, name: &Option<Name>| {
            name.as_ref().and_then(|name| side.key_result(name)).is_some_and(|key_result| key_result.sensitive)
        };
        let entries = self.entries.iter();
        let unveiled =
            entries.filter(|one| is_sensitive(&self.before, &one.before) && !is_sensitive(&self.after, &one.after));
        unveiled.filter_map(|entry| entry.after.clone()).collect()
    }

    /// Gives what a goal of before is called afterwards; `None` where it is gone.
    pub(super) fn later(&self, name: &Name) -> Option<Name> {
        match self.later.get(name) {
            Some(later) => later.clone(),
            None => Some(name.clone()),
        }
    }

    /// Gives the cycles that the change touches, by first day, the longer first, then by id: those of goals that differ,
    /// and those whose days do.
    pub fn cycles(&self) -> Vec<Cycle> {
        let (left, right) = (self.before.calendar(), self.after.calendar());
        let named = self.entries.iter().flat_map(|entry| [&entry.before, &entry.after]).flatten();
        let mut ids: BTreeSet<&str> = named.map(|name| name.cycle.as_str()).collect();
        let all = self.before.objectives.keys().chain(self.after.objectives.keys()).map(|name| name.cycle.as_str());
        if !self.settings.is_empty() {
            ids.extend(all.filter(|id| left.cycle(id) != right.cycle(id)));
        }
        let mut cycles: Vec<Cycle> = ids.iter().filter_map(|id| right.cycle(id).or_else(|| left.cycle(id))).collect();
        cycles.sort_by(|a, b| (a.start, b.end, &a.id).cmp(&(b.start, a.end, &b.id)));
        cycles
    }
}

/// Pairs the names of two states: what has one name in both, then what an alias of the later state names, then what one of
/// the earlier does, as where a renaming is taken back. Each name is in one pair.
fn pairs(earlier: &Tables, now: &Tables) -> Vec<(Option<String>, Option<String>)> {
    let mut olds: BTreeSet<&String> = earlier.by_name.keys().collect();
    let mut news: BTreeSet<&String> = now.by_name.keys().collect();
    let mut pairs = Vec::new();
    for name in earlier.by_name.keys().filter(|name| now.by_name.contains_key(*name)) {
        olds.remove(name);
        news.remove(name);
        pairs.push((Some(name.clone()), Some(name.clone())));
    }
    for new in news.clone() {
        let old = now.former(new, earlier).filter(|old| olds.remove(old));
        if let Some(old) = old {
            news.remove(new);
            pairs.push((Some(old), Some(new.clone())));
        }
    }
    for old in olds {
        let new = earlier.former(old, now).filter(|new| news.remove(new));
        pairs.push((Some(old.clone()), new));
    }
    pairs.extend(news.into_iter().map(|new| (None, Some(new.clone()))));
    pairs
}

/// Compares the initiatives of an objective, whatever their order.
fn initiatives(before: &Side<'_>, old: &Option<Name>, after: &Side<'_>, new: &Option<Name>) -> Option<Change> {
    let of = |side: &Side<'_>, name: &Option<Name>| -> Vec<Value> {
        let name = name.as_ref().filter(|name| name.key_result.is_none());
        let all = name.and_then(|name| side.objective(name)).map(|o| o.initiatives.as_slice()).unwrap_or_default();
        all.iter().map(|one| serde_json::to_value(one).expect("an initiative is plain text")).collect()
    };
    let (before, after) = (of(before, old), of(after, new));
    let in_order = |all: &[Value]| {
        let mut texts: Vec<String> = all.iter().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    let listed = |all: Vec<Value>| if all.is_empty() { Value::Null } else { Value::Array(all) };
    (in_order(&before) != in_order(&after)).then(|| Change {
        field: INITIATIVE.into(),
        group: Group::Quiet,
        before: listed(before),
        after: listed(after),
    })
}

/// Compares the settings that say how goals are judged.
fn settings(before: &Side<'_>, after: &Side<'_>) -> Vec<Change> {
    let (before, after) = (before.tree.config.judging(), after.tree.config.judging());
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |all: &BTreeMap<String, Value>, key| all.get(key).cloned().unwrap_or_default();
    keys.into_iter()
        .map(|key| Change {
            field: key.clone(),
            group: Group::Quiet,
            before: value(&before, key),
            after: value(&after, key),
        })
        .filter(|change| change.before != change.after)
        .collect()
}
