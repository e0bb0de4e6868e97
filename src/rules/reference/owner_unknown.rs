use crate::finding::Finding;
use crate::rules::profile::closest;
use crate::rules::reference::owner_many::is_several;
use crate::rules::{Context, declare_rule};
use std::collections::{BTreeMap, BTreeSet};

declare_rule! {
    /// An owner that is neither a team nor a member of one, where teams are listed.
    ///
    /// ## Why
    /// A misspelt handle reaches nobody, and its goals drop out of every list by owner.
    ///
    /// ## Bad
    /// ```toml okr.toml
    /// [teams."@acme/payments"]
    /// members = ["@ana"]
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
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
    /// owner = "@anna"
    /// ```
    ///
    /// ## Good
    /// ```toml okr.toml
    /// [teams."@acme/payments"]
    /// members = ["@ana"]
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
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
    /// owner = "@ana"
    /// ```
    ///
    /// ## Source
    /// git-okr's own: what is written either means what it says or is reported.
    "owner-unknown", Reference, Warning, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let teams = &context.tree.config.teams;
    if teams.is_empty() {
        return;
    }
    let known: BTreeMap<String, &str> = teams
        .iter()
        .flat_map(|(handle, team)| std::iter::once(handle).chain(&team.members))
        .map(|handle| (handle.to_lowercase(), handle.as_str()))
        .collect();
    let words = |owner: &str| {
        let message = format!("`{owner}` is neither a team nor a member of one, so nobody is reached");
        let help = match closest(&owner.to_lowercase(), known.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{}`?", known[near]),
            None => "add it to `[teams]` in okr.toml, or correct it".to_owned(),
        };
        (message, help)
    };
    // A default at the head of a file is said once.
    let mut seen = BTreeSet::new();
    for item in &context.objectives {
        let own = if item.place.table.fields.contains_key("owners") { "owners" } else { "owner" };
        for owner in item.objective.owners.iter().filter(|owner| !known.contains_key(&owner.to_lowercase())) {
            if seen.insert((item.file.file, item.span(own).start, owner)) {
                let (message, help) = words(owner);
                found.push(item.finding(&RULE, own, message, help));
            }
        }
        for part in item.parts() {
            // Several in one are `owner-many`.
            let owner = part.key_result.owner.as_ref().filter(|owner| !is_several(owner));
            if let Some(owner) = owner.filter(|owner| !known.contains_key(&owner.to_lowercase())) {
                let (message, help) = words(owner);
                found.push(part.finding(&RULE, "owner", message, help));
            }
        }
    }
}
