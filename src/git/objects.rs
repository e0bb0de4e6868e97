//! Owns reading many objects quickly, from several threads at once. Replacements, grafts and the shallow boundary are
//! applied as in [`Repository`].

use super::loose::Loose;
use super::open::Rewritten;
use super::{Error, ObjectId, Repository, parse};
use git2::{ObjectType, Odb};

/// A reader of objects with an object database of its own.
///
/// libgit2 keeps every pack once for a whole process, under the spelling of its path, with one lock and one cache of
/// delta bases. Readers with different spellings of the same folder therefore do not wait for each other.
pub struct Objects<'r> {
    rewritten: &'r Rewritten,
    loose: &'r Loose,
    own: Option<Odb<'static>>,
    shared: Odb<'r>,
}

/// What a walk needs to know of a commit, and the bytes that tell the rest.
#[derive(Debug, Clone)]
pub struct Outline {
    /// Its root tree.
    pub tree: ObjectId,
    /// Its parents in order; none at the edge of a shallow clone.
    pub parents: Vec<ObjectId>,
    /// Commit time, seconds since 1970, UTC.
    pub seconds: i64,
    /// The commit up to the first line of its message; see [`Repository::commit_of`].
    pub raw: Box<[u8]>,
}

impl std::fmt::Debug for Objects<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("rewritten", self.rewritten).finish_non_exhaustive()
    }
}

impl Repository {
    /// Opens a reader of objects; those for different threads get different numbers.
    ///
    /// # Errors
    /// [`Error::Failed`] where the object database cannot be opened.
    pub fn objects(&self, number: usize) -> Result<Objects<'_>, Error> {
        let failed = |error: git2::Error| Error::failed("open the object database", &error);
        let shared = self.inner.odb().map_err(failed)?;
        let own = self.spelled(number).and_then(|folder| {
            let odb = Odb::new().ok()?;
            odb.add_disk_alternate(&folder).ok()?;
            Some(odb)
        });
        Ok(Objects { rewritten: &self.rewritten, loose: &self.loose, own, shared })
    }

    /// Spells the folder of objects in one of many ways; `None` where it is not the plain one that git makes.
    fn spelled(&self, number: usize) -> Option<String> {
        let folder = self.common_dir().join("objects");
        if number == 0 || !folder.is_dir() {
            return None;
        }
        Some(format!("{}/{}objects", self.common_dir().to_str()?.trim_end_matches('/'), "./".repeat(number)))
    }

    /// Tells the rest of a commit whose outline was read.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is no commit.
    pub fn commit_of(&self, id: ObjectId, raw: &[u8]) -> Result<super::CommitRecord, Error> {
        let mut commit = parse::commit(id, raw).ok_or(Error::Corrupt { id, expected: "commit" })?;
        self.rewritten.cut(id, &mut commit.parents);
        Ok(commit)
    }
}

