//! Owns the figures of each objective: today's, those of a week ago, and those as committed, before anything is masked.
//! Never publishes: that is `build`.

use super::build::Builder;
use crate::history::{CheckIn, Locked};
use crate::okr::{self, Cycle, Given, KeyResult, Measure, Name, NotCommitted, Objective, Point, Standing, Together};
use crate::source::Located;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::HashMap;

/// The figures of one objective, before they are masked.
pub(super) struct Figures {
    pub(super) standings: Vec<Standing>,
    pub(super) check_ins: Vec<Vec<CheckIn>>,
    pub(super) week_ago: Vec<Option<f64>>,
    pub(super) together: Together,
    pub(super) together_week_ago: Option<f64>,
    pub(super) as_committed: Option<f64>,
    pub(super) sensitive: bool,
}

impl<'a> Builder<'a> {
    /// Computes the figures of an objective, once.
    pub(super) fn settle(&mut self, name: &Name) {
        if self.figures.contains_key(name) {
            return;
        }
        let (_, cycle, located) = &self.index.objectives[self.places[name]];
        let objective = located.objective;
        let (today, thresholds) = (self.input.today, self.input.tree.config.health());
        let complete = self.input.history.is_some_and(|history| history.complete);
        let mut check_ins = Vec::new();
        let mut standings = Vec::new();
        let mut week_ago = Vec::new();
        for kr in &objective.key_results {
            let past = self.past.check_ins(&name.key_result(&kr.id).to_string());
            let series: Vec<Point> = past.iter().map(|check_in| check_in.point.clone()).collect();
            let given = Given { key_result: kr, objective, cycle, series: &series, complete };
            let standing = okr::stand(&given, today, &thresholds);
            week_ago.push(self.progress_before(&given, &standing, today - 7.days()));
            check_ins.push(past);
            standings.push(standing);
        }
        let together = okr::together_objective(objective, cycle, &standings, today, &thresholds);
        let before: Vec<Standing> = standings
            .iter()
            .zip(&week_ago)
            .map(|(standing, before)| Standing {
                progress: standing.progress.map(|_| before.unwrap_or(0.0)),
                ..standing.clone()
            })
            .collect();
        let known = standings.iter().zip(&week_ago).any(|(s, before)| s.not_counted.is_none() && before.is_some());
        let together_week_ago =
            okr::together_objective(objective, cycle, &before, today, &thresholds).progress.filter(|_| known);
        let counted_sensitive =
            objective.key_results.iter().zip(&standings).any(|(kr, s)| kr.sensitive && s.not_counted.is_none());
        let agreed = self.agreed.get(name).map(Vec::as_slice).unwrap_or_default();
        let agreed_sensitive = agreed.iter().any(|(_, locked)| locked.key_result.sensitive);
        let as_committed = self.committed(cycle, agreed).and_then(|(_, together)| together.progress);
        let figures = Figures {
            standings,
            check_ins,
            week_ago,
            together,
            together_week_ago,
            as_committed,
            sensitive: counted_sensitive || agreed_sensitive,
        };
        self.figures.insert(name.clone(), figures);
    }

