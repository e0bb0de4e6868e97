//! Owns how the ledger is read: all of it, or what it says of some goals.
//! Never believes what it reads: every number is held against what is there.

use super::super::events::Told;
use super::super::facts::{Facts, FactsId, NameId};
use super::super::graph::Graph;
use super::super::junctions::{Crossing, Junction, Junctions};
use super::super::states::{State, States};
use super::blocks::Blocks;
use super::folder::{FRONT, Sheet, Shelf};
use super::pieces;
use super::stored::{BARE, Counts, NODE, Node, Page, Set, StoredSide, StoredState};
use super::text::{self, Token};
use crate::git::{ObjectId, Person, Signature};
use crate::okr::{Field, Fields};
use std::collections::{BTreeSet, HashMap};

/// Takes a page over into what was just opened and holds nothing but earlier pages. `None` where it does not hold
/// together; what was taken until then must be thrown away.
pub(super) fn take(
    (front, rest): (&[u8], &[u8]),
    base: Counts,
    graph: &mut Graph<'_>,
    states: &mut States<'_>,
    junctions: &mut Junctions,
) -> Option<Counts> {
    let page = Page::read(front, base)?;
    let (known, nodes) = take_frame(&page, graph, states)?;
    for tokens in page.values.all::<Vec<Token<'_>>>(rest) {
        states.facts.next_value(value(&tokens?)?)?;
    }
    take_sets(page.sets.all(rest), base.sets, &mut states.facts)?;
    let mut notes = page.notes.iter().peekable();
    let facts = |number: u32| ((number as usize) < known.sets).then_some(FactsId(number));
    for (&at, node) in nodes.iter().zip(page.nodes.all(rest)) {
        let node: Node<'_> = node?;
        take_told(&page, &node, at, graph)?;
        let mut junction = junction(&node, graph.steps.parents(at).len(), &known, |_| true, facts)?;
        take_notes(&mut notes, at, &known, &mut junction)?;
        junctions.insert(at, junction);
    }
    (notes.next().is_none() && states.facts.values() == known.values && states.facts.sets() == known.sets)
        .then_some(known)
}

/// Takes over what pages that lie on each other say of some goals; of all others nothing is known then, but how walks go
/// on. Goals that were sensitive are wanted too, for they hide what others say of the same commits. `None` where they do
/// not hold together.
pub(super) fn take_some(
    shelf: &Shelf,
    fronts: &[Front],
    wanted: &dyn Fn(&str) -> bool,
    graph: &mut Graph<'_>,
    states: &mut States<'_>,
    junctions: &mut Junctions,
) -> Option<Counts> {
    let (mut known, mut pages) = (Counts::default(), Vec::new());
    for Front { sheet, name, on } in fronts {
        let page = Page::read(sheet.body(), known)?;
        let (with_it, nodes) = take_frame(&page, graph, states)?;
        known = with_it;
        let place = (FRONT + sheet.body().len(), page.size as usize);
        let rest = Blocks::new(shelf, (name, *on), place, page.blocks)?;
        pages.push(Opened { page, nodes, rest });
    }
    let names = called(&pages, wanted, states)?;
    let mut said = Said { pages: &pages, sets: HashMap::new(), facts: HashMap::new() };
    for Opened { page, nodes, rest } in &pages {
        let crossed: BTreeSet<usize> =
            names.iter().flat_map(|&name| page.crossed.of(name)).map(|node| node as usize).collect();
        let (mut crossed, mut notes) = (crossed.iter().peekable(), page.notes.iter().peekable());
        for (number, &at) in nodes.iter().enumerate() {
            let mut found = Junction::default();
            if crossed.next_if_eq(&&number).is_some() {
                let bytes = rest.get(page.nodes.range(number)?)?;
                let node: Node<'_> = pieces::read(&bytes)?;
                take_told(page, &node, at, graph)?;
                let facts = |number| said.facts(number, &mut states.facts);
                found = junction(&node, graph.steps.parents(at).len(), &known, |name| names.contains(&name), facts)?;
            }
            take_notes(&mut notes, at, &known, &mut found)?;
            junctions.insert(at, found);
        }
        notes.next().is_none().then_some(())?;
    }
    states.ask_for(names);
    Some(known)
}

