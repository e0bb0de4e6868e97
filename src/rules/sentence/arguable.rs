//! Owns which words leave open whether a sentence has come true: two people who look at the same facts could disagree.

use super::lexicon::{Class, Form};
use super::reached::reached;
use super::spoken::{Spoken, unled};
use super::tokens::Sentence;

/// Finds the word by which a sentence leaves its success to opinion; `None` where something in it says when it is reached.
pub(crate) fn arguable(sentence: &Sentence<'_>) -> Option<String> {
    if reached(sentence, true).is_some() {
        return None;
    }
    let tokens = sentence.without_asides();
    let said = Spoken(unled(&tokens));
    // `Support a format` is as clear as `Build a format`.
    let first = said.at(0)?;
    let thing = first.any(&["support", "scale", "expand"]) && said.from(1).thing();
    if said.leads(Class::Improves) && !thing || said.leads(Class::Changes) {
        return Some(first.raw.to_owned());
    }
    // `The API is stable`, `Make it faster`: said of something, not part of its name.
    let stated = |at: usize| {
        at > 0
            && (at.saturating_sub(3)..at)
                .any(|at| said.is(at, Class::Be) || said.is(at, Class::Attains) || said.is(at, Class::Behaves))
    };
    // What work is done for is no mark of it, `Run tests to decide better`, nor what only tells which is meant.
    let aim = said.find(1, |_, token| {
        token.any(&["that", "which", "who"]) || said.leads(Class::Delivers) && token.any(&["to", "so", "because"])
    });
    let found = Spoken(&said.0[..aim.unwrap_or(said.0.len())]).find(0, |at, token| {
        token.is(Class::Arguable)
            || [Form::Base, Form::S].iter().any(|form| token.form(Class::Felt, *form)) && at > 0
            || token.is(Class::Compares) && !(at > 0 && said.0[at - 1].word == "the")
            || token.is(Class::Quality) && stated(at)
    });
    found.map(|at| said.0[at].raw.to_owned())
}
