use crate::finding::Finding;
use crate::rules::sentence::{look, reached};
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// A metric in the objective itself.
    ///
    /// ## Why
    /// The objective says what is wanted and why anybody would get up for it; the key results say how much. With the number in
    /// both, it has to be kept in step, and what is wanted is still not said.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout fails for fewer than 1 % of buyers"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// ```
    ///
    /// ## Source
    /// John Doerr, Measure What Matters (2018): the objective is the what, key results are the how much.
    "objective-number", Wording, Warning, Active(check), english: true,
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let amount = look(&item.objective.title, |said| reached(said, true))
        .filter(|reached| reached.fields.iter().any(|(key, _)| *key == "target"));
    if let Some(reached) = amount {
        let message =
            format!("`{}` is a metric: the objective says what is wanted, key results say how much", reached.words);
        let help = "say in words what will be true, and move the number to a key result";
        found.push(item.finding(&RULE, "title", message, help));
    }
}
