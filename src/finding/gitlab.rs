//! Owns GitLab's Code Quality report: the subset of Code Climate's issues that its merge requests show.

use super::format::advice;
use super::{Finding, Level, Style, View};
use crate::text::{JsonWriter, same_length};
use serde::Serialize;
use std::io::{self, Write};

/// One issue. GitLab tells issues apart by `fingerprint` alone and follows it over commits.
#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'a str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes a list of issues, an empty one where there are none: GitLab compares with the last one that it got.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = view.findings.iter().map(|finding| issue(view, finding)).collect();
    serde_json::to_writer_pretty(JsonWriter(&mut *out), &issues)?;
    writeln!(out)
}

fn issue<'a>(view: &View<'_>, finding: &'a Finding) -> Issue<'a> {
    let (path, start) = view.start(finding);
    let end = finding.primary.as_ref().map_or(start, |label| view.place(label).2);
    Issue {
        description: advice(finding),
        check_name: finding.rule,
        fingerprint: &finding.fingerprint,
        severity: severity(finding.level),
        location: Location { path: same_length(path).into_owned(), lines: Lines { begin: start.line, end: end.line } },
    }
}

/// Gives GitLab's word for a level; `blocker` and `critical` are for what stops a release, which no goal does.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Info => "info",
    }
}
