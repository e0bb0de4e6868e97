use crate::finding::Finding;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// An objective with fewer than two or more than five key results.
    ///
    /// ## Why
    /// One number is easily gamed; more than a handful and nobody remembers them.
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
    /// ```
    ///
    /// ## Source
    /// re:Work, Set goals with OKRs (Google): about three; Christina Wodtke, Radical Focus: three.
    "kr-count", Method, Warning, Active(check), thresholds: &[("min", 2.0), ("max", 5.0)],
}

fn check(context: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let (min, max) = (context.threshold(&RULE, "min"), context.threshold(&RULE, "max"));
    #[allow(clippy::cast_precision_loss)]
    let count = item.goals().count() as f64;
    let (why, help) = if count > max {
        ("that is more than anybody keeps in mind", "keep those that show best whether the objective is reached")
    } else if count < min && count > 0.0 {
        ("a single side of a goal is easily gamed", "add one that shows the other side of it")
    } else {
        return;
    };
    let message = format!(
        "`{}` counts {count} key result{} ({min} to {max}): {why}",
        item.objective.id,
        if count == 1.0 { "" } else { "s" }
    );
    found.push(item.finding(&RULE, "key_result", message, help));
}
