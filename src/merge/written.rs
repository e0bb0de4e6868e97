//! Owns values as they are written: lists and inline tables in pieces that can be kept, dropped or put in by themselves.
//! Never knows what a field means.

use crate::okr::number;
use serde_json::{Map, Value};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value as written.
#[derive(Debug, Clone)]
pub(super) struct Written<'t> {
    /// Its own text.
    pub(super) text: &'t str,
    /// What it says; numbers that are equal are equal, a day is its text.
    pub(super) plain: Value,
    /// What it is made of, where that can be merged piece by piece.
    pub(super) pieces: Option<Pieces<'t>>,
}

/// A list or an inline table, cut: opening, pieces, what follows the last one.
#[derive(Debug, Clone)]
pub(super) struct Pieces<'t> {
    pub(super) open: &'t str,
    pub(super) all: Vec<Piece<'t>>,
    pub(super) close: &'t str,
}

/// An element of a list, or a key with its value.
#[derive(Debug, Clone)]
pub(super) struct Piece<'t> {
    /// Of a table.
    pub(super) key: Option<String>,
    /// The space, lines and comments before it.
    pub(super) before: &'t str,
    /// `key = `; empty in a list.
    pub(super) label: &'t str,
    pub(super) value: Written<'t>,
    /// Between the value and its comma.
    pub(super) gap: &'t str,
    pub(super) has_comma: bool,
    /// A comment behind the comma, on the same line.
    pub(super) after: &'t str,
}

impl<'t> Written<'t> {
    /// Reads a value. `None` where the text is none.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        Some(written(text, &DeValue::parse(text).ok()?))
    }
}

fn written<'t>(root: &'t str, value: &Spanned<DeValue<'_>>) -> Written<'t> {
    let span = value.span();
    let pieces = match value.get_ref() {
        DeValue::Array(all) => {
            let bodies = all.iter().map(|element| (None, element.span().start, element));
            pieces(root, &span, bodies.collect())
        }
        DeValue::Table(table) if root[span.clone()].starts_with('{') => {
            let bodies = table.iter().map(|(key, value)| (Some(key.get_ref().to_string()), key.span().start, value));
            pieces(root, &span, bodies.collect())
        }
        _ => None,
    };
    Written { text: root.get(span).unwrap_or_default(), plain: plain(value.get_ref()), pieces }
}

/// Cuts what is between brackets at its commas. `None` where pieces are written in another way than one after another, as
/// dotted keys in an inline table are.
fn pieces<'t>(
    root: &'t str,
    span: &Range<usize>,
    mut bodies: Vec<(Option<String>, usize, &Spanned<DeValue<'_>>)>,
) -> Option<Pieces<'t>> {
    bodies.sort_by_key(|body| body.1);
    let end = span.end - 1;
    let mut at = span.start + 1;
    let mut all = Vec::new();
    for (index, (key, start, value)) in bodies.iter().enumerate() {
        let inner = value.span();
        let next = bodies.get(index + 1).map_or(end, |next| next.1);
        let (before, label) = (root.get(at..*start)?, root.get(*start..inner.start)?);
        if key.is_some() && !label.trim_end().ends_with('=') {
            return None;
        }
        let rest = root.get(inner.end..next)?;
        let (gap, behind) = match comma(rest) {
            Some(comma) => (&rest[..comma], Some(&rest[comma + 1..])),
            None => (rest, None),
        };
        // What follows the last comma on its line is about this piece.
        let after = behind.map_or("", |behind| {
            let line = behind.split('\n').next().unwrap_or_default().trim_end();
            if line.trim_start().starts_with('#') { &behind[..line.len()] } else { "" }
        });
        at = inner.end + gap.len() + usize::from(behind.is_some()) + after.len();
        // A piece that ends without a comma leaves what follows to the bracket, but for a comment on its line.
        let gap = if behind.is_none() {
            let line = gap.split('\n').next().unwrap_or_default().trim_end();
            let own = if line.trim_start().starts_with('#') { &gap[..line.len()] } else { "" };
            at = inner.end + own.len();
            own
        } else {
            gap
        };
        let (key, value) = (key.clone(), written(root, value));
        all.push(Piece { key, before, label, value, gap, has_comma: behind.is_some(), after });
    }
    Some(Pieces { open: &root[span.start..=span.start], all, close: root.get(at..span.end)? })
}

/// Finds the comma in what stands between two pieces: space, line ends, comments and that comma.
fn comma(text: &str) -> Option<usize> {
    let mut is_comment = false;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '#' => is_comment = true,
            '\n' => is_comment = false,
            _ => {}
        }
        (c == ',' && !is_comment).then_some(at)
    })
}

