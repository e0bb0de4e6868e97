//! Owns what is known of files that somebody read already, so that a look for a few goals can pass over the others: which
//! names stand in them, where nothing else of them matters.
//! Never reads one.

use crate::git::ObjectId;
use crate::okr::{KeyResult, Name};
use crate::syntax::ObjectiveFile;
use foldhash::HashMap;

/// Files of which nothing matters but which names stand in them, by blob: no goal of theirs is sensitive or had another
/// name, and all of them reads.
#[derive(Debug, Default)]
pub struct Plain(HashMap<ObjectId, Vec<String>>);

impl Plain {
    /// Takes a file in which nothing was found amiss, if it is such a one.
    pub fn take(&mut self, blob: ObjectId, file: &ObjectiveFile) {
        self.0.extend(names(file).map(|names| (blob, names)));
    }

    /// Lists the blobs in which each name is one of some.
    pub(super) fn of(&self, is: impl Fn(&str) -> bool) -> impl Iterator<Item = ObjectId> {
        self.0.iter().filter(move |(_, names)| names.iter().all(|name| is(name))).map(|(&blob, _)| blob)
    }
}

/// Lists the full names in a file; `None` where more matters than those.
fn names(file: &ObjectiveFile) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for objective in &file.objectives {
        let name = Name::objective(objective.cycle.as_deref()?, &objective.id);
        let is_plain = |kr: &KeyResult| !kr.sensitive && kr.aliases.is_empty();
        (objective.aliases.is_empty() && objective.key_results.iter().all(is_plain)).then_some(())?;
        names.extend(objective.key_results.iter().map(|kr| name.key_result(&kr.id).to_string()));
        names.push(name.to_string());
    }
    Some(names)
}