    /// Works out an objective as committed: the key results at its lock with today's values, removed ones with their
    /// last. `None` where nothing was agreed on.
    pub(super) fn committed(&self, cycle: &Cycle, agreed: &[(Name, &'a Locked)]) -> Option<(&'a Objective, Together)> {
        let objective = &agreed.first()?.1.objective;
        let standings: Vec<Standing> =
            agreed.iter().filter_map(|(kr, _)| self.committed.get(kr)?.clone().ok()).collect();
        let (today, thresholds) = (self.input.today, self.input.tree.config.health());
        Some((objective, okr::together_objective(objective, cycle, &standings, today, &thresholds)))
    }

    /// Gives a key result as committed, or says why there is no such figure.
    pub(super) fn committed_or_why(&self, name: &Name, cycle: &Cycle) -> Result<&Standing, NotCommitted> {
        match self.committed.get(name) {
            Some(committed) => committed.as_ref().map_err(|why| *why),
            None if self.input.today <= cycle.lock => Err(NotCommitted::BeforeLock),
            None => Err(NotCommitted::NotThereAtLock),
        }
    }

    /// Works out every key result as committed that something was agreed on for.
    pub(super) fn as_committed(&self) -> HashMap<Name, Result<Standing, NotCommitted>> {
        let mut committed = HashMap::new();
        for (objective, agreed) in &self.agreed {
            let Some(cycle) = self.input.tree.config.calendar.cycle(&objective.cycle) else { continue };
            for (name, locked) in agreed {
                committed.insert(name.clone(), self.key_result_as_committed(objective, name, &cycle, locked));
            }
        }
        committed
    }

    fn key_result_as_committed(
        &self,
        objective: &Name,
        name: &Name,
        cycle: &Cycle,
        locked: &Locked,
    ) -> Result<Standing, NotCommitted> {
        let located = self.places.get(objective).map(|&at| self.index.objectives[at].2.objective);
        let today = located.and_then(|o| o.key_results.iter().find(|kr| Some(&kr.id) == name.key_result.as_ref()));
        let past = self.past.check_ins(&name.to_string());
        let series: Vec<Point> = past.iter().map(|check_in| check_in.point.clone()).collect();
        let removed;
        let key_result = match today {
            Some(today) => today,
            None => {
                removed = self.past.removed(&name.to_string()).unwrap_or_else(|| locked.key_result.clone());
                &removed
            }
        };
        let given = Given {
            key_result,
            objective: located.unwrap_or(&locked.objective),
            cycle,
            series: &series,
            complete: self.input.history.is_some_and(|history| history.complete),
        };
        let agreed = okr::Locked { on: locked.on, key_result: &locked.key_result, objective: &locked.objective };
        okr::as_committed(&given, Some(&agreed), self.input.today, &self.input.tree.config.health())
    }

    /// Gives the progress that a key result had on an earlier day under its definition of today; `None` before its
    /// first day and before the first record.
    fn progress_before(&self, given: &Given<'_>, standing: &Standing, day: Date) -> Option<f64> {
        if standing.progress.is_none() || day < standing.start {
            return None;
        }
        let series: Vec<Point> = given.series.iter().filter(|point| point.measured <= day).cloned().collect();
        let kr = given.key_result;
        let last = series.iter().rev().find(|p| p.kind == kr.kind() && p.unit == kr.unit && p.value.is_some())?;
        if !matches!(kr.measure, Some(Measure::Bound(_))) {
            return okr::point_progress(kr, standing.baseline, last.value?).map(|share| share.clamp(0.0, 1.0));
        }
        let then = KeyResult { current: last.value, as_of: Some(last.measured), ..kr.clone() };
        let given = Given { key_result: &then, series: &series, ..*given };
        okr::stand(&given, day, &self.input.tree.config.health()).progress
    }

    /// The mean of a cycle seven days ago over its members of today; null where nothing was known of any.
    pub(super) fn week_ago(
        &self,
        members: &[(&Objective, Together)],
        all: &[&(Name, &Cycle, Located<'_>)],
    ) -> Option<f64> {
        let before: Vec<(&Objective, Together)> = members
            .iter()
            .zip(all)
            .map(|((objective, today), (name, ..))| {
                let progress = today.progress.map(|_| self.figures[name].together_week_ago.unwrap_or(0.0));
                (*objective, Together { progress, ..today.clone() })
            })
            .collect();
        all.iter().any(|(name, ..)| self.figures[name].together_week_ago.is_some()).then_some(())?;
        okr::together_cycle(&before).progress
    }
}

/// Gives a plain mean, `None` of nothing.
pub(super) fn mean(shares: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = shares.fold((0.0, 0.0), |(sum, count), share| (sum + share, count + 1.0));
    (count > 0.0).then(|| sum / count)
}
