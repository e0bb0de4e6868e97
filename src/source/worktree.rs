//! Owns reading a tree of goals out of the work tree: ignored files left out, links never followed.

use super::revision::{Listing, file_at};
use super::{Error, Gathering, LARGEST_FILE, Paths, Revision, Tree};
use crate::config::{Config, FILE_NAME};
use crate::git::{Error as GitError, ObjectId, Repository, Tracked};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// Reads the tree of goals of a work tree or, without git, of a folder. Files that a sparse checkout leaves out are read
/// from the index. `also` are paths to read beside the configured ones.
///
/// # Errors
/// [`Error::Nothing`] where no objective file is there, [`Error::Newer`] for a configuration of the future,
/// [`Error::Io`] for a file that cannot be read, [`Error::Git`] for an index or object that cannot.
pub fn worktree(repository: Option<&Repository>, root: &Path, also: &[String]) -> Result<Tree, Error> {
    let mut gathering = Gathering::default();
    let mut own = BTreeMap::new();
    if let Some(bytes) = settings(&mut gathering, root)? {
        own.insert(FILE_NAME.to_owned(), bytes);
    }
    let paths = Paths::new(gathering.tree.config.paths.iter().chain(also));
    let tracked = repository.map(Repository::tracked).transpose()?.unwrap_or_default();
    let mut walk =
        Walk { repository, root, paths: &paths, tracked: &tracked, found: BTreeMap::new(), skipped: Vec::new() };
    for prefix in paths.prefixes() {
        walk.below(&prefix)?;
    }
    for file in tracked.iter().filter(|file| file.left_out && paths.holds(&file.path)) {
        walk.found.entry(file.path.clone()).or_insert(Place::LeftOut(file.id));
    }
    let Walk { found, mut skipped, .. } = walk;
    if found.is_empty() {
        return Err(Error::Nothing { paths: gathering.tree.config.paths.join(", ") });
    }
    for (path, place) in found {
        let bytes = match place {
            Place::File(file) => {
                let size = file.metadata().map(|found| found.len()).unwrap_or(0);
                if size > LARGEST_FILE as u64 {
                    gathering.too_large(&path, size);
                    own.insert(path, Vec::new());
                    continue;
                }
                read(&file, &path)?
            }
            Place::LeftOut(id) => repository.map(|repository| repository.blob(id)).transpose()?.unwrap_or_default(),
        };
        gathering.objective_file(&path, &bytes);
        own.insert(path, bytes);
    }
    gathering.tree.skipped.append(&mut skipped);
    gathering.tree.skipped.sort();
    if let Some(repository) = repository {
        gathering.tree.revision = revision_of(repository, &paths, &own)?;
    }
    Ok(gathering.tree)
}

/// Reads the configuration of a work tree alone; what does not read keeps its default.
///
/// # Errors
/// As [`worktree`].
pub fn configuration(root: &Path) -> Result<Config, Error> {
    let mut gathering = Gathering::default();
    settings(&mut gathering, root)?;
    Ok(gathering.tree.config)
}

/// Takes the configuration in, and gives its bytes where there is one.
fn settings(gathering: &mut Gathering, root: &Path) -> Result<Option<Vec<u8>>, Error> {
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
    let bytes = read(&path, FILE_NAME)?;
    gathering.configuration(&bytes)?;
    Ok(Some(bytes))
}

/// Where the bytes of an objective file are.
enum Place {
    File(PathBuf),
    LeftOut(ObjectId),
}

struct Walk<'a> {
    repository: Option<&'a Repository>,
    root: &'a Path,
    paths: &'a Paths,
    tracked: &'a [Tracked],
    found: BTreeMap<String, Place>,
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
        let inside = format!("{path}/");
        let at = self.tracked.partition_point(|file| file.path < inside);
        if folder && self.tracked.get(at).is_some_and(|file| file.path.starts_with(&inside)) {
            return Ok(false);
        }
        repository.is_ignored(if folder { &inside } else { path })
    }

    /// Gives a path from the root, with forward slashes.
    fn path(&self, path: &Path) -> String {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }
}

fn read(file: &Path, path: &str) -> Result<Vec<u8>, Error> {
    std::fs::read(file).map_err(|source| Error::Io { path: path.to_owned(), source })
}

/// Says which commit the work tree stands on, and whether objective files or configuration differ from it. Line ends that
/// git itself converts are no difference.
fn revision_of(repository: &Repository, paths: &Paths, own: &BTreeMap<String, Vec<u8>>) -> Result<Revision, GitError> {
    let Some(head) = repository.head()? else { return Ok(Revision { dirty: true, ..Revision::default() }) };
    let commit = repository.commit(head)?;
    let mut listing = Listing::default();
    listing.of_commit(repository, commit.tree, paths)?;
    listing.files.extend(file_at(repository, commit.tree, FILE_NAME)?.map(|id| (FILE_NAME.to_owned(), id)));
    let mut dirty = listing.files.len() != own.len();
    for (path, id) in &listing.files {
        let Some(bytes) = own.get(path).filter(|_| !dirty) else {
            dirty = true;
            break;
        };
        dirty = Repository::blob_id(bytes)? != *id && Repository::blob_id(&unix_line_ends(bytes))? != *id;
    }
    Ok(Revision { id: Some(head), committed: Some(commit.committer.seconds), dirty })
}

fn unix_line_ends(bytes: &[u8]) -> Vec<u8> {
    let mut unix = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            unix.push(byte);
        }
    }
    unix
}
