//! Owns git's commit-graph files, single or in a chain: the root tree, parents and date of a commit without reading it,
//! and changed-path Bloom filters, which tell that a commit surely left a folder alone.
//! Never trusts one: a file whose checksum or shape is wrong is as good as not there. The formats are git's own
//! `gitformat-commit-graph`.

use super::bloom::{Filters, Question};
use super::{ObjectId, Repository};
use sha1::{Digest, Sha1};
use std::ops::Range;
use std::path::Path;

const HASH: usize = 20;
/// Bytes of a commit's row: tree, two parents, generation and date.
const ROW: usize = HASH + 16;
/// No parent.
const NONE: u32 = 0x7000_0000;
/// Marks a row of further parents, and the last of them.
const MORE: u32 = 0x8000_0000;

/// The commit-graph of a repository, with a question to its Bloom filters.
#[derive(Debug)]
pub struct CommitGraphReader {
    /// The base first.
    layers: Vec<Layer>,
    questions: Vec<Question>,
}

/// What a commit-graph says of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its root tree.
    pub tree: ObjectId,
    /// Commit time, seconds since 1970, UTC.
    pub seconds: i64,
    /// Whether it surely left everything alone that was asked about, against its first parent.
    pub untouched: bool,
}

#[derive(Debug)]
struct Layer {
    bytes: Vec<u8>,
    /// Commits in the layers below.
    below: u32,
    count: u32,
    fan_out: usize,
    ids: usize,
    rows: usize,
    more: Range<usize>,
    filters: Option<Filters>,
}

impl Repository {
    /// Reads the commit-graph, ready to tell which commits left some paths alone. `None` where there is none, where it
    /// is switched off or not to be trusted, and where it cannot hold: with grafts, replacements and a shallow boundary
    /// (git's own rule), and where objects were left out.
    pub fn commit_graph(&self, paths: &[String]) -> Option<CommitGraphReader> {
        let config = self.inner.config().and_then(|mut config| config.snapshot()).ok()?;
        if !self.is_plain() || !config.get_bool("core.commitGraph").unwrap_or(true) {
            return None;
        }
        let mut reader = CommitGraphReader::open(&self.common_dir().join("objects/info"))?;
        if config.get_bool("commitGraph.readChangedPaths").unwrap_or(true) {
            // The root folder is in no filter: every commit may change it.
            let inside = paths.iter().all(|path| !path.is_empty());
            reader.questions = if inside { paths.iter().map(|path| Question::new(path)).collect() } else { Vec::new() };
        }
        Some(reader)
    }
}

impl CommitGraphReader {
    /// Reads the one file, else the chain of files.
    fn open(info: &Path) -> Option<Self> {
        let single = info.join("commit-graph");
        let layers = match std::fs::read(&single) {
            Ok(bytes) => vec![Layer::new(bytes, &[], 0)?],
            Err(_) => {
                let chain = std::fs::read_to_string(info.join("commit-graphs/commit-graph-chain")).ok()?;
                let mut layers: Vec<Layer> = Vec::new();
                let mut names: Vec<ObjectId> = Vec::new();
                for line in chain.lines() {
                    let name = ObjectId::parse(line)?;
                    let bytes = std::fs::read(info.join(format!("commit-graphs/graph-{name}.graph"))).ok()?;
                    // Each file is named by its own checksum.
                    if bytes.last_chunk::<HASH>() != Some(&name.0) {
                        return None;
                    }
                    let below = layers.last().map_or(Some(0), |layer| layer.below.checked_add(layer.count))?;
                    layers.push(Layer::new(bytes, &names, below)?);
                    names.push(name);
                }
                layers
            }
        };
        let reader = CommitGraphReader { layers, questions: Vec::new() };
        (!reader.is_empty() && reader.is_sound()).then_some(reader)
    }

    /// Tells whether each commit has a date, and its parents stand in the file at a lower level than it: then no line runs
    /// in a circle, whoever wrote the file. Git before 2.19 wrote no levels, and is not believed.
    fn is_sound(&self) -> bool {
        let when = |row: &[u8; ROW]| row[HASH + 8..].iter().fold(0u64, |word, &byte| word << 8 | u64::from(byte));
        // 30 bits of level above 34 bits of seconds.
        let when: Vec<u64> = self.layers.iter().flat_map(Layer::rows).map(when).collect();
        let level = |place: u32| when.get(place as usize).map(|when| when >> 34);
        let rows = self.layers.iter().flat_map(|layer| layer.rows().map(move |row| (layer, row)));
        (0..).zip(rows).all(|(place, (layer, row))| {
            let lower = |parent: u32| (level(parent)? < level(place)?).then_some(());
            when[place as usize] & ((1 << 34) - 1) != 0 && layer.parents(row, lower).is_some()
        })
    }

    /// Counts the commits.
    pub fn len(&self) -> usize {
        self.layers.last().map_or(0, |layer| (layer.below + layer.count) as usize)
    }

    /// Tells whether it has no commit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Finds the place of a commit.
    pub fn find(&self, id: ObjectId) -> Option<u32> {
        self.layers.iter().rev().find_map(|layer| Some(layer.below + u32::try_from(layer.find(id)?).ok()?))
    }

    /// Tells what is known of the commit at a place, and lists its parents in order, with their places. `None` where
    /// nothing can be relied on.
    pub fn row(&self, place: u32, parents: &mut Vec<(ObjectId, u32)>) -> Option<Row> {
        let first = parents.len();
        let row = self.read_row(place, parents);
        if row.is_none() {
            parents.truncate(first);
        }
        row
    }

