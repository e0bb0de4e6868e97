//! Owns tables of dated values: who measured what on which day, and which of them go into one commit.
//! Never writes a file or a commit.

use super::Error;
use super::columns::{self, Column};
use super::csv::Sheet;
use super::given::{self, line_of};
use super::intake::{Intake, quoted};
use crate::okr::{Field, Fields};
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

/// Who recorded something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Author {
    /// Name.
    pub name: String,
    /// Address; may be empty.
    pub email: String,
}

impl Author {
    /// Reads `Name <address>`, a bare address or a bare name. What would break out of a commit's header is taken out.
    pub fn parse(text: &str) -> Self {
        let plain = |text: &str| -> String {
            let kept = text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>'));
            kept.collect::<String>().trim().trim_matches(['.', ',', ';', '"', '\'']).to_owned()
        };
        let (name, email) = match text.split_once('<') {
            Some((name, email)) => (plain(name), plain(email.split('>').next().unwrap_or_default())),
            None if text.contains('@') && !text.trim().starts_with('@') && !text.trim().contains(' ') => {
                (plain(text.split('@').next().unwrap_or_default()), plain(text))
            }
            None => (plain(text), String::new()),
        };
        let name = if name.is_empty() { email.split('@').next().unwrap_or_default().to_owned() } else { name };
        Author { name, email: email.split_whitespace().collect() }
    }
}

/// One value of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// Where it stands in the input, from 1.
    pub line: usize,
    /// The key result, as the input names it.
    pub name: String,
    /// Day of measuring.
    pub measured: Date,
    /// Seconds since 1970 at which it was recorded: noon UTC of that day where the input does not say.
    pub recorded: i64,
    /// As written; `None` where nothing was measured.
    pub value: Option<Value>,
    /// The owner's belief, 0–1.
    pub confidence: Option<Value>,
    /// What the owner said.
    pub note: Option<String>,
    /// Who recorded it, where the input says so.
    pub author: Option<Author>,
}

/// What goes into one commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Seconds since 1970.
    pub recorded: i64,
    /// Who recorded it, where the input says so.
    pub author: Option<Author>,
    /// The values, in the order of the input.
    pub values: Vec<Dated>,
}

