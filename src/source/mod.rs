//! Owns where objective files come from: the work tree, the index or a revision, behind one type; and how files are
//! written whole. Never interprets them: that is `syntax` and `config`.

mod document;
mod gathering;
mod index;
mod layout;
mod look;
mod paths;
mod placing;
mod recording;
mod revision;
mod settled;
mod shared;
mod stamps;
mod template;
mod worktree;

pub use document::{documents, documents_of, documents_staged};
pub use index::index;
pub use layout::Layout;
pub use look::Stamp;
pub use paths::{Paths, attributes};
pub use placing::{Pending, PlaceError, place, placeable};
pub use recording::{RecordError, Recorded, record};
pub(crate) use revision::end_of_day;
pub use revision::{AsOf, as_of, configuration_of, revision, revision_beside, revision_with};
pub use settled::{Settled, settled_configuration};
pub(crate) use settled::{blobs_of, committed, index_stamp, is_in_index};
pub use shared::{only_objectives, same};
pub use stamps::Stamps;
pub use template::{templates, templates_of};
pub use worktree::{Standing, configuration, configured, files, worktree};

/// Reads settings whose text is at hand; what is wrong in them counts as not written.
///
/// # Errors
/// [`Error::Newer`] for settings of the future.
pub fn settings_of(text: &str) -> Result<Config, Error> {
    let mut gathering = Gathering::default();
    gathering.configuration(text.as_bytes().to_vec())?;
    Ok(gathering.tree.config)
}

use crate::config::Config;
use crate::finding::Finding;
use crate::git::{Error as GitError, ObjectId};
use crate::okr::{Name, Objective};
use crate::syntax::{ObjectiveFile, ObjectivePlace};
use crate::text::{FileId, SourceMap};
use gathering::Gathering;
use std::collections::BTreeMap;

/// Largest objective file and configuration, configured, in bytes.
pub const LARGEST_FILE: usize = 1 << 20;
/// Most objectives in one tree.
pub const MOST_OBJECTIVES: usize = 50_000;

/// The commit that a tree belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revision {
    /// The commit; `None` without git or before the first commit.
    pub id: Option<ObjectId>,
    /// Commit time in seconds since 1970, UTC.
    pub committed: Option<i64>,
    /// Whether the objective files or the configuration differ from the commit.
    pub dirty: bool,
}

/// Everything that one state of the repository says about goals.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// The configuration in force.
    pub config: Config,
    /// The texts that were read, configuration first where there is one.
    pub sources: SourceMap,
    /// The objective files, by path in byte order.
    pub files: Vec<ObjectiveFile>,
    /// What did not read.
    pub findings: Vec<Finding>,
    /// The commit.
    pub revision: Revision,
    /// Symbolic links, submodules and the like that were passed over, by path, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// One objective with its name and place.
#[derive(Debug, Clone, Copy)]
pub struct Located<'a> {
    /// The file that holds it.
    pub file: &'a ObjectiveFile,
    /// The objective.
    pub objective: &'a Objective,
    /// Where it stands.
    pub place: &'a ObjectivePlace,
}

impl Located<'_> {
    /// Names it; `None` where no cycle is known.
    pub fn name(&self) -> Option<Name> {
        Some(Name::objective(self.objective.cycle.as_deref()?, &self.objective.id))
    }
}