    fn read_row(&self, place: u32, parents: &mut Vec<(ObjectId, u32)>) -> Option<Row> {
        let layer = self.layer(place)?;
        let at = (place - layer.below) as usize;
        let lone = parents.len();
        let row = layer.bytes.get(layer.rows + at * ROW..)?.first_chunk::<ROW>()?;
        let tree = ObjectId(*row.first_chunk::<HASH>()?);
        let word = |at: usize| row.get(at..).and_then(|rest| rest.first_chunk()).map(|word| u32::from_be_bytes(*word));
        layer.parents(row, |parent| {
            parents.push((self.id(parent)?, parent));
            Some(())
        })?;
        // 34 bits of seconds.
        let seconds = i64::from(word(HASH + 8)? & 3) << 32 | i64::from(word(HASH + 12)?);
        let untouched = !self.questions.is_empty()
            && parents.len() > lone
            && layer.filters.as_ref().is_some_and(|filters| {
                self.questions.iter().all(|question| filters.surely_lacks(&layer.bytes, at, question))
            });
        Some(Row { tree, seconds, untouched })
    }

    /// Gives the commit at a place of the whole graph.
    fn id(&self, place: u32) -> Option<ObjectId> {
        let layer = self.layer(place)?;
        layer.id((place - layer.below) as usize)
    }

    fn layer(&self, place: u32) -> Option<&Layer> {
        let layer = self.layers.iter().rev().find(|layer| layer.below <= place)?;
        (place - layer.below < layer.count).then_some(layer)
    }
}

impl Layer {
    /// Takes a file that lies on others; `None` where its checksum or its shape is wrong.
    fn new(bytes: Vec<u8>, below: &[ObjectId], commits_below: u32) -> Option<Self> {
        let end = bytes.len().checked_sub(HASH)?;
        let [b'C', b'G', b'P', b'H', 1, 1, chunks, bases] = *bytes.first_chunk::<8>()? else { return None };
        if usize::from(bases) != below.len() || Sha1::digest(&bytes[..end])[..] != bytes[end..] {
            return None;
        }
        let offset = |row: usize| {
            let offset = bytes.get(8 + row * 12 + 4..)?.first_chunk().map(|word| u64::from_be_bytes(*word))?;
            usize::try_from(offset).ok().filter(|&offset| offset <= end)
        };
        let chunk = |name: &[u8; 4]| -> Option<Range<usize>> {
            let row = (0..usize::from(chunks))
                .find(|row| bytes.get(8 + row * 12..).is_some_and(|at| at.starts_with(name)))?;
            Some(offset(row)?..offset(row + 1)?).filter(|range| range.start <= range.end)
        };
        let (fan_out, ids, rows) = (chunk(b"OIDF")?, chunk(b"OIDL")?, chunk(b"CDAT")?);
        let totals: Vec<u32> = bytes[fan_out.clone()]
            .chunks_exact(4)
            .map(|word| word.iter().fold(0, |n, &b| n << 8 | u32::from(b)))
            .collect();
        let count = *totals.last()?;
        let commits = count as usize;
        let whole = totals.len() == 256
            && totals.is_sorted()
            && ids.len() == commits * HASH
            && rows.len() == commits * ROW
            && bytes[ids.clone()].chunks_exact(HASH).is_sorted()
            && commits_below.checked_add(count).is_some_and(|all| all < NONE);
        let lies_on = chunk(b"BASE").unwrap_or(0..0);
        let same = bytes[lies_on].chunks_exact(HASH).eq(below.iter().map(|id| &id.0[..]));
        if !whole || !same {
            return None;
        }
        let more = chunk(b"EDGE").unwrap_or(0..0);
        let filters = Filters::new(&bytes, chunk(b"BIDX"), chunk(b"BDAT"), commits);
        let (fan_out, ids, rows) = (fan_out.start, ids.start, rows.start);
        Some(Layer { bytes, below: commits_below, count, fan_out, ids, rows, more, filters })
    }

    /// Gives the rows of all commits.
    fn rows(&self) -> impl Iterator<Item = &[u8; ROW]> {
        self.bytes[self.rows..][..self.count as usize * ROW].as_chunks().0.iter()
    }

    /// Hands over the parents of a row in order, as places of the whole graph, until `take` gives none or the list ends
    /// in nowhere.
    fn parents(&self, row: &[u8; ROW], mut take: impl FnMut(u32) -> Option<()>) -> Option<()> {
        let word = |bytes: &[u8]| bytes.first_chunk().map(|word| u32::from_be_bytes(*word));
        let (first, second) = (word(&row[HASH..])?, word(&row[HASH + 4..])?);
        if first != NONE {
            take(first)?;
        }
        if second == NONE {
            return Some(());
        }
        if second & MORE == 0 {
            return take(second);
        }
        let mut at = self.more.start + (second & !MORE) as usize * 4;
        loop {
            let parent = word(self.bytes.get(at..self.more.end)?)?;
            take(parent & !MORE)?;
            if parent & MORE != 0 {
                return Some(());
            }
            at += 4;
        }
    }

    fn id(&self, at: usize) -> Option<ObjectId> {
        self.bytes.get(self.ids + at * HASH..)?.first_chunk().map(|id| ObjectId(*id))
    }

    /// Finds the place of a commit by bisection between the running totals of its first byte.
    fn find(&self, id: ObjectId) -> Option<usize> {
        let total = |at: usize| {
            self.bytes.get(self.fan_out + at * 4..)?.first_chunk().map(|word| u32::from_be_bytes(*word) as usize)
        };
        let first = usize::from(id.0[0]);
        let (mut low, mut high) = (if first == 0 { 0 } else { total(first - 1)? }, total(first)?);
        while low < high {
            let middle = low.midpoint(high);
            match self.id(middle)?.cmp(&id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}
