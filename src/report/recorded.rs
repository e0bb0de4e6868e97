//! Owns how recorded check-ins are told: the published model of what they do, its view in a terminal, and the message of the
//! commit that holds them. All of it is masked where a key result is sensitive. Never records anything itself.

use super::difference::{CycleChangeV1, KeyResultChangeV1, ObjectiveChangeV1, StandV1};
use super::difference_view::View;
use super::layout::{Style, Tone};
use super::model::{ChangeV1, FORMAT};
use super::{log, show, status};
use crate::diff::Difference;
use crate::okr::Name;
use crate::text::printable;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

/// Longest first line of a commit's message, in characters, so that no tool cuts it.
const SUBJECT: usize = 72;

/// What check-ins do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct RecordedV1 {
    /// Always 1.
    pub format: u32,
    /// The day that both sides are computed for.
    #[cfg_attr(test, schemars(with = "String"))]
    pub today: Date,
    /// Whether the files were written: not under `--dry-run`, nor where they say the same already.
    pub written: bool,
    /// Id of the commit that holds the check-ins; null where none was made.
    pub commit: Option<String>,
    /// Files that change, in the order of their paths.
    pub files: Vec<String>,
    /// The cycles whose goals were checked in on, by first day, the longer first, then by id.
    pub progress: Vec<CycleChangeV1>,
    /// The objectives of the key results, by name.
    pub objectives: Vec<ObjectiveChangeV1>,
    /// Key results that change, by name.
    pub key_results: Vec<KeyResultChangeV1>,
    /// What those who check in should know, in the order of the check-ins.
    pub cautions: Vec<CautionV1>,
}

/// Something to know of a key result that was checked in on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct CautionV1 {
    /// Full name of the key result.
    pub name: String,
    /// What to know, without any value.
    pub message: String,
}

/// Publishes what check-ins do, before anything is written.
pub fn publish(
    difference: &Difference<'_>,
    files: Vec<String>,
    cautions: &[(Name, String)],
    today: Date,
) -> RecordedV1 {
    let caution = |(name, message): &(Name, String)| CautionV1 { name: name.to_string(), message: message.clone() };
    RecordedV1 {
        format: FORMAT,
        today,
        written: false,
        commit: None,
        files,
        progress: difference.cycles.iter().map(CycleChangeV1::from).collect(),
        objectives: difference.objectives.iter().map(ObjectiveChangeV1::from).collect(),
        key_results: difference.key_results.iter().map(KeyResultChangeV1::from).collect(),
        cautions: cautions.iter().map(caution).collect(),
    }
}

/// Draws for a terminal what check-ins do to the key results, their objectives and their cycles.
pub fn render(recorded: &RecordedV1, style: &Style) -> String {
    let mut view = View::new(style);
    for kr in &recorded.key_results {
        let room = view.style.width;
        let name = view.style.cell(Tone::Strong, &kr.name, room);
        view.line(&name);
        let title = log::quoted(&kr.title, view.style);
        view.wrapped(Tone::Faint, &title, "  ");
        let words = view.words(kr.change, &kr.changes, None);
        view.wrapped(Tone::Plain, &words, "  ");
        view.moved("  ", kr.before.as_ref(), kr.after.as_ref(), kr.sensitive);
    }
    if !recorded.objectives.is_empty() {
        view.text.push('\n');
    }
    for objective in &recorded.objectives {
        let name = view.style.cut(&objective.name, 60);
        view.moved(&format!("{name}  "), objective.before.as_ref(), objective.after.as_ref(), objective.sensitive);
    }
    for cycle in &recorded.progress {
        let name = view.style.cut(&cycle.cycle, 40);
        let figures = view.figures(cycle.before, cycle.after, cycle.sensitive);
        let expected = cycle.expected.map(|share| format!("  {} expected", show::percent(share, cycle.sensitive)));
        view.line(&format!("{name}  {figures}{}", expected.unwrap_or_default()));
    }
    view.text
}

impl View {
    /// Shows progress and health on both sides.
    fn moved(&mut self, head: &str, before: Option<&StandV1>, after: Option<&StandV1>, whole: bool) {
        let progress = |stand: Option<&StandV1>| stand.and_then(|stand| stand.progress);
        let health = |stand: Option<&StandV1>| stand.and_then(|stand| stand.health);
        let figures = self.figures(progress(before), progress(after), whole);
        let word = |health: Option<_>| status::health(health);
        let (old, new) = (health(before), health(after));
        let last = self.style.paint(status::tone(new), word(new));
        let health = match () {
            () if old == new || old.is_none() => last,
            () => format!("{} {} {last}", word(old), self.arrow()),
        };
        let counts = after.is_none_or(|stand| stand.counted > 0);
        let counts = if counts { "" } else { "  (not counted)" };
        self.line(&format!("{head}{figures}  {health}{counts}"));
    }
}

