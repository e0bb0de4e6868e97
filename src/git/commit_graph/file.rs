//! Owns one commit-graph file: its checksum, its shape, and what of it is kept. The format is git's own
//! `gitformat-commit-graph`.
//! Never keeps what nobody asks for: it goes by in small pieces while it is hashed.

use super::super::bloom::{self, Question};
use super::{CommitGraphReader, Layer, MORE, NONE, ObjectId, Ties};
use sha1::{Digest, Sha1};
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::Range;
use std::path::Path;

const HASH: usize = 20;
/// Bytes of a commit's row: tree, two parents, generation and date.
const ROW: usize = HASH + 16;
/// Bytes that are hashed and taken in at once: few enough to be near the processor all the while.
const PIECE: usize = 1 << 16;

impl CommitGraphReader {
    /// Takes a file that lies on others, and gives its checksum; `None` where that or its shape is wrong.
    pub(super) fn lay(&mut self, path: &Path, below: &[ObjectId], questions: &[Question]) -> Option<ObjectId> {
        let mut file = File::open(path).ok()?;
        let Contents { bases, chunks } = Contents::read(&mut file)?;
        let chunk = |name: &[u8; 4]| chunks.iter().find(|chunk| chunk.0 == *name).map(|chunk| &chunk.1);
        let size = |name: &[u8; 4]| chunk(name).map(|range| range.end - range.start);
        let count = size(b"CDAT")? / ROW as u64;
        let is_whole = usize::from(bases) == below.len()
            && size(b"OIDF") == Some(256 * 4)
            && size(b"OIDL") == Some(count * HASH as u64)
            && size(b"CDAT") == Some(count * ROW as u64);
        let first = u32::try_from(self.len()).ok()?;
        let all = u32::try_from(count).ok().and_then(|count| first.checked_add(count)).filter(|&all| all < NONE)?;
        if !is_whole {
            return None;
        }
        let count = (all - first) as usize;
        // What filters say of a file that turns out to be damaged is forgotten with the file.
        let lacking = match (chunk(b"BIDX"), chunk(b"BDAT")) {
            (Some(ends), Some(filters)) => bloom::untouched(&mut file, ends, filters, count, questions),
            _ => None,
        };
        let lacking = lacking.unwrap_or_default();
        let mut lies_on = Vec::new();
        let mut totals = Vec::with_capacity(256);
        let more_below = u32::try_from(self.more.len()).ok()?;
        self.ids.reserve_exact(count);
        self.ties.reserve_exact(count);
        let mut file = Hashed::new(file)?;
        file.pass(chunks.first()?.1.start, 1, |_| Some(()))?;
        for (name, range) in &chunks {
            let unit = if name == b"CDAT" { ROW } else { HASH };
            file.pass(range.end - range.start, unit, |piece| {
                match name {
                    b"OIDF" => totals.extend(words(piece)),
                    b"OIDL" => self.ids.extend(ids(piece)),
                    b"CDAT" => {
                        let rows = piece.as_chunks().0;
                        let of = lacking.get(self.len() - first as usize..).unwrap_or_default();
                        let of = of.iter().copied().chain(std::iter::repeat(false));
                        rows.iter().zip(of).try_for_each(|(row, is_lacking)| self.take(row, is_lacking, more_below))?;
                    }
                    b"EDGE" => self.more.extend(words(piece)),
                    b"BASE" => lies_on.extend(ids(piece)),
                    _ => {}
                }
                Some(())
            })?;
        }
        let checksum = file.checksum()?;
        let is_whole = self.ids.len() == all as usize
            && self.len() == all as usize
            && totals.len() == 256
            && totals.is_sorted()
            && totals.last().copied() == Some(all - first)
            && lies_on == below;
        self.layers.push(Layer { below: first, totals });
        is_whole.then_some(checksum)
    }

    /// Takes the row of the next commit. One without a parent may have brought everything.
    fn take(&mut self, row: &[u8; ROW], is_lacking: bool, more_below: u32) -> Option<()> {
        let (tree, rest) = row.split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (second, when) = rest.split_first_chunk()?;
        let (first, mut second) = (u32::from_be_bytes(*first), u32::from_be_bytes(*second));
        if second & MORE != 0 {
            second = second.checked_add(more_below)?;
        }
        let may_touch = !is_lacking || first == NONE;
        self.touching.push(may_touch);
        if may_touch {
            self.trees.push(ObjectId(*tree));
        }
        self.ties.push(Ties { parents: [first, second], when: u64::from_be_bytes(*when.first_chunk()?) });
        Some(())
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks().0.iter().map(|word| u32::from_be_bytes(*word))
}

fn ids(bytes: &[u8]) -> impl Iterator<Item = ObjectId> + '_ {
    bytes.as_chunks().0.iter().map(|id| ObjectId(*id))
}

/// What a file says of itself.
struct Contents {
    /// How many files it lies on.
    bases: u8,
    /// Names of chunks and where they stand, one behind another up to the checksum.
    chunks: Vec<([u8; 4], Range<u64>)>,
}

impl Contents {
    fn read(file: &mut File) -> Option<Self> {
        const ENTRY: usize = 12;
        let end = file.metadata().ok()?.len().checked_sub(HASH as u64)?;
        let mut head = [0; 8];
        file.read_exact(&mut head).ok()?;
        let [b'C', b'G', b'P', b'H', 1, 1, count, bases] = head else { return None };
        let mut table = vec![0; (usize::from(count) + 1) * ENTRY];
        file.read_exact(&mut table).ok()?;
        let entry = |entry: &[u8; ENTRY]| {
            let [name, high, low] = *entry.as_chunks().0 else { return None };
            Some((name, u64::from(u32::from_be_bytes(high)) << 32 | u64::from(u32::from_be_bytes(low))))
        };
        let entries: Vec<_> = table.as_chunks().0.iter().map(entry).collect::<Option<_>>()?;
        let is_whole = entries.is_sorted_by_key(|entry| entry.1) && entries.last().is_some_and(|last| last.1 == end);
        let chunks = entries.array_windows().map(|[one, next]| (one.0, one.1..next.1)).collect();
        is_whole.then_some(Contents { bases, chunks })
    }
}

/// A file that is hashed as it is read, from its begin to the checksum at its end.
struct Hashed {
    file: File,
    hash: Sha1,
    piece: Vec<u8>,
}

impl Hashed {
    fn new(mut file: File) -> Option<Self> {
        file.rewind().ok()?;
        Some(Hashed { file, hash: Sha1::new(), piece: vec![0; PIECE] })
    }

    /// Reads so many bytes in pieces of whole units.
    fn pass(&mut self, length: u64, unit: usize, mut take: impl FnMut(&[u8]) -> Option<()>) -> Option<()> {
        let mut left = usize::try_from(length).ok()?;
        while left > 0 {
            let piece = &mut self.piece[..left.min(PIECE / unit * unit)];
            self.file.read_exact(piece).ok()?;
            self.hash.update(&*piece);
            left -= piece.len();
            take(piece)?;
        }
        Some(())
    }

    /// Reads the checksum; `None` where it is not that of what was read.
    fn checksum(mut self) -> Option<ObjectId> {
        let mut checksum = [0; HASH];
        self.file.read_exact(&mut checksum).ok()?;
        (self.hash.finalize()[..] == checksum).then_some(ObjectId(checksum))
    }
}
