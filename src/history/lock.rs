//! Owns the lock: which definition a goal had when its cycle locked, and which changes landed after that.
//! Landing on the first-parent line is what counts, not committing.

use super::facts::NameId;
use super::graph::Graph;
use super::lines::counterpart;
use super::states::States;
use super::{Degraded, Event, EventKind, Past};
use crate::config::Config;
use crate::git::{Error, ObjectId};
use crate::okr::{Cycle, Fields, KeyResult, Name, Objective};
use crate::source::end_of_day;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// What a key result was when its definition locked.
#[derive(Debug, Clone, PartialEq)]
pub struct Locked {
    /// The last day on which it could change without a reason.
    pub on: Date,
    /// The key result on that day.
    pub key_result: KeyResult,
    /// Its fields on that day, as they were written.
    pub fields: Fields,
    /// Its objective on that day, without key results and initiatives.
    pub objective: Objective,
}

/// What the goals of one cycle were at their locks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Locks {
    /// The cycle's lock; `None` while the day is not over.
    pub on: Option<Date>,
    /// The commit whose tree holds the definitions; `None` where no commit is that old.
    pub commit: Option<ObjectId>,
    /// By full name: today's, or the last that a removed key result had.
    pub by_name: BTreeMap<String, Locked>,
    /// What did not read or is not there, so that a definition may be missing.
    pub degraded: Vec<Degraded>,
}

/// The first-parent line with the goals that landed on it.
pub(super) struct Line {
    /// Commits, newest first.
    pub(super) chain: Vec<usize>,
    /// By the last name that a goal had on the line: where on the line it first stood.
    landed: HashMap<NameId, usize>,
    /// What it was called when it was locked, and where: filled by [`Line::replay`].
    renames: Vec<(usize, NameId, NameId)>,
}

impl Line {
    /// Replays the first-parent line from its oldest commit on.
    pub(super) fn replay(graph: &mut Graph<'_>, states: &mut States<'_>, from: usize) -> Result<Self, Error> {
        let chain = graph.chain(from)?;
        let mut line = Line { chain, landed: HashMap::new(), renames: Vec::new() };
        let mut parent: Option<usize> = None;
        for at in (0..line.chain.len()).rev() {
            let commit = line.chain[at];
            let key = graph.key(commit)?;
            if parent.is_none_or(|parent| graph.commits[parent].key != key) {
                let differences = states.differences(graph, parent, Some(commit))?;
                let mut names = Vec::new();
                for file in differences {
                    if let Some(blob) = file.new {
                        states.parse(graph, graph.commits[commit].id, &file.path, blob)?;
                    }
                    names.extend(states.names_at(graph, commit, &file.path)?);
                }
                names.sort_unstable();
                names.dedup();
                for name in names {
                    let Some(here) = states.state(graph, commit, name)? else { continue };
                    let former = match parent {
                        Some(parent) => {
                            counterpart(graph, states, commit, Some(here), name, parent)?.map(|side| side.0)
                        }
                        None => None,
                    };
                    match former {
                        Some(former) if former == name => {}
                        Some(former) => {
                            let first = line.landed.get(&former).copied().unwrap_or(at);
                            line.landed.insert(name, first);
                            line.renames.push((at, former, name));
                        }
                        None => drop(line.landed.entry(name).or_insert(at)),
                    }
                }
            }
            parent = Some(commit);
        }
        Ok(line)
    }

    /// Finds the newest commit of the line that was recorded by the end of a day.
    pub(super) fn as_of(&self, graph: &Graph<'_>, day: Date) -> Option<usize> {
        let moment = end_of_day(day);
        self.chain.iter().position(|&commit| graph.commits[commit].seconds <= moment)
    }

    /// Gives the day on which a goal's definition locks: its cycle's, or later where it landed only after that.
    fn lock(&self, graph: &Graph<'_>, config: &Config, cycle: &Cycle, name: NameId) -> Option<Date> {
        let first = *self.landed.get(&name)?;
        if self.as_of(graph, cycle.lock).is_some_and(|at| first >= at) {
            return Some(cycle.lock);
        }
        let landed = super::events::day_of(graph.commits[self.chain[first]].seconds, 0);
        landed.checked_add(config.calendar.lock_after_days.days()).ok()
    }

    /// Gives what a goal was called at an older place of the line.
    fn name_at(&self, place: usize, name: NameId) -> NameId {
        let later = self.renames.iter().rev().take_while(|rename| rename.0 < place);
        later.fold(name, |name, &(_, former, new)| if new == name { former } else { name })
    }
}

