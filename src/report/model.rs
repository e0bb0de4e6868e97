//! Owns the published shape of a report: what `--format json` prints and what templates are handed. Within format 1
//! keys are added, never changed or taken away.
//! Never computes: `build` fills it, `mask` hides in it.

use super::work::{QuestionV1, TrailersV1, WorkCommitV1, WorkV1};
use crate::history::HistoryV1;
use crate::okr::{
    Allow, BaselineFrom, Commitment, Health, InitiativeStatus, Kind, NotCommitted, NotCounted, Retro, Role, Rung,
    Status,
};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// The format version of everything that this room publishes.
pub const FORMAT: u32 = 1;

/// Everything that a report says: the cycles shown, what is in them, and where the figures come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ReportV1 {
    /// Always 1.
    pub format: u32,
    /// The commit that was read.
    pub revision: RevisionV1,
    /// The day that everything is computed for.
    #[cfg_attr(test, schemars(with = "String"))]
    pub today: Date,
    /// How much of history is there.
    pub history: HistoryV1,
    /// By first day, the longer first, then by id.
    pub cycles: Vec<CycleV1>,
    /// The trailers of commits that were read for `work`; null where nobody asked.
    pub work: Option<TrailersV1>,
    /// What the rules found, as `check` publishes it.
    pub findings: Vec<Value>,
}

impl ReportV1 {
    /// Takes values of the work tree as committed: a document in a file goes into the same commit as they do.
    pub fn for_file(mut self) -> Self {
        let objectives = self.cycles.iter_mut().flat_map(|cycle| &mut cycle.objectives);
        objectives.flat_map(|objective| &mut objective.key_results).for_each(|kr| kr.uncommitted = false);
        self
    }
}

/// The commit that a report was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct RevisionV1 {
    /// Its id; null without git or before the first commit.
    pub id: Option<String>,
    /// Its time, RFC 3339 in UTC.
    pub committed: Option<String>,
    /// Whether files of goals differ from it.
    pub dirty: bool,
}

/// One cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct CycleV1 {
    /// As written in the files.
    pub id: String,
    /// First day.
    #[cfg_attr(test, schemars(with = "String"))]
    pub start: Date,
    /// Last day.
    #[cfg_attr(test, schemars(with = "String"))]
    pub end: Date,
    /// Last day on which definitions change without a reason.
    #[cfg_attr(test, schemars(with = "String"))]
    pub lock: Date,
    /// Share of its days that are over, today's included, 0–1.
    pub elapsed: f64,
    /// Days left after today; 0 once it is over.
    pub days_left: i32,
    /// Plain mean of its active objectives that have a progress, 0–1.
    pub progress: Option<f64>,
    /// Expected progress, the same mean over the same objectives.
    pub expected: Option<f64>,
    /// Today's values under the definitions at lock; null before the lock.
    pub as_committed: Option<f64>,
    /// Progress seven days ago, under today's definitions.
    pub progress_7_days_ago: Option<f64>,
    /// Key results in the mean.
    pub counted: usize,
    /// Key results in the cycle.
    pub total: usize,
    /// Objectives in the cycle, those that a selection leaves out included.
    pub objective_count: usize,
    /// Whether a sensitive key result is in the figures, which are in whole percent then.
    pub sensitive: bool,
    /// In the order of paths, then as written.
    pub objectives: Vec<ObjectiveV1>,
    /// Definitions that changed after their lock, oldest first.
    pub goalposts: Vec<GoalpostV1>,
    /// What was agreed on at the lock and what became of it, by name.
    pub ledger: Vec<LedgerV1>,
}

