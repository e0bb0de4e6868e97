//! Owns the plan: how much of the time is gone, and how much progress is expected by then.
//! Never looks at a value: how far a measure has come is `progress`.

use super::progress::days_between;
use super::{Checkpoint, Measure, Milestone, Pace};
use jiff::civil::Date;

/// Gives the share of the time that is gone at the end of a day, 0–1: the first day counts, before it 0, from due on 1.
pub fn elapsed(start: Date, due: Date, today: Date) -> f64 {
    if today < start {
        0.0
    } else if today >= due {
        1.0
    } else {
        f64::from(days_between(start, today) + 1) / f64::from(days_between(start, due) + 1)
    }
}

/// Gives the progress expected by a day, 0–1: nothing before the start, the mark after due. Between, checkpoints rule
/// where they are written; a binary key result is expected on its due day, milestones with a due day on theirs, and a
/// bound is kept from the first day.
pub fn expected(measure: &Measure, pace: &Pace, start: Date, due: Date, mark: f64, today: Date) -> f64 {
    if today < start {
        return 0.0;
    }
    if today > due {
        return mark;
    }
    let elapsed = elapsed(start, due, today);
    match (measure, pace) {
        (Measure::Bound(_), _) => mark,
        (_, Pace::Checkpoints(checkpoints)) => between(checkpoints, start, due, mark, today),
        (Measure::Binary(_), _) => {
            if today >= due {
                mark
            } else {
                0.0
            }
        }
        (Measure::Milestones(all), _) if all.iter().any(|milestone| milestone.due.is_some()) => {
            mark * due_share(all, elapsed, today)
        }
        (_, Pace::Late) => elapsed * elapsed * mark,
        (_, Pace::Linear) => elapsed * mark,
    }
}

/// Gives the share of the weight that is due by a day; milestones without a due day come evenly.
fn due_share(milestones: &[Milestone], elapsed: f64, today: Date) -> f64 {
    let largest = milestones.iter().map(|milestone| milestone.weight).fold(f64::MIN_POSITIVE, f64::max);
    let (mut expected, mut total) = (0.0, 0.0);
    for milestone in milestones {
        let weight = milestone.weight / largest;
        total += weight;
        expected += weight * milestone.due.map_or(elapsed, |due| f64::from(u8::from(due <= today)));
    }
    if total > 0.0 { (expected / total).clamp(0.0, 1.0) } else { elapsed }
}

