//! Owns what the schema of `okr.toml` says of each rule: its level and its thresholds.
//! Never is part of the program: only its tests compile it.

use super::RULES;
use crate::config;
use crate::syntax::schema::{assert_current, title, written};
use serde_json::{Map, Value, json};

/// Adds every rule to the schema of the configuration, so that editors complete and explain them. Names that it does not
/// know stay possible: those of a later version are the reader's to judge.
fn with_rules(mut schema: Value) -> Value {
    let rules = &mut schema["properties"]["rules"]["properties"];
    let level = rules["levels"]["additionalProperties"].clone();
    let (mut levels, mut thresholds) = (Map::new(), Map::new());
    for rule in RULES {
        let mut own = level.clone();
        own["title"] = rule.name.into();
        own["description"] = rule.summary().into();
        own["default"] = rule.level.name().into();
        levels.insert(rule.name.into(), own);
        let number = |&(key, default): &(&str, f64)| {
            let (title, about) = (title(key), rule.summary());
            // 5.0 is 5 to people.
            let default: Value = if default.fract() == 0.0 { (default as i64).into() } else { default.into() };
            let schema = json!({
                "title": title, "description": about, "type": ["number", "integer"], "default": default,
            });
            (key.to_owned(), schema)
        };
        if !rule.thresholds.is_empty() {
            let own = json!({
                "title": format!("Thresholds of {}", rule.name),
                "description": rule.summary(),
                "type": "object",
                "properties": rule.thresholds.iter().map(number).collect::<Map<_, _>>(),
                "additionalProperties": { "type": ["number", "integer"] },
            });
            thresholds.insert(rule.name.into(), own);
        }
    }
    rules["levels"]["properties"] = levels.into();
    rules.as_object_mut().expect("a table").extend(thresholds);
    schema
}

#[test]
fn the_schema_of_the_configuration_is_current() {
    let bare = serde_json::from_str(&config::schema_text()).expect("it is JSON");
    assert_current("okr.schema.json", config::SCHEMA, &written(with_rules(bare)));
}
