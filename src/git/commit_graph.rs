//! Owns what git's commit-graph says: the root tree, parents and date of a commit without reading it, and which commits
//! surely left some folders alone. The file or the chain of files is read once, and no more of it is kept than a walk asks
//! for.
//! Never trusts one: where a checksum or the shape is wrong, all of it is as good as not there.

mod file;

use super::bloom::Question;
use super::{ObjectId, Repository};
use std::path::Path;

/// No parent.
const NONE: u32 = 0x7000_0000;
/// Marks a place among further parents, and the last of them.
const MORE: u32 = 0x8000_0000;

/// The commit-graph of a repository, with what its Bloom filters say of some paths. A commit has a place in it, the same
/// through all of its files.
#[derive(Debug, Default)]
pub struct CommitGraphReader {
    /// The base first.
    layers: Vec<Layer>,
    ids: Vec<ObjectId>,
    ties: Vec<Ties>,
    /// Parents of commits that have more than two.
    more: Vec<u32>,
    /// The commits that may have touched what was asked about.
    touching: Marks,
    /// Root trees of those.
    trees: Vec<ObjectId>,
}

/// One file.
#[derive(Debug)]
struct Layer {
    /// Commits in the layers below.
    below: u32,
    /// By first byte of the id, how many commits of the file begin with that or less.
    totals: Vec<u32>,
}

/// How a commit stands to others.
#[derive(Debug, Clone, Copy)]
struct Ties {
    parents: [u32; 2],
    /// 30 bits of level above 34 bits of seconds.
    when: u64,
}

impl Ties {
    fn seconds(self) -> i64 {
        i64::try_from(self.when & ((1 << 34) - 1)).expect("34 bits")
    }

    fn level(self) -> u32 {
        u32::try_from(self.when >> 34).expect("30 bits")
    }
}

/// A set of places, which knows of each how many are below it.
#[derive(Debug, Default)]
struct Marks {
    /// For each 64 places those that are in it, and how many there are below them.
    words: Vec<(u64, u32)>,
    len: usize,
    count: u32,
}

impl Marks {
    /// Says of the next place whether it is in the set.
    fn push(&mut self, is_marked: bool) {
        let bit = self.len % 64;
        if bit == 0 {
            self.words.push((0, self.count));
        }
        if let Some((word, _)) = self.words.last_mut().filter(|_| is_marked) {
            *word |= 1 << bit;
            self.count += 1;
        }
        self.len += 1;
    }

    /// Gives which of the set a place is, from 0; `None` where it is not in it.
    fn find(&self, place: u32) -> Option<usize> {
        let (word, below) = *self.words.get(place as usize / 64)?;
        let bit = 1 << (place % 64);
        (word & bit != 0).then(|| (below + (word & (bit - 1)).count_ones()) as usize)
    }
}

impl Repository {
    /// Reads the commit-graph, to tell which commits left some paths alone. `None` where there is none, where it is
    /// switched off or not to be trusted, and where it cannot hold: with grafts, replacements and a shallow boundary
    /// (git's own rule), and where objects were left out.
    pub fn commit_graph(&self, paths: &[String]) -> Option<CommitGraphReader> {
        let config = self.inner.config().and_then(|mut config| config.snapshot()).ok()?;
        if !self.is_plain() || !config.get_bool("core.commitGraph").unwrap_or(true) {
            return None;
        }
        // The root folder is in no filter: every commit may change it.
        let asked = config.get_bool("commitGraph.readChangedPaths").unwrap_or(true)
            && paths.iter().all(|path| !path.is_empty());
        let questions = if asked { paths.iter().map(|path| Question::new(path)).collect() } else { Vec::new() };
        CommitGraphReader::open(&self.common_dir().join("objects/info"), &questions)
    }
}

