//! Owns what stands where in an objective file: its sections, keys and values, with every byte between them.
//! Never changes a byte, never knows what a key means.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Range;
use toml_parser::parser::{Event, EventKind, parse_document};
use toml_parser::{Source, Span};

/// One step on the way from the top of a file to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Into a table.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// The way to a value from the top of the file.
pub(super) type Path = Vec<Step>;

/// A file, section by section; the first is what stands above every header.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) sections: Vec<Section>,
}

/// A header with what stands below it.
#[derive(Debug)]
pub(super) struct Section {
    /// The table that it says something of.
    pub(super) path: Path,
    /// The whole: from the remark right above the header to that of the next.
    pub(super) range: Range<usize>,
    /// The header's line, without its end; empty for the first section.
    pub(super) header: Range<usize>,
    pub(super) entries: Vec<Entry>,
}

/// A key with its value, on a line of its own or in an inline table.
#[derive(Debug)]
pub(super) struct Entry {
    /// The way to the value: with the dots of the key.
    pub(super) path: Path,
    /// The key as written, dots included.
    pub(super) key: Range<usize>,
    pub(super) value: Node,
}

/// A value.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) shape: Shape,
    /// Where the comma behind it stands, in a list or an inline table.
    pub(super) comma: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Shape {
    Plain,
    List(Vec<Node>),
    Table(Vec<Entry>),
}

impl Layout {
    /// Takes a text apart, without its byte order mark; `None` for one that is no TOML.
    pub(super) fn of(text: &str) -> Option<Self> {
        let source = Source::new(text);
        let tokens = source.lex().into_vec();
        let mut events: Vec<Event> = Vec::new();
        let mut wrong = None;
        parse_document(
            &tokens,
            &mut |event: Event| {
                if event.kind() != EventKind::Whitespace {
                    events.push(event);
                }
            },
            &mut wrong,
        );
        if wrong.is_some() {
            return None;
        }
        Reading { text, source, events: events.into_iter().peekable(), lists: BTreeMap::new() }.layout()
    }

    /// Finds a value that stands in one piece.
    pub(super) fn node(&self, path: &[Step]) -> Option<&Node> {
        self.sections
            .iter()
            .filter(|section| path.len() > section.path.len() && path.starts_with(&section.path))
            .find_map(|section| within(&section.entries, path))
    }

    /// Tells whether anything says that a value is there, were it empty.
    pub(super) fn states(&self, path: &[Step]) -> bool {
        let mut sections = self.sections.iter();
        sections.any(|section| section.path.starts_with(path) || stated(&section.entries, path))
    }

    /// Gives where a value or its header starts, else what it is in.
    pub(super) fn start_of(&self, path: &[Step]) -> usize {
        let start = |path: &[Step]| {
            let section = self.sections.iter().skip(1).find(|section| section.path == path);
            self.node(path).map(|node| node.span.start).or(section.map(|section| section.header.start))
        };
        (0..=path.len()).rev().find_map(|depth| start(&path[..depth])).unwrap_or(0)
    }

    /// Finds the sections of a table and of all in it.
    pub(super) fn sections_of(&self, path: &[Step]) -> impl Iterator<Item = (usize, &Section)> {
        self.sections.iter().enumerate().skip(1).filter(move |(_, section)| section.path.starts_with(path))
    }
}

fn within<'n>(entries: &'n [Entry], path: &[Step]) -> Option<&'n Node> {
    let entry = entries.iter().find(|entry| path.starts_with(&entry.path))?;
    below(&entry.value, path, entry.path.len())
}

fn below<'n>(node: &'n Node, path: &[Step], depth: usize) -> Option<&'n Node> {
    let Some(step) = path.get(depth) else { return Some(node) };
    match (&node.shape, step) {
        (Shape::List(all), Step::Index(index)) => below(all.get(*index)?, path, depth + 1),
        (Shape::Table(entries), Step::Key(_)) => within(entries, path),
        _ => None,
    }
}

fn stated(entries: &[Entry], path: &[Step]) -> bool {
    let mut on_the_way = entries.iter().filter(|entry| path.starts_with(&entry.path));
    entries.iter().any(|entry| entry.path.starts_with(path))
        || on_the_way.any(|entry| is_stated_in(&entry.value, path, entry.path.len()))
}

fn is_stated_in(node: &Node, path: &[Step], depth: usize) -> bool {
    match (&node.shape, path.get(depth)) {
        (_, None) => true,
        (Shape::List(all), Some(Step::Index(at))) => {
            all.get(*at).is_some_and(|node| is_stated_in(node, path, depth + 1))
        }
        (Shape::Table(entries), Some(Step::Key(_))) => stated(entries, path),
        _ => false,
    }
}

/// Gives where the line of an offset starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Gives where the line of an offset ends, before what ends it.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if text[..end].ends_with('\r') { end - 1 } else { end }
}

/// Gives the blanks that a line starts with.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    let rest = &text[start..];
    &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
}

/// Gives where the remark right above a line starts; the line itself where there is none. Nothing above `floor` counts.
pub(super) fn remark_above(text: &str, line: usize, floor: usize) -> usize {
    let mut at = line;
    while at > floor {
        let above = line_start(text, at - 1);
        if above < floor || !text[above..at].trim_start().starts_with('#') {
            break;
        }
        at = above;
    }
    at
}

