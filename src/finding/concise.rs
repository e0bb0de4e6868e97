//! Owns the format of one line a finding: `path:line:column: level[rule] message`.

use super::{Style, View};
use crate::text::printable;
use std::io::{self, Write};

/// Writes one line a finding, nothing where there is none.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    for finding in view.findings {
        match &finding.primary {
            Some(label) => {
                let (path, start, _) = view.place(label);
                write!(out, "{}:{}:{}: ", printable(path), start.line, start.column)?;
            }
            None => write!(out, "git-okr: ")?,
        }
        writeln!(out, "{}[{}] {}", finding.level, finding.rule, printable(&finding.message))?;
    }
    Ok(())
}
