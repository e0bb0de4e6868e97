use crate::finding::Finding;
use crate::rules::scores::habits;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// Aspirational key results of one owner ended below 0.4 on average, two cycles running.
    ///
    /// ## Why
    /// A stretch that is never near discourages: nobody works towards what cannot be. Two cycles in a row are no accident.
    ///
    /// It looks at the habit, whatever was written down about each single score.
    ///
    /// ## Bad
    /// ```toml okrs/2026-Q2/payments.toml
    /// cycle = "2026-Q2"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// current = 2.6
    /// score = 0.2
    /// retro = { learned = "Half of the failures are cards that ran out. Nobody had asked." }
    /// ```
    /// ```toml okrs/2026-Q3/payments.toml
    /// cycle = "2026-Q3"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// current = 2.6
    /// score = 0.2
    /// retro = { learned = "Half of the failures are cards that ran out. Nobody had asked." }
    /// ```
    ///
    /// ## Good
    /// ```toml okrs/2026-Q2/payments.toml
    /// cycle = "2026-Q2"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// current = 1.8
    /// score = 0.6
    /// retro = { learned = "Half of the failures are cards that ran out. Nobody had asked." }
    /// ```
    /// ```toml okrs/2026-Q3/payments.toml
    /// cycle = "2026-Q3"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "aspirational"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// current = 1.8
    /// score = 0.6
    /// retro = { learned = "Half of the failures are cards that ran out. Nobody had asked." }
    /// ```
    ///
    /// ## Source
    /// re:Work, Set goals with OKRs (Google): the sweet spot is 0.6 to 0.7; the limits are git-okr's own.
    "too-hard", Closing, Info, Tree(check), thresholds: &[("below", 0.4), ("cycles", 2.0)],
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let (limit, cycles) = (context.threshold(&RULE, "below"), context.threshold(&RULE, "cycles"));
    for habit in habits(context, cycles, |mean| mean < limit) {
        let message = format!(
            "the aspirational key results of {} came to {}: nobody works towards what cannot be",
            habit.owner, habit.told
        );
        let help = "set targets that are as likely as not, or fewer of them";
        let finding = habit.item.finding(&RULE, "commitment", message, help);
        found.push(finding.field(format!("commitment.{}", habit.owner)));
    }
}
