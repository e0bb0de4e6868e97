//! Owns what objective files said at a commit: each distinct blob is read once, and held as numbers.
//! Never decides what a difference means.

use super::blobs::{self, Read};
use super::differences::{Differences, compare_keys};
use super::facts::{Facts, FactsId, NameId, Numbered};
use super::graph::{Graph, Node};
use super::progress::Stage;
use super::trees::{FileChange, Trees};
use super::{Degraded, DegradedKind};
use crate::git::{Error, ObjectId, Repository};
use crate::source::Paths;
use crate::syntax::{Patched, Reading, Version};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// Number of a path.
pub(super) type PathId = u32;
/// Number of a blob.
type BlobId = u32;

/// One named table as it stood in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) path: PathId,
    pub(super) line: u32,
    pub(super) facts: FactsId,
}

/// One table of a blob.
#[derive(Debug, Clone, Copy)]
struct Table {
    name: NameId,
    line: u32,
    facts: FactsId,
}

/// What a blob says: a run of tables, by name.
#[derive(Debug, Clone, Copy)]
struct Said {
    start: usize,
    end: usize,
}

/// What came of a blob.
enum Blob {
    Unread,
    Missing,
    /// It does not parse: the file then stays as it was. Path and reason as they are noted.
    Unreadable(Rc<(String, String)>),
    Said(Said),
}

/// What the version before says, for the one that is laid over it.
#[derive(Clone)]
struct Base {
    said: Said,
    /// Where in `said` each table of the file stands.
    order: Rc<[u32]>,
    notes: Rc<[String]>,
}

/// One file that a node changed.
#[derive(Debug, Clone, Copy)]
struct Touched {
    path: PathId,
    old: Option<BlobId>,
    new: Option<BlobId>,
}

/// What a node changed.
#[derive(Debug)]
pub(super) struct Touches {
    files: Vec<Touched>,
    /// For each further parent, the blobs that it has at the paths of `files`.
    further: Vec<Vec<Option<BlobId>>>,
}

/// One goal that differs between a node and its first parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) name: NameId,
    pub(super) before: Option<State>,
    pub(super) after: Option<State>,
    /// The one file that ever had it, by its place among the node's; `None` where several had.
    file: Option<usize>,
}

/// Everything that was read of objective files.
pub(super) struct States<'r> {
    paths: Paths,
    pub(super) facts: Facts,
    path_names: Numbered<str>,
    /// Paths under which a name was ever seen: where to look for it at any commit.
    places: Vec<Vec<PathId>>,
    /// What blobs say, one behind another.
    tables: Vec<Table>,
    blobs: Vec<Blob>,
    blob_of: HashMap<ObjectId, BlobId>,
    /// What was left out of blobs that parse.
    left_out: HashMap<BlobId, Rc<[String]>>,
    /// The last versions of files that were read one by one.
    last: HashMap<PathId, (Version, Option<Base>)>,
    trees: Trees<'r>,
    /// What did not read, by path and message, with the commit where it was seen last, that is first in time.
    notes: BTreeMap<(String, String), ObjectId>,
    /// Blobs read.
    pub(super) read: usize,
}

impl<'r> States<'r> {
    pub(super) fn new(repository: &'r Repository, paths: Paths) -> Result<Self, Error> {
        Ok(States {
            paths,
            facts: Facts::default(),
            path_names: Numbered::default(),
            places: Vec::new(),
            tables: Vec::new(),
            blobs: Vec::new(),
            blob_of: HashMap::new(),
            left_out: HashMap::new(),
            last: HashMap::new(),
            trees: Trees::new(repository.objects(0)?),
            notes: BTreeMap::new(),
            read: 0,
        })
    }

    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Gives a path by its number.
    pub(super) fn path(&self, path: PathId) -> &str {
        self.path_names.get(path)
    }

    /// Compares the objective trees of two commits; `None` stands for no tree.
    pub(super) fn differences(
        &mut self,
        graph: &mut Graph<'_>,
        old: Option<usize>,
        new: Option<usize>,
    ) -> Result<Vec<FileChange>, Error> {
        let at = new.or(old).map(|commit| graph.commits[commit].id);
        let (prefixes, keys) = graph.keys();
        let key = |commit: Option<usize>| commit.map(|commit| &keys[graph.commits[commit].key]);
        let found = compare_keys(&mut self.trees, &self.paths, prefixes, key(old), key(new))?;
        self.note_missing(graph, at);
        Ok(found)
    }

    fn note_missing(&mut self, graph: &mut Graph<'_>, at: Option<ObjectId>) {
        graph.missing.extend(self.trees.missing.drain(..).map(|tree| (tree, at)));
    }

