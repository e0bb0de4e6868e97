//! Owns the commits: reading them, as few of them and as little of each as is asked for, and comparing their objective
//! trees. Never reads an objective file.

use super::Degraded;
use super::events::Told;
use super::facts::Places;
use super::keys::Keys;
use super::progress::Progress;
use super::steps::Steps;
use super::work::{Mention, TRAILER};
use crate::git::{CommitGraphReader, Error, ObjectId, Objects, Outline, Repository};
use foldhash::HashMap;
use std::sync::Arc;

/// What of a commit nobody asked for yet.
const UNKNOWN: u32 = u32::MAX;

/// A commit that was read. There may be millions of them, of which few are ever asked for more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Commit {
    pub(super) seconds: i64,
    /// Index into the keys of the graph; [`UNKNOWN`] until it is asked for.
    key: u32,
    /// Index of its first parent; [`UNKNOWN`] until that is asked for.
    first: u32,
    source: Source,
}

/// Where the rest of a commit is known from.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// A place of the commit-graph.
    Graph(u32),
    /// Index among the commits that are known of themselves.
    Own(u32),
    /// The ledger: parents and root are read when they are asked for.
    Ledger,
}

/// A commit that the commit-graph does not have, or that was read all the same.
#[derive(Debug)]
struct Own {
    id: ObjectId,
    /// Where its parents stand among those of all these.
    parents: (u32, u32),
    /// Whether its message was looked at for trailers.
    heard: bool,
    /// The commit as git stores it, held while it may turn out to be a node.
    raw: Option<Box<[u8]>>,
}

/// Whether a commit of the commit-graph was read: not yet, and it is not in this clone, or its index after these two.
const UNREAD: u32 = 0;
const ABSENT: u32 = 1;

