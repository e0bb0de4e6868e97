//! Owns what a change brings: which findings were there before it, whatever moved or was renamed since.
//! Never reads a commit: it is handed both sides.

use super::engine::{Checked, identify, path};
use super::history::{history_shallow, history_unreadable};
use super::{find, gaps};
use crate::finding::{Finding, Level};
use crate::history::{History, former};
use crate::okr::{Field, Fields, Name};
use crate::source::{Located, Tree};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The findings that were there before a change, as they would be known today.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    fingerprints: BTreeSet<String>,
    answered: BTreeSet<String>,
    /// What of history did not parse, told of or not: while a file is broken, its past is no finding of its own.
    gaps: BTreeSet<String>,
}

impl Before {
    /// Takes what was found in `base`, under the names and paths that `head` has for the same.
    pub fn new(found: &Checked, base: &Tree, past: Option<&History>, head: &Tree) -> Self {
        let names = renamed(base, head);
        let paths = moved(base, head, &names);
        let (mut earlier, mut answered) = (found.findings.clone(), found.answered.clone());
        identify(earlier.iter_mut().chain(&mut answered), |finding| match finding.name.as_deref() {
            Some(name) => names.get(name).map(String::as_str),
            None => {
                let path = path(finding, &base.sources);
                Some(paths.get(path).copied().unwrap_or(path))
            }
        });
        let gaps = past.iter().flat_map(|past| &past.degraded).map(gaps::field).collect();
        let known = |findings: Vec<Finding>| findings.into_iter().map(|finding| finding.fingerprint).collect();
        Before { fingerprints: known(earlier), answered: known(answered), gaps }
    }

    /// Tells whether a finding was there. What is missing of history is always new: nobody can tell what it hides.
    pub fn had(&self, finding: &Finding) -> bool {
        match finding.rule {
            rule if rule == history_shallow::RULE.name => false,
            rule if rule == history_unreadable::RULE.name => {
                finding.field.as_ref().is_some_and(|field| self.gaps.contains(field))
            }
            _ => self.fingerprints.contains(&finding.fingerprint),
        }
    }
}

impl Checked {
    /// Keeps the findings that were not there before, and counts the others; of what is answered, what was not answered. What time alone can trip is no more than a
    /// warning then.
    pub fn keep_new(&mut self, before: &Before) {
        let all = self.findings.len();
        self.findings.retain(|finding| !before.had(finding));
        self.older = Some(all - self.findings.len());
        self.answered.retain(|finding| !before.answered.contains(&finding.fingerprint));
        for finding in &mut self.findings {
            if find(finding.rule).is_some_and(|rule| rule.calendar) {
                finding.level = finding.level.min(Level::Warning);
            }
        }
    }
}

/// Finds the names that `aliases` carry on: today's by the one before.
fn renamed(base: &Tree, head: &Tree) -> BTreeMap<String, String> {
    let (earlier, today) = (names(base), names(head));
    let mut renamed = BTreeMap::new();
    for (name, (own, objective)) in &today {
        if earlier.contains_key(name) {
            continue;
        }
        let before = former(name, own, objective.as_ref())
            .into_iter()
            .find(|old| Name::parse(old).is_some_and(|old| earlier.contains_key(&old) && !today.contains_key(&old)));
        renamed.extend(before.map(|before| (before, name.to_string())));
    }
    renamed
}

/// Gives every name with its aliases, a key result's with those of its objective beside them.
fn names(tree: &Tree) -> BTreeMap<Name, (Fields, Option<Fields>)> {
    let aliases = |list: &[String]| Fields::from([(Field::Aliases, Value::from(list.to_vec()))]);
    let mut names = BTreeMap::new();
    for located in tree.objectives() {
        let Some(name) = located.name() else { continue };
        let own = aliases(&located.objective.aliases);
        for key_result in &located.objective.key_results {
            names.insert(name.key_result(&key_result.id), (aliases(&key_result.aliases), Some(own.clone())));
        }
        names.insert(name, (own, None));
    }
    names
}

/// Finds the files that moved: today's path by the one before. A file has moved where its text stands in another now, or
/// one of its objectives does.
fn moved<'a>(base: &'a Tree, head: &'a Tree, names: &BTreeMap<String, String>) -> BTreeMap<&'a str, &'a str> {
    let paths = |tree: &'a Tree| tree.files.iter().map(|file| file.path.as_str()).collect::<BTreeSet<_>>();
    let (earlier, today) = (paths(base), paths(head));
    let text = |tree: &'a Tree, file| tree.sources.get(file).text.as_str();
    let mut by_text = BTreeMap::new();
    for file in head.files.iter().filter(|file| !earlier.contains(file.path.as_str())) {
        by_text.entry(text(head, file.file)).or_insert(file.path.as_str());
    }
    let mut by_name = BTreeMap::new();
    for one in head.objectives().filter(|one| !earlier.contains(one.file.path.as_str())) {
        by_name.entry(called(&one)).or_insert(one.file.path.as_str());
    }
    let mut moved = BTreeMap::new();
    for file in base.files.iter().filter(|file| !today.contains(file.path.as_str())) {
        moved.extend(by_text.get(text(base, file.file)).map(|to| (file.path.as_str(), *to)));
    }
    for one in base.objectives().filter(|one| !today.contains(one.file.path.as_str())) {
        let name = called(&one);
        if let Some(to) = by_name.get(names.get(&name).unwrap_or(&name)) {
            moved.entry(one.file.path.as_str()).or_insert(*to);
        }
    }
    moved
}

fn called(one: &Located<'_>) -> String {
    one.name().map_or_else(|| one.objective.id.clone(), |name| name.to_string())
}
