//! Owns the plain values of a table: raw tables become the fields that history compares and the domain is made of.
//! Never reads TOML, never reports: what was wrong is no longer there.

use super::raw::{RawAllow, RawKeyResult, RawMilestone, RawObjective, RawRetro};
use super::table::{Entry, List, Tables, Written};
use super::value::{Course, Day, Line};
use super::word::{Choice, Words};
use crate::okr::{Done, Field, Fields, Name, Role, Status, number};
use serde_json::{Map, Value, json};

/// Names an objective; `None` without an id or a cycle.
pub(super) fn objective_name(raw: &RawObjective, file_cycle: Option<&str>) -> Option<Name> {
    let cycle = raw.cycle.as_ref().map(|cycle| cycle.value.0.as_str()).or(file_cycle)?;
    Some(Name::objective(cycle, &raw.id.as_ref()?.value.0))
}

/// Gives the fields of an objective, the file's owner filled in; all but its name.
pub(super) fn objective(raw: &mut RawObjective, file_owner: Option<&str>) -> Fields {
    let mut fields = Fields::new();
    let mut owners: Vec<Value> = Vec::new();
    let own = raw.owner.take().map(|owner| owner.value.0).into_iter();
    let several = raw.owners.take().into_iter().flat_map(|owners| owners.value.0).map(|owner| owner.0);
    for owner in own.chain(several) {
        let owner = Value::from(owner);
        if owner != "" && !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    if owners.is_empty() {
        owners.extend(file_owner.filter(|owner| !owner.is_empty()).map(Value::from));
    }
    put(&mut fields, Field::Owners, list(owners));
    put(&mut fields, Field::Title, raw.title.take().map(|title| title.value.0.into()));
    put(&mut fields, Field::Why, raw.why.take().map(|why| why.value.0.into()));
    put(&mut fields, Field::Parent, line(raw.parent.take()));
    put(&mut fields, Field::Commitment, word(raw.commitment.take()));
    put(&mut fields, Field::Status, word(raw.status.take()).filter(|status| *status != Status::Active.word()));
    put(&mut fields, Field::Due, day(raw.due.take()));
    put(&mut fields, Field::Tags, lines(raw.tags.take()));
    put(&mut fields, Field::Retro, retro(raw.retro.take()));
    put(&mut fields, Field::Allow, allow(raw.allow.take()));
    put(&mut fields, Field::Aliases, lines(raw.aliases.take()));
    put(
        &mut fields,
        Field::Meta,
        raw.meta.take().map(|meta| meta.value.0).filter(|meta| !meta.is_empty()).map(Value::Object),
    );
    fields
}

/// Gives the fields of a key result; all but its name.
pub(super) fn key_result(raw: &mut RawKeyResult) -> Fields {
    let mut fields = Fields::new();
    let f = &mut fields;
    put(f, Field::Status, word(raw.status.take()).filter(|status| *status != Status::Active.word()));
    put(f, Field::Current, raw.current.take().map(|n| number(n.value.0)));
    put(f, Field::Confidence, raw.confidence.take().map(|n| number(n.value.0)));
    put(f, Field::AsOf, day(raw.as_of.take()));
    put(f, Field::Note, raw.note.take().map(|note| note.value.0.into()));
    put(f, Field::Health, word(raw.health.take()));
    put(f, Field::Done, raw.done.take().map(|done| reached(done.value.0)));
    put(f, Field::Evidence, lines(raw.evidence.take()));
    put(f, Field::Baseline, raw.baseline.take().map(|n| number(n.value.0)));
    put(f, Field::Target, raw.target.take().map(|n| number(n.value.0)));
    put(f, Field::Change, raw.change.take().map(|change| change.value.0.into()));
    put(f, Field::AtLeast, raw.at_least.take().map(|n| number(n.value.0)));
    put(f, Field::AtMost, raw.at_most.take().map(|n| number(n.value.0)));
    put(f, Field::Scale, scale(raw));
    put(f, Field::Unit, line(raw.unit.take()));
    if let Some((milestones, done)) = raw.milestone.take().and_then(|all| milestones(all.value.0)) {
        put(f, Field::Milestone, Some(milestones));
        put(f, Field::MilestoneDone, Some(done));
    }
    put(f, Field::Weight, raw.weight.take().map(|n| number(n.value.0)).filter(|weight| *weight != 1));
    put(f, Field::Start, day(raw.start.take()));
    put(f, Field::Due, day(raw.due.take()));
    put(f, Field::Pace, raw.pace.take().and_then(|pace| course(pace.value)));
    put(f, Field::Commitment, word(raw.commitment.take()));
    put(f, Field::Role, word(raw.role.take()).filter(|role| *role != Role::Goal.word()));
    put(f, Field::Title, raw.title.take().map(|title| title.value.0.into()));
    put(f, Field::Definition, raw.definition.take().map(|definition| definition.value.0.into()));
    put(f, Field::Source, line(raw.source.take()));
    put(f, Field::Owner, line(raw.owner.take()).filter(|owner| *owner != ""));
    put(f, Field::Score, raw.score.take().map(|n| number(n.value.0)));
    put(f, Field::Retro, retro(raw.retro.take()));
    put(f, Field::Sensitive, raw.sensitive.take().filter(|flag| flag.value.0).map(|_| true.into()));
    put(f, Field::Aliases, lines(raw.aliases.take()));
    put(f, Field::Guards, lines(raw.guards.take()));
    put(f, Field::DependsOn, lines(raw.depends_on.take()));
    put(f, Field::Tags, lines(raw.tags.take()));
    put(f, Field::Allow, allow(raw.allow.take()));
    put(f, Field::Amend, amend(raw));
    put(f, Field::Meta, raw.meta.take().map(|meta| meta.value.0).filter(|meta| !meta.is_empty()).map(Value::Object));
    fields
}

/// Keys what is reached of milestones by title; a title that comes again takes its place along, so that none is lost.
pub(crate) fn milestone_key(title: &str, before: &[&str]) -> String {
    match before.iter().filter(|earlier| **earlier == title).count() {
        0 => title.to_owned(),
        again => format!("{title} ({})", again + 1),
    }
}

/// Tells whether a ladder's rungs are in order: two or more, values strictly monotone, progress strictly rising.
pub(super) fn is_ladder(rungs: &[(f64, f64)]) -> bool {
    let up = rungs.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let down = rungs.windows(2).all(|pair| pair[0].0 > pair[1].0);
    rungs.len() >= 2 && (up || down) && rungs.windows(2).all(|pair| pair[0].1 < pair[1].1)
}

/// Gives the rungs of a ladder that read whole.
pub(super) fn rungs(raw: &RawKeyResult) -> Vec<(f64, f64)> {
    let all = raw.scale.iter().flat_map(|scale| &scale.value.0).map(|entry| &entry.raw);
    all.filter_map(|rung| Some((rung.value.as_ref()?.value.0, rung.progress.as_ref()?.value.0))).collect()
}

fn put(fields: &mut Fields, field: Field, value: Option<Value>) {
    if let Some(value) = value {
        fields.insert(field, value);
    }
}

fn list(values: Vec<Value>) -> Option<Value> {
    (!values.is_empty()).then_some(Value::Array(values))
}

fn line(written: Option<Written<Line>>) -> Option<Value> {
    written.map(|line| line.value.0.into())
}

fn lines(written: Option<Written<List<Line>>>) -> Option<Value> {
    list(written?.value.0.into_iter().map(|line| line.0.into()).collect())
}

fn word<T: Words>(written: Option<Written<Choice<T>>>) -> Option<Value> {
    written.map(|choice| choice.value.0.word().into())
}

fn day(written: Option<Written<Day>>) -> Option<Value> {
    written.map(|day| day.value.0.to_string().into())
}

fn reached(done: Done) -> Value {
    match done {
        Done::No => false.into(),
        Done::Yes => true.into(),
        Done::On(day) => day.to_string().into(),
    }
}

fn scale(raw: &mut RawKeyResult) -> Option<Value> {
    let rungs = rungs(raw);
    // A rung that did not read leaves a ladder that nobody wrote.
    if rungs.len() != raw.scale.take()?.value.0.len() || !is_ladder(&rungs) {
        return None;
    }
    list(
        rungs
            .into_iter()
            .map(|(value, progress)| json!({"value": number(value), "progress": number(progress)}))
            .collect(),
    )
}

fn milestones(all: Vec<Entry<RawMilestone>>) -> Option<(Value, Value)> {
    let titles: Vec<String> = all.iter().filter_map(|one| Some(one.raw.title.as_ref()?.value.0.clone())).collect();
    let before: Vec<&str> = titles.iter().map(String::as_str).collect();
    let mut written = Vec::new();
    let mut done = Map::new();
    for raw in all.into_iter().map(|entry| entry.raw).filter(|raw| raw.title.is_some()) {
        let title = before[written.len()];
        let key = milestone_key(title, &before[..written.len()]);
        if let Some(reached_on) = raw.done.filter(|done| done.value.0 != Done::No) {
            done.insert(key, reached(reached_on.value.0));
        }
        let mut entry = Map::new();
        entry.insert("title".into(), title.into());
        entry.insert("weight".into(), raw.weight.map_or_else(|| number(1.0), |weight| number(weight.value.0)));
        entry.insert("due".into(), day(raw.due).unwrap_or(Value::Null));
        written.push(Value::Object(entry));
    }
    Some((list(written)?, Value::Object(done)))
}

fn course(course: Course) -> Option<Value> {
    match course {
        Course::Linear => None,
        Course::Late => Some("late".into()),
        Course::Through(all) => list(
            all.into_iter()
                .filter_map(|Entry { raw: point, .. }| {
                    Some(json!({"on": day(point.on)?, "progress": number(point.progress?.value.0)}))
                })
                .collect(),
        ),
    }
}

fn retro(written: Option<Written<RawRetro>>) -> Option<Value> {
    let retro = written?.value;
    let mut entry = Map::new();
    for (key, text) in [("learned", retro.learned), ("next_time", retro.next_time)] {
        if let Some(text) = text {
            entry.insert(key.into(), text.value.0.into());
        }
    }
    (!entry.is_empty()).then_some(Value::Object(entry))
}

fn allow(written: Option<Written<Tables<RawAllow>>>) -> Option<Value> {
    let entries = written?.value.0.into_iter().filter_map(|Entry { raw: allow, .. }| {
        let mut entry = Map::new();
        entry.insert("rule".into(), line(allow.rule)?);
        entry.insert("reason".into(), allow.reason.map_or(Value::Null, |reason| reason.value.0.into()));
        Some(Value::Object(entry))
    });
    list(entries.collect())
}

fn amend(raw: &mut RawKeyResult) -> Option<Value> {
    let entries = raw.amend.take()?.value.0.into_iter().filter_map(|Entry { raw: amend, .. }| {
        let mut entry = Map::new();
        entry.insert("on".into(), day(amend.on)?);
        entry.insert("reason".into(), amend.reason?.value.0.into());
        entry.insert("approved_by".into(), line(amend.approved_by).unwrap_or(Value::Null));
        Some(Value::Object(entry))
    });
    list(entries.collect())
}
