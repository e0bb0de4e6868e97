//! Owns repositories made for tests: the files of several days, as commits of one person.

use crate::git::{NewCommit, ObjectId, Person, Repository, Signature};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A repository of its own, gone with the value.
pub struct Told {
    _folder: tempfile::TempDir,
    /// It.
    pub repository: Repository,
    /// The last commit.
    pub head: ObjectId,
}

/// Commits what the files held at noon of each day, UTC.
pub fn tell(days: &[(Date, BTreeMap<&str, String>)]) -> Told {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let repository = Repository::init(folder.path()).expect("a repository");
    let mut head = None;
    for (day, files) in days {
        let noon = day.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).expect("a day");
        let person = Person { name: "Ana".into(), email: "ana@acme.example".into() };
        let by = Signature { person, seconds: noon.timestamp().as_second(), offset_minutes: 0 };
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let parents: Vec<ObjectId> = head.into_iter().collect();
        let commit = NewCommit { files: &files, parents: &parents, author: &by, committer: &by, message: "Step" };
        head = Some(repository.write_commit(&commit).expect("a commit"));
    }
    Told { _folder: folder, repository, head: head.expect("a day") }
}
