//! Owns the making of raw tables: from one list of fields come the struct, its keys, its reader and its schema.
//! Never knows what a field means; the value types do (`value`).

use super::document::{Content, Key, Node, Pairs};
use super::nearest::nearest;
use crate::finding::{Edit, Finding};
use crate::text::FileId;
use std::ops::Range;

/// A value with its place, in bytes of the file's text.
#[derive(Debug, Clone)]
pub(crate) struct Written<T> {
    /// What is written.
    pub(crate) value: T,
    /// Where the value stands, strings with their quotes.
    pub(crate) span: Range<usize>,
}

/// What kind of file is read: it settles the names of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Objectives: a rule for each kind of problem.
    Objectives,
    /// `okr.toml`: every problem is `config-invalid`.
    Configuration,
}

/// Collects what does not read while a file is read.
#[derive(Debug)]
pub(crate) struct Reader<'t> {
    /// The text, without a byte order mark.
    pub(crate) text: &'t str,
    /// Bytes of the mark that was left out.
    pub(crate) shift: usize,
    /// The file that findings point into.
    pub(crate) file: FileId,
    /// What is read.
    pub(crate) dialect: Dialect,
    /// Whether only wrong values matter: unknown and missing keys then raise nothing.
    pub(crate) lenient: bool,
    /// Where the syntax is broken; what was recovered there is not believed.
    pub(crate) broken: Vec<Range<usize>>,
    /// What was found.
    pub(crate) found: Vec<Finding>,
}

/// Where a value stands: its key, itself, and what it is within.
#[derive(Debug, Clone)]
pub(crate) struct At<'a> {
    key: &'a str,
    index: Option<usize>,
    /// Bytes of the text without its byte order mark.
    pub(crate) span: Range<usize>,
    within: Option<&'a At<'a>>,
}

impl<'a> At<'a> {
    /// Stands at the top of the file.
    pub(crate) fn top() -> Self {
        At { key: "", index: None, span: 0..0, within: None }
    }

    /// Goes to a key of the table here.
    pub(crate) fn key(&'a self, key: &'a Key<'_>, value: &Node<'_>) -> At<'a> {
        At { key: &key.text, index: None, span: value.span.clone(), within: Some(self) }
    }

    /// Goes to an element of the array here.
    pub(crate) fn element(&'a self, index: usize, span: Range<usize>) -> At<'a> {
        match self.index {
            None => At { index: Some(index), span, ..self.clone() },
            Some(_) => At { key: "", index: Some(index), span, within: Some(self) },
        }
    }

    /// Stays at the value and points elsewhere.
    pub(crate) fn on(self, span: Range<usize>) -> Self {
        At { span, ..self }
    }

    /// Counts the tables and lists around the value.
    pub(crate) fn depth(&self) -> usize {
        self.within.map_or(0, At::depth) + usize::from(!self.key.is_empty()) + usize::from(self.index.is_some())
    }

    /// Names the field as `Place` does: dotted, from the objective, key result or initiative on.
    pub(crate) fn field(&self) -> String {
        let mut name = match self.within {
            Some(table) if !table.is_named() => table.field(),
            _ => String::new(),
        };
        if !self.key.is_empty() {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(self.key);
        }
        if let Some(index) = self.index.filter(|_| !self.is_named()) {
            name.push_str(&format!(".{index}"));
        }
        name
    }

    /// Gives the key, for messages.
    pub(crate) fn word(&self) -> &str {
        self.within.filter(|_| self.key.is_empty()).map_or(self.key, At::word)
    }

    fn is_named(&self) -> bool {
        matches!(self.key, "objective" | "key_result" | "initiative") && self.index.is_some()
    }
}

/// A value that knows how to read itself; what it cannot read it reports and leaves out.
pub(crate) trait Read: Sized {
    /// Reads a value.
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self>;

    /// Gives what is to be feared of a value under a misspelt key, where passing it over could do harm.
    fn feared(_value: &Content<'_>) -> Option<Self> {
        None
    }
}

/// A table with a fixed set of keys, made by [`table!`].
pub(crate) trait Table: Sized {
    /// The keys that it knows, in the order of the documentation.
    const KEYS: &'static [&'static str];
    /// What each key says, beside `KEYS`.
    const DOCS: &'static [&'static str];

    /// Finds where in `KEYS` a key stands.
    fn number(key: &str) -> Option<usize>;

    /// Reads the fields of a table, each on its own.
    fn from_table(table: &Pairs<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Self;
}

