//! Owns what a check may show of a sensitive key result: no digit of its values, no note, in message or snippet.

use super::context::{Context, Part};
use crate::cores;
use crate::finding::{Finding, Label};
use crate::source::Tree;
use crate::text::{FileId, SourceFile, SourceMap};
use memchr::memmem::Finder;
use std::collections::BTreeMap;
use std::ops::Range;

/// Files from which a thread of its own is worth its start.
const FILES_PER_THREAD: usize = 500;

/// Ranges of limits that help texts name; they say nothing about a value.
const LIMITS: &[&str] = &["0–1", "0 to 1", "0 and 1", "0–100", "0 to 100", "0 and 100"];

/// Rules whose words count goals, words and days, and never speak of a value.
const COUNTING: &[&str] = &[
    "checkin-late",
    "checkin-stale",
    "close-unscored",
    "kr-binary-majority",
    "kr-count",
    "kr-zombie",
    "objective-count",
    "objective-length",
];

/// Masks the findings about sensitive key results, and gives the texts with everything sensitive masked, every byte
/// and character at its place; `None` where nothing is sensitive.
pub(super) fn mask<'f>(context: &Context<'_>, findings: impl Iterator<Item = &'f mut Finding>) -> Option<SourceMap> {
    let secret: Vec<Part<'_>> =
        context.objectives.iter().flat_map(|item| item.parts()).filter(|part| part.key_result.sensitive).collect();
    let mut files: BTreeMap<FileId, Vec<Part<'_>>> = BTreeMap::new();
    for part in &secret {
        files.entry(part.item.file.file).or_default().push(*part);
    }
    let unread = unread(context.tree, &files);
    if secret.is_empty() && unread.is_empty() {
        return None;
    }
    let names: Vec<String> = secret.iter().map(Part::called).collect();
    for finding in findings {
        let touches = |label: &Label| {
            unread.contains(&label.file)
                || files
                    .get(&label.file)
                    .is_some_and(|parts| parts.iter().any(|part| overlap(&part.extent(), &label.range)))
        };
        let named = finding.name.as_ref().is_some_and(|name| names.contains(name));
        if named || finding.primary.iter().chain(&finding.related).any(touches) {
            mask_finding(finding);
        }
    }
    let mut shown = SourceMap::default();
    for (id, source) in context.tree.sources.iter() {
        // A report that is out of date may be from before the value was sensitive.
        if !secret.is_empty() && context.outdated.iter().any(|report| report.file == id) {
            let hidden = |c: char| if c.is_alphanumeric() { substitute(c) } else { c };
            shown.add(SourceFile::new(source.path.clone(), source.text.chars().map(hidden).collect::<String>()));
            continue;
        }
        let parts = files.get(&id).map_or(&[][..], Vec::as_slice);
        shown.add(match (unread.contains(&id), parts.is_empty()) {
            (false, true) => source.clone(),
            (whole, _) => SourceFile::new(source.path.clone(), mask_text(&source.text, parts, whole)),
        });
    }
    Some(shown)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end.max(b.start + 1) && b.start < a.end
}

/// Finds the files that say `sensitive` somewhere that did not read: nobody knows which values are meant, so all are.
fn unread(tree: &Tree, known: &BTreeMap<FileId, Vec<Part<'_>>>) -> Vec<FileId> {
    const KEY: &str = "sensitive";
    let finder = Finder::new(KEY);
    let lost = |id: FileId, text: &str| {
        finder.find_iter(text.as_bytes()).any(|at| {
            let after = text[at + KEY.len()..].trim_start_matches(['"', '\'', ' ', '\t']);
            let Some(value) = after.strip_prefix('=') else { return false };
            let read = known.get(&id).is_some_and(|parts| parts.iter().any(|part| part.extent().contains(&at)));
            !read && !value.trim_start().starts_with("false")
        })
    };
    let sources: Vec<(FileId, &SourceFile)> = tree.sources.iter().collect();
    let found = cores::spread(&sources, FILES_PER_THREAD, |_, (id, source)| lost(*id, &source.text).then_some(*id));
    found.into_iter().flatten().collect()
}

