//! Owns how history's completeness is published: the part that `check`, `log` and `report` share.

use super::{Degraded, DegradedKind, History};
use serde::Serialize;

/// What is known of the past, format 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct HistoryV1 {
    /// Whether every commit and object was there.
    pub complete: bool,
    /// As many as `git rev-list REV -- paths` lists.
    pub commits: usize,
    /// Id of the oldest of them.
    pub first: Option<String>,
    /// What is not known.
    pub degraded: Vec<DegradedV1>,
}

/// One thing that history does not know, format 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct DegradedV1 {
    /// What kind.
    pub kind: DegradedKind,
    /// Id of the commit.
    pub commit: Option<String>,
    /// The file, from the root.
    pub path: Option<String>,
    /// What was seen.
    pub message: String,
    /// What to run.
    pub help: String,
}

impl From<&History> for HistoryV1 {
    fn from(history: &History) -> Self {
        HistoryV1 {
            complete: history.complete,
            commits: history.commits,
            first: history.first.map(|id| id.to_string()),
            degraded: history.degraded.iter().map(DegradedV1::from).collect(),
        }
    }
}

impl From<&Degraded> for DegradedV1 {
    fn from(degraded: &Degraded) -> Self {
        DegradedV1 {
            kind: degraded.kind,
            commit: degraded.commit.map(|id| id.to_string()),
            path: degraded.path.clone(),
            message: degraded.message.clone(),
            help: degraded.help.clone(),
        }
    }
}
