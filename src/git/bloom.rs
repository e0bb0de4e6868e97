//! Owns the changed-path Bloom filters of commit-graphs, and the hash that they are built with.
//! Answers in one direction alone: that a path surely did not change.

use std::ops::Range;

/// The filters of one commit-graph file.
#[derive(Debug)]
pub(super) struct Filters {
    /// Where the running totals of the filters' lengths stand.
    totals: usize,
    filters: Range<usize>,
    version: u32,
    hashes: u32,
}

/// Whether one path changed, ready to be asked of many filters.
#[derive(Debug)]
pub(super) struct Question {
    hashes: (u32, u32),
    /// Whether both versions of the hash agree on it: the first took bytes beyond ASCII for negative numbers.
    plain: bool,
}

impl Question {
    pub(super) fn new(path: &str) -> Self {
        let bytes = path.as_bytes();
        Question { hashes: (murmur3(0x293a_e76f, bytes), murmur3(0x7e64_6e2c, bytes)), plain: path.is_ascii() }
    }
}

impl Filters {
    /// Takes the chunks; `None` where they are not there, or not of a shape that is known.
    pub(super) fn new(
        bytes: &[u8],
        index: Option<Range<usize>>,
        filters: Option<Range<usize>>,
        commits: usize,
    ) -> Option<Self> {
        const HEAD: usize = 12;
        let (index, filters) = (index?, filters?);
        let head = bytes.get(filters.clone())?.first_chunk::<HEAD>()?;
        let word = |at: usize| head[at..].first_chunk().map(|word| u32::from_be_bytes(*word));
        let (version, hashes) = (word(0)?, word(4)?);
        let known = matches!(version, 1 | 2) && (1..=64).contains(&hashes) && index.len() == commits * 4;
        known.then(|| Filters { totals: index.start, filters: filters.start + HEAD..filters.end, version, hashes })
    }

    /// Tells whether a commit surely left a path alone. An empty filter knows nothing.
    pub(super) fn surely_lacks(&self, bytes: &[u8], commit: usize, question: &Question) -> bool {
        if !question.plain && self.version != 2 {
            return false;
        }
        let total = |at: usize| {
            let word = bytes.get(self.totals + at * 4..)?.first_chunk()?;
            Some(u32::from_be_bytes(*word) as usize)
        };
        let start = if commit == 0 { Some(0) } else { total(commit - 1) };
        let range = start.zip(total(commit)).filter(|(start, end)| start < end);
        let filter = range.and_then(|(start, end)| bytes.get(self.filters.clone())?.get(start..end));
        let Some(filter) = filter else { return false };
        let bits = filter.len() as u64 * 8;
        let (first, step) = question.hashes;
        (0..self.hashes).any(|turn| {
            let bit = u64::from(first.wrapping_add(turn.wrapping_mul(step))) % bits;
            let byte = usize::try_from(bit / 8).ok().and_then(|at| filter.get(at));
            byte.is_some_and(|byte| byte & (1 << (bit % 8)) == 0)
        })
    }
}

/// Hashes as MurmurHash3 for 32 bits does (Austin Appleby, public domain).
fn murmur3(seed: u32, bytes: &[u8]) -> u32 {
    let scramble = |word: u32| word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let little = |chunk: &[u8]| chunk.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
    let words = bytes.chunks_exact(4);
    let rest = scramble(little(words.remainder()));
    let mixed = words.fold(seed, |hash, word| {
        (hash ^ scramble(little(word))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    #[allow(clippy::cast_possible_truncation, reason = "a path is shorter than 4 GB")]
    let mut hash = mixed ^ rest ^ bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_git_does() {
        // The values of git's own test of its Bloom filters.
        let table =
            [("", 0), ("Hello world!", 0x627b_0c2c), ("The quick brown fox jumps over the lazy dog", 0x2e4f_f723)];
        for (text, hash) in table {
            assert_eq!(murmur3(0, text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn no_filter_knows_nothing() {
        let mut bytes = vec![0; 12];
        bytes[3] = 1;
        bytes[7] = 7;
        // Three commits: an empty filter, one full of zeros, one full of ones.
        bytes.extend([0, 0, 0, 0xff, 0xff, 0xff]);
        let totals = bytes.len();
        bytes.extend([0u32, 3, 6].iter().flat_map(|total| total.to_be_bytes()));
        let filters = Filters::new(&bytes, Some(totals..totals + 12), Some(0..totals), 3).expect("they are whole");
        let lacks =
            |path: &str| (0..4).map(|at| filters.surely_lacks(&bytes, at, &Question::new(path))).collect::<Vec<_>>();
        assert_eq!(lacks("okrs"), [false, true, false, false]);
        assert_eq!(lacks("\u{fc}bung"), [false; 4], "version 1 hashed such names otherwise");
        assert!(Filters::new(&bytes, Some(totals..totals + 8), Some(0..totals), 3).is_none());
    }
}