fn mask_finding(finding: &mut Finding) {
    let mut kept: Vec<String> = LIMITS.iter().map(|&limit| limit.to_owned()).collect();
    if let Some(name) = &finding.name {
        kept.extend(
            (0..name.len()).filter(|&at| at == 0 || name.as_bytes()[at - 1] == b'/').map(|at| name[at..].to_owned()),
        );
        kept.extend(name.split('/').map(str::to_owned));
    }
    kept.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let masked = |text: &str| mask_digits(text, &kept);
    if !COUNTING.contains(&finding.rule) {
        finding.message = masked(&finding.message);
        finding.help = masked(&finding.help);
    }
    finding.answer = finding.answer.as_deref().map(masked);
    for label in finding.primary.iter_mut().chain(&mut finding.related) {
        label.text = masked(&label.text);
    }
    if finding.fix.as_ref().is_some_and(|fix| fix.edits.iter().any(|edit| edit.text.contains(char::is_numeric))) {
        finding.fix = None;
    }
}

/// Replaces every digit by `•`, save in the phrases to keep where they stand alone.
fn mask_digits(text: &str, kept: &[String]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let alone = |end: usize| {
            let edge = |c: char| !c.is_alphanumeric() && c != '.' && c != '-';
            // A full stop after the phrase ends a sentence, unless a digit follows.
            let after = text[end..].chars().next();
            let ends = after.is_none_or(|c| edge(c) || c == '.' && !text[end + 1..].starts_with(char::is_numeric));
            text[..at].chars().next_back().is_none_or(edge) && ends
        };
        match kept.iter().find(|phrase| text[at..].starts_with(phrase.as_str()) && alone(at + phrase.len())) {
            Some(phrase) if !phrase.is_empty() => {
                masked.push_str(phrase);
                at += phrase.len();
            }
            _ => {
                masked.push(if c.is_numeric() { '•' } else { c });
                at += c.len_utf8();
            }
        }
    }
    masked
}

/// Fields of a key result that hold nothing to hide beyond their digits, or nothing at all.
const PLAIN: &[&str] = &["id", "owner", "sensitive", "role", "status", "commitment"];

/// Masks the sensitive tables of a text, or all of its digits.
fn mask_text(text: &str, parts: &[Part<'_>], whole: bool) -> String {
    #[derive(Clone, Copy, PartialEq)]
    enum Shown {
        All,
        NoDigits,
        Nothing,
    }
    let mut shown = vec![if whole { Shown::NoDigits } else { Shown::All }; text.len()];
    let mut paint = |range: Range<usize>, how: Shown| {
        let end = range.end.min(text.len());
        shown[range.start.min(end)..end].fill(how);
    };
    for part in parts {
        let mut extent = part.extent();
        // To the line's end: a comment may speak of the value.
        extent.end += text.get(extent.end..).and_then(|rest| rest.find('\n')).unwrap_or_default();
        paint(extent, Shown::NoDigits);
        for (key, range) in part.place.fields.iter() {
            if !PLAIN.contains(&key) && key != "title" {
                paint(range, Shown::Nothing);
            }
        }
        for key in PLAIN {
            part.place.fields.get(key).into_iter().for_each(|range| paint(range, Shown::All));
        }
    }
    text.char_indices()
        .map(|(at, c)| match shown[at] {
            Shown::NoDigits if c.is_numeric() => substitute(c),
            Shown::Nothing if c.is_alphanumeric() => substitute(c),
            _ => c,
        })
        .collect()
}

/// Gives a harmless character of the same length in bytes.
fn substitute(c: char) -> char {
    match c.len_utf8() {
        1 => '*',
        2 => '\u{b7}',
        3 => '\u{2022}',
        _ => '\u{1f512}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_limits_keep_their_digits() {
        let kept: Vec<String> = ["2026-Q4/pay/p99", "p99", "0 to 1"].map(str::to_owned).to_vec();
        let text = "`p99` is 7.5 in 2026-Q4/pay/p99, not 0 to 1. p990 is 2026, 0 to 1.5";
        assert_eq!(mask_digits(text, &kept), "`p99` is •.• in 2026-Q4/pay/p99, not 0 to 1. p••• is ••••, • to •.•");
    }

    #[test]
    fn rules_that_count_are_rules() {
        for name in COUNTING {
            assert!(crate::rules::find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn substitutes_are_as_long() {
        for c in ['7', '٣', '７', '𝟟'] {
            assert!(c.is_numeric());
            assert_eq!(substitute(c).len_utf8(), c.len_utf8());
        }
    }
}
