//! Owns the numbers of a sentence: what each says, in which unit, and which digits are no number at all.

use super::lexicon::{Class, Classes};
use crate::rules::words::lowered;
use foldhash::HashSet;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A number in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    /// In its unit; `10k` is 10,000.
    pub value: f64,
    /// As written, with what is glued to it.
    pub word: String,
    /// Sign or word of its unit, empty where none is said.
    pub unit: String,
    /// Its place among the words that [`split`] gives.
    pub at: usize,
}

impl Amount {
    /// Tells whether its unit alone says what is measured: a share, a factor, a time, money.
    pub fn bears(&self) -> bool {
        ["%", "pp", "x", "×"].contains(&self.unit.as_str()) || self.is_money() || self.is_time()
    }

    /// Tells whether it is money.
    pub fn is_money(&self) -> bool {
        ["€", "$", "£", "¥"].contains(&self.unit.as_str()) || among(CODES, &self.unit)
    }

    /// Tells whether it is a time of less than a day.
    pub fn is_short(&self) -> bool {
        among(SHORT_TIMES, &self.unit)
    }

    /// Tells whether it is a time.
    pub fn is_time(&self) -> bool {
        self.is_short() || among(LONG_TIMES, &self.unit)
    }
}

/// Units of time below a day, and from a day on.
const SHORT_TIMES: &str = "ms s sec secs second seconds min mins minute minutes h hr hrs hour hours";
const LONG_TIMES: &str = "day days night nights week weeks month months year years";
/// Words before a number that make it a name: `SOC 2`, `week 6`, `version 2.0`, `years 7 to 9`.
const NAMING: &str = "soc iso week weeks version v phase level section chapter tier type sev part stage day step \
     q http tls ipv number no issue beta alpha wcag rfc ticket pci gdpr python java windows line year years grade grades class \
     room building floor gate sprint article kr priority covid";
const MONTHS: &str = "january february march april may june july august september october november december jan feb mar apr \
     jun jul aug sep sept oct nov dec";
/// Numbers as words. `one` is mostly no number, and counts before a unit of time alone.
const COUNTS: &[(&str, f64)] = &[
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("dozen", 12.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("hundred", 100.0),
    ("thousand", 1e3),
    ("million", 1e6),
];
/// Endings that say how many, and those that make a number a name: `5G`, `2FA`, `3D`.
const SCALES: &[(&str, f64)] = &[("k", 1e3), ("K", 1e3), ("M", 1e6), ("m", 1e6), ("mn", 1e6), ("bn", 1e9), ("B", 1e9)];
const NAMES: &[&str] = &["G", "D", "FA", "S", "P", "PL"];
/// Signs that can stand in front of a number.
const SIGNS: &[char] = &['<', '>', '≤', '≥', '=', '~', '±', '+', '-', '−'];
const CURRENCIES: &[char] = &['€', '$', '£', '¥'];
/// Codes of ISO 4217 that stand before or behind a number as a sign does: `EUR 400 million`.
const CODES: &str = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HUF INR JPY KRW MXN NOK NZD PLN SEK SGD USD ZAR";

/// Tells whether a word is in a list of words.
fn among(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}

/// Finds a from–to: two numbers with `to`, `→` or `->` between them, the first after `from` or glued to the arrow.
/// The arrows of the text stand [`apart`].
pub(super) fn span<'n>(text: &str, amounts: &[&'n Amount]) -> Option<(&'n Amount, &'n Amount)> {
    if amounts.len() < 2 {
        return None;
    }
    let tokens = split(text);
    amounts.windows(2).map(|pair| (pair[0], pair[1])).find(|(from, to)| {
        let between = &tokens[from.at + 1..to.at];
        let arrow = between.iter().any(|token| matches!(*token, "→" | "->" | "=>" | "⇒"));
        let led = from.at > 0 && tokens[from.at - 1].eq_ignore_ascii_case("from");
        between.len() <= 4 && (arrow || led && between.iter().any(|token| token.eq_ignore_ascii_case("to")))
    })
}

/// Puts space around the arrows of a text.
pub(super) fn apart(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii() && byte != b'>';
    if !text.bytes().all(is_plain) && (text.contains('→') || text.contains("->")) {
        return text.replace('→', " → ").replace("->", " -> ").into();
    }
    text.into()
}

