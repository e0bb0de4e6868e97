//! Owns what a change amounts to: where the goals that differ stand on both sides, and what it does to each cycle.
//! Never hides anything: what is sensitive is marked.

use super::Class;
use super::change::{Change, What};
use super::comparison::{Comparison, Entry};
use super::side::{Side, Standings};
use crate::history::{History, Locks};
use crate::okr::{
    self, Delta, Given, Goal, Group, Health, KeyResult, Measure, Member, Members, Name, NotCommitted, Objective,
    Standing, Together,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the past of both sides.
pub struct Pasts<'a> {
    /// The events behind the state before.
    pub before: &'a History,
    /// The events behind the state after.
    pub after: &'a History,
    /// The definitions at lock behind the state after, by cycle.
    pub locks: &'a BTreeMap<String, Locks>,
}

/// What a goal stands at on one side.
#[derive(Debug, Clone, PartialEq)]
pub struct Stand {
    /// 0–1.
    pub progress: Option<f64>,
    /// Before clamping; an objective has none.
    pub raw: Option<f64>,
    /// The value; an objective has none.
    pub current: Option<f64>,
    /// Progress expected by today, 0–1.
    pub expected: Option<f64>,
    /// How it goes.
    pub health: Option<Health>,
    /// Key results in the mean; of a key result 0 or 1.
    pub counted: usize,
    /// Key results; of a key result 1.
    pub total: usize,
}

/// A goal as it is on one side.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// The objective, or that of the key result.
    pub objective: &'a Objective,
    /// The key result; `None` for an objective.
    pub key_result: Option<&'a KeyResult>,
    /// Path of the file that holds it, from the root.
    pub path: &'a str,
    /// Line of its table, from 1.
    pub line: usize,
    /// What it stands at.
    pub stand: Stand,
}

/// What a change does to a cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct CycleChange {
    /// Its id.
    pub cycle: String,
    /// The two figures and their difference in three parts.
    pub delta: Delta,
    /// Progress expected by today under the state after.
    pub expected: Option<f64>,
    /// Whether a sensitive key result is in the figures, on either side.
    pub sensitive: bool,
}

/// An objective that differs, or that holds a key result which does.
#[derive(Debug, Clone)]
pub struct ObjectiveChange<'a> {
    /// Full name afterwards, or before where it is gone.
    pub name: Name,
    /// Full name before, where it was another.
    pub former: Option<Name>,
    /// What became of it and what it holds.
    pub change: What,
    /// Before; `None` where it is new.
    pub before: Option<Seen<'a>>,
    /// After; `None` where it is gone.
    pub after: Option<Seen<'a>>,
    /// Its own fields that differ.
    pub changes: Vec<Change>,
    /// Whether a goalpost field of its own differs.
    pub goalpost: bool,
    /// Whether that made it easier; `None` where nothing can be compared.
    pub eased: Option<bool>,
    /// Whether a sensitive key result is in the figures, on either side.
    pub sensitive: bool,
}

/// A key result that differs.
#[derive(Debug, Clone)]
pub struct KeyResultChange<'a> {
    /// Full name afterwards, or before where it is gone.
    pub name: Name,
    /// Full name before, where it was another.
    pub former: Option<Name>,
    /// What became of it.
    pub change: What,
    /// Before; `None` where it is new.
    pub before: Option<Seen<'a>>,
    /// After; `None` where it is gone.
    pub after: Option<Seen<'a>>,
    /// The fields that differ.
    pub changes: Vec<Change>,
    /// Whether a goalpost field differs.
    pub goalpost: bool,
    /// Whether that made it easier; `None` where nothing can be compared.
    pub eased: Option<bool>,
    /// Progress of the values of afterwards under the definition at the lock.
    pub as_committed: Result<Option<f64>, NotCommitted>,
    /// Whether it is sensitive on either side.
    pub sensitive: bool,
}

/// What a change does; the default is nothing.
#[derive(Debug, Clone, Default)]
pub struct Difference<'a> {
    /// Its class.
    pub class: Class,
    /// By first day, the longer first, then by id.
    pub cycles: Vec<CycleChange>,
    /// By name.
    pub objectives: Vec<ObjectiveChange<'a>>,
    /// By name.
    pub key_results: Vec<KeyResultChange<'a>>,
    /// Settings that say how goals are judged, by dotted name.
    pub settings: Vec<Change>,
    /// Files that differ and hold something which does not read.
    pub unclear: BTreeSet<String>,
}

