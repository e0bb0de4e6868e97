//! Owns how the first-parent line is written down, with all that it names, so that it needs no ledger beside it.

use super::super::facts::NameId;
use super::super::main_line::Line;
use super::super::states::{PathId, States};
use crate::git::ObjectId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Debug, Serialize, Deserialize)]
struct Stored<'a> {
    ids: &'a [u8],
    seconds: Vec<i64>,
    #[serde(borrow)]
    names: Vec<&'a str>,
    paths: Vec<&'a str>,
    /// Under which paths the names stand.
    seen: Vec<(u32, u32)>,
    landings: Vec<(u32, u32, u32)>,
    renames: Vec<(u32, u32, u32)>,
    unread: Vec<(u32, u32, &'a str)>,
}

/// Texts in the order in which they come up.
#[derive(Default)]
struct Texts<'a> {
    all: Vec<&'a str>,
    numbers: HashMap<u32, u32>,
}

impl<'a> Texts<'a> {
    fn number(&mut self, id: u32, text: impl FnOnce() -> &'a str) -> u32 {
        *self.numbers.entry(id).or_insert_with(|| {
            self.all.push(text());
            u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

/// Writes a line; `None` where there is too much of something.
pub(super) fn write(line: &Line, states: &States<'_>) -> Option<Vec<u8>> {
    let place = |at: usize| u32::try_from(at).ok();
    let (mut names, mut paths) = (Texts::default(), Texts::default());
    let mut name = |id: NameId| names.number(id, || states.facts.text(id));
    let landings = line.landings.iter().map(|&(at, id, first)| Some((place(at)?, name(id), place(first)?)));
    let landings = landings.collect::<Option<_>>()?;
    let renames = line.renames.iter().map(|&(at, old, new)| Some((place(at)?, name(old), name(new))));
    let renames = renames.collect::<Option<_>>()?;
    let mut path = |id: PathId| paths.number(id, || states.path(id));
    // Names that never landed may have stood in files that did.
    let seen = states.seen().iter().map(|&(id, at)| (name(id), path(at))).collect();
    let unread = line.unread.iter().map(|(at, id, note)| Some((place(*at)?, path(*id), &**note)));
    let unread = unread.collect::<Option<_>>()?;
    let ids: Vec<u8> = line.stops().iter().flat_map(|stop| stop.0.0).collect();
    let seconds = line.stops().iter().map(|stop| stop.1).collect();
    let stored = Stored { ids: &ids, seconds, names: names.all, paths: paths.all, seen, landings, renames, unread };
    postcard::to_allocvec(&stored).ok()
}

/// Reads a line; `None` where it does not hold together.
pub(super) fn read(bytes: &[u8], states: &mut States<'_>) -> Option<Line> {
    let (stored, rest): (Stored<'_>, &[u8]) = postcard::take_from_bytes(bytes).ok()?;
    let count = stored.seconds.len();
    if !rest.is_empty() || stored.ids.len() != count * 20 {
        return None;
    }
    let names: Vec<NameId> = stored.names.iter().map(|name| states.facts.name(name)).collect();
    let paths: Vec<PathId> = stored.paths.iter().map(|path| states.path_number(path)).collect();
    let name = |at: u32| names.get(at as usize).copied();
    let path = |at: u32| paths.get(at as usize).copied();
    let place = |at: u32| Some(at as usize).filter(|&at| at < count);
    for &(at, below) in &stored.seen {
        states.next_seen(name(at)?, path(below)?)?;
    }
    let ids = stored.ids.chunks_exact(20).filter_map(|id| id.first_chunk()).map(|id| ObjectId(*id));
    let landing = |&(at, id, first): &(u32, u32, u32)| Some((place(at)?, name(id)?, place(first)?));
    let rename = |&(at, old, new): &(u32, u32, u32)| Some((place(at)?, name(old)?, name(new)?));
    let unread = |&(at, below, note): &(u32, u32, &str)| Some((place(at)?, path(below)?, note.into()));
    Some(Line::of(
        ids.zip(stored.seconds).collect(),
        stored.landings.iter().map(landing).collect::<Option<_>>()?,
        stored.renames.iter().map(rename).collect::<Option<_>>()?,
        stored.unread.iter().map(unread).collect::<Option<_>>()?,
    ))
}
