use crate::finding::Finding;
use crate::okr::Kind;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// An objective most of whose key results are binary or milestones.
    ///
    /// ## Why
    /// Things done are output: they say that work was finished, not that anything became better.
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
    /// id = "pci"
    /// title = "The PCI audit passes without a major finding"
    /// done = false
    ///
    /// [[objective.key_result]]
    /// id = "refunds"
    /// title = "Nobody has to call us for a refund"
    /// done = false
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
    /// [[objective.key_result]]
    /// id = "pci"
    /// title = "The PCI audit passes without a major finding"
    /// done = false
    /// ```
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021), and Joshua Seiden, Outcomes Over Output (2019).
    "kr-binary-majority", Method, Warning, Active(check),
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let kinds: Vec<Option<Kind>> = item.goals().map(|part| part.key_result.kind()).collect();
    let things = kinds.iter().filter(|kind| matches!(kind, Some(Kind::Binary | Kind::Milestones))).count();
    if kinds.len() > 1 && things * 2 > kinds.len() {
        let message = format!(
            "{things} of the {} key results of `{}` are things to get done, so little says that something became better",
            kinds.len(),
            item.objective.id
        );
        found.push(item.finding(
            &RULE,
            "key_result",
            message,
            "ask of each: what changes for whom once it is done? Measure that",
        ));
    }
}
