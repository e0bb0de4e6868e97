//! Owns how values that other tools write become values of our fields: numbers with units, percentages, words for a state.
//! Never guesses: what may mean two things is left, with its line.

use super::intake::{Intake, quoted};
use crate::okr::{Commitment, Field, Fields, Health, Role, number};
use crate::syntax::value::slug;
use crate::syntax::word::Words;
use jiff::civil::Date;
use serde_json::Value;

/// Puts a value of the input into a field, or leaves it with the reason. Empty texts and null say nothing.
pub fn put(fields: &mut Fields, field: Field, value: &Value, line: usize, intake: &mut Intake) {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(table) => table.is_empty(),
        _ => false,
    };
    if empty {
        return;
    }
    let read = match field {
        Field::Baseline | Field::Target | Field::Current | Field::AtLeast | Field::AtMost => {
            return quantity(fields, field, value, line, intake);
        }
        Field::Weight => amount(value).map(|amount| number(amount.value)),
        Field::Confidence | Field::Score => ratio(value),
        Field::AsOf | Field::Start | Field::Due => day(value),
        Field::Done => done(value),
        Field::Sensitive => flag(value).map(Value::from),
        Field::Owners | Field::Tags | Field::Evidence | Field::Guards | Field::DependsOn | Field::Aliases => {
            Ok(list(value))
        }
        Field::Status => return status(fields, value, line, intake),
        Field::Health => word::<Health>(value, &["on track", "at risk", "off track"]),
        Field::Commitment => word::<Commitment>(value, &["aspirational", "committed"]),
        Field::Role => word::<Role>(value, &["goal", "guardrail"]),
        Field::Title | Field::Unit | Field::Owner | Field::Parent | Field::Source | Field::Change => {
            Ok(line_of(&text(value)).into())
        }
        Field::Why | Field::Note | Field::Definition => Ok(clean(&text(value)).into()),
        _ => Ok(value.clone()),
    };
    match read {
        Ok(read) => drop(fields.insert(field, read)),
        Err(why) => intake.leave(line, format!("`{}`: {} {why}", field.name(), quoted(&text(value)))),
    }
}

/// Gives the text of a value.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Puts a text onto one line.
pub fn line_of(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Takes control characters out of a text of several lines.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// A number and what stood around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// The number.
    pub value: f64,
    /// `%`, `ms`, `€`; `None` where nothing stood there.
    pub unit: Option<String>,
}

/// Reads a number, with a unit before or behind it: `45%`, `420 ms`, `$1,200.50`, `1 200`. What may be read in two ways
/// is an error that says so.
pub fn amount(value: &Value) -> Result<Amount, String> {
    let text = match value {
        Value::Number(number) => {
            let value = number.as_f64().filter(|value| value.is_finite()).ok_or("is no finite number")?;
            return Ok(Amount { value, unit: None });
        }
        Value::String(text) => text.trim(),
        _ => return Err("is no number".into()),
    };
    let none = || "is no number".to_owned();
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'');
    let start = text.find(|c: char| c.is_ascii_digit()).ok_or_else(none)?;
    let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |at| start + at);
    let (before, digits, after) = (text[..start].trim(), text[start..end].trim_end(), text[end..].trim());
    let digits = digits.trim_end_matches([',', '.']);
    let (before, negative) = match before.strip_suffix(['-', '\u{2212}']).or(before.strip_prefix(['-', '\u{2212}'])) {
        Some(rest) => (rest.trim(), true),
        None => (before.strip_suffix('+').unwrap_or(before).trim(), false),
    };
    // A unit has no digit, and few letters: anything longer is a sentence, whose number may be any.
    let unit = format!("{before}{after}");
    if unit.chars().count() > 16 || unit.split_whitespace().count() > 2 || unit.contains(|c: char| c.is_ascii_digit()) {
        return Err("is more than a number and a unit".into());
    }
    let plain = plain(digits)?;
    let value: f64 = plain.parse().map_err(|_| none())?;
    let value = if negative { -value } else { value };
    Ok(Amount { value, unit: Some(unit).filter(|unit| !unit.is_empty()) })
}

