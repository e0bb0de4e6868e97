//! Owns check-ins that come as a list: CSV out of a file or a pipe. Never knows the goals.

use super::typed::{Typed, unread};
use crate::cli::arguments::{Global, day};
use crate::cli::{Failure, Session, Usage};
use crate::okr::Said;
use csv::{ReaderBuilder, StringRecord, Trim};
use std::path::Path;

/// The columns, in the order that they have where no row names them.
const COLUMNS: [&str; 5] = ["name", "value", "as_of", "confidence", "note"];

/// Reads a list from a file, or from what is piped in.
pub fn read(from: &str, global: &Global, session: &mut Session<'_>) -> Result<Vec<Typed>, Failure> {
    let (shown, bytes) = if from == "-" {
        let mut bytes = Vec::new();
        ("what is piped in".to_owned(), session.input.read_to_end(&mut bytes).map(|_| bytes))
    } else {
        (from.to_owned(), std::fs::read(session.place(global, Path::new(from))))
    };
    let bytes = bytes.map_err(|error| {
        Usage::new(format!("could not read {shown}: {error}"), "name a CSV file, or - for what is piped in")
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Usage::new(format!("{shown} is not UTF-8"), "save it as UTF-8, then run the same again"))?;
    rows(&shown, text.trim_start_matches('\u{feff}'))
}

fn rows(shown: &str, text: &str) -> Result<Vec<Typed>, Failure> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|&mark| (first.bytes().filter(|b| *b == mark).count(), mark == b','));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut columns: Vec<&str> = COLUMNS.to_vec();
    let mut rows = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(|error| {
            Usage::new(format!("{shown} is not CSV: {error}"), "write a row for each key result: name,value,as_of")
        })?;
        let line = record.position().map_or(0, |place| place.line());
        let place = format!("{shown}:{line}");
        if at == 0 && record.iter().any(|cell| cell.eq_ignore_ascii_case("name")) {
            columns = header(&record, &place)?;
        } else if record.iter().any(|cell| !cell.is_empty()) {
            rows.push(row(&record, &columns, place)?);
        }
    }
    if rows.is_empty() {
        return Err(Usage::new(format!("{shown} holds no check-in"), "write a row for each: name,value,as_of").into());
    }
    Ok(rows)
}

fn header(record: &StringRecord, place: &str) -> Result<Vec<&'static str>, Failure> {
    let mut columns = Vec::new();
    for cell in record {
        let known = COLUMNS.into_iter().find(|known| cell.eq_ignore_ascii_case(known));
        let Some(known) = known.filter(|known| !columns.contains(known)) else {
            let message = format!("{place}: the column `{cell}` is not one of {}, each once", COLUMNS.join(", "));
            return Err(Usage::new(message, "rename it, or leave it out").into());
        };
        columns.push(known);
    }
    Ok(columns)
}

fn row(record: &StringRecord, columns: &[&str], place: String) -> Result<Typed, Failure> {
    let cell = |name: &str| {
        let at = columns.iter().position(|column| *column == name)?;
        record.get(at).filter(|cell| !cell.is_empty())
    };
    let wrong = |message: String, help: &str| Failure::from(Usage::new(format!("{place}: {message}"), help));
    if let Some(more) = record.iter().skip(columns.len()).find(|cell| !cell.is_empty()) {
        let message = format!("`{more}` stands in a column without a name");
        return Err(wrong(message, "put texts with a comma in double quotes"));
    }
    let Some(name) = cell("name") else {
        return Err(wrong("there is no name".into(), "write the name of a key result first"));
    };
    let said = match cell("value") {
        Some(value) => Some(Said::parse(value).ok_or_else(|| unread(value, &format!("{place}: ")))?),
        None => None,
    };
    let as_of = match cell("as_of") {
        Some(text) => Some(day(text).map_err(|why| wrong(format!("`{text}` is {why}"), "mend the row"))?),
        None => None,
    };
    let confidence = match cell("confidence") {
        Some(text) => {
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            Some(number.ok_or_else(|| wrong(format!("`{text}` is no confidence"), "write a number from 0 to 1"))?)
        }
        None => None,
    };
    let note = cell("note").map(str::to_owned);
    Ok(Typed { said, as_of, confidence, note, place: Some(place.clone()), ..Typed::named(name) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn lists_are_read_with_and_without_a_first_row_of_names() {
        let is = |number| Some(Said::Is(number, None));
        for text in
            ["a,1,2026-11-20\nb.one , true\n# remark\nc,\n", "as_of;name;value\n2026-11-20;a;1\n;b.one;true\n\n;c;\n"]
        {
            let rows = rows("values.csv", text).expect("it reads");
            let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
            assert_eq!(names, ["a", "b", "c"], "{text}");
            assert_eq!((&rows[0].said, rows[0].as_of), (&is(1.0), Some(date(2026, 11, 20))));
            assert_eq!((rows[1].milestone.as_deref(), rows[1].as_of, &rows[2].said), (Some("one"), None, &None));
        }
        let noted = rows("-", "name,note,confidence\na,\"so, far\",0.5\n").expect("it reads");
        assert_eq!((noted[0].note.as_deref(), noted[0].confidence), (Some("so, far"), Some(0.5)));
    }

    #[test]
    fn what_does_not_read_is_named_by_its_line() {
        for (text, said) in [
            ("", "v.csv holds no check-in"),
            ("name,value\n", "v.csv holds no check-in"),
            ("name,worth\na,1\n", "v.csv:1: the column `worth`"),
            ("name,name\na,1\n", "v.csv:1: the column `name`"),
            ("a,1\nb,fast\n", "v.csv:2: `fast` does not read"),
            ("a,1,20.11.2026\n", "v.csv:1: `20.11.2026` is no day"),
            (",1\n", "v.csv:1: there is no name"),
            ("name,value\na,1,5\n", "v.csv:2: `5` stands in a column without a name"),
            ("name,confidence\na,high\n", "v.csv:2: `high` is no confidence"),
        ] {
            let error = rows("v.csv", text).expect_err(text).to_string();
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
