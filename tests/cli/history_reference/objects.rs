//! Owns what git has: every object of a repository out of one `git cat-file`, commits and trees taken apart by hand.

use crate::support::Place;
use std::collections::{BTreeMap, HashMap};

/// One commit as git keeps it.
pub struct Commit {
    pub parents: Vec<String>,
    pub tree: String,
    pub author: String,
    /// Seconds and offset.
    pub authored: (i64, String),
    pub committed: i64,
}

/// Every object, by id.
#[derive(Default)]
pub struct Objects {
    pub commits: HashMap<String, Commit>,
    trees: HashMap<String, Vec<(String, String, String)>>,
    pub blobs: HashMap<String, Vec<u8>>,
}

impl Objects {
    pub fn of(place: &Place) -> Self {
        let all = place.git_fed(&["cat-file", "--batch", "--batch-all-objects"], b"");
        let mut objects = Objects::default();
        let mut rest = all.as_slice();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let head = std::str::from_utf8(&rest[..end]).expect("git's own words");
            let mut words = head.split(' ');
            let mut word = || words.next().expect("id, kind and size").to_owned();
            let (id, kind, size) = (word(), word(), word().parse::<usize>().expect("a size"));
            let bytes = &rest[end + 1..end + 1 + size];
            match kind.as_str() {
                "commit" => drop(objects.commits.insert(id, commit(bytes))),
                "tree" => drop(objects.trees.insert(id, tree(bytes))),
                _ => drop(objects.blobs.insert(id, bytes.to_vec())),
            }
            rest = &rest[end + 2 + size..];
        }
        objects
    }

    /// Finds what stands at a path below a tree: its mode and id.
    pub fn entry(&self, tree: &str, path: &str) -> Option<(String, String)> {
        let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let (mode, id, _) = self.trees[tree].iter().find(|(.., name)| name == first)?;
        match rest {
            None => Some((mode.clone(), id.clone())),
            Some(rest) if mode == "40000" => self.entry(id, rest),
            Some(_) => None,
        }
    }

    /// Lists the regular files below a tree, by path.
    pub fn files(&self, tree: &str) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        for (mode, id, name) in &self.trees[tree] {
            match mode.as_str() {
                "40000" => files.extend(self.files(id).into_iter().map(|(path, id)| (format!("{name}/{path}"), id))),
                "100644" | "100755" => drop(files.insert(name.clone(), id.clone())),
                _ => {}
            }
        }
        files
    }
}

fn commit(bytes: &[u8]) -> Commit {
    let text = std::str::from_utf8(bytes).expect("commits of this test are UTF-8");
    let of = |key: &str| -> Vec<String> {
        let head = text.lines().take_while(|line| !line.is_empty());
        head.filter_map(|line| line.strip_prefix(key)).map(str::to_owned).collect()
    };
    let person = |key: &str| {
        let line = of(key).remove(0);
        let mut words = line.rsplitn(3, ' ');
        let offset = words.next().expect("an offset").to_owned();
        let seconds = words.next().and_then(|seconds| seconds.parse().ok()).expect("seconds");
        (words.next().expect("a person").to_owned(), seconds, offset)
    };
    let (author, seconds, offset) = person("author ");
    Commit {
        parents: of("parent "),
        tree: of("tree ").remove(0),
        author,
        authored: (seconds, offset),
        committed: person("committer ").1,
    }
}

fn tree(mut bytes: &[u8]) -> Vec<(String, String, String)> {
    let mut entries = Vec::new();
    while let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        let head = std::str::from_utf8(&bytes[..end]).expect("paths of this test are UTF-8");
        let (mode, name) = head.split_once(' ').expect("mode and name");
        let id = bytes[end + 1..end + 21].iter().map(|byte| format!("{byte:02x}")).collect();
        entries.push((mode.to_owned(), id, name.to_owned()));
        bytes = &bytes[end + 21..];
    }
    entries
}
