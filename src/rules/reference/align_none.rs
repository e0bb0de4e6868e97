use crate::finding::Finding;
use crate::rules::{Context, declare_rule};
use std::collections::BTreeSet;

declare_rule! {
    /// A team's objective without a parent, in a repository where others have one.
    ///
    /// ## Why
    /// What serves no larger goal is the first to be questioned; say what it serves, or that it stands alone.
    ///
    /// ## Bad
    /// ```toml okrs/2026/company.toml
    /// cycle = "2026"
    /// owner = "@acme"
    ///
    /// [[objective]]
    /// id = "customer-trust"
    /// title = "Customers trust us with their money"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "nps"
    /// title = "Merchants' NPS rises from 31 to 45"
    /// definition = "Answers of nine and ten in the survey"
    /// baseline = 31
    /// target = 45
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    /// parent = "2026/customer-trust"
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
    /// ```toml okrs/2026/company.toml
    /// cycle = "2026"
    /// owner = "@acme"
    ///
    /// [[objective]]
    /// id = "customer-trust"
    /// title = "Customers trust us with their money"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "nps"
    /// title = "Merchants' NPS rises from 31 to 45"
    /// definition = "Answers of nine and ten in the survey"
    /// baseline = 31
    /// target = 45
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    /// parent = "2026/customer-trust"
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
    /// parent = "2026/customer-trust"
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
    /// Christina Wodtke, Radical Focus (2021): align loosely, but say to what.
    "align-none", Reference, Info, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let mut parents = BTreeSet::new();
    let mut children = BTreeSet::new();
    for item in context.active() {
        if item.objective.parent.is_some() {
            children.insert(item.objective.cycle.as_deref());
            parents.extend(context.parent_of(item).map(|parent| parent.called()));
        }
    }
    for item in context.active().filter(|item| item.objective.parent.is_none()) {
        // The top of the house has no parent: what is one, and cycles in which nobody has one.
        if !parents.contains(&item.called()) && children.contains(&item.objective.cycle.as_deref()) {
            let message = format!(
                "`{}` names no parent while others of its cycle do, so it is not said what it serves",
                item.objective.id
            );
            let help = "write `parent = \"<cycle>/<objective>\"`, or answer with `allow` that it stands alone";
            found.push(item.finding(&RULE, "parent", message, help));
        }
    }
}
