//! Owns the commits: reading them, comparing their objective trees, and the simplified graph that history is followed on.
//! Never reads an objective file.

use super::events::Told;
use super::keys::Keys;
use super::progress::{Progress, Stage};
use super::steps::Steps;
use super::work::{Mention, TRAILER};
use super::{Degraded, READER};
use crate::git::{CommitGraphReader, Error, ObjectId, Objects, Repository, Row};
use foldhash::HashMap;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// The key of a commit that nobody asked for yet.
const UNKNOWN: usize = usize::MAX;

/// The place of a commit that is not in the commit-graph.
const NOWHERE: u32 = u32::MAX;

/// A commit that was read.
#[derive(Debug)]
pub(super) struct Commit {
    pub(super) id: ObjectId,
    pub(super) seconds: i64,
    /// Index into the keys of the graph; [`UNKNOWN`] until it is asked for.
    pub(super) key: usize,
    /// Where its parents stand among those of all commits.
    parents: (u32, u32),
    /// Its root tree.
    root: ObjectId,
    /// Whether its objective tree is surely that of its first parent.
    untouched: bool,
    /// Whether only what the ledger says of it is known: its parents and root are read when they are asked for.
    remembered: bool,
    /// Whether its message was looked at for trailers.
    heard: bool,
    /// The commit as git stores it, held while it may turn out to be a node.
    raw: Option<Box<[u8]>>,
}

/// Whether a commit of the commit-graph was read: not yet, and it is not in this clone, or its index after these two.
const UNREAD: u32 = 0;
const ABSENT: u32 = 1;

/// A commit whose objective tree differs from that of each of its parents.
#[derive(Debug)]
pub(super) struct Node {
    /// Index of the commit.
    pub(super) commit: usize,
    /// For each parent in order, the node that its line comes to; `None` where nothing older has the folders.
    pub(super) parents: Vec<Option<usize>>,
}

/// What the walk comes to.
#[derive(Debug)]
pub(super) struct Walked {
    /// Children before parents, then newest first, as `git log --date-order` has them.
    pub(super) nodes: Vec<Node>,
    /// The node that the walk's first commit stands for; `None` where no commit has any of the folders.
    pub(super) start: Option<usize>,
    /// By commit, the node that it comes to.
    node_of: Vec<Option<usize>>,
    /// How many commits it came to.
    pub(super) commits: usize,
}

impl Walked {
    /// Gives the node that a commit comes to, if the walk came to it.
    pub(super) fn node_of(&self, commit: usize) -> Option<usize> {
        self.node_of.get(commit).copied().flatten()
    }
}

/// Commits read so far. Each is read once.
pub(super) struct Graph<'r> {
    pub(super) repository: &'r Repository,
    objects: Objects<'r>,
    /// The commit-graph, while nothing speaks against it.
    shortcut: Option<CommitGraphReader>,
    first_parent: bool,
    prefixes: Vec<String>,
    pub(super) commits: Vec<Commit>,
    /// Parents of all commits, with their places in the commit-graph.
    parents: Vec<(ObjectId, u32)>,
    /// `None` for commits that are not in this clone.
    by_id: HashMap<ObjectId, Option<usize>>,
    /// What is known of the commits of the commit-graph, by their places there.
    by_place: Vec<u32>,
    /// Commits that the ledger knows.
    remembered: HashMap<ObjectId, usize>,
    /// How walks go on.
    pub(super) steps: Steps,
    keys: Keys,
    /// What a key is put together in.
    draft: Vec<Option<(u32, ObjectId)>>,
    /// How far the reading has come.
    pub(super) progress: Arc<Progress>,
    /// What was read.
    pub(super) read: super::Counts,
    /// What commits say of the goals that they work for.
    mentions: HashMap<ObjectId, Mention>,
    /// What the ledger has of nodes, by index.
    pub(super) told: Vec<(usize, Told)>,
    /// Whether what was known of commits had to be given up; their indices then hold no more.
    pub(super) forgot: bool,
    /// Objects that are not there, with the commit at which they were missed.
    pub(super) missing: Vec<(ObjectId, Option<ObjectId>)>,
}