impl<T: Table> Read for T {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::Table(table) => Some(T::from_table(table, at, reader)),
            _ => {
                reader.wrong_type(value, at, "a table");
                None
            }
        }
    }
}

/// A list of tables, written `[[key]]` or `key = [{ … }]`.
#[derive(Debug, Clone)]
pub(crate) struct Tables<T>(pub(crate) Vec<Entry<T>>);

/// One table of a list.
#[derive(Debug, Clone)]
pub(crate) struct Entry<T> {
    /// Its fields.
    pub(crate) raw: T,
    /// Where its header or the inline table stands, in bytes of the file's text.
    pub(crate) header: Range<usize>,
    /// Which of the reader's findings it raised.
    pub(crate) found: Range<usize>,
}

impl<T: Table> Read for Entry<T> {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let before = reader.found.len();
        let raw = T::read(value, at, reader)?;
        Some(Entry { raw, header: reader.place(&at.span), found: before..reader.found.len() })
    }
}

impl<T: Table> Read for Tables<T> {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::Array(array) => Some(Tables(elements(array, at, reader))),
            Content::Table(table) => {
                // Its problems are told in the same go, though as a single table it counts for nothing.
                let _ = T::from_table(table, &at.element(0, at.span.clone()), reader);
                reader.single_table(at);
                None
            }
            _ => {
                reader.wrong_type(value, at, &format!("a list of tables, each under its own `[[…{}]]`", at.word()));
                None
            }
        }
    }
}

/// A list of plain values.
#[derive(Debug, Clone)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T: Read> Read for List<T> {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::Array(array) => Some(List(elements(array, at, reader))),
            Content::String(_) => {
                let written = reader.text[at.span.clone()].to_owned();
                let finding =
                    reader.problem("field-type", at, format!("`{}` is a text where a list belongs", at.word()));
                let finding = Finding { help: "put it into brackets".into(), ..finding };
                let edit = reader.edit(at.span.clone(), format!("[{written}]"));
                reader.found.push(finding.fix("put it into brackets", true, vec![edit]));
                None
            }
            _ => {
                reader.wrong_type(value, at, "a list");
                None
            }
        }
    }
}

