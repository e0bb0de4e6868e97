//! Owns what a sentence is about: a change in the world, or work that gets done. The first sign decides, and is named;
//! where there is none the sentence stays open.

use super::lexicon::{Class, Form};
use super::numbers::Amount;
use super::spoken::{Spoken, unled};
use super::tokens::{Sentence, Token};

/// What a sentence is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A measure, or what people do, changes or holds. The words that decided.
    Outcome(String),
    /// Something gets done, or is there. By which sign, and the words that decided.
    Output(Sign, String),
    /// The sentence does not tell.
    Open,
}

/// By what a sentence shows that it is about work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A verb of work: `publish`.
    Work,
    /// Things are counted: `12 workshops`.
    Count,
    /// A thing is there or in a state: `is documented`, `live`, `in place`.
    There,
    /// A share of a task, or everybody doing it: `100 % of teams have a plan`.
    Task,
    /// Somebody has a thing: `we have`.
    Have,
    /// Something is possible, and nobody says who does it: `users can`.
    Can,
    /// A thing is named, and nothing said about it.
    Thing,
}

/// A look for one sign.
type Look = fn(Spoken<'_>) -> Option<Effect>;

/// The signs, in the order in which they are believed: what stands in front first, then who acts, then measures and
/// numbers, and what is merely there last.
const LOOKS: &[Look] = &[
    |said| said.work(),
    |said| said.changing(),
    |said| said.promising(),
    |said| said.attaining(),
    |said| said.unknown(),
    |said| said.share(),
    |said| said.none(),
    |said| said.people(),
    |said| said.measured(),
    |said| said.used(),
    |said| said.borne(),
    |said| said.compared(),
    |said| said.answered(),
    |said| said.having(),
    |said| said.there(),
    |said| said.able(),
    |said| said.counted(),
    |said| said.named(),
];

/// Reads what a sentence is about.
pub(crate) fn effect(sentence: &Sentence<'_>) -> Effect {
    let plain = sentence.without_asides();
    let said = Spoken(unled(if plain.is_empty() { sentence.tokens() } else { &plain }));
    said.moves(sentence.span()).unwrap_or_else(|| said.effect())
}

impl Spoken<'_> {
    /// Looks for the signs in their order.
    pub fn effect(self) -> Effect {
        LOOKS.iter().find_map(|look| look(self)).unwrap_or(Effect::Open)
    }

    /// From one value to another.
    fn moves(self, span: Option<(&Amount, &Amount)>) -> Option<Effect> {
        if let Some((from, to)) = span {
            // `Upgrade the database from 12 to 15` names versions.
            let versions = self.at(0)?.form(Class::Delivers, Form::Base) && !from.bears() && !to.bears();
            return (!versions).then(|| Effect::Outcome(format!("{} to {}", from.word, to.word)));
        }
        if let Some((first, second)) = self.rhythms() {
            return self.outcome(first..second + 1);
        }
        self.stated().or_else(|| self.shifted())
    }

    /// A number behind a colon: `Applications: 3,100`.
    fn stated(self) -> Option<Effect> {
        let colon = self.find(0, |_, token| token.colon)?;
        let value = self.from(colon + 1);
        let at = value.start().filter(|&at| value.0[at].amount.is_some())?;
        let noun = value.at(at + 1).is_some_and(|next| next.noun(Class::Thing));
        if noun || self.leads(Class::Delivers) && !self.nounish(0) { None } else { self.outcome(0..colon + at + 2) }
    }

    /// A number that moves: `waste down to 9 %`, `costs up 4 %`, `complaints cut in half`.
    fn shifted(self) -> Option<Effect> {
        let at = self.find(1, |at, token| {
            if !token.is(Class::Changes) && !token.any(&["up", "down"]) {
                return false;
            }
            let to = token.word == "down" && self.0.get(at + 1).is_some_and(|next| next.any(&["to", "by", "from"]));
            let by = token.any(&["up", "down"]) && self.bears(at + 1);
            let from = token.word == "up" && self.0.get(at + 1).is_some_and(|next| next.any(&["from", "by"]));
            let cut = token.is(Class::Changes) && !token.noun(Class::Thing);
            let number = |token: &Token<'_>| token.amount.is_some() || token.is(Class::Part);
            by || (to || from || cut) && self.0[at + 1..].iter().take(4).any(number)
        })?;
        self.outcome(at - 1..at + 3)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{arguable, look, popular, reached};
    use super::*;

    fn effect(text: &str) -> Effect {
        look(text, super::effect)
    }

    fn sign(text: &str) -> Option<Sign> {
        match effect(text) {
            Effect::Output(sign, _) => Some(sign),
            _ => None,
        }
    }

    #[test]
    fn names_the_words_that_decided() {
        for (text, sign, words) in [
            ("KR2: we will publish the handbook", Sign::Work, "publish the handbook"),
            ("12 workshops for new staff", Sign::Count, "12 workshops"),
            ("The price list is published", Sign::There, "is published"),
            ("100 % of teams have a plan", Sign::Task, "100 … have a plan"),
            ("We have a rota for weekends", Sign::Have, "have a rota"),
            ("Readers can renew by phone", Sign::Can, "Readers can renew"),
            ("New guide for tenants", Sign::Thing, "New guide"),
        ] {
            assert_eq!(effect(text), Effect::Output(sign, words.to_owned()), "{text}");
        }
        for (text, words) in [
            ("Loans rise from 40 to 60", "40 to 60"),
            ("Resolve 95 % of calls within a day", "Resolve 95"),
            ("Zero accidents", "Zero accidents"),
            ("Waiting time below ten minutes", "time"),
            ("Three members renew", "members renew"),
            ("Backups monthly to daily", "monthly to daily"),
            ("Applications: 3,100", "Applications: 3,100"),
            ("Waste down to 9 %", "Waste down to 9"),
        ] {
            let Effect::Outcome(said) = effect(text) else { panic!("{text}: {:?}", effect(text)) };
            assert!(text.contains(words) && !said.is_empty(), "{text}: {said}");
        }
    }

    #[test]
    fn work_with_a_change_in_it_is_no_plain_work() {
        assert_eq!(sign("Ship two trials that raise activation from 20 % to 30 %"), None);
        assert_eq!(sign("Launch in 5 cities"), Some(Sign::Work));
        assert_eq!(sign("Upgrade the database from 12 to 15"), Some(Sign::Work));
        assert_eq!(sign("Build time under 8 minutes"), None);
        assert_eq!(sign("Fill 90 % of posts from within"), None);
        assert_eq!(sign("Improve the manual"), Some(Sign::Work));
        assert_eq!(sign("Improve retention"), None);
    }

    #[test]
    fn a_plural_has_its_verb_wherever_that_stands() {
        for text in [
            "Questions about parking halve",
            "Loans to new members reach CHF 2 million",
            "Branch lines overtake main lines in punctuality",
            "New hires make a first change in week one",
            "Two thirds of updated pages keep their readers",
        ] {
            assert_eq!(sign(text), None, "{text}");
        }
        for text in ["Sales deck", "Operations handbook for night shifts", "Two thirds of pages updated"] {
            assert!(sign(text).is_some(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,40}|((at|least|one|of|in|12|9%|a|day|all|team|have|can|ship|is|to|[:(),%→]|no|up|down|is|add|from) ?){0,9}") {
            effect(&text);
            look(&text, arguable);
            look(&text, popular);
            look(&text, |said| reached(said, true));
        }
    }
}
