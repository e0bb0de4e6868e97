//! Owns the simplified graph that history is followed on: the commits whose objective trees differ from those of their
//! parents, and the lines between them, as git's own history simplification draws them.
//! Never reads a commit itself.

use super::graph::{Graph, number};
use super::progress::Stage;
use crate::git::Error;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A commit whose objective tree differs from that of each of its parents.
#[derive(Debug)]
pub(super) struct Node {
    /// Index of the commit.
    pub(super) commit: usize,
    /// Where its parents stand among those of all nodes.
    parents: (u32, u32),
}

/// What the walk comes to.
#[derive(Debug)]
pub(super) struct Walked {
    /// Children before parents, then newest first, as `git log --date-order` has them.
    pub(super) nodes: Vec<Node>,
    /// The nodes that the lines through the parents of each come to; [`NOTHING`] where nothing older has the folders.
    parents: Vec<u32>,
    /// The node that the walk's first commit stands for; `None` where no commit has any of the folders.
    pub(super) start: Option<usize>,
    /// By commit, the node that it comes to.
    node_of: Vec<u32>,
    /// How many commits it came to.
    pub(super) commits: usize,
}

/// Stands for no node.
const NOTHING: u32 = u32::MAX;

fn node(number: u32) -> Option<usize> {
    (number != NOTHING).then_some(number as usize)
}

impl Walked {
    /// Gives the node that a commit comes to, if the walk came to it.
    pub(super) fn node_of(&self, commit: usize) -> Option<usize> {
        self.node_of.get(commit).copied().and_then(node)
    }

    /// Gives for each parent of a node, in order, the node that its line comes to; `None` where nothing older has the
    /// folders.
    pub(super) fn parents(&self, of: &Node) -> impl ExactSizeIterator<Item = Option<usize>> + '_ {
        self.parents[of.parents.0 as usize..of.parents.1 as usize].iter().map(|&parent| node(parent))
    }
}

impl Graph<'_> {
    /// Walks back from a commit as git's history simplification does.
    pub(super) fn walk(&mut self, from: usize) -> Result<Walked, Error> {
        let id = self.id(from);
        if let Some(walked) = self.try_walk(from)? {
            return Ok(walked);
        }
        self.forget();
        let from = self.load(id)?.ok_or(Error::Corrupt { id, expected: "commit" })?;
        Ok(self.try_walk(from)?.expect("without a commit-graph there is nothing to doubt"))
    }

    /// Walks; `None` where the commit-graph says other than the commits themselves.
    fn try_walk(&mut self, from: usize) -> Result<Option<Walked>, Error> {
        let mut reached = Vec::new();
        let mut seen = vec![false; self.commits.len()];
        // Of those to be read the newest first: what is near in time is near in a pack, and stands on the same bases.
        let (mut unread, mut known) = (BinaryHeap::new(), vec![from]);
        self.progress.begin(Stage::Walking, 0);
        while let Some(commit) = known.pop().or_else(|| unread.pop().map(|(_, commit)| commit)) {
            self.progress.reach(self.commits.len());
            if seen.len() < self.commits.len() {
                seen.resize(self.commits.len(), false);
            }
            if std::mem::replace(&mut seen[commit], true) {
                continue;
            }
            reached.push(number(commit));
            if self.steps.get(commit).is_none() && !self.step(commit)? {
                return Ok(None);
            }
            for parent in self.steps.parents(commit) {
                match self.steps.get(parent) {
                    Some(_) => known.push(parent),
                    None => unread.push((self.commits[parent].seconds, parent)),
                }
            }
        }
        let order = self.by_date(from, &reached);
        // Parents first, each commit comes to itself or to what the parent that it equals comes to.
        let steps = &self.steps;
        let mut node_of = vec![NOTHING; self.commits.len()];
        let count = order.iter().filter(|&&commit| steps.is_node(commit as usize)).count();
        let (mut nodes, mut lines) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for commit in order.iter().rev().map(|&commit| commit as usize) {
            let mut parents = steps.parents(commit).map(|parent| node_of[parent]);
            node_of[commit] = if steps.is_node(commit) {
                let start = number(lines.len());
                lines.extend(parents);
                nodes.push(Node { commit, parents: (start, number(lines.len())) });
                number(count - nodes.len())
            } else {
                parents.next().unwrap_or(NOTHING)
            };
        }
        nodes.reverse();
        let start = node(node_of[from]);
        Ok(Some(Walked { nodes, parents: lines, start, commits: reached.len(), node_of }))
    }

    /// Finds out how walks go on from a commit, and tells whether the commit-graph can be relied on.
    fn step(&mut self, commit: usize) -> Result<bool, Error> {
        if let Some(parent) = self.same(commit)? {
            self.forget_words(commit);
            // Nobody goes by the folders of a commit that is no node.
            self.steps.insert(commit, false, false, std::iter::once(parent));
            return Ok(true);
        }
        let parents = self.parents(commit)?;
        let bare = self.roots(commit).all(|(_, root)| root.is_none());
        let is_node = !parents.is_empty() || !bare;
        self.steps.insert(commit, is_node, bare, parents.into_iter());
        if !is_node {
            self.forget_words(commit);
        }
        Ok(!is_node || self.is_told(commit) || self.confirm(commit)?)
    }

    /// Sorts commits as `git log --date-order` does: children before parents, then by time, then as they came up.
    fn by_date(&self, from: usize, reached: &[u32]) -> Vec<u32> {
        let parents = |commit: u32| self.steps.parents(commit as usize);
        let mut children = vec![0u32; self.commits.len()];
        reached.iter().flat_map(|&commit| parents(commit)).for_each(|parent| children[parent] += 1);
        let mut came_up = 0u32;
        let mut ready = BinaryHeap::from([(self.commits[from].seconds, Reverse(came_up), number(from))]);
        let mut order = Vec::with_capacity(reached.len());
        while let Some((_, _, commit)) = ready.pop() {
            order.push(commit);
            for parent in parents(commit) {
                children[parent] -= 1;
                if children[parent] == 0 {
                    came_up += 1;
                    ready.push((self.commits[parent].seconds, Reverse(came_up), number(parent)));
                }
            }
        }
        order
    }
}
