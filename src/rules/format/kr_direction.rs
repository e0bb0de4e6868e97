use crate::finding::Finding;
use crate::okr::{Change, Goal, Measure};
use crate::rules::words::{Direction, direction};
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// A title whose verb says up while the numbers go down, or the other way round.
    ///
    /// ## Why
    /// Progress is computed from the numbers: with the two swapped, every step forward counts as one back.
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
    /// title = "Cards refused by mistake fall"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 294
    /// target = 420
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
    /// title = "Cards refused by mistake fall"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Source
    /// git-okr's own.
    "kr-direction", Format, Warning, Each(check), english: true,
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    for part in item.parts() {
        let Some(Measure::Metric { baseline, goal }) = &part.key_result.measure else { continue };
        let (field, up) = match (goal, baseline) {
            (Goal::Target(target), Some(baseline)) if target != baseline => ("target", target > baseline),
            (Goal::Change(Change::Share(by) | Change::Points(by)), _) if *by != 0.0 => ("change", *by > 0.0),
            (Goal::Change(Change::Times(times)), _) if *times != 1.0 => ("change", *times > 1.0),
            _ => continue,
        };
        // A score from 0 to 1 is a grade of the whole sentence, whichever way its own measure goes.
        if part.key_result.unit.as_deref() == Some("score") {
            continue;
        }
        let Some((said, word)) = direction(&part.key_result.title) else { continue };
        if (said == Direction::Up) != up {
            let way = if up { "up" } else { "down" };
            let message =
                format!("the title says `{word}` and the numbers go {way}, so progress would count backwards");
            found.push(part.finding(&RULE, field, message, "swap `baseline` and `target`, or correct the title"));
        }
    }
}
