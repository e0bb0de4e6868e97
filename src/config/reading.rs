//! Owns the way from `okr.toml` as written to the configuration in force.
//! Never fails: what does not read keeps its default and is a finding.

use super::raw::{RawConfig, RawCycle};
use super::{Config, Reading, Team, VERSION};
use crate::finding::Finding;
use crate::okr::Cycle;
use crate::syntax::broken;
use crate::syntax::document::{Content, Pairs};
use crate::syntax::table::{At, Dialect, Entry, List, Reader, Table, Tables, Written};
use crate::syntax::word::Words;
use crate::text::{FileId, SourceFile};
use std::collections::BTreeMap;
use std::ops::Range;

/// Reads the configuration; what does not read keeps its default and is a finding (`config-invalid`, `toml-syntax`).
/// A newer `version` than this tool knows is the one finding that callers must treat as fatal: see [`Reading::newer`].
pub fn read(file: FileId, source: &SourceFile) -> Reading {
    let mut reader = Reader::new(file, &source.text, Dialect::Configuration);
    let mut config = Config { file: Some(file), ..Config::default() };
    let mut newer = None;
    if let Some(table) = broken::parse(&mut reader) {
        let raw = RawConfig::from_table(&table, &At::top(), &mut reader);
        written(&table, "", &reader, &mut config.written);
        newer = raw.version.as_ref().map(|version| version.value.0).filter(|&version| version > VERSION);
        if let (Some(newer), Some(version)) = (newer, &raw.version) {
            let message = format!("this file has format version {newer}, this git-okr knows version {VERSION}");
            let help =
                format!("install a newer git-okr, or write `version = {VERSION}` if the file uses nothing newer");
            reader.found.push(invalid(file, version.span.clone(), "version", message, help));
        }
        fill(raw, &mut config, &mut reader);
    }
    let mut findings = reader.found;
    findings.sort_by_key(|finding| finding.primary.as_ref().map_or(0, |label| label.range.start));
    Reading { config, findings, newer }
}

fn fill(raw: RawConfig, config: &mut Config, reader: &mut Reader<'_>) {
    if let Some(Written { value: List(paths), span }) = raw.paths {
        if !paths.is_empty() {
            config.paths = paths.into_iter().map(|path| path.0).collect();
        } else if reader
            .found
            .iter()
            .all(|finding| finding.primary.as_ref().is_none_or(|label| !within(&span, &label.range)))
        {
            let (message, help) =
                ("`paths` is empty, so there is nothing to read", "name a folder, as in `paths = [\"okrs\"]`");
            reader.found.push(invalid(reader.file, span, "paths", message, help));
        }
    }
    set(&mut config.language, raw.language.map(|language| language.value.0));
    set(
        &mut config.history_also,
        raw.history.and_then(|history| history.value.also).map(|also| strings(also.value.0, |path| path.0)),
    );
    if let Some(Written { value: calendar, .. }) = raw.calendar {
        set(&mut config.calendar.fiscal_year_start, calendar.fiscal_year_start.map(|start| start.value.0));
        set(&mut config.calendar.cadence_days, calendar.cadence.map(|cadence| cadence.value.0));
        set(&mut config.calendar.grace_days, calendar.grace_days.map(|days| days.value.0));
        set(&mut config.calendar.lock_after_days, calendar.lock_after_days.map(|days| days.value.0));
    }
    let cycles = raw.cycle.map_or_else(Vec::new, |Written { value: Tables(all), .. }| all);
    for (index, entry) in cycles.into_iter().enumerate() {
        cycle(index, entry, config, reader);
    }
    for (owner, team) in raw.teams.map_or_else(BTreeMap::new, |teams| teams.value.0) {
        let members = team.members.map_or_else(Vec::new, |members| strings(members.value.0, |line| line.0));
        config.teams.insert(owner, Team { name: team.name.map(|name| name.value.0), members });
    }
    if let Some(Written { value: health, span }) = raw.health {
        let at_risk = health.at_risk.as_ref().map_or(config.at_risk, |gap| gap.value.0);
        let off_track = health.off_track.as_ref().map_or(config.off_track, |gap| gap.value.0);
        if at_risk <= off_track {
            (config.at_risk, config.off_track) = (at_risk, off_track);
        } else {
            let place = health.at_risk.or(health.off_track).map_or(span, |gap| gap.span);
            let message = format!(
                "`at_risk` is {at_risk} and `off_track` {off_track}: nothing would be at risk before it is off track"
            );
            reader.found.push(invalid(
                reader.file,
                place,
                "health.at_risk",
                message,
                "write an `at_risk` that is not above `off_track`",
            ));
        }
    }
    if let Some(Written { value: rules, .. }) = raw.rules {
        set(&mut config.profile, rules.profile);
        config.levels = rules.levels;
        config.thresholds = rules.thresholds;
    }
    if let Some(folder) = raw.report.and_then(|report| report.value.templates) {
        config.templates = folder.value.0;
    }
    if let Some(Written { value: forge, .. }) = raw.forge {
        set(&mut config.forge_provider, forge.provider.map(|provider| provider.value.0.word().into()));
        set(&mut config.forge_url, forge.url.map(|url| url.value.0));
    }
}

