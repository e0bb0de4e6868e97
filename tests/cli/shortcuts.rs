//! What is read to find a history, counted against git; and that no commit-graph, however damaged, changes an answer.

use crate::history_reference::shortcuts::{forget, read};
use crate::support::{GOALS, PATH, Place};
use git_okr::config::Config;
use git_okr::git::{ObjectId, Repository};
use git_okr::history::{self, Cache, Counts, Options};
use sha1::{Digest, Sha1};
use std::collections::BTreeSet;

const COMMITS: usize = 120;

/// Writes a history in which every tenth commit touches a goal, on a branch or on the line itself, and the others do not.
fn monorepo(place: &Place) {
    let mut stream = String::new();
    for at in 1..=COMMITS {
        stream += &format!("commit refs/heads/main\nmark :{at}\n");
        stream += &format!("committer Ana <ana@acme.example> {} +0000\ndata 2\nm\n", 1_790_812_800 + at * 3600);
        if at > 1 {
            stream += &format!("from :{}\n", at - 1);
        }
        // A merge of what is older, which changes nothing.
        if at % 7 == 0 {
            stream += &format!("merge :{}\n", at - 5);
        }
        stream += &format!("M 100644 inline src/{}/f.rs\ndata {}\n{at}\n", at % 9, at.to_string().len());
        if at % 10 == 1 {
            let text = format!(
                "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\n[[objective.key_result]]\nid = \"k\"\ncurrent = {at}\n"
            );
            let file = if at % 20 == 1 { "okrs/q4/a/goals.toml" } else { "okrs/q4/b/goals.toml" };
            let text = text.replace("\"o\"", if at % 20 == 1 { "\"o\"" } else { "\"p\"" });
            stream += &format!("M 100644 inline {file}\ndata {}\n{text}\n", text.len());
        }
        stream.push('\n');
    }
    place.git_fed(&["fast-import", "--quiet", "--force"], stream.as_bytes());
}

fn counts(place: &Place) -> Counts {
    counts_from(place, "main", None)
}

fn counts_from(place: &Place, revision: &str, cache: Option<&Cache>) -> Counts {
    let repository = Repository::open(&place.root()).expect("a repository");
    let tip = ObjectId::parse(&place.git(&["rev-parse", revision])).expect("an id");
    let config = Config::default();
    let mut past = history::Past::new(&repository, tip, &config, &Options::default(), cache);
    past.history().expect("it walks");
    past.counts()
}

#[test]
fn no_object_is_read_twice_nor_without_need() {
    let place = Place::repository();
    monorepo(&place);
    let lines = |arguments: &[&str]| place.git(arguments).lines().map(str::to_owned).collect::<Vec<_>>();
    let all = lines(&["rev-list", "main"]).len();
    let touching = lines(&["rev-list", "main", "--", "okrs"]).len();
    let objects = lines(&["rev-list", "--objects", "--no-object-names", "main", "--", "okrs"]);
    let kinds = place.git_fed(&["cat-file", "--batch-check=%(objecttype)"], (objects.join("\n") + "\n").as_bytes());
    let kinds = String::from_utf8(kinds).expect("git speaks ASCII here");
    let blobs = kinds.lines().filter(|kind| *kind == "blob").count();
    let folders: BTreeSet<String> = lines(&["log", "--format=%T", "main"])
        .iter()
        .flat_map(|root| lines(&["ls-tree", "-r", "-t", root, "okrs"]))
        .filter(|line| line.contains(" tree "))
        .filter_map(|line| line.split_whitespace().nth(2).map(str::to_owned))
        .collect();
    let plain = counts(&place);
    assert_eq!((touching, plain.blobs), (12, blobs));
    assert_eq!(plain.trees, folders.len());
    // A merge whose first parent has the same goals is not followed to the other.
    assert!(plain.commits <= all && plain.roots <= all, "{plain:?}");
    place.git(&["commit-graph", "write", "--reachable"]);
    let graph = counts(&place);
    assert_eq!(graph, Counts { commits: touching, ..plain });
    place.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    let filtered = counts(&place);
    // One tree for each commit that touches goals and for the one before it, and a few that a filter is wrong about.
    assert_eq!(filtered, Counts { roots: filtered.roots, ..graph });
    assert!(filtered.roots <= 2 * touching + all / 20, "{filtered:?}");
    place.git(&["config", "core.commitGraph", "false"]);
    assert_eq!(counts(&place), plain);
}

