use crate::rules::declare_rule;

declare_rule! {
    /// A file that is not TOML.
    ///
    /// ## Why
    /// What does not parse cannot be judged, reported or recorded. A merge conflict left in the file is the usual
    /// cause.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4
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
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Source
    /// [TOML 1.0](https://toml.io/en/v1.0.0).
    "toml-syntax", Format, Error, Reading,
}
