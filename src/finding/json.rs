//! Owns the published JSON of a check, format 1: keys are added to it, never changed.

use super::{Edit, Finding, Fix, Label, Level, Style, Summary, View};
use crate::text::Stream;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// The document that `check` publishes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct DocumentV1<'a, H> {
    /// Version of this form, 1.
    pub format: u32,
    /// The numbers.
    pub summary: Summary,
    /// What is known of the past; null where no rule asked.
    pub history: H,
    /// By path, place and rule.
    pub findings: Vec<FindingV1<'a>>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct FindingV1<'a> {
    /// The rule's name.
    pub rule: Cow<'a, str>,
    /// The rule's group.
    pub group: Cow<'a, str>,
    /// The level in force.
    pub level: Level,
    /// What was seen and why it matters.
    pub message: Cow<'a, str>,
    /// The next thing to do.
    pub help: Cow<'a, str>,
    /// File from the root; null where there is none to point at.
    pub path: Option<Cow<'a, str>>,
    /// First line, from 1.
    pub line: Option<usize>,
    /// First column in characters, from 1.
    pub column: Option<usize>,
    /// Last line.
    pub end_line: Option<usize>,
    /// The column after the last character.
    pub end_column: Option<usize>,
    /// Full name of the objective or key result, as far as it is known.
    pub name: Option<Cow<'a, str>>,
    /// Other places of the same cause.
    pub related: Vec<RelatedV1<'a>>,
    /// How it can be mended by edits.
    pub fix: Option<FixV1<'a>>,
    /// Stable identity over commits: of rule, full name, field and ordinal.
    pub fingerprint: Cow<'a, str>,
}

/// Another place of the same cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct RelatedV1<'a> {
    /// File from the root.
    pub path: Cow<'a, str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is to be seen there.
    pub message: Cow<'a, str>,
}

/// Edits in the finding's file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct FixV1<'a> {
    /// What the edits do.
    pub title: Cow<'a, str>,
    /// Whether they may be applied without asking.
    pub safe: bool,
    /// In order, none overlapping.
    pub edits: Vec<EditV1<'a>>,
    /// In other files, without which these would leave something wrong.
    pub elsewhere: Vec<EditElsewhereV1<'a>>,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct EditV1<'a> {
    /// First byte to replace, from 0.
    pub start: usize,
    /// The byte after the last to replace.
    pub end: usize,
    /// What stands there afterwards.
    pub text: Cow<'a, str>,
}

/// One replacement in another file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct EditElsewhereV1<'a> {
    /// File from the root.
    pub path: Cow<'a, str>,
    /// First byte to replace, from 0.
    pub start: usize,
    /// The byte after the last to replace.
    pub end: usize,
    /// What stands there afterwards.
    pub text: Cow<'a, str>,
}

impl<'a> FindingV1<'a> {
    /// Publishes a finding.
    pub fn new(finding: &'a Finding, view: &View<'a>) -> Self {
        let place = finding.primary.as_ref().map(|label| view.place(label));
        FindingV1 {
            rule: finding.rule.into(),
            group: finding.group.into(),
            level: finding.level,
            message: (&finding.message).into(),
            help: (&finding.help).into(),
            path: place.map(|(path, ..)| path.into()),
            line: place.map(|(_, start, _)| start.line),
            column: place.map(|(_, start, _)| start.column),
            end_line: place.map(|(.., end)| end.line),
            end_column: place.map(|(.., end)| end.column),
            name: finding.name.as_ref().map(Cow::from),
            related: finding.related.iter().map(|label| RelatedV1::new(label, view)).collect(),
            fix: finding.fix.as_ref().map(|fix| FixV1::new(fix, view)),
            fingerprint: (&finding.fingerprint).into(),
        }
    }
}

impl<'a> RelatedV1<'a> {
    fn new(label: &'a Label, view: &View<'a>) -> Self {
        let (path, start, _) = view.place(label);
        RelatedV1 { path: path.into(), line: start.line, column: start.column, message: (&label.text).into() }
    }
}

impl<'a> FixV1<'a> {
    fn new(fix: &'a Fix, view: &View<'a>) -> Self {
        let elsewhere = fix.elsewhere.iter().map(|(file, edit)| {
            let EditV1 { start, end, text } = edit.into();
            EditElsewhereV1 { path: (&view.sources.get(*file).path).into(), start, end, text }
        });
        let edits = fix.edits.iter().map(EditV1::from).collect();
        FixV1 { title: (&fix.title).into(), safe: fix.safe, edits, elsewhere: elsewhere.collect() }
    }
}

impl<'a> From<&'a Edit> for EditV1<'a> {
    fn from(edit: &'a Edit) -> Self {
        EditV1 { start: edit.range.start, end: edit.range.end, text: (&edit.text).into() }
    }
}

/// Publishes findings on their own, for documents that hold more.
pub fn published(view: &View<'_>) -> Vec<serde_json::Value> {
    let value = |finding| serde_json::to_value(FindingV1::new(finding, view));
    view.findings.iter().map(|finding| value(finding).expect("plain text and numbers are always JSON")).collect()
}

/// Writes the document, two spaces a level.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    let mut document = Stream::new(out);
    document.field("format", &1)?;
    document.field("summary", &view.summary)?;
    document.field("history", &view.history)?;
    document.list("findings", view.findings, |run| run.iter().map(|finding| FindingV1::new(finding, view)))?;
    document.end()
}
