//! `git okr log`: what happened to the goals, commit by commit.

use super::arguments::{At, Chosen, Global, Shown};
use super::{Failure, Outcome, Session, view};
use crate::git::Error as GitError;
use crate::history::{History, Options, Outline, Work};
use crate::report::{self, Cycles, Input, LedgerV1, LogSelection, Secret, Selection, WorkCommitV1};
use std::mem::ManuallyDrop;

/// Show what happened to the goals, newest first
///
/// A changed value is a check-in, a changed target, baseline, unit or date a moved goalpost; each stands at the commit
/// that made it, with its author and day of measuring.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr log\n  git okr log p99-latency\n  git okr log --cycle 2026-Q3 --format json\n  git okr log --goalposts\n  git okr log --work"
)]
pub struct Log {
    /// Show this objective or key result alone: a full name or the end of one, as HEAD has them if it does
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    chosen: Chosen,
    /// The ledger of goalposts: what was agreed on at the lock, every change of it, progress as committed and as edited
    #[arg(long)]
    goalposts: bool,
    /// The commits since the start of the cycles shown that name goals in a trailer, `OKR: <name>`
    #[arg(long, conflicts_with = "goalposts")]
    work: bool,
    /// Follow the first parent alone: what a merge brought counts as the merge's
    #[arg(long)]
    first_parent: bool,
    /// Go on behind commits in which no folder of goals was there
    #[arg(long)]
    full_history: bool,
    /// How to write it
    #[arg(long, value_enum, default_value = "human")]
    format: Shown,
}

