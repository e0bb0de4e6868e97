//! Owns the words of a sentence in their order, each with what it can be. Takes away what is no sentence: marks of lists,
//! numbering, Markdown.

use super::lexicon::{Class, Classes, Form};
use super::numbers::{self, Amount};
use std::borrow::Cow;
use std::cell::OnceCell;

/// A sentence that many rules look at: its words are read for the first that asks.
pub struct Sentence<'t> {
    /// What [`clean`] gave.
    pub(super) text: &'t str,
    tokens: OnceCell<Vec<Token<'t>>>,
}

impl<'t> Sentence<'t> {
    /// Takes what [`clean`] gave.
    pub(crate) fn new(text: &'t str) -> Self {
        Sentence { text, tokens: OnceCell::new() }
    }

    /// Gives its words.
    pub(super) fn tokens(&self) -> &[Token<'t>] {
        self.tokens.get_or_init(|| read(self.text))
    }

    /// Gives its words but for those in brackets.
    pub(super) fn without_asides(&self) -> Cow<'_, [Token<'t>]> {
        let tokens = self.tokens();
        match tokens.iter().any(|token| token.aside) {
            false => tokens.into(),
            true => tokens.iter().filter(|token| !token.aside).cloned().collect(),
        }
    }

    /// Gives its numbers.
    pub(super) fn amounts(&self) -> Vec<&Amount> {
        self.tokens().iter().filter_map(|token| token.amount.as_ref()).collect()
    }

    /// Finds a from–to among its numbers.
    pub(super) fn span(&self) -> Option<(&Amount, &Amount)> {
        numbers::span(self.text, &self.amounts())
    }
}

/// Looks at a text that nobody else looks at.
pub(crate) fn look<R>(text: &str, at: impl FnOnce(&Sentence<'_>) -> R) -> R {
    at(&Sentence::new(&clean(text)))
}

/// One word of a sentence.
#[derive(Debug, Clone)]
pub(super) struct Token<'t> {
    /// As written, without the punctuation around it.
    pub raw: &'t str,
    /// In lower case.
    pub word: Cow<'t, str>,
    /// Whether punctuation behind it ends a phrase.
    pub stop: bool,
    /// Whether that is a colon.
    pub colon: bool,
    /// Whether it stands in brackets.
    pub aside: bool,
    /// What it can be.
    pub classes: Classes,
    /// The number that it is.
    pub amount: Option<Amount>,
}

impl Token<'_> {
    /// Tells whether it can be of a class, in any form.
    pub fn is(&self, class: Class) -> bool {
        self.classes.is(class)
    }

    /// Tells whether it can be a noun or an adjective of a class.
    pub fn noun(&self, class: Class) -> bool {
        self.classes.noun(class)
    }

    /// Tells whether it can be of a class in a certain form.
    pub fn form(&self, class: Class, form: Form) -> bool {
        self.classes.has(class, form)
    }

    /// Tells whether it is one of some words.
    pub fn any(&self, words: &[&str]) -> bool {
        words.contains(&self.word.as_ref())
    }
}

/// Takes list marks, numbering such as `KR1:` or `[P0]`, and Markdown off a sentence, and puts space around its arrows.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let mut rest = text.trim();
    // Most sentences begin with a word that numbers nothing, and are letters, digits and full stops throughout.
    let is_word = |c: char| c.is_ascii_alphabetic() && !MAY_NUMBER.contains(&c);
    let is_bare = |byte: u8| byte.is_ascii() && !matches!(byte, b'[' | b'*' | b'_' | b'`' | b'>');
    if rest.starts_with(is_word) && rest.bytes().fold(true, |bare, byte| bare & is_bare(byte)) {
        return rest.into();
    }
    loop {
        let before = rest;
        rest = rest.trim_start_matches(['-', '*', '•', '–', '#', '>', '✅', '☐']).trim_start();
        if rest.len() < before.len() && before.starts_with(['-', '–']) && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            // A sign, not a mark.
            rest = before;
        }
        for (open, close) in [('[', ']'), ('(', ')')] {
            if let Some((mark, behind)) = rest.strip_prefix(open).and_then(|inner| inner.split_once(close))
                && mark.chars().count() <= 4
                && !behind.starts_with('(')
                && !behind.trim().is_empty()
            {
                rest = behind.trim_start();
            }
        }
        let (first, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        if numbering(first) && !behind.trim().is_empty() {
            rest = behind.trim_start().trim_start_matches([':', '-', '–']).trim_start();
        }
        if rest.len() == before.len() {
            break;
        }
    }
    match unmarked(rest) {
        Cow::Borrowed(clear) => numbers::apart(clear),
        Cow::Owned(clear) => numbers::apart(&clear).into_owned().into(),
    }
}

