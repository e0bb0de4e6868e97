//! Owns the look at loose objects before libgit2 reads them: version 1.9.7 never comes back from a file that was cut off in
//! the middle, as a full disk or a crash leaves it.
//! Never gives the content: that is libgit2's work.

use super::ObjectId;
use flate2::bufread::ZlibDecoder;
use std::fs::File;
use std::io::{BufReader, Read, sink};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Bytes of content that are looked at: more than any file of goals has.
const LARGEST: u64 = 64 << 20;

/// The loose objects of a repository's own folder. Those of alternates are not looked at.
#[derive(Debug)]
pub(super) struct Loose {
    folder: PathBuf,
    /// By first byte of the id: whether there is a folder of loose objects, listed when the first object is asked for. In a
    /// clone there are few, and to look for each of the others would cost more than what is read.
    folders: OnceLock<[bool; 256]>,
    /// The same way: the objects that are loose, sorted, listed when the first of them is asked for.
    listed: Vec<OnceLock<Vec<ObjectId>>>,
}

impl Loose {
    /// Takes the folder of objects.
    pub(super) fn new(folder: PathBuf) -> Self {
        Loose { folder, folders: OnceLock::new(), listed: (0..256).map(|_| OnceLock::new()).collect() }
    }

    /// Tells whether an object is loose and its file ends before its content does.
    pub(super) fn is_cut_off(&self, id: ObjectId) -> bool {
        let first = usize::from(id.0[0]);
        if !self.folders.get_or_init(|| self.list_folders())[first] {
            return false;
        }
        let listed = self.listed[first].get_or_init(|| self.list(id.0[0]));
        if listed.binary_search(&id).is_err() {
            return false;
        }
        let name = id.to_string();
        let (first, rest) = name.split_at(2);
        // A file that is not there any more was packed meanwhile; what else is wrong with one, libgit2 says.
        let Ok(file) = File::open(self.folder.join(first).join(rest)) else { return false };
        let read = std::io::copy(&mut ZlibDecoder::new(BufReader::new(file)).take(LARGEST), &mut sink());
        matches!(read, Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof)
    }

    /// Finds the first bytes of ids that have a folder.
    fn list_folders(&self) -> [bool; 256] {
        let mut found = [false; 256];
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let first = name.to_str().filter(|name| name.len() == 2).and_then(|name| u8::from_str_radix(name, 16).ok());
            if let Some(first) = first {
                found[usize::from(first)] = true;
            }
        }
        found
    }

    /// Lists the loose objects whose id begins with a byte.
    fn list(&self, first: u8) -> Vec<ObjectId> {
        let first = format!("{first:02x}");
        let entries = std::fs::read_dir(self.folder.join(&first)).into_iter().flatten().flatten();
        let id = |rest: std::ffi::OsString| ObjectId::parse(&format!("{first}{}", rest.to_str()?));
        let mut listed: Vec<ObjectId> = entries.filter_map(|entry| id(entry.file_name())).collect();
        listed.sort_unstable();
        listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write;

    #[test]
    fn only_a_file_that_ends_too_early_is_cut_off() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut deflated = ZlibEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(b"blob 26\0abcdefghijklmnopqrstuvwxyz").expect("into memory");
        let whole = deflated.finish().expect("into memory");
        std::fs::create_dir(folder.path().join("00")).expect("writable");
        for (bytes, cut_off) in [(&whole[..], false), (&whole[..whole.len() / 2], true), (b"garbage", false)] {
            std::fs::write(folder.path().join("00").join("0".repeat(38)), bytes).expect("writable");
            let loose = Loose::new(folder.path().to_owned());
            assert_eq!(loose.is_cut_off(ObjectId([0; 20])), cut_off, "{bytes:?}");
            assert!(!loose.is_cut_off(ObjectId([1; 20])), "not there");
        }
    }
}
