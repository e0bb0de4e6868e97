//! Owns the question which commits are behind which, all parents considered, whatever they say of goals.
//! Never reads a tree.

use super::graph::Graph;
use super::simplified::Walked;
use crate::git::{Error, ObjectId};
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

/// Finds the oldest place of the first-parent line behind which each node surely is: that from which a line of goals
/// comes to it. There may be older ones, whose lines of goals go elsewhere.
pub(super) fn landings(
    graph: &mut Graph<'_>,
    walked: &Walked,
    places: &HashMap<ObjectId, usize>,
) -> HashMap<ObjectId, usize> {
    let mut oldest: Vec<Option<usize>> = vec![None; walked.nodes.len()];
    let take = |node: usize, place: usize, oldest: &mut Vec<Option<usize>>| {
        let known = &mut oldest[node];
        *known = Some(known.map_or(place, |known| known.min(place)));
    };
    for (&id, &place) in places {
        if let Some(node) = graph.known(id).and_then(|commit| walked.node_of(commit)) {
            take(node, place, &mut oldest);
        }
    }
    for (at, node) in walked.nodes.iter().enumerate() {
        let Some(place) = oldest[at] else { continue };
        walked.parents(node).flatten().for_each(|parent| take(parent, place, &mut oldest));
    }
    let nodes = walked.nodes.iter().zip(oldest);
    nodes.filter_map(|(node, place)| Some((graph.id(node.commit), place?))).collect()
}

/// Marks a commit that is behind the one asked about; the other bits stand for the commits that are looked for.
const BEHIND: u64 = 1 << 63;

/// Times and parents of commits, read once.
#[derive(Debug, Default)]
pub(super) struct Ancestry {
    known: HashMap<ObjectId, (i64, Vec<ObjectId>)>,
    /// Whether a commit was asked for that is not in this clone; it counts as the first of all.
    pub(super) is_lacking: bool,
}

impl Ancestry {
    /// Finds those commits that are behind another.
    ///
    /// Both sides are followed back, the newest commit first, as `git merge-base` does: what is behind one that is looked
    /// for cannot lead to it, so all ends where every line has come to what is behind all of them.
    pub(super) fn within(
        &mut self,
        graph: &Graph<'_>,
        of: ObjectId,
        sought: &BTreeSet<ObjectId>,
    ) -> Result<HashSet<ObjectId>, Error> {
        let mut found = HashSet::new();
        let all: Vec<ObjectId> = sought.iter().copied().collect();
        for together in all.chunks(63) {
            let mut marks: HashMap<ObjectId, u64> = HashMap::new();
            let mut waiting = BinaryHeap::new();
            let starts = together.iter().enumerate().map(|(bit, &id)| (id, 1 << bit)).chain([(of, BEHIND)]);
            for (id, mark) in starts {
                *marks.entry(id).or_default() |= mark;
                waiting.push((self.ties(graph, id)?.0, id));
            }
            let everything = BEHIND | (BEHIND >> (63 - together.len())).wrapping_sub(1);
            // How many that wait are not behind everything: once there is none, no line leads anywhere new.
            let mut open = waiting.len();
            let mut queued: HashMap<ObjectId, u64> = marks.clone();
            while let Some((_, id)) = waiting.pop() {
                let own = marks[&id];
                if queued.remove(&id).is_some_and(|then| then != everything) {
                    open -= 1;
                }
                for parent in self.ties(graph, id)?.1 {
                    let known = marks.entry(parent).or_default();
                    if *known | own == *known {
                        continue;
                    }
                    *known |= own;
                    let marked = *known;
                    match queued.insert(parent, marked) {
                        Some(before) => open -= usize::from(before != everything && marked == everything),
                        None => {
                            open += usize::from(marked != everything);
                            waiting.push((self.ties(graph, parent)?.0, parent));
                        }
                    }
                }
                if open == 0 {
                    break;
                }
            }
            found.extend(together.iter().filter(|id| marks.get(id).is_some_and(|marks| marks & BEHIND != 0)));
        }
        Ok(found)
    }

    fn ties(&mut self, graph: &Graph<'_>, id: ObjectId) -> Result<(i64, Vec<ObjectId>), Error> {
        if let Some(known) = self.known.get(&id) {
            return Ok(known.clone());
        }
        let ties = graph.ties(id)?.unwrap_or_else(|| {
            self.is_lacking = true;
            (i64::MIN, Vec::new())
        });
        self.known.insert(id, ties.clone());
        Ok(ties)
    }
}
