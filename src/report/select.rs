//! Owns what of a tree is shown: which cycles, and which objectives and key results in them.
//! Never computes a figure: a selection changes what is shown, never what it amounts to.

use crate::okr::{self, Cycle, Directory, KeyResult, Name, Objective, Resolution};
use crate::source::{Located, Tree};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The cycles asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cycles {
    /// The running ones, and those that ended and wait for their scores; else the latest that ended.
    #[default]
    Running,
    /// The one with this id.
    One(String),
    /// Every one.
    All,
}

/// What is asked for; the default is everything in the running cycles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Which cycles.
    pub cycles: Cycles,
    /// Only what this owner answers for, a handle as written in the files.
    pub owner: Option<String>,
    /// Only these objectives or key results: full names or the ends of them. They bring their cycles with them.
    pub names: Vec<String>,
    /// Only what this person or a team of theirs answers for: an address or handle.
    pub mine: Option<String>,
}

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error, miette::Diagnostic, PartialEq, Eq)]
pub enum Error {
    /// No such name.
    #[error("nothing is named {name}")]
    #[diagnostic(help("{help}"))]
    Unknown {
        /// As typed.
        name: String,
        /// The nearest names.
        help: String,
    },
    /// More than one.
    #[error("{name} may be any of {candidates}")]
    #[diagnostic(help("type more of the name"))]
    Ambiguous {
        /// As typed.
        name: String,
        /// Full names.
        candidates: String,
    },
    /// No such cycle.
    #[error("no objective is in cycle {cycle}")]
    #[diagnostic(help("the cycles here are: {known}"))]
    NoCycle {
        /// As typed.
        cycle: String,
        /// Ids.
        known: String,
    },
    /// Nobody of that handle.
    #[error("{owner} answers for nothing in {cycles}")]
    #[diagnostic(help("{help}"))]
    NoOwner {
        /// As typed.
        owner: String,
        /// Ids.
        cycles: String,
        /// The owners that there are.
        help: String,
    },
}

/// The objectives of a tree by name: the first of each name, in path and written order, with the cycle's days.
pub struct Index<'a> {
    /// Objectives whose cycle is known.
    pub objectives: Vec<(Name, &'a Cycle, Located<'a>)>,
}

impl<'a> Index<'a> {
    /// Names every objective of a tree. What has no cycle, or one that the calendar does not know, is a finding of
    /// the rules and is left out.
    pub fn new(tree: &'a Tree, cycles: &'a BTreeMap<String, Cycle>) -> Self {
        let mut seen = HashSet::new();
        let named = tree.objectives().filter_map(|located| {
            let name = located.name()?;
            let cycle = cycles.get(&name.cycle)?;
            seen.insert(name.clone()).then_some((name, cycle, located))
        });
        Index { objectives: named.collect() }
    }

    /// Gives every full name, key results included, with the days of its cycle.
    pub fn names(&self) -> impl Iterator<Item = (Name, Cycle)> + '_ {
        self.objectives.iter().flat_map(|(name, cycle, located)| {
            let own = std::iter::once((name.clone(), (*cycle).clone()));
            own.chain(located.objective.key_results.iter().map(|kr| (name.key_result(&kr.id), (*cycle).clone())))
        })
    }
}

/// Gives the days of every cycle that a tree names and its calendar knows.
pub fn cycles(tree: &Tree) -> BTreeMap<String, Cycle> {
    let ids: BTreeSet<&str> = tree.objectives().filter_map(|o| o.objective.cycle.as_deref()).collect();
    ids.into_iter().filter_map(|id| Some((id.to_owned(), tree.config.calendar.cycle(id)?))).collect()
}

/// Gives the cycles that a selection shows, by first day, the longer first.
///
/// # Errors
/// As for the report: an unknown or ambiguous name, cycle or owner.
pub fn shown(tree: &Tree, selection: &Selection, today: Date) -> Result<Vec<Cycle>, Error> {
    let days = cycles(tree);
    let chosen = Chosen::new(tree, &Index::new(tree, &days), selection, today)?;
    Ok(chosen.cycles.iter().filter_map(|id| days.get(id).cloned()).collect())
}

