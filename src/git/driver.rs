//! Owns the merge driver that git calls for objective files: whether a clone knows it, and git's own text merge for what it
//! cannot merge. Never merges anything itself.

use super::{Error, Repository};
use std::path::Path;
use std::process::{Command, Stdio};

/// What `.gitattributes` calls the driver: `merge=okr`.
pub const DRIVER: &str = "okr";

/// The settings that make it known, by key: git shares none of them with a clone.
pub const DRIVER_SETTINGS: [(&str, &str); 2] = [
    ("merge.okr.name", "objective files by name and field"),
    ("merge.okr.driver", "git okr merge-driver %O %A %B %P %L %S %X %Y"),
];

/// Files and labels of a merge, as git hands them to a driver.
#[derive(Debug, Clone, Copy)]
pub struct TextMerge<'a> {
    /// The common ancestor: file and label.
    pub base: (&'a Path, &'a str),
    /// Our side.
    pub ours: (&'a Path, &'a str),
    /// Their side.
    pub theirs: (&'a Path, &'a str),
    /// How many signs a marker has.
    pub marker_size: usize,
}

impl Repository {
    /// Tells whether this clone knows the merge driver.
    pub fn has_merge_driver(&self) -> bool {
        let config = self.inner.config().and_then(|mut config| config.snapshot());
        config.is_ok_and(|config| config.get_string(DRIVER_SETTINGS[1].0).is_ok_and(|driver| !driver.is_empty()))
    }

    /// Makes the merge driver known to this clone and its worktrees.
    ///
    /// # Errors
    /// [`Error::Failed`] where the configuration cannot be written.
    pub fn set_merge_driver(&self) -> Result<(), Error> {
        let failed = |error: git2::Error| Error::failed("write its configuration", &error);
        let all = self.inner.config().map_err(failed)?;
        let mut own = all.open_level(git2::ConfigLevel::Local).map_err(failed)?;
        DRIVER_SETTINGS.iter().try_for_each(|(key, value)| own.set_str(key, value).map_err(failed))
    }

    /// Tells whether `.gitattributes` names the merge driver for a file, as far as that can be told.
    pub fn is_merged_by_driver(&self, path: &str) -> bool {
        let flags = git2::AttrCheckFlags::FILE_THEN_INDEX;
        self.inner.get_attr(Path::new(path), "merge", flags).map_or(true, |value| value == Some(DRIVER))
    }
}

/// Gives the setting `merge.conflictStyle`, by git itself: it alone knows what stands on the command line of the merge.
pub fn conflict_style() -> Option<String> {
    let asked = Command::new("git").args(["config", "--get", "merge.conflictStyle"]).stdin(Stdio::null()).output();
    let style = asked.ok().filter(|answer| answer.status.success())?.stdout;
    Some(String::from_utf8_lossy(&style).trim().to_owned())
}

/// Has git merge three files as texts; gives the result and the number of conflicts in it.
///
/// # Errors
/// [`Error::Failed`] where git does not run, or cannot merge them (they are binary).
pub fn merge_text(merge: &TextMerge<'_>) -> Result<(Vec<u8>, usize), Error> {
    let failed = |message: String| Error::Failed {
        operation: "merge the texts".into(),
        message,
        help: "settle the file by hand, then `git add` it and go on".into(),
    };
    let mut command = Command::new("git");
    command.args(["merge-file", "-p", "--marker-size"]).arg(merge.marker_size.to_string());
    match conflict_style().as_deref() {
        Some("diff3") => drop(command.arg("--diff3")),
        Some("zdiff3") => drop(command.arg("--zdiff3")),
        _ => {}
    }
    for (_, label) in [merge.ours, merge.base, merge.theirs] {
        command.args(["-L", label]);
    }
    command.arg("--").args([merge.ours.0, merge.base.0, merge.theirs.0]).stdin(Stdio::null());
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    match output.status.code() {
        // Git counts conflicts up to 127.
        Some(conflicts @ 0..=127) => Ok((output.stdout, usize::try_from(conflicts).unwrap_or_default())),
        _ => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}
