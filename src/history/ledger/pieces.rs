//! Owns how numbers, and many small things one behind another, are written so that each can be read without the others.
//! Never knows what they are, nor where they lie.

use serde::{Deserialize, Serialize, Serializer};
use std::ops::Range;

/// Numbers that are read where they lie: each takes as many bytes, and nobody goes through all to come to one.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Numbers<'a>(#[serde(serialize_with = "at_once")] &'a [u8]);

/// Things as they are put together.
#[derive(Debug, Default)]
pub(super) struct Parts {
    start: u32,
    ends: Vec<u8>,
}

/// Things as they were written.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Pieces<'a> {
    /// Where the first begins.
    start: u32,
    /// Where each ends.
    #[serde(borrow)]
    ends: Numbers<'a>,
}

/// Writes bytes at once: left to itself, serde takes them one by one.
pub(super) fn at_once<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(bytes)
}

/// Writes numbers one behind another.
pub(super) fn written(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_le_bytes).collect()
}

impl<'a> Numbers<'a> {
    /// Takes what was [`written`].
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Numbers(bytes)
    }

    /// Counts them.
    pub(super) fn len(self) -> usize {
        self.0.len() / 4
    }

    /// Gives one of them.
    pub(super) fn get(self, at: usize) -> Option<u32> {
        self.0.as_chunks().0.get(at).copied().map(u32::from_le_bytes)
    }

    /// Gives all of them.
    pub(super) fn all(self) -> impl Iterator<Item = u32> + use<'a> {
        self.0.as_chunks().0.iter().copied().map(u32::from_le_bytes)
    }

    /// Gives them two by two.
    pub(super) fn pairs(self) -> impl Iterator<Item = (u32, u32)> + use<'a> {
        self.0.as_chunks().0.iter().map(pair)
    }

    /// Gives what those pairs have second, of pairs in order, that have this first.
    pub(super) fn of(self, first: u32) -> impl Iterator<Item = u32> + use<'a> {
        let pairs = self.0.as_chunks().0;
        let from = pairs.partition_point(|own| pair(own).0 < first);
        pairs[from..].iter().map(pair).take_while(move |own| own.0 == first).map(|own| own.1)
    }
}

fn pair(bytes: &[u8; 8]) -> (u32, u32) {
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    (word(0), word(4))
}

impl Parts {
    /// Counts them.
    pub(super) fn len(&self) -> usize {
        self.ends.len() / 4
    }

    /// Begins behind what was written already; `None` where that is too much.
    pub(super) fn behind(bytes: &[u8]) -> Option<Self> {
        Some(Parts { start: u32::try_from(bytes.len()).ok()?, ends: Vec::new() })
    }

    /// Writes one behind all that was written; `None` where there is too much.
    pub(super) fn push<T: Serialize + ?Sized>(&mut self, thing: &T, bytes: &mut Vec<u8>) -> Option<()> {
        *bytes = postcard::to_extend(thing, std::mem::take(bytes)).ok()?;
        self.ends.extend(u32::try_from(bytes.len()).ok()?.to_le_bytes());
        Some(())
    }

    /// Says where they lie.
    pub(super) fn pieces(&self) -> Pieces<'_> {
        Pieces { start: self.start, ends: Numbers(&self.ends) }
    }
}

impl<'a> Pieces<'a> {
    /// Counts them.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Reads all of them in order, each `None` where it is none.
    pub(super) fn all<T: Deserialize<'a>>(self, bytes: &'a [u8]) -> impl Iterator<Item = Option<T>> + use<'a, T> {
        (0..self.len()).map(move |at| read(bytes.get(self.range(at)?)?))
    }

    /// Finds where one of them lies; `None` where there is none.
    pub(super) fn range(&self, at: usize) -> Option<Range<usize>> {
        let start = if at == 0 { self.start } else { self.ends.get(at - 1)? };
        Some(start as usize..self.ends.get(at)? as usize)
    }
}

/// Reads one thing; `None` where the bytes are another.
pub(super) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (thing, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_without_the_others() {
        let all = ["", "a", "bcd", "\u{e4}"];
        let mut bytes = vec![7];
        let mut parts = Parts::behind(&bytes).expect("it is short");
        all.iter().for_each(|one| parts.push(one, &mut bytes).expect("they are short"));
        let stored = postcard::to_allocvec(&parts.pieces()).expect("it writes");
        let pieces: Pieces<'_> = postcard::from_bytes(&stored).expect("it reads");
        assert_eq!(pieces.all::<&str>(&bytes).collect::<Option<Vec<_>>>().expect("all read"), all);
        let get = |at: usize| read::<&str>(bytes.get(pieces.range(at)?)?);
        assert_eq!([0, 1, 2, 3, 4].map(get), [Some(""), Some("a"), Some("bcd"), Some("\u{e4}"), None]);
        assert_eq!(read::<u8>(&bytes[pieces.range(2).expect("it is there")]), None, "something else");
        let ends = written([1, u32::MAX, 0]);
        let cut = Pieces { start: 0, ends: Numbers(&ends) };
        assert_eq!(cut.all::<u8>(&[7]).collect::<Vec<_>>(), [Some(7), None, None]);
    }

    #[test]
    fn numbers_are_found_where_they_lie() {
        let bytes = written([1, 7, 3, 8, 3, 9, 4, u32::MAX]);
        let numbers = Numbers::new(&bytes);
        assert_eq!((numbers.len(), numbers.get(1), numbers.get(7), numbers.get(8)), (8, Some(7), Some(u32::MAX), None));
        assert_eq!(numbers.pairs().collect::<Vec<_>>(), [(1, 7), (3, 8), (3, 9), (4, u32::MAX)]);
        let of = |first| numbers.of(first).collect::<Vec<_>>();
        assert_eq!(
            (of(0), of(1), of(2), of(3), of(4), of(5)),
            (vec![], vec![7], vec![], vec![8, 9], vec![u32::MAX], vec![])
        );
        assert_eq!(Numbers::new(&bytes[..7]).all().collect::<Vec<_>>(), [1], "what was cut off is not there");
    }
}