#[test]
fn what_a_run_read_the_next_does_not_read_again() {
    let place = Place::repository();
    monorepo(&place);
    let repository = Repository::open(&place.root()).expect("a repository");
    let cache = Cache::of(&repository, None).expect("a plain repository");
    let number = |text: String| text.parse::<usize>().expect("a number");
    let new = number(place.git(&["rev-list", "--count", "main~12..main"]));
    let touching = number(place.git(&["rev-list", "--count", "main~12..main", "--", "okrs"]));
    let first = counts_from(&place, "main~12", Some(&cache));
    assert!(first.commits > 60 && first.blobs > touching, "{first:?}");
    let grown = counts_from(&place, "main", Some(&cache));
    // Each new commit, and those that they stand on: no further back than the oldest parent of a merge.
    assert!(grown.commits <= new + 5 && grown.roots <= new + 5, "{grown:?} for {new} new commits");
    // Both sides of each change, three folders deep.
    assert!(grown.blobs <= 2 * touching && grown.trees <= 6 * touching, "{grown:?} for {touching} that touch goals");
    assert!(touching > 0 && grown.blobs > 0);
    assert_eq!(counts_from(&place, "main", Some(&cache)), Counts::default());
    for old in ["main~3", "main~40", "main~1^2"] {
        let seen = counts_from(&place, old, Some(&cache));
        assert_eq!((seen.trees, seen.blobs), (0, 0), "{old}");
    }
}

#[test]
fn a_damaged_commit_graph_is_as_good_as_none() {
    let place = Place::repository();
    monorepo(&place);
    let root = place.root();
    let wanted = read(&root, "main", Options::default());
    place.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    assert_eq!(read(&root, "main", Options::default()), wanted);
    let file = root.join(".git/objects/info/commit-graph");
    let whole = std::fs::read(&file).expect("git wrote it");
    // Git makes the file read-only.
    let write = |bytes: &[u8]| {
        let _ = std::fs::remove_file(&file);
        std::fs::write(&file, bytes).expect("a writable folder");
    };
    let repository = Repository::open(&root).expect("a repository");
    let paths = ["okrs".to_owned()];
    assert!(repository.commit_graph(&paths).is_some());
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        write(&bytes);
        assert!(repository.commit_graph(&paths).is_none(), "a flipped bit in byte {at} went unseen");
    }
    for length in (0..whole.len()).step_by(37) {
        write(&whole[..length]);
        assert!(repository.commit_graph(&paths).is_none(), "{length} of {} bytes", whole.len());
    }
    write(&whole[..whole.len() / 2]);
    assert_eq!(read(&root, "main", Options::default()), wanted);
}