    /// Reads every blob that the nodes of a walk have, and gives what each node changed.
    pub(super) fn take_all(
        &mut self,
        graph: &mut Graph<'_>,
        nodes: &[Node],
        differences: Vec<Differences>,
    ) -> Result<Vec<Touches>, Error> {
        // By path: the blobs that nodes have there, newest first, so that a blob's delta base is the one read before.
        let mut sightings: Vec<Vec<(ObjectId, BlobId, bool)>> = Vec::new();
        let mut wanted: Vec<Vec<ObjectId>> = Vec::new();
        for (node, differences) in nodes.iter().zip(&differences) {
            for file in &differences.files {
                let path = self.path_names.number(file.path.as_str()) as usize;
                sightings.resize_with(self.path_names.len(), Vec::new);
                wanted.resize_with(self.path_names.len(), Vec::new);
                let Some(id) = file.new else { continue };
                let (blob, is_new) = self.blob(id);
                sightings[path].push((graph.commits[node.commit].id, blob, is_new));
            }
        }
        let mut by_path: Vec<PathId> = (0..).take(sightings.len()).collect();
        by_path.sort_by(|&one, &other| self.path(one).cmp(self.path(other)));
        self.claim(&by_path, &mut sightings, &mut wanted);
        let mut base = None;
        let wanted: Vec<Vec<ObjectId>> =
            by_path.iter().map(|&path| std::mem::take(&mut wanted[path as usize])).collect();
        let repository = graph.repository;
        let progress = Arc::clone(&graph.progress);
        progress.begin(Stage::Reading, wanted.iter().map(Vec::len).sum());
        blobs::read_all(repository, &wanted, |file, at, read| {
            progress.advance(1);
            if at == 0 {
                base = None;
            }
            let id = wanted[file][at];
            let path = by_path[file];
            if read.is_none() {
                let first = sightings[path as usize].iter().find(|sighting| self.blob_of.get(&id) == Some(&sighting.1));
                graph.missing.push((id, first.map(|sighting| sighting.0)));
            }
            let (blob, _) = self.blob(id);
            self.take(path, blob, read, &mut base);
            Ok(())
        })?;
        for &path in &by_path {
            for &(commit, blob, first) in &sightings[path as usize] {
                self.sight(commit, path, blob, first);
            }
        }
        Ok(differences.into_iter().map(|differences| self.touches(differences)).collect())
    }

    /// Gives each new blob to the first path in order that has it, and there to the newest commit.
    fn claim(&self, by_path: &[PathId], sightings: &mut [Vec<(ObjectId, BlobId, bool)>], wanted: &mut [Vec<ObjectId>]) {
        let mut ids = vec![None; self.blobs.len()];
        for (&id, &blob) in &self.blob_of {
            ids[blob as usize] = matches!(self.blobs[blob as usize], Blob::Unread).then_some(id);
        }
        for &path in by_path {
            for (_, blob, first) in &mut sightings[path as usize] {
                let id = ids[*blob as usize].take();
                *first = id.is_some();
                wanted[path as usize].extend(id);
            }
        }
    }

    fn touches(&mut self, differences: Differences) -> Touches {
        let mut number = |id: Option<ObjectId>| id.map(|id| self.blob(id).0);
        let further = differences.further.iter().map(|blobs| blobs.iter().map(|&id| number(id)).collect()).collect();
        let sides: Vec<_> = differences.files.iter().map(|file| (number(file.old), number(file.new))).collect();
        let files = differences.files.iter().zip(sides).map(|(file, (old, new))| Touched {
            path: self.path_names.number(file.path.as_str()),
            old,
            new,
        });
        Touches { files: files.collect(), further }
    }

    /// Gives the number of a blob, and whether it is a new one.
    fn blob(&mut self, id: ObjectId) -> (BlobId, bool) {
        let number = BlobId::try_from(self.blobs.len()).expect("history holds fewer than 2^32 blobs");
        match self.blob_of.entry(id) {
            Entry::Occupied(known) => (*known.get(), false),
            Entry::Vacant(vacant) => {
                vacant.insert(number);
                self.blobs.push(Blob::Unread);
                (number, true)
            }
        }
    }

