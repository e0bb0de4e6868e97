use crate::finding::Finding;
use crate::okr::{Commitment, quantity, reaches};
use crate::rules::closing::{committed_miss, score_mismatch};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A score below 0.7, and nothing written down about what it taught.
    ///
    /// ## Why
    /// A stretch that was missed has already been paid for; the lesson is what there is to get for it. A `retro` of the
    /// objective speaks for all of its key results.
    ///
    /// Where something committed was missed too, that is `committed-miss` and no more; a score that the figures contradict is `score-mismatch`.
    ///
    /// ## Bad
    /// ```toml okrs/2026-Q3/payments.toml
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
    /// current = 2.0
    /// as_of = 2026-09-30
    /// score = 0.5
    /// ```
    ///
    /// ## Good
    /// ```toml okrs/2026-Q3/payments.toml
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
    /// current = 2.0
    /// as_of = 2026-09-30
    /// score = 0.5
    /// retro = { learned = "Half of the failures are cards that ran out. Nobody had asked." }
    /// ```
    ///
    /// ## Source
    /// John Doerr, Measure What Matters (2018): reflect on what the score does not say.
    "close-no-retro", Closing, Warning, Tree(check), calendar: true, thresholds: &[("below", 0.7)],
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let below = context.threshold(&RULE, "below");
    // What a broken promise of the same objective asks for is the same text.
    for item in context.ended().filter(|item| !item.goals().any(|part| committed_miss::missed(&part).is_some())) {
        let low: Vec<(Part<'_>, f64)> = item
            .goals()
            .filter(|part| part.commitment() != Some(Commitment::Committed) && !part.is_explained())
            .filter_map(|part| part.score().filter(|score| !reaches(*score, below)).map(|score| (part, score)))
            .filter(|(part, _)| score_mismatch::mismatch(context, part).is_none())
            .collect();
        let Some((first, score)) = low.first() else { continue };
        let message = format!(
            "`{}` ended at {} and nobody has written down what that taught",
            first.key_result.id,
            quantity(*score, None)
        );
        let help = "write `retro = { learned = \"…\", next_time = \"…\" }` there, or once for the objective";
        let mut finding = first.finding(&RULE, first.written(&["score", "current", "id"]), message, help);
        for (part, _) in low.iter().skip(1) {
            finding =
                finding.and(item.file.file, part.place.of(part.written(&["score", "current", "id"])), "neither here");
        }
        found.push(finding);
    }
}
