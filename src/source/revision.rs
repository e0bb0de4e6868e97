//! Owns reading a tree of goals out of a commit, and finding the commit of a day.

use super::gathering::Gathering;
use super::shared::Known;
use super::{Error, Paths, Revision, Tree};
use crate::config::{Config, FILE_NAME};
use crate::git::{Error as GitError, ObjectId, Repository, TreeEntry};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A moment of the past, as typed after `--as-of`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsOf {
    /// The newest first-parent commit recorded by the end of this day, UTC.
    Day(Date),
    /// This revision.
    Revision(String),
}

impl AsOf {
    /// Reads what was typed: a date if it looks like one.
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| AsOf::Revision(text.to_owned()), AsOf::Day)
    }
}

/// Finds the commit that `--as-of` means.
///
/// # Errors
/// [`GitError::AsOfOutOfReach`] where no commit is that old, [`GitError::NoSuchRevision`] for an unknown revision.
pub fn as_of(repository: &Repository, from: ObjectId, what: &AsOf) -> Result<ObjectId, GitError> {
    match what {
        AsOf::Day(day) => repository.as_of(from, end_of_day(*day), &day.to_string()),
        AsOf::Revision(revision) => repository.resolve(revision),
    }
}

/// Gives the last second of a day, UTC.
pub(crate) fn end_of_day(day: Date) -> i64 {
    day.tomorrow()
        .and_then(|next| next.to_zoned(TimeZone::UTC))
        .map_or(i64::MAX, |midnight| midnight.timestamp().as_second() - 1)
}

/// Reads the tree of goals of a commit, from git's objects alone.
///
/// # Errors
/// [`Error::Nothing`] where no objective file is there, [`Error::Newer`] for a configuration of the future,
/// [`Error::Git`] for a missing object.
pub fn revision(repository: &Repository, id: ObjectId) -> Result<Tree, Error> {
    revision_with(repository, id, &[])
}

/// Reads the tree of goals of a commit; `also` are paths to read beside the configured ones.
///
/// # Errors
/// As [`revision`].
pub fn revision_with(repository: &Repository, id: ObjectId, also: &[String]) -> Result<Tree, Error> {
    match gathered(repository, id, also, None)? {
        (tree, 0) => Err(Error::Nothing { paths: tree.config.paths.join(", ") }),
        (tree, _) => Ok(tree),
    }
}

/// Reads the tree of goals of a commit beside another state that was read before: what is the same there is neither read
/// nor parsed again. A commit without any objective file gives an empty tree. `also` are paths to read beside the
/// configured ones.
///
/// # Errors
/// As [`revision`], but for [`Error::Nothing`].
pub fn revision_beside(repository: &Repository, id: ObjectId, also: &[String], other: &Tree) -> Result<Tree, Error> {
    gathered(repository, id, also, Some(&Known::new(other))).map(|(tree, _)| tree)
}

/// Gathers what a commit holds, and says how many files that are.
fn gathered(
    repository: &Repository,
    id: ObjectId,
    also: &[String],
    known: Option<&Known<'_>>,
) -> Result<(Tree, usize), Error> {
    let commit = repository.commit(id)?;
    let mut gathering = Gathering::default();
    if let Some(blob) = file_at(repository, commit.tree, FILE_NAME)? {
        gathering.configuration(repository.blob(blob)?)?;
    }
    let paths = Paths::new(gathering.tree.config.paths.iter().chain(also));
    let mut listing = Listing::default();
    listing.of_commit(repository, commit.tree, &paths)?;
    gathering.tree.skipped = listing.skipped;
    let count = listing.files.len();
    gathering.blobs(repository, listing.files, known)?;
    gathering.tree.revision = Revision { id: Some(id), committed: Some(commit.committer.seconds), dirty: false };
    Ok((gathering.tree, count))
}

/// Reads the configuration alone of a commit; `None` where it has none, or one of a newer format.
///
/// # Errors
/// [`GitError`] for a missing object.
pub fn configuration_of(repository: &Repository, id: ObjectId) -> Result<Option<Config>, GitError> {
    let Some(blob) = file_at(repository, repository.commit(id)?.tree, FILE_NAME)? else { return Ok(None) };
    let mut gathering = Gathering::default();
    let read = gathering.configuration(repository.blob(blob)?);
    Ok(read.is_ok().then_some(gathering.tree.config))
}

/// Finds the blob of a file below a commit's root tree; `None` for a folder, a link or nothing.
pub(super) fn file_at(repository: &Repository, root: ObjectId, path: &str) -> Result<Option<ObjectId>, GitError> {
    Ok(repository.entry(root, path)?.filter(|entry| entry.0 & 0o170_000 == 0o100_000).map(|entry| entry.1))
}

/// The objective files of a commit, by path in byte order, and what was passed over.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) files: Vec<(String, ObjectId)>,
    pub(super) skipped: Vec<(String, String)>,
}

impl Listing {
    /// Lists the objective files below a commit's root tree.
    pub(super) fn of_commit(&mut self, repository: &Repository, root: ObjectId, paths: &Paths) -> Result<(), GitError> {
        for prefix in paths.prefixes() {
            if let Some((mode, id)) = repository.entry(root, &prefix)? {
                self.take(repository, prefix, mode, id, paths)?;
            }
        }
        self.files.sort();
        self.skipped.sort();
        Ok(())
    }

    /// Lists the same out of git's index; `None` where that holds something else, and where anything would be passed over or
    /// is not in the work tree.
    pub(super) fn of_index(repository: &Repository, root: ObjectId, paths: &Paths) -> Option<Self> {
        let mut files = Vec::new();
        for file in repository.tracked_of(root, paths.near())? {
            let is_plain = file.is_file() && !file.path.contains(char::REPLACEMENT_CHARACTER);
            (is_plain && file.settled && !file.left_out && !file.path.contains(".toml/")).then_some(())?;
            if paths.holds(&file.path) {
                files.push((file.path, file.id));
            }
        }
        Some(Listing { files, skipped: Vec::new() })
    }

    fn take(
        &mut self,
        repository: &Repository,
        path: String,
        mode: u32,
        id: ObjectId,
        paths: &Paths,
    ) -> Result<(), GitError> {
        match mode {
            TreeEntry::TREE => {
                if paths.holds(&path) && path.ends_with(".toml") {
                    self.skipped.push((path.clone(), "a folder, not a file".into()));
                }
                for entry in repository.tree(id)? {
                    let below = if path.is_empty() { entry.name } else { format!("{path}/{}", entry.name) };
                    self.take(repository, below, entry.mode, entry.id, paths)?;
                }
            }
            TreeEntry::LINK => self.skipped.push((path, "a symbolic link".into())),
            TreeEntry::SUBMODULE => self.skipped.push((path, "a submodule".into())),
            _ if paths.holds(&path) => self.files.push((path, id)),
            _ => {}
        }
        Ok(())
    }
}
