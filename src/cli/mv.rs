//! `git okr mv`: another name for an objective or key result, or another objective for a key result.

use super::arguments::{At, Global};
use super::planned::{self, Planned, path_of};
use super::view::View;
use super::{Failure, Outcome, Session, Usage};
use crate::okr::{KeyResult, Name, Objective, is_slug};
use crate::report;
use crate::rules::{Relink, Renaming, relink};
use crate::source::{Located, Tree};
use crate::syntax::value::slug;
use crate::syntax::writing::{Address, Draft};
use crate::text::FileId;
use std::collections::BTreeMap;
use toml::Value;

/// Places of the old name in documents that are listed.
const MOST_MENTIONS: usize = 5;

/// Rename an objective or key result, or move a key result to another objective
///
/// History goes on under the new name: the old one is kept in `aliases`, once a commit knows it. Every reference to it is
/// rewritten where it would lead elsewhere, in all files or in none.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr mv p99-latency slowest-hundredth             another id\n  git okr mv p99-latency fast-pages/                   to another objective\n  git okr mv p99-latency fast-pages/slowest-hundredth  both\n  git okr mv reliable-checkout calm-checkout --dry-run"
)]
pub struct Mv {
    /// What is to get another name: a full name or the end of one
    #[arg(value_name = "NAME")]
    from: String,
    /// A new id, `OBJECTIVE/` to move a key result there, or `OBJECTIVE/ID` for both
    #[arg(value_name = "NEW")]
    to: String,
    /// Write nothing; show the change
    #[arg(long)]
    dry_run: bool,
}

impl Mv {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let view = View::with_git(global, &At::default(), session)?;
        let mut planned = Planned::new(&view, session)?;
        let from = report::named(&view.tree, None, &self.from, view.today)?;
        let to = self.destination(&view, &from)?;
        let renaming = Renaming { from, to };
        refuse_collision(&view.tree, &renaming)?;
        let old = renaming.from.to_string();
        let aliases = aliases(&view.tree, &renaming, is_committed(&view, &renaming.from, global)?)?;
        renamed(&mut planned, &renaming, &aliases)?;
        let relinked = relinked(&mut planned, &view, &renaming)?;
        let after = planned.tree()?;
        let brought = planned::brought(&view, &after, Some(&renaming));
        planned::refuse_broken(&after, &brought)?;
        let (path, draft, address) = planned.found(&renaming.to)?;
        let line = draft.line(address, "id");
        if planned.ended(&after, self.dry_run, session)? {
            session.print(&format!("wrote {path}:{line}: {old} is {} now\n", renaming.to))?;
            for (place, field) in relinked {
                session.print(&format!("wrote {place}: {field}\n"))?;
            }
        }
        inheritance(&view.tree, &after, &renaming, session)?;
        mentions(&view, &old, session)?;
        planned::tell(&after, &brought, session)?;
        Ok(Outcome::Fine)
    }

    /// Says which name is meant.
    fn destination(&self, view: &View, from: &Name) -> Result<Name, Failure> {
        let typed = self.to.as_str();
        let tree = &view.tree;
        let Some(own) = &from.key_result else {
            return match Name::parse(typed) {
                Some(Name { cycle, objective, key_result: None }) if cycle == from.cycle => {
                    Ok(Name::objective(&cycle, new_id(&objective)?))
                }
                None if !typed.contains('/') => Ok(Name::objective(&from.cycle, new_id(typed)?)),
                _ => {
                    let help = "give a new id alone; `git okr close --next` carries goals into another cycle";
                    Err(Usage::new(format!("{from} stays in its cycle, and `{typed}` is no id in it"), help).into())
                }
            };
        };
        if let Some(home) = typed.strip_suffix('/') {
            return Ok(objective(view, from, home)?.key_result(own));
        }
        match *typed.split('/').collect::<Vec<_>>() {
            [id] if path_of(tree, &Name::objective(&from.cycle, id)).is_some() => {
                let help =
                    format!("write `{id}/` to move it there, or `{}/{id}` for a key result of that id", from.objective);
                Err(Usage::new(format!("`{id}` is an objective, and may be a new id too"), help).into())
            }
            [id] => Ok(Name::objective(&from.cycle, &from.objective).key_result(new_id(id)?)),
            [cycle, id] if path_of(tree, &Name::objective(cycle, id)).is_some() => {
                Ok(Name::objective(cycle, id).key_result(own))
            }
            [home, id] => Ok(objective(view, from, home)?.key_result(new_id(id)?)),
            [cycle, home, id] => Ok(objective(view, from, &format!("{cycle}/{home}"))?.key_result(new_id(id)?)),
            _ => Err(Usage::new(format!("`{typed}` is no name"), "write OBJECTIVE/ID, or a new id alone").into()),
        }
    }
}