/// Finds the names that the wanted goals, and those that were sensitive, ever had.
fn called(pages: &[Opened<'_>], wanted: &dyn Fn(&str) -> bool, states: &States<'_>) -> Option<BTreeSet<NameId>> {
    let count = u32::try_from(states.facts.names()).ok()?;
    let mut names: BTreeSet<NameId> = (0..count).filter(|&name| wanted(states.facts.text(name))).collect();
    names.extend(pages.iter().flat_map(|opened| &opened.page.sensitive));
    let renames = || pages.iter().flat_map(|opened| &opened.page.renames);
    loop {
        let before = names.len();
        for &(name, former) in renames() {
            if names.contains(&name) || names.contains(&former) {
                names.extend([name, former]);
            }
        }
        if names.len() == before {
            return Some(names);
        }
    }
}

/// The front of a page, and where all of it is.
pub(super) struct Front {
    pub(super) sheet: Sheet,
    pub(super) name: String,
    /// What it lies on.
    pub(super) on: u32,
}

/// A page, the commits of its nodes, and what lies behind it.
struct Opened<'a> {
    page: Page<'a>,
    nodes: Vec<usize>,
    rest: Blocks<'a>,
}

/// The facts that pages hold, read as far as somebody asks.
struct Said<'p, 'a> {
    pages: &'p [Opened<'a>],
    sets: HashMap<u32, Vec<(Field, u32)>>,
    /// What became of those that were asked for.
    facts: HashMap<u32, FactsId>,
}

impl<'a> Said<'_, 'a> {
    /// Takes the facts of a number in the pages over; `None` where there are none.
    fn facts(&mut self, number: u32, facts: &mut Facts) -> Option<FactsId> {
        if let Some(&known) = self.facts.get(&number) {
            return Some(known);
        }
        let set = match self.sets.get(&number) {
            Some(known) => known.clone(),
            None => self.set(number)?,
        };
        let fields: Fields =
            set.iter().map(|&(field, value)| Some((field, self.value(value)?))).collect::<Option<_>>()?;
        let taken = facts.take(fields);
        self.facts.insert(number, taken);
        Some(taken)
    }

    fn set(&mut self, number: u32) -> Option<Vec<(Field, u32)>> {
        let Opened { page, rest, .. } = self.page(|base| base.sets, number as usize)?;
        let (mut chain, mut at, mut own) = (Vec::new(), number as usize, Vec::new());
        loop {
            let set: Set = pieces::read(&rest.get(page.sets.range(at.checked_sub(page.base.sets)?)?)?)?;
            let back = set.back as usize;
            chain.push((u32::try_from(at).ok()?, set));
            if back == 0 {
                break;
            }
            at = at.checked_sub(back)?;
            if let Some(known) = self.sets.get(&u32::try_from(at).ok()?) {
                own.clone_from(known);
                break;
            }
        }
        // Whoever asks for a newer one of the same goal, or for one in between, begins with these.
        for (number, set) in chain.iter().rev() {
            change(&mut own, set)?;
            self.sets.insert(*number, own.clone());
        }
        Some(own)
    }

    fn value(&self, number: u32) -> Option<serde_json::Value> {
        let Opened { page, rest, .. } = self.page(|base| base.values, number as usize)?;
        let bytes = rest.get(page.values.range(number as usize - page.base.values)?)?;
        value(&pieces::read::<Vec<Token<'_>>>(&bytes)?)
    }

    /// Finds the page that a number of something belongs to.
    fn page(&self, base: impl Fn(&Counts) -> usize, number: usize) -> Option<&Opened<'a>> {
        let at = self.pages.partition_point(|opened| base(&opened.page.base) <= number);
        self.pages.get(at.checked_sub(1)?)
    }
}

