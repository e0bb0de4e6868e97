//! Owns the findings about what history does not know.

use super::history::{history_shallow, history_unreadable};
use crate::finding::Finding;
use crate::history::{Degraded, DegradedKind, History};
use crate::source::Tree;

/// Reports what is missing: commits and objects where a rule `asked` for history, unreadable files always.
pub(super) fn findings(past: &History, tree: &Tree, asked: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    let missing: Vec<&Degraded> = past.degraded.iter().filter(|gap| gap.kind != DegradedKind::Unreadable).collect();
    if asked && !past.complete {
        // One cause, one finding: a partial clone misses thousands of objects for one reason.
        let (seen, help) = missing.first().map_or(("the history is cut short", ""), |gap| (&gap.message, &gap.help));
        let more = match missing.len() {
            0 | 1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        let help =
            if help.is_empty() { "run `git fetch --unshallow`; in GitHub Actions set `fetch-depth: 0`" } else { help };
        let message = format!("{seen}{more}, so the rules that judge history could not run");
        found.push(Finding::new(history_shallow::RULE.name, message, help).field("history"));
    }
    // A file that is still broken is `toml-syntax` already.
    let broken = |gap: &&Degraded| tree.files.iter().any(|file| !file.parsed && gap.path.as_ref() == Some(&file.path));
    for gap in past.degraded.iter().filter(|gap| gap.kind == DegradedKind::Unreadable && !broken(gap)) {
        let place = match (&gap.path, gap.commit) {
            (Some(path), Some(commit)) => format!("{path} at {}: ", commit.short()),
            (Some(path), None) => format!("{path}: "),
            (None, Some(commit)) => format!("at {}: ", commit.short()),
            (None, None) => String::new(),
        };
        let help = if gap.help.is_empty() {
            "nothing to do now; a later commit has mended it if `check` is clean"
        } else {
            &gap.help
        };
        found.push(
            Finding::new(history_unreadable::RULE.name, format!("{place}{}", gap.message), help).field(field(gap)),
        );
    }
    found
}

/// Gives the file that a finding about the past speaks of.
pub(super) fn path(finding: &Finding) -> Option<&str> {
    let field = finding.field.as_deref().filter(|_| finding.rule == history_unreadable::RULE.name)?;
    field.rsplit_once(':').map(|(path, _)| path).filter(|path| !path.is_empty())
}

/// Tells gaps apart: by file and commit.
pub(super) fn field(gap: &Degraded) -> String {
    format!("{}:{}", gap.path.as_deref().unwrap_or_default(), gap.commit.unwrap_or_default())
}
