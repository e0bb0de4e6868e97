//! Owns what objective files said at a commit: each distinct blob is read once, and held as numbers.
//! Never decides what a difference means.

use super::blobs::{self, Read};
use super::differences::{Differences, compare_keys};
use super::facts::{Facts, FactsId, NameId, Numbered};
use super::graph::Graph;
use super::plain::{Passed, Plain};
use super::progress::Stage;
use super::sightings::Sightings;
use super::trees::{FileChange, Trees};
use crate::git::{Error, ObjectId, Repository};
use crate::okr::Field;
use crate::source::Paths;
use crate::syntax::{Patched, Reading, Version};
use foldhash::HashMap;
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
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
    /// It does not parse: the file then stays as it was. The reason as it is noted.
    Unreadable(Rc<str>),
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

/// The goals whose changes are asked for, where that is not all of them.
#[derive(Debug)]
struct Asked {
    names: BTreeSet<NameId>,
    /// Paths under which they were ever seen.
    paths: BTreeSet<PathId>,
    /// How many names there were before anything was read.
    known: usize,
    /// Files that say nothing of them, as is known without reading them here.
    passed: Rc<Passed>,
}

/// Everything that was read of objective files.
pub(super) struct States<'r> {
    paths: Paths,
    pub(super) facts: Facts,
    path_names: Numbered<str>,
    /// Paths under which a name was ever seen: where to look for it at any commit.
    places: Sightings,
    /// The same in the order in which they were seen.
    seen: Vec<(NameId, PathId)>,
    /// What blobs say, one behind another.
    tables: Vec<Table>,
    blobs: Vec<Blob>,
    blob_of: HashMap<ObjectId, BlobId>,
    ids: Vec<ObjectId>,
    /// What was left out of blobs that parse.
    left_out: HashMap<BlobId, Rc<[String]>>,
    /// The last versions of files that were read one by one.
    last: HashMap<PathId, (Version, Option<Base>)>,
    trees: Trees<'r>,
    /// Blobs read.
    pub(super) read: usize,
    /// The goals that are asked for; `None` for all of them.
    asked: Option<Asked>,
}

impl<'r> States<'r> {
    pub(super) fn new(repository: &'r Repository, reader: usize, paths: Paths) -> Result<Self, Error> {
        Ok(States {
            paths,
            facts: Facts::default(),
            path_names: Numbered::default(),
            places: Sightings::default(),
            seen: Vec::new(),
            tables: Vec::new(),
            blobs: Vec::new(),
            blob_of: HashMap::default(),
            ids: Vec::new(),
            left_out: HashMap::default(),
            last: HashMap::default(),
            trees: Trees::new(repository.objects(reader)?),
            read: 0,
            asked: None,
        })
    }

    /// Gives back what reading takes in memory while nothing is read.
    pub(super) fn release(&mut self) {
        self.trees.release();
    }

    /// Says that the changes of others than these goals need not be found, of all that are known by now.
    pub(super) fn ask_for(&mut self, names: BTreeSet<NameId>) {
        let places = names.iter().flat_map(|&name| self.places.get(name));
        let (paths, known) = (places.copied().collect(), self.facts.names());
        self.asked = Some(Asked { names, paths, known, passed: Rc::default() });
    }

    /// Says what others read just now. Files in which every name is known, and none is asked for, need not be read again.
    pub(super) fn pass_over(&mut self, plain: &Plain) {
        let Some(asked) = &mut self.asked else { return };
        let is_another = |name: &str| self.facts.find(name).is_some_and(|name| !asked.names.contains(&name));
        asked.passed = plain.of(is_another).into();
    }

    /// Takes note of the paths that the changes of some nodes make a matter of the goals that are asked for: those under
    /// which one of them is seen now, a name that is new, one that may come out of another, or one that is sensitive.
    fn look_out(&mut self, touches: &[Touches]) {
        let Some(mut asked) = self.asked.take() else { return };
        let has = |facts: FactsId, field: Field| self.facts.value(facts, field).is_some();
        let concerns = |table: &Table| {
            table.name as usize >= asked.known
                || asked.names.contains(&table.name)
                || has(table.facts, Field::Aliases)
                || has(table.facts, Field::Sensitive)
        };
        let files = touches.iter().flat_map(|touches| &touches.files);
        let found = files.filter(|file| match file.new.map(|blob| &self.blobs[blob as usize]) {
            Some(Blob::Said(said)) => self.tables(Some(*said)).iter().any(concerns),
            _ => false,
        });
        let found: Vec<PathId> = found.map(|file| file.path).collect();
        asked.paths.extend(found);
        self.asked = Some(asked);
    }

    pub(super) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// Counts the paths.
    pub(super) fn count_paths(&self) -> usize {
        self.path_names.len()
    }

    /// Gives which names were seen at which paths, in the order in which they were.
    pub(super) fn seen(&self) -> &[(NameId, PathId)] {
        &self.seen
    }

    /// Gives the number of a path.
    pub(super) fn path_number(&mut self, path: &str) -> PathId {
        self.path_names.number(path)
    }

