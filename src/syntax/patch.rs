//! Owns the reading of one version of a file after another: where only a check-in's values moved, those alone are read.
//! Never guesses: whatever is not plainly the same file with other values is read whole.

use super::Recorded;
use super::past::with_slots;
use crate::okr::{Field, number};
use jiff::civil::Date;
use serde_json::Value;
use std::ops::Range;
use std::sync::Arc;

/// Where a value stands that a check-in replaces.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    /// Index of its table.
    pub(super) table: usize,
    pub(super) field: Field,
    /// Bytes of the file.
    pub(super) span: Range<usize>,
}

/// One value of a file that differs from the version read before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patched {
    /// Index of its table.
    pub(crate) table: usize,
    pub(crate) field: Field,
    /// Shared by all that say the same, once it is known that they do.
    pub(crate) value: Arc<Value>,
}

/// What a version of a file says.
#[derive(Debug)]
pub(crate) enum Reading {
    /// All of it: tables and notes.
    Whole(Vec<Recorded>, Vec<String>),
    /// What the version before says, with other values in these places. Its notes are the same.
    Patched(Vec<Patched>),
    /// Why it does not parse. The version before stays the one that the next is compared with.
    Broken(String),
}

/// The version of a file that was read last.
#[derive(Debug, Default)]
pub(crate) struct Version {
    text: Vec<u8>,
    /// In the order in which they stand in the text; `None` where nothing was read yet.
    slots: Option<Vec<Slot>>,
    /// Where the slots would stand in the version that is being compared.
    moved: Vec<Range<usize>>,
}

impl Version {
    /// Reads the next version of the file, leniently as [`super::recorded`] does and with the same result.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Reading {
        if let Some(patched) = self.patch(bytes) {
            self.keep(bytes);
            return Reading::Patched(patched);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Reading::Broken(format!("byte {} is not UTF-8", error.valid_up_to())),
        };
        match with_slots(text) {
            Ok((tables, notes, mut slots)) => {
                slots.sort_by_key(|slot| slot.span.start);
                slots.retain(|slot| {
                    let own = tables[slot.table].fields.get(&slot.field);
                    let token = plain(slot.field, &text.as_bytes()[slot.span.start..]);
                    token.is_some_and(|(length, value)| length == slot.span.len() && Some(&value.into()) == own)
                });
                self.slots = Some(slots);
                self.keep(bytes);
                Reading::Whole(tables, notes)
            }
            Err(reason) => Reading::Broken(reason),
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.text.clear();
        self.text.extend_from_slice(bytes);
    }

    /// Finds the values that differ where all between the slots is the same, byte for byte; the slots then move along.
    fn patch(&mut self, new: &[u8]) -> Option<Vec<Patched>> {
        let slots = self.slots.as_mut()?;
        let mut patched = Vec::new();
        self.moved.clear();
        let moved = &mut self.moved;
        let (mut before, mut at) = (0, 0);
        for slot in slots.iter() {
            let gap = &self.text[before..slot.span.start];
            let rest = new.get(at..)?.strip_prefix(gap)?;
            let start = at + gap.len();
            let old = &self.text[slot.span.clone()];
            let length = if rest.starts_with(old) && self.text.get(slot.span.end) == rest.get(old.len()) {
                old.len()
            } else {
                let (length, value) = plain(slot.field, rest)?;
                patched.push(Patched { table: slot.table, field: slot.field, value: Value::from(value).into() });
                length
            };
            (before, at) = (slot.span.end, start + length);
            moved.push(start..at);
        }
        (new.get(at..)? == &self.text[before..]).then(|| {
            for (slot, span) in slots.iter_mut().zip(moved.drain(..)) {
                slot.span = span;
            }
            patched
        })
    }
}

/// A value that a check-in moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Moved<'t> {
    Number(f64),
    Day(Date),
    Text(&'t str),
}

impl From<Moved<'_>> for Value {
    fn from(moved: Moved<'_>) -> Self {
        match moved {
            Moved::Number(value) => number(value),
            Moved::Day(day) => day.to_string().into(),
            Moved::Text(text) => text.into(),
        }
    }
}

