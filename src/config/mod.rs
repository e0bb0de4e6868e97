//! Owns `okr.toml`: its keys, their defaults, and where each value in force comes from.
//! Never reads a file or a revision: it is handed the text.

mod judging;
mod raw;
mod reading;

#[cfg(test)]
pub(crate) use raw::schema::text as schema_text;
pub use reading::read;

use crate::finding::{Finding, Level};
use crate::okr::Calendar;
use crate::text::FileId;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// The file's name, at the repository's root.
pub const FILE_NAME: &str = "okr.toml";

/// The newest format version that this tool knows.
pub const VERSION: i64 = 1;

/// The JSON Schema (draft 07) of `okr.toml`.
pub const SCHEMA: &str = include_str!("../../schemas/okr.schema.json");

/// A team that may stand behind an owner handle.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Team {
    /// What people call it.
    pub name: Option<String>,
    /// Handles and addresses of its people.
    pub members: Vec<String>,
}

/// A set of levels with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Each rule at the level that its documentation names.
    #[default]
    Default,
    /// 3–5 of everything.
    Google,
    /// One objective, at most three key results.
    RadicalFocus,
    /// Warnings of the groups reference, method and history are errors.
    Strict,
    /// Format, reference and goalposts alone.
    Minimal,
}

/// The level that the configuration gives a rule: `None` is off.
pub type ConfiguredLevel = Option<Level>;

/// The configuration in force, every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Files, folders or globs that hold objectives, relative to the root.
    pub paths: Vec<String>,
    /// Language of the texts.
    pub language: String,
    /// Folders that `paths` no longer names, kept in view of history.
    pub history_also: Vec<String>,
    /// How the team divides the year.
    pub calendar: Calendar,
    /// Teams by owner handle.
    pub teams: BTreeMap<String, Team>,
    /// Gap to the expected progress that is at risk, 0–1.
    pub at_risk: f64,
    /// Gap to the expected progress that is off track, 0–1.
    pub off_track: f64,
    /// The set of levels to start from.
    pub profile: Profile,
    /// Levels by rule.
    pub levels: BTreeMap<String, ConfiguredLevel>,
    /// Thresholds by rule and key.
    pub thresholds: BTreeMap<String, BTreeMap<String, f64>>,
    /// Folder of templates that override the built-in ones.
    pub templates: String,
    /// Forge: github, gitlab, gitea or auto.
    pub forge_provider: String,
    /// The forge's own host, empty where CI's environment says it.
    pub forge_url: String,
    /// Where each written key stands, by dotted name (`rules.levels.kr-vague`, `cycle.0.start`); empty without a file.
    pub written: BTreeMap<String, Range<usize>>,
    /// The file that it was read from.
    pub file: Option<FileId>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            paths: vec!["okrs".into()],
            language: "en".into(),
            history_also: Vec::new(),
            calendar: Calendar::default(),
            teams: BTreeMap::new(),
            at_risk: 0.15,
            off_track: 0.30,
            profile: Profile::Default,
            levels: BTreeMap::new(),
            thresholds: BTreeMap::new(),
            templates: ".okr/templates".into(),
            forge_provider: "auto".into(),
            forge_url: String::new(),
            written: BTreeMap::new(),
            file: None,
        }
    }
}

impl Hash for Config {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Config { paths, language, history_also, calendar, teams, at_risk, off_track, profile, levels, .. } = self;
        let Config { thresholds, templates, forge_provider, forge_url, written, file, .. } = self;
        (paths, language, history_also, calendar, teams).hash(state);
        (at_risk.to_bits(), off_track.to_bits(), profile, levels).hash(state);
        for (rule, own) in thresholds {
            (rule, own.len()).hash(state);
            own.iter().for_each(|(key, value)| (key, value.to_bits()).hash(state));
        }
        (thresholds.len(), templates, forge_provider, forge_url, written, file).hash(state);
    }
}

impl Config {
    /// Gives the thresholds of health.
    pub fn health(&self) -> crate::okr::Thresholds {
        crate::okr::Thresholds {
            at_risk: self.at_risk,
            off_track: self.off_track,
            cadence_days: self.calendar.cadence_days,
            grace_days: self.calendar.grace_days,
        }
    }
}

/// What came of reading `okr.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The configuration in force.
    pub config: Config,
    /// What did not read.
    pub findings: Vec<Finding>,
    /// The format version of the file, where it is newer than this tool.
    pub newer: Option<i64>,
}
