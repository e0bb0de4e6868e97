//! Owns the published shape of a change: what `diff --format json` prints and what its templates are handed. Within
//! format 1 keys are added, never changed or taken away. Never computes what a change does: that is `diff`'s.

use super::mask;
use super::model::{ChangeV1, FORMAT};
use crate::diff::{Change, Class, CycleChange, Difference, KeyResultChange, ObjectiveChange, Stand, What};
use crate::history::{History, HistoryV1};
use crate::okr::{Health, NotCommitted};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

/// What a change does to the goals.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct DiffV1 {
    /// Always 1.
    pub format: u32,
    /// Id of the commit before.
    pub base: String,
    /// Id of the commit after; null for a work tree whose goals are not all committed.
    pub head: Option<String>,
    /// The day that both sides are computed for.
    #[cfg_attr(test, schemars(with = "String"))]
    pub today: Date,
    /// `check-in` only if every changed field is one of a check-in; `none` where no goal and no setting that judges goals
    /// differs.
    pub class: Class,
    /// Whether nothing but objective files differs.
    pub only_objectives: bool,
    /// How much of the history behind the state after is there; null where nothing differs, so that nobody asked.
    pub history: Option<HistoryV1>,
    /// The cycles that the change touches, by first day, the longer first, then by id.
    pub progress: Vec<CycleChangeV1>,
    /// Objectives that differ or hold what differs, by name.
    pub objectives: Vec<ObjectiveChangeV1>,
    /// Key results that differ, by name.
    pub key_results: Vec<KeyResultChangeV1>,
    /// Settings of `okr.toml` that say how goals are judged, by dotted name.
    pub settings: Vec<ChangeV1>,
    /// Files that differ and hold something which does not read, so that the change may be more than is listed here.
    pub unclear: Vec<String>,
    /// What the rules find after and did not find before, as `check` publishes it.
    pub findings: Vec<Value>,
}

/// What a change does to the progress of a cycle. The parts add up to the difference, a figure that is null counting as 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct CycleChangeV1 {
    /// Its id.
    pub cycle: String,
    /// Progress before, 0–1; null where nothing counted.
    pub before: Option<f64>,
    /// Progress after, 0–1; null where nothing counts.
    pub after: Option<f64>,
    /// What was measured: the values of afterwards under the definitions of before.
    pub check_ins: f64,
    /// What moved goalposts make of the same values.
    pub goalposts: f64,
    /// What came, went, moved, or counts no longer or anew.
    pub scope: f64,
    /// Progress expected by today under the state after.
    pub expected: Option<f64>,
    /// The three parts in tenths of a point as they are shown: they add up to the difference of the figures as shown.
    pub shown: ShownV1,
    /// Whether a sensitive key result is in the figures, which are in whole percent then.
    pub sensitive: bool,
}

/// The parts of a difference in tenths of a percentage point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ShownV1 {
    /// All three together.
    pub total: i32,
    /// The part of check-ins.
    pub check_ins: i32,
    /// The part of moved goalposts.
    pub goalposts: i32,
    /// The rest.
    pub scope: i32,
}

/// What a goal stands at on one side.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct StandV1 {
    /// 0–1.
    pub progress: Option<f64>,
    /// Progress before clamping; null for an objective.
    pub raw: Option<f64>,
    /// The value; null for an objective.
    pub current: Option<f64>,
    /// Progress expected by today, 0–1.
    pub expected: Option<f64>,
    /// How it goes.
    pub health: Option<Health>,
    /// Key results in the mean; of a key result 0 or 1.
    pub counted: usize,
    /// Key results; of a key result 1.
    pub total: usize,
}

