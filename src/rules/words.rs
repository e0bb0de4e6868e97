//! Owns the reading of words: which way a sentence points, and what it speaks of. English only.

use foldhash::HashMap;
use std::sync::LazyLock;

/// Gives the words of a text in lower case, hyphenated ones whole.
pub(super) fn words(text: &str) -> Vec<String> {
    written(text).map(str::to_lowercase).collect()
}

/// Gives the words of a text as they are written.
pub(super) fn written(text: &str) -> Written<'_> {
    Written(text)
}

/// The words of a text that are still to come.
#[derive(Clone)]
pub(super) struct Written<'t>(&'t str);

impl<'t> Iterator for Written<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        while !self.0.is_empty() {
            let end = end_of_word(self.0);
            let word = &self.0[..end];
            let behind = self.0[end..].chars().next().map_or(0, char::len_utf8);
            self.0 = &self.0[end + behind..];
            let word = match word.as_bytes() {
                [b'-' | b'\'', ..] | [.., b'-' | b'\''] => word.trim_matches(['-', '\'']),
                _ => word,
            };
            if !word.is_empty() {
                return Some(word);
            }
        }
        None
    }
}

/// Finds the first character that belongs to no word.
fn end_of_word(text: &str) -> usize {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'%' | b'\'');
    let end = text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len());
    match text.as_bytes().get(end) {
        // Whether that is a letter, only the whole character tells.
        Some(0x80..) => {
            let rest = &text[end..];
            let ends = |c: char| !c.is_alphanumeric() && !matches!(c, '-' | '%' | '\'');
            end + rest.find(ends).unwrap_or(rest.len())
        }
        _ => end,
    }
}

/// Tells whether a word is one of a list of small ones.
fn is_among(word: &str, list: &[&str]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Which way a sentence says that its number goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

const UP: &[&str] = &[
    "increase",
    "increases",
    "increased",
    "grow",
    "grows",
    "grown",
    "raise",
    "raises",
    "raised",
    "rise",
    "rises",
    "double",
    "doubles",
    "triple",
    "triples",
    "climb",
    "climbs",
    "boost",
    "boosts",
    "expand",
    "expands",
];
const DOWN: &[&str] = &[
    "reduce",
    "reduces",
    "reduced",
    "decrease",
    "decreases",
    "decreased",
    "lower",
    "lowers",
    "lowered",
    "cut",
    "cuts",
    "fall",
    "falls",
    "drop",
    "drops",
    "shrink",
    "shrinks",
    "halve",
    "halves",
    "shorten",
    "shortens",
    "decline",
    "declines",
];

/// What comes behind a verb of motion, and hardly behind a noun of the same letters: `falls from 420`, not `falls and bruises`.
const BEHIND_A_VERB: &[&str] =
    &["from", "to", "by", "below", "under", "above", "over", "beyond", "past", "at", "again", "within", "a"];

static MOTIONS: LazyLock<HashMap<&'static [u8], Direction>> = LazyLock::new(|| {
    let up = UP.iter().map(|word| (word.as_bytes(), Direction::Up));
    up.chain(DOWN.iter().map(|word| (word.as_bytes(), Direction::Down))).collect()
});

/// Looks a word up by its letters in lower case; `None` where it is longer than any that is looked up so.
pub(super) fn lowered<R>(word: &str, look: impl FnOnce(&[u8]) -> R) -> Option<R> {
    const LONGEST: usize = 12;
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    Some(look(lower))
}

/// Reads a verb of motion.
fn motion(word: &str) -> Option<Direction> {
    lowered(word, |word| MOTIONS.get(word).copied()).flatten()
}

