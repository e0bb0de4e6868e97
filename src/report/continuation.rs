//! Owns which goal of another cycle is the same goal: one with its id, in the cycle before or after.
//! Never compares what they say: the name is the identity.

use super::build::Builder;
use crate::okr::Name;
use std::cmp::Reverse;

/// Where to look from a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Cycles that ended before it began.
    Before,
    /// Cycles that begin after it has ended.
    After,
}

impl Builder<'_> {
    /// Gives the nearest goal of the same id on one side; of several that are as near the first by name.
    pub(super) fn beside(&self, name: &Name, side: Side) -> Option<Name> {
        let own = self.index.objectives[*self.places.get(&Name::objective(&name.cycle, &name.objective))?].1;
        let alike = self.by_id.get(name.objective.as_str())?.iter().map(|&at| &self.index.objectives[at]);
        let with_it = alike.filter(|(_, _, located)| {
            let mut ids = located.objective.key_results.iter().map(|one| &one.id);
            name.key_result.as_ref().is_none_or(|id| ids.any(|other| other == id))
        });
        let found = match side {
            Side::Before => with_it
                .filter(|(_, cycle, _)| cycle.end < own.start)
                .min_by_key(|(name, cycle, _)| (Reverse(cycle.end), Reverse(cycle.start), name.clone())),
            Side::After => with_it
                .filter(|(_, cycle, _)| cycle.start > own.end)
                .min_by_key(|(name, cycle, _)| (cycle.start, cycle.end, name.clone())),
        };
        found.map(|(home, ..)| Name { key_result: name.key_result.clone(), ..home.clone() })
    }
}