/// An objective that differs, or that holds a key result which does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct ObjectiveChangeV1 {
    /// Full name after, or before where it is gone.
    pub name: String,
    /// Full name before, where it was another.
    pub former: Option<String>,
    /// In the team's words.
    pub title: String,
    /// Who answers for it.
    pub owners: Vec<String>,
    /// What became of it and what it holds.
    pub change: What,
    /// Before; null where it is new.
    pub before: Option<StandV1>,
    /// After; null where it is gone.
    pub after: Option<StandV1>,
    /// Its own fields that differ, in the order of the fields.
    pub changes: Vec<ChangeV1>,
    /// Whether a goalpost field of its own differs.
    pub goalpost: bool,
    /// Whether that made it easier; null where nothing can be compared.
    pub eased: Option<bool>,
    /// Whether a sensitive key result is in the figures, which are in whole percent then.
    pub sensitive: bool,
    /// File that holds it.
    pub path: String,
    /// Line of its table, from 1.
    pub line: usize,
}

/// A key result that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct KeyResultChangeV1 {
    /// Full name after, or before where it is gone.
    pub name: String,
    /// Full name before, where it was another.
    pub former: Option<String>,
    /// In the team's words; digits of a sensitive one are masked.
    pub title: String,
    /// Who answers for it: its own owner, else the objective's only one.
    pub owner: Option<String>,
    /// Unit of its numbers.
    pub unit: Option<String>,
    /// What became of it.
    pub change: What,
    /// Before; null where it is new.
    pub before: Option<StandV1>,
    /// After; null where it is gone.
    pub after: Option<StandV1>,
    /// The fields that differ, in the order of the fields.
    pub changes: Vec<ChangeV1>,
    /// Whether a goalpost field differs.
    pub goalpost: bool,
    /// Whether that made it easier; null where nothing can be compared.
    pub eased: Option<bool>,
    /// Progress of the values of afterwards under the definition at lock; null before the lock, where unit or kind
    /// changed, and where it is gone.
    pub as_committed: Option<f64>,
    /// Why `as_committed` is null.
    pub as_committed_reason: Option<NotCommitted>,
    /// Whether it is sensitive on either side: values are masked, figures in whole percent.
    pub sensitive: bool,
    /// File that holds it.
    pub path: String,
    /// Line of its table, from 1.
    pub line: usize,
}

/// The frame around a difference: which states were compared, and what is known beside it.
pub struct Frame<'a> {
    /// Id of the commit before.
    pub base: String,
    /// Id of the commit after; `None` for a work tree whose goals are not all committed.
    pub head: Option<String>,
    /// The day that both sides are computed for.
    pub today: Date,
    /// Whether nothing but objective files differs.
    pub only_objectives: bool,
    /// The history behind the state after, where it was walked.
    pub history: Option<&'a History>,
    /// What the rules find after and did not find before.
    pub findings: Vec<Value>,
}

/// Publishes what a change does, masked where it is sensitive on either side.
pub fn publish(difference: &Difference<'_>, frame: Frame<'_>) -> DiffV1 {
    DiffV1 {
        format: FORMAT,
        base: frame.base,
        head: frame.head,
        today: frame.today,
        class: difference.class,
        only_objectives: frame.only_objectives,
        history: frame.history.map(HistoryV1::from),
        progress: difference.cycles.iter().map(CycleChangeV1::from).collect(),
        objectives: difference.objectives.iter().map(ObjectiveChangeV1::from).collect(),
        key_results: difference.key_results.iter().map(KeyResultChangeV1::from).collect(),
        settings: difference.settings.iter().map(ChangeV1::from).collect(),
        unclear: difference.unclear.iter().cloned().collect(),
        findings: frame.findings,
    }
}

impl From<&CycleChange> for CycleChangeV1 {
    fn from(change: &CycleChange) -> Self {
        let delta = if change.sensitive { change.delta.whole() } else { change.delta };
        let [check_ins, goalposts, scope] = delta.shown();
        CycleChangeV1 {
            cycle: change.cycle.clone(),
            before: delta.before,
            after: delta.after,
            check_ins: delta.check_ins,
            goalposts: delta.goalposts,
            scope: delta.scope,
            expected: if change.sensitive { mask::share(change.expected) } else { change.expected },
            shown: ShownV1 { total: check_ins + goalposts + scope, check_ins, goalposts, scope },
            sensitive: change.sensitive,
        }
    }
}

