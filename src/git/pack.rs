//! Owns one pack as a file: where its index says that objects stand, and the bytes that are stored there.
//! Never inflates anything, and never says what is wrong with a pack: one that is not as it should be is left to libgit2.

use super::ObjectId;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of the index before its ids: what it is, and how many ids begin with each byte or less.
const HEAD: usize = 8;
const TOTALS: usize = 256 * 4;
/// Behind each file: its checksum, and in the index before it that of the pack.
const CHECKSUM: u64 = 20;

/// Objects of the index that are read and kept at a time.
const PIECE: usize = 64;
/// Ids that are looked at and not kept, at most.
const NEAR: usize = 256;
/// How often what lies beside is looked at, before what is left is halved: ids that are not random may lie anywhere.
const BESIDE: usize = 3;

/// A pack with what its readers looked at of its index.
#[derive(Debug)]
pub(super) struct Pack {
    file: File,
    /// Where its objects end.
    end: u64,
    index: File,
    /// By first byte of the id, how many objects have that or less.
    totals: Vec<u32>,
    /// How many objects were looked for while they were few.
    asked: AtomicUsize,
    /// What the index says of its objects, piece by piece; nothing where it could not be read.
    pieces: OnceLock<Vec<OnceLock<Piece>>>,
}

/// What the index says of some objects, sorted by id. Most of looking for one is waiting for memory, so what is compared
/// first lies close together.
#[derive(Debug, Default)]
struct Piece {
    /// The first bytes of the ids.
    firsts: Box<[u64]>,
    /// The other bytes, and where the object stands.
    rests: Box<[([u8; 12], u32)]>,
}

impl Pack {
    /// Opens a pack by its index. `None` where one of the two is not there, or is not what is known.
    pub(super) fn open(index: &Path) -> Option<Self> {
        let file = File::open(index.with_extension("pack")).ok()?;
        let index = File::open(index).ok()?;
        let mut head = [0; HEAD + TOTALS];
        read_at(&index, &mut head, 0)?;
        let totals: Vec<u32> = head[HEAD..].as_chunks().0.iter().map(|total| u32::from_be_bytes(*total)).collect();
        let mut said = [0; 12];
        read_at(&file, &mut said, 0)?;
        let known = head[..HEAD] == *b"\xfftOc\0\0\0\x02" && said[..8] == *b"PACK\0\0\0\x02";
        let count = *totals.last()?;
        if !known || !totals.is_sorted() || said[8..] != count.to_be_bytes() {
            return None;
        }
        // The checksum of the pack, and that of the index behind it.
        let end = file.metadata().ok()?.len().checked_sub(CHECKSUM)?;
        let last = index.metadata().ok()?.len().checked_sub(2 * CHECKSUM)?;
        let mut checksums = [[0; CHECKSUM as usize]; 2];
        read_at(&file, &mut checksums[0], end)?;
        read_at(&index, &mut checksums[1], last)?;
        let pack = Pack { file, end, index, totals, asked: AtomicUsize::new(0), pieces: OnceLock::new() };
        // A number of objects that the index has no room for is none to ask memory for.
        (checksums[0] == checksums[1] && pack.distant() <= last).then_some(pack)
    }

    fn count(&self) -> usize {
        self.totals[255] as usize
    }

    /// Where in the index the id of an object stands.
    fn id_at(&self, number: usize) -> u64 {
        (HEAD + TOTALS + number * 20) as u64
    }

    /// Where in the index its offset stands: behind all ids and a checksum of each object.
    fn offset_at(&self, number: usize) -> u64 {
        self.id_at(self.count()) + (self.count() + number) as u64 * 4
    }

    /// Where in the index the offsets begin that take eight bytes.
    fn distant(&self) -> u64 {
        self.offset_at(self.count())
    }

    /// Finds where an object stands. `None` where it is not in this pack.
    pub(super) fn find(&self, id: ObjectId) -> Option<u64> {
        let (among, guess) = self.expected(&id.0);
        if self.are_few() { self.look_up(id, among, guess) } else { self.find_in_pieces(id, among, guess) }
    }

    /// Gives the numbers of the ids that begin with an id's first byte, and that at which its own is to be expected.
    fn expected(&self, id: &[u8; 20]) -> (Range<usize>, usize) {
        let byte = usize::from(id[0]);
        let start = byte.checked_sub(1).map_or(0, |below| self.totals[below] as usize);
        let among = start..self.totals[byte] as usize;
        // Ids are as good as random: from where one lies among all that begin with its first byte, its place is nearly known.
        let (first, _) = split(id);
        let guess = start + ((u128::from(first << 8) * among.len() as u128) >> 64) as usize;
        (among, guess)
    }

    /// Tells whether so few objects were looked for that keeping what the index says of others nearby would not pay.
    fn are_few(&self) -> bool {
        let few = self.count() / PIECE / 4;
        self.asked.load(Ordering::Relaxed) < few && self.asked.fetch_add(1, Ordering::Relaxed) < few
    }

