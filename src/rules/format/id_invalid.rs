use crate::rules::declare_rule;
use crate::rules::rename::mend_ids;

declare_rule! {
    /// An id that is not a slug.
    ///
    /// ## Why
    /// Ids are typed in terminals, commit trailers and references: small letters, digits and hyphens, at most 64.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    ///
    /// [[objective.key_result]]
    /// id = "P99 latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
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
    ///
    /// [[objective.key_result]]
    /// id = "p99-latency"
    /// title = "P99 latency of payments falls from 420 ms to 294 ms"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Source
    /// git-okr's own: what is written either means what it says or is reported.
    "id-invalid", Format, Error, Tree(|context, found| mend_ids(context, found, RULE.name)), fixable: true,
}
