//! Owns the index as git writes it plainly, read from the file's own bytes: of many thousand files few are asked for, and
//! libgit2 makes something of each.
//! Never judges one: where anything is unusual, libgit2 has the word. The format is git's own `gitformat-index`.

use super::ObjectId;
use sha1::{Digest, Sha1};

const HASH: usize = 20;
/// Bytes of an entry before what its flags go on with: times and numbers of the file, its mode, owner and size.
const STAT: usize = 40;

/// One entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'i> {
    pub(super) path: &'i [u8],
    pub(super) mode: u32,
    pub(super) id: ObjectId,
    pub(super) flags: u16,
    pub(super) more_flags: u16,
}

/// Hands over all entries in order. `None` where it is no index of version 2 or 3, its checksum is wrong, or something in
/// it has to be understood that is not known here, such as a shared part or folders of a sparse checkout.
pub(super) fn read<'i>(bytes: &'i [u8], mut take: impl FnMut(Entry<'i>)) -> Option<()> {
    let (bytes, checksum) = bytes.split_last_chunk::<HASH>()?;
    if Sha1::digest(bytes)[..] != *checksum {
        return None;
    }
    let (head, mut rest) = bytes.split_first_chunk::<12>()?;
    let [name, version, count] = *head.as_chunks().0 else { return None };
    let version = u32::from_be_bytes(version);
    if name != *b"DIRC" || !(2..=3).contains(&version) {
        return None;
    }
    for _ in 0..u32::from_be_bytes(count) {
        let (entry, length) = entry(rest, version)?;
        take(entry);
        rest = rest.get(length..)?;
    }
    while !rest.is_empty() {
        let (head, body) = rest.split_first_chunk::<8>()?;
        let [name, size] = *head.as_chunks().0 else { return None };
        // Who does not know an extension in capitals may pass over it.
        if !name[0].is_ascii_uppercase() {
            return None;
        }
        rest = body.get(u32::from_be_bytes(size) as usize..)?;
    }
    Some(())
}

/// Reads the first entry, with how many bytes it takes: up to eight of zeros fill the last word.
fn entry(bytes: &[u8], version: u32) -> Option<(Entry<'_>, usize)> {
    const EXTENDED: u16 = 0x4000;
    let mode = u32::from_be_bytes(*bytes.get(24..)?.first_chunk()?);
    let id = ObjectId(*bytes.get(STAT..)?.first_chunk()?);
    let word = |at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    let flags = word(STAT + HASH)?;
    let mut start = STAT + HASH + 2;
    let mut more_flags = 0;
    if flags & EXTENDED != 0 {
        if version < 3 {
            return None;
        }
        more_flags = word(start)?;
        start += 2;
    }
    let path = &bytes[start..];
    let path = &path[..memchr::memchr(0, path)?];
    let length = (start + path.len()) / 8 * 8 + 8;
    Some((Entry { path, mode, id, flags, more_flags }, length))
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
            let whole = read(&bytes, |entry| {
                found.push((entry.path.to_vec(), entry.mode, entry.id));
                found_flags.push((entry.flags >> 12 & 3, entry.more_flags));
            });
            assert_eq!((whole, found, found_flags), (Some(()), wanted, wanted_flags), "{path}");
            for at in [0, 7, 11, 30, bytes.len() - 21, bytes.len() - 1] {
                let mut bytes = bytes.clone();
                bytes[at] ^= 1;
                assert_eq!(read(&bytes, |_| {}), None, "a bit of byte {at}");
            }
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_libgit2() {
        let signed = |body: &[u8]| [body, &Sha1::digest(body)].concat();
        let head = |version: u8, count: u8| [b"DIRC".as_slice(), &[0, 0, 0, version, 0, 0, 0, count]].concat();
        let extended = |name: &[u8], size: u8| signed(&[&head(2, 0), name, &[0, 0, 0, size], b"12"].concat());
        assert_eq!(read(&signed(&head(2, 0)), |_| {}), Some(()));
        assert_eq!(read(&extended(b"TREE", 2), |_| {}), Some(()));
        for bytes in
            [signed(&head(4, 0)), signed(&head(2, 1)), extended(b"link", 2), extended(b"sdir", 2), extended(b"TREE", 3)]
        {
            assert_eq!(read(&bytes, |_| {}), None);
        }
    }
}