impl<'r> Graph<'r> {
    pub(super) fn new(
        repository: &'r Repository,
        prefixes: Vec<String>,
        first_parent: bool,
        progress: Arc<Progress>,
    ) -> Result<Self, Error> {
        let shortcut = repository.commit_graph(&prefixes);
        Ok(Graph {
            repository,
            objects: repository.objects(READER)?,
            by_place: vec![UNREAD; shortcut.as_ref().map_or(0, CommitGraphReader::len)],
            shortcut,
            first_parent,
            keys: Keys::new(prefixes.len()),
            prefixes,
            commits: Vec::new(),
            parents: Vec::new(),
            by_id: HashMap::default(),
            remembered: HashMap::default(),
            steps: Steps::default(),
            draft: Vec::new(),
            progress,
            read: super::Counts::default(),
            mentions: HashMap::default(),
            told: Vec::new(),
            forgot: false,
            missing: Vec::new(),
        })
    }

    /// Gives back what reading takes in memory while nothing is read.
    pub(super) fn release(&mut self) {
        self.objects.release();
    }

    /// Gives the prefixes, and what the commits have there by key.
    pub(super) fn keys(&self) -> (&[String], &Keys) {
        (&self.prefixes, &self.keys)
    }

    /// Gives the prefixes with the objects that a commit has there.
    pub(super) fn roots(&self, commit: usize) -> impl Iterator<Item = (&str, Option<(u32, ObjectId)>)> {
        let key = self.keys.get(self.commits[commit].key);
        self.prefixes.iter().map(String::as_str).zip(key.iter().copied())
    }

    /// Tells whether a commit that a walk came to has none of the folders.
    pub(super) fn is_bare_of_goals(&self, commit: usize) -> bool {
        self.steps.is_bare(commit)
    }

    /// Makes room for so many commits more that the ledger knows.
    pub(super) fn expect(&mut self, commits: usize) {
        self.remembered.reserve(commits);
        self.commits.reserve(commits);
        self.steps.expect(commits);
    }

    /// Takes the next commit that the ledger knows, before any is read; `None` where it is not new.
    pub(super) fn remember(&mut self, id: ObjectId, seconds: i64) -> Option<()> {
        let known = self.remembered.insert(id, self.commits.len());
        let (root, raw) = (ObjectId::default(), None);
        let commit = Commit {
            id,
            seconds,
            key: UNKNOWN,
            parents: (0, 0),
            root,
            untouched: false,
            remembered: true,
            heard: false,
            raw,
        };
        self.commits.push(commit);
        known.is_none().then_some(())
    }

