//! Owns the way from TOML to the domain: every table with its spans, every problem a finding.
//! Never judges a goal: what reads and is unwise is a rule's matter.

pub(crate) mod broken;
pub(crate) mod day;
pub(crate) mod document;
mod frame;
mod fresh;
mod lower;
mod nearest;
mod past;
mod patch;
mod plain;
mod raw;
mod record;
mod revive;
#[cfg(test)]
pub(crate) mod schema;
mod spans;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub(crate) mod value;
pub(crate) mod word;
pub mod writing;

pub use frame::Frame;
pub use fresh::{FreshObjective, OF_KEY_RESULT, OF_OBJECTIVE, fresh, inline};
pub use lower::read;
pub(crate) use nearest::nearest;
pub use past::recorded;
pub(crate) use patch::{Patched, Reading, Version};
pub(crate) use record::milestone_key;
pub use revive::{key_result, mixes_kinds, objective};
pub use spans::Spans;

use crate::okr::{Fields, Objective};
use crate::text::FileId;
use std::ops::Range;

/// The JSON Schema (draft 07) of objective files.
pub const SCHEMA: &str = include_str!("../../schemas/objectives.schema.json");

/// Tells whether a text is TOML.
pub fn parses(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    plain::read(text).is_some() || toml::de::DeTable::parse(text).is_ok()
}

/// Where one table stands in its file: bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The header line `[[objective]]`, or the inline table.
    pub header: Range<usize>,
    /// Keys and values as written, by key; strings with their quotes. A milestone's, checkpoint's or rung's own fields stand as
    /// `milestone.0.done`, `pace.1.on`, `scale.2.value`.
    pub fields: Spans,
}

impl Place {
    /// Gives the narrowest place of a field: its value, else the header.
    pub fn of(&self, field: &str) -> Range<usize> {
        self.fields.get(field).unwrap_or_else(|| self.header.clone())
    }
}

/// Where an objective and what it holds stand; lists run beside those of the [`Objective`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectivePlace {
    /// The objective's own table.
    pub table: Place,
    /// Its key results.
    pub key_results: Vec<Place>,
    /// Its initiatives.
    pub initiatives: Vec<Place>,
}

/// One objective file, read. What could not be named (no id) is left out of `objectives` and is a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectiveFile {
    /// The file.
    pub file: FileId,
    /// Its path from the root, with forward slashes.
    pub path: String,
    /// What it holds, in written order.
    pub objectives: Vec<Objective>,
    /// Where it stands, beside `objectives`.
    pub places: Vec<ObjectivePlace>,
    /// The keys above the first objective (`cycle`, `owner`).
    pub head: Place,
    /// Whether the file parsed as TOML; `false` means that `objectives` may be incomplete.
    pub parsed: bool,
}

/// One named table of a file as history compares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// `cycle/objective` or `cycle/objective/key-result`.
    pub name: String,
    /// Its values, file-level defaults filled in; wrongly typed or out-of-range ones are absent.
    pub fields: Fields,
    /// Line of the table's header, from 1.
    pub line: usize,
}
