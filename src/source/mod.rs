//! Owns where objective files come from: the work tree, the index or a revision, behind one type; and how files are
//! written whole. Never interprets them: that is `syntax` and `config`.

mod document;
mod index;
mod paths;
mod placing;
mod revision;
mod shared;
mod template;
mod worktree;

pub use document::{documents, documents_of, documents_staged};
pub use index::index;
pub use paths::Paths;
pub use placing::{Pending, PlaceError, place, placeable};
pub(crate) use revision::end_of_day;
pub use revision::{AsOf, as_of, configuration_of, revision, revision_beside, revision_with};
pub use shared::{only_objectives, same};
pub use template::{templates, templates_of};
pub use worktree::{configuration, worktree};

use crate::config::Config;
use crate::finding::Finding;
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::okr::{Name, Objective};
use crate::syntax::{ObjectiveFile, ObjectivePlace};
use crate::text::{FileId, SourceFile, SourceMap};
use shared::Known;
use std::collections::BTreeMap;

/// Largest objective file and configuration, in bytes.
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

    /// Reads those files of the tree anew that have other texts; all keep their ids.
    ///
    /// # Errors
    /// [`Error::Newer`] for settings of the future.
    pub fn with_texts(&self, texts: &BTreeMap<FileId, String>) -> Result<Tree, Error> {
        let known: BTreeMap<FileId, &ObjectiveFile> = self.files.iter().map(|file| (file.file, file)).collect();
        let mut gathering = Gathering::default();
        for (file, source) in self.sources.iter() {
            match texts.get(&file) {
                Some(text) if self.config.file == Some(file) => gathering.configuration(text.as_bytes())?,
                Some(text) => gathering.objective_file(&source.path, text.as_bytes()),
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
}

#[cfg(test)]
impl Tree {
    /// Reads a tree out of texts by path, for tests; what does not read is in its findings.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut gathering = Gathering::default();
        for (path, text) in files {
            gathering.objective_file(path, text.as_bytes());
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

/// Builds a tree out of files as they are found, whatever they are read from.
#[derive(Debug, Default)]
struct Gathering {
    tree: Tree,
    objectives: usize,
    full: bool,
}

impl Gathering {
    /// Takes the configuration's bytes.
    fn configuration(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let (source, wrong) = self.decode(crate::config::FILE_NAME, bytes);
        let file = self.tree.sources.add(source);
        let reading = crate::config::read(file, self.tree.sources.get(file));
        if let Some(version) = reading.newer {
            return Err(Error::Newer { path: crate::config::FILE_NAME.into(), version });
        }
        self.tree.config = reading.config;
        self.tree.config.file = Some(file);
        self.keep(file, wrong, reading.findings);
        Ok(())
    }

    /// Takes one objective file's bytes. What comes after the last objective that is allowed is left out, with a
    /// finding.
    fn objective_file(&mut self, path: &str, bytes: &[u8]) {
        if self.full {
            return;
        }
        let (source, wrong) = self.decode(path, bytes);
        let file = self.tree.sources.add(source);
        let (objective_file, findings) = crate::syntax::read(file, self.tree.sources.get(file));
        self.keep(file, wrong, findings);
        self.keep_file(objective_file);
    }

    /// Keeps a file that was read, as long as there are not too many objectives.
    fn keep_file(&mut self, objective_file: ObjectiveFile) {
        let file = objective_file.file;
        self.objectives += objective_file.objectives.len();
        self.tree.files.push(objective_file);
        if self.objectives > MOST_OBJECTIVES {
            self.full = true;
            let message = format!("more than {MOST_OBJECTIVES} objectives: the files after this one are not read");
            let help = "move the files of past cycles out of `paths`, and name their folder in [history] also";
            self.tree.findings.push(Finding::new("limit-exceeded", message, help).at(file, 0..0, ""));
        }
    }

    /// Takes the objective files among git's objects, those that another tree has too from there.
    fn blobs(
        &mut self,
        repository: &Repository,
        files: &[(String, ObjectId)],
        known: Option<&Known<'_>>,
    ) -> Result<(), Error> {
        for (path, blob) in files {
            if let Some(known) = known
                && let Some(file) = known.find(path, *blob)?
            {
                self.take_over(known, file);
                continue;
            }
            let bytes = repository.blob(*blob)?;
            if bytes.len() > LARGEST_FILE {
                self.too_large(path, bytes.len() as u64);
            } else {
                self.objective_file(path, &bytes);
            }
        }
        Ok(())
    }

    /// Notes a file that is not read for its size.
    fn too_large(&mut self, path: &str, size: u64) {
        let file = self.tree.sources.add(SourceFile::new(path, ""));
        let message = format!("the file has {size} bytes, more than the {LARGEST_FILE} that git-okr reads");
        let finding = Finding::new("limit-exceeded", message, "split it into several files").at(file, 0..0, "");
        self.tree.findings.push(finding);
    }

    fn decode(&self, path: &str, bytes: &[u8]) -> (SourceFile, Option<usize>) {
        match std::str::from_utf8(bytes) {
            Ok(text) => (SourceFile::new(path, text), None),
            Err(error) => (SourceFile::new(path, String::from_utf8_lossy(bytes)), Some(error.valid_up_to())),
        }
    }

    /// Keeps what a reader found. Where a byte is no UTF-8 that is the one syntax finding: all others may follow from it.
    fn keep(&mut self, file: crate::text::FileId, wrong: Option<usize>, findings: Vec<Finding>) {
        if let Some(at) = wrong {
            let message = "this byte is not UTF-8, and TOML is UTF-8 throughout";
            let help = "save the file as UTF-8";
            let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
            self.tree.findings.push(Finding::new("toml-syntax", message, help).at(file, at..end, "not UTF-8"));
        }
        self.tree.findings.extend(findings.into_iter().filter(|f| wrong.is_none() || f.rule != "toml-syntax"));
    }
}
