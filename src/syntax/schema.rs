//! Owns the JSON Schemas of what people write, made from the raw tables; tests hold the checked-in files to them.
//! Never is part of the program: only its tests compile it.

use super::table::{List, Table, Tables};
use super::value::*;
use super::word::{Choice, Words};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Gathers the schema of one table.
pub(crate) struct TableSchema {
    description: String,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl TableSchema {
    /// Starts with what the table is.
    pub(crate) fn new(doc: &str) -> Self {
        TableSchema { description: tidy(doc), properties: Map::new(), required: Vec::new() }
    }

    /// Adds a field; its own words go before those of its type.
    pub(crate) fn field(&mut self, name: &str, doc: &str, schema: Schema) {
        let mut schema = schema;
        schema.insert("title".into(), title(name).into());
        schema.insert("description".into(), tidy(doc).into());
        self.properties.insert(name.into(), schema.to_value());
    }

    /// Says what holds where a field is left out.
    pub(crate) fn default(&mut self, name: &str, value: Value) {
        self.properties[name]["default"] = value;
    }

    /// Says that a field must be there, a list with something in it.
    pub(crate) fn require(&mut self, name: &str, _mark: &str) {
        if self.properties[name]["type"] == "array" {
            self.properties[name]["minItems"] = 1.into();
        }
        self.required.push(name.into());
    }

    /// Gives the schema of the table.
    pub(crate) fn finish(self) -> Schema {
        let mut schema = json_schema!({
            "description": self.description,
            "type": "object",
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema.insert("required".into(), Value::Array(self.required));
        }
        schema
    }
}

fn tidy(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes a heading of a key: `as_of` is "As of".
pub(crate) fn title(key: &str) -> String {
    let words = key.replace('_', " ");
    words[..1].to_uppercase() + &words[1..]
}

/// Gives the text of the schema of a whole file, with examples out of a file that has every key.
pub(crate) fn text_of<T: JsonSchema>(title: &str, full: &str) -> String {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let full = as_json(&toml::Value::Table(full.parse().expect("the examples are TOML")));
    exemplify(&mut schema, &[&full]);
    schema["title"] = title.into();
    written(schema)
}

/// Writes a schema, in each table the words first.
pub(crate) fn written(schema: Value) -> String {
    let schema = Schema::try_from(schema).expect("a table is a schema");
    serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n"
}

/// How many examples a field shows.
const EXAMPLES: usize = 3;

/// Writes beside each field what examples have there, unless its words or its type say it all.
fn exemplify(schema: &mut Value, examples: &[&Value]) {
    for form in schema.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten() {
        exemplify(form, examples);
    }
    if schema["properties"].is_object() || schema["additionalProperties"].is_object() {
        let tables: Vec<_> = examples.iter().filter_map(|example| example.as_object()).collect();
        let known = schema["properties"].as_object().map(|keys| keys.keys().cloned().collect::<Vec<_>>());
        for key in known.iter().flatten() {
            let values: Vec<_> = tables.iter().filter_map(|table| table.get(key)).collect();
            show(&mut schema["properties"][key], &values);
        }
        if let Some(others) = schema.get_mut("additionalProperties").filter(|others| others.is_object()) {
            let is_other = |key: &str| !known.iter().flatten().any(|known| known == key);
            let values: Vec<_> =
                tables.iter().flat_map(|table| table.iter()).filter(|(key, _)| is_other(key)).map(|(_, v)| v).collect();
            show(others, &values);
        }
    } else if schema["items"].is_object() {
        let values: Vec<_> = examples.iter().filter_map(|example| example.as_array()).flatten().collect();
        exemplify(&mut schema["items"], &values);
    }
}

/// Writes the examples of one field.
fn show(schema: &mut Value, values: &[&Value]) {
    exemplify(schema, values);
    let is_of_tables = |schema: &Value| schema["items"]["properties"].is_object() || schema["properties"].is_object();
    if schema["enum"].is_array() || schema["type"] == "boolean" || is_of_tables(schema) {
        return;
    }
    let mut shown: Vec<&Value> = Vec::new();
    for value in values {
        if !shown.contains(value) && shown.len() < EXAMPLES {
            shown.push(value);
        }
    }
    if !shown.is_empty() {
        schema["examples"] = shown.into_iter().cloned().collect();
    }
}

/// Holds a checked-in schema to the types; with `GIT_OKR_BLESS=1` writes it.
pub(crate) fn assert_current(file: &str, checked_in: &str, generated: &str) {
    if std::env::var_os("GIT_OKR_BLESS").is_some_and(|value| value == "1") {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(file);
        std::fs::write(&path, generated).expect("the schema can be written");
    } else {
        let same = checked_in.replace("\r\n", "\n") == generated;
        assert!(same, "schemas/{file} is out of date; run `GIT_OKR_BLESS=1 cargo test schema`");
    }
}

macro_rules! schema {
    ($($type:ty => $json:tt;)+) => {
        $(impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($json)
            }
        })+
    };
}
pub(crate) use schema;

schema! {
    Line => {"type": "string"};
    Text => {"type": "string"};
    Title => {"type": "string", "minLength": 1, "maxLength": 300};
    Id => {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"};
    CycleId => {"type": "string", "pattern": "^[^/]+$"};
    // An integer is a number, but tombi has nothing to say of `2` unless it is told.
    Number => {"type": ["number", "integer"]};
    Ratio => {"type": ["number", "integer"], "minimum": 0, "maximum": 1};
    // Older validators know `exclusiveMinimum` as a flag.
    Weight => {"type": ["number", "integer"], "minimum": 0, "not": {"enum": [0]}};
    Day => {"type": "string", "format": "date"};
    Relative => {"type": "string", "pattern": "^([+-][0-9]+(\\.[0-9]*)? *(%|pp)|[0-9]+(\\.[0-9]*)? *x)$"};
    Reached => {"anyOf": [{"type": "boolean"}, {"type": "string", "format": "date"}]};
    Flag => {"type": "boolean"};
    // Tombi takes a table that says nothing of other keys for a closed one.
    Free => {"type": "object", "additionalProperties": true};
}

impl<T: Words> JsonSchema for Choice<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<_> = T::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({"type": "string", "enum": words})
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}s", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "array", "items": generator.subschema_for::<T>()})
    }
}

