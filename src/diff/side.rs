//! Owns one side of a change: its goals by name, and what they stand at.

use crate::history::{ByName, History};
use crate::okr::{self, Calendar, Cycle, Given, KeyResult, Name, Objective, Point, Standing, Thresholds, Together};
use crate::source::{Located, Tree};
use crate::text::SourceMap;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The goals of one side by name, in name order. Of two with one name the first counts, in path and written order.
pub(super) struct Side<'a> {
    pub(super) tree: &'a Tree,
    pub(super) objectives: BTreeMap<Name, Home<'a>>,
}

/// An objective with the days of its cycle and the texts that it stands in.
pub(super) struct Home<'a> {
    pub(super) cycle: Cycle,
    pub(super) located: Located<'a>,
    sources: &'a SourceMap,
}

impl Home<'_> {
    /// Gives the line, from 1, of the objective's table or of that of one of its key results.
    pub(super) fn line(&self, key_result: Option<&KeyResult>) -> usize {
        let place = self.located.place;
        let own = self.located.objective.key_results.iter().zip(&place.key_results);
        let own = own.filter(|(other, _)| key_result.is_some_and(|key_result| key_result.id == other.id));
        let header = own.map(|(_, place)| place).next().unwrap_or(&place.table).header.start;
        self.sources.get(self.located.file.file).position(header).line
    }
}

impl<'a> Side<'a> {
    /// Names every objective whose cycle is known. A file that does not parse counts as it is in the other tree.
    pub(super) fn new(tree: &'a Tree, other: &'a Tree) -> Self {
        let calendar = &tree.config.calendar;
        let mut objectives = BTreeMap::new();
        for file in &tree.files {
            let twin = other.files.iter().find(|twin| !file.parsed && twin.parsed && twin.path == file.path);
            let (file, sources) = twin.map_or((file, &tree.sources), |twin| (twin, &other.sources));
            for (objective, place) in file.objectives.iter().zip(&file.places) {
                let located = Located { file, objective, place };
                let Some(name) = located.name() else { continue };
                let Some(cycle) = calendar.cycle(&name.cycle) else { continue };
                objectives.entry(name).or_insert(Home { cycle, located, sources });
            }
        }
        Side { tree, objectives }
    }

    pub(super) fn calendar(&self) -> &'a Calendar {
        &self.tree.config.calendar
    }

    pub(super) fn objective(&self, name: &Name) -> Option<&'a Objective> {
        let home = Name::objective(&name.cycle, &name.objective);
        self.objectives.get(&home).map(|home| home.located.objective)
    }

    pub(super) fn key_result(&self, name: &Name) -> Option<&'a KeyResult> {
        let id = name.key_result.as_ref()?;
        self.objective(name)?.key_results.iter().find(|key_result| key_result.id == *id)
    }

    /// Gives the objectives of a cycle, by name.
    pub(super) fn of_cycle(&self, cycle: &str) -> impl Iterator<Item = (&Name, &Home<'a>)> {
        self.objectives.iter().filter(move |(name, _)| name.cycle == cycle)
    }
}

/// What the goals of some cycles stand at on one side.
pub(super) struct Standings<'a> {
    pub(super) side: &'a Side<'a>,
    past: ByName<'a>,
    complete: bool,
    today: Date,
    pub(super) thresholds: Thresholds,
    series: BTreeMap<Name, Vec<Point>>,
    key_results: BTreeMap<Name, Standing>,
    objectives: BTreeMap<Name, Together>,
}

impl<'a> Standings<'a> {
    /// Works out every goal of these cycles.
    pub(super) fn new(side: &'a Side<'a>, history: &'a History, cycles: &[String], today: Date) -> Self {
        let mut standings = Standings {
            side,
            past: history.by_name(),
            complete: history.complete,
            today,
            thresholds: side.tree.config.health(),
            series: BTreeMap::new(),
            key_results: BTreeMap::new(),
            objectives: BTreeMap::new(),
        };
        for cycle in cycles {
            for (name, home) in side.of_cycle(cycle) {
                standings.settle(name, &home.cycle, home.located.objective);
            }
        }
        standings
    }

    fn settle(&mut self, name: &Name, cycle: &Cycle, objective: &Objective) {
        for key_result in &objective.key_results {
            let name = name.key_result(&key_result.id);
            let check_ins = self.past.check_ins(&name.to_string());
            self.series.entry(name).or_insert_with(|| check_ins.into_iter().map(|check_in| check_in.point).collect());
        }
        let members: Vec<Standing> = objective
            .key_results
            .iter()
            .map(|key_result| {
                let name = name.key_result(&key_result.id);
                let given =
                    Given { key_result, objective, cycle, series: &self.series[&name], complete: self.complete };
                let standing = okr::stand(&given, self.today, &self.thresholds);
                self.key_results.entry(name).or_insert_with(|| standing.clone());
                standing
            })
            .collect();
        let together = okr::together_objective(objective, cycle, &members, self.today, &self.thresholds);
        self.objectives.insert(name.clone(), together);
    }

    /// Gives all that the arithmetic needs to know of a key result of one of the cycles.
    pub(super) fn given(&self, name: &Name) -> Option<Given<'_>> {
        let home = Name::objective(&name.cycle, &name.objective);
        let home = self.side.objectives.get(&home)?;
        let key_result = self.side.key_result(name)?;
        let series = self.series.get(name)?;
        let (objective, cycle) = (home.located.objective, &home.cycle);
        Some(Given { key_result, objective, cycle, series, complete: self.complete })
    }

    pub(super) fn key_result(&self, name: &Name) -> Option<&Standing> {
        self.key_results.get(name)
    }

    pub(super) fn objective(&self, name: &Name) -> Option<&Together> {
        self.objectives.get(name)
    }

    /// Gives what a cycle stands at together.
    pub(super) fn cycle(&self, cycle: &str) -> Together {
        let all: Vec<(&Objective, Together)> = self
            .side
            .of_cycle(cycle)
            .filter_map(|(name, home)| Some((home.located.objective, self.objectives.get(name)?.clone())))
            .collect();
        okr::together_cycle(&all)
    }

    /// Tells whether a sensitive key result counts in a cycle.
    pub(super) fn is_sensitive(&self, cycle: &str) -> bool {
        self.side.of_cycle(cycle).any(|(name, ..)| self.is_objective_sensitive(name))
    }

    /// Tells whether a sensitive key result counts in an objective.
    pub(super) fn is_objective_sensitive(&self, name: &Name) -> bool {
        self.side.objective(name).into_iter().flat_map(|objective| &objective.key_results).any(|key_result| {
            key_result.sensitive
                && self.key_result(&name.key_result(&key_result.id)).is_some_and(|s| s.not_counted.is_none())
        })
    }
}
