//! Owns what is kept of the goals themselves: what they are called, who answers for them and which are sensitive, so that
//! a log can be told without reading a file. Never says whether they are still so: whoever asks knows.

use super::answers::Answers;
use super::folder::Sheet;
use super::{Cache, GOALS};
use crate::config::Config;
use crate::git::ObjectId;
use crate::history::Options;
use crate::okr::{Cycle, Directory, Fields, KeyResult, Name, Objective};
use crate::source::{Revision, Stamps, Tree};
use crate::syntax::{ObjectiveFile, ObjectivePlace, Place};
use crate::text::FileId;
use jiff::civil::Date;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

/// What stands first: enough for whoever asks for one name.
#[derive(Debug, Serialize, Deserialize)]
struct Head<'a> {
    digest: [u8; 20],
    #[serde(borrow)]
    cycles: BTreeSet<&'a str>,
    sensitive: Vec<&'a str>,
    /// Every full name, each between two line ends.
    names: &'a str,
}

/// By path, the goals of each file.
type Files<'a> = Vec<(&'a str, Vec<Goal<'a>>)>;

#[derive(Debug, Serialize, Deserialize)]
struct Goal<'a> {
    cycle: Option<&'a str>,
    id: &'a str,
    #[serde(borrow)]
    owners: Vec<&'a str>,
    key_results: Vec<(&'a str, Option<&'a str>, bool)>,
}

/// The goals of a clean work tree as an earlier run read them.
#[derive(Debug)]
pub struct Outline {
    head: ObjectId,
    config: Config,
    cycles: Vec<Cycle>,
    /// The key results that are sensitive, by full name.
    pub sensitive: Vec<String>,
    sheet: Sheet,
    /// Where the names stand in what is written, and where the files begin.
    names: Range<usize>,
    files: usize,
}

impl Outline {
    /// Resolves a typed name as [`Directory::resolve`] does; `None` where it does not stand for one thing.
    pub fn resolve(&self, tail: &str, today: Date) -> Option<Name> {
        let names = &self.sheet.body()[self.names.clone()];
        ending(names, tail, &self.cycles).beside(self.cycles.iter().cloned()).resolve(tail, today).one()
    }

    /// Gives the goals as far as a log needs them: names, owners and what is sensitive. `None` where they do not read.
    pub fn tree(&self) -> Option<Tree> {
        let stored: Files<'_> = postcard::from_bytes(&self.sheet.body()[self.files..]).ok()?;
        let nothing = Fields::new();
        let (objective, key_result) = (crate::syntax::objective(&nothing), crate::syntax::key_result(&nothing));
        let file = |(path, goals): &(&str, Vec<Goal<'_>>)| {
            let goals = goals.iter().map(|goal| Objective {
                id: goal.id.to_owned(),
                cycle: goal.cycle.map(str::to_owned),
                owners: goal.owners.iter().map(|&owner| owner.to_owned()).collect(),
                key_results: (goal.key_results.iter())
                    .map(|&(id, owner, sensitive)| KeyResult {
                        id: id.to_owned(),
                        owner: owner.map(str::to_owned),
                        sensitive,
                        ..key_result.clone()
                    })
                    .collect(),
                ..objective.clone()
            });
            let objectives: Vec<Objective> = goals.collect();
            let places = vec![ObjectivePlace::default(); objectives.len()];
            let (path, head) = ((*path).to_owned(), Place::default());
            // Nothing points into a file of which there is no text.
            ObjectiveFile { file: FileId(0), path, objectives, places, head, parsed: true }
        };
        let files = stored.iter().map(file).collect();
        let revision = Revision { id: Some(self.head), committed: None, dirty: false };
        Some(Tree { config: self.config.clone(), files, revision, ..Tree::default() })
    }
}

/// Finds the names that end with a text, by whole parts, in the order in which they are written.
fn ending(names: &[u8], tail: &str, cycles: &[Cycle]) -> Directory {
    let line = format!("{tail}\n");
    let named = |at: usize| {
        let above = &names[..at];
        matches!(above.last(), Some(b'/' | b'\n')).then_some(())?;
        let start = memchr::memrchr(b'\n', above)? + 1;
        let name = Name::parse(std::str::from_utf8(&names[start..at + tail.len()]).ok()?)?;
        let cycle = cycles.iter().find(|cycle| cycle.id == name.cycle)?;
        Some((name, cycle.clone()))
    };
    Directory::new(memmem::find_iter(names, &line).filter(|_| !tail.is_empty()).filter_map(named))
}

