use crate::finding::Finding;
use crate::okr::Resolution;
use crate::rules::links::references;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// A parent, `guards`, `drives` or `depends_on` that could mean two.
    ///
    /// ## Why
    /// The tool would have to guess which one is meant, and the reader too.
    ///
    /// ## Bad
    /// ```toml okrs/2026/company.toml
    /// owner = "@acme"
    ///
    /// [[objective]]
    /// id = "customer-trust"
    /// cycle = "2026"
    /// title = "Customers trust us with their money"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "nps"
    /// title = "Merchants' NPS rises from 31 to 45"
    /// definition = "Answers of nine and ten in the survey"
    /// baseline = 31
    /// target = 45
    ///
    /// [[objective]]
    /// id = "customer-trust"
    /// cycle = "2026-H2"
    /// title = "Merchants trust us too"
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
    /// parent = "customer-trust"
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
    /// parent = "customer-trust"
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
    /// git-okr's own: what is written either means what it says or is reported.
    "ref-ambiguous", Reference, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for reference in references(context) {
        let Resolution::Ambiguous(names) = &reference.meant else { continue };
        let [first, second, ..] = names.as_slice() else { continue };
        let message = format!("`{}` could mean `{first}` or `{second}`", reference.written);
        found.push(reference.finding(&RULE, message, format!("write the full name, for instance `{first}`")));
    }
}
