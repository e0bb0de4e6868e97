//! Owns the quick reading of a document that is written plainly, as nearly all are: one pass, nothing copied.
//! Never guesses: a text with anything else in it, right or wrong, is left to the TOML crate.

use super::document::{Content, Key, Node, Pairs};
use jiff::civil;
use std::borrow::Cow;
use std::ops::Range;
use toml::value::{Date, Datetime};

/// Deepest nesting of lists and inline tables that is plain.
const DEEPEST: usize = 8;
/// Which bytes a bare key is made of.
const BARE: [bool; 256] = {
    let mut bare = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        bare[byte] = matches!(byte as u8, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-');
        byte += 1;
    }
    bare
};
/// Keys that a table has room for at first: most key results have no more.
const KEYS: usize = 12;

/// A table that may still grow.
struct Open<'t> {
    key: Key<'t>,
    header: Range<usize>,
    /// Whether it is one of several, `[[…]]`.
    listed: bool,
    pairs: Vec<(Key<'t>, Node<'t>)>,
    /// How many of the pairs stand in it as `key = value`; those behind came with headers of their own.
    own: usize,
}

/// Reads a text that is plain throughout: bare keys, one to a line, below headers that go on from those above them; texts
/// without escapes, decimal numbers, days, lists and inline tables. `None` says nothing about the text.
pub(super) fn read(text: &str) -> Option<Pairs<'_>> {
    let mut cursor = Cursor { text, at: 0 };
    let top = Key { text: Cow::Borrowed(""), span: 0..0 };
    let mut open = vec![Open { key: top, header: 0..0, listed: false, pairs: Vec::new(), own: 0 }];
    while let Some(first) = cursor.next_line()? {
        if first == b'[' {
            cursor.header(&mut open)?;
            continue;
        }
        let (key, value) = cursor.pair(0)?;
        cursor.end_of_line()?;
        let table = open.last_mut()?;
        push(&mut table.pairs, key, value)?;
        table.own = table.pairs.len();
    }
    while open.len() > 1 {
        close(&mut open)?;
    }
    open.pop().map(|top| Pairs(top.pairs))
}

/// Adds a key that is not there yet.
fn push<'t>(pairs: &mut Vec<(Key<'t>, Node<'t>)>, key: Key<'t>, value: Node<'t>) -> Option<()> {
    let is_new = !pairs.iter().any(|(known, _)| known.text == key.text);
    is_new.then(|| pairs.push((key, value)))
}

