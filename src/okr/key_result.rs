//! Owns what a key result is: its measure, its value, and what its owner says.

use super::{Allow, Commitment, Retro, Status};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The kinds of measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Hash)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// From a baseline to a target, or up a ladder.
    Metric,
    /// Kept within bounds for the whole period.
    Bound,
    /// A list of things to reach.
    Milestones,
    /// One thing, reached or not.
    Binary,
}

/// A target relative to the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// A share of the baseline's size, -0.5 for `-50%`.
    Share(f64),
    /// Points added to the baseline, 25 for `+25 pp`.
    Points(f64),
    /// The baseline times this, 3 for `3x`.
    Times(f64),
}

/// One rung of a score ladder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// The measured value.
    pub value: f64,
    /// Progress at that value, 0–1.
    pub progress: f64,
}

/// Where a metric is to go.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// To this value.
    Target(f64),
    /// To the baseline changed by this.
    Change(Change),
    /// Up this ladder, rungs as written.
    Scale(Vec<Rung>),
}

/// Limits that a value keeps within; at least one is there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Lowest good value.
    pub at_least: Option<f64>,
    /// Highest good value.
    pub at_most: Option<f64>,
}

/// Whether a thing is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Done {
    /// Not yet.
    #[default]
    No,
    /// Reached, on a day that nobody wrote down.
    Yes,
    /// Reached on this day, if that is not after today.
    On(Date),
}

impl Done {
    /// Tells whether the thing is reached on a day.
    pub fn by(self, today: Date) -> bool {
        match self {
            Done::No => false,
            Done::Yes => true,
            Done::On(day) => day <= today,
        }
    }
}

/// One thing to reach among several.
#[derive(Debug, Clone, PartialEq)]
pub struct Milestone {
    /// What is reached.
    pub title: String,
    /// Whether.
    pub done: Done,
    /// Share in the whole, 1 unless written.
    pub weight: f64,
    /// Day by which it is expected.
    pub due: Option<Date>,
}

/// How a key result is measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// A number that moves.
    Metric {
        /// Where it starts; the first check-in where absent.
        baseline: Option<f64>,
        /// Where it goes.
        goal: Goal,
    },
    /// A number that stays.
    Bound(Bounds),
    /// Things to reach.
    Milestones(Vec<Milestone>),
    /// One thing to reach.
    Binary(Done),
}

impl Measure {
    /// Names the kind.
    pub fn kind(&self) -> Kind {
        match self {
            Measure::Metric { .. } => Kind::Metric,
            Measure::Bound(_) => Kind::Bound,
            Measure::Milestones(_) => Kind::Milestones,
            Measure::Binary(_) => Kind::Binary,
        }
    }
}

/// A point that the expected progress passes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The day.
    pub on: Date,
    /// Progress expected on that day, 0–1.
    pub progress: f64,
}

/// How progress is expected to come.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Pace {
    /// Evenly.
    #[default]
    Linear,
    /// Mostly towards the end: the square of the time elapsed.
    Late,
    /// Through these points, in written order.
    Checkpoints(Vec<Checkpoint>),
}

/// What a key result does in its objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It is averaged into the objective.
    #[default]
    Goal,
    /// It is watched beside the objective and never averaged.
    Guardrail,
}

/// A stated reason for a definition that changed after the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amend {
    /// Day of the decision.
    pub on: Date,
    /// Why.
    pub reason: String,
    /// Who agreed.
    pub approved_by: Option<String>,
}

/// A number that says whether the objective is reached. What the file leaves out and the objective or its file gives as
/// a default (`owner`, `commitment`) is `None` here.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyResult {
    /// Slug, unique within the objective.
    pub id: String,
    /// What is measured, in the team's words.
    pub title: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How it is measured: population, window.
    pub definition: Option<String>,
    /// URL of the data.
    pub source: Option<String>,
    /// Unit of all its numbers.
    pub unit: Option<String>,
    /// How it is measured; `None` where no field says so, or fields of two kinds do (a finding).
    pub measure: Option<Measure>,
    /// Last measured value of a metric or bound.
    pub current: Option<f64>,
    /// The owner's belief that the mark is reached by due, 0–1.
    pub confidence: Option<f64>,
    /// Day on which `current` was measured.
    pub as_of: Option<Date>,
    /// What the owner has to say about the last check-in.
    pub note: Option<String>,
    /// The owner's own word: on-track, at-risk or off-track.
    pub health: Option<super::Health>,
    /// Share in the objective, 1 unless written.
    pub weight: f64,
    /// First day, where it is not the cycle's.
    pub start: Option<Date>,
    /// Last day, where it is not the objective's or cycle's.
    pub due: Option<Date>,
    /// How progress is expected to come.
    pub pace: Pace,
    /// What was promised, where it is not the objective's.
    pub commitment: Option<Commitment>,
    /// What it does in its objective.
    pub role: Role,
    /// Key results that it guards, as written.
    pub guards: Vec<String>,
    /// Names that must come first, as written.
    pub depends_on: Vec<String>,
    /// URLs, commits or tags that show the value.
    pub evidence: Vec<String>,
    /// Whether it is pursued.
    pub status: Status,
    /// Whether its values are kept from every output.
    pub sensitive: bool,
    /// Free labels.
    pub tags: Vec<String>,
    /// The final grade, 0–1.
    pub score: Option<f64>,
    /// What was learned.
    pub retro: Option<Retro>,
    /// Findings that its owner answered.
    pub allow: Vec<Allow>,
    /// Ids or full names that it had before.
    pub aliases: Vec<String>,
    /// Reasons for definitions that changed after the lock.
    pub amend: Vec<Amend>,
    /// Free table for templates, dates as text.
    pub meta: serde_json::Map<String, serde_json::Value>,
}

impl KeyResult {
    /// Gives an active one that says nothing but its name.
    pub fn named(id: impl Into<String>, title: impl Into<String>) -> Self {
        KeyResult {
            id: id.into(),
            title: title.into(),
            owner: None,
            definition: None,
            source: None,
            unit: None,
            measure: None,
            current: None,
            confidence: None,
            as_of: None,
            note: None,
            health: None,
            weight: 1.0,
            start: None,
            due: None,
            pace: Pace::Linear,
            commitment: None,
            role: Role::Goal,
            guards: Vec::new(),
            depends_on: Vec::new(),
            evidence: Vec::new(),
            status: Status::Active,
            sensitive: false,
            tags: Vec::new(),
            score: None,
            retro: None,
            allow: Vec::new(),
            aliases: Vec::new(),
            amend: Vec::new(),
            meta: serde_json::Map::new(),
        }
    }

    /// Names its kind, `None` where it has no measure.
    pub fn kind(&self) -> Option<Kind> {
        self.measure.as_ref().map(Measure::kind)
    }

    /// Gives its value as a number on a day: the measured one, 0 or 1 for binary, done weight for milestones.
    pub fn value(&self, today: Date) -> Option<f64> {
        match self.measure.as_ref()? {
            Measure::Metric { .. } | Measure::Bound(_) => self.current,
            Measure::Milestones(all) => {
                // An empty sum of floats is -0.0; adding zero mends it.
                Some(all.iter().filter(|m| m.done.by(today)).map(|m| m.weight).sum::<f64>() + 0.0)
            }
            Measure::Binary(done) => Some(f64::from(u8::from(done.by(today)))),
        }
    }
}
