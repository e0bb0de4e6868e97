//! Owns putting whole files where somebody asked for them, so that nobody ever reads half of one.
//! Never follows a symbolic link: in a checkout, a stranger may have put it there.

use miette::Diagnostic;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum PlaceError {
    /// There is no such folder.
    #[error("could not write {}: its folder is not there", file.display())]
    #[diagnostic(help("make it with `mkdir -p`, or name another file"))]
    NoFolder {
        /// As it was named.
        file: PathBuf,
    },
    /// Something else is there.
    #[error("could not write {}: it is {there}", file.display())]
    #[diagnostic(help("name a file, or one that is not there yet"))]
    NoFile {
        /// As it was named.
        file: PathBuf,
        /// What stands in its place.
        there: &'static str,
    },
    /// It may not be written over.
    #[error("could not write {}: it {why}", file.display())]
    #[diagnostic(help("{help}"))]
    Guarded {
        /// As it was named.
        file: PathBuf,
        /// What guards it.
        why: &'static str,
        /// What to do.
        help: &'static str,
    },
    /// The system did not let us.
    #[error("could not write {}", file.display())]
    #[diagnostic(help("check that you may write there and that the disk is not full"))]
    System {
        /// As it was named.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Tells whether a file can be put at a place: its folder is there, and nothing but a file stands in the way.
///
/// # Errors
/// What is in the way.
pub fn placeable(file: &Path) -> Result<(), PlaceError> {
    if !folder(file).is_dir() {
        return Err(PlaceError::NoFolder { file: file.to_owned() });
    }
    let there = match fs::symlink_metadata(file) {
        Ok(there) if there.is_file() => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && file.file_name().is_some() => return Ok(()),
        Ok(there) if there.is_symlink() => "a symbolic link",
        Ok(there) if !there.is_dir() => "no ordinary file",
        _ => "a folder",
    };
    Err(PlaceError::NoFile { file: file.to_owned(), there })
}

/// Puts a whole file in its place: writes a temporary one beside it, then renames. The permissions of a file that is
/// there are kept.
///
/// # Errors
/// What is in the way, or what the system says; the file is then as it was.
pub fn place(file: &Path, bytes: &[u8]) -> Result<(), PlaceError> {
    Pending::new(file, bytes)?.put()
}

/// What will stand in a file, on disk beside it. Dropped, it leaves nothing behind: of many files, all can be put in their
/// places or none.
#[derive(Debug)]
pub struct Pending {
    file: PathBuf,
    fresh: NamedTempFile,
}

impl Pending {
    /// Makes ready to put a whole file in its place.
    ///
    /// # Errors
    /// As [`place`].
    pub fn new(file: &Path, bytes: &[u8]) -> Result<Self, PlaceError> {
        placeable(file)?;
        let fresh = fresh(file, bytes).map_err(|source| PlaceError::System { file: file.to_owned(), source })?;
        Ok(Pending { file: file.to_owned(), fresh })
    }

    /// Makes ready to put a whole file over one that holds what was read from it.
    ///
    /// # Errors
    /// As [`place`]; [`PlaceError::Guarded`] where it is not there, read-only, or changed meanwhile.
    pub fn over(file: &Path, before: &[u8], bytes: &[u8]) -> Result<Self, PlaceError> {
        let guarded = |why, help| PlaceError::Guarded { file: file.to_owned(), why, help };
        match fs::symlink_metadata(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(guarded("is not in the work tree", "check it out, then run the same again"));
            }
            Ok(there) if there.is_file() && there.permissions().readonly() => {
                return Err(guarded("is read-only", "make it writable, then run the same again"));
            }
            _ => placeable(file)?,
        }
        let now = fs::read(file).map_err(|source| PlaceError::System { file: file.to_owned(), source })?;
        if now != before {
            return Err(guarded("changed meanwhile", "run the same again"));
        }
        Pending::new(file, bytes)
    }

    /// Puts it in its place, if nothing stands there by now.
    ///
    /// # Errors
    /// As [`Pending::put`], and where something does.
    pub fn put_new(self) -> Result<(), PlaceError> {
        let Pending { file, fresh } = self;
        fresh.persist_noclobber(&file).map(drop).map_err(|error| PlaceError::System { file, source: error.error })
    }

    /// Puts it in its place, at once for every reader.
    ///
    /// # Errors
    /// What the system says; the file is then as it was.
    pub fn put(self) -> Result<(), PlaceError> {
        let Pending { file, fresh } = self;
        fresh.persist(&file).map(drop).map_err(|error| PlaceError::System { file, source: error.error })
    }
}

fn fresh(file: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // As any program would make it; what the user's mask forbids is taken away.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut fresh = builder.prefix(".git-okr-").tempfile_in(folder(file))?;
    fresh.write_all(bytes)?;
    match fs::symlink_metadata(file) {
        Ok(there) => fresh.as_file().set_permissions(there.permissions())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fresh.as_file().sync_all()?;
    Ok(fresh)
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("a.txt");
        place(&file, b"one").expect("a new file");
        place(&file, b"two").expect("a file that is there");
        assert_eq!(fs::read(&file).expect("a file"), b"two");
        assert_eq!(fs::read_dir(root.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn what_was_read_is_written_over_and_nothing_else() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("a.txt");
        let over = |before: &str| Pending::over(&file, before.as_bytes(), b"two");
        let said = |before: &str| over(before).expect_err("guarded").to_string();
        assert!(said("").ends_with("is not in the work tree"));
        fs::write(&file, "one").expect("a file");
        assert!(said("other").ends_with("changed meanwhile"));
        drop(over("one").expect("ready"));
        assert_eq!(fs::read(&file).expect("a file"), b"one", "dropped, it changes nothing");
        let ready = over("one").expect("ready");
        assert_eq!(fs::read_dir(root.path()).expect("a folder").count(), 2);
        ready.put().expect("put");
        assert_eq!(fs::read(&file).expect("a file"), b"two");
        assert_eq!(fs::read_dir(root.path()).expect("a folder").count(), 1);
        let mut guarded = fs::metadata(&file).expect("a file").permissions();
        guarded.set_readonly(true);
        fs::set_permissions(&file, guarded).expect("ours");
        assert!(said("two").ends_with("is read-only"));
    }

    #[test]
    fn what_is_in_the_way_is_named() {
        let root = tempfile::tempdir().expect("a folder");
        let said = |file: &Path| place(file, b"").expect_err("in the way").to_string();
        assert!(said(&root.path().join("no/a.txt")).ends_with("its folder is not there"));
        assert!(said(root.path()).ends_with("it is a folder"));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = tempfile::tempdir().expect("a folder");
        let (file, link) = (root.path().join("a.txt"), root.path().join("b.txt"));
        fs::write(&file, "one").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("ours");
        place(&file, b"two").expect("a file that is there");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
        symlink(&file, &link).expect("a link");
        assert!(place(&link, b"three").expect_err("a link").to_string().ends_with("it is a symbolic link"));
        assert_eq!(fs::read(&file).expect("a file"), b"two");
    }
}
