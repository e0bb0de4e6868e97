use crate::finding::{Edit, Finding};
use crate::rules::{Context, Item, declare_rule};
use crate::text::SourceFile;
use std::collections::BTreeSet;

declare_rule! {
    /// An objective without a cycle.
    ///
    /// ## Why
    /// A goal without an end is never reached and never missed.
    ///
    /// ## Bad
    /// ```toml
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Source
    /// Andrew Grove, High Output Management (1983): objectives are set for a period.
    "objective-no-cycle", Format, Error, Tree(check), fixable: true,
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for item in context.objectives.iter().filter(|item| item.objective.cycle.is_none()) {
        // A cycle that did not read is a finding already; one missing at the head of a file is said once.
        let misread = item.place.table.fields.contains_key("cycle") || item.file.head.fields.contains_key("cycle");
        if misread || !seen.insert(item.file.file) {
            continue;
        }
        let message = format!("`{}` has no cycle, so it is never due", item.objective.id);
        let help = "write `cycle = \"2026-Q4\"` above the first objective of the file, or in this one";
        let finding = item.finding(&RULE, "cycle", message, help);
        found.push(match said(context, item) {
            Some(cycle) => {
                let edit = above(context.tree.sources.get(item.file.file), item, &format!("cycle = \"{cycle}\""));
                finding.fix(format!("write the cycle that its place says, {cycle}"), true, vec![edit])
            }
            None => finding,
        });
    }
}

/// Gives the cycle that everything around an objective says, if anything does: the folder (`okrs/<cycle>/<team>.toml`) or
/// the file that it stands in, and the other objectives of the file.
fn said(context: &Context<'_>, item: &Item<'_>) -> Option<String> {
    let calendar = &context.tree.config.calendar;
    let path = item.file.path.strip_suffix(".toml").unwrap_or(&item.file.path);
    let place = path.rsplit('/').take(2).filter_map(|part| {
        let spelt = [part.to_owned(), part.to_uppercase()];
        spelt.into_iter().find(|id| calendar.cycle(id).is_some())
    });
    let beside = item.file.objectives.iter().filter_map(|one| one.cycle.clone());
    let all: BTreeSet<String> = place.chain(beside).collect();
    let mut all = all.into_iter().filter(|id| calendar.cycle(id).is_some());
    all.next().filter(|_| all.next().is_none())
}

/// Puts a line at the head of a file: above its first key, or above the first table and the remark on it.
fn above(source: &SourceFile, item: &Item<'_>, line: &str) -> Edit {
    let (text, end) = (&source.text, source.line_end());
    let top = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let line_of = |at: usize| text[..at].rfind('\n').map_or(top, |at| at + 1);
    let first = line_of(item.file.head.fields.keys().map(|key| key.start).min().unwrap_or(top));
    if !text[first..].trim_start_matches([' ', '\t']).starts_with('[') {
        return Edit { range: first..first, text: format!("{line}{end}") };
    }
    let mut at = first;
    while at > top && text[line_of(at - 1)..at].starts_with('#') {
        at = line_of(at - 1);
    }
    // A remark at the very top is on the file, or for an editor.
    let at = if at == top { first } else { at };
    Edit { range: at..at, text: format!("{line}{end}{end}") }
}
