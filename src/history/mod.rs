//! Owns the past: which commit set which value of which key result, and what of the history is not there.
//! Never judges an event: rules do.

mod agreed;
mod ancestry;
mod blobs;
mod differences;
mod events;
#[cfg(test)]
pub mod example;
mod facts;
mod graph;
mod junctions;
mod keys;
mod ledger;
mod lines;
mod lock;
mod main_line;
mod names;

mod plain;
mod progress;
mod published;
mod series;
mod sightings;
mod simplified;
mod states;
mod steps;
mod tables;
mod trees;
mod uncommitted;
mod walk;
mod work;

pub use ledger::{Cache, CacheSize, Outline};
pub use lock::{Locked, Locks};
pub use names::former;
pub use plain::Plain;
pub use progress::{Progress, Stage};
pub use published::{DegradedV1, HistoryV1};
pub use series::{ByName, CheckIn};
pub use tables::{Table, Tables, differing};
pub use uncommitted::uncommitted;
pub use work::{Work, WorkCommit};

use crate::config::Config;
pub use crate::git::Person;
use crate::git::{Error, ObjectId, Objects, Repository};
use crate::okr::{Cycle, Field, Group};
use jiff::civil::Date;
use ledger::{Answers, Notebook};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use walk::Walk;

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The key result appeared.
    Created,
    /// It appeared again after it had gone.
    Restored,
    /// It went.
    Removed,
    /// Its value moved, or its owner looked at it.
    CheckIn,
    /// What it means changed.
    Definition,
    /// Somebody else answers for it.
    Ownership,
    /// It was graded.
    Closing,
}

/// One field that an event changed; `Null` where it was not written.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The field.
    pub field: Field,
    /// The value in the parent that the line goes on through.
    pub before: Arc<Value>,
    /// The value in the commit.
    pub after: Arc<Value>,
}

/// What one commit did to one objective or key result, in one respect. A long history has hundreds of thousands of them,
/// which share their words and values.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Full name, today's.
    pub name: Arc<str>,
    /// What it is.
    pub kind: EventKind,
    /// The gravest group of the changed fields: goalpost, scope, wording, ….
    pub group: Group,
    /// Whether a goalpost field changed.
    pub goalpost: bool,
    /// Whether the goal became easier; `None` where nothing can be compared or no goalpost moved.
    pub eased: Option<bool>,
    /// Whether a definition landed after its lock.
    pub late: bool,
    /// The commit; `None` for what is in the work tree and not committed.
    pub commit: Option<ObjectId>,
    /// Its author, through `.mailmap`.
    pub author: Arc<Person>,
    /// Day of measuring.
    pub measured: Date,
    /// Commit time, seconds since 1970, UTC.
    pub recorded: i64,
    /// The committer's own day.
    pub recorded_on: Date,
    /// First line of the commit's message.
    pub summary: Arc<str>,
    /// File in that commit (in the parent for `removed`).
    pub path: Arc<str>,
    /// Line of the table in that file, from 1.
    pub line: usize,
    /// Whether a signature is there; it is not verified.
    pub signed: bool,
    /// Whether either side of the change is `sensitive`.
    pub sensitive: bool,
    /// How many reasons (`amend`) stood there before it: with one more, today or in the commit itself, it is explained.
    pub reasons: usize,
    /// What changed, in field order.
    pub changes: Vec<Changed>,
}

/// What kind of knowledge is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DegradedKind {
    /// The clone is cut off.
    Shallow,
    /// The clone left objects out.
    Partial,
    /// A file of some commit did not parse, or a value in it was wrong.
    Unreadable,
    /// An object is missing.
    MissingObject,
}

/// One thing that history does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degraded {
    /// What kind.
    pub kind: DegradedKind,
    /// At which commit.
    pub commit: Option<ObjectId>,
    /// In which file.
    pub path: Option<String>,
    /// What was seen.
    pub message: String,
    /// What to run.
    pub help: String,
}

impl Degraded {
    /// Says that the clone is cut off at a commit.
    fn cut(commit: ObjectId) -> Self {
        Degraded {
            kind: DegradedKind::Shallow,
            commit: Some(commit),
            path: None,
            message: format!("the clone is cut off at {}: older history is not in it", commit.short()),
            help: "run `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0`)".into(),
        }
    }

