//! Owns how the reference reads one file of the past: plain maps of the values that history compares.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One objective or key result as one file has it, under its full name.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: String,
    /// What is written and not the default, by field; never null.
    pub fields: BTreeMap<String, Value>,
}

/// What a change of a field means: the table of fields and groups.
pub fn group(field: &str) -> &'static str {
    match field {
        "current" | "confidence" | "as_of" | "note" | "health" | "done" | "milestone.done" | "evidence" => "check-in",
        "baseline" | "target" | "change" | "at_least" | "at_most" | "scale" | "unit" | "milestone" | "weight"
        | "start" | "due" | "pace" | "commitment" | "role" => "goalpost",
        "title" | "definition" | "why" | "source" | "parent" => "wording",
        "name" | "status" => "scope",
        "owner" | "owners" => "ownership",
        "score" | "retro" => "closing",
        _ => "quiet",
    }
}

/// Every field that may make an event.
pub const FIELDS: &[&str] = &[
    "name",
    "status",
    "current",
    "confidence",
    "as_of",
    "note",
    "health",
    "done",
    "milestone.done",
    "evidence",
    "baseline",
    "target",
    "change",
    "at_least",
    "at_most",
    "scale",
    "unit",
    "milestone",
    "weight",
    "start",
    "due",
    "pace",
    "commitment",
    "role",
    "title",
    "definition",
    "why",
    "source",
    "parent",
    "owner",
    "owners",
    "score",
    "retro",
];

/// Reads a file; `None` where it does not parse. Of two tables with one name the first stays.
pub fn read(bytes: &[u8]) -> Option<Vec<Entry>> {
    let file: toml::Table = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    let cycle = text(file.get("cycle"));
    let owner = text(file.get("owner"));
    let mut entries: Vec<Entry> = Vec::new();
    let mut keep = |name: &str, mut fields: BTreeMap<String, Value>| {
        fields.insert("name".into(), name.into());
        if !entries.iter().any(|entry| entry.name == name) {
            entries.push(Entry { name: name.into(), fields });
        }
    };
    for objective in tables(file.get("objective")) {
        let id = text(objective.get("id"));
        let (Some(id), Some(cycle)) = (id, text(objective.get("cycle")).or(cycle.clone())) else { continue };
        let name = format!("{cycle}/{id}");
        keep(&name, objective_fields(&objective, owner.as_ref()));
        for key_result in tables(objective.get("key_result")) {
            if let Some(id) = text(key_result.get("id")) {
                keep(&format!("{name}/{id}"), key_result_fields(&key_result));
            }
        }
    }
    Some(entries)
}

