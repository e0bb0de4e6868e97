//! Owns how a story becomes commits: who writes what on which day and branch, and what the files hold then.
//! Never touches a disk or a repository: it gives the commits as plain values.

use crate::git::{Person, Signature};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use std::collections::BTreeMap;

/// The branch that everything ends on.
pub const MAIN: &str = "main";

/// Somebody in the story.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// Full name.
    pub name: &'static str,
    /// Address.
    pub email: &'static str,
    /// Hours east of UTC in winter; summer, April to September, is one more.
    pub winter: i8,
}

/// One change of the files.
#[derive(Debug, Clone)]
pub enum Edit {
    /// A new file.
    Write(&'static str, &'static str),
    /// Keys of the table with this id, and the TOML that they are set to.
    Set(&'static str, Vec<(&'static str, String)>),
    /// A text that stands once in all files, and what takes its place.
    Replace(&'static str, &'static str),
}

/// Starts a check-in: a value, and the day on which it was measured.
pub fn value(id: &'static str, current: &str, as_of: &str) -> Edit {
    set(id, "current", current).and("as_of", as_of)
}

/// Sets one key of the table with this id.
pub fn set(id: &'static str, key: &'static str, literal: &str) -> Edit {
    Edit::Set(id, vec![(key, literal.to_owned())])
}

impl Edit {
    /// Sets one more key of the same table.
    pub fn and(mut self, key: &'static str, literal: &str) -> Self {
        if let Edit::Set(_, keys) = &mut self {
            keys.push((key, literal.to_owned()));
        }
        self
    }

    /// Sets what the owner believes.
    pub fn confidence(self, share: &str) -> Self {
        self.and("confidence", share)
    }

    /// Sets what the owner says.
    pub fn note(self, text: &str) -> Self {
        self.and("note", &format!("\"{text}\""))
    }
}

/// One commit of the story.
#[derive(Debug, Clone)]
pub struct Step {
    author: Author,
    at: &'static str,
    recorded: Option<&'static str>,
    branch: &'static str,
    merges: Option<&'static str>,
    message: &'static str,
    edits: Vec<Edit>,
}

/// Somebody commits on main; `at` is local time, `2026-07-03T16:20`.
pub fn by<const N: usize>(author: Author, at: &'static str, message: &'static str, edits: [Edit; N]) -> Step {
    Step { author, at, recorded: None, branch: MAIN, merges: None, message, edits: edits.into() }
}

/// Somebody merges a branch into main, without a fast-forward.
pub fn merge(branch: &'static str, author: Author, at: &'static str, message: &'static str) -> Step {
    Step { author, at, recorded: None, branch: MAIN, merges: Some(branch), message, edits: Vec::new() }
}

impl Step {
    /// Commits on a branch instead, which starts at main where it is new.
    pub fn on(self, branch: &'static str) -> Self {
        Step { branch, ..self }
    }

    /// Records the commit later than it was written.
    pub fn recorded(self, at: &'static str) -> Self {
        Step { recorded: Some(at), ..self }
    }
}

/// What the files hold, by path.
pub type Files = BTreeMap<&'static str, String>;

/// A commit to write.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Places of the parents in the list of commits.
    pub parents: Vec<usize>,
    /// All files.
    pub files: Files,
    /// Who wrote it.
    pub author: Signature,
    /// Who recorded it.
    pub committer: Signature,
    /// Message.
    pub message: String,
}

#[derive(Default)]
struct Branch {
    tip: Option<usize>,
    files: Files,
    since_fork: Vec<Edit>,
}

/// Turns the steps into commits, parents first; the last is the head of main.
///
/// A merge replays on main what its branch changed since it left main, so values and words of both sides stay.
pub fn plan(steps: &[Step]) -> Vec<Planned> {
    let mut commits: Vec<Planned> = Vec::with_capacity(steps.len());
    let mut branches: BTreeMap<&str, Branch> = BTreeMap::from([(MAIN, Branch::default())]);
    for step in steps {
        let main = &branches[MAIN];
        let fork = Branch { tip: main.tip, files: main.files.clone(), since_fork: Vec::new() };
        let merged = step.merges.map(|name| branches.remove(name).expect("the story merges branches that it started"));
        let branch = branches.entry(step.branch).or_insert(fork);

        let edits = merged.as_ref().map_or(&step.edits, |merged| &merged.since_fork);
        for edit in edits {
            apply(&mut branch.files, edit);
        }
        branch.since_fork.extend(edits.iter().cloned());

        let parents = [branch.tip, merged.and_then(|merged| merged.tip)].into_iter().flatten().collect();
        branch.tip = Some(commits.len());
        commits.push(Planned {
            parents,
            files: branch.files.clone(),
            author: sign(step.author, step.at),
            committer: sign(step.author, step.recorded.unwrap_or(step.at)),
            message: format!("{}\n", step.message),
        });
    }
    commits
}

