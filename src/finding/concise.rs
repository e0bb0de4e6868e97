//! Owns the format of one line a finding: `path:line:column: level[rule] message`.

use super::{Finding, Style, View};
use crate::text::printable;
use std::io::{self, Write};

/// Writes one line a finding, nothing where there is none.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    view.findings.iter().try_for_each(|finding| line(view, finding, out))
}

/// Writes the line of one finding.
pub(super) fn line(view: &View<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}[{}] {}", place(view, finding), finding.level, finding.rule, printable(&finding.message))
}

/// Gives `path:line:column` of a finding, the program's name where it has no place.
pub(super) fn place(view: &View<'_>, finding: &Finding) -> String {
    let Some(label) = &finding.primary else { return "git-okr".to_owned() };
    let (path, start, _) = view.place(label);
    format!("{}:{}:{}", printable(path), start.line, start.column)
}
