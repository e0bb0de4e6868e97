//! Owns what one key result stands at on one day: its progress, what is expected of it, and how it goes.

use super::number::reaches;
use super::progress::{clamped, done_share, kept, moved, point_raw};
use super::{
    BaselineFrom, Commitment, Cycle, Given, Goal, Health, KeyResult, Measure, NotCounted, Objective, Point, Role,
    Standing, Status, Thresholds, health, pace, series,
};
use jiff::civil::Date;

impl KeyResult {
    /// Gives its first and last day: its own, else the objective's (the last), else the cycle's.
    pub fn span(&self, objective: &Objective, cycle: &Cycle) -> (Date, Date) {
        (self.start.unwrap_or(cycle.start), self.due.or(objective.due).unwrap_or(cycle.end))
    }

    /// Says who answers for it: its own owner, else the objective's only one.
    pub fn answered_by<'a>(&'a self, objective: &'a Objective) -> Option<&'a str> {
        self.owner.as_deref().or(match objective.owners.as_slice() {
            [only] => Some(only.as_str()),
            _ => None,
        })
    }

    /// Gives what was promised: its own word, else the objective's.
    pub fn promised(&self, objective: &Objective) -> Option<Commitment> {
        self.commitment.or(objective.commitment)
    }
}

/// Gives the baseline in force and where it comes from: the file's, else, where history is whole, the first value that
/// was recorded in its kind and unit. `None` for all but metrics that move between two values.
pub fn baseline(key_result: &KeyResult, series: &[Point], complete: bool, today: Date) -> Option<(f64, BaselineFrom)> {
    match key_result.measure.as_ref()? {
        Measure::Metric { baseline: Some(baseline), .. } => Some((*baseline, BaselineFrom::File)),
        Measure::Metric { goal: Goal::Scale(_), .. } => None,
        Measure::Metric { .. } if complete => {
            let (_, first) = *series::counting(key_result, series, today).first()?;
            Some((first, BaselineFrom::FirstCheckIn))
        }
        _ => None,
    }
}

/// How far a key result is: the raw figure, or why there is none.
enum Reach {
    At(f64),
    NoValue,
    Unknown(NotCounted),
}

/// Works out what a key result stands at on a day.
pub fn stand(given: &Given<'_>, today: Date, thresholds: &Thresholds) -> Standing {
    let Given { key_result, objective, cycle, .. } = *given;
    let (start, due) = key_result.span(objective, cycle);
    let commitment = key_result.promised(objective);
    let baseline = baseline(key_result, given.series, given.complete, today);
    let reach = reach(given, baseline.map(|(value, _)| value), start, due, today);
    let raw = match reach {
        Reach::At(raw) => Some(raw),
        Reach::NoValue => Some(0.0),
        Reach::Unknown(_) => None,
    };
    let not_counted = match (key_result.status, key_result.role, &reach) {
        (Status::Dropped, ..) => Some(NotCounted::Dropped),
        (Status::Deferred, ..) => Some(NotCounted::Deferred),
        (_, Role::Guardrail, _) => Some(NotCounted::Guardrail),
        (.., Reach::Unknown(reason)) => Some(*reason),
        _ => None,
    };
    let pursued = key_result.status == Status::Active && objective.status == Status::Active;
    let mut standing = Standing {
        progress: raw.map(clamped),
        raw,
        expected: None,
        health: None,
        reasons: Vec::new(),
        not_counted,
        baseline: baseline.map(|(value, _)| value),
        baseline_from: baseline.map(|(_, from)| from),
        target: target(key_result, baseline.map(|(value, _)| value)),
        start,
        due,
        commitment,
        weight: key_result.weight,
        out_of_bounds: out_of_bounds(key_result),
        last_measured: given.series.last().map(|point| point.measured),
        stale: false,
    };
    let Some(measure) = key_result.measure.as_ref() else { return standing };
    if key_result.status == Status::Active && raw.is_some() {
        let mark = Commitment::mark(commitment);
        standing.expected = Some(pace::expected(measure, &key_result.pace, start, due, mark, today));
    }
    if pursued && !matches!(reach, Reach::Unknown(NotCounted::Unmeasurable)) {
        judge(&mut standing, key_result, matches!(reach, Reach::NoValue), today, thresholds);
    }
    standing
}

