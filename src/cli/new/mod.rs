//! `git okr new`: an objective or a key result, written where it belongs.

mod key_result;
pub(super) mod objective;

use super::arguments::Global;
use super::planned::{self, Planned};
use super::view::View;
use super::{Failure, Outcome, Session, Usage, asking};
use crate::okr::{Name, is_slug};
use crate::source::Tree;
use crate::syntax::value::slug;
use crate::syntax::writing::{Address, Draft};
use key_result::KeyResult;
use objective::Objective;

/// Write a new objective or key result
///
/// Takes it from the arguments or, where its title is left out and somebody sits in front of a terminal, asks for it. It
/// goes into the team's file of the cycle, which is made where there is none. Nothing is written that would not read.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr new objective\n  git okr new objective --title 'Checkout just works' --commitment aspirational\n  git okr new key-result --objective checkout --title 'Failed payments fall' --baseline 3 --target 1\n  git okr new key-result --objective checkout --title 'Refunds stay rare' --at-most 2 --guardrail"
)]
pub struct New {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// A goal for one cycle, in words
    Objective(Objective),
    /// A number that says whether an objective is reached; its kind follows from its fields
    KeyResult(Box<KeyResult>),
}

impl New {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let view = View::side(None, Vec::new(), global, session)?;
        match &self.what {
            What::Objective(objective) => objective.run(&view, global, session),
            What::KeyResult(key_result) => key_result.run(&view, session),
        }
    }
}

/// Gives the title: as an argument, else as an answer.
fn title(given: Option<&str>, question: &str, session: &mut Session<'_>) -> Result<String, Failure> {
    let title = match given {
        Some(title) => title.trim().to_owned(),
        None if session.has_someone() => asking::text(session, question, None)?.ok_or(asking::Ended)?,
        None => return Err(missing("--title", "a title is needed: say in one sentence what is wanted")),
    };
    plain("--title", &title)?;
    Ok(title)
}

/// Refuses texts that no line of a file can hold.
fn plain(flag: &str, text: &str) -> Result<(), Failure> {
    if text.trim().is_empty() {
        return Err(missing(flag, &format!("{flag} has nothing in it")));
    }
    if text.chars().any(char::is_control) {
        return Err(Usage::new(format!("{flag} has a control character in it"), "write it as one line of text").into());
    }
    Ok(())
}

fn missing(flag: &str, message: &str) -> Failure {
    Usage::new(message, format!("give it with {flag}; `git okr new -h` has examples")).into()
}

/// Gives the id: as an argument, else made of the title; asked for where the title was.
fn id(given: Option<&str>, title: &str, asks: bool, session: &mut Session<'_>) -> Result<String, Failure> {
    let read = |id: &str| match is_slug(id) {
        true => Ok(id.to_owned()),
        false => Err(format!("`{id}` is no id: small letters a to z, digits and hyphens, at most 64, no hyphen first")),
    };
    let own = slug(title);
    let refused = |reason: String| -> Failure { Usage::new(reason, "give another one with --id").into() };
    match given {
        Some(id) => read(id).map_err(refused),
        None if asks => {
            let default = is_slug(&own).then_some(own.as_str());
            Ok(asking::ask(session, "Id, by which it is known from now on", default, read)?.ok_or(asking::Ended)?)
        }
        None if is_slug(&own) => Ok(own),
        None => Err(refused("no id can be made of this title".to_owned())),
    }
}

/// Refuses a name that is taken, with its place.
fn refuse_taken(tree: &Tree, name: &Name) -> Result<(), Failure> {
    let home = Name::objective(&name.cycle, &name.objective);
    let same = tree.objectives().find_map(|located| {
        let place = match &name.key_result {
            _ if located.name().as_ref() != Some(&home) => return None,
            None => located.place.table.of("id"),
            Some(id) => {
                let at = located.objective.key_results.iter().position(|one| one.id == *id)?;
                located.place.key_results.get(at)?.of("id")
            }
        };
        let source = tree.sources.get(located.file.file);
        Some(format!("{}:{}", source.path, source.position(place.start).line))
    });
    match same {
        None => Ok(()),
        Some(place) => {
            Err(Usage::new(format!("{place}: {name} is there already"), "give the new one another id with --id").into())
        }
    }
}

/// Ends both: refuses what would not read, writes, and says where, and what is still missing.
fn write(
    mut planned: Planned<'_>,
    view: &View,
    (path, draft, address): (&str, Draft, Address),
    (name, dry_run): (&Name, bool),
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let line = draft.line(address, "");
    planned.keep(path, draft)?;
    let after = planned.tree()?;
    let brought = planned::brought(view, &after, None);
    planned::refuse_broken(&after, &brought)?;
    if planned.ended(&after, dry_run, session)? {
        session.print(&format!("wrote {path}:{line}: {name}\n"))?;
    }
    planned::tell(&after, &brought, session)
}