/// Writes the message of the commit that holds check-ins: what moved, in at most 72 characters, then a line for each key
/// result. Notes are for the file; of sensitive key results there is no value in it.
pub fn message(recorded: &RecordedV1) -> String {
    let id = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let fits = |text: &String| text.chars().count() <= SUBJECT;
    let all = &recorded.key_results;
    let ids: Vec<String> = all.iter().map(|kr| id(&kr.name)).collect();
    let count = all.len();
    let subject = match (all.as_slice(), ids.split_last()) {
        ([only], _) => {
            let whole = format!("Check in {}: {}", ids[0], moved(only));
            if fits(&whole) { whole } else { format!("Check in {}", ids[0]) }
        }
        (_, Some((last, others))) => {
            let listed = format!("Check in {} and {last}", others.join(", "));
            let home = all[0].name.rsplit_once('/').map_or("", |(home, _)| home);
            let is_one = all.iter().all(|kr| kr.name.rsplit_once('/').is_some_and(|(other, _)| other == home));
            let of_one = format!("Check in {count} key results of {}", id(home));
            let all = [listed, of_one].into_iter().enumerate().filter(|(at, _)| *at == 0 || is_one);
            let fitting = all.map(|(_, text)| text).find(fits);
            fitting.unwrap_or_else(|| format!("Check in {count} key results"))
        }
        (_, None) => "Check in".to_owned(),
    };
    let subject = printable(&subject).chars().take(SUBJECT).collect::<String>();
    let lines = all.iter().map(|kr| printable(&format!("{}: {}", kr.name, moved(kr))).into_owned() + "\n");
    format!("{subject}\n\n{}", lines.collect::<String>())
}

/// Says in a line what moved.
fn moved(kr: &KeyResultChangeV1) -> String {
    if kr.sensitive {
        return "looked at".to_owned();
    }
    let value =
        |value: &Value| value.as_f64().map_or_else(|| show::json(value), |n| show::value(n, kr.unit.as_deref()));
    let told = |one: &ChangeV1| -> Option<String> {
        match (&*one.field, &*one.before, &*one.after) {
            ("as_of" | "note", ..) => None,
            ("current", Value::Null, after) => Some(value(after)),
            ("current", before, after) => Some(format!("{} → {}", show::json(before), value(after))),
            ("done", _, Value::Bool(false)) => Some("not reached".to_owned()),
            ("done", _, Value::String(day)) => Some(format!("reached on {day}")),
            ("done", ..) => Some("reached".to_owned()),
            _ => Some(log::change(one, Style { width: 80, color: false, unicode: true })),
        }
    };
    let parts: Vec<String> = kr.changes.iter().filter_map(told).collect();
    if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::What;
    use serde_json::json;

    fn key_result(name: &str, changes: &[(&str, Value, Value)], sensitive: bool) -> KeyResultChangeV1 {
        let change = |(field, before, after): &(&str, Value, Value)| ChangeV1 {
            field: (*field).to_owned().into(),
            before: before.clone().into(),
            after: after.clone().into(),
        };
        KeyResultChangeV1 {
            name: name.into(),
            former: None,
            title: "T".into(),
            owner: None,
            unit: Some("ms".into()),
            change: What::CheckIn,
            before: None,
            after: None,
            changes: changes.iter().map(change).collect(),
            goalpost: false,
            eased: None,
            as_committed: None,
            as_committed_reason: None,
            sensitive,
            path: "okrs/a.toml".into(),
            line: 1,
        }
    }

    fn said(key_results: Vec<KeyResultChangeV1>) -> String {
        let (today, files) = (jiff::civil::date(2026, 11, 22), Vec::new());
        let (progress, objectives, cautions) = (Vec::new(), Vec::new(), Vec::new());
        let (format, written, commit) = (1, false, None);
        message(&RecordedV1 { format, today, written, commit, files, progress, objectives, key_results, cautions })
    }

    #[test]
    fn messages_say_what_moved_and_keep_secrets() {
        let p99 = || {
            let changes = [
                ("current", json!(400), json!(350)),
                ("confidence", Value::Null, json!(0.7)),
                ("as_of", Value::Null, json!("2026-11-22")),
                ("note", Value::Null, json!("GC pauses are next.")),
            ];
            key_result("2026-Q4/speed/p99", &changes, false)
        };
        let secret = || key_result("2026-Q4/speed/margin", &[("current", Value::Null, Value::Null)], true);
        assert_eq!(
            said(vec![p99()]),
            "Check in p99: 400 → 350 ms, confidence 0.7\n\n2026-Q4/speed/p99: 400 → 350 ms, confidence 0.7\n"
        );
        assert_eq!(
            said(vec![p99(), secret()]),
            "Check in p99 and margin\n\n2026-Q4/speed/p99: 400 → 350 ms, confidence 0.7\n2026-Q4/speed/margin: looked at\n"
        );
        let looked = key_result("2026-Q4/speed/p99", &[("as_of", Value::Null, json!("2026-11-22"))], false);
        assert!(said(vec![looked]).starts_with("Check in p99: no change\n\n"));
        let long = |at: usize| key_result(&format!("2026-Q4/speed/{}-{at}", "long".repeat(12)), &[], false);
        assert!(said(vec![long(1), long(2)]).starts_with("Check in 2 key results of speed\n\n"));
        let other =
            key_result(&format!("2026-Q4/other/{}", "x".repeat(64)), &[("done", json!(false), json!(true))], false);
        assert!(said(vec![other.clone()]).starts_with(&format!("Check in {}\n", "x".repeat(63))[..72]));
        assert!(said(vec![long(1), other]).starts_with("Check in 2 key results\n\n"));
        for key_results in [vec![long(1)], vec![p99(), secret(), long(1)]] {
            let message = said(key_results);
            assert!(message.lines().next().is_some_and(|line| line.chars().count() <= SUBJECT), "{message}");
        }
    }
}