impl<T: JsonSchema + Table> JsonSchema for Tables<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}s", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "array", "items": generator.subschema_for::<T>()})
    }
}

impl JsonSchema for Course {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Course".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let checkpoints = generator.subschema_for::<Tables<super::raw::RawCheckpoint>>();
        json_schema!({"anyOf": [{"type": "string", "enum": ["linear", "late"]}, checkpoints]})
    }
}

/// Gives TOML as validators of it see it: days as text.
pub(crate) fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), as_json(value))).collect(),
        toml::Value::Array(array) => array.iter().map(as_json).collect(),
        toml::Value::Datetime(day) => day.to_string().into(),
        other => serde_json::to_value(other).expect("plain values are JSON"),
    }
}

/// The way back: texts that are days become days, but in free tables and ids.
pub(crate) fn as_toml(value: &Value, key: &str) -> toml::Value {
    match value {
        Value::Object(table) => {
            toml::Value::Table(table.iter().map(|(key, value)| (key.clone(), as_toml(value, key))).collect())
        }
        Value::Array(array) => toml::Value::Array(array.iter().map(|value| as_toml(value, key)).collect()),
        Value::String(text) => match text.parse() {
            Ok(day) if key != "id" && text.len() == 10 => toml::Value::Datetime(day),
            _ => toml::Value::String(text.clone()),
        },
        other => toml::Value::try_from(other).expect("numbers and truth are TOML"),
    }
}

/// Gathers the fields of a schema that an editor could say too little about: no heading, no words, or nothing to show.
pub(crate) fn bare(schema: &Value, at: &str, found: &mut Vec<String>) {
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/{key}");
        let is_of_tables = field["items"]["properties"].is_object() || field["properties"].is_object();
        let shows = is_of_tables
            || field["type"] == "boolean"
            || ["enum", "default", "examples", "additionalProperties"].iter().any(|word| !field[word].is_null());
        if !field["title"].is_string() || !field["description"].is_string() || !shows {
            found.push(at.clone());
        }
        let forms = field["anyOf"].as_array().into_iter().flatten();
        for inner in
            [field, &field["items"], &field["additionalProperties"]].into_iter().chain(forms.map(|f| &f["items"]))
        {
            bare(inner, &at, found);
        }
    }
}

/// Drops a key of the table at a pointer, or gives it another name.
pub(crate) fn edited(document: &Value, table: &str, key: &str, name: Option<&str>) -> Value {
    let mut document = document.clone();
    let table = document.pointer_mut(table).and_then(Value::as_object_mut).expect("the table is there");
    let value = table.shift_remove(key).expect("the key is there");
    if let Some(name) = name {
        table.insert(name.into(), value);
    }
    document
}

