//! Owns writing commits without a work tree: the same input gives the same ids on every machine. For the demonstration, and
//! for a past that comes in as a branch of its own; what users commit, git itself commits, with their hooks and signatures.

use super::{Error, ObjectId, Repository, Signature};
use git2::ObjectType;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// A commit to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewCommit<'a> {
    /// Every file of its tree: path with forward slashes, and content.
    pub files: &'a [(&'a str, &'a [u8])],
    /// Its parents in order: none for the first commit, several for a merge.
    pub parents: &'a [ObjectId],
    /// Who wrote it.
    pub author: &'a Signature,
    /// Who recorded it.
    pub committer: &'a Signature,
    /// The whole message.
    pub message: &'a str,
}

impl Repository {
    /// Makes a new repository on branch `main`, from no template.
    ///
    /// # Errors
    /// [`Error::Failed`] where the folder cannot be written.
    pub fn init(dir: &Path) -> Result<Self, Error> {
        let mut options = git2::RepositoryInitOptions::new();
        options.no_reinit(true).mkpath(true).external_template(false).initial_head("main");
        super::prepare();
        let inner = git2::Repository::init_opts(dir, &options)
            .map_err(|error| Error::failed(format!("make a repository in {}", dir.display()), &error))?;
        Self::with(inner)
    }

    /// Writes a commit and all that it holds, and gives its id. No branch moves.
    ///
    /// # Errors
    /// [`Error::Failed`] where an object cannot be written.
    pub fn write_commit(&self, commit: &NewCommit<'_>) -> Result<ObjectId, Error> {
        let mut files = BTreeMap::new();
        for (path, bytes) in commit.files {
            files.insert((*path).to_owned(), self.write_object(ObjectType::Blob, bytes)?);
        }
        let tree = self.write_tree(&files)?;
        self.write_commit_of(tree, commit)
    }

