use crate::finding::Finding;
use crate::history::History;
use crate::okr::{Commitment, Field};
use crate::rules::{Context, declare_rule};
use std::collections::BTreeMap;

declare_rule! {
    /// An aspirational set whose owners began too sure of it (above 0.9), or hardly believing in it (below 0.25).
    ///
    /// ## Why
    /// A stretch that everybody is sure of is none, and one that nobody believes in is not worked on.
    ///
    /// ## Bad
    /// An objective with `commitment = "aspirational"` whose key results all begin with `confidence = 0.95`.
    ///
    /// ## Good
    /// The same, begun at `confidence = 0.5`: as likely as not.
    ///
    /// ## Source
    /// Christina Wodtke, Radical Focus (2021): set them at five of ten.
    "confidence-start", Method, Info, History(check), thresholds: &[("low", 0.25), ("high", 0.9)],
}

fn check(context: &Context<'_>, history: &History, found: &mut Vec<Finding>) {
    let (low, high) = (context.threshold(&RULE, "low"), context.threshold(&RULE, "high"));
    let mut first: BTreeMap<&str, f64> = BTreeMap::new();
    // Events stand newest first: the last one written over is the oldest.
    for event in &history.events {
        let stated = event.changes.iter().filter(|change| change.field == Field::Confidence);
        if let Some(confidence) = stated.filter_map(|change| change.after.as_f64()).next() {
            first.insert(&event.name, confidence);
        }
    }
    for item in context.active() {
        let stretch = item.goals().filter(|part| part.commitment() == Some(Commitment::Aspirational));
        let stated: Vec<f64> = stretch.filter_map(|part| first.get(part.called().as_str()).copied()).collect();
        if stated.is_empty() {
            continue;
        }
        #[allow(clippy::cast_precision_loss)]
        let mean = stated.iter().sum::<f64>() / stated.len() as f64;
        let (seen, help) = if mean > high {
            (
                format!("above {high}: a stretch that everybody is sure of is none"),
                "reach further, or call it `committed`",
            )
        } else if mean < low {
            (format!("below {low}: what nobody believes in is not worked on"), "set a target that is as likely as not")
        } else {
            continue;
        };
        let message = format!("the owners of `{}` began with a confidence {seen}", item.objective.id);
        found.push(item.finding(&RULE, "commitment", message, help));
    }
}
