use crate::finding::Finding;
use crate::okr::{Commitment, kept_promise, quantity};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A committed key result that ended below 1.0, without a word about why.
    ///
    /// ## Why
    /// Somebody relied on it. A committed key result is a promise, so any score below 1.0 is a miss, and those who relied on it
    /// are owed the reason: a `retro` of the key result or of its objective.
    ///
    /// ## Bad
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
    /// current = 1.2
    /// as_of = 2026-09-30
    /// score = 0.9
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
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// current = 1.2
    /// as_of = 2026-09-30
    /// score = 0.9
    /// retro = { learned = "Half of the failures are cards that ran out. Nobody had asked." }
    /// ```
    ///
    /// ## Source
    /// re:Work, Set goals with OKRs (Google): a committed OKR that is not fully reached needs a post-mortem.
    "committed-miss", Closing, Error, Tree(check), calendar: true,
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for part in context.ended().flat_map(|item| item.goals()) {
        let Some(score) = missed(&part) else { continue };
        let message = format!(
            "`{}` was committed and ended at {}, without a word about why: somebody relied on it",
            part.key_result.id,
            quantity(score, None)
        );
        let help = "write what happened: `retro = { learned = \"…\", next_time = \"…\" }`";
        found.push(part.finding(&RULE, part.written(&["score", "current", "id"]), message, help));
    }
}

/// Gives the score of a promise that was not kept, where nobody says why.
pub(in crate::rules) fn missed(part: &Part<'_>) -> Option<f64> {
    let committed = part.commitment().filter(|commitment| *commitment == Commitment::Committed);
    let unkept = |score: &f64| committed.is_some() && !kept_promise(*score, committed) && !part.is_explained();
    part.score().filter(unkept)
}
