//! Owns SARIF 2.1.0, the form that code scanning reads: every rule with its help, every finding with its place.
//! Never writes an absolute path: addresses are relative to the repository's root.

use super::format::advice;
use super::{Edit, Finding, Fix, Label, Level, Style, View};
use crate::text::{FileId, JsonWriter, in_address, printable};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::io::{self, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// How many results GitHub takes from a file; it refuses a file with more.
/// Source: "SARIF results exceed limits" in GitHub's documentation of code scanning, as is [`RELATED`].
const RESULTS: usize = 25_000;

/// How many places of a result GitHub shows; it refuses a file with ten times as many.
const RELATED: usize = 100;

/// The name of the repository's root in addresses; who reads the file says where that is.
const ROOT: &str = "%SRCROOT%";

/// Writes one run with every rule, the findings, those that are answered as suppressed, and what is not known of history.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    let (kept, left_out) = kept(view);
    let mut notes: Vec<Value> = view.history["degraded"].as_array().into_iter().flatten().map(gap).collect();
    if left_out > 0 {
        let text = format!(
            "{left_out} findings are left out, the least grave ones: code scanning refuses a file with more than \
             {RESULTS}. `git okr check` shows them all"
        );
        notes.push(json!({ "level": "warning", "descriptor": { "id": "cut" }, "message": message(&text) }));
    }
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "git-okr",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules(view),
            } },
            "automationDetails": { "id": "git-okr/check/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository." } } },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notes }],
            "results": kept.into_iter().map(|finding| result(view, finding)).collect::<Vec<_>>(),
        }],
    });
    serde_json::to_writer_pretty(JsonWriter(&mut *out), &document)?;
    writeln!(out)
}

/// Gives what fits into a file in its order, the answered last, and how many do not fit.
fn kept<'a>(view: &View<'a>) -> (Vec<&'a Finding>, usize) {
    let mut all: Vec<(usize, &Finding)> = view.findings.iter().chain(view.answered).enumerate().collect();
    let left_out = all.len().saturating_sub(RESULTS);
    if left_out > 0 {
        all.sort_by_key(|(at, finding)| (finding.answer.is_some(), Reverse(finding.level), *at));
        all.truncate(RESULTS);
        all.sort_by_key(|(at, _)| *at);
    }
    (all.into_iter().map(|(_, finding)| finding).collect(), left_out)
}

fn rules(view: &View<'_>) -> Vec<Value> {
    let rule = |rule: &super::RuleState| {
        let words = (view.explain)(rule.name);
        let enabled = rule.level.is_some();
        json!({
            "id": rule.name,
            "shortDescription": { "text": words.summary },
            "fullDescription": { "text": words.why },
            "help": { "text": words.text, "markdown": words.markdown },
            "defaultConfiguration": { "enabled": enabled, "level": level(rule.level.unwrap_or(Level::Info)) },
            "properties": { "tags": [rule.group] },
        })
    };
    view.rules.iter().map(rule).collect()
}

fn result(view: &View<'_>, finding: &Finding) -> Value {
    let mut text = advice(finding);
    let further = finding.related.len().saturating_sub(RELATED);
    if further > 0 {
        text += &format!("\n{further} more places are left out here.");
    }
    let names: Vec<Value> = finding.name.iter().map(|name| json!({ "fullyQualifiedName": printable(name) })).collect();
    let physical = match &finding.primary {
        Some(label) => place(view, label),
        // GitHub refuses a result without a place.
        None => json!({ "artifactLocation": artifact(view.root_file), "region": { "startLine": 1 } }),
    };
    let related = finding.related.iter().take(RELATED).enumerate().map(|(at, label)| {
        let text = if label.text.is_empty() { "here too" } else { &label.text };
        json!({ "id": at + 1, "message": message(&printable(text)), "physicalLocation": place(view, label) })
    });
    // Where nothing is suppressed, an empty list says that somebody looked.
    let suppressions: Vec<Value> = finding
        .answer
        .iter()
        .map(|reason| json!({ "kind": "inSource", "status": "accepted", "justification": printable(reason) }))
        .collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.level),
        "message": message(&text),
        "locations": [{ "physicalLocation": physical, "logicalLocations": names }],
        "relatedLocations": related.collect::<Vec<_>>(),
        "partialFingerprints": { "primaryLocationLineHash": finding.fingerprint },
        "fixes": fixes(view, finding),
        "suppressions": suppressions,
    });
    if let Some(index) = view.rules.iter().position(|rule| rule.name == finding.rule) {
        result["ruleIndex"] = index.into();
    }
    result
}

/// Gives what mends a finding, as far as it may be applied without asking.
fn fixes(view: &View<'_>, finding: &Finding) -> Vec<Value> {
    let (Some(label), Some(fix @ Fix { safe: true, .. })) = (&finding.primary, &finding.fix) else {
        return Vec::new();
    };
    let replacement = |file: FileId, edit: &Edit| {
        let at = Label { file, range: edit.range.clone(), text: String::new() };
        json!({ "deletedRegion": region(view, &at), "insertedContent": { "text": edit.text } })
    };
    let changes = fix.by_file(label.file).into_iter().map(|(file, edits)| {
        let replacements: Vec<Value> = edits.into_iter().map(|edit| replacement(file, edit)).collect();
        json!({ "artifactLocation": artifact(&view.sources.get(file).path), "replacements": replacements })
    });
    vec![json!({ "description": message(&printable(&fix.title)), "artifactChanges": changes.collect::<Vec<_>>() })]
}

fn place(view: &View<'_>, label: &Label) -> Value {
    let path = &view.sources.get(label.file).path;
    json!({ "artifactLocation": artifact(path), "region": region(view, label) })
}

/// Gives a range as lines and columns from 1; the end column is the one after the last character.
fn region(view: &View<'_>, label: &Label) -> Value {
    let (_, start, end) = view.place(label);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

fn artifact(path: &str) -> Value {
    json!({ "uri": in_address(path), "uriBaseId": ROOT })
}

/// Gives what history does not know, as the published history says it.
fn gap(gap: &Value) -> Value {
    let said = |key: &str| gap[key].as_str().map(printable).filter(|text| !text.is_empty());
    let commit = said("commit").map(|commit| format!(" (at {commit})"));
    let help = said("help").map(|help| format!("\nhelp: {help}"));
    let text =
        format!("{}{}{}", said("message").unwrap_or_default(), commit.unwrap_or_default(), help.unwrap_or_default());
    let places: Vec<Value> =
        said("path").iter().map(|path| json!({ "physicalLocation": { "artifactLocation": artifact(path) } })).collect();
    json!({
        "level": "warning",
        "descriptor": { "id": gap["kind"] },
        "message": message(&text),
        "locations": places,
    })
}

/// Makes a message of a text that is fit to be shown: nothing in it is a link or a placeholder for viewers, which read
/// `[text](address)` as the one and `{0}` as the other.
fn message(text: &str) -> Value {
    let mut safe = String::with_capacity(text.len());
    let mut before = '\0';
    for c in text.replace("](", "] (").chars() {
        if before == '{' && c.is_ascii_digit() {
            safe.push('{');
        }
        safe.push(c);
        before = c;
    }
    json!({ "text": safe })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}