impl CommitGraphReader {
    /// Reads the one file, else the chain of files.
    fn open(info: &Path, questions: &[Question]) -> Option<Self> {
        let mut reader = CommitGraphReader::default();
        let single = info.join("commit-graph");
        if single.exists() {
            reader.lay(&single, &[], questions)?;
        } else {
            let chain = std::fs::read_to_string(info.join("commit-graphs/commit-graph-chain")).ok()?;
            let mut names: Vec<ObjectId> = Vec::new();
            for line in chain.lines() {
                let name = ObjectId::parse(line)?;
                // Each file is named by its own checksum.
                let checksum =
                    reader.lay(&info.join(format!("commit-graphs/graph-{name}.graph")), &names, questions)?;
                names.push(Some(checksum).filter(|checksum| *checksum == name)?);
            }
        }
        (!reader.is_empty() && reader.is_sound()).then_some(reader)
    }

    /// Tells whether each commit has a date, and its parents stand in the file at a lower level than it: then no line runs
    /// in a circle, whoever wrote the file. Git before 2.19 wrote no levels, and is not believed.
    fn is_sound(&self) -> bool {
        // Parents stand anywhere, and what is small is near.
        let levels: Vec<u32> = self.ties.iter().map(|ties| ties.level()).collect();
        self.ties.iter().zip(&levels).all(|(&ties, level)| {
            let is_lower = |parent: u32| levels.get(parent as usize).is_some_and(|other| other < level);
            let [first, second] = ties.parents;
            ties.seconds() != 0
                && (first == NONE || is_lower(first))
                && match second {
                    NONE => true,
                    second if second & MORE == 0 => is_lower(second),
                    _ => {
                        let further = self.further(ties);
                        !further.is_empty() && further.iter().all(|parent| is_lower(parent & !MORE))
                    }
                }
        })
    }

    /// Counts the commits.
    pub fn len(&self) -> usize {
        self.ties.len()
    }

    /// Tells whether it has no commit.
    pub fn is_empty(&self) -> bool {
        self.ties.is_empty()
    }

    /// Finds the place of a commit, by bisection between the running totals of its first byte.
    pub fn find(&self, id: ObjectId) -> Option<u32> {
        self.layers.iter().rev().find_map(|Layer { below, totals }| {
            let first = usize::from(id.0[0]);
            let start = if first == 0 { 0 } else { totals[first - 1] };
            let (start, end) = (below + start, below + totals[first]);
            let at = self.ids.get(start as usize..end as usize)?.binary_search(&id).ok()?;
            Some(start + u32::try_from(at).ok()?)
        })
    }

    /// Gives the commit at a place that was found, or that is a parent's.
    pub fn id(&self, place: u32) -> ObjectId {
        self.ids[place as usize]
    }

    /// Gives the time of the commit at a place: seconds since 1970, UTC.
    pub fn seconds(&self, place: u32) -> i64 {
        self.ties[place as usize].seconds()
    }

    /// Gives the places of a commit's parents in order.
    pub fn parents(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        let ties = self.ties[place as usize];
        let near = ties.parents.into_iter().filter(|&parent| parent != NONE && parent & MORE == 0);
        near.chain(self.further(ties).iter().map(|parent| parent & !MORE))
    }

    /// Gives the root tree of a commit; `None` where it surely left everything alone that was asked about, against its
    /// first parent.
    pub fn tree(&self, place: u32) -> Option<ObjectId> {
        Some(self.trees[self.touching.find(place)?])
    }

    /// Gives the parents after the first where there are more than two; none where the list ends in nowhere.
    fn further(&self, ties: Ties) -> &[u32] {
        let second = ties.parents[1];
        let start = if second & MORE == 0 { usize::MAX } else { (second & !MORE) as usize };
        let rest = self.more.get(start..).unwrap_or_default();
        &rest[..rest.iter().position(|parent| parent & MORE != 0).map_or(0, |last| last + 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_count_those_below() {
        let mut marks = Marks::default();
        (0..200).for_each(|place| marks.push(place % 3 == 1));
        for place in 0..200 {
            let wanted = (place % 3 == 1).then_some(place as usize / 3);
            assert_eq!(marks.find(place), wanted, "{place}");
        }
        assert_eq!(marks.find(256), None);
    }
}
