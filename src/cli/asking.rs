//! Owns asking whoever sits in front of a terminal: a question on the error stream, a line of input for an answer.
//! Never asks anybody else, and never takes an answer that holds a control character.
//!
//! A question is asked again, with the reason, until its answer reads. The end of input (ctrl-d) is no answer: `None`, and
//! it is for the command to say what then, mostly [`Ended`]. Ctrl-c ends the process as it always does: whoever asks writes
//! nothing before the last answer is there.

use super::{Failure, OutputLost, Session};
use crate::text::printable;
use miette::Diagnostic;

/// Input ended before a question was answered.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("nobody answered, so nothing was written")]
#[diagnostic(help("run it again, or give the answers as arguments: -h lists them"))]
pub struct Ended;

/// Asks for something that `read` makes of the answer, or says why it cannot; an empty answer is the default's text, which
/// stands in brackets where there is any.
pub fn ask<T>(
    session: &mut Session<'_>,
    question: &str,
    default: Option<&str>,
    mut read: impl FnMut(&str) -> Result<T, String>,
) -> Result<Option<T>, Failure> {
    let shown = default.filter(|default| !default.is_empty());
    let shown = shown.map(|default| format!(" [{}]", printable(default))).unwrap_or_default();
    loop {
        tell(session, &format!("{}{shown}: ", printable(question)))?;
        let Some(typed) = line(session)? else {
            // What comes next begins a line of its own.
            tell(session, "\n")?;
            return Ok(None);
        };
        let answer = typed.and_then(|typed| match (typed.trim(), default) {
            ("", Some(default)) => read(default),
            (typed, _) => read(typed),
        });
        match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(reason) => tell(session, &format!("  {}\n", printable(&reason)))?,
        }
    }
}

/// Asks for a line of text; where there is no default, it must not be empty.
pub fn text(session: &mut Session<'_>, question: &str, default: Option<&str>) -> Result<Option<String>, Failure> {
    ask(session, question, default, |answer| match answer {
        "" if default.is_none() => Err("write something, or end with ctrl-c".to_owned()),
        answer => Ok(answer.to_owned()),
    })
}

/// Asks for yes or no.
pub fn yes(session: &mut Session<'_>, question: &str, default: bool) -> Result<Option<bool>, Failure> {
    let shown = if default { "Y/n" } else { "y/N" };
    ask(session, question, Some(shown), |answer| match answer.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(true),
        "n" | "no" => Ok(false),
        _ if answer == shown => Ok(default),
        _ => Err("answer y or n".to_owned()),
    })
}

/// Asks for one of several things, by number or by its first word or a beginning of it that no other has; gives its place
/// in the list, from 0.
pub fn choice(
    session: &mut Session<'_>,
    question: &str,
    options: &[&str],
    default: Option<usize>,
) -> Result<Option<usize>, Failure> {
    for (at, option) in options.iter().enumerate() {
        tell(session, &format!("  {}  {}\n", at + 1, printable(option)))?;
    }
    let default = default.map(|at| (at + 1).to_string());
    ask(session, question, default.as_deref(), |answer| {
        let words = options.iter().map(|option| option.split_whitespace().next().unwrap_or(""));
        chosen(words, answer).ok_or_else(|| format!("answer a number from 1 to {}", options.len()))
    })
}

/// Finds what an answer stands for among the words that name things.
fn chosen<'a>(words: impl Iterator<Item = &'a str> + Clone, answer: &str) -> Option<usize> {
    if let Ok(number) = answer.parse::<usize>() {
        return number.checked_sub(1).filter(|&at| at < words.count());
    }
    let at = |same: &dyn Fn(&str) -> bool| {
        let mut found = words.clone().enumerate().filter(|(_, word)| same(word)).map(|(at, _)| at);
        found.next().filter(|_| found.next().is_none())
    };
    let answer = answer.to_lowercase();
    at(&|word| word.to_lowercase() == answer)
        .or_else(|| at(&|word| !answer.is_empty() && word.to_lowercase().starts_with(&answer)))
}

