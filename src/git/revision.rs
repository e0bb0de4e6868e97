//! Owns revisions: what people type, HEAD, and how commits stand to each other.

use super::{Error, ObjectId, Repository};
use git2::{ErrorClass, ErrorCode};
use std::collections::BTreeSet;

const DEEPEN: &str = "this clone is cut off: run `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0`)";

impl Repository {
    /// Gives the commit of HEAD; `None` before the first commit.
    ///
    /// # Errors
    /// [`Error::Failed`] where HEAD does not read.
    pub fn head(&self) -> Result<Option<ObjectId>, Error> {
        match self.inner.head().and_then(|head| head.peel_to_commit()) {
            Ok(commit) => Ok(Some(commit.id().into())),
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(Error::failed("read HEAD", &error)),
        }
    }

    /// Gives the id that HEAD stands for without looking whether there is a commit of that id: for whom an earlier run
    /// knows it. `None` before the first commit, and where HEAD does not read.
    pub fn head_id(&self) -> Option<ObjectId> {
        self.inner.head().ok()?.target().map(ObjectId::from)
    }

    /// Gives the branch that HEAD is on, without `refs/heads/`; `None` where it is detached.
    pub fn head_branch(&self) -> Option<String> {
        let head = self.inner.find_reference("HEAD").ok()?;
        let target = head.symbolic_target_bytes()?;
        Some(String::from_utf8_lossy(target.strip_prefix(b"refs/heads/")?).into_owned())
    }

    /// Finds the commit that a revision names.
    ///
    /// # Errors
    /// [`Error::NoSuchRevision`], or [`Error::Unborn`] for HEAD before the first commit.
    pub fn resolve(&self, revision: &str) -> Result<ObjectId, Error> {
        let refuse = |help: &str| Error::NoSuchRevision { revision: revision.to_owned(), help: help.to_owned() };
        if revision.starts_with('-') || revision.is_empty() {
            return Err(refuse("a revision is a branch, a tag or a commit id, for instance HEAD~3"));
        }
        if revision.contains("..") {
            return Err(refuse("name one revision, not a range"));
        }
        let found = self.inner.revparse_single(revision).and_then(|object| object.peel_to_commit());
        found.map(|commit| commit.id().into()).map_err(|error| match (error.class(), error.code()) {
            (ErrorClass::Reference, _) if self.head().is_ok_and(|head| head.is_none()) => Error::Unborn,
            (ErrorClass::Config, ErrorCode::NotFound) => {
                refuse("the branch follows no other: name one, or set it with `git branch --set-upstream-to`")
            }
            (_, ErrorCode::Ambiguous) => refuse("several objects begin like that: give more digits"),
            (_, ErrorCode::Peel) => refuse("it names something that is no commit"),
            (ErrorClass::Odb, ErrorCode::NotFound) if self.is_partial() => refuse(self.help_for_missing()),
            _ if self.is_shallow() => refuse(DEEPEN),
            _ => refuse("`git branch --all` and `git tag` list what there is; a remote's branch may need `git fetch`"),
        })
    }

    /// Finds the best common ancestor of two commits; of several that are as good, one.
    ///
    /// # Errors
    /// [`Error::NoMergeBase`] with what to run.
    pub fn merge_base(&self, one: ObjectId, other: ObjectId) -> Result<ObjectId, Error> {
        let found = if self.rewritten.replaced.is_empty() {
            match self.inner.merge_base(one.oid(), other.oid()) {
                Ok(base) => Some(base.into()),
                Err(error) if error.code() == ErrorCode::NotFound => None,
                Err(error) => return Err(Error::failed("find the merge base", &error)),
            }
        } else {
            self.merge_base_of_the_replaced(one, other)?
        };
        found.ok_or_else(|| {
            let help = match self.is_shallow() {
                true => DEEPEN,
                false => "the two have separate histories: name a base that the work began from",
            };
            Error::NoMergeBase { one, other, help: help.into() }
        })
    }

    /// Finds a merge base among commits of which some stand for others, which libgit2 does not see: the newest common
    /// ancestor that no other one has behind it.
    fn merge_base_of_the_replaced(&self, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>, Error> {
        let behind_one = self.ancestry(&[one], &BTreeSet::new())?;
        let of_both: Vec<ObjectId> = self.ancestry(&[other], &behind_one)?.intersection(&behind_one).copied().collect();
        let mut best: Option<(i64, ObjectId)> = None;
        for &id in &of_both {
            let others: Vec<ObjectId> = of_both.iter().copied().filter(|&other| other != id).collect();
            if !self.ancestry(&others, &BTreeSet::new())?.contains(&id) {
                best = best.max(Some((self.commit(id)?.committer.seconds, id)));
            }
        }
        Ok(best.map(|(_, id)| id))
    }

    /// Gives some commits and all behind them, as far as the first of those at which to `stop`.
    fn ancestry(&self, from: &[ObjectId], stop: &BTreeSet<ObjectId>) -> Result<BTreeSet<ObjectId>, Error> {
        let mut seen: BTreeSet<ObjectId> = from.iter().copied().collect();
        let mut waiting = from.to_vec();
        while let Some(id) = waiting.pop() {
            if !stop.contains(&id) {
                waiting.extend(self.commit(id)?.parents.into_iter().filter(|&parent| seen.insert(parent)));
            }
        }
        Ok(seen)
    }

    /// Finds the branch that changes are made for, with its commit: the remote's own word, then the usual names.
    pub fn default_branch(&self) -> Option<(&'static str, ObjectId)> {
        let usual = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];
        usual.into_iter().find_map(|name| Some((name, self.branch(name).ok()?)))
    }

