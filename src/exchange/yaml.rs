//! Owns YAML with the line of each of its values, by the core schema: what is plain and looks like a number is one.
//! Never expands more than it was given: aliases count as what they stand for, and there is an end to it.

use super::Error;
use super::intake::quoted;
use super::json_text::{Document, step};
use crate::okr::number;
use crate::syntax::value::MAX_NESTING;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Most values of one document, what aliases stand for included.
const MOST_VALUES: usize = 200_000;

/// Reads one document of YAML.
///
/// # Errors
/// [`Error::Broken`] with the line: syntax, a key that comes twice or is no text, nesting deeper than 16, a second
/// document, and aliases that would make more than 200,000 values.
pub fn parse(text: &str) -> Result<Document, Error> {
    let mut reading = Reading { parser: Parser::new_from_str(text), anchors: HashMap::new(), values: 0 };
    let mut top = None;
    loop {
        let (event, span) = reading.next()?;
        match event {
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            Event::DocumentStart(_) if top.is_some() => {
                return Err(broken(line(&span), "a second document begins here, and one is read".into()));
            }
            Event::DocumentStart(_) => {}
            Event::StreamEnd => break,
            event => top = Some(reading.node(event, &span, 0)?),
        }
    }
    let mut document = Document::default();
    document.value = top.map_or(Value::Null, |top| top.place(String::new(), &mut document.lines));
    Ok(document)
}

fn line(span: &Span) -> usize {
    span.start.line().max(1)
}

fn broken(line: usize, message: String) -> Error {
    Error::Broken { form: "YAML", line, message, help: "mend the file, or export it anew".into() }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
struct Node {
    line: usize,
    /// How many values it holds, itself included.
    size: usize,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Plain(Value),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Node {
    fn place(self, at: String, lines: &mut BTreeMap<String, usize>) -> Value {
        let value = match self.kind {
            Kind::Plain(value) => value,
            Kind::List(list) => {
                let placed = list.into_iter().enumerate();
                Value::Array(placed.map(|(index, node)| node.place(step(&at, &index.to_string()), lines)).collect())
            }
            Kind::Table(table) => {
                let placed = table.into_iter().map(|(key, node)| {
                    let at = step(&at, &key);
                    (key, node.place(at, lines))
                });
                Value::Object(placed.collect::<Map<_, _>>())
            }
        };
        lines.insert(at, self.line);
        value
    }
}

struct Reading<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: HashMap<usize, Node>,
    values: usize,
}

impl<'t> Reading<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Error> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(broken(error.marker().line().max(1), error.info().to_owned())),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn count(&mut self, more: usize, line: usize) -> Result<(), Error> {
        self.values = self.values.saturating_add(more);
        if self.values > MOST_VALUES {
            return Err(broken(line, format!("more than {MOST_VALUES} values, with what aliases stand for")));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<Node, Error> {
        let line = line(span);
        if depth > MAX_NESTING {
            return Err(broken(line, format!("tables and lists are nested deeper than {MAX_NESTING} here")));
        }
        let (anchor, kind) = match event {
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let node = known.ok_or_else(|| broken(line, "an alias stands inside what it stands for".into()))?;
                self.count(node.size, line)?;
                return Ok(node);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.suffix == "str");
                let plain = style == ScalarStyle::Plain && !is_text;
                (anchor, Kind::Plain(if plain { scalar(&text) } else { Value::from(text.into_owned()) }))
            }
            Event::SequenceStart(anchor, _) => {
                let mut list = Vec::new();
                loop {
                    let (event, span) = self.next()?;
                    match event {
                        Event::SequenceEnd => break,
                        Event::StreamEnd => return Err(broken(line, "this list has no end".into())),
                        event => list.push(self.node(event, &span, depth + 1)?),
                    }
                }
                (anchor, Kind::List(list))
            }
            Event::MappingStart(anchor, _) => {
                let mut table: Vec<(String, Node)> = Vec::new();
                let mut known = HashSet::new();
                loop {
                    let (event, span) = self.next()?;
                    let key = match event {
                        Event::MappingEnd => break,
                        Event::Scalar(key, ..) => key.into_owned(),
                        _ => return Err(broken(self::line(&span), "a key that is no plain text".into())),
                    };
                    if !known.insert(key.clone()) {
                        let message = format!("the key {} comes twice in one table", quoted(&key));
                        return Err(broken(self::line(&span), message));
                    }
                    let (event, inner) = self.next()?;
                    let mut node = self.node(event, &inner, depth + 1)?;
                    // A value is looked for where its key stands.
                    node.line = self::line(&span);
                    table.push((key, node));
                }
                (anchor, Kind::Table(table))
            }
            _ => return Err(broken(line, "the document ends in the middle of a value".into())),
        };
        self.count(1, line)?;
        let inner = match &kind {
            Kind::Plain(_) => 0,
            Kind::List(list) => list.iter().map(|node| node.size).sum(),
            Kind::Table(table) => table.iter().map(|(_, node)| node.size).sum(),
        };
        let node = Node { line, size: 1 + inner, kind };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }
}

/// Reads a plain scalar. `NaN` and the infinities stay texts: no number of ours is one.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        text => {
            let looks = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
            let read = text.parse::<f64>().ok().filter(|value| looks && value.is_finite());
            read.map_or_else(|| text.into(), number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_and_their_lines() {
        let text = "# goals\na:\n  - x: 1.5\n    y: \"1\"\n  - ~\nb: 2026-11-20\nc: yes\nd: true\ne: -3\nf: |\n  two\n  lines\n";
        let document = parse(text).expect("YAML");
        assert_eq!(
            document.value,
            json!({"a": [{"x": 1.5, "y": "1"}, null], "b": "2026-11-20", "c": "yes", "d": true, "e": -3, "f": "two\nlines\n"})
        );
        let line = |pointer: &str| document.lines.get(pointer).copied();
        assert_eq!([line("/a"), line("/a/0/x"), line("/a/0/y"), line("/b")], [Some(2), Some(3), Some(4), Some(6)]);
    }

    #[test]
    fn aliases_stand_for_what_they_name_and_no_bomb_goes_off() {
        let document = parse("a: &one {x: 1}\nb: *one\n").expect("YAML");
        assert_eq!(document.value, json!({"a": {"x": 1}, "b": {"x": 1}}));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let inner = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb += &format!("a{level}: &a{level} [{inner}]\n");
        }
        let Err(Error::Broken { message, .. }) = parse(&bomb) else { panic!("the bomb went off") };
        assert!(message.contains("aliases"), "{message}");
    }

    #[test]
    fn what_is_broken_says_where() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        for (text, line, said) in [
            ("a: 1\na: 2\n", 2, "comes twice"),
            ("a: [1,\nb: 2\n", 2, ""),
            ("a: 1\n---\nb: 2\n", 2, "second document"),
            ("a: &x [*x]\n", 1, ""),
            ("? [a]\n: b\n", 1, "no plain text"),
            (&deep, 1, "deeper than 16"),
        ] {
            let Err(Error::Broken { line: at, message, .. }) = parse(text) else { panic!("{text} reads") };
            assert!(at >= line, "{text}: line {at}");
            assert!(message.contains(said), "{text}: {message}");
        }
    }
}
