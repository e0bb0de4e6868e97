use crate::finding::Finding;
use crate::history::History;
use crate::okr::{Health, Measure, reaches, rounded};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// On track by its owner's word, while the value does not move or the pace says otherwise.
    ///
    /// ## Why
    /// Green on the outside, red inside: everybody sees the word and nobody helps. The word may still be right, and then a
    /// sentence in `note` and another pace say so.
    ///
    /// A key result that nobody looks at any more is `checkin-stale` instead.
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-20
    ///  unit = "%"
    /// +current = 2.9
    /// +as_of = 2026-11-20
    /// +health = "on-track"
    /// ```
    /// ```sh
    /// git okr check --today 2026-11-20
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-20
    ///  unit = "%"
    /// +current = 2.9
    /// +as_of = 2026-11-20
    /// +health = "at-risk"
    /// ```
    /// ```sh
    /// git okr check --today 2026-11-20
    /// ```
    ///
    /// ## Source
    /// The watermelon status of project reports; the gap is that of `[health] at_risk`, the four check-ins are git-okr's own.
    "checkin-silent-green", Cadence, Warning, History(check), calendar: true, thresholds: &[("check_ins", 4.0)],
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    for part in context.running_parts().filter(|part| part.key_result.health == Some(Health::OnTrack)) {
        let Some(standing) = context.standing(&part).filter(|standing| !standing.stale) else { continue };
        if standing.health == Some(Health::Achieved) {
            continue;
        }
        let gap = standing.expected.zip(standing.progress).map(|(expected, progress)| rounded(expected - progress));
        let seen = if gap.is_some_and(|gap| reaches(gap, context.tree.config.at_risk)) {
            standing.reasons.first().cloned().unwrap_or_else(|| "it is behind its pace".to_owned())
        } else if let Some(times) = unmoved(context, &part) {
            format!("the value has not moved for {times} check-ins")
        } else {
            continue;
        };
        let message =
            format!("`{}` is on track by its owner's word, and {seen}: nobody will offer help", part.key_result.id);
        let help = "say in `health` and `note` how it really goes, or write the `pace` at which it is meant to come";
        found.push(part.finding(&RULE, "health", message, help));
    }
}

/// Counts the check-ins at the end that all gave the same value, where they are as many as the threshold. A bound is to
/// stay where it is, and a binary one does.
fn unmoved(context: &Context<'_>, part: &Part<'_>) -> Option<usize> {
    if !matches!(part.key_result.measure, Some(Measure::Metric { .. } | Measure::Milestones(_))) {
        return None;
    }
    let values: Vec<f64> = context.check_ins(part).iter().rev().map_while(|check_in| check_in.value).collect();
    let last = *values.first()?;
    let same = values.iter().take_while(|value| rounded(**value) == rounded(last)).count();
    #[allow(clippy::cast_precision_loss)]
    let enough = same as f64 >= context.threshold(&RULE, "check_ins");
    enough.then_some(same)
}