/// Takes a declared cycle, if its days make sense.
fn cycle(index: usize, entry: Entry<RawCycle>, config: &mut Config, reader: &mut Reader<'_>) {
    let RawCycle { id: Some(id), start: Some(start), end: Some(end), lock } = entry.raw else { return };
    let file = reader.file;
    let mut report = |place: Range<usize>, field: &str, message: String, help: &str| {
        reader.found.push(invalid(file, place, format!("cycle.{index}.{field}"), message, help));
    };
    let shown = crate::text::printable(&id.value.0).into_owned();
    if config.calendar.declared.iter().any(|other| other.id == id.value.0) {
        report(id.span, "id", format!("the cycle `{shown}` is declared twice"), "keep one of the two");
        return;
    }
    let (start, end, end_span) = (start.value.0, end.value.0, end.span);
    if end < start {
        report(
            end_span,
            "end",
            format!("the cycle `{shown}` ends on {end}, before it starts on {start}"),
            "swap the two days or mend one",
        );
        return;
    }
    let after = config.calendar.lock(start, end);
    let lock = match lock {
        Some(lock) if (start..=end).contains(&lock.value.0) => lock.value.0,
        Some(lock) => {
            let message = format!("the cycle `{shown}` locks on {}, outside {start} to {end}", lock.value.0);
            report(lock.span, "lock", message, "write a day within the cycle, or take `lock` out");
            after
        }
        None => after,
    };
    config.calendar.declared.push(Cycle { id: id.value.0, start, end, lock });
}

