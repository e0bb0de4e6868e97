//! Owns the reading of a key result's sentence: whether it says when it is reached, by which words, and which fields
//! say the same. English words; numbers in any language.

use super::words::words;

/// What in a sentence says when it is reached.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reached {
    /// The words that decided.
    pub words: String,
    /// Fields that say the same, as TOML lines; empty where the sentence leaves that open.
    pub fields: Vec<(&'static str, String)>,
}

/// A number in a sentence.
#[derive(Debug, Clone, PartialEq)]
struct Amount {
    value: f64,
    /// As written, with what is glued to it.
    word: String,
    unit: String,
    /// Its place among the tokens.
    at: usize,
}

/// Words before a number that make it a name: `SOC 2`, `week 6`, `version 2.0`. Months are told apart by [`MONTHS`].
const NAMING: &[&str] = &[
    "soc", "iso", "week", "version", "v", "phase", "level", "section", "chapter", "tier", "type", "sev", "part",
    "stage", "day", "step", "q", "http", "ipv", "number", "no", "issue", "beta", "alpha", "wcag", "rfc", "ticket",
    "pci", "gdpr", "python", "java",
];
const MONTHS: &[&str] = &[
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
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
];
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
    ("twenty", 20.0),
    ("fifty", 50.0),
    ("hundred", 100.0),
];
/// Words that leave nothing open: the whole, nothing, or a fixed factor.
const TOTALS: &[&str] = &[
    "all",
    "every",
    "everyone",
    "everybody",
    "zero",
    "nobody",
    "none",
    "nothing",
    "never",
    "double",
    "doubles",
    "triple",
    "triples",
    "quadruple",
    "halve",
    "halves",
    "twice",
    "thrice",
    "half",
    "third",
    "no",
    "always",
    "majority",
];
const LIMITS: &[&str] = &[
    "at least one",
    "no more than one",
    "at most one",
    "more than one",
    "less than one",
    "one in",
    "below one",
    "within one",
    "under one",
    "per cent",
];

/// Reads a sentence; `None` where it leaves open when it is reached.
pub(super) fn reached(text: &str, english: bool) -> Option<Reached> {
    let amounts = amounts(text);
    let lower = words(text).join(" ");
    if let Some((from, to)) = span(text, &amounts) {
        let mut fields = vec![("baseline", from.value.to_string()), ("target", to.value.to_string())];
        let unit = if to.unit.is_empty() { &from.unit } else { &to.unit };
        if !unit.is_empty() {
            fields.push(("unit", format!("\"{unit}\"")));
        }
        return Some(Reached { words: format!("{} to {}", from.word, to.word), fields });
    }
    if let Some(first) = amounts.first() {
        let mut fields = vec![("baseline", "…".to_owned()), ("target", first.value.to_string())];
        if !first.unit.is_empty() {
            fields.push(("unit", format!("\"{}\"", first.unit)));
        }
        return Some(Reached { words: first.word.clone(), fields });
    }
    if !english {
        return text.contains(char::is_numeric).then(|| Reached { words: String::new(), fields: Vec::new() });
    }
    if let Some(phrase) = LIMITS.iter().find(|phrase| format!(" {lower} ").contains(&format!(" {phrase} "))) {
        return Some(Reached { words: (*phrase).to_owned(), fields: Vec::new() });
    }
    // `at all levels` is manner, not measure.
    let plain = lower.replace("at all levels", "").replace("above all", "").replace("all-in-one", "");
    // `Each manager` counts; `the benefit of each` does not.
    let each = plain.split(' ').next().filter(|word| *word == "each");
    if let Some(word) = each.or_else(|| plain.split(' ').find(|word| TOTALS.contains(word))) {
        return Some(Reached { words: word.to_owned(), fields: vec![("done", "false".to_owned())] });
    }
    let rhythm = ["hourly", "daily", "weekly", "biweekly", "monthly", "quarterly"];
    let rhythms: Vec<&str> = lower.split(' ').filter(|word| rhythm.contains(word)).collect();
    match rhythms.as_slice() {
        [from, to, ..] if lower.contains(&format!("{from} to {to}")) => {
            Some(Reached { words: format!("{from} to {to}"), fields: Vec::new() })
        }
        _ => None,
    }
}

/// Finds a from–to: two numbers with `to`, `→` or `->` between them, the first after `from` or glued to the arrow.
fn span<'n>(text: &str, amounts: &'n [Amount]) -> Option<(&'n Amount, &'n Amount)> {
    let tokens = tokens(text);
    amounts.windows(2).map(|pair| (&pair[0], &pair[1])).find(|(from, to)| {
        let between = &tokens[from.at + 1..to.at];
        let arrow = between.iter().any(|token| matches!(token.as_str(), "→" | "->" | "=>" | "⇒"));
        let led = from.at > 0 && tokens[from.at - 1].eq_ignore_ascii_case("from");
        between.len() <= 4 && (arrow || led && between.iter().any(|token| token.eq_ignore_ascii_case("to")))
    })
}

