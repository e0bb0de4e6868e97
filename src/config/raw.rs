//! Owns `okr.toml` as written: each list of keys stands here once, and the reader and the schema follow from it.

use super::Profile;
use crate::finding::Level;
use crate::syntax::document::Content;
use crate::syntax::table::{At, List, Read, Reader, Table, Tables, table};
use crate::syntax::value::{CycleId, Day, Line, Ratio};
use crate::syntax::word::{Choice, Words, wrong_word};
use std::collections::BTreeMap;

table! {
    /// Configuration of git-okr.
    RawConfig {
        /// Format version of this file.
        version: Version = 1;
        /// Files, folders or globs that hold objectives, relative to the repository's root; .gitignore is honoured.
        paths: List<Place> = ["okrs"];
        /// Language of the texts; wording rules are for English only.
        language: Line = "en";
        /// What history looks at besides.
        history: RawHistory;
        /// How the team divides the year.
        calendar: RawCalendar;
        /// A cycle whose id is none of the built-in forms.
        cycle: Tables<RawCycle>;
        /// Teams by owner handle: who may stand behind it.
        teams: ByName<RawTeam>;
        /// When health changes.
        health: RawHealth;
        /// Profile, levels and thresholds of the rules.
        rules: Rules;
        /// Reports.
        report: RawReport;
        /// The forge that comments are posted to.
        forge: RawForge;
    }
}

table! {
    /// What history looks at besides `paths`.
    RawHistory {
        /// Folders that `paths` no longer names, kept in view.
        also: List<Place>;
    }
}

table! {
    /// How the team divides the year.
    RawCalendar {
        /// Month and day (MM-DD, day at most 28) on which the fiscal year starts; months and weeks stay.
        fiscal_year_start: MonthDay = "01-01";
        /// Time between check-ins: weekly, biweekly, monthly, or a number of days.
        cadence: Cadence = "weekly";
        /// Days that a check-in may be late.
        grace_days: Days = 3;
        /// Days after a cycle's start on which its definitions lock.
        lock_after_days: Days = 14;
    }
}

table! {
    /// A cycle whose id is none of the built-in forms.
    RawCycle {
        /// Id, as objective files write it.
        id: CycleId, required;
        /// First day.
        start: Day, required;
        /// Last day.
        end: Day, required;
        /// Last day on which definitions change without a reason.
        lock: Day;
    }
}

table! {
    /// Who may stand behind an owner handle.
    RawTeam {
        /// What people call the team.
        name: Line;
        /// Handles and addresses of its people.
        members: List<Line>;
    }
}

table! {
    /// When health changes, as gaps to the expected progress.
    RawHealth {
        /// Gap that is at risk.
        at_risk: Ratio = 0.15;
        /// Gap that is off track.
        off_track: Ratio = 0.3;
    }
}

table! {
    /// Reports.
    RawReport {
        /// Folder of templates that override the built-in ones by file name.
        templates: Place = ".okr/templates";
    }
}

table! {
    /// The forge that comments are posted to.
    RawForge {
        /// Which forge it is.
        provider: Choice<Provider> = "auto";
        /// The forge's own host; taken from CI's environment where empty.
        url: Line = "";
    }
}

/// A format version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version(pub(super) i64);
/// A path within the repository.
#[derive(Debug, Clone)]
pub(super) struct Place(pub(super) String);
/// Month and day of every year.
#[derive(Debug, Clone, Copy)]
pub(super) struct MonthDay(pub(super) (i8, i8));
/// Days between check-ins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cadence(pub(super) i32);
/// A number of days, none or more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days(pub(super) i32);
/// Tables by a name that people choose.
#[derive(Debug, Clone)]
pub(super) struct ByName<T>(pub(super) BTreeMap<String, T>);

/// A forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    /// As the environment says.
    Auto,
    /// GitHub.
    GitHub,
    /// GitLab.
    GitLab,
    /// Gitea or Forgejo.
    Gitea,
}

/// The level of a rule, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LevelWord(pub(super) Option<Level>);

impl Words for Provider {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("auto", Provider::Auto),
        ("github", Provider::GitHub),
        ("gitlab", Provider::GitLab),
        ("gitea", Provider::Gitea),
    ];
}

