//! Owns how a clone is kept: what git left out of it, what rewrites its history, and what makes it quick to read.
//! Reads a few bytes of each file and no object. Never says what to do about it.

use super::{Error, Repository};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How a clone is kept, as far as its history depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Commits at which the clone is cut off, whether or not HEAD leads to them.
    pub cuts: usize,
    /// Remotes that objects were left out from, by name, with the filter where one is set.
    pub filters: Vec<(String, Option<String>)>,
    /// Commits that `info/grafts` gives other parents.
    pub grafts: usize,
    /// Objects that `refs/replace` puts others in the place of.
    pub replaced: usize,
    /// Objects in packs, those of alternates included; one that is in two packs counts twice.
    pub packed_objects: u64,
    /// The commit-graph.
    pub commit_graph: CommitGraph,
    /// Why the index does not read.
    pub index: Option<Error>,
}

/// What there is of a commit-graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitGraph {
    /// None.
    Absent,
    /// A file that is none, although it stands where one should be.
    Damaged,
    /// One that does not say which paths a commit changed.
    Plain,
    /// One that does, by Bloom filters.
    Filtered,
}

impl Repository {
    /// Looks at how the clone is kept. What cannot be read counts as not there.
    pub fn condition(&self) -> Condition {
        let objects = self.common_dir().join("objects");
        Condition {
            cuts: self.rewritten.shallow.len(),
            filters: if self.rewritten.partial { self.filters() } else { Vec::new() },
            grafts: self.rewritten.grafts.len(),
            replaced: self.rewritten.replaced.len(),
            packed_objects: packed_objects(&objects),
            commit_graph: commit_graph(&objects),
            index: if self.is_bare() { None } else { self.tracked().err() },
        }
    }

    /// Lists the remotes that objects were left out from.
    fn filters(&self) -> Vec<(String, Option<String>)> {
        let Ok(config) = self.inner.config().and_then(|mut config| config.snapshot()) else { return Vec::new() };
        let mut remotes = Vec::new();
        if let Ok(mut entries) = config.entries(Some(r"^remote\..*\.promisor$")) {
            while let Some(Ok(entry)) = entries.next() {
                let key = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                let name = key.strip_prefix("remote.").and_then(|rest| rest.strip_suffix(".promisor"));
                remotes.extend(name.filter(|_| entry.value().is_ok_and(|on| on != "false")).map(str::to_owned));
            }
        }
        remotes.extend(config.get_string("extensions.partialclone"));
        remotes.sort();
        remotes.dedup();
        let filter = |name: &String| config.get_string(&format!("remote.{name}.partialclonefilter")).ok();
        remotes.into_iter().map(|name| (name.clone(), filter(&name))).collect()
    }
}

/// Counts the objects of all packs, each by the last number of its index's fan-out table.
fn packed_objects(objects: &Path) -> u64 {
    indices(objects).filter_map(|path| objects_of(&path).ok()).map(u64::from).sum()
}

/// Lists the indices of all packs of a folder of objects and of those that it borrows from.
pub(super) fn indices(objects: &Path) -> impl Iterator<Item = PathBuf> {
    let mut folders = Vec::new();
    let mut waiting = vec![objects.to_owned()];
    while let Some(folder) = waiting.pop().and_then(|folder| folder.canonicalize().ok()) {
        if folders.contains(&folder) {
            continue;
        }
        let alternates = fs::read_to_string(folder.join("info/alternates")).unwrap_or_default();
        let borrowed = alternates.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        waiting.extend(borrowed.map(|line| folder.join(line)).filter(|folder| folder.is_dir()));
        folders.push(folder);
    }
    let entries = |folder: PathBuf| fs::read_dir(folder.join("pack")).into_iter().flatten().flatten();
    let paths = folders.into_iter().flat_map(entries).map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "idx"))
}

fn objects_of(index: &Path) -> io::Result<u32> {
    const VERSION_2: [u8; 4] = [0xff, b't', b'O', b'c'];
    let mut file = File::open(index)?;
    let mut word = [0; 4];
    file.read_exact(&mut word)?;
    // 256 running totals of 4 bytes, after eight bytes of header; version 1 has no header.
    file.seek(SeekFrom::Start(if word == VERSION_2 { 8 + 255 * 4 } else { 255 * 4 }))?;
    file.read_exact(&mut word)?;
    Ok(u32::from_be_bytes(word))
}

/// Looks at the one file, else at the chain of files.
fn commit_graph(objects: &Path) -> CommitGraph {
    let info = objects.join("info");
    let single = info.join("commit-graph");
    let files: Vec<PathBuf> = if single.exists() {
        vec![single]
    } else {
        let chain = fs::read_to_string(info.join("commit-graphs/commit-graph-chain")).unwrap_or_default();
        chain.lines().map(|id| info.join(format!("commit-graphs/graph-{id}.graph"))).collect()
    };
    let states: Vec<CommitGraph> = files.iter().map(|file| layer(file).unwrap_or(CommitGraph::Damaged)).collect();
    for worst in [CommitGraph::Damaged, CommitGraph::Plain, CommitGraph::Filtered] {
        if states.contains(&worst) {
            return worst;
        }
    }
    CommitGraph::Absent
}

