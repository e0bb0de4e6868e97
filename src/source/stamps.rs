//! Owns what the file system says of objective files without anybody reading them: as long as it says the same, they
//! hold the same. Never says what they hold.

use super::layout::Layout;
use super::look::{Look, REST, Stamp, looks};
use super::settled::{Settled, blobs_of, index_stamp};
use super::{Paths, Tree};
use crate::config::{Config, FILE_NAME};
use crate::git::{ObjectId, Repository};
use foldhash::HashMap;
use sha1::{Digest, Sha1};
use std::collections::BTreeSet;
use std::path::Path;

/// Names, sizes, times and numbers of the configuration, the objective files and git's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamps {
    /// Of the place of the work tree and all of them.
    pub digest: [u8; 20],
    /// Whether every file had rested for long enough, so that other content will have other stamps.
    pub rested: bool,
    /// Of git's index alone.
    pub(crate) index: Option<Stamp>,
    /// Where the objective files lie.
    layout: Layout,
    /// Whether that was found out now, and may be kept.
    is_found: bool,
    /// At each file, in the order of the layout.
    looks: Vec<Look>,
}

impl Stamps {
    /// Takes the stamps of a work tree, of which it may be known where its files lay. `None` where a look at them cannot
    /// stand for reading: where `paths` names the whole work tree, a link, another repository or what is no file is among
    /// them, and on systems that do not say when a file was last changed in any respect.
    pub fn take(repository: &Repository, root: &Path, config: &Config, known: Option<Layout>) -> Option<Self> {
        let paths = Paths::new(&config.paths);
        let (mut tops, mut alone) = (Vec::new(), Vec::new());
        for prefix in paths.prefixes() {
            match kind(root, &prefix)? {
                Kind::Folder => tops.push(prefix),
                Kind::File if paths.holds(&prefix) => alone.push(prefix),
                Kind::File | Kind::Nothing => {}
            }
        }
        let known = known.filter(|known| known.is_of(root, &tops, &alone));
        let (layout, is_found, looks) = match known.and_then(|known| known.look_again(root)) {
            Some((layout, looks)) => (layout, false, looks),
            None => {
                let (layout, lasts) = Layout::find(root, tops, alone, &paths)?;
                let looks = looks(root, layout.files())?;
                (layout, lasts, looks)
            }
        };
        let index = index_stamp(repository).map(|(stamp, _)| stamp);
        let mut seen = Seen::default();
        seen.text(root.as_os_str().as_encoded_bytes());
        seen.one("index", &repository.index_file()?)?;
        seen.one(FILE_NAME, &root.join(FILE_NAME))?;
        for ((folder, name), look) in layout.files().zip(&looks) {
            seen.text(folder.as_bytes());
            seen.file(name, look)?;
        }
        let now = jiff::Timestamp::now().as_second();
        let rested = seen.newest < Some(now - REST);
        Some(Stamps { digest: seen.digest(), rested, index, layout, is_found, looks })
    }

    /// Gives where the objective files lie, if that was found out now and will hold for as long as it says itself.
    pub fn found(&self) -> Option<&Layout> {
        self.is_found.then_some(&self.layout)
    }

    /// Gives the objective files where a tree that was read after these were taken is what HEAD holds, and will be for as
    /// long as the stamps are the same: whatever else a reading depends on (ignored files, sparse checkouts) plays no part
    /// in it.
    pub fn stand_for(&self, tree: &Tree, repository: &Repository) -> Option<Vec<Settled>> {
        let paths: BTreeSet<String> = self.layout.paths().collect();
        let same = self.rested
            && !tree.revision.dirty
            && tree.skipped.is_empty()
            && tree.files.len() == paths.len()
            && tree.files.iter().all(|file| paths.contains(&file.path));
        same.then(|| self.settled(repository, tree.revision.id?, &tree.config))?
    }

    /// Gives the objective files with what HEAD has at their paths, where it has no others and the index has them all. What
    /// the files hold is another matter.
    pub fn settled(&self, repository: &Repository, head: ObjectId, config: &Config) -> Option<Vec<Settled>> {
        let (files, is_in_index) = blobs_of(repository, head, config)?;
        (files.len() == self.looks.len()).then_some(())?;
        let blobs: HashMap<&str, ObjectId> = files.iter().map(|(path, blob)| (path.as_str(), *blob)).collect();
        let settled = |(path, look): (String, &Look)| {
            let blob = *blobs.get(path.as_str())?;
            Some(Settled { path, stamp: look.stamp(), blob })
        };
        let settled = self.layout.paths().zip(&self.looks).map(settled).collect::<Option<Vec<_>>>()?;
        let paths = settled.iter().map(|file| file.path.as_str());
        (is_in_index || repository.are_settled(paths).is_ok_and(|are| are)).then_some(settled)
    }
}

/// What is at a place.
enum Kind {
    Folder,
    File,
    Nothing,
}

/// Tells what is at a prefix of `paths`; `None` where a link leads there, or it is the root itself: that is walked for the
/// settings' sake alone, and that it is all goals is another matter.
fn kind(root: &Path, prefix: &str) -> Option<Kind> {
    let mut place = root.to_owned();
    let mut kind = Kind::Nothing;
    for part in prefix.split('/') {
        place.push(part);
        kind = match place.symlink_metadata() {
            Ok(here) if part.is_empty() || here.is_symlink() => return None,
            Ok(here) if here.is_dir() => Kind::Folder,
            Ok(_) => Kind::File,
            Err(_) => return Some(Kind::Nothing),
        };
    }
    Some(kind)
}

/// Bytes that are much.
const MUCH: usize = 1 << 11;

/// What was seen.
#[derive(Default)]
struct Seen {
    /// Over all stamps, one behind another.
    hasher: Sha1,
    /// What it is still to be given: it is quick with much at once.
    bytes: Vec<u8>,
    /// When a file was last written, in seconds since 1970.
    newest: Option<i64>,
}

impl Seen {
    /// Takes the stamp of a file, or that it is not there.
    fn one(&mut self, name: &str, place: &Path) -> Option<()> {
        match Look::at(place) {
            Some(look) => self.file(name, &look),
            None if place.exists() => None,
            None => {
                self.text(name.as_bytes());
                self.bytes.push(0);
                Some(())
            }
        }
    }

    /// Takes the stamp of a file; `None` where it is none.
    fn file(&mut self, name: &str, look: &Look) -> Option<()> {
        look.is_file().then_some(())?;
        self.text(name.as_bytes());
        self.bytes.push(1);
        self.bytes.extend_from_slice(&look.stamp());
        self.newest = self.newest.max(Some(look.written()));
        Some(())
    }

    fn text(&mut self, text: &[u8]) {
        if self.bytes.len() > MUCH {
            self.hasher.update(&self.bytes);
            self.bytes.clear();
        }
        self.bytes.extend_from_slice(&text.len().to_le_bytes());
        self.bytes.extend_from_slice(text);
    }

    fn digest(mut self) -> [u8; 20] {
        self.hasher.update(&self.bytes);
        self.hasher.finalize().into()
    }
}
