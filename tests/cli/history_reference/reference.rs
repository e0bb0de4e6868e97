//! Owns the slow, plain reading of the past: each field of each goal followed back, commit by commit, as the format's
//! description of history says it, with no thought of speed. Shares no code with the program.

use super::objects::{Commit, Objects};
use super::state::{self, Entry, FIELDS};
use jiff::civil::Date;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// What may be asked of the walk.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options {
    pub full_history: bool,
    pub first_parent: bool,
}

/// What one commit did to one goal in one respect.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub group: String,
    pub author: String,
    /// Seconds.
    pub recorded: i64,
    pub measured: Date,
    /// File in the commit, or where it went, in the parent.
    pub path: String,
    /// Before and after by field, quiet ones left out; null where it was not written.
    pub changes: BTreeMap<String, (Value, Value)>,
}

/// Events by commit, today's name and kind.
pub type Events = BTreeMap<(String, String, String), Event>;

/// All that a commit says: by path, then together.
struct State {
    files: BTreeMap<String, Vec<Entry>>,
    goals: BTreeMap<String, Entry>,
    paths: BTreeMap<String, String>,
}

/// One step of a line at which something happened.
struct Step {
    commit: String,
    before: Option<Value>,
    after: Option<Value>,
    path: String,
}

/// The reference for one configuration.
pub struct Reference<'o> {
    objects: &'o Objects,
    read: &'o HashMap<String, Option<Vec<Entry>>>,
    entries: &'static [&'static str],
    options: Options,
    states: RefCell<HashMap<String, Rc<State>>>,
    folders: RefCell<HashMap<String, (bool, Option<&'o String>)>>,
}