fn objective_fields(table: &toml::Table, file_owner: Option<&String>) -> BTreeMap<String, Value> {
    let mut owners: Vec<String> = Vec::new();
    let list = strings(table.get("owners")).unwrap_or_default();
    for owner in text(table.get("owner")).into_iter().chain(list) {
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    if owners.is_empty() {
        owners.extend(file_owner.cloned());
    }
    let read = |field: &str| match field {
        "owners" => Some(json!(owners)).filter(|_| !owners.is_empty()),
        "title" | "why" | "parent" => title_or_text(field, table),
        "commitment" | "status" => word(field, table),
        "due" => day(table.get("due")),
        "retro" => retro(table),
        "aliases" => strings(table.get("aliases")).map(|all| json!(all)),
        _ => None,
    };
    collect(read)
}

fn key_result_fields(table: &toml::Table) -> BTreeMap<String, Value> {
    let read = |field: &str| match field {
        "current" | "baseline" | "target" | "at_least" | "at_most" => number(table.get(field)),
        "confidence" | "score" => {
            number(table.get(field)).filter(|n| (0.0..=1.0).contains(&n.as_f64().expect("a number")))
        }
        "weight" => number(table.get(field)).filter(|n| n.as_f64().is_some_and(|n| n > 0.0 && (n - 1.0).abs() > 0.0)),
        "as_of" | "start" | "due" => day(table.get(field)),
        "done" => reached(table.get(field)),
        "evidence" => strings(table.get(field)).filter(|all| !all.is_empty()).map(|all| json!(all)),
        "aliases" => strings(table.get(field)).map(|all| json!(all)),
        "change" => text(table.get(field)).filter(|text| text != "half").map(Value::from),
        "health" | "commitment" | "role" | "status" => word(field, table),
        "scale" => scale(table),
        "pace" => pace(table),
        "milestone" | "milestone.done" => {
            milestones(table).map(|(all, done)| if field == "milestone" { all } else { done })
        }
        "retro" => retro(table),
        "title" | "note" | "unit" | "definition" | "source" | "owner" => title_or_text(field, table),
        _ => None,
    };
    collect(read)
}

fn collect(read: impl Fn(&str) -> Option<Value>) -> BTreeMap<String, Value> {
    let all = FIELDS.iter().copied().chain(["aliases"]);
    all.filter_map(|field| Some((field.to_owned(), read(field)?))).collect()
}

fn tables(value: Option<&toml::Value>) -> Vec<toml::Table> {
    let all = value.and_then(toml::Value::as_array).cloned().unwrap_or_default();
    all.into_iter().filter_map(|one| one.as_table().cloned()).collect()
}

fn text(value: Option<&toml::Value>) -> Option<String> {
    value.and_then(toml::Value::as_str).map(str::to_owned)
}

fn title_or_text(field: &str, table: &toml::Table) -> Option<Value> {
    text(table.get(field)).filter(|text| field != "title" || !text.is_empty()).map(Value::from)
}

fn strings(value: Option<&toml::Value>) -> Option<Vec<String>> {
    let all = value?.as_array()?;
    Some(all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
}

/// Takes a finite number: 41 and 41.0 are one value.
fn number(value: Option<&toml::Value>) -> Option<Value> {
    #[allow(clippy::cast_precision_loss)]
    let number = match value? {
        toml::Value::Integer(whole) => *whole as f64,
        toml::Value::Float(float) => *float,
        _ => return None,
    };
    number.is_finite().then(|| json!(number))
}

fn day(value: Option<&toml::Value>) -> Option<Value> {
    let moment = value?.as_datetime()?;
    (moment.date.is_some() && moment.time.is_none()).then(|| moment.to_string().into())
}

fn reached(value: Option<&toml::Value>) -> Option<Value> {
    value.and_then(toml::Value::as_bool).map(Value::from).or_else(|| day(value))
}

/// Takes one of the words that a field knows; what is the default anyway is as good as not written.
fn word(field: &str, table: &toml::Table) -> Option<Value> {
    let known: &[&str] = match field {
        "status" => &["deferred", "dropped"],
        "role" => &["guardrail"],
        "commitment" => &["aspirational", "committed"],
        _ => &["on-track", "at-risk", "off-track"],
    };
    text(table.get(field)).filter(|word| known.contains(&word.as_str())).map(Value::from)
}

fn scale(table: &toml::Table) -> Option<Value> {
    let rungs = tables(table.get("scale"));
    // One rung is no ladder.
    let whole = rungs.len() > 1;
    whole.then(|| {
        let rung = |rung: &toml::Table| json!({ "value": number(rung.get("value")), "progress": number(rung.get("progress")) });
        rungs.iter().map(rung).collect()
    })
}

fn pace(table: &toml::Table) -> Option<Value> {
    match table.get("pace")? {
        toml::Value::String(word) => (word == "late").then(|| "late".into()),
        all => {
            let point =
                |point: &toml::Table| json!({ "on": day(point.get("on")), "progress": number(point.get("progress")) });
            Some(tables(Some(all)).iter().map(point).collect())
        }
    }
}

/// Takes milestones apart: what they are, and which of them are reached.
fn milestones(table: &toml::Table) -> Option<(Value, Value)> {
    let all = tables(Some(table.get("milestone")?));
    let mut done = Map::new();
    let mut written = Vec::new();
    for one in &all {
        let title = text(one.get("title")).expect("milestones of this test have titles");
        if let Some(reached) = reached(one.get("done")).filter(|reached| *reached != false) {
            done.insert(title.clone(), reached);
        }
        let weight = number(one.get("weight")).unwrap_or_else(|| json!(1.0));
        written.push(json!({ "title": title, "weight": weight, "due": day(one.get("due")) }));
    }
    Some((written.into(), done.into()))
}

fn retro(table: &toml::Table) -> Option<Value> {
    let retro = table.get("retro")?.as_table()?;
    let words = retro.iter().filter_map(|(key, value)| Some((key.clone(), Value::from(value.as_str()?))));
    Some(words.collect::<Map<_, _>>()).filter(|retro| !retro.is_empty()).map(Value::from)
}
