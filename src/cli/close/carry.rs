//! Owns what goes on in the next cycle: which key results may, and what of each is left behind. Never writes a file.

use super::super::new::objective::opened;
use super::super::planned::{Planned, path_of};
use super::super::view::View;
use super::super::{Failure, Session, Usage, asking};
use crate::okr::{Cycle, Goal, Kind, Measure, Name, Pace, Resolution, Role, Standing, Status, quantity, reaches};
use crate::report;
use crate::rules::{self, Context, Group, Item, Part};
use crate::syntax::writing::{Address, Draft, Literal};
use std::collections::BTreeSet;
use toml::Value;

/// What of a key result belongs to one cycle alone.
const LEFT_BEHIND: &[&str] = &[
    "current",
    "confidence",
    "as_of",
    "note",
    "health",
    "score",
    "retro",
    "evidence",
    "amend",
    "start",
    "due",
    "status",
    "aliases",
];

/// A key result that could go on.
struct Candidate<'c> {
    name: Name,
    part: Part<'c>,
    standing: Standing,
}

impl Candidate<'_> {
    /// Tells whether nothing is left to be done.
    fn is_reached(&self) -> bool {
        self.part.key_result.kind() != Some(Kind::Bound)
            && self.standing.progress.is_some_and(|progress| reaches(progress, 1.0))
    }
}

/// What goes on.
pub struct Carried {
    /// The new names, in the order of files.
    pub names: Vec<Name>,
    /// Those whose title may tell of the old start.
    pub titled: Vec<Name>,
}

fn candidates<'c>(context: &'c Context<'_>, cycle: &Cycle) -> Vec<Candidate<'c>> {
    let is_in = |item: &&Item<'_>| item.cycle.as_ref().is_some_and(|own| own.id == cycle.id);
    let items = context.objectives.iter().filter(is_in).filter(|item| item.objective.status != Status::Dropped);
    let parts = items.flat_map(Item::parts).filter(|part| part.key_result.status != Status::Dropped);
    parts
        .filter_map(|part| {
            let name = part.item.name.as_ref()?.key_result(&part.key_result.id);
            Some(Candidate { name, part, standing: context.standing(&part)? })
        })
        .collect()
}

/// Settles which key results go on: by the argument, else by asking.
pub fn chosen(
    context: &Context<'_>,
    cycle: &Cycle,
    asked: Option<&str>,
    view: &View,
    session: &mut Session<'_>,
) -> Result<BTreeSet<Name>, Failure> {
    let all = candidates(context, cycle);
    let mut chosen = BTreeSet::new();
    match asked {
        Some("none") => {}
        Some("all") => chosen.extend(all.iter().filter(|one| !one.is_reached()).map(|one| one.name.clone())),
        Some(list) => {
            for typed in list.split(',').map(str::trim).filter(|typed| !typed.is_empty()) {
                let name = report::named(&view.tree, Some(&cycle.id), typed, view.today)?;
                let inside = |one: &&Candidate<'_>| match &name.key_result {
                    Some(_) => one.name == name,
                    None => one.name.objective == name.objective && !one.is_reached(),
                };
                let meant: Vec<_> = all.iter().filter(inside).collect();
                if meant.is_empty() || meant.iter().any(|one| one.is_reached()) {
                    let why = if meant.is_empty() {
                        "has nothing that could go on"
                    } else {
                        "is reached: nothing is left of it"
                    };
                    let help = "leave it out; `git okr new` writes a goal that goes further";
                    return Err(Usage::new(format!("{name} {why}"), help).into());
                }
                chosen.extend(meant.into_iter().map(|one| one.name.clone()));
            }
            return Ok(chosen);
        }
        None => {
            for one in all.iter().filter(|one| !one.is_reached()) {
                let question = format!("Carry over {}", one.name);
                if asking::yes(session, &question, true)?.ok_or(asking::Ended)? {
                    chosen.insert(one.name.clone());
                }
            }
            return Ok(chosen);
        }
    }
    // A guardrail alone guards nothing.
    let goals: BTreeSet<String> = all
        .iter()
        .filter(|one| chosen.contains(&one.name) && one.part.key_result.role == Role::Goal)
        .map(|one| one.name.objective.clone())
        .collect();
    chosen.retain(|name| goals.contains(&name.objective));
    Ok(chosen)
}