/// Reads the value at the start of some bytes, if it is of the plainest form: its length and what it says. What follows
/// is for the caller to look at; after no token of this form can its first byte go on another.
pub(super) fn plain(field: Field, bytes: &[u8]) -> Option<(usize, Moved<'_>)> {
    match field {
        Field::Current => plain_number(bytes).map(|(length, value)| (length, Moved::Number(value))),
        Field::Confidence => {
            let (length, value) = plain_number(bytes)?;
            (0.0..=1.0).contains(&value).then_some((length, Moved::Number(value)))
        }
        Field::AsOf => {
            let text = std::str::from_utf8(bytes.get(..10)?).ok()?;
            let shape =
                text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
            let day = text.parse::<Date>().ok().filter(|day| shape && day.year() > 0)?;
            Some((10, Moved::Day(day)))
        }
        Field::Note => {
            let inside = bytes.strip_prefix(b"\"")?;
            let length = inside.iter().position(|&b| b == b'"' || b == b'\\' || b < b' ' || b == 0x7f)?;
            let text = std::str::from_utf8(&inside[..length]).ok()?;
            (inside[length] == b'"' && !text.chars().any(char::is_control)).then_some((length + 2, Moved::Text(text)))
        }
        _ => None,
    }
}

/// Reads `-12.5`: no plus, no exponent, no underscore, no leading zero, at most 15 digits, so that it is exact.
fn plain_number(bytes: &[u8]) -> Option<(usize, f64)> {
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(sign);
    if whole == 0 || (whole > 1 && bytes[sign] == b'0') {
        return None;
    }
    let mut end = sign + whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    if end > 16 {
        return None;
    }
    let value = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
    Some((end, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads versions one after another and gives what each says, patches laid over what came before.
    fn say(version: &mut Version, said: &mut (Vec<Recorded>, Vec<String>), text: &str) -> (bool, Result<(), String>) {
        match version.read(text.as_bytes()) {
            Reading::Whole(tables, notes) => {
                *said = (tables, notes);
                (false, Ok(()))
            }
            Reading::Patched(patches) => {
                for Patched { table, field, value } in patches {
                    said.0[table].fields.insert(field, Value::clone(&value));
                }
                (true, Ok(()))
            }
            Reading::Broken(reason) => (false, Err(reason)),
        }
    }

    fn file(lines: &[String]) -> String {
        let head = "cycle = \"2026-Q4\"\n[[objective]]\nid = \"a\"\nwhy = \"\"\"\ncurrent = 1\n\"\"\"\n";
        let tables = lines.chunks(4).enumerate().map(|(at, lines)| {
            format!("[[objective.key_result]]\nid = \"k{at}\"\ntitle = \"T\"\n{}\n", lines.join("\n"))
        });
        std::iter::once(head.to_owned()).chain(tables).collect()
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "current = (-?[1-9][0-9]{0,3}|0|-0|[0-9]\\.[0-9]{1,2})( # x)?",
            3 => "confidence = (0|1|0\\.[0-9]{1,2}|7)",
            3 => "as_of = 20[0-9]{2}-(0[0-9]|1[0-3])-[0-3][0-9]",
            4 => "note = \"[a-z \u{e9}#=]{0,6}\"",
            1 => "(current|note|as_of|confidence) = [-+\"'._0-9aeintx:TZ\\\\# ]{1,8}",
            1 => Just("note = \"\"\"\ncurrent = 3\n\"\"\"".to_owned()),
            1 => Just("note = \"\u{85}\"".to_owned()),
            1 => Just("unit = \"ms\"".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn a_patched_version_says_what_the_whole_reading_says(
            first in prop::collection::vec(line(), 4..9),
            edits in prop::collection::vec((any::<prop::sample::Index>(), line()), 1..12),
        ) {
            let mut lines = first;
            let mut version = Version::default();
            let mut said = Default::default();
            let _ = say(&mut version, &mut said, &file(&lines));
            for (at, line) in edits {
                let at = at.index(lines.len());
                lines[at] = line;
                let text = file(&lines);
                let (_, result) = say(&mut version, &mut said, &text);
                match super::super::recorded(&text) {
                    Ok(expected) => prop_assert!(result.is_ok() && said == expected, "{text}\n{said:?}\n{expected:?}"),
                    Err(reason) => prop_assert_eq!(result, Err(reason)),
                }
            }
        }
    }

    #[test]
    fn check_ins_are_patched_and_all_else_is_not() {
        let lines = |current: &str, note: &str| file(&[format!("current = {current}"), format!("note = {note}")]);
        let table = [
            ("42", "\"b\"", true),
            ("-4.5", "\"\"", true),
            ("42 # now", "\"b\"", false),
            ("042", "\"b\"", false),
            ("4e2", "\"b\"", false),
            ("42", "'b'", false),
            ("42", "\"a\\\"b\"", false),
            ("42", "\"\"\"b\"\"\"", false),
        ];
        for (current, note, patched) in table {
            let mut version = Version::default();
            let mut said = Default::default();
            let _ = say(&mut version, &mut said, &lines("41", "\"a\""));
            assert_eq!(say(&mut version, &mut said, &lines(current, note)).0, patched, "{current} {note}");
        }
    }
}
