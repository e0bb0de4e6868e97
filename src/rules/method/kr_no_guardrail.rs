use crate::finding::Finding;
use crate::okr::{Kind, Measure, Role};
use crate::rules::words::{pressure, share};
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// Speed, volume, growth or cost with nothing paired against it.
    ///
    /// ## Why
    /// Any of these can be had at the expense of quality; a guardrail makes that visible.
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
    /// id = "p99-latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
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
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "p99-latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments stay below 1 %"
    /// definition = "Share of the week's card payments"
    /// role = "guardrail"
    /// at_most = 1
    /// unit = "%"
    /// ```
    ///
    /// ## Source
    /// Andrew Grove, High Output Management (1983): pair every indicator with one that measures its opposite.
    "kr-no-guardrail", Method, Info, Active(check), english: true,
}

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let guarded = item.active_parts().any(|part| {
        part.key_result.role == Role::Guardrail
            || part.key_result.kind() == Some(Kind::Bound)
            || !part.key_result.guards.is_empty()
    });
    if guarded {
        return;
    }
    let pressed = item.goals().find_map(|part| {
        // A share of costs or revenue is no volume, and neither is a percentage that starts somewhere.
        let percentage = part.key_result.unit.as_deref() == Some("%")
            && matches!(part.key_result.measure, Some(Measure::Metric { baseline: Some(from), .. }) if from != 0.0);
        let title = Some(&part.key_result.title).filter(|title| !percentage && share(title).is_none())?;
        Some((part, pressure(title)?))
    });
    if let Some((part, word)) = pressed {
        let message =
            format!("`{}` is about `{word}`, and nothing shows what that costs elsewhere", part.key_result.id);
        let help = "add a key result with `role = \"guardrail\"` and a bound: what must not get worse meanwhile?";
        found.push(part.finding(&RULE, "title", message, help));
    }
}
