//! Owns the states of a clone in which git, and so the program, may take shortcuts through history.

use crate::support::Place;
use git_okr::git::Repository;
use git_okr::history::{self, History, Options};
use git_okr::source;
use std::path::Path;

/// How to write a commit-graph: git's configuration, and its arguments.
const STATES: &[(&str, &[&[&str]])] = &[
    ("a commit-graph", &[&["commit-graph", "write", "--reachable"]]),
    (
        "one with changed paths",
        &[&["-c", "commitGraph.changedPathsVersion=1", "commit-graph", "write", "--reachable", "--changed-paths"]],
    ),
    (
        "one with changed paths by the second hash",
        &[&["-c", "commitGraph.changedPathsVersion=2", "commit-graph", "write", "--reachable", "--changed-paths"]],
    ),
    (
        "one without dates beyond generation",
        &[&["-c", "commitGraph.generationVersion=1", "commit-graph", "write", "--reachable"]],
    ),
];

/// Takes away every commit-graph.
pub fn forget(place: &Place) {
    let info = place.root().join(".git/objects/info");
    // Either may not be there.
    let _ = std::fs::remove_file(info.join("commit-graph"));
    let _ = std::fs::remove_dir_all(info.join("commit-graphs"));
}

/// Reads the history of a revision in one way.
pub fn read(root: &Path, revision: &str, options: Options) -> History {
    let repository = Repository::open(root).expect("a repository");
    let tip = repository.resolve(revision).expect("a revision");
    let tree = source::revision(&repository, tip);
    let config = tree.map(|tree| tree.config).unwrap_or_default();
    history::walk(&repository, tip, &config, &options).expect("it walks")
}

/// Reads each history in every state, and says which differ from that without a commit-graph.
pub fn differing(place: &Place, revisions: &[String]) -> Vec<String> {
    let ways = [
        Options::default(),
        Options { full_history: true, ..Options::default() },
        Options { first_parent: true, ..Options::default() },
    ];
    let all = || -> Vec<History> {
        let root = place.root();
        revisions.iter().flat_map(|revision| ways.map(|options| read(&root, revision, options))).collect()
    };
    forget(place);
    let plain = all();
    let mut faults = Vec::new();
    let mut compare = |state: &str| {
        for (at, (plain, found)) in plain.iter().zip(all()).enumerate() {
            if *plain != found {
                faults.push(format!("{} in way {} is not the same with {state}", revisions[at / 3], at % 3));
            }
        }
    };
    for (state, commands) in STATES {
        forget(place);
        commands.iter().for_each(|command| drop(place.git(command)));
        compare(state);
    }
    // A chain whose layers lie on each other, some with filters and some without, and commits that are in none.
    forget(place);
    let cuts = [revisions.len() / 3, revisions.len() * 2 / 3];
    for (layer, cut) in cuts.into_iter().enumerate() {
        let tips: String = revisions[..cut].iter().map(|one| place.git(&["rev-parse", one]) + "\n").collect();
        let mut arguments = vec!["commit-graph", "write", "--stdin-commits", "--split=no-merge"];
        arguments.extend((layer == 1).then_some("--changed-paths"));
        place.git_fed(&arguments, tips.as_bytes());
    }
    assert!(place.root().join(".git/objects/info/commit-graphs/commit-graph-chain").exists(), "git wrote a chain");
    compare("a chain");
    forget(place);
    faults
}