/// Interpolates between checkpoints, from 0 at the start to the mark at due. Of two on one day the later written rules;
/// those outside of the time from start to the day before due are passed over.
fn between(checkpoints: &[Checkpoint], start: Date, due: Date, mark: f64, today: Date) -> f64 {
    let mut line = vec![(start, 0.0)];
    let mut within: Vec<&Checkpoint> = checkpoints.iter().filter(|point| start <= point.on && point.on < due).collect();
    within.sort_by_key(|point| point.on);
    line.extend(within.iter().map(|point| (point.on, point.progress)));
    line.push((due, mark));
    let after = line.partition_point(|&(on, _)| on <= today);
    let (from, low) = line[after.saturating_sub(1)];
    match line.get(after) {
        Some(&(to, high)) => {
            low + (high - low) * f64::from(days_between(from, today)) / f64::from(days_between(from, to))
        }
        None => low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::number::rounded;
    use crate::okr::{Bounds, Done, Goal};
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn metric() -> Measure {
        Measure::Metric { baseline: Some(0.0), goal: Goal::Target(1.0) }
    }

    #[test]
    fn time_goes_by() {
        let (start, due) = (date(2026, 10, 1), date(2026, 12, 31));
        for (today, share) in [
            (date(2026, 9, 30), 0.0),
            (start, 1.0 / 92.0),
            (date(2026, 11, 15), 46.0 / 92.0),
            (date(2026, 11, 22), 53.0 / 92.0),
            (due, 1.0),
            (date(2027, 1, 1), 1.0),
        ] {
            assert_eq!(elapsed(start, due, today), share, "{today}");
        }
        assert_eq!(elapsed(start, start, start), 1.0);
        assert_eq!(elapsed(due, start, due), 1.0, "an impossible span is over once it began");
    }

    #[test]
    fn each_plan_has_its_figures() {
        let (start, due) = (date(2026, 10, 1), date(2026, 12, 31));
        let at = |progress, on| Checkpoint { on, progress };
        let points = Pace::Checkpoints(vec![at(0.5, date(2026, 11, 15)), at(0.2, date(2026, 10, 31))]);
        let bound = Measure::Bound(Bounds { at_least: None, at_most: Some(1.0) });
        let binary = Measure::Binary(Done::No);
        let milestone = |weight, due| Milestone { title: "x".into(), done: Done::No, weight, due };
        let undated = Measure::Milestones(vec![milestone(1.0, None), milestone(3.0, None)]);
        let dated = Measure::Milestones(vec![
            milestone(1.0, Some(date(2026, 10, 20))),
            milestone(2.0, Some(date(2026, 12, 1))),
            milestone(1.0, None),
        ]);
        let half = date(2026, 11, 15);
        for (measure, pace, mark, today, share) in [
            (&metric(), &Pace::Linear, 1.0, half, 0.5),
            (&metric(), &Pace::Linear, 0.7, half, 0.35),
            (&metric(), &Pace::Late, 0.7, half, 0.175),
            (&metric(), &Pace::Linear, 0.7, date(2027, 1, 9), 0.7),
            (&metric(), &Pace::Linear, 0.7, date(2026, 9, 9), 0.0),
            // Checkpoints: 0 at the start, linear between, the mark at due.
            (&metric(), &points, 1.0, start, 0.0),
            (&metric(), &points, 1.0, date(2026, 10, 16), 0.1),
            (&metric(), &points, 1.0, date(2026, 10, 31), 0.2),
            (&metric(), &points, 1.0, half, 0.5),
            (&metric(), &points, 1.0, date(2026, 12, 8), 0.75),
            (&metric(), &points, 0.7, due, 0.7),
            (&binary, &points, 1.0, half, 0.5),
            // Binary: nothing is expected before due.
            (&binary, &Pace::Linear, 1.0, date(2026, 12, 30), 0.0),
            (&binary, &Pace::Linear, 0.7, due, 0.7),
            (&binary, &Pace::Late, 0.7, date(2027, 1, 1), 0.7),
            (&bound, &Pace::Linear, 0.7, start, 0.7),
            (&bound, &Pace::Linear, 0.7, date(2026, 9, 30), 0.0),
            (&undated, &Pace::Linear, 1.0, half, 0.5),
            (&undated, &Pace::Late, 1.0, half, 0.25),
            (&dated, &Pace::Linear, 1.0, half, 1.5 / 4.0),
            (&dated, &Pace::Linear, 0.7, date(2026, 12, 1), 0.7 * (3.0 + 62.0 / 92.0) / 4.0),
            (&dated, &Pace::Linear, 0.7, due, 0.7),
        ] {
            let share = rounded(share);
            assert_eq!(
                rounded(expected(measure, pace, start, due, mark, today)),
                share,
                "{measure:?} {pace:?} {today}"
            );
        }
    }

    proptest! {
        #[test]
        fn expectations_stay_in_range_and_never_fall(
            length in 0..400i32,
            first in -5..400i32,
            step in 0..30i32,
            late in any::<bool>(),
            mark in prop::sample::select(vec![0.7, 1.0]),
        ) {
            let start = date(2026, 1, 1);
            let due = start + length.days();
            let pace = if late { Pace::Late } else { Pace::Linear };
            let on = |days: i32| expected(&metric(), &pace, start, due, mark, start + days.days());
            prop_assert!((0.0..=mark).contains(&on(first)));
            prop_assert!(on(first) <= on(first + step));
            prop_assert_eq!(on(length), mark);
        }

        #[test]
        fn checkpoints_stay_in_range(
            points in prop::collection::vec((-10..120i32, 0.0..=1.0f64), 0..5),
            today in -10..120i32,
        ) {
            let start = date(2026, 10, 1);
            let points = points.iter().map(|&(days, progress)| Checkpoint { on: start + days.days(), progress });
            let pace = Pace::Checkpoints(points.collect());
            let share = expected(&metric(), &pace, start, start + 91.days(), 1.0, start + today.days());
            prop_assert!((0.0..=1.0).contains(&share));
        }
    }
}
