//! Owns what goes out: the goals as their files have them, how they stand, and their past; masked unless somebody asks for
//! everything. Never writes a format.

use crate::history::{History, HistoryV1};
use crate::okr::{BaselineFrom, Field, Fields, Health, Initiative, Kind, Name, number};
use crate::report::{self, EventV1, KeyResultV1, ReportV1, RevisionV1};
use crate::source::Tree;
use crate::syntax::{OF_KEY_RESULT, OF_OBJECTIVE};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What tells our own JSON from any other.
pub const KIND: &str = "git-okr-export";

/// How a key result stands on the day of the export. Computed; an import does without.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct Standing {
    /// How it is measured; null where no field says so.
    pub kind: Option<Kind>,
    /// Where it starts, the first check-in where the file does not say.
    pub baseline: Option<f64>,
    /// Where that comes from.
    pub baseline_from: Option<BaselineFrom>,
    /// Where it goes; a relative target is resolved.
    pub target: Option<f64>,
    /// 0–1.
    pub progress: Option<f64>,
    /// Progress before clamping.
    pub raw: Option<f64>,
    /// Progress expected on that day, 0–1.
    pub expected: Option<f64>,
    /// Today's value under the definition at lock.
    pub as_committed: Option<f64>,
    /// How it goes, computed.
    pub health: Option<Health>,
    /// Whether it is in its objective's mean.
    pub counted: bool,
    /// Day of the last measurement.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub last_check_in: Option<Date>,
}

impl Standing {
    fn of(kr: &KeyResultV1) -> Self {
        Standing {
            kind: kr.kind,
            baseline: kr.baseline,
            baseline_from: kr.baseline_from,
            target: kr.target,
            progress: kr.progress,
            raw: kr.raw,
            expected: kr.expected,
            as_committed: kr.as_committed,
            health: kr.health,
            counted: kr.counted,
            last_check_in: kr.last_check_in,
        }
    }

    /// Gives a figure by the name of its column.
    pub fn named(&self, name: &str) -> Value {
        let figure = |figure: Option<f64>| figure.map_or(Value::Null, number);
        match name {
            "first_check_in" if self.baseline_from == Some(BaselineFrom::FirstCheckIn) => figure(self.baseline),
            "progress" => figure(self.progress),
            "expected" => figure(self.expected),
            "as_committed" => figure(self.as_committed),
            "computed_health" => serde_json::to_value(self.health).unwrap_or_default(),
            "counted" => self.counted.into(),
            "last_check_in" => self.last_check_in.map_or(Value::Null, |day| day.to_string().into()),
            _ => Value::Null,
        }
    }
}

/// An objective on its way out.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// Id of its cycle.
    pub cycle: String,
    /// Its id.
    pub id: String,
    /// File that holds it.
    pub path: String,
    /// As written, milestones with whether they are reached; masked ones are null.
    pub fields: Fields,
    /// As written, each with how it stands.
    pub key_results: Vec<(String, Fields, Standing)>,
    /// As written.
    pub initiatives: Vec<Initiative>,
}

/// One check-in on its way out.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckInRow {
    /// Full name.
    pub name: String,
    /// In the team's words.
    pub title: String,
    /// Unit of the value.
    pub unit: Option<String>,
    /// Day of measuring.
    pub measured: Date,
    /// Commit time, RFC 3339 in UTC; `None` for what is not committed.
    pub recorded: Option<String>,
    /// The number, 0 or 1 for binary, done weight for milestones.
    pub value: Option<f64>,
    /// The owner's belief at that time.
    pub confidence: Option<f64>,
    /// What the owner said.
    pub note: Option<String>,
    /// Progress under today's definition.
    pub progress: Option<f64>,
    /// Who recorded it.
    pub author: Option<String>,
    /// Whose address that is.
    pub email: Option<String>,
    /// The commit.
    pub commit: Option<String>,
}

/// All that goes out.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The commit that was read.
    pub revision: RevisionV1,
    /// The day that figures are for.
    pub today: Date,
    /// How much of history is there.
    pub history: HistoryV1,
    /// The tables of `okr.toml` that dates and people hang on, days as text.
    pub settings: Value,
    /// In the order of the report.
    pub objectives: Vec<Exported>,
    /// Newest first.
    pub events: Vec<EventV1>,
    /// By name, then oldest first.
    pub check_ins: Vec<CheckInRow>,
}

