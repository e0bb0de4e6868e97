//! Owns reading files of a work tree where they are what HEAD holds, for whom an earlier run knows most of the others.
//! Never says what is wrong with a file: whoever cannot have it this way reads all of them.

use super::Tree;
use super::gathering::{Blob, Gathering, Place};
use super::stamps::Settled;
use super::worktree::settings;
use crate::config::{Config, FILE_NAME};
use crate::finding::Level;
use crate::git::{ObjectId, Repository};
use crate::syntax::ObjectiveFile;
use std::path::Path;

/// Reads the configuration of a work tree where it is what a commit holds and nothing is wrong with it.
pub fn settled_configuration(repository: &Repository, root: &Path, head: ObjectId) -> Option<Config> {
    let mut gathering = Gathering::default();
    let here = settings(&mut gathering, root).ok()?;
    let there = super::revision::file_at(repository, repository.commit(head).ok()?.tree, FILE_NAME).ok()?;
    let same = here.is_some() == there.is_some() && here.zip(there).is_none_or(|(here, there)| here.is(there));
    (same && is_silent(&gathering.tree)).then_some(gathering.tree.config)
}

/// Reads objective files of a work tree, in their order. `None` where one is not what HEAD holds, or anything is wrong in it.
pub fn committed(root: &Path, files: &[&Settled]) -> Option<Vec<ObjectiveFile>> {
    let places = files.iter().map(|file| (file.path.clone(), Place::File(root.join(&file.path)))).collect();
    let mut gathering = Gathering::default();
    let read = gathering.objective_files(places, true).ok()?;
    let is_committed = |(file, blob): (&&Settled, Option<Blob>)| blob.is_some_and(|blob| blob.is(file.blob));
    let whole = files.iter().zip(read.iter().map(|read| read.1)).all(is_committed) && is_silent(&gathering.tree);
    (whole && gathering.tree.files.len() == files.len()).then_some(gathering.tree.files)
}

fn is_silent(tree: &Tree) -> bool {
    tree.skipped.is_empty() && tree.findings.iter().all(|finding| finding.level != Level::Error)
}
