//! Owns how published documents are written as JSON: byte for byte as `serde_json` does it with two spaces a level, in a
//! part of the time and on all cores, and their texts harmless. Never knows what is written.

use crate::cores;
use crate::text::{JsonWriter, is_plain_json};
use serde::ser::{
    Error, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer,
};
use std::fmt::Display;
use std::io::{self, Write};

/// For each level that the documents have: a comma, a line end, the indent, and the quotation mark of a key.
const LINES: [[u8; 3 + 2 * DEEPEST]; DEEPEST + 1] = {
    let mut lines = [[b' '; 3 + 2 * DEEPEST]; DEEPEST + 1];
    let mut level = 0;
    while level <= DEEPEST {
        (lines[level][0], lines[level][1], lines[level][2 + 2 * level]) = (b',', b'\n', b'"');
        level += 1;
    }
    lines
};
/// Levels that are written at once.
const DEEPEST: usize = 16;
/// Elements of a list that are in memory as text at a time, and those that one core writes at a time.
const TOGETHER: usize = 4096;
const RUN: usize = 256;
/// What most elements take, in bytes.
const ELEMENT: usize = 1024;

/// A document on its way to a stream: a table, field by field.
pub(super) struct Document<W> {
    out: W,
    text: Text,
    empty: bool,
}

impl<W: Write> Document<W> {
    /// Begins a document.
    pub(super) fn new(out: W) -> Self {
        Document { out, text: Text { bytes: b"{".to_vec(), level: 1 }, empty: true }
    }

    /// Writes a field.
    ///
    /// # Errors
    /// What the stream says.
    pub(super) fn field(&mut self, key: &str, value: &impl Serialize) -> io::Result<()> {
        self.text.key(std::mem::take(&mut self.empty), key);
        value.serialize(&mut self.text)?;
        self.hand_on()
    }

    /// Writes a field that holds a long list, piece by piece and on as many cores as help. `form` says how a run of items
    /// is written.
    ///
    /// # Errors
    /// What the stream says.
    pub(super) fn list<'a, T: Sync, S: Serialize, I: Iterator<Item = S>>(
        &mut self,
        key: &str,
        items: &'a [T],
        form: impl Fn(&'a [T]) -> I + Sync,
    ) -> io::Result<()> {
        self.text.key(std::mem::take(&mut self.empty), key);
        let mut list = self.text.begin(b'[', b']');
        let level = list.text.level;
        for batch in items.chunks(TOGETHER) {
            let runs: Vec<&[T]> = batch.chunks(RUN).collect();
            for run in cores::spread(&runs, 1, |_, run| elements(level, form(run))) {
                // Each element comes behind a comma.
                let run = run?;
                let bytes = run.get(usize::from(list.empty)..).unwrap_or_default();
                list.empty &= bytes.is_empty();
                self.out.write_all(&list.text.bytes)?;
                list.text.bytes.clear();
                self.out.write_all(bytes)?;
            }
        }
        list.close();
        self.hand_on()
    }

    /// Ends the document, and its line.
    ///
    /// # Errors
    /// What the stream says.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.text.level = 0;
        if !self.empty {
            self.text.line(true, false);
        }
        self.text.put("}\n");
        self.hand_on()?;
        self.out.flush()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.text.bytes)?;
        self.text.bytes.clear();
        Ok(())
    }
}

/// Writes elements of a list, each behind a comma.
fn elements<S: Serialize>(level: usize, items: impl Iterator<Item = S>) -> Result<Vec<u8>, Lost> {
    let mut text = Text { bytes: Vec::with_capacity(RUN * ELEMENT), level };
    for item in items {
        text.line(false, false);
        item.serialize(&mut text)?;
    }
    Ok(text.bytes)
}

/// JSON that is being written.
struct Text {
    bytes: Vec<u8>,
    level: usize,
}

/// Why something was not written: no published document has the like.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Lost(String);

impl Error for Lost {
    fn custom<T: Display>(message: T) -> Self {
        Lost(message.to_string())
    }
}

impl From<serde_json::Error> for Lost {
    fn from(error: serde_json::Error) -> Self {
        Error::custom(error)
    }
}

impl From<Lost> for io::Error {
    fn from(lost: Lost) -> Self {
        io::Error::other(lost)
    }
}

impl Text {
    fn put(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Ends a line, behind a comma unless what follows is the first of its kind; a key comes with the mark before it.
    fn line(&mut self, first: bool, key: bool) {
        let level = self.level.min(DEEPEST);
        let (start, end) = (usize::from(first), 2 + 2 * level);
        if self.level == level {
            return self.bytes.extend_from_slice(&LINES[level][start..end + usize::from(key)]);
        }
        self.bytes.extend_from_slice(&LINES[level][start..end]);
        (level..self.level).for_each(|_| self.put("  "));
        self.bytes.extend(key.then_some(b'"'));
    }

    /// Begins a field with its key, which a program calls so: it needs no look.
    fn key(&mut self, first: bool, key: &str) {
        self.line(first, true);
        self.put(key);
        self.put("\": ");
    }

    fn begin(&mut self, bracket: u8, end: u8) -> Inside<'_> {
        self.bytes.push(bracket);
        self.level += 1;
        Inside { text: self, empty: true, end }
    }
}

/// A list or table that is being written.
struct Inside<'a> {
    text: &'a mut Text,
    empty: bool,
    /// The bracket at its end.
    end: u8,
}

