use crate::finding::{Finding, Level};
use crate::okr::Cycle;
use crate::rules::{Context, Part, declare_rule};
use jiff::ToSpan;
use std::collections::BTreeMap;

declare_rule! {
    /// A cycle is over and key results of it have no score.
    ///
    /// ## Why
    /// Without an end nothing is learned, and the next goals are set by the same guess. One finding stands for all of a cycle;
    /// for cycles before the latest that is over it is a warning.
    ///
    /// A key result that is measured as a score itself (baseline 0, target 1, unit "score") has one in its value. Guardrails are
    /// not graded.
    ///
    /// ## Bad
    /// ```toml okrs/2026-Q3/payments.toml
    /// cycle = "2026-Q3"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// current = 1.0
    /// as_of = 2026-09-30
    /// ```
    ///
    /// ## Good
    /// ```toml okrs/2026-Q3/payments.toml
    /// cycle = "2026-Q3"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// current = 1.0
    /// as_of = 2026-09-30
    /// score = 1.0
    /// ```
    ///
    /// ## Source
    /// Andrew Grove, High Output Management (1983), and re:Work, Set goals with OKRs (Google): grade at the end of the cycle.
    "close-unscored", Closing, Error, Tree(check), calendar: true,
}

/// Places that one finding names.
const MOST_SHOWN: usize = 5;

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let mut cycles: BTreeMap<&str, (&Cycle, Vec<Part<'_>>)> = BTreeMap::new();
    for item in context.ended() {
        let Some(cycle) = &item.cycle else { continue };
        cycles.entry(&cycle.id).or_insert((cycle, Vec::new())).1.extend(item.goals());
    }
    let latest = cycles.values().map(|(cycle, _)| cycle.end).max();
    for (cycle, parts) in cycles.values() {
        let all = parts.len();
        let open: Vec<&Part<'_>> = parts.iter().filter(|part| part.score().is_none()).collect();
        let grace = cycle.end.saturating_add(context.tree.config.calendar.grace_days.days());
        let Some(first) = open.first().filter(|_| context.today > grace) else { continue };
        let message = format!(
            "{} ended on {} and {} of its {all} key results {} no score: what it taught is lost",
            cycle.id,
            cycle.end,
            open.len(),
            if open.len() == 1 { "has" } else { "have" }
        );
        let help = "write a `score` from 0 to 1 for each, or `status = \"dropped\"` for what was given up";
        let mut finding = first.finding(&RULE, "id", message, help).field(format!("score.{}", cycle.id));
        for part in open.iter().skip(1).take(MOST_SHOWN) {
            finding = finding.and(part.item.file.file, part.place.of("id"), "no score either");
        }
        found.push(if Some(cycle.end) == latest { finding } else { finding.at_most(Level::Warning) });
    }
}
