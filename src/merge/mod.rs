//! Owns the three-way merge of objective files: by name and field, as text of our side with theirs put in.
//! Never guesses: what both sides changed and nothing tells apart is left to a person, between markers.

mod cut;
mod decision;
mod join;
mod names;
mod order;
mod output;
#[cfg(test)]
mod tests;
mod within;
mod written;

use crate::text::SourceFile;
use cut::{File, Kind, cut};
use join::{Joiner, Tables};
use names::{Names, are_double, share_ids};
use output::Output;
use std::collections::{BTreeMap, BTreeSet};
use within::Surroundings;
use written::comments;

/// How what a person must settle is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// What our side is called.
    pub ours: String,
    /// What the common ancestor is called.
    pub base: String,
    /// What their side is called.
    pub theirs: String,
    /// How many signs a marker has.
    pub marker_size: usize,
    /// Whether the common ancestor's version is shown.
    pub shows_base: bool,
    /// Whether common ancestors are being merged: then nobody is there to settle anything, and what they have in common
    /// stands.
    pub is_inner: bool,
}

/// A merged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text, with markers where there are conflicts.
    pub text: String,
    /// How many there are.
    pub conflicts: usize,
}

/// One of the three texts of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The common ancestor.
    Base,
    /// The side merged into.
    Ours,
    /// The side merged in.
    Theirs,
    /// What came out.
    Result,
}

/// Why files cannot be merged by name and field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is no TOML.
    Broken(Version),
    /// It has one id twice.
    Double(Version),
}

/// Merges three texts; one that is not there is empty.
///
/// # Errors
/// [`Refused`] where a text is no TOML, or has one id twice.
pub fn merge(base: &str, ours: &str, theirs: &str, style: &Style) -> Result<Merged, Refused> {
    let source = SourceFile::new("", ours);
    let mark = if ours.starts_with(MARK) { MARK } else { "" };
    let read = |text, version| match cut(bare(text)) {
        None => Err(Refused::Broken(version)),
        Some(file) if are_double(Kind::File, &file.top.plain) => Err(Refused::Double(version)),
        Some(file) => Ok(file),
    };
    let (base, ours, theirs) = (read(base, Version::Base)?, read(ours, Version::Ours)?, read(theirs, Version::Theirs)?);
    let names =
        Names { by_cycle: [&base, &ours, &theirs].iter().any(|file| share_ids(&file.top.plain)), ..Names::default() };
    let line_end = source.line_end();
    let mut joiner = Joiner {
        around: Surroundings { line_end, names },
        out: Output::new(style, line_end),
        known: moved(&base, &ours, &theirs),
    };
    joiner.table(Tables { base: Some(&base.top), ours: &ours.top, theirs: &theirs.top }, None);
    joiner.out.text(&order::lead(Some(base.end), ours.end, theirs.end, line_end));
    if joiner.around.names.are_double.get() {
        return Err(Refused::Double(Version::Result));
    }
    let ends_in_line = source.text.is_empty() || source.text.ends_with('\n');
    let (text, conflicts) = joiner.out.finish(ends_in_line);
    if conflicts == 0 {
        let _ = read(&text, Version::Result)?;
    }
    Ok(Merged { text: format!("{mark}{text}"), conflicts })
}

const MARK: &str = "\u{feff}";

fn bare(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Finds the comments that theirs has no more often than the base had, and that ours has too: where they stand above
/// something new, they only changed their place.
fn moved(base: &File<'_>, ours: &File<'_>, theirs: &File<'_>) -> BTreeSet<String> {
    let [base, ours, theirs] = [base, ours, theirs].map(|file| {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        let leads = file.top.lines().into_iter().map(|line| line.lead).chain([file.end]);
        leads.flat_map(comments).for_each(|comment| *count.entry(comment.to_owned()).or_default() += 1);
        count
    });
    let is_moved = |(comment, times): &(String, usize)| {
        base.get(comment).is_some_and(|before| times <= before) && ours.contains_key(comment)
    };
    theirs.into_iter().filter(is_moved).map(|(comment, _)| comment).collect()
}
