use crate::finding::Finding;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// A committed report, or the managed block of a file, is not what the goals give on its own day.
    ///
    /// ## Why
    /// Readers trust the page that they find. It says which day it was made for, so time passing is no difference: a changed
    /// value or an edited line is.
    ///
    /// Looked at are the Markdown files at the root and in the folders of goals, in the work tree or, with `--staged`, the index.
    ///
    /// ## Bad
    /// `current` is changed, and `okrs/README.md`, made by `git okr report --output okrs/README.md`, still shows the old value.
    ///
    /// ## Good
    /// The report is written anew in the same commit, by the same command.
    ///
    /// ## Source
    /// git-okr's own; `git okr report --check` says the same of one file.
    "report-stale", Report, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for report in context.outdated {
        let path = &context.tree.sources.get(report.file).path;
        let message = format!("the report in {path} is not what the goals give on its day: {}", report.seen);
        let help = format!("write it anew: `{}`", report.command);
        found.push(Finding::new(RULE.name, message, help).at(report.file, report.range.clone(), "").field("report"));
    }
}
