//! Owns one look back: from a commit to every event behind it, with what earlier runs know of the commits.
//! Never keeps a finished answer.

use super::events::{self, Record, Sides};
use super::graph::Graph;
use super::junctions::{Junction, Junctions};
use super::ledger::{Cache, Ledger};
use super::lines::{self, Turn};
use super::main_line::Line;
use super::plain::Plain;
use super::progress::Progress;
use super::simplified::Walked;
use super::states::{PathId, State, States};
use super::{Counts, Degraded, DegradedKind, Event, EventKind, History, Options, READER};
use crate::config::Config;
use crate::git::{Error, Mailmap, ObjectId, Person, Repository};
use crate::source::Paths;
use foldhash::HashMap;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// New commits up to which they are few: it is quicker to look at them for some names than to find out all that they did.
const FEW: usize = 1024;

/// The commits behind a revision, read as far as somebody asked: what one question has read, the next need not read again.
pub(super) struct Walk<'r> {
    pub(super) graph: Graph<'r>,
    pub(super) states: States<'r>,
    junctions: Junctions,
    pub(super) ledger: Option<Ledger>,
    pub(super) config: &'r Config,
    options: Options,
    from: ObjectId,
    /// Where the walk begins; `None` where the commit is not there.
    pub(super) start: Option<usize>,
    /// The first-parent line, once somebody asked for what landed when.
    pub(super) line: Option<Rc<Line>>,
    /// How many commits earlier runs knew.
    remembered: usize,
    /// Whether nothing was missing that an answer depends on.
    pub(super) is_certain: bool,
}

impl<'r> Walk<'r> {
    /// Makes ready to look back from a commit, with what the ledger knows.
    pub(super) fn new(
        repository: &'r Repository,
        from: ObjectId,
        config: &'r Config,
        options: &Options,
        cache: Option<&Cache>,
        progress: Arc<Progress>,
    ) -> Result<Self, Error> {
        let mut ledger = cache.map(|cache| Ledger::new(cache, config, options));
        let (mut graph, mut states) = reading(repository, READER, config, options.first_parent, &progress)?;
        let mut junctions = Junctions::default();
        if ledger.as_mut().is_some_and(|ledger| !ledger.read(&mut graph, &mut states, &mut junctions)) {
            (graph, states) = reading(repository, READER, config, options.first_parent, &progress)?;
            junctions = Junctions::default();
        }
        Walk::of(graph, states, junctions, ledger, config, *options, from)
    }

    /// Begins with a commit, and what is known of it and others.
    fn of(
        mut graph: Graph<'r>,
        states: States<'r>,
        junctions: Junctions,
        ledger: Option<Ledger>,
        config: &'r Config,
        options: Options,
        from: ObjectId,
    ) -> Result<Self, Error> {
        let start = graph.load(from)?;
        let remembered = ledger.as_ref().map_or(0, Ledger::commits);
        let (line, is_certain) = (None, true);
        Ok(Walk { graph, states, junctions, ledger, config, options, from, start, line, remembered, is_certain })
    }

    /// Looks again at everything, without what earlier runs know.
    fn start_over(&mut self) -> Result<(), Error> {
        let repository = self.graph.repository;
        let progress = Arc::clone(&self.graph.progress);
        *self = Walk::new(repository, self.from, self.config, &self.options, None, progress)?;
        Ok(())
    }

    /// Finds every event.
    pub(super) fn history(&mut self) -> Result<History, Error> {
        let Some(start) = self.start else {
            return Ok(History { degraded: self.graph.degraded(), ..History::default() });
        };
        let walked = self.graph.walk(start)?;
        if self.graph.forgot && self.ledger.is_some() {
            // What the commit-graph said wrong may be in what is known.
            self.start_over()?;
            return self.history();
        }
        self.junctions.complete(&mut self.graph, &mut self.states, &walked)?;
        if !self.graph.missing.is_empty() && self.ledger.as_ref().is_some_and(|ledger| ledger.commits() > 0) {
            // Objects that were there once are gone: what is known would say less of what is missing.
            self.start_over()?;
            return self.history();
        }
        let facts = &self.states.facts;
        let turns = lines::follow(&self.graph, &self.junctions, facts, &walked, self.options.full_history);
        let history = self.tell(start, &walked, &turns, |_| true)?;
        if let Some(ledger) = self.ledger.as_mut().filter(|_| self.graph.missing.is_empty()) {
            ledger.write(&self.graph, &self.states, &self.junctions, &walked)?;
        }
        Ok(history)
    }