impl Cache {
    /// Gives the goals of a clean work tree. `None` where they were not read with these stamps.
    pub fn outline(&self, head: ObjectId, config: &Config, stamps: &Stamps) -> Option<Outline> {
        let answers = Answers::new(self, head, config, &Options::default());
        let sheet = answers.shelf.read(&answers.name(GOALS), 0)?;
        let (stored, files): (Head<'_>, &[u8]) = postcard::take_from_bytes(sheet.body()).ok()?;
        (stored.digest == stamps.digest).then_some(())?;
        let files = sheet.body().len() - files.len();
        let names = files - stored.names.len()..files;
        let cycles = stored.cycles.iter().map(|id| config.calendar.cycle(id)).collect::<Option<_>>()?;
        let sensitive = stored.sensitive.iter().map(|&name| name.to_owned()).collect();
        Some(Outline { head, config: config.clone(), cycles, sensitive, sheet, names, files })
    }

    /// Keeps the goals of a clean work tree that was read with these stamps, where each has a name of its own.
    pub fn keep_outline(&self, head: ObjectId, stamps: &Stamps, tree: &Tree) {
        if let Some(bytes) = written(stamps, tree) {
            let answers = Answers::new(self, head, &tree.config, &Options::default());
            // Who cannot write reads the files again.
            let _ = answers.shelf.write(&answers.name(GOALS), 0, &bytes, true);
        }
    }
}

/// Writes the goals down; `None` where an objective is there twice, or a name would not come back as it is.
fn written(stamps: &Stamps, tree: &Tree) -> Option<Vec<u8>> {
    let (mut seen, mut cycles, mut sensitive) = (HashSet::new(), BTreeSet::new(), Vec::new());
    let mut names = "\n".to_owned();
    for located in tree.objectives() {
        let (Some(name), Some(cycle)) = (located.name(), located.objective.cycle.as_deref()) else { continue };
        let key_results = &located.objective.key_results;
        for kr in key_results.iter().filter(|kr| kr.sensitive) {
            sensitive.push(name.key_result(&kr.id).to_string());
        }
        // Who types a name means none of a cycle that has no days.
        if !cycles.contains(cycle) && tree.config.calendar.cycle(cycle).is_none() {
            continue;
        }
        cycles.insert(cycle);
        for name in key_results.iter().map(|kr| name.key_result(&kr.id)).chain([name.clone()]) {
            let text = name.to_string();
            (!text.contains('\n') && Name::parse(&text).as_ref() == Some(&name)).then_some(())?;
            names.push_str(&text);
            names.push('\n');
        }
        seen.insert(name).then_some(())?;
    }
    let goal = |one| {
        let Objective { cycle, id, owners, key_results, .. }: &Objective = one;
        let key_results = key_results.iter().map(|kr| (kr.id.as_str(), kr.owner.as_deref(), kr.sensitive));
        Goal {
            cycle: cycle.as_deref(),
            id,
            owners: owners.iter().map(String::as_str).collect(),
            key_results: key_results.collect(),
        }
    };
    let files: Files<'_> =
        tree.files.iter().map(|file| (file.path.as_str(), file.objectives.iter().map(goal).collect())).collect();
    let sensitive = sensitive.iter().map(String::as_str).collect();
    let head = postcard::to_allocvec(&Head { digest: stamps.digest, cycles, sensitive, names: &names }).ok()?;
    Some([head, postcard::to_allocvec(&files).ok()?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_name_is_resolved_as_among_all_goals() {
        let ends =
            ["a", "b", "c/kr", "x/kr", "kr", "x", "2026-Q3/x/kr", "2026-Q3/x", "2026-Q4/x", "/kr", "r", "", "\n"];
        let all = ["2026-Q3/x/kr", "2026-Q3/x", "2026-Q4/x/kr", "2026-Q4/x", "2026-Q4/c/kr", "2026-Q4/c", "2026-Q1/a"];
        let config = Config::default();
        let days = |id: &str| config.calendar.cycle(id).expect("a quarter");
        let cycles = ["2026-Q1", "2026-Q3", "2026-Q4"].map(days);
        let written = format!("\n{}\n", all.join("\n"));
        let named = all.iter().map(|name| Name::parse(name).expect("a full name"));
        let directory = Directory::new(named.map(|name| (name.clone(), days(&name.cycle))));
        for today in ["2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01", "2027-08-01"] {
            let today: Date = today.parse().expect("a day");
            for tail in ends {
                let short = ending(written.as_bytes(), tail, &cycles).beside(cycles.clone()).resolve(tail, today).one();
                assert_eq!(short, directory.resolve(tail, today).one(), "{tail} on {today}");
            }
        }
    }
}
