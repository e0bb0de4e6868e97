//! Owns what is known of files that somebody read already, so that a look for a few goals can pass over the others: which
//! names stand in them, where nothing else of them matters.
//! Never reads one.

use crate::git::ObjectId;
use crate::okr::{KeyResult, Name};
use crate::syntax::{Frame, ObjectiveFile};
use foldhash::HashSet;

/// Files of which nothing matters but which names stand in them: no goal of theirs is sensitive, had another name, or has
/// none in full.
#[derive(Debug, Default)]
pub struct Plain(Vec<(ObjectId, Frame, Vec<String>)>);

/// Files that can be passed over without reading what they say.
#[derive(Debug, Default)]
pub(super) struct Passed {
    blobs: HashSet<ObjectId>,
    frames: HashSet<Frame>,
}

impl Plain {
    /// Takes a file in which nothing was found amiss, if it is such a one.
    pub fn take(&mut self, blob: ObjectId, frame: Option<Frame>, file: &ObjectiveFile) {
        if let Some(frame) = frame.filter(|_| is_plain(file)) {
            self.take_known(blob, frame, names(file));
        }
    }

    /// Takes a plain file of which the full names are known.
    pub(super) fn take_known(&mut self, blob: ObjectId, frame: Frame, names: Vec<String>) {
        self.0.push((blob, frame, names));
    }

    /// Gives the files in which each name is one of some.
    pub(super) fn of(&self, is: impl Fn(&str) -> bool) -> Passed {
        let mut passed = Passed::default();
        for (blob, frame, _) in self.0.iter().filter(|(.., names)| names.iter().all(|name| is(name))) {
            passed.blobs.insert(*blob);
            passed.frames.insert(*frame);
        }
        passed
    }
}

impl Passed {
    /// Tells whether this is one of them.
    pub(super) fn has(&self, blob: ObjectId) -> bool {
        self.blobs.contains(&blob)
    }

    /// Tells whether these bytes are one of them, whatever a check-in put into it.
    pub(super) fn holds(&self, bytes: &[u8]) -> bool {
        !self.frames.is_empty() && Frame::of(bytes).is_some_and(|frame| self.frames.contains(&frame))
    }
}

/// Tells of a file in which nothing was found amiss whether no goal of it is sensitive, had another name, or has none in
/// full.
pub(super) fn is_plain(file: &ObjectiveFile) -> bool {
    let is_plain = |kr: &KeyResult| !kr.sensitive && kr.aliases.is_empty();
    file.objectives.iter().all(|objective| {
        objective.cycle.is_some() && objective.aliases.is_empty() && objective.key_results.iter().all(is_plain)
    })
}

/// Lists the full names in a file.
fn names(file: &ObjectiveFile) -> Vec<String> {
    let mut names = Vec::new();
    for objective in &file.objectives {
        let Some(cycle) = &objective.cycle else { continue };
        let name = Name::objective(cycle, &objective.id);
        names.extend(objective.key_results.iter().map(|kr| name.key_result(&kr.id).to_string()));
        names.push(name.to_string());
    }
    names
}
