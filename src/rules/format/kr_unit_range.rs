use crate::finding::Finding;
use crate::okr::{Goal, Measure};
use crate::rules::words::share;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// A percentage outside 0–100 where the title speaks of a share.
    ///
    /// ## Why
    /// A share of a whole cannot pass it: most often the number was meant as growth, or slipped by a digit.
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
    /// id = "success-share"
    /// title = "Share of payments that succeed rises"
    /// definition = "All card payments of the week"
    /// baseline = 92
    /// target = 995
    /// unit = "%"
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
    /// id = "success-share"
    /// title = "Share of payments that succeed rises"
    /// definition = "All card payments of the week"
    /// baseline = 92
    /// target = 99.5
    /// unit = "%"
    /// ```
    ///
    /// ## Source
    /// git-okr's own.
    "kr-unit-range", Format, Warning, Each(check), english: true,
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    for part in item.parts().filter(|part| part.key_result.unit.as_deref() == Some("%")) {
        let Some(word) = share(&part.key_result.title) else { continue };
        let mut values = vec![("current", part.key_result.current)];
        match &part.key_result.measure {
            Some(Measure::Metric { baseline, goal }) => {
                values.push(("baseline", *baseline));
                if let Goal::Target(target) = goal {
                    values.push(("target", Some(*target)));
                }
            }
            Some(Measure::Bound(bounds)) => values.extend([("at_least", bounds.at_least), ("at_most", bounds.at_most)]),
            _ => {}
        }
        let out = values.into_iter().find_map(|(field, value)| {
            value.filter(|value| !(0.0..=100.0).contains(value)).map(|value| (field, value))
        });
        if let Some((field, value)) = out {
            let message =
                format!("`{field}` is {value} %, and the title speaks of a share (`{word}`), which lies within 0–100");
            found.push(part.finding(&RULE, field, message, "correct the number, or say in the title what grows"));
        }
    }
}
