//! Owns what is laid over a walked history: what is not committed, and the definitions at lock. Never walks one.

use super::{Seen, View};
use crate::cli::{Failure, Session};
use crate::git::Person;
use crate::history::{self, History, Locks, Options, Past};
use crate::okr::Cycle;
use crate::source::{self, Tree};
use std::collections::BTreeMap;

impl View {
    /// Gives the history behind the files as they are, and behind what they may become, with the definitions at lock of some
    /// cycles; all by one walk.
    pub fn pasts(
        &self,
        after: &Tree,
        cycles: &[Cycle],
        session: &mut Session<'_>,
    ) -> Result<(History, History, BTreeMap<String, Locks>), Failure> {
        let mut past = self.past(&Options::default())?;
        let mut now = self.walked(past.as_mut(), session)?;
        let locks = self.locks(past.as_mut(), cycles, &mut now)?;
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
}
