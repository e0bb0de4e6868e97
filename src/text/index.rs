//! Owns the way from a byte offset to a line and a column.

/// A place for people: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Knows where the lines of one text start. `\n`, `\r\n` end a line; a lone `\r` does not, as in TOML.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
    length: usize,
}

impl LineIndex {
    /// Scans the text once.
    pub fn new(text: &str) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        LineIndex { starts, length: text.len() }
    }

    /// Gives the position of a byte offset; one past the end or inside a character is moved back to a boundary.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(self.length);
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let mut start = self.starts[line];
        if line == 0 && text.starts_with('\u{feff}') && offset >= '\u{feff}'.len_utf8() {
            start = '\u{feff}'.len_utf8();
        }
        Position { line: line + 1, column: text[start..offset].chars().count() + 1 }
    }

    /// Gives the byte range of a line counted from 1, its line end left out; `None` past the end.
    pub fn line_range(&self, text: &str, line: usize) -> Option<std::ops::Range<usize>> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).map_or(self.length, |next| next - 1);
        let end = if end > start && text.as_bytes().get(end - 1) == Some(&b'\r') { end - 1 } else { end };
        Some(start..end.max(start))
    }

    /// Counts the lines; a text that ends in a line end has an empty last one.
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_characters_and_skips_a_byte_order_mark() {
        let text = "\u{feff}a = \"é\"\r\nb = 1\n";
        let index = LineIndex::new(text);
        assert_eq!(index.position(text, 3), Position { line: 1, column: 1 });
        assert_eq!(index.position(text, text.find("\"\r").unwrap_or(0)), Position { line: 1, column: 7 });
        assert_eq!(index.position(text, text.find('b').unwrap_or(0)), Position { line: 2, column: 1 });
        assert_eq!(index.line_range(text, 2), Some(text.find('b').unwrap_or(0)..text.len() - 1));
    }

    proptest! {
        #[test]
        fn agrees_with_a_naive_count(text in "[a\u{e9}\u{1F600}\n\r \"]{0,60}", cut in 0usize..200) {
            let index = LineIndex::new(&text);
            let mut at = cut.min(text.len());
            while !text.is_char_boundary(at) { at -= 1; }
            let before = &text[..at];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            prop_assert_eq!(index.position(&text, cut), Position { line, column });
        }
    }
}