/// Gives what a value says.
fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.replace("\r\n", "\n").into(),
        DeValue::Integer(integer) => {
            let exact = i64::from_str_radix(integer.as_str(), integer.radix());
            #[allow(clippy::cast_precision_loss)]
            exact.map_or_else(|_| integer.to_string().into(), |integer| number(integer as f64))
        }
        DeValue::Float(float) => match float.as_str().parse::<f64>() {
            Ok(float) if float.is_finite() => number(float),
            _ => float.to_string().into(),
        },
        DeValue::Boolean(truth) => (*truth).into(),
        DeValue::Datetime(moment) => moment.to_string().into(),
        DeValue::Array(all) => all.iter().map(|value| plain(value.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(table_of(table)),
    }
}

fn table_of(table: &DeTable<'_>) -> Map<String, Value> {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref()))).collect()
}

/// Writes pieces between the brackets of a value, with commas where they belong.
#[derive(Debug)]
pub(super) struct Assembly {
    text: String,
    /// Whether a comma stands before the closing bracket.
    trailing: bool,
    /// Whether a comma is due before anything else.
    owed: bool,
    /// The comment of the last piece, which goes behind its comma.
    comment: String,
    is_empty: bool,
    /// Whether pieces stand on lines of their own.
    in_lines: bool,
    /// What the first piece has before it.
    first: String,
    /// What a piece on a line of its own begins with.
    fresh: String,
}

impl Assembly {
    /// Begins with an opening bracket. Where the list had a comma after its last piece, it will have one again.
    pub(super) fn new(like: &Pieces<'_>, line_end: &str) -> Self {
        let indent =
            like.all.iter().find_map(|piece| piece.before.rsplit_once('\n')).map_or("  ", |(_, indent)| indent);
        Assembly {
            text: like.open.to_owned(),
            trailing: like.all.last().is_some_and(|last| last.has_comma),
            owed: false,
            comment: String::new(),
            is_empty: true,
            in_lines: like.all.iter().any(|piece| piece.before.contains('\n')),
            first: like.all.first().map(|first| first.before).filter(|b| b.trim().is_empty()).unwrap_or("").to_owned(),
            fresh: format!("{line_end}{indent}"),
        }
    }

    /// Gives what stands before a piece of the other side, on one line or several as here.
    pub(super) fn fitting(&self, before: &str) -> String {
        let has_lines = self.in_lines && !before.contains('\n');
        if has_lines {
            self.fresh.clone()
        } else if !self.in_lines && before.trim().is_empty() {
            " ".to_owned()
        } else {
            before.to_owned()
        }
    }

    /// Adds a piece: what stands before it, a comment to stand above it, its text, and the comment at its end.
    pub(super) fn piece(&mut self, before: &str, above: Option<&str>, text: &str, gap: &str, comment: &str) {
        let mut needs_line = !self.comment.is_empty();
        self.comma();
        if let Some(above) = above {
            self.text += &self.fresh;
            self.text += above;
            needs_line = true;
        }
        if needs_line && !before.contains('\n') {
            self.text += &self.fresh;
        } else if self.is_empty && before.trim().is_empty() && !before.contains('\n') {
            self.text += &self.first;
        } else if before.is_empty() && !self.is_empty {
            self.text.push(' ');
        } else {
            self.text += before;
        }
        self.text += text;
        // Where the comma stands on a line of its own, a comment is above it.
        self.text += gap;
        self.comment += comment;
        (self.owed, self.is_empty) = (true, false);
    }

    fn comma(&mut self) {
        if std::mem::take(&mut self.owed) {
            self.text.push(',');
        }
        self.text += &std::mem::take(&mut self.comment);
    }

    /// Ends with what stood before the closing bracket.
    pub(super) fn close(mut self, close: &str) -> String {
        let needs_line = !self.comment.is_empty() && !close.contains('\n');
        self.owed &= self.trailing;
        self.comma();
        if needs_line {
            self.text += self.fresh.trim_end_matches([' ', '\t']);
        }
        self.text + close
    }
}

/// Gives the comments in what stands between pieces, each without the space around it.
pub(super) fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| line.starts_with('#'))
}

impl Written<'_> {
    /// Gives the comments within the value.
    pub(super) fn comments(&self) -> Vec<String> {
        let Some(pieces) = &self.pieces else { return Vec::new() };
        let own = pieces.all.iter().flat_map(|piece| {
            let around = [piece.before, piece.gap, piece.after].into_iter().flat_map(comments).map(str::to_owned);
            around.chain(piece.value.comments())
        });
        own.chain(comments(pieces.close).map(str::to_owned)).collect()
    }
}