/// What `export --format json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ExportV1<'a> {
    /// Always 1.
    pub format: u32,
    /// Always `git-okr-export`.
    pub kind: &'static str,
    /// The commit that was read.
    pub revision: &'a RevisionV1,
    /// The day that figures are for.
    #[cfg_attr(test, schemars(with = "String"))]
    pub today: Date,
    /// How much of history is there.
    pub history: &'a HistoryV1,
    /// `calendar`, `cycle`, `teams` and `health` of `okr.toml`, as far as they are written there.
    pub settings: &'a Value,
    /// In the order of paths, then as written.
    pub objectives: Vec<ExportedObjectiveV1<'a>>,
    /// What happened to them, newest first, as `log` has it.
    pub events: &'a [EventV1],
}

/// An objective, every field of the file under its own name; null where it is not written, or masked.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExportedObjectiveV1<'a> {
    /// Id of its cycle.
    pub cycle: &'a str,
    /// Its id.
    pub id: &'a str,
    /// File that holds it, from the root.
    pub path: &'a str,
    /// Its fields.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
    /// As written.
    pub key_results: Vec<ExportedKeyResultV1<'a>>,
    /// As written.
    #[cfg_attr(test, schemars(with = "Vec<report::InitiativeV1>"))]
    pub initiatives: &'a [Initiative],
}

/// A key result, every field of the file under its own name; null where it is not written, or masked.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExportedKeyResultV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its fields.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
    /// How it stands.
    pub standing: &'a Standing,
}

impl Export {
    /// Gathers the goals that a report shows. The files' own words are read again, so that nothing is resolved in them;
    /// what is sensitive is masked in all of it unless `all` is asked for: then report and events are unmasked too.
    pub fn new(tree: &Tree, report: &ReportV1, events: Vec<EventV1>, all: bool) -> Export {
        let mut written: HashMap<String, Fields> = HashMap::new();
        for file in &tree.files {
            let (tables, _) = crate::syntax::recorded(&tree.sources.get(file.file).text).unwrap_or_default();
            for table in tables {
                written.entry(table.name).or_insert(table.fields);
            }
        }
        let initiatives: HashMap<Name, &[Initiative]> = tree
            .objectives()
            .filter_map(|located| Some((located.name()?, located.objective.initiatives.as_slice())))
            .collect();
        let authors: HashMap<Arc<str>, &report::AuthorV1> =
            events.iter().filter_map(|event| Some((event.commit.clone()?, &*event.author))).collect();
        let mut objectives = Vec::new();
        let mut check_ins = Vec::new();
        for (cycle, objective) in report.cycles.iter().flat_map(|c| c.objectives.iter().map(move |o| (c, o))) {
            let of = |name: &str| together(written.get(name).cloned().unwrap_or_default());
            let mut key_results = Vec::new();
            for kr in &objective.key_results {
                let mut fields = of(&kr.name);
                if kr.sensitive && !all {
                    hide(&mut fields);
                }
                key_results.push((kr.id.clone(), fields, Standing::of(kr)));
                check_ins.extend(kr.check_ins.iter().map(|point| {
                    let author = point.commit.as_deref().and_then(|commit| authors.get(commit));
                    CheckInRow {
                        name: kr.name.clone(),
                        title: kr.title.clone(),
                        unit: kr.unit.clone(),
                        measured: point.measured,
                        recorded: point.recorded.clone(),
                        value: point.value,
                        confidence: point.confidence,
                        note: point.note.clone(),
                        progress: point.progress,
                        author: author.map(|author| author.name.clone()),
                        email: author.map(|author| author.email.clone()),
                        commit: point.commit.clone(),
                    }
                }));
            }
            let own = Name::objective(&cycle.id, &objective.id);
            objectives.push(Exported {
                cycle: cycle.id.clone(),
                id: objective.id.clone(),
                path: objective.path.clone(),
                fields: of(&objective.name),
                key_results,
                initiatives: initiatives.get(&own).map(|all| all.to_vec()).unwrap_or_default(),
            });
        }
        Export {
            revision: report.revision.clone(),
            today: report.today,
            history: report.history.clone(),
            settings: settings(tree),
            objectives,
            events,
            check_ins,
        }
    }

