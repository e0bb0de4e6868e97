use crate::finding::Finding;
use crate::okr::{Field, Goal, Measure};
use crate::rules::{Context, declare_rule};
use std::collections::BTreeSet;

declare_rule! {
    /// A metric with no baseline and no first check-in yet.
    ///
    /// ## Why
    /// Progress is the way from where it started; until somebody measures, there is none to show.
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
    /// title = "Cards refused by mistake fall to 294 a week"
    /// definition = "Counted by the bank, over the week"
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
    /// title = "Cards refused by mistake fall to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Source
    /// Of the measurable outcomes that real teams write, one in sixteen says where it starts: measure first.
    "kr-no-baseline", Method, Warning, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let measured: BTreeSet<&str> = context
        .history
        .iter()
        .flat_map(|history| &history.events)
        .filter(|event| event.changes.iter().any(|change| change.field == Field::Current && !change.after.is_null()))
        .map(|event| &*event.name)
        .collect();
    for part in context.active_parts() {
        let Some(Measure::Metric { baseline: None, goal: Goal::Target(_) | Goal::Change(_) }) = part.key_result.measure
        else {
            continue;
        };
        let misread = context.misread(part.item.file.file, || part.extent());
        if part.key_result.current.is_none() && !misread && !measured.contains(part.called().as_str()) {
            let message =
                format!("`{}` has no baseline and no check-in yet, so no progress can be told", part.key_result.id);
            let field = if part.place.fields.contains_key("target") { "target" } else { "change" };
            found.push(part.finding(&RULE, field, message, "measure it now and write `baseline = …`"));
        }
    }
}
