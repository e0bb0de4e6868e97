//! `git okr diff`: what a change does to the goals.

use super::arguments::Global;
use super::view::{Evidence, View};
use super::{Failure, Outcome, Session, Usage, base};
use crate::diff::{Comparison, Difference, Pasts};
use crate::finding;
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::okr::Name;
use crate::report::{self, DiffV1, Frame, Templates};
use crate::rules::{self, Selection, Subject};
use crate::source::{self, Tree};
use clap::ValueEnum;
use serde_json::Value;
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
                let after = View::side(after, global, session)?;
                let templates = if self.format == Format::Markdown { after.templates()? } else { BTreeMap::new() };
                (model(before, &after, global, session)?, Templates::new(templates))
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

/// Compares the two states and publishes what differs.
fn model(before: ObjectId, after: &View, global: &Global, session: &mut Session<'_>) -> Result<DiffV1, Failure> {
    let before = after.at(before, global)?;
    let unread = |failure: Failure| failure.wrap_err("nothing can be compared with the state before");
    before.refuse_broken_configuration().map_err(unread)?;
    if before.tree.files.is_empty() && after.tree.files.is_empty() {
        return Err(source::Error::Nothing { paths: after.tree.config.paths.join(", ") }.into());
    }
    after.warn_of_errors(after.tree.findings.iter(), session)?;
    let (repository, base) = before.repository.as_ref().zip(before.from).ok_or(GitError::Unborn)?;
    let head = after.from.filter(|_| !after.tree.revision.dirty);
    let comparison = Comparison::new(&before.tree, &after.tree);
    let only_objectives = source::only_objectives(repository, (&before.tree, base), (&after.tree, after.commit()))?;
    let mut frame = Frame {
        base: base.to_string(),
        head: head.map(|id| id.to_string()),
        today: after.today,
        only_objectives,
        history: None,
        findings: Vec::new(),
    };
    if comparison.is_empty() {
        return Ok(report::publish_diff(&Difference::default(), frame));
    }
    let earlier = before.evidence(&[], session)?;
    let now = after.evidence(&comparison.cycles(), session)?;
    after.warn_of_gaps(&now.history, session)?;
    frame.findings = brought((&before, &earlier), (after, &now), &comparison.unveiled());
    frame.history = Some(&now.history);
    let pasts = Pasts { before: &earlier.history, after: &now.history, locks: &now.locks };
    Ok(report::publish_diff(&comparison.difference(&pasts, after.today), frame))
}

/// Publishes the findings of the state after that were not there before. What was sensitive before stays hidden in them.
fn brought((before, earlier): (&View, &Evidence), (after, now): (&View, &Evidence), unveiled: &[Name]) -> Vec<Value> {
    let (selection, ruling) = (Selection::default(), &after.tree.config);
    let check = |tree: &Tree, past: &Evidence| {
        let subject = Subject::new(tree, Some(&past.history), after.today);
        rules::check_by(ruling, &Subject { agreed: &past.agreed, ..subject }, &selection)
    };
    let veiled = (!unveiled.is_empty()).then(|| veiled(&after.tree, unveiled));
    let tree = veiled.as_ref().unwrap_or(&after.tree);
    let mut checked = check(tree, now);
    if !checked.findings.is_empty() {
        let found = check(&before.tree, earlier);
        checked.keep_new(&rules::Before::new(&found, &before.tree, Some(&earlier.history), tree));
    }
    finding::published(&rules::view(&checked, tree, &rules::history_value(Some(&now.history))))
}

/// Gives a tree in which some key results are sensitive.
fn veiled(tree: &Tree, names: &[Name]) -> Tree {
    let mut veiled = tree.clone();
    for objective in veiled.files.iter_mut().flat_map(|file| &mut file.objectives) {
        let Some(cycle) = objective.cycle.as_deref() else { continue };
        let home = Name::objective(cycle, &objective.id);
        for key_result in &mut objective.key_results {
            key_result.sensitive |= names.contains(&home.key_result(&key_result.id));
        }
    }
    veiled
}
