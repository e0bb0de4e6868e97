use crate::rules::declare_rule;

declare_rule! {
    /// A setting in `okr.toml` that does not read, or a rule that there is not.
    ///
    /// ## Why
    /// A setting without effect is worse than none: people rely on it.
    ///
    /// ## Bad
    /// ```toml okr.toml
    /// version = 1
    ///
    /// [rules.levels]
    /// kr-cuont = "error"
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    ///
    /// [[objective.key_result]]
    /// id = "p99-latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Good
    /// ```toml okr.toml
    /// version = 1
    ///
    /// [rules.levels]
    /// kr-count = "error"
    /// ```
    /// ```toml okrs/2026-Q4/payments.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    ///
    /// [[objective.key_result]]
    /// id = "p99-latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
    /// baseline = 420
    /// target = 294
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// baseline = 3
    /// target = 1
    /// ```
    ///
    /// ## Source
    /// git-okr's own: what is written either means what it says or is reported.
    "config-invalid", Format, Error, Reading, fixable: true,
}
