//! Owns the cutting of a file into what can be merged by itself: lines, tables and what stands above them.
//! Never loses a byte: all pieces in their order are the file.

use super::written::{Written, comments};
use serde_json::{Map, Value};
use std::ops::Range;
use toml_parser::Source;
use toml_parser::parser::{Event, EventKind, parse_document};

/// What a table is, which says how its fields are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The top of the file.
    File,
    /// An objective.
    Objective,
    /// A key result.
    KeyResult,
    /// An initiative.
    Initiative,
    /// A milestone.
    Milestone,
    /// Any other: `meta`, `retro`, an unknown one.
    Free,
}

impl Kind {
    /// Says what the tables of a list are that a table of this kind has under a key, if they go by a name.
    pub(super) fn within(self, key: &str) -> Option<Kind> {
        match (self, key) {
            (Kind::File, "objective") => Some(Kind::Objective),
            (Kind::Objective, "key_result") => Some(Kind::KeyResult),
            (Kind::Objective, "initiative") => Some(Kind::Initiative),
            (Kind::KeyResult, "milestone") => Some(Kind::Milestone),
            _ => None,
        }
    }

    /// Gives the key of the list that tables of this kind stand in.
    pub(super) fn list(self) -> &'static str {
        match self {
            Kind::Objective => "objective",
            Kind::KeyResult => "key_result",
            Kind::Initiative => "initiative",
            Kind::Milestone => "milestone",
            Kind::File | Kind::Free => "",
        }
    }
}

/// The lines of one key, or of one header.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Line<'t> {
    /// The comments and empty lines above.
    pub(super) lead: &'t str,
    /// From the start of its line to the end of its last, line end included.
    pub(super) text: &'t str,
    /// Where in the text ends what it says; a comment may follow.
    pub(super) core: usize,
}

/// One `key = value` below a header.
#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    /// The key; several for a dotted one.
    pub(super) path: Vec<String>,
    /// Where it stands.
    pub(super) line: Line<'t>,
    /// Where in the line's text the value begins.
    pub(super) start: usize,
    /// What it says.
    pub(super) value: Written<'t>,
}

/// What follows the entries of a table.
#[derive(Debug, Clone)]
pub(super) enum Part<'t> {
    /// A table of a list whose tables go by names.
    Named(Table<'t>),
    /// A table with a header of its own: `[objective.meta]`.
    Section(Table<'t>),
    /// Tables of any other list, which are compared as a whole.
    Whole {
        /// Tells it from other parts of its table.
        name: String,
        /// One, or all where only all of them together mean something.
        tables: Vec<Table<'t>>,
    },
}

/// A table with all that belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Table<'t> {
    pub(super) kind: Kind,
    /// The key of the list or the path that it stands under, from the table around it.
    pub(super) path: Vec<String>,
    /// Its header; empty at the top of the file.
    pub(super) header: Line<'t>,
    pub(super) entries: Vec<Entry<'t>>,
    pub(super) parts: Vec<Part<'t>>,
    /// Its values, with all that is below.
    pub(super) plain: Map<String, Value>,
}

/// A file, cut.
#[derive(Debug)]
pub(super) struct File<'t> {
    pub(super) top: Table<'t>,
    /// What follows the last line that says something.
    pub(super) end: &'t str,
}

struct Section<'t> {
    path: Vec<String>,
    is_list: bool,
    header: Line<'t>,
    entries: Vec<Entry<'t>>,
}

/// Cuts a text that has no byte order mark. `None` where it is no TOML.
pub(super) fn cut(text: &str) -> Option<File<'_>> {
    toml::de::DeTable::parse(text).ok()?;
    let tokens = Source::new(text).lex().into_vec();
    let mut events: Vec<Event> = Vec::new();
    parse_document(&tokens, &mut events, &mut ());
    let mut cutter = Cutter { text, ..Cutter::new() };
    for event in &events {
        cutter.take(event)?;
    }
    cutter.close(text.len())?;
    let end = &text[cutter.done..];
    let sections = cutter.sections;
    Some(File { top: table(Kind::File, Vec::new(), 0, &sections), end })
}

/// What has been read of the line that is being cut.
#[derive(Default)]
struct Open {
    path: Vec<String>,
    /// Of a header, whether it is of a list.
    header: Option<bool>,
    /// The value, or the bracket that closes the header.
    said: Option<Range<usize>>,
}

