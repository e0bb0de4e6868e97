//! Owns what the file system says of one file or folder. Never opens it.

use crate::cores;
use std::path::Path;

/// Seconds that a file must have rested before its times are believed, as git does: one that is written twice within a tick
/// of the clock has the same times and may have the same size.
pub(super) const REST: i64 = 2;
/// Places that are looked at one behind another.
const SHARE: usize = 512;
/// How many of those are worth the start of a thread of their own.
const SHARES_PER_THREAD: usize = 2;

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
pub(super) fn looks<'a>(root: &Path, places: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Option<Vec<Look>> {
    let (ground, count) = (Ground::at(root)?, places.clone().count());
    if count < 2 * SHARES_PER_THREAD * SHARE {
        return ground.looks(places, count);
    }
    let places: Vec<(&str, &str)> = places.collect();
    let shares: Vec<_> = places.chunks(SHARE).collect();
    let look = |_, places: &&[(&str, &str)]| ground.looks(places.iter().copied(), places.len());
    let mut looks = Vec::with_capacity(count);
    for share in cores::spread(&shares, SHARES_PER_THREAD, look) {
        looks.extend(share?);
    }
    Some(looks)
}

impl Ground {
    /// Looks at so many places, one after another.
    fn looks<'a>(&self, places: impl Iterator<Item = (&'a str, &'a str)>, count: usize) -> Option<Vec<Look>> {
        let (mut place, mut looks) = (String::new(), Vec::with_capacity(count));
        for (folder, name) in places {
            place.clear();
            place.extend([folder, if folder.is_empty() { "" } else { "/" }, name]);
            looks.push(self.look(&place)?);
        }
        Some(looks)
    }
}

/// A folder that places are looked at from.
#[cfg(not(target_os = "linux"))]
struct Ground(std::path::PathBuf);

#[cfg(not(target_os = "linux"))]
impl Ground {
    fn at(root: &Path) -> Option<Self> {
        Some(Ground(root.to_owned()))
    }

    fn look(&self, place: &str) -> Option<Look> {
        Look::at(&self.0.join(place))
    }
}

/// A folder that places are looked at from, held open: the way to it is gone once, not for each of them.
#[cfg(target_os = "linux")]
struct Ground(std::os::fd::OwnedFd);

#[cfg(target_os = "linux")]
impl Ground {
    fn at(root: &Path) -> Option<Self> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        rustix::fs::open(root, flags, Mode::empty()).ok().map(Ground)
    }

    #[allow(clippy::unnecessary_cast, reason = "how wide these are is each processor's own matter")]
    fn look(&self, place: &str) -> Option<Look> {
        let found = rustix::fs::statat(&self.0, place, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let times = [found.st_mtime, found.st_mtime_nsec as i64, found.st_ctime, found.st_ctime_nsec as i64];
        let (size, inode, device) = (found.st_size as u64, found.st_ino as u64, found.st_dev as u64);
        Some(Look { times, size, inode, device, mode: found.st_mode })
    }
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
