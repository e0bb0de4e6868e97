//! Owns what a change does to the progress of a cycle: how much of it was measured, how much came of moved goalposts, and
//! how much of who counts. Never pairs goals by name: callers say what became of each.

use super::number::{apportion, tenths};
use super::{
    Cycle, Given, KeyResult, NotCommitted, Objective, Standing, Thresholds, Together, stand, together_cycle,
    together_objective, under_definition,
};
use jiff::civil::Date;

/// A key result of a cycle as it was, and what became of it.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Before the change.
    pub before: Given<'a>,
    /// After it; `None` where it is no longer in the cycle.
    pub after: Option<Given<'a>>,
}

/// An objective of a cycle as it was, and what became of it.
#[derive(Debug, Clone)]
pub struct Members<'a> {
    /// Before the change.
    pub objective: &'a Objective,
    /// After it; `None` where it is no longer in the cycle.
    pub after: Option<&'a Objective>,
    /// As written before the change.
    pub key_results: Vec<Member<'a>>,
}

/// What a change does to the progress of a cycle, as shares of 1. The three parts add up to the difference of the two
/// figures, one that is not there counting as 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delta {
    /// Progress before; `None` where nothing counted.
    pub before: Option<f64>,
    /// Progress after; `None` where nothing counts.
    pub after: Option<f64>,
    /// What was measured: the values of afterwards under the definitions of before.
    pub check_ins: f64,
    /// What moved goalposts make of it: the same values under the definitions of afterwards.
    pub goalposts: f64,
    /// The rest: what came, went, moved, or counts no longer or anew.
    pub scope: f64,
}

impl Delta {
    /// Gives check-ins, goalposts and scope in the tenths of a point that are shown: they add up to the difference of the
    /// two percentages as shown.
    pub fn shown(&self) -> [i32; 3] {
        let total = tenths(self.after.unwrap_or(0.0)) - tenths(self.before.unwrap_or(0.0));
        let parts = apportion(&[self.check_ins, self.goalposts, self.scope], total);
        [parts[0], parts[1], parts[2]]
    }

    /// Gives the same where only whole percent may be known: the figures are rounded, and the parts add up to their
    /// difference.
    #[must_use]
    pub fn whole(self) -> Self {
        // Whole percents are tenths of a tenfold finer figure.
        let hundredths = |share: Option<f64>| share.map_or(0, |share| tenths(super::whole_share(share)) / 10);
        let total = hundredths(self.after) - hundredths(self.before);
        let parts = apportion(&[self.check_ins / 10.0, self.goalposts / 10.0, self.scope / 10.0], total);
        let share = |part: i32| f64::from(part) / 100.0;
        Delta {
            before: self.before.map(super::whole_share),
            after: self.after.map(super::whole_share),
            check_ins: share(parts[0]),
            goalposts: share(parts[1]),
            scope: share(parts[2]),
        }
    }
}

