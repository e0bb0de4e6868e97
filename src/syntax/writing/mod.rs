//! Owns the changing of objective files: new values at the places of the old, new keys and tables beside their neighbours, and
//! the proof that nothing else moved. Never writes to disk, never judges a goal.
//!
//! A [`Draft`] is a file being changed. Each change is made twice, in the text and in the values that the text should then
//! have; [`Draft::finish`] reads the text anew and gives it away only if it says exactly those.

mod layout;
mod literal;
mod outline;
mod placing;
mod proof;
#[cfg(test)]
mod tests;

pub use literal::Literal;
pub use outline::Piece;

use super::broken;
use super::table::{Dialect, Reader};
use crate::finding::Edit;
use crate::okr::Name;
use crate::text::{FileId, LineIndex, printable};
use layout::{Layout, Path, Shape, Step};
use literal::Manner;
use miette::Diagnostic;
use placing::Plan;
use toml::{Table, Value};

/// Writes a key, in quotes where it needs some.
pub fn key(name: &str) -> String {
    literal::key(name)
}

/// Writes a value as it stands behind a key of its own.
pub fn inline(value: &Value) -> String {
    literal::written(value, Manner { like: "", several_lines: true })
}

/// Why a file cannot be written as asked; it is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
#[error("could not write {path}, line {line}: {message}")]
#[diagnostic(help("{help}"))]
pub struct Unwritable {
    /// File from the root.
    pub path: String,
    /// Line, from 1, as the file is on disk.
    pub line: usize,
    /// What is in the way.
    pub message: String,
    /// What to do next.
    pub help: String,
}

/// A table of an objective file, by its place among its like, from 0. Tables without an id count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// What stands above the first objective.
    Head,
    /// An objective.
    Objective(usize),
    /// A key result of an objective.
    KeyResult(usize, usize),
    /// An initiative of an objective.
    Initiative(usize, usize),
}

impl Address {
    fn path(self) -> Path {
        let step = |key: &str, index| [Step::Key(key.to_owned()), Step::Index(index)];
        match self {
            Address::Head => Path::new(),
            Address::Objective(at) => step("objective", at).into(),
            Address::KeyResult(of, at) => [step("objective", of), step("key_result", at)].concat(),
            Address::Initiative(of, at) => [step("objective", of), step("initiative", at)].concat(),
        }
    }
}

/// An objective file being changed.
#[derive(Debug)]
pub struct Draft {
    path: String,
    /// The text as it was, for lines in messages.
    before: String,
    /// Without its byte order mark.
    text: String,
    mark: &'static str,
    line_end: &'static str,
    layout: Layout,
    /// What the text is to say.
    values: Table,
}