/// Gathers the JSON pointers of every table of a document.
pub(crate) fn tables(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(table) => {
            all.push(at.to_owned());
            table.iter().for_each(|(key, value)| {
                tables(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all)
            });
        }
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(index, value)| tables(value, &format!("{at}/{index}"), all));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::raw::RawFile;
    use super::*;
    use crate::text::{FileId, SourceFile};

    const FULL: &str = include_str!("full.toml");

    /// What editors show of each field: those of the full file, and of keys that cannot stand beside them there.
    const SHOWN: &str = concat!(
        include_str!("full.toml"),
        r#"
[[objective]]
cycle = "2026"
owner = "@ruth"
owners = ["@acme/payments", "@acme/support"]

[[objective.key_result]]
retro = { next_time = "Ask the card processor first." }
allow = [{ rule = "kr-compound", reason = "Both halves move together." }]
"#
    );

    #[test]
    fn the_schema_of_objective_files_is_current() {
        let generated = text_of::<RawFile>("git-okr objectives", SHOWN);
        assert_current("objectives.schema.json", super::super::SCHEMA, &generated);
    }

    #[test]
    fn an_editor_can_say_something_of_every_field() {
        let mut found = Vec::new();
        bare(&serde_json::from_str(super::super::SCHEMA).expect("JSON"), "", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn the_schema_and_the_reader_refuse_the_same() {
        let schema: Value = serde_json::from_str(&text_of::<RawFile>("objectives", SHOWN)).expect("it is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        let full: toml::Table = FULL.parse().expect("it parses");
        let document = as_json(&toml::Value::Table(full));
        assert!(validator.is_valid(&document), "{:?}", validator.validate(&document));
        let mut every = Vec::new();
        tables(&document, "", &mut every);
        let (mut dropped, mut renamed) = (0, 0);
        for table in every.iter().filter(|table| !table.contains("/meta")) {
            let keys: Vec<String> =
                document.pointer(table).and_then(Value::as_object).expect("a table").keys().cloned().collect();
            for key in keys {
                let without = edited(&document, table, &key, None);
                let needed = matches!(
                    (table.rsplit('/').find(|step| step.parse::<usize>().is_err()).unwrap_or_default(), key.as_str()),
                    ("objective" | "key_result", "id" | "title")
                        | ("milestone" | "initiative", "title")
                        | ("", "objective")
                        | ("scale", "value" | "progress")
                        | ("pace", "on" | "progress")
                        | ("amend", "on" | "reason")
                        | ("allow", "rule")
                );
                assert_eq!(!validator.is_valid(&without), needed, "{table} without {key}");
                assert_eq!(refused(&without), needed, "{table} without {key}");
                dropped += usize::from(needed);
                let other = edited(&document, table, &key, Some("zzz"));
                assert!(!validator.is_valid(&other), "{table} with {key} renamed");
                assert!(refused(&other), "{table} with {key} renamed");
                renamed += 1;
            }
        }
        let empty = serde_json::json!({"objective": []});
        assert!(!validator.is_valid(&empty) && refused(&empty));
        assert!(dropped >= 20 && renamed >= 90, "{dropped} dropped, {renamed} renamed");
    }

    /// Wrong values that a schema can see, each refused by both.
    #[test]
    fn the_schema_and_the_reader_refuse_wrong_values() {
        let schema: Value = serde_json::from_str(&text_of::<RawFile>("objectives", SHOWN)).expect("it is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        for lines in [
            "confidence = 1.5",
            "weight = 0",
            "health = \"stale\"",
            "current = \"1\"",
            "change = \"50%\"",
            "done = 1",
            "pace = \"fast\"",
            "pace = [{ on = 2026-11-01 }]",
            "tags = \"x\"",
            "sensitive = \"yes\"",
            "role = \"guard\"",
            "title = \"\"",
            "id = \"Big\"",
            "milestone = { title = \"x\" }",
            "retro = \"x\"",
            "score = -1",
        ] {
            let key = lines.split(' ').next().unwrap_or_default();
            let rest = ["id = \"k\"", "title = \"T\""]
                .into_iter()
                .filter(|line| !line.starts_with(key))
                .collect::<Vec<_>>()
                .join("\n");
            let text = format!(
                "cycle = \"2026\"\n[[objective]]\nid = \"o\"\ntitle = \"T\"\n[[objective.key_result]]\n{rest}\n{lines}\n"
            );
            let document = as_json(&toml::Value::Table(text.parse().expect("it parses")));
            assert!(!validator.is_valid(&document), "{lines}");
            assert!(!super::super::read(FileId(0), &SourceFile::new("a.toml", text)).1.is_empty(), "{lines}");
        }
    }

    fn refused(document: &Value) -> bool {
        let text = toml::to_string(&as_toml(document, "")).expect("it is TOML");
        !super::super::read(FileId(0), &SourceFile::new("a.toml", text)).1.is_empty()
    }
}