/// Puts the innermost open table into the one around it.
fn close<'t>(open: &mut Vec<Open<'t>>) -> Option<()> {
    let Open { key, header, listed, pairs, .. } = open.pop()?;
    let around = open.last_mut()?;
    let table = Content::Table(Pairs(pairs));
    let mut known = around.pairs.iter_mut().enumerate();
    match known.find(|(_, (known, _))| known.text == key.text) {
        None => {
            let content = match listed {
                true => Content::Array(vec![Node { content: table, span: header.clone() }]),
                false => table,
            };
            around.pairs.push((key, Node { content, span: header }));
        }
        Some((at, (_, Node { content: Content::Array(all), .. }))) if listed && at >= around.own => {
            all.push(Node { content: table, span: header });
        }
        Some(_) => return None,
    }
    Some(())
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn skip(&mut self, holds: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.at += rest.iter().position(|&byte| !holds(byte)).unwrap_or(rest.len());
    }

    fn blanks(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// Goes to the first byte that says something, and gives it; `Some(None)` at the end.
    fn next_line(&mut self) -> Option<Option<u8>> {
        loop {
            self.blanks();
            match self.peek() {
                Some(b'\n') => self.at += 1,
                Some(b'\r') if self.rest().get(1) == Some(&b'\n') => self.at += 2,
                Some(b'#') => self.comment()?,
                other => return Some(other),
            }
        }
    }

    /// Passes a remark, up to the end of its line.
    fn comment(&mut self) -> Option<()> {
        let rest = self.rest();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let end = if rest[..end].ends_with(b"\r") { end - 1 } else { end };
        self.at += end;
        (is_text(&rest[..end]) && self.is_at_end_of_line()).then_some(())
    }

    fn is_at_end_of_line(&self) -> bool {
        matches!(self.rest(), [] | [b'\n', ..] | [b'\r', b'\n', ..])
    }

    /// Passes what may stand behind a value or a header.
    fn end_of_line(&mut self) -> Option<()> {
        self.blanks();
        if self.peek() == Some(b'#') { self.comment() } else { self.is_at_end_of_line().then_some(()) }
    }

    /// Reads a header and opens its table, closing those that end here.
    fn header(&mut self, open: &mut Vec<Open<'t>>) -> Option<()> {
        let start = self.at;
        self.take(b'[')?;
        let listed = self.take(b'[').is_some();
        let mut depth = 1;
        let key = loop {
            let key = self.key()?;
            if self.take(b'.').is_none() {
                break key;
            }
            open.get(depth).filter(|around| around.listed && around.key.text == key.text)?;
            depth += 1;
        };
        self.take(b']')?;
        if listed {
            self.take(b']')?;
        }
        let header = start..self.at;
        self.end_of_line()?;
        while open.len() > depth {
            close(open)?;
        }
        open.push(Open { key, header, listed, pairs: Vec::with_capacity(KEYS), own: 0 });
        Some(())
    }

    fn key(&mut self) -> Option<Key<'t>> {
        let start = self.at;
        self.skip(|byte| BARE[usize::from(byte)]);
        let span = start..self.at;
        (!span.is_empty()).then(|| Key { text: Cow::Borrowed(&self.text[span.clone()]), span })
    }

    fn pair(&mut self, depth: usize) -> Option<(Key<'t>, Node<'t>)> {
        let key = self.key()?;
        self.blanks();
        self.take(b'=')?;
        self.blanks();
        Some((key, self.value(depth)?))
    }

    fn value(&mut self, depth: usize) -> Option<Node<'t>> {
        let start = self.at;
        let content = match self.peek()? {
            b'"' => Content::String(self.string()?.into()),
            b'\'' => Content::String(self.literal()?.into()),
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word(b"true", Content::Boolean(true))?,
            b'f' => self.word(b"false", Content::Boolean(false))?,
            b'[' if depth < DEEPEST => self.list(depth + 1)?,
            b'{' if depth < DEEPEST => self.table(depth + 1)?,
            _ => return None,
        };
        Some(Node { content, span: start..self.at })
    }

    fn word(&mut self, word: &[u8], content: Content<'t>) -> Option<Content<'t>> {
        self.rest().starts_with(word).then(|| self.at += word.len())?;
        Some(content)
    }

    /// Reads a text in double quotes, on one line or on several.
    fn string(&mut self) -> Option<&'t str> {
        let several = self.rest().starts_with(b"\"\"\"");
        self.at += if several { 3 } else { 1 };
        if several {
            // A line end right behind the quotes is none of the text.
            let _ = self.take(b'\n');
        }
        let start = self.at;
        self.at += memchr::memchr2(b'"', b'\\', self.rest())?;
        let text = &self.text[start..self.at];
        let is_plain = match several {
            true => text.split('\n').all(|line| is_text(line.as_bytes())),
            false => is_text(text.as_bytes()),
        };
        self.take(b'"').filter(|()| is_plain)?;
        if several {
            // One more would belong to the text.
            self.take(b'"').and_then(|()| self.take(b'"'))?;
            if self.peek() == Some(b'"') {
                return None;
            }
        }
        Some(text)
    }

    /// Reads a text in single quotes, on one line.
    fn literal(&mut self) -> Option<&'t str> {
        if self.rest().starts_with(b"'''") {
            return None;
        }
        self.at += 1;
        let start = self.at;
        self.at += memchr::memchr(b'\'', self.rest())?;
        let text = &self.text[start..self.at];
        self.take(b'\'').filter(|()| is_text(text.as_bytes())).map(|()| text)
    }

    /// Reads `-12.5` or `2026-11-20`. Of any other form nothing that may stand behind a value follows.
    fn number(&mut self) -> Option<Content<'t>> {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
        let token = &self.text[start..self.at];
        if let [y @ .., b'-', m1, m2, b'-', d1, d2] = token.as_bytes()
            && y.len() == 4
        {
            let two = |tens: u8, ones: u8| digit(tens)?.checked_mul(10)?.checked_add(digit(ones)?);
            let (month, day) = (two(*m1, *m2)?, two(*d1, *d2)?);
            let year = u16::from(two(y[0], y[1])?) * 100 + u16::from(two(y[2], y[3])?);
            civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
            let date = Some(Date { year, month, day });
            return Some(Content::Datetime(Datetime { date, time: None, offset: None }));
        }
        let digits = token.strip_prefix('-').unwrap_or(token);
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        match fraction {
            None => Some(Content::Integer(token.into(), 10)),
            Some(fraction) => all_digits(fraction).then(|| Content::Float(token.into())),
        }
    }

    fn list(&mut self, depth: usize) -> Option<Content<'t>> {
        self.at += 1;
        let mut all = Vec::new();
        loop {
            if self.next_line()?? == b']' {
                break;
            }
            all.push(self.value(depth)?);
            match self.next_line()?? {
                b',' => self.at += 1,
                b']' => break,
                _ => return None,
            }
        }
        self.at += 1;
        Some(Content::Array(all))
    }

    fn table(&mut self, depth: usize) -> Option<Content<'t>> {
        self.at += 1;
        let mut pairs = Vec::new();
        self.blanks();
        while self.peek()? != b'}' || !pairs.is_empty() {
            let (key, value) = self.pair(depth)?;
            push(&mut pairs, key, value)?;
            self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => break,
                _ => return None,
            }
            self.blanks();
        }
        self.at += 1;
        Some(Content::Table(Pairs(pairs)))
    }
}

