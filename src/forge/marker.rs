//! Owns the mark by which a comment is known again: a line of its own, the last, that readers do not see.
//! Never trusts it alone: who wrote the comment counts too.

use std::fmt;
use std::str::FromStr;

/// Which of several comments on one pull request: a team may want two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id(String);

impl FromStr for Id {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if text.is_empty() || text.len() > 64 || !text.chars().all(is_plain) {
            return Err("a comment's id has 1 to 64 letters, digits, `-`, `_` and `.`".into());
        }
        Ok(Id(text.to_owned()))
    }
}

impl Default for Id {
    fn default() -> Self {
        Id("default".into())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which run of a job wrote a comment: later runs are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    id: u64,
    attempt: u64,
}

impl Run {
    /// Takes the numbers that the job has; `None` where the first is none.
    pub fn new(id: &str, attempt: Option<&str>) -> Option<Self> {
        let attempt = attempt.and_then(|attempt| attempt.parse().ok()).unwrap_or(1);
        Some(Run { id: id.parse().ok()?, attempt })
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.attempt)
    }
}

/// What the last line of a comment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Which comment it is.
    pub id: Id,
    /// The first twelve digits of the commit that it speaks of.
    pub head: String,
    /// The run that wrote it; `None` where somebody wrote it by hand.
    pub run: Option<Run>,
}

const START: &str = "<!-- git-okr v=1 ";
const END: &str = " -->";

impl Marker {
    /// Makes the mark of a comment about a commit.
    pub fn new(id: Id, head: &str, run: Option<Run>) -> Self {
        Marker { id, head: head.chars().filter(char::is_ascii_hexdigit).take(12).collect(), run }
    }

    /// Reads the last line that is not empty.
    pub fn read(body: &str) -> Option<Self> {
        let line = body.lines().rev().map(str::trim_end).find(|line| !line.is_empty())?;
        let mut words = line.strip_prefix(START)?.strip_suffix(END)?.split(' ');
        let id = words.next()?.strip_prefix("id=")?.parse().ok()?;
        let head = words.next()?.strip_prefix("head=")?.to_owned();
        let run = match words.next() {
            None => None,
            Some(word) => {
                let (id, attempt) = word.strip_prefix("run=")?.split_once('.')?;
                Some(Run { id: id.parse().ok()?, attempt: attempt.parse().ok()? })
            }
        };
        words.next().is_none().then_some(Marker { id, head, run })
    }

    /// Puts the mark under a text, with the line between them that Markdown wants.
    pub fn under(&self, text: &str) -> String {
        format!("{}\n\n{self}\n", text.trim_end())
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{START}id={} head={}", self.id, self.head)?;
        if let Some(run) = self.run {
            write!(f, " run={run}")?;
        }
        f.write_str(END)
    }
}

/// Gives what readers are told: all above the footer and the mark.
pub(super) fn said(body: &str) -> &str {
    let marked = body.rfind(START).map_or(body, |at| &body[..at]).trim_end();
    let footer = marked.rfind("\n<sub>").filter(|&at| !marked[at + 1..].contains('\n'));
    footer.map_or(marked, |at| &marked[..at]).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_as_it_was_written() {
        for run in [None, Run::new("4711", Some("2")), Run::new("4711", None)] {
            let marker = Marker::new("team-a".parse().expect("an id"), "3f9c2d1a77b04c51", run);
            let body = marker.under("### Goals\n\nAll well.\n\n");
            assert_eq!(Marker::read(&body), Some(marker.clone()), "{body}");
            // A forge may store other line ends, and lose the last.
            assert_eq!(Marker::read(body.replace('\n', "\r\n").trim_end()), Some(marker));
        }
    }

    #[test]
    fn what_is_not_the_last_line_alone_is_no_mark() {
        let mark = "<!-- git-okr v=1 id=default head=3f9c2d1a77b0 run=1.1 -->";
        assert!(Marker::read(mark).is_some());
        for body in [
            format!("> {mark}"),
            format!("{mark}\nI quote it."),
            format!("text {mark}"),
            format!("{mark} text"),
            "<!-- git-okr v=2 id=default head=3f9c2d1a77b0 run=1.1 -->".into(),
            "<!-- git-okr v=1 id=default head=3f9c2d1a77b0 run=1.1 more -->".into(),
            "<!-- git-okr v=1 id=a/b head=3f9c2d1a77b0 -->".into(),
            "<!-- git-okr v=1 id=default head=3f9c2d1a77b0 run=x.1 -->".into(),
            String::new(),
        ] {
            assert_eq!(Marker::read(&body), None, "{body}");
        }
    }

    #[test]
    fn runs_go_by_number() {
        let run = |id, attempt| Run::new(id, Some(attempt));
        assert!(run("9", "1") < run("10", "1") && run("10", "1") < run("10", "2"));
        assert_eq!(run("new", "1"), None);
    }

    #[test]
    fn footer_and_mark_say_nothing_to_readers() {
        let marker = Marker::new(Id::default(), "abc", Run::new("1", None));
        let body = marker.under("### Goals\n\nAll well.\n\n<sub>git-okr at abc</sub>");
        assert_eq!(said(&body), "### Goals\n\nAll well.");
        assert_eq!(said("no mark, no footer\n"), "no mark, no footer");
        assert_eq!(said("a\n<sub>small</sub>\nb"), "a\n<sub>small</sub>\nb");
    }
}
