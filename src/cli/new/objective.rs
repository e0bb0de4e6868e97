//! Owns what makes a new objective, and the file that it goes into. Never writes one.

use super::super::arguments::Global;
use super::super::planned::Planned;
use super::super::view::View;
use super::super::{Failure, Outcome, Session, Usage, asked, asking, init};
use crate::git::Repository;
use crate::okr::{Commitment, Name};
use crate::syntax::value::slug;
use crate::syntax::writing::{Address, Draft, Piece};
use crate::{config, syntax};
use clap::ValueEnum;
use std::path::PathBuf;
use toml::{Table, Value};

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Promise {
    /// A stretch: 0.7 is success
    Aspirational,
    /// A promise: 1.0 is success
    Committed,
}

impl Promise {
    /// Gives the word of the file.
    pub fn word(self) -> Value {
        let commitment = match self {
            Promise::Aspirational => Commitment::Aspirational,
            Promise::Committed => Commitment::Committed,
        };
        Value::try_from(commitment).expect("a commitment is a word")
    }
}

#[derive(Debug, clap::Args)]
pub struct Objective {
    /// What is wanted, in words
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Its name within the cycle [default: made of the title]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The cycle [default: that of --file, else the running quarter]
    #[arg(long, value_name = "ID")]
    cycle: Option<String>,
    /// Who answers for it [default: that of --file, else your team by okr.toml, else you by git]
    #[arg(long, value_name = "HANDLE")]
    owner: Option<String>,
    /// Why it matters
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// What is promised
    #[arg(long)]
    commitment: Option<Promise>,
    /// The objective that it serves: its name or the end of it
    #[arg(long, value_name = "NAME")]
    parent: Option<String>,
    /// The file [default: the owner's of the cycle, made where there is none]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Write nothing; show the change
    #[arg(long)]
    dry_run: bool,
}

impl Objective {
    pub(super) fn run(&self, view: &View, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let mut planned = Planned::new(view, session)?;
        let asks = self.title.is_none() && session.has_someone();
        let file = self.file(view, global, session)?;
        let (mut cycle, mut owner) = (self.cycle(view, file.as_deref())?, self.owner(view, file.as_deref()));
        let title = super::title(self.title.as_deref(), "What is wanted, in words", session)?;
        let id = super::id(self.id.as_deref(), &title, asks, session)?;
        let (mut why, mut commitment) = (self.why.clone(), self.commitment);
        if asks {
            if self.cycle.is_none() {
                cycle = asking::text(session, "Cycle", Some(&cycle))?.ok_or(asking::Ended)?;
            }
            if self.owner.is_none() {
                owner = asking::text(session, "Who answers for it", Some(&owner))?.ok_or(asking::Ended)?;
            }
            if why.is_none() {
                let typed = asking::text(session, "Why does it matter (enter leaves it out)", Some(""))?;
                why = Some(typed.ok_or(asking::Ended)?).filter(|why| !why.is_empty());
            }
            if commitment.is_none() {
                let options = ["aspirational  a stretch: 0.7 is success", "committed  a promise: 1.0 is success"];
                let at = asking::choice(session, "What is promised", &options, Some(0))?.ok_or(asking::Ended)?;
                commitment = Some([Promise::Aspirational, Promise::Committed][at]);
            }
        }
        refuse_unknown_cycle(view, &cycle)?;
        for (flag, text) in [("--owner", Some(&owner)), ("--why", why.as_ref()), ("--parent", self.parent.as_ref())] {
            text.map_or(Ok(()), |text| super::plain(flag, text))?;
        }
        let name = Name::objective(&cycle, &id);
        super::refuse_taken(&view.tree, &name)?;
        let path = file.unwrap_or_else(|| Self::path(view, &cycle, &owner));
        let mut draft = opened(&mut planned, view, &path, &cycle, &owner)?;
        let said = |key: &str| draft.get(Address::Head, key).and_then(Value::as_str);
        let mut table = Table::new();
        let mut put = |key: &str, value: Option<Value>| table.extend(value.map(|value| (key.to_owned(), value)));
        put("id", Some(id.into()));
        put("title", Some(title.into()));
        // What the file says for all is not said again.
        put("cycle", (said("cycle") != Some(&cycle)).then(|| cycle.clone().into()));
        put("owner", (said("owner") != Some(&owner)).then(|| owner.clone().into()));
        put("why", why.map(Value::from));
        put("parent", self.parent.clone().map(Value::from));
        put("commitment", commitment.map(Promise::word));
        let address = draft.add_objective(Piece::of(table))?;
        super::write(planned, view, (&path, draft, address), (&name, self.dry_run), session)?;
        let next = format!("next: `git okr new key-result --objective {}` says when it is reached", name.objective);
        session.remark(&next)?;
        Ok(Outcome::Fine)
    }

