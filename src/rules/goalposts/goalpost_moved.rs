use crate::finding::Finding;
use crate::history::{Event, History};
use crate::okr::{Cycle, Field, Group};
use crate::rules::time::{Moved, recorded};
use crate::rules::words::alike;
use crate::rules::{Context, Item, Part, declare_rule};
use jiff::civil::Date;
use std::collections::BTreeMap;

declare_rule! {
    /// A goalpost that moved after the lock, and nobody says why; or a cycle whose days or lock moved.
    ///
    /// ## Why
    /// Progress against a target that moved is no progress. There are good reasons to move one, and an `amend` entry with the
    /// reason keeps the promise honest; it may come with the change or later. What is back where it was has not moved.
    ///
    /// An objective has no `amend` of its own: a reason on one of its key results, not much older than the change, stands for
    /// it too. The days of a cycle are goalposts of all that is in it.
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
    /// -target = 1
    /// +target = 2
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
    /// -target = 1
    /// +target = 2
    ///  unit = "%"
    /// +current = 2.6
    /// +as_of = 2026-11-09
    /// +amend = [{ on = 2026-11-06, reason = "The new processor comes in spring only" }]
    /// ```
    ///
    /// ## Source
    /// John Doerr, Measure What Matters (2018): key results may be revised, openly. What is locked is what landed: see the
    /// section on history in `.github/ARCHITECTURE.md`.
    "goalpost-moved", Goalposts, Error, History(check),
}

fn check(context: &Context<'_>, _: &History, found: &mut Vec<Finding>) {
    for item in context.active() {
        let counts = |event: &Event| context.is_late(event) && !is_amended(item, event.recorded_on);
        let moved = context.moved(&item.called(), counts, is_goalpost);
        if let Some(last) = moved.last() {
            let help = "put it back, or say why on a key result: `amend = [{ on = …, reason = \"…\" }]`";
            found.push(item.finding(&RULE, last.field.name(), message(&item.objective.id, &moved), help));
        }
        for part in item.parts() {
            let moved = unexplained(context, &part);
            if let Some(last) = moved.last() {
                let help = "put it back, or say why: `amend = [{ on = …, reason = \"…\" }]`";
                found.push(part.finding(&RULE, last.field.name(), message(&part.key_result.id, &moved), help));
            }
        }
    }
    cycles(context, found);
}

/// Gives the goalposts of a key result that moved after the lock without a reason.
pub(in crate::rules) fn unexplained<'c>(context: &'c Context<'_>, part: &Part<'_>) -> Vec<Moved<'c>> {
    let (name, reasons) = (part.called(), part.key_result.amend.len());
    let mut moved = context.moved(&name, |event| context.is_late(event) && event.reasons >= reasons, is_goalpost);
    let back = context.brought_back(&name);
    let text = |moved: &Moved<'_>| {
        (moved.before.as_str().unwrap_or_default().to_owned(), moved.after.as_str().unwrap_or_default().to_owned())
    };
    // Another thing under the same name is `id-reused`.
    let another =
        back.iter().filter(|one| one.field == Field::Title).map(text).any(|(before, after)| !alike(&before, &after));
    if reasons == 0 && !another {
        moved.extend(back.into_iter().filter(|one| is_goalpost(one.field)));
    }
    moved
}

fn is_goalpost(field: Field) -> bool {
    field.group() == Group::Goalpost
}

/// A decision on an objective is as old as this at most when it is written down.
const WRITTEN_WITHIN_DAYS: i32 = 14;

/// Tells whether a key result of an objective has a reason of the days of a change, or later: history does not say which
/// reasons of others stood before it.
fn is_amended(item: &Item<'_>, changed: Date) -> bool {
    let amends = item.objective.key_results.iter().flat_map(|key_result| &key_result.amend);
    amends.into_iter().any(|amend| (changed - amend.on).get_days() <= WRITTEN_WITHIN_DAYS)
}

fn message(id: &str, moved: &[Moved<'_>]) -> String {
    let told: Vec<String> = moved.iter().map(Moved::told).collect();
    let last = moved.iter().map(|one| one.event).max_by_key(|event| event.recorded);
    let when = last.map(recorded).unwrap_or_default();
    format!("of `{id}`, {} {when}, after the lock, and nobody says why", told.join(" and "))
}

/// Reports settings that move the days of cycles that run and have locked, once for each setting.
fn cycles(context: &Context<'_>, found: &mut Vec<Finding>) {
    let config = &context.tree.config;
    let mut moved: BTreeMap<String, Vec<(&Cycle, Cycle)>> = BTreeMap::new();
    for agreed in context.agreed.iter().filter(|agreed| agreed.lock < context.today) {
        let Some(now) = config.calendar.cycle(&agreed.id) else { continue };
        let runs = agreed.end >= context.today || now.end >= context.today;
        let days = [("start", agreed.start, now.start), ("end", agreed.end, now.end), ("lock", agreed.lock, now.lock)];
        if let Some((key, ..)) = days.into_iter().find(|(_, then, now)| runs && then != now) {
            moved.entry(setting(context, &now, key)).or_default().push((agreed, now));
        }
    }
    for (key, cycles) in moved {
        let (then, now) = &cycles[0];
        let days = |cycle: &Cycle| format!("{} to {}, locked on {}", cycle.start, cycle.end, cycle.lock);
        let more = if cycles.len() > 1 { format!(" (and {} more)", cycles.len() - 1) } else { String::new() };
        let message = format!(
            "{}{more} had locked as {}; now it is {}: what was agreed on moves with it",
            then.id,
            days(then),
            days(now)
        );
        let help = format!(
            "set it back, or keep this cycle as it was: `[[cycle]]` with id = \"{}\", start = {}, end = {}, lock = {}",
            then.id, then.start, then.end, then.lock
        );
        let mut finding = Finding::new(RULE.name, message, help).field(key.clone());
        if let Some(file) = config.file {
            finding = finding.at(file, config.written.get(&key).cloned().unwrap_or(0..0), "");
        }
        found.push(finding);
    }
}

/// Names the setting that gives a cycle one of its days.
fn setting(context: &Context<'_>, cycle: &Cycle, key: &str) -> String {
    let config = &context.tree.config;
    if let Some(index) = config.calendar.declared.iter().position(|declared| declared.id == cycle.id) {
        let own = format!("cycle.{index}.{key}");
        return if config.written.contains_key(&own) { own } else { format!("cycle.{index}.id") };
    }
    if key == "lock" { "calendar.lock_after_days".to_owned() } else { "calendar.fiscal_year_start".to_owned() }
}
