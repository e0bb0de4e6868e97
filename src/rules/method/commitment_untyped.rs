use crate::finding::Finding;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// An objective that is neither committed nor aspirational.
    ///
    /// ## Why
    /// At 0.7 a stretch is a success and a promise is broken: who reads the score must know which it was.
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
    /// commitment = "aspirational"
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
    /// Google's OKR playbook, in John Doerr, Measure What Matters (2018).
    "commitment-untyped", Method, Info, Active(check),
}

fn check(context: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let untyped = item.objective.commitment.is_none() && item.goals().any(|part| part.key_result.commitment.is_none());
    if untyped && !context.misread(item.file.file, || item.extent()) {
        let message = format!(
            "`{}` is neither committed nor aspirational, so nobody knows which score is a success",
            item.objective.id
        );
        let help = "write `commitment = \"committed\"` (1.0 is success) or `\"aspirational\"` (0.7 is)";
        found.push(item.finding(&RULE, "commitment", message, help));
    }
}
