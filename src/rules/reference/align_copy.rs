use crate::finding::Finding;
use crate::rules::words::alike;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// A child that repeats its parent's words.
    ///
    /// ## Why
    /// A goal handed down word for word says nothing about what this team can do for it.
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
    /// title = "Customers trust us with their money"
    /// commitment = "committed"
    /// parent = "2026/customer-trust"
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
    /// ```
    ///
    /// ## Source
    /// Felipe Castro, on cascading: alignment is not copying.
    "align-copy", Reference, Warning, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for item in context.active() {
        let Some(parent) = context.parent_of(item) else { continue };
        let continues = parent.objective.id == item.objective.id;
        if continues || parent.name == item.name {
            continue;
        }
        let titles = std::iter::once((&parent.objective.title, parent.span("title")))
            .chain(parent.parts().map(|part| (&part.key_result.title, part.place.of("title"))));
        let copied = titles.into_iter().find(|(title, _)| alike(title, &item.objective.title));
        if let Some((_, range)) = copied {
            let message = format!(
                "`{}` repeats the words of its parent `{}`, so it adds nothing to them",
                item.objective.id,
                parent.called()
            );
            let help = "say what this team changes, in its own words";
            found.push(item.finding(&RULE, "title", message, help).and(parent.file.file, range, "the parent's words"));
        }
    }
}
