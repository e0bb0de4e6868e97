use crate::finding::Finding;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// An objective of so few words that it says nothing, or of so many that nobody can say it by heart.
    ///
    /// ## Why
    /// An objective works by being remembered: two words name a topic, not a goal, and a paragraph is read once.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Better checkout"
    /// commitment = "aspirational"
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
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
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
    /// Christina Wodtke, Radical Focus (2021): one sentence that gets people out of bed. The limits are git-okr's own.
    "objective-length", Wording, Info, Active(check), english: true, thresholds: &[("min", 3.0), ("max", 20.0)],
}

fn check(context: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let (min, max) = (context.threshold(&RULE, "min"), context.threshold(&RULE, "max"));
    // A sign between words, such as a dash, is no word.
    let words = item.objective.title.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    #[allow(clippy::cast_precision_loss)]
    let count = words as f64;
    if count == 0.0 || (min..=max).contains(&count) {
        return;
    }
    let unit = if words == 1 { "word" } else { "words" };
    let (seen, help) = if count < min {
        (format!("fewer than {min}: that names a topic, not what is wanted"), "say what will be true, and for whom")
    } else {
        (format!("more than {max}: nobody will know it by heart"), "keep what is wanted, and move the reasons to `why`")
    };
    found.push(item.finding(&RULE, "title", format!("the objective has {words} {unit}, {seen}"), help));
}