/// Fills in health, reasons and staleness.
fn judge(standing: &mut Standing, key_result: &KeyResult, no_value: bool, today: Date, thresholds: &Thresholds) {
    let (start, due) = (standing.start, standing.due);
    if today < start {
        standing.health = Some(Health::NotStarted);
        standing.reasons = vec![format!("starts on {start}")];
        return;
    }
    if today > due {
        let mark = Commitment::mark(standing.commitment);
        standing.health =
            standing.progress.map(|progress| if reaches(progress, mark) { Health::Achieved } else { Health::Missed });
        if standing.health == Some(Health::Missed) {
            standing.reasons = vec![format!("below {} on its last day, {due}", super::number::whole_percent(mark))];
        }
        return;
    }
    let complete = standing.progress.is_some_and(|progress| reaches(progress, 1.0));
    if complete && !matches!(key_result.measure, Some(Measure::Bound(_))) {
        standing.health = Some(Health::Achieved);
        return;
    }
    let silence = (!complete).then(|| health::silence(standing.last_measured, start, today, thresholds)).flatten();
    standing.stale = silence.is_some();
    if no_value && !standing.stale {
        standing.health = Some(Health::NotStarted);
        standing.reasons = vec!["no value yet".into()];
        return;
    }
    // Of a guardrail that nobody has measured no day is known to be lost: that nobody looks is what there is to say.
    let unseen = no_value && standing.not_counted == Some(NotCounted::Guardrail);
    let pace = standing.progress.zip(standing.expected).filter(|_| !unseen);
    let signals = [
        pace.and_then(|(progress, expected)| health::pace(progress, expected, thresholds)),
        key_result.confidence.and_then(health::confidence),
        key_result.health.and_then(health::word),
        silence.map(|days| health::stale(days, thresholds)),
    ];
    let (health, mut reasons) = health::worst(signals.into_iter().flatten().collect());
    if standing.out_of_bounds {
        reasons.push("out of bounds now".into());
    }
    standing.health = Some(health);
    standing.reasons = reasons;
}

/// Finds how far the key result is.
fn reach(given: &Given<'_>, baseline: Option<f64>, start: Date, due: Date, today: Date) -> Reach {
    let unmeasurable = Reach::Unknown(NotCounted::Unmeasurable);
    let key_result = given.key_result;
    let Some(measure) = &key_result.measure else { return unmeasurable };
    let found = match measure {
        Measure::Metric { goal, .. } => {
            // A multiple of a baseline that is not positive is no goal, whatever the value.
            let goal_fails = !matches!(goal, Goal::Scale(_))
                && baseline.is_some_and(|baseline| goal.target(Some(baseline)).is_none());
            match (key_result.current, baseline, goal) {
                _ if goal_fails => None,
                (None, ..) => return Reach::NoValue,
                (Some(current), _, Goal::Scale(_)) => point_raw(key_result, None, current),
                (Some(_), None, _) => return Reach::Unknown(NotCounted::BaselineUnknown),
                (Some(current), Some(baseline), _) => {
                    goal.target(Some(baseline)).map(|target| moved(baseline, target, current))
                }
            }
        }
        Measure::Bound(bounds) => {
            if key_result.current.is_none() {
                return Reach::NoValue;
            }
            kept(bounds, &series::counting(key_result, given.series, today), start, due, today)
        }
        Measure::Milestones(milestones) => done_share(milestones, today),
        Measure::Binary(done) => Some(f64::from(u8::from(done.by(today)))),
    };
    found.map_or(unmeasurable, Reach::At)
}

/// Gives the target in force, `change` resolved.
fn target(key_result: &KeyResult, baseline: Option<f64>) -> Option<f64> {
    match &key_result.measure {
        Some(Measure::Metric { goal, .. }) => goal.target(baseline),
        _ => None,
    }
}

