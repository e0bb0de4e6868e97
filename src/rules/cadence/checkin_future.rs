use crate::finding::Finding;
use crate::history::{EventKind, History};
use crate::okr::{Done, Field, Measure};
use crate::rules::{Context, Part, declare_rule};
use jiff::civil::Date;

declare_rule! {
    /// Measured after the day on which it was recorded, or done after today.
    ///
    /// ## Why
    /// Nobody has measured tomorrow. A slip in the month puts a value where it counts for weeks to come, and hides every
    /// check-in until then.
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
    /// +as_of = 2026-12-13
    /// ```
    /// ```sh
    /// git okr check --today 2026-11-14
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
    /// git okr check --today 2026-11-14
    /// ```
    ///
    /// ## Source
    /// git-okr's own.
    "checkin-future", Cadence, Error, History(check),
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    for part in context.active_parts() {
        // What is over is over: the day has come since.
        if part.days().is_none_or(|(_, due)| due < context.today) {
            continue;
        }
        if let Some((field, message)) =
            ahead_of_today(&part, context.today).or_else(|| ahead_of_its_record(context, &part))
        {
            found.push(part.finding(&RULE, &field, message, "write the day on which it was measured or reached"));
        }
    }
}

/// Finds a day in the file that has not come yet.
fn ahead_of_today(part: &Part<'_>, today: Date) -> Option<(String, String)> {
    let done = |done: Done| match done {
        Done::On(day) if day > today => Some(day),
        _ => None,
    };
    let (field, day) = match &part.key_result.measure {
        Some(Measure::Milestones(all)) => {
            let ahead = all.iter().enumerate().find_map(|(at, one)| Some((at, done(one.done)?)));
            ahead.map(|(at, day)| (format!("milestone.{at}.done"), day))
        }
        Some(Measure::Binary(reached)) => done(*reached).map(|day| ("done".to_owned(), day)),
        _ => None,
    }
    .or_else(|| part.key_result.as_of.filter(|day| *day > today).map(|day| ("as_of".to_owned(), day)))?;
    let happened = if field == "as_of" { "measured" } else { "done" };
    Some((field, format!("`{}` is said to be {happened} on {day}, which is still to come", part.key_result.id)))
}

/// Finds whether the last check-in was measured after the day on which its committer recorded it.
fn ahead_of_its_record(context: &Context<'_>, part: &Part<'_>) -> Option<(String, String)> {
    let name = part.called();
    let recorded = |kind| matches!(kind, EventKind::CheckIn | EventKind::Created | EventKind::Restored);
    let last = context.past.events(&name).iter().rev().find(|event| recorded(event.kind))?;
    let dated = last.changes.iter().any(|change| change.field == Field::AsOf && !change.after.is_null());
    let (measured, on) = (last.measured, last.recorded_on);
    let message = format!("`{}` was measured on {measured} and recorded on {on}, before that day", part.key_result.id);
    (dated && measured > on).then(|| ("as_of".to_owned(), message))
}
