use crate::finding::Finding;
use crate::rules::{Context, declare_rule};
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
    "objective-no-cycle", Format, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for item in context.objectives.iter().filter(|item| item.objective.cycle.is_none()) {
        // A cycle that did not read is a finding already; one missing at the head of a file is said once.
        let misread = item.place.table.values.contains_key("cycle") || item.file.head.values.contains_key("cycle");
        if misread || !seen.insert(item.file.file) {
            continue;
        }
        let message = format!("`{}` has no cycle, so it is never due", item.objective.id);
        let help = "write `cycle = \"2026-Q4\"` above the first objective of the file, or in this one";
        found.push(item.finding(&RULE, "cycle", message, help));
    }
}
