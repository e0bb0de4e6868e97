//! Owns turning changed fields into events: their kind, group, day, and whether the goal became easier.
//! Never finds out what changed.

use super::facts::{Facts, FactsId};
use super::lines::{Mask, bit};
use super::{Changed, Event, EventKind};
use crate::git::{CommitRecord, ObjectId, Person, Signature};
use crate::okr::{self, Field, Group};
use jiff::civil::Date;
use jiff::{Timestamp, tz::Offset};
use serde_json::Value;
use std::sync::Arc;

/// What events need of a commit beside its id, as the commit itself has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// Before `.mailmap`.
    pub(super) author: Signature,
    pub(super) recorded: i64,
    /// Of the committer's clock, in minutes east of UTC.
    pub(super) recorded_offset: i32,
    pub(super) summary: Arc<str>,
    pub(super) signed: bool,
}

impl Told {
    /// Keeps what is needed.
    pub(super) fn of(commit: CommitRecord) -> Self {
        let CommitRecord { author, committer, summary, signed, .. } = commit;
        let (recorded, recorded_offset) = (committer.seconds, committer.offset_minutes);
        Told { author, recorded, recorded_offset, summary: summary.into(), signed }
    }
}

/// Who recorded a change, when and where.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) commit: Option<ObjectId>,
    pub(super) author: Arc<Person>,
    /// The author's day.
    pub(super) day: Date,
    pub(super) recorded: i64,
    /// The committer's day.
    pub(super) recorded_on: Date,
    pub(super) summary: Arc<str>,
    pub(super) signed: bool,
}

impl Record {
    /// Takes what a commit says; the author is mapped by the caller.
    pub(super) fn of(commit: ObjectId, told: &Told, author: Arc<Person>) -> Self {
        Record {
            commit: Some(commit),
            author,
            day: day_of(told.author.seconds, told.author.offset_minutes),
            recorded: told.recorded,
            recorded_on: day_of(told.recorded, told.recorded_offset),
            summary: Arc::clone(&told.summary),
            signed: told.signed,
        }
    }
}

/// Gives the day of a moment at an offset from UTC; a moment beyond the calendar is its nearest end.
pub(super) fn day_of(seconds: i64, offset_minutes: i32) -> Date {
    let moment = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let offset = Offset::from_seconds(offset_minutes.saturating_mul(60)).unwrap_or(Offset::UTC);
    Timestamp::from_second(moment).map_or(Date::MIN, |moment| offset.to_datetime(moment).date())
}

/// One goal on both sides of a change, and the fields whose lines turn there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) name: &'a Arc<str>,
    pub(super) facts: &'a Facts,
    pub(super) before: Option<FactsId>,
    pub(super) after: Option<FactsId>,
    pub(super) fields: Mask,
}

