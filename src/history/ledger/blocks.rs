//! Owns reading a little of what is long, and of that no more than the blocks in which it lies, each held against its
//! checksum. Never knows what is in them.

use super::folder::Shelf;
use super::pieces::{Numbers, written};
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

/// Bytes of a block; the last one may have fewer.
const BLOCK: usize = 1 << 14;

/// What stands behind the front of a file.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    shelf: &'a Shelf,
    name: &'a str,
    on: u32,
    /// Where in the file it begins, and how long it is.
    start: usize,
    size: usize,
    checksums: Numbers<'a>,
    /// The blocks that were read.
    held: RefCell<HashMap<usize, Vec<u8>>>,
}

/// Gives the checksums of the blocks that some bytes lie in.
pub(super) fn checksums(bytes: &[u8], shelf: &Shelf) -> Vec<u8> {
    written(bytes.chunks(BLOCK).map(|block| shelf.checksum(block, 0)))
}

impl<'a> Blocks<'a> {
    /// Makes ready to read what begins at a place of a file that lies on another; `None` where its checksums are those of
    /// something else.
    pub(super) fn new(
        shelf: &'a Shelf,
        (name, on): (&'a str, u32),
        (start, size): (usize, usize),
        checksums: Numbers<'a>,
    ) -> Option<Self> {
        let whole = size.div_ceil(BLOCK) == checksums.len();
        whole.then(|| Blocks { shelf, name, on, start, size, checksums, held: RefCell::default() })
    }

    /// Gives some of the bytes; `None` where they are not as they were written.
    pub(super) fn get(&self, range: Range<usize>) -> Option<Vec<u8>> {
        (range.start <= range.end && range.end <= self.size).then_some(())?;
        let mut held = self.held.borrow_mut();
        let mut bytes = Vec::with_capacity(range.len());
        while bytes.len() < range.len() {
            let at = range.start + bytes.len();
            let (number, within) = (at / BLOCK, at % BLOCK);
            let block = match held.entry(number) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unread) => unread.insert(self.read(number)?),
            };
            let rest = &block[within..];
            bytes.extend_from_slice(&rest[..rest.len().min(range.end - at)]);
        }
        Some(bytes)
    }

    fn read(&self, number: usize) -> Option<Vec<u8>> {
        let before = number * BLOCK;
        let length = BLOCK.min(self.size - before);
        self.shelf.part(self.name, self.on, self.start + before, length, self.checksums.get(number)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::folder::FRONT;
    use super::*;

    #[test]
    fn a_block_is_read_as_it_was_written_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shelf = Shelf::at(folder.path());
        let rest: Vec<u8> = (0..=250).cycle().take(2 * BLOCK + 100).collect();
        let sums = checksums(&rest, &shelf);
        let blocks = || Blocks::new(&shelf, ("page", 7), (FRONT + 5, rest.len()), Numbers::new(&sums));
        let bytes = shelf.behind_front(b"front", &rest, 7);
        shelf.write("page", 7, &bytes, true).expect("writable");
        assert_eq!(shelf.front("page", 7).expect("it is there").body(), b"front");
        assert!(shelf.front("page", 8).is_none(), "it lies on something else");
        let all = blocks().expect("three blocks");
        for range in [0..0, 3..9, BLOCK - 1..BLOCK + 1, 0..rest.len(), 2 * BLOCK..rest.len()] {
            assert_eq!(all.get(range.clone()).as_deref(), Some(&rest[range]));
        }
        assert_eq!((all.get(rest.len()..rest.len() + 1), all.get(0..usize::MAX)), (None, None));
        assert!(Blocks::new(&shelf, ("page", 7), (0, BLOCK), Numbers::new(&sums)).is_none(), "checksums of another");
        let file = folder.path().join("page");
        let whole = std::fs::read(&file).expect("readable");
        let mut damaged = whole.clone();
        *damaged.last_mut().expect("it is long") ^= 1;
        std::fs::write(&file, &damaged).expect("writable");
        let all = blocks().expect("three blocks");
        assert_eq!(all.get(0..9).as_deref(), Some(&rest[..9]), "of another block");
        assert_eq!(all.get(2 * BLOCK - 1..2 * BLOCK + 1), None);
        assert!(shelf.read("page", 7).is_none(), "whoever reads all of it sees the damage");
    }
}