/// Plans the chosen key results in the next cycle, each objective with what of it is left; those that are there already
/// stay as they are.
pub fn carry(
    planned: &mut Planned<'_>,
    view: &View,
    context: &Context<'_>,
    (cycle, next): (&Cycle, &Cycle),
    chosen: &BTreeSet<Name>,
) -> Result<Carried, Failure> {
    let onwards = |name: &Name| Name { cycle: next.id.clone(), ..name.clone() };
    let mut known: BTreeSet<Name> = view
        .tree
        .objectives()
        .filter_map(|located| Some((located.name()?, located)))
        .flat_map(|(name, located)| {
            let inner: Vec<Name> = located.objective.key_results.iter().map(|kr| name.key_result(&kr.id)).collect();
            std::iter::once(name).chain(inner)
        })
        .collect();
    let missing: BTreeSet<Name> = chosen.iter().filter(|name| !known.contains(&onwards(name))).cloned().collect();
    known.extend(missing.iter().flat_map(|name| {
        let name = onwards(name);
        [Name::objective(&name.cycle, &name.objective), name]
    }));
    let move_on = MoveOn { context, cycle, next, known };
    let all = candidates(context, cycle);
    let mut carried = Carried { names: Vec::new(), titled: Vec::new() };
    for item in &context.objectives {
        let Some(home) = item.name.as_ref().filter(|name| name.cycle == cycle.id) else { continue };
        let going: Vec<&Candidate<'_>> =
            all.iter().filter(|one| std::ptr::eq(one.part.item, item) && missing.contains(&one.name)).collect();
        if going.is_empty() {
            continue;
        }
        let (from, mut scratch, address) = planned.found(home)?;
        let to = onwards(home);
        let there = path_of(&view.tree, &to);
        let (path, mut draft) = match there {
            Some(path) => {
                let mut draft = planned.draft(&path)?;
                let Some(Address::Objective(of)) = draft.find(&to) else {
                    return Err(super::super::planned::lost(&to));
                };
                for one in &going {
                    let Some(table) = scratch.find(&one.name) else {
                        return Err(super::super::planned::lost(&one.name));
                    };
                    let piece = scratch.cut(table)?;
                    draft.add_key_result(of, piece)?;
                }
                (path, draft)
            }
            None => {
                let path = beside(&from, &cycle.id, &next.id);
                let owner = item.objective.owners.first().map_or("@team", String::as_str);
                let mut draft = opened(planned, view, &path, &next.id, owner)?;
                let piece = scratch.cut(address)?;
                let Address::Objective(of) = draft.add_objective(piece)? else { unreachable!("it is an objective") };
                move_on.objective(&mut draft, of, item, &going)?;
                (path, draft)
            }
        };
        for one in &going {
            let name = onwards(&one.name);
            // Within the draft the objective may still be under the cycle that it came from.
            let Some(table) = draft.find(&name) else { return Err(super::super::planned::lost(&name)) };
            move_on.key_result(&mut draft, table, one)?;
            let old = one.standing.baseline.map(|baseline| quantity(baseline, None));
            let is_moved =
                one.part.key_result.current.is_some() && one.standing.baseline != one.part.key_result.current;
            if old.is_some_and(|old| is_moved && one.part.key_result.title.contains(&old)) {
                carried.titled.push(name.clone());
            }
            carried.names.push(name);
        }
        planned.keep(&path, draft)?;
    }
    Ok(carried)
}

/// Gives the file of the next cycle: the same path with the next cycle in it, or the same file where it names none.
fn beside(path: &str, cycle: &str, next: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.contains(&cycle) {
        return parts.into_iter().map(|part| if part == cycle { next } else { part }).collect::<Vec<_>>().join("/");
    }
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    let file = file.replace(cycle, next);
    if folder.is_empty() { file } else { format!("{folder}/{file}") }
}

/// The way from one cycle to the next.
struct MoveOn<'c, 'a> {
    context: &'c Context<'a>,
    cycle: &'c Cycle,
    next: &'c Cycle,
    /// Every name that there is, and those that come.
    known: BTreeSet<Name>,
}