/// Gives the words of a text whose arrows stand [`apart`], as written.
pub(super) fn split(text: &str) -> Vec<&str> {
    if !text.is_ascii() {
        return text.split_whitespace().collect();
    }
    let mut words = Vec::with_capacity(USUAL);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.bytes().position(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).unwrap_or(rest.len());
        if end > 0 {
            words.push(&rest[..end]);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    words
}

/// Words that a sentence has room for at first: most have no more.
const USUAL: usize = 16;

/// Finds the numbers that measure something: not those in names, versions, references and dates.
pub(super) fn amounts(text: &str) -> Vec<Amount> {
    among_words(&split(&apart(text)))
}

/// Words that may be one thing of which something is said.
const SINGLES: [&str; 4] = ["one", "a", "an", "the"];

static COUNTING: LazyLock<HashSet<&'static [u8]>> =
    LazyLock::new(|| COUNTS.iter().map(|(count, _)| *count).chain(SINGLES).map(str::as_bytes).collect());

/// Tells whether a word is one of [`COUNTS`] or of [`SINGLES`].
fn counts(word: &str) -> bool {
    lowered(word, |word| COUNTING.contains(word)) == Some(true)
}

/// Tells by its letters alone that a word, with nothing around it, is no number.
fn plainly_none(word: &str) -> bool {
    let letters = word.bytes().fold(true, |letters, byte| letters & byte.is_ascii_alphabetic());
    let first = word.bytes().next().map(|byte| byte.to_ascii_lowercase());
    letters && (word.len() > 8 || !first.is_some_and(|first| b"adefhmnost".contains(&first)) || !counts(word))
}

/// Finds the numbers among the words that [`split`] gave.
pub(super) fn among_words(tokens: &[&str]) -> Vec<Amount> {
    let bare = |at: usize| tokens[at].trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let mut found: Vec<Amount> = Vec::new();
    let mut named_before = false;
    for (at, token) in tokens.iter().enumerate() {
        // Most words are no number, and need no look at their neighbours.
        if plainly_none(token) {
            named_before = named_before && among("to and or", token);
            continue;
        }
        let word = token.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | ';' | ':' | '"' | '\'' | '!' | '?'));
        let word = word.strip_suffix('.').unwrap_or(word);
        let digits = word.bytes().any(|byte| byte.is_ascii_digit());
        if !digits && !counts(word) {
            named_before = named_before && among("to and or", word);
            continue;
        }
        let (before, after) = (at.checked_sub(1).map(bare), (at + 1 < tokens.len()).then(|| bare(at + 1)));
        let time = |word: &String| among(SHORT_TIMES, word) || among(LONG_TIMES, word);
        let working =
            || after.as_deref().is_some_and(|next| among("working business calendar", next)) && at + 2 < tokens.len();
        let time = after.clone().filter(time).or_else(|| working().then(|| bare(at + 2)).filter(time));
        let said = COUNTS.iter().find(|(count, _)| word.eq_ignore_ascii_case(count)).map(|(_, value)| *value);
        // `one day`; `under a minute`, `within the hour`.
        let limit = before.as_deref().is_some_and(|word| among("under within than below", word));
        let one = among("one a an the", &word.to_lowercase())
            && time.is_some()
            && (limit || word.eq_ignore_ascii_case("one"));
        let one = one.then_some(1.0);
        // `chapter three`: at the end of a phrase a number as a word is mostly a name.
        let last = at + 1 == tokens.len() || token.ends_with([',', '.', ';']);
        let name = last
            && before
                .as_deref()
                .is_some_and(|word| !among("to of by at than under over least most top and in one a", word));
        if let Some(value) = said.or(one).filter(|_| !name) {
            found.push(Amount { value, word: word.to_owned(), unit: time.unwrap_or_default(), at });
            continue;
        }
        let unsigned = word.trim_start_matches(SIGNS);
        let start = unsigned.trim_start_matches(CURRENCIES);
        let Some((value, rest)) = number(start) else {
            named_before = named_before && among("to and or", word);
            continue;
        };
        // `SOC 2`; `years 7 to 9`.
        let led = before.as_deref().is_some_and(|word| among(NAMING, word) || named_before)
            && !token.starts_with('(')
            && !tokens[at - 1].ends_with(':');
        named_before = led && !word.contains('%') && !word.contains(CURRENCIES);
        let last = at + 1 == tokens.len() || token.ends_with([',', '.', ';']);
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| tokens.get(at));
        let code = beside.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).find(|word| among(CODES, word));
        if named_before
            || rest.is_empty() && code.is_none() && !token.starts_with('(') && numbered(&tokens[..at], value, last)
            || names(word, value, rest, before.as_deref(), after.as_deref())
        {
            continue;
        }
        let currency = unsigned.chars().next().filter(|first| CURRENCIES.contains(first));
        let rest = rest.trim_start_matches('+');
        let scale = SCALES.iter().find(|(end, _)| *end == rest).filter(|(end, _)| *end != "m" || currency.is_some());
        let (value, rest) = scale.map_or((value, rest), |(_, scale)| (value * scale, ""));
        let percent = || {
            let next = tokens.get(at + 1).copied();
            next.is_some_and(|next| next.starts_with('%') || among("percent pct percentage", &next.to_lowercase()))
                || next == Some("per") && tokens.get(at + 2).is_some_and(|next| next.starts_with("cent"))
        };
        let unit = match (currency, rest) {
            (Some(currency), _) => currency.to_string(),
            (None, "") if code.is_some() => code.unwrap_or_default().to_owned(),
            (None, "") if percent() => "%".to_owned(),
            (None, "") => time.unwrap_or_default(),
            (None, rest) if rest.chars().all(|c| c.is_alphabetic() || c == '%') => rest.to_owned(),
            (None, rest) => {
                // `3-day`, `10MiB/s`
                rest.trim_start_matches('-').split(['/', '-']).next().unwrap_or_default().to_owned()
            }
        };
        found.push(Amount { value, word: word.to_owned(), unit, at });
    }
    found
}

