//! The code keeps to the house that `.github/ARCHITECTURE.md` describes: its table of rooms is read from there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const PAGE: &str = ".github/ARCHITECTURE.md";
const LONGEST_FILE: usize = 600;

/// What each room may use.
type Table = BTreeMap<String, BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads the table of rooms: lines of the form "| `room` | what it owns | `other`, `other` |".
fn table(page: &str) -> Table {
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = page.lines().skip_while(|line| !line.starts_with("| Room")).skip(2).take_while(|l| l.starts_with('|'));
    let rooms: Vec<(String, String)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
            assert_eq!(cells.len(), 3, "a row of the table of rooms: {row}");
            (quoted(cells[0]).remove(0), cells[2].trim().to_owned())
        })
        .collect();
    let mut table = Table::new();
    for (room, uses) in &rooms {
        let uses = match uses.as_str() {
            "all" => rooms.iter().map(|(other, _)| other.clone()).collect(),
            "all above" => table.keys().cloned().collect(),
            "nothing" => BTreeSet::new(),
            list => quoted(list).into_iter().collect(),
        };
        table.insert(room.clone(), uses);
    }
    table
}

/// Gives the Rust files below a folder, sorted.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("a readable folder").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

/// Gives the code, unit tests included, without comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Finds the rooms that a piece of code names: `crate::room` and `crate::{room, room::Thing}`, macros left out.
fn named_rooms(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        // `$crate::room` counts as well; `some_crate::x` does not.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + path.len()..];
        let list = match rest.strip_prefix('{') {
            Some(group) => top_level(group),
            None => vec![rest],
        };
        for item in list {
            let room: String = item.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            rooms.insert(room);
        }
    }
    rooms.remove("");
    rooms
}

/// Splits the inside of a brace, which closes somewhere, at the commas that stand in no further brace.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&group[start..at]);
                return items;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}

/// Says which edges of a file the table does not allow.
fn forbidden(room: &str, path: &str, text: &str, table: &Table) -> Vec<String> {
    let allowed = &table[room];
    named_rooms(&code(text))
        .into_iter()
        .filter(|other| other != room && table.contains_key(other) && !allowed.contains(other))
        .map(|other| format!("{path}: {room} uses {other}"))
        .collect()
}

#[test]
fn rooms_use_what_the_table_allows() {
    let table = table(&std::fs::read_to_string(root().join(PAGE)).expect("the page"));
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("src")).expect("src") {
        let folder = entry.expect("an entry").path();
        if !folder.is_dir() {
            continue;
        }
        let room = folder.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        if !table.contains_key(&room) {
            faults.push(format!("src/{room}: the table of rooms in {PAGE} does not have it"));
            continue;
        }
        for path in rust_files(&folder) {
            let shown = path.strip_prefix(root()).expect("below the root").display().to_string();
            let text = std::fs::read_to_string(&path).expect("readable");
            faults.extend(forbidden(&room, &shown, &text, &table));
        }
        seen.insert(room);
    }
    faults.extend(
        table.keys().filter(|room| !seen.contains(*room)).map(|room| format!("{PAGE}: there is no src/{room}")),
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_are_short_and_say_what_they_own() {
    let mut faults = Vec::new();
    for path in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let text = std::fs::read_to_string(&path).expect("readable");
        let shown = path.strip_prefix(root()).expect("below the root").display().to_string();
        // A rule says what it is in its declaration, which is its documentation too.
        let is_rule = text.contains("\ndeclare_rule! {");
        if !text.starts_with("//! ") && !is_rule {
            faults.push(format!("{shown}: the first line does not say what it owns (`//! …`)"));
        }
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            faults.push(format!("{shown}: {lines} lines, at most {LONGEST_FILE}: split it by subject"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn only_the_git_room_names_git2() {
    for path in rust_files(&root().join("src")) {
        let shown = path.strip_prefix(root().join("src")).expect("below src").to_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        assert!(shown.starts_with("git") || !code(&text).contains("git2"), "{} names git2", path.display());
    }
}

#[test]
fn forbidden_edges_are_found() {
    let page = "# House\n\n| Room | Owns | May use |\n|---|---|---|\n| `text` | texts | nothing |\n| `okr` | goals | nothing |\n\
                | `git` | git | `text` |\n| `rules` | rules | all above |\n| `cli` | all | all |\n\n| Room | other |\n";
    let table = table(page);
    assert_eq!(table.len(), 5);
    let cases: &[(&str, &str, &[&str])] = &[
        ("okr", "use crate::text::Position;", &["text"]),
        ("okr", "use super::Name;\nfn f() -> crate::git::Error {}", &["git"]),
        ("git", "use crate::{okr::{Name, Cycle}, text};", &["okr"]),
        ("git", "use crate::{\n    text::{A, B},\n    rules,\n};", &["rules"]),
        ("git", "macro_rules! m { () => { $crate::cli::run() } }", &["cli"]),
        ("rules", "use crate::{git, okr, text};", &[]),
        ("rules", "use crate::cli::Session;", &["cli"]),
        ("cli", "use crate::rules; use crate::cli::Session;", &[]),
        ("text", "// crate::okr\n/// [`crate::okr`]\nuse other_crate::okr;", &[]),
        ("text", "#[cfg(test)]\nmod tests {\n    use crate::okr::Name;\n}", &["okr"]),
        ("text", "#[cfg_attr(test, derive(crate::okr::X))]\nstruct Y;", &["okr"]),
    ];
    for (room, text, wanted) in cases {
        let wanted: Vec<String> = wanted.iter().map(|other| format!("x.rs: {room} uses {other}")).collect();
        assert_eq!(forbidden(room, "x.rs", text, &table), wanted, "{text}");
    }
}
