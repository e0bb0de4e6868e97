//! Owns how the ledger is written down: numbers, texts and nothing that points outside.
//! Never believes what it reads: every number is held against what is there.

use super::super::events::Told;
use super::super::facts::{Facts, FactsId, NameId};
use super::super::graph::Graph;
use super::super::junctions::{Crossing, Junction, Junctions, Side};
use super::super::states::{State, States};
use super::text::{self, Token};
use crate::git::{ObjectId, Person, Signature};
use crate::okr::Field;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How many things of each kind there are; their numbers are below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) commits: usize,
    names: usize,
    values: usize,
    sets: usize,
    paths: usize,
    seen: usize,
}

impl Counts {
    fn of(commits: usize, states: &States<'_>) -> Self {
        let facts = &states.facts;
        Counts {
            commits,
            names: facts.names(),
            values: facts.values(),
            sets: facts.sets(),
            paths: states.count_paths(),
            seen: states.seen().len(),
        }
    }
}

/// What one run found out, on top of what was known.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Page<'a> {
    base: Counts,
    /// Ids of the commits that walks came to, one behind another.
    ids: &'a [u8],
    /// Their times, each as the difference to the one before.
    seconds: Vec<i64>,
    /// Their steps: whether it is a node, whether it is bare, and one more than the parent that it goes on through.
    steps: Vec<u32>,
    /// Commits that go on through several parents, with all of them.
    joins: Vec<(u32, Vec<u32>)>,
    #[serde(borrow)]
    names: Vec<&'a str>,
    paths: Vec<&'a str>,
    values: Vec<Token<'a>>,
    sets: Vec<Set>,
    seen: Vec<(NameId, u32)>,
    people: Vec<(&'a str, &'a str)>,
    nodes: Vec<Node<'a>>,
}

const NODE: u32 = 1;
const BARE: u32 = 2;

/// Fields that differ from those of an older set of the same page.
#[derive(Debug, Serialize, Deserialize)]
struct Set {
    /// How far back that set is; 0 for none.
    back: u32,
    set: Vec<(u8, u32)>,
    gone: Vec<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Node<'a> {
    commit: u32,
    author: u32,
    authored: i64,
    offset: i32,
    recorded_offset: i32,
    signed: bool,
    summary: &'a str,
    crossings: Vec<(NameId, StoredSide, Option<StoredState>)>,
    further: Vec<StoredSide>,
    #[serde(borrow)]
    notes: Vec<(u32, &'a str)>,
}

/// Path, line and facts.
type StoredState = (u32, u32, u32);
type StoredSide = Option<(NameId, StoredState)>;

fn stored(state: State) -> StoredState {
    (state.path, state.line, state.facts.0)
}

fn stored_side(side: Side) -> StoredSide {
    side.map(|(name, state)| (name, stored(state)))
}

/// What a page is put together from.
pub(super) struct Source<'s, 'r> {
    pub(super) graph: &'s Graph<'r>,
    pub(super) states: &'s States<'r>,
    pub(super) junctions: &'s Junctions,
    /// What earlier pages hold.
    pub(super) base: Counts,
    /// The commits to write, by index, with what each says if it is a node.
    pub(super) commits: &'s [(usize, Option<Told>)],
}

impl Source<'_, '_> {
    /// Writes a page; `None` where there are too many of something. Gives what there is with it.
    pub(super) fn write(&self) -> Option<(Counts, Vec<u8>)> {
        let Source { graph, states, junctions, base, commits } = self;
        let mut numbers: HashMap<usize, u32> = HashMap::with_capacity(commits.len());
        for (number, (commit, _)) in (base.commits..).zip(*commits) {
            // Two bits of a step are taken.
            numbers.insert(*commit, u32::try_from(number).ok().filter(|number| *number < 1 << 29)?);
        }
        let number = |commit: usize| {
            if commit < base.commits { u32::try_from(commit).ok() } else { numbers.get(&commit).copied() }
        };
        let (mut ids, mut seconds, mut steps, mut joins) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut people, mut nodes) = (Vec::new(), Vec::new());
        let mut person_of: HashMap<&Person, u32> = HashMap::new();
        let mut last = 0i64;
        for (commit, told) in *commits {
            ids.extend_from_slice(&graph.id(*commit).0);
            let when = graph.commits[*commit].seconds;
            seconds.push(when.wrapping_sub(last));
            last = when;
            let parents: Vec<u32> = graph.steps.parents(*commit).map(number).collect::<Option<_>>()?;
            let first = parents.first().map_or(0, |parent| parent + 1);
            let marks = if told.is_some() { NODE } else { 0 } | if graph.steps.is_bare(*commit) { BARE } else { 0 };
            steps.push(first << 2 | marks);
            let own = number(*commit)?;
            if parents.len() > 1 {
                joins.push((own, parents));
            }
            let Some(told) = told else { continue };
            let junction = junctions.get(*commit)?;
            let author = *person_of.entry(&told.author.person).or_insert_with(|| {
                people.push((told.author.person.name.as_str(), told.author.person.email.as_str()));
                u32::try_from(people.len() - 1).unwrap_or(u32::MAX)
            });
            let crossing = |one: &Crossing| (one.name, stored_side(one.first), one.after.map(stored));
            nodes.push(Node {
                commit: own,
                author,
                authored: told.author.seconds,
                offset: told.author.offset_minutes,
                recorded_offset: told.recorded_offset,
                signed: told.signed,
                summary: &told.summary,
                crossings: junction.crossings.iter().map(crossing).collect(),
                further: junction.further.iter().map(|&side| stored_side(side)).collect(),
                notes: junction.notes.iter().map(|(path, note)| (*path, &**note)).collect(),
            });
        }
        let facts = &states.facts;
        let mut values = Vec::new();
        facts.values_from(base.values).iter().for_each(|value| text::write(value, &mut values));
        let page = Page {
            base: *base,
            ids: &ids,
            seconds,
            steps,
            joins,
            names: (base.names..facts.names())
                .map(|at| u32::try_from(at).map(|at| &**facts.text(at)).ok())
                .collect::<Option<_>>()?,
            paths: (base.paths..states.count_paths())
                .map(|at| u32::try_from(at).map(|at| &**states.path(at)).ok())
                .collect::<Option<_>>()?,
            values,
            sets: sets(facts, base.sets)?,
            seen: states.seen()[base.seen..].to_vec(),
            people,
            nodes,
        };
        let bytes = postcard::to_allocvec(&page).ok()?;
        Some((Counts::of(base.commits + commits.len(), states), bytes))
    }
}

