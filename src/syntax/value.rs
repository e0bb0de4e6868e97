//! Owns the values that fields hold: how each is written, and what is wrong with one that is not.

use super::document::{Content, Pairs};
use super::raw::RawCheckpoint;
use super::table::{At, Entry, Read, Reader, Tables};
use super::word::wrong_word;
use crate::finding::Finding;
pub(crate) use crate::okr::slug;
use crate::okr::{Change, Done, is_slug};
use jiff::civil::Date;
use serde_json::{Map, Value};
use toml::value::Datetime;

/// Deepest nesting of tables and lists, counted from the top of the file.
pub(crate) const MAX_NESTING: usize = 16;
/// Longest title, in characters.
pub(crate) const MAX_TITLE: usize = 300;

/// Text on one line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line(pub(crate) String);
/// Text that may have several lines.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text(pub(crate) String);
/// A title: one line, not empty, at most 300 characters.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Title(pub(crate) String);
/// The id of an objective or key result; one that is no slug is reported and kept, so that what it names is seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Id(pub(crate) String);
/// The id of a cycle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CycleId(pub(crate) String);
/// A finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number(pub(crate) f64);
/// A number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratio(pub(crate) f64);
/// A number above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weight(pub(crate) f64);
/// A day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Day(pub(crate) Date);
/// A relative target, as written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relative(pub(crate) String);
/// `true`, `false`, or the day on which it was reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reached(pub(crate) Done);
/// `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Flag(pub(crate) bool);
/// A free table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Free(pub(crate) Map<String, Value>);
/// How progress is expected to come, as written.
#[derive(Debug, Clone)]
pub(crate) enum Course {
    /// Evenly.
    Linear,
    /// Mostly towards the end.
    Late,
    /// Through checkpoints.
    Through(Vec<Entry<RawCheckpoint>>),
}

/// Takes a text without control characters; line ends and tabs may be allowed.
fn text(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>, lines: bool) -> Option<String> {
    let Content::String(text) = value else {
        reader.wrong_type(value, at, "a text in quotes");
        return None;
    };
    if let Some(c) = control(text, lines) {
        reader.report(
            "field-type",
            at,
            format!(
                "`{}` holds the control character U+{:04X}, which can garble what readers see",
                at.word(),
                u32::from(c)
            ),
            "take the character out",
        );
        return None;
    }
    Some(text.clone().into_owned())
}

fn control(text: &str, lines: bool) -> Option<char> {
    // Most texts are plain: no character of theirs needs to be looked at on its own. A look at all of the bytes is quicker
    // than one that stops.
    if text.bytes().fold(true, |plain, byte| plain & (b' '..0x7f).contains(&byte)) {
        return None;
    }
    text.chars().find(|&c| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t')))
}

impl Read for Line {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        text(value, at, reader, false).map(Line)
    }
}

impl Read for Text {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        text(value, at, reader, true).map(Text)
    }
}

impl Read for Title {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let title = text(value, at, reader, false)?;
        let length = title.chars().count();
        if length > MAX_TITLE {
            let message = format!("this title has {length} characters, at most {MAX_TITLE} are read");
            reader.report(
                "limit-exceeded",
                at,
                message,
                "shorten it; the rest belongs into `why`, `definition` or `note`",
            );
            return None;
        }
        if title.trim().is_empty() {
            reader.report("field-missing", at, "this title is empty", "say in a sentence what is to be reached");
            return None;
        }
        Some(Title(title))
    }
}

impl Read for Id {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let id = text(value, at, reader, false)?;
        if is_slug(&id) {
            return Some(Id(id));
        }
        let shown = crate::text::printable(&id).into_owned();
        let message = format!(
            "the id `{shown}` is no slug: small letters a to z, digits and hyphens, at most 64, no hyphen first"
        );
        let finding = reader.problem("id-invalid", at, message);
        let slug = slug(&id);
        let finding = if slug.is_empty() {
            Finding { help: "write an id such as `faster-checkout`".into(), ..finding }
        } else {
            let edit = reader.edit(at.span.clone(), format!("\"{slug}\""));
            Finding { help: format!("write `{slug}`, and keep the old id in `aliases` if it was in use"), ..finding }
                // Not safe: what refers to the old id, history included, does not follow by itself.
                .fix(format!("write `{slug}`"), false, vec![edit])
        };
        reader.found.push(finding);
        // A slash or nothing at all would make another name of it.
        (!id.trim().is_empty() && !id.contains('/')).then_some(Id(id))
    }
}

impl Read for CycleId {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let id = text(value, at, reader, false)?;
        if id.trim().is_empty() || id.contains('/') {
            let message = "the id of a cycle is not empty and has no slash";
            reader.report("field-type", at, message, "write it as in `2026-Q4`, or as declared in okr.toml");
            return None;
        }
        Some(CycleId(id))
    }
}

