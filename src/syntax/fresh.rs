//! Owns the text of objective files that nobody wrote by hand: plain fields become TOML in the order in which people read
//! it. Never changes a file that is there: comments and layout are lost on the way through plain fields.

use super::record::milestone_key;
use crate::okr::{Field, Fields, Initiative, InitiativeStatus, number};
use crate::syntax::word::Words;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// An objective to be written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FreshObjective {
    /// Id of its cycle.
    pub cycle: String,
    /// Slug.
    pub id: String,
    /// Its values, as [`super::recorded`] gives them.
    pub fields: Fields,
    /// Ids and values of its key results.
    pub key_results: Vec<(String, Fields)>,
    /// What is to move them.
    pub initiatives: Vec<Initiative>,
}

/// The fields of an objective, in written order.
pub const OF_OBJECTIVE: &[Field] = &[
    Field::Title,
    Field::Why,
    Field::Owners,
    Field::Parent,
    Field::Commitment,
    Field::Status,
    Field::Due,
    Field::Tags,
    Field::Aliases,
    Field::Allow,
    Field::Retro,
    Field::Meta,
];

/// The fields of a key result, in written order.
pub const OF_KEY_RESULT: &[Field] = &[
    Field::Title,
    Field::Owner,
    Field::Definition,
    Field::Source,
    Field::Role,
    Field::Guards,
    Field::DependsOn,
    Field::Commitment,
    Field::Status,
    Field::Sensitive,
    Field::Weight,
    Field::Start,
    Field::Due,
    Field::Pace,
    Field::Baseline,
    Field::Target,
    Field::Change,
    Field::AtLeast,
    Field::AtMost,
    Field::Unit,
    Field::Scale,
    Field::Milestone,
    Field::Done,
    Field::Current,
    Field::Confidence,
    Field::AsOf,
    Field::Health,
    Field::Note,
    Field::Evidence,
    Field::Score,
    Field::Retro,
    Field::Amend,
    Field::Aliases,
    Field::Tags,
    Field::Allow,
    Field::Meta,
];

/// Writes a file of objectives. What all of them share, their cycle and their one owner, stands once at the top.
pub fn fresh(objectives: &[FreshObjective]) -> String {
    let mut text = String::new();
    let cycle = objectives.first().map(|first| &first.cycle);
    let cycle = cycle.filter(|cycle| objectives.iter().all(|objective| objective.cycle == **cycle));
    let owner = objectives.first().and_then(|first| first.fields.get(&Field::Owners)).filter(|owners| {
        owners.as_array().is_some_and(|owners| owners.len() == 1)
            && objectives.iter().all(|objective| objective.fields.get(&Field::Owners) == Some(owners))
    });
    if let Some(cycle) = cycle {
        put(&mut text, "cycle", &cycle.as_str().into());
    }
    if let Some(owner) = owner {
        put(&mut text, "owner", &owner[0]);
    }
    for objective in objectives {
        text.push_str("\n[[objective]]\n");
        put(&mut text, "id", &objective.id.as_str().into());
        if cycle.is_none() {
            put(&mut text, "cycle", &objective.cycle.as_str().into());
        }
        for &field in OF_OBJECTIVE {
            match (field, objective.fields.get(&field)) {
                (_, None) => {}
                (Field::Owners, Some(_)) if owner.is_some() => {}
                (Field::Owners, Some(Value::Array(owners))) if owners.len() == 1 => put(&mut text, "owner", &owners[0]),
                (_, Some(value)) => put(&mut text, field.name(), value),
            }
        }
        for (id, fields) in &objective.key_results {
            text.push_str("\n[[objective.key_result]]\n");
            put(&mut text, "id", &id.as_str().into());
            for &field in OF_KEY_RESULT {
                match (field, fields.get(&field)) {
                    (_, None) => {}
                    (Field::Milestone, Some(milestones)) => milestone(&mut text, milestones, fields),
                    (_, Some(value)) => put(&mut text, field.name(), value),
                }
            }
        }
        for initiative in &objective.initiatives {
            text.push_str("\n[[objective.initiative]]\n");
            put(&mut text, "title", &initiative.title.as_str().into());
            if let Some(url) = &initiative.url {
                put(&mut text, "url", &url.as_str().into());
            }
            if !initiative.drives.is_empty() {
                put(&mut text, "drives", &initiative.drives.clone().into());
            }
            if initiative.status != InitiativeStatus::default() {
                put(&mut text, "status", &initiative.status.word().into());
            }
        }
    }
    text
}

/// Gives a value as it stands behind a key; `None` for nothing, which TOML cannot say. Texts of keys that hold days are days.
pub fn inline(key: &str, value: &Value) -> Option<String> {
    toml_value(key, value).map(|value| super::writing::inline(&value))
}

fn put(text: &mut String, key: &str, value: &Value) {
    if let Some(value) = inline(key, value) {
        writeln!(text, "{key} = {value}").expect("writing to a string");
    }
}