/// One objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ObjectiveV1 {
    /// Full name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// In the team's words.
    pub title: String,
    /// Who answers for it.
    pub owners: Vec<String>,
    /// What was promised.
    pub commitment: Option<Commitment>,
    /// Full name of the objective that it serves where that is known, else as written.
    pub parent: Option<String>,
    /// Weighted mean of its counted key results, 0–1; null where none counts.
    pub progress: Option<f64>,
    /// Expected progress, the same mean over the same key results.
    pub expected: Option<f64>,
    /// Today's values under the definitions at lock; null before the lock.
    pub as_committed: Option<f64>,
    /// Progress seven days ago, under today's definitions.
    pub progress_7_days_ago: Option<f64>,
    /// How it goes; null where nothing counts.
    pub health: Option<Health>,
    /// Why, worst first.
    pub reasons: Vec<String>,
    /// Key results in the mean.
    pub counted: usize,
    /// Key results in the objective.
    pub total: usize,
    /// Whether a sensitive key result is in the figures, which are in whole percent then.
    pub sensitive: bool,
    /// As written.
    pub key_results: Vec<KeyResultV1>,
    /// As written.
    pub initiatives: Vec<InitiativeV1>,
    /// The objectives that name this one as their parent; null where none does.
    pub children: Option<ChildrenV1>,
    /// Commits that name it or one of its key results in a trailer; null where nobody asked.
    pub work: Option<WorkV1>,
    /// What to ask the team about its work, by key result, then by initiative, as written; null where nobody asked.
    pub questions: Option<Vec<QuestionV1>>,
    /// Why it matters.
    pub why: Option<String>,
    /// Whether it is pursued.
    pub status: Status,
    /// Last day in force.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub due: Option<Date>,
    /// Free labels.
    pub tags: Vec<String>,
    /// What was learned.
    pub retro: Option<Retro>,
    /// Findings that its owners answered.
    pub allow: Vec<Allow>,
    /// The same goal in the cycle before, of which it is the continuation.
    pub continues: Option<String>,
    /// The same goal in the cycle after.
    pub continued_by: Option<String>,
    /// Names that it had before.
    pub aliases: Vec<String>,
    /// Free table.
    pub meta: Map<String, Value>,
    /// File that holds it.
    pub path: String,
    /// Line of its table, from 1.
    pub line: usize,
}

/// One key result: its standing, and every field of the file under its own name. `baseline`, `target`, `owner`,
/// `commitment`, `start` and `due` are those in force; `health` is the computed one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct KeyResultV1 {
    /// Full name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// In the team's words; digits of a sensitive one are masked.
    pub title: String,
    /// How it is measured; null where no field says so.
    pub kind: Option<Kind>,
    /// Whether it is averaged or watched.
    pub role: Role,
    /// Who answers for it: its own owner, else the objective's only one.
    pub owner: Option<String>,
    /// Unit of its numbers.
    pub unit: Option<String>,
    /// Where it starts.
    pub baseline: Option<f64>,
    /// Where `baseline` comes from.
    pub baseline_from: Option<BaselineFrom>,
    /// Where it goes; a relative target is resolved.
    pub target: Option<f64>,
    /// Lowest good value of a bound.
    pub at_least: Option<f64>,
    /// Highest good value of a bound.
    pub at_most: Option<f64>,
    /// The value: the measured number, 0 or 1 for binary, done weight for milestones.
    pub current: Option<f64>,
    /// 0–1.
    pub progress: Option<f64>,
    /// Progress before clamping: below 0 is going backwards, above 1 over-achievement.
    pub raw: Option<f64>,
    /// Progress expected by today, 0–1.
    pub expected: Option<f64>,
    /// Today's value under the definition at lock; null before the lock, and where unit or kind changed.
    pub as_committed: Option<f64>,
    /// Why `as_committed` is null.
    pub as_committed_reason: Option<NotCommitted>,
    /// Progress seven days ago, under today's definition; null where nothing was known then.
    pub progress_7_days_ago: Option<f64>,
    /// The owner's belief that the mark is reached by due, 0–1.
    pub confidence: Option<f64>,
    /// The final grade, 0–1.
    pub score: Option<f64>,
    /// How it goes; null for what is dropped, deferred or unmeasurable.
    pub health: Option<Health>,
    /// Why, worst first.
    pub reasons: Vec<String>,
    /// The owner's own word on its health, the file's `health`.
    pub owner_health: Option<Health>,
    /// Whether it is pursued.
    pub status: Status,
    /// Whether it is in its objective's mean.
    pub counted: bool,
    /// Why it is not.
    pub not_counted: Option<NotCounted>,
    /// Whether a bound's last value is outside.
    pub out_of_bounds: bool,
    /// Day of the last measurement.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub last_check_in: Option<Date>,
    /// Oldest first.
    pub check_ins: Vec<CheckInV1>,
    /// Whether the last check-in stands in the work tree alone. A document in a file is committed with it, and says no.
    pub uncommitted: bool,
    /// Commits that name it in a trailer; null where nobody asked.
    pub work: Option<WorkV1>,
    /// Reasons for definitions that changed after the lock.
    pub amend: Vec<AmendV1>,
    /// How it is measured: population, window.
    pub definition: Option<String>,
    /// URL of the data.
    pub source: Option<String>,
    /// Share in the objective.
    pub weight: f64,
    /// First day in force.
    #[cfg_attr(test, schemars(with = "String"))]
    pub start: Date,
    /// Last day in force.
    #[cfg_attr(test, schemars(with = "String"))]
    pub due: Date,
    /// `"linear"`, `"late"` or checkpoints `[{ on, progress }]`.
    pub pace: Value,
    /// The relative target, as written.
    pub change: Option<String>,
    /// The score ladder.
    pub scale: Option<Vec<Rung>>,
    /// What is to be reached, as written.
    pub milestone: Option<Vec<MilestoneV1>>,
    /// Whether a binary one is reached: true, false or the day.
    pub done: Option<Value>,
    /// Day on which `current` was measured, as written.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub as_of: Option<Date>,
    /// What the owner says about the last check-in.
    pub note: Option<String>,
    /// What was promised: its own commitment, else the objective's.
    pub commitment: Option<Commitment>,
    /// Key results that it guards, as written.
    pub guards: Vec<String>,
    /// Names that must come first, as written.
    pub depends_on: Vec<String>,
    /// URLs, commits or tags that show the value.
    pub evidence: Vec<String>,
    /// Whether its values are kept from every output.
    pub sensitive: bool,
    /// Free labels.
    pub tags: Vec<String>,
    /// What was learned.
    pub retro: Option<Retro>,
    /// Findings that its owner answered.
    pub allow: Vec<Allow>,
    /// The same goal in the cycle before, of which it is the continuation.
    pub continues: Option<String>,
    /// The same goal in the cycle after.
    pub continued_by: Option<String>,
    /// Names that it had before.
    pub aliases: Vec<String>,
    /// Free table; null where it is sensitive.
    pub meta: Option<Map<String, Value>>,
    /// File that holds it.
    pub path: String,
    /// Line of its table, from 1.
    pub line: usize,
}

