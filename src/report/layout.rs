//! Owns how text fits a terminal: widths, cutting, padding, colour. Every text from a file is made printable here.
//! Never knows what a line is about.

pub use crate::finding::Style;
use crate::text::printable;
use anstyle::{AnsiColor, Color};
use unicode_width::UnicodeWidthStr;

/// How a piece of text is set off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Like everything else.
    Plain,
    /// What a block is about.
    Strong,
    /// What may be passed over.
    Faint,
    /// Going well.
    Good,
    /// Worth a look.
    Warn,
    /// Going badly.
    Bad,
}

impl Style {
    /// Sets a text off. The text must be printable already.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        let style = anstyle::Style::new();
        let style = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Strong => style.bold(),
            Tone::Faint => style.dimmed(),
            Tone::Good => style.fg_color(Some(Color::Ansi(AnsiColor::Green))),
            Tone::Warn => style.fg_color(Some(Color::Ansi(AnsiColor::Yellow))),
            Tone::Bad => style.fg_color(Some(Color::Ansi(AnsiColor::Red))).bold(),
        };
        if !self.color || text.trim().is_empty() {
            return text.to_owned();
        }
        format!("{style}{text}{style:#}")
    }

    /// Gives the mark of a cut text.
    fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// Makes a text printable and cuts it to a width in columns.
    pub fn cut(self, text: &str, width: usize) -> String {
        let text = printable(text);
        if columns(&text) <= width {
            return text.into_owned();
        }
        let ellipsis = self.ellipsis();
        let Some(room) = width.checked_sub(columns(ellipsis)) else { return ".".repeat(width) };
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        // What stands behind a character may make it wider: a digit is a picture before U+FE0F.
        let end = ends.take_while(|&end| columns(&text[..end]) <= room).last().unwrap_or(0);
        text[..end].trim_end().to_owned() + ellipsis
    }

    /// Makes a text printable, cuts it and fills it up to exactly a width, then sets it off.
    pub fn cell(self, tone: Tone, text: &str, width: usize) -> String {
        let text = self.cut(text, width);
        let rest = " ".repeat(width.saturating_sub(columns(&text)));
        self.paint(tone, &text) + &rest
    }

    /// The same with the text at the right edge.
    pub fn cell_right(self, tone: Tone, text: &str, width: usize) -> String {
        let text = self.cut(text, width);
        let rest = " ".repeat(width.saturating_sub(columns(&text)));
        rest + &self.paint(tone, &text)
    }

    /// Puts a text into lines of a width, broken between words; the first line starts with `first`, the others with
    /// `next`. All are printable.
    pub fn wrap(self, tone: Tone, text: &str, first: &str, next: &str) -> String {
        let room = self.width.saturating_sub(columns(next)).max(20);
        let text = printable(text);
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let line = lines.last_mut().expect("there is a first line");
            if !line.is_empty() && columns(line) + 1 + columns(word) > room {
                lines.push(self.cut(word, room));
            } else {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(&self.cut(word, room));
            }
        }
        let mut wrapped = String::new();
        for (at, line) in lines.iter().enumerate() {
            wrapped.push_str(if at == 0 { first } else { next });
            wrapped.push_str(&self.paint(tone, line));
            wrapped.push('\n');
        }
        wrapped
    }
}

/// Counts the columns that a printable text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAIN: Style = Style { width: 40, color: false, unicode: true };

    #[test]
    fn cutting_keeps_columns() {
        assert_eq!(PLAIN.cut("latency", 7), "latency");
        assert_eq!(PLAIN.cut("latency falls", 9), "latency…");
        assert_eq!(PLAIN.cut("日本語のタイトル", 6), "日本…");
        assert_eq!(PLAIN.cut("0\u{fe0f} of 5", 2), "0…");
        assert_eq!(PLAIN.cell_right(Tone::Good, "5 %", 5), "  5 %");
        assert_eq!(Style { color: true, ..PLAIN }.cell(Tone::Bad, "x", 3), "\u{1b}[1m\u{1b}[31mx\u{1b}[0m  ");
        assert_eq!(PLAIN.wrap(Tone::Plain, "one two", "> ", "  "), "> one two\n");
    }

    proptest! {
        #[test]
        fn cells_are_exactly_as_wide_as_asked(text in any::<String>(), width in 0usize..30, unicode: bool) {
            let style = Style { unicode, ..PLAIN };
            let cell = style.cell(Tone::Plain, &text, width);
            prop_assert_eq!(columns(&cell), width, "{:?}", cell);
        }
    }
}
