use crate::finding::Finding;
use crate::okr::InitiativeStatus;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// An initiative that drives no key result.
    ///
    /// ## Why
    /// Work that moves no number is either not needed or the number is missing.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    ///
    /// [[objective.key_result]]
    /// id = "p99-latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
    /// baseline = 420
    /// target = 294
    ///
    /// [[objective.initiative]]
    /// title = "Pool connections to the card processor"
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
    ///
    /// [[objective.key_result]]
    /// id = "p99-latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
    /// baseline = 420
    /// target = 294
    ///
    /// [[objective.initiative]]
    /// title = "Pool connections to the card processor"
    /// drives = ["p99-latency"]
    /// ```
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021): the tasks of the week serve the key results.
    "initiative-orphan", Reference, Info, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for item in context.active() {
        for (initiative, place) in item.objective.initiatives.iter().zip(&item.place.initiatives) {
            if initiative.drives.is_empty() && initiative.status != InitiativeStatus::Dropped {
                let message = "this initiative drives no key result, so it is not said what it should move";
                let help = "write `drives = [\"<key-result>\"]`";
                let finding = item.finding(&RULE, "initiative.drives", message, help);
                found.push(finding.at(item.file.file, place.of("title"), ""));
            }
        }
    }
}