/// Takes the marks out of a number that tell thousands from tenths.
fn plain(digits: &str) -> Result<String, String> {
    let bare: String = digits.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'')).collect();
    let (commas, points) = (bare.matches(',').count(), bare.matches('.').count());
    let groups = |mark: char| bare.split(mark).skip(1).all(|group| group.len() == 3);
    match (commas, points) {
        (0, 0 | 1) => Ok(bare),
        (0, _) if groups('.') => Ok(bare.replace('.', "")),
        (1, 0) if !groups(',') => Ok(bare.replace(',', ".")),
        (1, 0) => {
            Err(format!("may be {} or {}: write it without the comma", bare.replace(',', ""), bare.replace(',', ".")))
        }
        (_, 0) if groups(',') => Ok(bare.replace(',', "")),
        (_, 1) if bare.rfind(',') < bare.find('.') => Ok(bare.replace(',', "")),
        (1, _) if bare.rfind('.') < bare.find(',') => Ok(bare.replace('.', "").replace(',', ".")),
        _ => Err("is no number".into()),
    }
}

/// Puts a number into a field, and its unit where the key result has none yet. All numbers of one have one unit.
fn quantity(fields: &mut Fields, field: Field, value: &Value, line: usize, intake: &mut Intake) {
    let said = format!("`{}`: {}", field.name(), quoted(&text(value)));
    let read = match amount(value) {
        Ok(read) => read,
        Err(why) => return intake.leave(line, format!("{said} {why}")),
    };
    if let Some(unit) = read.unit {
        match fields.get(&Field::Unit).and_then(Value::as_str) {
            None => drop(fields.insert(Field::Unit, unit.into())),
            Some(known) if known == unit => {}
            Some(known) => return intake.leave(line, format!("{said} is not in {}", quoted(known))),
        }
    }
    fields.insert(field, number(read.value));
}

/// Reads a share of 1, or a percentage.
pub fn ratio(value: &Value) -> Result<Value, String> {
    let read = amount(value)?;
    let share = match read.unit.as_deref() {
        Some("%") => read.value / 100.0,
        None if (0.0..=1.0).contains(&read.value) => read.value,
        None if read.value > 10.0 && read.value <= 100.0 => read.value / 100.0,
        None => return Err("is neither a share from 0 to 1 nor a percentage".into()),
        Some(_) => return Err("is no share".into()),
    };
    if (0.0..=1.0).contains(&share) { Ok(number(share)) } else { Err("is not from 0 to 100 %".into()) }
}

/// Makes a metric of a percentage that is all that is known: from 0 to 100 %.
pub fn percentage(fields: &mut Fields, percent: f64) {
    let metric = [(Field::Baseline, 0.0), (Field::Target, 100.0), (Field::Current, crate::okr::rounded(percent))];
    fields.extend(metric.map(|(field, value)| (field, number(value))));
    fields.insert(Field::Unit, "%".into());
}

/// Reads a day; of a moment, its day.
pub fn day(value: &Value) -> Result<Value, String> {
    let text = text(value);
    let text = text.trim();
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    let read = date.parse::<Date>().ok().or_else(|| crate::syntax::day::meant(text)).or_else(|| spoken(text));
    read.map(|day| day.to_string().into()).ok_or_else(|| "does not read as one day: write it as YYYY-MM-DD".into())
}

/// Reads a day with its month in words: `20 Nov 2026`, `November 20, 2026`.
fn spoken(text: &str) -> Option<Date> {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    let &[one, two, year] = words.as_slice() else { return None };
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let month = |word: &str| {
        let word = word.trim_end_matches('.').to_lowercase();
        let at = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(&word))?;
        i8::try_from(at + 1).ok()
    };
    let (month, day) = month(one).map(|month| (month, two)).or_else(|| Some((month(two)?, one)))?;
    Date::new(year.parse().ok().filter(|_| year.len() == 4)?, month, day.parse().ok()?).ok()
}

/// Reads yes or no.
pub fn flag(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        value => match text(value).trim().to_lowercase().as_str() {
            "true" | "yes" | "y" | "x" | "1" | "done" | "complete" | "completed" | "achieved" | "✓" | "✔" => {
                Ok(true)
            }
            "false" | "no" | "n" | "0" | "open" | "not done" => Ok(false),
            _ => Err("is neither yes nor no".into()),
        },
    }
}

fn done(value: &Value) -> Result<Value, String> {
    flag(value).map(Value::from).or_else(|_| day(value))
}

/// Reads several: a list as it is, a text cut at semicolons and line ends.
pub fn list(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|one| Value::from(line_of(&text(one)))).collect(),
        value => text(value).split([';', '\n']).map(line_of).filter(|one| !one.is_empty()).map(Value::from).collect(),
    }
}

fn word<T: Words>(value: &Value, known: &[&str]) -> Result<Value, String> {
    let word = slug(&text(value));
    match T::from_word(&word) {
        Some(_) => Ok(word.into()),
        None => Err(format!("is none of {}", known.join(", "))),
    }
}