    /// Finds an object by what the index says around a guess, and keeps nothing of it.
    fn look_up(&self, id: ObjectId, among: Range<usize>, guess: usize) -> Option<u64> {
        let mut ids = [[0; 20]; NEAR];
        let Range { mut start, mut end } = among;
        // Of so many at random, two of three places are not further off than half of the root.
        let near = (among.len().isqrt() * 3 / 2).clamp(16, NEAR);
        let (mut middle, mut looks) = (guess, 0);
        while start < end {
            let from = middle.saturating_sub(near / 2).min(end.saturating_sub(near)).max(start);
            let to = end.min(from + near);
            let ids = &mut ids[..to - from];
            read_at(&self.index, ids.as_flattened_mut(), self.id_at(from))?;
            match ids.binary_search(&id.0) {
                Ok(at) => {
                    let mut said = [0; 4];
                    read_at(&self.index, &mut said, self.offset_at(from + at))?;
                    return self.place(u32::from_be_bytes(said));
                }
                Err(0) => (middle, end) = (from, from),
                Err(at) if at == ids.len() => (middle, start) = (to, to),
                Err(_) => return None,
            }
            looks += 1;
            if looks > BESIDE {
                middle = start.midpoint(end);
            }
        }
        None
    }

    /// Finds an object in pieces of the index that are kept for the next.
    fn find_in_pieces(&self, id: ObjectId, among: Range<usize>, guess: usize) -> Option<u64> {
        let (first, rest) = split(&id.0);
        let Range { mut start, mut end } = among;
        let (mut number, mut looks) = (guess / PIECE, 0);
        while start < end {
            let piece = self.piece(number)?;
            let (from, to) = (number * PIECE, number * PIECE + piece.firsts.len());
            if first < *piece.firsts.first()? && from > start {
                (number, end) = (number - 1, from);
            } else if *piece.firsts.last()? < first && to < end {
                (number, start) = (number + 1, to);
            } else {
                let at = partition_near(&piece.firsts, first, guess.saturating_sub(from));
                let alike = piece.firsts[at..].iter().zip(&piece.rests[at..]).take_while(|(known, _)| **known == first);
                return alike
                    .map(|(_, known)| known)
                    .find(|known| known.0 == rest)
                    .and_then(|known| self.place(known.1));
            }
            looks += 1;
            if looks > BESIDE {
                number = start.midpoint(end) / PIECE;
            }
        }
        None
    }

    /// Gives the place that an index says, or says where it says it.
    fn place(&self, said: u32) -> Option<u64> {
        const DISTANT: u32 = 1 << 31;
        if said & DISTANT == 0 {
            return Some(said.into());
        }
        let mut place = [0; 8];
        read_at(&self.index, &mut place, self.distant() + u64::from(said & !DISTANT) * 8)?;
        Some(u64::from_be_bytes(place))
    }

    fn piece(&self, number: usize) -> Option<&Piece> {
        let pieces = self.pieces.get_or_init(|| (0..self.count().div_ceil(PIECE)).map(|_| OnceLock::new()).collect());
        Some(pieces.get(number)?.get_or_init(|| self.read_piece(number).unwrap_or_default()))
    }

    fn read_piece(&self, number: usize) -> Option<Piece> {
        let start = number * PIECE;
        let count = PIECE.min(self.count() - start);
        let (mut ids, mut offsets) = (vec![[0; 20]; count], vec![[0; 4]; count]);
        read_at(&self.index, ids.as_flattened_mut(), self.id_at(start))?;
        read_at(&self.index, offsets.as_flattened_mut(), self.offset_at(start))?;
        let (firsts, rests): (Vec<u64>, Vec<_>) = ids.iter().map(split).unzip();
        let rests = rests.into_iter().zip(offsets.into_iter().map(u32::from_be_bytes)).collect();
        Some(Piece { firsts: firsts.into(), rests })
    }

    /// Reads what is stored from a place on into a buffer, which is as long as asked for, or ends where the objects end.
    pub(super) fn read(&self, from: u64, length: usize, into: &mut Vec<u8>) -> Option<()> {
        let left = usize::try_from(self.end.checked_sub(from)?).unwrap_or(usize::MAX);
        if into.is_empty() {
            *into = vec![0; length.min(left)];
        } else {
            into.resize(length.min(left), 0);
        }
        read_at(&self.file, into, from)
    }
}

/// Finds how many of sorted numbers are below one, from a guess on: few steps close by wait for memory less often than
/// bisection does.
fn partition_near(sorted: &[u64], number: u64, guess: usize) -> usize {
    let mut at = guess.min(sorted.len());
    while at > 0 && sorted[at - 1] >= number {
        at -= 1;
    }
    while at < sorted.len() && sorted[at] < number {
        at += 1;
    }
    at
}

