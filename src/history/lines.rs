//! Owns the one line per field: which commit set each field that the revision asked about has, all parents considered.
//! Never reads git by itself and never names an event.

use super::facts::{Facts, NameId};
use super::graph::Graph;
use super::junctions::{Crossing, Junctions, Side};
use super::simplified::Walked;
use super::states::State;
use crate::okr::Field;
use foldhash::{HashMap, HashSet};
use std::collections::BTreeMap;

/// A set of fields, one bit each.
pub(super) type Mask = u64;
pub(super) const ALL: Mask = (1 << Field::ALL.len()) - 1;
const _: () = assert!(Field::ALL.len() < 64);

/// Gives the bit of a field.
pub(super) const fn bit(field: Field) -> Mask {
    1 << field as u32
}

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
    graph: &Graph<'_>,
    junctions: &Junctions,
    facts: &Facts,
    walked: &Walked,
    full_history: bool,
) -> Vec<Turn> {
    let mut turns = Vec::new();
    let (mut taken, mut sent) = (Vec::new(), Vec::new());
    // Few nodes have lines of their own to wait for; what is everything but a little moves from node to node as it is.
    let mut interests: Vec<Option<Box<Interest>>> = vec![None; walked.nodes.len()];
    if let Some(start) = walked.start {
        interests[start] = Some(Box::new(Interest { whole: true, ..Interest::default() }));
    }
    for (at, node) in walked.nodes.iter().enumerate() {
        let Some(mut interest) = interests[at].take() else { continue };
        if interest.is_empty() || (graph.is_bare_of_goals(node.commit) && !full_history) {
            continue;
        }
        let Some(junction) = junctions.get(node.commit) else { continue };
        let first = |crossing: &Crossing| crossing.first.filter(|first| first.0 != crossing.name);
        // Names that go from the first parent because a goal here has them as an alias.
        let claimed: HashSet<NameId> = junction.crossings.iter().filter_map(first).map(|first| first.0).collect();
        let mut crossroads = Crossroads { commit: node.commit, facts, claimed, sent: &mut sent };
        let more = walked.parents(node).len().saturating_sub(1);
        for (index, crossing) in junction.crossings.iter().enumerate() {
            interest.take(crossing.name, &mut taken);
            let further = &junction.further[index * more..(index + 1) * more];
            for &(today, mask) in &taken {
                turns.extend(crossroads.route(crossing, further, today, mask));
                for &(route, name, mask) in crossroads.sent.iter() {
                    if let Some(Some(parent)) = walked.parents(node).nth(route) {
                        interests[parent].get_or_insert_default().give(name, today, mask);
                    }
                }
            }
        }
        // All that this commit did not change goes on through the first parent.
        if let Some(Some(parent)) = walked.parents(node).next() {
            if let Some(waiting) = interests[parent].take() {
                interest.join(*waiting);
            }
            interests[parent] = Some(interest);
        }
    }
    turns
}

/// A node where lines part.
struct Crossroads<'a> {
    commit: usize,
    facts: &'a Facts,
    claimed: HashSet<NameId>,
    /// Where the lines of the last goal went: the parent, the name there, the fields.
    sent: &'a mut Vec<(usize, NameId, Mask)>,
}

impl Crossroads<'_> {
    /// Sends the lines of one goal on: to each parent, under the goal's name there, the fields. Fields that no parent
    /// has alike are a turn.
    fn route(&mut self, crossing: &Crossing, further: &[Side], today: NameId, mask: Mask) -> Option<Turn> {
        let sent = &mut *self.sent;
        sent.clear();
        let (commit, name, after) = (self.commit, crossing.name, crossing.after);
        let alike = |side: Side| self.facts.alike(after.map(|state| state.facts), side.map(|side| side.1.facts));
        let there = |side: Side| side.map_or(name, |side| side.0);
        let state = |side: Side| side.map(|side| side.1);
        let mut set = mask;
        for (index, &side) in std::iter::once(&crossing.first).chain(further).enumerate() {
            let route = set & alike(side);
            set &= !route;
            if route != 0 {
                sent.push((index, there(side), route));
            }
        }
        if set == 0 {
            return None;
        }
        let mut sides = std::iter::once(&crossing.first).chain(further).copied();
        let (base, side) = sides.by_ref().enumerate().find(|side| side.1.is_some()).unwrap_or((0, crossing.first));
        // A name that a goal here claims as its former one ends without a word: its past is that goal's.
        if after.is_none() && base == 0 && self.claimed.contains(&name) {
            return None;
        }
        match sent.iter_mut().find(|sent| sent.0 == base) {
            Some(sent) => sent.2 |= set,
            None => sent.push((base, there(side), set)),
        }
        Some(Turn { commit, today, before: state(side), after, set })
    }
}
