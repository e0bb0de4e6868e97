//! Owns the reading of a key result's sentence: when it is reached, whether it says what changes or what gets done, what
//! in it is arguable, and the words that decided. Never judges.

mod arguable;
mod change;
mod effect;
mod fields;
mod lexicon;
mod numbers;
mod popular;
mod reached;
mod spoken;
mod tokens;
mod work;

pub(super) use arguable::arguable;
pub(super) use effect::{Effect, Sign, effect};
pub(super) use fields::{defined, measured};
pub(super) use popular::popular;
pub(super) use reached::reached;
pub use tokens::Sentence;
pub(super) use tokens::{clean, look};
