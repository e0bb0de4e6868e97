//! Owns the days that cycles had when they locked, as the settings of that time say.
//! Never judges whether they should have moved.

use super::Past;
use crate::config::Config;
use crate::git::Error;
use crate::okr::Cycle;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Settings that name a later lock are looked up again as of that day; more often than this nobody moves one.
const MOST_MOVES: usize = 8;

impl Past<'_> {
    /// Gives the days of each of these cycles as they were settled when it locked. One is left out whose settings were
    /// not in the repository yet on its first day: nobody had agreed on anything.
    ///
    /// # Errors
    /// [`Error`] where the repository cannot be read; a commit that is not there ends the search without one.
    pub fn agreed(&mut self, cycles: &[Cycle]) -> Result<Vec<Cycle>, Error> {
        let Some(from) = self.start else { return Ok(Vec::new()) };
        let line = self.line(from)?;
        let repository = self.graph.repository;
        let mut read: BTreeMap<usize, Option<Config>> = BTreeMap::new();
        let mut agreed = Vec::new();
        for cycle in cycles {
            let mut day = cycle.start;
            for _ in 0..MOST_MOVES {
                let Some(at) = line.as_of(&self.graph, day) else { break };
                if let Entry::Vacant(vacant) = read.entry(at) {
                    let id = self.graph.commits[line.chain[at]].id;
                    vacant.insert(match crate::source::configuration_of(repository, id) {
                        Err(Error::Missing { .. } | Error::Corrupt { .. }) => None,
                        read => read?,
                    });
                }
                let Some(then) = read[&at].as_ref().and_then(|config| config.calendar.cycle(&cycle.id)) else { break };
                if then.lock <= day {
                    agreed.push(then);
                    break;
                }
                day = then.lock;
            }
        }
        Ok(agreed)
    }
}
