//! Owns the fields that hold one of a fixed set of words, and what is said of any other.

use super::document::Content;
use super::nearest::nearest;
use super::table::{At, Read, Reader};
use crate::finding::Finding;
use crate::okr::{Commitment, Health, InitiativeStatus, Role, Status};

/// One of a fixed set of words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Choice<T>(pub(crate) T);
/// A type whose values are words.
pub(crate) trait Words: Copy + PartialEq + 'static {
    /// Each word with what it stands for.
    const WORDS: &'static [(&'static str, Self)];

    /// Gives the value of a word.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|&(_, value)| value)
    }

    /// Gives the word of a value.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|&&(_, value)| value == self).map_or("", |&(word, _)| word)
    }
}

macro_rules! words {
    ($($type:ty: $($word:literal $value:ident),+;)+) => {
        $(impl Words for $type {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, <$type>::$value)),+];
        })+
    };
}

words! {
    Commitment: "aspirational" Aspirational, "committed" Committed;
    Status: "active" Active, "deferred" Deferred, "dropped" Dropped;
    Role: "goal" Goal, "guardrail" Guardrail;
    InitiativeStatus: "planned" Planned, "active" Active, "done" Done, "dropped" Dropped;
    Health: "on-track" OnTrack, "at-risk" AtRisk, "off-track" OffTrack;
}

impl<T: Words> Read for Choice<T> {
    fn read(value: &Content<'_>, at: &At<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let known = || T::WORDS.iter().map(|&(word, _)| word).collect::<Vec<_>>();
        let word = match value {
            Content::String(word) => word,
            _ => {
                reader.wrong_type(value, at, &format!("one of {}", quoted(&known())));
                return None;
            }
        };
        if let Some(value) = T::from_word(word) {
            return Some(Choice(value));
        }
        wrong_word(word, &known(), at, reader);
        None
    }
}

/// Reports a word that is none of the known ones.
pub(crate) fn wrong_word(word: &str, known: &[&str], at: &At<'_>, reader: &mut Reader<'_>) {
    let shown: String = crate::text::printable(word).chars().take(40).collect();
    let close = nearest(word, known);
    let message = match close {
        Some(close) => format!("`{}` is \"{shown}\", the nearest word that it may be is \"{close}\"", at.word()),
        None => format!("`{}` is \"{shown}\", which says nothing here", at.word()),
    };
    let finding = reader.problem("field-type", at, message);
    let finding = Finding { help: format!("write one of {}", quoted(known)), ..finding };
    reader.found.push(match close {
        Some(close) => {
            let edit = reader.edit(at.span.clone(), format!("\"{close}\""));
            finding.fix(format!("write \"{close}\""), false, vec![edit])
        }
        None => finding,
    });
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