/// Writes sets as what differs from the last one of the same goal.
fn sets(facts: &Facts, base: usize) -> Option<Vec<Set>> {
    let mut last: HashMap<u32, usize> = HashMap::new();
    let mut sets = Vec::with_capacity(facts.sets() - base);
    let set = |at: usize| u32::try_from(at).ok().map(|at| facts.set(FactsId(at)));
    for at in base..facts.sets() {
        let own = set(at)?;
        let name = own.iter().find(|field| field.0 == Field::Name).map_or(u32::MAX, |field| field.1);
        let older = last.insert(name, at);
        let before = match older {
            Some(older) => set(older)?,
            None => &[],
        };
        let find = |set: &[(Field, u32)], field: Field| {
            set.binary_search_by_key(&field, |entry| entry.0).ok().map(|at| set[at].1)
        };
        let new = own.iter().filter(|entry| find(before, entry.0) != Some(entry.1));
        let gone = before.iter().filter(|entry| find(own, entry.0).is_none());
        sets.push(Set {
            back: older.map_or(Some(0), |older| u32::try_from(at - older).ok())?,
            set: new.map(|&(field, value)| (field as u8, value)).collect(),
            gone: gone.map(|entry| entry.0 as u8).collect(),
        });
    }
    Some(sets)
}