impl Objects<'_> {
    pub(super) fn read<T>(
        &self,
        id: ObjectId,
        kind: ObjectType,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, Error> {
        let expected = match kind {
            ObjectType::Commit => "commit",
            ObjectType::Tree => "tree",
            _ => "blob",
        };
        let wanted = self.rewritten.replacement(id);
        if self.loose.is_cut_off(wanted) {
            return Err(Error::Corrupt { id, expected });
        }
        let wanted = wanted.oid();
        // What the reader's own database lacks may still be where the environment says that objects are.
        let own = self.own.as_ref().and_then(|own| own.read(wanted).ok());
        let object = match own {
            Some(object) => object,
            None => self
                .shared
                .read(wanted)
                .map_err(|error| Error::unread(id, expected, self.rewritten.help_for_missing(), &error))?,
        };
        if object.kind() != kind {
            return Err(Error::Corrupt { id, expected });
        }
        parse(object.data()).ok_or(Error::Corrupt { id, expected })
    }

    /// Reads the outline of a commit; at the edge of a shallow clone it has no parents.
    ///
    /// # Errors
    /// [`Error::Missing`] where it is not in this clone, [`Error::Corrupt`] where it is no commit.
    pub fn outline(&self, id: ObjectId) -> Result<Outline, Error> {
        let mut outline = self.read(id, ObjectType::Commit, parse::outline)?;
        self.rewritten.cut(id, &mut outline.parents);
        Ok(outline)
    }

    /// Reads a tree with the places of its entries.
    ///
    /// # Errors
    /// As [`Objects::outline`].
    pub fn tree(&self, id: ObjectId) -> Result<RawTree, Error> {
        self.read(id, ObjectType::Tree, RawTree::new)
    }

    /// Finds mode and id of what stands at a path below a tree, as [`Repository::entry`] does.
    ///
    /// # Errors
    /// As [`Objects::outline`].
    pub fn entry(&self, tree: ObjectId, path: &str) -> Result<Option<(u32, ObjectId)>, Error> {
        let mut found = (super::TreeEntry::TREE, tree);
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if found.0 != super::TreeEntry::TREE {
                return Ok(None);
            }
            match self.read(found.1, ObjectType::Tree, |bytes| Some(parse::entry(bytes, part.as_bytes())))? {
                Some(next) => found = next,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// Reads a blob, in place.
    ///
    /// # Errors
    /// As [`Objects::outline`].
    pub fn blob<T>(&self, id: ObjectId, look: impl FnOnce(&[u8]) -> T) -> Result<T, Error> {
        self.read(id, ObjectType::Blob, |bytes| Some(look(bytes)))
    }
}

/// A tree as git stores it, with the places of its entries.
#[derive(Debug)]
pub struct RawTree {
    bytes: Box<[u8]>,
    /// Where each entry starts and where its name ends.
    places: Vec<(u32, u32)>,
}

/// One entry of a [`RawTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawEntry<'t> {
    /// Git's file mode.
    pub mode: u32,
    /// Name in its folder.
    pub name: &'t [u8],
    /// What it points at.
    pub id: ObjectId,
}

impl RawTree {
    /// Takes the bytes of a tree; `None` where it is cut off.
    fn new(bytes: &[u8]) -> Option<Self> {
        let mut places = Vec::with_capacity(bytes.len() / 32);
        let mut at = 0;
        while at < bytes.len() {
            let (_, end) = parse::entry_head(&bytes[at..])?;
            places.push((u32::try_from(at).ok()?, u32::try_from(at + end).ok()?));
            at += end + 21;
        }
        (at == bytes.len()).then(|| RawTree { bytes: bytes.into(), places })
    }

    /// Counts the entries.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Counts the bytes that it holds.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.places.len() * 8
    }

    /// Gives the bytes of one entry: equal ones are equal entries.
    pub fn bytes(&self, index: usize) -> Option<&[u8]> {
        let &(start, end) = self.places.get(index)?;
        Some(&self.bytes[start as usize..end as usize + 21])
    }

    /// Gives one entry.
    pub fn entry(&self, index: usize) -> Option<RawEntry<'_>> {
        let &(start, end) = self.places.get(index)?;
        let (mode, name) = parse::mode_and_name(&self.bytes[start as usize..end as usize]);
        let id = self.bytes[end as usize + 1..].first_chunk::<20>()?;
        Some(RawEntry { mode, name, id: ObjectId(*id) })
    }

    /// Gives all entries in git's order.
    pub fn entries(&self) -> impl Iterator<Item = RawEntry<'_>> {
        (0..self.len()).filter_map(|index| self.entry(index))
    }
}

impl RawEntry<'_> {
    /// Compares names as git sorts them, a folder's as if it ended in a slash.
    pub fn order(&self, other: &RawEntry<'_>) -> std::cmp::Ordering {
        let shared = self.name.len().min(other.name.len());
        let next = |entry: &RawEntry<'_>| {
            entry.name.get(shared).copied().or((entry.mode == super::TreeEntry::TREE).then_some(b'/'))
        };
        self.name[..shared]
            .cmp(&other.name[..shared])
            .then_with(|| next(self).cmp(&next(other)))
            .then_with(|| self.name.len().cmp(&other.name.len()))
    }
}
