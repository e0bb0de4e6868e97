//! Owns who people are: the committer's identity, and `.mailmap`.

use super::{Error, ObjectId, Person, Repository};

/// Proper names and addresses, as `.mailmap` of one commit has them.
pub struct Mailmap {
    map: Option<git2::Mailmap>,
    /// Whether the commit has one that is not in this clone.
    is_missing: bool,
}

impl std::fmt::Debug for Mailmap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailmap").field("is_missing", &self.is_missing).finish_non_exhaustive()
    }
}

impl Mailmap {
    /// Tells whether the commit has one that is not in this clone, so that people go by the names in the commits.
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }

    /// Gives the person's proper name and address.
    pub fn person(&self, person: &Person) -> Person {
        let resolved = self.map.as_ref().and_then(|map| {
            let when = git2::Time::new(0, 0);
            map.resolve_signature(&git2::Signature::new(&person.name, &person.email, &when).ok()?).ok()
        });
        resolved.map_or_else(
            || person.clone(),
            |proper| Person {
                name: String::from_utf8_lossy(proper.name_bytes()).into_owned(),
                email: String::from_utf8_lossy(proper.email_bytes()).into_owned(),
            },
        )
    }
}

impl Repository {
    /// Reads `.mailmap` of a commit, so that the same commit gives the same people in every clone; one that is not
    /// there maps nobody.
    ///
    /// # Errors
    /// As [`Repository::commit`].
    pub fn mailmap(&self, commit: ObjectId) -> Result<Mailmap, Error> {
        let read = || -> Result<Option<git2::Mailmap>, Error> {
            let tree = self.commit(commit)?.tree;
            let Some((mode, id)) = self.entry(tree, ".mailmap")? else { return Ok(None) };
            if mode & 0o170_000 != 0o100_000 {
                return Ok(None);
            }
            let text = String::from_utf8_lossy(&self.blob(id)?).into_owned();
            git2::Mailmap::from_buffer(&text).map(Some).map_err(|error| Error::failed("read .mailmap", &error))
        };
        match read() {
            Err(error) if error.is_missing() => Ok(Mailmap { map: None, is_missing: true }),
            other => other.map(|map| Mailmap { map, is_missing: false }),
        }
    }

    /// Says who a commit made now would be by: the environment's author, else the configured user. `None` where git
    /// knows neither.
    pub fn identity(&self) -> Option<Person> {
        let signature = self.inner.author_from_env().or_else(|_| self.inner.signature()).ok()?;
        Some(Person {
            name: String::from_utf8_lossy(signature.name_bytes()).into_owned(),
            email: String::from_utf8_lossy(signature.email_bytes()).into_owned(),
        })
    }
}
