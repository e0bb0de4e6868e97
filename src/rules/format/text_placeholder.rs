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
    "text-placeholder", Format, Error, Each(check),
}

fn check(context: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let objective = item.objective;
    let texts = [("title", Some(&objective.title)), ("why", objective.why.as_ref())];
    for (field, text) in texts {
        let Some(left) = text.and_then(|text| placeholder(text)) else { continue };
        if read(context, item, item.place.table.fields.get(field)) {
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
        let mut look = |field: &str, text: &str| {
            let Some(left) = placeholder(text) else { return };
            if read(context, item, part.place.fields.get(field)) {
                let (message, help) = words(&left);
                found.push(part.finding(&RULE, field, message, help));
            }
        };
        look("title", &part.key_result.title);
        if let Some(definition) = &part.key_result.definition {
            look("definition", definition);
        }
        if let Some(Measure::Milestones(milestones)) = &part.key_result.measure {
            for (at, one) in milestones.iter().enumerate() {
                look(&format!("milestone.{at}.title"), &one.title);
            }
        }
    }
}

/// Tells whether a text is written and could be read: one that is too long is a finding already.
fn read(context: &Context<'_>, item: &Item<'_>, written: Option<Range<usize>>) -> bool {
    written.is_some_and(|range| !context.misread(item.file.file, || range))
}

fn words(left: &str) -> (String, &'static str) {
    let left = if left.is_empty() { "nothing" } else { left };
    (
        format!("`{left}` was left in, so nobody has said yet what is meant"),
        "write what you mean, or remove the table until you know",
    )
}

/// Words that a text or a part of it begins with, where it is none of its author's.
const WORDS: [&str; 4] = ["todo", "fixme", "xxx", "tbd"];
const KINDS: [&str; 6] = ["key result", "objective", "goal", "kr", "milestone", "initiative"];
const FILLER: &str = "lorem ipsum";

/// Tells in one pass whether something may be left in a text: of most texts nothing needs a closer look.
fn suspect(text: &str) -> bool {
    let bytes = text.as_bytes();
    // A look at all of the bytes is quicker than one that stops.
    if bytes.iter().fold(false, |odd, &byte| odd | matches!(byte, b'<' | b'{' | 0x80..)) {
        return true;
    }
    let begins = |at: usize, word: &str| {
        bytes.get(at..at + word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()))
    };
    let (mut start, mut said) = (0, false);
    while start < bytes.len() {
        let rest = &bytes[start..];
        let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let end = start + length;
        if length > 0 {
            let left = matches!(rest[0] | 0x20, b't' | b'f' | b'x') && WORDS.iter().any(|word| begins(start, word));
            let named = !said && KINDS.iter().any(|kind| begins(start, kind));
            let filler = matches!(bytes[end - 1], b'm' | b'M')
                && FILLER.find(' ').and_then(|first| end.checked_sub(first)).is_some_and(|at| begins(at, FILLER));
            if left || named || filler {
                return true;
            }
            said = true;
        }
        start = end + 1;
    }
    !said
}

/// Finds what a template left in a text.
fn placeholder(text: &str) -> Option<String> {
    if !suspect(text) {
        return None;
    }
    let word = text
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| matches!(*word, "TODO" | "FIXME" | "XXX") || word.eq_ignore_ascii_case("tbd"));
    if let Some(word) = word {
        return Some(word.to_owned());
    }
    let lower = text.trim().trim_end_matches(['.', ':']).to_lowercase();
    let numbered = KINDS.iter().any(|kind| {
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
    if let Some(at) = lower.find(FILLER) {
        return Some(lower[at..at + FILLER.len()].to_owned());
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
