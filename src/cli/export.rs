//! `git okr export`: the goals for other programs.

use super::arguments::{At, Chosen, Global};
use super::view::{Evidence, View};
use super::{Failure, Outcome, Session, Usage};
use crate::exchange::{self, Export as Exported};
use crate::report::{self, Input, LogSelection};
use crate::source;
use clap::ValueEnum;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Every field, how it stands, and the events behind it: `git okr import` makes the same goals of it
    Json,
    /// A table with one row a key result
    Csv,
    /// One event a line, the oldest first
    Jsonl,
}

/// Write the goals for other programs
///
/// Every cycle, unless one is chosen. What is sensitive is masked. No cell of the table can begin a formula: a text that
/// would gets a quote before it, which `import` takes away again.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr export --format json --output goals.json\n  git okr export --format csv --cycle 2026-Q4\n  git okr export --format csv --check-ins\n  git okr export --format jsonl | jq .kind"
)]
pub struct Export {
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    chosen: Chosen,
    /// How to write them
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// One row a check-in, for `--format csv`
    #[arg(long)]
    check_ins: bool,
    /// Leave nothing masked: values, notes and titles of what is sensitive go out as they are
    #[arg(long)]
    include_sensitive: bool,
    /// Write into this file [default: stdout]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        if self.check_ins && self.format != Format::Csv {
            let help = "add `--format csv`; in JSON the check-ins are among the events";
            return Err(Usage::new("--check-ins are rows of a table", help).into());
        }
        let file = self.output.as_ref().map(|typed| session.place(global, typed));
        if let Some(file) = &file {
            source::placeable(file)?;
        }
        let mut view = View::with_git(global, &self.at, session)?;
        let chosen = Chosen {
            cycle: Some(self.chosen.cycle.clone().unwrap_or_else(|| "all".to_owned())),
            owner: self.chosen.owner.clone(),
            mine: self.chosen.mine,
        };
        let selection = view.selection(&chosen, &[])?;
        let cycles = report::shown(&view.tree, &selection, view.today)?;
        let Evidence { mut history, locks, .. } = view.evidence(&cycles, session)?;
        view.warn_of_gaps(&history, session)?;
        view.warn_of_errors(view.tree.findings.iter(), session)?;
        let logged = LogSelection::new(&view.tree, &history, &selection, view.today)?;
        if self.include_sensitive {
            exchange::unveil(&mut view.tree, &mut history);
        }
        let (tree, today) = (&view.tree, view.today);
        let input =
            Input { tree, history: Some(&history), locks: &locks, today, selection: &selection, findings: Vec::new() };
        let report = report::build(input)?;
        let events = report::log(&history, tree, &logged).events;
        let export = Exported::new(tree, &report, events, self.include_sensitive);
        let text = match self.format {
            Format::Json => exchange::document(&export),
            Format::Csv if self.check_ins => exchange::check_ins_csv(&export.check_ins),
            Format::Csv => exchange::goals_csv(&export),
            Format::Jsonl => exchange::event_lines(&export),
        };
        match &file {
            Some(file) => {
                source::place(file, text.as_bytes())?;
                session.remark(&format!("wrote {}", file.display()))?;
            }
            None => session.print(&text)?,
        }
        Ok(Outcome::Fine)
    }
}
