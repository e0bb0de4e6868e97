use crate::finding::Finding;
use crate::history::History;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// Nobody has looked at a key result for longer than the cadence and its grace allow.
    ///
    /// ## Why
    /// A number that is a month old says how things were. Whoever reads the goals cannot tell silence from success, and by
    /// the time somebody looks it is too late to act.
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-10-09
    ///  unit = "%"
    /// +current = 2.8
    /// +as_of = 2026-10-09
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-13
    ///  unit = "%"
    /// +current = 2.1
    /// +as_of = 2026-11-13
    /// ```
    /// ```sh
    /// git okr check --today 2026-11-20
    /// ```
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021): the Monday commitments; OKRs fail when nobody looks at them between setting and
    /// grading. Cadence and grace stand in `[calendar]`.
    "checkin-stale", Cadence, Warning, History(check), calendar: true,
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    let calendar = &context.tree.config.calendar;
    for part in context.running_parts() {
        let Some(standing) = context.standing(&part).filter(|standing| standing.stale) else { continue };
        // Nobody could look before it was written down.
        let came = context.past.events(&part.called()).first().map_or(standing.start, |event| event.recorded_on);
        let since = standing.last_measured.unwrap_or(came).max(came).max(standing.start);
        let days = (context.today - since).get_days();
        if days <= calendar.cadence_days.saturating_add(calendar.grace_days) {
            continue;
        }
        let message = format!(
            "no check-in of `{}` for {days} days, at one every {} days and {} of grace: nobody knows how it stands",
            part.key_result.id, calendar.cadence_days, calendar.grace_days
        );
        let help = "measure it and write `current` and `as_of`; where nothing moved, `as_of` and a `note` will do";
        found.push(part.finding(&RULE, part.written(&["as_of", "current", "id"]), message, help));
    }
}
