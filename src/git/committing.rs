//! Owns committing what a user asked for: git itself does it, as a process, so that hooks, signing and filters hold.
//! Never stages anything else, and never goes on in the middle of a merge or the like.

use super::{Error, Repository, State};
use std::process::{Command, Stdio};

/// Why files were not committed.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CommitError {
    /// Git has begun something that a commit would end or break.
    #[error("{operation} is under way, and a commit now would become part of it")]
    #[diagnostic(help("{help}"))]
    UnderWay {
        /// What it is.
        operation: &'static str,
        /// How to end it.
        help: &'static str,
    },
    /// The index holds the sides of a conflict.
    #[error("{path} has a conflict that is not settled, so git commits nothing")]
    #[diagnostic(help("keep one side or join both, run `git add {path}`, then run the same again"))]
    Conflict {
        /// The first such file, from the root.
        path: String,
    },
    /// The index could not be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Index(#[from] Error),
    /// There is no git to be run.
    #[error("could not run git")]
    #[diagnostic(help("install git, or leave out --commit and commit the files yourself"))]
    NoGit(#[source] std::io::Error),
    /// Git refused, or a hook did.
    #[error("git did not commit: `git {command}` ended with {status}")]
    #[diagnostic(help("{help}"))]
    Refused {
        /// What was run.
        command: &'static str,
        /// How it ended.
        status: String,
        /// What to do.
        help: String,
    },
}

impl Repository {
    /// Tells whether files may be committed now.
    ///
    /// # Errors
    /// In the middle of a merge, rebase, cherry-pick or the like, and while a conflict is not settled.
    pub fn may_commit(&self) -> Result<(), CommitError> {
        let (operation, help) = match self.state() {
            State::Clean => {
                let conflict = self.conflicted()?.into_iter().next();
                return conflict.map_or(Ok(()), |path| Err(CommitError::Conflict { path }));
            }
            State::Merge => ("a merge", "end it with `git merge --continue`, or leave out --commit"),
            State::Rebase => ("a rebase", "end it with `git rebase --continue`, or leave out --commit"),
            State::Pick => (
                "a cherry-pick or revert",
                "end it with `git cherry-pick --continue` or its like, or leave out --commit",
            ),
            State::Other => {
                ("a bisection or another operation", "end it first (`git status` says how), or leave out --commit")
            }
        };
        Err(CommitError::UnderWay { operation, help })
    }

    /// Commits some files of the work tree, by their paths from the root, and nothing else: what is staged stays staged. What
    /// git and its hooks say goes to the error stream.
    ///
    /// # Errors
    /// As [`Repository::may_commit`]; where git or a hook refuses, the files stay as they are.
    pub fn commit_files(&self, paths: &[String], message: &str) -> Result<(), CommitError> {
        self.may_commit()?;
        let tracked = self.tracked()?;
        let is_new = |path: &&String| !tracked.iter().any(|file| file.path == **path);
        let new: Vec<&String> = paths.iter().filter(is_new).collect();
        if !new.is_empty() {
            // Git commits by name only what it knows.
            self.run_git("add", &["--intent-to-add"], &new)?;
        }
        let all: Vec<&String> = paths.iter().collect();
        let done = self.run_git("commit", &["--quiet", "--only", "--cleanup=whitespace", "-m", message], &all);
        if done.is_err() && !new.is_empty() {
            // As it was; if that fails too, the first failure is the one to tell.
            let _ = self.run_git("reset", &["--quiet"], &new);
        }
        done
    }

    fn run_git(&self, command: &'static str, options: &[&str], paths: &[&String]) -> Result<(), CommitError> {
        let root = self.workdir().ok_or_else(|| Error::Bare { operation: "commit files".into() })?;
        let mut git = Command::new("git");
        // The environment may name another repository than the one that was opened.
        git.arg("--git-dir").arg(self.inner.path()).arg("--work-tree").arg(root);
        if let (None, Some(index)) = (self.index_file(), self.inner.index().ok().as_ref().and_then(git2::Index::path)) {
            git.env("GIT_INDEX_FILE", index);
        }
        let status = git
            .current_dir(root)
            .args(["--literal-pathspecs", command])
            .args(options)
            .arg("--")
            .args(paths)
            .stdout(Stdio::from(std::io::stderr()))
            .status()
            .map_err(CommitError::NoGit)?;
        if status.success() {
            return Ok(());
        }
        let files: Vec<String> = paths.iter().map(|path| crate::text::printable(path).into_owned()).collect();
        let help = format!(
            "what git said stands above; the files are written: run `git commit -- {}` once that is mended",
            files.join(" ")
        );
        Err(CommitError::Refused { command, status: status.to_string(), help })
    }
}