/// Tells whether a bound's value is outside.
fn out_of_bounds(key_result: &KeyResult) -> bool {
    match (&key_result.measure, key_result.current) {
        (Some(Measure::Bound(bounds)), Some(current)) => !bounds.hold(current),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::example::{measured, metric, objective, quarter, with};
    use crate::okr::number::rounded;
    use crate::okr::{Bounds, Change, Done, Kind, Milestone, percent};
    use jiff::civil::date;
    use proptest::prelude::*;

    const USUAL: Thresholds = Thresholds { at_risk: 0.15, off_track: 0.30, cadence_days: 7, grace_days: 3 };
    const TODAY: Date = date(2026, 11, 22);

    fn point(day: Date, value: impl Into<Option<f64>>, kind: Kind) -> Point {
        Point { measured: day, value: value.into(), kind: Some(kind), unit: None }
    }

    fn on(key_result: &KeyResult, series: &[Point], complete: bool, today: Date) -> Standing {
        let objective = objective(vec![]);
        let given = Given { key_result, objective: &objective, cycle: &quarter(), series, complete };
        stand(&given, today, &USUAL)
    }

    fn now(key_result: &KeyResult, series: &[Point]) -> Standing {
        on(key_result, series, true, TODAY)
    }

    #[test]
    fn lower_is_better() {
        let standing = now(&metric(Some(420.0), 294.0, Some(350.0)), &[point(TODAY, 350.0, Kind::Metric)]);
        assert_eq!(standing.progress.map(percent).as_deref(), Some("55.6 %"));
        assert_eq!(standing.expected.map(percent).as_deref(), Some("57.6 %"));
        assert_eq!((standing.baseline_from, standing.target), (Some(BaselineFrom::File), Some(294.0)));
        assert_eq!((standing.health, standing.reasons), (Some(Health::OnTrack), vec![]));
        let away = now(&metric(Some(420.0), 294.0, Some(483.0)), &[]);
        assert_eq!((away.progress, away.raw), (Some(0.0), Some(-0.5)));
        let over = now(&metric(Some(0.0), 50.0, Some(60.0)), &[]);
        assert_eq!((over.progress, over.raw), (Some(1.0), Some(1.2)));
    }

    #[test]
    fn the_worked_bound() {
        let bound = measured(Measure::Bound(Bounds { at_least: None, at_most: Some(1.0) }), Some(0.8));
        let series = [point(date(2026, 10, 1), 1.5, Kind::Bound), point(date(2026, 11, 21), 0.8, Kind::Bound)];
        let standing = now(&bound, &series);
        assert_eq!(standing.progress.map(percent).as_deref(), Some("3.8 %"));
        assert_eq!((standing.expected, standing.out_of_bounds), (Some(1.0), false));
        assert_eq!(standing.health, Some(Health::OffTrack));
        // A bound is never achieved before due.
        let kept = now(&bound, &series[1..]);
        assert_eq!((kept.progress, kept.health), (Some(1.0), Some(Health::OnTrack)));
        assert_eq!(on(&bound, &series[1..], true, date(2027, 1, 1)).health, Some(Health::Achieved));
        let broken = now(&with(bound, |bound| bound.current = Some(1.5)), &series[..1]);
        assert!(broken.out_of_bounds && broken.reasons.contains(&"out of bounds now".to_owned()));
    }

    #[test]
    fn a_baseline_left_out_is_the_first_value_of_its_kind_and_unit() {
        let key_result = metric(None, 50.0, Some(30.0));
        let [first, second, third] =
            [(2, 10.0), (9, 20.0), (16, 30.0)].map(|(day, value)| point(date(2026, 10, day), value, Kind::Metric));
        let seconds = Point { unit: Some("s".into()), ..point(date(2026, 10, 1), 9000.0, Kind::Metric) };
        let binary = point(date(2026, 10, 1), 1.0, Kind::Binary);
        let silent = point(date(2026, 10, 1), None, Kind::Metric);
        let series = [seconds, binary, silent, first, second, third];
        let standing = now(&key_result, &series);
        assert_eq!((standing.baseline, standing.progress), (Some(10.0), Some(0.5)));
        assert_eq!(standing.baseline_from, Some(BaselineFrom::FirstCheckIn));
        // History cut short does not know the first value.
        let cut = on(&key_result, &series, false, TODAY);
        assert_eq!((cut.progress, cut.not_counted), (None, Some(NotCounted::BaselineUnknown)));
        assert_eq!((cut.expected, cut.baseline), (None, None));
        // Without any record the file's value is the first.
        assert_eq!(now(&key_result, &[]).progress, Some(0.0));
        // Equal to the target: 1 while met.
        let flat = metric(None, 10.0, Some(10.0));
        assert_eq!(now(&flat, &series[3..4]).progress, Some(1.0));
        let left = metric(None, 10.0, Some(20.0));
        assert_eq!(now(&left, &series[3..5]).progress, Some(0.0));
    }

    #[test]
    fn without_a_value_progress_is_nothing_and_counts() {
        for key_result in [
            metric(Some(1.0), 2.0, None),
            metric(None, 2.0, None),
            measured(Measure::Bound(Bounds { at_least: Some(1.0), at_most: None }), None),
        ] {
            for (complete, today, health) in
                [(true, date(2026, 10, 11), Health::NotStarted), (false, date(2026, 9, 11), Health::NotStarted)]
            {
                let standing = on(&key_result, &[], complete, today);
                assert_eq!((standing.progress, standing.not_counted), (Some(0.0), None));
                assert_eq!(standing.health, Some(health));
            }
        }
        let late = on(&metric(None, 2.0, None), &[], true, date(2026, 10, 12));
        assert_eq!((late.health, late.stale), (Some(Health::Stale), true));
        assert_eq!(late.reasons, ["no check-in for 11 days (weekly)"]);
    }

    #[test]
    fn what_does_not_count_says_why() {
        let plain = || metric(Some(0.0), 2.0, Some(1.0));
        let times = Measure::Metric { baseline: Some(-1.0), goal: Goal::Change(Change::Times(3.0)) };
        for (key_result, reason, progress, healthy) in [
            (with(plain(), |k| k.status = Status::Dropped), NotCounted::Dropped, Some(0.5), false),
            (with(plain(), |k| k.status = Status::Deferred), NotCounted::Deferred, Some(0.5), false),
            (with(plain(), |k| k.role = Role::Guardrail), NotCounted::Guardrail, Some(0.5), true),
            (with(plain(), |k| k.measure = None), NotCounted::Unmeasurable, None, false),
            (measured(times, Some(1.0)), NotCounted::Unmeasurable, None, false),
            (measured(Measure::Milestones(vec![]), None), NotCounted::Unmeasurable, None, false),
        ] {
            let standing = now(&key_result, &[]);
            assert_eq!((standing.not_counted, standing.progress), (Some(reason), progress));
            assert_eq!((standing.health.is_some(), standing.expected.is_some()), (healthy, healthy), "{reason:?}");
        }
    }

    #[test]
    fn health_over_time() {
        let binary = |done| measured(Measure::Binary(done), None);
        let aspires = |k: KeyResult| with(k, |k| k.commitment = Some(Commitment::Aspirational));
        let seen = |day| [point(day, 0.0, Kind::Binary)];
        let (due, after) = (date(2026, 12, 31), date(2027, 1, 1));
        for (key_result, last, today, health) in [
            // Nothing is expected of a binary before its due day.
            (binary(Done::No), date(2026, 12, 29), date(2026, 12, 30), Health::OnTrack),
            (binary(Done::No), due, due, Health::OffTrack),
            (binary(Done::No), due, after, Health::Missed),
            (binary(Done::Yes), date(2026, 10, 2), TODAY, Health::Achieved),
            (binary(Done::On(date(2026, 11, 23))), TODAY, TODAY, Health::OnTrack),
            (binary(Done::No), date(2026, 11, 1), TODAY, Health::Stale),
            (metric(Some(0.0), 1.0, Some(0.7)), due, after, Health::Missed),
            (aspires(metric(Some(0.0), 1.0, Some(0.7))), due, after, Health::Achieved),
            (aspires(metric(Some(0.0), 1.0, Some(0.1 * 7.0))), due, after, Health::Achieved),
            (aspires(metric(Some(0.0), 1.0, Some(0.9))), TODAY, TODAY, Health::OnTrack),
            (metric(Some(0.0), 1.0, Some(1.0)), date(2026, 10, 2), TODAY, Health::Achieved),
            (metric(Some(0.0), 1.0, Some(0.4)), TODAY, TODAY, Health::AtRisk),
            (metric(Some(0.0), 1.0, Some(0.2)), TODAY, TODAY, Health::OffTrack),
            (metric(Some(0.0), 1.0, Some(1.0)), date(2026, 9, 2), date(2026, 9, 30), Health::NotStarted),
        ] {
            let series = [Point { value: key_result.value(today), kind: key_result.kind(), ..seen(last)[0].clone() }];
            assert_eq!(on(&key_result, &series, true, today).health, Some(health), "{key_result:?} on {today}");
        }
    }

    #[test]
    fn all_reasons_are_listed_worst_first() {
        let key_result = with(metric(Some(0.0), 1.0, Some(0.4)), |k| {
            k.confidence = Some(0.2);
            k.health = Some(Health::AtRisk);
        });
        let standing = now(&key_result, &[point(date(2026, 10, 29), 0.4, Kind::Metric)]);
        assert_eq!(standing.health, Some(Health::OffTrack));
        assert_eq!(
            standing.reasons,
            [
                "confidence 0.2",
                "18 points behind the expected 57.6 %",
                "the owner says at-risk",
                "no check-in for 24 days (weekly)"
            ]
        );
        // The owner's word never improves.
        let praised = with(metric(Some(0.0), 1.0, Some(0.2)), |k| k.health = Some(Health::OnTrack));
        assert_eq!(now(&praised, &[]).health, Some(Health::OffTrack));
    }

    fn any_measure() -> impl Strategy<Value = Measure> {
        let number = || -1e6..1e6f64;
        let done = || prop::sample::select(vec![Done::No, Done::Yes, Done::On(TODAY)]);
        prop_oneof![
            (prop::option::of(number()), number())
                .prop_map(|(baseline, target)| Measure::Metric { baseline, goal: Goal::Target(target) }),
            (prop::option::of(number()), -2.0..2.0f64)
                .prop_map(|(baseline, share)| Measure::Metric { baseline, goal: Goal::Change(Change::Share(share)) }),
            (prop::option::of(number()), prop::option::of(number()))
                .prop_map(|(at_least, at_most)| Measure::Bound(Bounds { at_least, at_most })),
            prop::collection::vec((done(), 0.1..9.0f64), 0..5).prop_map(|all| {
                let milestone = |(done, weight)| Milestone { title: "x".into(), done, weight, due: None };
                Measure::Milestones(all.into_iter().map(milestone).collect())
            }),
            done().prop_map(Measure::Binary),
        ]
    }

    proptest! {
        #[test]
        fn a_standing_is_in_range_and_says_why_it_does_not_count(
            measure in any_measure(),
            values in prop::collection::vec((0..140i32, -1e6..1e6f64), 0..6),
            complete in any::<bool>(),
            today in 0..140i32,
        ) {
            let day = |days: i32| date(2026, 9, 1) + jiff::Span::new().days(days);
            let key_result = measured(measure, values.last().map(|value| value.1));
            let kind = Kind::Metric;
            let series: Vec<Point> =
                values.iter().map(|&(days, value)| Point { kind: key_result.kind(), ..point(day(days), value, kind) }).collect();
            let standing = on(&key_result, &series, complete, day(today));
            for share in [standing.progress, standing.expected].into_iter().flatten() {
                prop_assert!((0.0..=1.0).contains(&share));
            }
            prop_assert!(standing.raw.is_none_or(f64::is_finite));
            prop_assert_eq!(standing.raw.map(clamped), standing.progress);
            prop_assert_eq!(standing.progress.is_none(), standing.not_counted.is_some());
            prop_assert_eq!(standing.health.is_none(), standing.not_counted == Some(NotCounted::Unmeasurable)
                || standing.progress.is_none() && day(today) > standing.due);
        }

        #[test]
        fn at_the_ends_progress_is_exact(baseline in -1e9..1e9f64, target in -1e9..1e9f64) {
            prop_assume!(baseline != target);
            let progress = |current| now(&metric(Some(baseline), target, Some(current)), &[]).progress;
            prop_assert_eq!(progress(baseline), Some(0.0));
            prop_assert_eq!(progress(target), Some(1.0));
            prop_assert_eq!(rounded(progress(baseline + (target - baseline) / 2.0).unwrap_or(-1.0)), 0.5);
        }
    }
}
