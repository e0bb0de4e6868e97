//! Owns reports that live in a file: the block that `--inject` manages in somebody's text, the first line of a file
//! that is a report as a whole, and the comparison that `--check` makes.
//! Never reads or writes a file, and never renders: callers hand in texts.

use crate::text::printable;
use jiff::civil::Date;
use std::fmt;
use std::ops::Range;

const BEGIN: &str = "<!-- git-okr:begin report ";
const END: &str = "<!-- git-okr:end -->";
const WHOLE: &str = "<!-- git-okr:report ";
const CLOSE: &str = " -->";
/// Lines of each side that a difference shows.
const SHOWN_LINES: usize = 8;

/// What a report in a file was made with, and is compared by: the day, the template, and the selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The day that it was rendered for.
    pub day: Date,
    /// Name or file of its template.
    pub template: String,
    /// The cycle asked for, `None` for the running ones.
    pub cycle: Option<String>,
    /// The owner asked for.
    pub owner: Option<String>,
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "day={} template={}", self.day, self.template)?;
        self.cycle.iter().try_for_each(|cycle| write!(f, " cycle={cycle}"))?;
        self.owner.iter().try_for_each(|owner| write!(f, " owner={owner}"))
    }
}

impl Stamp {
    /// Reads `day=… template=…`; keys that this version does not know are passed over.
    fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| {
            let mut words = text.split_ascii_whitespace().filter_map(|word| word.split_once('='));
            words.find(|&(known, _)| known == key).map(|(_, value)| value.to_owned())
        };
        Some(Stamp {
            day: value("day")?.parse().ok()?,
            template: value("template")?,
            cycle: value("cycle"),
            owner: value("owner"),
        })
    }

    /// Tells which of its words cannot stand in a comment.
    fn unfit(&self) -> Option<&str> {
        [Some(&self.template), self.cycle.as_ref(), self.owner.as_ref()].into_iter().flatten().map(String::as_str).find(
            |word| {
                word.is_empty()
                    || word.contains("--")
                    || word.contains(|c: char| c.is_whitespace() || c.is_control() || c == '>')
            },
        )
    }
}

/// Why a file cannot hold or be compared as a report.
#[derive(Debug, thiserror::Error, miette::Diagnostic, PartialEq, Eq)]
pub enum Error {
    /// No block.
    #[error("there is no managed block")]
    #[diagnostic(help(
        "put these two lines where the report is to stand:\n<!-- git-okr:begin report -->\n<!-- git-okr:end -->"
    ))]
    NoBlock,
    /// A beginning and no end.
    #[error("line {line}: the managed block that begins here has no end")]
    #[diagnostic(help("put `<!-- git-okr:end -->` on the line after it"))]
    NoEnd {
        /// From 1.
        line: usize,
    },
    /// Two blocks.
    #[error("line {line}: a second managed block begins here")]
    #[diagnostic(help("keep one; the other's text is replaced by nobody"))]
    TwoBlocks {
        /// From 1.
        line: usize,
    },
    /// No day or template to compare by.
    #[error("the file does not say with which day and template its report was made")]
    #[diagnostic(help("write it anew: `git okr report --inject FILE`, or `--output FILE`"))]
    NoStamp,
    /// A name that would break the comment.
    #[error("`{word}` cannot be recorded in a comment")]
    #[diagnostic(help("use a name without spaces, `>` and `--`"))]
    Unfit {
        /// The name.
        word: String,
    },
}

/// A report as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What it was made with.
    pub stamp: Stamp,
    /// Its text, without the lines that mark it, line ends as `\n`.
    pub body: String,
    /// Whether it is the managed block of a file that says more.
    pub managed: bool,
}

/// Where the block stands: bytes of the beginning's whole line, of the text between, and of the end's line.
struct Block {
    begin: Range<usize>,
    body: Range<usize>,
}

/// Gives a whole file: the line that records how it was made, and the report.
pub fn whole(stamp: &Stamp, body: &str) -> Result<String, Error> {
    fit(stamp)?;
    Ok(format!("{WHOLE}{stamp}{CLOSE}\n\n{}\n", body.trim()))
}