impl<'o> Reference<'o> {
    /// `read` holds every blob as [`state::read`] has it; `entries` are `paths` and `history.also`.
    pub fn new(
        objects: &'o Objects,
        read: &'o HashMap<String, Option<Vec<Entry>>>,
        entries: &'static [&'static str],
        options: Options,
    ) -> Self {
        Reference { objects, read, entries, options, states: RefCell::default(), folders: RefCell::default() }
    }

    /// Gives every event that a revision looks back on.
    pub fn events(&self, from: &str) -> Events {
        let mut events = Events::new();
        for name in self.names(from) {
            let lines = FIELDS.iter().map(|field| (*field, self.line(from, &name, field))).collect();
            self.gather(&name, lines, &mut events);
        }
        events
    }

    /// Gives the goals of a revision with their values, by name.
    pub fn goals(&self, at: &str) -> BTreeMap<String, BTreeMap<String, Value>> {
        self.state(at).goals.iter().map(|(name, entry)| (name.clone(), entry.fields.clone())).collect()
    }

    /// Gives the literal prefix of an entry of `paths`.
    pub fn prefix(entry: &str) -> String {
        entry.split('/').take_while(|part| !part.contains('*')).collect::<Vec<_>>().join("/")
    }

    fn commit(&self, id: &str) -> &'o Commit {
        &self.objects.commits[id]
    }

    fn parents(&self, id: &str) -> &'o [String] {
        let parents = &self.commit(id).parents;
        if self.options.first_parent { &parents[..parents.len().min(1)] } else { parents }
    }

    /// The objective tree: what stands at the literal prefix of each entry.
    fn tree(&self, id: &str) -> Vec<Option<(String, String)>> {
        let root = &self.commit(id).tree;
        self.entries.iter().map(|entry| self.objects.entry(root, &Self::prefix(entry))).collect()
    }

    /// Tells whether a commit has none of the folders, and gives its first parent with the same objective tree.
    fn folders(&self, id: &str) -> (bool, Option<&'o String>) {
        if let Some(known) = self.folders.borrow().get(id) {
            return *known;
        }
        let tree = self.tree(id);
        let same = self.parents(id).iter().find(|parent| self.tree(parent) == tree);
        let known = (tree.iter().all(Option::is_none), same);
        self.folders.borrow_mut().insert(id.to_owned(), known);
        known
    }

    /// Tells whether an entry of `paths` holds a file: the entry or a folder that it matches stands at or above it.
    fn holds(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        self.entries.iter().any(|entry| {
            let wanted: Vec<&str> = entry.split('/').collect();
            let matches = |(part, wanted): (&&str, &&str)| *wanted == "*" || part == wanted;
            path.ends_with(".toml") && wanted.len() <= parts.len() && parts.iter().zip(&wanted).all(matches)
        })
    }

    /// What a commit says. A file that does not parse says what the first parent says under its path.
    fn state(&self, id: &str) -> Rc<State> {
        if let Some(state) = self.states.borrow().get(id) {
            return state.clone();
        }
        let state = match self.folders(id).1 {
            Some(parent) => self.state(parent),
            None => Rc::new(self.read_state(id)),
        };
        self.states.borrow_mut().insert(id.to_owned(), state.clone());
        state
    }

    fn read_state(&self, id: &str) -> State {
        let mut files = BTreeMap::new();
        for (path, blob) in self.objects.files(&self.commit(id).tree) {
            if !self.holds(&path) {
                continue;
            }
            let entries = match (&self.read[&blob], self.parents(id).first()) {
                (Some(entries), _) => entries.clone(),
                (None, Some(parent)) => self.state(parent).files.get(&path).cloned().unwrap_or_default(),
                (None, None) => Vec::new(),
            };
            files.insert(path, entries);
        }
        let (mut goals, mut paths) = (BTreeMap::new(), BTreeMap::new());
        for (path, entry) in files.iter().flat_map(|(path, all)| all.iter().map(move |entry| (path, entry))) {
            goals.entry(entry.name.clone()).or_insert_with(|| entry.clone());
            paths.entry(entry.name.clone()).or_insert_with(|| path.clone());
        }
        State { files, goals, paths }
    }

    /// Every name that any commit in reach knows; those that are never seen from the revision simply have no events.
    fn names(&self, from: &str) -> BTreeSet<String> {
        let (mut names, mut seen, mut waiting) = (BTreeSet::new(), BTreeSet::new(), vec![from]);
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                names.extend(self.state(id).goals.keys().cloned());
                waiting.extend(self.parents(id).iter().map(String::as_str));
            }
        }
        names
    }

    /// The value of a field; `None` where there is no such goal, which differs from a field that is not written.
    fn value(&self, id: &str, name: &str, field: &str) -> Option<Value> {
        let state = self.state(id);
        let entry = state.goals.get(name)?;
        Some(entry.fields.get(field).cloned().unwrap_or(Value::Null))
    }

    /// The name that a goal had in a parent: its own, else the first alias that is there and not here.
    fn counterpart(&self, id: &str, name: &str, parent: &str) -> String {
        let (here, there) = (self.state(id), self.state(parent));
        if there.goals.contains_key(name) || !here.goals.contains_key(name) {
            return name.to_owned();
        }
        let former = former_names(&here, name);
        let found = former.into_iter().find(|old| there.goals.contains_key(old) && !here.goals.contains_key(old));
        found.unwrap_or_else(|| name.to_owned())
    }

    /// Tells whether a goal that is gone lives on under another name.
    fn claimed(&self, id: &str, name: &str, parent: &str) -> bool {
        let here = self.state(id);
        here.goals.keys().any(|other| other != name && self.counterpart(id, other, parent) == name)
    }

    /// Follows one field of one goal back from a revision.
    fn line(&self, from: &str, name: &str, field: &str) -> Vec<Step> {
        let mut steps = Vec::new();
        let (mut at, mut name) = (from.to_owned(), name.to_owned());
        loop {
            let (bare, same) = self.folders(&at);
            if bare && !self.options.full_history {
                return steps;
            }
            if let Some(parent) = same {
                at = parent.clone();
                continue;
            }
            let here = self.value(&at, &name, field);
            let parents: Vec<(String, String)> =
                self.parents(&at).iter().map(|parent| (parent.clone(), self.counterpart(&at, &name, parent))).collect();
            let there = |(parent, name): &(String, String)| self.value(parent, name, field);
            if let Some((parent, before)) = parents.iter().find(|one| there(one) == here) {
                (at, name) = (parent.clone(), before.clone());
                continue;
            }
            let next = parents.iter().find(|one| there(one).is_some()).or(parents.first());
            if let (None, Some((parent, before))) = (&here, next)
                && self.claimed(&at, before, parent)
            {
                return steps;
            }
            let before = next.and_then(there);
            let path = self.state(&at).paths.get(&name).cloned();
            let path = path.or_else(|| next.and_then(|(parent, name)| self.state(parent).paths.get(name).cloned()));
            if let Some(path) = path {
                steps.push(Step { commit: at.clone(), before, after: here, path });
            }
            let Some((parent, before)) = next.cloned() else { return steps };
            (at, name) = (parent, before);
        }
    }

    /// Makes events of the lines of one goal.
    fn gather(&self, name: &str, lines: Vec<(&'static str, Vec<Step>)>, events: &mut Events) {
        let is_objective = name.split('/').count() == 2;
        let existence = &lines.iter().find(|(field, _)| *field == "name").expect("one of the fields").1;
        let mut whole: BTreeMap<&str, &str> = BTreeMap::new();
        for (at, step) in existence.iter().enumerate() {
            let older = existence[at + 1..].iter();
            let was_removed = older.into_iter().any(|step| step.after.is_none());
            let kind = match (&step.before, &step.after) {
                (None, _) if was_removed => "restored",
                (None, _) => "created",
                (_, None) => "removed",
                _ => continue,
            };
            whole.insert(&step.commit, kind);
        }
        for (field, steps) in &lines {
            for step in steps {
                let comes_or_goes = step.before.is_none() || step.after.is_none();
                let change = (step.before.clone().unwrap_or_default(), step.after.clone().unwrap_or_default());
                if change.0 == change.1 || (is_objective && comes_or_goes) {
                    continue;
                }
                let group = state::group(field);
                let kind = whole.get(step.commit.as_str()).copied().unwrap_or(match group {
                    "goalpost" | "scope" | "wording" => "definition",
                    group => group,
                });
                let commit = self.commit(&step.commit);
                let event =
                    events.entry((step.commit.clone(), name.to_owned(), kind.to_owned())).or_insert_with(|| Event {
                        group: group.to_owned(),
                        author: commit.author.clone(),
                        recorded: commit.committed,
                        measured: measured(&step.commit, &lines).unwrap_or_else(|| day_of(commit)),
                        path: step.path.clone(),
                        changes: BTreeMap::new(),
                    });
                event.changes.insert((*field).to_owned(), change);
                // The gravest of them: what counts as success before who counts before how it is said.
                for grave in ["scope", "goalpost"] {
                    if group == grave && kind == "definition" && event.group != "goalpost" {
                        grave.clone_into(&mut event.group);
                    }
                }
            }
        }
    }
}

