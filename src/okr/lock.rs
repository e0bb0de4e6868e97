//! Owns the comparison of definitions: today's values under the definition at the lock, whether a change made a goal
//! easier, and the grade of a final score.

use super::number::{reaches, rounded, whole_share};
use super::progress::{done_share, point_raw};
use super::{
    Bounds, Commitment, Given, Goal, KeyResult, Measure, Milestone, Objective, Role, Standing, Thresholds, stand,
};
use jiff::civil::Date;
use serde::Serialize;

/// What was agreed on a key result when its definition locked.
#[derive(Debug, Clone, Copy)]
pub struct Locked<'a> {
    /// Last day on which its definition changed freely: the cycle's lock, or later where it landed later.
    pub on: Date,
    /// The key result as it was at the end of that day.
    pub key_result: &'a KeyResult,
    /// Its objective as it was then.
    pub objective: &'a Objective,
}

/// Why there is no progress as committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NotCommitted {
    /// Definitions may still change freely.
    BeforeLock,
    /// It was not among the key results at the lock.
    NotThereAtLock,
    /// Its numbers were of another unit then.
    UnitChanged,
    /// It was measured in another way then.
    KindChanged,
}

/// Gives today's values under another definition: goalposts, wording and scope are those of `locked`, check-in fields
/// and all else those of `today`. Milestones are matched by title; one that is gone since keeps what it had reached.
/// An error where unit or kind differ, so that values of one say nothing under the other.
pub fn under_definition(today: &KeyResult, locked: &KeyResult) -> Result<KeyResult, NotCommitted> {
    if today.kind() != locked.kind() {
        return Err(NotCommitted::KindChanged);
    }
    if today.unit != locked.unit {
        return Err(NotCommitted::UnitChanged);
    }
    let measure = match (&locked.measure, &today.measure) {
        (Some(Measure::Milestones(agreed)), Some(Measure::Milestones(reached))) => {
            Some(Measure::Milestones(with_reached(agreed, reached)))
        }
        (Some(Measure::Binary(_)), Some(Measure::Binary(done))) => Some(Measure::Binary(*done)),
        (agreed, _) => agreed.clone(),
    };
    let locked = locked.clone();
    Ok(KeyResult {
        measure,
        title: locked.title,
        definition: locked.definition,
        source: locked.source,
        weight: locked.weight,
        start: locked.start,
        due: locked.due,
        pace: locked.pace,
        commitment: locked.commitment,
        role: locked.role,
        status: locked.status,
        ..today.clone()
    })
}

/// Gives the agreed milestones with what is reached of them today; titles that occur twice are matched in order.
fn with_reached(agreed: &[Milestone], reached: &[Milestone]) -> Vec<Milestone> {
    let mut open: Vec<Option<&Milestone>> = reached.iter().map(Some).collect();
    agreed
        .iter()
        .map(|milestone| {
            let same = open.iter_mut().find(|other| other.is_some_and(|other| other.title == milestone.title));
            let done = same.and_then(Option::take).map_or(milestone.done, |other| other.done);
            Milestone { done, ..milestone.clone() }
        })
        .collect()
}

/// Works out what today's values stand at under the definition at the lock. `given` is the key result as it is today,
/// or as it last was where it has been removed since. Objectives and cycles as committed are the means
/// ([`super::together_objective`], [`super::together_cycle`]) of these standings with the objectives at the lock.
pub fn as_committed(
    given: &Given<'_>,
    locked: Option<&Locked<'_>>,
    today: Date,
    thresholds: &Thresholds,
) -> Result<Standing, NotCommitted> {
    let locked = match locked {
        Some(locked) if today <= locked.on => return Err(NotCommitted::BeforeLock),
        Some(locked) => locked,
        None if today <= given.cycle.lock => return Err(NotCommitted::BeforeLock),
        None => return Err(NotCommitted::NotThereAtLock),
    };
    let key_result = under_definition(given.key_result, locked.key_result)?;
    let given = Given { key_result: &key_result, objective: locked.objective, ..*given };
    Ok(stand(&given, today, thresholds))
}

/// Tells whether a change of definition made a key result easier: the last value's raw figure is higher under the new
/// one, a bound wider, the due day later, a milestone dropped, the promise aspirational, or the role guardrail. Without
/// a value, a shorter way from baseline to target; that also decides for a value at which both figures are equal, as
/// at the baseline itself. `None` where no goalpost moved that can be compared: another unit or kind, a weight, a pace.
///
/// Callers that know the first check-in fill it in as the baseline on both sides, and the objective's commitment where
/// the key result has none.
pub fn eased(before: &KeyResult, after: &KeyResult, last_value: Option<f64>) -> Option<bool> {
    let comparable = before.kind() == after.kind() && before.unit == after.unit;
    let signs = [
        (before.role != after.role).then_some(after.role == Role::Guardrail),
        promise_eased(before.commitment, after.commitment),
        due_eased(before.due, after.due),
        comparable.then(|| measure_eased(before, after, last_value)).flatten(),
    ];
    signs.into_iter().flatten().reduce(|any, sign| any || sign)
}