impl Draft {
    /// Takes a file as it is on disk.
    ///
    /// # Errors
    /// Where the bytes are no UTF-8 or no TOML, a merge conflict among them: the line, and what to do.
    pub fn new(path: &str, bytes: &[u8]) -> Result<Self, Unwritable> {
        let path = printable(path).into_owned();
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
            let (message, help) =
                ("the file is not UTF-8".to_owned(), "save it as UTF-8, then run the same again".into());
            Unwritable { path: path.clone(), line, message, help }
        })?;
        let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        let bare = &text[mark.len()..];
        let lines = LineIndex::new(bare);
        let mut reader = Reader::new(FileId(0), bare, Dialect::Objectives);
        // What is wrong is told as `check` tells it.
        let _ = broken::parse(&mut reader);
        let wrong = reader.found.first().map(|finding| {
            let at = finding.primary.as_ref().map_or(0, |label| label.range.start);
            let (message, help) = (finding.message.clone(), finding.help.clone());
            Unwritable { path: path.clone(), line: lines.position(bare, at).line, message, help }
        });
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        let (Some(values), Some(layout)) = (proof::read(bare), Layout::of(bare)) else {
            let (message, help) = ("the file is not TOML".to_owned(), "mend it, then run the same again".to_owned());
            return Err(Unwritable { path, line: 1, message, help });
        };
        let line_end = if bare.find('\n').is_some_and(|at| bare[..at].ends_with('\r')) { "\r\n" } else { "\n" };
        Ok(Draft { path, before: bare.to_owned(), text: bare.to_owned(), mark, line_end, layout, values })
    }

    /// Gives the path of the file, made harmless.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Gives the text as it is now, the byte order mark left out; not proven yet.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives all values as they are now.
    pub fn values(&self) -> &Table {
        &self.values
    }

    /// Finds an objective or key result by its full name; of two with one name the first.
    pub fn find(&self, name: &Name) -> Option<Address> {
        let own = |table: &Value, key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
        let head = self.values.get("cycle").and_then(Value::as_str);
        let objectives = self.values.get("objective")?.as_array()?;
        let of = objectives.iter().position(|objective| {
            let cycle = own(objective, "cycle").or_else(|| head.map(str::to_owned));
            cycle.as_deref() == Some(&name.cycle) && own(objective, "id").as_deref() == Some(&name.objective)
        })?;
        let Some(id) = &name.key_result else { return Some(Address::Objective(of)) };
        let all = objectives[of].get("key_result")?.as_array()?;
        let at = all.iter().position(|key_result| own(key_result, "id").as_ref() == Some(id))?;
        Some(Address::KeyResult(of, at))
    }

    /// Gives a value, by the name that it has in places: `current`, `milestone.0.done`, `retro.learned`. An empty name is the
    /// table itself.
    pub fn get(&self, table: Address, field: &str) -> Option<&Value> {
        proof::get(&self.values, &self.path_of(table, field))
    }

    /// Gives a value's own bytes, quotes included, where it stands in one piece.
    pub fn raw(&self, table: Address, field: &str) -> Option<&str> {
        Some(&self.text[self.layout.node(&self.path_of(table, field))?.span.clone()])
    }

    /// Gives the line of a value, else of its table, from 1, as the text is now.
    pub fn line(&self, table: Address, field: &str) -> usize {
        let start = self.layout.start_of(&self.path_of(table, field));
        self.text[..start].matches('\n').count() + 1
    }

    /// Sets a field: replaces the value's own bytes, or puts a new key beside its neighbours. What is the same already is
    /// not touched. Where a table was written under headers or with dots, it stands inline afterwards.
    ///
    /// # Errors
    /// Where there is no such table.
    pub fn set(&mut self, table: Address, field: &str, value: impl Into<Literal>) -> Result<(), Unwritable> {
        let literal = value.into();
        let path = self.path_of(table, field);
        if proof::get(&self.values, &path).is_some_and(|old| proof::same(old, &literal.value)) {
            return Ok(());
        }
        let mut values = self.values.clone();
        if path.len() == table.path().len() || !proof::put(&mut values, &path, literal.value.clone()) {
            return Err(self.unwritable(table, field, "no such table stands here", "name one that is there"));
        }
        if let Some(node) = self.layout.node(&path) {
            let old = &self.text[node.span.clone()];
            let like = if matches!(node.shape, Shape::Plain) { old } else { "" };
            let text = literal.text(self.manner(like));
            let edit = Edit { range: node.span.clone(), text };
            self.apply(table, field, vec![edit])?;
        } else {
            let before = self.text.clone();
            let put = self.put(table, field, &literal);
            if put.is_err() {
                // What was taken out for it comes back.
                self.layout = Layout::of(&before).expect("it was laid out before");
                self.text = before;
            }
            put?;
        }
        self.values = values;
        Ok(())
    }

    /// Puts a value under a new key, in the place of all that says something of it so far.
    fn put(&mut self, table: Address, field: &str, literal: &Literal) -> Result<(), Unwritable> {
        let path = self.path_of(table, field);
        let scattered = self.scattered(&path);
        self.apply(table, field, scattered)?;
        let write = |like: &str, rest: &[Step]| match (rest, &literal.written) {
            ([], Some(written)) => written.clone(),
            _ => literal::written(&proof::nested(rest, literal.value.clone()), self.manner(like)),
        };
        let Some(edits) = self.plan().insert(&path, &write) else {
            let message = format!("`{field}` has no place here");
            return Err(self.unwritable(table, field, &message, "write it by hand, then run the same again"));
        };
        self.apply(table, field, edits)
    }

    /// Takes a field out, with its line where it has one of its own. What is not there is fine.
    ///
    /// # Errors
    /// Where the file would be none afterwards.
    pub fn unset(&mut self, table: Address, field: &str) -> Result<(), Unwritable> {
        let path = self.path_of(table, field);
        if proof::get(&self.values, &path).is_none() || path.len() == table.path().len() {
            return Ok(());
        }
        let mut edits = self.scattered(&path);
        if let (Some(Step::Index(at)), Some(list)) = (path.last(), self.layout.node(&path[..path.len() - 1])) {
            edits.extend(self.plan().remove_element(list, *at));
        }
        self.apply(table, field, edits)?;
        self.forget(&path);
        Ok(())
    }

    /// Puts one more element at the end of a list of values, which is made where it is not there.
    ///
    /// # Errors
    /// Where something else than a list is there.
    pub fn push(&mut self, table: Address, field: &str, value: impl Into<Literal>) -> Result<(), Unwritable> {
        let literal = value.into();
        let path = self.path_of(table, field);
        let Some(there) = proof::get(&self.values, &path) else {
            return self.set(table, field, Value::Array(vec![literal.value]));
        };
        let Some(list) = there.as_array().filter(|_| path.len() > table.path().len()) else {
            let message = format!("`{field}` is no list");
            return Err(self.unwritable(table, field, &message, "make it one, then run the same again"));
        };
        let mut element = path.clone();
        element.push(Step::Index(list.len()));
        let Some(node) = self.layout.node(&path) else {
            // It stands under headers: one more header.
            let piece = Piece::of(literal.value.as_table().cloned().unwrap_or_default());
            return self.add(table, &path, piece).map(drop);
        };
        let like = match &node.shape {
            Shape::List(all) => all.last().map_or("", |last| &self.text[last.span.clone()]),
            _ => "",
        };
        let text = literal.text(Manner { several_lines: false, ..self.manner(&like[..like.len().min(1)]) });
        let edits = self.plan().append_item(node, &text).unwrap_or_default();
        self.apply(table, field, edits)?;
        proof::put(&mut self.values, &element, literal.value);
        Ok(())
    }

    /// Gives another id. What refers to it, and `aliases`, are the caller's.
    ///
    /// # Errors
    /// As [`Draft::set`].
    pub fn rename(&mut self, table: Address, id: &str) -> Result<(), Unwritable> {
        self.set(table, "id", id)
    }

    /// Puts a new objective at the end of the file.
    ///
    /// # Errors
    /// Where the piece is no objective.
    pub fn add_objective(&mut self, piece: Piece) -> Result<Address, Unwritable> {
        self.add(Address::Head, &[Step::Key("objective".into())], piece).map(Address::Objective)
    }

    /// Puts a new key result after the last of an objective.
    ///
    /// # Errors
    /// Where there is no such objective, or the piece is no key result.
    pub fn add_key_result(&mut self, objective: usize, piece: Piece) -> Result<Address, Unwritable> {
        let home = Address::Objective(objective);
        let list = self.path_of(home, "key_result");
        self.add(home, &list, piece).map(|at| Address::KeyResult(objective, at))
    }

    /// Puts a new initiative after the last of an objective.
    ///
    /// # Errors
    /// Where there is no such objective, or the piece is no initiative.
    pub fn add_initiative(&mut self, objective: usize, piece: Piece) -> Result<Address, Unwritable> {
        let home = Address::Objective(objective);
        let list = self.path_of(home, "initiative");
        self.add(home, &list, piece).map(|at| Address::Initiative(objective, at))
    }

    /// Takes a table out of the file with all in it and the remark right above it, and gives it away. Later ones of its list
    /// move up.
    ///
    /// # Errors
    /// Where there is no such table.
    pub fn cut(&mut self, table: Address) -> Result<Piece, Unwritable> {
        let path = table.path();
        let Some(values) = proof::get(&self.values, &path).and_then(Value::as_table).cloned() else {
            return Err(self.unwritable(table, "", "no such table stands here", "name one that is there"));
        };
        let (Some(Step::Index(at)), plan) = (path.last(), self.plan()) else {
            return Err(self.unwritable(table, "", "the head of a file stays", "name an objective or a key result"));
        };
        let (edits, text) = match self.layout.node(&path) {
            Some(node) => {
                let list = self.layout.node(&path[..path.len() - 1]);
                let edit = list.and_then(|list| plan.remove_element(list, *at));
                (edit.into_iter().collect(), self.text[node.span.clone()].to_owned())
            }
            None => (plan.remove_sections(&path), plan.text_of_sections(&path)),
        };
        self.apply(table, "", edits)?;
        self.forget(&path);
        Ok(Piece { values, text: Some(text) })
    }

    /// Gives the whole new text, the byte order mark included, once it is proven: it reads as exactly the old values with
    /// exactly the changes asked for.
    ///
    /// # Errors
    /// Where it does not, which no layout should bring about: nothing may then be written.
    pub fn finish(self) -> Result<String, Unwritable> {
        let line = match proof::first_difference(proof::read(&self.text).as_ref(), &self.values) {
            None => return Ok(format!("{}{}", self.mark, self.text)),
            Some(path) => self.line_of(&path),
        };
        let message = "the change does not fit into this layout without touching more than was asked".to_owned();
        let help =
            "write it in the plain form, a `[[…]]` header and a line for each key, or make the change by hand".into();
        Err(Unwritable { path: self.path, line, message, help })
    }

    /// Takes a value out of those that the text is to say, with what was there for its sake alone: dots and headers make tables
    /// and lists, and are gone.
    fn forget(&mut self, path: &[Step]) {
        proof::take(&mut self.values, path);
        for depth in (1..path.len()).rev().take_while(|&depth| !self.layout.states(&path[..depth])) {
            proof::take(&mut self.values, &path[..depth]);
        }
    }

    fn path_of(&self, table: Address, field: &str) -> Path {
        let mut path = table.path();
        for part in field.split('.').filter(|part| !part.is_empty()) {
            let is_list = proof::get(&self.values, &path).is_some_and(Value::is_array);
            path.push(match part.parse() {
                Ok(index) if is_list => Step::Index(index),
                _ => Step::Key(part.to_owned()),
            });
        }
        path
    }

    fn plan(&self) -> Plan<'_> {
        Plan { text: &self.text, layout: &self.layout, line_end: self.line_end }
    }

    fn manner<'a>(&self, like: &'a str) -> Manner<'a> {
        Manner { like, several_lines: self.line_end == "\n" }
    }

    /// Plans taking out all that says something of a value in more places than one.
    fn scattered(&self, path: &[Step]) -> Vec<Edit> {
        let plan = self.plan();
        [plan.remove_keys(path), plan.remove_sections(path)].concat()
    }

    /// Adds a table to the list at a path; gives its place in the list.
    fn add(&mut self, home: Address, list: &[Step], piece: Piece) -> Result<usize, Unwritable> {
        let count = proof::get(&self.values, list).map_or(0, |list| list.as_array().map_or(0, Vec::len));
        let mut element = list.to_vec();
        element.push(Step::Index(count));
        let mut values = self.values.clone();
        if count == 0 {
            proof::put(&mut values, list, Value::Array(Vec::new()));
        }
        if piece.values.is_empty() || !proof::put(&mut values, &element, Value::Table(piece.values.clone())) {
            let help = "name one that is there, and give at least an id and a title";
            return Err(self.unwritable(home, "", "there is nothing to add, or nothing to add it to", help));
        }
        let plan = self.plan();
        let key = list.last().and_then(Step::name).unwrap_or_default();
        let inline_home = self.layout.node(&list[..list.len() - 1]).is_some();
        let edits = if let Some(node) = self.layout.node(list) {
            plan.append_item(node, &piece.inline(self.manner("")))
        } else if inline_home {
            let written = format!("[{}]", piece.inline(self.manner("")));
            plan.insert(list, &|_, _| written.clone())
        } else {
            let before = if key == "key_result" { "initiative" } else { "" };
            let indent = match plan.indent_of(list) {
                "" if count == 0 => plan.indent_of(&list[..list.len() - 1]),
                indent => indent,
            };
            let names: Vec<&str> = list.iter().filter_map(Step::name).collect();
            let text = piece.sections(&names, indent, self.line_end);
            plan.end_of_list(list, before).map(|at| vec![plan.insert_sections(at, &text)])
        };
        let Some(edits) = edits else {
            return Err(self.unwritable(home, "", "no such table stands here", "name one that is there"));
        };
        self.apply(home, "", edits)?;
        self.values = values;
        Ok(count)
    }

    /// Makes edits, none of which touches another.
    fn apply(&mut self, table: Address, field: &str, mut edits: Vec<Edit>) -> Result<(), Unwritable> {
        if edits.is_empty() {
            return Ok(());
        }
        edits.sort_by_key(|edit| edit.range.start);
        let text = crate::finding::edited(&self.text, &edits.iter().collect::<Vec<_>>());
        let Some(layout) = Layout::of(&text).filter(|_| super::parses(&text)) else {
            let help = "write it in the plain form, a line for each key, or make the change by hand";
            return Err(self.unwritable(table, field, "the change does not fit into this layout", help));
        };
        (self.text, self.layout) = (text, layout);
        Ok(())
    }

    fn unwritable(&self, table: Address, field: &str, message: &str, help: &str) -> Unwritable {
        let path = self.path_of(table, field);
        let (path, line, message) = (self.path.clone(), self.line_of(&path), printable(message).into_owned());
        Unwritable { path, line, message, help: help.to_owned() }
    }

    /// Gives the line of a value or of what it is in, as the file is on disk.
    fn line_of(&self, path: &[Step]) -> usize {
        let start = Layout::of(&self.before).map_or(0, |layout| layout.start_of(path));
        self.before[..start].matches('\n').count() + 1
    }
}

impl Literal {
    fn text(&self, manner: Manner<'_>) -> String {
        self.written.clone().unwrap_or_else(|| literal::written(&self.value, manner))
    }
}
