use crate::finding::Finding;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// An objective that nobody stands behind.
    ///
    /// ## Why
    /// What belongs to everybody is checked in by nobody.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
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
    /// ```
    ///
    /// ## Source
    /// re:Work, Set goals with OKRs (Google): every goal has an owner.
    "owner-missing", Reference, Error, Each(check),
}

fn check(context: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let written = ["owner", "owners"].iter().any(|key| item.place.table.fields.contains_key(key));
    if item.objective.owners.is_empty() && !(written && context.misread(item.file.file, || item.extent())) {
        let message = format!("`{}` has no owner, so nobody will check in", item.objective.id);
        let help = "write `owner = \"@team\"` here, or above the first objective of the file";
        found.push(item.finding(&RULE, "owner", message, help));
    }
}