/// Tells whether a change of an objective made it easier: a promise that became aspirational, a later due day. `None`
/// where neither moved.
pub fn objective_eased(before: &Objective, after: &Objective) -> Option<bool> {
    let signs = [promise_eased(before.commitment, after.commitment), due_eased(before.due, after.due)];
    signs.into_iter().flatten().reduce(|any, sign| any || sign)
}

fn promise_eased(before: Option<Commitment>, after: Option<Commitment>) -> Option<bool> {
    (before != after).then(|| Commitment::mark(after) < Commitment::mark(before))
}

/// A due day that is not written is the last one possible, so that taking one away is later.
fn due_eased(before: Option<Date>, after: Option<Date>) -> Option<bool> {
    (before != after).then(|| match (before, after) {
        (Some(before), Some(after)) => after > before,
        (before, _) => before.is_some(),
    })
}

fn measure_eased(before: &KeyResult, after: &KeyResult, last_value: Option<f64>) -> Option<bool> {
    match (before.measure.as_ref()?, after.measure.as_ref()?) {
        (Measure::Metric { baseline: b0, goal: g0 }, Measure::Metric { baseline: b1, goal: g1 }) => {
            if b0 == b1 && g0 == g1 {
                return None;
            }
            metric_eased((before, *b0, g0), (after, *b1, g1), last_value)
        }
        (Measure::Bound(before), Measure::Bound(after)) => (before != after).then(|| wider(before, after)),
        (Measure::Milestones(before), Measure::Milestones(after)) => milestones_eased(before, after),
        _ => None,
    }
}

fn metric_eased(
    (before, b0, g0): (&KeyResult, Option<f64>, &Goal),
    (after, b1, g1): (&KeyResult, Option<f64>, &Goal),
    last_value: Option<f64>,
) -> Option<bool> {
    let way = |baseline: Option<f64>, goal: &Goal| Some((goal.target(baseline)? - baseline?).abs());
    let shorter = || Some(rounded(way(b1, g1)?) < rounded(way(b0, g0)?));
    let Some(value) = last_value else { return shorter() };
    if let (Some(raw0), Some(raw1)) = (point_raw(before, b0, value), point_raw(after, b1, value)) {
        let equal = rounded(raw0) == rounded(raw1);
        return Some(if equal { shorter().unwrap_or(false) } else { raw1 > raw0 });
    }
    // With the first check-in unknown on both sides, what remains to the target stands for the raw figure.
    match (b0, b1, g0.target(None), g1.target(None)) {
        (None, None, Some(t0), Some(t1)) => Some(rounded((t1 - value).abs()) < rounded((t0 - value).abs())),
        _ => None,
    }
}

/// Tells whether either side of a bound gives way.
fn wider(before: &Bounds, after: &Bounds) -> bool {
    let gives = |before: Option<f64>, after: Option<f64>, sign: f64| match (before, after) {
        (Some(before), Some(after)) => rounded(sign * (after - before)) > 0.0,
        (before, after) => before.is_some() && after.is_none(),
    };
    gives(before.at_most, after.at_most, 1.0) || gives(before.at_least, after.at_least, -1.0)
}

/// Fewer milestones, one due later, or more weight on what is reached. A milestone that only has another title is still
/// there.
fn milestones_eased(before: &[Milestone], after: &[Milestone]) -> Option<bool> {
    let terms = |all: &[Milestone]| all.iter().map(|m| (m.title.clone(), m.weight, m.due)).collect::<Vec<_>>();
    if terms(before) == terms(after) {
        return None;
    }
    let gone = before.iter().filter(|old| !after.iter().any(|new| new.title == old.title)).count();
    let come = after.iter().filter(|new| !before.iter().any(|old| old.title == new.title)).count();
    let later = before
        .iter()
        .any(|old| after.iter().any(|new| new.title == old.title && due_eased(old.due, new.due).unwrap_or(false)));
    // What is reached is the same on both sides; its days do not matter.
    let share = |all: &[Milestone]| done_share(&with_reached(all, before), Date::MAX).map(rounded);
    let reached = share(before).zip(share(after)).is_some_and(|(old, new)| new > old);
    Some(gone > come || later || reached)
}