/// One recorded value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct CheckInV1 {
    /// Day of measuring.
    #[cfg_attr(test, schemars(with = "String"))]
    pub measured: Date,
    /// Commit time, RFC 3339 in UTC; null for what is not committed.
    pub recorded: Option<String>,
    /// The commit; null for what is not committed.
    pub commit: Option<String>,
    /// The number, 0 or 1 for binary, done weight for milestones.
    pub value: Option<f64>,
    /// The owner's belief at that time.
    pub confidence: Option<f64>,
    /// What the owner said.
    pub note: Option<String>,
    /// Progress of that value under today's definition; null where it was recorded in another unit or kind.
    pub progress: Option<f64>,
}

/// A stated reason for a definition that changed after the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct AmendV1 {
    /// Day of the decision.
    #[cfg_attr(test, schemars(with = "String"))]
    pub on: Date,
    /// Why.
    pub reason: String,
    /// Who agreed.
    pub approved_by: Option<String>,
}

/// One thing to reach among several.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct MilestoneV1 {
    /// What is reached.
    pub title: String,
    /// true, false or the day; null where it is sensitive.
    pub done: Option<Value>,
    /// Share in the whole; null where it is sensitive.
    pub weight: Option<f64>,
    /// Day by which it is expected.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub due: Option<Date>,
}

/// Work that is meant to move key results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct InitiativeV1 {
    /// What is to be done.
    pub title: String,
    /// Where it is tracked.
    pub url: Option<String>,
    /// The key results that it should move, as written.
    pub drives: Vec<String>,
    /// How far it is.
    pub status: InitiativeStatus,
}

/// The objectives that serve another, beside its own figures and never mixed into them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ChildrenV1 {
    /// Full names, in the order of paths, then as written.
    pub names: Vec<String>,
    /// Plain mean over the active ones that have a progress.
    pub progress: Option<f64>,
    /// How many are in the mean.
    pub counted: usize,
    /// How many there are.
    pub total: usize,
    /// Whether a sensitive key result is in the mean, which is in whole percent then.
    pub sensitive: bool,
}

/// What was agreed on for a key result, and every change of it: its page in the ledger of goalposts. An objective has one
/// where its own definition changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct LedgerV1 {
    /// Full name.
    pub name: String,
    /// In the team's words; digits of a sensitive one are masked.
    pub title: String,
    /// The last day on which it could change without a reason; null while that day is not over.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub locked_on: Option<Date>,
    /// The fields of its definition on that day, as written.
    pub agreed: Vec<AgreedV1>,
    /// Every change of its definition, oldest first, those before the lock included.
    pub changes: Vec<GoalpostV1>,
    /// Progress as edited: under the definition of today, 0–1.
    pub progress: Option<f64>,
    /// Progress as committed: today's value under the definition at lock.
    pub as_committed: Option<f64>,
    /// Why `as_committed` is null; null for an objective.
    pub as_committed_reason: Option<NotCommitted>,
    /// Whether its values are masked.
    pub sensitive: bool,
}

