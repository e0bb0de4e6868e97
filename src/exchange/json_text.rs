//! Owns JSON with the line of each of its values, and the walk through such a document, from whatever text it came.
//! Never knows what a key means.

use super::Error;
use super::given;
use super::intake::{Intake, quoted};
use crate::okr::{Field, Fields, number};
use crate::syntax::value::MAX_NESTING;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A document of tables, lists and plain values, with where each stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// All of it.
    pub value: Value,
    /// Lines from 1, by JSON pointer.
    pub lines: BTreeMap<String, usize>,
}

/// Reads JSON.
///
/// # Errors
/// [`Error::Broken`] with the line, also for a key that comes twice in a table, and for nesting deeper than 16.
pub fn parse(text: &str) -> Result<Document, Error> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| broken(error.line(), &error.to_string()))?;
    let mut document = Document::default();
    let starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |raw: &RawValue| {
        // A raw value is a piece of the text itself, so that its address tells where it stands.
        let at = (raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        starts.partition_point(|&start| start < at) + 1
    };
    document.value = value(raw, String::new(), 0, &line, &mut document.lines)?;
    Ok(document)
}

fn broken(line: usize, message: &str) -> Error {
    let help = "mend the file, or export it anew".into();
    Error::Broken { form: "JSON", line: line.max(1), message: message.to_owned(), help }
}

fn value(
    raw: &RawValue,
    at: String,
    depth: usize,
    line: &dyn Fn(&RawValue) -> usize,
    lines: &mut BTreeMap<String, usize>,
) -> Result<Value, Error> {
    let here = line(raw);
    if depth > MAX_NESTING {
        return Err(broken(here, &format!("tables and lists are nested deeper than {MAX_NESTING} here")));
    }
    let failed = |error: serde_json::Error| broken(here, &error.to_string());
    let read = match raw.get().as_bytes().first() {
        Some(b'{') => {
            let Entries(entries) = serde_json::from_str(raw.get()).map_err(failed)?;
            let mut table = Map::new();
            for (key, raw) in entries {
                let inner = value(raw, step(&at, &key), depth + 1, line, lines)?;
                if table.insert(key.clone(), inner).is_some() {
                    return Err(broken(line(raw), &format!("the key {} comes twice in one table", quoted(&key))));
                }
            }
            Value::Object(table)
        }
        Some(b'[') => {
            let list: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(failed)?;
            let read = list.into_iter().enumerate();
            Value::Array(
                read.map(|(index, raw)| value(raw, step(&at, &index.to_string()), depth + 1, line, lines))
                    .collect::<Result<_, _>>()?,
            )
        }
        // The parser is off by a little in the last digits of some numbers; the standard library is not.
        Some(b'-' | b'0'..=b'9') => match raw.get().parse::<f64>() {
            Ok(value) if value.is_finite() => number(value),
            _ => return Err(broken(here, "this number is beyond what can be computed with")),
        },
        _ => serde_json::from_str(raw.get()).map_err(failed)?,
    };
    lines.insert(at, here);
    Ok(read)
}

/// Gives the pointer of what lies one step further.
pub fn step(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The entries of a table as they come, doubles included.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Gather;

        impl<'de> Visitor<'de> for Gather {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Gather)
    }
}

/// A place in a document. What nobody asked for is told in the end.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    document: &'a Document,
    value: &'a Value,
    at: String,
}

/// The keys of a table, of which a form takes those that it knows.
pub struct Keys<'a> {
    cursor: Cursor<'a>,
    taken: RefCell<BTreeSet<String>>,
}

impl Document {
    /// Stands at the top.
    pub fn top(&self) -> Cursor<'_> {
        Cursor { document: self, value: &self.value, at: String::new() }
    }
}

impl<'a> Cursor<'a> {
    /// Gives the value.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Gives its line, from 1.
    pub fn line(&self) -> usize {
        self.document.lines.get(&self.at).copied().unwrap_or(1)
    }

    /// Goes one step on.
    pub fn get(&self, key: &str) -> Option<Cursor<'a>> {
        let value = match self.value {
            Value::Object(table) => table.get(key)?,
            Value::Array(list) => list.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
        Some(Cursor { document: self.document, value, at: step(&self.at, key) })
    }

