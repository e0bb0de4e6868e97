//! Owns which level and threshold is in force for a rule, and where that comes from.

use super::rule::{Group, Rule};
use super::{RULES, find};
use crate::config::{Config, Profile};
use crate::finding::{Finding, Level};
use std::fmt;

/// Where a level comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The rule's own default.
    Rule,
    /// `[rules] profile`.
    Profile(Profile),
    /// `[rules.levels]`.
    Levels,
    /// `language` is not English.
    Language,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Rule => f.write_str("default"),
            Origin::Profile(profile) => write!(f, "profile {}", word(*profile)),
            Origin::Levels => f.write_str("okr.toml [rules.levels]"),
            Origin::Language => f.write_str("okr.toml language"),
        }
    }
}

/// Gives a profile's name as it is written.
fn word(profile: Profile) -> &'static str {
    match profile {
        Profile::Default => "default",
        Profile::Google => "google",
        Profile::RadicalFocus => "radical-focus",
        Profile::Strict => "strict",
        Profile::Minimal => "minimal",
    }
}

/// Tells whether the texts are English.
pub fn english(config: &Config) -> bool {
    config.language.split(['-', '_']).next().is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

/// Gives the level in force for a rule, `None` where it is off, and where that comes from.
pub fn level(config: &Config, rule: &Rule) -> (Option<Level>, Origin) {
    if let Some(level) = config.levels.get(rule.name) {
        return (*level, Origin::Levels);
    }
    if rule.english && !english(config) {
        return (None, Origin::Language);
    }
    match (config.profile, rule.group) {
        (Profile::Strict, Group::Reference | Group::Method | Group::History) if rule.level == Level::Warning => {
            (Some(Level::Error), Origin::Profile(Profile::Strict))
        }
        // A cut history must fail whatever the profile: `history-shallow` fires only where a history rule is on.
        (Profile::Minimal, group)
            if !matches!(group, Group::Format | Group::Reference | Group::Goalposts | Group::History) =>
        {
            (None, Origin::Profile(Profile::Minimal))
        }
        _ => (Some(rule.level), Origin::Rule),
    }
}

/// Gives the number that a profile sets for a rule, where it differs from the rule's own.
/// Google: three to five of each (re:Work). Radical Focus: one objective, three key results (Wodtke).
fn profile_threshold(profile: Profile, rule: &str, key: &str) -> Option<f64> {
    match (profile, rule, key) {
        (Profile::Google, "objective-count" | "kr-count", "min") => Some(3.0),
        (Profile::RadicalFocus, "objective-count", "max") => Some(1.0),
        (Profile::RadicalFocus, "kr-count", "max") => Some(3.0),
        _ => None,
    }
}

/// Gives a threshold in force.
///
/// # Panics
/// Where the rule declares no such threshold.
pub fn threshold(config: &Config, rule: &Rule, key: &str) -> f64 {
    let own = rule.thresholds.iter().find(|(name, _)| *name == key).expect("a rule asks for its own thresholds").1;
    let configured = config.thresholds.get(rule.name).and_then(|keys| keys.get(key)).copied();
    configured.or_else(|| profile_threshold(config.profile, rule.name, key)).unwrap_or(own)
}

/// Finds the rule whose name is closest to a misspelt one.
pub fn nearest(name: &str) -> Option<&'static str> {
    closest(name, RULES.iter().map(|rule| rule.name))
}

/// Finds the closest of some words, if it is close.
pub fn closest<'w>(word: &str, among: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    among
        .map(|other| (strsim::jaro_winkler(word, other), other))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, other)| other)
}

/// Says what to do about a name that no rule has.
pub fn hint(name: &str) -> String {
    match nearest(name) {
        Some(near) => format!("did you mean `{near}`? `git okr rule` lists them all"),
        None => "`git okr rule` lists the rules".to_owned(),
    }
}

/// Reports rules and thresholds that the configuration names and that there are not.
pub fn unknown_names(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    let Some(file) = config.file else { return found };
    let mut report = |key: String, message: String, help: String| {
        let range = config.written.get(&key).cloned().unwrap_or(0..0);
        found.push(Finding::new("config-invalid", message, help).at(file, range, "").field(key));
    };
    for name in config.levels.keys().filter(|name| find(name).is_none()) {
        report(
            format!("rules.levels.{name}"),
            format!("there is no rule `{name}`, so its level does nothing"),
            hint(name),
        );
    }
    for (name, keys) in &config.thresholds {
        let Some(rule) = find(name) else {
            report(
                format!("rules.{name}"),
                format!("there is no rule `{name}`, so its settings do nothing"),
                hint(name),
            );
            continue;
        };
        for key in keys.keys().filter(|key| !rule.thresholds.iter().any(|(own, _)| own == key)) {
            let known: Vec<String> = rule.thresholds.iter().map(|(own, _)| format!("`{own}`")).collect();
            let help = if known.is_empty() {
                format!("`{name}` takes no settings; remove the key")
            } else {
                format!("`{name}` takes {}", known.join(" and "))
            };
            report(format!("rules.{name}.{key}"), format!("the rule `{name}` has no setting `{key}`"), help);
        }
    }
    found
}
