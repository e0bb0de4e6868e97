//! Owns which words count attention or activity for its own sake.

use super::lexicon::Class;
use super::numbers::Amount;
use super::spoken::{Spoken, unled};
use super::tokens::Sentence;

/// What makes an attention into behaviour: a share of it, an average, a rate.
const RELATED: &[&str] = &[
    "rate",
    "ratio",
    "conversion",
    "convert",
    "average",
    "share",
    "percentage",
    "proportion",
    "per",
    "who",
    "that",
    "start",
    "become",
    "cost",
    "costs",
    "return",
    "returning",
    "positive",
    "paid",
    "paying",
    "active",
];

/// Verbs of making, after which `views` and `hits` are things.
const MADE: &[&str] = &["add", "build", "create", "define", "design", "develop", "implement"];
const WITHIN: &[&str] = &["of", "from", "across", "in", "for", "among"];
const PERIODS: &[&str] = &["day", "week", "month", "quarter", "year"];

/// Finds the words by which a sentence counts popularity or volume with nothing to hold it against.
pub(crate) fn popular(sentence: &Sentence<'_>) -> Option<String> {
    let tokens = sentence.tokens();
    let said = Spoken(unled(tokens));
    let made = said.at(0).is_some_and(|first| first.any(MADE));
    let raw = |at: usize| {
        let pair = at > 0 && tokens[at].any(&["requests", "request"]) && tokens[at - 1].any(&["pull", "merge"]);
        let media = tokens[at].word == "media" && at > 0 && tokens[at - 1].word == "social" && at + 1 == tokens.len();
        pair || media || tokens[at].is(Class::Raw)
    };
    if made || !(0..tokens.len()).any(raw) {
        return None;
    }
    // `50 % more`, `by 20 %`: a share of what was there before holds it against nothing.
    let change =
        |at: usize| at > 0 && tokens[at - 1].word == "by" || tokens.get(at + 1).is_some_and(|next| next.word == "more");
    // Nor does `per month`.
    let period = |at: usize| {
        tokens[at].word == "per" && tokens.get(at + 1).is_some_and(|next| next.amount.is_some() || next.any(PERIODS))
    };
    let related = (0..tokens.len()).any(|at| {
        let share = |amount: &Amount| amount.unit == "%" && !change(at) || amount.value.fract() != 0.0;
        tokens[at].any(RELATED) && !period(at) || tokens[at].amount.as_ref().is_some_and(share)
    });
    if related {
        return None;
    }
    let counted = |at: usize| {
        let number = tokens[..at].iter().rposition(|token| token.amount.is_some()).filter(|number| at - number <= 4);
        // `out of ten thousand commits`: not what is counted.
        let first =
            number.map(|at| tokens[..at].iter().rposition(|token| token.amount.is_none()).map_or(0, |at| at + 1));
        let within = first.is_some_and(|first| first > 0 && tokens[first - 1].any(WITHIN));
        if within {
            return None;
        }
        number.or_else(|| tokens[..at].iter().position(|token| token.is(Class::Changes)))
    };
    // `Page views reach a million`: the number stands behind.
    let reaches = |at: usize| {
        let verb = tokens.get(at + 1).filter(|next| next.is(Class::Attains) || next.is(Class::Changes))?;
        let number = tokens[at + 2..].iter().take(4).position(|token| token.amount.is_some())?;
        (!tokens[at].stop && !verb.stop).then_some(at + 2 + number)
    };
    let told = |at: usize| counted(at).map(|from| (from, at)).or_else(|| Some((at, reaches(at)?)));
    let (from, to) = (0..tokens.len()).filter(|&at| raw(at)).find_map(told)?;
    let words: Vec<&str> = tokens[from..=to].iter().map(|token| token.raw).collect();
    Some(words.join(" "))
}