/// Puts a report into the managed block of a text; everything else stays byte for byte. Line ends are the text's own.
pub fn inject(text: &str, stamp: &Stamp, body: &str) -> Result<String, Error> {
    fit(stamp)?;
    let block = find(text)?.ok_or(Error::NoBlock)?;
    let ends = if text[block.begin.clone()].ends_with("\r\n") { "\r\n" } else { "\n" };
    let managed = format!("{BEGIN}{stamp}{CLOSE}\n\n{}\n\n", body.trim()).replace('\n', ends);
    Ok(format!("{}{managed}{}", &text[..block.begin.start], &text[block.body.end..]))
}

/// Finds the report of a file: the managed block where there is one, else the file as a whole.
pub fn recorded(text: &str) -> Result<Recorded, Error> {
    if let Some(block) = find(text)? {
        let line = text[block.begin.clone()].trim();
        let stamp = line.strip_prefix(BEGIN.trim_end()).and_then(|rest| rest.strip_suffix(CLOSE.trim_start()));
        let stamp = stamp.and_then(Stamp::parse).ok_or(Error::NoStamp)?;
        return Ok(Recorded { stamp, body: normal(&text[block.body]), managed: true });
    }
    let text = text.trim_start_matches('\u{feff}');
    let (first, body) = text.split_once('\n').unwrap_or((text, ""));
    let stamp = first.trim().strip_prefix(WHOLE).and_then(|rest| rest.strip_suffix(CLOSE)).and_then(Stamp::parse);
    Ok(Recorded { stamp: stamp.ok_or(Error::NoStamp)?, body: normal(body), managed: false })
}

/// Compares a report in a file with what it would be: `None` where they are the same, else the first lines that differ.
pub fn difference(recorded: &Recorded, rendered: &str) -> Option<String> {
    let rendered = normal(rendered);
    if recorded.body == rendered {
        return None;
    }
    let old: Vec<&str> = recorded.body.lines().collect();
    let new: Vec<&str> = rendered.lines().collect();
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut shown = String::new();
    for (sign, lines) in [('-', &old[same..old.len() - tail]), ('+', &new[same..new.len() - tail])] {
        for line in lines.iter().take(SHOWN_LINES) {
            // Escaped text holds these; a terminal shows them as something strange.
            let line = line.replace('\u{200b}', "");
            shown.push_str(&format!("{sign} {}\n", printable(&line)));
        }
        if lines.len() > SHOWN_LINES {
            shown.push_str(&format!("{sign} … and {} more lines\n", lines.len() - SHOWN_LINES));
        }
    }
    Some(shown)
}

impl Recorded {
    /// Gives the bytes of the first line, in the file's text, that is not what it would be.
    pub fn first_difference(&self, text: &str, rendered: &str) -> Range<usize> {
        let rendered = normal(rendered);
        let body: Vec<&str> = self.body.lines().collect();
        let same = body.iter().zip(rendered.lines()).take_while(|(old, new)| *old == new).count();
        let lines: Vec<&str> = text.lines().collect();
        let start = lines.windows(body.len().max(1)).position(|lines| lines == body).unwrap_or_default();
        let line = (start + same).min(lines.len().saturating_sub(1));
        let begin: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        begin..begin + lines.get(line).map_or(0, |line| line.len())
    }
}

impl Stamp {
    /// Writes the command that makes the report of a file anew, safe to paste: the file may be a stranger's.
    pub fn command(&self, path: &str, managed: bool) -> String {
        let plain = |word: &str| word.chars().all(|c| c.is_alphanumeric() || "-_./:@".contains(c));
        let quoted = |word: &str| if plain(word) { word.to_owned() } else { format!("'{}'", word.replace('\'', "")) };
        let mut command = format!("git okr report {} {}", if managed { "--inject" } else { "--output" }, quoted(path));
        let template = Some(&self.template).filter(|name| *name != "report");
        for (flag, word) in [("template", template), ("cycle", self.cycle.as_ref()), ("owner", self.owner.as_ref())] {
            command.extend(word.map(|word| format!(" --{flag} {}", quoted(word))));
        }
        command
    }
}

