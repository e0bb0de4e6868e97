//! `git okr comment`: what a pull request does to the goals, said on it once.

use super::arguments::Global;
use super::compared::Compared;
use super::posting::Posting;
use super::view::View;
use super::{Failure, Outcome, Session, summary};
use crate::forge::{self, Behavior, When};
use crate::report;
use crate::source;
use clap::ValueEnum;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// What became of the comment, as data
    Json,
}

/// Say what a pull request does to the goals, once, on the pull request
///
/// One comment that stays true: it is found again by a mark and by its author, edited on every push, and silent where
/// nothing changes. The pull request, the forge and the token come from CI's environment. A comment that cannot be
/// written is a warning, unless --required is given; a token that may only read gets the job's summary instead.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr comment --dry-run            what would be said, and to whom\n  git okr comment                      in a job of GitHub, GitLab, Gitea or Forgejo\n  git okr comment --forge github --repo acme/shop --pr 7\n  git okr comment --when problems --behavior delete-and-new"
)]
pub struct Comment {
    #[command(flatten)]
    posting: Posting,
    /// When a new comment is worth it; one that is there is kept true
    #[arg(long, value_enum, default_value_t)]
    when: When,
    /// What becomes of the comment that is there
    #[arg(long, value_enum, default_value_t)]
    behavior: Behavior,
    /// Print the comment and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the comment to this file as well
    #[arg(long, value_name = "FILE")]
    body_out: Option<PathBuf>,
    /// Exit with 2 where the comment cannot be written
    #[arg(long)]
    required: bool,
    /// How to say what became of it
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

impl Comment {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let repository = super::view::open(global)?;
        let job = forge::job(&*session);
        let job = job.as_ref().map(|(forge, job)| (*forge, job));
        let proposal = self.posting.proposal(&repository, job.map(|(_, job)| job), session)?;
        let after = View::proposed(proposal.head, &[], global, session)?;
        let compared = Compared::new(proposal.before, after, self.posting.ruling(), global, session)?;
        let said = self.posting.say(&compared, &proposal, job)?;
        said.known_forge()?;
        if let Some(file) = &self.body_out {
            source::place(&session.place(global, file), said.body().as_bytes())?;
        }
        if self.dry_run && !said.says() && self.when != When::Always {
            session.remark("only a comment that is there would be brought to this; no new one is written")?;
        }
        let told = match self.dry_run {
            true => said.told("dry-run"),
            false => self.posting.send(&said, (self.when, self.behavior), self.required, session)?,
        };
        if told.refused && said.says() && summary::append(session, &said.comment.text)? {
            session.remark("the job's summary says it instead")?;
        }
        match self.format {
            Format::Json => session.print(&report::json(&told))?,
            Format::Human if self.dry_run => session.print(&said.body())?,
            Format::Human => session.print(&told.line())?,
        }
        Ok(Outcome::Fine)
    }
}
