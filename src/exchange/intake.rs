//! Owns what an import has understood of a file so far, and what it has not.
//! Never reads a form: each form fills it.

use crate::okr::{Fields, Initiative};
use serde_json::Value;

/// A key result of the input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// Where it stands in the input, from 1.
    pub line: usize,
    /// The id that the input gives it, whatever it looks like.
    pub id: Option<String>,
    /// What was understood, as objective files have it.
    pub fields: Fields,
    /// The first recorded value, where it is the baseline and the past is not there to say so.
    pub first: Option<Value>,
}

/// An objective of the input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Goal {
    /// Where it stands in the input, from 1.
    pub line: usize,
    /// Its cycle, as the input writes it.
    pub cycle: Option<String>,
    /// The id that the input gives it, whatever it looks like.
    pub id: Option<String>,
    /// Whose file it belongs into, where the input says so.
    pub team: Option<String>,
    /// What was understood, as objective files have it.
    pub fields: Fields,
    /// In the order of the input.
    pub key_results: Vec<Measured>,
    /// In the order of the input.
    pub initiatives: Vec<Initiative>,
}

/// Something of the input that is in no file afterwards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// Where it stands in the input, from 1.
    pub line: usize,
    /// What it is, and why it was left; may quote the input.
    pub message: String,
}

/// All that was understood of an input, and all that was not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Intake {
    /// The form, or the tool that writes it.
    pub form: String,
    /// In the order of the input.
    pub goals: Vec<Goal>,
    /// What was called what: the input's name and ours, each pair once, in the order in which they came up.
    pub mapped: Vec<(String, String)>,
    /// What is in no file.
    pub left: Vec<Left>,
    /// Settings that go with the goals: the tables of `okr.toml` that dates and people hang on.
    pub settings: Option<Value>,
    /// The past as our own export tells it, newest first.
    pub events: Vec<Value>,
}

impl Intake {
    /// Starts one of a form.
    pub fn of(form: impl Into<String>) -> Self {
        Intake { form: form.into(), ..Intake::default() }
    }

    /// Notes what something of the input is called in our files, where that is not the same.
    pub fn map(&mut self, theirs: impl Into<String>, ours: impl Into<String>) {
        let pair = (theirs.into(), ours.into());
        if pair.0 != pair.1 && !self.mapped.contains(&pair) {
            self.mapped.push(pair);
        }
    }

    /// Notes what is left.
    pub fn leave(&mut self, line: usize, message: impl Into<String>) {
        self.left.push(Left { line, message: message.into() });
    }
}

/// Shortens a value of the input for a message.
pub fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    let short: String = text.chars().take(MOST).collect();
    let more = if text.chars().count() > MOST { "…" } else { "" };
    format!("`{short}{more}`")
}
