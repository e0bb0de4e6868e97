use crate::finding::Finding;
use crate::history::{Event, History};
use crate::okr::Field;
use crate::rules::time::{Moved, recorded};
use crate::rules::words::alike;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// The title or the definition of a key result changed beyond a typo after the lock.
    ///
    /// ## Why
    /// The same number under other words is another promise: "failed payments" and "failed card payments" differ by what is
    /// left out. An `amend` entry says why, now or later.
    ///
    /// Words that change together with a goalpost are part of that: `goalpost-moved`.
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-09
    /// -definition = "Share of the week's card payments"
    /// +definition = "Share of the quarter's card payments, tests and refunds left out"
    ///  baseline = 3
    ///  target = 1
    ///  unit = "%"
    /// +current = 2.6
    /// +as_of = 2026-11-09
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-09
    /// -definition = "Share of the week's card payments"
    /// +definition = "Share of the quarter's card payments, tests and refunds left out"
    ///  baseline = 3
    ///  target = 1
    ///  unit = "%"
    /// +current = 2.6
    /// +as_of = 2026-11-09
    /// +amend = [{ on = 2026-11-06, reason = "A week has too few payments" }]
    /// ```
    ///
    /// ## Source
    /// git-okr's own: what is measured is part of what was promised.
    "kr-reworded", Goalposts, Warning, History(check),
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    for part in context.active_parts() {
        let reasons = part.key_result.amend.len();
        let counts = |event: &Event| context.is_late(event) && event.reasons >= reasons && !event.goalpost;
        let worded = |field| matches!(field, Field::Title | Field::Definition);
        let moved = context.moved(&part.called(), counts, worded);
        let Some(Moved { field, event, .. }) = moved.iter().find(|moved| is_another(moved)) else { continue };
        let message = format!(
            "the {} of `{}` changed {}, after the lock: the same number now says something else",
            field.name(),
            part.key_result.id,
            recorded(event)
        );
        let help = "put the words back, or say why they changed: `amend = [{ on = …, reason = \"…\" }]`";
        found.push(part.finding(&RULE, field.name(), message, help));
    }
}

/// Tells whether words say something else. A definition where there was none makes things clearer.
fn is_another(moved: &Moved<'_>) -> bool {
    moved.before.as_str().is_some_and(|before| !alike(before, moved.after.as_str().unwrap_or_default()))
}
