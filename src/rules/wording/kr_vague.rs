use crate::finding::Finding;
use crate::rules::sentence::{Sentence, arguable, defined};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A key result of which two people could argue whether it came true, and that nothing defines.
    ///
    /// ## Why
    /// Loved, effective or world-class are opinions: at the end of the cycle everybody has their own.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "love"
    /// title = "Customers love how they pay"
    /// done = false
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "love"
    /// title = "Customers who would recommend how they pay"
    /// definition = "9 or 10 of 10 in the survey after the first purchase"
    /// baseline = 31
    /// target = 45
    /// unit = "%"
    /// ```
    ///
    /// ## Source
    /// Google re:Work, Set goals with OKRs: achievement has to be measurable with evidence. The words are git-okr's own.
    "kr-vague", Wording, Info, Said(check), english: true,
}

fn check(_: &Context<'_>, part: &Part<'_>, said: &Sentence<'_>, found: &mut Vec<Finding>) {
    if part.key_result.definition.is_some() || defined(part.key_result) {
        return;
    }
    let Some(word) = arguable(said) else { return };
    let message =
        format!("whether `{}` came true is open to argument: nothing says what `{word}` means", part.key_result.id);
    let help = "say how one would see it: a measure with where it starts and where it shall be, or a `definition`";
    found.push(part.finding(&RULE, "title", message, help));
}
