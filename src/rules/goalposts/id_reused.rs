use crate::finding::Finding;
use crate::history::{EventKind, History};
use crate::okr::Field;
use crate::rules::time::recorded;
use crate::rules::words::alike;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// A name that meant something else before, in the same cycle.
    ///
    /// ## Why
    /// A key result is its name: check-ins, progress and goalposts of the first thing are told as those of the second.
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
    ///
    /// [[objective.key_result]]
    /// id = "complaints"
    /// title = "Complaints about paying fall from 60 to 20 a week"
    /// definition = "Letters and calls, by the day they came"
    /// baseline = 60
    /// target = 20
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-10-05
    ///  unit = "%"
    /// -
    /// -[[objective.key_result]]
    /// -id = "complaints"
    /// -title = "Complaints about paying fall from 60 to 20 a week"
    /// -definition = "Letters and calls, by the day they came"
    /// -baseline = 60
    /// -target = 20
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-10-08
    ///  unit = "%"
    /// +
    /// +[[objective.key_result]]
    /// +id = "complaints"
    /// +title = "Merchants who recommend us rise from 30 % to 45 %"
    /// +definition = "Answers of nine and ten in the survey of the month"
    /// +baseline = 30
    /// +target = 45
    /// +unit = "%"
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
    ///
    /// [[objective.key_result]]
    /// id = "complaints"
    /// title = "Complaints about paying fall from 60 to 20 a week"
    /// definition = "Letters and calls, by the day they came"
    /// baseline = 60
    /// target = 20
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-10-05
    ///  unit = "%"
    /// -
    /// -[[objective.key_result]]
    /// -id = "complaints"
    /// -title = "Complaints about paying fall from 60 to 20 a week"
    /// -definition = "Letters and calls, by the day they came"
    /// -baseline = 60
    /// -target = 20
    /// ```
    /// ```diff okrs/2026-Q4/payments.toml 2026-10-08
    ///  unit = "%"
    /// +
    /// +[[objective.key_result]]
    /// +id = "merchants-recommend"
    /// +title = "Merchants who recommend us rise from 30 % to 45 %"
    /// +definition = "Answers of nine and ten in the survey of the month"
    /// +baseline = 30
    /// +target = 45
    /// +unit = "%"
    /// ```
    ///
    /// ## Source
    /// git-okr's own: identity is the name, never the path and never a likeness of text.
    "id-reused", Goalposts, Warning, History(check),
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    for part in context.active_parts() {
        let name = part.called();
        let events = context.past.events(&name);
        let Some(gone) = events.iter().rposition(|event| event.kind == EventKind::Removed) else { continue };
        let before = events[gone].changes.iter().find(|change| change.field == Field::Title);
        let Some(before) = before.and_then(|change| change.before.as_str()) else { continue };
        if alike(before, &part.key_result.title) {
            continue;
        }
        let message = format!(
            "`{}` was another key result of this cycle until {}: its check-ins count as those of this one",
            part.key_result.id,
            recorded(events[gone]).trim_start_matches("on ")
        );
        let help = "give this one an id of its own, and leave the old one to its past";
        found.push(part.finding(&RULE, "id", message, help));
    }
}
