//! Owns what the fields of a key result say about what is measured. Looks at no sentence.

use super::lexicon::{Class, Classes};
use super::numbers;
use crate::okr::{Goal, KeyResult, Measure};

/// Tells whether a unit is one of a change in the world: a share, a time, money, satisfaction. With where it starts or the
/// limits that it keeps, fields alone tell that change.
pub(crate) fn measured(unit: &str) -> bool {
    let lower = unit.to_lowercase();
    let lone = numbers::amounts(&format!("1 {lower}"));
    let named = lone.first().is_some_and(numbers::Amount::bears)
        || lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| Classes::of(word).noun(Class::Measure) && word != "score");
    let money = ["eur", "usd", "gbp", "chf", "€", "$", "£", "¥"].iter().any(|sign| lower.contains(sign));
    named || money
}

/// Tells whether fields say more than done or not done. From 0 to 1, or from 0 to 100 %, is the progress of a task.
pub(crate) fn defined(key_result: &KeyResult) -> bool {
    match &key_result.measure {
        Some(Measure::Metric { baseline: Some(baseline), goal: Goal::Target(target) }) => {
            let task = *baseline == 0.0
                && (*target == 1.0
                    || *target == 100.0 && key_result.unit.as_deref().is_some_and(|unit| unit.contains('%')));
            !task
        }
        Some(
            Measure::Metric { baseline: Some(_), .. }
            | Measure::Metric { goal: Goal::Scale(_), .. }
            | Measure::Bound(_),
        ) => true,
        Some(Measure::Metric { .. } | Measure::Milestones(_) | Measure::Binary(_)) | None => false,
    }
}