/// Commits read so far. Each is read once.
pub(super) struct Graph<'r> {
    pub(super) repository: &'r Repository,
    /// The number of its reader of objects, and of others that read in the same thread.
    pub(super) reader: usize,
    objects: Objects<'r>,
    /// The commit-graph, while nothing speaks against it.
    shortcut: Option<CommitGraphReader>,
    first_parent: bool,
    prefixes: Vec<String>,
    pub(super) commits: Vec<Commit>,
    own: Vec<Own>,
    /// Parents of those.
    parents: Vec<ObjectId>,
    /// Commits that the commit-graph does not have; `None` for those that are not in this clone.
    by_id: HashMap<ObjectId, Option<usize>>,
    /// What is known of the commits of the commit-graph, by their places there.
    by_place: Vec<u32>,
    /// Commits that the ledger knows, which are the first of all, and where to find each.
    remembered: Vec<ObjectId>,
    remembered_at: Places,
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
        reader: usize,
        prefixes: Vec<String>,
        first_parent: bool,
        progress: Arc<Progress>,
    ) -> Result<Self, Error> {
        let shortcut = repository.commit_graph(&prefixes);
        let known = shortcut.as_ref().map_or(0, CommitGraphReader::len);
        let mut graph = Graph {
            repository,
            reader,
            objects: repository.objects(reader)?,
            by_place: vec![UNREAD; known],
            shortcut,
            first_parent,
            keys: Keys::new(prefixes.len()),
            prefixes,
            commits: Vec::new(),
            own: Vec::new(),
            parents: Vec::new(),
            by_id: HashMap::default(),
            remembered: Vec::new(),
            remembered_at: Places::default(),
            steps: Steps::default(),
            draft: Vec::new(),
            progress,
            read: super::Counts::default(),
            mentions: HashMap::default(),
            told: Vec::new(),
            forgot: false,
            missing: Vec::new(),
        };
        // A walk may come to all of them. Room that nobody goes to costs nothing, what grows is written again and again.
        graph.commits.reserve(known);
        graph.steps.expect(known);
        Ok(graph)
    }

    /// Gives back what reading takes in memory while nothing is read.
    pub(super) fn release(&mut self) {
        self.objects.release();
    }

    /// Gives the prefixes, and what the commits have there by key.
    pub(super) fn keys(&self) -> (&[String], &Keys) {
        (&self.prefixes, &self.keys)
    }

    /// Gives the id of a commit.
    pub(super) fn id(&self, commit: usize) -> ObjectId {
        match self.commits[commit].source {
            Source::Graph(place) => self.shortcut.as_ref().expect("the commit is from there").id(place),
            Source::Own(own) => self.own[own as usize].id,
            Source::Ledger => self.remembered[commit],
        }
    }

    /// Gives the key of a commit that was asked for before.
    pub(super) fn known_key(&self, commit: usize) -> usize {
        self.commits[commit].key as usize
    }

    /// Gives the prefixes with the objects that a commit has there.
    pub(super) fn roots(&self, commit: usize) -> impl Iterator<Item = (&str, Option<(u32, ObjectId)>)> {
        let key = self.keys.get(self.known_key(commit));
        self.prefixes.iter().map(String::as_str).zip(key.iter().copied())
    }

    /// Tells whether a commit that a walk came to has none of the folders.
    pub(super) fn is_bare_of_goals(&self, commit: usize) -> bool {
        self.steps.is_bare(commit)
    }

    /// Makes room for so many commits more that the ledger knows.
    pub(super) fn expect(&mut self, commits: usize) {
        self.remembered.reserve(commits);
        self.remembered_at.expect(commits);
        self.commits.reserve(commits);
        self.steps.expect(commits);
    }

    /// Takes the next commit that the ledger knows, before any is read; `None` where it is not new.
    pub(super) fn remember(&mut self, id: ObjectId, seconds: i64) -> Option<()> {
        let Graph { remembered, remembered_at, commits, .. } = self;
        let (_, is_new) = remembered_at.number(&id, commits.len(), |other| remembered[other as usize] == id);
        remembered.push(id);
        commits.push(Commit { seconds, key: UNKNOWN, first: UNKNOWN, source: Source::Ledger });
        is_new.then_some(())
    }

    /// Finds a commit among those that the ledger knows.
    fn find_remembered(&self, id: ObjectId) -> Option<usize> {
        let at = self.remembered_at.find(&id, |at| self.remembered[at as usize] == id)?;
        Some(at as usize)
    }

    fn take(&mut self, own: Own) -> Source {
        self.own.push(own);
        Source::Own(number(self.own.len() - 1))
    }

    /// Gives what is known of a commit itself; `None` where the commit-graph has it, or the ledger.
    fn own(&self, commit: usize) -> Option<&Own> {
        match self.commits[commit].source {
            Source::Graph(_) | Source::Ledger => None,
            Source::Own(own) => Some(&self.own[own as usize]),
        }
    }

    /// Finds the place of a commit in the commit-graph.
    fn place(&self, id: ObjectId) -> Option<u32> {
        self.shortcut.as_ref()?.find(id)
    }

    /// Reads a commit of which only the ledger's word is known.
    fn fill(&mut self, commit: usize) -> Result<(), Error> {
        let Source::Ledger = self.commits[commit].source else { return Ok(()) };
        let id = self.id(commit);
        let read = match self.place(id) {
            Some(place) => self.read_place(place),
            None => self.read_commit(id),
        };
        match read {
            Ok(read) => {
                self.commits[commit] = read;
                self.forget_words(commit);
            }
            Err(Error::Missing { id: object, .. } | Error::Corrupt { id: object, .. }) => {
                self.missing.push((object, Some(id)));
                let source = self.take(Own { id, parents: (0, 0), heard: false, raw: None });
                let key = self.keys.nothing();
                self.commits[commit] = Commit { key, source, ..self.commits[commit] };
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Lets go of what a commit says of itself: it is no node.
    pub(super) fn forget_words(&mut self, commit: usize) {
        if let Source::Own(own) = self.commits[commit].source {
            self.own[own as usize].raw = None;
        }
    }

    /// Reads a commit; `None`, and noted, where it or its root tree is not in this clone.
    pub(super) fn load(&mut self, id: ObjectId) -> Result<Option<usize>, Error> {
        if let Some(place) = self.place(id) {
            return self.load_place(place);
        }
        if let Some(&known) = self.by_id.get(&id) {
            return Ok(known);
        }
        let index = match self.find_remembered(id) {
            Some(remembered) => Some(remembered),
            None => {
                let read = self.read_commit(id);
                self.keep(id, read)?
            }
        };
        self.by_id.insert(id, index);
        Ok(index)
    }

    /// Reads a commit that stands at a place of the commit-graph.
    fn load_place(&mut self, place: u32) -> Result<Option<usize>, Error> {
        match self.by_place[place as usize] {
            UNREAD => {}
            ABSENT => return Ok(None),
            index => return Ok(Some(index as usize - 2)),
        }
        let graph = self.shortcut.as_ref().expect("the place is there");
        let remembered = if self.remembered.is_empty() { None } else { self.find_remembered(graph.id(place)) };
        let index = match remembered {
            Some(remembered) => Some(remembered),
            None => match self.read_place(place) {
                Ok(commit) => self.keep(ObjectId::default(), Ok(commit))?,
                failed => {
                    let id = self.shortcut.as_ref().expect("the place is there").id(place);
                    self.keep(id, failed)?
                }
            },
        };
        self.by_place[place as usize] = index.map_or(ABSENT, |index| number(index + 2));
        Ok(index)
    }

    /// Takes a commit that was read; `None`, and noted, where something was not there.
    fn keep(&mut self, id: ObjectId, read: Result<Commit, Error>) -> Result<Option<usize>, Error> {
        match read {
            Ok(commit) => {
                self.commits.push(commit);
                Ok(Some(self.commits.len() - 1))
            }
            Err(Error::Missing { id: object, .. } | Error::Corrupt { id: object, .. }) => {
                self.missing.push((object, Some(id)));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Takes a commit from the commit-graph. What it says of goals is read where it may have touched them.
    fn read_place(&mut self, place: u32) -> Result<Commit, Error> {
        let graph = self.shortcut.as_ref().expect("the place is there");
        let (seconds, source) = (graph.seconds(place), Source::Graph(place));
        let key = match graph.tree(place) {
            Some(root) => self.key_of_root(root)?,
            None => UNKNOWN,
        };
        Ok(Commit { seconds, key, first: UNKNOWN, source })
    }

    fn read_commit(&mut self, id: ObjectId) -> Result<Commit, Error> {
        self.read.commits += 1;
        let outline = self.objects.outline(id, TRAILER)?;
        self.mentions.extend(Mention::of(self.repository, id, &outline)?.map(|mention| (id, mention)));
        let key = self.key_of_root(outline.tree)?;
        Ok(Commit { seconds: outline.seconds, key, first: UNKNOWN, source: self.take_outline(id, outline) })
    }

    /// Takes what a commit says of itself.
    fn take_outline(&mut self, id: ObjectId, outline: Outline) -> Source {
        let start = self.parents.len();
        self.parents.extend(outline.parents);
        if self.first_parent {
            self.parents.truncate(start + 1);
        }
        let parents = (number(start), number(self.parents.len()));
        self.take(Own { id, parents, heard: true, raw: Some(outline.raw) })
    }

    /// Counts the parents of a commit.
    fn count_parents(&self, commit: usize) -> usize {
        match self.commits[commit].source {
            Source::Own(own) => {
                let (start, end) = self.own[own as usize].parents;
                (end - start) as usize
            }
            Source::Graph(place) => {
                let most = if self.first_parent { 1 } else { usize::MAX };
                self.shortcut.as_ref().map_or(0, |graph| graph.parents(place).take(most).count())
            }
            Source::Ledger => 0,
        }
    }

    /// Reads one of the parents of a commit; `None` where there is none, or it is not in this clone.
    fn load_parent(&mut self, commit: usize, at: usize) -> Result<Option<usize>, Error> {
        if at > 0 {
            return self.look_up_parent(commit, at);
        }
        // Lines are followed more than once, and what is near in them is far apart in the commit-graph.
        let known = self.commits[commit].first;
        if known != UNKNOWN {
            return Ok(Some(known as usize));
        }
        let first = self.look_up_parent(commit, 0)?;
        self.commits[commit].first = first.map_or(UNKNOWN, number);
        Ok(first)
    }

    fn look_up_parent(&mut self, commit: usize, at: usize) -> Result<Option<usize>, Error> {
        match self.commits[commit].source {
            Source::Own(own) => {
                let (start, end) = self.own[own as usize].parents;
                let parent = self.parents[start as usize..end as usize].get(at).copied();
                parent.map_or(Ok(None), |parent| self.load(parent))
            }
            Source::Graph(place) => {
                let parent = self.shortcut.as_ref().and_then(|graph| graph.parents(place).nth(at));
                parent.map_or(Ok(None), |parent| self.load_place(parent))
            }
            Source::Ledger => Ok(None),
        }
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
            match self.load_parent(at, 0)? {
                Some(parent) => at = parent,
                None => {
                    let id = self.id(at);
                    let root = self.objects.outline(id, TRAILER).map(|outline| outline.tree);
                    self.commits[at].key = match root.and_then(|root| self.key_of_root(root)) {
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
        Ok(key as usize)
    }

    /// Gives time, parents and trailers of a commit whose message was read; `None` where somebody else has to read it.
    pub(super) fn heard(&self, id: ObjectId) -> Option<(i64, Vec<ObjectId>, Option<&Mention>)> {
        let commit = self.known(id)?;
        // Of the parents no more than the first may be known.
        let own = self.own(commit).filter(|own| own.heard && !self.first_parent)?;
        let parents = self.parents[own.parents.0 as usize..own.parents.1 as usize].to_vec();
        Some((self.commits[commit].seconds, parents, self.mentions.get(&id)))
    }

    /// Tells what a commit says of itself.
    pub(super) fn told(&self, commit: usize) -> Result<Told, Error> {
        if let Ok(at) = self.told.binary_search_by_key(&commit, |told| told.0) {
            return Ok(self.told[at].1.clone());
        }
        let raw = self.own(commit).and_then(|own| own.raw.as_ref());
        let id = self.id(commit);
        raw.map_or_else(|| self.repository.commit(id), |raw| self.repository.commit_of(id, raw)).map(Told::of)
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
        self.fill(commit)?;
        // Without a key once all is read: one that surely left the goals alone.
        if self.commits[commit].key == UNKNOWN
            && let Some(parent) = self.load_parent(commit, 0)?
        {
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
            if is_known(self.id(at)) {
                return Ok((chain, Some(at)));
            }
            chain.push(at);
            self.fill(at)?;
            match self.load_parent(at, 0)? {
                Some(parent) => at = parent,
                None => return Ok((chain, None)),
            }
        }
    }

    /// Finds a commit among those that are known.
    pub(super) fn known(&self, id: ObjectId) -> Option<usize> {
        let known = match self.place(id) {
            Some(place) => {
                Some(self.by_place[place as usize]).filter(|&read| read > ABSENT).map(|read| read as usize - 2)
            }
            None => self.by_id.get(&id).copied().flatten(),
        };
        known.or_else(|| self.find_remembered(id))
    }

    /// Gives time and parents of a commit; `None` where it is not in this clone.
    pub(super) fn ties(&self, id: ObjectId) -> Result<Option<(i64, Vec<ObjectId>)>, Error> {
        if let Some((graph, place)) = self.shortcut.as_ref().and_then(|graph| Some((graph, graph.find(id)?))) {
            let parents = graph.parents(place).map(|parent| graph.id(parent)).collect();
            return Ok(Some((graph.seconds(place), parents)));
        }
        match self.objects.outline(id, TRAILER) {
            Ok(outline) => Ok(Some((outline.seconds, outline.parents))),
            Err(Error::Missing { .. } | Error::Corrupt { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Forgets all that was read: the commit-graph is not of these commits.
    pub(super) fn forget(&mut self) {
        self.shortcut = None;
        self.commits.clear();
        self.own.clear();
        self.parents.clear();
        self.by_id.clear();
        self.by_place.clear();
        self.remembered.clear();
        self.remembered_at = Places::default();
        self.told.clear();
        self.steps = Steps::default();
        self.missing.clear();
        self.forgot = true;
    }

    /// Tells whether what a commit says of itself is known.
    pub(super) fn is_told(&self, commit: usize) -> bool {
        self.own(commit).is_some_and(|own| own.raw.is_some())
    }

    /// Reads a commit of which all was not read yet, and tells whether the commit-graph says the same.
    pub(super) fn confirm(&mut self, commit: usize) -> Result<bool, Error> {
        self.read.commits += 1;
        let id = self.id(commit);
        let outline = match self.objects.outline(id, TRAILER) {
            Ok(outline) => outline,
            Err(Error::Missing { .. } | Error::Corrupt { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        self.mentions.extend(Mention::of(self.repository, id, &outline)?.map(|mention| (id, mention)));
        let same = match (self.commits[commit].source, &self.shortcut) {
            (Source::Graph(place), Some(graph)) => {
                graph.tree(place).is_none_or(|root| root == outline.tree)
                    && graph.seconds(place) == outline.seconds
                    && graph.parents(place).map(|parent| graph.id(parent)).eq(outline.parents.iter().copied())
            }
            _ => true,
        };
        self.commits[commit].source = self.take_outline(id, outline);
        Ok(same)
    }

    /// Says where the clone is cut off and what is not in it.
    pub(super) fn degraded(&self) -> Vec<Degraded> {
        let mut degraded = Vec::new();
        if self.repository.is_shallow() {
            let ids = (0..self.commits.len()).map(|commit| self.id(commit));
            degraded.extend(ids.filter(|&id| self.repository.is_cut(id)).map(Degraded::cut));
        }
        degraded.extend(Degraded::lacking(self.repository, &self.missing));
        degraded
    }

    fn key_of_root(&mut self, root: ObjectId) -> Result<u32, Error> {
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

/// Numbers what there is one of for each commit or parent.
pub(super) fn number(at: usize) -> u32 {
    u32::try_from(at).ok().filter(|&at| at != UNKNOWN).expect("history holds fewer than 2^32 commits")
}