/// Finds what a typed name or the end of one stands for; where a cycle is given, within it.
///
/// # Errors
/// An unknown or ambiguous name, with those that are near.
pub fn named(tree: &Tree, cycle: Option<&str>, tail: &str, today: Date) -> Result<Name, Error> {
    let days = cycles(tree);
    let index = Index::new(tree, &days);
    let within = index.names().filter(|(name, _)| cycle.is_none_or(|cycle| name.cycle == cycle));
    name(tail, &Directory::new(within), today)
}

/// What was chosen.
pub struct Chosen {
    /// Ids of the cycles shown, by first day, the longer first, then by id.
    pub cycles: Vec<String>,
    names: Vec<Name>,
    owners: Option<HashSet<String>>,
}

impl Chosen {
    /// Settles a selection.
    pub fn new(tree: &Tree, index: &Index<'_>, selection: &Selection, today: Date) -> Result<Self, Error> {
        let directory = if selection.names.is_empty() { Directory::default() } else { Directory::new(index.names()) };
        let names = selection.names.iter().map(|tail| name(tail, &directory, today)).collect::<Result<Vec<_>, _>>()?;
        let mut known: BTreeMap<&str, (&Cycle, bool)> = BTreeMap::new();
        for (name, cycle, located) in &index.objectives {
            let unscored = located.objective.key_results.iter().any(|kr| is_unscored(located.objective, kr));
            known.entry(&name.cycle).or_insert((cycle, false)).1 |= unscored;
        }
        let mut cycles: Vec<String> = match &selection.cycles {
            Cycles::Running if !names.is_empty() => {
                names.iter().map(|name| name.cycle.clone()).collect::<BTreeSet<_>>().into_iter().collect()
            }
            Cycles::Running => {
                let all: Vec<(Cycle, bool)> =
                    known.values().map(|&(cycle, unscored)| (cycle.clone(), unscored)).collect();
                okr::shown_cycles(&all, today)
            }
            Cycles::One(id) if known.contains_key(id.as_str()) => vec![id.clone()],
            Cycles::One(id) => {
                let known: Vec<&str> = known.keys().copied().collect();
                return Err(Error::NoCycle { cycle: id.clone(), known: known.join(", ") });
            }
            Cycles::All => known.keys().map(|&id| id.to_owned()).collect(),
        };
        cycles.sort_by_key(|id| known.get(id.as_str()).map(|(c, _)| (c.start, std::cmp::Reverse(c.end), c.id.clone())));
        let owners = selection.mine.as_deref().map(|person| stands_behind(tree, person));
        let owners = match (&selection.owner, owners) {
            (Some(owner), Some(mine)) => Some(mine.into_iter().filter(|o| o.eq_ignore_ascii_case(owner)).collect()),
            (Some(owner), None) => Some(HashSet::from([owner.to_lowercase()])),
            (None, mine) => mine,
        };
        let chosen = Chosen { cycles, names, owners };
        if let Some(asked) = selection.owner.as_deref().or(selection.mine.as_deref())
            && !chosen.cycles.is_empty()
            && !index.objectives.iter().any(|(name, _, o)| chosen.objective(name, o.objective))
        {
            return Err(Error::NoOwner {
                owner: asked.to_owned(),
                cycles: chosen.cycles.join(", "),
                help: owners_help(index, &chosen.cycles),
            });
        }
        Ok(chosen)
    }

    /// Gives the full names that are shown: objectives that are shown whole, else their key results.
    pub fn full_names(&self, index: &Index<'_>) -> Vec<String> {
        let mut names = Vec::new();
        for (name, _, located) in index.objectives.iter().filter(|(name, _, o)| self.objective(name, o.objective)) {
            let shown = |kr: &&KeyResult| self.key_result(&name.key_result(&kr.id), located.objective, kr);
            let key_results: Vec<_> = located.objective.key_results.iter().filter(shown).collect();
            let is_asked_for = self.names.is_empty() || self.names.contains(name);
            if is_asked_for && key_results.len() == located.objective.key_results.len() {
                names.push(name.to_string());
            } else {
                names.extend(key_results.into_iter().map(|kr| name.key_result(&kr.id).to_string()));
            }
        }
        names
    }