impl From<&Stand> for StandV1 {
    fn from(stand: &Stand) -> Self {
        StandV1 {
            progress: stand.progress,
            raw: stand.raw,
            current: stand.current,
            expected: stand.expected,
            health: stand.health,
            counted: stand.counted,
            total: stand.total,
        }
    }
}

impl From<&Change> for ChangeV1 {
    fn from(change: &Change) -> Self {
        ChangeV1 {
            field: change.field.clone().into(),
            before: change.before.clone().into(),
            after: change.after.clone().into(),
        }
    }
}

impl From<&ObjectiveChange<'_>> for ObjectiveChangeV1 {
    fn from(change: &ObjectiveChange<'_>) -> Self {
        let seen = change.after.as_ref().or(change.before.as_ref());
        let mut published = ObjectiveChangeV1 {
            name: change.name.to_string(),
            former: change.former.as_ref().map(ToString::to_string),
            title: seen.map(|seen| seen.objective.title.clone()).unwrap_or_default(),
            owners: seen.map(|seen| seen.objective.owners.clone()).unwrap_or_default(),
            change: change.change,
            before: change.before.as_ref().map(|seen| StandV1::from(&seen.stand)),
            after: change.after.as_ref().map(|seen| StandV1::from(&seen.stand)),
            changes: change.changes.iter().map(ChangeV1::from).collect(),
            goalpost: change.goalpost,
            eased: change.eased,
            sensitive: change.sensitive,
            path: seen.map(|seen| seen.path.to_owned()).unwrap_or_default(),
            line: seen.map_or(1, |seen| seen.line),
        };
        if change.sensitive {
            published.before.iter_mut().chain(&mut published.after).for_each(StandV1::mask);
        }
        published
    }
}

impl From<&KeyResultChange<'_>> for KeyResultChangeV1 {
    fn from(change: &KeyResultChange<'_>) -> Self {
        let seen = change.after.as_ref().or(change.before.as_ref());
        let key_result = seen.and_then(|seen| seen.key_result);
        let mut published = KeyResultChangeV1 {
            name: change.name.to_string(),
            former: change.former.as_ref().map(ToString::to_string),
            title: key_result.map(|key_result| key_result.title.clone()).unwrap_or_default(),
            owner: seen.and_then(|seen| Some(seen.key_result?.answered_by(seen.objective)?.to_owned())),
            unit: key_result.and_then(|key_result| key_result.unit.clone()),
            change: change.change,
            before: change.before.as_ref().map(|seen| StandV1::from(&seen.stand)),
            after: change.after.as_ref().map(|seen| StandV1::from(&seen.stand)),
            changes: change.changes.iter().map(ChangeV1::from).collect(),
            goalpost: change.goalpost,
            eased: change.eased,
            as_committed: change.as_committed.ok().flatten(),
            as_committed_reason: change.as_committed.err(),
            sensitive: change.sensitive,
            path: seen.map(|seen| seen.path.to_owned()).unwrap_or_default(),
            line: seen.map_or(1, |seen| seen.line),
        };
        if change.sensitive {
            published.mask();
        }
        published
    }
}

impl KeyResultChangeV1 {
    fn mask(&mut self) {
        self.title = mask::digits(&self.title);
        self.unit = self.unit.as_deref().map(mask::digits);
        self.as_committed = mask::share(self.as_committed);
        self.before.iter_mut().chain(&mut self.after).for_each(StandV1::mask);
        self.changes.iter_mut().for_each(mask::change);
    }
}

impl StandV1 {
    fn mask(&mut self) {
        self.current = None;
        for figure in [&mut self.progress, &mut self.raw, &mut self.expected] {
            *figure = mask::share(*figure);
        }
    }
}
