//! Owns the way from what is looked at to the report model. Never computes a figure.

use super::{Evidence, View};
use crate::cli::arguments::Chosen;
use crate::cli::{Failure, Session};
use crate::finding;
use crate::history::{History, Options, Work};
use crate::report::{self, Input, ReportV1};
use crate::rules::{self, Checked, Group, Subject};

/// A report model, and what it was made of.
pub struct Modelled {
    /// The model.
    pub report: ReportV1,
    /// The past.
    pub history: History,
    /// What the rules found.
    pub checked: Checked,
    /// The commits that work for goals, where they were asked for.
    pub work: Option<Work>,
}

impl View {
    /// Builds the report model of what was chosen, and warns of what is not in it.
    pub fn model(&self, chosen: &Chosen, names: &[String], session: &mut Session<'_>) -> Result<ReportV1, Failure> {
        let Modelled { report, history, checked, .. } = self.modelled(chosen, names, session)?;
        self.warn_of_gaps(&history, session)?;
        self.warn_of_errors(checked.findings.iter().filter(|f| f.group == Group::Format.name()), session)?;
        Ok(report)
    }

    /// Builds the report model of what was chosen.
    pub fn modelled(&self, chosen: &Chosen, names: &[String], session: &mut Session<'_>) -> Result<Modelled, Failure> {
        self.modelled_with(chosen, names, false, session)
    }

    pub fn modelled_with(
        &self,
        chosen: &Chosen,
        names: &[String],
        with_work: bool,
        session: &mut Session<'_>,
    ) -> Result<Modelled, Failure> {
        let selection = self.selection(chosen, names)?;
        let cycles = report::shown(&self.tree, &selection, self.today)?;
        let mut past = self.past(&Options::default());
        let Evidence { mut history, locks, agreed } = self.evidence_of(past.as_deref_mut(), &cycles, session)?;
        let work = match with_work {
            true => self.work_of(past.as_deref(), &cycles, &mut history, session)?,
            false => None,
        };
        let subject = Subject { agreed: &agreed, ..Subject::new(&self.tree, Some(&history), self.today) };
        let checked = rules::check(&subject, &rules::Selection::default());
        let published = rules::history_value(Some(&history));
        let findings = finding::published(&rules::view(&checked, &self.tree, &published));
        let (tree, today) = (&self.tree, self.today);
        let input = Input { tree, history: Some(&history), locks: &locks, today, selection: &selection, findings };
        let mut report = report::build(input)?;
        if let Some(work) = &work {
            report::tell_work(&mut report, tree, &history, work);
        }
        Ok(Modelled { report, history, checked, work })
    }
}
