//! Owns writing files of the work tree: whole or not at all, and only over what was read.

use super::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A new text that lies ready beside the file that it will replace; dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Replacement {
    path: String,
    target: PathBuf,
    ready: NamedTempFile,
}

impl Replacement {
    /// Writes the new text of a file, `path` from the root, to disk beside it, with the file's own permissions. The file
    /// must still hold what was read.
    ///
    /// # Errors
    /// [`Error::Unwritten`] where it is a link, read-only, not there, or changed meanwhile, and where the folder takes no
    /// file.
    pub fn prepare(root: &Path, path: &str, before: &str, after: &str) -> Result<Self, Error> {
        let refuse = |reason: &str, help| Error::Unwritten { path: path.to_owned(), reason: reason.to_owned(), help };
        let target = root.join(path);
        let found = target
            .symlink_metadata()
            .map_err(|_| refuse("it is not in the work tree", "check the file out, then run the same again"))?;
        if !found.is_file() {
            return Err(refuse("it is a link or no file", "work in the file that it stands for"));
        }
        if found.permissions().readonly() {
            return Err(refuse("it is read-only", "make it writable, then run the same again"));
        }
        let failed = |error: io::Error| refuse(&error.to_string(), "check that you may write into its folder");
        if std::fs::read(&target).map_err(failed)? != before.as_bytes() {
            return Err(refuse("it changed meanwhile", "run the same again"));
        }
        let folder = target.parent().unwrap_or(root);
        let mut ready = tempfile::Builder::new().prefix(".git-okr-").tempfile_in(folder).map_err(failed)?;
        ready.write_all(after.as_bytes()).map_err(failed)?;
        ready.as_file().set_permissions(found.permissions()).map_err(failed)?;
        ready.as_file().sync_all().map_err(failed)?;
        Ok(Replacement { path: path.to_owned(), target, ready })
    }

    /// Puts the new text in the place of the old one, at once for every reader.
    ///
    /// # Errors
    /// [`Error::Io`] where the system does not allow it; the old text is still there.
    pub fn put(self) -> Result<(), Error> {
        let Replacement { path, target, ready } = self;
        ready.persist(&target).map_err(|error| Error::Io { path, source: error.error })?;
        #[cfg(unix)]
        if let Some(folder) = target.parent().and_then(|folder| std::fs::File::open(folder).ok()) {
            // Not every file system can do this for a folder. The file is whole with or without it.
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn reason(result: Result<Replacement, Error>) -> String {
        match result.expect_err("refused") {
            Error::Unwritten { reason, .. } => reason,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("okrs")).expect("a folder");
        let file = root.path().join("okrs/a.toml");
        fs::write(&file, "old").expect("written");
        let dropped = Replacement::prepare(root.path(), "okrs/a.toml", "old", "new").expect("ready");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "old");
        drop(dropped);
        assert_eq!(fs::read_dir(root.path().join("okrs")).expect("a folder").count(), 1, "nothing is left behind");
        Replacement::prepare(root.path(), "okrs/a.toml", "old", "new").expect("ready").put().expect("replaced");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "new");
        assert_eq!(reason(Replacement::prepare(root.path(), "okrs/a.toml", "old", "x")), "it changed meanwhile");
        assert_eq!(reason(Replacement::prepare(root.path(), "okrs/b.toml", "", "x")), "it is not in the work tree");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_are_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("a.toml");
        fs::write(&file, "old").expect("written");
        for mode in [0o640, 0o755, 0o604] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("set");
            let before = fs::read_to_string(&file).expect("it is there");
            let new = format!("{before}!");
            Replacement::prepare(root.path(), "a.toml", &before, &new).expect("ready").put().expect("replaced");
            assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, mode);
        }
        symlink(&file, root.path().join("b.toml")).expect("a link");
        let text = fs::read_to_string(&file).expect("it is there");
        assert!(reason(Replacement::prepare(root.path(), "b.toml", &text, "x")).contains("link"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("set");
        assert_eq!(reason(Replacement::prepare(root.path(), "a.toml", &text, "x")), "it is read-only");
    }
}