/// The day that a commit itself names for its values: `as_of`, else the latest day on which a milestone, or a key result
/// that is done or not, was reached.
fn measured(commit: &str, lines: &[(&str, Vec<Step>)]) -> Option<Date> {
    let step = |field: &str| {
        let (_, steps) = lines.iter().find(|(known, _)| *known == field)?;
        steps.iter().find(|step| step.commit == commit)
    };
    let day = |value: &Value| value.as_str().and_then(|day| day.parse().ok());
    let as_of = step("as_of").and_then(|step| day(step.after.as_ref()?));
    let milestones = step("milestone.done").and_then(|step| {
        let before = step.before.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
        let after = step.after.as_ref()?.as_object()?;
        after
            .iter()
            .filter(|(title, value)| before.get(*title) != Some(*value))
            .filter_map(|(_, value)| day(value))
            .max()
    });
    as_of.or(milestones.max(step("done").and_then(|step| day(step.after.as_ref()?))))
}

/// The day on which the author's own clock stood.
fn day_of(commit: &Commit) -> Date {
    let (seconds, offset) = &commit.authored;
    let number = |range: std::ops::Range<usize>| offset[range].parse::<i64>().expect("digits");
    let ahead = (number(1..3) * 60 + number(3..5)) * 60;
    let local = if offset.starts_with('-') { seconds - ahead } else { seconds + ahead };
    jiff::Timestamp::from_second(local).expect("a moment of ours").to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The names that a goal may have had before: its own aliases, then those of its objective.
fn former_names(state: &State, name: &str) -> Vec<String> {
    let aliases = |name: &str| -> Vec<String> {
        let written = state.goals.get(name).and_then(|entry| entry.fields.get("aliases")?.as_array().cloned());
        written.unwrap_or_default().iter().filter_map(|alias| alias.as_str().map(str::to_owned)).collect()
    };
    let (home, id) = name.rsplit_once('/').expect("a full name");
    let full = |home: &str, alias: &str| if alias.contains('/') { alias.to_owned() } else { format!("{home}/{alias}") };
    let own: Vec<String> = aliases(name);
    let mut former: Vec<String> = own.iter().map(|alias| full(home, alias)).collect();
    if let Some((cycle, _)) = home.split_once('/') {
        for objective in aliases(home) {
            let objective = full(cycle, &objective);
            former.push(format!("{objective}/{id}"));
            former.extend(own.iter().filter(|alias| !alias.contains('/')).map(|alias| format!("{objective}/{alias}")));
        }
    }
    let parts = name.split('/').count();
    former.retain(|old| old.split('/').count() == parts);
    former
}
