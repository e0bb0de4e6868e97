//! Owns the changed-path Bloom filters of commit-graphs, and the hash that they are built with.
//! Answers in one direction alone: that a path surely did not change.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

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

    /// Tells whether a filter of so many hashes surely lacks the path. An empty one knows nothing.
    fn is_surely_lacking(&self, filter: &[u8], hashes: u32) -> bool {
        let Some(bits) = u32::try_from(filter.len() * 8).ok().filter(|&bits| bits > 0) else { return false };
        let (first, step) = self.hashes;
        (0..hashes).any(|turn| {
            let bit = first.wrapping_add(turn.wrapping_mul(step)) % bits;
            filter[bit as usize / 8] & (1 << (bit % 8)) == 0
        })
    }
}

/// Tells for each commit of a commit-graph file whether it surely left alone all that is asked about, from the filters in
/// two of the file's chunks: where each filter ends, and the filters. They are read once through, a block after the other,
/// which is quicker than to look at some here and there. `None` where they are not of a shape that is known, or nothing is
/// asked.
pub(super) fn untouched(
    file: &mut (impl Read + Seek),
    ends: &Range<u64>,
    filters: &Range<u64>,
    commits: usize,
    questions: &[Question],
) -> Option<Vec<bool>> {
    const HEAD: usize = 12;
    const BLOCK: usize = 4096;
    let length = (filters.end - filters.start).checked_sub(HEAD as u64)?;
    if ends.end - ends.start != commits as u64 * 4 || questions.is_empty() {
        return None;
    }
    file.seek(SeekFrom::Start(filters.start)).ok()?;
    let mut head = [0; HEAD];
    file.read_exact(&mut head).ok()?;
    let [version, hashes, _] = *head.as_chunks().0 else { return None };
    let (version, hashes) = (u32::from_be_bytes(version), u32::from_be_bytes(hashes));
    let agreed = version == 2 || version == 1 && questions.iter().all(|question| question.plain);
    if !agreed || !(1..=64).contains(&hashes) {
        return None;
    }
    let mut lacking = Vec::with_capacity(commits);
    let (mut start, mut bounds, mut block) = (0, Vec::new(), Vec::new());
    while lacking.len() < commits {
        bounds.resize((commits - lacking.len()).min(BLOCK) * 4, 0);
        file.seek(SeekFrom::Start(ends.start + lacking.len() as u64 * 4)).ok()?;
        file.read_exact(&mut bounds).ok()?;
        let bounds = bounds.as_chunks().0;
        let last = bounds.last().map(|end| u32::from_be_bytes(*end)).filter(|&last| u64::from(last) <= length)?;
        block.resize(last.checked_sub(start)? as usize, 0);
        file.seek(SeekFrom::Start(filters.start + HEAD as u64 + u64::from(start))).ok()?;
        file.read_exact(&mut block).ok()?;
        let mut rest = &block[..];
        for end in bounds {
            let end = u32::from_be_bytes(*end);
            let (filter, behind) = rest.split_at_checked(end.checked_sub(start)? as usize)?;
            lacking.push(questions.iter().all(|question| question.is_surely_lacking(filter, hashes)));
            (start, rest) = (end, behind);
        }
    }
    Some(lacking)
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
        let filters = 0..bytes.len() as u64;
        bytes.extend([0u32, 3, 6].iter().flat_map(|end| end.to_be_bytes()));
        let ends = filters.end..bytes.len() as u64;
        let ask = |bytes: &[u8], commits, paths: &[&str]| {
            let questions: Vec<_> = paths.iter().map(|path| Question::new(path)).collect();
            untouched(&mut std::io::Cursor::new(bytes), &ends, &filters, commits, &questions)
        };
        assert_eq!(ask(&bytes, 3, &["okrs"]), Some(vec![false, true, false]));
        assert_eq!(ask(&bytes, 3, &["okrs", "goals"]), Some(vec![false, true, false]));
        assert_eq!(ask(&bytes, 3, &[]), None);
        assert_eq!(ask(&bytes, 3, &["\u{fc}bung"]), None, "version 1 hashed such names otherwise");
        assert_eq!(ask(&bytes, 2, &["okrs"]), None, "a file of three commits");
        for (at, byte) in [(3, 3), (7, 0), (21, 4), (29, 9)] {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            assert_eq!(ask(&bytes, 3, &["okrs"]), None, "{byte} at {at}");
        }
    }
}
