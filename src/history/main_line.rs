//! Owns the first-parent line: which goals landed on it, where, and under which names.
//! Never decides what a lock means.

use super::facts::NameId;
use super::graph::Graph;
use super::junctions::counterpart;
use super::states::{PathId, States};
use super::walk::Notes;
use crate::config::Config;
use crate::git::{Error, ObjectId};
use crate::okr::Cycle;
use crate::source::end_of_day;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The first-parent line with the goals that landed on it. Of its commits only those are held that anybody can ask for:
/// those that changed goals, and the newest of each day. Places count from the oldest one.
///
/// What is known of a place depends on what lies below it alone, so that a line can be cut anywhere, and gone on with.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Id and time of each commit.
    stops: Vec<(ObjectId, i64)>,
    /// What landed: at which place, a name, and the place where the goal first stood.
    pub(super) landings: Vec<(usize, NameId, usize)>,
    /// At which place a goal was called otherwise, how until then, and how from then on.
    pub(super) renames: Vec<(usize, NameId, NameId)>,
    /// What did not read of what landed.
    pub(super) unread: Vec<(usize, PathId, Rc<str>)>,
    /// By the last name that a goal had on the line: where on the line it first stood.
    landed: HashMap<NameId, usize>,
}

impl Line {
    /// Puts a line together from what another one held.
    pub(super) fn of(
        stops: Vec<(ObjectId, i64)>,
        landings: Vec<(usize, NameId, usize)>,
        renames: Vec<(usize, NameId, NameId)>,
        unread: Vec<(usize, PathId, Rc<str>)>,
    ) -> Self {
        let landed = landings.iter().map(|&(_, name, first)| (name, first)).collect();
        Line { stops, landings, renames, unread, landed }
    }

    /// Gives id and time of the commit at a place.
    pub(super) fn stop(&self, at: usize) -> (ObjectId, i64) {
        self.stops[at]
    }

    /// Lists ids and times of the commits, the oldest first.
    pub(super) fn stops(&self) -> &[(ObjectId, i64)] {
        &self.stops
    }

    /// Gives the places by commit.
    pub(super) fn places(&self) -> HashMap<ObjectId, usize> {
        self.stops.iter().enumerate().map(|(at, stop)| (stop.0, at)).collect()
    }

    /// Lists the names that landed.
    pub(super) fn names(&self) -> impl Iterator<Item = NameId> + '_ {
        self.landed.keys().copied()
    }

    /// Lists the names that became others.
    pub(super) fn renamed(&self) -> HashSet<NameId> {
        self.renames.iter().map(|rename| rename.1).collect()
    }

    /// Gives what did not read.
    pub(super) fn notes(&self, states: &States<'_>) -> Notes {
        let mut notes = Notes::default();
        for (at, path, note) in &self.unread {
            notes.take(states, self.stops[*at].0, [&(*path, note.clone())]);
        }
        notes
    }

    /// Forgets all that lies above a place.
    fn cut(self, top: usize) -> Self {
        let Line { mut stops, mut landings, mut renames, mut unread, .. } = self;
        stops.truncate(top + 1);
        landings.retain(|landing| landing.0 <= top);
        renames.retain(|rename| rename.0 <= top);
        unread.retain(|note| note.0 <= top);
        Line::of(stops, landings, renames, unread)
    }

    /// Replays the first-parent line of a commit, from where it leaves a line that is known.
    pub(super) fn replay(
        graph: &mut Graph<'_>,
        states: &mut States<'_>,
        from: usize,
        known: Line,
    ) -> Result<Self, Error> {
        let places = known.places();
        let (chain, met) = graph.chain(from, |id| places.contains_key(&id))?;
        let (mut line, mut parent) = match met {
            Some(commit) => (known.cut(places[&graph.id(commit)]), Some(commit)),
            None => (Line::default(), None),
        };
        let day = |graph: &Graph<'_>, commit: usize| graph.commits[commit].seconds.div_euclid(86_400);
        for (index, &commit) in chain.iter().enumerate().rev() {
            let key = graph.key(commit)?;
            let changed = match parent {
                Some(parent) => graph.key(parent)? != key,
                None => true,
            };
            // Who asks for the end of a day comes to the newest commit of some day.
            let last = index.checked_sub(1).is_none_or(|newer| day(graph, chain[newer]) != day(graph, commit));
            if changed || last {
                line.stops.push((graph.id(commit), graph.commits[commit].seconds));
            }
            if changed {
                line.land(graph, states, commit, parent)?;
            }
            parent = Some(commit);
        }
        Ok(line)
    }

    /// Takes what its newest commit changed against the one before.
    fn land(
        &mut self,
        graph: &mut Graph<'_>,
        states: &mut States<'_>,
        commit: usize,
        parent: Option<usize>,
    ) -> Result<(), Error> {
        let at = self.stops.len() - 1;
        let differences = states.differences(graph, parent, Some(commit))?;
        let mut names = Vec::new();
        for file in differences {
            if let Some(blob) = file.new {
                let id = graph.id(commit);
                let notes = states.parse(graph, id, &file.path, blob)?;
                self.unread.extend(notes.into_iter().map(|(path, note)| (at, path, note)));
            }
            names.extend(states.names_at(graph, commit, &file.path)?);
        }
        names.sort_unstable();
        names.dedup();
        for name in names {
            let Some(here) = states.state(graph, commit, name)? else { continue };
            let former = match parent {
                Some(parent) => counterpart(graph, states, commit, Some(here), name, parent)?.map(|side| side.0),
                None => None,
            };
            match former {
                Some(former) if former == name => {}
                Some(former) => {
                    let first = self.landed.get(&former).copied().unwrap_or(at);
                    self.landings.push((at, name, first));
                    self.landed.insert(name, first);
                    self.renames.push((at, former, name));
                }
                None if self.landed.contains_key(&name) => {}
                None => {
                    self.landings.push((at, name, at));
                    self.landed.insert(name, at);
                }
            }
        }
        Ok(())
    }

    /// Finds the newest commit of the line that was recorded by the end of a day.
    pub(super) fn as_of(&self, day: Date) -> Option<usize> {
        let moment = end_of_day(day);
        self.stops.iter().rposition(|stop| stop.1 <= moment)
    }

    /// Gives the day on which a goal's definition locks: its cycle's, or later where it landed only after that.
    pub(super) fn lock(&self, config: &Config, cycle: &Cycle, name: NameId) -> Option<Date> {
        let first = *self.landed.get(&name)?;
        if self.as_of(cycle.lock).is_some_and(|at| first <= at) {
            return Some(cycle.lock);
        }
        let landed = super::events::day_of(self.stops[first].1, 0);
        landed.checked_add(config.calendar.lock_after_days.days()).ok()
    }

    /// Gives what a goal was called at an older place of the line.
    pub(super) fn name_at(&self, place: usize, name: NameId) -> NameId {
        let later = self.renames.iter().rev().take_while(|rename| rename.0 > place);
        later.fold(name, |name, &(_, former, new)| if new == name { former } else { name })
    }
}
