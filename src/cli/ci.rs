//! `git okr ci`: what a job of continuous integration needs, in one run.

use super::arguments::{Chosen, Global};
use super::check::FailOn;
use super::compared::{Changed, Compared};
use super::output::{Output, Outputs as Files};
use super::posting::{Posting, Proposal};
use super::step::Outputs;
use super::view::View;
use super::{Failure, Outcome, OutputLost, Session, Usage, summary};
use crate::diff::Class;
use crate::finding::{self, Format, Level};
use crate::forge::{self, Behavior, Forge, Job, When};
use crate::git::Repository;
use crate::report::{self, Templates};
use crate::rules::{self, Checked, Selection};
use crate::source;
use clap::ValueEnum;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Commenting {
    /// Where there is something to say and the token may; what fails is a warning
    Auto,
    /// Not at all
    Never,
    /// As auto, and what fails ends the run with 2
    Required,
}

/// Do what a job of CI needs: check, compare, annotate, summarise, comment
///
/// Where the job is about a pull request or a merge queue, shows what the change brings: new findings as annotations, what it
/// does to the goals in the log, in the job's summary and in the one comment. Elsewhere checks everything and puts the
/// report into the summary. All is read from git's objects, so what is proposed is never checked out or run. Exits as
/// `git okr check` does; a comment that cannot be written is a warning, unless --comment required is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr ci                           in a job of GitHub, GitLab, Gitea or Forgejo\n  git okr ci --comment never --fail-on warning\n  git okr ci --output sarif=okr.sarif --output junit=okr.xml\n  git okr ci --base main               by hand: what this branch brings\n  git okr ci --head refs/okr/head      in a job that has a fork's commits and none of its files"
)]
pub struct Ci {
    /// Show and count the findings of these files or folders alone; files outside `paths` are read too
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    posting: Posting,
    /// Whether to comment on the pull request
    #[arg(long, value_enum, default_value = "auto")]
    comment: Commenting,
    /// The level from which findings fail the run
    #[arg(long, value_enum, default_value = "error", value_name = "LEVEL")]
    fail_on: FailOn,
    /// Write the findings into this file too, in its own format; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = Output::parse)]
    output: Vec<Output>,
    /// Write what the change does into this file, as `git okr diff --format json` does
    #[arg(long, value_name = "FILE")]
    diff_out: Option<PathBuf>,
}

