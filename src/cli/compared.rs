//! Owns comparing two states of the goals: each read once, the difference published, with all that is told beside it.
//! Never decides which states those are.

use super::arguments::Global;
use super::view::{Evidence, View};
use super::{Failure, Session};
use crate::config::Config;
use crate::diff::{Comparison, Difference, Pasts};
use crate::finding;
use crate::git::{Error as GitError, ObjectId};
use crate::okr::Name;
use crate::report::{self, CYCLES_TOLD, CycleV1, Cycles, DiffV1, Frame, Input};
use crate::rules::{self, Checked, Selection, Subject};
use crate::source::{self, Tree};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Whose configuration says how findings are judged: who proposes a change may not choose that where it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// That of the state before.
    Before,
    /// That of the state after.
    After,
}

/// Two states and what differs between them.
pub struct Compared {
    /// The state before.
    pub before: View,
    /// The state after.
    pub after: View,
    /// What differs.
    pub diff: DiffV1,
    ruling: Ruling,
    known: Option<Known>,
}

/// Lines by path: from 1, ends open.
pub type Changed = BTreeMap<String, Vec<Range<usize>>>;

/// What is known of both states beyond their files.
struct Known {
    earlier: Evidence,
    now: Evidence,
    /// The files, with all that was sensitive before hidden.
    veiled: Option<Tree>,
}

