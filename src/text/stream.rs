//! Owns how published documents reach a stream: a table field by field, and its long list on all cores, byte for byte as
//! `serde_json` writes the whole with two spaces a level, but for what a terminal or CI runner would act on.
//! Never knows what is written.

use super::Indented;
use crate::cores;
use serde::Serialize;
use serde_json::ser::Serializer;
use std::io::{self, Write};

/// Elements of a list that are in memory as text at a time, and those that one core writes at a time.
const TOGETHER: usize = 8192;
const RUN: usize = 128;
/// What most elements take, in bytes.
const ELEMENT: usize = 768;

/// A document on its way to a stream.
#[derive(Debug)]
pub struct Stream<W> {
    out: W,
    text: Vec<u8>,
    empty: bool,
}

impl<W: Write> Stream<W> {
    /// Begins a document.
    pub fn new(out: W) -> Self {
        Stream { out, text: b"{".to_vec(), empty: true }
    }

    /// Writes a field.
    ///
    /// # Errors
    /// What the stream says, and a value that JSON has no form for.
    pub fn field(&mut self, key: &str, value: &impl Serialize) -> io::Result<()> {
        self.key(key);
        put(&mut self.text, 1, value)?;
        self.hand_on()
    }

    /// Writes a field that holds a long list, on as many cores as help: there may be more of it than memory should hold as
    /// text. `form` says which elements a run of items makes.
    ///
    /// # Errors
    /// As [`Stream::field`].
    pub fn list<'a, T: Sync, S: Serialize, I: Iterator<Item = S>>(
        &mut self,
        key: &str,
        items: &'a [T],
        form: impl Fn(&'a [T]) -> I + Sync,
    ) -> io::Result<()> {
        self.key(key);
        self.text.push(b'[');
        let mut empty = true;
        for batch in items.chunks(TOGETHER) {
            let runs: Vec<&[T]> = batch.chunks(RUN).collect();
            for run in cores::spread(&runs, 2, |_, run| elements(form(run), run.len())) {
                // Each element comes behind a comma.
                let run = run?;
                let run = run.get(usize::from(empty)..).unwrap_or_default();
                empty &= run.is_empty();
                self.hand_on()?;
                self.out.write_all(run)?;
            }
        }
        self.text.extend_from_slice(if empty { b"]" } else { b"\n  ]" });
        self.hand_on()
    }

    /// Ends the document, and its line.
    ///
    /// # Errors
    /// What the stream says.
    pub fn end(mut self) -> io::Result<()> {
        self.text.extend_from_slice(if self.empty { b"}\n" } else { b"\n}\n" });
        self.hand_on()?;
        self.out.flush()
    }

    fn key(&mut self, key: &str) {
        let comma = if std::mem::take(&mut self.empty) { "" } else { "," };
        self.text.extend_from_slice(format!("{comma}\n  \"{key}\": ").as_bytes());
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }
}

/// Writes elements of a list of the document, so many at most, each behind a comma.
fn elements<S: Serialize>(items: impl Iterator<Item = S>, count: usize) -> io::Result<Vec<u8>> {
    let mut text = Vec::with_capacity(count * ELEMENT);
    for item in items {
        text.extend_from_slice(b",\n    ");
        put(&mut text, 2, &item)?;
    }
    Ok(text)
}

fn put(text: &mut Vec<u8>, level: usize, value: &impl Serialize) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(text, Indented::within(level)))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::example::value;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn written(write: impl FnOnce(&mut Stream<&mut Vec<u8>>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        let mut document = Stream::new(&mut bytes);
        write(&mut document).and_then(|()| document.end()).expect("into memory");
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    fn as_serde_json_does(value: &impl Serialize) -> String {
        crate::text::json(&serde_json::to_string_pretty(value).expect("into memory")).into_owned() + "\n"
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
    fn a_long_list_is_written_in_order_by_all_cores() {
        fn some(run: &[usize], every: usize) -> impl Iterator<Item = usize> {
            run.iter().copied().filter(move |item| item % every == every / 2)
        }
        for (count, every) in [(0, 1), (1, 1), (3, 2), (RUN, 1), (2 * TOGETHER + 5, 1), (2 * TOGETHER + 5, 2 * RUN + 1)]
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
