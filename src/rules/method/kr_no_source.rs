use crate::finding::Finding;
use crate::okr::Measure;
use crate::rules::sentence::Sentence;
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A number with no `source`, `definition` or `evidence`.
    ///
    /// ## Why
    /// Without it the next person measures something else under the same name.
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
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
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
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// baseline = 420
    /// target = 294
    /// source = "https://grafana.example/d/checkout"
    /// ```
    ///
    /// ## Source
    /// Paul Niven and Ben Lamorte, Objectives and Key Results (2016): write down where the number comes from.
    "kr-no-source", Method, Info, Said(check),
}

fn check(_: &Context<'_>, part: &Part<'_>, _: &Sentence<'_>, found: &mut Vec<Finding>) {
    let key_result = part.key_result;
    let number = matches!(key_result.measure, Some(Measure::Metric { .. } | Measure::Bound(_)));
    if number && key_result.source.is_none() && key_result.definition.is_none() && key_result.evidence.is_empty() {
        let message =
            format!("nothing says where the number of `{}` comes from, so the next one may be another", key_result.id);
        found.push(part.finding(
            &RULE,
            "id",
            message,
            "write `source = \"<url>\"` or `definition = \"<population, window>\"`",
        ));
    }
}
