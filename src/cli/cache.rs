//! `git okr cache`: what is kept between runs, and how to be rid of it.

use super::arguments::Global;
use super::{Failure, Outcome, Session, Usage, view};
use crate::{history, report};
use clap::ValueEnum;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// The same for a script
    Json,
}

/// Show or clear what is kept between runs
///
/// What history finds out about commits is kept in the common git folder, `okr/`, or where GIT_OKR_CACHE_DIR says. It
/// holds for every branch and worktree, and a file that is not as it was written is as good as not there: it can be
/// removed at any time, and a run without it only takes longer. With --no-cache a run neither reads nor writes it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr cache --stat\n  git okr cache --stat --format json\n  git okr cache --clear"
)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["stat", "clear"]))]
pub struct Cache {
    /// Say where it is, and how large
    #[arg(long)]
    stat: bool,
    /// Remove it
    #[arg(long)]
    clear: bool,
    /// How to write what --stat says
    #[arg(long, value_enum, default_value = "human", conflicts_with = "clear")]
    format: Format,
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
            session.print(&format!("removed {}\n", report::size(bytes)))?;
            return Ok(Outcome::Fine);
        }
        let held = report::cache(&place, repository.is_plain(), &cache.size());
        session.print(&match self.format {
            Format::Human => report::render_cache(&held),
            Format::Json => report::json(&held),
        })?;
        Ok(Outcome::Fine)
    }
}
