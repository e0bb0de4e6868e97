//! Owns the ledger of goalposts: what was agreed on at the lock, every change of it with its reason, and progress as
//! committed beside progress as edited. Never decides what is late: that is history's.

use super::build::{Builder, Input, changes};
use super::log::LogSelection;
use super::model::{AgreedV1, AuthorV1, GoalpostV1, LedgerV1};
use super::select::{self, Chosen, Index};
use super::{mask, show};
use crate::history::{Event, EventKind, Locked};
use crate::okr::{Amend, Cycle, Group, KeyResult, Name};
use crate::source::Located;
use std::collections::BTreeSet;

/// Gives the ledger of the cycles of a selection as far as a log is asked for it, by cycle and name.
///
/// # Errors
/// As for the report.
pub fn ledger(input: Input<'_>, asked: &LogSelection) -> Result<Vec<LedgerV1>, select::Error> {
    let days = select::cycles(input.tree);
    let index = Index::new(input.tree, &days);
    let chosen = Chosen::new(input.tree, &index, input.selection, input.today)?;
    let mut builder = Builder::new(&input, &index, &chosen);
    let cycles: Vec<&Cycle> = chosen.cycles.iter().filter_map(|id| days.get(id)).collect();
    let pages = cycles.into_iter().flat_map(|cycle| builder.ledger(cycle));
    Ok(pages.filter(|page| asked.holds(&page.name)).collect())
}

impl<'a> Builder<'a> {
    /// Gives the definitions of a cycle that changed after their lock, oldest first.
    pub(super) fn goalposts(&self, cycle: &Cycle) -> Vec<GoalpostV1> {
        let events = self.input.history.map(|history| history.events.as_slice()).unwrap_or_default();
        let late = events.iter().rev().filter(|event| is_in(event, cycle) && self.is_late(event));
        late.filter_map(|event| Some((event, Name::parse(&event.name)?)))
            .filter(|(_, name)| self.is_chosen(name))
            .map(|(event, name)| self.goalpost(event, &name))
            .collect()
    }

    /// Gives the pages of a cycle's ledger, by name: of each key result that is locked, and of what changed.
    pub(super) fn ledger(&mut self, cycle: &Cycle) -> Vec<LedgerV1> {
        let events = self.input.history.map(|history| history.events.as_slice()).unwrap_or_default();
        let changed = events.iter().filter(|event| is_in(event, cycle) && is_definition(event));
        let changed = changed.filter_map(|event| Name::parse(&event.name));
        let agreed = self.agreed.values().flatten().map(|(name, _)| name.clone());
        let names: BTreeSet<Name> =
            agreed.chain(changed).filter(|name| name.cycle == cycle.id && self.is_chosen(name)).collect();
        names.iter().map(|name| self.page(name, cycle)).collect()
    }

    fn page(&mut self, name: &Name, cycle: &Cycle) -> LedgerV1 {
        let home = Name::objective(&name.cycle, &name.objective);
        if self.places.contains_key(&home) {
            self.settle(&home);
        }
        let locked = self.locked(name);
        let events = self.past.events(&name.to_string());
        let (located, key_result) = (self.located(&home), self.key_result_of(name));
        let figures = self.figures.get(&home);
        let position = located.zip(name.key_result.as_ref());
        let position = position.and_then(|(o, id)| o.objective.key_results.iter().position(|kr| kr.id == *id));
        let (progress, committed) = match &name.key_result {
            None => (figures.and_then(|f| f.together.progress), Ok(figures.and_then(|f| f.as_committed))),
            Some(_) => (
                figures.zip(position).and_then(|(f, at)| f.standings[at].progress),
                self.committed_or_why(name, cycle).map(|standing| standing.progress),
            ),
        };
        let own = key_result.map(|kr| &kr.title).or(locked.map(|locked| &locked.key_result.title));
        let title = match (&name.key_result, located) {
            (None, Some(located)) => Some(&located.objective.title),
            _ => own,
        };
        let is_defining = |group: Group| matches!(group, Group::Goalpost | Group::Wording);
        let mut page = LedgerV1 {
            name: name.to_string(),
            title: title.cloned().unwrap_or_default(),
            locked_on: locked.map(|locked| locked.on),
            agreed: locked
                .into_iter()
                .flat_map(|locked| &locked.fields)
                .filter(|(field, _)| is_defining(field.group()))
                .map(|(field, value)| AgreedV1 { field: field.name().to_owned(), value: value.clone() })
                .collect(),
            changes: events.iter().filter(|e| is_definition(e)).map(|event| self.goalpost(event, name)).collect(),
            progress,
            as_committed: committed.unwrap_or_default(),
            as_committed_reason: committed.err(),
            sensitive: match &name.key_result {
                Some(_) => {
                    key_result.is_some_and(|kr| kr.sensitive)
                        || locked.is_some_and(|locked| locked.key_result.sensitive)
                        || events.iter().any(|event| event.sensitive)
                }
                None => figures.is_some_and(|figures| figures.sensitive),
            },
        };
        if page.sensitive {
            mask::ledger(&mut page);
        }
        page
    }