fn tokens(text: &str) -> Vec<String> {
    text.replace('→', " → ").split_whitespace().map(str::to_owned).collect()
}

/// Finds the numbers that measure something: not those in names, versions, references and dates.
fn amounts(text: &str) -> Vec<Amount> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let bare = token.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | ';' | ':' | '"' | '\'' | '!' | '?'));
        let bare = bare.strip_suffix('.').unwrap_or(bare);
        let before = at.checked_sub(1).map(|at| tokens[at].trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
        let after = tokens.get(at + 1).map(|next| next.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
        let near = |list: &[&str]| [&before, &after].into_iter().flatten().any(|word| list.contains(&word.as_str()));
        if let Some((_, value)) = COUNTS.iter().find(|(word, _)| bare.eq_ignore_ascii_case(word)) {
            found.push(Amount { value: *value, word: bare.to_owned(), unit: String::new(), at });
            continue;
        }
        let signs = ['<', '>', '≤', '≥', '=', '~', '±', '+', '-', '−', '€', '$', '£', '¥'];
        let start = bare.trim_start_matches(signs);
        let Some((value, rest)) = number(start) else { continue };
        let named = before.as_deref().is_some_and(|word| NAMING.contains(&word)) && !bare.contains('%');
        // `2026`, `15 March`, `07/2026`: days say by when, not whether.
        let day = near(MONTHS)
            || (rest.is_empty() && (1990.0..2100.0).contains(&value) && value.fract() == 0.0 && start.len() == 4);
        let reference = bare.starts_with('#') || rest.starts_with(['/', '_']) || rest.contains("://");
        let ordinal = matches!(rest, "st" | "nd" | "rd" | "th");
        let version = rest.starts_with('.') || (after.as_deref() == Some("version") && value < 10.0);
        if named || day || reference || ordinal || version {
            continue;
        }
        let (value, rest) = match rest.chars().next() {
            Some('k') if rest.len() == 1 => (value * 1e3, ""),
            Some('M') if rest.len() == 1 => (value * 1e6, ""),
            _ => (value, rest.trim_start_matches('+')),
        };
        let unit = match (rest, after.as_deref()) {
            ("", _) if tokens.get(at + 1).is_some_and(|next| next.starts_with('%')) => "%".to_owned(),
            ("", Some(next @ ("ms" | "s" | "min" | "h" | "seconds" | "minutes" | "hours" | "days" | "weeks"))) => {
                next.to_owned()
            }
            (rest, _) if rest.chars().all(|c| c.is_alphabetic() || c == '%') => rest.to_owned(),
            _ => String::new(),
        };
        let unit = match bare.trim_start_matches(['<', '>', '≤', '≥', '=', '~', '±', '+', '-', '−']).chars().next()
        {
            Some(currency @ ('€' | '$' | '£' | '¥')) => currency.to_string(),
            _ => unit,
        };
        found.push(Amount { value, word: bare.to_owned(), unit, at });
    }
    found
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_when_it_is_reached() {
        for text in [
            "P99 latency falls from 420 ms to 294 ms",
            "Zero Sev-1 incidents",
            "NPS ≥ 50",
            "All managers are trained",
            "MTTR halves",
            "Three customers renew",
            "Weekly active teams: 40 → 120",
            "€1.2M of revenue",
            "<30s to load",
            "Deploy frequency from weekly to daily",
            "Cost falls by a third",
            "10k downloads",
            "At least one team moves",
        ] {
            assert!(reached(text, true).is_some(), "{text}");
        }
        for text in [
            "Complete SOC 2",
            "Version 2.0 released",
            "Customers love it",
            "Page live by 15 March",
            "Increase retention",
            "Endpoint works by Week 9",
            "Track work in one place",
            "Close #24",
            "Better at all levels",
            "base32 is supported",
        ] {
            assert_eq!(reached(text, true), None, "{text}");
        }
    }

    #[test]
    fn offers_the_fields() {
        let fields = |text| reached(text, true).map(|found| found.fields).unwrap_or_default();
        assert_eq!(
            fields("Latency falls from 420 ms to 294 ms"),
            [("baseline", "420".into()), ("target", "294".into()), ("unit", "\"ms\"".into())]
        );
        assert_eq!(fields("Grow revenue from €1.2M to €2M")[1], ("target", "2000000".into()));
        assert_eq!(fields("Share rises from 20% to 30%")[2], ("unit", "\"%\"".into()));
        assert_eq!(fields("Zero incidents"), [("done", "false".into())]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[0-9.,% →a-z]{0,30}") {
            reached(&text, true);
        }
    }
}