/// Splits an id into what is compared as a number, and the rest.
fn split(id: &[u8; 20]) -> (u64, [u8; 12]) {
    let (first, rest) = id.split_at(8);
    (u64::from_be_bytes(first.try_into().expect("8 bytes")), rest.try_into().expect("12 bytes"))
}

/// Fills a buffer from a place of a file. `None` where the file ends before that.
fn read_at(file: &File, mut into: &mut [u8], mut from: u64) -> Option<()> {
    #[cfg(unix)]
    use std::os::unix::fs::FileExt;
    #[cfg(windows)]
    use std::os::windows::fs::FileExt;
    while !into.is_empty() {
        #[cfg(windows)]
        let read = file.seek_read(into, from);
        #[cfg(unix)]
        let read = file.read_at(into, from);
        match read {
            Ok(0) => return None,
            Ok(read) => (into, from) = (&mut into[read..], from + read as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Writes the index of a pack of such ids, and of the pack what is read of it. Each third offset takes eight bytes.
    fn indexed(folder: &Path, ids: &[[u8; 20]]) -> Pack {
        let count = u32::try_from(ids.len()).expect("few").to_be_bytes();
        let totals = (0..=255).flat_map(|byte| {
            let total = ids.partition_point(|id| id[0] <= byte);
            u32::try_from(total).expect("few").to_be_bytes()
        });
        let offsets = (0..ids.len()).flat_map(|number| {
            let said = if number % 3 == 2 { (1 << 31) | (number / 3) } else { number + 12 };
            u32::try_from(said).expect("31 bits").to_be_bytes()
        });
        let distant = (0..ids.len() / 3).flat_map(|number| place(number * 3 + 2).to_be_bytes());
        let head = b"\xfftOc\0\0\0\x02".iter().copied();
        let index = head.chain(totals).chain(ids.iter().flatten().copied()).chain(vec![0; ids.len() * 4]);
        let index = index.chain(offsets).chain(distant).chain([7; 40]).collect::<Vec<_>>();
        let path = folder.join("some.idx");
        fs::write(&path, index).expect("writable");
        fs::write(folder.join("some.pack"), [b"PACK\0\0\0\x02".as_slice(), &count, &[7; 20]].concat())
            .expect("writable");
        Pack::open(&path).expect("as it should be")
    }

    /// Gives where an object stands, by its number in the index.
    fn place(number: usize) -> u64 {
        if number % 3 == 2 { (1 << 40) + number as u64 } else { number as u64 + 12 }
    }

    /// Ids as they come, and ids of which each begins as the one before: what somebody may make to be looked for at length.
    fn ids() -> Vec<[u8; 20]> {
        let random = |number: u64| number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        let id = |begin: &[u8], number: u64| {
            let bytes = begin.iter().copied().chain(random(number)).chain(random(number + 7)).chain(random(number + 9));
            <[u8; 20]>::try_from(bytes.take(20).collect::<Vec<_>>()).expect("20 bytes")
        };
        let random = (0..9_000).map(|number| id(if number < 2_000 { &[] } else { &[0x10] }, number));
        let clustered =
            (0..9_000).map(|number| id(if number < 4_500 { &[0x20, 0xff, 0xfe] } else { &[0x30, 0] }, number));
        // As long as what is compared first, and longer: many in a row that differ in their last bytes alone.
        let alike = (0..300).map(|number| id(&[0x40; 12], number));
        let mut ids: Vec<_> = random.chain(clustered).chain(alike).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn both_ways_find_each_object_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ids = ids();
        let pack = indexed(folder.path(), &ids);
        let both = |id| {
            let (among, guess) = pack.expected(&id);
            let found = pack.look_up(ObjectId(id), among.clone(), guess);
            // Ids that begin alike across two pieces are left to libgit2.
            if id[..12] != [0x40; 12] {
                assert_eq!(pack.find_in_pieces(ObjectId(id), among, guess), found, "{id:?}");
            }
            found
        };
        for (number, id) in ids.iter().enumerate() {
            assert_eq!(both(*id), Some(place(number)), "{id:?}");
            for at in [1, 9, 19] {
                let mut absent = *id;
                absent[at] ^= 1;
                assert_eq!(both(absent), ids.binary_search(&absent).ok().map(place), "{absent:?}");
            }
        }
        for absent in [[0; 20], [0x10; 20], [0x2f; 20], [0xff; 20]] {
            assert_eq!(both(absent), None);
        }
    }

    #[test]
    fn ids_that_lie_together_are_not_looked_for_one_piece_after_another() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ids = ids();
        for id in ids.iter().step_by(500) {
            let pack = indexed(folder.path(), &ids);
            let (among, guess) = pack.expected(id);
            assert!(pack.find_in_pieces(ObjectId(*id), among, guess).is_some(), "{id:?}");
            let read = pack.pieces.get().expect("asked").iter().filter(|piece| piece.get().is_some()).count();
            // Three beside the first, and seven times the half of at most 110.
            assert!(read <= 1 + BESIDE + 7, "{read} for {id:?}");
        }
    }
}
