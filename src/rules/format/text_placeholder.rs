use crate::finding::Finding;
use crate::okr::Measure;
use crate::rules::{Context, Item, declare_rule};
use std::ops::Range;

declare_rule! {
    /// Template text left in: TODO, TBD, "Key Result 1", `<your objective>`.
    ///
    /// ## Why
    /// A goal that nobody has written yet is published as if it were one.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Key Result 1"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// ```
    ///
    /// ## Source
    /// git-okr's own; the OKR templates that teams start from all carry such lines.
    "text-placeholder", Format, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    for item in &context.objectives {
        let objective = item.objective;
        let texts = [("title", Some(&objective.title)), ("why", objective.why.as_ref())];
        for (field, text) in texts {
            let written = item.place.table.values.get(field);
            if let Some(left) = text.filter(|_| read(context, item, written)).and_then(|text| placeholder(text)) {
                let (message, help) = words(&left);
                found.push(item.finding(&RULE, field, message, help));
            }
        }
        for (initiative, place) in objective.initiatives.iter().zip(&item.place.initiatives) {
            if let Some(left) = placeholder(&initiative.title) {
                let (message, help) = words(&left);
                let finding = item.finding(&RULE, "initiative.title", message, help);
                found.push(finding.at(item.file.file, place.of("title"), ""));
            }
        }
        for part in item.parts() {
            let key_result = part.key_result;
            let mut texts = vec![
                ("title".to_owned(), Some(&key_result.title)),
                ("definition".to_owned(), key_result.definition.as_ref()),
            ];
            if let Some(Measure::Milestones(milestones)) = &key_result.measure {
                texts.extend(
                    milestones.iter().enumerate().map(|(at, one)| (format!("milestone.{at}.title"), Some(&one.title))),
                );
            }
            for (field, text) in texts {
                let written = part.place.values.get(&field);
                if let Some(left) = text.filter(|_| read(context, item, written)).and_then(|text| placeholder(text)) {
                    let (message, help) = words(&left);
                    found.push(part.finding(&RULE, &field, message, help));
                }
            }
        }
    }
}

/// Tells whether a text is written and could be read: one that is too long is a finding already.
fn read(context: &Context<'_>, item: &Item<'_>, written: Option<&Range<usize>>) -> bool {
    written.is_some_and(|range| !context.misread(item.file.file, range))
}

fn words(left: &str) -> (String, &'static str) {
    let left = if left.is_empty() { "nothing" } else { left };
    (
        format!("`{left}` was left in, so nobody has said yet what is meant"),
        "write what you mean, or remove the table until you know",
    )
}

/// Finds what a template left in a text.
fn placeholder(text: &str) -> Option<String> {
    let word = text
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| matches!(*word, "TODO" | "FIXME" | "XXX") || word.eq_ignore_ascii_case("tbd"));
    if let Some(word) = word {
        return Some(word.to_owned());
    }
    let lower = text.trim().trim_end_matches(['.', ':']).to_lowercase();
    let numbered = ["key result", "objective", "goal", "kr", "milestone", "initiative"].iter().any(|kind| {
        lower
            .strip_prefix(kind)
            .is_some_and(|rest| rest.trim_start_matches([' ', '#']).chars().all(|c| c.is_ascii_digit()))
    });
    if numbered
        || lower.starts_with("todo") && !lower.starts_with("todos")
        || lower.is_empty()
        || matches!(lower.as_str(), "…" | "..")
    {
        return Some(text.trim().to_owned());
    }
    if let Some(at) = lower.find("lorem ipsum") {
        return Some(lower[at..at + "lorem ipsum".len()].to_owned());
    }
    let bracket = |open: &str, close: &str| {
        let start = text.find(open)?;
        let inner = &text[start + open.len()..];
        let inner = &inner[..inner.find(close)?];
        let plain = !inner.is_empty() && inner.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '_'));
        (plain && !inner.starts_with(' ')).then(|| format!("{open}{inner}{close}"))
    };
    bracket("<", ">").or_else(|| {
        let (_, inner) = text.split_once("{{")?;
        Some(format!("{{{{{}}}}}", inner.split_once("}}")?.0))
    })
}

#[cfg(test)]
mod tests {
    use super::placeholder;

    #[test]
    fn tells_templates_from_goals() {
        for text in [
            "TODO",
            "Reach TBD users",
            "Key Result 1",
            "KR2",
            "objective #3:",
            "Grow <metric> to 5",
            "",
            "{{ title }}x{{name}}",
        ] {
            assert!(placeholder(text).is_some(), "{text}");
        }
        for text in [
            "Latency < 300 ms and > 5",
            "Todos are done within a day",
            "Objectives are known",
            "Key results are read by 80 %",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