/// Reads a line; `None` at the end of input, the reason where it is no text that a file could hold.
fn line(session: &mut Session<'_>) -> Result<Option<Result<String, String>>, Failure> {
    let mut bytes = Vec::new();
    let read = session.input.read_until(b'\n', &mut bytes);
    if read.map_err(Unheard)? == 0 {
        return Ok(None);
    }
    Ok(Some(match String::from_utf8(bytes) {
        Ok(text) if text.trim_end_matches(['\r', '\n']).chars().any(|c| c.is_control() && c != '\t') => {
            Err("there is a control character in it, of an arrow key perhaps: write it again".to_owned())
        }
        Ok(text) => Ok(text),
        Err(_) => Err("this is no UTF-8: write it again".to_owned()),
    }))
}

fn tell(session: &mut Session<'_>, text: &str) -> Result<(), Failure> {
    session.err.write_all(text.as_bytes()).and_then(|()| session.err.flush()).map_err(|error| OutputLost(error).into())
}

/// The terminal gave no line.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("could not read an answer")]
#[diagnostic(help("give the answers as arguments: -h lists them"))]
struct Unheard(#[source] std::io::Error);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Terminal;

    /// Asks in front of some input, and gives the answer with all that was said.
    fn asked<T>(input: &[u8], ask: impl FnOnce(&mut Session<'_>) -> Result<Option<T>, Failure>) -> (Option<T>, String) {
        let (mut out, mut err, mut input) = (Vec::new(), Vec::new(), input);
        let now = jiff::Timestamp::UNIX_EPOCH;
        let mut session = Session::new(|_| None, Terminal::default(), now, &mut out, &mut err, &mut input);
        let answer = ask(&mut session).expect("all streams are at hand");
        assert!(out.is_empty(), "results are no place for questions");
        (answer, String::from_utf8(err).expect("UTF-8"))
    }

    #[test]
    fn a_line_is_asked_for_until_it_reads() {
        let (answer, said) = asked(b"\n \x1b[A\n\xff\n Pages feel instant \r\n", |it| text(it, "Title", None));
        assert_eq!(answer.as_deref(), Some("Pages feel instant"));
        assert_eq!(said.matches("Title: ").count(), 4);
        assert!(said.contains("write something") && said.contains("control character") && said.contains("no UTF-8"));
        let number = |answer: &str| answer.parse::<f64>().map_err(|_| format!("{answer} is no number"));
        let (answer, said) = asked(b"many\n3.5\n", |it| ask(it, "Baseline", None, number));
        assert_eq!((answer, said.as_str()), (Some(3.5), "Baseline:   many is no number\nBaseline: "));
    }

    #[test]
    fn enter_keeps_and_the_end_is_no_answer() {
        let (answer, said) = asked(b"\n", |it| text(it, "Owner", Some("@a\u{1b}[31m")));
        assert_eq!((answer.as_deref(), said.as_str()), (Some("@a\u{1b}[31m"), "Owner [@a?[31m]: "));
        let (answer, said) = asked(b"", |it| text(it, "Owner", Some("@a")));
        assert_eq!((answer, said.as_str()), (None, "Owner [@a]: \n"));
        assert_eq!(asked(b"last line", |it| text(it, "Owner", None)).0.as_deref(), Some("last line"));
    }

    #[test]
    fn yes_and_no() {
        for (input, default, answer) in [
            ("\n", true, Some(true)),
            ("\n", false, Some(false)),
            ("perhaps\nYes\n", false, Some(true)),
            ("n\n", true, Some(false)),
            ("perhaps\n", true, None),
        ] {
            assert_eq!(asked(input.as_bytes(), |it| yes(it, "Write it?", default)).0, answer, "{input:?}");
        }
    }

    #[test]
    fn one_of_several_by_number_or_word() {
        let options = ["metric  from a baseline to a target", "milestones  things to reach", "binary", "bin"];
        let choose = |input: &str| asked(input.as_bytes(), |it| choice(it, "Kind", &options, Some(0)));
        for (input, answer) in [
            ("\n", Some(0)),
            ("2\n", Some(1)),
            ("0\n9\nMILE\n", Some(1)),
            ("mi\n", Some(1)),
            ("m\nmet\n", Some(0)),
            ("bin\n", Some(3)),
            ("bi\n", None),
        ] {
            assert_eq!(choose(input).0, answer, "{input:?}");
        }
        let said = choose("5\n").1;
        assert!(
            said.starts_with("  1  metric  from a baseline to a target\n") && said.contains("from 1 to 4"),
            "{said}"
        );
    }
}
