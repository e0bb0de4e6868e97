//! Owns reading the templates that a team writes for itself: the files of one folder, never what lies outside of it.

use super::{Error, LARGEST_FILE};
use crate::git::{ObjectId, Repository};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the files of a folder of the work tree, by name. No link is followed, not even on the way to the folder; files
/// over the size limit and those that are no UTF-8 are left out, so that asking for one says that it is not there.
///
/// # Errors
/// [`Error::Io`] for a file that cannot be read.
pub fn templates(root: &Path, folder: &str) -> Result<BTreeMap<String, String>, Error> {
    let mut at = root.to_owned();
    for part in folder.split('/').filter(|part| !part.is_empty() && *part != ".") {
        at.push(part);
        if !at.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            return Ok(BTreeMap::new());
        }
    }
    let failed = |source: std::io::Error| Error::Io { path: folder.to_owned(), source };
    let mut texts = BTreeMap::new();
    for entry in std::fs::read_dir(&at).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let found = entry.path().symlink_metadata().map_err(failed)?;
        if found.is_file() && found.len() <= LARGEST_FILE as u64 {
            take(&mut texts, &entry.file_name().to_string_lossy(), std::fs::read(entry.path()).map_err(failed)?);
        }
    }
    Ok(texts)
}

/// Reads the files of a folder of a commit, by name.
///
/// # Errors
/// [`Error::Git`] for a missing object.
pub fn templates_of(
    repository: &Repository,
    commit: ObjectId,
    folder: &str,
) -> Result<BTreeMap<String, String>, Error> {
    let mut texts = BTreeMap::new();
    let tree = repository.commit(commit)?.tree;
    let Some((0o040_000, tree)) = repository.entry(tree, folder.trim_end_matches('/'))? else { return Ok(texts) };
    for entry in repository.tree(tree)? {
        if entry.mode & 0o170_000 == 0o100_000 {
            let bytes = repository.blob(entry.id)?;
            if bytes.len() <= LARGEST_FILE {
                take(&mut texts, &entry.name, bytes);
            }
        }
    }
    Ok(texts)
}

fn take(texts: &mut BTreeMap<String, String>, name: &str, bytes: Vec<u8>) {
    if let Ok(text) = String::from_utf8(bytes) {
        texts.insert(name.to_owned(), text);
    }
}
