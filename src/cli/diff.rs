//! `git okr diff`: what a change does to the goals.

use super::arguments::Global;
use super::compared::{Compared, Ruling};
use super::view::View;
use super::{Failure, Outcome, Session, Usage, base};
use crate::diff::Difference;
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::report::{self, Frame, Templates};
use crate::source;
use clap::ValueEnum;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// The published model
    Json,
    /// For a pull request or a wiki
    Markdown,
}

/// Show what a change does to the goals
///
/// Goals are compared by name, so that moved files, reordered tables and formatting are nothing. The difference of each
/// cycle's progress is split into what was measured, what moved goalposts make of it, and what came or went: a lowered
/// target never reads as progress.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr diff                      what the branch and the work tree bring\n  git okr diff HEAD~1 HEAD          what the last commit did\n  git okr diff main...feature       what a branch brings, without checking it out\n  git okr diff --format json"
)]
pub struct Diff {
    /// The state before: a revision, or both states as `BASE..HEAD`; `BASE...HEAD` begins where HEAD left BASE [default:
    /// where HEAD left the default branch]
    #[arg(value_name = "BASE")]
    before: Option<String>,
    /// The state after: a revision [default: the work tree]
    #[arg(value_name = "HEAD")]
    after: Option<String>,
    /// Begin where HEAD left this branch, not the default one
    #[arg(long, value_name = "REV", conflicts_with = "before")]
    base: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

/// The two states, as commits; without one after, the work tree is meant.
struct States {
    before: ObjectId,
    after: Option<ObjectId>,
}

impl Diff {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let repository = super::view::open(global)?;
        let States { before, after } = self.states(&repository, session)?;
        let (model, templates) = match after {
            Some(after) if self.format != Format::Markdown && source::same(&repository, before, after)? => {
                session.detail("no file of goals differs, so none is read")?;
                let only_objectives = repository.commit(before)?.tree == repository.commit(after)?.tree;
                let today = session.fixed_today(global)?.map_or_else(|| session.current_day(), Ok)?;
                let head = Some(after.to_string());
                let (base, findings) = (before.to_string(), Vec::new());
                let frame = Frame { base, head, today, only_objectives, history: None, findings };
                (report::publish_diff(&Difference::default(), frame), Templates::default())
            }
            after => {
                let after = View::side(after, Vec::new(), global, session)?;
                let templates = if self.format == Format::Markdown { after.templates()? } else { BTreeMap::new() };
                (Compared::new(before, after, Ruling::After, global, session)?.diff, Templates::new(templates))
            }
        };
        let text = match self.format {
            Format::Json => report::json(&model),
            Format::Human => report::render_diff(&model, &session.style()),
            Format::Markdown => templates.render("diff", &model)?,
        };
        session.print(&text)?;
        Ok(Outcome::Fine)
    }

    /// Says which states are compared.
    fn states(&self, repository: &Repository, session: &mut Session<'_>) -> Result<States, Failure> {
        let head = || -> Result<ObjectId, GitError> { repository.head()?.ok_or(GitError::Unborn) };
        let commit = |named: &str| if named.is_empty() { head() } else { repository.resolve(named) };
        let Some(before) = &self.before else {
            let (name, tip) = base::tip(self.base.as_deref(), repository, session)?;
            let before = repository.merge_base(tip, head()?)?;
            session.detail(&format!("compare with {}, where the work left {name}", before.short()))?;
            return Ok(States { before, after: None });
        };
        let (dots, range) = match (before.split_once("..."), before.split_once("..")) {
            (Some(range), _) => (3, Some(range)),
            (None, range) => (2, range),
        };
        Ok(match (range, &self.after) {
            (Some(_), Some(after)) => {
                let help = format!("write `{before}` alone, or two revisions without dots");
                return Err(Usage::new(format!("`{before}` names both states, and {after} is a third"), help).into());
            }
            (Some((left, right)), None) => {
                let (left, right) = (commit(left)?, commit(right)?);
                let before = if dots == 3 { repository.merge_base(left, right)? } else { left };
                States { before, after: Some(right) }
            }
            (None, after) => States { before: commit(before)?, after: after.as_deref().map(commit).transpose()? },
        })
    }
}
