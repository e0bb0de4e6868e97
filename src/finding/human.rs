//! Owns the format for people: each finding with the lines that it points at, then one line that sums up.

use super::format::{BATCH, FINDINGS_PER_THREAD};
use super::{Finding, Label, Level, Style, View};
use crate::cores;
use crate::text::{FileId, SourceFile, printable, same_length};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};

/// Files from which a thread of its own is worth its start.
const FILES_PER_THREAD: usize = 64;

/// Characters of a line of source that are always shown.
const LONGEST: usize = 240;

/// Writes every finding with its source, then the numbers.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let theme = GraphicalTheme {
        characters: if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.max(40))
        .with_context_lines(1)
        .with_links(false)
        .with_show_related_as_nested(true);
    let labels = view.findings.iter().flat_map(|finding| finding.primary.iter().chain(&finding.related));
    let files: Vec<FileId> = labels.map(|label| label.file).collect::<BTreeSet<_>>().into_iter().collect();
    let texts = cores::spread(&files, FILES_PER_THREAD, |_, file| Shown::new(view.sources.get(*file)));
    let shown: BTreeMap<FileId, Shown<'_>> = files.into_iter().zip(texts).collect();
    let render = |finding: &Finding| {
        let source = finding.primary.as_ref().and_then(|label| shown.get(&label.file));
        let elsewhere = finding
            .related
            .iter()
            .filter(|label| finding.primary.as_ref().is_none_or(|primary| primary.file != label.file))
            .filter_map(|label| Some(Elsewhere { label, source: shown.get(&label.file)? }))
            .collect();
        let mut text = String::new();
        let rendered = handler.render_report(&mut text, &Shape { finding, source, elsewhere });
        rendered.map(|()| cut(&text, style)).map_err(io::Error::other)
    };
    for batch in view.findings.chunks(BATCH) {
        for text in cores::spread(batch, FINDINGS_PER_THREAD, |_, finding| render(finding)) {
            writeln!(out, "{}\n", text?.trim_end())?;
        }
    }
    writeln!(out, "{}", sum(view))
}

/// Cuts lines that no terminal has room for: somebody wrote ten thousand characters on one. Colours take no room, and end
/// where the line does.
fn cut(text: &str, style: Style) -> String {
    let longest = style.width.max(LONGEST);
    if text.lines().all(|line| line.len() <= longest) {
        return text.to_owned();
    }
    let mut short = String::new();
    for line in text.lines() {
        let (mut shown, mut in_colour) = (0, false);
        let end = line.char_indices().find(|&(_, c)| {
            match (c, in_colour) {
                ('\u{1b}', _) => in_colour = true,
                (c, true) => in_colour = c != 'm',
                _ => shown += 1,
            }
            shown > longest
        });
        match end {
            Some((end, _)) => {
                let ending = if style.unicode { "…" } else { "..." };
                let reset = if style.color { "\u{1b}[0m" } else { "" };
                short.extend([&line[..end], reset, ending]);
            }
            None => short.push_str(line),
        }
        short.push('\n');
    }
    short
}

/// Says in one line what it came to.
fn sum(view: &View<'_>) -> String {
    let summary = &view.summary;
    let files = count(summary.files, "file");
    let mut line = if view.findings.is_empty() {
        let new = if summary.older.is_some() { "new " } else { "" };
        let objectives = count(summary.objectives, "objective");
        format!("no {new}findings in {files} ({objectives}, {})", count(summary.key_results, "key result"))
    } else {
        let levels = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")];
        let parts: Vec<String> = levels.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| count(n, word)).collect();
        format!("{} in {files}", parts.join(", "))
    };
    if summary.suppressed > 0 {
        line.push_str(&format!("; {} suppressed", summary.suppressed));
    }
    match summary.older {
        None | Some(0) => {}
        Some(older) => line.push_str(&format!("; {older} from before the change not shown")),
    }
    match view.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe)).count() {
        0 => {}
        fixable => line.push_str(&format!("; --fix mends {fixable}")),
    }
    line
}

fn count(n: usize, word: &str) -> String {
    if n == 1 || word == "info" { format!("{n} {word}") } else { format!("{n} {word}s") }
}

/// A file fit for a terminal: hostile characters replaced, every byte at its place.
struct Shown<'a> {
    source: &'a SourceFile,
    path: String,
    text: Cow<'a, str>,
}

impl<'a> Shown<'a> {
    fn new(source: &'a SourceFile) -> Self {
        Shown { source, path: printable(&source.path).into_owned(), text: same_length(&source.text) }
    }

    /// Gives the span of a label; an empty one is widened to the character beside it, so that it can be seen.
    fn span(&self, label: &Label) -> (usize, usize) {
        let length = self.text.len();
        let mut start = label.range.start.min(length);
        let mut end = label.range.end.clamp(start, length);
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        if start == end {
            match self.text[start..].chars().next() {
                Some(next) => end += next.len_utf8(),
                None => start = self.text[..start].char_indices().next_back().map_or(0, |(at, _)| at),
            }
        }
        (start, end - start)
    }
}

