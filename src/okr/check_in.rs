//! Owns what a check-in means for one key result: which of its fields take which value, and why one cannot be taken.
//! Never reads or writes a file; what is wrong is said without any value, which may be a secret.

use super::{Cycle, Done, KeyResult, Measure, Milestone, Name, Objective, Status, rounded, slug};
use jiff::civil::Date;

/// What somebody says of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// It is this, in a unit where one was named.
    Is(f64, Option<String>),
    /// It moved by this since it was last written down.
    By(f64, Option<String>),
    /// It is reached, or not, or was on a day.
    Reached(Done),
    /// It is reached, as of the day of the check-in.
    Done,
}

/// One check-in, as somebody made it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckIn {
    /// The key result.
    pub name: Name,
    /// The milestone that is meant: the slug of its title, or its number from 1.
    pub milestone: Option<String>,
    /// The value; `None` where it stays as it is.
    pub said: Option<Said>,
    /// The owner's belief, 0–1; `None` where it stays as it is.
    pub confidence: Option<f64>,
    /// What there is to say; empty to take the last note out, `None` where it stays as it is.
    pub note: Option<String>,
    /// The day of measuring.
    pub as_of: Date,
}

/// A plain value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// A number.
    Number(f64),
    /// A text, of several lines perhaps.
    Text(String),
    /// A day.
    Day(Date),
    /// `true` or `false`.
    Flag(bool),
}

/// A field of a key result with its new value; `None` takes the field out. The field is named as in places:
/// `milestone.0.done`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The field.
    pub field: String,
    /// What it says from now on.
    pub value: Option<Datum>,
}

/// Why a check-in cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Refused {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Refused { message: message.into(), help: help.into() }
    }
}

impl Said {
    /// Reads a value as it is typed: `350`, `75%`, `350 ms`, `true`, `false`, `2026-11-20`, `done`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "true" => Some(Said::Reached(Done::Yes)),
            "false" => Some(Said::Reached(Done::No)),
            "done" => Some(Said::Done),
            text if is_day(text) => text.parse().ok().map(Done::On).map(Said::Reached),
            text => amount(text).map(|(number, unit)| Said::Is(number, unit)),
        }
    }

    /// Reads how far a value moved: `3`, `2 ms`; `sign` is 1 or -1.
    pub fn parse_by(text: &str, sign: f64) -> Option<Self> {
        amount(text.trim()).map(|(number, unit)| Said::By(number * sign, unit))
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() })
}

