//! Owns the comparing of trees, raw and by object id; each is read once while it is near.
//! Never reads what a file says.

use crate::git::{Error, ObjectId, Objects, RawTree, TreeEntry};
use crate::source::Paths;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

/// What stands at a path: mode and id.
pub(super) type Entry = Option<(u32, ObjectId)>;

/// One file that differs between two trees: its path, and its blobs on both sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileChange {
    pub(super) path: String,
    pub(super) old: Option<ObjectId>,
    pub(super) new: Option<ObjectId>,
}

/// Bytes of trees held at most in each of two generations.
const HELD: usize = 8 << 20;

/// A reader of trees. Neighbours in history share most of theirs, so the last ones are held.
pub(super) struct Trees<'r> {
    objects: Objects<'r>,
    held: HashMap<ObjectId, Rc<RawTree>>,
    older: HashMap<ObjectId, Rc<RawTree>>,
    size: usize,
    /// Trees read from the object database.
    pub(super) read: usize,
    /// Trees that are not there.
    pub(super) missing: Vec<ObjectId>,
}

impl<'r> Trees<'r> {
    pub(super) fn new(objects: Objects<'r>) -> Self {
        let (held, older) = (HashMap::new(), HashMap::new());
        Trees { objects, held, older, size: 0, read: 0, missing: Vec::new() }
    }

    /// Gives the reader of objects below.
    pub(super) fn objects(&self) -> &Objects<'r> {
        &self.objects
    }

    /// Reads a tree; `None`, and noted, where it is not in this clone.
    fn tree(&mut self, id: ObjectId) -> Result<Option<Rc<RawTree>>, Error> {
        if let Some(known) = self.held.get(&id) {
            return Ok(Some(known.clone()));
        }
        let tree = match self.older.remove(&id) {
            Some(known) => known,
            None => match self.objects.tree(id) {
                Ok(tree) => {
                    self.read += 1;
                    Rc::new(tree)
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
        if old == new {
            return Ok(());
        }
        let folder = |side: Entry| side.filter(|side| side.0 == TreeEntry::TREE).map(|side| side.1);
        let file = |side: Entry| side.filter(|side| is_file(side.0)).map(|side| side.1);
        if (file(old).is_some() || file(new).is_some()) && paths.holds(path) {
            found.push(FileChange { path: path.to_owned(), old: file(old), new: file(new) });
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
        let (mut i, mut j) = (0, 0);
        loop {
            let raw = |side: usize, index: usize| sides[side].as_ref().and_then(|tree| tree.bytes(index));
            match (raw(0, i), raw(1, j)) {
                (None, None) => return Ok(()),
                (left, right) if left == right => {
                    (i, j) = (i + 1, j + 1);
                    continue;
                }
                _ => {}
            }
            let at = |side: usize, index: usize| sides[side].as_ref().and_then(|tree| tree.entry(index));
            let (left, right) = (at(0, i), at(1, j));
            let which = match (&left, &right) {
                (Some(left), Some(right)) => left.order(right),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            let (left, right) = (left.filter(|_| which.is_le()), right.filter(|_| which.is_ge()));
            (i, j) = (i + usize::from(left.is_some()), j + usize::from(right.is_some()));
            let name = left.or(right).map(|side| side.name).unwrap_or_default();
            let below = below(path, &String::from_utf8_lossy(name));
            let side = |entry: Option<crate::git::RawEntry<'_>>| entry.map(|entry| (entry.mode, entry.id));
            self.compare(paths, &below, side(left), side(right), found)?;
        }
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
            match tree.entries().find(|entry| is_named(entry.name, part)) {
                Some(entry) => at = (entry.mode, entry.id),
                None => return Ok(None),
            }
        }
        Ok(is_file(at.0).then_some(at.1))
    }
}

fn is_file(mode: u32) -> bool {
    mode & 0o170_000 == 0o100_000
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

/// Bytes of a name that are no UTF-8 stand as U+FFFD in a path.
fn is_named(name: &[u8], part: &str) -> bool {
    name == part.as_bytes() || (part.contains(char::REPLACEMENT_CHARACTER) && String::from_utf8_lossy(name) == part)
}
