//! Owns reading a tree of goals out of the work tree: ignored files left out, links never followed.

use super::gathering::{Blob, Gathering, Place};
use super::revision::{Listing, file_at};
use super::{Error, Paths, Revision, Tree};
use crate::config::{Config, FILE_NAME};
use crate::git::{Error as GitError, ObjectId, Repository, Tracked};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{MAIN_SEPARATOR, Path};
use walkdir::{DirEntry, WalkDir};

/// Reads the tree of goals of a work tree or, without git, of a folder. Files that a sparse checkout leaves out are read
/// from the index. `also` are paths to read beside the configured ones.
///
/// # Errors
/// [`Error::Nothing`] where no objective file is there, [`Error::Newer`] for a configuration of the future,
/// [`Error::Io`] for a file that cannot be read, [`Error::Git`] for an index or object that cannot.
pub fn worktree(repository: Option<&Repository>, root: &Path, also: &[String]) -> Result<Tree, Error> {
    let (mut tree, standing) = files(repository, root, also)?;
    if let Some(repository) = repository {
        tree.revision = standing.revision(repository)?;
    }
    Ok(tree)
}

/// What tells how a work tree stands to what is committed.
pub struct Standing {
    paths: Paths,
    /// The ids of the objective files and the configuration, by path.
    own: BTreeMap<String, Option<Blob>>,
}

/// Reads the tree of goals as [`worktree`] does, and leaves open on which commit it stands.
///
/// # Errors
/// As [`worktree`].
pub fn files(repository: Option<&Repository>, root: &Path, also: &[String]) -> Result<(Tree, Standing), Error> {
    let mut gathering = Gathering::default();
    let settings = settings(&mut gathering, root)?;
    let paths = Paths::new(gathering.tree.config.paths.iter().chain(also));
    let prefixes = paths.prefixes();
    let tracked = repository.map(|repository| repository.tracked_where(paths.near())).transpose()?.unwrap_or_default();
    let mut walk =
        Walk { repository, root, paths: &paths, tracked: &tracked, found: BTreeMap::new(), skipped: Vec::new() };
    for prefix in &prefixes {
        walk.below(prefix)?;
    }
    let Walk { mut found, mut skipped, .. } = walk;
    for file in tracked.iter().filter(|file| file.left_out && paths.holds(&file.path)) {
        if let (Some(repository), Entry::Vacant(place)) = (repository, found.entry(file.path.clone())) {
            place.insert(Place::Bytes(repository.blob(file.id)?));
        }
    }
    if found.is_empty() {
        return Err(Error::Nothing { paths: gathering.tree.config.paths.join(", ") });
    }
    let blobs = gathering.objective_files(found.into_iter().collect(), repository.is_some())?;
    let mut own: BTreeMap<_, _> = blobs.into_iter().collect();
    own.extend(settings.map(|blob| (FILE_NAME.to_owned(), Some(blob))));
    gathering.tree.skipped.append(&mut skipped);
    gathering.tree.skipped.sort();
    Ok((gathering.tree, Standing { paths, own }))
}

/// Reads the configuration of a work tree alone; what does not read keeps its default.
///
/// # Errors
/// As [`worktree`].
pub fn configuration(root: &Path) -> Result<Config, Error> {
    Ok(configured(root)?.config)
}

/// Reads the configuration of a work tree as a tree that holds nothing else, with what is wrong with it.
///
/// # Errors
/// As [`worktree`].
pub fn configured(root: &Path) -> Result<Tree, Error> {
    let mut gathering = Gathering::default();
    settings(&mut gathering, root)?;
    Ok(gathering.tree)
}

/// Takes the configuration in, and gives the ids of its bytes where there is one.
pub(super) fn settings(gathering: &mut Gathering, root: &Path) -> Result<Option<Blob>, Error> {
    let path = root.join(FILE_NAME);
    if path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
        gathering.tree.skipped.push((FILE_NAME.into(), "a symbolic link".into()));
        return Ok(None);
    }
    if !path.is_file() {
        if path.exists() {
            gathering.tree.skipped.push((FILE_NAME.into(), "no file".into()));
        }
        return Ok(None);
    }
    let bytes = std::fs::read(&path).map_err(|source| Error::Io { path: FILE_NAME.to_owned(), source })?;
    let blob = Blob::of(&bytes);
    gathering.configuration(bytes)?;
    Ok(Some(blob))
}