impl<'a> Page<'a> {
    /// Reads a page that lies on others; `None` where it does not hold together.
    fn read(bytes: &'a [u8], base: Counts) -> Option<Self> {
        let (page, rest): (Page<'a>, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
        let count = page.steps.len();
        let whole = rest.is_empty() && page.ids.len() == count * 20 && page.seconds.len() == count * 8;
        (page.base == base && whole).then_some(page)
    }
}

/// Takes over what a page has of every goal, and gives what there is with it, and the commits of its nodes.
fn take_frame(page: &Page<'_>, graph: &mut Graph<'_>, states: &mut States<'_>) -> Option<(Counts, Vec<usize>)> {
    let base = page.base;
    let commits = base.commits + page.steps.len();
    (graph.commits.len() == base.commits).then_some(())?;
    take_commits(page, base.commits, commits, graph)?;
    states.facts.expect_names(page.names.len());
    page.names.iter().try_for_each(|name| states.facts.next_name(name))?;
    page.paths.iter().try_for_each(|path| states.next_path(path))?;
    page.seen.pairs().try_for_each(|(name, path)| states.next_seen(name, path))?;
    states.facts.aliases |= page.aliases;
    let known = Counts {
        commits,
        names: states.facts.names(),
        values: base.values.checked_add(page.values.len())?,
        sets: base.sets.checked_add(page.sets.len())?,
        paths: states.count_paths(),
        seen: states.seen().len(),
    };
    let nodes: Vec<usize> = (base.commits..commits).filter(|&at| graph.steps.is_node(at)).collect();
    (nodes.len() == page.nodes.len()).then_some((known, nodes))
}

/// Takes over what a node says of itself.
fn take_told(page: &Page<'_>, node: &Node<'_>, at: usize, graph: &mut Graph<'_>) -> Option<()> {
    (node.commit as usize == at && graph.told.last().is_none_or(|last| last.0 < at)).then_some(())?;
    let &(name, email) = page.people.get(node.author as usize)?;
    let author = Signature {
        person: Person { name: name.into(), email: email.into() },
        seconds: node.authored,
        offset_minutes: node.offset,
    };
    let (recorded, recorded_offset) = (graph.commits[at].seconds, node.recorded_offset);
    let summary = node.summary.into();
    graph.told.push((at, Told { author, recorded, recorded_offset, summary, signed: node.signed }));
    Some(())
}

/// Takes over what did not read in the files that a node changed.
fn take_notes<'n>(
    notes: &mut std::iter::Peekable<impl Iterator<Item = &'n (u32, u32, &'n str)>>,
    at: usize,
    known: &Counts,
    junction: &mut Junction,
) -> Option<()> {
    while let Some(&(_, path, note)) = notes.next_if(|note| note.0 as usize == at) {
        ((path as usize) < known.paths).then_some(())?;
        junction.notes.push((path, note.into()));
    }
    Some(())
}

fn value(tokens: &[Token<'_>]) -> Option<serde_json::Value> {
    let mut tokens = tokens.iter();
    text::read(&mut tokens, 0).filter(|_| tokens.as_slice().is_empty())
}

fn take_commits(page: &Page<'_>, base: usize, commits: usize, graph: &mut Graph<'_>) -> Option<()> {
    let mut joins = page.joins.iter().peekable();
    graph.expect(page.steps.len());
    let commits_of = page.ids.as_chunks().0.iter().zip(page.seconds.as_chunks().0);
    for (at, (step, (id, seconds))) in (base..).zip(page.steps.all().zip(commits_of)) {
        graph.remember(ObjectId(*id), i64::from_le_bytes(*seconds))?;
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

fn take_sets(sets: impl Iterator<Item = Option<Set>>, base: usize, facts: &mut Facts) -> Option<()> {
    let mut own: Vec<(Field, u32)> = Vec::new();
    for (index, set) in sets.enumerate() {
        let set = set?;
        own.clear();
        if set.back != 0 {
            let older = index.checked_sub(set.back as usize)?;
            own.extend_from_slice(facts.set(FactsId(u32::try_from(base + older).ok()?)));
        }
        change(&mut own, &set)?;
        facts.next_set(&own)?;
    }
    Some(())
}

/// Makes a set out of the older one that it was written against.
fn change(own: &mut Vec<(Field, u32)>, set: &Set) -> Option<()> {
    let field = |at: u8| Field::ALL.get(usize::from(at)).copied();
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
    Some(())
}

/// Reads what a node did to the goals that are to be kept.
fn junction(
    node: &Node<'_>,
    parents: usize,
    known: &Counts,
    keep: impl Fn(NameId) -> bool,
    mut facts: impl FnMut(u32) -> Option<FactsId>,
) -> Option<Junction> {
    let more = parents.saturating_sub(1);
    (node.further.len() == node.crossings.len() * more).then_some(())?;
    let name = |name: NameId| ((name as usize) < known.names).then_some(name);
    let mut state = |(path, line, number): StoredState| {
        ((path as usize) < known.paths).then_some(())?;
        Some(State { path, line, facts: facts(number)? })
    };
    let mut crossings = Vec::with_capacity(node.crossings.len());
    let mut further = Vec::with_capacity(node.further.len());
    for (index, &(called, first, after)) in node.crossings.iter().enumerate() {
        if !keep(name(called)?) {
            continue;
        }
        let after = match after {
            Some(after) => Some(state(after)?),
            None => None,
        };
        let mut side = |side: StoredSide| match side {
            Some((called, stored)) => Some(Some((name(called)?, state(stored)?))),
            None => Some(None),
        };
        crossings.push(Crossing { name: called, after, first: side(first)? });
        for &one in &node.further[index * more..(index + 1) * more] {
            further.push(side(one)?);
        }
    }
    Some(Junction { crossings, further, notes: Vec::new() })
}