/// Writes milestones one a line, each with whether it is reached.
fn milestone(text: &mut String, milestones: &Value, fields: &Fields) {
    let reached = fields.get(&Field::MilestoneDone).and_then(Value::as_object);
    let mut before: Vec<&str> = Vec::new();
    text.push_str("milestone = [\n");
    for one in milestones.as_array().into_iter().flatten().filter_map(Value::as_object) {
        let title = one.get("title").and_then(Value::as_str).unwrap_or_default();
        let done = reached.and_then(|reached| reached.get(&milestone_key(title, &before))).cloned();
        before.push(title);
        let mut entry = Map::from_iter([("title".to_owned(), title.into())]);
        entry.insert("done".into(), done.unwrap_or(false.into()));
        let weight = one.get("weight").filter(|weight| weight.as_f64().map(number) != Some(number(1.0)));
        entry.extend(weight.map(|weight| ("weight".to_owned(), weight.clone())));
        entry.extend(one.get("due").map(|due| ("due".to_owned(), due.clone())));
        writeln!(text, "  {},", inline("milestone", &entry.into()).expect("a table is something")).expect("a string");
    }
    text.push_str("]\n");
}

fn toml_value(key: &str, value: &Value) -> Option<toml::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => match text.parse() {
            Ok(day) if is_of_days(key) && text.len() == 10 => toml::Value::Datetime(day),
            _ => text.as_str().into(),
        },
        Value::Array(list) => toml::Value::Array(list.iter().filter_map(|value| toml_value(key, value)).collect()),
        Value::Object(table) => {
            // In a free table a text stays a text, whatever its key says.
            let key = |inner: &str| if key == "meta" { "meta".to_owned() } else { inner.to_owned() };
            let entries =
                table.iter().filter_map(|(inner, value)| Some((inner.clone(), toml_value(&key(inner), value)?)));
            toml::Value::Table(entries.collect())
        }
    })
}

/// Tells whether the texts of a key are days.
fn is_of_days(key: &str) -> bool {
    ["as_of", "start", "due", "done", "on", "end", "lock"].contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{FileId, SourceFile};

    /// Makes of a read file what would be written of it.
    fn again(text: &str) -> Vec<FreshObjective> {
        let (tables, notes) = crate::syntax::recorded(text).expect("TOML");
        assert_eq!(notes, Vec::<String>::new());
        let (file, _) = crate::syntax::read(FileId(0), &SourceFile::new("a.toml", text));
        let mut all: Vec<FreshObjective> = Vec::new();
        for table in tables {
            let name = crate::okr::Name::parse(&table.name).expect("a name");
            let mut fields = table.fields;
            fields.remove(&Field::Name);
            match name.key_result {
                None => {
                    let initiatives = file.objectives[all.len()].initiatives.clone();
                    let (cycle, id) = (name.cycle, name.objective);
                    all.push(FreshObjective { cycle, id, fields, key_results: Vec::new(), initiatives });
                }
                Some(id) => all.last_mut().expect("its objective").key_results.push((id, fields)),
            }
        }
        all
    }

    #[test]
    fn every_field_comes_back() {
        let full = again(include_str!("full.toml"));
        let text = fresh(&full);
        let (_, findings) = crate::syntax::read(FileId(0), &SourceFile::new("a.toml", text.as_str()));
        assert_eq!(findings, Vec::new(), "{text}");
        assert_eq!(again(&text), full, "{text}");
        let written: Vec<Field> = OF_OBJECTIVE.iter().chain(OF_KEY_RESULT).copied().collect();
        let left: Vec<_> = Field::ALL.iter().filter(|field| !written.contains(field)).collect();
        assert_eq!(left, [&Field::Name, &Field::MilestoneDone], "names and milestones are written otherwise");
    }

    #[test]
    fn what_is_shared_stands_once() {
        let of = |id: &str, cycle: &str, owner: &str| FreshObjective {
            cycle: cycle.into(),
            id: id.into(),
            fields: Fields::from([
                (Field::Title, "A \"quoted\" \\ title".into()),
                (Field::Owners, vec![owner].into()),
                (Field::Meta, serde_json::json!({"start": "2026-10-01", "none": null})),
            ]),
            ..FreshObjective::default()
        };
        let text = fresh(&[of("a", "2026", "@x"), of("b", "2026", "@x")]);
        assert!(text.starts_with("cycle = \"2026\"\nowner = \"@x\"\n\n[[objective]]\nid = \"a\"\n"), "{text}");
        assert!(text.contains("meta = { start = \"2026-10-01\" }"), "{text}");
        assert_eq!(text.matches("@x").count(), 1);
        let text = fresh(&[of("a", "2026", "@x"), of("b", "2027", "@y")]);
        assert!(text.starts_with("\n[[objective]]\nid = \"a\"\ncycle = \"2026\"\n"), "{text}");
        assert!(text.contains("owner = \"@y\""), "{text}");
    }
}