impl Words for LevelWord {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("error", LevelWord(Some(Level::Error))),
        ("warning", LevelWord(Some(Level::Warning))),
        ("info", LevelWord(Some(Level::Info))),
        ("off", LevelWord(None)),
    ];
}

impl Words for Profile {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("default", Profile::Default),
        ("google", Profile::Google),
        ("radical-focus", Profile::RadicalFocus),
        ("strict", Profile::Strict),
        ("minimal", Profile::Minimal),
    ];
}

/// Profile, levels and thresholds.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) profile: Option<Profile>,
    pub(super) levels: BTreeMap<String, Option<Level>>,
    pub(super) thresholds: BTreeMap<String, BTreeMap<String, f64>>,
}

/// Takes a whole number within a range.
fn whole(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>, least: i64, wanted: &str) -> Option<i64> {
    let number = match value {
        Content::Integer(digits, base) => {
            crate::syntax::value::integer(digits, *base).filter(|&number| number >= least)
        }
        _ => {
            reader.wrong_type(value, at, wanted);
            return None;
        }
    };
    if number.is_none() {
        reader.report("config-invalid", at, format!("`{}` is out of range", at.word()), format!("write {wanted}"));
    }
    number
}

/// Takes a number of days; ten years are more than any.
fn days(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>, least: i64) -> Option<i32> {
    let wanted = format!("a number of days, {least} or more");
    let days = whole(value, at, reader, least, &wanted)?;
    match i32::try_from(days) {
        Ok(days) if days <= 3660 => Some(days),
        _ => {
            reader.report(
                "config-invalid",
                at,
                format!("`{}` is more than ten years", at.word()),
                format!("write {wanted}"),
            );
            None
        }
    }
}

impl Read for Version {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        whole(value, at, reader, 1, "the number 1").map(Version)
    }
}

impl Read for Days {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        days(value, at, reader, 0).map(Days)
    }
}

impl Read for Cadence {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::String(word) => match word.as_ref() {
                "weekly" => Some(Cadence(7)),
                "biweekly" => Some(Cadence(14)),
                "monthly" => Some(Cadence(30)),
                _ => {
                    wrong_word(word, &["weekly", "biweekly", "monthly"], at, reader);
                    None
                }
            },
            _ => days(value, at, reader, 1).map(Cadence),
        }
    }
}

impl Read for MonthDay {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Line(text) = Line::read(value, at, reader)?;
        let digits = |part: &str| {
            if part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
        };
        let parts = text.split_once('-').and_then(|(month, day)| Some((digits(month)?, digits(day)?)));
        let read = parts.filter(|&(month, day): &(i8, i8)| (1..=12).contains(&month) && (1..=28).contains(&day));
        if read.is_none() {
            let message = format!("`{}` is not a month and a day that every year has", at.word());
            reader.report("config-invalid", at, message, "write MM-DD with a day from 01 to 28, as in \"04-01\"");
        }
        read.map(MonthDay)
    }
}

impl Read for Place {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Line(path) = Line::read(value, at, reader)?;
        let trimmed = path.trim_end_matches('/');
        let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
        let wrong = if path.starts_with(['/', '~']) || drive {
            "is absolute; only what is in the repository is read"
        } else if path.contains('\\') {
            "has a backslash; paths are written with `/` everywhere"
        } else if path.split('/').any(|part| part == "..") {
            "goes up with `..`; only what is in the repository is read"
        } else if trimmed.is_empty() {
            "is empty"
        } else {
            let plain: Vec<_> = trimmed.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
            return Some(Place(if plain.is_empty() { ".".into() } else { plain.join("/") }));
        };
        let shown = crate::text::printable(&path).into_owned();
        reader.report(
            "config-invalid",
            at,
            format!("the path `{shown}` {wrong}"),
            "write a path from the repository's root, as in `okrs`",
        );
        None
    }
}

impl<T: Table> Read for ByName<T> {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Content::Table(table) = value else {
            reader.wrong_type(value, at, "a table");
            return None;
        };
        let mut all = BTreeMap::new();
        for (key, value) in table {
            if let Some(one) = T::read(&value.content, &at.key(key, value), reader) {
                all.insert(key.text.clone().into_owned(), one);
            }
        }
        Some(ByName(all))
    }
}

