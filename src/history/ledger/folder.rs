//! Owns the folder of the cache: its files, each whole or not there, never more of them than agreed.
//! Never knows what is in them.

use super::unnamed;
use crate::git::Repository;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Format of every file. What files hold changes with the version of the program, which is part of each key.
const FORMAT: u32 = 9;
const MAGIC: [u8; 8] = *b"git-okr\n";
/// Bytes before what a file holds: magic, format, a checksum of the key and the rest, and one of what it lies on.
const HEAD: usize = 8 + 4 + 4 + 4;
/// Bytes before the front of what a file holds, where it has one: how long that is, and a checksum of it alone.
pub(super) const FRONT: usize = 4 + 4;
/// Sets of configuration that are kept.
const MOST_KEYS: usize = 4;
/// Bytes of one file at most.
const LARGEST: usize = 1 << 29;
/// How old a file of a run that was killed must be before it is swept: no run takes so long.
const STALE: Duration = Duration::from_secs(3600);
/// How the name of a file begins that is not whole yet.
const UNFINISHED: &str = "unfinished-";

/// Held while a file is written.
static WRITING: Mutex<()> = Mutex::new(());

/// Where facts about commits are kept between runs. Facts are never wrong for another branch, clone or worktree: they
/// are about commits, and those do not change.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
}

/// What a cache holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CacheSize {
    /// Sets of configuration with facts of their own.
    pub keys: usize,
    /// Files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Finished answers among the files.
    pub answers: usize,
}

impl Cache {
    /// Gives the cache of a repository, in its common folder or elsewhere. `None` where what is known of a commit may
    /// change under the same id: with grafts and replacements, and where the clone is cut off or left objects out.
    pub fn of(repository: &Repository, elsewhere: Option<PathBuf>) -> Option<Self> {
        repository.is_plain().then(|| Cache::at(repository, elsewhere))
    }

    /// Gives the cache of a repository whether or not it may be used.
    pub fn at(repository: &Repository, elsewhere: Option<PathBuf>) -> Self {
        Cache { root: elsewhere.unwrap_or_else(|| repository.common_dir().join("okr")) }
    }

    /// Gives the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Waits until no file is half written, and keeps it so while what it gives is held: for who ends the process.
    pub fn at_rest() -> MutexGuard<'static, ()> {
        WRITING.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what is there.
    pub fn size(&self) -> CacheSize {
        let mut size = CacheSize::default();
        for key in self.keys() {
            size.keys += 1;
            for file in files(&key) {
                size.files += 1;
                size.bytes += file.metadata().map_or(0, |found| found.len());
                size.answers += usize::from(file.file_name().as_encoded_bytes().starts_with(super::ANSWER.as_bytes()));
            }
        }
        size
    }

    /// Removes everything that the cache wrote, and nothing else. Gives the bytes that it had.
    ///
    /// # Errors
    /// What the file system says.
    pub fn clear(&self) -> io::Result<u64> {
        let bytes = self.size().bytes;
        for key in self.keys() {
            remove(&key)?;
        }
        match fs::remove_dir(&self.root) {
            // Something else lies in a folder that somebody named.
            Err(error) if self.root.is_dir() && error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(error),
            _ => Ok(bytes),
        }
    }

    /// Gives the folder of one key.
    pub(super) fn shelf(&self, key: &str) -> Shelf {
        Shelf { folder: self.root.join(key), key: key.to_owned() }
    }

    /// Lists the folders of keys.
    fn keys(&self) -> Vec<PathBuf> {
        let is_key =
            |name: &OsStr| name.len() == super::KEY_LENGTH && name.as_encoded_bytes().iter().all(u8::is_ascii_hexdigit);
        let found = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let keys =
            found.filter(|entry| is_key(&entry.file_name()) && entry.file_type().is_ok_and(|kind| kind.is_dir()));
        keys.map(|entry| entry.path()).collect()
    }

    /// Removes the keys that were written to longest ago.
    pub(super) fn sweep(&self) {
        let newest = |key: &PathBuf| files(key).iter().filter_map(modified).max();
        let mut keys: Vec<_> = self.keys().into_iter().map(|key| (newest(&key), key)).collect();
        keys.sort();
        let surplus = keys.len().saturating_sub(MOST_KEYS);
        for (_, key) in &keys[..surplus] {
            // Whoever reads there now has nothing, and starts anew.
            let _ = remove(key);
        }
    }
}

/// Lists the files of a key. What else lies in a folder that somebody named is none of ours.
fn files(folder: &Path) -> Vec<fs::DirEntry> {
    let is_ours = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let begins = |kind: &&str| name.as_encoded_bytes().starts_with(kind.as_bytes());
        [
            super::PAGE,
            super::LINE,
            super::LAYOUT,
            super::WORK,
            super::ANSWER,
            super::EVENTS,
            super::LOCKS,
            super::AGREED,
            super::GOALS,
            super::FILES,
            UNFINISHED,
        ]
        .iter()
        .any(begins)
    };
    fs::read_dir(folder).into_iter().flatten().flatten().filter(is_ours).collect()
}

