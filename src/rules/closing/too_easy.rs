use crate::finding::Finding;
use crate::rules::scores::habits;
use crate::rules::{Context, declare_rule};

declare_rule! {
    /// Aspirational key results of one owner ended above 0.85 on average, two cycles running.
    ///
    /// ## Why
    /// A stretch that is nearly always reached was none. Teams that are praised for high scores learn to aim low; 0.6 to 0.7 on
    /// average is where a stretch belongs.
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
    /// current = 1.1
    /// score = 0.95
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
    /// current = 1.1
    /// score = 0.95
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
    /// current = 1.5
    /// score = 0.75
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
    /// current = 1.5
    /// score = 0.75
    /// ```
    ///
    /// ## Source
    /// re:Work, Set goals with OKRs (Google): the sweet spot is 0.6 to 0.7; the limits are git-okr's own.
    "too-easy", Closing, Info, Tree(check), thresholds: &[("above", 0.85), ("cycles", 2.0)],
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let (limit, cycles) = (context.threshold(&RULE, "above"), context.threshold(&RULE, "cycles"));
    for habit in habits(context, cycles, |mean| mean > limit) {
        let message = format!(
            "the aspirational key results of {} came to {}: a stretch that is always reached is none",
            habit.owner, habit.told
        );
        let help = "reach further next time, or call what is sure `committed`";
        let finding = habit.item.finding(&RULE, "commitment", message, help);
        found.push(finding.field(format!("commitment.{}", habit.owner)));
    }
}
