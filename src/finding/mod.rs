//! Owns the one finding type that every rule and reader produces, and the formats it is written in.
//! Never decides what is wrong: that is the rules' and the reader's work.

mod concise;
mod format;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod mend;
mod sarif;
#[cfg(test)]
mod tests;

pub use format::{Format, RuleState, RuleWords, Style, Summary, View};
pub use json::{DocumentV1, EditElsewhereV1, EditV1, FindingV1, FixV1, RelatedV1, published};
pub(crate) use mend::edited;
pub use mend::{Round, round};

use crate::text::FileId;
use std::collections::BTreeMap;
use std::ops::Range;

/// How grave a finding is, from the least to the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Worth changing.
    Warning,
    /// Must be changed.
    Error,
}

impl Level {
    /// Gives the name as it is written and published.
    pub fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A range of bytes in a file, with what to say there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// Bytes of the file's text, byte order mark included.
    pub range: Range<usize>,
    /// What is to be seen there; empty where the message says it all.
    pub text: String,
}

/// One replacement in the finding's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes to replace.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// A way to mend a finding by edits in its primary file, and in others where something refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the edits do, in a few words.
    pub title: String,
    /// Whether it may be applied without asking: meaning and comments survive.
    pub safe: bool,
    /// Replacements in order, none overlapping.
    pub edits: Vec<Edit>,
    /// Replacements in other files, without which these would leave something wrong.
    pub elsewhere: Vec<(FileId, Edit)>,
}

impl Fix {
    /// Gives the edits by file; those without a file of their own are in the finding's.
    pub(crate) fn by_file(&self, own: FileId) -> BTreeMap<FileId, Vec<&Edit>> {
        let mut all = BTreeMap::from([(own, self.edits.iter().collect::<Vec<_>>())]);
        for (file, edit) in &self.elsewhere {
            all.entry(*file).or_default().push(edit);
        }
        all
    }
}

/// Something about the content that its authors should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, which is its only code.
    pub rule: &'static str,
    /// The rule's group; the engine fills it from the registry.
    pub group: &'static str,
    /// The level in force. What a rule makes it with is the most that it may be; the engine settles it from profile and
    /// configuration.
    pub level: Level,
    /// What was seen and why it matters, one sentence.
    pub message: String,
    /// The next thing to do.
    pub help: String,
    /// The narrowest place, `None` only where there is no file to point at.
    pub primary: Option<Label>,
    /// Other places of the same cause.
    pub related: Vec<Label>,
    /// Full name of the objective or key result, as far as it is known.
    pub name: Option<String>,
    /// The field that it is about: tells findings of one rule on one name apart in the fingerprint.
    pub field: Option<String>,
    /// How it can be mended by edits.
    pub fix: Option<Fix>,
    /// Stable identity over commits; the engine fills it.
    pub fingerprint: String,
    /// The reason of the `allow` that answers it; the engine fills it, and shows such a finding as suppressed alone.
    pub answer: Option<String>,
}

impl Finding {
    /// Starts a finding of a rule with a message and the next thing to do.
    pub fn new(rule: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Finding {
            rule,
            group: "",
            level: Level::Error,
            message: message.into(),
            help: help.into(),
            primary: None,
            related: Vec::new(),
            name: None,
            field: None,
            fix: None,
            fingerprint: String::new(),
            answer: None,
        }
    }

    /// Points at bytes of a file.
    pub fn at(mut self, file: FileId, range: Range<usize>, text: impl Into<String>) -> Self {
        self.primary = Some(Label { file, range, text: text.into() });
        self
    }

    /// Adds another place of the same cause.
    pub fn and(mut self, file: FileId, range: Range<usize>, text: impl Into<String>) -> Self {
        self.related.push(Label { file, range, text: text.into() });
        self
    }

    /// Says which objective or key result it is about.
    pub fn about(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says which field it is about.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says that it is no graver than this, whatever the rule's level.
    pub fn at_most(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Offers edits that mend it.
    pub fn fix(mut self, title: impl Into<String>, safe: bool, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), safe, edits, elsewhere: Vec::new() });
        self
    }
}
