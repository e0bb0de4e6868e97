//! Owns the one line per field: which commit set each field that the revision asked about has, all parents considered.
//! Never reads git by itself and never names an event.

use super::differences;
use super::facts::NameId;
use super::graph::{Graph, Walked};
use super::names::former;
use super::states::{Change, State, States, Touches};
use crate::git::Error;
use crate::okr::{Field, Name};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A set of fields, one bit each.
pub(super) type Mask = u64;
pub(super) const ALL: Mask = (1 << Field::ALL.len()) - 1;
const _: () = assert!(Field::ALL.len() < 64);

/// The fields that one commit set for one goal.
#[derive(Debug)]
pub(super) struct Turn {
    /// The commit.
    pub(super) commit: usize,
    /// The goal's name in the revision asked about.
    pub(super) today: NameId,
    /// What it was in the parent that the lines go on through.
    pub(super) before: Option<State>,
    /// What it is in the commit.
    pub(super) after: Option<State>,
    /// Which fields were set here.
    pub(super) set: Mask,
}

impl Turn {
    /// Lists the fields that were set here, in field order.
    pub(super) fn fields(&self) -> Vec<Field> {
        Field::ALL.iter().copied().filter(|&field| self.set & (1 << field as u32) != 0).collect()
    }
}

/// The lines that pass through a node. Most goals pass whole and under the name that they have today, so these are held
/// as everything but `except`.
#[derive(Debug, Default, Clone)]
struct Interest {
    whole: bool,
    except: HashMap<NameId, Mask>,
    /// By the name at the node and the name today: the fields.
    lines: BTreeMap<(NameId, NameId), Mask>,
}

impl Interest {
    fn is_empty(&self) -> bool {
        !self.whole && self.lines.is_empty()
    }

    /// Takes every line of a name out, each with the name today.
    fn take(&mut self, name: NameId, taken: &mut Vec<(NameId, Mask)>) {
        taken.clear();
        while let Some((&key, &mask)) = self.lines.range((name, 0)..=(name, NameId::MAX)).next() {
            self.lines.remove(&key);
            taken.push((key.1, mask));
        }
        if self.whole {
            let own = ALL & !self.except.get(&name).copied().unwrap_or(0);
            if own != 0 {
                taken.push((name, own));
                self.except.insert(name, ALL);
            }
        }
    }

    fn give(&mut self, name: NameId, today: NameId, mask: Mask) {
        if self.whole && name == today {
            if let Some(except) = self.except.get_mut(&name) {
                *except &= !mask;
                if *except == 0 {
                    self.except.remove(&name);
                }
            }
            return;
        }
        *self.lines.entry((name, today)).or_default() |= mask;
    }

    /// Joins lines that come to the same node. Each line is in one place, so at most one side is whole.
    fn join(&mut self, mut other: Interest) {
        if other.whole {
            std::mem::swap(self, &mut other);
        }
        for ((name, today), mask) in other.lines {
            self.give(name, today, mask);
        }
    }
}

/// Follows every line of every goal from the walk's start back, and gives where each field was set, newest first.
pub(super) fn follow(
    graph: &mut Graph<'_>,
    states: &mut States<'_>,
    walked: &Walked,
    full_history: bool,
) -> Result<Vec<Turn>, Error> {
    // Packs stay mapped while anybody has them open: what one step mapped the next need not map again.
    let open = super::lanes(graph.repository)?;
    let found = differences::of_nodes(graph, states.paths(), &walked.nodes)?;
    graph.missing.extend(found.missing);
    graph.read.trees += found.trees;
    let touches = states.take_all(graph, &walked.nodes, found.all)?;
    drop(open);
    let mut changed = Vec::with_capacity(walked.nodes.len());
    for (node, touches) in walked.nodes.iter().zip(&touches) {
        let parent = node.parents.first().copied().flatten().map(|parent| walked.nodes[parent].commit);
        changed.push(states.changes(graph, node.commit, parent, touches)?);
    }
    let mut turns = Vec::new();
    let (mut taken, mut sent) = (Vec::new(), Vec::new());
    let mut interests: Vec<Interest> = vec![Interest::default(); walked.nodes.len()];
    if let Some(start) = walked.start {
        interests[start].whole = true;
    }
    for (at, node) in walked.nodes.iter().enumerate() {
        let mut interest = std::mem::take(&mut interests[at]);
        if interest.is_empty() || (graph.is_bare_of_goals(node.commit) && !full_history) {
            continue;
        }
        let parents: Vec<Option<usize>> =
            node.parents.iter().map(|parent| parent.map(|parent| walked.nodes[parent].commit)).collect();
        let mut junction = Junction {
            commit: node.commit,
            parents: &parents,
            touches: &touches[at],
            claimed: HashSet::new(),
            sent: &mut sent,
        };
        junction.claim(graph, states, &changed[at])?;
        for change in &changed[at] {
            interest.take(change.name, &mut taken);
            for &(today, mask) in &taken {
                junction.route(graph, states, change, today, mask, &mut turns)?;
                for &(route, name, mask) in junction.sent.iter() {
                    if let Some(&Some(parent)) = node.parents.get(route) {
                        interests[parent].give(name, today, mask);
                    }
                }
            }
        }
        // All that this commit did not change goes on through the first parent.
        if let Some(&Some(parent)) = node.parents.first() {
            let waiting = std::mem::take(&mut interests[parent]);
            interest.join(waiting);
            interests[parent] = interest;
        }
    }
    Ok(turns)
}