/// Letters that what numbers may begin with; the last is the sign of the kelvin, a `k` in lower case.
const MAY_NUMBER: [char; 7] = ['k', 'K', 'o', 'O', 'p', 'P', '\u{212a}'];

/// Tells whether a word only numbers what follows: `KR1:`, `O2.KR3`, `P1:`, `1.`, `2)`, `1.3.`.
fn numbering(word: &str) -> bool {
    // Most words are none: what numbers begins with a digit or one of these letters.
    if !word.starts_with(|c: char| c.is_ascii_digit() || c == '.' || MAY_NUMBER.contains(&c)) {
        return false;
    }
    let lower = word.to_lowercase();
    let bare = lower.trim_end_matches([':', '.', ')', '-', '–']);
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let ended = bare.len() < lower.len();
    if digits(bare) {
        return ended;
    }
    let Some(at) = bare.rfind("kr") else {
        return ended && bare.strip_prefix(['p', 'o']).is_some_and(digits);
    };
    let (front, number) = (&bare[..at], &bare[at + 2..]);
    let number = number.trim_start_matches(['-', '.', '#']);
    (number.is_empty() && ended || digits(number)) && (front.is_empty() || front.starts_with('o'))
}

/// Takes emphasis and code marks away, and leaves the words of a link.
fn unmarked(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'[' | b'*' | b'_' | b'`')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let Some((label, url)) = rest[open + 1..].split_once("](") else { break };
        let Some((_, behind)) = url.split_once(')') else { break };
        out.push_str(&rest[..open]);
        out.push_str(label);
        rest = behind;
    }
    out.push_str(rest);
    for mark in ["**", "__", "`"] {
        if out.contains(mark) {
            out = out.replace(mark, "");
        }
    }
    Cow::Owned(out)
}

/// Reads the words of a sentence that [`clean`] gave.
pub(super) fn read(text: &str) -> Vec<Token<'_>> {
    let words = numbers::split(text);
    let mut amounts = numbers::among_words(&words).into_iter().peekable();
    let mut depth = 0_usize;
    let mut tokens = Vec::with_capacity(words.len());
    for (at, written) in words.into_iter().enumerate() {
        let amount = amounts.next_if(|amount| amount.at == at);
        // Most words have nothing around them that had to be taken off.
        if written.bytes().fold(true, |bare, byte| bare & byte.is_ascii_alphanumeric()) {
            tokens.push(Token::new(written, false, false, depth > 0, amount));
            continue;
        }
        let count = |signs: [u8; 2]| written.bytes().filter(|byte| signs.contains(byte)).count();
        let (opens, closes) = (count(*b"(["), count(*b")]"));
        let aside = depth > 0 || opens > 0 && written.starts_with(['(', '[']);
        depth = (depth + opens).saturating_sub(closes);
        let bare = written.trim_matches(|c: char| {
            !c.is_alphanumeric()
                && !matches!(c, '%' | '&' | '<' | '>' | '≤' | '≥' | '=' | '→' | '+' | '/' | '-' | '–' | '—')
        });
        if bare.is_empty() {
            if let Some(Token { stop, .. }) = tokens.last_mut() {
                *stop = true;
            }
            continue;
        }
        let ended = written.trim_end_matches(['"', '\'', ')', ']', '”', '’']);
        let (stop, colon) = (ended.ends_with([',', ';', ':', '.', '!', '?']), ended.ends_with(':'));
        tokens.push(Token::new(bare, stop, colon, aside, amount));
    }
    tokens
}

impl<'t> Token<'t> {
    fn new(raw: &'t str, stop: bool, colon: bool, aside: bool, amount: Option<Amount>) -> Self {
        let word = match raw.is_ascii() {
            true if !raw.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Borrowed(raw),
            true => Cow::Owned(raw.to_ascii_lowercase()),
            false => Cow::Owned(raw.replace('’', "'").to_lowercase()),
        };
        let classes = Classes::of(&word);
        Token { raw, word, stop, colon, aside, classes, amount }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_marks_away() {
        for (text, clear) in [
            ("KR1: Revenue grows", "Revenue grows"),
            ("- [ ] Ship it", "Ship it"),
            ("(0.3) Ship it", "Ship it"),
            ("[P0] **Ship** [it](https://a.example/b)", "Ship it"),
            ("O2.KR3 - Ship it", "Ship it"),
            ("1. Ship it", "Ship it"),
            ("3 new clients", "3 new clients"),
            ("1.5 days to ship", "1.5 days to ship"),
            ("-5 % cost", "-5 % cost"),
            ("KR", "KR"),
        ] {
            assert_eq!(clean(text), clear, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|[\\[\\]()*_`KkRr0-9.:# -]{0,20}") {
            read(&clean(&text));
        }
    }
}
