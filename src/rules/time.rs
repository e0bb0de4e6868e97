//! Owns what the rules ask of time: which cycles run and which are over, what was recorded of a key result, where it
//! stands today, and what of its definition moved after the lock.

use super::context::{Context, Item, Part};
use crate::history::{Changed, CheckIn, Event, EventKind};
use crate::okr::{Field, Given, Name, Point, Standing, stand};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;

impl<'a> Context<'a> {
    /// Gives the key results that are pursued today: active, in objectives that are, between start and due.
    pub fn running_parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.active_parts().filter(|part| {
            part.days().is_some_and(|(start, due)| start <= self.today && self.today <= due)
                && !self.misread(part.item.file.file, || part.extent())
        })
    }

    /// Gives the pursued objectives of cycles that are over.
    pub fn ended(&self) -> impl Iterator<Item = &Item<'a>> {
        self.active().filter(|item| item.cycle.as_ref().is_some_and(|cycle| cycle.end < self.today))
    }

    /// Gives what was recorded of a key result, oldest first.
    pub fn check_ins(&self, part: &Part<'_>) -> Vec<CheckIn> {
        self.past.check_ins(&part.called())
    }

    /// Tells whether anything that was recorded of a key result may not be quoted, even where it no longer is sensitive.
    pub fn was_sensitive(&self, part: &Part<'_>) -> bool {
        self.past.events(&part.called()).iter().any(|event| event.sensitive)
    }

    /// Works out what a key result stands at today; `None` where its cycle is not known.
    pub fn standing(&self, part: &Part<'_>) -> Option<Standing> {
        let series: Vec<Point> = self.check_ins(part).into_iter().map(|check_in| check_in.point).collect();
        let given = Given {
            key_result: part.key_result,
            objective: part.item.objective,
            cycle: part.item.cycle.as_ref()?,
            series: &series,
            complete: self.history.is_some_and(|history| history.complete),
        };
        Some(stand(&given, self.today, &self.tree.config.health()))
    }

    /// Tells whether a definition that an event changed had locked: history says so of what landed, and what is not
    /// committed would land today.
    pub fn is_late(&self, event: &Event) -> bool {
        event.late || (event.commit.is_none() && self.lock(&event.name).is_some_and(|lock| self.today > lock))
    }

    /// Gives the last day on which a goal's definition may change freely: its cycle's, or, where it came later, as long
    /// after that as a cycle has.
    fn lock(&self, name: &str) -> Option<Date> {
        let calendar = &self.tree.config.calendar;
        let cycle = calendar.cycle(&Name::parse(name)?.cycle)?;
        let lock = self.agreed.iter().find(|agreed| agreed.id == cycle.id).map_or(cycle.lock, |agreed| agreed.lock);
        // An objective has no event of its own coming: it came with the first of its key results.
        let below = format!("{name}/");
        let came = |event: &&Event| {
            event.kind == EventKind::Created && (*event.name == *name || event.name.starts_with(&below))
        };
        let first = self.history?.events.iter().rev().find(came)?.recorded_on;
        Some(if first <= lock { lock } else { first.checked_add(calendar.lock_after_days.days()).ok()? })
    }

    /// Gives the fields of a goal that certain changes of its definition moved: each with its value before the first of
    /// them and after the last. A field that is back where it was has not moved.
    pub fn moved(
        &self,
        name: &str,
        changes: impl Fn(&Event) -> bool,
        fields: impl Fn(Field) -> bool,
    ) -> Vec<Moved<'_>> {
        let mut all: Vec<Moved<'_>> = Vec::new();
        let definitions = self.past.events(name).iter().filter(|event| event.kind == EventKind::Definition);
        for event in definitions.filter(|event| changes(event)) {
            for change in event.changes.iter().filter(|change| fields(change.field)) {
                let Changed { field, before, after } = change;
                match all.iter_mut().find(|known| known.field == *field) {
                    Some(known) => {
                        (known.after, known.event) = (after, event);
                        known.sensitive |= event.sensitive;
                    }
                    None => all.push(Moved { field: *field, before, after, event, sensitive: event.sensitive }),
                }
            }
        }
        all.retain(|moved| moved.before != moved.after);
        all
    }

    /// Gives the fields that came back other than they went, where a key result was taken out after its lock and put in
    /// again, with the two events.
    pub fn brought_back(&self, name: &str) -> Vec<Moved<'_>> {
        let events = self.past.events(name);
        let Some(gone) = events.iter().rposition(|event| event.kind == EventKind::Removed) else { return Vec::new() };
        let (gone, back) = (events[gone], events[gone..].iter().find(|event| event.kind == EventKind::Restored));
        let Some(back) = back.filter(|_| self.is_late(gone)) else { return Vec::new() };
        let field = |field: Field| {
            let before =
                gone.changes.iter().find(|change| change.field == field).map_or(&Value::Null, |one| &one.before);
            let after = back.changes.iter().find(|change| change.field == field).map_or(&Value::Null, |one| &one.after);
            let sensitive = gone.sensitive || back.sensitive;
            (before != after).then_some(Moved { field, before, after, event: back, sensitive })
        };
        Field::ALL.iter().filter_map(|&one| field(one)).collect()
    }
}

/// A field that is not what it was.
pub struct Moved<'a> {
    /// Which.
    pub field: Field,
    /// What it was.
    pub before: &'a Value,
    /// What it is.
    pub after: &'a Value,
    /// Who moved it last.
    pub event: &'a Event,
    /// Whether any of the changes was sensitive on either side.
    pub sensitive: bool,
}

impl Moved<'_> {
    /// Says what moved, without values where those are sensitive or long.
    pub fn told(&self) -> String {
        let short = |value: &Value| match value {
            Value::Null => Some("nothing".to_owned()),
            Value::String(text) if text.chars().count() <= 24 => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let name = self.field.name();
        match short(self.before).zip(short(self.after)).filter(|_| !self.sensitive) {
            Some((before, after)) => format!("`{name}` went from {before} to {after}"),
            None => format!("`{name}` changed"),
        }
    }
}

/// Says when and where an event happened: the day, and the commit where there is one.
pub fn recorded(event: &Event) -> String {
    match event.commit {
        Some(commit) => format!("on {} ({})", event.recorded_on, commit.short()),
        None => "in what is not committed yet".to_owned(),
    }
}

impl Part<'_> {
    /// Gives its first and last day; `None` where its cycle is not known.
    pub fn days(&self) -> Option<(Date, Date)> {
        Some(self.key_result.span(self.item.objective, self.item.cycle.as_ref()?))
    }

    /// Gives the first of some fields that is written, else the last of them.
    pub fn written(&self, fields: &[&'static str]) -> &'static str {
        let written = fields.iter().find(|field| self.place.fields.contains_key(field));
        written.or(fields.last()).copied().unwrap_or_default()
    }
}