    /// Publishes a change of a definition with the reason that was given for it.
    fn goalpost(&self, event: &Event, name: &Name) -> GoalpostV1 {
        let key_result = self.key_result_of(name);
        let day = if event.commit.is_some() { show::day(event.recorded) } else { event.measured };
        // The reason decided nearest to the change; of two as near, the later.
        let nearness = |a: &&Amend| (show::days_between(a.on, day).abs(), std::cmp::Reverse(a.on));
        let late = self.is_late(event);
        let amend = key_result.filter(|_| late).and_then(|kr| kr.amend.iter().min_by_key(nearness));
        let mut published = GoalpostV1 {
            name: event.name.clone(),
            kind: event.kind,
            day,
            commit: event.commit.map(|id| id.to_string()),
            author: AuthorV1 { name: event.author.name.clone(), email: event.author.email.clone() },
            late,
            eased: event.eased,
            changes: changes(event),
            reason: amend.map(|a| a.reason.clone()),
            approved_by: amend.and_then(|a| a.approved_by.clone()),
        };
        if event.sensitive || key_result.is_some_and(|kr| kr.sensitive) {
            mask::goalpost(&mut published);
        }
        published
    }

    /// Tells whether a change of a definition came after the lock. What is not committed yet lands today at the earliest.
    fn is_late(&self, event: &Event) -> bool {
        let is_locked = || {
            Name::parse(&event.name).is_some_and(|name| match name.key_result {
                Some(_) => self.locked(&name).is_some(),
                None => self.agreed.contains_key(&name),
            })
        };
        is_definition(event) && (event.late || event.commit.is_none() && is_locked())
    }

    /// Gives what was agreed on for a key result; `None` before its lock, and where it was not there then.
    pub(super) fn locked(&self, name: &Name) -> Option<&'a Locked> {
        self.input.locks.get(&name.cycle)?.by_name.get(&name.to_string())
    }

    fn located(&self, objective: &Name) -> Option<Located<'a>> {
        self.places.get(objective).map(|&at| self.index.objectives[at].2)
    }

    fn key_result_of(&self, name: &Name) -> Option<&'a KeyResult> {
        let located = self.located(&Name::objective(&name.cycle, &name.objective))?;
        let id = name.key_result.as_ref()?;
        located.objective.key_results.iter().find(|kr| kr.id == *id)
    }

    /// Tells whether a goal, or the objective that it was in, is shown.
    fn is_chosen(&self, name: &Name) -> bool {
        let home = Name::objective(&name.cycle, &name.objective);
        let Some(located) = self.located(&home) else { return true };
        match self.key_result_of(name) {
            Some(kr) => {
                self.chosen.objective(&home, located.objective) && self.chosen.key_result(name, located.objective, kr)
            }
            None => self.chosen.objective(&home, located.objective),
        }
    }
}

fn is_in(event: &Event, cycle: &Cycle) -> bool {
    event.name.strip_prefix(cycle.id.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

fn is_definition(event: &Event) -> bool {
    matches!(event.kind, EventKind::Definition | EventKind::Removed)
}
