//! `git okr cache`: what is kept between runs, and how to be rid of it.

use super::arguments::Global;
use super::{Failure, Outcome, Session, Usage, view};
use crate::history;

/// Show or clear what is kept between runs
///
/// What history finds out about commits is kept in the common git folder, `okr/`, or where GIT_OKR_CACHE_DIR says. It
/// holds for every branch and worktree, and a file that is not as it was written is as good as not there: it can be
/// removed at any time, and a run without it only takes longer. With --no-cache a run neither reads nor writes it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git okr cache --stat\n  git okr cache --clear")]
#[group(required = true, multiple = false)]
pub struct Cache {
    /// Say where it is, and how large
    #[arg(long)]
    stat: bool,
    /// Remove it
    #[arg(long)]
    clear: bool,
}

impl Cache {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let repository = view::open(global)?;
        let cache = history::Cache::at(&repository, session.cache_folder());
        let place = cache.root().display().to_string();
        if self.clear {
            let bytes = cache.clear().map_err(|error| {
                Usage::new(
                    format!("{place} cannot be removed: {error}"),
                    "remove it by hand; every run does without it",
                )
            })?;
            session.print(&format!("removed {}\n", size(bytes)))?;
            return Ok(Outcome::Fine);
        }
        let held = cache.size();
        let mut lines = vec![
            format!("place    {}", crate::text::printable(&place)),
            format!("size     {} in {} files", size(held.bytes), held.files),
            format!("paths    {} (sets of `paths` that facts on commits are kept for)", held.keys),
            format!("answers  {} (finished, each for one commit and configuration)", held.answers),
        ];
        if !repository.is_plain() {
            lines.push("not used: grafts, replacements, a shallow or a partial clone change what a commit has".into());
        }
        session.print(&(lines.join("\n") + "\n"))?;
        Ok(Outcome::Fine)
    }
}

/// Writes a number of bytes as people read it.
#[allow(clippy::cast_precision_loss)]
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
