//! Owns git: the only room that names git2. Opens repositories, resolves revisions, reads commits, trees and blobs,
//! and turns libgit2's errors into what to do next. Never knows what a file means.

mod bloom;
mod change;
mod clone;
mod commit_graph;
mod committing;
mod delta;
mod driver;
mod error;
mod identity;
mod index;
mod loose;
mod object;
mod objects;
mod open;
mod pack;
mod parse;
mod patch;
mod reading;
mod revision;
mod trailers;
mod unpack;
mod worktree;
mod writing;

pub use clone::{CommitGraph, Condition};
pub use commit_graph::CommitGraphReader;
pub use committing::CommitError;
pub use driver::{DRIVER, DRIVER_SETTINGS, TextMerge, conflict_style, merge_text};
pub use error::Error;
pub use identity::Mailmap;
pub use object::{CommitRecord, ObjectId, Person, Signature, TreeEntry};
pub use objects::{Objects, Outline, RawEntries, RawEntry, RawTree};
pub use open::Repository;
pub use patch::patch;
pub use worktree::{State, Tracked};
pub use writing::NewCommit;

use std::sync::Once;

/// Sets libgit2 up for reading history, once and before the first repository is opened: no hashing of every object read
/// (git does none either) and no second copy of each in memory.
fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        git2::opts::strict_hash_verification(false);
        git2::opts::enable_caching(false);
    });
}

impl From<git2::Oid> for ObjectId {
    fn from(id: git2::Oid) -> Self {
        let mut bytes = [0; 20];
        bytes.copy_from_slice(id.as_bytes());
        ObjectId(bytes)
    }
}

impl ObjectId {
    fn oid(self) -> git2::Oid {
        git2::Oid::from_bytes(&self.0).expect("20 bytes are an object id")
    }
}
