use crate::finding::Finding;
use crate::history::History;
use crate::okr::{Bounds, Change, Checkpoint, Field, Goal, Measure, Pace, quantity, rounded};
use crate::rules::Part;
use crate::rules::{Context, declare_rule};
use std::collections::BTreeMap;

declare_rule! {
    /// Numbers that cannot be: baseline equal to target, bounds that cross, a ladder or checkpoints out of order, a weight not above 0, a share outside 0–1.
    ///
    /// ## Why
    /// There is no way from a number to itself, so progress would be all or nothing by accident.
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
    /// title = "Cards refused by mistake stay at 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 294
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
    /// title = "Cards refused by mistake stay below 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// at_most = 294
    /// ```
    ///
    /// ## Source
    /// git-okr's own: what is written either means what it says or is reported.
    "kr-flat", Format, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let first = first_values(context.history);
    for item in &context.objectives {
        for part in item.parts() {
            match &part.key_result.measure {
                Some(Measure::Metric { baseline: Some(baseline), goal }) => flat(&part, *baseline, goal, found),
                Some(Measure::Metric { baseline: None, goal: Goal::Target(target) })
                    if first.get(part.called().as_str()) == Some(target) =>
                {
                    let message = "the first recorded value is the target already, so there is nothing to move";
                    let help = "write the `baseline` that it starts from, or `at_most`/`at_least` for a value to keep";
                    found.push(part.finding(&RULE, "target", message, help));
                }
                Some(Measure::Bound(Bounds { at_least: Some(low), at_most: Some(high) })) if low > high => {
                    let message = format!("`at_least` {low} is above `at_most` {high}, so no value is within");
                    let finding = part.finding(&RULE, "at_least", message, "swap the two, or drop one");
                    found.push(finding.and(item.file.file, part.place.of("at_most"), "the upper bound"));
                }
                _ => {}
            }
            if let Pace::Checkpoints(checkpoints) = &part.key_result.pace {
                found.extend(disorder(&part, checkpoints));
            }
        }
    }
}

/// Reports the first checkpoint that comes before the one written above it, or expects less.
fn disorder(part: &Part<'_>, checkpoints: &[Checkpoint]) -> Option<Finding> {
    let (at, pair) = checkpoints
        .windows(2)
        .enumerate()
        .find(|(_, pair)| pair[1].on <= pair[0].on || rounded(pair[1].progress) < rounded(pair[0].progress))?;
    let (key, message) = if pair[1].on <= pair[0].on {
        ("on", format!("the checkpoints are out of order: {} is not after {}", pair[1].on, pair[0].on))
    } else {
        let (less, more) = (quantity(pair[1].progress, None), quantity(pair[0].progress, None));
        (
            "progress",
            format!("the checkpoints are out of order: {less} comes after {more}, and progress expected once stays"),
        )
    };
    let help = "write them by day, each with as much progress as the one before or more";
    Some(part.finding(&RULE, &format!("pace.{}.{key}", at + 1), message, help))
}

fn flat(part: &Part<'_>, baseline: f64, goal: &Goal, found: &mut Vec<Finding>) {
    let (field, other, seen) = match goal {
        Goal::Target(target) if *target == baseline => {
            ("baseline", "target", format!("baseline and target are both {baseline}"))
        }
        Goal::Change(Change::Share(share)) if share * baseline == 0.0 => {
            ("change", "baseline", format!("this change leaves the baseline {baseline} where it is"))
        }
        Goal::Change(Change::Points(points)) if *points == 0.0 => {
            ("change", "baseline", "a change of no points moves nothing".to_owned())
        }
        Goal::Change(Change::Times(_)) if baseline <= 0.0 => {
            ("change", "baseline", "a multiple needs a baseline above 0".to_owned())
        }
        Goal::Change(Change::Times(times)) if *times == 1.0 => {
            ("change", "baseline", "a multiple of 1 leaves the baseline where it is".to_owned())
        }
        _ => return,
    };
    let message = format!("{seen}, so there is nothing to move");
    let help = "write where it starts and where it goes, or `at_most`/`at_least` for a value to keep";
    let mut finding = part.finding(&RULE, field, message, help);
    if let Some(range) = part.place.fields.get(other) {
        let text = if other == "target" { "it is to end here" } else { "it starts here" };
        finding = finding.and(part.item.file.file, range, text);
    }
    found.push(finding);
}

/// Gives the first recorded value of every key result, by name.
fn first_values(history: Option<&History>) -> BTreeMap<&str, f64> {
    let mut first = BTreeMap::new();
    // Events stand newest first: the last one written over is the oldest.
    for event in history.filter(|history| history.complete).iter().flat_map(|history| &history.events) {
        let values = event.changes.iter().filter(|change| change.field == Field::Current);
        if let Some(value) = values.filter_map(|change| change.after.as_f64()).next() {
            first.insert(&*event.name, value);
        }
    }
    first
}
