//! Owns what the file system says of one file or folder. Never opens it.

use crate::cores;
use std::path::Path;

/// Seconds that a file must have rested before its times are believed, as git does: one that is written twice within a tick
/// of the clock has the same times and may have the same size.
pub(super) const REST: i64 = 2;
/// Files and folders from which a thread of its own is worth its start.
const LOOKS_PER_THREAD: usize = 1024;

/// All that a look shows, in bytes.
pub type Stamp = [u8; 64];

/// What a look at one place shows; a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Seconds since 1970 and nanoseconds: when it was written, and when it was changed in any respect.
    times: [i64; 4],
    size: u64,
    inode: u64,
    pub(super) device: u64,
    mode: u32,
}

/// Looks at some places, each by its folder and its name, on all cores; `None` where nothing is at one of them.
pub(super) fn looks<'a>(root: &Path, places: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Vec<Look>> {
    let places: Vec<(&str, &str)> = places.collect();
    let root = root.to_str()?;
    let looks = cores::spread(&places, LOOKS_PER_THREAD, |_, (folder, name)| {
        let mut place = String::with_capacity(root.len() + folder.len() + name.len() + 2);
        [root, "/", folder, "/", name].into_iter().for_each(|part| place.push_str(part));
        Look::at(Path::new(&place))
    });
    looks.into_iter().collect()
}

impl Look {
    /// Looks at a place; `None` where nothing is there, and on systems that do not say enough.
    #[cfg(unix)]
    pub(super) fn at(place: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let found = place.symlink_metadata().ok()?;
        let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
        Some(Look { times, size: found.size(), inode: found.ino(), device: found.dev(), mode: found.mode() })
    }

    #[cfg(not(unix))]
    pub(super) fn at(_: &Path) -> Option<Self> {
        None
    }

    pub(super) fn stamp(&self) -> Stamp {
        let mut stamp = [0; 64];
        let numbers = [self.size, self.inode, self.device, self.mode.into()].map(u64::to_le_bytes);
        let words = self.times.map(i64::to_le_bytes).into_iter().chain(numbers);
        stamp.chunks_exact_mut(8).zip(words).for_each(|(place, word)| place.copy_from_slice(&word));
        stamp
    }

    /// Tells when it was written last, in seconds since 1970; a folder, when an entry of it last came or went.
    pub(super) fn written(&self) -> i64 {
        self.times[0]
    }

    pub(super) fn is_file(&self) -> bool {
        self.mode & KIND == 0o100_000
    }

    pub(super) fn is_folder(&self) -> bool {
        self.mode & KIND == 0o040_000
    }
}

/// The bits of a mode that tell files, folders and others apart.
const KIND: u32 = 0o170_000;
