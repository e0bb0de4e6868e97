//! Owns goals on their way out to other tools and in from them: one file a format, each ending in, or beginning with, the
//! plain fields that objective files are made of.
//! Never touches a disk or a repository: texts come in and go out.

mod columns;
mod csv;
mod event_lines;
mod export;
mod form;
mod gitokr;
mod given;
mod intake;
mod json;
mod json_text;
mod markdown;
mod okrchestra;
mod replay;
mod rounds;
mod score_ladder;
mod settle;
mod structured_goals;
#[cfg(test)]
mod tests;
mod yaml;

pub use columns::Column;
pub use csv::{check_ins as check_ins_csv, goals as goals_csv};
pub use event_lines::events as event_lines;
pub use export::{CheckInRow, Export, ExportV1, Exported, ExportedKeyResultV1, ExportedObjectiveV1, Standing, unveil};
pub use form::{Form, mapping, read};
pub use given::{amount, flag};
pub use intake::{Goal, Intake, Left, Measured};
pub use json::document;
pub use replay::{Author, Dated, Step, dated};
pub use rounds::{Round, rounds};
pub use settle::{Settled, Wanted, settle};

/// The schema of what `export --format json` prints.
pub const SCHEMA: &str = include_str!("../../schemas/export.schema.json");

/// Largest input of an import, in bytes.
pub const LARGEST_INPUT: u64 = 32 << 20;

/// Why an input could not be read at all.
#[derive(Debug, thiserror::Error, miette::Diagnostic, PartialEq, Eq)]
pub enum Error {
    /// It is not what its form asks for.
    #[error("{}line {line}: {message}", if form.is_empty() { String::new() } else { format!("as {form}: ") })]
    #[diagnostic(help("{help}"))]
    Broken {
        /// The form that it was read as; empty where none was settled.
        form: &'static str,
        /// From 1.
        line: usize,
        /// What was seen.
        message: String,
        /// What to do.
        help: String,
    },
    /// Nobody knows what it is.
    #[error("no known form of goals")]
    #[diagnostic(help("{help}"))]
    Unknown {
        /// What to do.
        help: String,
    },
}
