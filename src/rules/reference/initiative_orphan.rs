use crate::finding::Finding;
use crate::okr::InitiativeStatus;
use crate::rules::{Context, Item, declare_rule};

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
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
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
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    ///
    /// [[objective.initiative]]
    /// title = "Pool connections to the card processor"
    /// drives = ["refused-cards"]
    /// ```
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021): the tasks of the week serve the key results.
    "initiative-orphan", Reference, Info, Active(check),
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    for (initiative, place) in item.objective.initiatives.iter().zip(&item.place.initiatives) {
        if initiative.drives.is_empty() && initiative.status != InitiativeStatus::Dropped {
            let message = "this initiative drives no key result, so it is not said what it should move";
            let help = "write `drives = [\"<key-result>\"]`";
            let finding = item.finding(&RULE, "initiative.drives", message, help);
            found.push(finding.at(item.file.file, place.of("title"), ""));
        }
    }
}
