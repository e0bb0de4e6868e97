//! Owns a plain objective and key result for the tests of this room to start from.

use super::{Cycle, Goal, KeyResult, Measure, Objective, Status};
use jiff::civil::date;

/// Gives the last quarter of 2026.
pub fn quarter() -> Cycle {
    Cycle { id: "2026-Q4".into(), start: date(2026, 10, 1), end: date(2026, 12, 31), lock: date(2026, 10, 15) }
}

/// Gives an active metric without unit.
pub fn metric(baseline: Option<f64>, target: f64, current: Option<f64>) -> KeyResult {
    let measure = Some(Measure::Metric { baseline, goal: Goal::Target(target) });
    KeyResult { measure, current, ..KeyResult::named("p99-latency", "P99 latency falls") }
}

/// Gives a key result with another measure.
pub fn measured(measure: Measure, current: Option<f64>) -> KeyResult {
    KeyResult { measure: Some(measure), ..metric(None, 0.0, current) }
}

/// Gives a key result with something about it changed.
pub fn with(mut key_result: KeyResult, change: impl FnOnce(&mut KeyResult)) -> KeyResult {
    change(&mut key_result);
    key_result
}

/// Gives an active objective that holds these key results.
pub fn objective(key_results: Vec<KeyResult>) -> Objective {
    Objective {
        id: "reliable-checkout".into(),
        cycle: Some("2026-Q4".into()),
        title: "Checkout just works".into(),
        why: None,
        parent: None,
        owners: Vec::new(),
        commitment: None,
        status: Status::Active,
        due: None,
        tags: Vec::new(),
        retro: None,
        allow: Vec::new(),
        aliases: Vec::new(),
        meta: serde_json::Map::new(),
        key_results,
        initiatives: Vec::new(),
    }
}