/// Tells whether a number only tells one of several apart, by the words before it: `IFRS 17`, `firmware 3.1`, `in gallery 3`.
fn numbered(before: &[&str], value: f64, last: bool) -> bool {
    let Some((noun, before)) = before.split_last() else { return false };
    if !noun.ends_with(char::is_alphabetic) {
        return false;
    }
    let word = noun.to_lowercase();
    let classes = Classes::of(&word);
    if [Class::Measure, Class::Trouble, Class::Joins, Class::People].iter().any(|class| classes.noun(*class)) {
        return false;
    }
    let acronym = noun.len() > 1 && noun.chars().all(|c| c.is_ascii_uppercase());
    let thing = classes.noun(Class::Thing) || classes.unknown();
    let version = before.is_empty() && thing && value.fract() != 0.0;
    let one = before.last().is_some_and(|word| Classes::of(&word.to_lowercase()).is(Class::Joins))
        && thing
        && !classes.plural()
        && value.fract() == 0.0
        && value < 100.0;
    acronym && !last || version || one && last
}

/// Tells whether a number is a name: a day, a reference, an ordinal, a version.
fn names(word: &str, value: f64, rest: &str, before: Option<&str>, after: Option<&str>) -> bool {
    let near = |list: &str| [before, after].into_iter().flatten().any(|word| among(list, word));
    // `2026`, `15 March`, `07/2026`: days say by when, not whether.
    let year = rest.is_empty()
        && value.fract() == 0.0
        && ((1990.0..2100.0).contains(&value)
            || (1700.0..1990.0).contains(&value)
                && before.is_some_and(|word| among("in to since until from of", word)));
    let day = near(MONTHS) || year && !word.contains([',', '.', '+']) && !word.starts_with(CURRENCIES);
    // `9/10` of something, unless it is a day.
    let ratio = rest.strip_prefix('/').and_then(number).is_some_and(|(whole, rest)| {
        rest.is_empty()
            && whole >= value
            && whole <= 100.0
            && !before.is_some_and(|word| among("by on until before from", word))
    });
    let clock = rest.starts_with(':') && after.is_some_and(|unit| among(SHORT_TIMES, unit));
    let reference =
        word.starts_with('#') || rest.starts_with(['/', '_', ':']) && !ratio && !clock || rest.contains("://");
    let ordinal = matches!(rest, "st" | "nd" | "rd" | "th" | "am" | "pm");
    let version = rest.starts_with('.') || after == Some("version") && value < 10.0;
    day || reference
        || ordinal
        || version
        || NAMES.contains(&rest)
        || word.starts_with("1:1")
        || rest.starts_with("-on-")
}

/// Reads a number with thousands' commas at the start of a text, and gives the rest.
fn number(text: &str) -> Option<(f64, &str)> {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let next = || text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !(c.is_ascii_digit() || matches!(c, '.' | ',') && at > 0 && next()) {
            break;
        }
        end = at + 1;
    }
    let digits = text[..end].replace(',', "");
    digits.parse().ok().map(|value| (value, &text[end..]))
}
