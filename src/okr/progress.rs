//! Owns how far a measure has come: the raw figure of each kind, from its baseline to its target.
//! Never looks at the plan: what is expected is `pace`.

use super::number::{reaches, rounded};
use super::{Bounds, Change, Goal, KeyResult, Measure, Milestone, Rung};
use jiff::ToSpan;
use jiff::civil::Date;

/// Clamps a raw figure to progress, 0–1.
pub fn clamped(raw: f64) -> f64 {
    // Adding zero turns -0.0 into 0.0.
    raw.clamp(0.0, 1.0) + 0.0
}

impl Bounds {
    /// Tells whether a value is inside, the limits included, after rounding to 1e-9.
    pub fn hold(&self, value: f64) -> bool {
        self.at_least.is_none_or(|least| reaches(value, least)) && self.at_most.is_none_or(|most| reaches(most, value))
    }
}

impl Change {
    /// Resolves it against a baseline: a share is of the baseline's size, so that +25 % of -8 is -6. `None` for a
    /// multiple of a baseline that is not positive, and beyond the range of numbers.
    pub fn from(self, baseline: f64) -> Option<f64> {
        let target = match self {
            Change::Share(share) => baseline + share * baseline.abs(),
            Change::Points(points) => baseline + points,
            Change::Times(times) if baseline > 0.0 => baseline * times,
            Change::Times(_) => return None,
        };
        target.is_finite().then_some(target)
    }
}

impl Goal {
    /// Gives the value to reach, `change` resolved; `None` for a ladder, and for a change whose baseline is unknown or
    /// does not serve.
    pub fn target(&self, baseline: Option<f64>) -> Option<f64> {
        match self {
            Goal::Target(target) => Some(*target),
            Goal::Change(change) => change.from(baseline?),
            Goal::Scale(_) => None,
        }
    }
}

/// Gives the raw progress of a value of a key result, before clamping. A metric needs the baseline in force; a bound
/// gives 1 or 0 by the value alone. Milestones take the done weight, binary 0 or 1. `None` where nothing says how far
/// the value is.
pub fn point_raw(key_result: &KeyResult, baseline: Option<f64>, value: f64) -> Option<f64> {
    match key_result.measure.as_ref()? {
        Measure::Metric { goal: Goal::Scale(rungs), .. } => climbed(rungs, value),
        Measure::Metric { goal, .. } => {
            let baseline = baseline?;
            Some(moved(baseline, goal.target(Some(baseline))?, value))
        }
        Measure::Bound(bounds) => Some(f64::from(u8::from(bounds.hold(value)))),
        Measure::Milestones(milestones) => {
            let total: f64 = milestones.iter().map(|milestone| milestone.weight).sum();
            (total > 0.0 && total.is_finite()).then(|| value / total)
        }
        Measure::Binary(_) => Some(value),
    }
}

/// Gives the progress, 0–1, of one recorded value: see [`point_raw`].
pub fn point_progress(key_result: &KeyResult, baseline: Option<f64>, value: f64) -> Option<f64> {
    point_raw(key_result, baseline, value).map(clamped)
}

/// Gives (value − baseline) / (target − baseline). Where both are equal there is no way to go: 1 while the value is
/// there, else 0. Always finite.
pub(super) fn moved(baseline: f64, target: f64, value: f64) -> f64 {
    if baseline == target {
        return f64::from(u8::from(rounded(value) == rounded(target)));
    }
    // Halves keep the differences of the largest numbers finite.
    let scale = if (target - baseline).is_finite() && (value - baseline).is_finite() { 1.0 } else { 0.5 };
    let raw = (value * scale - baseline * scale) / (target * scale - baseline * scale);
    raw.clamp(f64::MIN, f64::MAX) + 0.0
}

/// Gives the progress of a value on a ladder: linear between rungs, flat beyond its ends; `None` for an empty ladder.
/// Rungs may fall or rise in value.
fn climbed(rungs: &[Rung], value: f64) -> Option<f64> {
    let mut rungs = rungs.to_vec();
    rungs.sort_by(|a, b| a.value.total_cmp(&b.value));
    let above = rungs.partition_point(|rung| rung.value <= value);
    let (Some(below), above) = (above.checked_sub(1).map(|at| rungs[at]), rungs.get(above)) else {
        return rungs.first().map(|rung| rung.progress);
    };
    Some(match above {
        Some(above) => {
            let share = clamped(moved(below.value, above.value, value));
            below.progress + share * (above.progress - below.progress)
        }
        None => below.progress,
    })
}

