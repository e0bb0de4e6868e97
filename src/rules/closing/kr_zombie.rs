use crate::finding::Finding;
use crate::okr::{Cycle, Goal, KeyResult, Measure, Status};
use crate::rules::words::alike;
use crate::rules::{Context, Part, declare_rule};
use std::collections::HashMap;

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
    let mut lines: HashMap<(&str, &str), Vec<(&Cycle, Part<'_>)>> = HashMap::new();
    for item in &context.objectives {
        let Some(cycle) = &item.cycle else { continue };
        for part in item.parts() {
            lines.entry((&item.objective.id, &part.key_result.id)).or_default().push((cycle, part));
        }
    }
    for mut line in lines.into_values() {
        line.sort_by_key(|(cycle, _)| std::cmp::Reverse((cycle.end, cycle.start)));
        // Only the newest of a line of them, and only while something can be done about it.
        let Some(((cycle, part), earlier)) = line.split_first() else { continue };
        let pursued = part.key_result.status == Status::Active && part.item.objective.status == Status::Active;
        if !pursued || cycle.end < context.today {
            continue;
        }
        let before = earlier.iter().filter(|(other, _)| other.end < cycle.start);
        let carried: Vec<_> = before.take_while(|(_, other)| is_unchanged(part.key_result, other.key_result)).collect();
        #[allow(clippy::cast_precision_loss)]
        if let Some((since, _)) = carried.last().filter(|_| carried.len() as f64 >= times) {
            let message = format!(
                "`{}` was carried over {} times unchanged, since {}: it is not wanted enough, or cannot be done this way",
                part.key_result.id,
                carried.len(),
                since.id
            );
            let help = "drop it, or change what it asks for; `status = \"dropped\"` is no shame";
            found.push(part.finding(&RULE, "id", message, help));
        }
    }
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
