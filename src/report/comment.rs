//! Owns what the comment on a pull request says: its model, and what it leaves out where a forge takes no more.
//! Never posts it.

use super::difference::DiffV1;
use super::model::{CycleV1, FORMAT};
use super::template::{Error, Templates};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The template.
const TEMPLATE: &str = "pr-comment";
/// Changed key results shown where there are too many for all.
const ROWS: usize = 50;
/// Findings shown where there are too many for all.
const FINDINGS: usize = 20;
/// Cycles named in the verdict.
pub const CYCLES: usize = 3;

/// What stands around a change: where it is, and where people read on.
pub struct Around<'a> {
    /// The commit that the pull request asks to merge.
    pub head: &'a str,
    /// What the commit before is called.
    pub base_name: &'a str,
    /// Where the run that computed this is read.
    pub page: Option<&'a str>,
    /// Gives the address of a line of a file at the head.
    pub link: &'a dyn Fn(&str, usize) -> Option<String>,
}

/// A comment, ready but for its mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What is said where there is anything to say.
    pub text: String,
    /// What is said where there is nothing to say.
    pub clean: String,
    /// Whether a goal, or a setting that judges goals, differs.
    pub changes: bool,
    /// Whether a finding is new.
    pub problems: bool,
    /// What did not fit, in people's words.
    pub left_out: Vec<String>,
}

/// How much is shown: each step leaves out more than the one before.
#[derive(Debug, Clone, Copy)]
struct Limits {
    others: bool,
    rows: usize,
    findings: usize,
    details: bool,
}

const STEPS: [Limits; 5] = [
    Limits { others: true, rows: usize::MAX, findings: usize::MAX, details: true },
    Limits { others: false, rows: usize::MAX, findings: usize::MAX, details: true },
    Limits { others: false, rows: ROWS, findings: usize::MAX, details: true },
    Limits { others: false, rows: ROWS, findings: FINDINGS, details: true },
    Limits { others: false, rows: 0, findings: 0, details: false },
];

/// Writes the comment of a change, with the cycles that it touches as they stand at the head, in at most so many bytes: whole parts are left out, and said to be, until it fits.
///
/// # Errors
/// [`Error`] of a template that does not render. One of a repository's own that never fits is replaced by the built-in one.
pub fn comment(
    templates: &Templates,
    diff: &DiffV1,
    cycles: &[CycleV1],
    around: &Around<'_>,
    budget: usize,
) -> Result<Comment, Error> {
    let problems = !diff.findings.is_empty();
    let changes = !diff.objectives.is_empty() || !diff.key_results.is_empty() || !diff.settings.is_empty();
    let whole = Whole { diff, cycles, around };
    let clean = templates.render(TEMPLATE, &whole.model(STEPS[0], true).0)?;
    let built_in = Templates::default();
    for (templates, limits) in STEPS.iter().map(|&limits| (templates, limits)).chain([(&built_in, STEPS[4])]) {
        let (model, left_out) = whole.model(limits, false);
        let text = templates.render(TEMPLATE, &model)?;
        if text.len() <= budget && clean.len() <= budget {
            return Ok(Comment { text, clean, changes, problems, left_out });
        }
    }
    let clean = built_in.render(TEMPLATE, &whole.model(STEPS[4], true).0)?;
    let (model, left_out) = whole.model(STEPS[4], false);
    let text = built_in.render(TEMPLATE, &model)?;
    assert!(text.len() <= budget, "a verdict over {CYCLES} cycles fits any forge");
    Ok(Comment { text, clean, changes, problems, left_out })
}

/// All that could be shown.
struct Whole<'a> {
    diff: &'a DiffV1,
    cycles: &'a [CycleV1],
    around: &'a Around<'a>,
}

