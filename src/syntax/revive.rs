//! Owns the way from plain fields back to the domain, for files and for history alike.
//! Never fails: a field that does not fit is as good as not written.

use super::record::milestone_key;
use super::value::change;
use super::word::Words;
use crate::okr::{
    Allow, Amend, Bounds, Checkpoint, Done, Field, Fields, Goal, KeyResult, Kind, Measure, Milestone, Name, Objective,
    Pace, Role, Rung, Status,
};
use jiff::civil::Date;
use serde_json::{Map, Value};

/// The fields that make a kind, in the order in which a clash is told.
const MEASURES: [(Field, Kind); 8] = [
    (Field::Target, Kind::Metric),
    (Field::Change, Kind::Metric),
    (Field::Scale, Kind::Metric),
    (Field::Baseline, Kind::Metric),
    (Field::AtLeast, Kind::Bound),
    (Field::AtMost, Kind::Bound),
    (Field::Milestone, Kind::Milestones),
    (Field::Done, Kind::Binary),
];

/// Finds two fields that cannot stand together: of two kinds, or two ways to say where one metric goes.
pub(super) fn clash(fields: &Fields) -> Option<(Field, Field)> {
    let has = |field: Field| fields.contains_key(&field);
    let mut written = MEASURES.iter().filter(|(field, _)| has(*field));
    let &(first, kind) = written.next()?;
    if let Some(&(second, _)) = written.find(|(_, other)| *other != kind) {
        return Some((first, second));
    }
    let pairs = [
        (Field::Target, Field::Change),
        (Field::Target, Field::Scale),
        (Field::Change, Field::Scale),
        (Field::Baseline, Field::Scale),
        (Field::Milestone, Field::Current),
        (Field::Done, Field::Current),
    ];
    pairs.into_iter().find(|&(one, other)| has(one) && has(other))
}

/// Tells whether fields that a key result has cannot stand together, whatever they say.
pub fn mixes_kinds(written: &[Field]) -> bool {
    clash(&written.iter().map(|field| (*field, Value::Null)).collect()).is_some()
}

/// Rebuilds a key result from its fields.
pub fn key_result(fields: &Fields) -> KeyResult {
    let name = fields.get(&Field::Name).and_then(Value::as_str).and_then(Name::parse);
    KeyResult {
        id: name.and_then(|name| name.key_result).unwrap_or_default(),
        title: text(fields, Field::Title).unwrap_or_default(),
        owner: text(fields, Field::Owner),
        definition: text(fields, Field::Definition),
        source: text(fields, Field::Source),
        unit: text(fields, Field::Unit),
        measure: measure(fields),
        current: figure(fields, Field::Current),
        confidence: figure(fields, Field::Confidence),
        as_of: day(fields.get(&Field::AsOf)),
        note: text(fields, Field::Note),
        health: word(fields, Field::Health),
        weight: figure(fields, Field::Weight).unwrap_or(1.0),
        start: day(fields.get(&Field::Start)),
        due: day(fields.get(&Field::Due)),
        pace: pace(fields),
        commitment: word(fields, Field::Commitment),
        role: word(fields, Field::Role).unwrap_or(Role::Goal),
        guards: texts(fields, Field::Guards),
        depends_on: texts(fields, Field::DependsOn),
        evidence: texts(fields, Field::Evidence),
        status: word(fields, Field::Status).unwrap_or(Status::Active),
        sensitive: fields.get(&Field::Sensitive) == Some(&Value::Bool(true)),
        tags: texts(fields, Field::Tags),
        score: figure(fields, Field::Score),
        retro: structure(fields, Field::Retro),
        allow: structure::<Vec<Allow>>(fields, Field::Allow).unwrap_or_default(),
        aliases: texts(fields, Field::Aliases),
        amend: entries(fields, Field::Amend).filter_map(amend).collect(),
        meta: meta(fields),
    }
}

/// Rebuilds an objective from its fields, without key results and initiatives.
pub fn objective(fields: &Fields) -> Objective {
    let name = fields.get(&Field::Name).and_then(Value::as_str).and_then(Name::parse);
    let (cycle, id) = name.map_or((None, String::new()), |name| (Some(name.cycle), name.objective));
    Objective {
        id,
        cycle,
        title: text(fields, Field::Title).unwrap_or_default(),
        why: text(fields, Field::Why),
        parent: text(fields, Field::Parent),
        owners: texts(fields, Field::Owners),
        commitment: word(fields, Field::Commitment),
        status: word(fields, Field::Status).unwrap_or(Status::Active),
        due: day(fields.get(&Field::Due)),
        tags: texts(fields, Field::Tags),
        retro: structure(fields, Field::Retro),
        allow: structure::<Vec<Allow>>(fields, Field::Allow).unwrap_or_default(),
        aliases: texts(fields, Field::Aliases),
        meta: meta(fields),
        key_results: Vec::new(),
        initiatives: Vec::new(),
    }
}

