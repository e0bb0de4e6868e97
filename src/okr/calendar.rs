//! Owns the calendar: which days a cycle id stands for, and when its definitions lock.
//! Never asks what day it is.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::{Span, ToSpan};

/// A span of days that objectives are set for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cycle {
    /// As written in the files.
    pub id: String,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// Last day on which definitions change without a reason.
    pub lock: Date,
}

impl Cycle {
    /// Tells whether a day is in it, both ends included.
    pub fn contains(&self, day: Date) -> bool {
        self.start <= day && day <= self.end
    }
}

/// How a team divides the year.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Calendar {
    /// Month and day on which the fiscal year starts.
    pub fiscal_year_start: (i8, i8),
    /// Days between check-ins.
    pub cadence_days: i32,
    /// Days that a check-in may be late.
    pub grace_days: i32,
    /// Days from a cycle's start to its lock.
    pub lock_after_days: i32,
    /// Cycles that the configuration declares.
    pub declared: Vec<Cycle>,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar {
            fiscal_year_start: (1, 1),
            cadence_days: 7,
            grace_days: 3,
            lock_after_days: 14,
            declared: Vec::new(),
        }
    }
}

/// The built-in kinds of cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `2026`
    Year,
    /// `2026-H2`
    Half,
    /// `2026-T3`, four months
    Third,
    /// `2026-Q4`
    Quarter,
    /// `2026-11`
    Month,
    /// `2026-W47`, an ISO week
    Week,
}

impl Form {
    const ALL: [Form; 6] = [Form::Year, Form::Half, Form::Third, Form::Quarter, Form::Month, Form::Week];

    /// Gives the letter that stands before the number.
    fn letter(self) -> &'static str {
        match self {
            Form::Year | Form::Month => "",
            Form::Half => "H",
            Form::Third => "T",
            Form::Quarter => "Q",
            Form::Week => "W",
        }
    }

    /// Gives how many of them a year has.
    fn count(self, year: i16) -> i8 {
        match self {
            Form::Year => 1,
            Form::Half => 2,
            Form::Third => 3,
            Form::Quarter => 4,
            Form::Month => 12,
            Form::Week if ISOWeekDate::new(year, 53, Weekday::Monday).is_ok() => 53,
            Form::Week => 52,
        }
    }

    /// Writes the id of the n-th in a year, from 1.
    fn id(self, year: i16, number: i8) -> String {
        match self {
            Form::Year => format!("{year:04}"),
            Form::Half | Form::Third | Form::Quarter => format!("{year:04}-{}{number}", self.letter()),
            Form::Month | Form::Week => format!("{year:04}-{}{number:02}", self.letter()),
        }
    }

    /// Reads an id of a form into year, form and number.
    fn read(id: &str) -> Option<(i16, Form, i8)> {
        let year = id.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
        let number: String = id[4..].chars().filter(char::is_ascii_digit).collect();
        let number = number.parse().unwrap_or(1);
        // Writing it again and comparing leaves one spelling to each cycle.
        let form = Form::ALL.into_iter().find(|form| form.id(year, number) == id)?;
        (1..=form.count(year)).contains(&number).then_some((year, form, number))
    }
}

impl Calendar {
    /// Finds the cycle of an id: a declared one, else one of the built-in forms (`2026`, `2026-H2`, `2026-Q4`,
    /// `2026-T3`, `2026-11`, `2026-W47`). Years, halves, thirds and quarters begin with the fiscal year; months and
    /// weeks do not move.
    pub fn cycle(&self, id: &str) -> Option<Cycle> {
        if let Some(declared) = self.declared.iter().find(|cycle| cycle.id == id) {
            return Some(declared.clone());
        }
        let (year, form, number) = Form::read(id)?;
        let (start, end) = self.days(year, form, number)?;
        Some(Cycle { id: id.into(), start, end, lock: self.lock(start, end) })
    }

    /// Gives the day on which a span's definitions lock where none is declared, the last day at the latest.
    pub fn lock(&self, start: Date, end: Date) -> Date {
        start.checked_add(Span::new().days(self.lock_after_days.max(0))).map_or(end, |lock| lock.min(end))
    }

