use crate::finding::Finding;
use crate::history::{Event, EventKind, History};
use crate::okr::Name;
use crate::rules::time::recorded;
use crate::rules::{Context, declare_rule};
use std::collections::{BTreeMap, BTreeSet};

declare_rule! {
    /// A key result taken out after the lock, instead of being dropped.
    ///
    /// ## Why
    /// What is gone from the file is gone from the report, with the promise in it. `status = "dropped"` takes it out of the
    /// figures too, and leaves it to be seen.
    ///
    /// A file of a cycle that is over may be put away. A key result under another name needs `aliases`.
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-09
    ///  unit = "%"
    /// +current = 2.6
    /// +as_of = 2026-11-09
    /// -
    /// -[[objective.key_result]]
    /// -id = "complaints"
    /// -title = "Complaints about paying fall from 60 to 20 a week"
    /// -definition = "Letters and calls, by the day they came"
    /// -baseline = 60
    /// -target = 20
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
    /// ```diff okrs/2026-Q4/payments.toml 2026-11-09
    ///  unit = "%"
    /// +current = 2.6
    /// +as_of = 2026-11-09
    ///
    ///  [[objective.key_result]]
    ///  id = "complaints"
    ///  title = "Complaints about paying fall from 60 to 20 a week"
    ///  definition = "Letters and calls, by the day they came"
    ///  baseline = 60
    ///  target = 20
    /// +status = "dropped"
    /// +note = "The letters are counted by another team now."
    /// ```
    ///
    /// ## Source
    /// git-okr's own: scope is recorded like goalposts.
    "kr-removed", Goalposts, Error, History(check),
}

fn check(context: &Context<'_>, history: &History, found: &mut Vec<Finding>) {
    let standing: BTreeSet<String> =
        context.objectives.iter().flat_map(|item| item.parts().map(|part| part.called()).collect::<Vec<_>>()).collect();
    // The newest word on each name, by objective: an objective that went takes its key results along, and is one finding.
    let mut told = BTreeSet::new();
    let mut gone: BTreeMap<Name, Vec<(Name, &Event)>> = BTreeMap::new();
    for event in &history.events {
        let existence = matches!(event.kind, EventKind::Created | EventKind::Restored | EventKind::Removed);
        if !existence || !told.insert(event.name.as_str()) || event.kind != EventKind::Removed {
            continue;
        }
        let Some(name) = Name::parse(&event.name).filter(|_| !standing.contains(&event.name)) else { continue };
        let runs = context.tree.config.calendar.cycle(&name.cycle).is_some_and(|cycle| event.recorded_on <= cycle.end);
        if runs && context.is_late(event) {
            gone.entry(Name::objective(&name.cycle, &name.objective)).or_default().push((name, event));
        }
    }
    for (home, gone) in gone {
        match context.objectives.iter().find(|item| item.name.as_ref() == Some(&home)) {
            Some(item) => {
                for (name, event) in gone {
                    let id = name.key_result.clone().unwrap_or_default();
                    let finding = item.finding(&RULE, "id", message(&id, event), help(&id, heir(history, event)));
                    found.push(finding.about(name.to_string()));
                }
            }
            None => {
                let (name, event) = &gone[0];
                let id = name.key_result.clone().unwrap_or_default();
                let what =
                    if gone.len() > 1 { format!("{id}` and the rest of `{home}") } else { format!("{home}/{id}") };
                let finding = Finding::new(RULE.name, message(&what, event), help(&id, heir(history, event)))
                    .about(home.to_string());
                let file = context.tree.files.iter().find(|file| file.path == event.path);
                found.push(match file {
                    Some(file) => finding.at(file.file, 0..0, ""),
                    None => finding,
                });
            }
        }
    }
}

fn message(id: &str, event: &Event) -> String {
    format!("`{id}` was taken out {}, after the lock: the promise went with it", recorded(event))
}

/// Finds the one key result that came into the same objective with the same commit: most likely it is the same thing under
/// a new name.
fn heir<'h>(history: &'h History, gone: &Event) -> Option<&'h str> {
    let home = gone.name.rsplit_once('/')?.0;
    let mut come = history.events.iter().filter(|event| {
        let here = event.name.rsplit_once('/').is_some_and(|(objective, _)| objective == home);
        event.kind == EventKind::Created && event.commit == gone.commit && here
    });
    let one = come.next()?;
    come.next().is_none().then_some(one.name.rsplit_once('/')?.1)
}

fn help(id: &str, heir: Option<&str>) -> String {
    let there = heir.map_or_else(|| "there".to_owned(), |heir| format!("at `{heir}`, which came with the same commit"));
    format!(
        "put it back with `status = \"dropped\"` and a `note`; if it has another name now, write `aliases = [\"{id}\"]` {there}"
    )
}
