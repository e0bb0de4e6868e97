//! Owns the workflow commands that GitHub Actions shows as annotations, and what is escaped in them.
//! Never lets a text from a file begin a line or end a command.

use super::concise::{self, place};
use super::format::advice;
use super::{Finding, Level, Style, View};
use crate::text::same_length;
use std::io::{self, Write};

/// How many annotations of a level the runner takes from one step; it drops the others without a word.
/// Source: `docs/problem-matchers.md` of github.com/actions/toolkit.
const SHOWN: usize = 10;

/// Characters of an annotation's text; the runner cuts it at 4,096 without a word.
const LENGTH: usize = 4_000;

/// Writes a command for each finding, the gravest first; of a level those on lines that the change brings, then those in
/// files that it touches: they are shown beside what a reviewer reads. Of a level with more than [`SHOWN`] the last command says how
/// many there are besides, and these follow as plain lines, which the log shows.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    let mut unseen = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Info] {
        let mut all: Vec<&Finding> = view.findings.iter().filter(|finding| finding.level == level).collect();
        all.sort_by_key(|finding| distance(view, finding));
        let (shown, rest) = all.split_at(if all.len() > SHOWN { SHOWN - 1 } else { all.len() });
        for finding in shown {
            annotate(view, finding, out)?;
        }
        if !rest.is_empty() {
            let noun = if level == Level::Info { "findings of level info" } else { &format!("{level}s") };
            let text = format!("{} more {noun}: see the log of this step, or run `git okr check`", rest.len());
            writeln!(out, "::{} title=git-okr::{}", command(level), data(&text))?;
            unseen.extend_from_slice(rest);
        }
    }
    unseen.into_iter().try_for_each(|finding| concise::line(view, finding, out))
}

/// Says how far from a change a finding is: on its lines, in its files, elsewhere.
fn distance(view: &View<'_>, finding: &Finding) -> u8 {
    let Some((changed, label)) = view.changed.zip(finding.primary.as_ref()) else { return 2 };
    let (path, start, end) = view.place(label);
    match changed.get(path) {
        Some(lines) if lines.iter().any(|lines| lines.start <= end.line && start.line < lines.end) => 0,
        Some(_) => 1,
        None => 2,
    }
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "notice",
    }
}

/// Writes one command. The text names the place too: in the log nothing else does.
fn annotate(view: &View<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::{} ", command(finding.level))?;
    if let Some(label) = &finding.primary {
        let (path, start, end) = view.place(label);
        write!(out, "file={},line={},", property(&same_length(path)), start.line)?;
        // GitHub knows columns within one line alone.
        if start.line == end.line {
            write!(out, "col={},endLine={},endColumn={},", start.column, end.line, end.column)?;
        } else {
            write!(out, "endLine={},", end.line)?;
        }
    }
    let text = format!("{}: {}", place(view, finding), advice(finding));
    let text = match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    writeln!(out, "title=git-okr ({})::{}", property(finding.rule), data(&text))
}

/// Escapes what stands after `::`. Source: `packages/core/src/command.ts` of github.com/actions/toolkit.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
