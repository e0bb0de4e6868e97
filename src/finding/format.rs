//! Owns the list of output formats and what they are all given.

use super::{Finding, Level, concise, human, json};
use crate::text::{Position, SourceMap};
use serde::Serialize;
use std::io::{self, Write};

/// What a check came to, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct Summary {
    /// Findings of level error.
    pub errors: usize,
    /// Findings of level warning.
    pub warnings: usize,
    /// Findings of level info.
    pub infos: usize,
    /// Findings that an `allow` answers.
    pub suppressed: usize,
    /// Findings that were there before the change that was asked about, and are not shown; null where none was.
    pub older: Option<usize>,
    /// Objective files read.
    pub files: usize,
    /// Objectives in them.
    pub objectives: usize,
    /// Key results in them.
    pub key_results: usize,
}

impl Summary {
    /// Counts findings by level.
    #[must_use]
    pub fn counting(mut self, findings: &[Finding]) -> Self {
        let count = |level| findings.iter().filter(|finding| finding.level == level).count();
        (self.errors, self.warnings, self.infos) = (count(Level::Error), count(Level::Warning), count(Level::Info));
        self
    }
}

/// All that a format is given.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Settled findings, in order.
    pub findings: &'a [Finding],
    /// The texts that they point into, fit to be shown.
    pub sources: &'a SourceMap,
    /// The numbers.
    pub summary: Summary,
    /// The published form of the history that was asked, null where none was.
    pub history: &'a serde_json::Value,
}

impl View<'_> {
    /// Gives path, start and end of a label.
    pub(super) fn place(&self, label: &super::Label) -> (&str, Position, Position) {
        let source = self.sources.get(label.file);
        let (start, end) = source.positions(&label.range);
        (&source.path, start, end)
    }
}

/// How an output for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether to draw with more than ASCII.
    pub unicode: bool,
}

impl Default for Style {
    fn default() -> Self {
        Style { width: 80, color: false, unicode: true }
    }
}

/// Declares the formats: a variant, its module, and what it is.
macro_rules! formats {
    ($($(#[doc = $doc:literal])+ $variant:ident = $module:ident),* $(,)?) => {
        /// A way to write findings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
        pub enum Format { $($(#[doc = $doc])+ $variant),* }

        impl Format {
            /// Writes the findings of a check.
            ///
            /// # Errors
            /// What the stream says.
            pub fn write(self, view: &View<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
                match self { $(Format::$variant => $module::write(view, out, style)),* }
            }
        }
    };
}

formats! {
    /// With the source shown, for people
    Human = human,
    /// One line a finding
    Concise = concise,
    /// The published JSON, format 1
    Json = json,
}
