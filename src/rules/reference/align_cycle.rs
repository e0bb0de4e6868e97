use crate::finding::Finding;
use crate::okr::Resolution;
use crate::rules::links::{Reference, references};
use crate::rules::{Context, declare_rule};
use std::collections::{BTreeMap, BTreeSet};

declare_rule! {
    /// Parents, or what depends on what, in a circle.
    ///
    /// ## Why
    /// In a circle nobody can come first: each goal waits for or serves itself.
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
    /// parent = "happy-merchants"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    ///
    /// [[objective]]
    /// id = "happy-merchants"
    /// title = "Merchants recommend us"
    /// commitment = "committed"
    /// parent = "reliable-checkout"
    ///
    /// [[objective.key_result]]
    /// id = "nps"
    /// title = "Merchants' NPS rises from 31 to 45"
    /// definition = "Answers of nine and ten in the survey"
    /// baseline = 31
    /// target = 45
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
    ///
    /// [[objective]]
    /// id = "happy-merchants"
    /// title = "Merchants recommend us"
    /// commitment = "committed"
    /// parent = "reliable-checkout"
    ///
    /// [[objective.key_result]]
    /// id = "nps"
    /// title = "Merchants' NPS rises from 31 to 45"
    /// definition = "Answers of nine and ten in the survey"
    /// baseline = 31
    /// target = 45
    /// ```
    ///
    /// ## Source
    /// git-okr's own: what is written either means what it says or is reported.
    "align-cycle", Reference, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let references = references(context);
    for field in ["parent", "depends_on"] {
        let mut links: BTreeMap<String, Vec<(String, &Reference<'_>)>> = BTreeMap::new();
        for reference in references.iter().filter(|reference| reference.field == field) {
            if let Resolution::One(meant) = &reference.meant {
                links.entry(reference.name.clone()).or_default().push((meant.to_string(), reference));
            }
        }
        for circle in circles(&links) {
            let names: Vec<&str> = circle.iter().map(|reference| reference.name.as_str()).collect();
            let message = match names.as_slice() {
                [own] => format!("`{own}` names itself"),
                [first, ..] => format!("{} → {first} is a circle, so none of them can come first", names.join(" → ")),
                [] => continue,
            };
            let mut finding = circle[0].finding(&RULE, message, "take one of these links out");
            for reference in &circle[1..] {
                finding = finding.and(reference.item.file.file, reference.span.clone(), "and from here");
            }
            found.push(finding);
        }
    }
}

/// Finds one circle for each link that leads back to where a walk came from, by depth, without recursion.
fn circles<'r>(links: &BTreeMap<String, Vec<(String, &'r Reference<'r>)>>) -> Vec<Vec<&'r Reference<'r>>> {
    let mut found = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for start in links.keys().map(String::as_str) {
        // The way from the start: each name with the next link to try.
        let mut way: Vec<(&str, usize)> = if done.contains(start) { Vec::new() } else { vec![(start, 0)] };
        let mut on_way: BTreeMap<&str, usize> = way.iter().map(|&(name, _)| (name, 0)).collect();
        while let Some(&mut (name, ref mut next)) = way.last_mut() {
            let Some((meant, _)) = links.get(name).and_then(|all| all.get(*next)) else {
                done.insert(name);
                on_way.remove(name);
                way.pop();
                continue;
            };
            *next += 1;
            if let Some(&from) = on_way.get(meant.as_str()) {
                found.push(way[from..].iter().map(|&(name, tried)| links[name][tried - 1].1).collect());
            } else if !done.contains(meant.as_str()) {
                on_way.insert(meant, way.len());
                way.push((meant, 0));
            }
        }
    }
    found
}
