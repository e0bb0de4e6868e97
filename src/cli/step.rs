//! Owns the outputs of a job's step, by which later steps decide: names and values in the file that CI names.
//! Never puts anything into the environment of later steps.

use super::{Failure, Session, Usage};
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Write as _;
use std::path::PathBuf;

/// Names and values, in the order of being set.
#[derive(Debug, Default)]
pub struct Outputs(Vec<(&'static str, String)>);

impl Outputs {
    /// Sets an output.
    pub fn set(&mut self, name: &'static str, value: impl ToString) {
        self.0.push((name, value.to_string()));
    }

    /// Adds all of them to the file of the step, where CI has one.
    pub fn write(&self, session: &Session<'_>) -> Result<(), Failure> {
        let Some(file) = session.variable("GITHUB_OUTPUT").map(PathBuf::from) else {
            return Ok(());
        };
        let opened = std::fs::OpenOptions::new().create(true).append(true).open(&file);
        opened.and_then(|mut file| file.write_all(self.text(&delimiter()).as_bytes())).map_err(|error| {
            let message = format!("could not write the outputs of the step to {}: {error}", file.display());
            Usage::new(message, "unset GITHUB_OUTPUT where there is no such file").into()
        })
    }

    fn text(&self, delimiter: &str) -> String {
        self.0.iter().fold(String::new(), |mut text, (name, value)| {
            writeln!(text, "{name}<<{delimiter}\n{value}\n{delimiter}").expect("a string takes all that is written");
            text
        })
    }
}

/// Gives a line that nobody can foresee, so that no value can end itself and set another output.
fn delimiter() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("okr-{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_set_another_output() {
        let mut outputs = Outputs::default();
        outputs.set("comment-url", "x\nEOF\nclass=check-in");
        let delimiter = delimiter();
        assert_ne!(delimiter, self::delimiter());
        let text = outputs.text(&delimiter);
        assert_eq!(text, format!("comment-url<<{delimiter}\nx\nEOF\nclass=check-in\n{delimiter}\n"));
    }
}
