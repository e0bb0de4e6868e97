//! `git okr status`: how the goals stand today.

use super::arguments::{At, Chosen, Global, Shown};
use super::{Failure, Outcome, Session, view};
use crate::report;

/// Show how the goals stand today
///
/// The tree of objectives and key results: progress, pace, health with its reason, the check-ins so far, what moved in
/// the last seven days, and how long nobody has looked.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr status\n  git okr status reliable-checkout\n  git okr status --cycle 2026-Q3 --as-of 2026-09-30\n  git okr status --work\n  git okr status --format json"
)]
pub struct Status {
    /// Show these objectives or key results alone: full names or the ends of them
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    chosen: Chosen,
    /// Say which goals commits since the cycle's start name in a trailer, `OKR: <name>`, and what there is to ask
    #[arg(long)]
    work: bool,
    /// How to write it
    #[arg(long, value_enum, default_value = "human")]
    format: Shown,
}

impl Status {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let view = view::View::with_git(global, &self.at, session)?;
        let model = match self.work {
            true => view.model_with_work(&self.chosen, &self.names, session)?,
            false => view.model(&self.chosen, &self.names, session)?,
        };
        let text = match self.format {
            Shown::Json => report::json(&model),
            Shown::Human => report::render_status(&model, &session.style()),
        };
        session.print(&text)?;
        Ok(Outcome::Fine)
    }
}
