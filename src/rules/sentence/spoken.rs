//! Owns the shape of a sentence: where it begins, where its first noun ends, where its verb is, which number and which
//! noun is a measure. Never says what that makes of it.

use super::effect::{Effect, Sign};
use super::lexicon::{Class, Form};
use super::numbers::Amount;
use super::tokens::Token;
use Class::{
    About, Attains, Be, Behaves, Can, Changes, Clause, Compares, Delivers, Have, Improves, Joins, Leads, Limit,
    Measure, People, Quality, Response, Thing, Trouble,
};
use std::ops::Range;

/// A sentence, or the part of one that a verb such as `achieve` hands on.
#[derive(Clone, Copy)]
pub(super) struct Spoken<'t>(pub &'t [Token<'t>]);

/// Skips what stands in front of a sentence and says nothing about what is wanted: `We will successfully`, `By June,`.
pub(super) fn unled<'t>(tokens: &'t [Token<'t>]) -> &'t [Token<'t>] {
    const OPENS: &[&str] = &["by", "in", "until", "during", "after", "once", "before", "within", "for", "at"];
    let mut rest = tokens;
    loop {
        let before = rest.len();
        let comma = rest.iter().take(7).position(|token| token.stop);
        if let (Some(first), Some(comma)) = (rest.first(), comma)
            && comma + 2 < rest.len()
            && first.any(OPENS)
        {
            rest = &rest[comma + 1..];
        }
        if let [first, second, ..] = rest
            && (first.is(Leads) || second.word == "to" && first.any(&["have", "able", "continue", "start", "begin"]))
        {
            rest = &rest[1..];
        }
        if rest.len() == before {
            return rest;
        }
    }
}

impl<'t> Spoken<'t> {
    /// Gives the word at a place.
    pub fn at(self, at: usize) -> Option<&'t Token<'t>> {
        self.0.get(at)
    }

    /// Tells whether the word at a place belongs to a class.
    pub fn is(self, at: usize, class: Class) -> bool {
        self.at(at).is_some_and(|token| token.is(class))
    }

    /// Finds the first word from a place on that holds.
    pub fn find(self, from: usize, holds: impl Fn(usize, &Token<'_>) -> bool) -> Option<usize> {
        (from..self.0.len()).find(|&at| holds(at, &self.0[at]))
    }

    /// Gives what follows from a place on.
    pub fn from(self, at: usize) -> Self {
        Spoken(self.0.get(at..).unwrap_or_default())
    }

    /// Joins some of its words as they are written.
    pub fn words(self, range: Range<usize>) -> String {
        let end = range.end.min(self.0.len());
        let words: Vec<&str> = self.0[range.start.min(end)..end].iter().map(|token| token.raw).collect();
        words.join(" ")
    }

    /// Decides for a change, by these words.
    pub fn outcome(self, range: Range<usize>) -> Option<Effect> {
        Some(Effect::Outcome(self.words(range)))
    }

    /// Decides for work, by these words.
    pub fn output(self, sign: Sign, range: Range<usize>) -> Option<Effect> {
        Some(Effect::Output(sign, self.words(range)))
    }

    /// Tells whether any word is a number.
    pub fn numbered(self) -> bool {
        self.0.iter().any(|token| token.amount.is_some())
    }

    /// Finds the first word behind what only surrounds a number: `at least`, `over`.
    pub fn start(self) -> Option<usize> {
        self.find(0, |_, token| !token.is(About))
    }

    /// Tells whether a number bears a measure by itself: a share, a time, money, a limit.
    pub fn bears(self, at: usize) -> bool {
        let Some(amount) = self.at(at).and_then(|token| token.amount.as_ref()) else { return false };
        let limit = self.0[at.saturating_sub(2)..at].iter().any(|token| token.is(Limit));
        amount.bears() || limit || self.0[at].raw.starts_with(['<', '>', '≤', '≥', '='])
    }

    /// Tells whether a number at a place is a time.
    pub fn time(self, at: usize) -> bool {
        self.at(at).and_then(|token| token.amount.as_ref()).is_some_and(Amount::is_time)
    }

    /// Tells whether a measure stands at a place as the noun that counts: `time to hire`, not `time sheet`.
    pub fn measure(self, at: usize) -> bool {
        let Some(token) = self.at(at) else { return false };
        let ends = |next: &Token<'_>| {
            next.classes.is_any(&[Joins, Changes, Attains, Compares, Quality])
                || next.amount.is_some()
                || next.word.ends_with("ly")
                || next.raw.starts_with(['<', '>', '≤', '≥', '='])
        };
        (token.noun(Measure) || token.noun(Trouble)) && (token.stop || self.at(at + 1).is_none_or(ends))
    }

    /// Tells whether the word at a place can be a noun that is known.
    pub fn nounish(self, at: usize) -> bool {
        self.0[at].classes.any_noun(&[Thing, Measure, Response, People, Trouble])
    }

    /// Tells whether a verb stands at a place behind the noun that it belongs to: `prices fall`, `the page loads`.
    pub fn verb(self, at: usize) -> bool {
        if at == 0 || self.0[at - 1].stop {
            return false;
        }
        let token = &self.0[at];
        // Most words are no verb of any kind.
        if !token.classes.is_any(&[Changes, Delivers, Behaves, Attains, Improves]) {
            return false;
        }
        let counted = at > 1 && self.0[at - 2].amount.is_some();
        let plural = self.0[at - 1].classes.plural() && (self.nounish(at - 1) || counted || at == 1);
        let acts = |form| {
            [Behaves, Delivers, Attains, Improves].iter().any(|class| token.form(*class, form)) && !self.nounish(at)
        };
        token.is(Changes) && !token.noun(Thing)
            || token.form(Delivers, Form::Past) && !self.0[at - 1].any(&["a", "an", "the"])
            || acts(Form::S)
            || plural && acts(Form::Base)
            || self.0[at - 1].noun(People) && plural && token.classes.is_any(&[Behaves, Attains])
    }

    /// Finds where the phrase of the first noun ends: at a preposition, a verb, a comma.
    pub fn phrase(self) -> usize {
        for (at, token) in self.0.iter().enumerate() {
            let joins = token.is(Joins) && token.amount.is_none() && !token.any(&["a", "an", "the"]);
            if at > 0 && (joins || self.verb(at)) {
                return at;
            }
            if token.stop {
                return at + 1;
            }
        }
        self.0.len()
    }

    /// Finds the last word of the first noun's phrase.
    pub fn head(self) -> Option<usize> {
        self.phrase().checked_sub(1)
    }

    /// Finds the finite verb of the main clause, for a sentence whose first word may be a noun or a verb.
    pub fn predicate(self) -> Option<usize> {
        let clause = self.find(1, |_, token| token.is(Clause)).unwrap_or(self.0.len());
        self.find(1, |at, token| {
            token.classes.is_any(&[Be, Have, Can])
                || token.any(&["takes", "take", "will", "do", "does", "doesn't", "don't"])
                || token.form(Changes, Form::S) && !token.noun(Thing)
                || self.verb(at) && !token.form(Delivers, Form::Past)
        })
        .filter(|&at| at < clause)
    }

    /// Finds the verb of a plural noun where something stands between them, or where no list knows it: `calls about bills
    /// halve`, `gifts overtake grants`. The noun that follows a plural is mostly a known thing: `sales deck`.
    pub fn distant(self) -> Option<usize> {
        let end = self.phrase();
        let many = |at: usize| self.0[at].classes.plural() && !self.0[at].stop && self.0[at].amount.is_none();
        let strange = |token: &Token<'_>| token.classes.unknown() && token.amount.is_none() && !token.classes.plural();
        let verb = |at: usize| at + 1 < self.0.len() && (strange(&self.0[at]) || self.acts(at));
        if let Some(at) = (1..end).find(|&at| many(at - 1) && verb(at)) {
            return Some(at);
        }
        if !end.checked_sub(1).is_some_and(many) {
            return None;
        }
        self.find(end + 1, |at, _| self.acts(at) && !self.is(at - 1, Joins))
    }

    /// Tells whether the word at a place can only be the verb of a plural: of work, where its object follows.
    pub fn acts(self, at: usize) -> bool {
        const OPENS: &[&str] = &["a", "an", "the", "their", "its", "our", "your", "his", "her", "no"];
        let token = &self.0[at];
        let of_own = [Changes, Attains, Behaves].iter().any(|class| token.form(*class, Form::Base));
        let work = token.form(Delivers, Form::Base) && self.at(at + 1).is_some_and(|next| next.any(OPENS));
        (of_own || work) && !self.nounish(at)
    }

    /// Finds two rhythms of which the first becomes the second: `weekly to daily`.
    pub fn rhythms(self) -> Option<(usize, usize)> {
        let first = self.find(0, |_, token| token.is(Class::Rhythm))?;
        let second = self.find(first + 1, |_, token| token.is(Class::Rhythm))?;
        let moved = self.0[first..second].iter().any(|token| token.any(&["to", "→", "->", "become", "becomes"]));
        moved.then_some((first, second))
    }
}