    /// Offers the id that a mistyped one most likely stands for: `2026-q4`, `Q4 2026` and `2026Q4` are `2026-Q4`,
    /// `2026-1` is `2026-01`, `2026-Q5` is `2026-Q4`, and a declared id is offered where it is near.
    pub fn suggest(&self, id: &str) -> Option<String> {
        const NEAR: f64 = 0.7;
        let declared = self
            .declared
            .iter()
            .map(|cycle| (strsim::normalized_damerau_levenshtein(&cycle.id, &id.to_lowercase()), cycle))
            .filter(|(nearness, _)| *nearness >= NEAR)
            .max_by(|(a, _), (b, _)| a.total_cmp(b));
        declared
            .map(|(_, cycle)| cycle.id.clone())
            .or_else(|| suggest_form(id).filter(|better| self.cycle(better).is_some()))
    }

    /// Gives the id of the cycle of a form that a day is in.
    pub fn current(&self, form: Form, today: Date) -> Option<String> {
        // A fiscal year, and the ISO year at the turn of the year, may bear another number than the day's own year.
        (today.year().saturating_sub(1)..=today.year().saturating_add(1))
            .flat_map(|year| (1..=form.count(year)).map(move |number| (year, number)))
            .find(|&(year, number)| {
                self.days(year, form, number).is_some_and(|(start, end)| start <= today && today <= end)
            })
            .map(|(year, number)| form.id(year, number))
    }

    /// Gives the id of the quarter that a day is in.
    pub fn current_quarter(&self, today: Date) -> Option<String> {
        self.current(Form::Quarter, today)
    }

    /// Gives the id of the year that a day is in.
    pub fn current_year(&self, today: Date) -> Option<String> {
        self.current(Form::Year, today)
    }

    /// Gives first and last day of the n-th cycle of a form.
    fn days(&self, year: i16, form: Form, number: i8) -> Option<(Date, Date)> {
        if form == Form::Week {
            let monday = ISOWeekDate::new(year, number, Weekday::Monday).ok()?.date();
            return Some((monday, monday.checked_add(6.days()).ok()?));
        }
        let (month, day) = if form == Form::Month { (1, 1) } else { self.fiscal_year_start };
        let months = 12 / i32::from(form.count(year));
        let first = Date::new(year, month, day).ok()?;
        let start = first.checked_add(Span::new().months(months * (i32::from(number) - 1))).ok()?;
        let next = first.checked_add(Span::new().months(months * i32::from(number))).ok()?;
        Some((start, next.yesterday().ok()?))
    }
}