impl Inside<'_> {
    fn line(&mut self) {
        self.text.line(std::mem::take(&mut self.empty), false);
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Lost> {
        self.line();
        value.serialize(&mut *self.text)
    }

    fn close(self) {
        self.text.level -= 1;
        if !self.empty {
            self.text.line(true, false);
        }
        self.text.bytes.push(self.end);
    }
}

/// Leaves what no published document has to an error.
macro_rules! no {
    ($what:literal) => {
        Err(Error::custom(concat!("no published document has ", $what)))
    };
}

/// Has numbers written by `serde_json`.
macro_rules! numbers {
    ($($method:ident $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<(), Lost> {
            Ok(serde_json::to_writer(&mut self.bytes, &value)?)
        })*
    };
}

impl<'a> Serializer for &'a mut Text {
    type Ok = ();
    type Error = Lost;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Impossible<(), Lost>;
    type SerializeTupleVariant = Impossible<(), Lost>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Impossible<(), Lost>;

    numbers!(
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_u8 u8, serialize_u16 u16,
        serialize_u32 u32, serialize_u64 u64, serialize_f32 f32, serialize_f64 f64
    );

    fn serialize_bool(self, value: bool) -> Result<(), Lost> {
        self.put(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Lost> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Lost> {
        if is_plain_json(value) {
            self.bytes.push(b'"');
            self.put(value);
            self.bytes.push(b'"');
            return Ok(());
        }
        Ok(serde_json::to_writer(JsonWriter(&mut self.bytes), value)?)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Lost> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Lost> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Lost> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Lost> {
        self.put("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Lost> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Lost> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Lost> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), Lost> {
        no!("a value under the name of its kind")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, Lost> {
        Ok(self.begin(b'[', b']'))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, Lost> {
        Ok(self.begin(b'[', b']'))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Impossible<(), Lost>, Lost> {
        no!("a tuple with a name")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Lost>, Lost> {
        no!("a tuple under the name of its kind")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, Lost> {
        Ok(self.begin(b'{', b'}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Lost> {
        Ok(self.begin(b'{', b'}'))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Lost>, Lost> {
        no!("a table under the name of its kind")
    }
}

impl SerializeSeq for Inside<'_> {
    type Ok = ();
    type Error = Lost;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Lost> {
        self.element(value)
    }

    fn end(self) -> Result<(), Lost> {
        self.close();
        Ok(())
    }
}

impl SerializeTuple for Inside<'_> {
    type Ok = ();
    type Error = Lost;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Lost> {
        self.element(value)
    }

    fn end(self) -> Result<(), Lost> {
        self.close();
        Ok(())
    }
}

impl SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Lost;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Lost> {
        self.line();
        let start = self.text.bytes.len();
        key.serialize(&mut *self.text)?;
        if self.text.bytes.get(start) == Some(&b'"') { Ok(()) } else { no!("a key that is no text") }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Lost> {
        self.text.put(": ");
        value.serialize(&mut *self.text)
    }

    fn end(self) -> Result<(), Lost> {
        self.close();
        Ok(())
    }
}

impl SerializeStruct for Inside<'_> {
    type Ok = ();
    type Error = Lost;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Lost> {
        self.text.key(std::mem::take(&mut self.empty), key);
        value.serialize(&mut *self.text)
    }

    fn end(self) -> Result<(), Lost> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    fn written(write: impl FnOnce(&mut Document<&mut Vec<u8>>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        let mut document = Document::new(&mut bytes);
        write(&mut document).and_then(|()| document.end()).expect("into memory");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    fn as_serde_json_does(value: &impl Serialize) -> String {
        crate::text::json(&serde_json::to_string_pretty(value).expect("into memory")).into_owned() + "\n"
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            "[ -~\u{1}\u{7f}é\u{202e}#\\[]{0,40}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,3}", inner), 0..4)
                    .prop_map(|all| Value::from(all.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_document_is_written_as_serde_json_does(value in value(), above in 0usize..20) {
            let deep = (0..above).fold(value, |value, _| Value::from(vec![value]));
            let alone = written(|document| document.field("it", &deep));
            prop_assert_eq!(alone, as_serde_json_does(&json!({ "it": deep })));
        }
    }

    #[test]
    fn what_no_document_has_is_refused_rather_than_written_wrong() {
        #[derive(serde::Serialize)]
        enum Kind {
            Plain,
            Of(u8),
        }
        let sound = (Kind::Plain, 'c', 1.5f32, ());
        assert_eq!(written(|document| document.field("it", &sound)), as_serde_json_does(&json!({ "it": sound })));
        let mut document = Document::new(io::sink());
        assert!(document.field("it", &Kind::Of(1)).is_err());
        assert!(document.field("it", &std::collections::BTreeMap::from([(1, 2)])).is_err());
    }

    #[test]
    fn a_long_list_is_written_in_order_by_all_cores() {
        fn some(run: &[usize], every: usize) -> impl Iterator<Item = usize> {
            run.iter().copied().filter(move |item| item % every == every / 2)
        }
        for (count, every) in [(0, 1), (1, 1), (3, 2), (RUN, 1), (3 * TOGETHER + 5, 1), (3 * TOGETHER + 5, 2 * RUN + 1)]
        {
            let items: Vec<usize> = (0..count).collect();
            let text = written(|document| {
                document.field("first", &1)?;
                document.list("all", &items, |run| some(run, every))?;
                document.field("last", &Vec::<u8>::new())
            });
            let whole: Vec<usize> = some(&items, every).collect();
            assert_eq!(text, as_serde_json_does(&json!({ "first": 1, "all": whole, "last": [] })), "{count} {every}");
        }
        assert_eq!(written(|_| Ok(())), "{}\n");
    }
}
