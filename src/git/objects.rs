//! Owns reading many objects quickly, from several threads at once. Replacements, grafts and the shallow boundary are
//! applied as in [`Repository`].

use super::loose::Loose;
use super::open::Rewritten;
use super::unpack::{Packs, SharedPacks, Unpacker};
use super::{Error, ObjectId, Repository, parse};
use git2::{ObjectType, Odb};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// A reader of objects with an object database of its own, opened when the first object is asked for.
///
/// Objects in packs are read by an unpacker of its own, all others and what it does not understand by libgit2. That keeps
/// every pack once for a whole process, under the spelling of its path, with one lock and one cache of delta bases.
/// Readers with different spellings of the same folder therefore do not wait for each other. A pack stays open until the
/// last reader has let go of it.
pub struct Objects<'r> {
    rewritten: &'r Rewritten,
    loose: &'r Loose,
    packs: &'r SharedPacks,
    opened: OnceCell<Option<Arc<Packs>>>,
    unpacker: RefCell<Unpacker>,
    /// The folder of objects as this reader spells it, and what it opened there; `None` where it has none of its own.
    folder: Option<String>,
    own: OnceCell<Option<Odb<'static>>>,
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
    /// Who wrote and recorded it, whether it is signed, and the first line of its message; see [`Repository::commit_of`].
    pub raw: Box<[u8]>,
    /// The values of the trailers that were asked for, in order, as written.
    pub trailers: Vec<String>,
}

impl std::fmt::Debug for Objects<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("rewritten", self.rewritten).finish_non_exhaustive()
    }
}

impl Repository {
    /// Makes a reader of objects; those for different threads get different numbers from 1 on. That of number 0 reads
    /// through the database that the repository itself has open: right for a single object.
    ///
    /// # Errors
    /// [`Error::Failed`] where the object database cannot be opened.
    pub fn objects(&self, number: usize) -> Result<Objects<'_>, Error> {
        let failed = |error: git2::Error| Error::failed("open the object database", &error);
        let shared = self.inner.odb().map_err(failed)?;
        Ok(Objects {
            rewritten: &self.rewritten,
            loose: &self.loose,
            packs: &self.packs,
            opened: OnceCell::new(),
            unpacker: RefCell::default(),
            folder: self.spelled(number),
            own: OnceCell::new(),
            shared,
        })
    }

    /// Spells the folder of objects in one of many ways; `None` where it is not the plain one that git makes.
    fn spelled(&self, number: usize) -> Option<String> {
        let folder = self.common_dir().join("objects");
        if number == 0 || !folder.is_dir() {
            return None;
        }
        Some(format!("{}/{}objects", self.common_dir().to_str()?.trim_end_matches('/'), "./".repeat(number)))
    }

    /// Tells the rest of a commit whose outline was read; its parents are the outline's.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where it is no commit.
    pub fn commit_of(&self, id: ObjectId, raw: &[u8]) -> Result<super::CommitRecord, Error> {
        parse::commit(id, raw).ok_or(Error::Corrupt { id, expected: "commit" })
    }
}

impl Objects<'_> {
    /// Gives back what the packs take in memory. The next object that is asked for opens them again.
    pub fn release(&mut self) {
        self.own.take();
        self.opened.take();
        self.unpacker.take();
    }

    fn packs(&self) -> Option<&Packs> {
        // Who reads a single object has it from the database that is open already.
        self.opened.get_or_init(|| self.folder.as_ref().map(|_| self.packs.open())).as_deref()
    }

    fn own(&self) -> Option<&Odb<'static>> {
        let open = |folder: &str| {
            let odb = Odb::new().ok()?;
            odb.add_disk_alternate(folder).ok()?;
            Some(odb)
        };
        self.own.get_or_init(|| self.folder.as_deref().and_then(open)).as_ref()
    }

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
        let mut unpacker = self.unpacker.borrow_mut();
        if let Some((found, bytes)) = self.packs().and_then(|packs| unpacker.read(packs, wanted)) {
            return parse(bytes).filter(|_| found == kind).ok_or(Error::Corrupt { id, expected });
        }
        let wanted = wanted.oid();
        // What the reader's own database lacks may still be where the environment says that objects are.
        let own = self.own().and_then(|own| own.read(wanted).ok());
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

    /// Reads the outline of a commit, with its trailers of one key; at the edge of a shallow clone it has no parents.
    ///
    /// # Errors
    /// [`Error::Missing`] where it is not in this clone, [`Error::Corrupt`] where it is no commit.
    pub fn outline(&self, id: ObjectId, trailer: &str) -> Result<Outline, Error> {
        let mut outline = self.read(id, ObjectType::Commit, |bytes| parse::outline(bytes, trailer))?;
        self.rewritten.cut(id, &mut outline.parents);
        Ok(outline)
    }

    /// Reads a tree, its entries unseen.
    ///
    /// # Errors
    /// As [`Objects::outline`].
    pub fn tree(&self, id: ObjectId) -> Result<RawTree, Error> {
        self.read(id, ObjectType::Tree, |bytes| Some(RawTree(bytes.into())))
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

/// A tree as git stores it. What it holds is parsed as far as somebody looks.
#[derive(Debug, Clone)]
pub struct RawTree(Rc<[u8]>);

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

/// The entries of a [`RawTree`], in git's order, that were not looked at yet. It ends early where the tree is cut off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RawEntries<'t>(&'t [u8]);

impl RawTree {
    /// Counts the bytes that it holds.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Gives all entries in git's order.
    pub fn entries(&self) -> RawEntries<'_> {
        RawEntries(&self.0)
    }

    /// Finds an entry by name: its mode and id.
    pub fn find(&self, name: &[u8]) -> Option<(u32, ObjectId)> {
        parse::entry(&self.0, name)
    }
}

impl<'t> RawEntries<'t> {
    fn first(&self) -> Option<(RawEntry<'t>, usize)> {
        let head = parse::Head::read(self.0)?;
        let id = ObjectId(*self.0[head.name.end + 1..].first_chunk()?);
        let next = head.next();
        Some((RawEntry { mode: head.mode, name: &self.0[head.name], id }, next))
    }

    /// Gives the next entry without going on to the one behind it.
    pub fn peek(&self) -> Option<RawEntry<'t>> {
        Some(self.first()?.0)
    }

    /// Tells whether all was looked at. What is left where there is no next entry is that of a tree that is cut off.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Passes over what both have next, in the same order and byte for byte.
    pub fn skip_shared(&mut self, other: &mut Self) {
        const STEP: usize = 32;
        if self.0 == other.0 {
            (self.0, other.0) = (&[], &[]);
            return;
        }
        let steps = self.0.as_chunks::<STEP>().0.iter().zip(other.0.as_chunks::<STEP>().0);
        let near = steps.take_while(|(one, other)| one == other).count() * STEP;
        let rest = self.0[near..].iter().zip(&other.0[near..]);
        let same = near + rest.take_while(|(one, other)| one == other).count();
        // What is not well-formed there is so on both sides, and says the same.
        let at = parse::boundary(self.0, same);
        (self.0, other.0) = (&self.0[at..], &other.0[at..]);
    }
}

impl<'t> Iterator for RawEntries<'t> {
    type Item = RawEntry<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let (entry, next) = self.first()?;
        self.0 = &self.0[next..];
        Some(entry)
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
