use crate::finding::Finding;
use crate::okr::{KeyResult, Measure, Pace};
use crate::rules::{Context, Item, declare_rule};
use jiff::civil::Date;

declare_rule! {
    /// A start after the due day, or a day outside its cycle.
    ///
    /// ## Why
    /// Pace is computed between the two: a day outside makes the expected progress wrong from the first day on.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// due = 2027-03-31
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// due = 2026-12-15
    /// ```
    ///
    /// ## Source
    /// git-okr's own: what is written either means what it says or is reported.
    "date-invalid", Format, Error, Each(check), fixable: true,
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let Some(cycle) = &item.cycle else { return };
    let outside = |day: Date| {
        (day < cycle.start || day > cycle.end).then(|| {
            format!("{day} is outside {} ({} to {}), so its pace cannot be told", cycle.id, cycle.start, cycle.end)
        })
    };
    let help = "move the day into the cycle, or the goal to another one";
    if let Some(message) = item.objective.due.and_then(outside) {
        found.push(item.finding(&RULE, "due", message, help));
    }
    for part in item.parts() {
        let key_result = part.key_result;
        let days = [("start", key_result.start), ("due", key_result.due)];
        let wrong = days.into_iter().find_map(|(field, day)| Some((field, day.and_then(outside)?)));
        if let Some((field, message)) = wrong {
            found.push(part.finding(&RULE, field, message, help));
            continue;
        }
        let start = key_result.start.unwrap_or(cycle.start);
        let due = key_result.due.or(item.objective.due).unwrap_or(cycle.end);
        if start > due {
            let field = if key_result.start.is_some() { "start" } else { "due" };
            let message = format!("it starts on {start} and is due on {due}, so no day is left to work on it");
            found.push(part.finding(&RULE, field, message, "correct one of the two days"));
            continue;
        }
        for (field, day) in days_within(key_result) {
            if day < start || day > due {
                let message = format!("{day} is outside {start} to {due}, so it is never expected in time");
                found.push(part.finding(&RULE, &field, message, "move the day between start and due"));
            }
        }
    }
}

/// Gives the days that a key result names between its start and its end.
fn days_within(key_result: &KeyResult) -> Vec<(String, Date)> {
    let mut days = Vec::new();
    if let Some(Measure::Milestones(milestones)) = &key_result.measure {
        let dated = milestones.iter().enumerate();
        days.extend(dated.filter_map(|(at, one)| Some((format!("milestone.{at}.due"), one.due?))));
    }
    if let Pace::Checkpoints(points) = &key_result.pace {
        days.extend(points.iter().enumerate().map(|(at, point)| (format!("pace.{at}.on"), point.on)));
    }
    days
}
