//! Owns what is known of commits from earlier runs, and keeps what this one found out for the next.
//! Never trusts a file: one that is not as it was written is as good as not there. Never says a word: who cannot read or
//! write here works without.
//!
//! What is kept are facts about single commits under one set of paths: how a walk goes on from it, and what a node did
//! to the goals. They hold for every branch. A run that finds some of them adds a page; pages lie on each other, and
//! once there are many they are written anew as one.

mod answers;
mod blocks;
mod folder;
mod layout;
mod line;
mod outline;
mod pieces;
mod stored;
mod taken;
mod text;
mod unnamed;
mod work;

pub(super) use answers::Answers;
pub use folder::{Cache, CacheSize};
pub use outline::Outline;
pub(super) use work::Notebook;

use super::Options;
use super::graph::Graph;
use super::junctions::Junctions;
use super::main_line::Line;
use super::simplified::Walked;
use super::states::States;
use crate::config::Config;
use crate::git::Error;
use folder::Shelf;
use sha1::{Digest, Sha1};
use stored::{Counts, Source};
use taken::Front;

/// How the names of pages begin.
const PAGE: &str = "page-";
/// How the names of finished answers begin.
const ANSWER: &str = "answer-";
/// How the names of their events begin.
const EVENTS: &str = "events-";
/// How the names of what was agreed at locks begin.
const LOCKS: &str = "locks-";
/// How the names of the days that cycles had when they locked begin.
const AGREED: &str = "agreed-";
/// How the names of goals begin, as a log needs them.
const GOALS: &str = "goals-";
/// How the names of goals by file begin, with how to know that a file is still the same.
const FILES: &str = "files-";
/// Where the objective files of a work tree lie.
const LAYOUT: &str = "layout";
/// The first-parent line that was replayed last.
const LINE: &str = "line";
/// What commits say of the goals that they work for.
const WORK: &str = "work";
/// Digits of a key.
const KEY_LENGTH: usize = 24;
/// Pages that lie on each other at most.
const MOST_PAGES: usize = 8;
/// Commits that may be of no use to a run before the ledger is begun anew.
const SOME: usize = 4096;

/// What earlier runs know of commits, under one set of paths.
#[derive(Debug)]
pub(super) struct Ledger {
    cache: Cache,
    shelf: Shelf,
    /// What its pages hold.
    base: Counts,
    /// Counts up whenever the pages are written anew as one.
    generation: u64,
    pages: usize,
    /// Checksum of the last page.
    last: u32,
}

/// Gives the key of all that a fact about a commit depends on, beside the commit.
fn key(config: &Config, options: &Options) -> String {
    let mut hasher = Sha1::new();
    hasher.update(env!("CARGO_PKG_VERSION"));
    hasher.update([u8::from(options.first_parent)]);
    for path in config.paths.iter().chain(&config.history_also) {
        hasher.update(path.len().to_le_bytes());
        hasher.update(path);
    }
    digits(&hasher.finalize()[..KEY_LENGTH / 2])
}

