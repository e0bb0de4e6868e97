//! Owns reading objects out of packs for one thread: each is inflated once while it is near, and what others differ from is
//! held for them.
//! Never says why an object cannot be read: whatever is not plainly one is left to libgit2, which does.

use super::ObjectId;
use super::clone::indices;
use super::delta::{self, LARGEST};
use super::pack::Pack;
use foldhash::HashMap;
use git2::ObjectType;
use libdeflater::Decompressor;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Packs that are read here, at most: each takes open files.
const PACKS: usize = 64;
/// Bytes of contents held in each of two generations. Where contents are large it is more: as many as git has stand on one
/// another, up to so many bytes.
const HELD: usize = 2 << 20;
const CHAIN: usize = 50;
const MOST: usize = 16 << 20;
/// Bytes of a pack that are read at a time, and those behind them that are read with them: most objects that begin in a
/// window end there.
const WINDOW: usize = 4 << 10;
const BEHIND: usize = 1 << 10;
/// Windows held at most: the versions of neighbouring files are scattered over the same stretch of a pack.
const WINDOWS: usize = 1024;
/// Objects that stand on one another, at most. Git itself makes 4,095 of it at most.
const DEEPEST: usize = 4096;
/// Room behind what is inflated: the quick way is taken as long as there is this much of it.
const ROOM: usize = 320;

/// The packs of a folder of objects.
#[derive(Debug)]
pub(super) struct Packs(Vec<Pack>);

impl Packs {
    /// Opens the packs of a folder of objects and of those that it borrows from, the largest first.
    pub(super) fn open(objects: &Path) -> Self {
        let size = |index: &Path| Some(index.metadata().ok()?.len());
        let mut indices: Vec<_> = indices(objects).filter_map(|index| Some((size(&index)?, index))).collect();
        indices.sort_unstable_by(|one, other| other.cmp(one));
        Packs(indices.iter().take(PACKS).filter_map(|(_, index)| Pack::open(index)).collect())
    }
}

/// The packs of a repository, while somebody reads them.
#[derive(Debug)]
pub(super) struct SharedPacks {
    folder: PathBuf,
    packs: Mutex<Weak<Packs>>,
}

impl SharedPacks {
    /// Takes the folder of objects.
    pub(super) fn new(folder: PathBuf) -> Self {
        SharedPacks { folder, packs: Mutex::default() }
    }

    /// Opens the packs, or takes those that another reader has open.
    pub(super) fn open(&self) -> Arc<Packs> {
        let mut packs = self.packs.lock().unwrap_or_else(PoisonError::into_inner);
        packs.upgrade().unwrap_or_else(|| {
            let opened = Arc::new(Packs::open(&self.folder));
            *packs = Arc::downgrade(&opened);
            opened
        })
    }
}

/// Where an object stands: the number of its pack, and the place there.
type Place = (usize, u64);

/// Contents that were read last, in two generations.
#[derive(Debug, Default)]
struct Contents {
    held: Generation,
    older: Generation,
}

/// Contents, one behind another: memory is not asked for one by one.
#[derive(Debug, Default)]
struct Generation {
    bytes: Vec<u8>,
    places: HashMap<Place, (ObjectType, Range<usize>)>,
}

impl Generation {
    fn get(&self, place: Place) -> Option<(ObjectType, &[u8])> {
        let (kind, range) = self.places.get(&place)?;
        Some((*kind, &self.bytes[range.clone()]))
    }

    fn is_full(&self) -> bool {
        self.bytes.len() > MOST || (self.bytes.len() > HELD && self.places.len() > CHAIN)
    }
}

impl Contents {
    fn get(&self, place: Place) -> Option<(ObjectType, &[u8])> {
        self.held.get(place).or_else(|| self.older.get(place))
    }

    fn hold(&mut self, place: Place, kind: ObjectType, content: &[u8]) {
        if self.held.places.contains_key(&place) {
            return;
        }
        if self.held.is_full() {
            std::mem::swap(&mut self.held, &mut self.older);
            self.held.bytes.clear();
            self.held.places.clear();
        }
        let start = self.held.bytes.len();
        if start == 0 {
            // As it grows it would be copied, and memory that was written once is what costs: what nobody writes is free.
            self.held.bytes.reserve(2 * HELD);
        }
        self.held.bytes.extend_from_slice(content);
        self.held.places.insert(place, (kind, start..self.held.bytes.len()));
    }
}

/// Bytes of packs that were read last, each window at the one place that it may have.
#[derive(Debug, Default)]
struct Windows {
    read: Vec<Option<(Place, Vec<u8>)>>,
    /// What was too long for a window.
    long: Vec<u8>,
}

