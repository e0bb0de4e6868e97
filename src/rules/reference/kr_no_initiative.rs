use crate::finding::Finding;
use crate::okr::{InitiativeStatus, Kind};
use crate::rules::{Context, Item, Part, declare_rule};
use std::collections::BTreeSet;

declare_rule! {
    /// A key result that no initiative drives, in an objective that has initiatives.
    ///
    /// ## Why
    /// A number that nobody works on moves by luck.
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
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    ///
    /// [[objective.initiative]]
    /// title = "Pool connections to the card processor"
    /// drives = ["refused-cards"]
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
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    ///
    /// [[objective.initiative]]
    /// title = "Pool connections to the card processor"
    /// drives = ["refused-cards", "failed-payments"]
    /// ```
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021): each key result has work behind it.
    "kr-no-initiative", Reference, Info, Active(check),
}

fn check(context: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    // One that drives nothing yet may well be meant for what is not driven: that is `initiative-orphan`, and no more.
    if item.objective.initiatives.iter().all(|one| one.drives.is_empty()) {
        return;
    }
    let initiatives = item.objective.initiatives.iter().filter(|one| one.status != InitiativeStatus::Dropped);
    let driven: BTreeSet<String> = initiatives
        .flat_map(|one| &one.drives)
        .filter_map(|written| Some(context.key_result(item, written)?.one()?.to_string()))
        .collect();
    // A bound is kept by everything that is done, not reached by one thing.
    let moves = |part: &Part<'_>| part.key_result.kind() != Some(Kind::Bound);
    for part in item.goals().filter(|part| moves(part) && !driven.contains(&part.called())) {
        let message = format!("no initiative drives `{}`, so nobody is said to work on it", part.key_result.id);
        found.push(part.finding(&RULE, "id", message, "add it to the `drives` of an initiative, or plan one"));
    }
}