impl MoveOn<'_, '_> {
    /// Leaves behind what of an objective belongs to the old cycle, and what does not go on.
    fn objective(
        &self,
        draft: &mut Draft,
        of: usize,
        item: &Item<'_>,
        going: &[&Candidate<'_>],
    ) -> Result<(), Failure> {
        let home = Address::Objective(of);
        let text =
            |draft: &Draft, table: Address, key: &str| draft.get(table, key).and_then(Value::as_str).map(str::to_owned);
        for field in ["status", "due", "retro", "aliases"] {
            draft.unset(home, field)?;
        }
        match text(draft, Address::Head, "cycle") {
            Some(head) if head == self.next.id => draft.unset(home, "cycle")?,
            _ => draft.set(home, "cycle", self.next.id.as_str())?,
        }
        let owners = &item.objective.owners;
        let has_own = draft.get(home, "owner").is_some() || draft.get(home, "owners").is_some();
        let theirs = owners.first().filter(|_| !has_own);
        if let Some(owner) = theirs.filter(|&owner| text(draft, Address::Head, "owner").as_ref() != Some(owner)) {
            draft.set(home, "owner", owner.as_str())?;
        }
        if let (Some(written), Some(Resolution::One(parent))) = (&item.objective.parent, self.context.parent(item)) {
            draft.set(home, "parent", self.upwards(written, &parent).as_str())?;
        }
        allowed(draft, home)?;
        for at in (0..count(draft, home, "key_result")).rev() {
            let table = Address::KeyResult(of, at);
            let id = text(draft, table, "id");
            if !going.iter().any(|one| Some(&one.part.key_result.id) == id.as_ref()) {
                draft.cut(table)?;
            }
        }
        for at in (0..count(draft, home, "initiative")).rev() {
            let table = Address::Initiative(of, at);
            let is_over = matches!(text(draft, table, "status").as_deref(), Some("done" | "dropped"));
            let drove = count(draft, table, "drives") > 0;
            self.links(draft, table, "drives", item)?;
            if is_over || (drove && count(draft, table, "drives") == 0) {
                draft.cut(table)?;
            }
        }
        Ok(())
    }

    /// Leaves behind what of a key result belongs to the old cycle. It starts where it ended, towards the same goal.
    fn key_result(&self, draft: &mut Draft, table: Address, one: &Candidate<'_>) -> Result<(), Failure> {
        let key_result = one.part.key_result;
        for field in LEFT_BEHIND {
            draft.unset(table, field)?;
        }
        if matches!(key_result.pace, Pace::Checkpoints(_)) {
            draft.unset(table, "pace")?;
        }
        match &key_result.measure {
            Some(Measure::Metric { goal, .. }) if !matches!(goal, Goal::Scale(_)) => {
                if let (Goal::Change(_), Some(target)) = (goal, one.standing.target) {
                    // Of another baseline the same share would be another goal.
                    draft.unset(table, "change")?;
                    draft.set(table, "target", Literal::number(target))?;
                }
                if let Some(current) = key_result.current {
                    draft.set(table, "baseline", Literal::number(current))?;
                }
            }
            Some(Measure::Milestones(all)) => {
                for (at, milestone) in all.iter().enumerate().rev() {
                    if milestone.done.by(self.context.today) {
                        draft.unset(table, &format!("milestone.{at}"))?;
                    } else if milestone.due.is_some_and(|due| !self.next.contains(due)) {
                        draft.unset(table, &format!("milestone.{at}.due"))?;
                    }
                }
            }
            _ => {}
        }
        for field in ["guards", "depends_on"] {
            self.links(draft, table, field, one.part.item)?;
        }
        allowed(draft, table)
    }

    /// Takes links along to what goes on too, and leaves those to what does not.
    fn links(&self, draft: &mut Draft, table: Address, field: &str, item: &Item<'_>) -> Result<(), Failure> {
        let had = count(draft, table, field);
        for at in (0..had).rev() {
            let place = format!("{field}.{at}");
            let Some(written) = draft.get(table, &place).and_then(Value::as_str).map(str::to_owned) else { continue };
            let meant = match field {
                "depends_on" => self.context.dependency(item, &written),
                _ => self.context.key_result(item, &written),
            };
            let Some(Resolution::One(name)) = meant else { continue };
            if name.cycle != self.cycle.id {
                // What is in another cycle is there for this one too, by its full name.
                draft.set(table, &place, name.to_string().as_str())?;
                continue;
            }
            let onwards = Name { cycle: self.next.id.clone(), ..name };
            match self.known.contains(&onwards) {
                true if written.starts_with(&format!("{}/", self.cycle.id)) => {
                    draft.set(table, &place, onwards.to_string().as_str())?;
                }
                true => {}
                false => draft.unset(table, &place)?,
            }
        }
        if had > 0 && count(draft, table, field) == 0 {
            draft.unset(table, field)?;
        }
        Ok(())
    }

    /// Writes a parent so that it means the same, or the continuation of what it meant.
    fn upwards(&self, written: &str, parent: &Name) -> String {
        let onwards = Name { cycle: self.next.id.clone(), ..parent.clone() };
        match parent.cycle == self.cycle.id && self.known.contains(&onwards) {
            true if written.contains('/') => onwards.to_string(),
            true => written.to_owned(),
            false => parent.to_string(),
        }
    }
}

fn count(draft: &Draft, table: Address, list: &str) -> usize {
    draft.get(table, list).and_then(Value::as_array).map_or(0, Vec::len)
}

/// Leaves behind answers to what happened in the old cycle.
fn allowed(draft: &mut Draft, table: Address) -> Result<(), Failure> {
    let had = count(draft, table, "allow");
    for at in (0..had).rev() {
        let rule = draft.get(table, &format!("allow.{at}.rule")).and_then(Value::as_str).and_then(rules::find);
        if rule.is_some_and(|rule| matches!(rule.group, Group::Goalposts | Group::Cadence | Group::Closing)) {
            draft.unset(table, &format!("allow.{at}"))?;
        }
    }
    if had > 0 && count(draft, table, "allow") == 0 {
        draft.unset(table, "allow")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_file_has_the_next_cycle_in_its_path() {
        for (path, next) in [
            ("okrs/2026-Q3/payments.toml", "okrs/2026-Q4/payments.toml"),
            ("okrs/payments-2026-Q3.toml", "okrs/payments-2026-Q4.toml"),
            ("2026-Q3.toml", "2026-Q4.toml"),
            ("okrs/payments.toml", "okrs/payments.toml"),
        ] {
            assert_eq!(beside(path, "2026-Q3", "2026-Q4"), next);
        }
    }
}
