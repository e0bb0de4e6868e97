//! Owns `--output FORMAT=FILE`: the files that one check writes besides what it shows.

use super::arguments::Global;
use super::{Failure, OutputLost, Session, Usage};
use crate::finding::{Format, Style, View};
use crate::source;
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A file and how to write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    format: Format,
    file: PathBuf,
}

impl Output {
    /// Reads `FORMAT=FILE`.
    ///
    /// # Errors
    /// What is wrong with it, for clap to show.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').ok_or("it reads FORMAT=FILE, for instance sarif=okr.sarif")?;
        let format = Format::from_str(name, false).map_err(|_| {
            let known = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<String> = known.map(|format| format.get_name().to_owned()).collect();
            format!("there is no format `{name}`; write one of {}", known.join(", "))
        })?;
        match file {
            "" => Err(format!("name a file after `{name}=`")),
            "-" => Err("only --format writes to stdout; name a file".to_owned()),
            file => Ok(Output { format, file: PathBuf::from(file) }),
        }
    }
}

impl Output {
    /// Gives the file as it was named, where it is of a format.
    pub fn file_of(&self, format: Format) -> Option<&Path> {
        (self.format == format).then_some(&self.file)
    }
}

/// Where each of several outputs goes.
pub struct Outputs(Vec<(Format, PathBuf)>);

impl Outputs {
    /// Finds the places before any work is done, and refuses what could not be written in the end.
    pub fn new(asked: &[Output], global: &Global, session: &Session<'_>) -> Result<Self, Failure> {
        let mut seen = BTreeSet::new();
        let mut places = Vec::new();
        for output in asked {
            let file = session.place(global, &output.file);
            source::placeable(&file)?;
            if !seen.insert(whole(&file)) {
                let message = format!("--output names {} twice", output.file.display());
                return Err(Usage::new(message, "give each format a file of its own").into());
            }
            places.push((output.format, file));
        }
        Ok(Outputs(places))
    }

    /// Writes every file, whatever the terminal looks like.
    pub fn write(&self, view: &View<'_>, session: &mut Session<'_>) -> Result<(), Failure> {
        for (format, file) in &self.0 {
            let mut bytes = Vec::new();
            format.write(view, &mut bytes, Style::default()).map_err(OutputLost)?;
            source::place(file, &bytes)?;
            session.detail(&format!("wrote {}", file.display()))?;
        }
        Ok(())
    }
}

/// Gives a path that tells files apart however they were typed.
fn whole(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.join(file.file_name().unwrap_or(OsStr::new("")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_format_and_a_file() {
        let output = Output::parse("sarif=a=b.sarif").expect("both");
        assert_eq!(output, Output { format: Format::Sarif, file: "a=b.sarif".into() });
        for (typed, said) in [
            ("okr.sarif", "FORMAT=FILE"),
            ("sarf=a", "one of human, concise, json, sarif"),
            ("json=", "name a file after `json=`"),
            ("json=-", "--format"),
        ] {
            let error = Output::parse(typed).expect_err(typed);
            assert!(error.contains(said), "{typed}: {error}");
        }
    }
}
