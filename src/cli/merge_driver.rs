//! `git okr merge-driver`: what git calls to merge two versions of an objective file.

use super::arguments::Global;
use super::{Failure, Outcome, Session, Usage};
use crate::git::{self, TextMerge};
use crate::merge::{self, Refused, Style, Version};
use crate::source;
use crate::text::printable;
use std::ffi::OsString;
use std::path::Path;

/// Merge two versions of an objective file by name and field (git calls it)
///
/// Check-ins in different key results, or of different fields of one, do not conflict, nor do new objectives and key
/// results. Of two values of one check-in the one with the later `as_of` stands, with its confidence and note. What both
/// sides changed otherwise is left between markers, around the field alone. Comments of both sides are kept. A file that
/// is no TOML, or has one id twice, is merged as text, as git does without it.
///
/// Git calls it for files that `.gitattributes` marks with `merge=okr`, once the clone knows it: `git okr init
/// --merge-driver` sets that up. Exits with 0 where nothing is left to settle, with 1 where something is, and with 129
/// where it could not merge; the file of our side is then as it was.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git config merge.okr.driver \"git okr merge-driver %O %A %B %P %L %S %X %Y\"\n  \
                        git okr merge-driver base.toml ours.toml theirs.toml okrs/2026-Q4/team.toml")]
pub struct MergeDriver {
    /// %O %A %B %P %L %S %X %Y: ancestor, ours (written over), theirs, path, size of markers, labels of ancestor, ours,
    /// theirs; the last four may be left out
    #[arg(value_name = "FILE", allow_hyphen_values = true)]
    given: Vec<OsString>,
}

impl MergeDriver {
    /// Whatever goes wrong has an exit code that git does not take for a conflict.
    pub(super) fn run(&self, _: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        match self.merge(session) {
            Ok(outcome) => Ok(outcome),
            Err(failure) => {
                // Where even that cannot be written, the exit code has to do.
                let _ = session.fail(failure.as_ref());
                Ok(Outcome::Unmerged)
            }
        }
    }

    fn merge(&self, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let [base, ours, theirs, path, rest @ ..] = self.given.as_slice() else {
            let help = "git calls it by itself: `git okr init --merge-driver` sets that up";
            return Err(Usage::new("merge-driver needs an ancestor, ours, theirs and the path", help).into());
        };
        let path = printable(&path.to_string_lossy()).into_owned();
        let marker_size = match rest.first().map(|size| size.to_string_lossy()) {
            None => MARKER_SIZE,
            Some(size) => size.parse().ok().filter(|size| (1..=MOST_SIGNS).contains(size)).ok_or_else(|| {
                Usage::new(format!("{size} is no size of a conflict marker"), "write %L in merge.okr.driver")
            })?,
        };
        // A git that does not know a label's placeholder leaves it as it is.
        let label = |at: usize, else_: &str| {
            let given = rest.get(at).map(|label| label.to_string_lossy()).filter(|label| !label.starts_with('%'));
            given.filter(|label| !label.is_empty()).map_or_else(|| else_.to_owned(), |l| printable(&l).into_owned())
        };
        let (base_label, our_label, their_label) = (label(1, "base"), label(2, "ours"), label(3, "theirs"));
        let files = [base, ours, theirs].map(Path::new);
        let mut texts = Vec::new();
        for file in files {
            texts.push(
                std::fs::read(file)
                    .map_err(|error| Unread { file: printable(&file.to_string_lossy()).into_owned(), error })?,
            );
        }
        let style = Style {
            // Git's names for the two where several common ancestors are merged into one.
            is_inner: our_label.starts_with("Temporary merge branch"),
            ours: our_label,
            base: base_label,
            theirs: their_label,
            marker_size,
            shows_base: false,
        };
        let merged = match by_name(&texts, &style) {
            Ok(merged) => merged,
            Err(why) => {
                session.warn(&format!("{path}: {why}; merged line by line instead"))?;
                let (text, conflicts) = git::merge_text(&TextMerge {
                    base: (files[0], &style.base),
                    ours: (files[1], &style.ours),
                    theirs: (files[2], &style.theirs),
                    marker_size,
                })?;
                (text, conflicts)
            }
        };
        let (text, conflicts) = merged;
        if text != texts[1] {
            source::place(files[1], &text)?;
        }
        if conflicts > 0 {
            let what = if conflicts == 1 { "1 place".to_owned() } else { format!("{conflicts} places") };
            session.detail(&format!("{path}: {what} to settle"))?;
        }
        Ok(if conflicts > 0 { Outcome::Findings } else { Outcome::Fine })
    }
}

/// How many signs a marker has where git does not say.
const MARKER_SIZE: usize = 7;

/// Longer ones are no markers that anybody asked for.
const MOST_SIGNS: usize = 1000;

/// Merges by name and field, or says why not.
fn by_name(texts: &[Vec<u8>], style: &Style) -> Result<(Vec<u8>, usize), String> {
    const VERSIONS: [Version; 3] = [Version::Base, Version::Ours, Version::Theirs];
    let mut read = Vec::new();
    for (text, version) in texts.iter().zip(VERSIONS) {
        read.push(std::str::from_utf8(text).map_err(|_| format!("{} is not UTF-8", named(version)))?);
    }
    let merge = |style: &Style| {
        merge::merge(read[0], read[1], read[2], style).map_err(|refused| match refused {
            Refused::Broken(version) => format!("{} is no TOML", named(version)),
            Refused::Double(version) => format!("{} has one id twice", named(version)),
        })
    };
    let mut merged = merge(style)?;
    if merged.conflicts > 0 && git::conflict_style().is_some_and(|style| style.ends_with("diff3")) {
        merged = merge(&Style { shows_base: true, ..style.clone() })?;
    }
    Ok((merged.text.into_bytes(), merged.conflicts))
}

fn named(version: Version) -> &'static str {
    match version {
        Version::Base => "the common ancestor",
        Version::Ours => "our side",
        Version::Theirs => "their side",
        Version::Result => "what both sides make together",
    }
}

/// One of the files that git named does not read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("could not read {file}")]
#[diagnostic(help("git hands these files to the merge driver: look at merge.okr.driver in `git config --list`"))]
struct Unread {
    file: String,
    #[source]
    error: std::io::Error,
}
