//! Owns how values are written as TOML: as a person would, in the manner of what stood there before.
//! Never leaves a character bare that could change what a reader sees.

use super::layout::Layout;
use crate::okr::Datum;
use crate::text::is_hostile;
use toml::{Table, Value};

/// A value to be written: what it says, and how, if that is settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    pub(super) value: Value,
    pub(super) written: Option<String>,
}

impl Literal {
    /// Takes a number; a whole one is written without a point.
    pub fn number(number: f64) -> Self {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        #[allow(clippy::cast_possible_truncation)]
        let value = if number.fract() == 0.0 && number.abs() < EXACT {
            Value::Integer(number as i64)
        } else {
            Value::Float(number)
        };
        value.into()
    }

    /// Gives what it says.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Takes a value as somebody wrote it, to be kept byte for byte; `None` for what is not one TOML value.
    pub fn raw(written: &str) -> Option<Self> {
        let text = format!("value = {}", written.trim());
        let mut table: Table = toml::from_str(&text).ok()?;
        let layout = Layout::of(&text)?;
        // Neither a second key nor a remark.
        let is_all = layout.sections.last()?.entries.last()?.value.span.end == text.len();
        let value = table.remove("value").filter(|_| is_all && table.is_empty())?;
        Some(Literal { value, written: Some(written.trim().to_owned()) })
    }
}

impl From<Value> for Literal {
    fn from(value: Value) -> Self {
        Literal { value, written: None }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned()).into()
    }
}

impl From<bool> for Literal {
    fn from(flag: bool) -> Self {
        Value::Boolean(flag).into()
    }
}

impl From<jiff::civil::Date> for Literal {
    fn from(day: jiff::civil::Date) -> Self {
        let date = toml::value::Date {
            year: u16::try_from(day.year()).unwrap_or_default(),
            month: u8::try_from(day.month()).unwrap_or_default(),
            day: u8::try_from(day.day()).unwrap_or_default(),
        };
        Value::Datetime(date.into()).into()
    }
}

impl From<&Datum> for Literal {
    fn from(datum: &Datum) -> Self {
        match datum {
            Datum::Number(number) => Literal::number(*number),
            Datum::Text(text) => text.as_str().into(),
            Datum::Day(day) => (*day).into(),
            Datum::Flag(flag) => (*flag).into(),
        }
    }
}

/// What values around are written like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner<'a> {
    /// What stood there before, or a text beside it; nothing is as good as `""`.
    pub(super) like: &'a str,
    /// Whether a text may go over several lines: not where lines end in two bytes, which would become part of it.
    pub(super) several_lines: bool,
}

/// Writes a value on one line, save texts of several lines.
pub(super) fn written(value: &Value, manner: Manner<'_>) -> String {
    match value {
        Value::String(text) => string(text, manner),
        Value::Integer(whole) if is_decimal(manner.like) => format!("{whole}.0"),
        Value::Integer(whole) => whole.to_string(),
        Value::Float(number) => float(*number),
        Value::Boolean(flag) => flag.to_string(),
        Value::Datetime(moment) => moment.to_string(),
        Value::Array(all) => {
            let all: Vec<_> = all.iter().map(|value| written(value, manner.inner())).collect();
            format!("[{}]", all.join(", "))
        }
        Value::Table(table) if table.is_empty() => "{}".to_owned(),
        Value::Table(table) => {
            let all: Vec<_> = table
                .iter()
                .map(|(name, value)| format!("{} = {}", key(name), written(value, manner.inner())))
                .collect();
            format!("{{ {} }}", all.join(", "))
        }
    }
}

impl Manner<'_> {
    /// Within lists and inline tables every text stands on one line.
    fn inner(self) -> Self {
        let like = if self.like.starts_with('\'') { "'" } else { "" };
        Manner { like, several_lines: false }
    }
}

/// Writes a key.
pub(super) fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare { name.to_owned() } else { basic(name, false) }
}

/// Tells whether a number is written with a point and no exponent.
fn is_decimal(written: &str) -> bool {
    written.contains('.') && written.bytes().all(|b| b.is_ascii_digit() || b"+-._".contains(&b))
}

fn float(number: f64) -> String {
    let size = number.abs();
    if number.is_nan() {
        "nan".to_owned()
    } else if number != 0.0 && !(1e-7..1e17).contains(&size) {
        // A power of ten, or `inf`.
        format!("{number:e}")
    } else if number.fract() == 0.0 {
        format!("{number:.1}")
    } else {
        number.to_string()
    }
}