fn elements<T: Read>(array: &[Node<'_>], at: &At<'_>, reader: &mut Reader<'_>) -> Vec<T> {
    let mut read = Vec::with_capacity(array.len());
    for (index, element) in array.iter().enumerate() {
        let at = at.element(index, element.span.clone());
        if !reader.is_broken(&at.span) {
            read.extend(T::read(&element.content, &at, reader));
        }
    }
    read
}

impl<'t> Reader<'t> {
    /// Starts on a text, leaving a byte order mark out.
    pub(crate) fn new(file: FileId, text: &'t str, dialect: Dialect) -> Self {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let shift = text.len() - bare.len();
        Reader { text: bare, shift, file, dialect, lenient: false, broken: Vec::new(), found: Vec::new() }
    }

    /// Moves a range of the bare text to the file's.
    pub(crate) fn place(&self, range: &Range<usize>) -> Range<usize> {
        range.start + self.shift..range.end + self.shift
    }

    /// Makes an edit out of a range of the bare text.
    pub(crate) fn edit(&self, range: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { range: self.place(&range), text: text.into() }
    }

    /// Starts a finding at a value.
    pub(crate) fn problem(&self, rule: &'static str, at: &At<'_>, message: impl Into<String>) -> Finding {
        let rule = if self.dialect == Dialect::Configuration { "config-invalid" } else { rule };
        let finding = Finding::new(rule, message, "").at(self.file, self.place(&at.span), "");
        match at.field() {
            field if field.is_empty() => finding,
            field => finding.field(field),
        }
    }

    /// Reports a value with the next thing to do.
    pub(crate) fn report(
        &mut self,
        rule: &'static str,
        at: &At<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let finding = self.problem(rule, at, message);
        self.found.push(Finding { help: help.into(), ..finding });
    }

    /// Reports a value of another type than the field's.
    pub(crate) fn wrong_type(&mut self, value: &Content<'_>, at: &At<'_>, wanted: &str) {
        let seen = kind_of(value);
        self.report(
            "field-type",
            at,
            format!("`{}` is {seen} where {wanted} belongs", at.word()),
            format!("write {wanted}"),
        );
    }

    /// Tells whether the syntax is broken somewhere in a range.
    pub(crate) fn is_broken(&self, range: &Range<usize>) -> bool {
        self.broken.iter().any(|wrong| wrong.start < range.end && range.start < wrong.end.max(wrong.start + 1))
    }

    /// Reads the value of a key together with where it stands; `None` for what was reported.
    pub(crate) fn written<T: Read>(&mut self, key: &Key<'_>, value: &Node<'_>, within: &At<'_>) -> Option<Written<T>> {
        let at = within.key(key, value);
        // What stands under headers is judged field by field: its span is the header alone.
        if self.is_broken(&at.span) {
            return None;
        }
        let value = T::read(&value.content, &at, self)?;
        Some(Written { value, span: self.place(&at.span) })
    }

    /// Gives what a field has to be taken for where its key is misspelt.
    pub(crate) fn feared<T: Read>(&self, key: &Key<'_>, value: &Node<'_>, within: &At<'_>) -> Option<Written<T>> {
        let span = self.place(&within.key(key, value).span);
        T::feared(&value.content).map(|value| Written { value, span })
    }

    /// Reports a key that the table does not know, with the nearest one that it does; gives that one, as it is what
    /// was meant and is not missing.
    pub(crate) fn unknown<T: Table>(
        &mut self,
        table: &Pairs<'_>,
        key: &Key<'_>,
        value: &Node<'_>,
        within: &At<'_>,
    ) -> Option<&'static str> {
        if self.lenient || self.is_broken(&key.span) {
            return None;
        }
        let at = within.key(key, value).on(key.span.clone());
        let name: String = crate::text::printable(&key.text).chars().take(64).collect();
        let home = super::raw::home(&key.text).filter(|_| self.dialect == Dialect::Objectives);
        let close = nearest(&key.text, T::KEYS).filter(|_| home.is_none());
        let (message, help) = match (home, close) {
            (Some(home), _) => {
                let message = format!("unknown key `{name}` here; it belongs to {home}");
                (message, format!("move it to {home}, or take it out"))
            }
            (None, Some(close)) => {
                let message = format!("unknown key `{name}`; the nearest known one is `{close}`");
                (message, format!("write `{close}`, or take the key out"))
            }
            (None, None) => {
                let list = T::KEYS.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                let free = if T::KEYS.contains(&"meta") { "; data of your own goes into `meta`" } else { "" };
                (format!("unknown key `{name}`"), format!("take it out; known here: {list}{free}"))
            }
        };
        let mut finding = Finding { help, ..self.problem("field-unknown", &at, message) };
        if let Some(close) = close.filter(|close| !table.contains_key(close)) {
            let spans = key_spans(self.text, key.span.clone(), value);
            let edits = spans.into_iter().map(|span| self.edit(span, close)).collect();
            finding = finding.fix(format!("rename it to `{close}`"), true, edits);
        }
        self.found.push(finding);
        close
    }

    /// Reports a key that must be there.
    pub(crate) fn missing<T: Table>(&mut self, key: &'static str, at: &At<'_>) {
        if self.lenient || !self.broken.is_empty() {
            return;
        }
        let what = if at.key.is_empty() { "the file".to_owned() } else { format!("this `{}`", at.key) };
        let path = match at.field() {
            table if table.is_empty() || at.is_named() => key.to_owned(),
            table => format!("{table}.{key}"),
        };
        let finding = self.problem("field-missing", at, format!("{what} has no `{key}`"));
        let doc = T::KEYS.iter().zip(T::DOCS).find(|(known, _)| **known == key).map_or("", |(_, doc)| doc);
        let doc = doc.trim().trim_end_matches('.');
        let help = format!("add `{key}`: {}{}", doc[..1].to_lowercase(), &doc[1..]);
        self.found.push(Finding { help, ..finding }.field(path));
    }

    fn single_table(&mut self, at: &At<'_>) {
        let finding =
            self.problem("field-type", at, format!("`{}` is one table where a list of tables belongs", at.word()));
        let header = &self.text[at.span.clone()];
        let is_header = header.starts_with('[') && header.ends_with(']') && !header.starts_with("[[");
        let finding = Finding { help: format!("write `[[…{}]]`, with two brackets", at.word()), ..finding };
        self.found.push(if is_header {
            let edit = self.edit(at.span.clone(), format!("[{header}]"));
            finding.fix("double the brackets", true, vec![edit])
        } else {
            finding
        });
    }
}

