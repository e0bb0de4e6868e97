//! Owns the figures that a key result, an objective and a cycle stand at: the types that the arithmetic fills.

use super::{Commitment, Cycle, KeyResult, Kind, Objective};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How things go. Between `OnTrack` and `OffTrack` the order is that of severity; the others stand outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// Before its first day, or nothing measured yet and not late with it.
    NotStarted,
    /// Nothing speaks against it.
    OnTrack,
    /// Nobody has looked for too long.
    Stale,
    /// Behind by the first threshold.
    AtRisk,
    /// Behind by the second threshold.
    OffTrack,
    /// At the mark after due, or complete before.
    Achieved,
    /// Below the mark after due.
    Missed,
}

/// Why a key result is not in its objective's mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NotCounted {
    /// Given up.
    Dropped,
    /// Put off.
    Deferred,
    /// Watched, not averaged.
    Guardrail,
    /// Nothing says when it is reached.
    Unmeasurable,
    /// History is cut short and holds no first value.
    BaselineUnknown,
}

/// Where a baseline comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum BaselineFrom {
    /// Written in the file.
    File,
    /// The first recorded value of this name in this cycle and unit.
    FirstCheckIn,
}

/// When health changes; shares of 1 and days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Gap to the expected progress that is at risk.
    pub at_risk: f64,
    /// Gap to the expected progress that is off track.
    pub off_track: f64,
    /// Days between check-ins.
    pub cadence_days: i32,
    /// Days that a check-in may be late.
    pub grace_days: i32,
}

/// One recorded value of a key result.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Day of measuring.
    pub measured: Date,
    /// The value; `None` where only the owner's words moved and none was recorded yet.
    pub value: Option<f64>,
    /// Kind under which it was recorded.
    pub kind: Option<Kind>,
    /// Unit under which it was recorded.
    pub unit: Option<String>,
}

/// All that the arithmetic needs to know of one key result.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The key result as written at the revision asked about.
    pub key_result: &'a KeyResult,
    /// Its objective.
    pub objective: &'a Objective,
    /// The cycle of the objective.
    pub cycle: &'a Cycle,
    /// Recorded values in line order, oldest first; the last equals the file.
    pub series: &'a [Point],
    /// Whether history is all there, so that the first value is known to be the first.
    pub complete: bool,
}

/// What a key result stands at on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// 0–1; `None` where it cannot be computed (then `not_counted` says why).
    pub progress: Option<f64>,
    /// The same before clamping: below 0 is going backwards, above 1 over-achievement.
    pub raw: Option<f64>,
    /// Progress expected by today, 0–1; `None` where there is no progress to expect.
    pub expected: Option<f64>,
    /// How it goes; `None` for what is dropped, deferred or unmeasurable.
    pub health: Option<Health>,
    /// Why, in sentences without values that `sensitive` would hide, worst first.
    pub reasons: Vec<String>,
    /// Why it is not in the mean; `None` where it is.
    pub not_counted: Option<NotCounted>,
    /// The baseline in force.
    pub baseline: Option<f64>,
    /// Where it comes from.
    pub baseline_from: Option<BaselineFrom>,
    /// The target in force, `change` resolved.
    pub target: Option<f64>,
    /// First day in force.
    pub start: Date,
    /// Last day in force.
    pub due: Date,
    /// The promise in force.
    pub commitment: Option<Commitment>,
    /// Share in the objective.
    pub weight: f64,
    /// Whether a bound's last value is outside; `false` for all else.
    pub out_of_bounds: bool,
    /// Day of the last measurement.
    pub last_measured: Option<Date>,
    /// Whether nobody has looked for longer than cadence and grace allow, whatever else is wrong.
    pub stale: bool,
}

/// What several key results or objectives stand at together.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// Mean over the counted, `None` where none is.
    pub progress: Option<f64>,
    /// Expected mean over the same.
    pub expected: Option<f64>,
    /// How many are in the mean.
    pub counted: usize,
    /// How many there are.
    pub total: usize,
    /// How it goes; `None` where nothing counts, for an objective that is not pursued, and for a cycle.
    pub health: Option<Health>,
    /// Why, worst first.
    pub reasons: Vec<String>,
}