struct Cutter<'t> {
    text: &'t str,
    sections: Vec<Section<'t>>,
    open: Option<Open>,
    /// Lists and inline tables around.
    depth: usize,
    /// Where the line starts that is being read.
    line: usize,
    /// What came before is cut.
    done: usize,
}

impl<'t> Cutter<'t> {
    fn new() -> Self {
        let top = Section { path: Vec::new(), is_list: false, header: Line::default(), entries: Vec::new() };
        Cutter { text: "", sections: vec![top], open: None, depth: 0, line: 0, done: 0 }
    }

    fn take(&mut self, event: &Event) -> Option<()> {
        let span = event.span().start()..event.span().end();
        match event.kind() {
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                if self.depth == 0 {
                    self.open.as_mut()?.said = Some(span);
                }
                self.depth += 1;
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                self.depth = self.depth.checked_sub(1)?;
                if self.depth == 0 {
                    self.open.as_mut()?.said.as_mut()?.end = span.end;
                }
            }
            _ if self.depth > 0 => {}
            EventKind::StdTableOpen => self.open = Some(Open { header: Some(false), ..Open::default() }),
            EventKind::ArrayTableOpen => self.open = Some(Open { header: Some(true), ..Open::default() }),
            EventKind::SimpleKey => {
                let mut key = String::new();
                Source::new(self.text).get(event)?.decode_key(&mut key, &mut ());
                self.open.get_or_insert_default().path.push(key);
            }
            EventKind::Scalar | EventKind::StdTableClose | EventKind::ArrayTableClose => {
                self.open.as_mut()?.said = Some(span);
            }
            EventKind::Newline => {
                self.close(span.end)?;
                self.line = span.end;
            }
            _ => {}
        }
        Some(())
    }

    /// Takes what stands on the line that ends here.
    fn close(&mut self, end: usize) -> Option<()> {
        let Some(open) = self.open.take() else { return Some(()) };
        let said = open.said?;
        let line = Line {
            lead: &self.text[self.done..self.line],
            text: &self.text[self.line..end],
            core: said.end - self.line,
        };
        match open.header {
            Some(is_list) => {
                self.sections.push(Section { path: open.path, is_list, header: line, entries: Vec::new() });
            }
            None => {
                let entry = Entry {
                    path: open.path,
                    line,
                    start: said.start - self.line,
                    value: Written::read(&self.text[said])?,
                };
                self.sections.last_mut()?.entries.push(entry);
            }
        }
        self.done = end;
        Some(())
    }
}

/// Makes a table of its own section, the first, and of those that follow and belong to it.
fn table<'t>(kind: Kind, path: Vec<String>, depth: usize, sections: &[Section<'t>]) -> Table<'t> {
    let (own, mut rest) = sections.split_first().expect("a table has a section");
    let mut made =
        Table { kind, path, header: own.header, entries: own.entries.clone(), parts: Vec::new(), plain: Map::new() };
    let belonging = |path: &[String], rest: &[Section<'t>]| {
        1 + rest[1..].iter().take_while(|s| s.path.len() > path.len() && s.path.starts_with(path)).count()
    };
    while let Some(first) = rest.first() {
        let path = &first.path;
        let own = path[depth..].to_vec();
        let of = kind.within(&own[0]).filter(|_| first.is_list && own.len() == 1);
        let mut count = if first.is_list { belonging(path, rest) } else { 1 };
        made.parts.push(match of {
            Some(kind) => Part::Named(table(kind, own, path.len(), &rest[..count])),
            None if !first.is_list => Part::Section(table(Kind::Free, own, path.len(), &rest[..1])),
            None => {
                let (mut name, mut start, mut tables) = (own.join("."), 0, Vec::new());
                let is_set = super::decision::is_set(&name);
                loop {
                    tables.push(table(Kind::Free, own.clone(), path.len(), &rest[start..count]));
                    let goes_on = rest.get(count).is_some_and(|next| next.is_list && next.path == *path);
                    if is_set || !goes_on {
                        break;
                    }
                    start = count;
                    count += belonging(path, &rest[count..]);
                }
                if is_set {
                    // An element of a set is what it says.
                    name = format!("{name} {}", Value::Object(tables[0].plain.clone()));
                }
                Part::Whole { name, tables }
            }
        });
        rest = &rest[count..];
    }
    made.plain = plain(&made);
    made
}

