//! Owns how the ledger is written down: numbers, texts and nothing that points outside.
//! Never reads it.

use super::super::events::Told;
use super::super::facts::{Facts, FactsId, NameId};
use super::super::graph::Graph;
use super::super::junctions::{Crossing, Junctions, Side};
use super::super::states::{State, States};
use super::folder::Shelf;
use super::pieces::{Numbers, Parts, Pieces, at_once, written};
use super::{blocks, text};
use crate::git::Person;
use crate::okr::Field;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How many things of each kind there are; their numbers are below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) commits: usize,
    pub(super) names: usize,
    pub(super) values: usize,
    pub(super) sets: usize,
    pub(super) paths: usize,
    pub(super) seen: usize,
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

/// What one run found out, on top of what was known. Names, and how walks go on, are read whole; of the rest who asks for
/// some goals reads no more than is said of them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Page<'a> {
    pub(super) base: Counts,
    /// Ids of the commits that walks came to, one behind another.
    #[serde(serialize_with = "at_once")]
    pub(super) ids: &'a [u8],
    /// Their times, of eight bytes each.
    #[serde(serialize_with = "at_once")]
    pub(super) seconds: &'a [u8],
    /// Their steps: whether it is a node, whether it is bare, and one more than the parent that it goes on through.
    #[serde(borrow)]
    pub(super) steps: Numbers<'a>,
    /// Commits that go on through several parents, with all of them.
    pub(super) joins: Vec<(u32, Vec<u32>)>,
    pub(super) names: Vec<&'a str>,
    pub(super) paths: Vec<&'a str>,
    /// Pairs of a name and a path that it was seen at.
    pub(super) seen: Numbers<'a>,
    pub(super) people: Vec<(&'a str, &'a str)>,
    /// What did not read in the files that a node changed: the commit, the path, and why.
    pub(super) notes: Vec<(u32, u32, &'a str)>,
    /// Goals that were called otherwise in some parent, with that name.
    pub(super) renames: Vec<(NameId, NameId)>,
    /// Goals that were sensitive at some node, or in a parent of it.
    pub(super) sensitive: Vec<NameId>,
    /// Whether any goal names an older name of its own.
    pub(super) aliases: bool,
    /// Pairs of a name and the number of a node that changed that goal, in order.
    pub(super) crossed: Numbers<'a>,
    /// How much lies behind this, and the checksums of its blocks.
    pub(super) size: u32,
    pub(super) blocks: Numbers<'a>,
    /// There, the tokens of each value.
    pub(super) values: Pieces<'a>,
    /// Each a [`Set`].
    pub(super) sets: Pieces<'a>,
    /// Each a [`Node`].
    pub(super) nodes: Pieces<'a>,
}

pub(super) const NODE: u32 = 1;
pub(super) const BARE: u32 = 2;

/// Fields that differ from those of an older set of the same page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Set {
    /// How far back that set is; 0 for none.
    pub(super) back: u32,
    pub(super) set: Vec<(u8, u32)>,
    pub(super) gone: Vec<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Node<'a> {
    pub(super) commit: u32,
    pub(super) author: u32,
    pub(super) authored: i64,
    pub(super) offset: i32,
    pub(super) recorded_offset: i32,
    pub(super) signed: bool,
    pub(super) summary: &'a str,
    pub(super) crossings: Vec<(NameId, StoredSide, Option<StoredState>)>,
    pub(super) further: Vec<StoredSide>,
}

/// Path, line and facts.
pub(super) type StoredState = (u32, u32, u32);
pub(super) type StoredSide = Option<(NameId, StoredState)>;

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
    /// Writes a page, and what lies behind it; `None` where there is too much of something. Gives what there is with it.
    pub(super) fn write(&self, shelf: &Shelf) -> Option<(Counts, Vec<u8>, Vec<u8>)> {
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
        let mut rest = Vec::new();
        let (mut people, mut nodes) = (Vec::new(), Parts::behind(&rest)?);
        let (mut notes, mut renames, mut crossed) = (Vec::new(), Vec::new(), Vec::new());
        let mut sensitive = Vec::new();
        let mut person_of: HashMap<&Person, u32> = HashMap::new();
        for (commit, told) in *commits {
            ids.extend_from_slice(&graph.id(*commit).0);
            seconds.extend_from_slice(&graph.commits[*commit].seconds.to_le_bytes());
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
            let node = u32::try_from(nodes.len()).ok()?;
            crossed.extend(junction.crossings.iter().map(|crossing| (crossing.name, node)));
            notes.extend(junction.notes.iter().map(|(path, note)| (own, *path, &**note)));
            renames.extend(junction.renames());
            sensitive.extend(junction.sensitive(&states.facts));
            let node = Node {
                commit: own,
                author,
                authored: told.author.seconds,
                offset: told.author.offset_minutes,
                recorded_offset: told.recorded_offset,
                signed: told.signed,
                summary: &told.summary,
                crossings: junction.crossings.iter().map(crossing).collect(),
                further: junction.further.iter().map(|&side| stored_side(side)).collect(),
            };
            nodes.push(&node, &mut rest)?;
        }
        crossed.sort_unstable();
        renames.sort_unstable();
        renames.dedup();
        sensitive.sort_unstable();
        sensitive.dedup();
        let pairs = |all: &[(u32, u32)]| written(all.iter().flat_map(|&(one, other)| [one, other]));
        let (steps, crossed, seen) = (written(steps), pairs(&crossed), pairs(&states.seen()[base.seen..]));
        let facts = &states.facts;
        let (mut values, mut tokens) = (Parts::behind(&rest)?, Vec::new());
        for value in facts.values_from(base.values) {
            tokens.clear();
            text::write(value, &mut tokens);
            values.push(&tokens, &mut rest)?;
        }
        let sets = sets(facts, base.sets, &mut rest)?;
        let blocks = blocks::checksums(&rest, shelf);
        let page = Page {
            base: *base,
            ids: &ids,
            seconds: &seconds,
            steps: Numbers::new(&steps),
            joins,
            names: (base.names..facts.names())
                .map(|at| u32::try_from(at).map(|at| &**facts.text(at)).ok())
                .collect::<Option<_>>()?,
            paths: (base.paths..states.count_paths())
                .map(|at| u32::try_from(at).map(|at| &**states.path(at)).ok())
                .collect::<Option<_>>()?,
            seen: Numbers::new(&seen),
            people,
            notes,
            renames,
            sensitive,
            aliases: facts.aliases,
            crossed: Numbers::new(&crossed),
            size: u32::try_from(rest.len()).ok()?,
            blocks: Numbers::new(&blocks),
            values: values.pieces(),
            sets: sets.pieces(),
            nodes: nodes.pieces(),
        };
        let front = postcard::to_allocvec(&page).ok()?;
        Some((Counts::of(base.commits + commits.len(), states), front, rest))
    }
}

/// Writes sets as what differs from the last one of the same goal.
fn sets(facts: &Facts, base: usize, bytes: &mut Vec<u8>) -> Option<Parts> {
    let mut last: HashMap<u32, usize> = HashMap::new();
    let mut sets = Parts::behind(bytes)?;
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
        let set = Set {
            back: older.map_or(Some(0), |older| u32::try_from(at - older).ok())?,
            set: new.map(|&(field, value)| (field as u8, value)).collect(),
            gone: gone.map(|entry| entry.0 as u8).collect(),
        };
        sets.push(&set, bytes)?;
    }
    Some(sets)
}