/// Takes a page over into what was just opened and holds nothing but earlier pages. `None` where it does not hold
/// together; what was taken until then must be thrown away.
pub(super) fn take(
    bytes: &[u8],
    base: Counts,
    graph: &mut Graph<'_>,
    states: &mut States<'_>,
    junctions: &mut Junctions,
) -> Option<Counts> {
    let (page, rest): (Page<'_>, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
    if page.base != base || !rest.is_empty() || graph.commits.len() != base.commits {
        return None;
    }
    let count = page.steps.len();
    if page.ids.len() != count * 20 || page.seconds.len() != count {
        return None;
    }
    let commits = base.commits + count;
    take_commits(&page, base.commits, commits, graph)?;
    for name in &page.names {
        let next = states.facts.names();
        if states.facts.name(name) as usize != next {
            return None;
        }
    }
    page.paths.iter().try_for_each(|path| states.next_path(path))?;
    let mut tokens = page.values.iter();
    while let Some(value) = text::read(&mut tokens, 0) {
        states.facts.next_value(value)?;
    }
    tokens.next().is_none().then_some(())?;
    take_sets(&page.sets, base.sets, &mut states.facts)?;
    page.seen.iter().try_for_each(|&(name, path)| states.next_seen(name, path))?;
    let known = Counts::of(commits, states);
    for node in &page.nodes {
        let at = node.commit as usize;
        let own = at >= base.commits && at < commits && graph.steps.is_node(at);
        if !own || graph.told.last().is_some_and(|last| last.0 >= at) {
            return None;
        }
        let &(name, email) = page.people.get(node.author as usize)?;
        let author = Signature {
            person: Person { name: name.into(), email: email.into() },
            seconds: node.authored,
            offset_minutes: node.offset,
        };
        let (recorded, recorded_offset) = (graph.commits[at].seconds, node.recorded_offset);
        let summary = node.summary.into();
        graph.told.push((at, Told { author, recorded, recorded_offset, summary, signed: node.signed }));
        junctions.insert(at, junction(node, graph.steps.parents(at).len(), &known)?);
    }
    let nodes = (base.commits..commits).filter(|&at| graph.steps.is_node(at)).count();
    (nodes == page.nodes.len()).then_some(known)
}

fn take_commits(page: &Page<'_>, base: usize, commits: usize, graph: &mut Graph<'_>) -> Option<()> {
    let mut last = 0i64;
    let mut joins = page.joins.iter().peekable();
    graph.expect(page.steps.len());
    for (index, (&step, id)) in page.steps.iter().zip(page.ids.chunks_exact(20)).enumerate() {
        let at = base + index;
        last = last.wrapping_add(page.seconds[index]);
        graph.remember(ObjectId(*id.first_chunk()?), last)?;
        let (is_node, bare) = (step & NODE != 0, step & BARE != 0);
        let known = |parent: u32| Some(parent as usize).filter(|&parent| parent < commits && parent != at);
        match joins.next_if(|join| join.0 as usize == at) {
            Some((_, parents)) => {
                let parents: Vec<usize> = parents.iter().map(|&parent| known(parent)).collect::<Option<_>>()?;
                // A commit that is no node goes on through the one parent that it equals.
                is_node.then(|| graph.steps.insert(at, is_node, bare, parents.into_iter()))?;
            }
            None => {
                let parent = match step >> 2 {
                    0 => None,
                    parent => Some(known(parent - 1)?),
                };
                graph.steps.insert(at, is_node, bare, parent.into_iter());
            }
        }
    }
    joins.next().is_none().then_some(())
}

fn take_sets(sets: &[Set], base: usize, facts: &mut Facts) -> Option<()> {
    let mut own: Vec<(Field, u32)> = Vec::new();
    let field = |at: u8| Field::ALL.get(usize::from(at)).copied();
    for (index, set) in sets.iter().enumerate() {
        own.clear();
        if set.back != 0 {
            let older = index.checked_sub(set.back as usize)?;
            own.extend_from_slice(facts.set(FactsId(u32::try_from(base + older).ok()?)));
        }
        for &gone in &set.gone {
            let gone = field(gone)?;
            own.retain(|entry| entry.0 != gone);
        }
        for &(at, value) in &set.set {
            let at = field(at)?;
            match own.binary_search_by_key(&at, |entry| entry.0) {
                Ok(place) => own[place].1 = value,
                Err(place) => own.insert(place, (at, value)),
            }
        }
        facts.next_set(&own)?;
    }
    Some(())
}

fn junction(node: &Node<'_>, parents: usize, known: &Counts) -> Option<Junction> {
    let name = |name: NameId| Some(name).filter(|&name| (name as usize) < known.names);
    let state = |(path, line, facts): StoredState| {
        let there = (path as usize) < known.paths && (facts as usize) < known.sets;
        there.then_some(State { path, line, facts: FactsId(facts) })
    };
    let side = |side: StoredSide| match side {
        Some((called, stored)) => Some(Some((name(called)?, state(stored)?))),
        None => Some(None),
    };
    let crossing = |&(called, first, after): &(NameId, StoredSide, Option<StoredState>)| {
        let after = match after {
            Some(after) => Some(state(after)?),
            None => None,
        };
        Some(Crossing { name: name(called)?, after, first: side(first)? })
    };
    let note = |&(path, note): &(u32, &str)| ((path as usize) < known.paths).then(|| (path, note.into()));
    let whole = node.further.len() == node.crossings.len() * parents.saturating_sub(1);
    whole.then_some(())?;
    Some(Junction {
        crossings: node.crossings.iter().map(crossing).collect::<Option<_>>()?,
        further: node.further.iter().map(|&one| side(one)).collect::<Option<_>>()?,
        notes: node.notes.iter().map(note).collect::<Option<_>>()?,
    })
}
