//! Owns the application of fixes to texts: each whole or not at all, none over another.
//! Never reads or writes a file.

use super::{Edit, Finding};
use crate::text::{FileId, SourceMap};
use std::collections::BTreeMap;
use std::ops::Range;

/// What came of applying fixes once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// The new texts of the files that changed.
    pub texts: BTreeMap<FileId, String>,
    /// Which of the findings were mended, by their place in the list.
    pub mended: Vec<usize>,
}

/// Applies the fixes of some findings, in order. One that touches an edit taken before is left for the next round, and so
/// is one whose file is closed to edits or would no longer hold with it.
pub fn round(
    sources: &SourceMap,
    findings: &[Finding],
    open: &dyn Fn(FileId) -> bool,
    holds: &dyn Fn(&str) -> bool,
) -> Round {
    let together = apply(sources, findings, open, None);
    if together.texts.values().all(|text| holds(text)) {
        return together;
    }
    // Two that are right by themselves may be wrong together: a key misspelt twice becomes the same key twice.
    apply(sources, findings, open, Some(holds))
}

fn apply(
    sources: &SourceMap,
    findings: &[Finding],
    open: &dyn Fn(FileId) -> bool,
    holds: Option<&dyn Fn(&str) -> bool>,
) -> Round {
    let mut taken: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut mended = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let (Some(fix), Some(label)) = (&finding.fix, &finding.primary) else { continue };
        let mut edits = fix.by_file(label.file);
        let free = |(file, edits): (&FileId, &Vec<&Edit>)| {
            let before = taken.get(file).map_or(&[][..], Vec::as_slice);
            open(*file) && !edits.iter().any(|edit| before.iter().any(|other| touch(&edit.range, &other.range)))
        };
        if !edits.iter().all(free) {
            continue;
        }
        for (file, edits) in &mut edits {
            edits.extend(taken.get(file).into_iter().flatten());
        }
        if holds.is_none_or(|holds| edits.iter().all(|(file, edits)| holds(&edited(&sources.get(*file).text, edits)))) {
            mended.push(at);
            taken.extend(edits);
        }
    }
    let texts = taken.iter().map(|(file, edits)| (*file, edited(&sources.get(*file).text, edits))).collect();
    Round { texts, mended }
}

/// Tells whether two ranges share a byte or an edge.
fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Gives a text with edits applied, none of which touches another.
pub(crate) fn edited(text: &str, edits: &[&Edit]) -> String {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.range.start);
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(&text[at..edit.range.start]);
        new.push_str(&edit.text);
        at = edit.range.end;
    }
    new.push_str(&text[at..]);
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceFile;

    fn finding(file: FileId, edits: &[(Range<usize>, &str)]) -> Finding {
        let edits = edits.iter().map(|(range, text)| Edit { range: range.clone(), text: (*text).into() }).collect();
        Finding::new("field-unknown", "", "").at(file, 0..1, "").fix("", true, edits)
    }

    #[test]
    fn fixes_are_whole_and_do_not_touch() {
        let mut sources = SourceMap::default();
        let (a, b) = (sources.add(SourceFile::new("a", "0123456789")), sources.add(SourceFile::new("b", "xyz")));
        let mut across = finding(a, &[(8..9, "E")]);
        if let Some(fix) = &mut across.fix {
            fix.elsewhere.push((b, Edit { range: 1..2, text: "!".into() }));
        }
        let findings = [
            finding(a, &[(4..5, "four"), (0..1, "")]),
            finding(a, &[(5..6, "five")]),
            finding(a, &[(2..2, "+"), (4..4, "-")]),
            across,
            finding(b, &[(0..1, "X")]),
        ];
        let open = |_| true;
        let first = round(&sources, &findings, &open, &|_| true);
        assert_eq!((first.texts[&a].as_str(), first.texts[&b].as_str()), ("123four567E9", "x!z"));
        assert_eq!(first.mended, [0, 3]);
        let closed = round(&sources, &findings, &|file| file == a, &|_| true);
        assert_eq!((closed.mended, closed.texts.len()), (vec![0], 1), "one closed file keeps the whole fix out");
        let picky = round(&sources, &findings, &open, &|text| !text.contains("four"));
        assert_eq!((picky.texts[&a].as_str(), picky.mended), ("01+23-4five67E9", vec![1, 2, 3]));
    }
}