    /// Finds the commit of a branch of this clone or of a remote, never that of a tag of the same name.
    ///
    /// # Errors
    /// As [`Repository::resolve`].
    pub fn branch(&self, name: &str) -> Result<ObjectId, Error> {
        let remote = self.resolve(&format!("refs/remotes/{name}"));
        remote.or_else(|_| self.resolve(&format!("refs/heads/{name}")))
    }

    /// Finds the newest commit on the first-parent line that was recorded by a moment; the day is named in the error.
    ///
    /// # Errors
    /// [`Error::AsOfOutOfReach`] where none was.
    pub fn as_of(&self, from: ObjectId, moment: i64, day: &str) -> Result<ObjectId, Error> {
        let mut next = Some(from);
        while let Some(id) = next {
            let commit = self.commit(id)?;
            if commit.committer.seconds <= moment {
                return Ok(id);
            }
            next = commit.parents.first().copied();
        }
        let help = if self.is_shallow() { DEEPEN } else { "name a later day, or a revision" };
        Err(Error::AsOfOutOfReach { day: day.to_owned(), help: help.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{NewCommit, Person, Signature};

    /// Writes a commit without files, so many days after the first.
    fn commit(repository: &Repository, day: i64, parents: &[ObjectId]) -> ObjectId {
        let ana = Signature {
            person: Person { name: "Ana".into(), email: "ana@acme.example".into() },
            seconds: 1_780_000_000 + day * 86_400,
            offset_minutes: 0,
        };
        let message = format!("Day {day}");
        let new = NewCommit { files: &[], parents, author: &ana, committer: &ana, message: &message };
        repository.write_commit(&new).expect("a commit")
    }

    #[test]
    fn merge_bases_are_the_best_common_ancestors() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("a repository");
        let first = commit(&repository, 0, &[]);
        let (a, b) = (commit(&repository, 1, &[first]), commit(&repository, 2, &[first]));
        assert_eq!(repository.merge_base(a, b), Ok(first));
        assert_eq!(repository.merge_base(a, first), Ok(first));
        assert_eq!(repository.merge_base(a, a), Ok(a));
        // Each side merged the other once: both first commits are as good, the root is not.
        let (left, right) = (commit(&repository, 3, &[a, b]), commit(&repository, 4, &[b, a]));
        assert!([a, b].contains(&repository.merge_base(left, right).expect("a base")));
        // A replacement gives the left side other parents, which libgit2 would not see.
        let instead = commit(&repository, 6, &[first]);
        repository.inner.reference(&format!("refs/replace/{left}"), instead.oid(), true, "test").expect("a reference");
        let repository = Repository::open(folder.path()).expect("it opens");
        assert_eq!(repository.merge_base(left, right), Ok(first));
        assert_eq!(repository.merge_base(right, a), Ok(a));
        let stranger = commit(&repository, 5, &[]);
        let none = repository.merge_base(left, stranger).expect_err("separate histories");
        assert!(matches!(&none, Error::NoMergeBase { help, .. } if help.contains("name a base")), "{none:?}");
    }

    #[test]
    fn the_default_branch_is_the_remotes_word_before_a_usual_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = Repository::init(folder.path()).expect("a repository");
        let (first, second) = (commit(&repository, 0, &[]), commit(&repository, 1, &[]));
        assert_eq!(repository.default_branch(), None);
        let point = |name: &str, at: ObjectId| {
            repository.inner.reference(name, at.oid(), true, "test").map(drop).expect("a reference");
        };
        point("refs/tags/main", second);
        assert_eq!(repository.default_branch(), None, "a tag is no branch");
        point("refs/heads/main", first);
        assert_eq!(repository.default_branch(), Some(("main", first)));
        point("refs/remotes/origin/trunk", second);
        assert_eq!(repository.default_branch(), Some(("main", first)));
        let head = "refs/remotes/origin/HEAD";
        repository.inner.reference_symbolic(head, "refs/remotes/origin/trunk", true, "test").expect("a reference");
        assert_eq!(repository.default_branch(), Some(("origin/HEAD", second)));
    }
}
