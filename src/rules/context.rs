//! Owns what the rules look at: the tree with every objective and key result named and placed.
//! Never judges.

use super::rule::Rule;
use super::sentence;
use crate::config::Config;
use crate::finding::Finding;
use crate::history::{ByName, History};
use crate::okr::{Commitment, Cycle, Directory, KeyResult, Name, Objective, Resolution, Role, Status};
use crate::source::Tree;
use crate::syntax::{ObjectiveFile, ObjectivePlace, Place};
use crate::text::FileId;
use foldhash::{HashMap, HashSet};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::OnceLock;

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The objective files and the configuration.
    pub tree: &'a Tree,
    /// The past, where there is git and a rule asks for it.
    pub history: Option<&'a History>,
    /// The day to judge by.
    pub today: Date,
    /// The days that cycles had when they locked, as far as that is known.
    pub agreed: &'a [Cycle],
    /// Reports in files that are not what the goals give.
    pub outdated: &'a [Outdated],
}

/// A report in a file that is not what the goals give on its own day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outdated {
    /// The file that holds it.
    pub file: FileId,
    /// The first line that differs, or where the report begins.
    pub range: Range<usize>,
    /// What is to be seen.
    pub seen: String,
    /// The command that writes it anew.
    pub command: String,
}

impl<'a> Subject<'a> {
    /// Takes goals, their past and a day; nothing else is known.
    pub fn new(tree: &'a Tree, history: Option<&'a History>, today: Date) -> Self {
        Subject { tree, history, today, agreed: &[], outdated: &[] }
    }
}

/// The subject, prepared for the rules.
pub struct Context<'a> {
    /// The objective files and the configuration.
    pub tree: &'a Tree,
    /// The configuration whose levels, thresholds and language are in force: the tree's own, but for one that another
    /// is compared with.
    pub ruling: &'a Config,
    /// The past.
    pub history: Option<&'a History>,
    /// The day to judge by.
    pub today: Date,
    /// The days that cycles had when they locked.
    pub agreed: &'a [Cycle],
    /// Reports in files that are not what the goals give.
    pub outdated: &'a [Outdated],
    /// The events of each name.
    pub past: ByName<'a>,
    /// Every objective in path and written order, duplicates included.
    pub objectives: Vec<Item<'a>>,
    /// Every name whose cycle is known, for the first reference that is looked up.
    directory: OnceLock<Directory>,
    /// Places in `objectives` by name, for the first that is asked for.
    by_name: OnceLock<Vec<usize>>,
    /// Whether each unit is one of a change in the world, for the first that asks: many key results share few.
    units: OnceLock<HashMap<String, bool>>,
    /// Ids in cycles that are not known: what refers to them is no finding of its own.
    lost: BTreeSet<&'a str>,
    /// First bytes of what the reader found wrong, sorted, by file.
    troubles: BTreeMap<FileId, Vec<usize>>,
}

/// One objective.
pub struct Item<'a> {
    /// The file that holds it.
    pub file: &'a ObjectiveFile,
    /// The objective.
    pub objective: &'a Objective,
    /// Where it stands.
    pub place: &'a ObjectivePlace,
    /// Its name, where a cycle is written.
    pub name: Option<Name>,
    /// Its cycle, where that is known.
    pub cycle: Option<Cycle>,
}

/// One key result.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    /// Its objective.
    pub item: &'a Item<'a>,
    /// The key result.
    pub key_result: &'a KeyResult,
    /// Where it stands.
    pub place: &'a Place,
}

impl<'a> Context<'a> {
    /// Names and places everything once.
    pub fn new(subject: &Subject<'a>, ruling: &'a Config) -> Self {
        let calendar = &subject.tree.config.calendar;
        let mut cycles: BTreeMap<&'a str, Option<Cycle>> = BTreeMap::new();
        let mut cycle = |id: &'a str| cycles.entry(id).or_insert_with(|| calendar.cycle(id)).clone();
        let objectives: Vec<Item<'a>> = subject
            .tree
            .objectives()
            .map(|located| Item {
                file: located.file,
                objective: located.objective,
                place: located.place,
                name: located.name(),
                cycle: located.objective.cycle.as_deref().and_then(&mut cycle),
            })
            .collect();
        let mut lost = BTreeSet::new();
        for item in objectives.iter().filter(|item| item.cycle.is_none()) {
            let objective: &'a Objective = item.objective;
            lost.insert(objective.id.as_str());
            lost.extend(objective.key_results.iter().map(|key_result| key_result.id.as_str()));
        }
        let mut troubles: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
        for label in subject.tree.findings.iter().filter_map(|finding| finding.primary.as_ref()) {
            troubles.entry(label.file).or_default().push(label.range.start);
        }
        troubles.values_mut().for_each(|starts| starts.sort_unstable());
        let Subject { tree, history, today, agreed, outdated } = *subject;
        let past = history.map(History::by_name).unwrap_or_default();
        Context {
            tree,
            ruling,
            history,
            today,
            agreed,
            outdated,
            past,
            objectives,
            directory: OnceLock::new(),
            by_name: OnceLock::new(),
            units: OnceLock::new(),
            lost,
            troubles,
        }
    }

