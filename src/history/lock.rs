//! Owns the lock: which definition a goal had when its cycle locked, and which changes landed after that.
//! Landing on the first-parent line is what counts, not committing.

use super::ancestry::{Ancestry, landings};
use super::main_line::Line;
use super::simplified::Walked;
use super::walk::{Walk, all_degraded};
use super::{Degraded, Event, EventKind};
use crate::git::{Error, ObjectId};
use crate::okr::{Cycle, Fields, KeyResult, Name, Objective};
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

impl Walk<'_> {
    /// Gives the first-parent line, replayed once, and from where an earlier run left it.
    pub(super) fn line(&mut self, start: usize) -> Result<Rc<Line>, Error> {
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
    pub(super) fn locks(&mut self, cycle: &Cycle, today: Date) -> Result<Agreed, Error> {
        let mut agreed = Agreed::new(cycle, today);
        let Some(from) = self.start else { return Ok(agreed) };
        let line = self.line(from)?;
        let (graph, states, config) = (&mut self.graph, &mut self.states, self.config);
        agreed.commit = agreed.on.and_then(|on| line.as_of(on)).map(|at| line.stop(at).0);
        let renamed = line.renamed();
        for name in line.names() {
            let Some(full) = Name::parse(states.facts.text(name)).filter(|full| full.key_result.is_some()) else {
                continue;
            };
            if full.cycle != cycle.id {
                continue;
            }
            let standing = states.state(graph, from, name)?.is_some();
            if renamed.contains(&name) && !standing {
                continue;
            }
            let Some(on) = line.lock(config, cycle, name).filter(|&on| agreed.is_over(on, today)) else { continue };
            let Some(at) = line.as_of(on) else { continue };
            let then = line.name_at(at, name);
            let Some(commit) = graph.load(line.stop(at).0)? else { continue };
            let Some(state) = states.state(graph, commit, then)? else { continue };
            let home = Name::parse(states.facts.text(then)).and_then(|full| states.facts.home(&full));
            let objective = home.map(|home| states.state(graph, commit, home)).transpose()?.flatten();
            let Some(objective) = objective else { continue };
            agreed.goals.push(Goal {
                name: full.to_string(),
                on,
                key_result: states.facts.fields(state.facts),
                objective: states.facts.fields(objective.facts),
            });
        }
        agreed.goals.sort_by(|a, b| a.name.cmp(&b.name));
        agreed.degraded = all_degraded(graph, &line.notes(states));
        Ok(agreed)
    }
}

/// What a key result was when its definition locked, field by field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Goal {
    pub(super) name: String,
    pub(super) on: Date,
    pub(super) key_result: Fields,
    pub(super) objective: Fields,
}

/// What [`Locks`] are made of, and on which days they are the same.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Agreed {
    pub(super) on: Option<Date>,
    pub(super) commit: Option<ObjectId>,
    /// By name.
    pub(super) goals: Vec<Goal>,
    pub(super) degraded: Vec<Degraded>,
    /// The last lock that is over, and the next that is not.
    pub(super) between: (Option<Date>, Option<Date>),
}

impl Agreed {
    fn new(cycle: &Cycle, today: Date) -> Self {
        let mut agreed =
            Agreed { on: None, commit: None, goals: Vec::new(), degraded: Vec::new(), between: (None, None) };
        agreed.on = agreed.is_over(cycle.lock, today).then_some(cycle.lock);
        agreed
    }

    /// Tells whether the day of a lock is over, and remembers that it mattered.
    fn is_over(&mut self, lock: Date, today: Date) -> bool {
        let (last, next) = &mut self.between;
        let over = today > lock;
        match over {
            true => *last = Some(last.map_or(lock, |last| last.max(lock))),
            false => *next = Some(next.map_or(lock, |next| next.min(lock))),
        }
        over
    }

    /// Tells whether the same was agreed on another day.
    pub(super) fn holds_on(&self, today: Date) -> bool {
        self.between.0.is_none_or(|last| today > last) && self.between.1.is_none_or(|next| today <= next)
    }
}

impl From<Agreed> for Locks {
    fn from(agreed: Agreed) -> Self {
        let locked = |goal: Goal| {
            let key_result = crate::syntax::key_result(&goal.key_result);
            let objective = crate::syntax::objective(&goal.objective);
            (goal.name, Locked { on: goal.on, key_result, fields: goal.key_result, objective })
        };
        Locks {
            on: agreed.on,
            commit: agreed.commit,
            by_name: agreed.goals.into_iter().map(locked).collect(),
            degraded: agreed.degraded,
        }
    }
}
