//! Owns revisions: what people type, HEAD, and how commits stand to each other.

use super::{Error, ObjectId, Repository};
use git2::{ErrorClass, ErrorCode};

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
