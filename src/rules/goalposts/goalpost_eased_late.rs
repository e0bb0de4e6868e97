use crate::finding::Finding;
use crate::history::{Event, History};
use crate::okr::{Commitment, Cycle, Field, Group, elapsed, reaches};
use crate::rules::time::{Moved, recorded};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A committed key result made easier in the last quarter of its cycle, even with a reason.
    ///
    /// ## Why
    /// What was promised is nearly due, and the promise changes. With a reason that is honest and still news: whoever relies
    /// on it learns late. Often the better way is to miss it openly and to say what was learned.
    ///
    /// Without a reason it is `goalpost-moved` instead.
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-12-14
    /// -target = 1
    /// +target = 2
    ///  unit = "%"
    /// +current = 2.6
    /// +as_of = 2026-12-14
    /// +amend = [{ on = 2026-12-11, reason = "The new processor comes in spring only" }]
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
    /// -target = 1
    /// +target = 2
    ///  unit = "%"
    /// +current = 2.6
    /// +as_of = 2026-11-09
    /// +amend = [{ on = 2026-11-06, reason = "The new processor comes in spring only" }]
    /// ```
    ///
    /// ## Source
    /// re:Work, Set goals with OKRs (Google): committed OKRs are to be kept, and a miss calls for a post-mortem.
    "goalpost-eased-late", Goalposts, Warning, History(check), thresholds: &[("share", 0.75)],
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    let share = context.threshold(&RULE, "share");
    for part in context.active_parts() {
        let Some(cycle) = &part.item.cycle else { continue };
        let reasons = part.key_result.amend.len();
        let counts = |event: &Event| {
            let explained = event.reasons < reasons && context.is_late(event);
            explained
                && event.eased == Some(true)
                && is_near_the_end(event, cycle, share)
                && was_committed(event, &part)
        };
        let moved = context.moved(&part.called(), counts, |field| field.group() == Group::Goalpost);
        let Some(last) = moved.last() else { continue };
        let told: Vec<String> = moved.iter().map(Moved::told).collect();
        let message = format!(
            "`{}` is committed and was made easier {}, late in {}: {}",
            part.key_result.id,
            recorded(last.event),
            cycle.id,
            told.join(" and ")
        );
        let help = "consider to miss it openly instead, and to write down what was learned; tell those who rely on it";
        found.push(part.finding(&RULE, last.field.name(), message, help));
    }
}

fn is_near_the_end(event: &Event, cycle: &Cycle, share: f64) -> bool {
    reaches(elapsed(cycle.start, cycle.end, event.recorded_on), share)
}

/// Tells whether it was committed until then: a promise that the event itself took back counts.
fn was_committed(event: &Event, part: &Part<'_>) -> bool {
    match event.changes.iter().find(|change| change.field == Field::Commitment) {
        Some(change) if !change.before.is_null() => change.before == "committed",
        Some(_) => part.item.objective.commitment == Some(Commitment::Committed),
        None => part.commitment() == Some(Commitment::Committed),
    }
}