/// Reads the words that tools have for a state: some tell how it goes, some that it is over, most nothing.
fn status(fields: &mut Fields, value: &Value, line: usize, intake: &mut Intake) {
    let (field, word) = match slug(&text(value)).as_str() {
        "on-track" | "green" | "good" => (Field::Health, "on-track"),
        "at-risk" | "amber" | "yellow" | "progressing" | "needs-attention" => (Field::Health, "at-risk"),
        "off-track" | "red" | "behind" | "blocked" => (Field::Health, "off-track"),
        "deferred" | "postponed" | "paused" | "on-hold" => (Field::Status, "deferred"),
        "dropped" | "cancelled" | "canceled" | "abandoned" | "archived" => (Field::Status, "dropped"),
        // What is not given up is pursued, which is what a file says by saying nothing.
        "active" | "open" | "ongoing" | "in-progress" | "not-started" | "planned" | "pending" | "draft" | "new" => {
            return;
        }
        _ => {
            let said = quoted(&text(value));
            return intake.leave(line, format!("`status`: {said} has no word in objective files"));
        }
    };
    fields.insert(field, word.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(f64, Option<String>), String> {
        amount(&text.into()).map(|read| (read.value, read.unit))
    }

    #[test]
    fn numbers_as_people_write_them() {
        let of = |value: f64, unit: &str| Ok((value, Some(unit.to_owned()).filter(|unit| !unit.is_empty())));
        for (text, wanted) in [
            ("41", of(41.0, "")),
            ("-41.5", of(-41.5, "")),
            ("45%", of(45.0, "%")),
            ("420 ms", of(420.0, "ms")),
            ("$1,200.50", of(1200.5, "$")),
            ("1.200,50 €", of(1200.5, "€")),
            ("1,234,567", of(1_234_567.0, "")),
            ("1 200 000", of(1_200_000.0, "")),
            ("12,5", of(12.5, "")),
            ("$4.5M", of(4.5, "$M")),
            ("-$3", of(-3.0, "$")),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
        for (text, why) in [
            ("1,200", "may be 1200 or 1.200"),
            ("soon", "is no number"),
            ("from 3 to 5", "more than a number"),
            ("1.2,3.4", "is no number"),
            ("", "is no number"),
        ] {
            assert!(read(text).expect_err(text).contains(why), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn units_are_the_same_for_all_numbers() {
        let (mut fields, mut intake) = (Fields::new(), Intake::default());
        put(&mut fields, Field::Target, &"95 %".into(), 3, &mut intake);
        put(&mut fields, Field::Current, &"900 ms".into(), 4, &mut intake);
        assert_eq!(fields, Fields::from([(Field::Target, 95.into()), (Field::Unit, "%".into())]));
        assert_eq!(intake.left.len(), 1);
        assert_eq!((intake.left[0].line, intake.left[0].message.as_str()), (4, "`current`: `900 ms` is not in `%`"));
    }

    #[test]
    fn shares_days_and_states() {
        let one = |field: Field, value: Value| {
            let (mut fields, mut intake) = (Fields::new(), Intake::default());
            put(&mut fields, field, &value, 1, &mut intake);
            (fields.into_iter().next(), intake.left.len())
        };
        for (field, value, wanted) in [
            (Field::Confidence, Value::from("70%"), Some((Field::Confidence, Value::from(0.7)))),
            (Field::Confidence, 70.into(), Some((Field::Confidence, 0.7.into()))),
            (Field::Score, 1.into(), Some((Field::Score, 1.into()))),
            (Field::Due, "2026-11-20T10:00:00Z".into(), Some((Field::Due, "2026-11-20".into()))),
            (Field::Due, "Nov 20, 2026".into(), Some((Field::Due, "2026-11-20".into()))),
            (Field::Due, "20.11.2026".into(), Some((Field::Due, "2026-11-20".into()))),
            (Field::Status, "On Track".into(), Some((Field::Health, "on-track".into()))),
            (Field::Status, "cancelled".into(), Some((Field::Status, "dropped".into()))),
            (Field::Done, "yes".into(), Some((Field::Done, true.into()))),
            (Field::Tags, "a; b".into(), Some((Field::Tags, vec!["a", "b"].into()))),
            (Field::Title, " a\nb ".into(), Some((Field::Title, "a b".into()))),
            (Field::Note, Value::Null, None),
            (Field::Status, "in progress".into(), None),
        ] {
            assert_eq!(one(field, value.clone()), (wanted, 0), "{value}");
        }
        for (field, value) in
            [(Field::Confidence, Value::from(7)), (Field::Due, "05.11.2026".into()), (Field::Status, "meh".into())]
        {
            assert_eq!(one(field, value.clone()), (None, 1), "{value}");
        }
    }
}