impl<'a> Sides<'a> {
    /// Gives the value of a field on one side.
    fn value(&self, side: Option<FactsId>, field: Field) -> Option<&'a Arc<Value>> {
        self.facts.value(side?, field)
    }

    /// Tells whether the line of a field turns.
    fn turns(&self, field: Field) -> bool {
        self.fields & bit(field) != 0
    }

    /// Tells whether it is an objective rather than a key result.
    fn is_objective(&self) -> bool {
        self.name.split('/').count() == 2 && self.name.split('/').all(|part| !part.is_empty())
    }

    /// Gives what changed and is to be told, by the kind of event that it makes, in order of kind.
    fn kinds(&self) -> Vec<(EventKind, Vec<Changed>)> {
        let mut kinds: Vec<(EventKind, Vec<Changed>)> = Vec::new();
        if (self.before.is_none() || self.after.is_none()) && self.is_objective() {
            return kinds;
        }
        let whole = match (self.before, self.after, self.turns(Field::Name)) {
            (None, Some(_), true) => Some(EventKind::Created),
            (Some(_), None, true) => Some(EventKind::Removed),
            _ => None,
        };
        for (field, before, after) in self.facts.beside(self.before, self.after) {
            let group = field.group();
            let Some(kind) = whole.filter(|_| group != Group::Quiet).or_else(|| kind(group)) else { continue };
            if !self.turns(field) || before == after {
                continue;
            }
            let value = |number| Arc::clone(self.facts.value_of(number));
            let changed = Changed { field, before: value(before), after: value(after) };
            match kinds.binary_search_by_key(&kind, |known| known.0) {
                Ok(at) => kinds[at].1.push(changed),
                Err(at) => {
                    // Most events have all fields that turn; half a million of them have no room to spare.
                    let written = |side: Option<FactsId>| side.map_or(0, |facts| self.facts.set(facts).len());
                    let most = written(self.before).max(written(self.after)).min(self.fields.count_ones() as usize);
                    let mut changes = Vec::with_capacity(most);
                    changes.push(changed);
                    kinds.insert(at, (kind, changes));
                }
            }
        }
        kinds
    }

    /// Gives the day of measuring: `as_of` where it was set, else the latest day on which something newly done was done,
    /// else the author's day.
    fn measured(&self, day: Date) -> Date {
        let date = |value: &Value| value.as_str().and_then(|text| text.parse::<Date>().ok());
        let set = |field: Field| {
            let changed = self.turns(field).then(|| (self.value(self.before, field), self.value(self.after, field)));
            changed.and_then(|(before, after)| after.filter(|&after| before != Some(after))).map(|value| &**value)
        };
        if let Some(as_of) = set(Field::AsOf).and_then(date) {
            return as_of;
        }
        let earlier = self.value(self.before, Field::MilestoneDone);
        let reached = set(Field::MilestoneDone).and_then(Value::as_object).into_iter().flatten();
        let new = reached
            .filter(|(title, done)| earlier.and_then(|earlier| earlier.get(title.as_str())) != Some(done))
            .filter_map(|(_, done)| date(done));
        new.chain(set(Field::Done).and_then(date)).max().unwrap_or(day)
    }

    /// Tells whether the goal became easier.
    fn eased(&self, measured: Date) -> Option<bool> {
        let (before, after) = (self.before?, self.after?);
        let (before, after) = (self.facts.fields(before), self.facts.fields(after));
        if self.is_objective() {
            return okr::objective_eased(&crate::syntax::objective(&before), &crate::syntax::objective(&after));
        }
        let (before, after) = (crate::syntax::key_result(&before), crate::syntax::key_result(&after));
        okr::eased(&before, &after, before.value(measured))
    }
}

fn kind(group: Group) -> Option<EventKind> {
    match group {
        Group::CheckIn => Some(EventKind::CheckIn),
        Group::Goalpost | Group::Scope | Group::Wording => Some(EventKind::Definition),
        Group::Ownership => Some(EventKind::Ownership),
        Group::Closing => Some(EventKind::Closing),
        Group::Quiet => None,
    }
}

/// Names an event by the gravest of what changed.
fn gravest(kind: EventKind, changes: &[Changed]) -> Group {
    match kind {
        EventKind::Created | EventKind::Restored | EventKind::Removed => Group::Scope,
        EventKind::CheckIn => Group::CheckIn,
        EventKind::Ownership => Group::Ownership,
        EventKind::Closing => Group::Closing,
        EventKind::Definition => [Group::Goalpost, Group::Scope]
            .into_iter()
            .find(|&group| changes.iter().any(|change| change.field.group() == group))
            .unwrap_or(Group::Wording),
    }
}

/// Makes the events of one goal at one commit, in order of kind. `late` is left to the lock.
pub(super) fn events<'a>(
    sides: &'a Sides<'a>,
    record: &'a Record,
    path: &'a Arc<str>,
    line: usize,
) -> impl Iterator<Item = Event> + 'a {
    let measured = sides.measured(record.day);
    let is_sensitive = |side| sides.value(side, Field::Sensitive).is_some_and(|value| **value == Value::Bool(true));
    let sensitive = is_sensitive(sides.before) || is_sensitive(sides.after);
    let amended = sides.value(sides.before, Field::Amend).and_then(|amend| amend.as_array());
    let reasons = amended.map_or(0, Vec::len);
    let event = move |(kind, changes): (EventKind, Vec<Changed>)| {
        let moved = changes.iter().any(|change| change.field.group() == Group::Goalpost);
        let goalpost = kind == EventKind::Definition && moved;
        Event {
            name: Arc::clone(sides.name),
            kind,
            group: gravest(kind, &changes),
            goalpost,
            eased: if goalpost { sides.eased(measured) } else { None },
            late: false,
            commit: record.commit,
            author: Arc::clone(&record.author),
            measured,
            recorded: record.recorded,
            recorded_on: record.recorded_on,
            summary: Arc::clone(&record.summary),
            path: Arc::clone(path),
            line,
            signed: record.signed,
            sensitive,
            reasons,
            changes,
        }
    };
    sides.kinds().into_iter().map(event)
}