impl Log {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let is_plain = !self.goalposts && !self.work && self.at.as_of.is_none();
        if is_plain && self.tell_of_one(global, session)? {
            return Ok(Outcome::Fine);
        }
        let view::Glimpse { known, stamps } = match is_plain {
            true => view::View::glimpse(global, false, session)?,
            false => view::Glimpse::default(),
        };
        if let Some((view, outline)) = known {
            let mut view = ManuallyDrop::new(view);
            if let Some(selection) = self.known_selection(&mut view, &outline)?
                && self.tell_what_is_known(&view, &outline, &selection, session)?
            {
                stamps.iter().for_each(|stamps| view.remember_layout(stamps));
                return Ok(Outcome::Fine);
            }
        }
        // As with the past itself: a process that ends need not give back piece by piece what it read.
        let view = ManuallyDrop::new(self.at_head(view::View::with_git(global, &self.at, session)?, global)?);
        if view.from.is_none() {
            return Err(GitError::Unborn.into());
        }
        let options = Options { first_parent: self.first_parent, full_history: self.full_history };
        let names: Vec<String> = self.name.iter().cloned().collect();
        let selection = view.selection(&self.chosen, &names)?;
        let everything = Selection { cycles: Cycles::All, ..Selection::default() };
        let cycles = if self.goalposts { report::shown(&view.tree, &everything, view.today)? } else { Vec::new() };
        let (mut history, locks) = view.history_and_locks(&options, &cycles, session)?;
        let work = if self.work { self.worked(&view, &selection, &mut history, session)? } else { None };
        let history = ManuallyDrop::new(history);
        view.warn_of_gaps(&history, session)?;
        view.warn_of_errors(view.tree.findings.iter(), session)?;
        let selection = LogSelection::new(&view.tree, &history, &selection, view.today)?.only_goalposts(self.goalposts);
        let input = Input {
            tree: &view.tree,
            history: Some(&history),
            locks: &locks,
            today: view.today,
            selection: &everything,
            findings: Vec::new(),
        };
        let ledger = if self.goalposts { Some(report::ledger(input, &selection)?) } else { None };
        let work = work.map(|work| report::list_work(&work, &view.tree, &history, &selection));
        match (self.format, &ledger) {
            (Shown::Human, _) if let Some(work) = &work => {
                session.print(&report::render_work(work, history.complete, &session.style()))?;
            }
            (Shown::Human, Some(ledger)) => {
                session.print(&report::render_ledger(ledger, history.complete, &session.style()))?;
            }
            _ => {
                let secret = Secret::from(&view.tree);
                self.show(&history, &secret, &selection, ledger.as_deref(), work.as_deref(), session)?;
            }
        }
        if let Some(stamps) = stamps {
            view.remember(&stamps);
        }
        Ok(Outcome::Fine)
    }

    /// Finds the commits that work for what was chosen; for a goal that only the past knows, those of every cycle.
    fn worked(
        &self,
        view: &view::View,
        selection: &Selection,
        history: &mut History,
        session: &mut Session<'_>,
    ) -> Result<Option<Work>, Failure> {
        let everything = Selection { cycles: Cycles::All, ..Selection::default() };
        let cycles = report::shown(&view.tree, selection, view.today)
            .or_else(|_| report::shown(&view.tree, &everything, view.today))?;
        view.work(&cycles, history, session)
    }

    /// Gives the view of HEAD instead where it has the goal that is asked for, in a file that says the same in the work
    /// tree: what is uncommitted elsewhere plays no part then, not even in what the name means.
    fn at_head(&self, view: view::View, global: &Global) -> Result<view::View, Failure> {
        let is_one = self.chosen.is_everything() && view.commit().is_none() && view.tree.revision.dirty;
        let (Some(name), Some(head)) = (self.name.as_ref().filter(|_| is_one), view.from) else { return Ok(view) };
        let committed = view.at(head, global)?;
        let selection = view.selection(&self.chosen, std::slice::from_ref(name))?;
        let asked = LogSelection::new(&committed.tree, &History::default(), &selection, view.today);
        let is_same = asked.is_ok_and(|asked| {
            asked.files(&committed.tree).all(|one| {
                view.tree.files.iter().any(|other| other.path == one.path && other.objectives == one.objectives)
            })
        });
        Ok(if is_same && committed.tree.config == view.tree.config { committed } else { view })
    }

    /// Tells of one goal what earlier runs found out, where its file is still as HEAD has it; `false` where that is not
    /// enough.
    fn tell_of_one(&self, global: &Global, session: &mut Session<'_>) -> Result<bool, Failure> {
        let Some(name) = self.name.as_ref().filter(|_| self.chosen.is_everything()) else { return Ok(false) };
        let Some((view, outline)) = view::View::glimpse(global, true, session)?.known else { return Ok(false) };
        let view = ManuallyDrop::new(view);
        let Some(repository) = &view.repository else { return Ok(false) };
        match outline.resolve(name, view.today).filter(|name| outline.is_still(name, repository, &view.root)) {
            Some(name) => self.tell_what_is_known(&view, &outline, &LogSelection::of(&name), session),
            None => Ok(false),
        }
    }

    /// Says which goals of an outline are asked for; `None` where that is not enough to say so.
    fn known_selection(&self, view: &mut view::View, outline: &Outline) -> Result<Option<LogSelection>, Failure> {
        if let Some(name) = self.name.as_ref().filter(|_| self.chosen.is_everything())
            && let Some(name) = outline.resolve(name, view.today)
        {
            return Ok(Some(LogSelection::of(&name)));
        }
        let Some(tree) = outline.tree() else { return Ok(None) };
        view.tree = tree;
        let names: Vec<String> = self.name.iter().cloned().collect();
        let selection = view.selection(&self.chosen, &names)?;
        Ok(LogSelection::new(&view.tree, &History::default(), &selection, view.today).ok())
    }

    /// Tells what earlier runs found out, where nothing changed since; `false` where that is not enough. Whatever is amiss
    /// is left to the long way, which says so.
    fn tell_what_is_known(
        &self,
        view: &view::View,
        outline: &Outline,
        selection: &LogSelection,
        session: &mut Session<'_>,
    ) -> Result<bool, Failure> {
        let secret = Secret::from(outline);
        let options = Options { first_parent: self.first_parent, full_history: self.full_history };
        // Who looks a second time from the same commit has the whole answer kept: from then on it costs next to nothing.
        let find = Some(outline).filter(|outline| outline.is_new && self.name.is_some());
        let Some(history) = view.known_of(&options, selection.needs(&secret), find)? else { return Ok(false) };
        let history = ManuallyDrop::new(history);
        let files = if outline.is_new { "most files are" } else { "the files are" };
        session.detail(&format!("{files} as they were when they were read, and the cache had the answer"))?;
        view.warn_of_gaps(&history, session)?;
        self.show(&history, &secret, selection, None, None, session)?;
        Ok(true)
    }

    fn show(
        &self,
        history: &History,
        secret: &Secret,
        selection: &LogSelection,
        ledger: Option<&[LedgerV1]>,
        work: Option<&[WorkCommitV1]>,
        session: &mut Session<'_>,
    ) -> Result<(), Failure> {
        match self.format {
            Shown::Json => session.write(|out| report::write_log(history, secret, selection, ledger, work, out)),
            Shown::Human => {
                let log = report::log(history, secret.clone(), selection);
                session.print(&report::render_log(&log, &session.style()))
            }
        }
    }
}
