use crate::finding::Finding;
use crate::history::History;
use crate::okr::{Goal, Measure, quantity};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A value leapt beyond twice the way from baseline to target, or changed its sign: most likely a slip of unit.
    ///
    /// ## Why
    /// One check-in in the wrong unit, seconds for milliseconds or 0.02 for 2 %, bends progress, pace and chart until somebody
    /// notices. A real leap deserves a note anyway.
    ///
    /// A value that comes back from such a leap is none, and neither is one that went far in many steps.
    ///
    /// ## Bad
    /// ```toml okrs/2026-Q4/payments.toml 2026-09-28
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-13
    ///  unit = "%"
    /// +current = 2.1
    /// +as_of = 2026-11-13
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-20
    /// -current = 2.1
    /// -as_of = 2026-11-13
    /// +current = 190
    /// +as_of = 2026-11-20
    /// ```
    ///
    /// ## Good
    /// ```toml okrs/2026-Q4/payments.toml 2026-09-28
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-13
    ///  unit = "%"
    /// +current = 2.1
    /// +as_of = 2026-11-13
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-20
    /// -current = 2.1
    /// -as_of = 2026-11-13
    /// +current = 1.9
    /// +as_of = 2026-11-20
    /// ```
    ///
    /// ## Source
    /// git-okr's own; range checks of measured series do the same.
    "checkin-jump", Cadence, Warning, History(check), thresholds: &[("spans", 2.0)],
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    for part in context.running_parts() {
        let Some(Leap { from, to, seen }) = leap(context, &part) else { continue };
        let unit = part.key_result.unit.as_deref();
        let way = if context.was_sensitive(&part) {
            "leapt".to_owned()
        } else {
            format!("went from {} to {}", quantity(from, unit), quantity(to, unit))
        };
        let message = format!("`{}` {way}: {seen}, so it may be a slip of unit", part.key_result.id);
        let help = "check the value and its unit; if it is right, say so: `allow = [{ rule = \"checkin-jump\", reason = \"…\" }]`";
        found.push(part.finding(&RULE, "current", message, help));
    }
}

struct Leap {
    from: f64,
    to: f64,
    seen: String,
}

/// Finds the leap of the last check-in.
fn leap(context: &Context<'_>, part: &Part<'_>) -> Option<Leap> {
    let check_ins = context.check_ins(part);
    let values: Vec<f64> = check_ins
        .iter()
        .filter(|check_in| check_in.point.belongs_to(part.key_result))
        .filter_map(|check_in| check_in.value)
        .collect();
    let (low, high) = frame(context, part)?;
    let to = *values.last()?;
    let from = values.iter().rev().nth(1).copied().or(match part.key_result.measure {
        Some(Measure::Metric { baseline, .. }) => baseline,
        _ => None,
    })?;
    let outside = |value: f64| (low - value).max(value - high).max(0.0);
    if outside(to) <= outside(from) {
        return None;
    }
    let spans = context.threshold(&RULE, "spans");
    if from * to < 0.0 && low >= 0.0 {
        Some(Leap { from, to, seen: "it never was to be below zero".to_owned() })
    } else if from * to < 0.0 && high <= 0.0 {
        Some(Leap { from, to, seen: "it never was to be above zero".to_owned() })
    } else if high > low && (to - from).abs() > spans * (high - low) {
        Some(Leap { from, to, seen: format!("more than {spans} times the whole way to the target at once") })
    } else {
        None
    }
}

/// Gives the lowest and highest value that the key result speaks of.
fn frame(context: &Context<'_>, part: &Part<'_>) -> Option<(f64, f64)> {
    let ends = |values: &[f64]| {
        let (low, high) = values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (low.min(value), high.max(value)));
        (low <= high).then_some((low, high))
    };
    match part.key_result.measure.as_ref()? {
        Measure::Metric { goal: Goal::Scale(rungs), .. } => {
            ends(&rungs.iter().map(|rung| rung.value).collect::<Vec<_>>())
        }
        Measure::Metric { .. } => {
            let standing = context.standing(part)?;
            ends(&[standing.baseline?, standing.target?])
        }
        Measure::Bound(bounds) => ends(&[bounds.at_least, bounds.at_most].into_iter().flatten().collect::<Vec<_>>()),
        Measure::Milestones(_) | Measure::Binary(_) => None,
    }
}
