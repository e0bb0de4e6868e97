use crate::finding::Finding;
use crate::history::{EventKind, History};
use crate::okr::Field;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// A check-in recorded more than a week after it was measured.
    ///
    /// ## Why
    /// Whoever read the goals in between saw an older value. Once is an accident; as a habit it makes the weekly look a
    /// fiction.
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
    /// +current = 2.1
    /// +as_of = 2026-11-12
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
    /// +as_of = 2026-11-12
    /// ```
    /// ```sh
    /// git okr check --today 2026-11-20
    /// ```
    ///
    /// ## Source
    /// git-okr's own; a backdated check-in is fine, and visible.
    "checkin-late", Cadence, Info, History(check), thresholds: &[("days", 7.0)],
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    let most = context.threshold(&RULE, "days");
    for part in context.running_parts() {
        let name = part.called();
        // The last one alone: what came later in time has mended what is older.
        let Some(last) = context.past.events(&name).iter().rev().find(|event| event.kind == EventKind::CheckIn) else {
            continue;
        };
        let days = (last.recorded_on - last.measured).get_days();
        let dated = last.changes.iter().any(|change| change.field == Field::AsOf);
        if dated && f64::from(days) > most {
            let message = format!(
                "`{}` was measured on {} and recorded {days} days later: until then everybody saw an older value",
                part.key_result.id, last.measured
            );
            let help = "record a value in the week in which it is measured";
            found.push(part.finding(&RULE, "as_of", message, help));
        }
    }
}
