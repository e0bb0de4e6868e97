//! Owns the bytes of commits and trees: parsed by hand, since every commit of a long history passes through here.

use super::{CommitRecord, ObjectId, Outline, Person, Signature, TreeEntry, trailers};
use memchr::{memchr, memrchr};

/// Reads a commit. `None` where it has no tree.
pub(super) fn commit(id: ObjectId, bytes: &[u8]) -> Option<CommitRecord> {
    let mut tree = None;
    let mut parents = Vec::new();
    let (mut author, mut committer) = (None, None);
    let (mut signed, mut latin1) = (false, false);
    let mut rest = bytes;
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        if line.is_empty() {
            break;
        }
        let (key, value) = split_once(line, b' ').unwrap_or((line, b""));
        match key {
            b"tree" => tree = hex(value),
            b"parent" => parents.push(hex(value)?),
            b"author" => author = Some(value),
            b"committer" => committer = Some(value),
            b"gpgsig" | b"gpgsig-sha256" => signed = true,
            b"encoding" => latin1 = is_latin1(value),
            _ => {}
        }
    }
    let text = |bytes: &[u8]| decode(bytes, latin1);
    let summary = rest.split(|&b| b == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    Some(CommitRecord {
        id,
        tree: tree?,
        parents,
        author: signature(author.unwrap_or_default(), text),
        committer: signature(committer.unwrap_or_default(), text),
        summary: text(summary.unwrap_or_default()),
        signed,
    })
}

/// Reads what a walk needs of a commit, with its trailers of one key. `None` where it has no tree.
pub(super) fn outline(bytes: &[u8], trailer: &str) -> Option<Outline> {
    let (mut tree, mut parents, mut seconds, mut latin1) = (None, Vec::new(), 0, false);
    // A signature is longer than all else, and a message may be: of both little is wanted. There is one for each commit.
    let mut raw = Vec::with_capacity(256);
    let mut rest = bytes;
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        if line.is_empty() {
            break;
        }
        let (key, value) = split_once(line, b' ').unwrap_or((line, b""));
        let kept = match key {
            b"tree" => {
                tree = hex(value);
                line
            }
            b"parent" => {
                parents.push(hex(value)?);
                continue;
            }
            b"committer" => {
                seconds = moment(value).0;
                line
            }
            b"encoding" => {
                latin1 = is_latin1(value);
                line
            }
            b"author" => line,
            b"gpgsig" | b"gpgsig-sha256" => key,
            _ => continue,
        };
        raw.extend_from_slice(kept);
        raw.push(b'\n');
    }
    let lead = rest.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(rest.len());
    let end = memchr(b'\n', &rest[lead..]).map_or(rest.len(), |end| lead + end);
    raw.push(b'\n');
    raw.extend_from_slice(&rest[lead..end]);
    let trailers = trailers::values(rest, trailer).iter().map(|value| decode(value, latin1)).collect();
    Some(Outline { tree: tree?, parents, seconds, raw: raw.into(), trailers })
}

/// The head of an entry of a tree: its mode, and where its name stands. The id comes behind the byte at the name's end.
pub(super) struct Head {
    pub(super) mode: u32,
    pub(super) name: std::ops::Range<usize>,
}

impl Head {
    /// Reads the head of a tree's first entry. `None` where it is cut off.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut mode = 0u32;
        let mut at = 0;
        loop {
            match bytes.get(at)? {
                digit @ b'0'..=b'7' if at < 11 => mode = mode.wrapping_mul(8).wrapping_add(u32::from(digit - b'0')),
                b' ' => break,
                _ => return None,
            }
            at += 1;
        }
        let start = at + 1;
        let name = start..start + memchr(0, &bytes[start..])?;
        (bytes.len() > name.end + 20).then_some(Head { mode, name })
    }

    /// Gives where the next entry starts.
    pub(super) fn next(&self) -> usize {
        self.name.end + 21
    }
}

/// Gives where the last entry ends that lies in the first `same` bytes of a tree as a whole. Modes are not looked at.
pub(super) fn boundary(bytes: &[u8], same: usize) -> usize {
    let mut at = 0;
    let next = |at: usize| memchr(0, &bytes[at..]).map(|end| at + end + 21);
    while let Some(next) = next(at).filter(|&next| next <= same) {
        at = next;
    }
    at
}

/// Reads the entries of a tree in git's order. `None` where it is cut off.
pub(super) fn tree(mut bytes: &[u8]) -> Option<Vec<TreeEntry>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (mode, rest) = split_once(bytes, b' ')?;
        let (name, rest) = split_once(rest, 0)?;
        let id = rest.first_chunk::<20>()?;
        let mode = mode.iter().try_fold(0, |mode, digit| match digit {
            b'0'..=b'7' => Some(mode * 8 + u32::from(digit - b'0')),
            _ => None,
        })?;
        entries.push(TreeEntry { mode, name: String::from_utf8_lossy(name).into_owned(), id: ObjectId(*id) });
        bytes = &rest[20..];
    }
    Some(entries)
}

