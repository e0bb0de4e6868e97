use crate::finding::Finding;
use crate::okr::{Goal, KeyResult, Measure};
use crate::rules::words::alike;
use crate::rules::{Context, Item, Part, declare_rule};

declare_rule! {
    /// Carried over a third time, unchanged.
    ///
    /// ## Why
    /// What was put off three times is not wanted enough, or cannot be done this way. Dead goals that walk take the place of
    /// living ones.
    ///
    /// ## Bad
    /// ```toml okrs/2026-Q1/payments.toml
    /// cycle = "2026-Q1"
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
    /// score = 0.7
    /// retro = { learned = "Other things came first." }
    /// ```
    /// ```toml okrs/2026-Q2/payments.toml
    /// cycle = "2026-Q2"
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
    /// score = 0.7
    /// retro = { learned = "Other things came first." }
    /// ```
    /// ```toml okrs/2026-Q3/payments.toml
    /// cycle = "2026-Q3"
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
    /// score = 0.7
    /// retro = { learned = "Other things came first." }
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
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
    /// ## Good
    /// ```toml okrs/2026-Q1/payments.toml
    /// cycle = "2026-Q1"
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
    /// score = 0.7
    /// retro = { learned = "Other things came first." }
    /// ```
    /// ```toml okrs/2026-Q2/payments.toml
    /// cycle = "2026-Q2"
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
    /// score = 0.7
    /// retro = { learned = "Other things came first." }
    /// ```
    /// ```toml okrs/2026-Q3/payments.toml
    /// cycle = "2026-Q3"
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
    /// score = 0.7
    /// retro = { learned = "Other things came first." }
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
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
    /// title = "Failed payments fall from 3 % to 2 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 2
    /// unit = "%"
    /// ```
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021): do not roll goals over without asking whether they still matter.
    "kr-zombie", Closing, Info, Tree(check), thresholds: &[("times", 3.0)],
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let times = context.threshold(&RULE, "times");
    for part in context.active_parts() {
        let Some(cycle) = &part.item.cycle else { continue };
        // Only the newest of a line of them, and only while something can be done about it.
        let newer = |item: &Item<'_>| item.cycle.as_ref().is_some_and(|other| other.start > cycle.start);
        if cycle.end < context.today || same_goals(context, &part).any(|other| newer(other.item)) {
            continue;
        }
        let mut earlier: Vec<Part<'_>> = same_goals(context, &part)
            .filter(|other| other.item.cycle.as_ref().is_some_and(|other| other.end < cycle.start))
            .collect();
        earlier.sort_by_key(|other| other.item.cycle.as_ref().map(|cycle| std::cmp::Reverse(cycle.end)));
        let carried = earlier.iter().take_while(|other| is_unchanged(part.key_result, other.key_result)).count();
        #[allow(clippy::cast_precision_loss)]
        if carried as f64 >= times {
            let since = earlier[carried - 1].item.objective.cycle.clone().unwrap_or_default();
            let message = format!(
                "`{}` was carried over {carried} times unchanged, since {since}: it is not wanted enough, or cannot be done this way",
                part.key_result.id
            );
            let help = "drop it, or change what it asks for; `status = \"dropped\"` is no shame";
            found.push(part.finding(&RULE, "id", message, help));
        }
    }
}

/// Gives the key results of one name in the other cycles.
fn same_goals<'c>(context: &'c Context<'_>, part: &Part<'c>) -> impl Iterator<Item = Part<'c>> {
    let (objective, id) = (part.item.objective.id.clone(), part.key_result.id.clone());
    let own = part.item.objective.cycle.clone();
    let others =
        context.objectives.iter().filter(move |item| item.objective.id == objective && item.objective.cycle != own);
    others.flat_map(Item::parts).filter(move |other| other.key_result.id == id)
}

/// Tells whether a key result asks for the same; where it starts from is no part of that.
fn is_unchanged(now: &KeyResult, then: &KeyResult) -> bool {
    let goal = |key_result: &KeyResult| match &key_result.measure {
        Some(Measure::Metric { goal: Goal::Target(target), .. }) => Some(*target),
        _ => None,
    };
    let terms = |key_result: &KeyResult| (key_result.kind(), key_result.unit.clone(), goal(key_result));
    terms(now) == terms(then) && alike(&now.title, &then.title)
}
