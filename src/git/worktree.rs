//! Owns what git knows of the work tree: ignored and tracked files, sparse checkouts, operations in progress.

use super::index::Entry;
use super::{Error, ObjectId, Repository};
use foldhash::HashSet;
use git2::{ErrorClass, RepositoryState};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// An operation that git has begun and not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// None.
    Clean,
    /// A merge.
    Merge,
    /// A rebase.
    Rebase,
    /// A cherry-pick or revert.
    Pick,
    /// Something else, such as a bisection.
    Other,
}

/// One file of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// From the root, with forward slashes; bytes that are no UTF-8 stand as U+FFFD.
    pub path: String,
    /// Its content.
    pub id: ObjectId,
    /// Git's file mode.
    pub mode: u32,
    /// Whether a sparse checkout leaves it out of the work tree.
    pub left_out: bool,
    /// Whether the next commit holds it: it is neither one side of a conflict nor only meant to be added.
    pub settled: bool,
}

impl Tracked {
    pub(super) fn of(entry: Entry<'_>) -> Self {
        Tracked {
            path: String::from_utf8_lossy(entry.path).into_owned(),
            id: entry.id,
            mode: entry.mode,
            left_out: entry.is_left_out(),
            settled: entry.is_settled(),
        }
    }

    /// Tells whether it is a file, and no link or submodule.
    pub fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

impl Entry<'_> {
    /// Tells whether a sparse checkout leaves it out of the work tree.
    fn is_left_out(&self) -> bool {
        const SKIP_WORKTREE: u16 = 0x4000;
        self.flags_extended & SKIP_WORKTREE != 0
    }

    /// Tells whether the next commit holds it.
    fn is_settled(&self) -> bool {
        const INTENT_TO_ADD: u16 = 0x2000;
        // Bits of the flags that are 0 but for the sides of a conflict.
        const STAGE: u16 = 0x3000;
        self.flags & STAGE == 0 && self.flags_extended & INTENT_TO_ADD == 0
    }
}

impl Repository {
    /// Tells whether `.gitignore` and its like leave a path out, tracked or not.
    ///
    /// # Errors
    /// [`Error::Failed`] where an ignore file does not read.
    pub fn is_ignored(&self, path: &str) -> Result<bool, Error> {
        self.inner.is_path_ignored(path).map_err(|error| Error::failed(format!("look up {path} in .gitignore"), &error))
    }

    /// Gives where the index is; `None` where the environment names another one.
    pub fn index_file(&self) -> Option<PathBuf> {
        std::env::var_os("GIT_INDEX_FILE").is_none().then(|| self.inner.path().join("index"))
    }

    /// Lists the files of the index, by path in byte order.
    ///
    /// # Errors
    /// [`Error::Index`] for a sparse or split index, which libgit2 cannot read.
    pub fn tracked(&self) -> Result<Vec<Tracked>, Error> {
        self.tracked_where(|_| true)
    }

    /// Lists those files of the index whose path is wanted, by path in byte order. Bytes that are no UTF-8 are asked about
    /// as they are.
    ///
    /// # Errors
    /// As [`Repository::tracked`].
    pub fn tracked_where(&self, is_wanted: impl Fn(&[u8]) -> bool) -> Result<Vec<Tracked>, Error> {
        let mut files = Vec::new();
        self.each_tracked(|entry| files.extend(is_wanted(entry.path).then(|| Tracked::of(entry))))?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Tells whether the next commit holds each of these files, and none is left out of the work tree.
    ///
    /// # Errors
    /// As [`Repository::tracked`].
    pub fn are_settled<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> Result<bool, Error> {
        let mut missing: HashSet<&[u8]> = paths.into_iter().map(str::as_bytes).collect();
        self.each_tracked(|entry| {
            if entry.is_settled() && !entry.is_left_out() {
                missing.remove(entry.path);
            }
        })?;
        Ok(missing.is_empty())
    }

    /// Looks at every entry of the index.
    fn each_tracked(&self, mut look: impl FnMut(Entry<'_>)) -> Result<(), Error> {
        if let Some(index) = self.plain_index() {
            index.each(look).expect("it was understood to its end before");
            return Ok(());
        }
        for entry in self.index()?.iter() {
            let git2::IndexEntry { ref path, id, mode, flags, flags_extended, .. } = entry;
            look(Entry { path, id: id.into(), mode, flags, flags_extended });
        }
        Ok(())
    }

    /// Lists the files of which the index holds the sides of a conflict, by path in byte order.
    ///
    /// # Errors
    /// As [`Repository::tracked`].
    pub fn conflicted(&self) -> Result<Vec<String>, Error> {
        let index = self.index()?;
        let failed = |error: git2::Error| Error::failed("read the conflicts of the index", &error);
        let mut paths = BTreeSet::new();
        for conflict in index.conflicts().map_err(failed)? {
            let conflict = conflict.map_err(failed)?;
            let sides = [conflict.our, conflict.their, conflict.ancestor];
            paths.extend(sides.iter().flatten().map(|side| String::from_utf8_lossy(&side.path).into_owned()));
        }
        Ok(paths.into_iter().collect())
    }

    /// Says what operation is under way.
    pub fn state(&self) -> State {
        match self.inner.state() {
            RepositoryState::Clean => State::Clean,
            RepositoryState::Merge => State::Merge,
            RepositoryState::Rebase
            | RepositoryState::RebaseInteractive
            | RepositoryState::RebaseMerge
            | RepositoryState::ApplyMailboxOrRebase => State::Rebase,
            RepositoryState::CherryPick
            | RepositoryState::CherryPickSequence
            | RepositoryState::Revert
            | RepositoryState::RevertSequence => State::Pick,
            _ => State::Other,
        }
    }

    /// Gives the index as it is on disk now.
    fn index(&self) -> Result<git2::Index, Error> {
        let read = self.inner.index().and_then(|mut index| index.read(false).map(|()| index));
        read.map_err(|error| self.index_refusal(&error))
    }

    /// A sparse or split index is marked by an extension in the file's own bytes.
    fn index_refusal(&self, error: &git2::Error) -> Error {
        if error.class() == ErrorClass::Index {
            let bytes = std::fs::read(self.inner.path().join("index")).unwrap_or_default();
            let has = |mark: &[u8]| bytes.windows(mark.len()).any(|window| window == mark);
            if has(b"sdir") {
                return Error::Index {
                    form: "sparse folders",
                    command: "git sparse-checkout reapply --no-sparse-index",
                };
            }
            if has(b"link") {
                return Error::Index { form: "a shared part", command: "git update-index --no-split-index" };
            }
        }
        Error::failed("read the index", error)
    }
}
