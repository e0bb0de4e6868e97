//! Owns how long documents are indented: byte for byte as `serde_json` does it, in a part of the time, and its texts harmless.
//! Never knows what is written.

use super::sanitize::{is_plain_json, json};
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// A comma, a line end and the indents of all levels that the documents have.
const LINE: &[u8; 2 + 2 * DEEPEST] = &{
    let mut line = [b' '; 2 + 2 * DEEPEST];
    (line[0], line[1]) = (b',', b'\n');
    line
};
/// Levels that are written at once.
const DEEPEST: usize = 16;

/// Two spaces a level. `serde_json` writes each of them on its own, and a log has millions.
#[derive(Debug)]
pub struct Indented {
    level: usize,
    /// Whether the list or table that is being written holds anything.
    filled: bool,
}

impl Indented {
    /// Stands so many levels deep in a document that is written in pieces.
    pub fn within(level: usize) -> Self {
        Indented { level, filled: false }
    }

    /// Ends a line, behind a comma unless what follows is the first of its kind.
    fn line(&self, first: bool, writer: &mut (impl Write + ?Sized)) -> io::Result<()> {
        writer.write_all(&LINE[usize::from(first)..2 + 2 * self.level.min(DEEPEST)])?;
        (DEEPEST..self.level).try_for_each(|_| writer.write_all(b"  "))
    }

    fn begin(&mut self, bracket: &[u8], writer: &mut (impl Write + ?Sized)) -> io::Result<()> {
        self.level += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    fn end(&mut self, bracket: &[u8], writer: &mut (impl Write + ?Sized)) -> io::Result<()> {
        self.level -= 1;
        if self.filled {
            self.line(true, writer)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if is_plain_json(fragment) {
            writer.write_all(fragment.as_bytes())
        } else {
            writer.write_all(json(fragment).as_bytes())
        }
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(b"[", writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(b"]", writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(first, writer)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(b"{", writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(b"}", writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.line(first, writer)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::example::value;
    use proptest::prelude::*;
    use serde::Serialize;
    use serde_json::{Serializer, Value};

    fn written(value: &Value) -> String {
        let mut bytes = Vec::new();
        value.serialize(&mut Serializer::with_formatter(&mut bytes, Indented::within(0))).expect("into memory");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    proptest! {
        #[test]
        fn every_document_is_indented_as_serde_json_does(value in value(), above in 0usize..20) {
            let deep = (0..above).fold(value, |value, _| Value::from(vec![value]));
            let plain = serde_json::to_string_pretty(&deep).expect("into memory");
            prop_assert_eq!(written(&deep), json(&plain));
        }
    }
}