    /// Publishes it.
    pub fn published(&self) -> ExportV1<'_> {
        let objectives = self.objectives.iter().map(|objective| ExportedObjectiveV1 {
            cycle: &objective.cycle,
            id: &objective.id,
            path: &objective.path,
            fields: named(&objective.fields, OF_OBJECTIVE),
            key_results: objective
                .key_results
                .iter()
                .map(|(id, fields, standing)| ExportedKeyResultV1 {
                    id,
                    fields: named(fields, OF_KEY_RESULT),
                    standing,
                })
                .collect(),
            initiatives: &objective.initiatives,
        });
        ExportV1 {
            format: report::FORMAT,
            kind: KIND,
            revision: &self.revision,
            today: self.today,
            history: &self.history,
            settings: &self.settings,
            objectives: objectives.collect(),
            events: &self.events,
        }
    }
}

/// Takes the marks of secrecy off goals and their past, so that nothing made of them is masked.
pub fn unveil(tree: &mut Tree, history: &mut History) {
    let objectives = tree.files.iter_mut().flat_map(|file| &mut file.objectives);
    objectives.flat_map(|objective| &mut objective.key_results).for_each(|kr| kr.sensitive = false);
    history.events.iter_mut().for_each(|event| event.sensitive = false);
}

fn named(fields: &Fields, all: &[Field]) -> Map<String, Value> {
    all.iter().map(|field| (field.name().to_owned(), fields.get(field).cloned().unwrap_or_default())).collect()
}

/// Masks the fields of a sensitive key result.
fn hide(fields: &mut Fields) {
    for (field, value) in fields.iter_mut() {
        if let Some(masked) = report::masked(field.name(), value) {
            *value = masked;
        }
    }
    fields.retain(|_, value| !value.is_null());
}

/// Puts what is reached of milestones beside them, as files have it.
fn together(mut fields: Fields) -> Fields {
    fields.remove(&Field::Name);
    let reached = fields.remove(&Field::MilestoneDone);
    if let Some(Value::Array(all)) = fields.get_mut(&Field::Milestone) {
        let mut titles: Vec<String> = Vec::new();
        for one in all.iter_mut() {
            let title = one["title"].as_str().unwrap_or_default().to_owned();
            let before: Vec<&str> = titles.iter().map(String::as_str).collect();
            let key = crate::syntax::milestone_key(&title, &before);
            one["done"] = reached.as_ref().and_then(|reached| reached.get(&key)).cloned().unwrap_or(false.into());
            titles.push(title);
        }
    }
    fields
}

/// Sets what is reached of milestones apart again, as history compares it.
pub fn parted(fields: &mut Fields) {
    let mut reached = Map::new();
    let Some(Value::Array(all)) = fields.get_mut(&Field::Milestone) else { return };
    let mut titles: Vec<String> = Vec::new();
    for one in all.iter_mut().filter_map(Value::as_object_mut) {
        let title = one.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
        let before: Vec<&str> = titles.iter().map(String::as_str).collect();
        let key = crate::syntax::milestone_key(&title, &before);
        if let Some(done) = one.remove("done").filter(|done| *done != Value::Bool(false) && !done.is_null()) {
            reached.insert(key, done);
        }
        titles.push(title);
    }
    fields.insert(Field::MilestoneDone, Value::Object(reached));
}

/// Gives the tables of the configuration that dates and people hang on.
fn settings(tree: &Tree) -> Value {
    let text = tree.config.file.map(|file| tree.sources.get(file).text.as_str()).unwrap_or_default();
    let table: toml::Table = text.strip_prefix('\u{feff}').unwrap_or(text).parse().unwrap_or_default();
    let known = ["calendar", "cycle", "teams", "health"];
    let kept = table.into_iter().filter(|(key, _)| known.contains(&key.as_str()));
    let kept: BTreeMap<String, Value> = kept.map(|(key, value)| (key, plain(value))).collect();
    serde_json::to_value(kept).unwrap_or_default()
}

/// Turns TOML into JSON, days as text.
fn plain(value: toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, plain(value))).collect(),
        toml::Value::Array(list) => list.into_iter().map(plain).collect(),
        toml::Value::Datetime(day) => day.to_string().into(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(whole) => whole.into(),
        toml::Value::Float(value) => number(value),
        toml::Value::Boolean(flag) => flag.into(),
    }
}
