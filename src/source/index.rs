//! Owns reading a tree of goals out of the index: what the next commit will hold, whatever the work tree has.

use super::gathering::Gathering;
use super::revision::{Listing, file_at};
use super::{Error, Paths, Revision, Tree};
use crate::config::FILE_NAME;
use crate::git::{ObjectId, Repository, TreeEntry};

/// Reads the tree of goals of the index; `also` are paths to read beside the configured ones.
///
/// # Errors
/// [`Error::Conflict`] where the sides of a merge are not joined, [`Error::Nothing`] where no objective file is there,
/// [`Error::Newer`] for a configuration of the future, [`Error::Git`] for an index or object that cannot be read.
pub fn index(repository: &Repository, also: &[String]) -> Result<Tree, Error> {
    let conflicted = repository.conflicted()?;
    let refuse = |matches: &dyn Fn(&str) -> bool| match conflicted.iter().find(|path| matches(path)) {
        Some(path) => Err(Error::Conflict { path: path.clone() }),
        None => Ok(()),
    };
    refuse(&|path| path == FILE_NAME)?;
    let mut gathering = Gathering::default();
    let mut tracked = repository.tracked()?;
    tracked.retain(|file| file.settled);
    let settings = tracked.iter().find(|file| file.path == FILE_NAME && file.is_file()).map(|file| file.id);
    if let Some(blob) = settings {
        gathering.configuration(repository.blob(blob)?)?;
    }
    let paths = Paths::new(gathering.tree.config.paths.iter().chain(also));
    refuse(&|path| paths.holds(path))?;
    let mut files: Vec<(String, ObjectId)> = Vec::new();
    for file in tracked.iter().filter(|file| paths.holds(&file.path)) {
        match file.mode {
            TreeEntry::LINK => gathering.tree.skipped.push((file.path.clone(), "a symbolic link".into())),
            TreeEntry::SUBMODULE => gathering.tree.skipped.push((file.path.clone(), "a submodule".into())),
            _ => files.push((file.path.clone(), file.id)),
        }
    }
    if files.is_empty() {
        return Err(Error::Nothing { paths: gathering.tree.config.paths.join(", ") });
    }
    gathering.tree.revision = revision_of(repository, &paths, &files, settings)?;
    gathering.blobs(repository, files, None)?;
    Ok(gathering.tree)
}

/// Says which commit the index stands on, and whether objective files or configuration differ from it.
fn revision_of(
    repository: &Repository,
    paths: &Paths,
    files: &[(String, ObjectId)],
    settings: Option<ObjectId>,
) -> Result<Revision, Error> {
    let Some(head) = repository.head()? else { return Ok(Revision { dirty: true, ..Revision::default() }) };
    let commit = repository.commit(head)?;
    let mut listing = Listing::default();
    listing.of_commit(repository, commit.tree, paths)?;
    let dirty = listing.files != files || file_at(repository, commit.tree, FILE_NAME)? != settings;
    Ok(Revision { id: Some(head), committed: Some(commit.committer.seconds), dirty })
}
