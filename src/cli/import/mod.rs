//! `git okr import`: goals of other tools as objective files, and dated values as commits.

mod replaying;
mod writing;

use super::arguments::Global;
use super::{Failure, Outcome, OutputLost, Session, Usage};
use crate::exchange::{self, Column, Form, LARGEST_INPUT, Left, Settled, Wanted};
use crate::source::{self, Tree};
use crate::text::printable;
use jiff::civil::Date;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Lines of a summary that are shown of one kind before the rest is counted.
const MOST_SHOWN: usize = 200;

/// Make objective files of another tool's goals
///
/// Reads what `export` writes, tables and documents of other tools, and Markdown. Says what came in, what is called what,
/// and what was not understood, with its line. Writes okrs/<cycle>/<team>.toml: all files or none, and never over one that is there.
///
/// With --replay the past comes in as commits: of a table with the columns name, date and value (and author, confidence,
/// note, recorded), or of what `export --format json` wrote. They stand on a branch of their own; no other branch and no
/// file of the work tree is touched. Author and committer date are the moment of recording, noon UTC of the day of
/// measuring where none is given; the committer is who imports. Git's hooks do not run.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr import goals.csv --map title='Key Result' --map target=Goal --dry-run\n  git okr import goals.yaml --cycle 2026-Q4 --team payments\n  git okr import --replay values.csv\n  git okr export | git -C elsewhere okr import --replay -"
)]
pub struct Import {
    /// The file to read, or `-` for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What it is [default: guessed from its name and content]
    #[arg(long, value_name = "FORM", value_enum)]
    from: Option<Form>,
    /// What a column of a table is, as often as you like: `title=Key Result`
    #[arg(long, value_name = "NAME=COLUMN", value_parser = exchange::mapping)]
    map: Vec<(Column, String)>,
    /// The cycle of objectives that name none [default: by their days, else the running quarter]
    #[arg(long, value_name = "ID")]
    cycle: Option<String>,
    /// One file for all of them, okrs/<cycle>/NAME.toml [default: by team, owner or the file's name]
    #[arg(long, value_name = "NAME")]
    team: Option<String>,
    /// Who answers for objectives that name nobody
    #[arg(long, value_name = "HANDLE")]
    owner: Option<String>,
    /// Write nothing; show what would be written
    #[arg(long)]
    dry_run: bool,
    /// Bring dated values in as backdated commits on a new branch
    #[arg(long)]
    replay: bool,
    /// The branch of --replay, which must not be there yet
    #[arg(long, value_name = "NAME", default_value = "okr-history", requires = "replay")]
    branch: String,
    /// Who recorded what names nobody, as `Name <address>` [default: who git says you are]
    #[arg(long, value_name = "AUTHOR", requires = "replay")]
    author: Option<String>,
}