fn invalid(
    file: FileId,
    place: Range<usize>,
    field: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Finding {
    Finding::new("config-invalid", message, help).at(file, place, "").field(field)
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn strings<T>(list: Vec<T>, text: impl Fn(T) -> String) -> Vec<String> {
    list.into_iter().map(text).collect()
}

fn within(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Notes where each key's value stands, by dotted name.
fn written(table: &Pairs<'_>, prefix: &str, reader: &Reader<'_>, places: &mut BTreeMap<String, Range<usize>>) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.text);
        places.insert(name.clone(), reader.place(&value.span));
        match &value.content {
            Content::Table(table) => written(table, &format!("{name}."), reader, places),
            Content::Array(array) => {
                for (index, element) in array.iter().enumerate() {
                    let name = format!("{name}.{index}");
                    places.insert(name.clone(), reader.place(&element.span));
                    if let Content::Table(table) = &element.content {
                        written(table, &format!("{name}."), reader, places);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Profile, SCHEMA};
    use crate::finding::Level;
    use crate::syntax::schema::{as_json, as_toml, bare, edited, tables};
    use jiff::civil::date;
    use proptest::prelude::*;

    const FULL: &str = include_str!("full.toml");

    fn read_text(text: &str) -> Reading {
        read(FileId(0), &SourceFile::new("okr.toml", text))
    }

    #[test]
    fn reads_a_full_file_without_a_finding() {
        let text = format!("\u{feff}{}", FULL.replace('\n', "\r\n"));
        let Reading { config, findings, newer } = read_text(&text);
        assert_eq!((findings, newer), (Vec::new(), None));
        assert_eq!(config.paths, ["okrs", "teams/*/okrs"]);
        assert_eq!(config.history_also, ["old"]);
        assert_eq!(config.calendar.fiscal_year_start, (4, 1));
        assert_eq!((config.calendar.cadence_days, config.calendar.grace_days), (14, 2));
        let days: Vec<_> =
            config.calendar.declared.iter().map(|cycle| (cycle.id.as_str(), cycle.start, cycle.lock)).collect();
        assert_eq!(
            days,
            [("launch-2027", date(2027, 1, 11), date(2027, 1, 25)), ("spring", date(2027, 3, 1), date(2027, 3, 11))]
        );
        assert_eq!(config.teams["@acme/payments"].members, ["@ana", "ana@acme.example"]);
        assert_eq!((config.at_risk, config.off_track), (0.1, 0.2));
        assert_eq!(config.profile, Profile::Google);
        assert_eq!(config.levels["kr-output-not-outcome"], Some(Level::Error));
        assert_eq!(config.levels["kr-vague"], None);
        assert_eq!(config.thresholds["kr-count"]["max"], 5.0);
        assert_eq!(config.templates, ".okr/templates");
        assert_eq!((config.forge_provider.as_str(), config.forge_url.as_str()), ("gitea", "https://git.acme.example"));
        for (key, value) in [
            ("calendar.cadence", "\"biweekly\""),
            ("cycle.1.start", "2027-03-01"),
            ("rules.levels.kr-vague", "\"off\""),
        ] {
            assert_eq!(&text[config.written[key].clone()], value);
        }
    }

    #[test]
    fn an_empty_file_is_the_default() {
        let read = read_text("");
        assert_eq!(read.config, Config { file: Some(FileId(0)), ..Config::default() });
        assert_eq!(read.findings, Vec::new());
    }

    #[test]
    fn every_problem_is_one_finding_at_its_place() {
        for (text, places) in [
            ("pahts = [\"x\"]", &["pahts"][..]),
            ("paths = \"okrs\"", &["\"okrs\""]),
            ("paths = []", &["[]"]),
            ("paths = [\"../x\", \"/etc\", \"C:/x\", \"fine\"]", &["\"../x\"", "\"/etc\"", "\"C:/x\""]),
            ("version = 2", &["2"]),
            ("version = \"1\"", &["\"1\""]),
            ("calendar.fiscal_year_start = \"02-29\"", &["\"02-29\""]),
            ("calendar.fiscal_year_start = 2026-04-01", &["2026-04-01"]),
            ("calendar.cadence = \"dayly\"", &["\"dayly\""]),
            ("calendar.cadence = 0", &["0"]),
            ("calendar.grace_days = -1", &["-1"]),
            ("calendar.lock_after_days = 1.5", &["1.5"]),
            ("calendar.lock_after_days = 99999999999", &["99999999999"]),
            ("[[cycle]]\nid = \"a\"\nstart = 2027-01-01", &["[[cycle]]"]),
            ("[[cycle]]\nid = \"a\"\nstart = 2027-01-02\nend = 2027-01-01", &["2027-01-01"]),
            ("[[cycle]]\nid = \"a\"\nstart = 2027-01-02\nend = 2027-01-31\nlock = 2027-02-01", &["2027-02-01"]),
            ("[[cycle]]\nid = \"a\"\nstart = 2027-01-02\nend = 2027-02-31", &["2027-02-31"]),
            (
                "cycle = [{ id = \"a\", start = 2027-01-01, end = 2027-01-01 }, { id = \"a\", start = 2027-01-01, end = 2027-01-01 }]",
                &["\"a\""],
            ),
            ("teams.a.memebrs = []", &["memebrs"]),
            ("teams.a = \"x\"", &["\"x\""]),
            ("health.at_risk = 15", &["15"]),
            ("health.at_risk = 0.5", &["0.5"]),
            ("rules.profile = \"googel\"", &["\"googel\""]),
            ("rules.levels.kr-vague = \"warn\"", &["\"warn\""]),
            ("rules.kr-vague = \"off\"", &["kr-vague"]),
            ("rules.kr-count.max = \"5\"", &["\"5\""]),
            ("report.templates = \"../x\"", &["\"../x\""]),
            ("forge.provider = \"bitbucket\"", &["\"bitbucket\""]),
            ("forge = 1\nhealth = 2", &["1", "2"]),
        ] {
            let read = read_text(text);
            let seen: Vec<_> = read.findings.iter().map(|f| &text[f.primary.clone().expect("a place").range]).collect();
            assert_eq!(seen, places, "{text}: {:?}", read.findings);
            for finding in &read.findings {
                let rule = if text.contains("02-31") { "toml-syntax" } else { "config-invalid" };
                assert_eq!(finding.rule, rule, "{text}");
                assert!(!finding.message.is_empty() && !finding.help.is_empty(), "{text}");
            }
        }
        assert_eq!(read_text("version = 7").newer, Some(7));
        assert_eq!(read_text("version = 1").newer, None);
    }

    #[test]
    fn an_editor_can_say_something_of_every_key() {
        let mut found = Vec::new();
        bare(&serde_json::from_str(SCHEMA).expect("JSON"), "", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn the_schema_and_the_reader_refuse_the_same() {
        let schema = serde_json::from_str(SCHEMA).expect("it is JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        let document = as_json(&toml::Value::Table(FULL.parse().expect("it parses")));
        assert!(validator.is_valid(&document));
        let refused = |document: &serde_json::Value| {
            !read_text(&toml::to_string(&as_toml(document, "")).expect("it is TOML")).findings.is_empty()
        };
        let mut every = Vec::new();
        tables(&document, "", &mut every);
        // Keys of these are the users' own or the rules', whose names another room knows.
        for table in every.iter().filter(|table| *table != "/teams" && !table.starts_with("/rules")) {
            let keys: Vec<_> = document
                .pointer(table)
                .and_then(serde_json::Value::as_object)
                .expect("a table")
                .keys()
                .cloned()
                .collect();
            for key in keys {
                let needed = table.starts_with("/cycle") && key != "lock";
                let without = edited(&document, table, &key, None);
                assert_eq!(
                    (!validator.is_valid(&without), refused(&without)),
                    (needed, needed),
                    "{table} without {key}"
                );
                let other = edited(&document, table, &key, Some("zzz"));
                assert!(!validator.is_valid(&other) && refused(&other), "{table} with {key} renamed");
            }
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,120}", at in 0usize..900, with in "[\\[\\]{}=.\"'#,\n a-c0-9é-]{0,6}") {
            let _ = read_text(&text);
            let mut edited = FULL.to_owned();
            edited.insert_str(edited.floor_char_boundary(at.min(edited.len())), &with);
            let _ = read_text(&edited);
        }
    }
}
