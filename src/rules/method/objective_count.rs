use crate::finding::Finding;
use crate::rules::Item;
use crate::rules::{Context, declare_rule};
use std::collections::BTreeMap;

declare_rule! {
    /// More objectives for one owner and cycle than anybody can keep in mind.
    ///
    /// ## Why
    /// Focus is what the method is for: the sixth goal takes its time from the first.
    ///
    /// ## Bad
    /// ```toml okr.toml
    /// [rules.objective-count]
    /// max = 1
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
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
    /// ```toml okr.toml
    /// [rules.objective-count]
    /// max = 1
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
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
    /// re:Work, Set goals with OKRs (Google): three to five; Christina Wodtke, Radical Focus: one.
    "objective-count", Method, Warning, Tree(check), thresholds: &[("min", 1.0), ("max", 5.0)],
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let (min, max) = (context.threshold(&RULE, "min"), context.threshold(&RULE, "max"));
    let mut sets: BTreeMap<(&str, &str), Vec<&Item<'_>>> = BTreeMap::new();
    for item in context.active() {
        let Some(cycle) = &item.objective.cycle else { continue };
        for owner in &item.objective.owners {
            sets.entry((owner, cycle)).or_default().push(item);
        }
    }
    for ((owner, cycle), items) in sets {
        #[allow(clippy::cast_precision_loss)]
        let count = items.len() as f64;
        if count > max {
            // The first one too many.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let item = items[max as usize];
            let message = format!("{owner} has {count} objectives in {cycle} (at most {max}), so none has the focus");
            let help = "keep those that matter most; the others can wait: `status = \"deferred\"`";
            found.push(item.finding(&RULE, "id", message, help));
        } else if count < min {
            let message = format!("{owner} has {count} of at least {min} objectives in {cycle}");
            found.push(items[0].finding(
                &RULE,
                "id",
                message,
                "add what else matters this cycle, or lower `[rules.objective-count] min`",
            ));
        }
    }
}
