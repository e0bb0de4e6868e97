//! `git okr check`: what is wrong with the goals.

use super::arguments::{At, Global};
use super::base::Base;
use super::fix::fix;
use super::output::{Output, Outputs};
use super::view::View;
use super::{Failure, Outcome, OutputLost, Session, Usage};
use crate::finding::{self, Format, Level};
use crate::rules::{self, Selection};
use clap::ValueEnum;
use std::path::PathBuf;

/// From which level on findings fail the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors alone
    Error,
    /// Warnings and errors
    Warning,
    /// Everything
    Info,
    /// Nothing
    Never,
}

impl FailOn {
    /// Gives the lowest level that fails.
    pub fn level(self) -> Option<Level> {
        match self {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Info => Some(Level::Info),
            FailOn::Never => None,
        }
    }
}

/// Find what is wrong with the goals
///
/// Reads the configuration and every objective file, runs the rules of the profile in force and shows what they find,
/// each finding at its place. Exits with 1 where a finding is at or above --fail-on.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr check\n  git okr check okrs/2026-Q4/payments.toml\n  git okr check --base origin/main\n  git okr check --fix\n  git okr check --format json --fail-on warning\n  git okr check --select kr-flat,owner-missing\n  git okr check --format github --output sarif=okr.sarif --output junit=okr.xml"
)]
pub struct Check {
    /// Show the findings of these files or folders alone; files outside `paths` are read too
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    at: At,
    /// Show only what the work since this revision brings, by default since the default branch
    #[arg(long, value_name = "REV", num_args = 0..=1)]
    base: Option<Option<String>>,
    /// Look at what is staged for the next commit, not at the work tree
    #[arg(long, conflicts_with = "as_of")]
    staged: bool,
    /// Mend what is safe to mend, then show what is left
    #[arg(long)]
    fix: bool,
    /// How to write the findings
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Write the findings into this file too, in its own format; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = Output::parse)]
    output: Vec<Output>,
    /// Run these rules or groups alone, whatever their level
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Leave these rules or groups out
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The level from which findings fail the run
    #[arg(long, value_enum, default_value = "error", value_name = "LEVEL")]
    fail_on: FailOn,
}

impl Check {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        self.refuse_to_fix_the_past()?;
        let selection = Selection::new(&self.select, &self.ignore)?;
        let outputs = Outputs::new(&self.output, global, session)?;
        let mut view = View::unsettled(&self.paths, self.staged, global, &self.at, session)?;
        if self.fix || self.base.is_some() {
            view.settle()?;
        }
        if self.fix {
            let base = self.base(&view, &selection, false, global, session)?;
            if fix(&view, &selection, base.as_ref(), session)? {
                view = View::anywhere(&self.paths, self.staged, global, &self.at, session)?;
            }
        }
        let ruling = view.tree.config.clone();
        // What an older git-okr wrote into a commit need not be what this one would write.
        let (mut checked, history) = view.checked(&ruling, &selection, self.at.as_of.is_none(), session)?;
        view.keep_asked(&mut checked)?;
        let reports = checked.findings.iter().any(|finding| finding.rule == rules::REPORT_STALE);
        if let Some(base) = self.base(&view, &selection, reports, global, session)? {
            if let Some(veiled) = base.veiled(&view.tree) {
                view.tree = veiled;
                checked = view.checked(&ruling, &selection, reports, session)?.0;
                view.keep_asked(&mut checked)?;
            }
            checked.keep_new(&base.before(&view.tree));
        }
        let history = rules::history_value(history.as_ref());
        let fail_on = self.fail_on.level();
        let document = finding::View { fail_on, ..rules::view(&checked, &view.tree, &history) };
        outputs.write(&document, session)?;
        let style = session.style();
        self.format.write(&document, session.out, style).map_err(OutputLost)?;
        let failing = checked.findings.iter().any(|finding| fail_on.is_some_and(|from| finding.level >= from));
        // The process ends here: handing back the memory of ten thousand files piece by piece would only delay it.
        std::mem::forget((checked, view));
        Ok(if failing { Outcome::Findings } else { Outcome::Fine })
    }

    /// Checks what there was before the change, where one was asked about; the reports in files too, where they matter.
    fn base(
        &self,
        view: &View,
        selection: &Selection,
        reports: bool,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<Option<Base>, Failure> {
        let Some(named) = &self.base else { return Ok(None) };
        Base::check(view, named.as_deref(), selection, reports, global, session).map(Some)
    }

    /// Only the work tree can be mended.
    fn refuse_to_fix_the_past(&self) -> Result<(), Failure> {
        let other = match (self.fix, self.staged, &self.at.as_of) {
            (true, true, _) => "--staged looks at the index",
            (true, _, Some(_)) => "--as-of looks at a commit",
            _ => return Ok(()),
        };
        let help = "run `git okr check --fix` alone, look at what it did, then stage and commit it";
        Err(Usage::new(format!("--fix writes the work tree, and {other}"), help).into())
    }
}