impl Past<'_> {
    /// Gives the first-parent line, replayed once.
    pub(super) fn line(&mut self, start: usize) -> Result<Rc<Line>, Error> {
        if let Some(line) = &self.line {
            return Ok(Rc::clone(line));
        }
        let line = Rc::new(Line::replay(&mut self.graph, &mut self.states, start)?);
        Ok(Rc::clone(self.line.insert(line)))
    }

    /// Marks the definitions and removals that landed after the lock.
    pub(super) fn mark_late(&mut self, start: usize, events: &mut [Event]) -> Result<(), Error> {
        let judged = |event: &Event| matches!(event.kind, EventKind::Definition | EventKind::Removed);
        if !events.iter().any(judged) {
            return Ok(());
        }
        let line = self.line(start)?;
        let (graph, states, config) = (&self.graph, &self.states, self.config);
        let place: HashMap<ObjectId, usize> =
            line.chain.iter().enumerate().map(|(at, &commit)| (graph.commits[commit].id, at)).collect();
        // By the place of the lock on the line: the events off the line that must be looked for among its ancestors.
        let mut sought: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, event) in events.iter_mut().enumerate().filter(|(_, event)| judged(event)) {
            let Some(commit) = event.commit else { continue };
            let cycle = Name::parse(&event.name).and_then(|name| config.calendar.cycle(&name.cycle));
            let lock = cycle
                .zip(states.facts.find(&event.name))
                .and_then(|(cycle, name)| line.lock(graph, config, &cycle, name));
            let Some(at) = lock.and_then(|day| line.as_of(graph, day)) else { continue };
            match place.get(&commit) {
                Some(&own) => event.late = own < at,
                None => sought.entry(at).or_default().push(index),
            }
        }
        let mut seen = HashSet::new();
        // The oldest lock first: what it reaches is reached by every later one.
        for (&at, indexes) in sought.iter().rev() {
            let mut wanted: HashSet<ObjectId> = indexes.iter().filter_map(|&index| events[index].commit).collect();
            wanted.retain(|commit| !seen.contains(commit));
            let mut waiting = vec![graph.commits[line.chain[at]].id];
            let mut reached = HashSet::new();
            while let Some(id) = waiting.pop() {
                if !seen.insert(id) {
                    continue;
                }
                if wanted.contains(&id) {
                    reached.insert(id);
                }
                match graph.repository.commit(id) {
                    Ok(commit) => waiting.extend(commit.parents),
                    Err(Error::Missing { .. } | Error::Corrupt { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            for &index in indexes {
                events[index].late =
                    events[index].commit.is_some_and(|commit| wanted.contains(&commit) && !reached.contains(&commit));
            }
        }
        Ok(())
    }

    /// Finds the definitions of a cycle's key results at their locks, as far as those days are over on `today`.
    ///
    /// # Errors
    /// [`Error`] where the repository cannot be read; missing objects are in [`Locks::degraded`] instead.
    pub fn locks(&mut self, cycle: &Cycle, today: Date) -> Result<Locks, Error> {
        let mut locks = Locks::default();
        let Some(from) = self.start else { return Ok(locks) };
        let line = self.line(from)?;
        let (graph, states, config) = (&mut self.graph, &mut self.states, self.config);
        if today > cycle.lock {
            locks.on = Some(cycle.lock);
            locks.commit = line.as_of(graph, cycle.lock).map(|at| graph.commits[line.chain[at]].id);
        }
        let renamed: HashSet<NameId> = line.renames.iter().map(|rename| rename.1).collect();
        for &name in line.landed.keys() {
            let Some(full) = Name::parse(states.facts.text(name)).filter(|full| full.key_result.is_some()) else {
                continue;
            };
            let standing = states.state(graph, from, name)?.is_some();
            if full.cycle != cycle.id || (renamed.contains(&name) && !standing) {
                continue;
            }
            let Some(on) = line.lock(graph, config, cycle, name).filter(|&on| today > on) else { continue };
            let Some(at) = line.as_of(graph, on) else { continue };
            let then = line.name_at(at, name);
            let Some(state) = states.state(graph, line.chain[at], then)? else { continue };
            let home = Name::parse(states.facts.text(then)).and_then(|full| states.facts.home(&full));
            let objective = home.map(|home| states.state(graph, line.chain[at], home)).transpose()?.flatten();
            let Some(objective) = objective else { continue };
            let fields = states.facts.fields(state.facts);
            let locked = Locked {
                on,
                key_result: crate::syntax::key_result(&fields),
                fields,
                objective: crate::syntax::objective(&states.facts.fields(objective.facts)),
            };
            locks.by_name.insert(full.to_string(), locked);
        }
        locks.degraded = super::all_degraded(graph, states);
        Ok(locks)
    }
}
