//! Owns finding which files each commit of a walk changed, on as many threads as help.
//! Never reads a file.

use super::graph::Graph;
use super::keys::{Key, Keys};
use super::progress::{Progress, Stage};
use super::simplified::{Node, Walked};
use super::trees::{Entry, FileChange, Trees};
use super::{lanes, threads};
use crate::git::{Error, ObjectId, Repository};
use crate::source::Paths;

/// What a node changed.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// The files that differ from the first parent, by path.
    pub(super) files: Vec<FileChange>,
    /// For each further parent, the blobs that it has at the paths of `files`.
    pub(super) further: Vec<Vec<Option<ObjectId>>>,
}

/// What was found, and what was not there.
pub(super) struct Found {
    /// Beside the nodes.
    pub(super) all: Vec<Differences>,
    /// Missing trees with the commits at which they were missed.
    pub(super) missing: Vec<(ObjectId, Option<ObjectId>)>,
    /// Trees read.
    pub(super) trees: usize,
}

/// Compares the objective trees of some of the nodes with those of their parents.
pub(super) fn of_nodes(graph: &Graph<'_>, paths: &Paths, walked: &Walked, some: &[usize]) -> Result<Found, Error> {
    let (prefixes, keys) = graph.keys();
    let key = |node: &Node| graph.known_key(node.commit);
    let jobs: Vec<Job> = some
        .iter()
        .map(|&at| &walked.nodes[at])
        .map(|node| Job {
            commit: graph.id(node.commit),
            key: key(node),
            parents: walked.parents(node).map(|parent| parent.map(|parent| key(&walked.nodes[parent]))).collect(),
        })
        .collect();
    let progress = &graph.progress;
    progress.begin(Stage::Comparing, jobs.len());
    let compare = |trees: &mut Trees<'_>, jobs: &[Job]| compare_all(trees, paths, prefixes, keys, jobs, progress);
    let workers = threads(jobs.len());
    if workers < 2 {
        return compare(&mut Trees::new(graph.repository.objects(graph.reader)?), &jobs);
    }
    in_parallel(graph.repository, &jobs, workers, compare)
}

/// One node to compare, with the keys of its parents.
struct Job {
    commit: ObjectId,
    key: usize,
    parents: Vec<Option<usize>>,
}

fn in_parallel(
    repository: &Repository,
    jobs: &[Job],
    workers: usize,
    compare: impl Fn(&mut Trees<'_>, &[Job]) -> Result<Found, Error> + Sync,
) -> Result<Found, Error> {
    let objects = lanes(repository, workers)?;
    let share = jobs.len().div_ceil(workers);
    let parts = std::thread::scope(|scope| {
        let compare = &compare;
        let running: Vec<_> = objects
            .into_iter()
            .zip(jobs.chunks(share))
            .map(|(objects, jobs)| scope.spawn(move || compare(&mut Trees::new(objects), jobs)))
            .collect();
        running.into_iter().map(|one| one.join().expect("comparing trees does not panic")).collect::<Vec<_>>()
    });
    let mut all = Found { all: Vec::with_capacity(jobs.len()), missing: Vec::new(), trees: 0 };
    for part in parts {
        let part = part?;
        all.all.extend(part.all);
        all.missing.extend(part.missing);
        all.trees += part.trees;
    }
    Ok(all)
}

fn compare_all(
    trees: &mut Trees<'_>,
    paths: &Paths,
    prefixes: &[String],
    keys: &Keys,
    jobs: &[Job],
    progress: &Progress,
) -> Result<Found, Error> {
    let mut found = Found { all: Vec::with_capacity(jobs.len()), missing: Vec::new(), trees: 0 };
    // The oldest first: git stores an older tree as what it differs in from a newer one, so that reading an old one makes
    // those ready that come next. The other way round most differences would be inflated twice.
    for job in jobs.iter().rev() {
        let first = job.parents.first().copied().flatten().map(|key| keys.get(key));
        let files = compare_keys(trees, paths, prefixes, first, Some(keys.get(job.key)))?;
        let mut further = Vec::new();
        for parent in job.parents.iter().skip(1) {
            let Some(parent) = parent else {
                further.push(vec![None; files.len()]);
                continue;
            };
            let roots = || prefixes.iter().map(String::as_str).zip(keys.get(*parent).iter().copied());
            further.push(files.iter().map(|file| trees.blob(roots(), &file.path)).collect::<Result<_, _>>()?);
        }
        found.missing.extend(trees.missing.drain(..).rev().map(|tree| (tree, Some(job.commit))));
        found.all.push(Differences { files, further });
        progress.advance(1);
    }
    found.all.reverse();
    found.missing.reverse();
    found.trees = trees.read;
    Ok(found)
}

/// Compares what two commits have at the prefixes; `None` stands for no commit.
pub(super) fn compare_keys(
    trees: &mut Trees<'_>,
    paths: &Paths,
    prefixes: &[String],
    old: Option<&Key>,
    new: Option<&Key>,
) -> Result<Vec<FileChange>, Error> {
    let mut found = Vec::new();
    for (index, prefix) in prefixes.iter().enumerate() {
        let side = |key: Option<&Key>| -> Entry { key.and_then(|key| key[index]) };
        trees.compare(paths, prefix, side(old), side(new), &mut found)?;
    }
    found.sort();
    // There is one of these for each commit, and most have one file.
    found.shrink_to_fit();
    Ok(found)
}
