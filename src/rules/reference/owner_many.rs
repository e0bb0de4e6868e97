use crate::finding::Finding;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// A key result with more than one owner.
    ///
    /// ## Why
    /// Two people who answer for one number each expect the other to.
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
    /// owner = "@ana, @bo"
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
    /// owner = "@ana"
    /// ```
    ///
    /// ## Source
    /// John Doerr, Measure What Matters (2018): one owner for each key result.
    "owner-many", Reference, Warning, Each(check),
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    for part in item.parts() {
        let Some(owner) = &part.key_result.owner else { continue };
        if is_several(owner) {
            let message =
                format!("`{}` has more than one owner ({owner}), so each may wait for the other", part.key_result.id);
            found.push(part.finding(
                &RULE,
                "owner",
                message,
                "name the one who answers for it, or a team of `[teams]`",
            ));
        }
    }
}

/// Tells whether an owner is more than one.
pub(in crate::rules) fn is_several(owner: &str) -> bool {
    owner.split_whitespace().filter(|word| word.starts_with('@')).count() > 1
        || owner.contains([',', ';', '&'])
        || owner.contains(" and ")
        || owner.contains(" + ")
}
