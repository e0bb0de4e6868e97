//! Owns how walks go on from each commit that one came to.
//! Never reads a commit.

/// How a walk goes on from a commit, whichever commit it began with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    is_node: bool,
    /// Whether it has none of the folders.
    bare: bool,
    /// Where the parents that it goes on through stand among those of all steps.
    parents: (u32, u32),
}

/// How walks go on from every commit that one came to.
#[derive(Debug, Default)]
pub(super) struct Steps {
    of: Vec<Option<Step>>,
    parents: Vec<u32>,
}

impl Steps {
    /// Makes room for so many commits more.
    pub(super) fn expect(&mut self, commits: usize) {
        self.of.reserve(commits);
        self.parents.reserve(commits);
    }

    /// Takes how walks go on from a commit.
    pub(super) fn insert(&mut self, commit: usize, is_node: bool, bare: bool, parents: impl Iterator<Item = usize>) {
        let number = |at: usize| u32::try_from(at).expect("history holds fewer than 2^32 parents");
        let start = number(self.parents.len());
        self.parents.extend(parents.map(number));
        if self.of.len() <= commit {
            self.of.resize(commit + 1, None);
        }
        self.of[commit] = Some(Step { is_node, bare, parents: (start, number(self.parents.len())) });
    }

    /// Lists the commits that a walk came to, by index.
    pub(super) fn commits(&self) -> impl Iterator<Item = usize> + '_ {
        self.of.iter().enumerate().filter_map(|(commit, step)| step.map(|_| commit))
    }

    /// Gives the parents that walks go on through.
    pub(super) fn parents(&self, commit: usize) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + '_ {
        let (start, end) = self.get(commit).map_or((0, 0), |step| step.parents);
        self.parents[start as usize..end as usize].iter().map(|&parent| parent as usize)
    }

    /// Tells whether a commit is a node.
    pub(super) fn is_node(&self, commit: usize) -> bool {
        self.get(commit).is_some_and(|step| step.is_node)
    }

    /// Tells whether a commit that a walk came to has none of the folders.
    pub(super) fn is_bare(&self, commit: usize) -> bool {
        self.get(commit).is_some_and(|step| step.bare)
    }

    /// Gives how walks go on from a commit, if one came to it.
    pub(super) fn get(&self, commit: usize) -> Option<Step> {
        self.of.get(commit).copied().flatten()
    }
}
