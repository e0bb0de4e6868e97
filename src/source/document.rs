//! Owns finding the Markdown files that may hold a report: those at the root, and those in the folders of goals.
//! Never reads what is in them for meaning, and never follows a link.

use super::{Error, LARGEST_FILE, Paths};
use crate::git::{ObjectId, Repository, TreeEntry};
use std::collections::BTreeMap;
use std::path::Path;
use walkdir::WalkDir;

/// Reads the Markdown files of a work tree that stand at its root or below a folder of goals, by path from the root. Those
/// over the size limit and those that are no UTF-8 hold no report that we wrote, and are left out.
///
/// # Errors
/// [`Error::Io`] for a file that cannot be read.
pub fn documents(root: &Path, paths: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let mut texts = BTreeMap::new();
    let folders =
        Paths::new(paths).prefixes().into_iter().filter(|prefix| !prefix.is_empty()).map(|prefix| (prefix, usize::MAX));
    for (folder, depth) in std::iter::once((String::new(), 1)).chain(folders) {
        let found = WalkDir::new(root.join(&folder)).max_depth(depth).into_iter().filter_map(|entry| {
            let entry = entry.ok().filter(|entry| entry.file_type().is_file())?;
            let fits = entry.metadata().is_ok_and(|found| found.len() <= LARGEST_FILE as u64);
            (fits && entry.path().extension().is_some_and(|extension| extension == "md")).then_some(entry)
        });
        for entry in found {
            let inner = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let parts: Vec<_> = inner.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            let path = parts.join("/");
            let bytes = std::fs::read(entry.path()).map_err(|source| Error::Io { path: path.clone(), source })?;
            texts.extend(String::from_utf8(bytes).ok().map(|text| (path, text)));
        }
    }
    Ok(texts)
}

/// Reads the Markdown files of a commit at the same places.
///
/// # Errors
/// [`Error::Git`] for a missing object.
pub fn documents_of(
    repository: &Repository,
    commit: ObjectId,
    paths: &[String],
) -> Result<BTreeMap<String, String>, Error> {
    let root = repository.commit(commit)?.tree;
    let mut files: Vec<(String, ObjectId)> = Vec::new();
    let mut folders: Vec<(String, ObjectId)> = Vec::new();
    for entry in repository.tree(root)? {
        take(entry, "", &mut files, &mut Vec::new());
    }
    for prefix in Paths::new(paths).prefixes().into_iter().filter(|prefix| !prefix.is_empty()) {
        folders.extend(
            repository.entry(root, &prefix)?.filter(|entry| entry.0 == TreeEntry::TREE).map(|it| (prefix, it.1)),
        );
    }
    while let Some((folder, tree)) = folders.pop() {
        for entry in repository.tree(tree)? {
            take(entry, &format!("{folder}/"), &mut files, &mut folders);
        }
    }
    texts(repository, files)
}

fn take(entry: TreeEntry, within: &str, files: &mut Vec<(String, ObjectId)>, folders: &mut Vec<(String, ObjectId)>) {
    let path = format!("{within}{}", entry.name);
    match entry.mode {
        TreeEntry::TREE => folders.push((path, entry.id)),
        mode if mode & 0o170_000 == 0o100_000 => files.push((path, entry.id)),
        _ => {}
    }
}

/// Reads the Markdown files of the index at the same places.
///
/// # Errors
/// [`Error::Git`] for an index or object that cannot be read.
pub fn documents_staged(repository: &Repository, paths: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let prefixes = Paths::new(paths).prefixes();
    let is_here = |path: &str| {
        let below = |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        !path.contains('/') || prefixes.iter().any(below)
    };
    let mut tracked = repository.tracked()?;
    tracked.retain(|file| file.settled && file.is_file() && is_here(&file.path));
    texts(repository, tracked.into_iter().map(|file| (file.path, file.id)))
}

fn texts(
    repository: &Repository,
    files: impl IntoIterator<Item = (String, ObjectId)>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut texts = BTreeMap::new();
    for (path, id) in files.into_iter().filter(|(path, _)| path.ends_with(".md")) {
        let bytes = repository.blob(id)?;
        if bytes.len() <= LARGEST_FILE {
            texts.extend(String::from_utf8(bytes).ok().map(|text| (path, text)));
        }
    }
    Ok(texts)
}
