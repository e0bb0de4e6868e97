//! Owns what is to be said of a text that is no TOML: each error once, merge conflicts by their name.
//! Never mends anything.

use super::document::{Pairs, taken_over};
use super::plain;
use super::table::{Dialect, Reader};
use crate::finding::Finding;
use std::ops::Range;
use toml::de::{DeTable, Error};

/// Most syntax errors that are told of one file: past them a reader learns nothing.
const MOST: usize = 20;

/// Parses a text as far as it goes. Errors are reported, and the lines that they stand on are not to be believed.
/// `None` for a merge conflict: neither side of it is the file.
pub(crate) fn parse<'t>(reader: &mut Reader<'t>) -> Option<Pairs<'t>> {
    if let Some(pairs) = plain::read(reader.text) {
        return Some(pairs);
    }
    let (table, errors) = DeTable::parse_recoverable(reader.text);
    if errors.is_empty() {
        return Some(taken_over(table.into_inner()));
    }
    if let Some(conflict) = conflict(reader) {
        reader.found.push(conflict);
        return None;
    }
    report(reader, errors);
    Some(taken_over(table.into_inner()))
}

fn report(reader: &mut Reader<'_>, mut errors: Vec<Error>) {
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    for error in &errors {
        let span = clamp(reader.text, error.span());
        // One slip makes several errors on its line; the first says enough.
        if reader.broken.last().is_some_and(|line| span.start <= line.end) {
            continue;
        }
        if reader.broken.len() == MOST {
            reader.broken.push(span.start..reader.text.len());
            if let Some(last) = reader.found.last_mut() {
                last.help.push_str("; what follows is broken too, and not told line by line");
            }
            return;
        }
        reader.broken.push(line_of(reader.text, &span));
        let message = error.message();
        let finding = if message.starts_with("invalid date") && reader.dialect == Dialect::Objectives {
            let written = &reader.text[span.clone()];
            let message = format!("`{}` is no day of the calendar", crate::text::printable(written));
            Finding::new("date-invalid", message, "write a day that exists, as in 2026-11-20")
        } else if message.contains("recurs") && reader.dialect == Dialect::Objectives {
            let message = format!("tables and lists are nested deeper than {}", super::value::MAX_NESTING);
            Finding::new("limit-exceeded", message, "flatten them")
        } else {
            Finding::new("toml-syntax", format!("this is not TOML: {message}"), help(message))
        };
        reader.found.push(finding.at(reader.file, reader.place(&span), ""));
    }
}

fn help(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "keep one of the two; a second key result or objective needs its own `[[…]]` header"
    } else if message.contains("string") {
        "put the text between two double quotes on one line, or between `\"\"\"` on several"
    } else if message.contains("no value") || message.contains("expected `=`") {
        "write `key = value`, texts in quotes"
    } else {
        "mend the line; texts stand in quotes, days and numbers do not"
    }
}

/// Finds a merge conflict that was never resolved.
fn conflict(reader: &Reader<'_>) -> Option<Finding> {
    let mut start = 0;
    let (mut ours, mut divided) = (None, false);
    let mut first: Option<(Range<usize>, Range<usize>)> = None;
    let mut count = 0;
    for whole in reader.text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\r', '\n']);
        let range = start..start + line.len();
        start += whole.len();
        if line.starts_with("<<<<<<< ") {
            (ours, divided) = (Some(range), false);
        } else if line == "=======" && ours.is_some() {
            divided = true;
        } else if line.starts_with(">>>>>>> ") && divided {
            count += 1;
            divided = false;
            first = first.or_else(|| ours.take().map(|ours| (ours, range)));
        }
    }
    let (ours, theirs) = first?;
    let line = |offset: usize| reader.text[..offset].matches('\n').count() + 1;
    let more = if count > 1 { format!(", the first of {count}") } else { String::new() };
    let message = format!(
        "a merge conflict was never resolved, lines {} to {}{more}: neither side counts",
        line(ours.start),
        line(theirs.start)
    );
    let help = "keep one side or join both, take the three marker lines out, and commit";
    Some(Finding::new("toml-syntax", message, help).at(reader.file, reader.place(&ours), "one side begins here").and(
        reader.file,
        reader.place(&theirs),
        "the other ends here",
    ))
}

fn clamp(text: &str, span: Option<Range<usize>>) -> Range<usize> {
    let span = span.unwrap_or(0..0);
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = span.end.clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// Gives the whole of the lines that a range touches. A broken header takes the keys below it along, up to the next one:
/// they would count as those of the table before.
fn line_of(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |at| span.end + at);
    let is_header = text[start..].trim_start().starts_with('[');
    start..if is_header { text[end..].find("\n[").map_or(text.len(), |at| end + at) } else { end }
}
