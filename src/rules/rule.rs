//! Owns what a rule is: its name, its words, and how it runs.

use super::context::{Context, Item, Part};
use super::sentence::Sentence;
use crate::finding::{Finding, Level};
use crate::history::History;
use jiff::civil::Date;
use std::fmt;

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What does not read, or cannot be meant.
    Format,
    /// What points at something that is not there.
    Reference,
    /// How goals are set.
    Method,
    /// How goals are worded.
    Wording,
    /// How regularly they are looked at.
    Cadence,
    /// What was promised, and stays so.
    Goalposts,
    /// How cycles end.
    Closing,
    /// What of the history is not there.
    History,
    /// What is written for readers of the goals.
    Report,
    /// Answers to findings.
    Allow,
}

impl Group {
    /// Every group, in the order of the documentation.
    pub const ALL: &[Group] = &[
        Group::Format,
        Group::Reference,
        Group::Method,
        Group::Wording,
        Group::Cadence,
        Group::Goalposts,
        Group::Closing,
        Group::History,
        Group::Report,
        Group::Allow,
    ];

    /// Gives the name as it is written and published.
    pub fn name(self) -> &'static str {
        match self {
            Group::Format => "format",
            Group::Reference => "reference",
            Group::Method => "method",
            Group::Wording => "wording",
            Group::Cadence => "cadence",
            Group::Goalposts => "goalposts",
            Group::Closing => "closing",
            Group::History => "history",
            Group::Report => "report",
            Group::Allow => "allow",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a rule comes to its findings.
#[derive(Clone, Copy)]
pub enum Run {
    /// The reader raises them.
    Reading,
    /// The reader raises them, and a look at the whole tree says how they are mended.
    Mending(fn(&Context<'_>, &mut [Finding])),
    /// The engine raises them.
    Engine,
    /// A look at each objective on its own, whatever its status.
    Each(fn(&Context<'_>, &Item<'_>, &mut Vec<Finding>)),
    /// A look at each objective that is pursued, on its own.
    Active(fn(&Context<'_>, &Item<'_>, &mut Vec<Finding>)),
    /// A look at each key result that is pursued, and at its title as a sentence.
    Said(fn(&Context<'_>, &Part<'_>, &Sentence<'_>, &mut Vec<Finding>)),
    /// A look at the tree, at history too where it is given.
    Tree(fn(&Context<'_>, &mut Vec<Finding>)),
    /// A look at a history that is complete.
    History(fn(&Context<'_>, &History, &mut Vec<Finding>)),
}

/// A rule: one file declares it, one line registers it.
pub struct Rule {
    /// Kebab-case and permanent; the rule's only code.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// Its level in the default profile.
    pub level: Level,
    /// Whether it can offer edits.
    pub fixable: bool,
    /// Whether it reads English, and so is off where `language` is another.
    pub english: bool,
    /// Whether a passing day alone can trip it: then it is never more than a warning about a change.
    pub calendar: bool,
    /// Numbers that `[rules.<name>]` may set, with their defaults.
    pub thresholds: &'static [(&'static str, f64)],
    /// How it runs.
    pub run: Run,
    /// The doc comment that it was declared with: a summary, then the sections Why, Bad, Good and Source.
    pub docs: &'static str,
}

/// One step of an example: a file, a change to it, or the command that looks at it. Steps on a day are commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Path from the repository's root.
    pub path: String,
    /// Day of the commit, or of the look; `None` where the past does not matter.
    pub day: Option<Date>,
    /// What the text is.
    pub form: Form,
    /// TOML, lines that begin with `+`, `-` or a space, or a command.
    pub text: String,
}

/// What the text of an example is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A whole file.
    Whole,
    /// A change to the file as it stood.
    Change,
    /// The command that looks at it.
    Look,
}

/// Where an example stands that names no file.
const EXAMPLE_PATH: &str = "okrs/2026-Q4/payments.toml";

impl Rule {
    /// What a declaration that says nothing else gets.
    pub(super) const PLAIN: Rule = Rule {
        name: "",
        group: Group::Format,
        level: Level::Error,
        fixable: false,
        english: false,
        calendar: false,
        thresholds: &[],
        run: Run::Engine,
        docs: "",
    };

    /// Says in one line what it finds.
    pub fn summary(&self) -> String {
        let lines: Vec<&str> = self.docs.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        lines.join(" ")
    }

    /// Gives the lines under a heading, without the comment's indentation.
    fn section(&self, heading: &str) -> Vec<&'static str> {
        self.docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .skip_while(|line| line.strip_prefix("## ") != Some(heading))
            .skip(1)
            .take_while(|line| !line.starts_with("## "))
            .collect()
    }

    /// Gives the text of a section as one line.
    pub(super) fn prose_of(&self, heading: &str) -> String {
        let text = self.section(heading).into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>();
        text.join(" ")
    }

    /// Says why it matters.
    pub fn why(&self) -> String {
        self.prose_of("Why")
    }

    /// Says where it is taken from.
    pub fn source(&self) -> String {
        self.prose_of("Source")
    }

    /// Gives the files that it fires on.
    pub fn bad(&self) -> Vec<Example> {
        examples(&self.section("Bad"))
    }

    /// Gives the files that it is content with.
    pub fn good(&self) -> Vec<Example> {
        examples(&self.section("Good"))
    }

    /// Tells whether it cannot run without history.
    pub fn needs_history(&self) -> bool {
        matches!(self.run, Run::History(_))
    }
}

/// Reads fenced blocks: `toml` or `diff`, then the file's path and the day of the commit where they matter; `sh` is a
/// command, whose `--today` is the day.
pub(super) fn examples(lines: &[&str]) -> Vec<Example> {
    let mut found = Vec::new();
    let mut open: Option<Example> = None;
    for line in lines {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split(' ');
                let form = match words.next() {
                    Some("diff") => Form::Change,
                    Some("sh") => Form::Look,
                    _ => Form::Whole,
                };
                let path = words.next().unwrap_or(EXAMPLE_PATH).to_owned();
                let day = words.next().and_then(|day| day.parse().ok());
                open = Some(Example { path, day, form, text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(example), None) => {
                if example.form == Form::Look {
                    example.day = line.split_once("--today ").and_then(|(_, day)| day.parse().ok());
                }
                example.text.push_str(line);
                example.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// Declares the rule of a file: a doc comment, then name, group, level, how it runs, and what is not plain.
macro_rules! declare_rule {
    ($(#[doc = $doc:literal])+ $name:literal, $group:ident, $level:ident, $run:expr $(, $key:ident: $value:expr)* $(,)?) => {
        $(#[doc = $doc])+
        pub static RULE: $crate::rules::Rule = {
            #[allow(unused_imports)]
            use $crate::rules::Run::*;
            $crate::rules::Rule {
                name: $name,
                group: $crate::rules::Group::$group,
                level: $crate::finding::Level::$level,
                run: $run,
                docs: concat!($($doc, "\n"),+),
                $($key: $value,)*
                ..$crate::rules::Rule::PLAIN
            }
        };
    };
}

/// Declares the modules of the rules, by group, and the list of all of them.
macro_rules! registry {
    ($($folder:ident { $($rule:ident),* $(,)? })*) => {
        $(mod $folder { $(pub mod $rule;)* })*

        /// Every rule, in the order of the documentation.
        pub static RULES: &[&Rule] = &[$($(&$folder::$rule::RULE),*),*];
    };
}

pub(super) use {declare_rule, registry};