fn fit(stamp: &Stamp) -> Result<(), Error> {
    stamp.unfit().map_or(Ok(()), |word| Err(Error::Unfit { word: printable(word).into_owned() }))
}

/// Makes texts comparable: line ends as `\n`, no blank lines around.
fn normal(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// Finds the one managed block.
fn find(text: &str) -> Result<Option<Block>, Error> {
    let mut begin: Option<(usize, Range<usize>)> = None;
    let mut block = None;
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let range = at..at + line.len();
        at = range.end;
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.starts_with(BEGIN.trim_end()) && line.ends_with("-->") {
            if begin.is_some() || block.is_some() {
                return Err(Error::TwoBlocks { line: number + 1 });
            }
            begin = Some((number + 1, range));
        } else if line == END
            && let Some((_, begin)) = begin.take()
        {
            block = Some(Block { body: begin.end..range.start, begin });
        }
    }
    match begin {
        Some((line, _)) => Err(Error::NoEnd { line }),
        None => Ok(block),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn stamp() -> Stamp {
        Stamp { day: date(2026, 11, 22), template: "report".into(), cycle: None, owner: Some("@acme/payments".into()) }
    }

    #[test]
    fn a_block_is_replaced_and_all_else_stays() {
        let before = "# Ours\r\n\r\n<!-- git-okr:begin report -->\r\nold\r\n<!-- git-okr:end -->\r\ntail";
        let after = inject(before, &stamp(), "one\ntwo\n").expect("there is a block");
        assert_eq!(
            after,
            "# Ours\r\n\r\n<!-- git-okr:begin report day=2026-11-22 template=report owner=@acme/payments -->\r\n\r\none\r\ntwo\r\n\r\n<!-- git-okr:end -->\r\ntail"
        );
        let recorded = recorded(&after).expect("it is stamped");
        assert_eq!(recorded, Recorded { stamp: stamp(), body: "one\ntwo".into(), managed: true });
        assert_eq!(difference(&recorded, "one\ntwo\n"), None);
        assert_eq!(difference(&recorded, "one\nTWO\u{1b}[2J\n").as_deref(), Some("- two\n+ TWO?[2J\n"));
        assert_eq!(inject(&after, &stamp(), "one\ntwo"), Ok(after.clone()));
    }

    #[test]
    fn a_whole_file_records_how_it_was_made() {
        let file = whole(&stamp(), "# Report\n").expect("the stamp is fit");
        assert_eq!(recorded(&file), Ok(Recorded { stamp: stamp(), body: "# Report".into(), managed: false }));
    }

    #[test]
    fn what_cannot_be_is_said() {
        assert_eq!(inject("text", &stamp(), ""), Err(Error::NoBlock));
        assert_eq!(inject("a\n<!-- git-okr:begin report -->\n", &stamp(), ""), Err(Error::NoEnd { line: 2 }));
        let two = "<!-- git-okr:begin report -->\n<!-- git-okr:end -->\n".repeat(2);
        assert_eq!(inject(&two, &stamp(), ""), Err(Error::TwoBlocks { line: 3 }));
        assert_eq!(recorded("# Mine"), Err(Error::NoStamp));
        let unfit = Stamp { template: "a --> b".into(), ..stamp() };
        assert_eq!(whole(&unfit, ""), Err(Error::Unfit { word: "a --> b".into() }));
    }

    #[test]
    fn the_first_line_that_differs_is_found_and_the_command_is_safe_to_paste() {
        let text = "# Shop\r\n<!-- git-okr:begin report day=2026-11-22 template=report -->\r\n\r\none\r\ntwo\r\n\r\n<!-- git-okr:end -->\r\n";
        let found = recorded(text).expect("a block");
        assert_eq!(&text[found.first_difference(text, "one\nzwei")], "two");
        assert_eq!(&text[found.first_difference(text, "eins\ntwo")], "one");
        assert_eq!(found.stamp.command("README.md", found.managed), "git okr report --inject README.md");
        let hostile = Stamp { template: "a;b".into(), owner: Some("@x'$(y)".into()), ..found.stamp };
        assert_eq!(
            hostile.command("okrs/it's.md", false),
            "git okr report --output 'okrs/its.md' --template 'a;b' --owner '@x$(y)'"
        );
    }
}
