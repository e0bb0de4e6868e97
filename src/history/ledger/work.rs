//! Owns what is kept of the commits that work for goals: time, parents and trailers of every commit that somebody came
//! to. They hold for every branch and every day asked about. Never says which of them count.

use super::folder::Shelf;
use super::{Cache, WORK, key};
use crate::config::Config;
use crate::git::ObjectId;
use crate::history::Options;
use crate::history::work::{Fact, Facts, Mention};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The commits that earlier runs looked at for trailers.
#[derive(Debug)]
pub(in crate::history) struct Notebook {
    shelf: Shelf,
}

/// Summary and names of a commit that has the trailer.
type Said<'a> = (&'a str, Vec<&'a str>);

#[derive(Debug, Serialize, Deserialize)]
struct Stored<'a> {
    /// Those of the commits, then those of parents that nobody came to.
    ids: Vec<[u8; 20]>,
    /// Time, places of the parents among the ids, summary and names.
    #[serde(borrow)]
    commits: Vec<(i64, Vec<u32>, Option<Said<'a>>)>,
}

impl Notebook {
    /// Opens the notebook beside the other facts, without reading it.
    pub(in crate::history) fn new(cache: &Cache, config: &Config) -> Self {
        Notebook { shelf: cache.shelf(&key(config, &Options::default())) }
    }

    /// Gives all that is known; `None` where that is nothing, or not as it was written.
    pub(in crate::history) fn read(&self) -> Option<Facts> {
        let sheet = self.shelf.read(WORK, 0)?;
        let stored: Stored<'_> = postcard::from_bytes(sheet.body()).ok()?;
        let mut facts = Facts::default();
        for (id, (seconds, parents, mention)) in stored.ids.iter().zip(&stored.commits) {
            let parent = |&at: &u32| stored.ids.get(at as usize).copied().map(ObjectId);
            let mention = mention.as_ref().map(|(summary, names)| Mention {
                summary: (*summary).into(),
                names: names.iter().map(|&name| name.to_owned()).collect(),
            });
            let parents = parents.iter().map(parent).collect::<Option<_>>()?;
            facts.push(ObjectId(*id), Fact { seconds: *seconds, parents, mention });
        }
        (stored.commits.len() == facts.all.len()).then_some(facts)
    }

    /// Keeps all that is known now. Who cannot write finds it out again.
    pub(in crate::history) fn write(&self, facts: &Facts) {
        let mut ids: Vec<ObjectId> = facts.all.iter().map(|(id, _)| *id).collect();
        let mut places: HashMap<ObjectId, usize> = ids.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        let mut commits = Vec::with_capacity(ids.len());
        for (_, fact) in &facts.all {
            let mut parents = Vec::with_capacity(fact.parents.len());
            for &parent in &fact.parents {
                let place = *places.entry(parent).or_insert_with(|| {
                    ids.push(parent);
                    ids.len() - 1
                });
                let Ok(place) = u32::try_from(place) else { return };
                parents.push(place);
            }
            let mention = fact.mention.as_ref();
            let mention = mention.map(|m| (&*m.summary, m.names.iter().map(String::as_str).collect()));
            commits.push((fact.seconds, parents, mention));
        }
        let stored = Stored { ids: ids.iter().map(|id| id.0).collect(), commits };
        if let Ok(bytes) = postcard::to_allocvec(&stored) {
            let _ = self.shelf.write(WORK, 0, &bytes, true);
        }
    }
}
