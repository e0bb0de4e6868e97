//! Owns means: what several key results stand at as an objective, and several objectives as a cycle.

use super::number::{reaches, rounded};
use super::{Commitment, Cycle, Health, NotCounted, Objective, Standing, Status, Thresholds, Together, health};
use jiff::civil::Date;

/// Gives the mean of figures with their weights, `None` where there is none. It lies within the figures, whatever the
/// rounding; figures are finite, weights positive.
pub fn weighted_mean(figures: impl IntoIterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let bounds = |figures: &mut dyn Iterator<Item = (f64, f64)>| {
        figures.fold((f64::INFINITY, f64::NEG_INFINITY, 0.0_f64), |(low, high, largest), (figure, weight)| {
            (low.min(figure), high.max(figure), largest.max(weight))
        })
    };
    let (low, high, largest) = bounds(&mut figures.clone().into_iter());
    if low > high || largest <= 0.0 {
        return None;
    }
    // Weights relative to the largest keep the sums finite.
    let (mut sum, mut total) = (0.0, 0.0);
    for (figure, weight) in figures {
        sum += figure * (weight / largest);
        total += weight / largest;
    }
    Some((sum / total).clamp(low, high))
}

/// Gives what an objective stands at. `members` run beside `objective.key_results`, so that reasons can name them.
pub fn together_objective(
    objective: &Objective,
    cycle: &Cycle,
    members: &[Standing],
    today: Date,
    thresholds: &Thresholds,
) -> Together {
    let counted: Vec<&Standing> = members.iter().filter(|member| member.not_counted.is_none()).collect();
    let mean = |figure: fn(&Standing) -> Option<f64>| {
        weighted_mean(counted.iter().filter_map(|member| Some((figure(member)?, member.weight))))
    };
    let mut together = Together {
        progress: mean(|member| member.progress),
        expected: mean(|member| member.expected),
        counted: counted.len(),
        total: members.len(),
        health: None,
        reasons: Vec::new(),
    };
    let (Some(progress), Some(expected)) = (together.progress, together.expected) else { return together };
    if objective.status != Status::Active {
        return together;
    }
    let due = objective.due.unwrap_or(cycle.end);
    if today > due {
        let mark = mean(|member| Some(Commitment::mark(member.commitment))).unwrap_or(1.0);
        together.health = Some(if reaches(progress, mark) { Health::Achieved } else { Health::Missed });
        if together.health == Some(Health::Missed) {
            together.reasons = vec![format!("below {} on its last day, {due}", super::number::whole_percent(mark))];
        }
        return together;
    }
    let broken = |member: &Standing| member.not_counted == Some(NotCounted::Guardrail) && member.out_of_bounds;
    let waiting = counted.iter().all(|member| member.health == Some(Health::NotStarted));
    if waiting && (today < cycle.start || !members.iter().any(broken)) {
        together.health = Some(Health::NotStarted);
        together.reasons = vec![if today < cycle.start {
            format!("starts on {}", cycle.start)
        } else {
            "no key result has started".into()
        }];
        return together;
    }
    let mut signals: Vec<health::Signal> = health::pace(progress, expected, thresholds).into_iter().collect();
    for (at, member) in members.iter().enumerate() {
        let id = objective.key_results.get(at).map_or("a key result", |key_result| key_result.id.as_str());
        if member.not_counted.is_none() && member.health == Some(Health::OffTrack) {
            signals.push((Health::AtRisk, format!("{id} is off-track")));
        }
        if broken(member) {
            signals.push((Health::AtRisk, format!("guardrail {id} is out of bounds")));
        }
    }
    signals.extend(silence(&counted));
    let (health, reasons) = health::worst(signals);
    // Complete before due only with each key result: a bound is not kept before its last day.
    let complete = reaches(progress, 1.0) && counted.iter().all(|member| member.health == Some(Health::Achieved));
    together.health = Some(if complete && reasons.is_empty() { Health::Achieved } else { health });
    together.reasons = reasons;
    together
}

/// Signals that more than half of the counted weight is stale.
fn silence(counted: &[&Standing]) -> Option<health::Signal> {
    let share = weighted_mean(counted.iter().map(|member| (f64::from(u8::from(member.stale)), member.weight)))?;
    let stale = counted.iter().filter(|member| member.stale).count();
    (rounded(share) > 0.5)
        .then(|| (Health::Stale, format!("no recent check-in on {stale} of {} counted key results", counted.len())))
}

