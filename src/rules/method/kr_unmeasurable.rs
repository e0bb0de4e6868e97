use crate::finding::Finding;
use crate::rules::sentence::{Sentence, reached};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A key result of which neither the fields nor the sentence say when it is reached.
    ///
    /// ## Why
    /// At the end of the cycle its score would be an opinion.
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
    /// id = "love"
    /// title = "Customers love the new checkout"
    /// definition = "Answers in the survey after the purchase"
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
    /// id = "rating"
    /// title = "Customers rate the new checkout with 4.5 of 5"
    /// definition = "Answers in the survey after the purchase"
    /// baseline = 3.8
    /// target = 4.5
    /// ```
    ///
    /// ## Source
    /// Marissa Mayer, quoted by Doerr in Measure What Matters (2018): it is not a key result unless it has a number.
    "kr-unmeasurable", Method, Error, Said(check),
}

fn check(context: &Context<'_>, part: &Part<'_>, said: &Sentence<'_>, found: &mut Vec<Finding>) {
    let misread = || context.misread(part.item.file.file, || part.extent());
    if part.key_result.measure.is_none() && !misread() && reached(said, context.english()).is_none() {
        let message = format!(
            "neither fields nor title say when `{}` is reached: no number, no limit, no `all` or `zero`",
            part.key_result.id
        );
        let help = "write `baseline` and `target`, `at_most` or `at_least`, milestones, or `done = false` for a thing that is there or not";
        found.push(part.finding(&RULE, "title", message, help));
    }
}
