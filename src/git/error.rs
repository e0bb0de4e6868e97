//! Owns the ways in which git cannot do what is asked, each with the next thing to do.

use super::ObjectId;
use git2::{ErrorClass, ErrorCode};

/// Why git did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// No repository at or above the folder.
    #[error("no git repository at or above {directory}")]
    #[diagnostic(help("run `git init` there, or name another folder with -C"))]
    NotARepository {
        /// The folder that was asked about.
        directory: String,
    },
    /// The folder itself is not there.
    #[error("there is no folder {directory}")]
    #[diagnostic(help("name an existing folder with -C"))]
    NoSuchFolder {
        /// The folder that was asked about.
        directory: String,
    },
    /// HEAD points at a branch without a commit.
    #[error("the repository has no commit yet")]
    #[diagnostic(help("commit the objective files first: `git add okrs && git commit`"))]
    Unborn,
    /// The repository belongs to another user, and git refuses to trust it.
    #[error("the repository {path} belongs to another user")]
    #[diagnostic(help("if you trust it, run: git config --global --add safe.directory {path}"))]
    NotOwned {
        /// The path that git wants to see listed.
        path: String,
    },
    /// References are kept in the reftable format.
    #[error("the repository {directory} keeps its references as a reftable, which git-okr cannot read")]
    #[diagnostic(help("make a clone that it can read: git clone --ref-format=files {directory} COPY"))]
    Reftable {
        /// The folder that was asked about.
        directory: String,
    },
    /// Objects are named by SHA-256.
    #[error("the repository {directory} names its objects by SHA-256, which git-okr cannot read")]
    #[diagnostic(help("use a repository with SHA-1 object names (`git init --object-format=sha1`)"))]
    Sha256 {
        /// The folder that was asked about.
        directory: String,
    },
    /// An extension that libgit2 does not know.
    #[error("the repository {directory} uses the extension {extension}, which git-okr cannot read")]
    #[diagnostic(help("clone it without that extension and run git-okr in the clone"))]
    UnknownExtension {
        /// The folder that was asked about.
        directory: String,
        /// Its key in the repository's configuration.
        extension: String,
    },
    /// A repository format of the future.
    #[error("the repository {directory} has format version {version}, git-okr reads 0 and 1")]
    #[diagnostic(help("install a newer git-okr, or clone the repository with an older git"))]
    NewerFormat {
        /// The folder that was asked about.
        directory: String,
        /// `core.repositoryformatversion`.
        version: i64,
    },
    /// A file of grafts that git reads and libgit2 does not.
    #[error("line {line} of {path} is one that git-okr cannot read")]
    #[diagnostic(help(
        "run `git replace --convert-graft-file`, which keeps the grafts in a form that every tool reads"
    ))]
    Grafts {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// A linked worktree whose repository has gone.
    #[error("the worktree {directory} points at {gitdir}, which is not there")]
    #[diagnostic(help("run `git worktree repair` in the main worktree"))]
    DanglingWorktree {
        /// The folder that was asked about.
        directory: String,
        /// Where its `.git` file points.
        gitdir: String,
    },
    /// A submodule that was never fetched: git would answer for the repository around it.
    #[error("{path} is a submodule that has not been fetched")]
    #[diagnostic(help("run `git submodule update --init {path}`"))]
    UninitialisedSubmodule {
        /// The submodule, from the root of the repository around it.
        path: String,
    },
    /// There is no work tree.
    #[error("the repository has no work tree, and git-okr cannot {operation} without one")]
    #[diagnostic(help("name a revision, for instance HEAD, or work in a clone that is not bare"))]
    Bare {
        /// What was tried.
        operation: String,
    },
    /// A revision that git does not know.
    #[error("no such revision: {revision}")]
    #[diagnostic(help("{help}"))]
    NoSuchRevision {
        /// As typed.
        revision: String,
        /// What to try.
        help: String,
    },
    /// Two commits without a common ancestor in this clone.
    #[error("{} and {} have no commit in common here", one.short(), other.short())]
    #[diagnostic(help("{help}"))]
    NoMergeBase {
        /// One commit.
        one: ObjectId,
        /// The other.
        other: ObjectId,
        /// What to run.
        help: String,
    },
    /// No first-parent commit is old enough.
    #[error("as-of out of reach: no commit on the first-parent line was recorded by {day}")]
    #[diagnostic(help("{help}"))]
    AsOfOutOfReach {
        /// The day that was asked for.
        day: String,
        /// What to do.
        help: String,
    },
    /// An object is not in this clone.
    #[error("the object {id} is missing")]
    #[diagnostic(help("{help}"))]
    Missing {
        /// Its id.
        id: ObjectId,
        /// What to run.
        help: String,
    },
    /// An object that does not read as what it should be.
    #[error("the object {id} is no valid {expected}")]
    #[diagnostic(help("run `git fsck`"))]
    Corrupt {
        /// Its id.
        id: ObjectId,
        /// blob, tree or commit.
        expected: &'static str,
    },
    /// The index has a form that libgit2 cannot read.
    #[error("the index uses {form}, which git-okr cannot read")]
    #[diagnostic(help("run `{command}`"))]
    Index {
        /// What it uses.
        form: &'static str,
        /// What turns it back.
        command: &'static str,
    },
    /// Anything else, in libgit2's words.
    #[error("git could not {operation}: {message}")]
    #[diagnostic(help("{help}"))]
    Failed {
        /// What was tried.
        operation: String,
        /// What libgit2 said.
        message: String,
        /// The next thing to do.
        help: String,
    },
}

impl Error {
    /// Wraps what has no class of its own.
    pub(super) fn failed(operation: impl Into<String>, error: &git2::Error) -> Self {
        Error::Failed {
            operation: operation.into(),
            message: error.message().to_owned(),
            help: "run the same with `git` to see more, and `git fsck` if it says that something is broken".into(),
        }
    }

    /// Says why an object does not read: it is not there, or it is and does not inflate or has no header.
    pub(super) fn unread(id: ObjectId, expected: &'static str, help: &str, error: &git2::Error) -> Self {
        match (error.code(), error.class()) {
            (ErrorCode::NotFound, _) => Error::Missing { id, help: help.into() },
            (_, ErrorClass::Zlib | ErrorClass::Object | ErrorClass::Odb) => Error::Corrupt { id, expected },
            _ => Error::failed(format!("read the {expected} {id}"), error),
        }
    }

    /// Tells whether the object asked for is not in this clone.
    pub fn is_missing(&self) -> bool {
        matches!(self, Error::Missing { .. })
    }
}
