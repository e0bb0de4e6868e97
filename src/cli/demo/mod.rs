//! `git okr demo`: a small company's repository to look around in, written commit by commit under its own clock, with
//! the same commit ids on every machine.

mod chronicle;
mod repository;
mod story;

use super::arguments::Global;
use super::{Arguments, Failure, Outcome, Session};
use clap::Parser;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Write a small company's repository and show it
///
/// Hedgerow sells bulbs and young plants. Two teams, one company objective, a quarter of check-ins by five people: every
/// kind of key result, a goalpost that moved, a key result that nobody looks at, and a guardrail that broke. The
/// repository is the same on every machine; its commands are shown as they run.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git okr demo\n  git okr demo /tmp/hedgerow")]
pub struct Demo {
    /// The folder to write, new or empty
    #[arg(value_name = "DIR", default_value = "git-okr-demo")]
    folder: PathBuf,
}

impl Demo {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let directory = match &global.directory {
            Some(from) => from.join(&self.folder),
            None => self.folder.clone(),
        };
        let story = repository::write(&directory)?;
        session.remark(&format!("wrote {} commits into {}", story.commits, directory.display()))?;
        for (place, words) in commands(&directory).into_iter().enumerate() {
            let shown: Vec<String> = words.iter().map(|word| as_typed(word)).collect();
            let gap = if place > 0 { "\n" } else { "" };
            session.print(&format!("{gap}$ git okr {}\n", shown.join(" ")))?;
            let arguments = Arguments::parse_from(std::iter::once(OsString::from("git-okr")).chain(words));
            // Streams and colours stay as they were settled for this run.
            arguments.command.run(&arguments.global, session)?;
        }
        Ok(Outcome::Fine)
    }
}

/// Gives the commands that show the demonstration in a folder: the arguments after `git okr`.
fn commands(directory: &Path) -> Vec<Vec<OsString>> {
    ["status", "report"]
        .map(|command| {
            [OsStr::new("-C"), directory.as_os_str(), command.as_ref(), "--today".as_ref(), story::TODAY.as_ref()]
        })
        .map(|words| words.map(OsStr::to_owned).to_vec())
        .to_vec()
}

/// Writes a word as one would type it in a shell.
fn as_typed(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@\\".contains(c);
    if word.chars().all(plain) && !word.is_empty() {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::repository::{Error, write};
    use super::*;
    use crate::git::Repository;

    #[test]
    fn the_same_commits_come_out_everywhere() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let directory = folder.path().join("a/new/one");
        let story = write(&directory).expect("written");
        // Whoever changes the story changes this id, and the output that README shows.
        assert_eq!((story.head.to_string().as_str(), story.commits), ("d928b216e57a2f673f2a3e077c4e7c6925b3600c", 90));
        let repository = Repository::open(&directory).expect("a repository");
        assert_eq!(repository.head().expect("readable"), Some(story.head));
        assert!(directory.join("okrs/2026-Q3/payments.toml").is_file());
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("mine.txt"), "mine").expect("writable");
        let error = write(folder.path()).expect_err("refused");
        assert!(matches!(error, Error::NotEmpty { .. }), "{error}");
        let error = write(&folder.path().join("mine.txt")).expect_err("refused");
        assert!(matches!(error, Error::Folder { .. }), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn commands_can_be_typed_as_shown() {
        for words in commands(Path::new("somewhere else")) {
            assert!(Arguments::try_parse_from(std::iter::once(OsString::from("git-okr")).chain(words)).is_ok());
        }
        let typed: Vec<String> = ["git-okr-demo", "/tmp/it's here", ""].map(|word| as_typed(word.as_ref())).to_vec();
        assert_eq!(typed, ["git-okr-demo", r"'/tmp/it'\''s here'", "''"]);
    }
}
