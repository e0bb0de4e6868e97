//! Owns what the file system says of objective files without anybody reading them: as long as it says the same, they
//! hold the same. Never says what they hold.

use super::{Paths, Tree};
use crate::config::{Config, FILE_NAME};
use crate::git::Repository;
use sha1::{Digest, Sha1};
use std::collections::BTreeSet;
use std::path::Path;
use walkdir::WalkDir;

/// Seconds that a file must have rested before its times are believed, as git does: one that is written twice within a tick
/// of the clock has the same times and may have the same size.
const REST: i64 = 2;

/// Names, sizes, times and numbers of the configuration, the objective files and git's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamps {
    /// Of the place of the work tree and all of them.
    pub digest: [u8; 20],
    /// The objective files, by path from the root.
    paths: BTreeSet<String>,
    /// Whether every file had rested for long enough.
    rested: bool,
}

impl Stamps {
    /// Takes the stamps of a work tree. `None` where a look at them cannot stand for reading: where `paths` names the whole
    /// work tree, a link, another repository or what is no file is among them, and on systems that do not say when a file
    /// was last changed in any respect.
    pub fn take(repository: &Repository, root: &Path, config: &Config) -> Option<Self> {
        let paths = Paths::new(&config.paths);
        let mut taking = Taking { hasher: Sha1::new(), newest: i64::MIN, root };
        taking.hasher.update(root.as_os_str().as_encoded_bytes());
        taking.one("index", &repository.index_file()?)?;
        taking.one(FILE_NAME, &root.join(FILE_NAME))?;
        let mut found = BTreeSet::new();
        for prefix in paths.prefixes() {
            taking.below(&prefix, &paths, &mut found)?;
        }
        let now = jiff::Timestamp::now().as_second();
        let rested = taking.newest < now - REST;
        Some(Stamps { digest: taking.hasher.finalize().into(), paths: found, rested })
    }

    /// Tells whether a tree that was read after these were taken is what HEAD holds, and will be for as long as the stamps
    /// are the same: whatever else a reading depends on (ignored files, sparse checkouts) plays no part in it.
    pub fn stand_for(&self, tree: &Tree, repository: &Repository) -> bool {
        let Ok(tracked) = repository.tracked() else { return false };
        let plain: BTreeSet<&str> = tracked
            .iter()
            .filter(|file| file.settled && !file.left_out && self.paths.contains(&file.path))
            .map(|file| file.path.as_str())
            .collect();
        self.rested
            && !tree.revision.dirty
            && tree.skipped.is_empty()
            && plain.len() == self.paths.len()
            && tree.files.len() == self.paths.len()
            && tree.files.iter().all(|file| self.paths.contains(&file.path))
    }
}

struct Taking<'a> {
    hasher: Sha1,
    newest: i64,
    root: &'a Path,
}

impl Taking<'_> {
    /// Takes what lies below one prefix.
    fn below(&mut self, prefix: &str, paths: &Paths, found: &mut BTreeSet<String>) -> Option<()> {
        let mut start = self.root.to_owned();
        for part in prefix.split('/') {
            start.push(part);
            match start.symlink_metadata() {
                // The root itself is walked for the settings' sake alone; that it is all goals is another matter.
                Ok(here) if part.is_empty() || here.is_symlink() => return None,
                Ok(_) => {}
                Err(_) => return Some(()),
            }
        }
        for entry in WalkDir::new(&start).follow_root_links(false).sort_by_file_name() {
            let entry = entry.ok()?;
            let path = entry.path().strip_prefix(self.root).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/");
            if entry.file_name() == ".git" || entry.file_type().is_symlink() {
                return None;
            }
            if entry.file_type().is_dir() {
                self.text(&path);
            } else if paths.holds(&path) {
                self.one(&path, entry.path())?;
                found.insert(path);
            }
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        self.hasher.update(text.len().to_le_bytes());
        self.hasher.update(text);
    }

    /// Takes the stamp of one file, or that it is not there.
    #[cfg(unix)]
    fn one(&mut self, name: &str, file: &Path) -> Option<()> {
        use std::os::unix::fs::MetadataExt;
        self.text(name);
        let Ok(found) = file.symlink_metadata() else {
            self.hasher.update([0]);
            return (!file.exists()).then_some(());
        };
        found.is_file().then_some(())?;
        for number in [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()] {
            self.hasher.update(number.to_le_bytes());
        }
        for number in [found.size(), found.ino(), found.dev(), found.mode().into()] {
            self.hasher.update(number.to_le_bytes());
        }
        self.newest = self.newest.max(found.mtime());
        Some(())
    }

    #[cfg(not(unix))]
    fn one(&mut self, _: &str, _: &Path) -> Option<()> {
        None
    }
}