/// Takes a finite number.
fn finite(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<f64> {
    let number = match value {
        Content::Integer(digits, base) => {
            let Some(whole) = integer(digits, *base) else {
                let message = format!("`{}` is beyond the whole numbers that TOML knows", at.word());
                reader.report("field-type", at, message, "write it with a decimal point, or in a larger unit");
                return None;
            };
            #[allow(clippy::cast_precision_loss)]
            Some(whole as f64)
        }
        Content::Float(float) => float.parse().ok(),
        Content::String(text) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
            let bare = text.trim().to_owned();
            let finding = reader.problem("field-type", at, format!("`{}` is a text where a number belongs", at.word()));
            let finding = Finding { help: "take the quotes off".into(), ..finding };
            // What TOML would not take as a number (`.5`, `1.`, `+5e`) is left to the author.
            let fixed = bare.parse::<i64>().is_ok() || bare.parse::<f64>().is_ok_and(|n| n.to_string() == bare);
            let edit = reader.edit(at.span.clone(), bare);
            reader.found.push(if fixed { finding.fix("take the quotes off", true, vec![edit]) } else { finding });
            return None;
        }
        _ => {
            reader.wrong_type(value, at, "a number");
            return None;
        }
    };
    if number.is_none_or(|number| !number.is_finite()) {
        let message = format!("`{}` is not a finite number, so nothing can be computed from it", at.word());
        reader.report("number-not-finite", at, message, "write a number such as 41 or 41.5, or take the key out");
        return None;
    }
    number
}

/// Reads an integer of any base; `None` beyond 64 bits.
pub(crate) fn integer(digits: &str, base: u32) -> Option<i64> {
    i64::from_str_radix(digits, base).ok()
}

impl Read for Number {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        finite(value, at, reader).map(Number)
    }
}

impl Read for Ratio {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = finite(value, at, reader)?;
        if (0.0..=1.0).contains(&number) {
            return Some(Ratio(number));
        }
        let message = format!("`{}` is {number}, it must be from 0 to 1", at.word());
        let percent = number / 100.0;
        let help = if number > 1.0 && percent <= 1.0 {
            format!("write it as a share of 1: {percent} if {number} % is meant")
        } else {
            "write it as a share of 1, for instance 0.7".into()
        };
        reader.report("kr-flat", at, message, help);
        None
    }
}

impl Read for Weight {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = finite(value, at, reader)?;
        if number > 0.0 {
            return Some(Weight(number));
        }
        let message = format!("`{}` is {number}, it must be above 0 to be a share of anything", at.word());
        reader.report(
            "kr-flat",
            at,
            message,
            "write a number above 0; what shall not count is `status = \"dropped\"` or a guardrail",
        );
        None
    }
}

impl Read for Day {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::Datetime(moment) => match (day_of(moment), &moment.time) {
                (Some(day), None) => return Some(Day(day)),
                (Some(day), Some(_)) => {
                    let finding =
                        reader.problem("field-type", at, format!("`{}` is a moment where a day belongs", at.word()));
                    let edit = reader.edit(at.span.clone(), day.to_string());
                    let finding = Finding { help: format!("write {day}, if that is the day meant"), ..finding };
                    reader.found.push(finding.fix("keep the day", false, vec![edit]));
                }
                (None, _) => reader.wrong_type(value, at, "a day such as 2026-11-20"),
            },
            Content::String(text) => match super::day::meant(text.trim()) {
                Some(day) => {
                    let quoted = day.to_string() == text.trim();
                    let (rule, message, help) = if quoted {
                        let message = format!("`{}` is a text where a day belongs", at.word());
                        ("field-type", message, "take the quotes off".to_owned())
                    } else {
                        let message = format!("`{}` is a day in a form that TOML does not know", at.word());
                        ("date-invalid", message, format!("write {day}, without quotes"))
                    };
                    let edit = reader.edit(at.span.clone(), day.to_string());
                    let finding = Finding { help, ..reader.problem(rule, at, message) };
                    let title = if quoted { "take the quotes off" } else { "write the day as TOML has it" };
                    reader.found.push(finding.fix(title, true, vec![edit]));
                }
                None => {
                    let message = format!("`{}` does not read as a day of the calendar", at.word());
                    reader.report("date-invalid", at, message, "write the day as in 2026-11-20, without quotes");
                }
            },
            _ => reader.wrong_type(value, at, "a day such as 2026-11-20"),
        }
        None
    }
}

/// Gives the day of a TOML date or moment.
fn day_of(moment: &Datetime) -> Option<Date> {
    let date = moment.date?;
    Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?).ok()
}