/// The colour of a final score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Below 0.4.
    Red,
    /// From 0.4, below 0.7.
    Amber,
    /// From 0.7.
    Green,
}

/// Grades a final score, 0–1.
pub fn grade(score: f64) -> Grade {
    match rounded(score) {
        score if score < 0.4 => Grade::Red,
        score if score < 0.7 => Grade::Amber,
        _ => Grade::Green,
    }
}

/// Gives the final score that a progress comes to: hundredths, half away from zero, but never a better grade than the figure
/// itself has. What is below 0.4, 0.7 or 1 stays below; what is above 0 is not 0.
pub fn final_score(progress: f64) -> f64 {
    let near = whole_share(progress);
    let is_lifted = |limit: f64| !reaches(progress, limit) && reaches(near, limit);
    if [0.4, 0.7].into_iter().any(is_lifted) { rounded(near - 0.01) } else { rounded(near) }
}

/// Tells whether a final score keeps the promise: 1.0 where it was committed or nobody said, 0.7 where aspirational.
/// What is committed and below 1.0 is a miss, whatever its colour.
pub fn kept_promise(score: f64, commitment: Option<Commitment>) -> bool {
    reaches(score, Commitment::mark(commitment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::example::{measured, metric, objective, quarter, with};
    use crate::okr::{Change, Done, Kind, NotCounted, Pace, Point, Rung, Status, together_objective};
    use jiff::civil::date;

    const USUAL: Thresholds = Thresholds { at_risk: 0.15, off_track: 0.30, cadence_days: 7, grace_days: 3 };

    fn milestone(title: &str, done: Done, weight: f64) -> Milestone {
        Milestone { title: title.into(), done, weight, due: None }
    }

    #[test]
    fn a_final_score_is_never_better_than_its_figure() {
        for (progress, score) in [
            (0.0, 0.0),
            (0.001, 0.01),
            (0.394, 0.39),
            (0.399, 0.39),
            (2.0 / 3.0, 0.67),
            (0.696, 0.69),
            (0.7, 0.7),
            (0.1 + 0.2 + 0.4, 0.7),
            (0.996, 0.99),
            (1.0, 1.0),
        ] {
            assert_eq!(final_score(progress), score, "{progress}");
            assert_eq!(grade(final_score(progress)), grade(progress), "{progress}");
        }
    }

    #[test]
    fn values_are_todays_and_goalposts_those_of_the_lock() {
        let locked = metric(Some(420.0), 294.0, Some(410.0));
        let today = with(metric(Some(420.0), 350.0, Some(350.0)), |today| {
            today.title = "Easier".into();
            today.weight = 3.0;
            today.role = Role::Guardrail;
            today.status = Status::Dropped;
            today.pace = Pace::Late;
            today.confidence = Some(0.9);
            today.note = Some("moved".into());
        });
        let both = under_definition(&today, &locked).expect("the same kind and unit");
        let expected = with(locked.clone(), |locked| {
            locked.current = Some(350.0);
            locked.confidence = Some(0.9);
            locked.note = Some("moved".into());
        });
        assert_eq!(both, expected);
        let seconds = with(today.clone(), |today| today.unit = Some("s".into()));
        assert_eq!(under_definition(&seconds, &locked), Err(NotCommitted::UnitChanged));
        let binary = measured(Measure::Binary(Done::Yes), None);
        assert_eq!(under_definition(&binary, &locked), Err(NotCommitted::KindChanged));
    }

    #[test]
    fn milestones_are_matched_by_title() {
        let agreed = vec![
            milestone("Germany", Done::No, 1.0),
            milestone("France", Done::No, 2.0),
            milestone("Spain", Done::Yes, 1.0),
        ];
        let reached = vec![milestone("France", Done::Yes, 9.0), milestone("Malta", Done::Yes, 1.0)];
        let both = under_definition(
            &measured(Measure::Milestones(reached), None),
            &measured(Measure::Milestones(agreed.clone()), None),
        )
        .expect("the same kind");
        let expected = vec![agreed[0].clone(), milestone("France", Done::Yes, 2.0), agreed[2].clone()];
        assert_eq!(both.measure, Some(Measure::Milestones(expected)));
    }

    #[test]
    fn the_dual_score() {
        let cycle = quarter();
        let (day, on) = (date(2026, 11, 22), date(2026, 10, 15));
        let today = metric(Some(420.0), 350.0, Some(350.0));
        let at_lock = metric(Some(420.0), 294.0, Some(420.0));
        let now = objective(vec![today.clone()]);
        let then = objective(vec![at_lock.clone()]);
        let given = Given { key_result: &today, objective: &now, cycle: &cycle, series: &[], complete: true };
        let locked = Locked { on, key_result: &at_lock, objective: &then };
        assert_eq!(stand(&given, day, &USUAL).progress, Some(1.0));
        let committed = as_committed(&given, Some(&locked), day, &USUAL).expect("after the lock");
        assert_eq!(committed.progress, Some(70.0 / 126.0));
        let reason = |locked: Option<&Locked<'_>>, day| as_committed(&given, locked, day, &USUAL).err();
        assert_eq!(reason(Some(&locked), on), Some(NotCommitted::BeforeLock));
        assert_eq!(reason(Some(&Locked { on: date(2026, 12, 1), ..locked }), day), Some(NotCommitted::BeforeLock));
        assert_eq!(reason(None, on), Some(NotCommitted::BeforeLock));
        assert_eq!(reason(None, day), Some(NotCommitted::NotThereAtLock));
        // Dropped since the lock, it still counts as committed.
        let dropped = with(today.clone(), |today| today.status = Status::Dropped);
        let given = Given { key_result: &dropped, ..given };
        assert_eq!(stand(&given, day, &USUAL).not_counted, Some(NotCounted::Dropped));
        let committed = as_committed(&given, Some(&locked), day, &USUAL).expect("after the lock");
        let together = together_objective(&then, &cycle, &[committed], day, &USUAL);
        assert_eq!((together.progress, together.counted), (Some(70.0 / 126.0), 1));
    }

    #[test]
    fn a_baseline_left_out_is_the_first_check_in_under_either_definition() {
        let point = |day, value| Point {
            measured: date(2026, 10, day),
            value: Some(value),
            kind: Some(Kind::Metric),
            unit: None,
        };
        let series = [point(2, 420.0), point(20, 350.0)];
        let cycle = quarter();
        let (today, at_lock) = (metric(None, 350.0, Some(350.0)), metric(None, 294.0, Some(420.0)));
        let (now, then) = (objective(vec![]), objective(vec![]));
        let given = Given { key_result: &today, objective: &now, cycle: &cycle, series: &series, complete: true };
        let locked = Locked { on: cycle.lock, key_result: &at_lock, objective: &then };
        let committed = as_committed(&given, Some(&locked), date(2026, 11, 22), &USUAL).expect("after the lock");
        assert_eq!((committed.baseline, committed.progress), (Some(420.0), Some(70.0 / 126.0)));
    }

    #[test]
    fn eased_metrics() {
        let change = |change| measured(Measure::Metric { baseline: Some(18.0), goal: Goal::Change(change) }, None);
        let ladder = |top| {
            let rungs = vec![Rung { value: 0.0, progress: 0.0 }, Rung { value: top, progress: 1.0 }];
            measured(Measure::Metric { baseline: None, goal: Goal::Scale(rungs) }, None)
        };
        let from_420 = |target| metric(Some(420.0), target, None);
        for (before, after, value, eased_by_it) in [
            (from_420(294.0), from_420(294.0), Some(350.0), None),
            (from_420(294.0), from_420(320.0), Some(350.0), Some(true)),
            (from_420(294.0), from_420(250.0), Some(350.0), Some(false)),
            (from_420(294.0), metric(Some(500.0), 294.0, None), Some(350.0), Some(true)),
            (from_420(294.0), from_420(320.0), None, Some(true)),
            (from_420(294.0), from_420(250.0), None, Some(false)),
            // At the baseline both figures are 0: the shorter way decides.
            (from_420(294.0), from_420(320.0), Some(420.0), Some(true)),
            (from_420(294.0), from_420(250.0), Some(420.0), Some(false)),
            (change(Change::Share(-0.5)), change(Change::Share(-0.4)), Some(12.0), Some(true)),
            (ladder(10.0), ladder(8.0), Some(5.0), Some(true)),
            (ladder(10.0), ladder(12.0), Some(5.0), Some(false)),
            (ladder(10.0), ladder(8.0), None, None),
            (metric(None, 294.0, None), metric(None, 320.0, None), Some(350.0), Some(true)),
            (metric(None, 294.0, None), metric(None, 250.0, None), Some(350.0), Some(false)),
            (metric(None, 294.0, None), metric(None, 320.0, None), None, None),
        ] {
            assert_eq!(eased(&before, &after, value), eased_by_it, "{before:?}\n{after:?} {value:?}");
        }
    }

    #[test]
    fn eased_in_other_ways() {
        let plain = || metric(Some(0.0), 10.0, None);
        let changed = |change: fn(&mut KeyResult)| eased(&plain(), &with(plain(), change), Some(5.0));
        let from = |before: fn(&mut KeyResult), after: fn(&mut KeyResult)| {
            eased(&with(plain(), before), &with(plain(), after), Some(5.0))
        };
        assert_eq!(changed(|k| k.role = Role::Guardrail), Some(true));
        assert_eq!(from(|k| k.role = Role::Guardrail, |_| ()), Some(false));
        assert_eq!(changed(|k| k.commitment = Some(Commitment::Aspirational)), Some(true));
        assert_eq!(changed(|k| k.commitment = Some(Commitment::Committed)), Some(false));
        assert_eq!(changed(|k| k.due = Some(date(2026, 12, 1))), Some(false));
        assert_eq!(from(|k| k.due = Some(date(2026, 12, 1)), |_| ()), Some(true));
        assert_eq!(from(|k| k.due = Some(date(2026, 12, 1)), |k| k.due = Some(date(2026, 12, 2))), Some(true));
        assert_eq!(changed(|k| k.weight = 2.0), None);
        assert_eq!(changed(|k| k.unit = Some("s".into())), None);
        assert_eq!(changed(|k| k.measure = Some(Measure::Binary(Done::No))), None);

        let bound = |at_least, at_most| measured(Measure::Bound(Bounds { at_least, at_most }), Some(0.8));
        for (before, after, eased_by_it) in [
            (bound(None, Some(1.0)), bound(None, Some(1.5)), Some(true)),
            (bound(None, Some(1.0)), bound(None, Some(0.9)), Some(false)),
            (bound(Some(1.0), Some(2.0)), bound(None, Some(2.0)), Some(true)),
            (bound(None, Some(2.0)), bound(Some(1.0), Some(2.0)), Some(false)),
            (bound(Some(1.0), Some(2.0)), bound(Some(0.5), Some(1.5)), Some(true)),
            (bound(None, Some(1.0)), bound(None, Some(1.0)), None),
        ] {
            assert_eq!(eased(&before, &after, Some(0.8)), eased_by_it);
        }
    }

    #[test]
    fn eased_milestones() {
        let list = |all: &[(&str, Done, f64)]| {
            measured(
                Measure::Milestones(all.iter().map(|&(title, done, weight)| milestone(title, done, weight)).collect()),
                None,
            )
        };
        let before = [("a", Done::Yes, 1.0), ("b", Done::No, 1.0)];
        for (after, eased_by_it) in [
            (vec![("a", Done::Yes, 1.0), ("b", Done::No, 1.0)], None),
            (vec![("a", Done::Yes, 1.0), ("b", Done::Yes, 1.0)], None),
            (vec![("a", Done::Yes, 1.0)], Some(true)),
            (vec![("b", Done::No, 1.0)], Some(true)),
            (vec![("a", Done::Yes, 2.0), ("b", Done::No, 1.0)], Some(true)),
            (vec![("a", Done::Yes, 1.0), ("b", Done::No, 2.0)], Some(false)),
            (vec![("a", Done::Yes, 1.0), ("b", Done::No, 1.0), ("c", Done::No, 1.0)], Some(false)),
            (vec![("a", Done::Yes, 1.0), ("better words", Done::No, 1.0)], Some(false)),
        ] {
            assert_eq!(eased(&list(&before), &list(&after), Some(1.0)), eased_by_it, "{after:?}");
        }
    }

    #[test]
    fn eased_objectives() {
        let with = |commitment, due| Objective { commitment, due, ..objective(vec![]) };
        let plain = with(Some(Commitment::Committed), None);
        assert_eq!(objective_eased(&plain, &plain), None);
        assert_eq!(objective_eased(&plain, &with(Some(Commitment::Aspirational), None)), Some(true));
        assert_eq!(objective_eased(&plain, &with(Some(Commitment::Committed), Some(Date::MAX))), Some(false));
    }

    #[test]
    fn scores_have_colours_and_promises() {
        for (score, colour, committed, aspirational) in [
            (0.0, Grade::Red, false, false),
            (0.399, Grade::Red, false, false),
            (0.4, Grade::Amber, false, false),
            (0.699, Grade::Amber, false, false),
            (0.1 * 7.0, Grade::Green, false, true),
            (0.99, Grade::Green, false, true),
            (1.0, Grade::Green, true, true),
        ] {
            assert_eq!(grade(score), colour, "{score}");
            assert_eq!(kept_promise(score, Some(Commitment::Committed)), committed, "{score}");
            assert_eq!(kept_promise(score, Some(Commitment::Aspirational)), aspirational, "{score}");
        }
    }
}