/// Reads a number with what is written behind it.
fn amount(text: &str) -> Option<(f64, Option<String>)> {
    let is_part = |(at, c): &(usize, char)| {
        let before = text[..*at].chars().next_back();
        c.is_ascii_digit()
            || matches!(c, '.' | '_')
            || (matches!(c, '+' | '-') && before.is_none_or(|before| matches!(before, 'e' | 'E')))
            || (matches!(c, 'e' | 'E')
                && text[at + 1..].starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')))
    };
    let end = text.char_indices().find(|one| !is_part(one)).map_or(text.len(), |(at, _)| at);
    let (digits, unit) = (text[..end].replace('_', ""), text[end..].trim());
    // A second group of digits is no unit: `3,5` and `1 000` say nothing for sure.
    if unit.starts_with([',', '.', '\'']) || unit.starts_with(|c: char| c.is_numeric()) {
        return None;
    }
    let number: f64 = digits.parse().ok().filter(|number: &f64| number.is_finite())?;
    Some((number, (!unit.is_empty()).then(|| unit.to_owned())))
}

/// Gives the fields that a check-in sets, in the order of the file; `as_of` is always among them.
///
/// # Errors
/// Where the value is not of the kind or the unit of the key result, or a day is yet to come.
pub fn settings(check_in: &CheckIn, key_result: &KeyResult, today: Date) -> Result<Vec<Setting>, Refused> {
    if check_in.as_of > today {
        let message = format!("{} is yet to come: nothing can have been measured on it", check_in.as_of);
        return Err(Refused::new(message, format!("give the day of measuring, {today} at the latest, with --as-of")));
    }
    let mut settings = Vec::new();
    let mut set = |field: &str, value| settings.push(Setting { field: field.to_owned(), value });
    if let Some((field, value)) = value(check_in, key_result, today)? {
        set(&field, Some(value));
    }
    if let Some(confidence) = check_in.confidence {
        if !(0.0..=1.0).contains(&confidence) {
            let percent = confidence / 100.0;
            let meant = if (0.0..=1.0).contains(&percent) { format!("{percent}") } else { "0.7".to_owned() };
            let message = "confidence is a belief from 0 to 1, and this is outside of it";
            return Err(Refused::new(message, format!("write it as a share of 1, for instance {meant}")));
        }
        set("confidence", Some(Datum::Number(confidence)));
    }
    set("as_of", Some(Datum::Day(check_in.as_of)));
    if let Some(note) = &check_in.note {
        let note = note.replace("\r\n", "\n");
        if let Some(c) = note.chars().find(|&c| c.is_control() && !matches!(c, '\n' | '\t')) {
            let message = format!("the note holds the control character U+{:04X}", u32::from(c));
            return Err(Refused::new(message, "take the character out"));
        }
        set("note", (!note.trim().is_empty()).then(|| Datum::Text(note.trim().to_owned())));
    }
    Ok(settings)
}

/// Gives the field that holds the value, with the value.
fn value(check_in: &CheckIn, key_result: &KeyResult, today: Date) -> Result<Option<(String, Datum)>, Refused> {
    let Some(measure) = &key_result.measure else {
        let message = "says in no field how it is measured, so it takes no value";
        return Err(Refused::new(
            message,
            "give it a target, bounds, milestones or `done` first; `git okr check` says more",
        ));
    };
    if let (Some(milestone), false) = (&check_in.milestone, matches!(measure, Measure::Milestones(_))) {
        let message = format!("has no milestones, so it has no `{milestone}`");
        return Err(Refused::new(message, "leave out what stands behind the dot"));
    }
    let reached = |done: Done| match done {
        Done::On(day) if day > today => {
            let message = format!("{day} is yet to come: nothing can have been reached on it");
            Err(Refused::new(message, format!("give the day on which it was reached, {today} at the latest")))
        }
        Done::On(day) => Ok(Datum::Day(day)),
        done => Ok(Datum::Flag(done == Done::Yes)),
    };
    match (measure, &check_in.said) {
        (Measure::Milestones(all), said) => {
            let Some(typed) = &check_in.milestone else {
                let Some(said) = said else { return Ok(None) };
                let what = if matches!(said, Said::Is(..) | Said::By(..)) {
                    "takes no number: it"
                } else {
                    "is more than one thing: it"
                };
                return Err(Refused::new(format!("{what} has milestones"), which(check_in, key_result, all)));
            };
            let at = milestone(typed, all).ok_or_else(|| {
                let known = all.iter().any(|one| slug(&one.title) == *typed);
                let message = if known {
                    format!("has several milestones `{typed}`")
                } else {
                    format!("has no milestone `{typed}`")
                };
                Refused::new(message, which(check_in, key_result, all))
            })?;
            let done = match said {
                None => return Ok(None),
                Some(Said::Done) => Datum::Day(check_in.as_of),
                Some(Said::Reached(done)) => reached(*done)?,
                Some(Said::Is(..) | Said::By(..)) => {
                    let help = format!("write `{}.{typed}=true`, `false`, or the day", short(&check_in.name));
                    return Err(Refused::new("takes no number: a milestone is reached or not", help));
                }
            };
            Ok(Some((format!("milestone.{at}.done"), done)))
        }
        (_, None) => Ok(None),
        (Measure::Binary(_), Some(Said::Done)) => Ok(Some(("done".into(), Datum::Day(check_in.as_of)))),
        (Measure::Binary(_), Some(Said::Reached(done))) => Ok(Some(("done".into(), reached(*done)?))),
        (Measure::Binary(_), Some(_)) => {
            let help = format!("write `{0}=true`, `{0}=false`, or the day, as in `{0}={today}`", short(&check_in.name));
            Err(Refused::new("takes no number: it is reached or not", help))
        }
        (_, Some(Said::Done | Said::Reached(_))) => {
            let help = format!("write the number, as in `{}=41`", short(&check_in.name));
            Err(Refused::new("is measured by a number: it is not simply done", help))
        }
        (_, Some(Said::Is(number, unit))) => {
            same_unit(unit.as_deref(), key_result)?;
            Ok(Some(("current".into(), Datum::Number(*number))))
        }
        (_, Some(Said::By(step, unit))) => {
            same_unit(unit.as_deref(), key_result)?;
            let Some(current) = key_result.current else {
                let help = format!("write the whole value first, as in `{}=41`", short(&check_in.name));
                return Err(Refused::new("has no value yet that could move", help));
            };
            Ok(Some(("current".into(), Datum::Number(rounded(current + step)))))
        }
    }
}

fn same_unit(written: Option<&str>, key_result: &KeyResult) -> Result<(), Refused> {
    let own = key_result.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty());
    match (written, own) {
        (None, _) => Ok(()),
        (Some(written), Some(own)) if written != own && key_result.sensitive => {
            let message = format!("is measured in another unit than {written}");
            Err(Refused::new(message, "write the number in the unit of its file, with or without the unit"))
        }
        (Some(written), Some(own)) if written == own => Ok(()),
        (Some(written), Some(own)) => {
            let help = format!("write the number in {own}, with or without the unit");
            Err(Refused::new(format!("is measured in {own}, not in {written}"), help))
        }
        (Some(written), None) => {
            let message = format!("has no unit, so nobody knows what `{written}` makes of the number");
            Err(Refused::new(message, "write the number alone, or give the key result a `unit` first"))
        }
    }
}