    /// Says which objects are not there, of those that were missed at some commits; `None` where none was.
    fn lacking(repository: &Repository, missing: &[(ObjectId, Option<ObjectId>)]) -> Option<Self> {
        let &(object, commit) = missing.first()?;
        let mut objects: Vec<ObjectId> = missing.iter().map(|&(object, _)| object).collect();
        objects.sort();
        objects.dedup();
        let message = match objects.len() {
            1 => format!("the object {object} is not in this clone"),
            count => format!("{count} objects of the history are not in this clone, {object} is one"),
        };
        let kind = if repository.is_partial() { DegradedKind::Partial } else { DegradedKind::MissingObject };
        Some(Degraded { kind, commit, path: None, message, help: repository.help_for_missing().into() })
    }
}

/// All that the commits say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Whether every commit and object was there.
    pub complete: bool,
    /// As many as `git rev-list REV -- paths` lists.
    pub commits: usize,
    /// The oldest of them.
    pub first: Option<ObjectId>,
    /// What is not known, in a stable order.
    pub degraded: Vec<Degraded>,
    /// Newest first, as `git log --date-order` has the commits, then by name, then by kind.
    pub events: Vec<Event>,
}

impl History {
    /// Tells whether a commit may know a full name: one does, or not all is there to look at. An objective is known by its
    /// key results, for its own coming is no event.
    pub fn may_know(&self, name: &str) -> bool {
        let is_meant =
            |other: &str| other.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        !self.complete || self.events.iter().any(|event| event.commit.is_some() && is_meant(&event.name))
    }
}

/// How many objects were read to find a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Commits.
    pub commits: usize,
    /// Trees of commits, in search of the folders of goals.
    pub roots: usize,
    /// Trees below those folders.
    pub trees: usize,
    /// Blobs.
    pub blobs: usize,
}

/// How history is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Whether lines go on past commits that have none of the folders.
    pub full_history: bool,
    /// Whether only first parents are followed.
    pub first_parent: bool,
}

/// Reads the history of all goals back from a commit. The configuration of the revision asked about rules all of it.
///
/// # Errors
/// [`Error`] where the commit itself is not there or the repository cannot be read. What is missing or does not parse
/// further back is in [`History::degraded`] instead.
pub fn walk(repository: &Repository, from: ObjectId, config: &Config, options: &Options) -> Result<History, Error> {
    Past::new(repository, from, config, options, None).history()
}

/// How much of an answer was known from earlier runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Everything,
    /// So many commits.
    Commits(usize),
}

/// What lies behind a revision. Nothing is read before somebody asks, and nothing twice.
pub struct Past<'r> {
    repository: &'r Repository,
    from: ObjectId,
    config: &'r Config,
    options: Options,
    cache: Option<Cache>,
    answers: Option<Answers>,
    walk: Option<Walk<'r>>,
    progress: Arc<Progress>,
}

impl<'r> Past<'r> {
    /// Makes ready to look back from a commit, under one configuration. What is known from earlier runs is taken from a
    /// cache, and what is found out goes there.
    pub fn new(
        repository: &'r Repository,
        from: ObjectId,
        config: &'r Config,
        options: &Options,
        cache: Option<&Cache>,
    ) -> Self {
        let answers = cache.map(|cache| Answers::new(cache, from, config, options));
        let (options, cache, progress) = (*options, cache.cloned(), Arc::default());
        Past { repository, from, config, options, cache, answers, walk: None, progress }
    }

    /// Finds every event.
    ///
    /// # Errors
    /// As [`walk`].
    pub fn history(&mut self) -> Result<History, Error> {
        if let Some(known) = self.answers.as_ref().and_then(Answers::history) {
            return Ok(known);
        }
        let walk = self.walk()?;
        let history = walk.history()?;
        if walk.is_whole()
            && let Some(answers) = &self.answers
        {
            answers.keep(&history);
        }
        Ok(history)
    }

    /// Gives every event of some names, and of those that hide what others say, where an earlier run kept them.
    pub fn known_of(&self, wanted: impl Fn(&str) -> bool) -> Option<History> {
        self.answers.as_ref()?.history_of(wanted)
    }