/// Writes a digest, or the beginning of one, as digits.
fn digits(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn page_name(generation: u64, page: usize) -> String {
    format!("{PAGE}{generation}-{page}")
}

/// Reads the generation out of the name of a page.
fn generation_of(name: &str) -> Option<u64> {
    name.strip_prefix(PAGE)?.split_once('-')?.0.parse().ok()
}

impl Ledger {
    /// Opens the ledger for some paths, without reading it.
    pub(super) fn new(cache: &Cache, config: &Config, options: &Options) -> Self {
        let shelf = cache.shelf(&key(config, options));
        Ledger { cache: cache.clone(), shelf, base: Counts::default(), generation: 0, pages: 0, last: 0 }
    }

    /// Reads all pages into what was just opened. `false` where a page does not hold together: then what was opened must
    /// be opened again.
    pub(super) fn read(&mut self, graph: &mut Graph<'_>, states: &mut States<'_>, junctions: &mut Junctions) -> bool {
        self.generation = self.newest();
        while let Some(page) = self.shelf.read(&page_name(self.generation, self.pages), self.last) {
            let parts = page.parts();
            match parts.and_then(|parts| taken::take(parts, self.base, graph, states, junctions)) {
                Some(base) => (self.base, self.last) = (base, page.checksum),
                None => {
                    self.begin_anew();
                    return false;
                }
            }
            self.pages += 1;
        }
        true
    }

    /// Reads what all pages say of some goals into what was just opened; of all others nothing is known then. `false` where
    /// there is nothing, or it does not hold together: then what was opened must be thrown away.
    pub(super) fn read_some(
        &mut self,
        wanted: &dyn Fn(&str) -> bool,
        graph: &mut Graph<'_>,
        states: &mut States<'_>,
        junctions: &mut Junctions,
    ) -> bool {
        self.generation = self.newest();
        let mut fronts = Vec::new();
        let front = |on: u32, page: usize| {
            let name = page_name(self.generation, page);
            Some(Front { sheet: self.shelf.front(&name, on)?, name, on })
        };
        while let Some(front) = front(self.last, fronts.len()) {
            self.last = front.sheet.checksum;
            fronts.push(front);
        }
        let taken = taken::take_some(&self.shelf, &fronts, wanted, graph, states, junctions);
        self.base = taken.unwrap_or_default();
        self.base.commits > 0
    }

    /// Gives the newest generation of pages.
    fn newest(&self) -> u64 {
        self.shelf.names().iter().filter_map(|name| generation_of(name)).max().unwrap_or(0)
    }

    /// Forgets what was read, and goes on in a generation of its own.
    pub(super) fn begin_anew(&mut self) {
        (self.base, self.pages, self.last) = (Counts::default(), 0, 0);
        self.generation += 1;
    }

    /// Counts the commits that earlier runs know.
    pub(super) fn commits(&self) -> usize {
        self.base.commits
    }

    /// Adds what this run found out. What cannot be written is found out again.
    pub(super) fn write(
        &mut self,
        graph: &Graph<'_>,
        states: &States<'_>,
        junctions: &Junctions,
        walked: &Walked,
    ) -> Result<(), Error> {
        let fresh: Vec<usize> = graph.steps.commits().filter(|&commit| commit >= self.base.commits).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let all = self.base.commits + fresh.len();
        if all - walked.commits > walked.commits + SOME {
            // More is dead than alive: the next run starts anew.
            self.remove_older(u64::MAX);
            return Ok(());
        }
        let known = if self.pages < MOST_PAGES { self.base.commits } else { 0 };
        let (base, generation, page, on) = if self.pages < MOST_PAGES {
            (self.base, self.generation, self.pages, self.last)
        } else {
            (Counts::default(), self.generation + 1, 0, 0)
        };
        let mut commits = Vec::with_capacity(all - known);
        for commit in (known..self.base.commits).chain(fresh) {
            let told = if graph.steps.is_node(commit) { Some(graph.told(commit)?) } else { None };
            commits.push((commit, told));
        }
        let source = Source { graph, states, junctions, base, commits: &commits };
        let Some((counts, front, rest)) = source.write(&self.shelf) else { return Ok(()) };
        let bytes = self.shelf.behind_front(&front, &rest, on);
        self.cache.sweep();
        self.shelf.sweep();
        let name = page_name(generation, page);
        if self.shelf.has(&name) && self.shelf.read(&name, on).is_none() {
            // Files are whole from the first moment on: this one was damaged, or lies on a page that was.
            self.shelf.remove(&name);
        }
        if self.shelf.write(&name, on, &bytes, false).is_some() {
            self.base = counts;
            (self.generation, self.pages) = (generation, page + 1);
            self.remove_older(generation);
        }
        Ok(())
    }

    /// Reads the first-parent line that was replayed last.
    pub(super) fn line(&self, states: &mut States<'_>) -> Option<Line> {
        line::read(self.shelf.read(LINE, 0)?.body(), states)
    }

    /// Keeps a first-parent line for the next run, which may cut it and go on with it.
    pub(super) fn write_line(&self, line: &Line, states: &States<'_>) {
        if let Some(bytes) = line::write(line, states) {
            // Who cannot write replays it again.
            let _ = self.shelf.write(LINE, 0, &bytes, true);
        }
    }

    fn remove_older(&self, generation: u64) {
        for name in self.shelf.names() {
            if generation_of(&name).is_some_and(|other| other < generation) {
                self.shelf.remove(&name);
            }
        }
    }
}
