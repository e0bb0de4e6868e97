//! Owns the lock: which definition a goal had when its cycle locked, and which changes landed after that.
//! Landing on the first-parent line is what counts, not committing.

use super::ancestry::{Ancestry, landings};
use super::graph::Walked;
use super::main_line::Line;
use super::walk::{Walk, all_degraded};
use super::{Degraded, Event, EventKind};
use crate::git::{Error, ObjectId};
use crate::okr::{Cycle, KeyResult, Name, Objective};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a key result was when its definition locked.
#[derive(Debug, Clone, PartialEq)]
pub struct Locked {
    /// The last day on which it could change without a reason.
    pub on: Date,
    /// The key result on that day.
    pub key_result: KeyResult,
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

impl Walk<'_> {
    /// Gives the first-parent line, replayed once, and from where an earlier run left it.
    fn line(&mut self, start: usize) -> Result<Rc<Line>, Error> {
        if let Some(line) = &self.line {
            return Ok(Rc::clone(line));
        }
        let (graph, states) = (&mut self.graph, &mut self.states);
        let known = self.ledger.as_ref().and_then(|ledger| ledger.line(states)).unwrap_or_default();
        let held = known.stops().last().copied();
        let line = Line::replay(graph, states, start, known)?;
        if let Some(ledger) =
            self.ledger.as_ref().filter(|_| line.stops().last().copied() != held && graph.missing.is_empty())
        {
            ledger.write_line(&line, states);
        }
        let line = Rc::new(line);
        Ok(Rc::clone(self.line.insert(line)))
    }

    /// Marks the definitions and removals that landed after the lock.
    pub(super) fn mark_late(&mut self, start: usize, walked: &Walked, events: &mut [Event]) -> Result<(), Error> {
        let judged = |event: &Event| matches!(event.kind, EventKind::Definition | EventKind::Removed);
        if !events.iter().any(judged) {
            return Ok(());
        }
        let line = self.line(start)?;
        let (graph, states, config) = (&mut self.graph, &self.states, self.config);
        let place = line.places();
        let reached = landings(graph, walked, &place);
        // By the place of the lock on the line: the commits off the line that must be looked for among its ancestors.
        let mut sought: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, event) in events.iter_mut().enumerate().filter(|(_, event)| judged(event)) {
            let Some(commit) = event.commit else { continue };
            let cycle = Name::parse(&event.name).and_then(|name| config.calendar.cycle(&name.cycle));
            let lock =
                cycle.zip(states.facts.find(&event.name)).and_then(|(cycle, name)| line.lock(config, &cycle, name));
            let Some(at) = lock.and_then(|day| line.as_of(day)) else { continue };
            match (place.get(&commit), reached.get(&commit)) {
                (Some(&own), _) => event.late = own > at,
                // What came to the line by then is no later for coming to it again.
                (None, Some(&first)) if first <= at => {}
                _ => sought.entry(at).or_default().push(index),
            }
        }
        let mut ancestry = Ancestry::default();
        for (at, indexes) in sought {
            let commits: BTreeSet<ObjectId> = indexes.iter().filter_map(|&index| events[index].commit).collect();
            let within = ancestry.within(graph, line.stop(at).0, &commits)?;
            for index in indexes {
                events[index].late = events[index].commit.is_some_and(|commit| !within.contains(&commit));
            }
        }
        self.is_certain &= !ancestry.is_lacking;
        Ok(())
    }

    /// Finds the definitions of a cycle's key results at their locks, as far as those days are over on `today`.
    pub(super) fn locks(&mut self, cycle: &Cycle, today: Date) -> Result<Locks, Error> {
        let mut locks = Locks::default();
        let Some(from) = self.start else { return Ok(locks) };
        let line = self.line(from)?;
        let (graph, states, config) = (&mut self.graph, &mut self.states, self.config);
        if today > cycle.lock {
            locks.on = Some(cycle.lock);
            locks.commit = line.as_of(cycle.lock).map(|at| line.stop(at).0);
        }
        let renamed = line.renamed();
        for name in line.names() {
            let Some(full) = Name::parse(states.facts.text(name)).filter(|full| full.key_result.is_some()) else {
                continue;
            };
            let standing = states.state(graph, from, name)?.is_some();
            if full.cycle != cycle.id || (renamed.contains(&name) && !standing) {
                continue;
            }
            let Some(on) = line.lock(config, cycle, name).filter(|&on| today > on) else { continue };
            let Some(at) = line.as_of(on) else { continue };
            let then = line.name_at(at, name);
            let Some(commit) = graph.load(line.stop(at).0)? else { continue };
            let Some(state) = states.state(graph, commit, then)? else { continue };
            let home = Name::parse(states.facts.text(then)).and_then(|full| states.facts.home(&full));
            let objective = home.map(|home| states.state(graph, commit, home)).transpose()?.flatten();
            let Some(objective) = objective else { continue };
            let locked = Locked {
                on,
                key_result: crate::syntax::key_result(&states.facts.fields(state.facts)),
                objective: crate::syntax::objective(&states.facts.fields(objective.facts)),
            };
            locks.by_name.insert(full.to_string(), locked);
        }
        locks.degraded = all_degraded(graph, &line.notes(states));
        Ok(locks)
    }
}
