//! Owns reading git's index for what stands in it, and nothing else: libgit2 hashes the whole file and copies every entry,
//! which in a large repository is most of a quick command. The format is git's own `gitformat-index`, versions 2 to 4.
//! Never guesses: what is not understood is left to libgit2. The checksum is not looked at; git does not either.

use super::worktree::Tracked;
use super::{ObjectId, Repository};
use memchr::memchr;

/// The fixed part of an entry: times, numbers, mode and size, the object's id, and the flags.
const FIXED: usize = 40 + 20 + 2;
/// The flag that two bytes of further flags follow.
const EXTENDED: u16 = 0x4000;
/// The checksum at the end.
const TRAILER: usize = 20;

/// An index as it lies on disk.
#[derive(Debug)]
pub(super) struct IndexFile(Vec<u8>);

/// One entry, as git's documentation names its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// From the root, with forward slashes.
    pub(super) path: &'a [u8],
    pub(super) id: ObjectId,
    pub(super) mode: u32,
    pub(super) flags: u16,
    pub(super) flags_extended: u16,
}

impl Repository {
    /// Reads the index; `None` where another one is meant, none is there, or it is not of a form that is understood.
    pub(super) fn plain_index(&self) -> Option<IndexFile> {
        let file = self.index_on_disk()?;
        file.each(|_| {}).map(|_| file)
    }

    /// Reads the index, whatever is in it.
    fn index_on_disk(&self) -> Option<IndexFile> {
        std::fs::read(self.index_file()?).ok().map(IndexFile)
    }

    /// Lists those files of a root tree whose path is wanted, by path in byte order, out of the index; `None` where that
    /// does not say of itself that it holds just this tree.
    pub fn tracked_of(&self, root: ObjectId, is_wanted: impl Fn(&[u8]) -> bool) -> Option<Vec<Tracked>> {
        let mut files = Vec::new();
        let tree =
            self.index_on_disk()?.each(|entry| files.extend(is_wanted(entry.path).then(|| Tracked::of(entry))))?;
        (tree == Some(root)).then_some(files)
    }
}

impl IndexFile {
    /// Looks at every entry, by path in byte order, and gives the root tree that they are, where it is known. `None` where
    /// the file is not understood to its end: then what was looked at counts for nothing.
    pub(super) fn each(&self, mut look: impl FnMut(Entry<'_>)) -> Option<Option<ObjectId>> {
        let bytes = self.0.get(..self.0.len().checked_sub(TRAILER)?)?;
        let (version, count) = (word(bytes, 4)?, word(bytes, 8)?);
        (bytes.starts_with(b"DIRC") && (2..=4).contains(&version)).then_some(())?;
        let (mut at, mut path) = (12, Vec::new());
        for _ in 0..count {
            let start = at;
            let flags = u16::from_be_bytes(*bytes.get(at + FIXED - 2..)?.first_chunk()?);
            at += FIXED;
            let mut flags_extended = 0;
            if version > 2 && flags & EXTENDED != 0 {
                flags_extended = u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?);
                at += 2;
            }
            // In version 4 a path says how much of the end of the one before it does not share.
            let shared = if version == 4 { path.len().checked_sub(offset(bytes, &mut at)?)? } else { 0 };
            let rest = bytes.get(at..)?;
            let length = memchr(0, rest)?;
            path.truncate(shared);
            path.extend_from_slice(&rest[..length]);
            at += length + 1;
            if version < 4 {
                at = start + (at - start).next_multiple_of(8);
            }
            let (mode, id) = (word(bytes, start + 24)?, ObjectId(*bytes.get(start + 40..)?.first_chunk()?));
            look(Entry { path: &path, id, mode, flags, flags_extended });
        }
        let mut tree = None;
        while at < bytes.len() {
            // Extensions that must be understood (a shared index, folders as entries) do not begin with a capital.
            bytes.get(at).filter(|mark| mark.is_ascii_uppercase())?;
            let (mark, start) = (at, at.checked_add(8)?);
            at = start.checked_add(word(bytes, at + 4)? as usize)?;
            if bytes[mark..].starts_with(b"TREE") {
                tree = root(bytes.get(start..at)?, count);
            }
        }
        (at == bytes.len()).then_some(tree)
    }
}

