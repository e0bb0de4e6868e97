//! Owns what is kept of the goals themselves: what they are called, who answers for them and which are sensitive, so that
//! a log can be told without reading a file. Never says whether they are still so: whoever asks knows.

use super::answers::Answers;
use super::{Cache, GOALS};
use crate::config::Config;
use crate::git::ObjectId;
use crate::history::Options;
use crate::okr::{Fields, KeyResult, Objective};
use crate::source::{Revision, Stamps, Tree};
use crate::syntax::{ObjectiveFile, ObjectivePlace, Place};
use crate::text::FileId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Stored<'a> {
    digest: [u8; 20],
    #[serde(borrow)]
    files: Vec<(&'a str, Vec<Goal<'a>>)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Goal<'a> {
    cycle: Option<&'a str>,
    id: &'a str,
    #[serde(borrow)]
    owners: Vec<&'a str>,
    key_results: Vec<(&'a str, Option<&'a str>, bool)>,
}

impl Cache {
    /// Gives the goals of a clean work tree as far as a log needs them: names, owners and what is sensitive. `None` where
    /// they were not read with these stamps.
    pub fn outline(&self, head: ObjectId, config: &Config, stamps: &Stamps) -> Option<Tree> {
        let answers = Answers::new(self, head, config, &Options::default());
        let sheet = answers.shelf.read(&answers.name(GOALS), 0)?;
        let stored: Stored<'_> = postcard::from_bytes(sheet.body()).ok()?;
        (stored.digest == stamps.digest).then_some(())?;
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
        let files = stored.files.iter().map(file).collect();
        let revision = Revision { id: Some(head), committed: None, dirty: false };
        Some(Tree { config: config.clone(), files, revision, ..Tree::default() })
    }

    /// Keeps the goals of a clean work tree that was read with these stamps.
    pub fn keep_outline(&self, head: ObjectId, stamps: &Stamps, tree: &Tree) {
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
        let files = tree.files.iter().map(|file| (file.path.as_str(), file.objectives.iter().map(goal).collect()));
        let stored = Stored { digest: stamps.digest, files: files.collect() };
        let answers = Answers::new(self, head, &tree.config, &Options::default());
        if let Ok(bytes) = postcard::to_allocvec(&stored) {
            // Who cannot write reads the files again.
            let _ = answers.shelf.write(&answers.name(GOALS), 0, &bytes, true);
        }
    }
}