impl Compared {
    /// Compares a commit with a later state, and publishes what differs.
    pub fn new(
        before: ObjectId,
        after: View,
        ruling: Ruling,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<Compared, Failure> {
        let before = after.at(before, global)?;
        let unread = |failure: Failure| failure.wrap_err("nothing can be compared with the state before");
        before.refuse_broken_configuration().map_err(unread)?;
        if before.tree.files.is_empty() && after.tree.files.is_empty() {
            return Err(source::Error::Nothing { paths: after.tree.config.paths.join(", ") }.into());
        }
        after.warn_of_errors(after.tree.findings.iter(), session)?;
        let (repository, base) = before.repository.as_ref().zip(before.from).ok_or(GitError::Unborn)?;
        let head = after.from.filter(|_| !after.tree.revision.dirty);
        let comparison = Comparison::new(&before.tree, &after.tree);
        let only_objectives = source::only_objectives(repository, (&before.tree, base), (&after.tree, after.commit()))?;
        let mut frame = Frame {
            base: base.to_string(),
            head: head.map(|id| id.to_string()),
            today: after.today,
            only_objectives,
            history: None,
            findings: Vec::new(),
        };
        if comparison.is_empty() {
            let diff = report::publish_diff(&Difference::default(), frame);
            return Ok(Compared { before, after, diff, ruling, known: None });
        }
        let earlier = before.evidence(&[], session)?;
        let now = after.evidence(&comparison.cycles(), session)?;
        after.warn_of_gaps(&now.history, session)?;
        let unveiled = comparison.unveiled();
        let veiled = (!unveiled.is_empty()).then(|| veiled(&after.tree, &unveiled));
        let config = match ruling {
            Ruling::Before => &before.tree.config,
            Ruling::After => &after.tree.config,
        };
        let tree = veiled.as_ref().unwrap_or(&after.tree);
        frame.findings = brought((&before, &earlier), (&after, &now), tree, config);
        frame.history = Some(&now.history);
        let pasts = Pasts { before: &earlier.history, after: &now.history, locks: &now.locks };
        let diff = report::publish_diff(&comparison.difference(&pasts, after.today), frame);
        drop(comparison);
        Ok(Compared { before, after, diff, ruling, known: Some(Known { earlier, now, veiled }) })
    }

    /// Gives the state whose configuration rules.
    pub fn ruling(&self) -> &View {
        match self.ruling {
            Ruling::Before => &self.before,
            Ruling::After => &self.after,
        }
    }

    /// Runs all rules over the state after, those over reports in files too, and keeps what the change brings; the
    /// difference tells of these findings from then on.
    pub fn check(&mut self, session: &mut Session<'_>) -> Result<(Checked, Value), Failure> {
        let (selection, ruling) = (Selection::default(), self.ruling().tree.config.clone());
        let stale = |checked: &Checked| checked.findings.iter().any(|finding| finding.rule == rules::REPORT_STALE);
        let asks = selection.needs_history(&ruling);
        let walked;
        let (mut checked, found, past, history) = match &self.known {
            Some(Known { earlier, now, veiled }) => {
                if let Some(tree) = veiled {
                    self.after.tree = tree.clone();
                }
                let [earlier, now] = [earlier, now].map(|known| asks.then_some(known));
                let checked = self.after.judged(now, &ruling, &selection, true, session)?;
                let found = self.before.judged(earlier, &ruling, &selection, stale(&checked), session)?;
                (checked, found, earlier.map(|known| &known.history), now.map(|known| &known.history))
            }
            None => {
                let (checked, history) = self.after.checked(&ruling, &selection, true, session)?;
                let (found, past) = self.before.checked(&ruling, &selection, stale(&checked), session)?;
                walked = [past, history];
                (checked, found, walked[0].as_ref(), walked[1].as_ref())
            }
        };
        self.after.keep_asked(&mut checked)?;
        let (before, after) = (&self.before.tree, &self.after.tree);
        checked.keep_new(&rules::Before::new(&found, before, past, after));
        let history = rules::history_value(history);
        self.diff.findings = finding::published(&rules::view(&checked, after, &history));
        Ok((checked, history))
    }

    /// Gives the lines that the change brings to the files in which something was found.
    pub fn changed_lines(&self, checked: &Checked) -> Result<Changed, Failure> {
        let places = checked.findings.iter().filter_map(|finding| finding.primary.as_ref());
        let paths: BTreeSet<&str> = places.map(|label| self.after.tree.sources.get(label.file).path.as_str()).collect();
        Ok(match (&self.after.repository, self.before.from, self.after.from) {
            (Some(repository), Some(before), Some(after)) if !paths.is_empty() => {
                repository.changed_lines(before, after, paths)?
            }
            _ => Changed::new(),
        })
    }

    /// Gives the first of the cycles that the change touches, as they stand after it.
    pub fn cycles(&self) -> Result<Vec<CycleV1>, Failure> {
        let Some(Known { now: Evidence { history, locks, .. }, veiled, .. }) = &self.known else {
            return Ok(Vec::new());
        };
        let tree = veiled.as_ref().unwrap_or(&self.after.tree);
        let mut cycles = Vec::new();
        for cycle in self.diff.progress.iter().take(CYCLES_TOLD) {
            let selection = report::Selection { cycles: Cycles::One(cycle.cycle.clone()), ..Default::default() };
            let (today, findings) = (self.after.today, Vec::new());
            let input = Input { tree, history: Some(history), locks, today, selection: &selection, findings };
            // A cycle whose last goal went has nothing to show.
            cycles.extend(report::build(input).map(|report| report.cycles).unwrap_or_default());
        }
        Ok(cycles)
    }
}

/// Publishes the findings of the state after that were not there before. What was sensitive before stays hidden in them.
fn brought(
    (before, earlier): (&View, &Evidence),
    (after, now): (&View, &Evidence),
    tree: &Tree,
    ruling: &Config,
) -> Vec<Value> {
    let selection = Selection::default();
    let check = |tree: &Tree, past: &Evidence| {
        let subject = Subject::new(tree, Some(&past.history), after.today);
        rules::check_by(ruling, &Subject { agreed: &past.agreed, ..subject }, &selection)
    };
    let mut checked = check(tree, now);
    if !checked.findings.is_empty() {
        let found = check(&before.tree, earlier);
        checked.keep_new(&rules::Before::new(&found, &before.tree, Some(&earlier.history), tree));
    }
    finding::published(&rules::view(&checked, tree, &rules::history_value(Some(&now.history))))
}

/// Gives a tree in which some key results are sensitive.
pub(super) fn veiled(tree: &Tree, names: &[Name]) -> Tree {
    let mut veiled = tree.clone();
    for objective in veiled.files.iter_mut().flat_map(|file| &mut file.objectives) {
        let Some(cycle) = objective.cycle.as_deref() else { continue };
        let home = Name::objective(cycle, &objective.id);
        for key_result in &mut objective.key_results {
            key_result.sensitive |= names.contains(&home.key_result(&key_result.id));
        }
    }
    veiled
}
