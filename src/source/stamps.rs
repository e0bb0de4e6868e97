//! Owns what the file system says of objective files without anybody reading them: as long as it says the same, they
//! hold the same. Never says what they hold.

use super::revision::Listing;
use super::{Paths, Tree};
use crate::config::{Config, FILE_NAME};
use crate::git::{ObjectId, Repository};
use sha1::{Digest, Sha1};
use std::collections::{BTreeSet, HashMap};
use std::fs::{DirEntry, Metadata};
use std::path::Path;

/// Seconds that a file must have rested before its times are believed, as git does: one that is written twice within a tick
/// of the clock has the same times and may have the same size.
const REST: i64 = 2;

/// Times, size, numbers and mode of one file, as the file system gives them.
pub type Stamp = [u8; 64];

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

/// Names, sizes, times and numbers of the configuration, the objective files and git's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamps {
    /// Of the place of the work tree and all of them.
    pub digest: [u8; 20],
    /// The objective files, from the root.
    files: Vec<(String, Stamp)>,
    /// Whether every file had rested for long enough, so that other content will have other stamps.
    pub rested: bool,
}

impl Stamps {
    /// Takes the stamps of a work tree. `None` where a look at them cannot stand for reading: where `paths` names the whole
    /// work tree, a link, another repository or what is no file is among them, and on systems that do not say when a file
    /// was last changed in any respect.
    pub fn take(repository: &Repository, root: &Path, config: &Config) -> Option<Self> {
        let paths = Paths::new(&config.paths);
        let place = Place { root, paths: &paths };
        let mut seen = Seen::default();
        seen.text(root.as_os_str().as_encoded_bytes());
        seen.one("index", &repository.index_file()?)?;
        seen.one(FILE_NAME, &root.join(FILE_NAME))?;
        for prefix in paths.prefixes() {
            place.below(&prefix, &mut seen)?;
        }
        let now = jiff::Timestamp::now().as_second();
        let rested = seen.newest < Some(now - REST);
        Some(Stamps { digest: Sha1::digest(&seen.bytes).into(), files: seen.found, rested })
    }

    /// Gives the objective files where a tree that was read after these were taken is what HEAD holds, and will be for as
    /// long as the stamps are the same: whatever else a reading depends on (ignored files, sparse checkouts) plays no part
    /// in it.
    pub fn stand_for(&self, tree: &Tree, repository: &Repository) -> Option<Vec<Settled>> {
        let paths: BTreeSet<&str> = self.files.iter().map(|file| file.0.as_str()).collect();
        let same = self.rested
            && !tree.revision.dirty
            && tree.skipped.is_empty()
            && tree.files.len() == paths.len()
            && tree.files.iter().all(|file| paths.contains(file.path.as_str()));
        same.then(|| self.settled(repository, tree.revision.id?, &tree.config))?
    }

    /// Gives the objective files with what HEAD has at their paths, where it has no others and the index has them all. What
    /// the files hold is another matter.
    pub fn settled(&self, repository: &Repository, head: ObjectId, config: &Config) -> Option<Vec<Settled>> {
        let mut listing = Listing::default();
        let root = repository.commit(head).ok()?.tree;
        listing.of_commit(repository, root, &Paths::new(&config.paths)).ok()?;
        (listing.skipped.is_empty() && listing.files.len() == self.files.len()).then_some(())?;
        let blobs: HashMap<&str, ObjectId> = listing.files.iter().map(|(path, blob)| (path.as_str(), *blob)).collect();
        let settled = |(path, stamp): &(String, Stamp)| {
            Some(Settled { path: path.clone(), stamp: *stamp, blob: *blobs.get(path.as_str())? })
        };
        let settled = self.files.iter().map(settled).collect::<Option<Vec<_>>>()?;
        let paths = self.files.iter().map(|file| file.0.as_str());
        repository.are_settled(paths).is_ok_and(|are| are).then_some(settled)
    }
}

/// What is looked at.
#[derive(Clone, Copy)]
struct Place<'a> {
    root: &'a Path,
    paths: &'a Paths,
}

impl Place<'_> {
    /// Takes what lies below one prefix.
    fn below(self, prefix: &str, seen: &mut Seen) -> Option<()> {
        let mut start = self.root.to_owned();
        let mut last = None;
        for part in prefix.split('/') {
            start.push(part);
            match start.symlink_metadata() {
                // The root itself is walked for the settings' sake alone; that it is all goals is another matter.
                Ok(here) if part.is_empty() || here.is_symlink() => return None,
                Ok(here) => last = Some(here),
                Err(_) => return Some(()),
            }
        }
        let last = last?;
        if !last.is_dir() {
            return if self.paths.holds(prefix) { seen.file(prefix, &last) } else { Some(()) };
        }
        self.folder(&start, &mut prefix.to_owned(), seen)
    }

    /// Takes what lies in a folder, by name; the path from the root is as it was in the end.
    fn folder(self, folder: &Path, path: &mut String, seen: &mut Seen) -> Option<()> {
        seen.text(path.as_bytes());
        let entry = |entry: std::io::Result<DirEntry>| {
            let entry = entry.ok()?;
            Some((entry.file_name().into_string().ok()?, entry))
        };
        let mut entries = std::fs::read_dir(folder).ok()?.map(entry).collect::<Option<Vec<_>>>()?;
        entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        for (name, entry) in entries {
            let kind = entry.file_type().ok()?;
            if name == ".git" || kind.is_symlink() {
                return None;
            }
            let above = path.len();
            path.push('/');
            path.push_str(&name);
            match kind.is_dir() {
                true => self.folder(&entry.path(), path, seen)?,
                // Asked of the open folder, the system need not find the way to it again for each file.
                false if self.paths.holds(path) => seen.file(path, &entry.metadata().ok()?)?,
                false => {}
            }
            path.truncate(above);
        }
        Some(())
    }
}

/// What was seen.
#[derive(Default)]
struct Seen {
    /// All stamps, one behind another.
    bytes: Vec<u8>,
    /// When a file was last written.
    newest: Option<i64>,
    /// The objective files.
    found: Vec<(String, Stamp)>,
}

impl Seen {
    /// Takes one objective file.
    fn file(&mut self, path: &str, found: &Metadata) -> Option<()> {
        self.stamp(path, Some(found))?;
        self.found.push((path.to_owned(), *self.bytes.last_chunk()?));
        Some(())
    }

    /// Takes the stamp of one file, or that it is not there.
    fn one(&mut self, name: &str, file: &Path) -> Option<()> {
        match file.symlink_metadata() {
            Ok(found) => self.stamp(name, Some(&found)),
            Err(_) if file.exists() => None,
            Err(_) => self.stamp(name, None),
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(&text.len().to_le_bytes());
        self.bytes.extend_from_slice(text);
    }

    #[cfg(unix)]
    fn stamp(&mut self, name: &str, found: Option<&Metadata>) -> Option<()> {
        use std::os::unix::fs::MetadataExt;
        self.text(name.as_bytes());
        let Some(found) = found else {
            self.bytes.push(0);
            return Some(());
        };
        found.is_file().then_some(())?;
        self.bytes.push(1);
        for number in [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()] {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
        for number in [found.size(), found.ino(), found.dev(), found.mode().into()] {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
        self.newest = self.newest.max(Some(found.mtime()));
        Some(())
    }

    #[cfg(not(unix))]
    fn stamp(&mut self, _: &str, _: Option<&Metadata>) -> Option<()> {
        None
    }
}