impl SourceCode for Shown<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let lines = self.source.lines();
        let (text, end) = (&self.source.text, span.offset() + span.len());
        let (first, last) = (self.source.position(span.offset()), self.source.position(end.max(1) - 1));
        let top = first.line.saturating_sub(before).max(1);
        let bottom = (last.line + after).min(lines.line_count());
        let start = lines.line_range(text, top).map_or(0, |line| line.start);
        let stop = lines.line_range(text, bottom).map_or(text.len(), |line| line.end).max(start);
        // Without context miette asks for the header alone: it wants the column where the span starts.
        let column = if before == 0 { first.column - 1 } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            &self.text.as_bytes()[start..stop],
            (start, stop - start).into(),
            top - 1,
            column,
            bottom - top,
        )))
    }
}

/// A finding as miette wants to see it.
struct Shape<'a> {
    finding: &'a Finding,
    source: Option<&'a Shown<'a>>,
    elsewhere: Vec<Elsewhere<'a>>,
}

/// A place of a finding in another file.
struct Elsewhere<'a> {
    label: &'a Label,
    source: &'a Shown<'a>,
}

fn label_text(label: &Label) -> Option<String> {
    (!label.text.is_empty()).then(|| printable(&label.text).into_owned())
}

impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.finding, f)
    }
}

impl fmt::Display for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.finding.message))
    }
}

impl std::error::Error for Shape<'_> {}

impl Diagnostic for Shape<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{}[{}]", self.finding.level, self.finding.rule)))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.finding.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Info => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.finding.help.is_empty()).then(|| Box::new(printable(&self.finding.help)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (source, primary) = (self.source?, self.finding.primary.as_ref()?);
        let (at, length) = source.span(primary);
        let first = std::iter::once(LabeledSpan::new_primary_with_span(label_text(primary), (at, length)));
        let rest = self.finding.related.iter().filter(|label| label.file == primary.file).map(|label| {
            let (at, length) = source.span(label);
            LabeledSpan::new(label_text(label), at, length)
        });
        Some(Box::new(first.chain(rest)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        (!self.elsewhere.is_empty()).then(|| {
            Box::new(self.elsewhere.iter().map(|place| place as &dyn Diagnostic))
                as Box<dyn Iterator<Item = &'a dyn Diagnostic>>
        })
    }
}

impl fmt::Debug for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.label, f)
    }
}

impl fmt::Display for Elsewhere<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.label.text))
    }
}

impl std::error::Error for Elsewhere<'_> {}

impl Diagnostic for Elsewhere<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (at, length) = self.source.span(self.label);
        Some(Box::new(std::iter::once(LabeledSpan::new_primary_with_span(None, (at, length)))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, Summary};
    use super::*;
    use crate::text::SourceMap;

    fn render(finding: Finding, sources: &SourceMap, color: bool) -> String {
        let findings = [finding];
        let summary = Summary { files: 2, suppressed: 3, ..Summary::default() }.counting(&findings);
        let view = View { summary, ..View::new(&findings, sources) };
        let mut out = Vec::new();
        Format::Human.write(&view, &mut out, Style { color, ..Style::default() }).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn shows_both_places_and_nothing_hostile() {
        let mut sources = SourceMap::default();
        let a = sources.add(SourceFile::new("okrs/a.toml", "\u{feff}# é\r\nid = \"x\u{1b}[31m\"\r\n"));
        let b = sources.add(SourceFile::new("okrs/b.toml", "id = \"x\""));
        let at = sources.get(a).text.find('"').expect("there");
        let finding = Finding::new("id-duplicate", "`x` is \u{202e}twice", "rename one").at(a, at..at + 3, "here").and(
            b,
            5..8,
            "and first here",
        );
        let text = render(finding, &sources, false);
        for part in [
            "error[id-duplicate]",
            "[okrs/a.toml:2:6]",
            "[okrs/b.toml:1:6]",
            "2 │ id = \"x?[31m\"",
            "and first here",
            "help: rename one",
            "`x` is \u{fffd}twice",
            "1 error in 2 files; 3 suppressed",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }

    #[test]
    fn points_at_the_end_of_a_file_and_at_nothing() {
        let mut sources = SourceMap::default();
        let full = sources.add(SourceFile::new("a.toml", "x = 1\n"));
        let empty = sources.add(SourceFile::new("b.toml", ""));
        for (file, at) in [(full, 6), (empty, 0), (full, 99)] {
            let text = render(Finding::new("toml-syntax", "cut off", "go on").at(file, at..at, "here"), &sources, true);
            assert!(text.contains("cut off"), "{text}");
        }
        let text = render(Finding::new("history-shallow", "cut off", "fetch"), &sources, false);
        assert!(text.contains("cut off") && text.contains("help: fetch"), "{text}");
    }
}
