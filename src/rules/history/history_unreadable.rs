use crate::rules::declare_rule;

declare_rule! {
    /// A file at some commit did not parse, or a value in it could not be read.
    ///
    /// ## Why
    /// What was recorded in that commit is not known; the state before it is taken to have gone on. Nothing is wrong
    /// today, but a figure of that time may be.
    ///
    /// ## Bad
    /// A commit with a merge conflict left in an objective file, mended by a later one.
    ///
    /// ## Good
    /// Run `git okr check` before each commit, by a hook or in CI.
    ///
    /// ## Source
    /// git-okr's own: old revisions never fail a run, and are never passed over in silence.
    "history-unreadable", History, Info, Engine,
}