impl Whole<'_> {
    /// Makes the model of the template: the keys of the published difference, each goal and finding with its address, and
    /// what stands around. Gives what was left out beside it.
    fn model(&self, limits: Limits, clean: bool) -> (Value, Vec<String>) {
        let Ok(Value::Object(mut model)) = serde_json::to_value(self.diff) else {
            unreachable!("a difference is a table with text keys");
        };
        let mut left_out = Vec::new();
        self.shorten(&mut model, limits, &mut left_out);
        let cycles = if limits.others { self.cycles() } else { Vec::new() };
        if !limits.others && !self.cycles().is_empty() && limits.details {
            left_out.push("the objectives that do not change".to_owned());
        }
        if !limits.details {
            left_out = vec!["all but the verdict".to_owned()];
        }
        let more_cycles = self.diff.progress.len().saturating_sub(CYCLES);
        model.extend([
            ("format".to_owned(), json!(FORMAT)),
            ("clean".to_owned(), json!(clean)),
            ("details".to_owned(), json!(limits.details)),
            ("cycles".to_owned(), cycles.into()),
            ("more_cycles".to_owned(), json!(more_cycles)),
            ("left_out".to_owned(), json!(left_out)),
            ("commit".to_owned(), json!(self.around.head)),
            ("base_name".to_owned(), json!(self.around.base_name)),
            ("page".to_owned(), json!(self.around.page)),
            ("version".to_owned(), json!(env!("CARGO_PKG_VERSION"))),
        ]);
        (Value::Object(model), left_out)
    }

    /// Puts key results beneath their objectives and takes what goes beyond the limits away: of key results those whose
    /// progress differs least, of findings the mildest.
    fn shorten(&self, model: &mut Map<String, Value>, limits: Limits, left_out: &mut Vec<String>) {
        let goalposts = self.diff.key_results.iter().filter(|kr| kr.goalpost).count()
            + self.diff.objectives.iter().filter(|objective| objective.goalpost).count();
        let level = |wanted: &str| self.diff.findings.iter().filter(|one| one["level"] == wanted).count();
        let counts = json!({
            "goalposts": goalposts,
            "errors": level("error"),
            "warnings": level("warning"),
            "remarks": level("info"),
        });
        model.insert("counts".into(), counts);
        let kept = self.widest(limits.rows);
        if kept.len() < self.diff.key_results.len() {
            left_out.push(format!("{} more key results", self.diff.key_results.len() - kept.len()));
        }
        let mut beneath: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for &at in &kept {
            let name = &self.diff.key_results[at].name;
            let home = name.rsplit_once('/').map_or(name.as_str(), |(home, _)| home);
            beneath.entry(home).or_default().push(self.linked(&model["key_results"][at]));
        }
        let own = |objective: &Value| objective["changes"].as_array().is_some_and(|changes| !changes.is_empty());
        let mut objectives = Vec::new();
        for objective in model["objectives"].as_array().into_iter().flatten() {
            let held = beneath.remove(objective["name"].as_str().unwrap_or_default()).unwrap_or_default();
            let wanted = limits.rows == usize::MAX || !held.is_empty() || own(objective);
            if wanted && objectives.len() < limits.rows {
                let mut objective = self.linked(objective);
                objective["key_results"] = held.into();
                objectives.push(objective);
            }
        }
        let mut findings: Vec<&Value> = self.diff.findings.iter().collect();
        let gravity = |finding: &&Value| match finding["level"].as_str() {
            Some("error") => 0,
            Some("warning") => 1,
            _ => 2,
        };
        findings.sort_by_key(gravity);
        if findings.len() > limits.findings {
            left_out.push(format!("{} more findings", findings.len() - limits.findings));
            findings.truncate(limits.findings);
        }
        let findings: Vec<Value> = findings.into_iter().map(|finding| self.linked(finding)).collect();
        let progress: Vec<Value> = model["progress"].as_array().into_iter().flatten().take(CYCLES).cloned().collect();
        model.insert("progress".into(), progress.into());
        model.insert("objectives".into(), objectives.into());
        model.insert("findings".into(), findings.into());
        model.remove("key_results");
    }

    /// Finds the places of so many key results whose progress differs most, in their own order.
    fn widest(&self, count: usize) -> Vec<usize> {
        let delta = |at: usize| {
            let side = |stand: &Option<super::StandV1>| stand.as_ref().and_then(|stand| stand.progress).unwrap_or(0.0);
            let change = &self.diff.key_results[at];
            (side(&change.after) - side(&change.before)).abs()
        };
        let mut places: Vec<usize> = (0..self.diff.key_results.len()).collect();
        places.sort_by(|&one, &other| delta(other).total_cmp(&delta(one)));
        places.truncate(count);
        places.sort_unstable();
        places
    }

    /// Gives a goal or finding with its address at the head.
    fn linked(&self, of: &Value) -> Value {
        let mut of = of.clone();
        let line = of["line"].as_u64().and_then(|line| usize::try_from(line).ok());
        of["link"] = json!(of["path"].as_str().zip(line).and_then(|(path, line)| (self.around.link)(path, line)));
        of
    }

    /// Gives the cycles that the change touches, with all their objectives as they stand at the head.
    fn cycles(&self) -> Vec<Value> {
        self.cycles
            .iter()
            .map(|cycle| {
                let mut cycle = serde_json::to_value(cycle).expect("a model has only text keys and finite numbers");
                for objective in cycle["objectives"].as_array_mut().into_iter().flatten() {
                    let name = objective["name"].as_str().unwrap_or_default();
                    objective["unchanged"] = json!(!self.diff.objectives.iter().any(|changed| changed.name == name));
                    *objective = self.linked(objective);
                }
                cycle
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Difference;
    use crate::report::{Frame, publish_diff};

    #[test]
    fn of_too_many_findings_the_gravest_are_told() {
        let finding = |at: usize| {
            let level = if at < 30 { "warning" } else { "error" };
            json!({ "level": level, "rule": "kr-count", "path": null, "line": null, "message": "so ".repeat(60), "help": "" })
        };
        let findings = (0..31).map(finding).collect();
        let frame = Frame {
            base: "a".repeat(40),
            head: None,
            today: jiff::civil::date(2026, 11, 22),
            only_objectives: true,
            history: None,
            findings,
        };
        let diff = publish_diff(&Difference::default(), frame);
        let around = Around { head: "b", base_name: "main", page: None, link: &|_, _| None };
        let told = comment(&Templates::default(), &diff, &[], &around, 5_000).expect("it renders");
        assert_eq!(told.left_out, ["11 more findings"]);
        assert_eq!((told.text.matches("- ❌").count(), told.text.matches("- ⚠️").count()), (1, 19), "{}", told.text);
    }
}
