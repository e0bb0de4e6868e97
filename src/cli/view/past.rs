//! Owns the walk through the history behind a view, and what is laid over it: what is not committed, the definitions at lock,
//! the days that cycles had. Never says what is shown of it.

use super::{Seen, View};
use crate::cli::{Failure, Session};
use crate::git::Person;
use crate::history::{self, History, Known, Locks, Options, Past};
use crate::okr::Cycle;
use crate::source::{self, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;

impl View {
    /// Makes ready to look back; `None` without git and before the first commit. What is read then is hundreds of thousands
    /// of small pieces, and the process ends soon: giving each back takes longer than the system takes for all.
    pub(super) fn past(&self, options: &Options) -> Option<ManuallyDrop<Past<'_>>> {
        let (repository, from) = (self.repository.as_ref()?, self.from?);
        Some(ManuallyDrop::new(Past::new(repository, from, &self.tree.config, options, self.cache.as_ref())))
    }

    /// Walks the history behind the view, uncommitted values included. Without git it is empty and complete, before the
    /// first commit it holds the uncommitted values alone.
    pub fn history(&self, options: &Options, session: &mut Session<'_>) -> Result<History, Failure> {
        self.told(self.past(options).as_deref_mut(), session)
    }

    pub(super) fn told(&self, past: Option<&mut Past<'_>>, session: &mut Session<'_>) -> Result<History, Failure> {
        let mut history = self.walked(past, session)?;
        self.add_uncommitted(&mut history, &self.tree)?;
        session.detail(&format!("walked {} commits, {} events", history.commits, history.events.len()))?;
        Ok(history)
    }

    /// Gives the history behind the files as they are, and behind what they may become, with the definitions at lock of some
    /// cycles; all by one walk.
    pub fn pasts(
        &self,
        after: &Tree,
        cycles: &[Cycle],
        session: &mut Session<'_>,
    ) -> Result<(History, History, BTreeMap<String, Locks>), Failure> {
        let mut past = self.past(&Options::default());
        let mut now = self.walked(past.as_deref_mut(), session)?;
        let locks = self.locks(past.as_deref_mut(), cycles, &mut now)?;
        let mut before = now.clone();
        self.add_uncommitted(&mut before, &self.tree)?;
        self.add_uncommitted(&mut now, after)?;
        Ok((before, now, locks))
    }

    /// Puts in front of a history what a tree says beyond HEAD.
    pub(super) fn add_uncommitted(&self, history: &mut History, tree: &Tree) -> Result<(), Failure> {
        let Some(repository) = &self.repository else { return Ok(()) };
        if self.seen != Seen::Commit && tree.revision.dirty {
            let committed = match self.from.map(|from| source::revision(repository, from)) {
                None | Some(Err(source::Error::Nothing { .. })) => Tree::default(),
                Some(tree) => tree?,
            };
            let nobody = Person { name: "you".into(), email: String::new() };
            let author = repository.identity().unwrap_or(nobody);
            history::uncommitted(history, &committed, tree, &author, self.today);
        }
        Ok(())
    }

    /// Finds the definitions at lock of some cycles, and notes in the history what is not there.
    pub(super) fn locks(
        &self,
        mut past: Option<&mut Past<'_>>,
        cycles: &[Cycle],
        history: &mut History,
    ) -> Result<BTreeMap<String, Locks>, Failure> {
        let mut locks = BTreeMap::new();
        for cycle in cycles {
            let Some(past) = &mut past else { break };
            let agreed = past.locks(cycle, self.today)?;
            super::working::take_gaps(history, &agreed.degraded);
            locks.insert(cycle.id.clone(), agreed);
        }
        Ok(locks)
    }

    /// Walks what is committed.
    pub(super) fn walked(&self, past: Option<&mut Past<'_>>, session: &mut Session<'_>) -> Result<History, Failure> {
        Ok(match past {
            Some(past) => {
                let bar = session.bar(past.progress());
                let history = past.history()?;
                drop(bar);
                session.detail(&match (&self.cache, past.known()) {
                    (None, _) => "no cache: all was found out anew".to_owned(),
                    (Some(_), Known::Everything) => "the cache had the answer".to_owned(),
                    (Some(_), Known::Commits(count)) => format!("the cache knew {count} commits"),
                })?;
                history
            }
            None => History { complete: true, ..History::default() },
        })
    }

    /// Gives the days that the cycles of the goals had when they locked.
    pub(super) fn agreed(&self, past: Option<&mut Past<'_>>) -> Result<Vec<Cycle>, Failure> {
        let Some(past) = past else { return Ok(Vec::new()) };
        let calendar = &self.tree.config.calendar;
        let ids: BTreeSet<&str> = self.tree.objectives().filter_map(|one| one.objective.cycle.as_deref()).collect();
        let cycles: Vec<Cycle> = ids.into_iter().filter_map(|id| calendar.cycle(id)).collect();
        Ok(past.agreed(&cycles)?)
    }
}
