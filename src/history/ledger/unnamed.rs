//! Owns files that have no name while they are written: whoever is ended meanwhile, however that comes, leaves nothing.
//! Never makes one where the system or the folder's own has none; that is for the caller to mend.

#[cfg(target_os = "linux")]
pub(super) use linux::{create, name};
#[cfg(not(target_os = "linux"))]
pub(super) use nowhere::{create, name};

#[cfg(target_os = "linux")]
mod linux {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags};
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::Path;

    /// Creates a file without a name in a folder.
    ///
    /// # Errors
    /// What the system says; not every file system has such files.
    pub fn create(folder: &Path) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        Ok(rustix::fs::open(folder, flags, Mode::from_raw_mode(0o666))?.into())
    }

    /// Gives it a name in that folder's file system, if nothing has that name.
    ///
    /// # Errors
    /// What the system says; without `/proc` there is no way to it.
    pub fn name(file: &File, place: &Path) -> io::Result<()> {
        let open = format!("/proc/self/fd/{}", file.as_raw_fd());
        Ok(rustix::fs::linkat(CWD, open, CWD, place, AtFlags::SYMLINK_FOLLOW)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub fn create(_: &Path) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn name(_: &File, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