/// Reads what looks like year, letter and number in any order and case, and brings the number into range.
fn suggest_form(id: &str) -> Option<String> {
    let upper = id.to_uppercase();
    let digits: Vec<&str> = upper.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let year_at = digits.iter().position(|run| run.len() == 4)?;
    let year: i16 = digits[year_at].parse().ok()?;
    let number: Option<i8> = digits.iter().enumerate().find(|(at, _)| *at != year_at).and_then(|(_, n)| n.parse().ok());
    let letters: String = upper.chars().filter(char::is_ascii_alphabetic).collect();
    let form = match (letters.as_str(), number) {
        ("" | "FY" | "Y" | "YEAR", None) => Form::Year,
        ("" | "M", Some(_)) => Form::Month,
        ("H", Some(_)) => Form::Half,
        ("T", Some(_)) => Form::Third,
        ("Q", Some(_)) => Form::Quarter,
        ("W" | "KW" | "CW", Some(_)) => Form::Week,
        _ => return None,
    };
    Some(form.id(year, number.unwrap_or(1).clamp(1, form.count(year))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn days(calendar: &Calendar, id: &str) -> Option<String> {
        calendar.cycle(id).map(|cycle| format!("{} {} {}", cycle.start, cycle.end, cycle.lock))
    }

    #[test]
    fn built_in_forms_have_their_days() {
        let calendar = Calendar::default();
        let april = Calendar { fiscal_year_start: (4, 6), ..Calendar::default() };
        for (calendar, id, expected) in [
            (&calendar, "2026", "2026-01-01 2026-12-31 2026-01-15"),
            (&calendar, "2026-H2", "2026-07-01 2026-12-31 2026-07-15"),
            (&calendar, "2026-T3", "2026-09-01 2026-12-31 2026-09-15"),
            (&calendar, "2026-Q4", "2026-10-01 2026-12-31 2026-10-15"),
            (&calendar, "2028-02", "2028-02-01 2028-02-29 2028-02-15"),
            (&calendar, "2026-W47", "2026-11-16 2026-11-22 2026-11-22"),
            (&calendar, "2026-W53", "2026-12-28 2027-01-03 2027-01-03"),
            (&calendar, "2025-W01", "2024-12-30 2025-01-05 2025-01-05"),
            (&april, "2026", "2026-04-06 2027-04-05 2026-04-20"),
            (&april, "2026-Q4", "2027-01-06 2027-04-05 2027-01-20"),
            (&april, "2026-T1", "2026-04-06 2026-08-05 2026-04-20"),
            (&april, "2026-H1", "2026-04-06 2026-10-05 2026-04-20"),
            (&april, "2026-01", "2026-01-01 2026-01-31 2026-01-15"),
            (&april, "2026-W01", "2025-12-29 2026-01-04 2026-01-04"),
        ] {
            assert_eq!(days(calendar, id).as_deref(), Some(expected), "{id}");
        }
    }

    #[test]
    fn what_is_no_cycle_is_none() {
        for id in [
            "", "26", "2026-", "2026-Q0", "2026-Q5", "2026-q4", "2026-H3", "2026-T4", "2026-0", "2026-00", "2026-13",
            "2026-1", "2026-W0", "2026-W7", "2026-W00", "2025-W53", "2026-W54", "2026-Q04", "2026Q4", "Q4-2026",
            "2026-Q4 ", "20é6-Q4", "９999", "2026-+1", "+026",
        ] {
            assert_eq!(days(&Calendar::default(), id), None, "{id}");
        }
    }

    #[test]
    fn declared_cycles_come_first() {
        let own =
            Cycle { id: "2026-Q4".into(), start: date(2026, 10, 5), end: date(2027, 1, 3), lock: date(2026, 10, 9) };
        let calendar = Calendar { declared: vec![own.clone()], lock_after_days: 400, ..Calendar::default() };
        assert_eq!(calendar.cycle("2026-Q4"), Some(own));
        assert_eq!(days(&calendar, "2026-Q3").as_deref(), Some("2026-07-01 2026-09-30 2026-09-30"));
    }

    #[test]
    fn mistyped_ids_are_understood() {
        let launch = Cycle {
            id: "launch-2027".into(),
            start: date(2027, 1, 11),
            end: date(2027, 4, 30),
            lock: date(2027, 1, 25),
        };
        let calendar = Calendar { declared: vec![launch], ..Calendar::default() };
        for (typed, meant) in [
            ("2026-q4", Some("2026-Q4")),
            ("Q4 2026", Some("2026-Q4")),
            ("2026Q4", Some("2026-Q4")),
            ("2026/H2", Some("2026-H2")),
            ("2026-Q5", Some("2026-Q4")),
            ("2025-W53", Some("2025-W52")),
            ("2026-W7", Some("2026-W07")),
            ("2026-1", Some("2026-01")),
            ("FY2026", Some("2026")),
            ("lauch-2027", Some("launch-2027")),
            ("next", None),
            ("2026-banana-4", None),
        ] {
            assert_eq!(calendar.suggest(typed).as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn the_current_cycle_of_each_form() {
        let today = date(2026, 11, 22);
        let calendar = Calendar::default();
        let april = Calendar { fiscal_year_start: (4, 1), ..Calendar::default() };
        let ids = |calendar: &Calendar, today| Form::ALL.map(|form| calendar.current(form, today).unwrap_or_default());
        assert_eq!(ids(&calendar, today), ["2026", "2026-H2", "2026-T3", "2026-Q4", "2026-11", "2026-W47"]);
        assert_eq!(ids(&april, date(2027, 1, 1)), ["2026", "2026-H2", "2026-T3", "2026-Q4", "2027-01", "2026-W53"]);
        assert_eq!(calendar.current_quarter(today).as_deref(), Some("2026-Q4"));
        assert_eq!(calendar.current_year(today).as_deref(), Some("2026"));
    }

    proptest! {
        #[test]
        fn every_day_is_in_one_cycle_of_each_form(offset in 0..40_000i32, month in 1..=12i8, day in 1..=28i8) {
            let calendar = Calendar { fiscal_year_start: (month, day), ..Calendar::default() };
            let today = date(1980, 1, 1).checked_add(offset.days()).expect("within range");
            for form in Form::ALL {
                let id = calendar.current(form, today).expect("each day has one");
                let cycle = calendar.cycle(&id).expect("the id reads back");
                prop_assert!(cycle.contains(today) && cycle.contains(cycle.lock));
                prop_assert_eq!(calendar.suggest(&id), Some(id));
            }
        }

        #[test]
        fn any_text_is_harmless(id in "\\PC{0,12}") {
            let calendar = Calendar::default();
            let _ = calendar.cycle(&id);
            if let Some(better) = calendar.suggest(&id) {
                prop_assert!(calendar.cycle(&better).is_some(), "{}", better);
            }
        }
    }
}