    /// Goes through a list, or notes that there is none.
    pub fn each(&self, what: &str, intake: &mut Intake) -> Vec<Cursor<'a>> {
        match self.value {
            Value::Array(list) => (0..list.len()).filter_map(|index| self.get(&index.to_string())).collect(),
            Value::Null => Vec::new(),
            _ => {
                intake.leave(self.line(), format!("{what} should be a list, and is none"));
                Vec::new()
            }
        }
    }

    /// Opens a table, or notes that there is none.
    pub fn keys(&self, what: &str, intake: &mut Intake) -> Option<Keys<'a>> {
        if self.value.is_object() {
            return Some(Keys { cursor: self.clone(), taken: RefCell::default() });
        }
        intake.leave(self.line(), format!("{what} should be a table, and is none"));
        None
    }
}

impl<'a> Keys<'a> {
    /// Gives the line of the table.
    pub fn line(&self) -> usize {
        self.cursor.line()
    }

    /// Takes a key; null is none.
    pub fn take(&self, key: &str) -> Option<Cursor<'a>> {
        let cursor = self.cursor.get(key)?;
        self.taken.borrow_mut().insert(key.to_owned());
        (!cursor.value.is_null()).then_some(cursor)
    }

    /// Takes a key that holds a text or a number, as a text.
    pub fn text(&self, key: &str) -> Option<String> {
        let cursor = self.take(key)?;
        let text = given::line_of(&given::text(cursor.value()));
        (!text.is_empty()).then_some(text)
    }

    /// Takes the name of a cycle, by the first of its usual keys that is there.
    pub fn cycle(&self) -> Option<String> {
        ["cycle", "period", "quarter"].iter().find_map(|key| self.text(key))
    }

    /// Takes a key that holds a list, and goes through it, or notes that there is none.
    pub fn list(&self, key: &str, intake: &mut Intake) -> Vec<Cursor<'a>> {
        self.take(key).map(|all| all.each(&format!("`{key}`"), intake)).unwrap_or_default()
    }

    /// Takes keys into fields, each by its name there and ours.
    pub fn fill(&self, pairs: &[(&str, Field)], fields: &mut Fields, intake: &mut Intake) {
        for &(theirs, ours) in pairs {
            if let Some(cursor) = self.take(theirs) {
                intake.map(theirs, ours.name());
                given::put(fields, ours, cursor.value(), cursor.line(), intake);
            }
        }
    }

    /// Keeps what has no field of its own in the free table, under its name.
    pub fn keep(&self, key: &str, fields: &mut Fields, intake: &mut Intake) {
        if let Some(cursor) = self.take(key) {
            let name = key.to_lowercase().replace([' ', '-'], "_");
            intake.map(key, format!("meta.{name}"));
            let meta = fields.entry(Field::Meta).or_insert_with(|| Value::Object(Map::new()));
            meta[name] = cursor.value().clone();
        }
    }

    /// Lists the keys as written.
    pub fn names(&self) -> impl Iterator<Item = &'a String> {
        self.cursor.value.as_object().into_iter().flat_map(|table| table.keys())
    }

    /// Notes every key that nobody took, unless it says nothing.
    pub fn leave_rest(self, what: &str, intake: &mut Intake) {
        let taken = self.taken.into_inner();
        for key in self.cursor.value.as_object().into_iter().flat_map(|table| table.keys()) {
            let Some(cursor) = self.cursor.get(key).filter(|_| !taken.contains(key)) else { continue };
            if !cursor.value.is_null() {
                let said = quoted(&given::text(cursor.value));
                intake
                    .leave(cursor.line(), format!("{} of {what} has no place in objective files: {said}", quoted(key)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_line() {
        let document = parse("{\n  \"a\": [\n    1,\n    {\"b/c\": null}\n  ]\n}").expect("JSON");
        let line = |pointer: &str| document.lines.get(pointer).copied();
        assert_eq!(
            [line(""), line("/a"), line("/a/0"), line("/a/1"), line("/a/1/b~1c")],
            [Some(1), Some(2), Some(3), Some(4), Some(4)]
        );
        assert_eq!(document.value, serde_json::json!({"a": [1, {"b/c": null}]}));
    }

    #[test]
    fn what_is_broken_says_where() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        for (text, line, said) in [
            ("{\n\"a\": }", 2, "expected value"),
            ("{\"a\": 1,\n\"a\": 2}", 2, "comes twice"),
            (&deep, 1, "deeper than 16"),
        ] {
            let Err(Error::Broken { line: at, message, .. }) = parse(text) else { panic!("{text} reads") };
            assert_eq!(at, line, "{text}");
            assert!(message.contains(said), "{message}");
        }
    }
}
