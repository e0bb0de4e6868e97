//! Owns what final scores amount to: whether one was given, what was said about it, and how high an owner aims.

use super::context::{Context, Item, Part};
use crate::okr::{Commitment, Cycle, Goal, Measure, Retro, quantity};
use std::collections::BTreeMap;

impl Part<'_> {
    /// Gives the final score, 0–1: the written one, or the value of a key result that is measured as a score itself.
    pub fn score(&self) -> Option<f64> {
        let measured = matches!(
            (&self.key_result.measure, self.key_result.unit.as_deref()),
            (Some(Measure::Metric { baseline: Some(0.0), goal: Goal::Target(1.0) }), Some("score"))
        );
        self.key_result.score.or(self.key_result.current.filter(|_| measured))
    }

    /// Tells whether anybody wrote down what its end taught, here or on the objective.
    pub fn is_explained(&self) -> bool {
        let said = |retro: &Option<Retro>| {
            let texts = retro.as_ref().map(|retro| [&retro.learned, &retro.next_time]);
            texts.into_iter().flatten().flatten().any(|text| !text.trim().is_empty())
        };
        said(&self.key_result.retro) || said(&self.item.objective.retro)
    }
}

/// What the aspirational key results of one owner came to, cycle after cycle.
pub struct Habit<'a> {
    /// Who.
    pub owner: &'a str,
    /// The first objective of the newest cycle.
    pub item: &'a Item<'a>,
    /// The means, newest first: `0.9 in 2026-Q3, 0.95 in 2026-Q2`.
    pub told: String,
}

/// Scores of one owner in one cycle, and the first objective that has one.
type Scored<'a> = (&'a Cycle, &'a Item<'a>, Vec<f64>);

/// Finds the owners of whose aspirational key results the mean score counts in each of the last cycles that are over and
/// were scored, in at least so many.
pub fn habits<'a>(context: &'a Context<'a>, cycles: f64, counts: impl Fn(f64) -> bool) -> Vec<Habit<'a>> {
    let mut found = Vec::new();
    for (owner, mut scored) in scored(context) {
        scored.sort_by_key(|(cycle, ..)| std::cmp::Reverse(cycle.end));
        #[allow(clippy::cast_precision_loss)]
        let means =
            scored.iter().map(|(cycle, item, scores)| (cycle, item, scores.iter().sum::<f64>() / scores.len() as f64));
        let run: Vec<_> = means.take_while(|(.., mean)| counts(*mean)).collect();
        #[allow(clippy::cast_precision_loss)]
        if let Some((_, item, _)) = run.first().filter(|_| run.len() as f64 >= cycles) {
            let told = run.iter().map(|(cycle, _, mean)| format!("{} in {}", hundredths(*mean), cycle.id));
            found.push(Habit { owner, item, told: told.collect::<Vec<_>>().join(", ") });
        }
    }
    found
}

fn scored<'a>(context: &'a Context<'a>) -> BTreeMap<&'a str, Vec<Scored<'a>>> {
    let mut all: BTreeMap<&str, Vec<Scored<'_>>> = BTreeMap::new();
    for item in context.ended() {
        let Some(cycle) = &item.cycle else { continue };
        let aspirational = item.goals().filter(|part| part.commitment() == Some(Commitment::Aspirational));
        let scores: Vec<f64> = aspirational.filter_map(|part| part.score()).collect();
        for owner in item.objective.owners.iter().filter(|_| !scores.is_empty()) {
            let cycles = all.entry(owner).or_default();
            match cycles.iter_mut().find(|known| known.0.id == cycle.id) {
                Some(known) => known.2.extend(&scores),
                None => cycles.push((cycle, item, scores.clone())),
            }
        }
    }
    all
}

/// Writes a score with two decimals at most.
pub fn hundredths(score: f64) -> String {
    quantity((score * 100.0).round() / 100.0, None)
}