fn apply(files: &mut Files, edit: &Edit) {
    match edit {
        Edit::Write(path, text) => {
            // A checkout of this source may have given it the line ends of Windows.
            files.insert(path, text.replace("\r\n", "\n"));
        }
        Edit::Set(id, keys) => {
            let line = format!("id = \"{id}\"");
            let text =
                files.values_mut().find(|text| text.lines().any(|l| l == line)).expect("the story names its ids");
            for (key, literal) in keys {
                *text = with_key(text, &line, key, literal);
            }
        }
        Edit::Replace(from, to) => {
            let mut places = files.values_mut().filter(|text| text.contains(from));
            let text = places.next().expect("the story replaces what is there");
            assert!(places.next().is_none() && text.matches(from).count() == 1, "stands more than once: {from}");
            *text = text.replace(from, to);
        }
    }
}

/// Sets a key of the table that has this line: in its place, else below the table's last one.
fn with_key(text: &str, id_line: &str, key: &str, literal: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| *line == id_line).expect("the caller found the line");
    let end = lines[start..].iter().position(|line| line.starts_with('[')).map_or(lines.len(), |n| start + n);
    let written = format!("{key} = {literal}");
    let head = format!("{key} = ");
    match lines[start..end].iter().position(|line| line.starts_with(&head)) {
        Some(n) => lines[start + n] = &written,
        None => {
            let last = lines[..end].iter().rposition(|line| !line.is_empty()).expect("the id's line is not empty");
            lines.insert(last + 1, &written);
        }
    }
    lines.join("\n") + "\n"
}

fn sign(author: Author, at: &str) -> Signature {
    let at: DateTime = at.parse().expect("the story's times are well formed");
    let hours = author.winter + i8::from((4..=9).contains(&at.month()));
    let moment = at.to_zoned(TimeZone::fixed(Offset::constant(hours))).expect("a fixed offset has every time");
    Signature {
        person: Person { name: author.name.into(), email: author.email.into() },
        seconds: moment.timestamp().as_second(),
        offset_minutes: i32::from(hours) * 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Author = Author { name: "Ada", email: "ada@example.com", winter: 0 };
    const TOML: &str = "[[kr]]\nid = \"a\"\nscale = [\n  1,\n]\n\n[[kr]]\nid = \"b\"\ncurrent = 1\n";

    #[test]
    fn a_key_is_replaced_or_joins_its_table() {
        let mut files = Files::from([("x.toml", TOML.to_owned())]);
        apply(&mut files, &set("a", "current", "7").note("well"));
        apply(&mut files, &set("b", "current", "2"));
        let expected =
            "[[kr]]\nid = \"a\"\nscale = [\n  1,\n]\ncurrent = 7\nnote = \"well\"\n\n[[kr]]\nid = \"b\"\ncurrent = 2\n";
        assert_eq!(files["x.toml"], expected);
    }

    #[test]
    fn a_merge_keeps_both_sides_and_has_both_parents() {
        let commits = plan(&[
            by(ADA, "2026-01-01T10:00", "one", [Edit::Write("x.toml", TOML)]),
            by(ADA, "2026-07-01T10:00", "two", [set("b", "note", "\"branch\"")]).on("side"),
            by(ADA, "2026-07-02T10:00", "three", [set("b", "current", "3")]).recorded("2026-07-09T10:00"),
            merge("side", ADA, "2026-07-10T10:00", "four"),
        ]);
        let parents: Vec<&[usize]> = commits.iter().map(|c| c.parents.as_slice()).collect();
        assert_eq!(parents, [&[][..], &[0], &[0], &[2, 1]]);
        assert!(commits[3].files["x.toml"].ends_with("current = 3\nnote = \"branch\"\n"));
        assert_eq!((commits[0].author.seconds, commits[0].author.offset_minutes), (1_767_261_600, 0));
        assert_eq!((commits[1].author.seconds, commits[1].author.offset_minutes), (1_782_896_400, 60));
        assert_eq!(commits[2].committer.seconds - commits[2].author.seconds, 7 * 86_400);
    }
}