impl Tree {
    /// Gives every objective in path and written order, duplicates included.
    pub fn objectives(&self) -> impl Iterator<Item = Located<'_>> {
        self.files.iter().flat_map(|file| {
            file.objectives.iter().zip(&file.places).map(move |(objective, place)| Located { file, objective, place })
        })
    }

    /// Adds files that are not there yet, by path: objective files, and settings where the tree has none.
    ///
    /// # Errors
    /// [`Error::Newer`] for settings of the future.
    pub fn with_more(&self, files: &BTreeMap<String, String>) -> Result<Tree, Error> {
        let mut gathering = Gathering { tree: self.clone() };
        if let Some(text) = files.get(crate::config::FILE_NAME).filter(|_| self.config.file.is_none()) {
            gathering.configuration(text.clone().into_bytes())?;
        }
        for (path, text) in files.iter().filter(|(path, _)| *path != crate::config::FILE_NAME) {
            gathering.text(path, text)?;
        }
        Ok(gathering.tree)
    }

    /// Reads those files of the tree anew that have other texts; all keep their ids.
    ///
    /// # Errors
    /// [`Error::Newer`] for settings of the future.
    pub fn with_texts(&self, texts: &BTreeMap<FileId, String>) -> Result<Tree, Error> {
        let known: BTreeMap<FileId, &ObjectiveFile> = self.files.iter().map(|file| (file.file, file)).collect();
        let mut gathering = Gathering::default();
        for (file, source) in self.sources.iter() {
            match texts.get(&file) {
                Some(text) if self.config.file == Some(file) => gathering.configuration(text.clone().into_bytes())?,
                Some(text) => gathering.text(&source.path, text)?,
                None => {
                    gathering.tree.sources.add(source.clone());
                    gathering.tree.files.extend(known.get(&file).map(|&file| file.clone()));
                    if self.config.file == Some(file) {
                        gathering.tree.config = self.config.clone();
                    }
                }
            }
        }
        let same = |finding: &&Finding| !finding.primary.as_ref().is_some_and(|label| texts.contains_key(&label.file));
        gathering.tree.findings.extend(self.findings.iter().filter(same).cloned());
        gathering.tree.revision = self.revision.clone();
        gathering.tree.skipped.clone_from(&self.skipped);
        Ok(gathering.tree)
    }

    /// Reads objective files that are changed or new, by path from the root, beside the others: the goals as they would be
    /// with those files in the work tree.
    ///
    /// # Errors
    /// As [`Tree::with_texts`].
    pub fn with_files(&self, files: &BTreeMap<String, String>) -> Result<Tree, Error> {
        let known: BTreeMap<&str, FileId> = self.files.iter().map(|file| (file.path.as_str(), file.file)).collect();
        let changed = files.iter().filter_map(|(path, text)| Some((*known.get(path.as_str())?, text.clone())));
        let mut gathering = Gathering { tree: self.with_texts(&changed.collect())? };
        for (path, text) in files.iter().filter(|(path, _)| !known.contains_key(path.as_str())) {
            gathering.text(path, text)?;
        }
        gathering.tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        gathering.tree.revision.dirty |= !files.is_empty();
        Ok(gathering.tree)
    }
}

#[cfg(test)]
impl Tree {
    /// Reads a tree out of texts by path, for tests; what does not read is in its findings.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut gathering = Gathering::default();
        for (path, text) in files {
            gathering.text(path, text).expect("a text is at hand");
        }
        gathering.tree
    }
}

/// Why no tree could be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Git said no.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    /// A file or folder of the work tree could not be read.
    #[error("could not read {path}")]
    #[diagnostic(help("check that it exists and that you may read it"))]
    Io {
        /// From the root.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The configuration is of a newer format.
    #[error("{path} has format version {version}, this git-okr knows version 1")]
    #[diagnostic(help("install a newer git-okr, or set `version = 1` if the file uses nothing newer"))]
    Newer {
        /// The configuration's path.
        path: String,
        /// The version it names.
        version: i64,
    },
    /// The index holds both sides of a conflict.
    #[error("{path} has a merge conflict that is not settled in the index, so no commit can hold it yet")]
    #[diagnostic(help("keep one side or join both, then run `git add {path}`"))]
    Conflict {
        /// The file.
        path: String,
    },
    /// Nothing under `paths`.
    #[error("no objective file found under {paths}")]
    #[diagnostic(help("run `git okr init` to write a first one, or set `paths` in okr.toml"))]
    Nothing {
        /// The paths that were searched.
        paths: String,
    },
}
