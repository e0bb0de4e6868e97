use crate::finding::Finding;
use crate::history::{EventKind, History};
use crate::rules::{Context, declare_rule};
use std::collections::{BTreeMap, BTreeSet};

declare_rule! {
    /// Parent and child written by the same one person, for a team of several.
    ///
    /// ## Why
    /// Goals that are handed down are obeyed, not owned: about half of them should come from the team.
    ///
    /// ## Bad
    /// One person commits the company's objective and those of every team below it.
    ///
    /// ## Good
    /// The team commits its own objectives, after talking about the company's.
    ///
    /// ## Source
    /// John Doerr, Measure What Matters (2018): about half of the objectives come from below.
    "objective-single-voice", Method, Info, History(check),
}

fn check(context: &Context<'_>, history: &History, found: &mut Vec<Finding>) {
    let mut authors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for event in &history.events {
        if matches!(event.kind, EventKind::Created | EventKind::Definition) {
            // The objective's own name, also for an event of a key result of it.
            let end = event.name.match_indices('/').nth(1).map_or(event.name.len(), |(at, _)| at);
            authors.entry(&event.name[..end]).or_default().insert(&event.author.email);
        }
    }
    let teams = &context.tree.config.teams;
    for item in context.active() {
        let several = |owner: &String| teams.get(owner).is_some_and(|team| team.members.len() > 1);
        if !item.objective.owners.iter().any(several) {
            continue;
        }
        let Some(parent) = context.parent_of(item) else { continue };
        let shared = parent.objective.owners.iter().any(|owner| item.objective.owners.contains(owner));
        let (Some(above), Some(own)) = (authors.get(parent.called().as_str()), authors.get(item.called().as_str()))
        else {
            continue;
        };
        if !shared && own.len() == 1 && above == own {
            let message = format!(
                "`{}` and its parent `{}` were written by one and the same person, for a team of several",
                item.objective.id,
                parent.called()
            );
            let help = "let the team write its part: its own words and numbers, in its own commits";
            found.push(item.finding(&RULE, "parent", message, help));
        }
    }
}
