//! Owns how published documents are written as JSON: byte for byte as `serde_json` does it with two spaces a level, in a
//! part of the time, and their texts harmless. Never knows what is written.

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
/// Bytes from which on what was written is handed on.
const TOGETHER: usize = 1 << 16;

/// Writes a document to a stream, with a line end. A long list goes there piece by piece.
///
/// # Errors
/// What the stream says.
pub(super) fn write(value: &impl Serialize, out: impl Write) -> io::Result<()> {
    let mut document = Document { out, text: Vec::with_capacity(2 * TOGETHER), level: 0 };
    value.serialize(&mut document)?;
    document.text.push(b'\n');
    document.hand_on()?;
    document.out.flush()
}

/// A document on its way to a stream.
struct Document<W> {
    out: W,
    /// What was not handed on yet.
    text: Vec<u8>,
    level: usize,
}

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error(transparent)]
    Stream(#[from] io::Error),
    #[error("{0}")]
    Form(String),
}

impl Error for Lost {
    fn custom<T: Display>(message: T) -> Self {
        Lost::Form(message.to_string())
    }
}

impl From<serde_json::Error> for Lost {
    fn from(error: serde_json::Error) -> Self {
        Error::custom(error)
    }
}

impl From<Lost> for io::Error {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Stream(error) => error,
            Lost::Form(message) => io::Error::other(message),
        }
    }
}

impl<W: Write> Document<W> {
    fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Ends a line, behind a comma unless what follows is the first of its kind; a key comes with the mark before it.
    fn line(&mut self, first: bool, key: bool) {
        let level = self.level.min(DEEPEST);
        let (start, end) = (usize::from(first), 2 + 2 * level);
        if self.level == level {
            return self.text.extend_from_slice(&LINES[level][start..end + usize::from(key)]);
        }
        self.text.extend_from_slice(&LINES[level][start..end]);
        (level..self.level).for_each(|_| self.put("  "));
        self.text.extend(key.then_some(b'"'));
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }

    fn begin(&mut self, bracket: u8, end: u8) -> Inside<'_, W> {
        self.text.push(bracket);
        self.level += 1;
        Inside { document: self, empty: true, end }
    }
}

/// A list or table that is being written.
struct Inside<'a, W> {
    document: &'a mut Document<W>,
    empty: bool,
    /// The bracket at its end.
    end: u8,
}

impl<W: Write> Inside<'_, W> {
    fn line(&mut self, key: bool) {
        self.document.line(std::mem::take(&mut self.empty), key);
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Lost> {
        self.line(false);
        value.serialize(&mut *self.document)?;
        if self.document.text.len() > TOGETHER {
            self.document.hand_on()?;
        }
        Ok(())
    }

    fn close(self) {
        self.document.level -= 1;
        if !self.empty {
            self.document.line(true, false);
        }
        self.document.text.push(self.end);
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
            Ok(serde_json::to_writer(&mut self.text, &value)?)
        })*
    };
}

impl<'a, W: Write> Serializer for &'a mut Document<W> {
    type Ok = ();
    type Error = Lost;
    type SerializeSeq = Inside<'a, W>;
    type SerializeTuple = Inside<'a, W>;
    type SerializeTupleStruct = Impossible<(), Lost>;
    type SerializeTupleVariant = Impossible<(), Lost>;
    type SerializeMap = Inside<'a, W>;
    type SerializeStruct = Inside<'a, W>;
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
            self.text.push(b'"');
            self.put(value);
            self.text.push(b'"');
            return Ok(());
        }
        Ok(serde_json::to_writer(JsonWriter(&mut self.text), value)?)
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

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a, W>, Lost> {
        Ok(self.begin(b'[', b']'))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'a, W>, Lost> {
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

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a, W>, Lost> {
        Ok(self.begin(b'{', b'}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a, W>, Lost> {
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

impl<W: Write> SerializeSeq for Inside<'_, W> {
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

impl<W: Write> SerializeTuple for Inside<'_, W> {
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

impl<W: Write> SerializeMap for Inside<'_, W> {
    type Ok = ();
    type Error = Lost;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Lost> {
        self.line(false);
        let start = self.document.text.len();
        key.serialize(&mut *self.document)?;
        if self.document.text.get(start) == Some(&b'"') { Ok(()) } else { no!("a key that is no text") }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Lost> {
        self.document.put(": ");
        value.serialize(&mut *self.document)
    }

    fn end(self) -> Result<(), Lost> {
        self.close();
        Ok(())
    }
}

impl<W: Write> SerializeStruct for Inside<'_, W> {
    type Ok = ();
    type Error = Lost;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Lost> {
        self.line(true);
        // What a program calls its fields needs no look.
        self.document.put(key);
        self.document.put("\": ");
        value.serialize(&mut *self.document)
    }

    fn end(self) -> Result<(), Lost> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json;
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    fn written(value: &impl Serialize) -> String {
        let mut bytes = Vec::new();
        write(value, &mut bytes).expect("into memory");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    fn as_serde_json_does(value: &impl Serialize) -> String {
        json(&serde_json::to_string_pretty(value).expect("into memory")).into_owned() + "\n"
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
            prop_assert_eq!(written(&deep), as_serde_json_does(&deep));
        }
    }

    #[test]
    fn what_no_document_has_is_refused_rather_than_written_wrong() {
        #[derive(serde::Serialize)]
        enum Kind {
            Plain,
            Of(u8),
        }
        assert_eq!(written(&(Kind::Plain, 'c', 1.5f32, ())), as_serde_json_does(&(Kind::Plain, 'c', 1.5f32, ())));
        assert!(write(&Kind::Of(1), io::sink()).is_err());
        assert!(write(&std::collections::BTreeMap::from([(1, 2)]), io::sink()).is_err());
    }

    #[test]
    fn a_long_list_goes_out_piece_by_piece() {
        struct Longest(usize);
        impl Write for &mut Longest {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.max(bytes.len());
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut longest = Longest(0);
        write(&vec!["some text"; 100_000], &mut longest).expect("it takes all");
        assert!((TOGETHER..2 * TOGETHER).contains(&longest.0), "{}", longest.0);
    }
}