    /// Takes what came of a blob, read as the next version of a file.
    fn take(&mut self, path: PathId, blob: BlobId, read: Read, base: &mut Option<Base>) {
        self.read += 1;
        let next = match read {
            None => {
                self.blobs[blob as usize] = Blob::Missing;
                return;
            }
            Some(Reading::Broken(reason)) => {
                let message = format!("the file did not parse, so it counts as it was before: {reason}");
                self.blobs[blob as usize] = Blob::Unreadable(Rc::new((self.path(path).to_owned(), message)));
                return;
            }
            Some(Reading::Whole(tables, notes)) => {
                let tables: Vec<Table> = tables
                    .into_iter()
                    .map(|table| Table {
                        name: self.facts.name(&table.name),
                        line: u32::try_from(table.line).unwrap_or(u32::MAX),
                        facts: self.facts.take(table.fields),
                    })
                    .collect();
                let mut by_name: Vec<u32> = (0..).take(tables.len()).collect();
                by_name.sort_by_key(|&at| tables[at as usize].name);
                let mut order = vec![0; tables.len()];
                for (place, &at) in (0..).zip(&by_name) {
                    order[at as usize] = place;
                }
                let start = self.tables.len();
                self.tables.extend(by_name.iter().map(|&at| tables[at as usize]));
                let said = Said { start, end: self.tables.len() };
                Base { said, order: order.into(), notes: notes.into() }
            }
            Some(Reading::Patched(patches)) => {
                let base = base.as_ref().expect("a patch is laid over a version that was read whole");
                if patches.is_empty() { base.clone() } else { self.patched(base, patches) }
            }
        };
        if !next.notes.is_empty() {
            self.left_out.insert(blob, next.notes.clone());
        }
        self.blobs[blob as usize] = Blob::Said(next.said);
        *base = Some(next);
    }

    fn patched(&mut self, base: &Base, mut patches: Vec<Patched>) -> Base {
        let start = self.tables.len();
        self.tables.extend_from_within(base.said.start..base.said.end);
        patches.sort_by_key(|patch| patch.table);
        let mut patches = patches.into_iter().peekable();
        while let Some(patch) = patches.next() {
            let table = patch.table;
            let at = start + base.order[table] as usize;
            let more = std::iter::from_fn(|| patches.next_if(|more| more.table == table));
            let values = std::iter::once(patch).chain(more).map(|patch| (patch.field, patch.value));
            self.tables[at].facts = self.facts.replace(self.tables[at].facts, values);
        }
        let said = Said { start, end: self.tables.len() };
        Base { said, order: base.order.clone(), notes: base.notes.clone() }
    }

    /// Notes that a commit has a blob at a path: what does not read in it, and where its names stand. What was left out
    /// is noted where the blob is read first, what does not parse wherever it is seen.
    fn sight(&mut self, commit: ObjectId, path: PathId, blob: BlobId, first: bool) {
        match &self.blobs[blob as usize] {
            Blob::Unreadable(note) => drop(self.notes.insert((**note).clone(), commit)),
            Blob::Said(said) => {
                let left_out = self.left_out.get(&blob).filter(|_| first);
                for note in left_out.iter().flat_map(|notes| notes.iter()) {
                    self.notes.insert((self.path_names.get(path).to_string(), note.clone()), commit);
                }
                self.places.resize_with(self.facts.names(), Vec::new);
                for table in &self.tables[said.start..said.end] {
                    let places = &mut self.places[table.name as usize];
                    let name = self.path_names.get(path);
                    if !places.contains(&path) {
                        let at = places.partition_point(|&other| self.path_names.get(other) < name);
                        places.insert(at, path);
                    }
                }
            }
            Blob::Unread | Blob::Missing => {}
        }
    }

    /// Reads a blob, once, and notes that a commit has it.
    pub(super) fn parse(
        &mut self,
        graph: &mut Graph<'_>,
        commit: ObjectId,
        path: &str,
        id: ObjectId,
    ) -> Result<(), Error> {
        let path = self.path_names.number(path);
        let (blob, _) = self.blob(id);
        let first = matches!(self.blobs[blob as usize], Blob::Unread);
        if first {
            let (mut version, mut base) = self.last.remove(&path).unwrap_or_default();
            let read = blobs::read(self.trees.objects(), &mut version, id)?;
            if read.is_none() {
                graph.missing.push((id, Some(commit)));
            }
            self.take(path, blob, read, &mut base);
            self.last.insert(path, (version, base));
        }
        self.sight(commit, path, blob, first);
        Ok(())
    }

    /// Gives the names in a file at a commit.
    pub(super) fn names_at(&mut self, graph: &mut Graph<'_>, commit: usize, path: &str) -> Result<Vec<NameId>, Error> {
        let path = self.path_names.number(path);
        let said = self.version(graph, commit, path)?;
        Ok(self.tables(said).iter().map(|table| table.name).collect())
    }

    /// Finds what a name stood for at a commit: in the first file by path that has it.
    pub(super) fn state(&mut self, graph: &mut Graph<'_>, commit: usize, name: NameId) -> Result<Option<State>, Error> {
        let count = self.places.get(name as usize).map_or(0, Vec::len);
        let places = if count == 0 { Vec::new() } else { self.places[name as usize].clone() };
        for path in places {
            let said = self.version(graph, commit, path)?;
            if let Some(state) = find(self.tables(said), path, name) {
                return Ok(Some(state));
            }
        }
        Ok(None)
    }