/// Reads the table of chunks of one file.
fn layer(path: &Path) -> io::Result<CommitGraph> {
    const HASH: u64 = 20;
    const ROW: usize = 12;
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = [0; 8];
    file.read_exact(&mut head)?;
    let [b'C', b'G', b'P', b'H', 1, 1, chunks, _] = head else { return Ok(CommitGraph::Damaged) };
    let mut table = vec![0; (usize::from(chunks) + 1) * ROW];
    file.read_exact(&mut table)?;
    let rows: Vec<(&[u8], u64)> = table
        .chunks_exact(ROW)
        .map(|row| (&row[..4], row[4..].iter().fold(0, |offset, &byte| offset << 8 | u64::from(byte))))
        .collect();
    let ascending = rows.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    // The last row ends the table and points at the file's own checksum.
    if !ascending || rows.last().is_none_or(|end| end.1.checked_add(HASH) != Some(length)) {
        return Ok(CommitGraph::Damaged);
    }
    let has = |name: &[u8]| rows.iter().any(|row| row.0 == name);
    Ok(match [b"OIDF", b"OIDL", b"CDAT"].iter().all(|name| has(*name)) {
        false => CommitGraph::Damaged,
        true if has(b"BIDX") && has(b"BDAT") => CommitGraph::Filtered,
        true => CommitGraph::Plain,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_of_a_pack_index_are_counted_and_alternates_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        for objects in [&one, &two] {
            fs::create_dir_all(objects.join("pack")).expect("a folder");
            fs::create_dir_all(objects.join("info")).expect("a folder");
        }
        let mut fan_out = vec![0; 255 * 4];
        fan_out.extend(70_001u32.to_be_bytes());
        fs::write(one.join("pack/a.idx"), &fan_out).expect("written");
        fs::write(one.join("pack/a.pack"), &fan_out).expect("written");
        fs::write(one.join("pack/cut.idx"), &fan_out[..9]).expect("written");
        let mut second = vec![0xff, b't', b'O', b'c', 0, 0, 0, 2];
        second.extend(&fan_out);
        fs::write(two.join("pack/b.idx"), &second).expect("written");
        assert_eq!(packed_objects(&one), 70_001);
        // Two that borrow from each other end all the same.
        fs::write(one.join("info/alternates"), "# shared\n../two\n").expect("written");
        assert_eq!(packed_objects(&one), 140_002);
        fs::write(two.join("info/alternates"), "../one").expect("written");
        assert_eq!(packed_objects(&one), 140_002);
    }

    #[test]
    fn a_commit_graph_is_told_by_its_chunks() {
        let folder = tempfile::tempdir().expect("a folder");
        let info = folder.path().join("info");
        fs::create_dir_all(info.join("commit-graphs")).expect("a folder");
        let graph = |names: &[&[u8; 4]]| {
            let chunks = u8::try_from(names.len()).expect("few");
            let mut bytes = [b"CGPH".as_slice(), &[1, 1, chunks, 0]].concat();
            let end = 8 + (names.len() as u64 + 1) * 12;
            for name in names.iter().copied().chain([&[0; 4]]) {
                bytes.extend(name);
                bytes.extend(end.to_be_bytes());
            }
            bytes.extend([0; 20]);
            bytes
        };
        let plain = graph(&[b"OIDF", b"OIDL", b"CDAT"]);
        let filtered = graph(&[b"OIDF", b"OIDL", b"CDAT", b"BIDX", b"BDAT"]);
        let state = || commit_graph(folder.path());
        assert_eq!(state(), CommitGraph::Absent);
        let chain = info.join("commit-graphs/commit-graph-chain");
        fs::write(&chain, "aa\nbb\n").expect("written");
        assert_eq!(state(), CommitGraph::Damaged, "a chain of files that are not there");
        fs::write(info.join("commit-graphs/graph-aa.graph"), &filtered).expect("written");
        fs::write(info.join("commit-graphs/graph-bb.graph"), &plain).expect("written");
        assert_eq!(state(), CommitGraph::Plain, "one layer without filters");
        fs::write(&chain, "aa\n").expect("written");
        assert_eq!(state(), CommitGraph::Filtered);
        let single = info.join("commit-graph");
        for (bytes, wanted) in [
            (&plain[..], CommitGraph::Plain),
            (&plain[..plain.len() - 1], CommitGraph::Damaged),
            (&plain[..10], CommitGraph::Damaged),
            (b"", CommitGraph::Damaged),
            (&graph(&[b"OIDF"]), CommitGraph::Damaged),
        ] {
            fs::write(&single, bytes).expect("written");
            assert_eq!(state(), wanted, "the one file goes before the chain");
        }
    }
}