impl Import {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let repository = super::view::open(global)?;
        let root = repository.workdir().map(Path::to_owned).ok_or_else(|| {
            Usage::new("a bare repository has no work tree to write into", "run `git okr import` in a clone of it")
        })?;
        let today = session.fixed_today(global)?.map_or_else(|| session.current_day(), Ok)?;
        let (name, text) = self.input(global, session)?;
        let tree = match source::worktree(Some(&repository), &root, &[]) {
            Err(source::Error::Nothing { .. }) => Tree { config: source::configuration(&root)?, ..Tree::default() },
            tree => tree?,
        };
        if self.replay && self.is_of_values(&name, &text) {
            let (steps, intake) = exchange::dated(&text, &self.map).map_err(|error| in_input(error, &name))?;
            return self.replay_values(&repository, &tree, steps, intake, &name, session);
        }
        let intake = exchange::read(&name, &text, self.from, &self.map).map_err(|error| in_input(error, &name))?;
        let (form, settings, events) = (intake.form.clone(), intake.settings.clone(), intake.events.clone());
        let mut intake = intake;
        if self.replay {
            // Where a baseline is left out, the past that comes along says what it is.
            intake.goals.iter_mut().flat_map(|goal| &mut goal.key_results).for_each(|one| one.first = None);
        }
        let wanted = self.wanted(&tree, settings.as_ref(), &name, today)?;
        let settled = exchange::settle(intake, &wanted);
        if self.replay {
            return self.replay_goals(&repository, &tree, &settled, (settings.as_ref(), &events), today, session);
        }
        let source = Source { name: &name, form: &form, events: events.len(), settings: settings.as_ref() };
        self.write(&root, &tree, &settled, source, today, session)
    }

    /// Reads the input, within its limit, and says by what name to speak of it.
    fn input(&self, global: &Global, session: &Session<'_>) -> Result<(String, String), Failure> {
        let name = if self.file.as_os_str() == "-" { "stdin".to_owned() } else { self.file.display().to_string() };
        let failed = |error: std::io::Error| {
            Usage::new(format!("could not read {name}: {error}"), "check that it exists and that you may read it")
        };
        let mut bytes = Vec::new();
        let read = match name.as_str() {
            "stdin" => std::io::stdin().lock().take(LARGEST_INPUT + 1).read_to_end(&mut bytes),
            _ => File::open(session.place(global, &self.file))
                .and_then(|file| file.take(LARGEST_INPUT + 1).read_to_end(&mut bytes)),
        };
        read.map_err(failed)?;
        if bytes.len() as u64 > LARGEST_INPUT {
            let message = format!("{name} has more than {} MiB", LARGEST_INPUT >> 20);
            return Err(Usage::new(message, "import it in parts, for instance a cycle at a time").into());
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let line =
                error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            Usage::new(format!("{name}:{}: this is no UTF-8", line + 1), "save it as UTF-8, then run the same again")
        })?;
        Ok((name, text))
    }

    /// Tells whether the input is a table of dated values rather than goals.
    fn is_of_values(&self, name: &str, text: &str) -> bool {
        let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
        let begins = text.trim_start_matches('\u{feff}').trim_start();
        match self.from {
            Some(form) => form == Form::Csv,
            None => !["json", "yaml", "yml", "md"].contains(&end.as_str()) && !begins.starts_with('{'),
        }
    }

    fn wanted(
        &self,
        tree: &Tree,
        settings: Option<&serde_json::Value>,
        name: &str,
        today: Date,
    ) -> Result<Wanted, Failure> {
        let mut calendar = tree.config.calendar.clone();
        if let Some(text) = settings.filter(|_| tree.config.file.is_none()).and_then(writing::settings) {
            // The cycles of the input are those of its own settings, where this repository has none.
            calendar = source::settings_of(&text)?.calendar;
        }
        if let Some(cycle) = self.cycle.as_deref().filter(|cycle| calendar.cycle(cycle).is_none()) {
            let help = match calendar.suggest(cycle) {
                Some(better) => format!("write `--cycle {better}`"),
                None => "write it as in 2026-Q4, or declare it in okr.toml".to_owned(),
            };
            return Err(Usage::new(format!("there is no cycle {cycle}"), help).into());
        }
        Ok(Wanted {
            calendar,
            today,
            cycle: self.cycle.clone(),
            team: self.team.clone(),
            owner: self.owner.clone(),
            source: name.to_owned(),
            folder: super::init::folder(&tree.config),
            taken: tree.objectives().filter_map(|located| located.name()).collect(),
        })
    }
}

/// Where goals came from.
#[derive(Debug, Clone, Copy)]
struct Source<'a> {
    /// The file, or `stdin`.
    name: &'a str,
    /// What it was read as.
    form: &'a str,
    /// Events of the past that came along.
    events: usize,
    /// Settings that came along.
    settings: Option<&'a serde_json::Value>,
}

fn in_input(error: exchange::Error, name: &str) -> Failure {
    Failure::from(error).wrap_err(format!("{} does not read", printable(name)))
}

/// Says what of the input is called what, and what was not understood.
fn tell(settled: (&[(String, String)], &[Left]), name: &str, session: &mut Session<'_>) -> Result<(), Failure> {
    let (mapped, left) = settled;
    for (theirs, ours) in mapped.iter().take(MOST_SHOWN) {
        session.print(&format!("  {} → {}\n", printable(theirs), printable(ours)))?;
    }
    if mapped.len() > MOST_SHOWN {
        session.print(&format!("  and {} more\n", mapped.len() - MOST_SHOWN))?;
    }
    if left.is_empty() {
        return Ok(());
    }
    session.print(&format!("{} left out:\n", count(left.len(), "thing")))?;
    session.write(|out| {
        left.iter()
            .try_for_each(|left| writeln!(out, "  {}:{}: {}", printable(name), left.line, printable(&left.message)))
    })
}

fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// Lists the names that are there already.
fn refuse_clashes(settled: &Settled) -> Result<(), Failure> {
    let Some(first) = settled.clashes.first() else { return Ok(()) };
    let more = match settled.clashes.len() {
        1 => String::new(),
        all => format!(" (and {} more)", all - 1),
    };
    let help = "nothing was written; take these objectives out of the input, or out of the files";
    Err(Usage::new(format!("{first} is there already{more}"), help).into())
}

fn lost(error: std::io::Error) -> Failure {
    OutputLost(error).into()
}
