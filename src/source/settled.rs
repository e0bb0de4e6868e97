//! Owns reading files of a work tree where they are what HEAD holds, for whom an earlier run knows most of the others.
//! Never says what is wrong with a file: whoever cannot have it this way reads all of them.

use super::gathering::{Blob, Gathering, Place};
use super::look::{Look, REST, Stamp};
use super::revision::{Listing, file_at};
use super::worktree::settings;
use super::{Paths, Tree};
use crate::config::{Config, FILE_NAME};
use crate::finding::Level;
use crate::git::{ObjectId, Repository};
use crate::syntax::{Frame, ObjectiveFile};
use std::path::Path;

/// An objective file that HEAD and the index hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// From the root.
    pub path: String,
    /// What the file system says of it.
    pub stamp: Stamp,
    /// What HEAD has there.
    pub blob: ObjectId,
}

impl Settled {
    /// Looks at a file of a work tree that a commit has, which nobody read yet; and tells whether it had rested. `None` where
    /// there is none.
    pub(crate) fn at(root: &Path, path: String, blob: ObjectId) -> Option<(Self, bool)> {
        let (stamp, rested) = stamp_of(&root.join(&path))?;
        Some((Settled { path, stamp, blob }, rested))
    }

    /// Tells whether a file is still what it was when it had this stamp, and no link or other repository lies on the way to
    /// it. Whoever touched it need not have changed it.
    pub(crate) fn is_still(root: &Path, path: &str, stamp: &[u8], blob: ObjectId) -> bool {
        let place = root.join(path);
        let mut folders = place.ancestors().skip(1).take_while(|&folder| folder != root);
        let is_way = folders.all(|folder| {
            Look::at(folder).is_some_and(|look| look.is_folder()) && Look::at(&folder.join(".git")).is_none()
        });
        let Some(look) = Look::at(&place).filter(|look| is_way && look.is_file()) else { return false };
        look.stamp() == stamp || Place::File(place).whole(path).is_some_and(|bytes| Blob::of(&bytes).is(blob))
    }
}

/// Looks at git's index as a file, and tells whether it had rested.
pub(crate) fn index_stamp(repository: &Repository) -> Option<(Stamp, bool)> {
    stamp_of(&repository.index_file()?)
}

/// Looks at a file, and tells whether it had rested for long enough, so that other content will have another stamp.
fn stamp_of(file: &Path) -> Option<(Stamp, bool)> {
    let look = Look::at(file).filter(Look::is_file)?;
    Some((look.stamp(), look.written() < jiff::Timestamp::now().as_second() - REST))
}

/// Tells whether git's index has a file, so that no rule of what git ignores hides it.
pub(crate) fn is_in_index(repository: &Repository, path: &str) -> bool {
    let tracked = repository.tracked_where(|own| own == path.as_bytes()).unwrap_or_default();
    tracked.len() == 1 && tracked.iter().all(|file| file.is_file() && file.settled && !file.left_out)
}

/// Lists the objective files of a commit with what it has there, and whether git's index said so. `None` where it has
/// anything that is passed over.
pub(crate) fn blobs_of(
    repository: &Repository,
    head: ObjectId,
    config: &Config,
) -> Option<(Vec<(String, ObjectId)>, bool)> {
    let (root, paths) = (repository.commit(head).ok()?.tree, Paths::new(&config.paths));
    if let Some(listing) = Listing::of_index(repository, root, &paths) {
        return Some((listing.files, true));
    }
    let mut listing = Listing::default();
    listing.of_commit(repository, root, &paths).ok()?;
    listing.skipped.is_empty().then_some((listing.files, false))
}

/// Reads the configuration of a work tree where it is what a commit holds and nothing is wrong with it.
pub fn settled_configuration(repository: &Repository, root: &Path, head: ObjectId) -> Option<Config> {
    let mut gathering = Gathering::default();
    let here = settings(&mut gathering, root).ok()?;
    let there = file_at(repository, repository.commit(head).ok()?.tree, FILE_NAME).ok()?;
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
