//! Owns how far the reading of a history has come. Never shows it: whoever waits looks here, from a thread of its own.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Going through commits, nobody knows how many there are.
    Walking,
    /// Finding the files that each commit changed.
    Comparing,
    /// Reading what those files said.
    Reading,
}

impl Stage {
    const ALL: [Stage; 3] = [Stage::Walking, Stage::Comparing, Stage::Reading];
}

/// How far a reading has come. Who looks may see a count of one stage beside the total of another, for a moment.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicUsize,
    done: AtomicUsize,
    of: AtomicUsize,
}

impl Progress {
    /// Begins a stage of so many pieces, 0 where nobody knows.
    pub(super) fn begin(&self, stage: Stage, of: usize) {
        self.done.store(0, Relaxed);
        self.of.store(of, Relaxed);
        self.stage.store(stage as usize, Relaxed);
    }

    /// Says how many pieces of the stage are done.
    pub(super) fn reach(&self, done: usize) {
        self.done.store(done, Relaxed);
    }

    /// Says that so many more pieces are done.
    pub(super) fn advance(&self, by: usize) {
        self.done.fetch_add(by, Relaxed);
    }

    /// Gives the stage, how many pieces of it are done, and of how many where that is known.
    pub fn seen(&self) -> (Stage, usize, Option<usize>) {
        let (stage, of) = (Stage::ALL[self.stage.load(Relaxed)], self.of.load(Relaxed));
        (stage, self.done.load(Relaxed), Some(of).filter(|of| *of > 0))
    }
}