fn measure(fields: &Fields) -> Option<Measure> {
    if clash(fields).is_some() {
        return None;
    }
    let metric = |goal| Measure::Metric { baseline: figure(fields, Field::Baseline), goal };
    if let Some(target) = figure(fields, Field::Target) {
        return Some(metric(Goal::Target(target)));
    }
    if let Some(change) = fields.get(&Field::Change).and_then(Value::as_str).and_then(change) {
        return Some(metric(Goal::Change(change)));
    }
    if let Some(rungs) = structure::<Vec<Rung>>(fields, Field::Scale) {
        return Some(metric(Goal::Scale(rungs)));
    }
    let bounds = Bounds { at_least: figure(fields, Field::AtLeast), at_most: figure(fields, Field::AtMost) };
    if bounds.at_least.is_some() || bounds.at_most.is_some() {
        return Some(Measure::Bound(bounds));
    }
    if fields.contains_key(&Field::Milestone) {
        return Some(Measure::Milestones(milestones(fields)));
    }
    fields.get(&Field::Done).map(|value| Measure::Binary(done(value)))
}

fn milestones(fields: &Fields) -> Vec<Milestone> {
    let reached = fields.get(&Field::MilestoneDone).and_then(Value::as_object);
    let mut before: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for entry in entries(fields, Field::Milestone) {
        let title = entry.get("title").and_then(Value::as_str).unwrap_or_default();
        let key = milestone_key(title, &before);
        before.push(title);
        all.push(Milestone {
            title: title.to_owned(),
            done: reached.and_then(|reached| reached.get(&key)).map_or(Done::No, done),
            weight: entry.get("weight").and_then(Value::as_f64).unwrap_or(1.0),
            due: day(entry.get("due")),
        });
    }
    all
}

fn pace(fields: &Fields) -> Pace {
    match fields.get(&Field::Pace) {
        Some(Value::String(_)) => Pace::Late,
        Some(Value::Array(_)) => Pace::Checkpoints(
            entries(fields, Field::Pace)
                .filter_map(|entry| {
                    Some(Checkpoint { on: day(entry.get("on"))?, progress: entry.get("progress")?.as_f64()? })
                })
                .collect(),
        ),
        _ => Pace::Linear,
    }
}

fn amend(entry: &Map<String, Value>) -> Option<Amend> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Amend { on: day(entry.get("on"))?, reason: text("reason")?, approved_by: text("approved_by") })
}

fn meta(fields: &Fields) -> Map<String, Value> {
    fields.get(&Field::Meta).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn done(value: &Value) -> Done {
    match value {
        Value::Bool(true) => Done::Yes,
        value => day(Some(value)).map_or(Done::No, Done::On),
    }
}

fn text(fields: &Fields, field: Field) -> Option<String> {
    fields.get(&field)?.as_str().map(str::to_owned)
}

fn texts(fields: &Fields, field: Field) -> Vec<String> {
    let all = fields.get(&field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn figure(fields: &Fields, field: Field) -> Option<f64> {
    fields.get(&field)?.as_f64()
}

fn day(value: Option<&Value>) -> Option<Date> {
    value?.as_str()?.parse().ok()
}

fn word<T: Words>(fields: &Fields, field: Field) -> Option<T> {
    T::from_word(fields.get(&field)?.as_str()?)
}

fn entries(fields: &Fields, field: Field) -> impl Iterator<Item = &Map<String, Value>> {
    fields.get(&field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn structure<T: serde::de::DeserializeOwned>(fields: &Fields, field: Field) -> Option<T> {
    serde_json::from_value(fields.get(&field)?.clone()).ok()
}

/// Says which kind a field makes, for messages; `None` for `current`, which two kinds have.
pub(super) fn kind_of(field: Field) -> Option<&'static str> {
    let (_, kind) = MEASURES.iter().find(|(known, _)| *known == field)?;
    Some(match kind {
        Kind::Metric => "a metric",
        Kind::Bound => "a bound",
        Kind::Milestones => "a list of milestones",
        Kind::Binary => "a binary key result",
    })
}
