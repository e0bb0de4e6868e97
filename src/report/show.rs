//! Owns how figures and days are put into words, the same in templates, the terminal view and the log.
//! Never decides what a figure is.

use crate::okr;
use jiff::civil::Date;
use serde_json::Value;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Shows a share of 1: `55.6 %`, or `56 %` where only whole percent may be known.
pub fn percent(share: f64, whole: bool) -> String {
    if whole { okr::whole_percent(share) } else { okr::percent(share) }
}

/// Shows a difference of two shares in percentage points, with its sign: `+3.1 points`.
pub fn points(delta: f64, whole: bool) -> String {
    if whole { format!("{} points", signed_points(delta, true)) } else { okr::points(delta) }
}

/// Shows a difference of two shares in percentage points, sign and number alone: `+3.1`.
pub fn signed_points(delta: f64, whole: bool) -> String {
    if whole {
        let points = okr::rounded(delta * 100.0).round() + 0.0;
        return if points > 0.0 { format!("+{points}") } else { points.to_string() };
    }
    let shown = okr::points(delta);
    shown.strip_suffix(" points").unwrap_or(&shown).to_owned()
}

/// Shows a value with its unit: `350 ms`.
pub fn value(value: f64, unit: Option<&str>) -> String {
    okr::quantity(value, unit)
}

/// Shows a value of the files: numbers without noise, text as it is, lists and tables as JSON; an absent one is a dash.
pub fn json(value: &Value) -> String {
    match value {
        Value::Null => "–".into(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |n| okr::quantity(n, None)),
        other => other.to_string(),
    }
}

/// Shows a day: `20 Nov 2026`.
pub fn date(day: Date) -> String {
    format!("{} {} {}", day.day(), month(day), day.year())
}

/// Shows a span of days, the year once where it is the same: `1 Oct to 31 Dec 2026`.
pub fn span(start: Date, end: Date) -> String {
    if start.year() == end.year() {
        format!("{} {} to {}", start.day(), month(start), date(end))
    } else {
        format!("{} to {}", date(start), date(end))
    }
}

fn month(day: Date) -> &'static str {
    usize::try_from(day.month() - 1).ok().and_then(|at| MONTHS.get(at)).expect("months count from 1 to 12")
}

/// Counts the days from one day to another; negative where the second is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

/// Says how long ago a day was.
pub fn days_ago(then: Date, today: Date) -> String {
    match days_between(then, today) {
        0 => "today".into(),
        1 => "yesterday".into(),
        -1 => "tomorrow".into(),
        ahead if ahead < 0 => format!("in {} days", -ahead),
        days => format!("{days} days ago"),
    }
}

/// Shows a moment in seconds since 1970 as RFC 3339 in UTC.
pub fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::from("1970-01-01T00:00:00Z"), |at| at.to_string())
}

/// Gives the day, in UTC, of a moment in seconds since 1970.
pub fn day(seconds: i64) -> Date {
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Shows the difference of two figures as they are shown, in points.
pub fn difference(before: f64, after: f64, whole: bool) -> String {
    if whole {
        return signed_points(after - before, true);
    }
    let points = okr::tenths_as_points(okr::tenths(after) - okr::tenths(before));
    points.strip_suffix(" points").unwrap_or(&points).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as on;

    #[test]
    fn days_in_words() {
        assert_eq!(date(on(2026, 11, 2)), "2 Nov 2026");
        assert_eq!(span(on(2026, 10, 1), on(2026, 12, 31)), "1 Oct to 31 Dec 2026");
        assert_eq!(span(on(2026, 10, 1), on(2027, 1, 31)), "1 Oct 2026 to 31 Jan 2027");
        assert_eq!(days_ago(on(2026, 11, 20), on(2026, 11, 22)), "2 days ago");
        assert_eq!(days_ago(on(2025, 11, 22), on(2026, 11, 22)), "365 days ago");
        assert_eq!(days_ago(on(2026, 11, 25), on(2026, 11, 22)), "in 3 days");
        assert_eq!(moment(1_574_000_000), "2019-11-17T14:13:20Z");
        assert_eq!(day(1_574_000_000), on(2019, 11, 17));
    }
}
