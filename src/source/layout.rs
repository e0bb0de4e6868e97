//! Owns where objective files lie in a work tree: found by listing its folders, or known from an earlier listing for as
//! long as those say that nothing in them came or went. Never looks at a file.

use super::Paths;
use super::look::{Look, REST, looks};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use std::fs::DirEntry;
use std::path::Path;

/// Where the objective files of one work tree lie, under one set of paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The place of the work tree.
    root: Vec<u8>,
    /// The folders that were asked for, from the root.
    tops: Vec<String>,
    /// The files that were named outright, from the root.
    alone: Vec<String>,
    /// The folders that were asked for and all below them.
    folders: Vec<Folder>,
    /// Of what the file system says of each folder.
    digest: [u8; 20],
}

/// What no name has in it.
const END: char = '\0';

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Folder {
    /// From the root.
    path: String,
    /// The names of its objective files, in byte order, each ended by [`END`].
    files: String,
}

impl Layout {
    /// Lists some folders and all below them, and tells whether that may be kept. `None` where a link, another repository
    /// or a name that is no text is among them.
    pub(super) fn find(root: &Path, tops: Vec<String>, alone: Vec<String>, paths: &Paths) -> Option<(Self, bool)> {
        let rested = jiff::Timestamp::now().as_second() - REST;
        let mut listing = Listing { root, paths, folders: Vec::new(), looks: Vec::new() };
        tops.iter().try_for_each(|top| listing.folder(top.clone()))?;
        let Listing { folders, looks, .. } = listing;
        let device = looks.first().map(|look| look.device);
        let lasts = |look: &Look| look.written() < rested && Some(look.device) == device;
        let kept = looks.iter().all(lasts) && tells_of_entries(root);
        let root = root.as_os_str().as_encoded_bytes().to_vec();
        Some((Layout { root, tops, alone, folders, digest: digest(&looks) }, kept))
    }

    /// Tells whether these folders and files of this work tree were asked for.
    pub(super) fn is_of(&self, root: &Path, tops: &[String], alone: &[String]) -> bool {
        self.root == root.as_os_str().as_encoded_bytes() && self.tops == tops && self.alone == alone
    }

    /// Looks at every file; `None` where one is gone, or a folder is not as it was when it was listed.
    pub(super) fn look_again(self, root: &Path) -> Option<(Self, Vec<Look>)> {
        let folders = looks(root, self.folders.iter().map(|folder| ("", folder.path.as_str())))?;
        (digest(&folders) == self.digest).then_some(())?;
        let files = looks(root, self.files())?;
        Some((self, files))
    }

    /// Gives the folder and the name of each objective file.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let alone = self.alone.iter().map(|file| ("", file.as_str()));
        alone.chain(self.folders.iter().flat_map(Folder::places))
    }

    /// Gives the objective files, from the root.
    pub(super) fn paths(&self) -> impl Iterator<Item = String> {
        self.files().map(|(folder, name)| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") })
    }
}

impl Folder {
    fn places(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.files.split_terminator(END).map(|file| (self.path.as_str(), file))
    }
}

fn digest(folders: &[Look]) -> [u8; 20] {
    let mut hasher = Sha1::new();
    folders.iter().for_each(|look| hasher.update(look.stamp()));
    hasher.finalize().into()
}

/// What is listed.
struct Listing<'a> {
    root: &'a Path,
    paths: &'a Paths,
    folders: Vec<Folder>,
    /// At each folder, before its entries were read.
    looks: Vec<Look>,
}

impl Listing<'_> {
    /// Lists a folder and those in it.
    fn folder(&mut self, path: String) -> Option<()> {
        let place = self.root.join(&path);
        self.looks.push(Look::at(&place).filter(Look::is_folder)?);
        let entry = |entry: std::io::Result<DirEntry>| {
            let entry = entry.ok()?;
            Some((entry.file_name().into_string().ok()?, entry.file_type().ok()?))
        };
        let mut entries = std::fs::read_dir(place).ok()?.map(entry).collect::<Option<Vec<_>>>()?;
        entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let (mut files, mut inner) = (String::new(), Vec::new());
        for (name, kind) in entries {
            if name == ".git" || kind.is_symlink() {
                return None;
            }
            let own = format!("{path}/{name}");
            match kind.is_dir() {
                true => inner.push(own),
                false if self.paths.holds(&own) => {
                    files.push_str(&name);
                    files.push(END);
                }
                false => {}
            }
        }
        self.folders.push(Folder { path, files });
        inner.into_iter().try_for_each(|folder| self.folder(folder))
    }
}