    /// Takes the path that is the next by number; `None` where it is not new.
    pub(super) fn next_path(&mut self, path: &str) -> Option<()> {
        self.path_names.next(path)
    }

    /// Takes where a name was seen; `None` where either is not known.
    pub(super) fn next_seen(&mut self, name: NameId, path: PathId) -> Option<()> {
        let known = (name as usize) < self.facts.names() && (path as usize) < self.count_paths();
        known.then(|| self.place(name, path))
    }

    /// Gives a path by its number.
    pub(super) fn path(&self, path: PathId) -> &Arc<str> {
        self.path_names.get(path)
    }

    /// Compares the objective trees of two commits; `None` stands for no tree.
    pub(super) fn differences(
        &mut self,
        graph: &mut Graph<'_>,
        old: Option<usize>,
        new: Option<usize>,
    ) -> Result<Vec<FileChange>, Error> {
        let at = new.or(old).map(|commit| graph.id(commit));
        let (prefixes, keys) = graph.keys();
        let key = |commit: Option<usize>| commit.map(|commit| keys.get(graph.known_key(commit)));
        let found = compare_keys(&mut self.trees, &self.paths, prefixes, key(old), key(new))?;
        self.note_missing(graph, at);
        Ok(found)
    }

    fn note_missing(&mut self, graph: &mut Graph<'_>, at: Option<ObjectId>) {
        graph.missing.extend(self.trees.missing.drain(..).map(|tree| (tree, at)));
    }

    /// Reads every blob that some nodes of a walk have, given by their commits, and gives what each node changed.
    pub(super) fn take_all(
        &mut self,
        graph: &mut Graph<'_>,
        commits: &[usize],
        differences: Vec<Differences>,
    ) -> Result<Vec<Touches>, Error> {
        let all: Vec<Touches> = differences.into_iter().map(|differences| self.touches(differences)).collect();
        // By path: the blobs that nodes have there, newest first, with their commits.
        let mut sightings: Vec<Vec<(usize, BlobId)>> = vec![Vec::new(); self.count_paths()];
        for (&commit, touches) in commits.iter().zip(&all) {
            for file in &touches.files {
                sightings[file.path as usize].extend(file.new.map(|blob| (commit, blob)));
            }
        }
        let mut by_path: Vec<PathId> = (0..).take(sightings.len()).collect();
        by_path.sort_by(|&one, &other| self.path(one).cmp(self.path(other)));
        let claimed = self.claim(&by_path, &sightings);
        let wanted: Vec<Vec<ObjectId>> =
            claimed.iter().map(|blobs| blobs.iter().map(|&blob| self.ids[blob as usize]).collect()).collect();
        let mut base = None;
        let repository = graph.repository;
        let progress = Arc::clone(&graph.progress);
        let versions = wanted.iter().map(Vec::len).sum();
        progress.begin(Stage::Reading, versions);
        self.facts.expect(versions);
        let passed = self.asked.as_ref().map(|asked| Rc::clone(&asked.passed)).unwrap_or_default();
        blobs::read_all(repository, graph.reader, &passed, &wanted, |file, at, read| {
            progress.advance(1);
            if at == 0 {
                base = None;
            }
            let blob = claimed[file][at];
            if let Read::Missing = read {
                let first = sightings[by_path[file] as usize].iter().find(|sighting| sighting.1 == blob);
                graph.missing.push((wanted[file][at], first.map(|sighting| graph.id(sighting.0))));
            }
            self.take(blob, read, &mut base);
            Ok(())
        })?;
        for &path in &by_path {
            for &(_, blob) in &sightings[path as usize] {
                self.sight(path, blob);
            }
        }
        self.look_out(&all);
        Ok(all)
    }

    /// Gives each blob that was not read to the first path in order that has it. They are read the oldest first: git stores
    /// an older one as what it differs in from a newer one, which is ready when its turn comes.
    fn claim(&self, by_path: &[PathId], sightings: &[Vec<(usize, BlobId)>]) -> Vec<Vec<BlobId>> {
        let is_passed = |id: &ObjectId| self.asked.as_ref().is_some_and(|asked| asked.passed.has(*id));
        let is_wanted = |(blob, id): (&Blob, &ObjectId)| matches!(blob, Blob::Unread) && !is_passed(id);
        let mut unread: Vec<bool> = self.blobs.iter().zip(&self.ids).map(is_wanted).collect();
        let mut first = |blob: BlobId| std::mem::take(&mut unread[blob as usize]).then_some(blob);
        let claimed = by_path
            .iter()
            .map(|&path| sightings[path as usize].iter().rev().filter_map(|&(_, blob)| first(blob)).collect());
        claimed.collect()
    }

