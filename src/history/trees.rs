//! Owns the comparing of trees, raw and by object id; each is read once while it is near.
//! Never reads what a file says.

use crate::git::{Error, ObjectId, Objects, RawEntries, RawEntry, RawTree, TreeEntry};
use crate::source::Paths;
use foldhash::{HashMap, HashSet};
use std::cmp::Ordering;
use std::sync::Arc;

/// What stands at a path: mode and id.
pub(super) type Entry = Option<(u32, ObjectId)>;

/// One file that differs between two trees: its path, and its blobs on both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileChange {
    pub(super) path: Arc<str>,
    pub(super) old: Option<ObjectId>,
    pub(super) new: Option<ObjectId>,
}

/// Bytes of trees held at most in each of two generations.
const HELD: usize = 1 << 20;

/// A reader of trees. Neighbours in history share most of theirs, so the last ones are held.
pub(super) struct Trees<'r> {
    objects: Objects<'r>,
    held: HashMap<ObjectId, RawTree>,
    older: HashMap<ObjectId, RawTree>,
    size: usize,
    /// Paths that differed somewhere, each held once: a file differs many times.
    paths: HashSet<Arc<str>>,
    /// Trees read from the object database.
    pub(super) read: usize,
    /// Trees that are not there.
    pub(super) missing: Vec<ObjectId>,
}

impl<'r> Trees<'r> {
    pub(super) fn new(objects: Objects<'r>) -> Self {
        let (held, older, paths) = (HashMap::default(), HashMap::default(), HashSet::default());
        Trees { objects, held, older, size: 0, paths, read: 0, missing: Vec::new() }
    }

    /// Gives the reader of objects below.
    pub(super) fn objects(&self) -> &Objects<'r> {
        &self.objects
    }

    /// Gives back what reading takes in memory while nothing is read.
    pub(super) fn release(&mut self) {
        self.objects.release();
        self.held = HashMap::default();
        self.older = HashMap::default();
        self.size = 0;
    }

    /// Reads a tree; `None`, and noted, where it is not in this clone.
    fn tree(&mut self, id: ObjectId) -> Result<Option<RawTree>, Error> {
        if let Some(known) = self.held.get(&id) {
            return Ok(Some(known.clone()));
        }
        let tree = match self.older.remove(&id) {
            Some(known) => known,
            None => match self.objects.tree(id) {
                Ok(tree) => {
                    self.read += 1;
                    tree
                }
                Err(Error::Missing { .. } | Error::Corrupt { .. }) => {
                    self.missing.push(id);
                    return Ok(None);
                }
                Err(error) => return Err(error),
            },
        };
        if self.size > HELD {
            self.older = std::mem::take(&mut self.held);
            self.size = 0;
        }
        self.size += tree.size();
        self.held.insert(id, tree.clone());
        Ok(Some(tree))
    }

    /// Compares what stands at a path on two sides, descending only where they differ, and gives the files that differ.
    pub(super) fn compare(
        &mut self,
        paths: &Paths,
        path: &str,
        old: Entry,
        new: Entry,
        found: &mut Vec<FileChange>,
    ) -> Result<(), Error> {
        self.compare_at(paths, &mut path.to_owned(), old, new, found)
    }

    /// Compares as above; the path is as it was in the end.
    fn compare_at(
        &mut self,
        paths: &Paths,
        path: &mut String,
        old: Entry,
        new: Entry,
        found: &mut Vec<FileChange>,
    ) -> Result<(), Error> {
        if old == new {
            return Ok(());
        }
        let folder = |side: Entry| side.filter(|side| side.0 == TreeEntry::TREE).map(|side| side.1);
        let file = |side: Entry| side.filter(|side| is_file(side.0)).map(|side| side.1);
        if (file(old).is_some() || file(new).is_some()) && paths.holds(path) {
            found.push(FileChange { path: self.held_path(path), old: file(old), new: file(new) });
        }
        let mut sides = [None, None];
        for (side, id) in sides.iter_mut().zip([folder(old), folder(new)]) {
            let Some(id) = id else { continue };
            *side = self.tree(id)?;
            // A folder that is not in this clone: what it held stays as it was.
            if side.is_none() {
                return Ok(());
            }
        }
        let [mut left, mut right] =
            sides.each_ref().map(|side| side.as_ref().map_or_else(RawEntries::default, RawTree::entries));
        loop {
            left.skip_shared(&mut right);
            let (mut one, mut other) = (left.peek(), right.peek());
            for (entry, rest, id) in [(one, left, folder(old)), (other, right, folder(new))] {
                // What is behind the end of a tree that was cut off stays as it was, as with one that is not there.
                if entry.is_none() && !rest.is_empty() {
                    self.missing.extend(id);
                    return Ok(());
                }
            }
            let which = match (&one, &other) {
                (None, None) => return Ok(()),
                (Some(one), Some(other)) => one.order(other),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
            };
            one = if which.is_le() { left.next() } else { None };
            other = if which.is_ge() { right.next() } else { None };
            let above = path.len();
            if above > 0 {
                path.push('/');
            }
            path.push_str(&String::from_utf8_lossy(one.or(other).map(|entry| entry.name).unwrap_or_default()));
            let side = |entry: Option<RawEntry<'_>>| entry.map(|entry| (entry.mode, entry.id));
            self.compare_at(paths, path, side(one), side(other), found)?;
            path.truncate(above);
        }
    }

    fn held_path(&mut self, path: &str) -> Arc<str> {
        if let Some(known) = self.paths.get(path) {
            return Arc::clone(known);
        }
        let path: Arc<str> = path.into();
        self.paths.insert(Arc::clone(&path));
        path
    }

    /// Finds the blob of a file below what stands at the prefixes.
    pub(super) fn blob<'p>(
        &mut self,
        mut roots: impl Iterator<Item = (&'p str, Entry)>,
        path: &str,
    ) -> Result<Option<ObjectId>, Error> {
        let found = roots.find_map(|(prefix, at)| {
            let rest = if prefix.is_empty() { path } else { path.strip_prefix(prefix)? };
            (prefix.is_empty() || rest.is_empty() || rest.starts_with('/'))
                .then_some((rest.trim_start_matches('/').to_owned(), at))
        });
        let Some((rest, Some(mut at))) = found else { return Ok(None) };
        for part in rest.split('/').filter(|part| !part.is_empty()) {
            if at.0 != TreeEntry::TREE {
                return Ok(None);
            }
            let Some(tree) = self.tree(at.1)? else { return Ok(None) };
            match find(&tree, part) {
                Some(entry) => at = entry,
                None => return Ok(None),
            }
        }
        Ok(is_file(at.0).then_some(at.1))
    }
}

fn is_file(mode: u32) -> bool {
    mode & 0o170_000 == 0o100_000
}

/// Finds an entry of a tree by a part of a path, in which U+FFFD stands for bytes that are no UTF-8.
fn find(tree: &RawTree, part: &str) -> Option<(u32, ObjectId)> {
    if !part.contains(char::REPLACEMENT_CHARACTER) {
        return tree.find(part.as_bytes());
    }
    let found = tree.entries().find(|entry| String::from_utf8_lossy(entry.name) == part)?;
    Some((found.mode, found.id))
}