impl Windows {
    /// Gives what stands from a place on: at least `length` bytes, where there are so many.
    fn at(&mut self, packs: &Packs, (pack, at): Place, length: usize) -> Option<&[u8]> {
        let file = packs.0.get(pack)?;
        let (start, within) = (at - at % WINDOW as u64, usize::try_from(at % WINDOW as u64).ok()?);
        if within + length > WINDOW + BEHIND {
            file.read(at, length, &mut self.long)?;
            return Some(&self.long);
        }
        let slot = (usize::try_from(start).ok()? / WINDOW + pack) % WINDOWS;
        if self.read.is_empty() {
            self.read.resize(WINDOWS, None);
        }
        let window = self.read[slot].get_or_insert_default();
        if window.0 != (pack, start) || window.1.is_empty() {
            window.0 = (pack, start);
            if file.read(start, WINDOW + BEHIND, &mut window.1).is_none() {
                window.1.clear();
                return None;
            }
        }
        window.1.get(within..)
    }
}

/// What is said of an object before its bytes.
struct Head {
    stored: Stored,
    /// Of what is inflated.
    size: usize,
    /// Where that begins.
    start: u64,
}

/// How an object is stored.
enum Stored {
    Whole(ObjectType),
    /// As what it differs in from the one at this place.
    Delta(u64),
}

/// A reader of the objects of packs.
pub(super) struct Unpacker {
    /// The pack that had the last one.
    last: usize,
    contents: Contents,
    windows: Windows,
    zlib: Decompressor,
    /// What was inflated last, the object that is being put together, and what the next delta makes of it.
    inflated: Vec<u8>,
    whole: Vec<u8>,
    next: Vec<u8>,
    /// The deltas that lead to an object: their places, and where each begins with its size.
    chain: Vec<(u64, u64, usize)>,
}

impl Default for Unpacker {
    fn default() -> Self {
        Unpacker {
            last: 0,
            contents: Contents::default(),
            windows: Windows::default(),
            zlib: Decompressor::new(),
            inflated: Vec::new(),
            whole: Vec::new(),
            next: Vec::new(),
            chain: Vec::new(),
        }
    }
}

impl Unpacker {
    /// Reads an object. `None` where no pack has it, or it cannot be read here.
    pub(super) fn read(&mut self, packs: &Packs, id: ObjectId) -> Option<(ObjectType, &[u8])> {
        let found = |pack: usize| packs.0.get(pack)?.find(id).map(|at| (pack, at));
        let place =
            found(self.last).or_else(|| (0..packs.0.len()).filter(|&pack| pack != self.last).find_map(found))?;
        self.last = place.0;
        if self.contents.get(place).is_some() {
            return self.contents.get(place);
        }
        let kind = self.put_together(packs, place)?;
        Some((kind, &self.whole))
    }

    /// Puts an object together out of what it is stored as differing in, and holds all that it stands on.
    fn put_together(&mut self, packs: &Packs, (pack, wanted): Place) -> Option<ObjectType> {
        self.chain.clear();
        self.whole.clear();
        let mut at = wanted;
        let kind = loop {
            if let Some((kind, content)) = self.contents.get((pack, at)) {
                self.whole.extend_from_slice(content);
                break kind;
            }
            let head = self.head(packs, (pack, at))?;
            match head.stored {
                Stored::Whole(kind) => {
                    self.inflate(packs, (pack, head.start), head.size)?;
                    self.whole.extend_from_slice(&self.inflated[..head.size]);
                    break kind;
                }
                Stored::Delta(base) if self.chain.len() < DEEPEST => {
                    self.chain.push((at, head.start, head.size));
                    at = base;
                }
                Stored::Delta(_) => return None,
            }
        };
        let stands_alone = self.chain.is_empty();
        while let Some((next, start, size)) = self.chain.pop() {
            self.contents.hold((pack, at), kind, &self.whole);
            self.inflate(packs, (pack, start), size)?;
            delta::apply(&self.whole, &self.inflated[..size], &mut self.next)?;
            std::mem::swap(&mut self.whole, &mut self.next);
            at = next;
        }
        if !stands_alone {
            self.contents.hold((pack, at), kind, &self.whole);
        }
        Some(kind)
    }

