//! Owns the list of output formats and what they are all given.

use super::{Finding, Level, concise, github, gitlab, human, json, junit, sarif};
use crate::text::{FileId, Position, SourceMap, printable};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

/// Findings that are rendered before any of them is written.
pub(super) const BATCH: usize = 8192;
/// Findings from which a thread of its own is worth its start.
pub(super) const FINDINGS_PER_THREAD: usize = 256;

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
    /// Findings that an `allow` answers, in order.
    pub answered: &'a [Finding],
    /// Every rule that there is, in the order of the documentation.
    pub rules: &'a [RuleState],
    /// Says what a rule is, by its name.
    pub explain: fn(&str) -> RuleWords,
    /// The objective files that were judged.
    pub files: &'a [FileId],
    /// The level from which findings fail the run, `None` where none do.
    pub fail_on: Option<Level>,
    /// The lines that a change brings, by path, where one was asked about and some formats do not show everything: from 1,
    /// ends open. A file that it touches is there even where no line is new.
    pub changed: Option<&'a BTreeMap<String, Vec<Range<usize>>>>,
    /// The file that stands for a finding without a place, where a format cannot do without one.
    pub root_file: &'a str,
}

/// How a rule took part in a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleState {
    /// Its name.
    pub name: &'static str,
    /// Its group.
    pub group: &'static str,
    /// The level in force, `None` where it is off.
    pub level: Option<Level>,
    /// Whether it could run: a rule over history cannot where some of it is missing.
    pub ran: bool,
}

/// What a rule has to say of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleWords {
    /// What it finds, one line.
    pub summary: String,
    /// Why that matters.
    pub why: String,
    /// All of it, as plain text.
    pub text: String,
    /// All of it, as Markdown.
    pub markdown: String,
}

impl<'a> View<'a> {
    /// Shows findings and their texts, and nothing else yet.
    pub fn new(findings: &'a [Finding], sources: &'a SourceMap) -> Self {
        View {
            findings,
            sources,
            summary: Summary::default().counting(findings),
            history: &serde_json::Value::Null,
            answered: &[],
            rules: &[],
            explain: |_| RuleWords::default(),
            files: &[],
            fail_on: Some(Level::Error),
            changed: None,
            root_file: ".",
        }
    }

    /// Tells whether a finding fails the run.
    pub(super) fn fails(&self, finding: &Finding) -> bool {
        self.fail_on.is_some_and(|from| finding.level >= from)
    }

    /// Gives the path and the start of a finding, the first line of the root file where it has no place.
    pub(super) fn start(&self, finding: &Finding) -> (&str, Position) {
        match &finding.primary {
            Some(label) => {
                let (path, start, _) = self.place(label);
                (path, start)
            }
            None => (self.root_file, Position { line: 1, column: 1 }),
        }
    }

    /// Gives path, start and end of a label.
    pub(super) fn place(&self, label: &super::Label) -> (&'a str, Position, Position) {
        let source = self.sources.get(label.file);
        let (start, end) = source.positions(&label.range);
        (&source.path, start, end)
    }
}

/// Gives the message with the next thing to do in a line of its own, fit to be shown.
pub(super) fn advice(finding: &Finding) -> String {
    let message = printable(&finding.message);
    match finding.help.as_str() {
        "" => message.into_owned(),
        help => format!("{message}\nhelp: {}", printable(help)),
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
    /// SARIF 2.1.0, for code scanning
    Sarif = sarif,
    /// Workflow commands, which GitHub Actions shows as annotations
    Github = github,
    /// GitLab's Code Quality report
    Gitlab = gitlab,
    /// JUnit's XML: a suite for each file, a case for each rule
    Junit = junit,
}