    /// Gives the cycle that is asked for, else that of the file, else the running quarter.
    fn cycle(&self, view: &View, file: Option<&str>) -> Result<String, Failure> {
        let of_file = || head(view, file?, "cycle");
        self.cycle
            .clone()
            .or_else(of_file)
            .or_else(|| view.tree.config.calendar.current_quarter(view.today))
            .ok_or_else(|| Usage::new(format!("{} is in no quarter", view.today), "name a cycle with --cycle").into())
    }

    fn owner(&self, view: &View, file: Option<&str>) -> String {
        let person = view.repository.as_ref().and_then(Repository::identity);
        let usual = || init::owner(&view.tree.config, person.as_ref());
        self.owner.clone().or_else(|| head(view, file?, "owner")).unwrap_or_else(usual)
    }

    /// Gives the file that is asked for, from the root.
    fn file(&self, view: &View, global: &Global, session: &Session<'_>) -> Result<Option<String>, Failure> {
        let Some(typed) = &self.file else { return Ok(None) };
        let paths = asked::anywhere(std::slice::from_ref(typed), &session.directory(global), &view.root)?;
        match paths.into_iter().next().filter(|path| path.ends_with(".toml")) {
            Some(path) => Ok(Some(path)),
            None => {
                let message = format!("{} is no objective file", typed.display());
                Err(Usage::new(message, "name a .toml file, for instance okrs/2026-Q4/team.toml").into())
            }
        }
    }

    /// Finds the file where none is asked for: the only one that holds the owner's objectives of the cycle, else the one
    /// that the owner and the cycle give.
    fn path(view: &View, cycle: &str, owner: &str) -> String {
        let is_theirs = |objective: &crate::okr::Objective| {
            objective.cycle.as_deref() == Some(cycle)
                && objective.owners.iter().any(|one| one.eq_ignore_ascii_case(owner))
        };
        let mut files = view.tree.files.iter().filter(|file| file.objectives.iter().any(is_theirs));
        if let (Some(file), None) = (files.next(), files.next()) {
            return file.path.clone();
        }
        format!("{}/{cycle}/{}.toml", init::folder(&view.tree.config), team(owner))
    }
}

/// Gives what a file says for all of its objectives.
fn head(view: &View, path: &str, key: &str) -> Option<String> {
    let text = view.tree.sources.iter().find(|(_, source)| source.path == path).map(|(_, source)| &source.text)?;
    let draft = Draft::new(path, text.as_bytes()).ok()?;
    draft.get(Address::Head, key).and_then(Value::as_str).map(str::to_owned)
}

/// Opens the file, or makes one with its first lines; and the schema that those name, where nobody has put it there.
pub fn opened(planned: &mut Planned<'_>, view: &View, path: &str, cycle: &str, owner: &str) -> Result<Draft, Failure> {
    if planned.has(path) {
        return planned.draft(path);
    }
    let schema = init::content::SCHEMA_OF_GOALS;
    if view.root.join(schema).symlink_metadata().is_err() {
        planned.place(schema, None, syntax::SCHEMA.replace("\r\n", "\n"))?;
    }
    let (cycle, owner) = (Value::from(cycle), Value::from(owner));
    let head = format!("{}cycle = {cycle}\nowner = {owner}\n", init::content::schema_line(path, schema));
    planned.create(path, &head)
}

/// Gives the file's name: the last part of a handle, or the first of an address.
fn team(owner: &str) -> String {
    let last = owner.rsplit('/').next().unwrap_or(owner).trim_start_matches('@');
    let team = slug(last.split('@').next().unwrap_or(last));
    if team.is_empty() { "team".to_owned() } else { team }
}

/// Refuses a cycle that the calendar does not know, with one that is meant perhaps.
pub fn refuse_unknown_cycle(view: &View, cycle: &str) -> Result<(), Failure> {
    let calendar = &view.tree.config.calendar;
    if calendar.cycle(cycle).is_some() {
        return Ok(());
    }
    let help = match calendar.suggest(cycle) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("write it as 2026-Q4, 2026-T3, 2026-H2 or 2026, or declare it in {}", config::FILE_NAME),
    };
    Err(Usage::new(format!("there is no cycle {cycle}"), help).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_who_answers() {
        for (owner, name) in
            [("@acme/Payments", "payments"), ("ana.b@acme.example", "ana-b"), ("@team", "team"), ("Ω", "team")]
        {
            assert_eq!(team(owner), name, "{owner}");
        }
    }
}