/// A node with its parents, where lines part.
struct Junction<'a> {
    commit: usize,
    parents: &'a [Option<usize>],
    touches: &'a Touches,
    /// Names that went from the first parent because a goal here has them as an alias.
    claimed: HashSet<NameId>,
    /// Where the lines of the last goal went: the parent, the name there, the fields.
    sent: &'a mut Vec<(usize, NameId, Mask)>,
}

impl Junction<'_> {
    /// Finds the names that goals here claim as their former ones.
    fn claim(&mut self, graph: &mut Graph<'_>, states: &mut States<'_>, changes: &[Change]) -> Result<(), Error> {
        let Some(&Some(first)) = self.parents.first() else { return Ok(()) };
        // A name that the first parent has is its own counterpart there.
        for change in changes.iter().filter(|change| change.before.is_none()) {
            let side = former_state(graph, states, self.commit, change.after, change.name, first)?;
            self.claimed.extend(side.map(|side| side.0));
        }
        Ok(())
    }

    /// Sends the lines of one goal on: to each parent, under the goal's name there, the fields. Fields that no parent
    /// has alike are a turn.
    fn route(
        &mut self,
        graph: &mut Graph<'_>,
        states: &mut States<'_>,
        change: &Change,
        today: NameId,
        mask: Mask,
        turns: &mut Vec<Turn>,
    ) -> Result<(), Error> {
        let sent = &mut *self.sent;
        sent.clear();
        let Change { name, before, after, .. } = *change;
        let facts = |state: Option<State>| state.map(|state| state.facts);
        if before.is_some() && self.parents.len() == 1 {
            // Nearly every commit is no merge, and nearly every change is to a goal that was there.
            let set = mask & !states.facts.alike(facts(after), facts(before));
            if set != 0 && (after.is_some() || !self.claimed.contains(&name)) {
                turns.push(Turn { commit: self.commit, today, before, after, set });
                sent.push((0, name, mask));
            } else if mask != set {
                sent.push((0, name, mask & !set));
            }
            return Ok(());
        }
        let mut sides: Vec<Option<(NameId, State)>> = Vec::with_capacity(self.parents.len().max(1));
        for (index, &parent) in self.parents.iter().enumerate() {
            let Some(parent) = parent else {
                sides.push(None);
                continue;
            };
            let same = match index {
                0 => change.before,
                _ => states.state_at_parent(graph, self.touches, change, index, parent)?,
            };
            sides.push(match same {
                Some(state) => Some((name, state)),
                None => former_state(graph, states, self.commit, after, name, parent)?,
            });
        }
        if sides.is_empty() {
            sides.push(None);
        }
        let mut routes: Vec<Mask> = vec![0; sides.len()];
        let mut set = mask;
        for (route, side) in routes.iter_mut().zip(&sides) {
            *route = set & states.facts.alike(facts(after), facts(side.map(|side| side.1)));
            set &= !*route;
        }
        if set != 0 {
            let base = sides.iter().position(Option::is_some).unwrap_or(0);
            // A name that a goal here claims as its former one ends without a word: its past is that goal's.
            if after.is_some() || base != 0 || !self.claimed.contains(&name) {
                routes[base] |= set;
                turns.push(Turn { commit: self.commit, today, before: sides[base].map(|side| side.1), after, set });
            }
        }
        let there = |side: usize| sides[side].map_or(name, |side| side.0);
        sent.extend((0..sides.len()).filter(|&side| routes[side] != 0).map(|side| (side, there(side), routes[side])));
        Ok(())
    }
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
