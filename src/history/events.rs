//! Owns turning changed fields into events: their kind, group, day, and whether the goal became easier.
//! Never finds out what changed.

use super::facts::{Facts, FactsId};
use super::{Changed, Event, EventKind};
use crate::git::{CommitRecord, ObjectId, Person};
use crate::okr::{self, Field, Fields, Group};
use jiff::civil::Date;
use jiff::{Timestamp, tz::Offset};
use serde_json::Value;

/// Who recorded a change, when and where.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) commit: Option<ObjectId>,
    pub(super) author: Person,
    /// The author's day.
    pub(super) day: Date,
    pub(super) recorded: i64,
    /// The committer's day.
    pub(super) recorded_on: Date,
    pub(super) summary: String,
    pub(super) signed: bool,
}

impl Record {
    /// Takes what a commit says; the author is mapped by the caller.
    pub(super) fn of(commit: &CommitRecord, author: Person) -> Self {
        Record {
            commit: Some(commit.id),
            author,
            day: day_of(commit.author.seconds, commit.author.offset_minutes),
            recorded: commit.committer.seconds,
            recorded_on: day_of(commit.committer.seconds, commit.committer.offset_minutes),
            summary: commit.summary.clone(),
            signed: commit.signed,
        }
    }
}

/// Gives the day of a moment at an offset from UTC; a moment beyond the calendar is its nearest end.
pub(super) fn day_of(seconds: i64, offset_minutes: i32) -> Date {
    let moment = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let offset = Offset::from_seconds(offset_minutes.saturating_mul(60)).unwrap_or(Offset::UTC);
    Timestamp::from_second(moment).map_or(Date::MIN, |moment| offset.to_datetime(moment).date())
}

/// The fields of a goal on one side of a change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side<'a> {
    /// As a table of their own.
    Fields(&'a Fields),
    /// Among the facts of all of history.
    Facts(&'a Facts, FactsId),
}

impl<'a> Side<'a> {
    fn get(self, field: Field) -> Option<&'a Value> {
        match self {
            Side::Fields(fields) => fields.get(&field),
            Side::Facts(facts, id) => facts.value(id, field),
        }
    }

    fn fields(self) -> Fields {
        match self {
            Side::Fields(fields) => fields.clone(),
            Side::Facts(facts, id) => facts.fields(id),
        }
    }
}

/// One goal on both sides of a change, and the fields whose lines turn there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) name: &'a str,
    pub(super) before: Option<Side<'a>>,
    pub(super) after: Option<Side<'a>>,
    pub(super) fields: &'a [Field],
}

impl<'a> Sides<'a> {
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
        let whole = match (self.before, self.after, self.fields.contains(&Field::Name)) {
            (None, Some(_), true) => Some(EventKind::Created),
            (Some(_), None, true) => Some(EventKind::Removed),
            _ => None,
        };
        for &field in self.fields {
            let Some(kind) = whole.filter(|_| field.group() != Group::Quiet).or_else(|| kind(field.group())) else {
                continue;
            };
            let side = |side: Option<Side<'a>>| side.and_then(|side| side.get(field)).filter(|value| !value.is_null());
            let (before, after) = (side(self.before), side(self.after));
            if before == after {
                continue;
            }
            let value = |side: Option<&Value>| side.cloned().unwrap_or_default();
            let changed = Changed { field, before: value(before), after: value(after) };
            match kinds.binary_search_by_key(&kind, |known| known.0) {
                Ok(at) => kinds[at].1.push(changed),
                Err(at) => kinds.insert(at, (kind, vec![changed])),
            }
        }
        kinds
    }

    /// Gives the day of measuring: `as_of` where it was set, else the latest day on which something newly done was done,
    /// else the author's day.
    fn measured(&self, day: Date) -> Date {
        let get = |side: Option<Side<'a>>, field| side.and_then(|side| side.get(field));
        let date = |value: &Value| value.as_str().and_then(|text| text.parse::<Date>().ok());
        let set = |field: Field| {
            let (before, after) = (get(self.before, field), get(self.after, field));
            after.filter(|&after| self.fields.contains(&field) && before != Some(after))
        };
        if let Some(as_of) = set(Field::AsOf).and_then(date) {
            return as_of;
        }
        let earlier = get(self.before, Field::MilestoneDone);
        let reached = set(Field::MilestoneDone).and_then(Value::as_object).into_iter().flatten();
        let new = reached
            .filter(|(title, done)| earlier.and_then(|earlier| earlier.get(title.as_str())) != Some(done))
            .filter_map(|(_, done)| date(done));
        new.chain(set(Field::Done).and_then(date)).max().unwrap_or(day)
    }

    /// Tells whether the goal became easier.
    fn eased(&self, measured: Date) -> Option<bool> {
        let (before, after) = (self.before?, self.after?);
        let (before, after) = (before.fields(), after.fields());
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
    path: &'a str,
    line: usize,
) -> impl Iterator<Item = Event> + 'a {
    let measured = sides.measured(record.day);
    let is_sensitive =
        |side: Option<Side<'_>>| side.is_some_and(|side| side.get(Field::Sensitive) == Some(&Value::Bool(true)));
    let sensitive = is_sensitive(sides.before) || is_sensitive(sides.after);
    let amended = sides.before.and_then(|side| side.get(Field::Amend)).and_then(Value::as_array);
    let reasons = amended.map_or(0, Vec::len);
    let event = move |(kind, changes): (EventKind, Vec<Changed>)| {
        let moved = changes.iter().any(|change| change.field.group() == Group::Goalpost);
        let goalpost = kind == EventKind::Definition && moved;
        Event {
            name: sides.name.to_owned(),
            kind,
            group: gravest(kind, &changes),
            goalpost,
            eased: if goalpost { sides.eased(measured) } else { None },
            late: false,
            commit: record.commit,
            author: record.author.clone(),
            measured,
            recorded: record.recorded,
            recorded_on: record.recorded_on,
            summary: record.summary.clone(),
            path: path.to_owned(),
            line,
            signed: record.signed,
            sensitive,
            reasons,
            changes,
        }
    };
    sides.kinds().into_iter().map(event)
}