    /// Gives the objectives that are pursued.
    pub fn active(&self) -> impl Iterator<Item = &Item<'a>> {
        self.objectives.iter().filter(|item| item.is_active())
    }

    /// Gives the key results that are pursued in objectives that are.
    pub fn active_parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.active().flat_map(Item::active_parts)
    }

    /// Gives a threshold in force for a rule: the configuration's, else the profile's, else the rule's own.
    ///
    /// # Panics
    /// Where the rule declares no such threshold.
    pub fn threshold(&self, rule: &Rule, key: &str) -> f64 {
        super::profile::threshold(self.ruling, rule, key)
    }

    /// Tells whether the texts are English.
    pub fn english(&self) -> bool {
        super::profile::english(self.ruling)
    }

    /// Tells whether the reader found something wrong within a table: what follows from it is no finding of its own.
    pub fn misread(&self, file: FileId, extent: impl FnOnce() -> Range<usize>) -> bool {
        self.troubles.get(&file).is_some_and(|starts| {
            let extent = extent();
            starts.get(starts.partition_point(|&start| start < extent.start)).is_some_and(|&start| start < extent.end)
        })
    }

    /// Tells whether a key result's unit is one of a change in the world: a share, a time, money, satisfaction.
    pub(super) fn measures(&self, key_result: &KeyResult) -> bool {
        let units = self.units.get_or_init(|| {
            let all = self.objectives.iter().flat_map(|item| &item.objective.key_results);
            let units: HashSet<&str> = all.filter_map(|one| one.unit.as_deref()).collect();
            units.into_iter().map(|unit| (unit.to_owned(), sentence::measured(unit))).collect()
        });
        key_result.unit.as_deref().and_then(|unit| units.get(unit)).is_some_and(|measures| *measures)
    }

    /// Gives every name whose cycle is known, in order.
    pub fn names(&self) -> impl Iterator<Item = Name> {
        let items = self.places().iter().map(|&at| &self.objectives[at]);
        let mut before = None;
        let first = items.filter(move |item| before.replace(&item.name) != Some(&item.name));
        first.flat_map(|item| {
            let ids = item.objective.key_results.iter();
            let named =
                |name: &Name| std::iter::once(name.clone()).chain(ids.map(|one| name.key_result(&one.id))).collect();
            item.name.as_ref().map(named).unwrap_or_else(Vec::new)
        })
    }

    /// Gives the places of the objectives whose cycle is known, by name.
    fn places(&self) -> &[usize] {
        self.by_name.get_or_init(|| {
            let named = |&at: &usize| self.objectives[at].name.is_some() && self.objectives[at].cycle.is_some();
            let mut places: Vec<usize> = (0..self.objectives.len()).filter(named).collect();
            places.sort_by_key(|&at| &self.objectives[at].name);
            places
        })
    }

    /// Resolves the `parent` of an objective; `None` where it names none or its own cycle is not known.
    pub fn parent(&self, item: &Item<'_>) -> Option<Resolution> {
        self.parent_by(item, item.objective.parent.as_ref()?)
    }

    /// Resolves what an objective might name as its parent.
    pub fn parent_by(&self, item: &Item<'_>, written: &str) -> Option<Resolution> {
        let (name, cycle) = (item.name.as_ref()?, item.cycle.as_ref()?);
        self.known(written, self.directory().parent(written, name, cycle.start))
    }

    /// Gives the parent of an objective, where there is exactly one.
    pub fn parent_of(&self, item: &Item<'_>) -> Option<&Item<'a>> {
        let name = self.parent(item)?.one()?;
        let by_name = self.places();
        let first = by_name.partition_point(|&at| self.objectives[at].name.as_ref() < Some(&name));
        by_name.get(first).map(|&at| &self.objectives[at]).filter(|item| item.name.as_ref() == Some(&name))
    }

    fn directory(&self) -> &Directory {
        self.directory.get_or_init(|| {
            let known =
                self.objectives.iter().filter_map(|item| Some((item, item.name.as_ref()?, item.cycle.as_ref()?)));
            Directory::new(known.flat_map(|(item, name, cycle)| {
                let inner = item.objective.key_results.iter().map(|one| name.key_result(&one.id));
                std::iter::once(name.clone()).chain(inner).map(|name| (name, cycle.clone()))
            }))
        })
    }

    /// Resolves an entry of `drives` or `guards`.
    pub fn key_result(&self, item: &Item<'_>, written: &str) -> Option<Resolution> {
        item.cycle.as_ref()?;
        self.known(written, self.directory().key_result(written, item.name.as_ref()?))
    }

    /// Resolves an entry of `depends_on`.
    pub fn dependency(&self, item: &Item<'_>, written: &str) -> Option<Resolution> {
        item.cycle.as_ref()?;
        self.known(written, self.directory().dependency(written, item.name.as_ref()?))
    }

    /// Drops what leads nowhere only because the cycle over there is not known.
    fn known(&self, written: &str, resolution: Resolution) -> Option<Resolution> {
        let id = written.rsplit('/').next().unwrap_or(written);
        let excused = matches!(resolution, Resolution::None { .. }) && self.lost.contains(id);
        (!excused).then_some(resolution)
    }
}