/// Tells whether the last commit has a name. What is new or renamed since is known to nobody by it.
fn is_committed(view: &View, name: &Name, global: &Global) -> Result<bool, Failure> {
    let Some(head) = view.from else { return Ok(false) };
    Ok(located(&view.at(head, global)?.tree, name).is_some())
}

fn new_id(typed: &str) -> Result<&str, Failure> {
    if is_slug(typed) {
        return Ok(typed);
    }
    let near = slug(typed);
    let near = if is_slug(&near) { format!(", for instance {near}") } else { String::new() };
    let help = format!("write small letters a to z, digits and hyphens, at most 64, no hyphen first{near}");
    Err(Usage::new(format!("`{typed}` is no id"), help).into())
}

/// Finds an objective to move to: in the key result's own cycle, else anywhere.
fn objective(view: &View, from: &Name, typed: &str) -> Result<Name, Failure> {
    let own = Name::objective(&from.cycle, typed);
    if path_of(&view.tree, &own).is_some() {
        return Ok(own);
    }
    let name = report::named(&view.tree, None, typed, view.today)?;
    match name.key_result {
        None => Ok(name),
        Some(_) => Err(Usage::new(format!("{name} is a key result"), "name an objective to move it to").into()),
    }
}

fn located<'a>(tree: &'a Tree, name: &Name) -> Option<(Located<'a>, Option<&'a KeyResult>)> {
    let home = Name::objective(&name.cycle, &name.objective);
    let located = tree.objectives().find(|located| located.name().as_ref() == Some(&home))?;
    let key_result = name.key_result.as_ref().map(|id| located.objective.key_results.iter().find(|one| one.id == *id));
    match key_result {
        None => Some((located, None)),
        Some(found) => found.map(|found| (located, Some(found))),
    }
}

fn refuse_collision(tree: &Tree, Renaming { from, to }: &Renaming) -> Result<(), Failure> {
    if from == to {
        return Err(Usage::new(format!("{from} is its name already"), "give another one").into());
    }
    let Some((there, key_result)) = located(tree, to) else { return Ok(()) };
    let at = key_result.and_then(|one| there.objective.key_results.iter().position(|other| std::ptr::eq(other, one)));
    let place = at.and_then(|at| there.place.key_results.get(at)).unwrap_or(&there.place.table);
    let source = tree.sources.get(there.file.file);
    let line = source.position(place.of("id").start).line;
    Err(Usage::new(format!("{}:{line}: {to} is there already", source.path), "give another id").into())
}

/// Gives the aliases of what gets a new name: those that it has, the old name where a commit may know it, and never the
/// new one. What moves to another objective takes whole names along.
fn aliases(tree: &Tree, Renaming { from, to }: &Renaming, known: bool) -> Result<Vec<String>, Failure> {
    let (home, key_result) = located(tree, from).ok_or_else(|| planned::lost(from))?;
    let objective: &Objective = home.objective;
    let moves = (&from.cycle, &from.objective) != (&to.cycle, &to.objective) && key_result.is_some();
    let own = Name::objective(&from.cycle, &from.objective);
    let whole = |alias: &String| match alias.contains('/') || !moves {
        true => alias.clone(),
        false => own.key_result(alias).to_string(),
    };
    let mut all: Vec<String> = key_result.map_or(&objective.aliases, |one| &one.aliases).iter().map(whole).collect();
    let id = |name: &Name| name.key_result.as_ref().unwrap_or(&name.objective).clone();
    if known {
        all.push(if moves { from.to_string() } else { id(from) });
    } else if moves {
        // A commit may know it under an older name of its objective.
        let former = objective.aliases.iter().map(|alias| match alias.contains('/') {
            true => format!("{alias}/{}", id(from)),
            false => Name::objective(&from.cycle, alias).key_result(&id(from)).to_string(),
        });
        all.extend(former);
    }
    let (full, bare) = (to.to_string(), id(to));
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|alias| *alias != full && (alias.contains('/') || *alias != bare) && seen.insert(alias.clone()));
    Ok(all)
}