impl Read for Rules {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Content::Table(table) = value else {
            reader.wrong_type(value, at, "a table");
            return None;
        };
        let mut rules = Rules::default();
        for (key, value) in table {
            let at = at.key(key, value);
            match (key.text.as_ref(), &value.content) {
                ("profile", value) => rules.profile = Choice::read(value, &at, reader).map(|Choice(profile)| profile),
                ("levels", Content::Table(levels)) => {
                    for (rule, level) in levels {
                        let read = Choice::<LevelWord>::read(&level.content, &at.key(rule, level), reader);
                        rules.levels.extend(read.map(|Choice(level)| (rule.text.clone().into_owned(), level.0)));
                    }
                }
                ("levels", value) => reader.wrong_type(value, &at, "a table"),
                (rule, Content::Table(thresholds)) => {
                    let own = rules.thresholds.entry(rule.to_owned()).or_default();
                    for (name, value) in thresholds {
                        let read = crate::syntax::value::Number::read(&value.content, &at.key(name, value), reader);
                        own.extend(read.map(|number| (name.text.clone().into_owned(), number.0)));
                    }
                }
                (rule, value) => {
                    let level = matches!(value, Content::String(word) if LevelWord::from_word(word).is_some());
                    let close = crate::syntax::nearest(rule, &["profile", "levels"]);
                    let shown = crate::text::printable(rule).into_owned();
                    let (message, help) = match close {
                        _ if level => (
                            format!("the level of `{shown}` stands in the wrong table"),
                            "move it under `[rules.levels]`".to_owned(),
                        ),
                        Some(close) => (
                            format!("unknown key `{shown}`; the nearest known one is `{close}`"),
                            format!("write `{close}`, or take the key out"),
                        ),
                        None => (
                            format!("unknown key `{shown}`"),
                            "take it out; known here: `profile`, `[rules.levels]`, and a table of thresholds for a rule".to_owned(),
                        ),
                    };
                    reader.report("config-invalid", &at.on(key.span.clone()), message, help);
                }
            }
        }
        Some(rules)
    }
}

#[cfg(test)]
pub(super) mod schema {
    use super::*;
    use crate::syntax::schema::{schema, text_of};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    /// Gives the schema of `okr.toml`, without what the rules have to say of themselves.
    pub(crate) fn text() -> String {
        text_of::<RawConfig>("git-okr configuration", include_str!("full.toml"))
    }

    schema! {
        Version => {"type": "integer", "enum": [1]};
        Place => {"type": "string", "minLength": 1};
        MonthDay => {"type": "string", "pattern": "^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"};
        Cadence => {"anyOf": [
            {"type": "string", "enum": ["weekly", "biweekly", "monthly"]},
            {"type": "integer", "minimum": 1, "maximum": 3660},
        ]};
        Days => {"type": "integer", "minimum": 0, "maximum": 3660};
    }

    impl<T: JsonSchema> JsonSchema for ByName<T> {
        fn inline_schema() -> bool {
            true
        }
        fn schema_name() -> Cow<'static, str> {
            format!("{}ByName", T::schema_name()).into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "object", "additionalProperties": generator.subschema_for::<T>()})
        }
    }

    impl JsonSchema for Rules {
        fn inline_schema() -> bool {
            true
        }
        fn schema_name() -> Cow<'static, str> {
            "Rules".into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let mut profile = generator.subschema_for::<Choice<Profile>>();
            profile.insert("title".into(), "Profile".into());
            profile.insert("description".into(), "The set of levels to start from.".into());
            profile.insert("default".into(), "default".into());
            let level = generator.subschema_for::<Choice<LevelWord>>();
            json_schema!({
                "type": "object",
                "properties": {
                    "profile": profile,
                    "levels": {
                        "title": "Levels",
                        "description": "Levels by rule.",
                        "type": "object",
                        "additionalProperties": level,
                    },
                },
                "additionalProperties": {
                    "description": "Thresholds of the rule of this name.",
                    "type": "object",
                    "additionalProperties": {"type": ["number", "integer"]},
                },
            })
        }
    }
}