/// Gives what a cycle stands at: the plain mean of its active objectives that have a progress, and of what is expected
/// of the same. `counted` and `total` are key results; those of an objective that is not pursued are not counted.
/// A cycle has no health of its own.
pub fn together_cycle(objectives: &[(&Objective, Together)]) -> Together {
    let counted = || {
        objectives
            .iter()
            .filter(|(objective, together)| objective.status == Status::Active && together.progress.is_some())
            .map(|(_, together)| together)
    };
    let mean = |figure: fn(&Together) -> Option<f64>| {
        weighted_mean(counted().filter_map(|together| Some((figure(together)?, 1.0))).collect::<Vec<_>>())
    };
    Together {
        progress: mean(|together| together.progress),
        expected: mean(|together| together.expected),
        counted: counted().map(|together| together.counted).sum(),
        total: objectives.iter().map(|(_, together)| together.total).sum(),
        health: None,
        reasons: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::example::{metric, objective, quarter, with};
    use crate::okr::{Given, KeyResult, Role, stand};
    use jiff::civil::date;
    use proptest::prelude::*;

    const USUAL: Thresholds = Thresholds { at_risk: 0.15, off_track: 0.30, cadence_days: 7, grace_days: 3 };
    const TODAY: Date = date(2026, 11, 22);

    /// A key result at a share of its way, looked at today.
    fn at(share: f64, weight: f64) -> KeyResult {
        with(metric(Some(0.0), 1.0, Some(share)), |key_result| key_result.weight = weight)
    }

    fn members(objective: &Objective, today: Date, looked: Date) -> Vec<Standing> {
        let cycle = quarter();
        let point = |key_result: &KeyResult| super::super::Point {
            measured: looked,
            value: key_result.value(today),
            kind: key_result.kind(),
            unit: None,
        };
        let stand_one = |key_result: &KeyResult| {
            let series = [point(key_result)];
            stand(&Given { key_result, objective, cycle: &cycle, series: &series, complete: true }, today, &USUAL)
        };
        objective.key_results.iter().map(stand_one).collect()
    }

    fn together_on(objective: &Objective, today: Date, looked: Date) -> Together {
        together_objective(objective, &quarter(), &members(objective, today, looked), today, &USUAL)
    }

    fn together(key_results: Vec<KeyResult>) -> Together {
        together_on(&objective(key_results), TODAY, TODAY)
    }

    #[test]
    fn an_objective_is_the_weighted_mean_of_what_counts() {
        let dropped = with(at(1.0, 5.0), |k| k.status = Status::Dropped);
        let guardrail = with(at(0.0, 5.0), |k| k.role = Role::Guardrail);
        let vague = with(at(0.0, 5.0), |k| k.measure = None);
        let all = together(vec![at(0.9, 1.0), at(0.5, 3.0), dropped, guardrail, vague.clone()]);
        assert_eq!(all.progress.map(rounded), Some(0.6));
        assert_eq!((all.counted, all.total), (2, 5));
        assert_eq!(all.expected.map(rounded), Some(rounded(53.0 / 92.0)));
        let none = together(vec![vague]);
        assert_eq!((none.progress, none.expected, none.health, none.counted, none.total), (None, None, None, 0, 1));
        let empty = together(vec![]);
        assert_eq!((empty.progress, empty.total), (None, 0));
    }

    #[test]
    fn an_objectives_health() {
        let bound = |current| {
            with(at(0.0, 1.0), |k| {
                k.id = "rollbacks".into();
                k.measure =
                    Some(super::super::Measure::Bound(super::super::Bounds { at_least: None, at_most: Some(1.0) }));
                k.current = Some(current);
            })
        };
        let guardrail = |current| with(bound(current), |k| k.role = Role::Guardrail);
        for (key_results, health, reasons) in [
            (vec![at(0.6, 1.0)], Health::OnTrack, vec![]),
            (vec![at(0.4, 1.0)], Health::AtRisk, vec!["18 points behind the expected 57.6 %"]),
            (vec![at(0.9, 1.0), at(0.2, 1.0)], Health::AtRisk, vec!["p99-latency is off-track"]),
            (
                vec![at(0.1, 1.0)],
                Health::OffTrack,
                vec!["48 points behind the expected 57.6 %", "p99-latency is off-track"],
            ),
            (vec![at(0.6, 1.0), guardrail(1.5)], Health::AtRisk, vec!["guardrail rollbacks is out of bounds"]),
            (vec![at(0.6, 1.0), guardrail(0.5)], Health::OnTrack, vec![]),
            (vec![at(1.0, 1.0), at(1.0, 1.0)], Health::Achieved, vec![]),
            (vec![at(1.0, 1.0), guardrail(1.5)], Health::AtRisk, vec!["guardrail rollbacks is out of bounds"]),
            (vec![at(1.0, 1.0), bound(0.5)], Health::OnTrack, vec![]),
            (
                vec![with(at(0.0, 1.0), |k| k.start = Some(date(2026, 12, 1)))],
                Health::NotStarted,
                vec!["no key result has started"],
            ),
            (
                vec![with(at(0.0, 1.0), |k| k.start = Some(date(2026, 12, 1))), guardrail(1.5)],
                Health::AtRisk,
                vec!["guardrail rollbacks is out of bounds"],
            ),
        ] {
            let together = together(key_results);
            assert_eq!(
                (together.health, together.reasons),
                (Some(health), reasons.iter().map(|&r| r.into()).collect())
            );
        }
        let dropped = Objective { status: Status::Dropped, ..objective(vec![at(0.5, 1.0)]) };
        let dropped = together_on(&dropped, TODAY, TODAY);
        assert_eq!((dropped.progress, dropped.health), (Some(0.5), None));
    }

    #[test]
    fn an_objectives_health_over_time() {
        let two = |share| objective(vec![at(share, 1.0), at(0.9, 1.0)]);
        let long_ago = date(2026, 11, 1);
        assert_eq!(together_on(&two(0.6), TODAY, long_ago).health, Some(Health::Stale));
        assert_eq!(
            together_on(&two(0.6), TODAY, long_ago).reasons,
            ["no recent check-in on 2 of 2 counted key results"]
        );
        // Half of the weight is not more than half: what is complete is never stale.
        assert_eq!(
            together_on(&objective(vec![at(0.6, 1.0), at(1.0, 1.0)]), TODAY, long_ago).health,
            Some(Health::OnTrack)
        );
        assert_eq!(together_on(&two(0.6), date(2026, 9, 9), date(2026, 9, 9)).health, Some(Health::NotStarted));
        let after = date(2027, 1, 1);
        assert_eq!(together_on(&two(0.5), after, after).health, Some(Health::Missed));
        let aspires = Objective { commitment: Some(Commitment::Aspirational), ..two(0.5) };
        assert_eq!(together_on(&aspires, after, after).health, Some(Health::Achieved));
    }

    #[test]
    fn a_cycle_is_the_plain_mean_of_active_objectives_with_progress() {
        let of = |share, status| Objective { status, ..objective(vec![at(share, 7.0), at(share, 1.0)]) };
        let none = objective(vec![with(at(0.0, 1.0), |k| k.status = Status::Dropped)]);
        let objectives = [
            of(0.7, Status::Active),
            of(0.8, Status::Active),
            of(0.1, Status::Active),
            of(0.45, Status::Active),
            none,
            of(0.0, Status::Dropped),
        ];
        let members: Vec<(&Objective, Together)> =
            objectives.iter().map(|objective| (objective, together_on(objective, TODAY, TODAY))).collect();
        let cycle = together_cycle(&members);
        assert_eq!(cycle.progress.map(rounded), Some(0.5125));
        assert_eq!(cycle.expected.map(rounded), Some(rounded(53.0 / 92.0)));
        assert_eq!((cycle.counted, cycle.total, cycle.health), (8, 11, None));
        assert_eq!(together_cycle(&[]).progress, None);
    }

    proptest! {
        #[test]
        fn a_mean_lies_within_its_figures(
            figures in prop::collection::vec((0.0..=1.0f64, prop::num::f64::POSITIVE | prop::num::f64::NORMAL), 1..9),
        ) {
            let figures: Vec<(f64, f64)> = figures.into_iter().map(|(f, w)| (f, w.abs().max(f64::MIN_POSITIVE))).collect();
            let mean = weighted_mean(figures.clone()).expect("there are figures");
            let low = figures.iter().map(|f| f.0).fold(f64::INFINITY, f64::min);
            let high = figures.iter().map(|f| f.0).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(low <= mean && mean <= high);
        }

        #[test]
        fn weights_count_as_often_as_they_say(a in 0.0..=1.0f64, b in 0.0..=1.0f64, times in 1..9usize, scale in 0.1..9.0f64) {
            let weighted = weighted_mean([(a, 1.0), (b, times as f64)]);
            let repeated = std::iter::once((a, 1.0)).chain(std::iter::repeat_n((b, 1.0), times));
            prop_assert_eq!(weighted.map(rounded), weighted_mean(repeated).map(rounded));
            let scaled = weighted_mean([(a, scale), (b, times as f64 * scale)]);
            prop_assert_eq!(weighted.map(rounded), scaled.map(rounded));
        }
    }
}