    /// Finds what a name stood for at a further parent of a node that changed it.
    pub(super) fn state_at_parent(
        &mut self,
        graph: &mut Graph<'_>,
        touches: &Touches,
        change: &Change,
        parent: usize,
        commit: usize,
    ) -> Result<Option<State>, Error> {
        let Some(file) = change.file else { return self.state(graph, commit, change.name) };
        let path = touches.files[file].path;
        let said = self.said(graph, commit, path, touches.further[parent - 1][file])?;
        Ok(find(self.tables(said), path, change.name))
    }

    /// Gives the goals that differ between a node and its first parent, by number of name.
    pub(super) fn changes(
        &mut self,
        graph: &mut Graph<'_>,
        commit: usize,
        parent: Option<usize>,
        touches: &Touches,
    ) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        let mut scattered: Vec<NameId> = Vec::new();
        for (index, file) in touches.files.iter().enumerate() {
            let new = self.said(graph, commit, file.path, file.new)?;
            let old = match parent {
                Some(parent) => self.said(graph, parent, file.path, file.old)?,
                None => None,
            };
            let (old, new) = (self.tables(old), self.tables(new));
            let (mut i, mut j) = (0, 0);
            while i < old.len() || j < new.len() {
                let (left, right) = (old.get(i), new.get(j));
                let name = left.into_iter().chain(right).map(|table| table.name).min().unwrap_or_default();
                let left = left.filter(|table| table.name == name);
                let right = right.filter(|table| table.name == name);
                (i, j) = (i + usize::from(left.is_some()), j + usize::from(right.is_some()));
                if self.places[name as usize].len() > 1 {
                    scattered.push(name);
                } else if left.map(|table| table.facts) != right.map(|table| table.facts) {
                    let state = |table: &Table| State { path: file.path, line: table.line, facts: table.facts };
                    let (before, after) = (left.map(state), right.map(state));
                    changes.push(Change { name, before, after, file: Some(index) });
                }
            }
        }
        scattered.sort_unstable();
        scattered.dedup();
        for name in scattered {
            let after = self.state(graph, commit, name)?;
            let before = parent.map(|parent| self.state(graph, parent, name)).transpose()?.flatten();
            if before.map(|state| state.facts) != after.map(|state| state.facts) {
                changes.push(Change { name, before, after, file: None });
            }
        }
        changes.sort_by_key(|change| change.name);
        Ok(changes)
    }

    /// Gives the tables that a blob has; none where it says nothing.
    fn tables(&self, said: Option<Said>) -> &[Table] {
        said.map_or(&[], |said| &self.tables[said.start..said.end])
    }

    /// Gives what a file said at a commit that has this blob there.
    fn said(
        &mut self,
        graph: &mut Graph<'_>,
        commit: usize,
        path: PathId,
        blob: Option<BlobId>,
    ) -> Result<Option<Said>, Error> {
        let Some(blob) = blob else { return Ok(None) };
        match &self.blobs[blob as usize] {
            Blob::Said(said) => Ok(Some(*said)),
            _ => self.version(graph, commit, path),
        }
    }

    /// Finds what a file said at a commit. Where it does not read it says what it said in the parent that has the same
    /// objective tree, else in the first parent.
    fn version(&mut self, graph: &mut Graph<'_>, commit: usize, path: PathId) -> Result<Option<Said>, Error> {
        let text = self.path_names.get(path).clone();
        let mut at = commit;
        loop {
            graph.key(at)?;
            let id = self.trees.blob(graph.roots(at), &text)?;
            self.note_missing(graph, Some(graph.commits[at].id));
            let Some(id) = id else { return Ok(None) };
            let (blob, _) = self.blob(id);
            if matches!(self.blobs[blob as usize], Blob::Unread) {
                self.parse(graph, graph.commits[at].id, &text, id)?;
            }
            if let Blob::Said(said) = &self.blobs[blob as usize] {
                return Ok(Some(*said));
            }
            let next = match graph.same(at)? {
                Some(parent) => Some(parent),
                None => graph.parents(at)?.first().copied(),
            };
            match next {
                Some(parent) => at = parent,
                None => return Ok(None),
            }
        }
    }

    /// Says which files and values did not read, each once, at the oldest commit that has them.
    pub(super) fn degraded(&self) -> Vec<Degraded> {
        let note = |((path, message), commit): (&(String, String), &ObjectId)| Degraded {
            kind: DegradedKind::Unreadable,
            commit: Some(*commit),
            path: Some(path.clone()),
            message: message.clone(),
            help: format!("see it with `git show {}:{path}`; later revisions count as they are", commit.short()),
        };
        self.notes.iter().map(note).collect()
    }
}

/// Finds a name in what a blob says.
fn find(said: &[Table], path: PathId, name: NameId) -> Option<State> {
    let at = said.binary_search_by_key(&name, |table| table.name).ok()?;
    Some(State { path, line: said[at].line, facts: said[at].facts })
}