/// Removes a key with its files. What somebody else removes meanwhile is gone as well.
fn remove(key: &Path) -> io::Result<()> {
    let gone = |result: io::Result<()>, fine: io::ErrorKind| match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound && error.kind() != fine => Err(error),
        _ => Ok(()),
    };
    for file in files(key) {
        gone(fs::remove_file(file.path()), io::ErrorKind::NotFound)?;
    }
    gone(fs::remove_dir(key), io::ErrorKind::DirectoryNotEmpty)
}

fn modified(entry: &fs::DirEntry) -> Option<SystemTime> {
    entry.metadata().ok()?.modified().ok()
}

/// The folder of one key.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    folder: PathBuf,
    key: String,
}

/// What is in a file, and the checksum that another one may lie on.
#[derive(Debug)]
pub(super) struct Sheet {
    bytes: Vec<u8>,
    /// Where among them what it holds begins.
    start: usize,
    pub(super) checksum: u32,
}

impl Sheet {
    /// Makes one that was not read from a file, and that nothing lies on.
    pub(super) fn new(body: Vec<u8>) -> Self {
        Sheet { bytes: body, start: 0, checksum: 0 }
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Gives the front of what was read whole, and what lies behind it; `None` where it has none.
    pub(super) fn parts(&self) -> Option<(&[u8], &[u8])> {
        let (length, rest) = self.body().split_first_chunk()?;
        rest.get(FRONT - 4..)?.split_at_checked(u32::from_le_bytes(*length) as usize)
    }
}

#[cfg(test)]
impl Shelf {
    /// Makes one of a folder, for tests.
    pub(super) fn at(folder: &Path) -> Self {
        Shelf { folder: folder.to_owned(), key: "key".into() }
    }
}

impl Shelf {
    /// Gives the checksum of what a file holds that lies on another.
    pub(super) fn checksum(&self, body: &[u8], on: u32) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&MAGIC);
        hasher.update(&FORMAT.to_le_bytes());
        hasher.update(&on.to_le_bytes());
        hasher.update(self.key.as_bytes());
        hasher.update(body);
        hasher.finalize()
    }

    /// Reads a file that lies on another. `None` where it is not there, or not as it was written.
    pub(super) fn read(&self, name: &str, on: u32) -> Option<Sheet> {
        let mut file = File::open(self.folder.join(name)).ok()?;
        let size = file.metadata().ok().filter(|found| found.is_file() && found.len() <= LARGEST as u64)?.len();
        let mut bytes = vec![0; usize::try_from(size).ok()?];
        file.read_exact(&mut bytes).ok()?;
        let head = bytes.first_chunk::<HEAD>()?;
        let word = |at: usize| Some(u32::from_le_bytes(*head.get(at..at + 4)?.first_chunk()?));
        let whole = head.starts_with(&MAGIC) && word(8)? == FORMAT && word(16)? == on;
        let checksum = word(12)?;
        (whole && self.checksum(&bytes[HEAD..], on) == checksum).then_some(Sheet { bytes, start: HEAD, checksum })
    }

    /// Puts what lies behind a front together with it.
    pub(super) fn behind_front(&self, front: &[u8], rest: &[u8], on: u32) -> Vec<u8> {
        // A front that is too long makes a file that is too long, and that is not written.
        let length = u32::try_from(front.len()).unwrap_or(u32::MAX);
        [&length.to_le_bytes()[..], &self.checksum(front, on).to_le_bytes(), front, rest].concat()
    }

    /// Reads the front alone of a file that lies on another. `None` where it is not there, or not as it was written.
    pub(super) fn front(&self, name: &str, on: u32) -> Option<Sheet> {
        let mut file = File::open(self.folder.join(name)).ok()?;
        let mut head = [0; HEAD + FRONT];
        file.read_exact(&mut head).ok()?;
        let word = |at: usize| Some(u32::from_le_bytes(*head.get(at..at + 4)?.first_chunk()?));
        let length = word(HEAD)? as usize;
        (head.starts_with(&MAGIC) && word(8)? == FORMAT && word(16)? == on && length <= LARGEST).then_some(())?;
        let mut bytes = Vec::with_capacity(length.min(usize::try_from(file.metadata().ok()?.len()).ok()?));
        file.take(length as u64).read_to_end(&mut bytes).ok()?;
        let whole = bytes.len() == length && self.checksum(&bytes, on) == word(HEAD + 4)?;
        whole.then_some(Sheet { bytes, start: 0, checksum: word(12)? })
    }

    /// Reads one part of what a file holds that lies on another. `None` where either is not as it was written.
    pub(super) fn part(&self, name: &str, on: u32, start: usize, length: usize, checksum: u32) -> Option<Vec<u8>> {
        let mut file = File::open(self.folder.join(name)).ok()?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head).ok()?;
        let word = |at: usize| Some(u32::from_le_bytes(*head.get(at..at + 4)?.first_chunk()?));
        (head.starts_with(&MAGIC) && word(8)? == FORMAT && word(16)? == on).then_some(())?;
        let end = start.checked_add(length).filter(|&end| end <= LARGEST)?;
        file.seek(SeekFrom::Start((HEAD + end - length) as u64)).ok()?;
        let mut bytes = vec![0; length];
        file.read_exact(&mut bytes).ok()?;
        (self.checksum(&bytes, 0) == checksum).then_some(bytes)
    }

    /// Writes a file that lies on another. Of two who write the same, the first wins; `replacing` lets the last. `None`
    /// where it cannot be written.
    pub(super) fn write(&self, name: &str, on: u32, body: &[u8], replacing: bool) -> Option<()> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        if body.len() > LARGEST - HEAD {
            return None;
        }
        let _writing = Cache::at_rest();
        fs::create_dir_all(&self.folder).ok()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.folder.join(format!("{UNFINISHED}{}-{number}", std::process::id()));
        let place = self.folder.join(name);
        let fill = |mut file: File| -> io::Result<File> {
            let checksum = self.checksum(body, on);
            file.write_all(&MAGIC)?;
            file.write_all(&[FORMAT.to_le_bytes(), checksum.to_le_bytes(), on.to_le_bytes()].concat())?;
            file.write_all(body)?;
            Ok(file)
        };
        let nameless = unnamed::create(&self.folder).and_then(fill);
        let named = |at: &Path| nameless.as_ref().is_ok_and(|file| unnamed::name(file, at).is_ok());
        let written = || -> io::Result<()> {
            if named(&place) {
                return Ok(());
            }
            if !named(&unfinished) {
                fill(File::options().write(true).create_new(true).open(&unfinished)?)?;
            }
            if replacing { fs::rename(&unfinished, &place) } else { fs::hard_link(&unfinished, &place) }
        };
        let result = written();
        // After a rename there is nothing left to remove.
        let _ = fs::remove_file(&unfinished);
        result.ok()
    }

    /// Lists the files, the newest first.
    pub(super) fn names(&self) -> Vec<String> {
        let mut all: Vec<_> = files(&self.folder).iter().map(|file| (modified(file), file.file_name())).collect();
        all.sort_by(|a, b| b.cmp(a));
        all.into_iter().filter_map(|(_, name)| name.into_string().ok()).collect()
    }

    /// Tells whether a file is there, whatever is in it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.folder.join(name).symlink_metadata().is_ok()
    }

    /// Gives the size of a file in bytes; 0 where it is not there.
    pub(super) fn size(&self, name: &str) -> u64 {
        self.folder.join(name).metadata().map_or(0, |found| found.len())
    }

    /// Removes a file; one that is not there, or cannot be removed, is left.
    pub(super) fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.folder.join(name));
    }

    /// Removes what runs left that were killed.
    pub(super) fn sweep(&self) {
        let age = |name: &str| {
            let modified = self.folder.join(name).metadata().and_then(|found| found.modified()).ok()?;
            SystemTime::now().duration_since(modified).ok()
        };
        for name in self.names().iter().filter(|name| name.starts_with(UNFINISHED)) {
            if age(name).is_some_and(|age| age > STALE) {
                self.remove(name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn nobody_sees_a_file_before_it_is_whole() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shelf = Shelf::at(folder.path());
        let body = vec![7; 64 << 20];
        let (begun, ended) = mpsc::channel::<()>();
        let seen = std::thread::scope(|scope| {
            let (shelf, body) = (&shelf, &body);
            scope.spawn(move || {
                assert!(shelf.write("line-1", 0, body, false).is_some());
                drop(begun);
            });
            let mut seen = Vec::new();
            while ended.try_recv() == Err(mpsc::TryRecvError::Empty) {
                seen.extend(shelf.names().into_iter().filter(|name| !seen.contains(name)).collect::<Vec<_>>());
            }
            seen
        });
        // Other file systems have it under a name that nobody reads.
        let nameless = unnamed::create(folder.path()).is_ok();
        assert!(seen.iter().all(|name| name == "line-1" || !nameless && name.starts_with(UNFINISHED)), "{seen:?}");
        assert_eq!(shelf.read("line-1", 0).expect("whole").body(), body);
        assert_eq!(shelf.names(), ["line-1"]);
    }

    #[test]
    fn of_two_who_write_the_first_wins_or_the_last() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shelf = Shelf::at(folder.path());
        let write = |body: &[u8], replacing| shelf.write("line-1", 3, body, replacing).is_some();
        let read = || shelf.read("line-1", 3).expect("whole").body().to_vec();
        assert!(write(b"first", false) && !write(b"second", false));
        assert_eq!(read(), b"first");
        assert!(write(b"third", true) && write(b"fourth", true));
        assert_eq!(read(), b"fourth");
        assert_eq!(shelf.names(), ["line-1"]);
    }
}