    fn touches(&mut self, differences: Differences) -> Touches {
        let Differences { files, further } = differences;
        let mut number = |id: Option<ObjectId>| id.map(|id| self.blob(id).0);
        let further = further.into_iter().map(|blobs| blobs.into_iter().map(&mut number).collect()).collect();
        let touched = |FileChange { path, old, new }| {
            let (old, new) = (old.map(|id| self.blob(id).0), new.map(|id| self.blob(id).0));
            Touched { path: self.path_names.number(&*path), old, new }
        };
        Touches { files: files.into_iter().map(touched).collect(), further }
    }

    /// Gives the number of a blob, and whether it is a new one.
    fn blob(&mut self, id: ObjectId) -> (BlobId, bool) {
        let number = BlobId::try_from(self.blobs.len()).expect("history holds fewer than 2^32 blobs");
        match self.blob_of.entry(id) {
            Entry::Occupied(known) => (*known.get(), false),
            Entry::Vacant(vacant) => {
                vacant.insert(number);
                self.blobs.push(Blob::Unread);
                self.ids.push(id);
                (number, true)
            }
        }
    }

    /// Takes what came of a blob, read as the next version of a file.
    fn take(&mut self, blob: BlobId, read: Read, base: &mut Option<Base>) {
        self.read += 1;
        let next = match read {
            Read::Passed => return,
            Read::Missing => {
                self.blobs[blob as usize] = Blob::Missing;
                return;
            }
            Read::Said(Reading::Broken(reason)) => {
                let message = format!("the file did not parse, so it counts as it was before: {reason}");
                self.blobs[blob as usize] = Blob::Unreadable(message.into());
                return;
            }
            Read::Said(Reading::Whole(tables, notes)) => {
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
            Read::Said(Reading::Patched(patches)) => {
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

    /// Notes under which names something stands at a path.
    fn sight(&mut self, path: PathId, blob: BlobId) {
        let Blob::Said(said) = &self.blobs[blob as usize] else { return };
        for at in said.start..said.end {
            self.place(self.tables[at].name, path);
        }
    }

    fn place(&mut self, name: NameId, path: PathId) {
        if self.places.insert(name, path, |path| self.path_names.get(path)) {
            self.seen.push((name, path));
        }
    }

    /// Says what did not read in the files that a node changed: each with its path.
    pub(super) fn notes(&self, touches: &Touches) -> Vec<(PathId, Rc<str>)> {
        let mut notes = Vec::new();
        for Touched { path, new, .. } in &touches.files {
            notes.extend(new.iter().flat_map(|&blob| self.notes_on(blob)).map(|note| (*path, note)));
        }
        notes
    }

    fn notes_on(&self, blob: BlobId) -> Vec<Rc<str>> {
        match &self.blobs[blob as usize] {
            Blob::Unreadable(reason) => vec![reason.clone()],
            Blob::Said(_) => self
                .left_out
                .get(&blob)
                .iter()
                .flat_map(|notes| notes.iter())
                .map(|note| note.as_str().into())
                .collect(),
            Blob::Unread | Blob::Missing => Vec::new(),
        }
    }

    /// Reads a blob, once, and gives what did not read in it.
    pub(super) fn parse(
        &mut self,
        graph: &mut Graph<'_>,
        commit: ObjectId,
        path: &str,
        id: ObjectId,
    ) -> Result<Vec<(PathId, Rc<str>)>, Error> {
        let path = self.path_names.number(path);
        let (blob, _) = self.blob(id);
        self.read_blob(graph, commit, path, blob)?;
        self.sight(path, blob);
        Ok(self.notes_on(blob).into_iter().map(|note| (path, note)).collect())
    }

    /// Reads a blob that was not read before.
    fn read_blob(&mut self, graph: &mut Graph<'_>, commit: ObjectId, path: PathId, blob: BlobId) -> Result<(), Error> {
        let Blob::Unread = self.blobs[blob as usize] else { return Ok(()) };
        let id = self.ids[blob as usize];
        let (mut version, mut base) = self.last.remove(&path).unwrap_or_default();
        let read = blobs::read(self.trees.objects(), &mut version, &Passed::default(), id)?;
        if let Read::Missing = read {
            graph.missing.push((id, Some(commit)));
        }
        self.take(blob, read, &mut base);
        self.last.insert(path, (version, base));
        self.sight(path, blob);
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
        for path in self.places.get(name).to_vec() {
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
            if self.asked.as_ref().is_some_and(|asked| !asked.paths.contains(&file.path)) {
                continue;
            }
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
                if self.places.get(name).len() > 1 {
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
        // What the ledger knows of a commit spares its files, until a newer commit changes one.
        let id = graph.id(commit);
        self.read_blob(graph, id, path, blob)?;
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
            self.note_missing(graph, Some(graph.id(at)));
            let Some(id) = id else { return Ok(None) };
            let (blob, _) = self.blob(id);
            let commit = graph.id(at);
            self.read_blob(graph, commit, path, blob)?;
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
}

/// Finds a name in what a blob says.
fn find(said: &[Table], path: PathId, name: NameId) -> Option<State> {
    let at = said.binary_search_by_key(&name, |table| table.name).ok()?;
    Some(State { path, line: said[at].line, facts: said[at].facts })
}
