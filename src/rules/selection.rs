//! Owns which rules one run asks for.

use super::profile;
use super::rule::{Group, Rule};
use super::{RULES, find};
use crate::config::Config;
use crate::finding::Level;

/// The rules that one run asks for, over what the configuration says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Rules or groups to run alone; empty for all that are on.
    select: Vec<String>,
    /// Rules or groups to leave out.
    ignore: Vec<String>,
}

/// A rule or group that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("there is no rule or group `{name}`")]
#[diagnostic(help("{help}"))]
pub struct UnknownRule {
    /// As typed.
    pub name: String,
    /// What to try.
    pub help: String,
}

/// Rules whose findings are shown whatever is selected: what they find keeps the others from seeing everything.
const ALWAYS: &[&str] = &["toml-syntax", "limit-exceeded", "history-shallow"];

impl Selection {
    /// Takes names of rules and groups.
    ///
    /// # Errors
    /// A name that is neither.
    pub fn new(select: &[String], ignore: &[String]) -> Result<Self, UnknownRule> {
        for name in select.iter().chain(ignore) {
            if find(name).is_none() && !Group::ALL.iter().any(|group| group.name() == name) {
                return Err(unknown(name));
            }
        }
        Ok(Selection { select: select.to_vec(), ignore: ignore.to_vec() })
    }

    fn names(list: &[String], rule: &Rule) -> bool {
        list.iter().any(|name| name == rule.name || name == rule.group.name())
    }

    /// Gives the level at which a rule runs, `None` where it does not. A rule selected by its own name runs even where
    /// the configuration has it off.
    pub fn level(&self, config: &Config, rule: &Rule) -> Option<Level> {
        let (configured, _) = profile::level(config, rule);
        if Self::names(&self.ignore, rule) {
            return None;
        }
        if self.select.is_empty() || ALWAYS.contains(&rule.name) {
            return configured;
        }
        if self.select.iter().any(|name| name == rule.name) {
            return configured.or(Some(rule.level));
        }
        configured.filter(|_| Self::names(&self.select, rule))
    }

    /// Tells whether the rule of a name runs.
    pub fn runs(&self, name: &str, config: &Config) -> bool {
        find(name).is_some_and(|rule| self.level(config, rule).is_some())
    }

    /// Tells whether a rule runs that cannot do without history, or one on history itself was asked for.
    pub fn needs_history(&self, config: &Config) -> bool {
        let asks =
            |rule: &Rule| rule.needs_history() || (rule.group == Group::History && Self::names(&self.select, rule));
        RULES.iter().any(|rule| asks(rule) && self.level(config, rule).is_some())
    }
}

/// Says that there is no such rule.
pub fn unknown(name: &str) -> UnknownRule {
    UnknownRule { name: name.to_owned(), help: profile::hint(name) }
}