    /// Tells whether an objective is shown.
    pub fn objective(&self, name: &Name, objective: &Objective) -> bool {
        self.cycles.contains(&name.cycle)
            && (self.names.is_empty()
                || self.names.iter().any(|n| n.cycle == name.cycle && n.objective == name.objective))
            && self.owners.as_ref().is_none_or(|owners| {
                owns(owners, &objective.owners)
                    || objective.key_results.iter().any(|kr| owns(owners, kr.owner.as_slice()))
            })
    }

    /// Tells whether a key result of a shown objective is shown.
    pub fn key_result(&self, name: &Name, objective: &Objective, kr: &KeyResult) -> bool {
        let parent = Name::objective(&name.cycle, &name.objective);
        let named = self.names.is_empty() || self.names.contains(name) || self.names.contains(&parent);
        named
            && self.owners.as_ref().is_none_or(|owners| match &kr.owner {
                Some(_) if owns(owners, kr.owner.as_slice()) => true,
                _ => owns(owners, &objective.owners),
            })
    }
}

/// Tells whether a key result waits for its score.
fn is_unscored(objective: &Objective, kr: &KeyResult) -> bool {
    objective.status == okr::Status::Active
        && kr.status == okr::Status::Active
        && kr.role == okr::Role::Goal
        && kr.score.is_none()
}

fn owns(owners: &HashSet<String>, written: &[String]) -> bool {
    written.iter().any(|owner| owners.contains(&owner.to_lowercase()))
}

/// Gives, in lower case, every owner that a person may stand behind: their address, the handle in a no-reply address,
/// each team that lists one of these, or a team of theirs, as a member, and a handle listed there of the address's name.
fn stands_behind(tree: &Tree, person: &str) -> HashSet<String> {
    let person = person.to_lowercase();
    let mut owners = HashSet::from([person.clone()]);
    if let Some((local, host)) = person.split_once('@')
        && host.starts_with("users.noreply.")
    {
        owners.insert(format!("@{}", local.rsplit('+').next().unwrap_or(local)));
    }
    loop {
        let before = owners.len();
        for (handle, team) in &tree.config.teams {
            let members: Vec<String> = team.members.iter().map(|member| member.to_lowercase()).collect();
            if members.iter().any(|member| owners.contains(member)) {
                owners.insert(handle.to_lowercase());
                // Listed by address and by a handle of the same name: both are theirs.
                let locals: Vec<String> = owners
                    .iter()
                    .filter_map(|o| Some(format!("@{}", o.split_once('@').filter(|(l, _)| !l.is_empty())?.0)))
                    .collect();
                owners.extend(members.into_iter().filter(|member| locals.contains(member)));
            }
        }
        if owners.len() == before {
            return owners;
        }
    }
}

fn owners_help(index: &Index<'_>, cycles: &[String]) -> String {
    let objectives =
        index.objectives.iter().filter(|(name, ..)| cycles.contains(&name.cycle)).map(|(.., o)| o.objective);
    let owners: BTreeSet<&str> = objectives
        .flat_map(|o| o.owners.iter().chain(o.key_results.iter().filter_map(|kr| kr.owner.as_ref())))
        .map(String::as_str)
        .collect();
    if owners.is_empty() {
        return "no objective names an owner; write `owner = \"@handle\"`".into();
    }
    let shown: Vec<&str> = owners.iter().copied().take(12).collect();
    let more = if owners.len() > shown.len() { ", …" } else { "" };
    format!("the owners there are: {}{more}; `[teams]` in okr.toml says who stands behind them", shown.join(", "))
}

fn name(tail: &str, directory: &Directory, today: Date) -> Result<Name, Error> {
    match directory.resolve(tail, today) {
        Resolution::One(name) => Ok(name),
        Resolution::Ambiguous(names) => Err(Error::Ambiguous { name: tail.to_owned(), candidates: list(&names) }),
        Resolution::None { nearest } if nearest.is_empty() => {
            Err(Error::Unknown { name: tail.to_owned(), help: "`git okr status --cycle all` shows every name".into() })
        }
        Resolution::None { nearest } => {
            Err(Error::Unknown { name: tail.to_owned(), help: format!("nearest: {}", list(&nearest)) })
        }
    }
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::to_string).collect::<Vec<_>>().join(", ")
}
