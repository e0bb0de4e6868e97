use crate::finding::Finding;
use crate::rules::{Context, declare_rule};
use std::collections::BTreeSet;

declare_rule! {
    /// A cycle that is neither a built-in form nor declared in `okr.toml`.
    ///
    /// ## Why
    /// Without its days there is no pace, no lock and no due day.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q5"
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
    /// git-okr's own: what is written either means what it says or is reported.
    "cycle-unknown", Format, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    // One cause, one finding: a default at the head of a file is said once.
    let mut seen = BTreeSet::new();
    for item in context.objectives.iter().filter(|item| item.cycle.is_none()) {
        let Some(id) = &item.objective.cycle else { continue };
        let span = item.span("cycle");
        if !seen.insert((item.file.file, span.start)) {
            continue;
        }
        let message = format!("there is no cycle `{id}`, so nobody knows when this starts and ends");
        let help = match context.tree.config.calendar.suggest(id) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "write 2026, 2026-H2, 2026-Q4, 2026-T3, 2026-11 or 2026-W47, or declare it as a `[[cycle]]` in okr.toml"
                    .to_owned()
            }
        };
        found.push(item.finding(&RULE, "cycle", message, help));
    }
}
