//! Owns the plain forms of git's objects that the other rooms see.

use std::fmt;

/// The id of a git object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ObjectId(pub [u8; 20]);

#[allow(clippy::derived_hash_with_manual_eq, reason = "equal ids have equal first bytes")]
impl std::hash::Hash for ObjectId {
    /// Hashes the first bytes alone: they are a hash already.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.first_chunk().map_or(0, |first| u64::from_le_bytes(*first)));
    }
}

/// What each byte stands for as a hexadecimal digit; above 15 where it is none.
const NIBBLES: [u8; 256] = {
    let mut nibbles = [0xff; 256];
    let mut digit = 0;
    while digit < 16 {
        let lower = b"0123456789abcdef"[digit as usize];
        nibbles[lower as usize] = digit;
        nibbles[lower.to_ascii_uppercase() as usize] = digit;
        digit += 1;
    }
    nibbles
};

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 40];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl ObjectId {
    /// Reads 40 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 40 {
            return None;
        }
        let mut id = ObjectId::default();
        let mut seen = 0;
        for (byte, pair) in id.0.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (NIBBLES[usize::from(pair[0])], NIBBLES[usize::from(pair[1])]);
            *byte = high << 4 | (low & 15);
            seen |= high | low;
        }
        (seen < 16).then_some(id)
    }

    /// Gives the first characters of the id, for people.
    pub fn short(&self) -> String {
        self.to_string()[..10].to_owned()
    }
}

/// Somebody, after `.mailmap`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// Name; bytes that are no UTF-8 stand as U+FFFD.
    pub name: String,
    /// Address.
    pub email: String,
}

/// Somebody at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// As the commit has it, before `.mailmap`.
    pub person: Person,
    /// Seconds since 1970, UTC.
    pub seconds: i64,
    /// Minutes east of UTC, as recorded.
    pub offset_minutes: i32,
}

/// A commit, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRecord {
    /// Its id.
    pub id: ObjectId,
    /// Its root tree.
    pub tree: ObjectId,
    /// Its parents in order; none at the edge of a shallow clone.
    pub parents: Vec<ObjectId>,
    /// Who wrote it.
    pub author: Signature,
    /// Who recorded it.
    pub committer: Signature,
    /// First line of the message.
    pub summary: String,
    /// Whether a signature is there; it is not verified.
    pub signed: bool,
}

impl TreeEntry {
    /// Mode of a folder.
    pub const TREE: u32 = 0o040_000;
    /// Mode of a symbolic link.
    pub const LINK: u32 = 0o120_000;
    /// Mode of a submodule's commit.
    pub const SUBMODULE: u32 = 0o160_000;

    /// Tells whether it is a folder.
    pub fn is_tree(&self) -> bool {
        self.mode == Self::TREE
    }

    /// Tells whether it is a file with content of its own: no link, no submodule, no folder.
    pub fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Git's file mode, for instance `0o100644`, `0o040000` (tree), `0o120000` (link), `0o160000` (submodule).
    pub mode: u32,
    /// Name in its folder; bytes that are no UTF-8 stand as U+FFFD.
    pub name: String,
    /// What it points at.
    pub id: ObjectId,
}
