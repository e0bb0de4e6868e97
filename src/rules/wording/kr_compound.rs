use crate::finding::Finding;
use crate::okr::Measure;
use crate::rules::sentence::{Sentence, look, reached};
use crate::rules::words::{direction, words};
use crate::rules::{Context, Part, declare_rule};
use memchr::memmem::Finder;
use std::sync::LazyLock;

declare_rule! {
    /// Two measures in one key result.
    ///
    /// ## Why
    /// One number cannot stand for two. When the first is reached and the second is not, the key result is neither done nor
    /// missed, and its progress follows whichever somebody looked at.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works, even on the worst day of the year"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall below 1 % and complaints fall below 20 a week"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
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
    ///
    /// [[objective.key_result]]
    /// id = "complaints"
    /// title = "Complaints fall from 60 to 20 a week"
    /// definition = "Letters and calls about paying"
    /// baseline = 60
    /// target = 20
    /// ```
    ///
    /// ## Source
    /// Ben Lamorte, The OKRs Field Book (2022): one key result, one metric.
    "kr-compound", Wording, Warning, Said(check), english: true,
}

/// What stands between two measures.
const JOINTS: [&str; 6] = [" and ", " while ", " as well as ", "; ", " & ", " plus "];
static FINDERS: LazyLock<[Finder<'static>; 6]> = LazyLock::new(|| JOINTS.map(Finder::new));

/// What belongs to the number before it: `between 5 and 10`, `from 3 to 1 and a half`.
const RANGE: &[&str] = &["between", "from"];

fn check(_: &Context<'_>, part: &Part<'_>, _: &Sentence<'_>, found: &mut Vec<Finding>) {
    // Milestones are many things by design.
    if matches!(part.key_result.measure, Some(Measure::Milestones(_))) {
        return;
    }
    if let Some((one, other)) = two(&part.key_result.title) {
        let message = format!("`{one}` and `{other}` are two measures: one number cannot stand for both");
        found.push(part.finding(&RULE, "title", message, "make a key result of each, or keep the one that matters"));
    }
}

/// Finds the words by which each half of a sentence says how far, or which way, its own measure goes.
fn two(title: &str) -> Option<(String, String)> {
    let found = FINDERS.iter().zip(JOINTS);
    let mut found = found.flat_map(|(finder, joint)| finder.find_iter(title.as_bytes()).map(move |at| (at, joint)));
    found.find_map(|(at, joint)| {
        let (before, after) = (&title[..at], &title[at + joint.len()..]);
        let range = words(before).iter().rev().take(3).any(|word| RANGE.contains(&word.as_str()));
        (!range).then(|| own(before).zip(own(after)))?
    })
}

/// Finds the words by which a half says how far it goes: an amount beside words of its own, or a verb of motion in front.
fn own(half: &str) -> Option<String> {
    let spoken = words(half).iter().filter(|word| !word.contains(|c: char| c.is_ascii_digit() || c == '%')).count();
    let amount =
        look(half, |said| reached(said, true)).filter(|reached| reached.fields.iter().any(|(key, _)| *key == "target"));
    match amount {
        Some(reached) if spoken >= 2 => Some(reached.words),
        Some(_) => None,
        None => direction(half).filter(|(_, verb)| words(half).first() == Some(verb)).map(|(_, verb)| verb),
    }
}

#[cfg(test)]
mod tests {
    use super::two;

    #[test]
    fn two_measures_are_told_from_one() {
        for text in [
            "Failed payments fall below 1 % and complaints fall below 20 a week",
            "Raise renewals to 90 % while waiting time falls to 5 days",
            "Increase attendance and reduce complaints",
            "Cut returns to 3 %; answer 95 % of letters within a day",
        ] {
            assert!(two(text).is_some(), "{text}");
        }
        for text in [
            "Keep the room between 19 and 22 degrees",
            "Failed and refused payments fall below 1 %",
            "Wait for bread and milk falls from 20 to 5 minutes",
            "90 % of parents and teachers say so",
            "Search and rescue arrives within 12 minutes",
            "Read, write and count by the end of year 2",
        ] {
            assert_eq!(two(text), None, "{text}");
        }
    }
}
