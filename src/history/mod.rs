//! Owns the past: which commit set which value of which key result, and what of the history is not there.
//! Never judges an event: rules do.

mod agreed;
mod blobs;
mod differences;
mod events;
#[cfg(test)]
pub mod example;
mod facts;
mod graph;
mod lines;
mod lock;
mod names;
mod progress;
mod published;
mod series;
mod states;
mod tables;
mod trees;
mod uncommitted;

pub use lock::{Locked, Locks};
pub use names::former;
pub use progress::{Progress, Stage};
pub use published::{DegradedV1, HistoryV1};
pub use series::{ByName, CheckIn};
pub use tables::{Table, Tables, differing};
pub use uncommitted::uncommitted;

use crate::config::Config;
pub use crate::git::Person;
use crate::git::{Error, Mailmap, ObjectId, Objects, Repository};
use crate::okr::{Field, Group};
use crate::source::Paths;
use events::{Record, Side, Sides};
use graph::Graph;
use jiff::civil::Date;
use lines::Turn;
use lock::Line;
use serde::Serialize;
use serde_json::Value;
use states::{State, States};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

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
    pub before: Value,
    /// The value in the commit.
    pub after: Value,
}

/// What one commit did to one objective or key result, in one respect.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Full name, today's.
    pub name: String,
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
    pub author: Person,
    /// Day of measuring.
    pub measured: Date,
    /// Commit time, seconds since 1970, UTC.
    pub recorded: i64,
    /// The committer's own day.
    pub recorded_on: Date,
    /// First line of the commit's message.
    pub summary: String,
    /// File in that commit (in the parent for `removed`).
    pub path: String,
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
    Past::new(repository, from, config, options)?.history()
}

/// The commits behind a revision, read as far as somebody asked: what one question has read, the next need not read again.
pub struct Past<'r> {
    graph: Graph<'r>,
    states: States<'r>,
    config: &'r Config,
    from: ObjectId,
    /// Where the walk begins; `None` where the commit is not there.
    start: Option<usize>,
    full_history: bool,
    /// The first-parent line, once somebody asked for what landed when.
    line: Option<Rc<Line>>,
}

impl<'r> Past<'r> {
    /// Makes ready to look back from a commit, under one configuration.
    ///
    /// # Errors
    /// As [`walk`].
    pub fn new(
        repository: &'r Repository,
        from: ObjectId,
        config: &'r Config,
        options: &Options,
    ) -> Result<Self, Error> {
        repository.commit(from)?;
        let (mut graph, states) = reading(repository, config, options.first_parent)?;
        let start = graph.load(from)?;
        Ok(Past { graph, states, config, from, start, full_history: options.full_history, line: None })
    }

    /// Finds every event.
    ///
    /// # Errors
    /// As [`walk`].
    pub fn history(&mut self) -> Result<History, Error> {
        let Some(start) = self.start else {
            return Ok(History { degraded: self.graph.degraded(), ..History::default() });
        };
        let walked = self.graph.walk(start)?;
        let turns = lines::follow(&mut self.graph, &mut self.states, &walked, self.full_history)?;
        let mailmap = self.graph.repository.mailmap(self.from)?;
        let mut events = told(&self.graph, &self.states, &turns, &mailmap)?;
        name_restored(&mut events);
        self.mark_late(start, &mut events)?;
        let degraded = all_degraded(&self.graph, &self.states);
        Ok(History {
            complete: degraded.iter().all(|one| one.kind == DegradedKind::Unreadable),
            commits: walked.nodes.len(),
            first: walked.nodes.last().map(|node| self.graph.commits[node.commit].id),
            degraded,
            events,
        })
    }

    /// Says how far the reading has come, to whoever looks on meanwhile.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.graph.progress)
    }

    /// Counts the objects that were read so far.
    pub fn counts(&self) -> Counts {
        Counts { blobs: self.states.read, ..self.graph.read }
    }
}

/// Names what happened at each turn. Turns come in the order of the commits; those of one commit are put in order of name
/// and kind.
fn told(graph: &Graph<'_>, states: &States<'_>, turns: &[Turn], mailmap: &Mailmap) -> Result<Vec<Event>, Error> {
    let mut events = Vec::with_capacity(turns.len());
    for together in turns.chunk_by(|one, next| one.commit == next.commit) {
        let commit = graph.record(together[0].commit)?;
        let record = Record::of(&commit, mailmap.person(&commit.author.person));
        let mut found = Vec::with_capacity(together.len());
        for turn in together {
            let Some(State { path, line, .. }) = turn.after.or(turn.before) else { continue };
            let side = |state: Option<State>| state.map(|state| Side::Facts(&states.facts, state.facts));
            let (before, after) = (side(turn.before), side(turn.after));
            let sides = Sides { name: states.facts.text(turn.today), before, after, fields: &turn.fields() };
            found.extend(events::events(&sides, &record, states.path(path), line as usize));
        }
        found.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
        one_per_kind(found, &mut events);
    }
    Ok(events)
}

/// Makes ready to read the commits and files that a configuration names.
fn reading<'r>(
    repository: &'r Repository,
    config: &Config,
    first_parent: bool,
) -> Result<(Graph<'r>, States<'r>), Error> {
    let paths = Paths::new(config.paths.iter().chain(&config.history_also));
    Ok((Graph::new(repository, paths.prefixes(), first_parent)?, States::new(repository, paths)?))
}

/// Opens a reader of objects for each thread that may work.
fn lanes(repository: &Repository) -> Result<Vec<Objects<'_>>, Error> {
    (1..=threads(usize::MAX)).map(|number| repository.objects(number)).collect()
}

/// Says on how many threads so many pieces of work are done: reading is bound by one cache of delta bases a thread, and
/// beyond two the gain is small.
fn threads(pieces: usize) -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(2).min(pieces)
}

/// Lists all that is not known, in a stable order.
fn all_degraded(graph: &Graph<'_>, states: &States<'_>) -> Vec<Degraded> {
    let mut degraded = graph.degraded();
    degraded.extend(states.degraded());
    degraded.sort_by(|a, b| (a.kind, &a.path, a.commit, &a.message).cmp(&(b.kind, &b.path, b.commit, &b.message)));
    degraded
}

/// Joins events of one commit, name and kind: a goal's lines may come to one commit under two names. Coming and going
/// takes in all that changed with it.
fn one_per_kind(found: Vec<Event>, events: &mut Vec<Event>) {
    let start = events.len();
    for event in found {
        match events[start..].last_mut() {
            Some(last)
                if last.name == event.name
                    && (last.kind == event.kind || matches!(last.kind, EventKind::Created | EventKind::Removed)) =>
            {
                last.changes.extend(event.changes);
                last.changes.sort_by_key(|change| change.field);
            }
            _ => events.push(event),
        }
    }
}

/// Names the creations whose line goes on to an older removal.
fn name_restored(events: &mut [Event]) {
    let mut restored = Vec::new();
    let mut newer: HashMap<&str, usize> = HashMap::new();
    for (at, event) in events.iter().enumerate() {
        match event.kind {
            EventKind::Created => drop(newer.insert(&event.name, at)),
            EventKind::Removed => restored.extend(newer.remove(event.name.as_str())),
            _ => {}
        }
    }
    for at in restored {
        events[at].kind = EventKind::Restored;
    }
}