/// Reads `-50%`, `+25%`, `+25 pp` or `3x`.
pub(crate) fn change(text: &str) -> Option<Change> {
    let amount = |digits: &str| {
        let digits = digits.trim_end();
        let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        let first = plain.bytes().next()?;
        (first.is_ascii_digit() && plain.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
            .then(|| digits.parse::<f64>().ok())?
    };
    let signed = |digits: &str| if digits.starts_with(['+', '-']) { amount(digits) } else { None };
    let change = if let Some(digits) = text.strip_suffix('%') {
        Change::Share(signed(digits)? / 100.0)
    } else if let Some(digits) = text.strip_suffix("pp") {
        Change::Points(signed(digits)?)
    } else {
        let times = amount(text.strip_suffix('x')?)?;
        Change::Times(if times > 0.0 && !text.starts_with('+') { times } else { return None })
    };
    let (Change::Share(size) | Change::Points(size) | Change::Times(size)) = change;
    size.is_finite().then_some(change)
}

impl Read for Relative {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let help =
            "write it as in \"-50%\", \"+25%\", \"+25 pp\" or \"3x\", with its sign; an absolute value is `target`";
        let Content::String(written) = value else {
            reader.report(
                "field-type",
                at,
                format!("`change` is {} where a text belongs", super::table::kind_of(value)),
                help,
            );
            return None;
        };
        let written = written.trim().to_owned();
        if change(&written).is_none() {
            let shown = crate::text::printable(&written).into_owned();
            reader.report("field-type", at, format!("`{shown}` does not read as a change of the baseline"), help);
            return None;
        }
        Some(Relative(written))
    }
}

impl Read for Reached {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::Boolean(true) => Some(Reached(Done::Yes)),
            Content::Boolean(false) => Some(Reached(Done::No)),
            Content::Datetime(_) | Content::String(_) => {
                Day::read(value, at, reader).map(|day| Reached(Done::On(day.0)))
            }
            _ => {
                reader.wrong_type(value, at, "true, false or a day such as 2026-11-20");
                None
            }
        }
    }
}

impl Read for Flag {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        if let Content::Boolean(flag) = value {
            return Some(Flag(*flag));
        }
        reader.wrong_type(value, at, "true or false");
        // The only flag hides values: hiding too much can be mended, showing too much cannot.
        Some(Flag(true))
    }

    fn feared(value: &Content<'_>) -> Option<Self> {
        Some(Flag(!matches!(value, Content::Boolean(false))))
    }
}

impl Read for Course {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::String(word) => match word.as_ref() {
                "linear" => Some(Course::Linear),
                "late" => Some(Course::Late),
                _ => {
                    wrong_word(word, &["linear", "late"], at, reader);
                    None
                }
            },
            Content::Array(_) => {
                Tables::read(value, at, reader).map(|all: Tables<RawCheckpoint>| Course::Through(all.0))
            }
            _ => {
                reader.wrong_type(
                    value,
                    at,
                    "\"linear\", \"late\" or checkpoints `[{ on = 2026-11-15, progress = 0.5 }]`",
                );
                None
            }
        }
    }
}

impl Read for Free {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Content::Table(table) => Some(Free(free_table(table, at, reader))),
            _ => {
                reader.wrong_type(value, at, "a table");
                None
            }
        }
    }
}

fn free_table(table: &Pairs<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Map<String, Value> {
    let mut free = Map::new();
    for (key, value) in table {
        let at = at.key(key, value);
        if let Some(c) = control(&key.text, false) {
            let at = at.on(key.span.clone());
            let message = format!("a key holds the control character U+{:04X}", u32::from(c));
            reader.report("field-type", &at, message, "take the character out");
        } else if let Some(value) = free_value(&value.content, &at, reader) {
            free.insert(key.text.clone().into_owned(), value);
        }
    }
    free
}

fn free_value(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Value> {
    if matches!(value, Content::Array(_) | Content::Table(_)) && at.depth() > MAX_NESTING {
        let message = format!("tables and lists are nested deeper than {MAX_NESTING} here");
        reader.report("limit-exceeded", at, message, "flatten it, or keep it in a file of its own");
        return None;
    }
    Some(match value {
        Content::String(_) => Value::from(text(value, at, reader, true)?),
        Content::Integer(..) | Content::Float(_) => crate::okr::number(finite(value, at, reader)?),
        Content::Boolean(flag) => Value::from(*flag),
        Content::Datetime(moment) => Value::from(moment.to_string()),
        Content::Array(array) => {
            let mut list = Vec::with_capacity(array.len());
            for (index, element) in array.iter().enumerate() {
                list.extend(free_value(&element.content, &at.element(index, element.span.clone()), reader));
            }
            Value::Array(list)
        }
        Content::Table(table) => Value::Object(free_table(table, at, reader)),
    })
}
