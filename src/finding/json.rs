//! Owns the published JSON of a check, format 1: keys are added to it, never changed.

use super::format::{BATCH, FINDINGS_PER_THREAD};
use super::{Edit, Finding, Fix, Label, Level, Style, Summary, View};
use crate::cores;
use crate::text::{JsonWriter, json};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// The document that `check` publishes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct DocumentV1<H> {
    /// Version of this form, 1.
    pub format: u32,
    /// The numbers.
    pub summary: Summary,
    /// What is known of the past; null where no rule asked.
    pub history: H,
    /// By path, place and rule.
    pub findings: Vec<FindingV1>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct FindingV1 {
    /// The rule's name.
    pub rule: String,
    /// The rule's group.
    pub group: String,
    /// The level in force.
    pub level: Level,
    /// What was seen and why it matters.
    pub message: String,
    /// The next thing to do.
    pub help: String,
    /// File from the root; null where there is none to point at.
    pub path: Option<String>,
    /// First line, from 1.
    pub line: Option<usize>,
    /// First column in characters, from 1.
    pub column: Option<usize>,
    /// Last line.
    pub end_line: Option<usize>,
    /// The column after the last character.
    pub end_column: Option<usize>,
    /// Full name of the objective or key result, as far as it is known.
    pub name: Option<String>,
    /// Other places of the same cause.
    pub related: Vec<RelatedV1>,
    /// How it can be mended by edits.
    pub fix: Option<FixV1>,
    /// Stable identity over commits: of rule, full name, field and ordinal.
    pub fingerprint: String,
}

/// Another place of the same cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct RelatedV1 {
    /// File from the root.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is to be seen there.
    pub message: String,
}

/// Edits in the finding's file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct FixV1 {
    /// What the edits do.
    pub title: String,
    /// Whether they may be applied without asking.
    pub safe: bool,
    /// In order, none overlapping.
    pub edits: Vec<EditV1>,
    /// In other files, without which these would leave something wrong.
    pub elsewhere: Vec<EditElsewhereV1>,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct EditV1 {
    /// First byte to replace, from 0.
    pub start: usize,
    /// The byte after the last to replace.
    pub end: usize,
    /// What stands there afterwards.
    pub text: String,
}

/// One replacement in another file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct EditElsewhereV1 {
    /// File from the root.
    pub path: String,
    /// First byte to replace, from 0.
    pub start: usize,
    /// The byte after the last to replace.
    pub end: usize,
    /// What stands there afterwards.
    pub text: String,
}

impl FindingV1 {
    /// Publishes a finding.
    pub fn new(finding: &Finding, view: &View<'_>) -> Self {
        let place = finding.primary.as_ref().map(|label| view.place(label));
        FindingV1 {
            rule: finding.rule.to_owned(),
            group: finding.group.to_owned(),
            level: finding.level,
            message: finding.message.clone(),
            help: finding.help.clone(),
            path: place.map(|(path, ..)| path.to_owned()),
            line: place.map(|(_, start, _)| start.line),
            column: place.map(|(_, start, _)| start.column),
            end_line: place.map(|(.., end)| end.line),
            end_column: place.map(|(.., end)| end.column),
            name: finding.name.clone(),
            related: finding.related.iter().map(|label| RelatedV1::new(label, view)).collect(),
            fix: finding.fix.as_ref().map(|fix| FixV1::new(fix, view)),
            fingerprint: finding.fingerprint.clone(),
        }
    }
}

impl RelatedV1 {
    fn new(label: &Label, view: &View<'_>) -> Self {
        let (path, start, _) = view.place(label);
        RelatedV1 { path: path.to_owned(), line: start.line, column: start.column, message: label.text.clone() }
    }
}

impl FixV1 {
    fn new(fix: &Fix, view: &View<'_>) -> Self {
        let elsewhere = fix.elsewhere.iter().map(|(file, edit)| {
            let EditV1 { start, end, text } = edit.into();
            EditElsewhereV1 { path: view.sources.get(*file).path.clone(), start, end, text }
        });
        let edits = fix.edits.iter().map(EditV1::from).collect();
        FixV1 { title: fix.title.clone(), safe: fix.safe, edits, elsewhere: elsewhere.collect() }
    }
}

impl From<&Edit> for EditV1 {
    fn from(edit: &Edit) -> Self {
        EditV1 { start: edit.range.start, end: edit.range.end, text: edit.text.clone() }
    }
}

/// Publishes findings on their own, for documents that hold more.
pub fn published(view: &View<'_>) -> Vec<serde_json::Value> {
    let value = |finding| serde_json::to_value(FindingV1::new(finding, view));
    view.findings.iter().map(|finding| value(finding).expect("plain text and numbers are always JSON")).collect()
}

/// Writes the document, two spaces a level. Findings are rendered on every core, some at a time: there may be many more
/// of them than memory should hold twice.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    let document = DocumentV1 { format: 1, summary: view.summary, history: view.history, findings: Vec::new() };
    let document = serde_json::to_string_pretty(&document)?;
    let document = json(&document);
    if view.findings.is_empty() {
        return writeln!(out, "{document}");
    }
    let start = document.strip_suffix("]\n}").expect("the list of findings comes last, and is empty here");
    out.write_all(start.as_bytes())?;
    let mut before = "\n";
    for batch in view.findings.chunks(BATCH) {
        for element in cores::spread(batch, FINDINGS_PER_THREAD, |_, finding| element(finding, view)) {
            out.write_all(before.as_bytes())?;
            out.write_all(b"    ")?;
            out.write_all(&element?)?;
            before = ",\n";
        }
    }
    writeln!(out, "\n  ]\n}}")
}

/// Renders one finding as it stands in the list.
fn element(finding: &Finding, view: &View<'_>) -> io::Result<Vec<u8>> {
    let mut formatter = PrettyFormatter::new();
    // As deep as the list stands in the document.
    formatter.begin_object(&mut io::sink()).and_then(|()| formatter.begin_array(&mut io::sink()))?;
    let mut text = Vec::with_capacity(ROOM);
    let mut serializer = Serializer::with_formatter(JsonWriter(&mut text), formatter);
    FindingV1::new(finding, view).serialize(&mut serializer)?;
    Ok(text)
}

/// What most findings take in JSON, in bytes.
const ROOM: usize = 1024;