struct Walk<'a> {
    repository: Option<&'a Repository>,
    root: &'a Path,
    paths: &'a Paths,
    tracked: &'a [Tracked],
    found: BTreeMap<String, Place<'static>>,
    skipped: Vec<(String, String)>,
}

impl Walk<'_> {
    /// Walks one prefix, unless a link stands on the way to it: what it points at may lie outside the repository.
    fn below(&mut self, prefix: &str) -> Result<(), Error> {
        let mut start = self.root.to_owned();
        for part in prefix.split('/').filter(|part| !part.is_empty()) {
            start.push(part);
            match start.symlink_metadata() {
                Ok(found) if found.is_symlink() => {
                    self.skipped.push((self.path(&start), "a symbolic link".into()));
                    return Ok(());
                }
                Ok(_) => {}
                Err(_) => return Ok(()),
            }
        }
        let mut entries = WalkDir::new(&start).follow_root_links(false).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(|error| {
                let path = error.path().map_or_else(|| prefix.to_owned(), |path| self.path(path));
                Error::Io { path, source: error.into() }
            })?;
            if !self.take(&entry)? && entry.file_type().is_dir() {
                entries.skip_current_dir();
            }
        }
        Ok(())
    }

    /// Takes one entry; `false` keeps the walk out of it.
    fn take(&mut self, entry: &DirEntry) -> Result<bool, Error> {
        let path = self.path(entry.path());
        let kind = entry.file_type();
        if entry.file_name() == ".git" || (!path.is_empty() && self.is_left_to_git(&path, kind.is_dir())?) {
            return Ok(false);
        }
        if kind.is_dir() {
            if !path.is_empty() && entry.path().join(".git").exists() {
                self.skipped.push((path, "another repository".into()));
                return Ok(false);
            }
            if path.ends_with(".toml") && self.paths.holds(&path) {
                self.skipped.push((path, "a folder, not a file".into()));
            }
        } else if kind.is_symlink() {
            self.skipped.push((path, "a symbolic link".into()));
        } else if self.paths.holds(&path) && !kind.is_file() {
            // Reading a pipe would wait for somebody who writes into it.
            self.skipped.push((path, "no file".into()));
        } else if self.paths.holds(&path) {
            self.found.insert(path, Place::File(entry.path().to_owned()));
        }
        Ok(true)
    }

    /// Tells whether git ignores a path. libgit2 answers as if nothing were tracked, and git lets tracked files win.
    fn is_left_to_git(&self, path: &str, folder: bool) -> Result<bool, GitError> {
        let Some(repository) = self.repository else { return Ok(false) };
        let at = self.tracked.partition_point(|file| file.path.as_str() < path);
        if self.tracked.get(at).is_some_and(|file| file.path == path) {
            return Ok(false);
        }
        if !folder {
            return repository.is_ignored(path);
        }
        let inside = format!("{path}/");
        let at = self.tracked.partition_point(|file| file.path < inside);
        if self.tracked.get(at).is_some_and(|file| file.path.starts_with(&inside)) {
            return Ok(false);
        }
        repository.is_ignored(&inside)
    }

    /// Gives a path from the root, with forward slashes.
    fn path(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path).to_string_lossy();
        if MAIN_SEPARATOR == '/' { relative.into_owned() } else { relative.replace(MAIN_SEPARATOR, "/") }
    }
}

impl Standing {
    /// Says which commit the work tree stands on, and whether objective files or configuration differ from it. Line ends
    /// that git itself converts are no difference.
    ///
    /// # Errors
    /// [`GitError`] for an object that cannot be read.
    pub fn revision(&self, repository: &Repository) -> Result<Revision, GitError> {
        let Some(head) = repository.head()? else { return Ok(Revision { dirty: true, ..Revision::default() }) };
        let commit = repository.commit(head)?;
        let mut listing = Listing::default();
        listing.of_commit(repository, commit.tree, &self.paths)?;
        listing.files.extend(file_at(repository, commit.tree, FILE_NAME)?.map(|id| (FILE_NAME.to_owned(), id)));
        let is_as_committed = |(path, id): &(String, ObjectId)| {
            self.own.get(path).is_some_and(|blob| blob.is_some_and(|blob| blob.is(*id)))
        };
        let dirty = listing.files.len() != self.own.len() || !listing.files.iter().all(is_as_committed);
        Ok(Revision { id: Some(head), committed: Some(commit.committer.seconds), dirty })
    }
}