/// Finds one entry of a tree by name, without reading the others into memory.
pub(super) fn entry(mut bytes: &[u8], wanted: &[u8]) -> Option<(u32, ObjectId)> {
    while !bytes.is_empty() {
        let (mode, rest) = split_once(bytes, b' ')?;
        let (name, rest) = split_once(rest, 0)?;
        let id = rest.first_chunk::<20>()?;
        if name == wanted {
            let mode = mode.iter().fold(0, |mode, digit| mode * 8 + u32::from(digit.wrapping_sub(b'0') & 7));
            return Some((mode, ObjectId(*id)));
        }
        bytes = &rest[20..];
    }
    None
}

/// Reads `Name <address> seconds +zone`; what is not there is empty or 0, as git itself reads broken lines.
fn signature(line: &[u8], text: impl Fn(&[u8]) -> String) -> Signature {
    let close = memrchr(b'>', line).unwrap_or(line.len());
    let open = memchr(b'<', &line[..close]).unwrap_or(close);
    let name = line[..open].trim_ascii();
    let email = line.get(open + 1..close).unwrap_or_default().trim_ascii();
    let (seconds, offset_minutes) = moment(line);
    Signature { person: Person { name: text(name), email: text(email) }, seconds, offset_minutes }
}

/// Reads the moment at the end of a signature: seconds since 1970, and minutes east of UTC.
fn moment(line: &[u8]) -> (i64, i32) {
    let close = memrchr(b'>', line).unwrap_or(line.len());
    let when = line.get(close + 1..).unwrap_or_default();
    let words = when.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    // What is no UTF-8 is no number either.
    let mut when = words.map(|word| std::str::from_utf8(word).unwrap_or_default());
    let seconds = when.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    (seconds, when.next().and_then(zone).unwrap_or(0))
}

/// Reads `+0530` as minutes east of UTC.
fn zone(word: &str) -> Option<i32> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let number: i32 = digits.parse().ok().filter(|n| (0..=9999).contains(n))?;
    Some(sign * (number / 100 * 60 + number % 100))
}

fn is_latin1(encoding: &[u8]) -> bool {
    [&b"iso-8859-1"[..], b"iso8859-1", b"latin1", b"latin-1"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

fn decode(bytes: &[u8], latin1: bool) -> String {
    if latin1 { bytes.iter().map(|&b| char::from(b)).collect() } else { String::from_utf8_lossy(bytes).into_owned() }
}

fn hex(digits: &[u8]) -> Option<ObjectId> {
    ObjectId::parse(std::str::from_utf8(digits).ok()?)
}

fn split_once(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|&b| b == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}

fn next_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    Some(memchr(b'\n', bytes).map_or((bytes, b""), |end| (&bytes[..end], &bytes[end + 1..])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_signed_merge_in_another_encoding() {
        let bytes = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
            parent 1111111111111111111111111111111111111111\n\
            parent 2222222222222222222222222222222222222222\n\
            author Jos\xe9 <j@x.example> 1780000000 -0730\n\
            committer C > D <c@x.example> 1780000001 +0200\n\
            gpgsig -----BEGIN\n parent not one\n -----END\n\
            encoding ISO-8859-1\n\n\n  Fa\xe7ade \nsecond\n";
        let commit = commit(ObjectId::default(), bytes).expect("it parses");
        assert_eq!(commit.parents.len(), 2);
        assert_eq!(commit.author.person.name, "Jos\u{e9}");
        assert_eq!((commit.author.seconds, commit.author.offset_minutes), (1_780_000_000, -450));
        assert_eq!(commit.committer.person.email, "c@x.example");
        assert!(commit.signed);
        assert_eq!(commit.summary, "Fa\u{e7}ade");
        let outline = outline(bytes, "OKR").expect("it parses");
        assert_eq!((outline.tree, &outline.parents, outline.seconds), (commit.tree, &commit.parents, 1_780_000_001));
        let rest = super::commit(ObjectId::default(), &outline.raw).expect("it parses");
        assert_eq!(rest, CommitRecord { parents: Vec::new(), ..commit });
    }

    #[test]
    fn finds_one_entry_as_the_whole_reading_does() {
        let mut bytes = Vec::new();
        for (mode, name, fill) in [("100644", "a.toml", 1), ("40000", "b", 2), ("120000", "c", 3)] {
            bytes.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            bytes.extend_from_slice(&[fill; 20]);
        }
        for listed in tree(&bytes).expect("it parses") {
            assert_eq!(entry(&bytes, listed.name.as_bytes()), Some((listed.mode, listed.id)));
        }
        assert_eq!(entry(&bytes, b"d"), None);
        assert_eq!(tree(&bytes[..bytes.len() - 1]), None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), line in "(tree|parent|author|x)? ?[<>a-f0-9 +-]{0,60}\n{0,2}[a-z\n]{0,20}") {
            let _ = (tree(&bytes), entry(&bytes, b"a"), commit(ObjectId::default(), &bytes));
            let whole = commit(ObjectId::default(), line.as_bytes());
            let outlined = outline(line.as_bytes(), "OKR").and_then(|outline| commit(ObjectId::default(), &outline.raw));
            prop_assert_eq!(whole.map(|whole| CommitRecord { parents: Vec::new(), ..whole }), outlined);
            let _ = signature(line.as_bytes(), |b| decode(b, false));
        }
    }
}