/// Splits the difference that a change makes to a cycle. With P for the cycle's progress, D for definitions and weights, V
/// for values and S for who counts and where, 0 before and 1 after: check-ins are P(D0,V1,S0) − P(D0,V0,S0), goalposts
/// P(D1,V1,S0) − P(D0,V1,S0), scope the rest of `after` − before. What is gone or of another kind keeps what it had, so
/// that its whole difference is scope; of what has another unit the whole difference is goalposts.
///
/// `cycle` has the days of afterwards; `after` is the progress of the cycle then. One clock for both sides.
pub fn delta(
    members: &[Members<'_>],
    cycle: &Cycle,
    after: Option<f64>,
    today: Date,
    thresholds: &Thresholds,
) -> Delta {
    let standings: Vec<Vec<[Standing; 3]>> = members
        .iter()
        .map(|of| of.key_results.iter().map(|member| steps(member, of, cycle, today, thresholds)).collect())
        .collect();
    let progress = |step: usize| {
        let objectives: Vec<(&Objective, Together)> = members
            .iter()
            .zip(&standings)
            .map(|(of, standings)| {
                let standings: Vec<Standing> = standings.iter().map(|steps| steps[step].clone()).collect();
                (of.objective, together_objective(of.objective, cycle, &standings, today, thresholds))
            })
            .collect();
        together_cycle(&objectives).progress
    };
    let [before, measured, redefined] = [progress(0), progress(1), progress(2)];
    let or_nothing = |progress: Option<f64>| progress.unwrap_or(0.0);
    let check_ins = or_nothing(measured) - or_nothing(before);
    let goalposts = or_nothing(redefined) - or_nothing(measured);
    let scope = or_nothing(after) - or_nothing(before) - check_ins - goalposts;
    Delta { before, after, check_ins, goalposts, scope: settled(scope) }
}

/// Takes the noise of floating point for the nothing that it is.
fn settled(part: f64) -> f64 {
    const NOISE: f64 = 1e-13;
    if part.abs() < NOISE { 0.0 } else { part }
}

/// Gives what a key result stands at as it was, with the values of afterwards, and with the definition of afterwards too.
/// Whether it counts, and where, stays as it was; so does a figure that can no longer be computed.
fn steps(member: &Member<'_>, of: &Members<'_>, cycle: &Cycle, today: Date, thresholds: &Thresholds) -> [Standing; 3] {
    let before = member.before;
    let was = stand(&before, today, thresholds);
    let Some(after) = member.after else { return [was.clone(), was.clone(), was] };
    let counting_as = |earlier: &Standing, now: Standing| match now.progress {
        None => earlier.clone(),
        Some(_) => Standing { not_counted: was.not_counted, ..now },
    };
    let measured = match under_definition(after.key_result, before.key_result) {
        Ok(key_result) => {
            let given = Given { key_result: &key_result, series: after.series, complete: after.complete, ..before };
            counting_as(&was, stand(&given, today, thresholds))
        }
        Err(NotCommitted::KindChanged) => return [was.clone(), was.clone(), was],
        Err(_) => was.clone(),
    };
    let key_result =
        KeyResult { role: before.key_result.role, status: before.key_result.status, ..after.key_result.clone() };
    let objective = of.after.unwrap_or(of.objective);
    let given = Given { key_result: &key_result, objective, cycle, ..after };
    let redefined = counting_as(&measured, stand(&given, today, thresholds));
    [was, measured, redefined]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::example::{measured, metric, objective, quarter, with};
    use crate::okr::{Bounds, Done, Kind, Measure, Milestone, Point, Role, Status};
    use jiff::civil::date;
    use proptest::prelude::*;

    const USUAL: Thresholds = Thresholds { at_risk: 0.15, off_track: 0.30, cadence_days: 7, grace_days: 3 };
    const TODAY: Date = date(2026, 11, 22);

    /// Gives what a cycle of these objectives stands at.
    fn progress(objectives: &[Objective]) -> Option<f64> {
        let cycle = quarter();
        let together: Vec<(&Objective, Together)> = objectives
            .iter()
            .map(|objective| {
                let standings: Vec<Standing> = objective
                    .key_results
                    .iter()
                    .map(|key_result| stand(&given(key_result, objective, &cycle), TODAY, &USUAL))
                    .collect();
                (objective, together_objective(objective, &cycle, &standings, TODAY, &USUAL))
            })
            .collect();
        together_cycle(&together).progress
    }

    fn given<'a>(key_result: &'a KeyResult, objective: &'a Objective, cycle: &'a Cycle) -> Given<'a> {
        Given { key_result, objective, cycle, series: &[], complete: true }
    }

    /// Splits the difference between two states, goals paired by id wherever they stand.
    fn change(before: &[Objective], after: &[Objective]) -> Delta {
        let cycle = quarter();
        let members: Vec<Members<'_>> = before
            .iter()
            .map(|objective| Members {
                objective,
                after: after.iter().find(|other| other.id == objective.id),
                key_results: objective
                    .key_results
                    .iter()
                    .map(|key_result| Member {
                        before: given(key_result, objective, &cycle),
                        after: after
                            .iter()
                            .flat_map(|home| home.key_results.iter().map(move |other| (home, other)))
                            .find(|(_, other)| other.id == key_result.id)
                            .map(|(home, other)| given(other, home, &cycle)),
                    })
                    .collect(),
            })
            .collect();
        delta(&members, &cycle, progress(after), TODAY, &USUAL)
    }

    fn at(id: &str, target: f64, current: f64) -> KeyResult {
        with(metric(Some(0.0), target, Some(current)), |key_result| key_result.id = id.into())
    }

    fn named(id: &str, key_results: Vec<KeyResult>) -> Objective {
        Objective { id: id.into(), ..objective(key_results) }
    }

    #[test]
    fn each_part_is_what_it_says() {
        let a = || at("a", 100.0, 40.0);
        let b = || at("b", 100.0, 20.0);
        let both = || vec![named("o", vec![a(), b()])];
        let one = |a: KeyResult| vec![named("o", vec![a, b()])];
        let unit = |key_result: KeyResult| with(key_result, |k| k.unit = Some("s".into()));
        type Row = (&'static str, Vec<Objective>, Vec<Objective>, [f64; 3]);
        let table: Vec<Row> = vec![
            ("nothing", both(), both(), [0.0, 0.0, 0.0]),
            ("a value", both(), one(at("a", 100.0, 60.0)), [0.1, 0.0, 0.0]),
            ("a lowered target", both(), one(at("a", 50.0, 40.0)), [0.0, 0.2, 0.0]),
            ("a value and a lowered target", both(), one(at("a", 80.0, 60.0)), [0.1, 0.075, 0.0]),
            ("a weight", both(), one(with(a(), |k| k.weight = 3.0)), [0.0, 0.05, 0.0]),
            ("one goes", both(), vec![named("o", vec![a()])], [0.0, 0.0, 0.1]),
            ("one comes", vec![named("o", vec![a()])], both(), [0.0, 0.0, -0.1]),
            ("one is dropped", both(), one(with(a(), |k| k.status = Status::Dropped)), [0.0, 0.0, -0.1]),
            (
                "one is dropped with a value",
                both(),
                one(with(at("a", 100.0, 60.0), |k| k.status = Status::Dropped)),
                [0.1, 0.0, -0.2],
            ),
            ("one becomes a guardrail", both(), one(with(a(), |k| k.role = Role::Guardrail)), [0.0, 0.0, -0.1]),
            (
                "another kind",
                both(),
                one(KeyResult { id: "a".into(), ..measured(Measure::Binary(Done::Yes), None) }),
                [0.0, 0.0, 0.3],
            ),
            ("another unit", both(), one(unit(at("a", 100.0, 60.0))), [0.0, 0.1, 0.0]),
            (
                "moved to another objective",
                vec![named("o", vec![a(), b()]), named("p", vec![at("c", 100.0, 0.0)])],
                vec![named("o", vec![b()]), named("p", vec![at("a", 100.0, 60.0), at("c", 100.0, 0.0)])],
                [0.05, 0.0, 0.05],
            ),
            (
                "an objective is given up",
                vec![named("o", vec![a()]), named("p", vec![b()])],
                vec![named("o", vec![a()]), Objective { status: Status::Dropped, ..named("p", vec![b()]) }],
                [0.0, 0.0, 0.1],
            ),
            ("a first objective", vec![], both(), [0.0, 0.0, 0.3]),
            ("the last objective", both(), vec![], [0.0, 0.0, -0.3]),
        ];
        for (what, before, after, parts) in table {
            let found = change(&before, &after);
            for (found, wanted) in [found.check_ins, found.goalposts, found.scope].into_iter().zip(parts) {
                assert!((found - wanted).abs() < 1e-12, "{what}: {found} is not {wanted}");
            }
            assert_eq!((found.before, found.after), (progress(&before), progress(&after)), "{what}");
        }
    }

    #[test]
    fn what_cannot_be_computed_any_more_is_no_measurement() {
        let times =
            Measure::Metric { baseline: Some(-1.0), goal: crate::okr::Goal::Change(crate::okr::Change::Times(3.0)) };
        let lost = KeyResult { id: "a".into(), ..measured(times, Some(40.0)) };
        let found = change(&[named("o", vec![at("a", 100.0, 40.0)])], &[named("o", vec![lost])]);
        assert_eq!((found.before, found.after), (Some(0.4), None));
        assert_eq!((found.check_ins, found.goalposts, found.scope), (0.0, 0.0, -0.4));
    }

    #[test]
    fn series_belong_to_the_values() {
        let bound = |most: f64, current: f64| {
            measured(Measure::Bound(Bounds { at_least: None, at_most: Some(most) }), Some(current))
        };
        let point =
            |day: Date, value: f64| Point { measured: day, value: Some(value), kind: Some(Kind::Bound), unit: None };
        let (start, cycle) = (date(2026, 10, 1), quarter());
        let early = [point(start, 0.8)];
        let late = [point(start, 0.8), point(date(2026, 11, 22), 1.2)];
        let (before, after) = (named("o", vec![bound(1.0, 0.8)]), named("o", vec![bound(1.5, 1.2)]));
        let member = Member {
            before: Given { series: &early, ..given(&before.key_results[0], &before, &cycle) },
            after: Some(Given { series: &late, ..given(&after.key_results[0], &after, &cycle) }),
        };
        let members = [Members { objective: &before, after: Some(&after), key_results: vec![member] }];
        let found = delta(&members, &cycle, Some(1.0), TODAY, &USUAL);
        assert!((found.check_ins + 1.0 / 53.0).abs() < 1e-12, "one day of 53 was outside: {}", found.check_ins);
        assert!((found.goalposts - 1.0 / 53.0).abs() < 1e-12);
    }

    #[test]
    fn shown_parts_add_up_to_the_shown_difference() {
        let found = Delta {
            before: Some(0.53249),
            after: Some(0.4484),
            check_ins: 0.04443,
            goalposts: 0.0211,
            scope: -0.14962,
        };
        assert_eq!(found.shown().iter().sum::<i32>(), -84);
        let whole = found.whole();
        assert_eq!((whole.before, whole.after), (Some(0.53), Some(0.45)));
        assert!((whole.check_ins + whole.goalposts + whole.scope + 0.08).abs() < 1e-12);
        let nothing = Delta { before: None, after: None, check_ins: 0.0, goalposts: 0.0, scope: 0.0 };
        assert_eq!((nothing.shown(), nothing.whole()), ([0; 3], nothing));
    }

    fn some_measure() -> impl Strategy<Value = Measure> {
        let number = -3..4i32;
        prop_oneof![
            (proptest::option::of(number.clone()), number.clone()).prop_map(|(baseline, target)| Measure::Metric {
                baseline: baseline.map(f64::from),
                goal: crate::okr::Goal::Target(f64::from(target)),
            }),
            number.clone().prop_map(|most| Measure::Bound(Bounds { at_least: None, at_most: Some(f64::from(most)) })),
            proptest::collection::vec((0..3u8, any::<bool>(), 1..3u8), 1..3).prop_map(|all| Measure::Milestones(
                all.into_iter()
                    .map(|(title, done, weight)| Milestone {
                        title: title.to_string(),
                        done: if done { Done::Yes } else { Done::No },
                        weight: f64::from(weight),
                        due: None,
                    })
                    .collect()
            )),
            any::<bool>().prop_map(|done| Measure::Binary(if done { Done::Yes } else { Done::No })),
        ]
    }

    fn some_key_result() -> impl Strategy<Value = KeyResult> {
        let status = prop_oneof![8 => Just(Status::Active), 1 => Just(Status::Dropped)];
        let role = prop_oneof![8 => Just(Role::Goal), 1 => Just(Role::Guardrail)];
        let unit = prop_oneof![4 => Just(None), 1 => Just(Some("s".to_owned()))];
        let current = proptest::option::of(-3..4i32);
        (0..4u8, some_measure(), current, status, role, unit, 1..4u8).prop_map(
            |(id, measure, current, status, role, unit, weight)| KeyResult {
                id: id.to_string(),
                status,
                role,
                unit,
                weight: f64::from(weight),
                ..measured(measure, current.map(f64::from))
            },
        )
    }

    /// Some objectives whose ids, and those of all their key results, are distinct.
    fn some_goals() -> impl Strategy<Value = Vec<Objective>> {
        let objective = (0..3u8, proptest::collection::vec(some_key_result(), 0..4), any::<bool>());
        proptest::collection::vec(objective, 0..3).prop_map(|all| {
            let (mut homes, mut ids) = (std::collections::HashSet::new(), std::collections::HashSet::new());
            let mut goals = Vec::new();
            for (id, key_results, active) in all {
                if homes.insert(id) {
                    let own = key_results.into_iter().filter(|key_result| ids.insert(key_result.id.clone())).collect();
                    let status = if active { Status::Active } else { Status::Deferred };
                    goals.push(Objective { status, ..named(&id.to_string(), own) });
                }
            }
            goals
        })
    }

    proptest! {
        #[test]
        fn parts_add_up(before in some_goals(), after in some_goals()) {
            let found = change(&before, &after);
            let total = found.after.unwrap_or(0.0) - found.before.unwrap_or(0.0);
            prop_assert!((found.check_ins + found.goalposts + found.scope - total).abs() < 1e-12);
            prop_assert_eq!(found.before, progress(&before));
            let shown = found.shown();
            prop_assert_eq!(
                shown.iter().sum::<i32>(),
                tenths(found.after.unwrap_or(0.0)) - tenths(found.before.unwrap_or(0.0))
            );
            let whole = found.whole();
            let difference = whole.after.unwrap_or(0.0) - whole.before.unwrap_or(0.0);
            prop_assert!((whole.check_ins + whole.goalposts + whole.scope - difference).abs() < 1e-12);
        }

        #[test]
        fn nothing_does_nothing(goals in some_goals()) {
            let found = change(&goals, &goals);
            prop_assert_eq!((found.check_ins, found.goalposts, found.scope), (0.0, 0.0, 0.0));
        }

        #[test]
        fn backwards_the_total_is_negated(before in some_goals(), after in some_goals()) {
            let total = |found: Delta| found.check_ins + found.goalposts + found.scope;
            let (there, back) = (total(change(&before, &after)), total(change(&after, &before)));
            prop_assert!((there + back).abs() < 1e-12);
        }

        #[test]
        fn totals_add_up_over_two_steps(a in some_goals(), b in some_goals(), c in some_goals()) {
            let total = |found: Delta| found.check_ins + found.goalposts + found.scope;
            let steps = total(change(&a, &b)) + total(change(&b, &c));
            prop_assert!((steps - total(change(&a, &c))).abs() < 1e-12);
        }

        #[test]
        fn values_alone_are_check_ins_alone(goals in some_goals(), current in -3..4i32) {
            let mut after = goals.clone();
            for key_result in after.iter_mut().flat_map(|objective| &mut objective.key_results) {
                key_result.current = Some(f64::from(current));
            }
            let found = change(&goals, &after);
            prop_assert_eq!(found.goalposts, 0.0);
            prop_assert!(found.scope.abs() < 1e-12);
        }
    }
}