fn string(text: &str, manner: Manner<'_>) -> String {
    let lines = text.contains('\n') && manner.several_lines && !text.contains('\r');
    let is_plain = !text.contains(|c| is_hostile(c) && !(lines && c == '\n'));
    match (lines, manner.like.starts_with('\'') && is_plain) {
        (true, true) if !text.contains("'''") && !text.ends_with('\'') => format!("'''\n{text}'''"),
        (false, true) if !text.contains('\'') => format!("'{text}'"),
        (true, _) => format!("\"\"\"\n{}\"\"\"", basic_inside(text, true)),
        (false, _) => basic(text, false),
    }
}

fn basic(text: &str, lines: bool) -> String {
    format!("\"{}\"", basic_inside(text, lines))
}

fn basic_inside(text: &str, lines: bool) -> String {
    let mut inside = String::with_capacity(text.len() + 2);
    let mut quotes = 0;
    for (at, c) in text.char_indices() {
        quotes = if c == '"' { quotes + 1 } else { 0 };
        match c {
            '\n' if lines => inside.push(c),
            '\n' => inside.push_str("\\n"),
            '\r' => inside.push_str("\\r"),
            '\t' => inside.push_str("\\t"),
            '\\' => inside.push_str("\\\\"),
            // Three in a row would end it, and so would one more at the end.
            '"' if lines && quotes < 3 && at + 1 < text.len() => inside.push(c),
            '"' => {
                quotes = 0;
                inside.push_str("\\\"");
            }
            c if is_hostile(c) && u32::from(c) > 0xffff => inside.push_str(&format!("\\U{:08X}", u32::from(c))),
            c if is_hostile(c) => inside.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => inside.push(c),
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn like(like: &str) -> Manner<'_> {
        Manner { like, several_lines: true }
    }

    #[test]
    fn values_are_written_as_a_person_would() {
        for (value, manner, expected) in [
            (Literal::number(350.0), "", "350"),
            (Literal::number(0.7), "", "0.7"),
            (Literal::number(17.0), "18.0", "17.0"),
            (Literal::number(17.5), "18", "17.5"),
            (Literal::number(-0.05), "", "-0.05"),
            (Literal::number(1e300), "", "1e300"),
            (Literal::number(5e-9), "", "5e-9"),
            (Value::Float(350.0).into(), "", "350.0"),
            (true.into(), "", "true"),
            (jiff::civil::date(2026, 11, 2).into(), "", "2026-11-02"),
            ("plain".into(), "", "\"plain\""),
            ("plain".into(), "'x'", "'plain'"),
            ("it's".into(), "'x'", "\"it's\""),
            ("a \"b\" \\ \t c".into(), "", "\"a \\\"b\\\" \\\\ \\t c\""),
            ("\u{1b}[31m\u{202e}\u{e0041}".into(), "'x'", "\"\\u001B[31m\\u202E\\U000E0041\""),
            ("one\ntwo".into(), "", "\"\"\"\none\ntwo\"\"\""),
            ("one\ntwo".into(), "'''", "'''\none\ntwo'''"),
            ("one\r\ntwo".into(), "", "\"one\\r\\ntwo\""),
        ] {
            assert_eq!(written(&value.value, like(manner)), expected);
        }
        let table: Value =
            toml::from_str("a = [1, 'b']\n\"c d\" = { e = 'x\ny' }\nf = {}\n".replace("x\ny", "xy").as_str())
                .expect("TOML");
        assert_eq!(written(&table, like("")), "{ a = [1, \"b\"], \"c d\" = { e = \"xy\" }, f = {} }");
    }

    #[test]
    fn what_is_raw_is_one_value() {
        assert_eq!(Literal::raw(" 'a' ").and_then(|raw| raw.written), Some("'a'".into()));
        for wrong in ["", "1 # one", "1\nother = 2", "1 2", "\"open"] {
            assert_eq!(Literal::raw(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(
            text in "([a-z'\"\\\\ #\u{e9}\n\r\t]|\\PC|\u{7}|\u{202e}|\u{2028}|\u{85}){0,12}",
            number in any::<f64>(),
            (old, several_lines) in (prop::sample::select(vec!["", "'", "'''", "\"\"\"", "1.5"]), any::<bool>()),
        ) {
            let number = Literal::number(if number.is_nan() { 0.0 } else { number }).value;
            for value in [Value::String(text), number] {
                let written = written(&value, Manner { like: old, several_lines });
                let read = Literal::raw(&written).expect("one value").value;
                let as_number = |value: &Value| value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
                prop_assert!(read == value || as_number(&read) == as_number(&value), "{written}");
                prop_assert!(!written.contains(|c| is_hostile(c) && c != '\n'), "{written}");
                prop_assert!(several_lines || !written.contains('\n'), "{written}");
            }
        }
    }
}
