//! Owns which forms there are, and the guess at the form of a text: a form is one file beside this one, and one line in
//! each of the two tables below. Never looks at more of a name than its end.

use super::columns::{self, Column};
use super::intake::Intake;
use super::json_text::{self, Document};
use super::{Error, csv, gitokr, json, markdown, okrchestra, score_ladder, structured_goals, yaml};
use clap::ValueEnum;

/// A form that goals are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// What `export --format json` writes
    Json,
    /// What `export --format csv` writes, or the table of another tool
    Csv,
    /// YAML of okrchestra: objectives with objective_id and key_results
    Okrchestra,
    /// YAML of gitokr: Projects with their OKR by quarter
    Gitokr,
    /// JSON of objectives with keyResults
    StructuredGoals,
    /// JSON of objectives with results and their scoring
    ScoreLadder,
    /// Headings with tables or lists below them
    Markdown,
}

/// How the forms that are documents are told apart, and read.
type Reader = (Form, fn(&Document) -> bool, fn(&Document) -> Result<Intake, Error>);

const DOCUMENTS: &[Reader] = &[
    (Form::Json, json::is, json::read),
    (Form::Okrchestra, okrchestra::is, okrchestra::read),
    (Form::Gitokr, gitokr::is, gitokr::read),
    (Form::StructuredGoals, structured_goals::is, structured_goals::read),
    (Form::ScoreLadder, score_ladder::is, score_ladder::read),
];

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Json,
    Yaml,
    Csv,
    Markdown,
}

/// Says what a text is written in, by the end of its name, else by how it begins.
fn syntax(name: &str, text: &str) -> Syntax {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
    match end.as_str() {
        "json" => return Syntax::Json,
        "yaml" | "yml" => return Syntax::Yaml,
        "csv" | "tsv" => return Syntax::Csv,
        "md" | "markdown" => return Syntax::Markdown,
        _ => {}
    }
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let first = text.lines().next().unwrap_or_default();
    let is_heading = |line: &str| line.starts_with('#') && line.trim_start_matches('#').starts_with(' ');
    if text.starts_with(['{', '[']) {
        Syntax::Json
    } else if text.lines().any(|line| is_heading(line) || line.starts_with('|')) && !first.contains(": ") {
        Syntax::Markdown
    } else if first.contains([',', ';', '\t']) && !first.contains(": ") {
        Syntax::Csv
    } else {
        Syntax::Yaml
    }
}

/// Reads goals of a form that is given, else guessed from the name and the text. `map` says what columns of a table are:
/// ours and theirs.
///
/// # Errors
/// [`Error::Broken`] with the line, [`Error::Unknown`] for a document of no known form.
pub fn read(name: &str, text: &str, form: Option<Form>, map: &[(Column, String)]) -> Result<Intake, Error> {
    let written = match form {
        None => syntax(name, text),
        Some(Form::Csv) => Syntax::Csv,
        Some(Form::Markdown) => Syntax::Markdown,
        // The forms of documents are known by their keys: any of them may be written either way.
        Some(_) if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') => Syntax::Json,
        Some(_) => Syntax::Yaml,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = match written {
        Syntax::Csv => return csv::read(text, map),
        Syntax::Markdown => return markdown::read(text, map),
        Syntax::Json => json_text::parse(text)?,
        Syntax::Yaml => yaml::parse(text)?,
    };
    let found = DOCUMENTS.iter().find(|(known, is, _)| form.map_or_else(|| is(&document), |form| form == *known));
    match found {
        Some((_, _, read)) => read(&document),
        None => Err(Error::Unknown {
            help: "name the form with `--from`: `git okr import -h` lists them, with the keys that they are known by"
                .into(),
        }),
    }
}

/// Reads one `NAME=COLUMN` of a map.
///
/// # Errors
/// What is wrong with it, for clap to show.
pub fn mapping(text: &str) -> Result<(Column, String), String> {
    let (ours, theirs) = text.split_once('=').ok_or("it reads NAME=COLUMN, for instance `title=Key Result`")?;
    let column = columns::ours(ours.trim()).ok_or_else(|| {
        let names: Vec<&str> = columns::names().collect();
        format!("there is no `{}`; write one of {}", ours.trim(), names.join(", "))
    })?;
    match theirs.trim() {
        "" => Err(format!("name a column after `{ours}=`")),
        theirs => Ok((column, theirs.to_owned())),
    }
}