impl<'a> Comparison<'a> {
    /// Works out where the goals that differ stand on both sides, on one day.
    pub fn difference(&'a self, pasts: &'a Pasts<'a>, today: Date) -> Difference<'a> {
        let cycles: Vec<String> = self.cycles().into_iter().map(|cycle| cycle.id).collect();
        let before = Standings::new(&self.before, pasts.before, &cycles, today);
        let after = Standings::new(&self.after, pasts.after, &cycles, today);
        let measured = Measured { comparison: self, before, after, locks: pasts.locks, today };
        Difference {
            class: self.class,
            cycles: cycles.iter().map(|cycle| measured.cycle(cycle)).collect(),
            objectives: measured.objectives(),
            key_results: self
                .entries
                .iter()
                .filter(|entry| entry.name().key_result.is_some())
                .map(|entry| measured.key_result(entry))
                .collect(),
            settings: self.settings.clone(),
            unclear: self.unclear.clone(),
        }
    }
}

/// The names of an objective before and after.
type Homes = (Option<Name>, Option<Name>);

/// A comparison with what the goals stand at.
struct Measured<'a> {
    comparison: &'a Comparison<'a>,
    before: Standings<'a>,
    after: Standings<'a>,
    locks: &'a BTreeMap<String, Locks>,
    today: Date,
}

impl<'a> Measured<'a> {
    fn cycle(&self, id: &str) -> CycleChange {
        let after = self.after.cycle(id);
        let side = |side: &Side<'_>| side.calendar().cycle(id);
        let days = side(&self.comparison.after).or_else(|| side(&self.comparison.before));
        let days = days.expect("only cycles that a calendar knows are touched");
        let members: Vec<Members<'_>> = self
            .comparison
            .before
            .of_cycle(id)
            .map(|(name, home)| self.members(name, home.located.objective))
            .collect();
        CycleChange {
            cycle: id.to_owned(),
            delta: okr::delta(&members, &days, after.progress, self.today, &self.after.thresholds),
            expected: after.expected,
            sensitive: self.before.is_sensitive(id) || self.after.is_sensitive(id),
        }
    }

    /// Says what became of an objective and its key results, as far as they stay in the cycle.
    fn members<'s>(&'s self, name: &Name, objective: &'s Objective) -> Members<'s> {
        let later = |name: &Name| self.comparison.later(name).filter(|later| later.cycle == name.cycle);
        let key_results = objective.key_results.iter().filter_map(|key_result| {
            let name = name.key_result(&key_result.id);
            let before = Given { key_result, ..self.before.given(&name)? };
            Some(Member { before, after: later(&name).and_then(|later| self.after.given(&later)) })
        });
        Members {
            objective,
            after: later(name).and_then(|later| self.comparison.after.objective(&later)),
            key_results: key_results.collect(),
        }
    }