/// Gives the done weight over the total weight, exact at both ends; `None` where there is nothing to reach.
pub(super) fn done_share(milestones: &[Milestone], today: Date) -> Option<f64> {
    // Weights relative to the largest keep the sums finite.
    let largest = milestones.iter().map(|milestone| milestone.weight).fold(0.0, f64::max);
    let weight = |milestone: &Milestone| milestone.weight / largest;
    let done: f64 = milestones.iter().filter(|milestone| milestone.done.by(today)).map(weight).sum();
    let total: f64 = milestones.iter().map(weight).sum();
    // An empty sum of floats is -0.0; adding zero mends it.
    (largest > 0.0 && total > 0.0).then(|| done / total + 0.0)
}

/// Gives the share of known days, from start to the earlier of today and due, that a value was inside its bounds. A
/// value holds from the day of its measuring until the next; one from before the start counts from the start. The
/// series is settled. Without a known day the last value decides; `None` without any value.
pub(super) fn kept(bounds: &Bounds, series: &[(Date, f64)], start: Date, due: Date, today: Date) -> Option<f64> {
    let (_, last) = *series.last()?;
    let end = today.min(due);
    let (mut inside, mut known) = (0, 0);
    for (at, &(measured, value)) in series.iter().enumerate() {
        let from = measured.max(start);
        let until = match series.get(at + 1) {
            Some((next, _)) => end.min(next.saturating_sub(1.day())),
            None => end,
        };
        let days = (days_between(from, until) + 1).max(0);
        known += days;
        inside += if bounds.hold(value) { days } else { 0 };
    }
    if known == 0 {
        return Some(f64::from(u8::from(bounds.hold(last))));
    }
    Some(f64::from(inside) / f64::from(known))
}

