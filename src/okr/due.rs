//! Owns the question when a key result wants its next check-in, as a pure function. Never judges a late one: that is health's.

use super::progress::days_between;
use jiff::civil::Date;

/// Tells whether a check-in is due: a cadence has passed since the last measurement or, where there is none yet, the key
/// result has begun. After its last day one more is due, unless something was measured on that day or later.
pub fn is_due(last: Option<Date>, (start, due): (Date, Date), cadence_days: i32, today: Date) -> bool {
    let Some(last) = last else { return start <= today };
    if today > due {
        return last < due;
    }
    start <= today && days_between(last.max(start), today) >= cadence_days
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_check_in_is_due_once_a_cadence_has_passed() {
        let quarter = (date(2026, 10, 1), date(2026, 12, 31));
        let on = |month, day| Some(date(2026, month, day));
        for (last, today, expected) in [
            (None, date(2026, 9, 30), false),
            (None, date(2026, 10, 1), true),
            (on(11, 15), date(2026, 11, 21), false),
            (on(11, 15), date(2026, 11, 22), true),
            // What was measured before the start counts from the start.
            (on(6, 1), date(2026, 10, 7), false),
            (on(6, 1), date(2026, 10, 8), true),
            (on(12, 30), date(2026, 12, 31), false),
            (on(12, 30), date(2027, 1, 2), true),
            (on(12, 31), date(2027, 2, 2), false),
            (None, date(2027, 2, 2), true),
        ] {
            assert_eq!(is_due(last, quarter, 7, today), expected, "{last:?} {today}");
        }
    }
}
