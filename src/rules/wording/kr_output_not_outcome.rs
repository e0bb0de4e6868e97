use crate::finding::Finding;
use crate::rules::sentence::{Effect, Sentence, Sign, defined, effect};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A key result that says that a thing gets done, made, shipped, held, hired or documented, not that a measure changes.
    ///
    /// ## Why
    /// Work can be finished and change nothing: what is wanted is the difference that it makes for somebody. Half of
    /// real key results are such outputs, so it warns and explains, and the work itself has a place as an initiative.
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
    /// id = "retry-queue"
    /// title = "Build a retry queue for card payments"
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
    /// id = "failed-payments"
    /// title = "Failed card payments fall from 4.1 % to 1.5 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 4.1
    /// target = 1.5
    /// unit = "%"
    ///
    /// [[objective.initiative]]
    /// title = "Build a retry queue for card payments"
    /// drives = ["failed-payments"]
    /// ```
    ///
    /// ## Source
    /// Google re:Work, Set goals with OKRs: key results describe outcomes, not activities. The signs are git-okr's own.
    "kr-output-not-outcome", Wording, Warning, Said(check), english: true,
}

fn check(context: &Context<'_>, part: &Part<'_>, said: &Sentence<'_>, found: &mut Vec<Finding>) {
    let key_result = part.key_result;
    let Effect::Output(sign, words) = effect(said) else { return };
    // Fields that measure a rate, a time, a share, money or satisfaction outweigh any verb, but not a share of a
    // task; numbers of any other kind outweigh what is only said to be there.
    let task = matches!(sign, Sign::Task);
    let weak = matches!(sign, Sign::There | Sign::Have | Sign::Can | Sign::Thing);
    if defined(key_result) && (weak || !task && context.measures(key_result)) {
        return;
    }
    let (seen, question) = (shown(sign, &words), question(sign));
    let message = format!("`{}` tells what gets done, not what changes: {seen}", key_result.id);
    let help = format!(
        "{question} Write that with where it starts and where it shall be; the work fits in an `[[objective.initiative]]`"
    );
    found.push(part.finding(&RULE, "title", message, help));
}

/// Says which words decided, and as what.
fn shown(sign: Sign, words: &str) -> String {
    match sign {
        Sign::Work => format!("`{words}` is work"),
        Sign::Count => format!("`{words}` counts what is made or held"),
        Sign::There => format!("`{words}` says that a thing is there"),
        Sign::Task => format!("`{words}` is a task, however many do it"),
        Sign::Have => format!("`{words}` is about having a thing"),
        Sign::Can => format!("`{words}` says what is possible, not what happens"),
        Sign::Thing => format!("`{words}` is a thing, and nothing is said about what it does"),
    }
}

/// Asks what turns the sentence round.
fn question(sign: Sign) -> &'static str {
    match sign {
        Sign::Work => "what changes for whom once it is done?",
        Sign::Count => "what would be different after all of them, and for whom?",
        Sign::There => "what changes for whom once it is there?",
        Sign::Task => "what goes better, and by how much, once all of them have done it?",
        Sign::Have => "what does it change, and for whom, to have it?",
        Sign::Can => "how many will do it, how often, or how fast?",
        Sign::Thing => "what gets better for whom once it is there?",
    }
}
