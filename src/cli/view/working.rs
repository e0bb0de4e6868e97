//! Owns how the commits that work for goals come beside what a command looks at. Never asked for by the rules: work is
//! context, not a finding.

use super::{Modelled, View};
use crate::cli::arguments::Chosen;
use crate::cli::{Failure, Session};
use crate::history::{Degraded, History, Options, Past, Work};
use crate::okr::Cycle;
use crate::report::ReportV1;
use crate::rules::Group;

impl View {
    /// Builds the report model of what was chosen, with the commits that work for it, and warns of what is not in it.
    pub fn model_with_work(
        &self,
        chosen: &Chosen,
        names: &[String],
        session: &mut Session<'_>,
    ) -> Result<ReportV1, Failure> {
        let Modelled { report, history, checked, .. } = self.modelled_with(chosen, names, true, session)?;
        self.warn_of_gaps(&history, session)?;
        self.warn_of_errors(checked.findings.iter().filter(|f| f.group == Group::Format.name()), session)?;
        Ok(report)
    }

    /// Finds the commits since the first day of some cycles that name goals in their trailers.
    pub fn work(
        &self,
        cycles: &[Cycle],
        history: &mut History,
        session: &mut Session<'_>,
    ) -> Result<Option<Work>, Failure> {
        self.work_of(self.past(&Options::default()).as_deref(), cycles, history, session)
    }

    pub(super) fn work_of(
        &self,
        past: Option<&Past<'_>>,
        cycles: &[Cycle],
        history: &mut History,
        session: &mut Session<'_>,
    ) -> Result<Option<Work>, Failure> {
        let Some(since) = cycles.iter().map(|cycle| cycle.start).min() else { return Ok(None) };
        let nothing = Work { since, commits: Vec::new(), degraded: Vec::new() };
        let Some(past) = past else { return Ok(Some(nothing)) };
        let bar = session.bar(past.progress());
        let work = past.work(since)?;
        drop(bar);
        history.complete &= work.degraded.is_empty();
        take_gaps(history, &work.degraded);
        session.detail(&format!("{} commits since {since} name goals in a trailer", work.commits.len()))?;
        Ok(Some(work))
    }
}

/// Adds what is not known to a history, each once.
pub(super) fn take_gaps(history: &mut History, gaps: &[Degraded]) {
    for gap in gaps {
        let is_known =
            |known: &Degraded| (known.kind, &known.path, &known.message) == (gap.kind, &gap.path, &gap.message);
        if !history.degraded.iter().any(is_known) {
            history.degraded.push(gap.clone());
        }
    }
}
