//! Owns what `cache --stat` says: where the cache is, how much is in it and whether it is used, as JSON and for a terminal.
//! Never looks at a folder itself: callers hand in what was counted.

use super::model::FORMAT;
use crate::history::CacheSize;
use crate::text::printable;
use serde::Serialize;

/// What `cache --stat --format json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct CacheV1 {
    /// Always 1.
    pub format: u32,
    /// The folder; bytes of it that are no UTF-8 stand as U+FFFD.
    pub place: String,
    /// Whether runs read and write it: not with grafts, replacements, a shallow or a partial clone.
    pub used: bool,
    /// Bytes of all files.
    pub bytes: u64,
    /// How many files there are.
    pub files: usize,
    /// Sets of `paths` that facts on commits are kept for.
    pub paths: usize,
    /// Finished answers, each for one commit and configuration.
    pub answers: usize,
}

/// Publishes what was counted.
pub fn cache(place: &str, used: bool, size: &CacheSize) -> CacheV1 {
    let &CacheSize { keys, files, bytes, answers } = size;
    CacheV1 { format: FORMAT, place: place.to_owned(), used, bytes, files, paths: keys, answers }
}

/// Writes it for a terminal.
pub fn render(cache: &CacheV1) -> String {
    let CacheV1 { place, used, bytes, files, paths, answers, .. } = cache;
    let mut lines = vec![
        format!("place    {}", printable(place)),
        format!("size     {} in {files} files", size(*bytes)),
        format!("paths    {paths} (sets of `paths` that facts on commits are kept for)"),
        format!("answers  {answers} (finished, each for one commit and configuration)"),
    ];
    if !used {
        lines.push("not used: grafts, replacements, a shallow or a partial clone change what a commit has".into());
    }
    lines.join("\n") + "\n"
}

/// Writes a number of bytes as people read it.
#[allow(clippy::cast_precision_loss)]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