/// Gathers the values of a table.
fn plain(table: &Table<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    for entry in &table.entries {
        put(&mut all, &entry.path, entry.value.plain.clone());
    }
    for part in &table.parts {
        match part {
            Part::Named(table) => append(&mut all, &table.path, Value::Object(table.plain.clone())),
            Part::Section(table) => {
                for (key, value) in &table.plain {
                    put(&mut all, &[table.path.as_slice(), std::slice::from_ref(key)].concat(), value.clone());
                }
                if table.plain.is_empty() {
                    put(&mut all, &table.path, Value::Object(Map::new()));
                }
            }
            Part::Whole { tables, .. } => {
                tables.iter().for_each(|table| append(&mut all, &table.path, Value::Object(table.plain.clone())));
            }
        }
    }
    all
}

/// Goes to a table by its path; below a list that is its last one, as TOML has it.
fn reach<'a>(all: &'a mut Map<String, Value>, path: &[String]) -> Option<&'a mut Map<String, Value>> {
    let Some((key, rest)) = path.split_first() else { return Some(all) };
    let mut next = all.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Array(list) = next {
        next = list.last_mut()?;
    }
    reach(next.as_object_mut()?, rest)
}

fn put(all: &mut Map<String, Value>, path: &[String], value: Value) {
    if let Some((key, path)) = path.split_last()
        && let Some(table) = reach(all, path)
    {
        table.insert(key.clone(), value);
    }
}

fn append(all: &mut Map<String, Value>, path: &[String], value: Value) {
    if let Some((key, path)) = path.split_last()
        && let Some(table) = reach(all, path)
        && let Value::Array(list) = table.entry(key.clone()).or_insert_with(|| Value::Array(Vec::new()))
    {
        list.push(value);
    }
}

impl<'t> Part<'t> {
    /// Gives the field of the table around that it belongs to.
    pub(super) fn field(&self) -> &str {
        &self.tables()[0].path[0]
    }

    /// Gives its tables.
    pub(super) fn tables(&self) -> &[Table<'t>] {
        match self {
            Part::Named(table) | Part::Section(table) => std::slice::from_ref(table),
            Part::Whole { tables, .. } => tables,
        }
    }

    /// Gives what stands above its first header.
    pub(super) fn lead(&self) -> &'t str {
        self.tables()[0].header.lead
    }

    /// Tells whether two say the same.
    pub(super) fn says(&self, other: &Part<'_>) -> bool {
        let plain = |part: &Part<'_>| part.tables().iter().map(|table| table.plain.clone()).collect::<Vec<_>>();
        plain(self) == plain(other)
    }

    /// Gives its text, without what stands above the first header.
    pub(super) fn text(&self) -> String {
        let mut text: String = self.tables().iter().map(Table::text).collect();
        text.drain(..self.lead().len());
        text
    }
}

impl<'t> Table<'t> {
    /// Gives every line in its order.
    pub(super) fn lines(&self) -> Vec<Line<'t>> {
        let mut lines = vec![self.header];
        lines.extend(self.entries.iter().map(|entry| entry.line));
        lines.extend(self.parts.iter().flat_map(Part::tables).flat_map(Table::lines));
        lines
    }

    /// Gives every comment in it.
    pub(super) fn comments(&self) -> Vec<String> {
        let around = self.lines().into_iter().flat_map(|line| [line.lead, line.tail()]).flat_map(comments);
        around.map(str::to_owned).chain(self.comments_within()).collect()
    }

    /// Gives the comments within its values.
    fn comments_within(&self) -> Vec<String> {
        let own = self.entries.iter().flat_map(|entry| entry.value.comments());
        own.chain(self.parts.iter().flat_map(Part::tables).flat_map(Table::comments_within)).collect()
    }

    /// Gives its text, with what stands above its header.
    pub(super) fn text(&self) -> String {
        self.lines().iter().flat_map(|line| [line.lead, line.text]).collect()
    }
}

impl<'t> Line<'t> {
    /// Gives the space and the comment behind what it says.
    pub(super) fn tail(&self) -> &'t str {
        self.text[self.core..].trim_end_matches(['\n', '\r'])
    }
}