    /// Finds the events of some names, and those that hide what others say, with no more of what earlier runs know than
    /// concerns them, and without the files that others read just now. `None` where that is not enough: where many commits
    /// are new, or a goal got another name in them.
    pub(super) fn history_of(
        repository: &'r Repository,
        from: ObjectId,
        config: &'r Config,
        options: &Options,
        cache: &Cache,
        wanted: &dyn Fn(&str) -> bool,
        plain: &Plain,
    ) -> Result<Option<History>, Error> {
        let mut ledger = Ledger::new(cache, config, options);
        // What the outline needed is open already.
        let (mut graph, mut states) = reading(repository, 0, config, options.first_parent, &Arc::default())?;
        let mut junctions = Junctions::default();
        if !ledger.read_some(wanted, &mut graph, &mut states, &mut junctions) {
            return Ok(None);
        }
        states.pass_over(plain);
        let mut walk = Walk::of(graph, states, junctions, Some(ledger), config, *options, from)?;
        let Some(start) = walk.start else { return Ok(None) };
        let walked = walk.graph.walk(start)?;
        let fresh: Vec<usize> = walk.graph.steps.commits().filter(|&commit| commit >= walk.remembered).collect();
        if walk.graph.forgot || fresh.len() > FEW {
            return Ok(None);
        }
        walk.junctions.complete(&mut walk.graph, &mut walk.states, &walked)?;
        let fresh = fresh.iter().filter_map(|&commit| walk.junctions.get(commit));
        if fresh.flat_map(Junction::renames).next().is_some() || !walk.graph.missing.is_empty() {
            return Ok(None);
        }
        let facts = &walk.states.facts;
        let turns = lines::follow(&walk.graph, &walk.junctions, facts, &walked, options.full_history);
        let history = walk.tell(start, &walked, &turns, |event| event.sensitive || wanted(&event.name))?;
        // Whoever asks for few goals has little more to do, and need not give back piece by piece what was read for them.
        std::mem::forget(walk);
        Ok(Some(history))
    }