/// One field of a definition at the lock.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct AgreedV1 {
    /// Its name in the file.
    pub field: String,
    /// Null where it is masked.
    pub value: Value,
}

/// A definition that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct GoalpostV1 {
    /// Full name.
    pub name: String,
    /// What happened: `definition` or `removed`.
    pub kind: crate::history::EventKind,
    /// Day on which it was recorded, UTC.
    #[cfg_attr(test, schemars(with = "String"))]
    pub day: Date,
    /// The commit; null for what is not committed.
    pub commit: Option<String>,
    /// Who wrote it, through `.mailmap`.
    pub author: AuthorV1,
    /// Whether it landed after the lock.
    pub late: bool,
    /// Whether the goal became easier; null where nothing can be compared.
    pub eased: Option<bool>,
    /// What changed.
    pub changes: Vec<ChangeV1>,
    /// The reason written nearest to it; null where none is.
    pub reason: Option<String>,
    /// Who agreed.
    pub approved_by: Option<String>,
}

/// One field, before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ChangeV1 {
    /// Its name in the file.
    pub field: Cow<'static, str>,
    /// Null where it was not written.
    pub before: Arc<Value>,
    /// Null where it is not written.
    pub after: Arc<Value>,
}

/// The events of goals.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct LogV1 {
    /// Always 1.
    pub format: u32,
    /// How much of history is there.
    pub history: HistoryV1,
    /// Newest first, as `git log --date-order` has the commits, then by name.
    pub events: Vec<EventV1>,
    /// What was agreed on at the locks and what became of it, by cycle and name; null where nobody asked (`--goalposts`).
    pub ledger: Option<Vec<LedgerV1>>,
    /// Commits that name goals in their trailers, since the first day of the cycles shown, newest first; null where nobody
    /// asked (`--work`).
    pub work: Option<Vec<WorkCommitV1>>,
}

/// What one commit did to one objective or key result, in one respect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct EventV1 {
    /// Full name, today's.
    pub name: Arc<str>,
    /// What it is.
    pub kind: crate::history::EventKind,
    /// The gravest group of the changed fields.
    pub group: crate::okr::Group,
    /// Whether a goalpost field changed.
    pub goalpost: bool,
    /// Whether the goal became easier; null where nothing can be compared.
    pub eased: Option<bool>,
    /// Whether a definition landed after its lock.
    pub late: bool,
    /// The commit; null for what is not committed.
    pub commit: Option<Arc<str>>,
    /// Who wrote it, through `.mailmap`.
    pub author: Arc<AuthorV1>,
    /// Day of measuring.
    #[cfg_attr(test, schemars(with = "String"))]
    pub measured: Date,
    /// Commit time, RFC 3339 in UTC; null for what is not committed.
    pub recorded: Option<Arc<str>>,
    /// First line of the commit's message; null where it is sensitive.
    pub summary: Option<Arc<str>>,
    /// File in that commit.
    pub path: Arc<str>,
    /// Line of the table in that file, from 1.
    pub line: usize,
    /// Whether a signature is there; it is not verified.
    pub signed: bool,
    /// In the order of the fields.
    pub changes: Vec<ChangeV1>,
}

/// Who wrote a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct AuthorV1 {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares a checked-in schema with the types, or writes it where `GIT_OKR_BLESS` is set.
    fn schema<T: schemars::JsonSchema>(file: &str) {
        let generator = schemars::generate::SchemaSettings::draft07().for_serialize().into_generator();
        let schema = generator.into_root_schema_for::<T>();
        let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(file);
        if std::env::var_os("GIT_OKR_BLESS").is_some() {
            std::fs::write(&path, &text).expect("schemas/ can be written");
        }
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(checked_in == text, "schemas/{file} is out of date: GIT_OKR_BLESS=1 cargo test schema");
    }

    #[test]
    fn schema_report() {
        schema::<ReportV1>("report.schema.json");
    }

    #[test]
    fn schema_log() {
        schema::<LogV1>("log.schema.json");
    }

    #[test]
    fn schema_diff() {
        schema::<crate::report::DiffV1>("diff.schema.json");
    }

    #[test]
    fn schema_checkin() {
        schema::<crate::report::RecordedV1>("checkin.schema.json");
    }

    #[test]
    fn schema_doctor() {
        schema::<crate::report::DoctorV1>("doctor.schema.json");
    }

    #[test]
    fn schema_cache() {
        schema::<crate::report::CacheV1>("cache.schema.json");
    }
}