/// Finds the one direction that a sentence names, with the word; `None` where it names none or both. A word counts where
/// it is the verb: in front of the sentence, at its end, or before a number or one of the words that follow such a verb.
pub(super) fn direction(text: &str) -> Option<(Direction, String)> {
    let is_verb = |next: &str| is_among(next, BEHIND_A_VERB) || next.starts_with(|c: char| c.is_ascii_digit());
    let mut found: Option<(Direction, &str)> = None;
    let mut words = written(text);
    let mut first = true;
    while let Some(word) = words.next() {
        let way = motion(word).filter(|_| first || words.clone().next().is_none_or(is_verb));
        first = false;
        match (way, found) {
            (Some(way), Some((known, _))) if way != known => return None,
            (Some(way), None) => found = Some((way, word)),
            _ => {}
        }
    }
    found.map(|(way, word)| (way, word.to_lowercase()))
}

/// Finds the word by which a sentence speaks of a share of a whole, unless it speaks of growth, which may pass 100 %.
pub(super) fn share(text: &str) -> Option<String> {
    const GROWTH: &[&str] = &["growth", "grow", "grows", "more", "return", "retention"];
    const SHARE: &[&str] =
        &["share", "proportion", "percentage", "rate", "coverage", "uptime", "availability", "accuracy"];
    let words: Vec<&str> = written(text).collect();
    if words.iter().any(|word| is_among(word, GROWTH)) {
        return None;
    }
    let percent = |word: &str| word.ends_with('%') || word.eq_ignore_ascii_case("percent");
    let whole = words.windows(2).find(|pair| pair[1].eq_ignore_ascii_case("of") && percent(pair[0]));
    let named = words.iter().find(|word| is_among(word, SHARE)).map(|word| word.to_lowercase());
    let bare = |word: &str| word.trim_start_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    named.or_else(|| whole.map(|pair| format!("{} of", bare(pair[0]))))
}

/// Finds the word by which a sentence speaks of speed, volume, growth or cost: what gets better at something's expense.
pub(super) fn pressure(text: &str) -> Option<String> {
    const PRESSURE: &[&str] = &[
        "latency",
        "speed",
        "faster",
        "time",
        "throughput",
        "frequency",
        "volume",
        "traffic",
        "growth",
        "grow",
        "grows",
        "double",
        "doubles",
        "cost",
        "costs",
        "spend",
        "spending",
        "revenue",
        "signups",
        "sign-ups",
        "deployments",
    ];
    let pressing = |word: &str| lowered(word, |lower| PRESSURE.iter().any(|known| known.as_bytes() == lower));
    written(text).find(|word| pressing(word) == Some(true)).map(str::to_lowercase)
}

/// Tells whether two sentences say the same in the same words, or nearly.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (words(a).join(" "), words(b).join(" "));
    !a.is_empty() && strsim::normalized_levenshtein(&a, &b) >= 0.9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_which_way() {
        assert!(UP.iter().chain(DOWN).all(|word| motion(word).is_some()), "every verb is short enough to be found");
        assert_eq!(pressure("Deployments").as_deref(), Some("deployments"));
        for (text, way) in [
            ("P99 latency falls to 294 ms", Some(Direction::Down)),
            ("Raise activation to 30 %", Some(Direction::Up)),
            ("Increase retention, and let churn fall to 2 %", None),
            ("Parents no longer need stamps or copies", None),
            ("Time from merge to production falls by half", Some(Direction::Down)),
            ("Margin grows", Some(Direction::Up)),
            ("Merchants pay", None),
        ] {
            assert_eq!(direction(text).map(|(way, _)| way), way, "{text}");
        }
    }

    #[test]
    fn reads_what_of() {
        assert_eq!(share("90 % of builds pass").as_deref(), Some("% of"));
        assert_eq!(share("Crash rate under 1 %").as_deref(), Some("rate"));
        assert_eq!(share("Revenue growth rate of 140 %"), None);
        assert_eq!(pressure("Halve the deployment time").as_deref(), Some("time"));
        assert_eq!(pressure("Merchants trust us"), None);
        assert!(alike("Customers trust us.", "customers  trust us") && !alike("Customers trust us", "Checkout works"));
    }
}
