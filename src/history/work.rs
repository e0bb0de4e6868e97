//! Owns the commits that say in a trailer, `OKR: <name>`, which goals they work for, wherever they stand in a history.
//! Never decides what a name stands for, and never keeps who wrote a commit.

use super::graph::Graph;
use super::ledger::Notebook;
use super::{Degraded, Progress, READER, Stage};
use crate::git::{Error, ObjectId, Objects, Outline, Repository};
use foldhash::{HashMap, HashSet};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// The key of the trailer.
pub(super) const TRAILER: &str = "OKR";

/// How many commits from before the first day are seen in a row until nothing of it is expected behind them: newer ones
/// may stand behind a commit whose clock was wrong.
const OLD: usize = 64;

/// How many times as many commits are kept between runs as one run came to.
const KEPT: usize = 4;

/// The work for goals since some day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The first day, by the clocks of those who recorded the commits, in UTC.
    pub since: Date,
    /// The commits that name goals, newest first.
    pub commits: Vec<WorkCommit>,
    /// What is not known.
    pub degraded: Vec<Degraded>,
}

/// A commit that names goals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCommit {
    /// Its id.
    pub commit: ObjectId,
    /// Commit time, seconds since 1970, UTC.
    pub recorded: i64,
    /// First line of its message.
    pub summary: Arc<str>,
    /// What stands in its trailers, in order, as written.
    pub names: Vec<String>,
}

/// What a commit says of the goals that it works for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) summary: Arc<str>,
    pub(super) names: Vec<String>,
}

impl Mention {
    /// Takes the trailers out of a commit that was read; `None` where it has none.
    pub(super) fn of(repository: &Repository, id: ObjectId, outline: &Outline) -> Result<Option<Self>, Error> {
        if outline.trailers.is_empty() {
            return Ok(None);
        }
        let summary = repository.commit_of(id, &outline.raw)?.summary.into();
        Ok(Some(Mention { summary, names: outline.trailers.clone() }))
    }
}

/// A commit, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) seconds: i64,
    pub(super) parents: Vec<ObjectId>,
    pub(super) mention: Option<Mention>,
}

/// Commits in the order in which they were read first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) all: Vec<(ObjectId, Fact)>,
    places: HashMap<ObjectId, usize>,
}

impl Facts {
    pub(super) fn push(&mut self, id: ObjectId, fact: Fact) {
        self.places.insert(id, self.all.len());
        self.all.push((id, fact));
    }
}

/// Goes back from a commit through every parent, the newest commit first, until [`OLD`] commits in a row are from before a
/// day, and finds those since that day that have the trailer. What `graph` and `notebook` know is not read again.
pub(super) fn read(
    repository: &Repository,
    graph: Option<&Graph<'_>>,
    notebook: Option<&Notebook>,
    from: ObjectId,
    since: Date,
    progress: &Progress,
) -> Result<Work, Error> {
    let first = since.to_zoned(TimeZone::UTC).map_or(i64::MIN, |midnight| midnight.timestamp().as_second());
    let mut reading = Reading {
        objects: repository.objects(READER)?,
        repository,
        graph,
        facts: notebook.and_then(Notebook::read).unwrap_or_default(),
        missing: Vec::new(),
    };
    let known = reading.facts.all.len();
    let (mut commits, mut degraded) = (Vec::new(), Vec::new());
    let (mut came_up, mut old) = (0usize, 0);
    let mut seen = HashSet::default();
    let mut waiting = BinaryHeap::new();
    progress.begin(Stage::Walking, 0);
    if let Some(place) = reading.place(from, None)? {
        seen.insert(from);
        waiting.push((reading.facts.all[place].1.seconds, Reverse(came_up), place));
    }
    while let Some((seconds, _, place)) = waiting.pop() {
        let (id, fact) = reading.facts.all[place].clone();
        if seconds >= first {
            old = 0;
            if repository.is_cut(id) {
                degraded.push(Degraded::cut(id));
            }
            commits.extend(fact.mention.map(|Mention { summary, names }| {
                let (commit, recorded) = (id, seconds);
                WorkCommit { commit, recorded, summary, names }
            }));
        } else {
            old += 1;
            if old > OLD {
                break;
            }
        }
        for parent in fact.parents {
            if seen.insert(parent)
                && let Some(place) = reading.place(parent, Some(id))?
            {
                came_up += 1;
                progress.reach(came_up);
                waiting.push((reading.facts.all[place].1.seconds, Reverse(came_up), place));
            }
        }
    }
    if let Some(notebook) = notebook.filter(|_| reading.missing.is_empty() && reading.facts.all.len() > known) {
        if known > seen.len() * KEPT {
            // Most of it is of another branch, or from long ago.
            reading.facts.all.retain(|(id, _)| seen.contains(id));
        }
        notebook.write(&reading.facts);
    }
    degraded.extend(Degraded::lacking(repository, &reading.missing));
    degraded.sort_by_key(|gap| (gap.kind, gap.commit));
    Ok(Work { since, commits, degraded })
}

/// Commits, each read once.
struct Reading<'a, 'r> {
    repository: &'a Repository,
    objects: Objects<'a>,
    graph: Option<&'a Graph<'r>>,
    facts: Facts,
    missing: Vec<(ObjectId, Option<ObjectId>)>,
}

impl Reading<'_, '_> {
    /// Gives the place of a commit among the facts; `None`, and noted, where it is not in this clone.
    fn place(&mut self, id: ObjectId, child: Option<ObjectId>) -> Result<Option<usize>, Error> {
        if let Some(&place) = self.facts.places.get(&id) {
            return Ok(Some(place));
        }
        let fact = match self.graph.and_then(|graph| graph.heard(id)) {
            Some((seconds, parents, mention)) => Fact { seconds, parents, mention: mention.cloned() },
            None => match self.objects.outline(id, TRAILER) {
                Ok(outline) => {
                    let mention = Mention::of(self.repository, id, &outline)?;
                    Fact { seconds: outline.seconds, parents: outline.parents, mention }
                }
                Err(Error::Missing { .. } | Error::Corrupt { .. }) => {
                    self.missing.push((id, child));
                    return Ok(None);
                }
                Err(error) => return Err(error),
            },
        };
        self.facts.push(id, fact);
        Ok(Some(self.facts.all.len() - 1))
    }
}
