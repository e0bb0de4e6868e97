//! Owns what an objective is.

use super::KeyResult;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What the team promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Commitment {
    /// A stretch: 0.7 is success.
    Aspirational,
    /// A promise: 1.0 is success.
    Committed,
}

impl Commitment {
    /// Gives the progress that counts as success, 0.7 or 1.0; one that says nothing is held to 1.0.
    pub fn mark(commitment: Option<Commitment>) -> f64 {
        if commitment == Some(Commitment::Aspirational) { 0.7 } else { 1.0 }
    }
}

/// Whether something is still pursued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Pursued.
    #[default]
    Active,
    /// Put off to another cycle; not counted.
    Deferred,
    /// Given up; not counted.
    Dropped,
}

/// What was learned at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retro {
    /// What the cycle taught.
    pub learned: Option<String>,
    /// What to do otherwise.
    pub next_time: Option<String>,
}

/// An answer to a finding, written in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Name of the rule that is answered.
    pub rule: String,
    /// Why it does not apply here.
    pub reason: Option<String>,
}

/// How far an initiative is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InitiativeStatus {
    /// Not begun.
    #[default]
    Planned,
    /// Under way.
    Active,
    /// Finished.
    Done,
    /// Given up.
    Dropped,
}

/// Work that is meant to move key results; output lives here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initiative {
    /// What is to be done.
    pub title: String,
    /// Where it is tracked.
    pub url: Option<String>,
    /// The key results that it should move, as written.
    pub drives: Vec<String>,
    /// How far it is.
    pub status: InitiativeStatus,
}

/// A qualitative goal for one cycle, with the key results that measure it. File-level defaults are filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// Slug, unique within the cycle.
    pub id: String,
    /// Id of the cycle; `None` where neither the objective nor its file names one (a finding).
    pub cycle: Option<String>,
    /// What is wanted, in the team's words.
    pub title: String,
    /// Why it matters.
    pub why: Option<String>,
    /// The objective that this one serves, as written.
    pub parent: Option<String>,
    /// Who answers for it: `owner`, `owners` or the file's default, in written order.
    pub owners: Vec<String>,
    /// What was promised.
    pub commitment: Option<Commitment>,
    /// Whether it is pursued.
    pub status: Status,
    /// Last day, where it is not the cycle's.
    pub due: Option<Date>,
    /// Free labels.
    pub tags: Vec<String>,
    /// What was learned.
    pub retro: Option<Retro>,
    /// Findings that its owners answered.
    pub allow: Vec<Allow>,
    /// Ids or full names that it had before.
    pub aliases: Vec<String>,
    /// Free table for templates, dates as text.
    pub meta: serde_json::Map<String, serde_json::Value>,
    /// In written order.
    pub key_results: Vec<KeyResult>,
    /// In written order.
    pub initiatives: Vec<Initiative>,
}