/// Tells whether bytes may stand in a text or a remark: none is a control character but the tab. A look at all of them is
/// quicker than one that stops.
fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |fine, &byte| fine & ((byte >= b' ') | (byte == b'\t')) & (byte != 0x7f))
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

#[cfg(test)]
mod tests {
    use super::super::document::taken_over;
    use super::*;
    use proptest::prelude::*;
    use toml::de::DeTable;

    /// Reads a text both ways; the quick one has no say where it gives nothing.
    fn agrees(text: &str) -> bool {
        let Some(quick) = read(text) else { return false };
        let whole = DeTable::parse(text).unwrap_or_else(|error| panic!("{error}\n{text:?}"));
        assert_eq!(quick, taken_over(whole.into_inner()), "{text:?}");
        true
    }

    #[test]
    fn reads_what_people_write() {
        let full = include_str!("full.toml").replace("meta.country", "meta-country");
        for text in [
            "",
            "# nothing",
            &full,
            "cycle = \"2026-Q4\"\r\n\r\n[[objective]] # one\r\nid = 'a'\r\n",
            "a = [ 1, -2.50,\n  # two\n  \"x\", ]\nb = { c = 2026-11-20, d = { e = [] }, f = {} }\t# b\n",
            "a = \"\"\"\n\"\"\"\nb = \"\"\nc = \"\"\"x\ny\"\"\"",
            "[[a]]\n[[a.b]]\nx = 1\n[[a.b.c]]\n[a.d]\n[[a.b]]\n[[a]]\n[[a.b]]\n[e]\nf = true",
        ] {
            assert!(agrees(text), "{text:?}");
        }
    }

    #[test]
    fn leaves_the_rest_to_others() {
        for text in [
            "a = 1\na = 2",
            "a = 1\n[[a]]",
            "a = [{}]\n[[a]]",
            "[[a]]\n[a]",
            "[a]\n[a]",
            "[a]\n[[a]]",
            "[a]\n[a.b]",
            "[[a]]\n[a.b]\n[[a.b]]",
            "[[a.b]]",
            "[a] x",
            "a.b = 1",
            "\"a\" = 1",
            "a = \"\\n\"",
            "a = \"\"\"\"\"\"\"",
            "a = \"\"\"x\r\ny\"\"\"",
            "a = '''x'''",
            "a = \"\u{1}\"",
            "a = \"x",
            "a = 01",
            "a = 1.",
            "a = .5",
            "a = +1",
            "a = 1e3",
            "a = 1_000",
            "a = 0x1f",
            "a = inf",
            "a = 2026-02-30",
            "a = 2026-11-20T10:00:00",
            "a = 2026-11-20 10:00:00",
            "a = 10:00:00",
            "a = truex",
            "a = 1 b = 2",
            "a = [1 2]",
            "a = [,]",
            "a = { b = 1, }",
            "a = { b = 1, b = 2 }",
            "a = {\n}",
            "a",
            "a = ",
            "# \u{7f}",
            "a = 1 # \u{0}",
            "a = 1\r",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    /// Pieces that documents are made of, near what is plain and beyond it.
    fn piece() -> impl Strategy<Value = String> {
        prop_oneof![
            6 => "(a|b|c) ?= ?(1|-?[0-9]{1,3}(\\.[0-9]{1,2})?|\"[a-z é#'\\t]{0,4}\"|'[a-z\"]{0,3}'|true|false)( ?#x)?\n",
            2 => "(a|b|c) = [0-9]{4}-[01][0-9]-[0-3][0-9]( 10:00)?\n",
            2 => "(a|b|c) = (\\[|\\{)[0-9a-c=,\"\\[\\]{} \n#-]{0,12}(\\]|\\})\n",
            2 => "(a|b|c) = \"\"\"[a-z\\n\\r\"\\\\ ]{0,5}\"\"\"\n",
            3 => "\\[\\[(a|b|c)(\\.(a|b|c)){0,2}\\]\\]\r?\n",
            1 => "\\[(a|b|c)(\\.(a|b|c)){0,2}\\]\n",
            1 => "[a-c=.\"'\\[\\]{}#\\\\0-9eE_+:TZ \t\r\n\u{0}\u{7f}\u{85}-]{0,6}",
        ]
    }

    proptest! {
        #[test]
        fn what_reads_quickly_reads_the_same(pieces in prop::collection::vec(piece(), 0..8)) {
            agrees(&pieces.concat());
        }
    }
}
