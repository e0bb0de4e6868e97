use crate::finding::Finding;
use crate::history::{CheckIn, History};
use crate::okr::{quantity, reaches, rounded};
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// Confidence fell by much, or to little, and nobody says why.
    ///
    /// ## Why
    /// The fall is the most useful news of a cycle: somebody knows something. Without a word nobody can act on it.
    ///
    /// A `note` in the same check-in or in a later one answers it.
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
    /// +confidence = 0.7
    /// +as_of = 2026-11-13
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-20
    /// -confidence = 0.7
    /// -as_of = 2026-11-13
    /// +confidence = 0.4
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
    /// +confidence = 0.7
    /// +as_of = 2026-11-13
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-20
    /// -confidence = 0.7
    /// -as_of = 2026-11-13
    /// +confidence = 0.4
    /// +as_of = 2026-11-20
    /// +note = "The processor drops the old interface in December."
    /// ```
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021): a confidence that changes is what the weekly talk is about.
    "checkin-drop-no-note", Cadence, Warning, History(check), thresholds: &[("fall", 0.2), ("low", 0.3)],
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    let (fall, low) = (context.threshold(&RULE, "fall"), context.threshold(&RULE, "low"));
    for part in context.running_parts() {
        let check_ins = context.check_ins(&part);
        let Some((before, after)) = last_fall(&check_ins, fall, low) else { continue };
        let way = if context.was_sensitive(&part) {
            String::new()
        } else {
            format!(" from {} to {}", quantity(before, None), quantity(after, None))
        };
        let message =
            format!("confidence in `{}` fell{way} and nobody says why, so nobody can act on it", part.key_result.id);
        found.push(part.finding(&RULE, "confidence", message, "say in `note` what has changed"));
    }
}

/// Finds the last fall that counts, where no note was written in that check-in or since.
fn last_fall(check_ins: &[CheckIn], fall: f64, low: f64) -> Option<(f64, f64)> {
    let said = |check_in: &CheckIn| check_in.note.as_ref().is_some_and(|note| !note.trim().is_empty());
    let silent = check_ins.iter().rev().take_while(|check_in| !said(check_in)).count();
    let first = check_ins.len() - silent;
    (first.max(1)..check_ins.len()).rev().find_map(|at| {
        let (before, after) = check_ins[at - 1].confidence.zip(check_ins[at].confidence)?;
        let fell = rounded(before - after);
        (fell > 0.0 && (reaches(fell, fall) || reaches(low, after))).then_some((before, after))
    })
}
