//! Owns how the story gets onto a disk: an empty folder becomes a repository.
//! Never tells the story.

use super::{chronicle, story};
use crate::git::{self, NewCommit, ObjectId, Repository};
use std::io;
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// How many commits.
    pub commits: usize,
    /// The last one, on `main`: the same on every machine.
    pub head: ObjectId,
}

/// Why no demonstration was written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Something is there already.
    #[error("{} is there and not empty", directory.display())]
    #[diagnostic(help("name another folder: `git okr demo DIR`; the demonstration overwrites nothing"))]
    NotEmpty {
        /// The folder.
        directory: PathBuf,
    },
    /// The folder cannot be looked into or made.
    #[error("could not make the folder {}", directory.display())]
    #[diagnostic(help("check that you may write there, or name another folder: `git okr demo DIR`"))]
    Folder {
        /// The folder.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Git said no.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] git::Error),
}

/// Writes the demonstration into a folder that is empty or not there yet.
///
/// # Errors
/// [`Error::NotEmpty`] before anything is written; [`Error::Folder`] and [`Error::Git`] where the disk says no.
pub fn write(directory: &Path) -> Result<Story, Error> {
    make_empty(directory)?;
    let repository = Repository::init(directory)?;
    let planned = chronicle::plan(&story::steps());
    let mut ids: Vec<ObjectId> = Vec::with_capacity(planned.len());
    for commit in &planned {
        let parents: Vec<ObjectId> = commit.parents.iter().map(|parent| ids[*parent]).collect();
        let files: Vec<(&str, &[u8])> = commit.files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        ids.push(repository.write_commit(&NewCommit {
            parents: &parents,
            files: &files,
            author: &commit.author,
            committer: &commit.committer,
            message: &commit.message,
        })?);
    }
    let head = *ids.last().expect("the story has commits");
    repository.set_branch(chronicle::MAIN, head)?;
    repository.check_out(chronicle::MAIN)?;
    Ok(Story { commits: ids.len(), head })
}

fn make_empty(directory: &Path) -> Result<(), Error> {
    let failed = |source| Error::Folder { directory: directory.to_owned(), source };
    match std::fs::read_dir(directory) {
        Ok(mut entries) => match entries.next() {
            Some(_) => Err(Error::NotEmpty { directory: directory.to_owned() }),
            None => Ok(()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => std::fs::create_dir_all(directory).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}