    /// Finds the same where an earlier run knows all commits but a few; files that were read already are passed over where
    /// they are of no concern. Nothing is kept of it.
    ///
    /// # Errors
    /// As [`walk`].
    pub fn found_of(&self, wanted: impl Fn(&str) -> bool, read: &Plain) -> Result<Option<History>, Error> {
        let Some(cache) = &self.cache else { return Ok(None) };
        self.repository.commit(self.from)?;
        Walk::history_of(self.repository, self.from, self.config, &self.options, cache, &wanted, read)
    }

    /// Finds the definitions of a cycle's key results at their locks, as far as those days are over on `today`.
    ///
    /// # Errors
    /// [`Error`] where the repository cannot be read; missing objects are in [`Locks::degraded`] instead.
    pub fn locks(&mut self, cycle: &Cycle, today: Date) -> Result<Locks, Error> {
        if let Some(known) = self.answers.as_ref().and_then(|answers| answers.locks(cycle, today)) {
            return Ok(known.into());
        }
        let walk = self.walk()?;
        let agreed = walk.locks(cycle, today)?;
        if walk.is_whole()
            && let Some(answers) = &self.answers
        {
            answers.keep_locks(cycle, &agreed);
        }
        Ok(agreed.into())
    }

    /// Gives the days of each of these cycles as they were settled when it locked. One is left out whose settings were
    /// not in the repository yet on its first day: nobody had agreed on anything.
    ///
    /// # Errors
    /// [`Error`] where the repository cannot be read; a commit that is not there ends the search without one.
    pub fn agreed(&mut self, cycles: &[Cycle]) -> Result<Vec<Cycle>, Error> {
        if let Some(known) = self.answers.as_ref().and_then(|answers| answers.agreed(cycles)) {
            return Ok(known);
        }
        let walk = self.walk()?;
        let agreed = walk.agreed(cycles)?;
        if walk.is_whole()
            && let Some(answers) = &self.answers
        {
            answers.keep_agreed(cycles, &agreed);
        }
        Ok(agreed)
    }

    /// Finds the commits that were recorded since a day and say which goals they work for.
    ///
    /// # Errors
    /// [`Error`] where the repository cannot be read; commits that are not there are in [`Work::degraded`] instead.
    pub fn work(&self, since: Date) -> Result<Work, Error> {
        let known = self.walk.as_ref().map(|walk| &walk.graph);
        let notebook = self.cache.as_ref().map(|cache| Notebook::new(cache, self.config));
        work::read(self.repository, known, notebook.as_ref(), self.from, since, &self.progress)
    }

    /// Says how much earlier runs knew of what was asked.
    pub fn known(&self) -> Known {
        self.walk.as_ref().map_or(Known::Everything, |walk| Known::Commits(walk.remembered()))
    }

    /// Says how far the reading has come, to whoever looks on meanwhile.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Counts the objects that were read so far.
    pub fn counts(&self) -> Counts {
        self.walk.as_ref().map(Walk::counts).unwrap_or_default()
    }

    fn walk(&mut self) -> Result<&mut Walk<'r>, Error> {
        if self.walk.is_none() {
            let cache = self.cache.as_ref();
            let progress = Arc::clone(&self.progress);
            self.repository.commit(self.from)?;
            self.walk = Some(Walk::new(self.repository, self.from, self.config, &self.options, cache, progress)?);
        }
        Ok(self.walk.as_mut().expect("it was just made"))
    }
}

/// The number of the reader that walks have for themselves, and the first of those that read side by side.
const READER: usize = 1;

/// Makes a reader of objects for each of so many threads.
fn lanes(repository: &Repository, threads: usize) -> Result<Vec<Objects<'_>>, Error> {
    (READER..READER + threads).map(|number| repository.objects(number)).collect()
}

/// Objects from which on they are read side by side. Each reader maps the packs for itself, and every page of them that it
/// comes to costs as much as to read an object: for fewer, one goes on with what it has before it.
const MANY: usize = 4096;

/// Says on how many threads so many objects are read: reading is bound by one cache of delta bases a thread, and beyond two
/// the gain is small.
fn threads(objects: usize) -> usize {
    if objects < MANY { 1 } else { std::thread::available_parallelism().map_or(1, usize::from).min(2) }
}
