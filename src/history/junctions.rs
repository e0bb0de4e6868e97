//! Owns what each node did to the goals, all parents considered: what a goal was, and under which name, in each of them.
//! Never follows a line.

use super::facts::{Facts, NameId};
use super::graph::Graph;
use super::names::former;
use super::simplified::Walked;
use super::states::{Change, PathId, State, States, Touches};
use super::{MANY, differences};
use crate::git::Error;
use crate::okr::{Field, Name};
use std::rc::Rc;

/// What a goal was in a parent: its name there, and its state.
pub(super) type Side = Option<(NameId, State)>;

/// One goal that differs between a node and its first parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crossing {
    pub(super) name: NameId,
    /// What it is in the node.
    pub(super) after: Option<State>,
    /// What it was in the first parent.
    pub(super) first: Side,
}

/// What one node did.
#[derive(Debug, Default)]
pub(super) struct Junction {
    /// By number of name.
    pub(super) crossings: Vec<Crossing>,
    /// For each crossing, what the goal was in each further parent.
    pub(super) further: Vec<Side>,
    /// What did not read in the files that it changed.
    pub(super) notes: Vec<(PathId, Rc<str>)>,
}

impl Junction {
    /// Gives each goal with what it was in every parent.
    fn sides(&self) -> impl Iterator<Item = (&Crossing, impl Iterator<Item = &(NameId, State)>)> {
        let more = self.further.len().checked_div(self.crossings.len()).unwrap_or(0);
        self.crossings.iter().enumerate().map(move |(index, crossing)| {
            let further = &self.further[index * more..(index + 1) * more];
            (crossing, std::iter::once(&crossing.first).chain(further).flatten())
        })
    }

    /// Lists the goals that were called otherwise in some parent, with that name.
    pub(super) fn renames(&self) -> impl Iterator<Item = (NameId, NameId)> {
        let pairs = self.sides().flat_map(|(crossing, sides)| sides.map(|side| (crossing.name, side.0)));
        pairs.filter(|(name, former)| name != former)
    }

    /// Lists the goals that are sensitive, or were in some parent.
    pub(super) fn sensitive(&self, facts: &Facts) -> impl Iterator<Item = NameId> {
        let is = |state: State| {
            facts.value(state.facts, Field::Sensitive).is_some_and(|value| value.as_bool() == Some(true))
        };
        self.sides().filter_map(move |(crossing, mut sides)| {
            (crossing.after.is_some_and(is) || sides.any(|side| is(side.1))).then_some(crossing.name)
        })
    }
}

/// What nodes did.
#[derive(Debug, Default)]
pub(super) struct Junctions {
    all: Vec<Junction>,
    /// By commit, of which few are nodes: index among these, from 1.
    of: Vec<u32>,
    /// The one that did nothing, for all that did not: where some goals alone are asked for that is nearly each.
    nothing: Option<u32>,
}

impl Junctions {
    /// Gives what a commit did, if it is a node that was looked at.
    pub(super) fn get(&self, commit: usize) -> Option<&Junction> {
        self.all.get((*self.of.get(commit)? as usize).checked_sub(1)?)
    }

    /// Takes what a commit did.
    pub(super) fn insert(&mut self, commit: usize, junction: Junction) {
        if self.of.len() <= commit {
            self.of.resize(commit + 1, 0);
        }
        let is_nothing = junction.crossings.is_empty() && junction.notes.is_empty();
        self.of[commit] = match self.nothing {
            Some(nothing) if is_nothing => nothing,
            _ => {
                self.all.push(junction);
                let own = u32::try_from(self.all.len()).expect("history holds fewer than 2^32 commits");
                self.nothing = self.nothing.or(is_nothing.then_some(own));
                own
            }
        };
    }

