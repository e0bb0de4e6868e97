//! Owns reading files of a work tree where they are what HEAD holds, for whom an earlier run knows most of the others.
//! Never says what is wrong with a file: whoever cannot have it this way reads all of them.

use super::Tree;
use super::gathering::{Blob, Gathering, Place};
use super::stamps::Settled;
use super::worktree::settings;
use crate::config::{Config, FILE_NAME};
use crate::finding::Level;
use crate::git::{ObjectId, Repository};
use crate::syntax::{Frame, ObjectiveFile};
use std::path::Path;

/// Reads the configuration of a work tree where it is what a commit holds and nothing is wrong with it.
pub fn settled_configuration(repository: &Repository, root: &Path, head: ObjectId) -> Option<Config> {
    let mut gathering = Gathering::default();
    let here = settings(&mut gathering, root).ok()?;
    let there = super::revision::file_at(repository, repository.commit(head).ok()?.tree, FILE_NAME).ok()?;
    let same = here.is_some() == there.is_some() && here.zip(there).is_none_or(|(here, there)| here.is(there));
    (same && is_silent(&gathering.tree)).then_some(gathering.tree.config)
}

/// Reads objective files of a work tree, in their order, but for those of which enough is known by their frames. `None`
/// where one is not what HEAD holds, or anything is wrong in it.
pub(crate) fn committed(
    root: &Path,
    files: &[&Settled],
    is_known: impl Fn(&Settled, Frame) -> bool,
) -> Option<Vec<(Option<Frame>, Option<ObjectiveFile>)>> {
    let mut gathering = Gathering::default();
    let (mut frames, mut places) = (Vec::with_capacity(files.len()), Vec::new());
    for file in files {
        let bytes = Place::File(root.join(&file.path)).whole(&file.path)?;
        Blob::of(&bytes).is(file.blob).then_some(())?;
        let frame = Frame::of(&bytes);
        let is_known = frame.is_some_and(|frame| is_known(file, frame));
        frames.push((frame, is_known));
        if !is_known {
            places.push((file.path.clone(), Place::Bytes(bytes)));
        }
    }
    let count = places.len();
    gathering.objective_files(places, false).ok()?;
    (is_silent(&gathering.tree) && gathering.tree.files.len() == count).then_some(())?;
    let mut read = gathering.tree.files.into_iter();
    Some(frames.into_iter().map(|(frame, is_known)| (frame, if is_known { None } else { read.next() })).collect())
}

fn is_silent(tree: &Tree) -> bool {
    tree.skipped.is_empty() && tree.findings.iter().all(|finding| finding.level != Level::Error)
}