    /// Writes a commit whose tree is that of its first parent with its files put in place and others taken out, and gives its
    /// id. No branch moves.
    ///
    /// # Errors
    /// [`Error::Failed`] where an object cannot be written, or a file stands where a folder is to be.
    pub fn write_commit_over(&self, commit: &NewCommit<'_>, gone: &[&str]) -> Result<ObjectId, Error> {
        let Some(parent) = commit.parents.first() else { return self.write_commit(commit) };
        let failed = |error: git2::Error| Error::failed("write a tree", &error);
        let base = self.inner.find_commit(parent.oid()).and_then(|parent| parent.tree()).map_err(failed)?;
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, bytes) in commit.files {
            update.upsert(*path, self.write_object(ObjectType::Blob, bytes)?.oid(), git2::FileMode::Blob);
        }
        for path in gone {
            update.remove(*path);
        }
        let tree = update.create_updated(&self.inner, &base).map_err(failed)?;
        self.write_commit_of(tree.into(), commit)
    }

    fn write_commit_of(&self, tree: ObjectId, commit: &NewCommit<'_>) -> Result<ObjectId, Error> {
        let mut text = format!("tree {tree}\n");
        for parent in commit.parents {
            writeln!(text, "parent {parent}").expect("writing to a string");
        }
        for (role, who) in [("author", commit.author), ("committer", commit.committer)] {
            let minutes = who.offset_minutes;
            let (sign, size) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
            let (name, email) = (&who.person.name, &who.person.email);
            writeln!(text, "{role} {name} <{email}> {} {sign}{:02}{:02}", who.seconds, size / 60, size % 60)
                .expect("writing to a string");
        }
        text.push('\n');
        text.push_str(commit.message.trim_end());
        text.push('\n');
        self.write_object(ObjectType::Commit, text.as_bytes())
    }

    /// Tells whether a branch is there, and whether its name can be one at all: `None` where it cannot.
    pub fn has_branch(&self, branch: &str) -> Option<bool> {
        let name = format!("refs/heads/{branch}");
        git2::Branch::name_is_valid(branch).ok().filter(|valid| *valid)?;
        Some(self.inner.find_reference(&name).is_ok())
    }

    /// Makes a branch, named without `refs/heads/`, that is not there yet.
    ///
    /// # Errors
    /// [`Error::Failed`] where it is there by now, or cannot be written.
    pub fn new_branch(&self, branch: &str, commit: ObjectId) -> Result<(), Error> {
        let name = format!("refs/heads/{branch}");
        let written = self.inner.reference(&name, commit.oid(), false, "git-okr import");
        written.map(drop).map_err(|error| Error::failed(format!("make the branch {branch}"), &error))
    }

    /// Points a branch, named without `refs/heads/`, at a commit.
    ///
    /// # Errors
    /// [`Error::Failed`] where the reference cannot be written.
    pub fn set_branch(&self, branch: &str, commit: ObjectId) -> Result<(), Error> {
        let name = format!("refs/heads/{branch}");
        self.inner
            .reference(&name, commit.oid(), true, "git-okr")
            .map(drop)
            .map_err(|error| Error::failed(format!("write the branch {branch}"), &error))
    }

    /// Puts HEAD on a branch, and makes index and work tree agree with it.
    ///
    /// # Errors
    /// [`Error::Failed`] where the files cannot be written.
    pub fn check_out(&self, branch: &str) -> Result<(), Error> {
        let failed = |error: git2::Error| Error::failed(format!("check out {branch}"), &error);
        self.inner.set_head(&format!("refs/heads/{branch}")).map_err(failed)?;
        let mut options = git2::build::CheckoutBuilder::new();
        options.force();
        self.inner.checkout_head(Some(&mut options)).map_err(failed)
    }

    fn write_object(&self, kind: ObjectType, bytes: &[u8]) -> Result<ObjectId, Error> {
        let failed = |error: git2::Error| Error::failed("write an object", &error);
        self.inner.odb().and_then(|odb| odb.write(kind, bytes)).map(Into::into).map_err(failed)
    }

    /// Writes the tree of files given by path, folders first built from their own entries.
    fn write_tree(&self, files: &BTreeMap<String, ObjectId>) -> Result<ObjectId, Error> {
        let mut folders: BTreeMap<String, BTreeMap<String, ObjectId>> = BTreeMap::new();
        // Git orders a folder as if its name ended in a slash.
        let mut entries: BTreeMap<String, (&str, String, ObjectId)> = BTreeMap::new();
        for (path, &id) in files {
            match path.split_once('/') {
                Some((folder, rest)) => drop(folders.entry(folder.into()).or_default().insert(rest.into(), id)),
                None => drop(entries.insert(path.clone(), ("100644", path.clone(), id))),
            }
        }
        for (folder, files) in &folders {
            let id = self.write_tree(files)?;
            entries.insert(format!("{folder}/"), ("40000", folder.clone(), id));
        }
        let mut bytes = Vec::new();
        for (mode, name, id) in entries.values() {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(&id.0);
        }
        self.write_object(ObjectType::Tree, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Person;

    #[test]
    fn writes_the_same_ids_every_time_and_reads_them_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("a repository");
        assert_eq!(repository.head().expect("HEAD reads"), None);
        assert_eq!(repository.resolve("HEAD"), Err(Error::Unborn));
        let ana = Signature {
            person: Person { name: "Ana".into(), email: "ana@acme.example".into() },
            seconds: 1_780_000_000,
            offset_minutes: -210,
        };
        let files: &[(&str, &[u8])] = &[("okrs/b.toml", b"b\n"), ("okrs.txt", b"x\n"), ("okrs/a/c.toml", b"c\n")];
        let new = NewCommit { files, parents: &[], author: &ana, committer: &ana, message: "First\n\nBody" };
        let first = repository.write_commit(&new).expect("a commit");
        // The id that git itself gives to the same commit.
        assert_eq!(first.to_string(), "61fb47a4ad982edc4193b2805f7c693c120ff304");
        let second = repository.write_commit(&NewCommit { parents: &[first], ..new }).expect("a commit");
        repository.set_branch("main", second).expect("a branch");
        repository.check_out("main").expect("a work tree");
        assert_eq!(repository.resolve("main~1"), Ok(first));
        assert_eq!(repository.head_branch().as_deref(), Some("main"));
        let record = repository.commit(second).expect("it reads");
        assert_eq!((record.author, record.summary.as_str(), record.parents), (ana, "First", vec![first]));
        let (_, id) = repository.entry(record.tree, "okrs/a/c.toml").expect("it reads").expect("it is there");
        assert_eq!(repository.blob(id).as_deref(), Ok(&b"c\n"[..]));
        assert!(folder.path().join("okrs/a/c.toml").exists());
        assert!(repository.tracked().expect("an index").iter().any(|file| file.path == "okrs/b.toml"));
    }
}
