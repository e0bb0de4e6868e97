//! Owns what two states of the goals share: files that are the same in both are read and parsed once.
//! Never compares what they say.

use super::gathering::Whole;
use super::revision::file_at;
use super::{Paths, Tree};
use crate::config::{Config, FILE_NAME};
use crate::finding::Finding;
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::syntax::ObjectiveFile;
use crate::text::{FileId, SourceFile};
use std::collections::HashMap;

/// The files of a tree that was read before, to be found by path.
pub(super) struct Known<'a> {
    tree: &'a Tree,
    files: HashMap<&'a str, &'a ObjectiveFile>,
    findings: HashMap<FileId, Vec<&'a Finding>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        let mut findings: HashMap<FileId, Vec<&Finding>> = HashMap::new();
        for finding in &tree.findings {
            if let Some(label) = &finding.primary {
                findings.entry(label.file).or_default().push(finding);
            }
        }
        Known { tree, files: tree.files.iter().map(|file| (file.path.as_str(), file)).collect(), findings }
    }

    /// Finds the file at a path, if it has the content of this blob.
    pub(super) fn find(&self, path: &str, blob: ObjectId) -> Option<&'a ObjectiveFile> {
        let file = *self.files.get(path)?;
        (Repository::blob_id(self.text(file).as_bytes()) == blob).then_some(file)
    }

    /// Gives the text of a file.
    pub(super) fn text(&self, file: &ObjectiveFile) -> &str {
        &self.tree.sources.get(file.file).text
    }

    /// Gives a file under another number, with what did not read in it.
    pub(super) fn renumbered(&self, file: &ObjectiveFile, id: FileId) -> Whole {
        let relabelled = |finding: &&Finding| {
            let mut finding = (*finding).clone();
            // What a reader finds in a file points into that file alone.
            finding.primary.iter_mut().chain(&mut finding.related).for_each(|label| label.file = id);
            finding
        };
        Whole {
            source: self.tree.sources.get(file.file).clone(),
            wrong: None,
            file: ObjectiveFile { file: id, ..file.clone() },
            findings: self.findings.get(&file.file).into_iter().flatten().map(relabelled).collect(),
            blob: None,
        }
    }
}

/// Tells whether two commits have the same goals and settings, by the ids of their trees: nothing of them is read. Where
/// there are no goals at all, they are not the same.
///
/// # Errors
/// As [`Repository::commit`].
pub fn same(repository: &Repository, one: ObjectId, other: ObjectId) -> Result<bool, GitError> {
    let (one, other) = (repository.commit(one)?.tree, repository.commit(other)?.tree);
    let settings = repository.entry(one, FILE_NAME)?;
    if settings != repository.entry(other, FILE_NAME)? {
        return Ok(false);
    }
    let config = match file_at(repository, one, FILE_NAME)? {
        Some(blob) => {
            let source = SourceFile::new(FILE_NAME, String::from_utf8_lossy(&repository.blob(blob)?));
            crate::config::read(FileId(0), &source).config
        }
        None => Config::default(),
    };
    let mut found = false;
    for prefix in Paths::new(&config.paths).prefixes() {
        let entry = repository.entry(one, &prefix)?;
        if entry != repository.entry(other, &prefix)? {
            return Ok(false);
        }
        found |= entry.is_some();
    }
    Ok(found)
}

/// Tells whether nothing but objective files differs between two states: of `before` the files of a commit, of `after` those
/// of a commit or, where there is none, those of the work tree. Links, submodules and settings are no objective files.
///
/// # Errors
/// As [`Repository::commit`], and where git cannot tell what is not committed.
pub fn only_objectives(
    repository: &Repository,
    (before, base): (&Tree, ObjectId),
    (after, head): (&Tree, Option<ObjectId>),
) -> Result<bool, GitError> {
    let sides = [Paths::new(&before.config.paths), Paths::new(&after.config.paths)];
    let is_objective_file = |path: &str| sides.iter().all(|paths| paths.holds(path));
    let committed = match head.map_or_else(|| repository.head(), |head| Ok(Some(head)))? {
        Some(head) => head,
        None => base,
    };
    let (old, new) = (repository.commit(base)?.tree, repository.commit(committed)?.tree);
    let within = repository.all_changed(old, new, &mut |path, are_files| are_files && is_objective_file(path))?;
    if !within || head.is_some() {
        return Ok(within);
    }
    repository.all_uncommitted(&mut |path, is_file| is_file && is_objective_file(path))
}