#[test]
fn a_commit_graph_in_a_circle_is_as_good_as_none() {
    let place = Place::repository();
    monorepo(&place);
    let root = place.root();
    let wanted = read(&root, "main", Options::default());
    place.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    let file = root.join(".git/objects/info/commit-graph");
    let whole = std::fs::read(&file).expect("git wrote it");
    let table = whole[8..].chunks(12).position(|row| row.starts_with(b"CDAT")).expect("every file has one");
    let rows = usize::try_from(u64::from_be_bytes(*whole[8 + table * 12 + 4..].first_chunk().expect("it is whole")));
    let rows = rows.expect("a small file");
    let mut ids: Vec<String> = place.git(&["rev-list", "main"]).lines().map(str::to_owned).collect();
    let newest_first = ids.clone();
    ids.sort();
    let row = |age: usize| rows + ids.binary_search(&newest_first[age]).expect("it is listed") * 36;
    let place_of = |age: usize| u32::try_from((row(age) - rows) / 36).expect("a small file").to_be_bytes();
    let repository = Repository::open(&root).expect("a repository");
    // A commit, and what stands in the file as its first parent: itself, a child, a far descendant, a commit beyond the
    // end; and one without a date.
    let lies = [(50, 20, place_of(50)), (50, 20, place_of(49)), (COMMITS - 1, 20, place_of(0)), (50, 20, [0, 0, 1, 0])];
    for (age, at, word) in lies.into_iter().chain([(50, 32, [0; 4])]) {
        let mut bytes = whole.clone();
        bytes[row(age) + at..][..4].copy_from_slice(&word);
        if at == 32 {
            bytes[row(age) + 31] &= !3;
        }
        let end = bytes.len() - 20;
        let checksum = Sha1::digest(&bytes[..end]);
        bytes[end..].copy_from_slice(&checksum);
        let _ = std::fs::remove_file(&file);
        std::fs::write(&file, bytes).expect("a writable folder");
        assert!(repository.commit_graph(&["okrs".to_owned()]).is_none(), "{age} {at} {word:?}");
        assert_eq!(read(&root, "main", Options::default()), wanted);
    }
}

#[test]
fn a_commit_graph_of_other_commits_is_noticed() {
    let place = Place::repository();
    monorepo(&place);
    let root = place.root();
    let wanted = read(&root, "main", Options::default());
    // Written while a replacement was in force, by a git that was told to look away from it.
    let newest = place.git(&["rev-list", "-1", "main", "--", "okrs"]);
    let other = place.git(&["commit-tree", "-m", "other", &format!("{newest}^{{tree}}")]);
    place.git(&["commit-graph", "write", "--reachable", "--changed-paths"]);
    place.git(&["replace", &newest, &other]);
    let replaced = read(&root, "main", Options::default());
    assert_ne!(replaced.commits, wanted.commits, "replacements go before a commit-graph");
    place.git(&["replace", "-d", &newest]);
    assert_eq!(read(&root, "main", Options::default()), wanted);
    place.git(&["gc", "-q"]);
    forget(&place);
    assert_eq!(read(&root, "main", Options::default()), wanted);
}

#[test]
fn who_asks_for_no_history_walks_none() {
    let place = Place::with(&[(PATH, GOALS)]);
    let _ = place.okr(&["check", "--verbose", "--select", "format"]).exits(0).hides("walked");
    let _ = place.okr(&["check", "--verbose", "--select", "history"]).exits(0).says("walked 1 commits");
}

#[test]
fn many_files_are_read_beside_each_other_and_told_in_order() {
    // Enough for several threads; every third has something to tell.
    let names: Vec<(String, String)> = (0..600)
        .map(|at| {
            let more = if at % 3 == 0 { format!("\nsurplus = {at}\n") } else { String::new() };
            (
                format!("okrs/2026-Q4/t{:02}/{at:03}.toml", at % 7),
                GOALS.replace("speed", &format!("speed-{at}")) + &more,
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = names.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let place = Place::with(&files);
    let read = |more: &[&str]| {
        let run = place.okr(&[&["check", "--select", "format", "--format", "json"], more].concat()).exits(1);
        run.json()
    };
    let work_tree = read(&[]);
    let mut paths: Vec<&str> = names.iter().step_by(3).map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    let told: Vec<&str> =
        work_tree["findings"].as_array().expect("a list").iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(told, paths);
    assert_eq!((&work_tree["summary"]["files"], &work_tree["summary"]["objectives"]), (&600.into(), &600.into()));
    assert_eq!(read(&["--as-of", "HEAD"])["findings"], work_tree["findings"], "a revision says the same");
    assert_eq!(place.okr(&["status", "--format", "json"]).exits(0).json()["revision"]["dirty"], false);
    place.write(&names[0].0, format!("{}\n", names[0].1));
    assert_eq!(place.okr(&["status", "--format", "json"]).exits(0).json()["revision"]["dirty"], true);
}
