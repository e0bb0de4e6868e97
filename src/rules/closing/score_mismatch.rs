use crate::finding::Finding;
use crate::history::History;
use crate::okr::{quantity, rounded};
use crate::rules::scores::hundredths;
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A score given by hand that is more than 0.1 from the computed one, without a reason.
    ///
    /// ## Why
    /// The owner may know better than the figures: the last week counted for more, or somebody else did the work. Then a
    /// sentence in `retro` says so; without one nobody can tell it from wishful thinking.
    ///
    /// ## Bad
    /// ```toml okrs/2026-Q3/payments.toml 2026-06-29
    /// cycle = "2026-Q3"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// ```
    /// ```diff okrs/2026-Q3/payments.toml 2026-10-02
    ///  unit = "%"
    /// +current = 2.0
    /// +as_of = 2026-09-30
    /// +score = 0.8
    /// ```
    ///
    /// ## Good
    /// ```toml okrs/2026-Q3/payments.toml 2026-06-29
    /// cycle = "2026-Q3"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// ```
    /// ```diff okrs/2026-Q3/payments.toml 2026-10-02
    ///  unit = "%"
    /// +current = 2.0
    /// +as_of = 2026-09-30
    /// +score = 0.8
    /// +retro = { learned = "September alone was at 1.2 %; the counter was broken in July." }
    /// ```
    ///
    /// ## Source
    /// re:Work, Set goals with OKRs (Google): grades are the owner's, and are talked over.
    "score-mismatch", Closing, Warning, History(check), calendar: true, thresholds: &[("distance", 0.1)],
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    for part in context.ended().flat_map(|item| item.goals()) {
        let Some((score, computed)) = mismatch(context, &part) else { continue };
        let message = format!(
            "`{}` was scored {} by hand, and its figures give {}: nobody says why they differ",
            part.key_result.id,
            quantity(score, None),
            hundredths(computed)
        );
        let help = "correct the score or the last value, or say in `retro` why they differ";
        found.push(part.finding(&RULE, "score", message, help));
    }
}

/// Gives the score by hand and the computed one where they are further apart than allowed, and nobody says why.
pub(in crate::rules) fn mismatch(context: &Context<'_>, part: &Part<'_>) -> Option<(f64, f64)> {
    context.history.filter(|history| history.complete)?;
    let score = part.key_result.score.filter(|_| !part.is_explained())?;
    let computed = context.standing(part)?.progress?;
    let distance = rounded((score - computed).abs());
    (distance > context.threshold(&RULE, "distance")).then_some((score, computed))
}
