//! Owns the words of a sentence in their order, each with what it can be. Takes away what is no sentence: marks of lists,
//! numbering, Markdown.

use super::lexicon::{Class, Classes, Form};
use super::numbers::{self, Amount};
use std::borrow::Cow;

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
        self.classes.form(class) == Some(form)
    }

    /// Tells whether it is one of some words.
    pub fn any(&self, words: &[&str]) -> bool {
        words.contains(&self.word.as_ref())
    }
}

/// Takes list marks, numbering such as `KR1:` or `[P0]`, and Markdown off a sentence, and puts space around its arrows.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let mut rest = text.trim();
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

/// Tells whether a word only numbers what follows: `KR1:`, `O2.KR3`, `P1:`, `1.`, `2)`, `1.3.`.
fn numbering(word: &str) -> bool {
    // Most words are none: what numbers begins with a digit or one of these letters.
    if !word
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'k' | 'K' | 'o' | 'O' | 'p' | 'P' | '\u{212a}'))
    {
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
        let count = |signs: [u8; 2]| written.bytes().filter(|byte| signs.contains(byte)).count();
        let (opens, closes) = (count(*b"(["), count(*b")]"));
        let aside = depth > 0 || opens > 0 && written.starts_with(['(', '[']);
        depth = (depth + opens).saturating_sub(closes);
        let bare = written.trim_matches(|c: char| {
            !c.is_alphanumeric()
                && !matches!(c, '%' | '&' | '<' | '>' | '≤' | '≥' | '=' | '→' | '+' | '/' | '-' | '–' | '—')
        });
        let amount = amounts.next_if(|amount| amount.at == at);
        if bare.is_empty() {
            if let Some(Token { stop, .. }) = tokens.last_mut() {
                *stop = true;
            }
            continue;
        }
        let ended = written.trim_end_matches(['"', '\'', ')', ']', '”', '’']);
        let (stop, colon) = (ended.ends_with([',', ';', ':', '.', '!', '?']), ended.ends_with(':'));
        let word = match bare.is_ascii() {
            true if !bare.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Borrowed(bare),
            true => Cow::Owned(bare.to_ascii_lowercase()),
            false => Cow::Owned(bare.replace('’', "'").to_lowercase()),
        };
        let classes = Classes::of(&word);
        tokens.push(Token { raw: bare, word, stop, colon, aside, classes, amount });
    }
    tokens
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
