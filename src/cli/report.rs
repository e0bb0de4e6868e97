//! `git okr report`: the goals as a document.

use super::arguments::{At, Chosen, Global};
use super::view::View;
use super::written::{self, Asked};
use super::{Failure, Outcome, Session, Usage};
use crate::report;
use crate::report::document::{self, Stamp};
use crate::source;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What the template makes
    Markdown,
    /// The report model
    Json,
}

/// Write the goals as a document
///
/// Renders a template over the report model: to stdout, into a file, or into the managed block of a file that says more.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr report\n  git okr report --output okrs/README.md\n  git okr report --inject README.md\n  git okr report --output okrs/README.md --check\n  git okr report --format json"
)]
pub struct Report {
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    chosen: Chosen,
    /// A built-in template, one of the configured folder, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "report")]
    template: String,
    /// Write into this file, whole
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write into the managed block of this file: between `<!-- git-okr:begin … -->` and `<!-- git-okr:end -->`
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    inject: Option<PathBuf>,
    /// Write nothing; exit with 1 where the file of --output or --inject is not what the goals give on its own day
    #[arg(long)]
    check: bool,
    /// Print the model that the template gets
    #[arg(long, conflicts_with_all = ["output", "inject", "check", "format"])]
    context: bool,
    /// How to write it
    #[arg(long, value_enum, default_value = "markdown")]
    format: Format,
}

impl Report {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let file = self.output.as_ref().or(self.inject.as_ref()).map(|typed| session.place(global, typed));
        if self.chosen.mine && file.is_some() {
            let help = "name whose it is: `--owner HANDLE`";
            return Err(Usage::new("a report in a file is the same for everybody, --mine is not", help).into());
        }
        if self.format == Format::Json && (self.inject.is_some() || self.check) {
            let help = "leave --format out, or write JSON with --output alone";
            return Err(Usage::new("--inject and --check are for Markdown", help).into());
        }
        let view = View::with_git(global, &self.at, session)?;
        match &file {
            Some(file) if self.check => return self.compare(view, file, global, session),
            Some(file) => {
                let stamp = self.stamp(&view);
                let template = Asked { name: &self.template, file: session.place(global, Path::new(&self.template)) };
                let text = self.render(&view, &template, &self.chosen, session)?;
                let text = match &self.inject {
                    // The line that records day and template is a comment, which JSON has none of.
                    None if self.format == Format::Json => text,
                    Some(_) => {
                        document::inject(&written::read(file)?, &stamp, &text).map_err(|error| in_file(error, file))?
                    }
                    None => document::whole(&stamp, &text).map_err(|error| in_file(error, file))?,
                };
                source::place(file, text.as_bytes())?;
                session.remark(&format!("wrote {}", file.display()))?;
            }
            None if self.check => {
                return Err(Usage::new("--check compares with a file", "name it with --output or --inject").into());
            }
            None => {
                let template = Asked { name: &self.template, file: session.place(global, Path::new(&self.template)) };
                let text = self.render(&view, &template, &self.chosen, session)?;
                session.print(&text)?;
            }
        }
        Ok(Outcome::Fine)
    }

    fn render(
        &self,
        view: &View,
        template: &Asked<'_>,
        chosen: &Chosen,
        session: &mut Session<'_>,
    ) -> Result<String, Failure> {
        // A document in a file is held against the goals alone: a commit that names one must not make it out of date.
        let model = match self.format == Format::Json || (self.output.is_none() && self.inject.is_none()) {
            true => view.model_with_work(chosen, &[], session)?,
            false => view.model(chosen, &[], session)?.for_file(),
        };
        if self.context || self.format == Format::Json {
            return Ok(report::json(&model));
        }
        written::text(view, template, &model)
    }

    fn stamp(&self, view: &View) -> Stamp {
        let (cycle, owner) = (self.chosen.cycle.clone(), self.chosen.owner.clone());
        Stamp { day: view.today, template: self.template.clone(), cycle, owner }
    }

    /// Renders today's goals as of the day that the file records, so that time passing is no difference.
    fn compare(
        &self,
        mut view: View,
        file: &Path,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<Outcome, Failure> {
        let recorded = document::recorded(&written::read(file)?).map_err(|error| in_file(error, file))?;
        view.today = recorded.stamp.day;
        let Stamp { template, cycle, owner, .. } = recorded.stamp.clone();
        let chosen = Chosen { cycle, owner, mine: false };
        let asked = written::template(&view, &recorded.stamp, session.place(global, Path::new(&template)))?;
        let rendered = self.render(&view, &asked, &chosen, session)?;
        match document::difference(&recorded, &rendered) {
            None => Ok(Outcome::Fine),
            Some(difference) => {
                session.print(&format!(
                    "{} is out of date; write it anew without --check\n{difference}",
                    file.display()
                ))?;
                Ok(Outcome::Findings)
            }
        }
    }
}

fn in_file(error: document::Error, file: &Path) -> Failure {
    Failure::from(error).wrap_err(format!("{} holds no report", file.display()))
}