    fn head(&mut self, packs: &Packs, place: Place) -> Option<Head> {
        let (pack, at) = place;
        // Two numbers, or a number and an id.
        let bytes = self.windows.at(packs, place, 32)?;
        let mut rest = bytes;
        let mut byte = *rest.split_off_first()?;
        let kind = byte >> 4 & 7;
        let mut size = usize::from(byte & 15);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = *rest.split_off_first()?;
            size |= usize::from(byte & 0x7f).checked_shl(shift)?;
            shift += 7;
        }
        let stored = match kind {
            1 => Stored::Whole(ObjectType::Commit),
            2 => Stored::Whole(ObjectType::Tree),
            3 => Stored::Whole(ObjectType::Blob),
            4 => Stored::Whole(ObjectType::Tag),
            6 => {
                let mut byte = *rest.split_off_first()?;
                let mut back = u64::from(byte & 0x7f);
                while byte & 0x80 != 0 {
                    byte = *rest.split_off_first()?;
                    back = back.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
                }
                Stored::Delta(at.checked_sub(back).filter(|_| back > 0)?)
            }
            7 => {
                let id = ObjectId(*rest.first_chunk()?);
                rest = &rest[20..];
                Stored::Delta(packs.0.get(pack)?.find(id)?)
            }
            _ => return None,
        };
        let start = at + (bytes.len() - rest.len()) as u64;
        (size <= LARGEST).then_some(Head { stored, size, start })
    }

    /// Inflates so many bytes from a place on.
    fn inflate(&mut self, packs: &Packs, place: Place, size: usize) -> Option<()> {
        // What cannot be deflated is stored as it is, with five bytes before each some thousand.
        let most = size + size / 512 + 64;
        let stored = self.windows.at(packs, place, most)?;
        if self.inflated.len() < size + ROOM {
            self.inflated.resize(size + ROOM, 0);
        }
        let inflated = self.zlib.zlib_decompress(stored, &mut self.inflated[..size + ROOM]);
        (inflated == Ok(size)).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use git2::{Buf, Oid, Repository};
    use std::fs;
    use std::io::Write;

    /// Packs versions of a file, with what is too long for a window and enough others for more than one piece of an index.
    fn packed(folder: &Path) -> (Vec<Oid>, git2::Odb<'static>) {
        let repository = Repository::init_bare(folder).expect("a new folder");
        let line = |at: usize| format!("key {at} = {}\n", at.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let text = |lines: std::ops::Range<usize>| lines.map(line).collect::<String>();
        let versions = (0..40).map(|at| text(0..60) + &line(1000 + at) + &text(60..90));
        let others = (0..700).map(|at| format!("{at}"));
        let texts = versions.chain(others).chain([text(0..3000), String::new()]);
        let loose = repository.odb().expect("it opens");
        let mut builder = repository.packbuilder().expect("it opens");
        let mut ids = Vec::new();
        for text in texts {
            let id = loose.write(ObjectType::Blob, text.as_bytes()).expect("writable");
            builder.insert_object(id, None).expect("it is there");
            ids.push(id);
        }
        let mut pack = Buf::new();
        builder.write_buf(&mut pack).expect("into memory");
        let mut writer = loose.packwriter().expect("writable");
        writer.write_all(&pack).expect("writable");
        writer.commit().expect("writable");
        let odb = git2::Odb::new().expect("in memory");
        odb.add_disk_alternate(folder.join("objects").to_str().expect("UTF-8")).expect("it opens");
        (ids, odb)
    }

    #[test]
    fn reads_what_libgit2_reads() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (ids, odb) = packed(folder.path());
        let packs = Packs::open(&folder.path().join("objects"));
        assert_eq!(packs.0.len(), 1);
        let mut unpacker = Unpacker::default();
        for id in ids.iter().chain(ids.iter().rev()) {
            let expected = odb.read(*id).expect("it is there");
            assert_eq!(unpacker.read(&packs, (*id).into()), Some((ObjectType::Blob, expected.data())), "{id}");
        }
        assert!(unpacker.contents.held.places.len() > 20, "versions of one file are stored as what they differ in");
        for absent in [[0; 20], [0x7f; 20], [0xff; 20]] {
            assert_eq!(unpacker.read(&packs, ObjectId(absent)), None);
        }
    }

    #[test]
    fn what_is_asked_for_first_is_found_where_pieces_of_the_index_say() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (ids, _) = packed(folder.path());
        for id in ids.into_iter().map(ObjectId::from) {
            let mut absent = id;
            absent.0[19] ^= 1;
            // Of so few objects two are looked up, and then pieces of the index are kept.
            let packs = Packs::open(&folder.path().join("objects"));
            let [first, then] = [(); 2].map(|()| [id, absent].map(|id| packs.0[0].find(id)));
            assert_eq!(first, then, "{id}");
            assert!(first[0].is_some() && first[1].is_none(), "{id}");
        }
    }

    #[test]
    fn what_is_damaged_is_left_to_libgit2() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (ids, _) = packed(folder.path());
        let objects = folder.path().join("objects");
        let files =
            fs::read_dir(objects.join("pack")).expect("it is there").map(|entry| entry.expect("readable").path());
        for path in files.collect::<Vec<_>>() {
            let whole = fs::read(&path).expect("readable");
            fs::set_permissions(&path, fs::metadata(objects.join("pack")).expect("it is there").permissions())
                .expect("it is ours");
            let is_pack = path.extension().is_some_and(|end| end == "pack");
            for at in (0..whole.len()).step_by(whole.len() / 64).chain([9, whole.len() - 1]) {
                let mut damaged = whole.clone();
                damaged[at] ^= 0x55;
                fs::write(&path, &damaged).expect("writable");
                let packs = Packs::open(&objects);
                let mut unpacker = Unpacker::default();
                let read = ids.iter().filter(|id| unpacker.read(&packs, (**id).into()).is_some()).count();
                assert!(!is_pack || read < ids.len(), "{at}");
                fs::write(&path, &whole[..at]).expect("writable");
                assert!(Packs::open(&objects).0.is_empty(), "cut off at {at}");
            }
            fs::write(&path, &whole).expect("writable");
        }
    }
}