/// Reads what the parser tells.
struct Reading<'t> {
    text: &'t str,
    source: Source<'t>,
    events: Peekable<std::vec::IntoIter<Event>>,
    /// How many tables each list of headers has so far.
    lists: BTreeMap<Path, usize>,
}

impl Reading<'_> {
    fn layout(mut self) -> Option<Layout> {
        let mut sections = vec![Section { path: Path::new(), range: 0..0, header: 0..0, entries: Vec::new() }];
        // Where the last thing that is no remark ends.
        let mut floor = 0;
        while let Some(event) = self.events.peek() {
            let section = sections.last_mut()?;
            match event.kind() {
                EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                    let is_list = event.kind() == EventKind::ArrayTableOpen;
                    let start = event.span().start();
                    self.events.next();
                    let keys = self.keys()?.0;
                    let close = self.events.next()?.span();
                    let line = line_start(self.text, start);
                    let remark = remark_above(self.text, line, floor);
                    // A remark at the very top is on the file, or for an editor.
                    let begin = if remark == 0 && line > 0 { line } else { remark };
                    let header = line..line_end(self.text, close.end());
                    (section.range.end, floor) = (begin, header.end);
                    let path = self.place(keys, is_list);
                    sections.push(Section { path, range: begin..begin, header, entries: Vec::new() });
                }
                EventKind::SimpleKey => {
                    let base = section.path.clone();
                    let entry = self.entry(&base)?;
                    floor = line_end(self.text, entry.value.span.end);
                    section.entries.push(entry);
                }
                _ => drop(self.events.next()),
            }
        }
        sections.last_mut()?.range.end = self.text.len();
        Some(Layout { sections })
    }

    /// Finds which table a header speaks of: below a list it is the last one.
    fn place(&mut self, keys: Vec<String>, is_list: bool) -> Path {
        let mut path = Path::new();
        let last = keys.len().saturating_sub(1);
        for (at, key) in keys.into_iter().enumerate() {
            path.push(Step::Key(key));
            if at == last && is_list {
                let count = self.lists.entry(path.clone()).or_default();
                path.push(Step::Index(*count));
                *count += 1;
            } else if let Some(count) = self.lists.get(&path) {
                path.push(Step::Index(count.saturating_sub(1)));
            }
        }
        path
    }

    /// Reads a key with its dots.
    fn keys(&mut self) -> Option<(Vec<String>, Range<usize>)> {
        let mut keys = Vec::new();
        let mut range: Option<Range<usize>> = None;
        while let Some(event) = self.events.next_if(|e| matches!(e.kind(), EventKind::SimpleKey | EventKind::KeySep)) {
            if event.kind() == EventKind::SimpleKey {
                let mut key = std::borrow::Cow::Borrowed("");
                self.source.get(event)?.decode_key(&mut key, &mut ());
                keys.push(key.into_owned());
            }
            let span = bytes(event.span());
            range = Some(range.map_or(span.start, |range| range.start)..span.end);
        }
        Some((keys, range?))
    }

    fn entry(&mut self, base: &[Step]) -> Option<Entry> {
        let (keys, key) = self.keys()?;
        let path: Path = base.iter().cloned().chain(keys.into_iter().map(Step::Key)).collect();
        self.events.next_if(|event| event.kind() == EventKind::KeyValSep)?;
        let value = self.node(&path)?;
        Some(Entry { path, key, value })
    }

    fn node(&mut self, path: &Path) -> Option<Node> {
        let event = self.next()?;
        let start = event.span().start();
        let (end, shape) = match event.kind() {
            EventKind::Scalar => (event.span().end(), Shape::Plain),
            EventKind::ArrayOpen => {
                let mut all = Vec::new();
                loop {
                    if let Some(close) = self.closed(EventKind::ArrayClose)? {
                        break (close, Shape::List(all));
                    }
                    let mut inner = path.clone();
                    inner.push(Step::Index(all.len()));
                    let mut node = self.node(&inner)?;
                    node.comma = self.comma()?;
                    all.push(node);
                }
            }
            EventKind::InlineTableOpen => {
                let mut all = Vec::new();
                loop {
                    if let Some(close) = self.closed(EventKind::InlineTableClose)? {
                        break (close, Shape::Table(all));
                    }
                    let mut entry = self.entry(path)?;
                    entry.value.comma = self.comma()?;
                    all.push(entry);
                }
            }
            _ => return None,
        };
        Some(Node { span: start..end, shape, comma: None })
    }

    /// Gives where a list or inline table ends, if it does here.
    fn closed(&mut self, kind: EventKind) -> Option<Option<usize>> {
        self.skip();
        self.events.peek()?;
        Some(self.events.next_if(|event| event.kind() == kind).map(|event| event.span().end()))
    }

    fn comma(&mut self) -> Option<Option<usize>> {
        self.skip();
        self.events.peek()?;
        Some(self.events.next_if(|event| event.kind() == EventKind::ValueSep).map(|event| event.span().start()))
    }

    fn next(&mut self) -> Option<Event> {
        self.skip();
        self.events.next()
    }

    fn skip(&mut self) {
        while self.events.next_if(|e| matches!(e.kind(), EventKind::Newline | EventKind::Comment)).is_some() {}
    }
}

fn bytes(span: Span) -> Range<usize> {
    span.start()..span.end()
}
