use crate::rules::declare_rule;

declare_rule! {
    /// A file, a title or a nesting beyond the limits: 1 MiB a file, 300 characters a title, 16 levels, 50,000 objectives.
    ///
    /// ## Why
    /// Limits keep a hostile or generated file from stopping the tool for everybody.
    ///
    /// ## Bad
    /// A file of more than 1 MiB, or a title that is a whole page.
    ///
    /// ## Good
    /// Several files, one a team; what does not fit a title stands in `why` or `definition`.
    ///
    /// ## Source
    /// git-okr's own.
    "limit-exceeded", Format, Error, Reading,
}