    /// Reads a commit of which only the ledger's word is known.
    fn fill(&mut self, commit: usize) -> Result<(), Error> {
        let Commit { id, remembered: true, .. } = self.commits[commit] else { return Ok(()) };
        let place = self.shortcut.as_ref().and_then(|graph| graph.find(id)).unwrap_or(NOWHERE);
        match self.read_commit(id, place) {
            Ok(read) => self.commits[commit] = Commit { raw: None, ..read },
            Err(Error::Missing { id: object, .. } | Error::Corrupt { id: object, .. }) => {
                self.missing.push((object, Some(id)));
                self.commits[commit].remembered = false;
                self.commits[commit].key = self.keys.nothing();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Reads a commit; `None`, and noted, where it or its root tree is not in this clone.
    pub(super) fn load(&mut self, id: ObjectId) -> Result<Option<usize>, Error> {
        match self.shortcut.as_ref().and_then(|graph| graph.find(id)) {
            Some(place) => self.load_at(id, place),
            None => self.load_at(id, NOWHERE),
        }
    }

    /// Reads a commit that stands at a place of the commit-graph, or [`NOWHERE`].
    fn load_at(&mut self, id: ObjectId, place: u32) -> Result<Option<usize>, Error> {
        let known = match self.by_place.get(place as usize) {
            Some(&UNREAD) => None,
            Some(&ABSENT) => return Ok(None),
            Some(&index) => return Ok(Some(index as usize - 2)),
            None => self.by_id.get(&id).copied(),
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let remembered = self.remembered.get(&id).copied();
        let index = match remembered.map_or_else(|| self.read_commit(id, place).map(Some), |_| Ok(None)) {
            Ok(None) => remembered,
            Ok(Some(commit)) => {
                self.commits.push(commit);
                Some(self.commits.len() - 1)
            }
            Err(Error::Missing { id: object, .. } | Error::Corrupt { id: object, .. }) => {
                self.missing.push((object, Some(id)));
                None
            }
            Err(error) => return Err(error),
        };
        match self.by_place.get_mut(place as usize) {
            Some(known) => {
                let number = |index| u32::try_from(index + 2).expect("a commit-graph has fewer than 2^31 commits");
                *known = index.map_or(ABSENT, number);
            }
            None => drop(self.by_id.insert(id, index)),
        }
        Ok(index)
    }

    fn read_commit(&mut self, id: ObjectId, place: u32) -> Result<Commit, Error> {
        let start = self.parents.len();
        let row = self.shortcut.as_ref().and_then(|graph| graph.row(place, &mut self.parents));
        let (root, seconds, untouched, raw) = match row {
            Some(Row { tree, seconds, untouched }) => (tree, seconds, untouched, None),
            None => {
                self.read.commits += 1;
                let outline = self.objects.outline(id, TRAILER)?;
                self.mentions.extend(Mention::of(self.repository, id, &outline)?.map(|mention| (id, mention)));
                let place = |id: ObjectId| self.shortcut.as_ref().and_then(|graph| graph.find(id)).unwrap_or(NOWHERE);
                self.parents.extend(outline.parents.iter().map(|&parent| (parent, place(parent))));
                (outline.tree, outline.seconds, false, Some(outline.raw))
            }
        };
        if self.first_parent {
            self.parents.truncate(start + 1);
        }
        let place = |at: usize| u32::try_from(at).expect("history holds fewer than 2^32 parents");
        let parents = (place(start), place(self.parents.len()));
        let key = if untouched { UNKNOWN } else { self.key_of_root(root)? };
        Ok(Commit { id, seconds, key, parents, root, untouched, remembered: false, heard: raw.is_some(), raw })
    }

    /// Counts the parents of a commit.
    fn count_parents(&self, commit: usize) -> usize {
        let (start, end) = self.commits[commit].parents;
        (end - start) as usize
    }

    /// Reads one of the parents of a commit.
    fn load_parent(&mut self, commit: usize, at: usize) -> Result<Option<usize>, Error> {
        let (id, place) = self.parents[self.commits[commit].parents.0 as usize + at];
        self.load_at(id, place)
    }

    /// Gives the key of a commit. One that left the goals alone has that of its first parent.
    pub(super) fn key(&mut self, commit: usize) -> Result<usize, Error> {
        let mut same = Vec::new();
        let mut at = commit;
        loop {
            self.fill(at)?;
            if self.commits[at].key != UNKNOWN {
                break;
            }
            same.push(at);
            match self.untouched_parent(at)? {
                Some(parent) => at = parent,
                None => {
                    let Commit { root, id, .. } = self.commits[at];
                    self.commits[at].key = match self.key_of_root(root) {
                        Err(Error::Missing { id: object, .. } | Error::Corrupt { id: object, .. }) => {
                            self.missing.push((object, Some(id)));
                            self.keys.nothing()
                        }
                        key => key?,
                    };
                }
            }
        }
        let key = self.commits[at].key;
        for at in same {
            self.commits[at].key = key;
        }
        Ok(key)
    }

    /// Gives the first parent of a commit that surely left the goals alone.
    fn untouched_parent(&mut self, commit: usize) -> Result<Option<usize>, Error> {
        self.fill(commit)?;
        if self.commits[commit].untouched && self.count_parents(commit) > 0 {
            return self.load_parent(commit, 0);
        }
        Ok(None)
    }

    /// Gives time, parents and trailers of a commit whose message was read; `None` where somebody else has to read it.
    pub(super) fn heard(&self, id: ObjectId) -> Option<(i64, Vec<ObjectId>, Option<&Mention>)> {
        let commit = &self.commits[self.known(id)?];
        let (start, end) = (commit.parents.0 as usize, commit.parents.1 as usize);
        // Of the parents no more than the first may be known.
        let parents = || self.parents[start..end].iter().map(|parent| parent.0).collect();
        (commit.heard && !self.first_parent).then(|| (commit.seconds, parents(), self.mentions.get(&id)))
    }

    /// Tells what a commit says of itself.
    pub(super) fn told(&self, commit: usize) -> Result<Told, Error> {
        if let Ok(at) = self.told.binary_search_by_key(&commit, |told| told.0) {
            return Ok(self.told[at].1.clone());
        }
        let Commit { id, raw, .. } = &self.commits[commit];
        let record =
            raw.as_ref().map_or_else(|| self.repository.commit(*id), |raw| self.repository.commit_of(*id, raw));
        record.map(Told::of)
    }

    /// Reads the parents that are in this clone.
    pub(super) fn parents(&mut self, commit: usize) -> Result<Vec<usize>, Error> {
        self.fill(commit)?;
        let count = self.count_parents(commit);
        let mut parents = Vec::with_capacity(count);
        for at in 0..count {
            parents.extend(self.load_parent(commit, at)?);
        }
        Ok(parents)
    }

    /// Finds the parent that a line goes on through whatever field it follows: the first with the same objective tree.
    pub(super) fn same(&mut self, commit: usize) -> Result<Option<usize>, Error> {
        if let Some(parent) = self.untouched_parent(commit)? {
            return Ok(Some(parent));
        }
        let key = self.key(commit)?;
        for at in 0..self.count_parents(commit) {
            if let Some(parent) = self.load_parent(commit, at)?
                && self.key(parent)? == key
            {
                return Ok(Some(parent));
            }
        }
        Ok(None)
    }

    /// Lists the first-parent line of a commit, newest first, up to a commit that is known, and gives that too.
    pub(super) fn chain(
        &mut self,
        from: usize,
        is_known: impl Fn(ObjectId) -> bool,
    ) -> Result<(Vec<usize>, Option<usize>), Error> {
        let mut chain = Vec::new();
        let mut at = from;
        loop {
            if is_known(self.commits[at].id) {
                return Ok((chain, Some(at)));
            }
            chain.push(at);
            self.fill(at)?;
            let next = if self.count_parents(at) == 0 { None } else { self.load_parent(at, 0)? };
            match next {
                Some(parent) => at = parent,
                None => return Ok((chain, None)),
            }
        }
    }

    /// Finds a commit among those that are known.
    pub(super) fn known(&self, id: ObjectId) -> Option<usize> {
        let place = self.shortcut.as_ref().and_then(|graph| graph.find(id));
        match place.and_then(|place| self.by_place.get(place as usize)) {
            Some(&read) if read > ABSENT => Some(read as usize - 2),
            Some(_) => self.remembered.get(&id).copied(),
            None => self.by_id.get(&id).copied().flatten().or_else(|| self.remembered.get(&id).copied()),
        }
    }

    /// Gives time and parents of a commit; `None` where it is not in this clone.
    pub(super) fn ties(&self, id: ObjectId) -> Result<Option<(i64, Vec<ObjectId>)>, Error> {
        let mut parents = Vec::new();
        let place = self.shortcut.as_ref().and_then(|graph| graph.find(id)).unwrap_or(NOWHERE);
        if let Some(row) = self.shortcut.as_ref().and_then(|graph| graph.row(place, &mut parents)) {
            return Ok(Some((row.seconds, parents.into_iter().map(|parent| parent.0).collect())));
        }
        match self.objects.outline(id, TRAILER) {
            Ok(outline) => Ok(Some((outline.seconds, outline.parents))),
            Err(Error::Missing { .. } | Error::Corrupt { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Walks back from a commit as git's history simplification does.
    pub(super) fn walk(&mut self, from: usize) -> Result<Walked, Error> {
        let id = self.commits[from].id;
        if let Some(walked) = self.try_walk(from)? {
            return Ok(walked);
        }
        // The commit-graph is not of these commits: all that it said is forgotten.
        self.shortcut = None;
        self.commits.clear();
        self.parents.clear();
        self.by_id.clear();
        self.by_place.clear();
        self.remembered.clear();
        self.told.clear();
        self.steps = Steps::default();
        self.missing.clear();
        self.forgot = true;
        let from = self.load(id)?.ok_or(Error::Corrupt { id, expected: "commit" })?;
        Ok(self.try_walk(from)?.expect("without a commit-graph there is nothing to doubt"))
    }

    /// Walks; `None` where the commit-graph says other than the commits themselves.
    fn try_walk(&mut self, from: usize) -> Result<Option<Walked>, Error> {
        let mut reached = Vec::new();
        let mut seen = vec![false; self.commits.len()];
        let mut waiting = vec![from];
        self.progress.begin(Stage::Walking, 0);
        while let Some(commit) = waiting.pop() {
            self.progress.reach(self.commits.len());
            if seen.len() < self.commits.len() {
                seen.resize(self.commits.len(), false);
            }
            if std::mem::replace(&mut seen[commit], true) {
                continue;
            }
            reached.push(commit);
            if self.steps.get(commit).is_none() && !self.step(commit)? {
                return Ok(None);
            }
            waiting.extend(self.steps.parents(commit).iter().rev());
        }
        let order = self.by_date(from, &reached);
        // Parents first, each commit comes to itself or to what the parent that it equals comes to.
        let steps = &self.steps;
        let mut node_of: Vec<Option<usize>> = vec![None; self.commits.len()];
        let count = order.iter().filter(|&&commit| steps.is_node(commit)).count();
        let mut nodes = Vec::with_capacity(count);
        for &commit in order.iter().rev() {
            let parents = steps.parents(commit);
            if steps.is_node(commit) {
                let parents = parents.iter().map(|&parent| node_of[parent]).collect();
                nodes.push(Node { commit, parents });
                node_of[commit] = Some(count - nodes.len());
            } else {
                node_of[commit] = parents.first().and_then(|&parent| node_of[parent]);
            }
        }
        nodes.reverse();
        Ok(Some(Walked { nodes, start: node_of[from], commits: reached.len(), node_of }))
    }

    /// Finds out how walks go on from a commit, and tells whether the commit-graph can be relied on.
    fn step(&mut self, commit: usize) -> Result<bool, Error> {
        if let Some(parent) = self.same(commit)? {
            self.commits[commit].raw = None;
            // Nobody goes by the folders of a commit that is no node.
            self.steps.insert(commit, false, false, std::iter::once(parent));
            return Ok(true);
        }
        let parents = self.parents(commit)?;
        let bare = self.keys.get(self.commits[commit].key).iter().all(Option::is_none);
        let is_node = !parents.is_empty() || !bare;
        self.steps.insert(commit, is_node, bare, parents.into_iter());
        if !is_node {
            self.commits[commit].raw = None;
        }
        Ok(!is_node || self.commits[commit].raw.is_some() || self.confirm(commit)?)
    }

    /// Reads a commit that is known from the commit-graph, and tells whether it says the same.
    fn confirm(&mut self, commit: usize) -> Result<bool, Error> {
        self.read.commits += 1;
        let id = self.commits[commit].id;
        let outline = match self.objects.outline(id, TRAILER) {
            Ok(outline) => outline,
            Err(Error::Missing { .. } | Error::Corrupt { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        self.mentions.extend(Mention::of(self.repository, id, &outline)?.map(|mention| (id, mention)));
        let known = &mut self.commits[commit];
        let listed = &self.parents[known.parents.0 as usize..known.parents.1 as usize];
        let parents = outline.parents.iter().take(if self.first_parent { 1 } else { usize::MAX });
        let same = known.root == outline.tree
            && known.seconds == outline.seconds
            && parents.eq(listed.iter().map(|(parent, _)| parent));
        known.raw = Some(outline.raw);
        known.heard = same;
        Ok(same)
    }

    /// Sorts commits as `git log --date-order` does: children before parents, then by time, then as they came up.
    fn by_date(&self, from: usize, reached: &[usize]) -> Vec<usize> {
        let steps = &self.steps;
        let mut children = vec![0u32; self.commits.len()];
        for &parent in reached.iter().flat_map(|&commit| steps.parents(commit)) {
            children[parent] += 1;
        }
        let mut came_up = 0usize;
        let mut ready = BinaryHeap::from([(self.commits[from].seconds, Reverse(came_up), from)]);
        let mut order = Vec::with_capacity(reached.len());
        while let Some((_, _, commit)) = ready.pop() {
            order.push(commit);
            for &parent in steps.parents(commit) {
                children[parent] -= 1;
                if children[parent] == 0 {
                    came_up += 1;
                    ready.push((self.commits[parent].seconds, Reverse(came_up), parent));
                }
            }
        }
        order
    }

    /// Says where the clone is cut off and what is not in it.
    pub(super) fn degraded(&self) -> Vec<Degraded> {
        let mut degraded = Vec::new();
        for commit in self.commits.iter().filter(|commit| self.repository.is_cut(commit.id)) {
            degraded.push(Degraded::cut(commit.id));
        }
        degraded.extend(Degraded::lacking(self.repository, &self.missing));
        degraded
    }

    fn key_of_root(&mut self, root: ObjectId) -> Result<usize, Error> {
        self.read.roots += 1;
        let mut draft = std::mem::take(&mut self.draft);
        draft.clear();
        for prefix in &self.prefixes {
            draft.push(self.objects.entry(root, prefix)?);
        }
        let key = self.keys.number(&draft);
        self.draft = draft;
        Ok(key)
    }
}