/// Gives the name that a milestone is typed by: the slug of its title where that is its own, else its number from 1.
pub fn milestones_of(all: &[Milestone]) -> Vec<String> {
    let slugs: Vec<String> = all.iter().map(|one| slug(&one.title)).collect();
    let own = |slug: &String| !slug.is_empty() && slugs.iter().filter(|other| *other == slug).count() == 1;
    slugs.iter().enumerate().map(|(at, slug)| if own(slug) { slug.clone() } else { (at + 1).to_string() }).collect()
}

fn milestone(typed: &str, all: &[Milestone]) -> Option<usize> {
    let names = milestones_of(all);
    let number =
        || typed.parse::<usize>().ok().filter(|number| (1..=all.len()).contains(number)).map(|number| number - 1);
    names.iter().position(|name| name == typed || *name == slug(typed)).or_else(number)
}

/// Says which milestones there are. Titles of a sensitive key result stay hidden: their digits are values.
fn which(check_in: &CheckIn, key_result: &KeyResult, all: &[Milestone]) -> String {
    let name = short(&check_in.name);
    if key_result.sensitive {
        return format!("write `{name}.1=true` for the first of them, which are {}", all.len());
    }
    let names: Vec<String> = milestones_of(all).iter().map(|one| format!("`{name}.{one}`")).collect();
    format!("name one of {}, and say true, false or the day", names.join(", "))
}

fn short(name: &Name) -> &str {
    name.key_result.as_deref().unwrap_or(&name.objective)
}