    /// Tells the turns of a walk as events.
    fn tell(
        &mut self,
        start: usize,
        walked: &Walked,
        turns: &[Turn],
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<History, Error> {
        let mailmap = self.graph.repository.mailmap(self.from)?;
        self.is_certain &= !mailmap.is_missing();
        let mut events = told(&self.graph, &self.states, turns, &mailmap)?;
        events.retain(wanted);
        name_restored(&mut events);
        self.mark_late(start, walked, &mut events)?;
        let mut notes = Notes::default();
        for node in walked.nodes.iter().rev() {
            let read = self.junctions.get(node.commit).into_iter().flat_map(|junction| &junction.notes);
            notes.take(&self.states, self.graph.id(node.commit), read);
        }
        let degraded = all_degraded(&self.graph, &notes);
        Ok(History {
            complete: degraded.iter().all(|one| one.kind == DegradedKind::Unreadable),
            commits: walked.nodes.len(),
            first: walked.nodes.last().map(|node| self.graph.id(node.commit)),
            degraded,
            events,
        })
    }

    /// Tells whether the answers hold in every clone, whenever they are asked for again.
    pub(super) fn is_whole(&self) -> bool {
        self.is_certain && self.start.is_some() && self.graph.missing.is_empty()
    }

    /// Counts the commits that earlier runs knew.
    pub(super) fn remembered(&self) -> usize {
        self.remembered
    }

    /// Counts the objects that were read so far.
    pub(super) fn counts(&self) -> Counts {
        Counts { blobs: self.states.read, ..self.graph.read }
    }
}

/// Names what happened at each turn. Turns come in the order of the commits; those of one commit are put in order of name
/// and kind.
fn told(graph: &Graph<'_>, states: &States<'_>, turns: &[Turn], mailmap: &Mailmap) -> Result<Vec<Event>, Error> {
    let mut events = Vec::with_capacity(turns.len());
    let mut people: HashMap<Person, Arc<Person>> = HashMap::default();
    let mut found = Vec::new();
    for together in turns.chunk_by(|one, next| one.commit == next.commit) {
        let commit = together[0].commit;
        let told = graph.told(commit)?;
        let author = mailmap.person(&told.author.person);
        let author = people.entry(author).or_insert_with_key(|author| Arc::new(author.clone()));
        let record = Record::of(graph.id(commit), &told, Arc::clone(author));
        for turn in together {
            let Some(State { path, line, .. }) = turn.after.or(turn.before) else { continue };
            let side = |state: Option<State>| state.map(|state| state.facts);
            let (before, after) = (side(turn.before), side(turn.after));
            let name = states.facts.text(turn.today);
            let sides = Sides { name, facts: &states.facts, before, after, fields: turn.set };
            found.extend(events::events(&sides, &record, states.path(path), line as usize));
        }
        // Numbers of names depend on what was read first, so of two with one name the first by path counts.
        found.sort_by(|a, b| (&a.name, a.kind, &a.path, a.line).cmp(&(&b.name, b.kind, &b.path, b.line)));
        one_per_kind(found.drain(..), &mut events);
    }
    Ok(events)
}

/// Makes ready to read the commits and files that a configuration names.
fn reading<'r>(
    repository: &'r Repository,
    reader: usize,
    config: &Config,
    first_parent: bool,
    progress: &Arc<Progress>,
) -> Result<(Graph<'r>, States<'r>), Error> {
    let paths = Paths::new(config.paths.iter().chain(&config.history_also));
    let graph = Graph::new(repository, reader, paths.prefixes(), first_parent, Arc::clone(progress))?;
    Ok((graph, States::new(repository, reader, paths)?))
}

/// Lists all that is not known, in a stable order.
pub(super) fn all_degraded(graph: &Graph<'_>, notes: &Notes) -> Vec<Degraded> {
    let mut degraded = graph.degraded();
    degraded.extend(notes.degraded());
    degraded.sort_by(|a, b| (a.kind, &a.path, a.commit, &a.message).cmp(&(b.kind, &b.path, b.commit, &b.message)));
    degraded
}

/// What did not read, by path and message, at the oldest commit that has it.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<(String, Rc<str>), ObjectId>);

impl Notes {
    /// Takes what did not read at a commit that is newer than those before.
    pub(super) fn take<'n>(
        &mut self,
        states: &States<'_>,
        commit: ObjectId,
        notes: impl IntoIterator<Item = &'n (PathId, Rc<str>)>,
    ) {
        for (path, note) in notes {
            self.0.entry((states.path(*path).to_string(), note.clone())).or_insert(commit);
        }
    }

    /// Says which files and values did not read, each once.
    fn degraded(&self) -> impl Iterator<Item = Degraded> + '_ {
        self.0.iter().map(|((path, message), commit)| Degraded {
            kind: DegradedKind::Unreadable,
            commit: Some(*commit),
            path: Some(path.clone()),
            message: message.to_string(),
            help: format!("see it with `git show {}:{path}`; later revisions count as they are", commit.short()),
        })
    }
}

/// Joins events of one commit, name and kind: a goal's lines may come to one commit under two names. Coming and going
/// takes in all that changed with it.
fn one_per_kind(found: impl Iterator<Item = Event>, events: &mut Vec<Event>) {
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
    let mut newer: HashMap<&str, usize> = HashMap::default();
    for (at, event) in events.iter().enumerate() {
        match event.kind {
            EventKind::Created => drop(newer.insert(&event.name, at)),
            EventKind::Removed => restored.extend(newer.remove(&*event.name)),
            _ => {}
        }
    }
    for at in restored {
        events[at].kind = EventKind::Restored;
    }
}
