//! Owns the named tables of one state of the goals, and what they were called in an earlier one.
//! Never says what a difference means.

use super::names::former;
use crate::okr::{Fields, Name};
use crate::source::Tree;
use crate::text::FileId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A named table: where it stands and what it says, file-level defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Path of its file, from the root.
    pub path: String,
    /// Line of its header, from 1.
    pub line: usize,
    /// Its values.
    pub fields: Fields,
}

/// The tables of one state of the goals, objectives and key results, by full name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// By full name; of two with one name the first path counts.
    pub by_name: BTreeMap<String, Table>,
    /// Files that hold something which does not read, so that it is in no table.
    pub unclear: BTreeSet<String>,
}

impl Tables {
    /// Reads the tables of the files of a tree that are asked for. A file that does not parse counts as it is in the other
    /// tree, where one is given.
    pub fn read(tree: &Tree, instead: Option<&Tree>, asked: impl Fn(&str) -> bool) -> Self {
        let mut tables = Tables::default();
        for file in tree.files.iter().filter(|file| asked(&file.path)) {
            let read = crate::syntax::recorded(&tree.sources.get(file.file).text);
            if !matches!(&read, Ok((_, notes)) if notes.is_empty()) {
                tables.unclear.insert(file.path.clone());
            }
            let read = read.ok().or_else(|| crate::syntax::recorded(text_at(instead?, &file.path)?).ok());
            for table in read.map(|(tables, _)| tables).unwrap_or_default() {
                let own = Table { path: file.path.clone(), line: table.line, fields: table.fields };
                tables.by_name.entry(table.name).or_insert(own);
            }
        }
        tables
    }

    /// Gives what a goal of this state was called in an earlier one: the same, else the first of its aliases that was
    /// there and is not here. `None` for one that is new.
    pub fn former(&self, name: &str, earlier: &Tables) -> Option<String> {
        if earlier.by_name.contains_key(name) {
            return Some(name.to_owned());
        }
        let full = Name::parse(name)?;
        let home = Name::objective(&full.cycle, &full.objective).to_string();
        let objective = full.key_result.as_ref().and_then(|_| self.by_name.get(&home)).map(|table| &table.fields);
        let aliases = former(&full, &self.by_name.get(name)?.fields, objective);
        aliases.into_iter().find(|alias| earlier.by_name.contains_key(alias) && !self.by_name.contains_key(alias))
    }
}

/// Finds the files in which two states of the goals can differ by name: those that are not the same in both, and those
/// that hold an objective which such a file holds too.
pub fn differing(one: &Tree, other: &Tree) -> BTreeSet<String> {
    fn texts(tree: &Tree) -> HashMap<&str, &str> {
        let text = |file: FileId| tree.sources.get(file).text.as_str();
        tree.files.iter().map(|file| (file.path.as_str(), text(file.file))).collect()
    }
    let (left, right) = (texts(one), texts(other));
    let paths = left.keys().chain(right.keys());
    let mut differ: BTreeSet<String> =
        paths.filter(|path| left.get(*path) != right.get(*path)).map(|path| (*path).to_owned()).collect();
    let all = || one.objectives().chain(other.objectives());
    let touched: HashSet<Name> =
        all().filter(|o| differ.contains(&o.file.path)).filter_map(|located| located.name()).collect();
    let twins = all().filter(|o| o.name().is_some_and(|name| touched.contains(&name)));
    let twins: Vec<String> = twins.map(|located| located.file.path.clone()).collect();
    differ.extend(twins);
    differ
}

fn text_at<'a>(tree: &'a Tree, path: &str) -> Option<&'a str> {
    let file = tree.files.iter().find(|file| file.path == path)?;
    Some(&tree.sources.get(file.file).text)
}
