//! Owns which files and lines differ: between two commits, and between HEAD and the work tree.
//! Never knows what a file says.

use super::{Error, ObjectId, Repository, TreeEntry};
use git2::{DiffOptions, Patch, Status, StatusOptions};
use std::collections::BTreeMap;
use std::ops::Range;

/// Says of a path that differs whether it is as asked; told beside it is whether plain files alone stand there, on both
/// sides as far as something does.
type Asked<'a> = dyn FnMut(&str, bool) -> bool + 'a;

impl Repository {
    /// Tells whether all files that differ between two trees are as asked; stops at the first that is not. Folders that
    /// are the same are not read.
    ///
    /// # Errors
    /// As [`Repository::commit`].
    pub fn all_changed(&self, old: ObjectId, new: ObjectId, asked: &mut Asked<'_>) -> Result<bool, Error> {
        self.all_changed_below("", (old != new).then_some(old), (old != new).then_some(new), asked)
    }

    /// Looks into a folder, whose path ends with a slash.
    fn all_changed_below(
        &self,
        folder: &str,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        asked: &mut Asked<'_>,
    ) -> Result<bool, Error> {
        let mut sides: BTreeMap<String, [Option<TreeEntry>; 2]> = BTreeMap::new();
        for (side, tree) in [old, new].into_iter().enumerate() {
            for entry in tree.map(|tree| self.tree(tree)).transpose()?.unwrap_or_default() {
                let sides = sides.entry(entry.name.clone()).or_default();
                let path = format!("{folder}{}", entry.name);
                // Names that are no UTF-8 may look alike: then nobody can tell them apart here.
                if sides[side].replace(entry).is_some() && !asked(&path, false) {
                    return Ok(false);
                }
            }
        }
        for (name, entries) in sides {
            let [old, new] = &entries;
            if old == new {
                continue;
            }
            let path = format!("{folder}{name}");
            let [below, beside] = [true, false]
                .map(|trees| [old, new].map(|entry| entry.as_ref().filter(|entry| entry.is_tree() == trees)));
            let is_other = beside[0] != beside[1];
            let are_files = beside.iter().flatten().all(|entry| entry.is_file());
            if is_other && !asked(&path, are_files) {
                return Ok(false);
            }
            let [old, new] = below.map(|entry| entry.map(|entry| entry.id));
            if old != new && !self.all_changed_below(&format!("{path}/"), old, new, asked)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives, of some files, the lines that a commit has and an earlier one has not, by path: from 1, ends open. Where lines
    /// only went, there are none; files that are alike in both are left out.
    ///
    /// # Errors
    /// [`Error::Failed`] where git cannot tell.
    pub fn changed_lines<'a>(
        &self,
        old: ObjectId,
        new: ObjectId,
        paths: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Vec<Range<usize>>>, Error> {
        let mut options = DiffOptions::new();
        options.context_lines(0).disable_pathspec_match(true);
        for path in paths {
            options.pathspec(path);
        }
        let failed = |error: git2::Error| Error::failed("compare two commits", &error);
        let tree = |id: ObjectId| self.inner.find_commit(id.oid()).and_then(|commit| commit.tree()).map_err(failed);
        let (old, new) = (tree(old)?, tree(new)?);
        let diff = self.inner.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options)).map_err(failed)?;
        let mut changed = BTreeMap::new();
        for (at, delta) in diff.deltas().enumerate() {
            let Some(path) = delta.new_file().path_bytes() else { continue };
            let mut lines = Vec::new();
            // Of bytes that are no text there are no lines.
            if let Some(patch) = Patch::from_diff(&diff, at).map_err(failed)? {
                for hunk in 0..patch.num_hunks() {
                    let (hunk, _) = patch.hunk(hunk).map_err(failed)?;
                    let start = hunk.new_start() as usize;
                    lines.push(start..start + hunk.new_lines() as usize);
                }
            }
            changed.insert(String::from_utf8_lossy(path).into_owned(), lines);
        }
        Ok(changed)
    }

    /// Tells whether all files of the work tree that differ from HEAD, or that nobody has added yet, are as asked. What is
    /// ignored, and what a sparse checkout leaves out, does not differ.
    ///
    /// # Errors
    /// [`Error::Failed`] where git cannot tell, [`Error::Index`] for an index that libgit2 cannot read.
    pub fn all_uncommitted(&self, asked: &mut Asked<'_>) -> Result<bool, Error> {
        let Some(root) = self.workdir() else { return Ok(true) };
        let left_out: Vec<String> =
            self.tracked()?.into_iter().filter(|file| file.left_out).map(|file| file.path).collect();
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(false);
        let failed = |error: git2::Error| Error::failed("compare the work tree with HEAD", &error);
        let statuses = self.inner.statuses(Some(&mut options)).map_err(failed)?;
        Ok(statuses.iter().all(|entry| {
            let path = String::from_utf8_lossy(entry.path_bytes()).into_owned();
            let is_gone = entry.status() == Status::WT_DELETED;
            let is_file = root.join(&path).symlink_metadata().map_or(true, |found| found.is_file());
            (is_gone && left_out.binary_search(&path).is_ok()) || asked(&path, is_file)
        }))
    }
}
