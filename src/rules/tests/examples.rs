//! Plays the examples of the rules: those on days as commits of a real repository, under the profile `strict`.

use super::{TODAY, lines, tree};
use crate::config::Profile;
use crate::history::example::tell;
use crate::history::{Options, Past};
use crate::rules::{Checked, Example, Form, Group, RULES, Rule, Selection, Subject, check};
use crate::source::Tree;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Checks an example with every rule on. One key result is enough in an example: it shows what it is about, and no more.
pub(super) fn played(rule: &Rule, steps: &[Example]) -> Checked {
    let settled = |mut tree: Tree| {
        if tree.config.profile == Profile::Default {
            tree.config.profile = Profile::Strict;
        }
        // The answers in examples are about just that.
        if rule.name != "kr-count" && rule.group != Group::Allow {
            tree.config.thresholds.entry("kr-count".into()).or_default().entry("min".into()).or_insert(1.0);
        }
        tree
    };
    let days: Vec<Date> = steps.iter().filter_map(|step| step.day).collect();
    let today = days.iter().max().copied().unwrap_or(TODAY);
    if steps.iter().all(|step| step.form == Form::Look || step.day.is_none()) {
        let files: Vec<(&str, &str)> = steps
            .iter()
            .filter(|step| step.form == Form::Whole)
            .map(|step| (step.path.as_str(), step.text.as_str()))
            .collect();
        return check(&Subject::new(&settled(tree(&files)), None, today), &Selection::default());
    }
    let told = tell(&days_of(steps));
    let (repository, head) = (&told.repository, told.head);
    let tree = settled(crate::source::revision(repository, head).expect("goals"));
    let mut past = Past::new(repository, head, &tree.config, &Options::default(), None);
    let history = past.history().expect("a history");
    let cycles: Vec<_> = tree.objectives().filter_map(|o| tree.config.calendar.cycle(&o.name()?.cycle)).collect();
    let agreed = past.agreed(&cycles).expect("settings");
    check(&Subject { agreed: &agreed, ..Subject::new(&tree, Some(&history), today) }, &Selection::default())
}

/// Gives what the files held on each day of the steps.
fn days_of(steps: &[Example]) -> Vec<(Date, BTreeMap<&str, String>)> {
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let mut days = Vec::new();
    for step in steps.iter().filter(|step| step.form != Form::Look) {
        let text = match step.form {
            Form::Change => changed(&files[step.path.as_str()], &step.text),
            _ => step.text.clone(),
        };
        files.insert(&step.path, text);
        days.extend(step.day.map(|day| (day, files.clone())));
    }
    days
}

/// Applies a change: the lines that stay and go stand in the text once, and those that stay and come take their place.
fn changed(text: &str, change: &str) -> String {
    let side = |sign: char| -> String {
        // An empty line is one that stays: no editor leaves the space at its end.
        let lines = change.lines().filter(|line| line.is_empty() || line.starts_with([' ', sign]));
        lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
    };
    let (old, new) = (side('-'), side('+'));
    assert_eq!(text.matches(&old).count(), 1, "this stands there once:\n{old}\n--- in\n{text}");
    text.replacen(&old, &new, 1)
}

#[test]
fn the_examples_do_what_they_say() {
    for rule in RULES {
        let (bad, good) = (rule.bad(), rule.good());
        assert_eq!(bad.is_empty(), good.is_empty(), "{}: examples on one side only", rule.name);
        if bad.is_empty() {
            continue;
        }
        let checked = played(rule, &bad);
        let text = lines(&checked);
        assert!(!checked.findings.is_empty(), "{}: the bad example does not fire", rule.name);
        let other = checked.findings.iter().find(|one| one.rule != rule.name);
        assert_eq!(other.map(|one| one.rule), None, "{}: the bad example is wrong elsewhere\n{text}", rule.name);
        let checked = played(rule, &good);
        assert!(checked.findings.is_empty(), "{}: the good example fires\n{}", rule.name, lines(&checked));
    }
}
