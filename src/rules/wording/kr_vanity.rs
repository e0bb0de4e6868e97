use crate::finding::Finding;
use crate::rules::sentence::{Sentence, popular};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A key result that counts attention or activity: page views, followers, downloads, deployments.
    ///
    /// ## Why
    /// Such numbers go up with noise, money or mere work, and nobody need be better off.
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
    /// id = "views"
    /// title = "50,000 page views of the payment guide"
    /// definition = "Counted by the web shop, over the quarter"
    /// baseline = 12000
    /// target = 50000
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
    /// id = "guided"
    /// title = "Share of payment guide readers who connect their shop rises from 4 % to 9 %"
    /// definition = "Readers of a month, and who of them connected within a week"
    /// baseline = 4
    /// target = 9
    /// unit = "%"
    /// ```
    ///
    /// ## Source
    /// Eric Ries, The Lean Startup (2011): vanity metrics against actionable ones.
    "kr-vanity", Wording, Info, Said(check), english: true,
}

fn check(_: &Context<'_>, part: &Part<'_>, said: &Sentence<'_>, found: &mut Vec<Finding>) {
    let Some(words) = popular(said) else { return };
    let message = format!("`{}` counts attention or activity: `{words}`", part.key_result.id);
    let help = "what do these people do next, or what goes better because of it? Count that, or a share of it";
    found.push(part.finding(&RULE, "title", message, help));
}
