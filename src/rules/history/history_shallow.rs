use crate::rules::declare_rule;

declare_rule! {
    /// A rule that judges the past was asked for, and the past is not all there.
    ///
    /// ## Why
    /// On a history that is cut short such a rule would see nothing and pass. A check that cannot tell must not say that
    /// all is well.
    ///
    /// ## Bad
    /// A clone made with `--depth 1`, as many CI systems do by default.
    ///
    /// ## Good
    /// A full clone: `git fetch --unshallow`, or `fetch-depth: 0` in the workflow.
    ///
    /// ## Source
    /// git-okr's own: no number without the history that it comes from.
    "history-shallow", History, Error, Engine,
}
