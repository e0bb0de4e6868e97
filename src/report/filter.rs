//! Owns the filters that templates have beside minijinja's own: figures, dates and small charts as text.
//! Never marks anything safe: what a filter gives is escaped like any other text.

use super::{chart, show};
use jiff::civil::Date;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, Value};

/// What stands for a figure that is absent.
const ABSENT: &str = "–";
/// Widest chart that a template may ask for, in characters.
const WIDEST: usize = 200;

/// Longest text that a replacement may give, in bytes: 10 MiB.
const LARGEST_TEXT: usize = 10 * 1024 * 1024;

/// Adds the filters.
pub fn register(environment: &mut Environment<'_>) {
    environment.add_filter("percent", percent);
    environment.add_filter("points", points);
    environment.add_filter("bar", bar);
    environment.add_filter("sparkline", sparkline);
    environment.add_filter("value", value);
    environment.add_filter("date", date);
    environment.add_filter("days_ago", days_ago);
    environment.add_filter("words", words);
    environment.add_filter("shown", shown);
    environment.add_filter("cut", cut);
    environment.add_filter("since", since);
    environment.add_filter("tojson", tojson);
    environment.add_filter("replace", replace);
    // One word in them asks for any amount of memory, before the first byte is written.
    environment.remove_filter("format");
    environment.remove_filter("indent");
}

/// `0.5556 | percent` is `55.6 %`; `| percent(true)` is whole percent, for what is sensitive.
fn percent(value: &Value, whole: Option<bool>) -> Result<String, Error> {
    Ok(number(value)?.map_or_else(|| ABSENT.into(), |share| show::percent(share, whole.unwrap_or(false))))
}

/// `0.031 | points` is `+3.1`: a difference of two shares, in percentage points.
fn points(value: &Value, whole: Option<bool>) -> Result<String, Error> {
    Ok(number(value)?.map_or_else(|| ABSENT.into(), |delta| show::points(delta, whole.unwrap_or(false))))
}

/// `0.55 | bar` is `██████░░░░`; `| bar(20)` is twice as wide.
fn bar(value: &Value, width: Option<usize>) -> Result<String, Error> {
    let width = width.unwrap_or(10).min(WIDEST);
    Ok(number(value)?.map_or_else(String::new, |share| chart::bar(share, width)))
}

/// `kr.check_ins | sparkline` draws their progress, oldest first; a list of shares does as well.
fn sparkline(value: &Value, width: Option<usize>) -> Result<String, Error> {
    let mut shares = Vec::new();
    for item in value.try_iter()? {
        let item = if item.kind() == minijinja::value::ValueKind::Map { item.get_attr("progress")? } else { item };
        shares.push(number(&item)?);
    }
    Ok(chart::sparkline(&shares, width.unwrap_or(12).min(WIDEST), true))
}

/// `350 | value("ms")` is `350 ms`.
fn value(value: &Value, unit: Option<Value>) -> Result<String, Error> {
    let unit = unit.filter(|unit| !unit.is_none());
    let unit = unit.as_ref().and_then(Value::as_str);
    Ok(number(value)?.map_or_else(|| ABSENT.into(), |value| show::value(value, unit)))
}

/// `"2026-11-20" | date` is `20 Nov 2026`; a time is cut to its day.
fn date(value: &Value) -> Result<String, Error> {
    Ok(day(value)?.map_or_else(|| ABSENT.into(), show::date))
}

/// `kr.last_check_in | days_ago` is `2 days ago`, counted from the report's day.
fn days_ago(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let Some(then) = day(value)? else { return Ok(ABSENT.into()) };
    let today = state.lookup("today").unwrap_or(Value::UNDEFINED);
    let Some(today) = day(&today)? else {
        return Err(Error::new(ErrorKind::InvalidOperation, "days_ago needs the variable `today`"));
    };
    Ok(show::days_ago(then, today))
}

/// `"off-track" | words` is `off track`: the names of the model as people say them.
fn words(value: &Value) -> String {
    if value.is_none() { ABSENT.into() } else { value.to_string().replace('-', " ") }
}

/// Stands in for minijinja's own, which makes texts of any size.
fn replace(text: &str, from: &str, to: &str) -> Result<String, Error> {
    let size = text.matches(from).count().saturating_mul(to.len()).saturating_add(text.len());
    if size > LARGEST_TEXT {
        return Err(Error::new(ErrorKind::InvalidOperation, "replaced text is too large"));
    }
    Ok(text.replace(from, to))
}

/// Stands in for minijinja's own, which marks its text safe: that holds in HTML and JSON, not in Markdown.
fn tojson(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    let json = serde_json::to_string(value)
        .map_err(|e| Error::new(ErrorKind::BadSerialization, "this value is no JSON").with_source(e))?;
    Ok(match state.auto_escape() {
        AutoEscape::Json => Value::from_safe_string(json),
        _ => Value::from(json),
    })
}

/// `change.before | shown` is a value of the files as people write it, its unit left out.
fn shown(value: &Value) -> Result<String, Error> {
    let value = serde_json::to_value(value)
        .map_err(|e| Error::new(ErrorKind::BadSerialization, "this value cannot be shown").with_source(e))?;
    Ok(show::json(&value))
}

/// `after.progress | since(before.progress)` is `+11.2`: the difference of two shares as they are shown, in points.
fn since(after: &Value, before: &Value, whole: Option<bool>) -> Result<String, Error> {
    let sides = number(before)?.zip(number(after)?);
    Ok(sides.map_or_else(|| ABSENT.into(), |(before, after)| show::difference(before, after, whole.unwrap_or(false))))
}

/// `note | cut(160)` is so many characters of a text, and a sign where there are more.
fn cut(text: &str, count: usize) -> String {
    match text.char_indices().nth(count) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// Takes a number or an absent one.
fn number(value: &Value) -> Result<Option<f64>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    f64::try_from(value.clone()).map(Some)
}

/// Takes a day, a time of RFC 3339, or an absent one.
fn day(value: &Value) -> Result<Option<Date>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let text = value.as_str().unwrap_or_default();
    match text.get(..10).unwrap_or(text).parse() {
        Ok(day) => Ok(Some(day)),
        Err(_) => Err(Error::new(ErrorKind::InvalidOperation, format!("{value} is no date"))),
    }
}