/// Tells whether a folder of the work tree has new times whenever an entry comes or goes, as POSIX wants it: so it is on
/// the file systems of Linux itself. Some that reach over a network or into another system keep no such promise.
#[cfg(target_os = "linux")]
fn tells_of_entries(root: &Path) -> bool {
    /// ext2 to ext4, XFS, Btrfs, F2FS, bcachefs, ZFS, tmpfs and overlayfs, by their numbers in linux/magic.h and their own
    /// headers.
    const KNOWN: [u64; 8] =
        [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0xCA45_1A4E, 0x2FC1_2FC1, 0x0102_1994, 0x794C_7630];
    rustix::fs::statfs(root).is_ok_and(|found| KNOWN.contains(&(found.f_type as u64)))
}

#[cfg(not(target_os = "linux"))]
fn tells_of_entries(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::time::{Duration, SystemTime};

    #[test]
    fn it_holds_until_an_entry_comes_or_goes() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        let file = |path: &str| root.join(path);
        let write = |path: &str, text: &str| fs::write(file(path), text).expect("a file");
        let named = vec!["okrs".to_owned(), "one.toml".to_owned()];
        let paths = Paths::new(&named);
        let find = || {
            for folder in ["okrs", "okrs/q3"] {
                let hour_ago = SystemTime::now() - Duration::from_secs(3600);
                let _ = fs::File::open(file(folder)).expect("a folder").set_modified(hour_ago);
            }
            Layout::find(root, named[..1].to_vec(), named[1..].to_vec(), &paths).expect("a layout").0
        };
        fs::create_dir_all(file("okrs/q3")).expect("folders");
        for path in ["one.toml", "okrs/b.toml", "okrs/a.toml", "okrs/q3/c.toml", "okrs/readme.md"] {
            write(path, "x = 1");
        }
        let known = find();
        let all: Vec<String> = known.paths().collect();
        assert_eq!(all, ["one.toml", "okrs/a.toml", "okrs/b.toml", "okrs/q3/c.toml"]);
        assert!(known.is_of(root, &named[..1], &named[1..]));
        assert!(!known.is_of(root, &named[1..], &[]) && !known.is_of(&file("okrs"), &named[..1], &named[1..]));

        let (_, before) = known.clone().look_again(root).expect("nothing changed");
        write("okrs/q3/c.toml", "x = 12");
        let (_, after) = known.clone().look_again(root).expect("no entry changed");
        let changed: Vec<usize> = (0..all.len()).filter(|&at| before[at] != after[at]).collect();
        assert_eq!(changed, [3], "what is written in place is seen at the file");

        let goes: [(&str, &dyn Fn()); 6] = [
            ("a new file", &|| write("okrs/q3/d.toml", "")),
            ("a file that is gone", &|| fs::remove_file(file("okrs/q3/d.toml")).expect("it goes")),
            ("a new name", &|| fs::rename(file("okrs/b.toml"), file("okrs/z.toml")).expect("it is renamed")),
            ("a new folder", &|| fs::create_dir(file("okrs/q4")).expect("a folder")),
            ("a file named outright that is gone", &|| fs::remove_file(file("one.toml")).expect("it goes")),
            ("a link instead of a folder", &|| {
                write("one.toml", "");
                fs::rename(file("okrs/q3"), file("elsewhere")).expect("it is moved");
                std::os::unix::fs::symlink(file("elsewhere"), file("okrs/q3")).expect("a link");
            }),
        ];
        for (what, go) in goes {
            let known = find();
            go();
            assert_eq!(known.look_again(root), None, "{what}");
        }
        assert_eq!(Layout::find(root, named[..1].to_vec(), Vec::new(), &paths), None, "links are for who reads");
    }
}
