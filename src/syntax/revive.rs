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
    let bit = |field: Field| 1_u64 << field as u64;
    let written: u64 = fields.keys().fold(0, |all, &field| all | bit(field));
    let has = |field: Field| written & bit(field) != 0;
    let mut measures = MEASURES.iter().filter(|(field, _)| has(*field));
    let &(first, kind) = measures.next()?;
    if let Some(&(second, _)) = measures.find(|(_, other)| *other != kind) {
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
    into_key_result(fields.clone())
}

/// Makes a key result of its fields.
pub(super) fn into_key_result(fields: Fields) -> KeyResult {
    let mut own = KeyResult { measure: measure(&fields), ..KeyResult::named(String::new(), String::new()) };
    for (field, value) in fields {
        match field {
            Field::Name => own.id = name(&value).and_then(|name| name.key_result).unwrap_or_default(),
            Field::Title => own.title = text(value).unwrap_or_default(),
            Field::Owner => own.owner = text(value),
            Field::Definition => own.definition = text(value),
            Field::Source => own.source = text(value),
            Field::Unit => own.unit = text(value),
            Field::Current => own.current = value.as_f64(),
            Field::Confidence => own.confidence = value.as_f64(),
            Field::AsOf => own.as_of = day(Some(&value)),
            Field::Note => own.note = text(value),
            Field::Health => own.health = word(&value),
            Field::Weight => own.weight = value.as_f64().unwrap_or(1.0),
            Field::Start => own.start = day(Some(&value)),
            Field::Due => own.due = day(Some(&value)),
            Field::Pace => own.pace = pace(&value),
            Field::Commitment => own.commitment = word(&value),
            Field::Role => own.role = word(&value).unwrap_or(Role::Goal),
            Field::Guards => own.guards = texts(value),
            Field::DependsOn => own.depends_on = texts(value),
            Field::Evidence => own.evidence = texts(value),
            Field::Status => own.status = word(&value).unwrap_or(Status::Active),
            Field::Sensitive => own.sensitive = value == Value::Bool(true),
            Field::Tags => own.tags = texts(value),
            Field::Score => own.score = value.as_f64(),
            Field::Retro => own.retro = structure(value),
            Field::Allow => own.allow = structure::<Vec<Allow>>(value).unwrap_or_default(),
            Field::Aliases => own.aliases = texts(value),
            Field::Amend => own.amend = entries(Some(&value)).filter_map(amend).collect(),
            Field::Meta => own.meta = meta(value),
            // What is measured is read above, all of it together; an objective has the rest.
            Field::Baseline | Field::Target | Field::Change | Field::Scale | Field::AtLeast | Field::AtMost => {}
            Field::Milestone | Field::MilestoneDone | Field::Done => {}
            Field::Why | Field::Parent | Field::Owners => {}
        }
    }
    own
}

/// Rebuilds an objective from its fields, without key results and initiatives.
pub fn objective(fields: &Fields) -> Objective {
    into_objective(fields.clone())
}

/// Makes an objective of its fields, without key results and initiatives.
pub(super) fn into_objective(mut fields: Fields) -> Objective {
    let name = fields.get(&Field::Name).and_then(name);
    let (cycle, id) = name.map_or((None, String::new()), |name| (Some(name.cycle), name.objective));
    let mut take = |field: Field| fields.remove(&field);
    Objective {
        id,
        cycle,
        title: take(Field::Title).and_then(text).unwrap_or_default(),
        why: take(Field::Why).and_then(text),
        parent: take(Field::Parent).and_then(text),
        owners: take(Field::Owners).map_or_else(Vec::new, texts),
        commitment: take(Field::Commitment).as_ref().and_then(word),
        status: take(Field::Status).as_ref().and_then(word).unwrap_or(Status::Active),
        due: day(take(Field::Due).as_ref()),
        tags: take(Field::Tags).map_or_else(Vec::new, texts),
        retro: take(Field::Retro).and_then(structure),
        allow: take(Field::Allow).and_then(structure::<Vec<Allow>>).unwrap_or_default(),
        aliases: take(Field::Aliases).map_or_else(Vec::new, texts),
        meta: take(Field::Meta).map_or_else(Map::new, meta),
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
    if let Some(rungs) = fields.get(&Field::Scale).cloned().and_then(structure::<Vec<Rung>>) {
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
    for entry in entries(fields.get(&Field::Milestone)) {
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

fn pace(written: &Value) -> Pace {
    match written {
        Value::String(_) => Pace::Late,
        Value::Array(_) => Pace::Checkpoints(
            entries(Some(written))
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

fn meta(written: Value) -> Map<String, Value> {
    match written {
        Value::Object(table) => table,
        _ => Map::new(),
    }
}

fn name(written: &Value) -> Option<Name> {
    Name::parse(written.as_str()?)
}

fn done(value: &Value) -> Done {
    match value {
        Value::Bool(true) => Done::Yes,
        value => day(Some(value)).map_or(Done::No, Done::On),
    }
}

fn text(written: Value) -> Option<String> {
    match written {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn texts(written: Value) -> Vec<String> {
    match written {
        Value::Array(all) => all.into_iter().filter_map(text).collect(),
        _ => Vec::new(),
    }
}

fn figure(fields: &Fields, field: Field) -> Option<f64> {
    fields.get(&field)?.as_f64()
}

fn day(value: Option<&Value>) -> Option<Date> {
    value?.as_str()?.parse().ok()
}

fn word<T: Words>(written: &Value) -> Option<T> {
    T::from_word(written.as_str()?)
}

fn entries(written: Option<&Value>) -> impl Iterator<Item = &Map<String, Value>> {
    written.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn structure<T: serde::de::DeserializeOwned>(written: Value) -> Option<T> {
    serde_json::from_value(written).ok()
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
