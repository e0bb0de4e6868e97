use crate::finding::Finding;
use crate::okr::Status;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// An objective without a key result.
    ///
    /// ## Why
    /// Nothing says when the objective is reached, so it has no progress and cannot be graded.
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
    /// John Doerr, Measure What Matters (2018): objectives and key results are the yin and yang of goal setting.
    "kr-none", Method, Error, Active(check),
}

fn check(context: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    // A key result that could not be named is a finding of its own, and one that was given up was one.
    let given_up = item.objective.key_results.iter().any(|key_result| key_result.status != Status::Active);
    if given_up || item.goals().next().is_some() || context.misread(item.file.file, || item.extent()) {
        return;
    }
    let seen = if item.objective.key_results.is_empty() { "no key result" } else { "only guardrails" };
    let message = format!("`{}` has {seen}, so nothing says when it is reached", item.objective.id);
    let help = "add a `[[objective.key_result]]` with `baseline` and `target`: two to five of them";
    found.push(item.finding(&RULE, "key_result", message, help));
}