/// Reads a table of dated values and puts what one person recorded at one moment together, the earliest first. Rows that
/// do not read are left.
///
/// # Errors
/// As [`Sheet::read`]; [`Error::Unknown`] where names, days or values have no column.
pub fn dated(text: &str, map: &[(Column, String)]) -> Result<(Vec<Step>, Intake), Error> {
    let sheet = Sheet::read(text)?;
    let mut intake = Intake::of("dated values");
    let known = |name: &str| {
        if ["title", "unit", "progress", "commit"].contains(&name) { None } else { columns::of_values(name) }
    };
    let columns = sheet.understood(map, known, &mut intake);
    // What our own table of check-ins says beside that is computed, and is no loss.
    intake
        .left
        .retain(|left| !["`title`", "`unit`", "`progress`", "`commit`"].iter().any(|name| left.message.contains(name)));
    let at = |column: Column| columns.iter().position(|known| *known == Some(column));
    let missing: Vec<&str> = [("name", Column::Name), ("date", Column::Measured), ("value", Column::Value)]
        .into_iter()
        .filter(|(_, column)| at(*column).is_none())
        .map(|(name, _)| name)
        .collect();
    if !missing.is_empty() {
        let help = format!(
            "dated values need the columns name, date and value; missing: {}. Say which they are with `--map {}=COLUMN`; the columns here: {}",
            missing.join(", "),
            missing[0],
            sheet.columns.join(", ")
        );
        return Err(Error::Unknown { help });
    }
    let mut all = Vec::new();
    for (line, row) in &sheet.rows {
        let cell = |column: Column| {
            let text = super::csv::unguarded(row.get(at(column)?)?.trim());
            (!text.is_empty()).then(|| text.to_owned())
        };
        let (Some(name), Some(day)) = (cell(Column::Name), cell(Column::Measured)) else {
            intake.leave(*line, "this row names no key result, or no day");
            continue;
        };
        let read = given::day(&day.as_str().into()).ok().and_then(|day| day.as_str()?.parse::<Date>().ok());
        let Some(measured) = read else {
            intake.leave(*line, format!("{} does not read as one day: write it as YYYY-MM-DD", quoted(&day)));
            continue;
        };
        let recorded = match cell(Column::Recorded) {
            None => None,
            Some(moment) => {
                let read = moment.parse::<Timestamp>().ok().map(Timestamp::as_second);
                let day = || moment.parse::<Date>().ok().and_then(noon);
                let read = read.or_else(day);
                if read.is_none() {
                    intake.leave(
                        *line,
                        format!("`recorded`: {} is no moment; the day of measuring counts", quoted(&moment)),
                    );
                }
                read
            }
        };
        let mut other = Fields::new();
        if let Some(confidence) = cell(Column::Of(Field::Confidence)) {
            given::put(&mut other, Field::Confidence, &confidence.into(), *line, &mut intake);
        }
        let author = cell(Column::Author).map(|author| Author::parse(&author));
        let email = cell(Column::Email);
        let author = match (author, email) {
            (Some(author), Some(email)) => Some(Author { email: Author::parse(&format!("<{email}>")).email, ..author }),
            (author, email) => author.or_else(|| email.map(|email| Author::parse(&email))),
        };
        let Some(recorded) = recorded.or_else(|| noon(measured)) else {
            intake.leave(*line, format!("{} lies beyond what a commit can be dated", quoted(&day)));
            continue;
        };
        all.push(Dated {
            line: *line,
            name: line_of(&name),
            measured,
            recorded,
            value: cell(Column::Value).map(Value::from),
            confidence: other.remove(&Field::Confidence),
            note: cell(Column::Of(Field::Note)),
            author,
        });
    }
    all.sort_by(|a, b| (a.recorded, a.measured, &a.author).cmp(&(b.recorded, b.measured, &b.author)));
    let mut steps: Vec<Step> = Vec::new();
    for one in all {
        // Two values of one key result are two check-ins, whoever recorded them and when.
        match steps.last_mut() {
            Some(step)
                if (step.recorded, &step.author) == (one.recorded, &one.author)
                    && !step.values.iter().any(|other| other.name == one.name) =>
            {
                step.values.push(one);
            }
            _ => steps.push(Step { recorded: one.recorded, author: one.author.clone(), values: vec![one] }),
        }
    }
    Ok((steps, intake))
}

/// Gives noon of a day in UTC, as seconds since 1970; `None` before that.
fn noon(day: Date) -> Option<i64> {
    let at = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    (at > 0).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_as_people_write_them() {
        for (text, name, email) in [
            ("Ana Silva <ana@acme.example>", "Ana Silva", "ana@acme.example"),
            ("ana@acme.example", "ana", "ana@acme.example"),
            ("Ana", "Ana", ""),
            ("@ana", "@ana", ""),
            ("<ana@acme.example>", "ana", "ana@acme.example"),
            ("A\nparent 0 <x y@z>> <q>", "Aparent 0", "xy@z"),
        ] {
            assert_eq!(Author::parse(text), Author { name: name.into(), email: email.into() }, "{text}");
        }
    }

    #[test]
    fn what_was_recorded_together_is_one_step() {
        let text = "Name,Date,Value,Author,Confidence\nb,2026-10-12,5,Ana <a@x.example>,\na,2026-10-05,1,Ana <a@x.example>,70%\n\
                    b,2026-10-05,2,Ana <a@x.example>,\na,2026-10-05,3,Bob <b@x.example>,\na,soon,3,,\n,2026-10-05,3,,\n";
        let (steps, intake) = dated(text, &[]).expect("it reads");
        let shown: Vec<(i64, Vec<&str>)> = steps
            .iter()
            .map(|step| (step.recorded, step.values.iter().map(|one| one.name.as_str()).collect()))
            .collect();
        assert_eq!(shown, [(1_791_201_600, vec!["a", "b"]), (1_791_201_600, vec!["a"]), (1_791_806_400, vec!["b"])]);
        assert_eq!(steps[0].values[0].confidence, Some(0.7.into()));
        assert_eq!(intake.left.iter().map(|left| left.line).collect::<Vec<_>>(), [6, 7]);
        assert!(matches!(dated("a,b\n1,2\n", &[]), Err(Error::Unknown { .. })));
    }
}
