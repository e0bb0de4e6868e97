//! `git okr checkin`: records check-ins in the files, by their names. What it is made of is open to the guided form: read
//! check-ins in any way, then [`prepare`], `write` and `commit` of what it gives.

mod list;
pub mod recording;
mod typed;

use super::arguments::{Global, Shown, day};
use super::{Failure, Outcome, Session, Usage};
use crate::okr::{CheckIn, Said};
use crate::report;
use jiff::civil::Date;
use recording::{open, prepare};
use typed::Typed;

/// Record check-ins: what was measured, and how sure you are
///
/// Writes the values into the files of the goals and touches no other byte; `as_of` says the day of measuring, today unless
/// told otherwise. A name is the full one or the end of it. A milestone stands behind a dot, by its title or its number.
/// Either every check-in is written or none, and what they do to progress and health is shown.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr checkin p99-latency=350 --confidence 0.7 --note \"Pooling shipped.\"\n  git okr checkin p99-latency=350 rollback-rate=0.8% deploys+=3\n  git okr checkin eu-launch.germany=2026-10-20 pci --done\n  git okr checkin p99-latency --no-change\n  git okr checkin --from values.csv --commit\n  metrics | git okr checkin --from -"
)]
pub struct Checkin {
    /// NAME=VALUE: a number, with its unit or without; NAME+=VALUE and NAME-=VALUE move the last one; true, false or the day
    /// for what is reached or not. NAME alone goes with --done, --no-change, --confidence and --note
    #[arg(value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// Each NAME is reached, as of the day of measuring
    #[arg(long)]
    done: bool,
    /// Somebody looked at each NAME and nothing changed: the day of measuring moves alone
    #[arg(long, conflicts_with_all = ["done", "confidence", "from"])]
    no_change: bool,
    /// The belief, from 0 to 1, that each NAME is reached in time
    #[arg(long, value_name = "BELIEF", allow_negative_numbers = true, conflicts_with = "from")]
    confidence: Option<f64>,
    /// What there is to say; an empty one takes the last out
    #[arg(long, value_name = "TEXT", conflicts_with = "from")]
    note: Option<String>,
    /// The day of measuring [default: today]
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Date>,
    /// Take check-ins from CSV, a file or - for what is piped in: name, value, as_of, and confidence and note if you like
    #[arg(long, value_name = "FILE|-", conflicts_with_all = ["values", "done"])]
    from: Option<String>,
    /// Commit the files that changed, and nothing else, by `git commit` with its hooks and signature
    #[arg(long)]
    commit: bool,
    /// Write nothing; show what it would do
    #[arg(long, conflicts_with = "commit")]
    dry_run: bool,
    /// How to write what they do
    #[arg(long, value_enum, default_value = "human")]
    format: Shown,
}

impl Checkin {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        if self.values.is_empty() && self.from.is_none() {
            let help = "say what was measured, as in `git okr checkin p99-latency=350`; `git okr status` shows the names, `git okr checkin -h` the forms";
            return Err(Usage::new("there is nothing to check in", help).into());
        }
        let typed = match &self.from {
            Some(from) => list::read(from, global, session)?,
            None => self.values.iter().map(|text| self.typed(text)).collect::<Result<_, _>>()?,
        };
        let view = open(global, session)?;
        let check_ins = typed.iter().map(|one| self.check_in(one, &view)).collect::<Result<Vec<_>, _>>()?;
        let mut prepared = prepare(&view, &check_ins, session)?;
        for caution in &prepared.model().cautions {
            session.warn(&format!("{}: {}", caution.name, caution.message))?;
        }
        if !self.dry_run {
            if self.commit {
                prepared.may_commit(&view, session)?;
            }
            prepared.write(&view)?;
            if self.commit {
                prepared.commit(&view)?;
            }
        }
        let model = prepared.model();
        match self.format {
            Shown::Json => session.print(&report::json(model))?,
            Shown::Human => session.print(&report::render_recorded(model, &session.style()))?,
        }
        session.remark(&prepared.told(self.dry_run))?;
        Ok(Outcome::Fine)
    }

    /// Reads what was typed, with what the flags say of all.
    fn typed(&self, text: &str) -> Result<Typed, Failure> {
        let typed = Typed::parse(text)?;
        let name = &typed.name;
        let wrong = |message: String, help: String| Err(Usage::new(message, help).into());
        match (&typed.said, self.done, self.no_change) {
            (Some(_), true, _) => wrong(
                format!("`{text}` has a value, and --done says another"),
                format!("write `{name} --done`, or the value alone"),
            ),
            (Some(_), _, true) => wrong(
                format!("`{text}` has a value, and --no-change says that it stays"),
                format!("write `{name} --no-change`, or the value alone"),
            ),
            (None, false, false) if self.confidence.is_none() && self.note.is_none() => wrong(
                format!("`{name}` has no value"),
                format!("write `{name}=41`, `{name} --done`, or `{name} --no-change` where it is the same"),
            ),
            (None, true, _) => Ok(Typed { said: Some(Said::Done), ..typed }),
            _ => Ok(typed),
        }
    }

    fn check_in(&self, typed: &Typed, view: &super::view::View) -> Result<CheckIn, Failure> {
        let name = view.tree.key_result_named(&typed.name, view.today);
        let name = name.map_err(|error| typed.at(error))?;
        Ok(CheckIn {
            name,
            milestone: typed.milestone.clone(),
            said: typed.said.clone(),
            confidence: typed.confidence.or(self.confidence),
            note: typed.note.clone().or_else(|| self.note.clone()),
            as_of: typed.as_of.or(self.as_of).unwrap_or(view.today),
        })
    }
}