    /// Gives the objectives whose own fields or key results differ.
    fn objectives(&self) -> Vec<ObjectiveChange<'a>> {
        let mut shown: BTreeMap<Homes, (Vec<Change>, Class)> = BTreeMap::new();
        for entry in &self.comparison.entries {
            let is_own = entry.name().key_result.is_none();
            for homes in self.homes(entry) {
                let (changes, class) = shown.entry(homes).or_default();
                *class = class.and(entry.class());
                if is_own {
                    changes.clone_from(&entry.changes);
                }
            }
        }
        let objectives = shown.into_iter();
        let mut objectives: Vec<ObjectiveChange<'a>> =
            objectives.filter_map(|((old, new), (changes, class))| self.objective(old, new, changes, class)).collect();
        objectives.sort_by(|a, b| a.name.cmp(&b.name));
        objectives
    }

    /// Gives the objectives that something belongs to. A key result that moved shows in the one that it left and in the
    /// one that it came to.
    fn homes(&self, entry: &Entry) -> Vec<Homes> {
        if entry.name().key_result.is_none() {
            return vec![(entry.before.clone(), entry.after.clone())];
        }
        let home = |name: &Option<Name>| name.as_ref().map(|name| Name::objective(&name.cycle, &name.objective));
        let left = home(&entry.before).map(|old| (Some(old.clone()), self.comparison.later(&old)));
        let came = home(&entry.after).map(|new| (self.comparison.former(&new), Some(new)));
        let mut homes: Vec<Homes> = left.into_iter().chain(came).collect();
        homes.dedup();
        homes
    }

    fn objective(
        &self,
        old: Option<Name>,
        new: Option<Name>,
        changes: Vec<Change>,
        class: Class,
    ) -> Option<ObjectiveChange<'a>> {
        let (before, after) = (self.seen(&self.before, &old), self.seen(&self.after, &new));
        let goalpost = before.is_some() && after.is_some() && moves_goalpost(&changes);
        let both = before.as_ref().zip(after.as_ref());
        let is_sensitive = |standings: &Standings<'_>, name: &Option<Name>| {
            name.as_ref().is_some_and(|n| standings.is_objective_sensitive(n))
        };
        Some(ObjectiveChange {
            change: what(&old, &new, class)?,
            goalpost,
            eased: both
                .filter(|_| goalpost)
                .and_then(|(before, after)| okr::objective_eased(before.objective, after.objective)),
            sensitive: is_sensitive(&self.before, &old) || is_sensitive(&self.after, &new),
            before,
            after,
            changes,
            former: old.clone().filter(|old| new.as_ref().is_some_and(|new| new != old)),
            name: new.or(old)?,
        })
    }

    fn key_result(&self, entry: &Entry) -> KeyResultChange<'a> {
        let (before, after) = (self.seen(&self.before, &entry.before), self.seen(&self.after, &entry.after));
        let is_sensitive = |seen: &Seen<'_>| seen.key_result.is_some_and(|key_result| key_result.sensitive);
        let goalpost = entry.before.is_some() && entry.after.is_some() && moves_goalpost(&entry.changes);
        let class = Class::of(&entry.changes);
        KeyResultChange {
            name: entry.name().clone(),
            former: entry.before.clone().filter(|old| entry.after.as_ref().is_some_and(|new| new != old)),
            change: what(&entry.before, &entry.after, class).expect("an entry differs in something"),
            sensitive: before.iter().chain(&after).any(is_sensitive),
            before,
            after,
            changes: entry.changes.clone(),
            goalpost,
            eased: if goalpost { self.eased(entry) } else { None },
            as_committed: self.as_committed(entry),
        }
    }

    /// Shows a goal of one side.
    fn seen(&self, standings: &Standings<'a>, name: &Option<Name>) -> Option<Seen<'a>> {
        let name = name.as_ref()?;
        let home = standings.side.objectives.get(&Name::objective(&name.cycle, &name.objective))?;
        let key_result = standings.side.key_result(name);
        let stand = match key_result {
            Some(key_result) => Stand::of_key_result(key_result, standings.key_result(name)?, self.today),
            None => Stand::of_objective(standings.objective(name)?),
        };
        let (objective, path) = (home.located.objective, home.located.file.path.as_str());
        Some(Seen { objective, key_result, path, line: home.line(key_result), stand })
    }

    /// Tells whether a key result became easier, by the last value before: with what holds where it says nothing itself.
    fn eased(&self, entry: &Entry) -> Option<bool> {
        let side = |standings: &Standings<'a>, name: &Option<Name>| {
            let name = name.as_ref()?;
            let standing = standings.key_result(name)?;
            Some(in_force(standings.side.key_result(name)?, standing))
        };
        let (before, after) = (side(&self.before, &entry.before)?, side(&self.after, &entry.after)?);
        okr::eased(&before, &after, before.value(self.today).or_else(|| after.value(self.today)))
    }

    fn as_committed(&self, entry: &Entry) -> Result<Option<f64>, NotCommitted> {
        let given = entry.after.as_ref().and_then(|name| Some((name, self.after.given(name)?)));
        let Some((name, given)) = given else { return Err(NotCommitted::NotThereAtLock) };
        let locked = self.locks.get(&name.cycle).and_then(|locks| locks.by_name.get(&name.to_string()));
        let locked = locked.map(|locked| okr::Locked {
            on: locked.on,
            key_result: &locked.key_result,
            objective: &locked.objective,
        });
        let standing = okr::as_committed(&given, locked.as_ref(), self.today, &self.after.thresholds)?;
        Ok(standing.progress)
    }
}

impl Comparison<'_> {
    /// Gives what a goal of afterwards was called before; `None` where it is new.
    fn former(&self, name: &Name) -> Option<Name> {
        let entry = self.entries.iter().find(|entry| entry.after.as_ref() == Some(name));
        entry.map_or_else(|| Some(name.clone()), |entry| entry.before.clone())
    }
}

impl Stand {
    fn of_objective(together: &Together) -> Self {
        Stand {
            progress: together.progress,
            raw: None,
            current: None,
            expected: together.expected,
            health: together.health,
            counted: together.counted,
            total: together.total,
        }
    }

    fn of_key_result(key_result: &KeyResult, standing: &Standing, today: Date) -> Self {
        Stand {
            progress: standing.progress,
            raw: standing.raw,
            current: key_result.value(today),
            expected: standing.expected,
            health: standing.health,
            counted: usize::from(standing.not_counted.is_none()),
            total: 1,
        }
    }
}

fn what(old: &Option<Name>, new: &Option<Name>, class: Class) -> Option<What> {
    match (old, new) {
        (None, _) => Some(What::Added),
        (_, None) => Some(What::Removed),
        (old, new) if old != new => Some(What::Moved),
        _ => class.what(),
    }
}

fn moves_goalpost(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.group == Group::Goalpost)
}

/// Fills in what holds for a key result that says nothing itself: the first check-in as the baseline, the promise and the
/// last day of its objective or cycle.
fn in_force(key_result: &KeyResult, standing: &Standing) -> KeyResult {
    let measure = key_result.measure.clone().map(|measure| match measure {
        Measure::Metric { baseline, goal } if !matches!(goal, Goal::Scale(_)) => {
            Measure::Metric { baseline: baseline.or(standing.baseline), goal }
        }
        measure => measure,
    });
    KeyResult { measure, commitment: standing.commitment, due: Some(standing.due), ..key_result.clone() }
}