/// Says what a value is, for messages.
pub(crate) fn kind_of(value: &Content<'_>) -> &'static str {
    match value {
        Content::String(_) => "a text",
        Content::Integer(..) | Content::Float(_) => "a number",
        Content::Boolean(_) => "true or false",
        Content::Datetime(_) => "a date or time",
        Content::Array(_) => "a list",
        Content::Table(_) => "a table",
    }
}

/// Finds every place of a key: where its value stands under headers, each header names it again.
fn key_spans(text: &str, key: Range<usize>, value: &Node<'_>) -> Vec<Range<usize>> {
    let mut headers = Vec::new();
    collect_headers(text, value, &mut headers);
    let Some(first) = headers.iter().find(|header| header.start <= key.start && key.end <= header.end) else {
        return vec![key];
    };
    let depth = components(&text[first.clone()]).iter().position(|part| first.start + part.start == key.start);
    let mut spans: Vec<_> = headers
        .iter()
        .filter_map(|header| {
            let part = components(&text[header.clone()]).get(depth?)?.clone();
            Some(header.start + part.start..header.start + part.end)
        })
        .collect();
    spans.push(key);
    spans.sort_by_key(|span| span.start);
    spans.dedup();
    spans
}

fn collect_headers(text: &str, value: &Node<'_>, headers: &mut Vec<Range<usize>>) {
    match &value.content {
        Content::Table(table) => {
            if text[value.span.clone()].starts_with('[') {
                headers.push(value.span.clone());
            }
            table.iter().for_each(|(_, value)| collect_headers(text, value, headers));
        }
        Content::Array(array) => array.iter().for_each(|value| collect_headers(text, value, headers)),
        _ => {}
    }
}

/// Cuts a header `[[a."b.c".d]]` into the ranges of its parts.
fn components(header: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, c) in header.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                quote = Some(c);
                start.get_or_insert(at);
            }
            (None, '.' | '[' | ']' | ' ' | '\t') => parts.extend(start.take().map(|from| from..at)),
            (None, _) => {
                start.get_or_insert(at);
            }
        }
    }
    parts
}

/// Makes a raw table out of one list of fields: the struct, its keys, its reader and, for the tests that write the
/// schemas, its JSON Schema. `= value` is a default that the schema tells, `required` a key that must be there.
macro_rules! table {
    (
        $(#[doc = $about:literal])+
        $name:ident {
            $( $(#[doc = $doc:literal])+ $field:ident : $type:ty $(= $default:expr)? $(, $required:ident)? ; )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $name {
            $( $(#[doc = $doc])+ pub(crate) $field: Option<$crate::syntax::table::Written<$type>>, )*
        }

        impl $crate::syntax::table::Table for $name {
            const KEYS: &'static [&'static str] = &[$(stringify!($field)),*];
            const DOCS: &'static [&'static str] = &[$(concat!($($doc),+)),*];

            fn number(key: &str) -> Option<usize> {
                #[allow(non_camel_case_types, reason = "a key is its own name")]
                enum Number {
                    $($field),*
                }
                match key {
                    $( stringify!($field) => Some(Number::$field as usize), )*
                    _ => None,
                }
            }

            fn from_table(
                table: &$crate::syntax::document::Pairs<'_>,
                at: &$crate::syntax::table::At<'_>,
                reader: &mut $crate::syntax::table::Reader<'_>,
            ) -> Self {
                let mut raw = $name::default();
                let mut meant = Vec::new();
                for (key, value) in table {
                    match key.text.as_ref() {
                        $( stringify!($field) => raw.$field = reader.written(key, value, at), )*
                        _ => meant.extend(reader.unknown::<Self>(table, key, value, at).map(|close| (close, key, value))),
                    }
                }
                for (close, key, value) in &meant {
                    $( if *close == stringify!($field) && raw.$field.is_none() {
                        raw.$field = reader.feared(key, value, at);
                    } )*
                }
                $( $(
                    const _: &str = stringify!($required);
                    if !table.contains_key(stringify!($field)) && !meant.iter().any(|(close, ..)| *close == stringify!($field)) {
                        reader.missing::<Self>(stringify!($field), at);
                    }
                )? )*
                raw
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                #[allow(unused_mut)]
                let mut table = $crate::syntax::schema::TableSchema::new(concat!($($about),+));
                $(
                    let field = generator.subschema_for::<$type>();
                    table.field(stringify!($field), concat!($($doc),+), field);
                    $( table.default(stringify!($field), serde_json::json!($default)); )?
                    $( table.require(stringify!($field), stringify!($required)); )?
                )*
                table.finish()
            }
        }
    };
}
pub(crate) use table;