/// Reads the root out of the trees that git keeps in the index; `None` where it is not of so many entries: something else
/// is staged.
fn root(trees: &[u8], entries: u32) -> Option<ObjectId> {
    let (line, id) = trees.strip_prefix(b"\0")?.split_at_checked(memchr(b'\n', trees)?)?;
    let count = std::str::from_utf8(line).ok()?.split(' ').next()?;
    (count == entries.to_string()).then_some(())?;
    Some(ObjectId(*id.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Reads a number as packs have their offsets: seven bits a byte, the highest first, each further one counting one more.
fn offset(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut next = || {
        *at += 1;
        bytes.get(*at - 1).copied()
    };
    let mut byte = next()?;
    let mut number = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = next()?;
        number = number.checked_add(1)?.checked_mul(0x80)? | usize::from(byte & 0x7f);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_libgit2_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("index");
        let add = |path: &str, flags: u16, flags_extended: u16| {
            let mut index = git2::Index::open(&file).expect("an index");
            let time = git2::IndexTime::new(1, 2);
            let entry = git2::IndexEntry {
                ctime: time,
                mtime: time,
                dev: 3,
                ino: 4,
                mode: 0o100_644,
                uid: 5,
                gid: 6,
                file_size: 7,
                id: git2::Oid::from_bytes(&[path.len() as u8; 20]).expect("20 bytes"),
                flags,
                flags_extended,
                path: path.into(),
            };
            index.add(&entry).expect("an entry");
            index.write().expect("a writable folder");
            let index = git2::Index::open(&file).expect("it was written");
            let bytes = std::fs::read(&file).expect("it was written");
            let wanted: Vec<_> = index.iter().map(|entry| (entry.path, entry.mode, ObjectId::from(entry.id))).collect();
            let flags: Vec<_> = index.iter().map(|entry| (entry.flags >> 12 & 3, entry.flags_extended)).collect();
            (bytes, wanted, flags)
        };
        let long = "n".repeat(5000);
        // Names of every length modulo eight; then the sides of a conflict, a file that is only meant to be added, and one
        // that a sparse checkout leaves out, for which the third version is there.
        let paths = ["a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh", "\u{fc}", &long];
        let plain = paths.map(|path| (path, 0, 0));
        let special = [("b", 0x1000, 0), ("b", 0x2000, 0), ("c", 0x4000, 0x2000), ("d", 0x4000, 0x4000)];
        for (path, flags, extended) in plain.into_iter().chain(special) {
            let (bytes, wanted, wanted_flags) = add(path, flags, extended);
            let (mut found, mut found_flags) = (Vec::new(), Vec::new());
            let whole = IndexFile(bytes).each(|entry| {
                found.push((entry.path.to_vec(), entry.mode, entry.id));
                found_flags.push((entry.flags >> 12 & 3, entry.flags_extended));
            });
            assert_eq!((whole, found, found_flags), (Some(None), wanted, wanted_flags), "{path}");
        }
    }

    #[test]
    fn what_is_not_understood_to_its_end_is_no_index() {
        let mut bytes = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
        bytes.extend([0; 24]);
        bytes.extend([0, 0, 0x81, 0xa4]);
        bytes.extend([0; 12]);
        bytes.extend([7; 20]);
        bytes.extend([0, 1, b'a', 0]);
        let entries = bytes.len();
        bytes.extend(*b"TREE\0\0\0\x02ab");
        bytes.extend([0; 20]);
        let paths = |bytes: &[u8]| {
            let mut paths = Vec::new();
            let whole = IndexFile(bytes.to_vec()).each(|entry| paths.push((entry.path.to_vec(), entry.mode, entry.id)));
            whole.map(|_| paths)
        };
        assert_eq!(paths(&bytes), Some(vec![(b"a".to_vec(), 0o100_644, ObjectId([7; 20]))]));
        for cut in 0..bytes.len() {
            // Without its extension, and the trailer taken for it, it is a shorter one.
            assert!(cut == entries + TRAILER || paths(&bytes[..cut]).is_none(), "cut at {cut}");
        }
        bytes[entries] = b't';
        assert_eq!(paths(&bytes), None, "an extension that must be understood");
    }
    #[test]
    fn the_tree_is_told_where_the_index_holds_just_that() {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = git2::Repository::init(folder.path()).expect("a repository");
        let mut index = repository.index().expect("an index");
        let mut add = |path: &str| {
            std::fs::create_dir_all(folder.path().join(path).parent().expect("a folder")).expect("writable");
            std::fs::write(folder.path().join(path), path).expect("writable");
            index.add_path(std::path::Path::new(path)).expect("a file");
        };
        ["a/b.toml", "a/c/d.toml", "e"].iter().for_each(|path| add(path));
        let root = ObjectId::from(index.write_tree().expect("three files"));
        index.write().expect("writable");
        let file = folder.path().join(".git/index");
        let bytes = std::fs::read(&file).expect("it was written");
        let tree = |bytes: &[u8]| IndexFile(bytes.to_vec()).each(|_| {}).expect("it is understood");
        assert_eq!(tree(&bytes), Some(root));
        let count = memchr::memmem::find(&bytes, b"\x003 1\n").expect("three files and one folder");
        for other in [b"\x004 1\n", b"\x00-1 \n", b"a3 1\n"] {
            let mut bytes = bytes.clone();
            bytes[count..count + 5].copy_from_slice(other);
            assert_eq!(tree(&bytes), None, "{other:?}");
        }
        std::fs::write(folder.path().join("f"), "f").expect("writable");
        index.add_path(std::path::Path::new("f")).expect("a file");
        index.write().expect("writable");
        assert_eq!(tree(&std::fs::read(&file).expect("it was written")), None, "something else is staged");
    }
}