    /// Finds what the nodes of a walk did that were not looked at before.
    pub(super) fn complete(
        &mut self,
        graph: &mut Graph<'_>,
        states: &mut States<'_>,
        walked: &Walked,
    ) -> Result<(), Error> {
        let nodes = &walked.nodes;
        let fresh: Vec<usize> = (0..nodes.len()).filter(|&at| self.get(nodes[at].commit).is_none()).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        for &at in &fresh {
            for parent in walked.parents(&nodes[at]).flatten() {
                graph.key(nodes[parent].commit)?;
            }
        }
        let found = differences::of_nodes(graph, states.paths(), walked, &fresh)?;
        graph.missing.extend(found.missing);
        graph.read.trees += found.trees;
        let commits: Vec<usize> = fresh.iter().map(|&at| nodes[at].commit).collect();
        // Of the packs the blobs need other pages than the trees: those of a long history take hundreds of megabytes. Of a
        // few commits it would cost more to open them again.
        if fresh.len() >= MANY {
            graph.release();
            states.release();
        }
        let touches = states.take_all(graph, &commits, found.all)?;
        for (&at, touches) in fresh.iter().zip(&touches) {
            let parents: Vec<Option<usize>> =
                walked.parents(&nodes[at]).map(|parent| parent.map(|parent| nodes[parent].commit)).collect();
            let junction = junction(graph, states, nodes[at].commit, &parents, touches)?;
            self.insert(nodes[at].commit, junction);
        }
        Ok(())
    }
}

/// Finds what one node did. Each parent is the commit that the line through it comes to.
fn junction(
    graph: &mut Graph<'_>,
    states: &mut States<'_>,
    commit: usize,
    parents: &[Option<usize>],
    touches: &Touches,
) -> Result<Junction, Error> {
    let first = parents.first().copied().flatten();
    let changes = states.changes(graph, commit, first, touches)?;
    let mut crossings = Vec::with_capacity(changes.len());
    let mut further = Vec::new();
    for change in &changes {
        let Change { name, before, after, .. } = *change;
        let side = |states: &mut States<'_>, graph: &mut Graph<'_>, same: Option<State>, parent| match same {
            Some(state) => Ok(Some((name, state))),
            None => former_state(graph, states, commit, after, name, parent),
        };
        let before = match first {
            Some(first) => side(states, graph, before, first)?,
            None => None,
        };
        crossings.push(Crossing { name, after, first: before });
        for (index, &parent) in parents.iter().enumerate().skip(1) {
            further.push(match parent {
                Some(parent) => {
                    let same = states.state_at_parent(graph, touches, change, index, parent)?;
                    side(states, graph, same, parent)?
                }
                None => None,
            });
        }
    }
    Ok(Junction { crossings, further, notes: states.notes(touches) })
}

/// Finds what a goal was in a parent: the same name, else the first of its aliases that is there and not here.
pub(super) fn counterpart(
    graph: &mut Graph<'_>,
    states: &mut States<'_>,
    commit: usize,
    here: Option<State>,
    name: NameId,
    parent: usize,
) -> Result<Option<(NameId, State)>, Error> {
    match states.state(graph, parent, name)? {
        Some(state) => Ok(Some((name, state))),
        None => former_state(graph, states, commit, here, name, parent),
    }
}

/// Finds what a goal was in a parent that does not have its name: the first of its aliases that is there and not here.
fn former_state(
    graph: &mut Graph<'_>,
    states: &mut States<'_>,
    commit: usize,
    here: Option<State>,
    name: NameId,
    parent: usize,
) -> Result<Option<(NameId, State)>, Error> {
    let Some(here) = here.filter(|_| states.facts.aliases) else { return Ok(None) };
    let Some(full) = Name::parse(states.facts.text(name)) else { return Ok(None) };
    let home = states.facts.home(&full);
    let objective = home.map(|home| states.state(graph, commit, home)).transpose()?.flatten();
    let own = states.facts.fields(here.facts);
    let objective = objective.map(|state| states.facts.fields(state.facts));
    for alias in former(&full, &own, objective.as_ref()) {
        let Some(alias) = states.facts.find(&alias) else { continue };
        if let Some(state) = states.state(graph, parent, alias)?
            && states.state(graph, commit, alias)?.is_none()
        {
            return Ok(Some((alias, state)));
        }
    }
    Ok(None)
}