/// Says what somebody should know who checks in on this key result: that it is no longer pursued, graded or over, or that the
/// check-in is older than the last one.
pub fn cautions(check_in: &CheckIn, key_result: &KeyResult, objective: &Objective, cycle: &Cycle) -> Vec<String> {
    let mut all = Vec::new();
    let word = |status| match status {
        Status::Dropped => Some("dropped"),
        Status::Deferred => Some("deferred"),
        Status::Active => None,
    };
    if let Some(word) = word(key_result.status) {
        all.push(format!("it is {word}, so it counts for nothing until its `status` is active again"));
    } else if let Some(word) = word(objective.status) {
        all.push(format!("its objective is {word}, so it counts for nothing until that is active again"));
    }
    let (start, due) = key_result.span(objective, cycle);
    if key_result.score.is_some() {
        all.push("it has its score already, which stays as it is".to_owned());
    } else if check_in.as_of > due {
        all.push(format!("it was due on {due}: this was measured after its end"));
    } else if check_in.as_of < start {
        all.push(format!("it starts on {start}: this was measured before"));
    }
    if let Some(last) = key_result.as_of.filter(|last| *last > check_in.as_of) {
        all.push(format!("its last check-in was measured on {last}, and this older one takes its place"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::example;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 22);

    fn check_in(typed: &str) -> CheckIn {
        let (name, said) = typed.split_once('=').map_or((typed, None), |(name, said)| (name, Some(said)));
        let (name, milestone) = name.split_once('.').map_or((name, None), |(name, one)| (name, Some(one.to_owned())));
        let said = said.map(|said| Said::parse(said).expect("a value"));
        let name = Name::objective("2026-Q4", "o").key_result(name);
        CheckIn { name, milestone, said, confidence: None, note: None, as_of: TODAY }
    }

    fn with(measure: Option<Measure>, unit: Option<&str>) -> KeyResult {
        KeyResult { measure, unit: unit.map(str::to_owned), current: Some(0.1), ..example::metric(None, 0.0, None) }
    }

    fn metric(unit: Option<&str>) -> KeyResult {
        with(Some(Measure::Metric { baseline: Some(420.0), goal: crate::okr::Goal::Target(294.0) }), unit)
    }

    fn milestones() -> KeyResult {
        let titles = ["Germany", "France", "Île de Ré", "France"];
        let one = |title: &&str| Milestone { title: (*title).into(), done: Done::No, weight: 1.0, due: None };
        with(Some(Measure::Milestones(titles.iter().map(one).collect())), None)
    }

    #[test]
    fn values_are_read_as_they_are_typed() {
        let is = |number, unit: &str| Some(Said::Is(number, (!unit.is_empty()).then(|| unit.to_owned())));
        for (typed, said) in [
            ("350", is(350.0, "")),
            (" -2.5 ", is(-2.5, "")),
            ("1_000", is(1000.0, "")),
            ("1e3", is(1000.0, "")),
            ("75%", is(75.0, "%")),
            ("75 %", is(75.0, "%")),
            ("350ms", is(350.0, "ms")),
            ("3 errors a day", is(3.0, "errors a day")),
            ("true", Some(Said::Reached(Done::Yes))),
            ("false", Some(Said::Reached(Done::No))),
            ("2026-11-20", Some(Said::Reached(Done::On(date(2026, 11, 20))))),
            ("done", Some(Said::Done)),
            ("2026-02-31", None),
            ("3,5", None),
            ("1 000", None),
            ("1.000.000", None),
            ("nan", None),
            ("inf", None),
            ("1e999", None),
            ("", None),
            ("fast", None),
            ("--5", None),
        ] {
            assert_eq!(Said::parse(typed), said, "{typed}");
        }
        assert_eq!(Said::parse_by("3 ms", -1.0), Some(Said::By(-3.0, Some("ms".into()))));
        assert_eq!(Said::parse_by("true", 1.0), None);
    }

    #[test]
    fn each_kind_takes_its_own_values() {
        let binary = with(Some(Measure::Binary(Done::No)), None);
        let day = Datum::Day(date(2026, 11, 20));
        for (key_result, typed, field, value) in [
            (metric(Some("ms")), "k=350", "current", Datum::Number(350.0)),
            (metric(Some("ms")), "k=350 ms", "current", Datum::Number(350.0)),
            (metric(Some("%")), "k=75%", "current", Datum::Number(75.0)),
            (binary.clone(), "k=true", "done", Datum::Flag(true)),
            (binary.clone(), "k=2026-11-20", "done", day.clone()),
            (binary.clone(), "k=done", "done", Datum::Day(TODAY)),
            (milestones(), "k.Germany=2026-11-20", "milestone.0.done", day.clone()),
            (milestones(), "k.le-de-r=true", "milestone.2.done", Datum::Flag(true)),
            (milestones(), "k.4=false", "milestone.3.done", Datum::Flag(false)),
        ] {
            let settings = settings(&check_in(typed), &key_result, TODAY).expect("it is taken");
            assert_eq!(settings[0], Setting { field: field.into(), value: Some(value) }, "{typed}");
            assert_eq!(settings[1], Setting { field: "as_of".into(), value: Some(Datum::Day(TODAY)) });
        }
        let by = CheckIn { said: Some(Said::By(0.2, None)), ..check_in("k") };
        let moved = settings(&by, &metric(None), TODAY).expect("it is taken");
        assert_eq!(moved[0].value, Some(Datum::Number(0.3)), "without the noise of floating point");
        let nothing = settings(&check_in("k"), &metric(None), TODAY).expect("it is taken");
        assert_eq!(nothing.len(), 1, "looked at, no change");
        let words = CheckIn { confidence: Some(0.7), note: Some(" a\r\nb ".into()), ..check_in("k") };
        let fields: Vec<_> = settings(&words, &metric(None), TODAY).expect("it is taken").into_iter().skip(2).collect();
        assert_eq!(fields, [Setting { field: "note".into(), value: Some(Datum::Text("a\nb".into())) }]);
    }

    #[test]
    fn what_cannot_be_taken_is_said_plainly() {
        let binary = || with(Some(Measure::Binary(Done::No)), None);
        for (key_result, typed, said) in [
            (metric(Some("ms")), "k=75%", "is measured in ms, not in %"),
            (metric(None), "k=75%", "has no unit"),
            (metric(None), "k=true", "is measured by a number"),
            (metric(None), "k=done", "is measured by a number"),
            (metric(None), "k.germany=1", "has no milestones"),
            (binary(), "k=1", "takes no number: it is reached or not"),
            (binary(), "k=2026-12-01", "2026-12-01 is yet to come"),
            (milestones(), "k=3", "takes no number: it has milestones"),
            (milestones(), "k=done", "is more than one thing"),
            (milestones(), "k.germany=3", "takes no number: a milestone"),
            (milestones(), "k.france=true", "has several milestones `france`"),
            (milestones(), "k.5=true", "has no milestone `5`"),
            (with(None, None), "k=1", "says in no field how it is measured"),
        ] {
            let refused = settings(&check_in(typed), &key_result, TODAY).expect_err(typed);
            assert!(refused.message.starts_with(said), "{typed}: {}", refused.message);
        }
        let late = CheckIn { as_of: date(2026, 11, 23), ..check_in("k=1") };
        assert!(settings(&late, &metric(None), TODAY).expect_err("the future").message.contains("yet to come"));
        let sure = CheckIn { confidence: Some(70.0), ..check_in("k") };
        assert!(settings(&sure, &metric(None), TODAY).expect_err("too sure").help.ends_with("0.7"));
        let by = CheckIn { said: Some(Said::By(1.0, None)), ..check_in("k") };
        let empty = KeyResult { current: None, ..metric(None) };
        assert!(settings(&by, &empty, TODAY).expect_err("nothing to move").message.starts_with("has no value yet"));
        let secret = KeyResult { sensitive: true, ..milestones() };
        assert!(!settings(&check_in("k=1"), &secret, TODAY).expect_err("which").help.contains("germany"));
    }
}
