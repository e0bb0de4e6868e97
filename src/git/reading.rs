//! Owns reading objects: raw, straight from the object database, with the shallow boundary, grafts and replacements
//! applied as git itself does.

use super::{CommitRecord, Error, ObjectId, Repository, TreeEntry, parse};
use git2::ObjectType;
use sha1::{Digest, Sha1};

impl Repository {
    fn read<T>(&self, id: ObjectId, kind: ObjectType, parse: impl FnOnce(&[u8]) -> Option<T>) -> Result<T, Error> {
        self.objects(0)?.read(id, kind, parse)
    }

    /// Reads a commit; at the edge of a shallow clone it has no parents.
    ///
    /// # Errors
    /// [`Error::Missing`] where it is not in this clone, [`Error::Corrupt`] where it is no commit.
    pub fn commit(&self, id: ObjectId) -> Result<CommitRecord, Error> {
        let mut commit = self.read(id, ObjectType::Commit, |bytes| parse::commit(id, bytes))?;
        self.rewritten.cut(id, &mut commit.parents);
        Ok(commit)
    }

    /// Tells whether a shallow clone is cut at this commit: git lists it as an edge, and it has parents. A clone that is
    /// just deep enough has the first commit as its edge, behind which there is nothing.
    pub fn is_cut(&self, id: ObjectId) -> bool {
        let has_parents = |bytes: &[u8]| parse::commit(id, bytes).map(|commit| !commit.parents.is_empty());
        self.rewritten.shallow.contains(&id) && self.read(id, ObjectType::Commit, has_parents).unwrap_or(true)
    }

    /// Reads a tree, entries in git's order.
    ///
    /// # Errors
    /// As [`Repository::commit`].
    pub fn tree(&self, id: ObjectId) -> Result<Vec<TreeEntry>, Error> {
        self.read(id, ObjectType::Tree, parse::tree)
    }

    /// Finds mode and id of what stands at a path below a tree, the empty path being the tree itself; `None` where
    /// nothing does.
    ///
    /// # Errors
    /// As [`Repository::commit`].
    pub fn entry(&self, tree: ObjectId, path: &str) -> Result<Option<(u32, ObjectId)>, Error> {
        self.objects(0)?.entry(tree, path)
    }

    /// Reads a blob.
    ///
    /// # Errors
    /// As [`Repository::commit`].
    pub fn blob(&self, id: ObjectId) -> Result<Vec<u8>, Error> {
        self.read(id, ObjectType::Blob, |bytes| Some(bytes.to_vec()))
    }

    /// Tells the id that some bytes would have as a blob.
    pub fn blob_id(bytes: &[u8]) -> ObjectId {
        let head = format!("blob {}\0", bytes.len());
        let digest = Sha1::new().chain_update(head).chain_update(bytes).finalize();
        ObjectId(digest.into())
    }
}
