//! Owns the reading of a key result's sentence: whether it says when it is reached, by which words, and which fields
//! say the same. English words; numbers in any language.

use super::lexicon::Class;
use super::spoken::{Spoken, unled};
use super::tokens::Sentence;
use crate::rules::words::words;
use foldhash::HashMap;
use std::sync::LazyLock;

/// What in a sentence says when it is reached.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reached {
    /// The words that decided.
    pub words: String,
    /// Fields that say the same, as TOML lines; empty where the sentence leaves that open.
    pub fields: Vec<(&'static str, String)>,
}

/// The field that says the same as a word, with its value, where there is one.
type Total = Option<(&'static str, &'static str)>;
/// Words that leave nothing open, each with the field that says the same.
const TOTALS: &[(&str, Total)] = &[
    ("zero no nobody none nothing", Some(("at_most", "0"))),
    ("halve halves halved", Some(("change", "\"-50%\""))),
    ("double doubles doubled twice", Some(("change", "\"2x\""))),
    ("triple triples tripled thrice", Some(("change", "\"3x\""))),
    ("quadruple quadruples quadrupled", Some(("change", "\"4x\""))),
    ("never always half third two-thirds quarter fifth tenth majority", None),
];
static BY_WORD: LazyLock<HashMap<&'static str, Total>> =
    LazyLock::new(|| TOTALS.iter().flat_map(|&(list, field)| list.split(' ').map(move |word| (word, field))).collect());
/// Limits of one, which as a word of its own is mostly no number.
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
];

/// What all of them say.
const ONE: &[u8] = b"one";

/// Reads a sentence; `None` where it leaves open when it is reached.
pub(crate) fn reached(sentence: &Sentence<'_>, english: bool) -> Option<Reached> {
    if let Some((from, to)) = sentence.span() {
        let mut fields = vec![("baseline", from.value.to_string()), ("target", to.value.to_string())];
        let unit = if to.unit.is_empty() { &from.unit } else { &to.unit };
        if !unit.is_empty() {
            fields.push(("unit", format!("\"{unit}\"")));
        }
        return Some(Reached { words: format!("{} to {}", from.word, to.word), fields });
    }
    if let Some(first) = sentence.amounts().first() {
        let mut fields = vec![("baseline", "…".to_owned()), ("target", first.value.to_string())];
        if !first.unit.is_empty() {
            fields.push(("unit", format!("\"{}\"", first.unit)));
        }
        return Some(Reached { words: first.word.clone(), fields });
    }
    if !english {
        return sentence.text.contains(char::is_numeric).then(|| Reached { words: String::new(), fields: Vec::new() });
    }
    if sentence.text.as_bytes().windows(ONE.len()).any(|begin| begin.eq_ignore_ascii_case(ONE)) {
        let lower = format!(" {} ", words(sentence.text).join(" "));
        if let Some(phrase) = LIMITS.iter().find(|phrase| lower.contains(&format!(" {phrase} "))) {
            return Some(Reached { words: (*phrase).to_owned(), fields: Vec::new() });
        }
    }
    let said = Spoken(unled(sentence.tokens()));
    if let Some((at, field)) = (0..said.0.len()).find_map(|at| Some((at, total(said, at)?))) {
        let mut fields: Vec<(&str, String)> = field.into_iter().map(|(key, value)| (key, value.to_owned())).collect();
        if fields.iter().any(|(key, _)| *key == "change") {
            fields.insert(0, ("baseline", "…".to_owned()));
        }
        return Some(Reached { words: said.0[at].raw.to_owned(), fields });
    }
    if let Some(at) = (0..said.0.len()).find(|&at| whole(said, at)) {
        return Some(Reached { words: said.0[at].raw.to_owned(), fields: vec![("done", "false".to_owned())] });
    }
    let (first, second) = said.rhythms()?;
    Some(Reached { words: said.words(first..second + 1), fields: Vec::new() })
}

/// Reads a word that leaves nothing open, with the field that says the same, where there is one.
fn total(said: Spoken<'_>, at: usize) -> Option<Total> {
    let word = said.at(at)?.word.as_ref();
    let before = |words: &[&str]| at > 0 && said.0[at - 1].any(words);
    let after = |words: &[&str]| said.at(at + 1).is_some_and(|next| next.any(words));
    // `no longer` says nothing of how often; the second half and third parties are no amounts.
    // What is not to come out of some work says little about when that is done.
    let aside = at > 0 && said.leads(Class::Delivers);
    let name = match word {
        "no" | "none" | "nothing" | "nobody" | "never" | "always" if aside => true,
        "no" => after(&["longer", "matter", "go"]),
        "half" => before(&["first", "second", "other"]) || after(&["year"]),
        "third" | "fifth" | "tenth" => !before(&["a", "one", "two"]),
        "quarter" => at < 2 || !before(&["a", "one"]) || !said.0[at - 2].any(&["by", "down", "up"]),
        _ => false,
    };
    if name {
        return None;
    }
    BY_WORD.get(word).copied()
}

/// Tells whether a word stands for a whole that has to be reached, `All managers are trained`, and not for how far
/// something goes: `Document all endpoints`, `works on all devices`.
fn whole(said: Spoken<'_>, at: usize) -> bool {
    let word = &said.0[at];
    let subject = at == 0 || said.is(at - 1, Class::Attains) || said.0[at - 1].any(&["that", "by", "sure"]);
    let of = said.at(at + 1).is_some_and(|next| next.word == "of") && said.leads(Class::Delivers);
    word.is(Class::Whole) && (subject && (at == 0 || word.word != "each") || of && word.word == "all")
}

#[cfg(test)]
mod tests {
    use super::super::look;
    use super::*;

    fn reached(text: &str) -> Option<Reached> {
        look(text, |said| super::reached(said, true))
    }

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
            "Waste falls by a fifth",
            "Page views reach one million",
            "10k downloads",
            "At least one team moves",
        ] {
            assert!(reached(text).is_some(), "{text}");
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
            "utf8 names work",
            "Customers no longer call",
            "It works on all devices",
        ] {
            assert_eq!(reached(text), None, "{text}");
        }
    }

    #[test]
    fn offers_the_fields() {
        let fields = |text| reached(text).map(|found| found.fields).unwrap_or_default();
        assert_eq!(
            fields("Latency falls from 420 ms to 294 ms"),
            [("baseline", "420".into()), ("target", "294".into()), ("unit", "\"ms\"".into())]
        );
        assert_eq!(fields("Grow revenue from €1.2M to €2M")[1], ("target", "2000000".into()));
        assert_eq!(fields("Share rises from 20% to 30%")[2], ("unit", "\"%\"".into()));
        assert_eq!(fields("Zero incidents"), [("at_most", "0".into())]);
        assert_eq!(fields("MTTR halves")[1], ("change", "\"-50%\"".into()));
        assert_eq!(fields("All managers are trained"), [("done", "false".into())]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[0-9.,% →a-z]{0,30}") {
            reached(&text);
        }
    }
}