/// Gives the new name, and the aliases; references are left as they are.
fn renamed(planned: &mut Planned<'_>, renaming: &Renaming, aliases: &[String]) -> Result<(), Failure> {
    let Renaming { from, to } = renaming;
    let (path, mut draft, mut address) = planned.found(from)?;
    let mut home = path.clone();
    if from.key_result.is_some() && (&from.cycle, &from.objective) != (&to.cycle, &to.objective) {
        let piece = draft.cut(address)?;
        planned.keep(&path, draft)?;
        let (there, other, objective) = planned.found(&Name::objective(&to.cycle, &to.objective))?;
        let Address::Objective(of) = objective else { unreachable!("an objective stands at the address of one") };
        (home, draft) = (there, other);
        address = draft.add_key_result(of, piece)?;
    }
    draft.rename(address, to.key_result.as_ref().unwrap_or(&to.objective))?;
    set_aliases(&mut draft, address, aliases)?;
    planned.keep(&home, draft)
}

/// Writes aliases one by one where that is enough, so that the list keeps its form.
fn set_aliases(draft: &mut Draft, address: Address, aliases: &[String]) -> Result<(), Failure> {
    let there = draft.get(address, "aliases").and_then(Value::as_array).cloned().unwrap_or_default();
    let there: Vec<&str> = there.iter().filter_map(Value::as_str).collect();
    if aliases.is_empty() {
        draft.unset(address, "aliases")?;
    } else if aliases.len() >= there.len() && there.iter().zip(aliases).all(|(old, new)| old == new) {
        for alias in &aliases[there.len()..] {
            draft.push(address, "aliases", alias.as_str())?;
        }
    } else {
        draft.set(address, "aliases", Value::from(aliases.to_vec()))?;
    }
    Ok(())
}

/// Rewrites the references that would lead elsewhere; gives their places and fields.
fn relinked(
    planned: &mut Planned<'_>,
    view: &View,
    renaming: &Renaming,
) -> Result<Vec<(String, &'static str)>, Failure> {
    let renamed = planned.tree()?;
    let found = relink(&view.tree, &renamed, renaming, view.today);
    let place = |tree: &Tree, file: FileId, at: usize| {
        let source = tree.sources.get(file);
        format!("{}:{}", source.path, source.position(at).line)
    };
    let mut edits: BTreeMap<FileId, Vec<_>> = BTreeMap::new();
    let mut places = Vec::new();
    for one in &found {
        let Some(edit) = &one.edit else { return Err(unlinkable(&renamed, one)) };
        edits.entry(one.file).or_default().push(edit);
        places.push((place(&renamed, one.file, edit.range.start), one.field));
    }
    for (file, edits) in &edits {
        planned.edit(&renamed.sources.get(*file).path, edits)?;
    }
    match relink(&view.tree, &planned.tree()?, renaming, view.today).iter().find(|one| !found.contains(one)) {
        Some(one) => Err(unlinkable(&renamed, one)),
        None => Ok(places),
    }
}

fn unlinkable(tree: &Tree, one: &Relink) -> Failure {
    let path = &tree.sources.get(one.file).path;
    let message = format!("{path}: `{}` in `{}` would lead elsewhere, so nothing was written", one.written, one.field);
    Usage::new(message, "write its full name there first, then run the same again").into()
}

/// Says what a key result has from its new objective that it had not from the old.
fn inheritance(before: &Tree, after: &Tree, renaming: &Renaming, session: &mut Session<'_>) -> Result<(), Failure> {
    let (Some((old, Some(kr))), Some((new, Some(_)))) = (located(before, &renaming.from), located(after, &renaming.to))
    else {
        return Ok(());
    };
    if kr.owner.is_none() && old.objective.owners != new.objective.owners {
        session.remark(&format!("it is {}'s now, as its objective is", new.objective.owners.join(", ")))?;
    }
    if kr.commitment.is_none() && old.objective.commitment != new.objective.commitment {
        session.remark(
            "its objective promises otherwise than the old one: set its own `commitment` where that is wrong",
        )?;
    }
    Ok(())
}

/// Says where documents still have the old name; what they mean by it nobody can tell.
fn mentions(view: &View, old: &str, session: &mut Session<'_>) -> Result<(), Failure> {
    let documents = view.documents()?;
    let lines =
        documents.iter().flat_map(|(path, text)| text.lines().enumerate().map(move |(at, line)| (path, at, line)));
    let places: Vec<String> =
        lines.filter(|(.., line)| line.contains(old)).map(|(path, at, _)| format!("{path}:{}", at + 1)).collect();
    for place in places.iter().take(MOST_MENTIONS) {
        session.remark(&format!("{place} still says {old}"))?;
    }
    match places.len().saturating_sub(MOST_MENTIONS) {
        0 => Ok(()),
        more => session.remark(&format!("and {more} more lines do")),
    }
}
