//! Owns what `sensitive` hides: values, notes, commit summaries and the digits of texts; progress is known in whole
//! percent. Every model of this room passes through here before anything is printed.
//! Never decides who is sensitive: callers say so.

use super::model::{ChangeV1, CheckInV1, EventV1, GoalpostV1, KeyResultV1, LedgerV1};
use serde_json::Value;

/// What stands for a digit.
const MASK: char = '•';

/// Rounds a share to whole percent.
pub fn share(share: Option<f64>) -> Option<f64> {
    share.map(crate::okr::whole_share)
}

/// Masks every digit.
pub fn digits(text: &str) -> String {
    text.chars().map(|c| if c.is_numeric() { MASK } else { c }).collect()
}

/// Rounds the tenths of percentages and points in a sentence: `62.5 %` becomes `63 %`. Other numbers stay.
pub fn tenths(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let tail = &rest[start..];
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tail.len());
        let number = tail[..end].trim_end_matches('.');
        let after = &tail[number.len()..];
        let is_share =
            ["%", "point"].iter().any(|word| after.trim_start_matches([' ', '\u{a0}', '\u{202f}']).starts_with(word));
        whole.push_str(&rest[..start]);
        match number.parse::<f64>() {
            Ok(exact) if is_share && number.contains('.') => whole.push_str(&exact.round().to_string()),
            _ => whole.push_str(number),
        }
        rest = after;
    }
    whole + rest
}

/// Masks a sensitive key result.
pub fn key_result(kr: &mut KeyResultV1) {
    kr.title = digits(&kr.title);
    kr.definition = kr.definition.as_deref().map(digits);
    kr.unit = kr.unit.as_deref().map(digits);
    for value in [&mut kr.baseline, &mut kr.target, &mut kr.at_least, &mut kr.at_most, &mut kr.current] {
        *value = None;
    }
    for figure in [
        &mut kr.progress,
        &mut kr.raw,
        &mut kr.expected,
        &mut kr.as_committed,
        &mut kr.progress_7_days_ago,
        &mut kr.score,
    ] {
        *figure = share(*figure);
    }
    kr.reasons.iter_mut().for_each(|reason| *reason = tenths(reason));
    kr.check_ins.iter_mut().for_each(check_in);
    kr.amend.iter_mut().for_each(|amend| amend.reason = digits(&amend.reason));
    kr.allow.iter_mut().for_each(|allow| allow.reason = allow.reason.as_deref().map(digits));
    // An address may hold a value, too: `…/cell?was=4200`.
    kr.source = kr.source.as_deref().map(digits);
    kr.evidence.iter_mut().for_each(|evidence| *evidence = digits(evidence));
    kr.change = None;
    kr.scale = None;
    kr.done = None;
    kr.note = None;
    kr.meta = None;
    for milestone in kr.milestone.iter_mut().flatten() {
        milestone.title = digits(&milestone.title);
        milestone.done = None;
        // With the progress, weights would tell which are done.
        milestone.weight = None;
    }
    if let Some(retro) = &mut kr.retro {
        retro.learned = retro.learned.as_deref().map(digits);
        retro.next_time = retro.next_time.as_deref().map(digits);
    }
}

/// Masks one recorded value.
pub fn check_in(point: &mut CheckInV1) {
    point.value = None;
    point.note = None;
    point.progress = share(point.progress);
}

/// Masks a moved goalpost.
pub fn goalpost(moved: &mut GoalpostV1) {
    moved.changes.iter_mut().for_each(change);
    moved.reason = moved.reason.as_deref().map(digits);
}

/// Masks an event, its commit's summary left to [`summary`].
pub fn event(event: &mut EventV1) {
    event.changes.iter_mut().for_each(change);
}

/// Masks the summary of a commit, which may speak of any key result that the commit touches.
pub fn summary(event: &mut EventV1) {
    event.summary = None;
}

/// Masks a page of the ledger; its changes are masked one by one.
pub fn ledger(page: &mut LedgerV1) {
    page.title = digits(&page.title);
    for agreed in &mut page.agreed {
        if let Some(masked) = masked(&agreed.field, &agreed.value) {
            agreed.value = masked;
        }
    }
    page.progress = share(page.progress);
    page.as_committed = share(page.as_committed);
}

/// Masks one changed field.
pub fn change(change: &mut ChangeV1) {
    for side in [&mut change.before, &mut change.after] {
        if let Some(masked) = masked(&change.field, side) {
            *side = masked.into();
        }
    }
}

/// Gives what stands for the value of a field, `None` for itself: words lose their digits, days and the owner's beliefs
/// stay, everything else goes.
pub fn masked(field: &str, value: &Value) -> Option<Value> {
    const KEPT: &[&str] = &[
        "name",
        "status",
        "confidence",
        "as_of",
        "health",
        "weight",
        "start",
        "due",
        "commitment",
        "role",
        "owner",
        "owners",
        "parent",
        "sensitive",
        "aliases",
        "guards",
        "depends_on",
        "tags",
    ];
    const WORDS: &[&str] = &["title", "definition", "why", "unit"];
    if WORDS.contains(&field) {
        return value.as_str().map(|text| Value::from(digits(text)));
    }
    (!KEPT.contains(&field)).then_some(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_keep_whole_percent_only() {
        let table = [
            ("31.4 points behind the expected 62.5 %", "31 points behind the expected 63 %"),
            ("confidence 0.2", "confidence 0.2"),
            ("no check-in for 24 days (weekly)", "no check-in for 24 days (weekly)"),
            ("ends at 3.", "ends at 3."),
        ];
        for (exact, whole) in table {
            assert_eq!(tenths(exact), whole);
        }
        assert_eq!(digits("from 4.2 M€ to ５ M€"), "from •.• M€ to • M€");
        assert_eq!(share(Some(0.5556)), Some(0.56));
    }
}