impl Ci {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let mut outputs = Outputs::default();
        let ended = self.work(&mut outputs, global, session);
        outputs.set("exit-code", ended.as_ref().map_or(2, |&outcome| i32::from(outcome == Outcome::Findings)));
        let written = outputs.write(session);
        ended.and_then(|outcome| written.map(|()| outcome))
    }

    fn work(&self, outputs: &mut Outputs, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let files = Files::new(&self.output, global, session)?;
        let repository = super::view::open(global)?;
        let job = forge::job(&*session);
        let job = job.as_ref().map(|(forge, job)| (*forge, job));
        refuse_shallow(&repository, job.map(|(forge, _)| forge))?;
        let about = job.map(|(_, job)| job);
        let is_change = self.posting.base.is_some() || about.is_some_and(|job| job.base.is_some());
        let checked = if is_change {
            let proposal = self.posting.proposal(&repository, about, session)?;
            self.change(&proposal, job, &files, outputs, global, session)?
        } else {
            let view = View::proposed(self.posting.head(&repository, about)?, &self.paths, global, session)?;
            self.state(view, job, &files, outputs, session)?
        };
        let failing = checked.findings.iter().any(|one| self.fail_on.level().is_some_and(|from| one.level >= from));
        Ok(if failing { Outcome::Findings } else { Outcome::Fine })
    }

    /// Shows what a change brings.
    fn change(
        &self,
        proposal: &Proposal,
        job: Option<(&'static dyn Forge, &Job)>,
        files: &Files,
        outputs: &mut Outputs,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<Checked, Failure> {
        let after = View::proposed(proposal.head, &self.paths, global, session)?;
        let mut compared = Compared::new(proposal.before, after, self.posting.ruling(), global, session)?;
        let (checked, history) = compared.check(session)?;
        let changed = compared.changed_lines(&checked)?;
        self.show(&checked, (&compared.after, Some(&changed)), &history, job, files, session)?;
        let diff = report::json(&compared.diff);
        if let Some(file) = &self.diff_out {
            source::place(&session.place(global, file), diff.as_bytes())?;
        }
        let style = session.style();
        session.print(&report::render_diff(&compared.diff, &style))?;
        let said = self.posting.say(&compared, proposal, job)?;
        if said.says() {
            summary::append(session, &said.comment.text)?;
        }
        outputs.set("changed", said.comment.changes);
        self.count(&checked, outputs);
        let diff = &compared.diff;
        let ratio = |progress: Option<f64>| progress.map(|progress| progress.to_string()).unwrap_or_default();
        let first = diff.progress.first();
        let goalposts = diff.key_results.iter().filter(|kr| kr.goalpost).count()
            + diff.objectives.iter().filter(|objective| objective.goalpost).count();
        outputs.set("class", word(diff.class));
        outputs.set("only-objectives", diff.only_objectives);
        outputs.set("progress-before", ratio(first.and_then(|cycle| cycle.before)));
        outputs.set("progress-after", ratio(first.and_then(|cycle| cycle.after)));
        outputs.set("goalposts-moved", goalposts);
        outputs.set("report-json", self.diff_out.as_ref().map(|file| file.display().to_string()).unwrap_or_default());
        if self.comment != Commenting::Never {
            let required = self.comment == Commenting::Required;
            let told = self.posting.send(&said, (When::Auto, Behavior::Update), required, session)?;
            if told.outcome != "no-pull-request" {
                session.print(&told.line())?;
            }
            outputs.set("comment-id", told.id.unwrap_or_default());
            outputs.set("comment-url", told.url.unwrap_or_default());
        }
        Ok(checked)
    }

    /// Shows how the goals are, where no change is proposed.
    fn state(
        &self,
        mut view: View,
        job: Option<(&'static dyn Forge, &Job)>,
        files: &Files,
        outputs: &mut Outputs,
        session: &mut Session<'_>,
    ) -> Result<Checked, Failure> {
        if view.tree.files.is_empty() {
            return Err(source::Error::Nothing { paths: view.tree.config.paths.join(", ") }.into());
        }
        let ruling = view.tree.config.clone();
        let (mut checked, history) = view.checked(&ruling, &Selection::default(), true, session)?;
        view.keep_asked(&mut checked)?;
        self.show(&checked, (&view, None), &rules::history_value(history.as_ref()), job, files, session)?;
        let model = view.model(&Chosen::default(), &[], session)?;
        let report = Templates::new(view.templates()?).render("report", &model)?;
        let [errors, warnings, infos] = [Level::Error, Level::Warning, Level::Info].map(|level| count(&checked, level));
        summary::append(
            session,
            &format!("git-okr finds errors: {errors}, warnings: {warnings}, remarks: {infos}.\n\n{report}"),
        )?;
        outputs.set("changed", false);
        self.count(&checked, outputs);
        outputs.set("class", word(Class::None));
        outputs.set("only-objectives", false);
        Ok(checked)
    }

    /// Writes the findings to the log, as annotations where the forge makes some of it, and into files.
    fn show(
        &self,
        checked: &Checked,
        (view, changed): (&View, Option<&Changed>),
        history: &Value,
        job: Option<(&'static dyn Forge, &Job)>,
        files: &Files,
        session: &mut Session<'_>,
    ) -> Result<(), Failure> {
        let fail_on = self.fail_on.level();
        let document = finding::View { fail_on, changed, ..rules::view(checked, &view.tree, history) };
        files.write(&document, session)?;
        let annotates = job.is_some_and(|(forge, _)| forge.annotates());
        let format = if annotates { Format::Github } else { Format::Human };
        let style = session.style();
        Ok(format.write(&document, session.out, style).map_err(OutputLost)?)
    }

    fn count(&self, checked: &Checked, outputs: &mut Outputs) {
        outputs.set("errors", count(checked, Level::Error));
        outputs.set("warnings", count(checked, Level::Warning));
        let sarif = self.output.iter().find_map(|output| output.file_of(Format::Sarif));
        outputs.set("sarif-file", sarif.map(|file| file.display().to_string()).unwrap_or_default());
    }
}

fn count(checked: &Checked, level: Level) -> usize {
    checked.findings.iter().filter(|finding| finding.level == level).count()
}

/// Gives the word of a class as it is published.
fn word(class: Class) -> String {
    serde_json::to_value(class).ok().and_then(|word| word.as_str().map(str::to_owned)).expect("a class is a word")
}

/// Figures out of half a history would be wrong without looking so, and a job has it whole for one line.
fn refuse_shallow(repository: &Repository, forge: Option<&'static dyn Forge>) -> Result<(), Failure> {
    if !repository.is_shallow() {
        return Ok(());
    }
    let help = forge.map_or("run `git fetch --unshallow`", Forge::whole_history);
    Err(Usage::new("this clone is shallow: the commits that hold earlier values are not in it", help).into())
}