impl<'a> Item<'a> {
    /// Names it for people: the full name, or the id where no cycle is written.
    pub fn called(&self) -> String {
        self.name.as_ref().map_or_else(|| self.objective.id.clone(), Name::to_string)
    }

    /// Tells whether it is pursued.
    pub fn is_active(&self) -> bool {
        self.objective.status == Status::Active
    }

    /// Gives every key result.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let places = &self.place.key_results;
        self.objective.key_results.iter().zip(places).map(move |(key_result, place)| Part {
            item: self,
            key_result,
            place,
        })
    }

    /// Gives the key results that are pursued.
    pub fn active_parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.parts().filter(|part| part.key_result.status == Status::Active)
    }

    /// Gives the key results that count towards the objective.
    pub fn goals(&self) -> impl Iterator<Item = Part<'_>> {
        self.active_parts().filter(|part| part.key_result.role == Role::Goal)
    }

    /// Gives the narrowest place of a field, in the file's head where the value comes from there.
    pub fn span(&self, field: &str) -> Range<usize> {
        let table = &self.place.table;
        if let Some(range) = table.fields.get(field) {
            return range;
        }
        if matches!(field, "cycle" | "owner")
            && let Some(range) = self.file.head.fields.get(field)
        {
            return range;
        }
        table.header.clone()
    }

    /// Starts a finding about one of its fields.
    pub fn finding(&self, rule: &Rule, field: &str, message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding::new(rule.name, message, help)
            .at(self.file.file, self.span(field), "")
            .about(self.called())
            .field(field)
    }

    /// Gives the bytes from its first to its last table.
    pub fn extent(&self) -> Range<usize> {
        let inner = self.place.key_results.iter().chain(&self.place.initiatives);
        hull(std::iter::once(&self.place.table).chain(inner))
    }
}

impl Part<'_> {
    /// Names it for people.
    pub fn called(&self) -> String {
        [&self.item.called(), "/", &self.key_result.id].concat()
    }

    /// Starts a finding about one of its fields.
    pub fn finding(&self, rule: &Rule, field: &str, message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding::new(rule.name, message, help)
            .at(self.item.file.file, self.place.of(field), "")
            .about(self.called())
            .field(field)
    }

    /// Gives the bytes of its table.
    pub fn extent(&self) -> Range<usize> {
        hull(std::iter::once(self.place))
    }

    /// Gives what was promised for it: its own word, else its objective's.
    pub fn commitment(&self) -> Option<Commitment> {
        self.key_result.commitment.or(self.item.objective.commitment)
    }
}

/// Gives the smallest range that holds some tables.
pub fn hull<'p>(places: impl Iterator<Item = &'p Place>) -> Range<usize> {
    let mut start = usize::MAX;
    let mut end = 0;
    for place in places {
        let written = place.fields.keys().chain(place.fields.values());
        for range in std::iter::once(place.header.clone()).chain(written) {
            start = start.min(range.start);
            end = end.max(range.end);
        }
    }
    start.min(end)..end
}
