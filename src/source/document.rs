//! Owns finding the Markdown files that may hold a report: those at the root, and those in the folders of goals.
//! Never reads what is in them for meaning, and never follows a link.

use super::{Error, LARGEST_FILE, Paths};
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