/// Counts the days from one day to another, negative backwards.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::Done;
    use crate::okr::example::{metric, with};
    use jiff::civil::date;
    use proptest::prelude::*;

    const NOV: fn(i8) -> Date = |day| date(2026, 11, day);

    #[test]
    fn metrics_move_in_both_directions() {
        for (baseline, target, current, raw) in [
            (420.0, 294.0, 350.0, 70.0 / 126.0),
            (420.0, 294.0, 420.0, 0.0),
            (420.0, 294.0, 294.0, 1.0),
            (420.0, 294.0, 430.0, -10.0 / 126.0),
            (0.0, 50.0, 60.0, 1.2),
            (-10.0, 10.0, 0.0, 0.5),
            (-4.0, -8.0, -5.0, 0.25),
            (5.0, 5.0, 5.0, 1.0),
            (5.0, 5.0, 6.0, 0.0),
            (0.1 + 0.2, 0.1 + 0.2, 0.3, 1.0),
            (-1e308, 1e308, 1e308, 1.0),
            (0.0, 5e-324, 1e308, f64::MAX),
        ] {
            assert_eq!(moved(baseline, target, current), raw, "{baseline} to {target}, now {current}");
        }
        assert!(moved(420.0, 294.0, 420.0).is_sign_positive());
    }

    #[test]
    fn changes_resolve_against_their_baseline() {
        for (change, baseline, target) in [
            (Change::Share(-0.5), 18.0, Some(9.0)),
            (Change::Share(0.25), -8.0, Some(-6.0)),
            (Change::Share(-0.25), -8.0, Some(-10.0)),
            (Change::Share(0.25), 0.0, Some(0.0)),
            (Change::Points(25.0), 0.0, Some(25.0)),
            (Change::Points(-2.5), -1.0, Some(-3.5)),
            (Change::Times(3.0), 4.0, Some(12.0)),
            (Change::Times(3.0), 0.0, None),
            (Change::Times(3.0), -4.0, None),
            (Change::Times(3.0), 1e308, None),
        ] {
            assert_eq!(change.from(baseline), target, "{change:?} of {baseline}");
        }
    }

    #[test]
    fn ladders_are_piecewise_linear_and_flat_beyond() {
        let rung = |(value, progress)| Rung { value, progress };
        let up = [(20.0, 0.3), (40.0, 0.7), (50.0, 1.0)].map(rung);
        let down = [(300.0, 0.0), (200.0, 0.5), (150.0, 1.0)].map(rung);
        for (rungs, value, progress) in [
            (&up, 10.0, 0.3),
            (&up, 20.0, 0.3),
            (&up, 30.0, 0.5),
            (&up, 40.0, 0.7),
            (&up, 45.0, 0.85),
            (&up, 99.0, 1.0),
            (&down, 400.0, 0.0),
            (&down, 250.0, 0.25),
            (&down, 175.0, 0.75),
            (&down, 100.0, 1.0),
        ] {
            let climbed = climbed(rungs, value).expect("there are rungs");
            assert_eq!(rounded(climbed), progress, "{value}");
        }
        assert_eq!(climbed(&[], 1.0), None);
    }

    #[test]
    fn bounds_count_days() {
        let most = Bounds { at_least: None, at_most: Some(1.0) };
        let (start, due) = (date(2026, 10, 1), date(2026, 12, 31));
        for (series, today, share) in [
            // The worked figure: 2 of 53 days, 3.8 %.
            (vec![(start, 1.5), (NOV(21), 0.8)], NOV(22), Some(2.0 / 53.0)),
            // From before the start counts from the start; unknown days count for nothing.
            (vec![(date(2026, 9, 1), 0.5)], NOV(22), Some(1.0)),
            (vec![(date(2026, 9, 1), 1.5), (date(2026, 9, 20), 0.5), (NOV(1), 1.5)], NOV(10), Some(31.0 / 41.0)),
            (vec![(NOV(20), 1.5), (NOV(22), 1.0)], NOV(22), Some(1.0 / 3.0)),
            // After due nothing changes any more.
            (vec![(date(2026, 12, 31), 0.5), (date(2027, 1, 1), 9.0)], date(2027, 2, 1), Some(1.0)),
            // No known day: by the value.
            (vec![(NOV(25), 0.5)], NOV(22), Some(1.0)),
            (vec![(NOV(25), 1.5)], NOV(22), Some(0.0)),
            (vec![(date(2026, 9, 1), 1.5)], date(2026, 9, 10), Some(0.0)),
            (vec![], NOV(22), None),
        ] {
            assert_eq!(kept(&most, &series, start, due, today), share, "{series:?} on {today}");
        }
        let both = Bounds { at_least: Some(0.1), at_most: Some(0.3) };
        assert!(both.hold(0.1 + 0.2) && both.hold(0.1) && !both.hold(0.31) && !both.hold(0.09));
    }

    #[test]
    fn milestones_weigh() {
        let milestone = |done, weight| Milestone { title: "x".into(), done, weight, due: None };
        let all = [milestone(Done::On(NOV(10)), 1.0), milestone(Done::No, 2.0), milestone(Done::Yes, 0.1)];
        assert_eq!(done_share(&all, NOV(10)), Some(1.1 / 3.1));
        assert_eq!(done_share(&all, NOV(9)).map(rounded), Some(rounded(0.1 / 3.1)));
        assert_eq!(done_share(&[], NOV(9)), None);
        assert_eq!(done_share(&[milestone(Done::Yes, 1e308), milestone(Done::No, 1e308)], NOV(9)), Some(0.5));
    }

    #[test]
    fn single_values_have_progress_too() {
        let scaled = with(metric(None, 1.0, None), |key_result| {
            let rungs = vec![Rung { value: 0.0, progress: 0.0 }, Rung { value: 10.0, progress: 1.0 }];
            key_result.measure = Some(Measure::Metric { baseline: None, goal: Goal::Scale(rungs) });
        });
        assert_eq!(point_progress(&scaled, None, 2.5), Some(0.25));
        assert_eq!(point_progress(&metric(None, 50.0, None), None, 5.0), None);
        assert_eq!(point_progress(&metric(Some(0.0), 50.0, None), Some(0.0), 60.0), Some(1.0));
        let bound = with(metric(None, 1.0, None), |key_result| {
            key_result.measure = Some(Measure::Bound(Bounds { at_least: None, at_most: Some(1.0) }));
        });
        assert_eq!(point_progress(&bound, None, 1.5), Some(0.0));
    }

    proptest! {
        #[test]
        fn raw_is_finite_exact_at_the_ends_and_monotone(
            baseline in prop::num::f64::NORMAL | prop::num::f64::ZERO,
            target in prop::num::f64::NORMAL | prop::num::f64::ZERO,
            a in prop::num::f64::NORMAL,
            b in prop::num::f64::NORMAL,
        ) {
            prop_assume!(baseline != target);
            prop_assert_eq!(moved(baseline, target, baseline), 0.0);
            prop_assert_eq!(moved(baseline, target, target), 1.0);
            let (low, high) = (moved(baseline, target, a.min(b)), moved(baseline, target, a.max(b)));
            prop_assert!(low.is_finite() && high.is_finite());
            let rising = if target > baseline { low <= high } else { low >= high };
            prop_assert!(rising);
            prop_assert!((0.0..=1.0).contains(&clamped(low)));
        }

        #[test]
        fn kept_is_a_share(
            values in prop::collection::vec((0..140i32, 0.0..2.0f64), 0..9),
            today in 0..200i32,
        ) {
            let bounds = Bounds { at_least: None, at_most: Some(1.0) };
            let start = date(2026, 10, 1);
            let mut series: Vec<(Date, f64)> =
                values.iter().map(|&(days, value)| (start + (days - 20).days(), value)).collect();
            series.sort_by_key(|point| point.0);
            series.dedup_by_key(|point| point.0);
            let today = start + (today - 20).days();
            let share = kept(&bounds, &series, start, start + 91.days(), today);
            prop_assert_eq!(share.is_some(), !series.is_empty());
            prop_assert!(share.is_none_or(|share| (0.0..=1.0).contains(&share)));
        }
    }
}
