//! Owns `allow`: which findings an author answered, and which answers answer nothing.

use super::allow::{allow_no_reason, allow_unused};
use super::context::{Context, hull};
use super::rule::Rule;
use super::{find, profile};
use crate::finding::Finding;
use crate::okr::Allow;
use crate::syntax::Place;
use crate::text::FileId;
use std::ops::Range;

/// One `allow` entry with what it covers.
pub(super) struct Answer<'a> {
    allow: &'a Allow,
    index: usize,
    file: FileId,
    place: &'a Place,
    /// Full name of the table that it stands in, and of all below it.
    name: String,
    extent: Range<usize>,
    used: bool,
}

impl Answer<'_> {
    /// Gives the narrowest place of one of its keys.
    fn span(&self, key: &str) -> Range<usize> {
        let values = &self.place.fields;
        let exact = values.get(&format!("allow.{}.{key}", self.index));
        exact.or_else(|| values.get(&format!("allow.{}", self.index))).unwrap_or_else(|| self.place.of("allow"))
    }

    fn finding(&self, rule: &Rule, message: String, help: String) -> Finding {
        Finding::new(rule.name, message, help)
            .at(self.file, self.span("rule"), "")
            .about(self.name.clone())
            .field(format!("allow.{}", self.allow.rule))
    }

    fn covers(&self, finding: &Finding) -> bool {
        let here = finding.primary.as_ref().is_some_and(|label| label.file == self.file);
        let named = finding.name.as_deref().is_some_and(|name| {
            name == self.name || name.strip_prefix(&self.name).is_some_and(|rest| rest.starts_with('/'))
        });
        let within = finding.primary.as_ref().is_some_and(|label| self.extent.contains(&label.range.start));
        finding.rule == self.allow.rule && here && (named || (finding.name.is_none() && within))
    }
}

/// Finds every answer.
pub(super) fn answers<'a>(context: &'a Context<'a>) -> Vec<Answer<'a>> {
    let mut all = Vec::new();
    for item in &context.objectives {
        let file = item.file.file;
        let own = item.objective.allow.iter().enumerate().map(|(index, allow)| Answer {
            allow,
            index,
            file,
            place: &item.place.table,
            name: item.called(),
            extent: item.extent(),
            used: false,
        });
        all.extend(own);
        for (key_result, place) in item.objective.key_results.iter().zip(&item.place.key_results) {
            all.extend(key_result.allow.iter().enumerate().map(|(index, allow)| Answer {
                allow,
                index,
                file,
                place,
                name: format!("{}/{}", item.called(), key_result.id),
                extent: hull(std::iter::once(place)),
                used: false,
            }));
        }
    }
    all
}

/// Reports answers to rules that there are not, and answers without a reason.
pub(super) fn check_words(answers: &[Answer<'_>], found: &mut Vec<Finding>) {
    for answer in answers {
        let name = &answer.allow.rule;
        if find(name).is_none() {
            let config = find("config-invalid").expect("registered");
            let message = format!("`allow` names a rule `{name}` that there is not, so it answers nothing");
            found.push(answer.finding(config, message, profile::hint(name)));
        } else if answer.allow.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            let message =
                format!("`{name}` is allowed without a reason, so nobody can tell later whether it still holds");
            let help = format!("add one: `allow = [{{ rule = \"{name}\", reason = \"…\" }}]`");
            found.push(answer.finding(&allow_no_reason::RULE, message, help));
        }
    }
}

/// Takes out what is answered; gives the rest, what went with its reason, and findings about answers that answered nothing.
/// An answer to a rule that did not run is not unused.
pub(super) fn apply(
    mut answers: Vec<Answer<'_>>,
    findings: Vec<Finding>,
    ran: &dyn Fn(&Rule) -> bool,
) -> (Vec<Finding>, Vec<Finding>, Vec<Finding>) {
    if answers.is_empty() {
        return (findings, Vec::new(), Vec::new());
    }
    let (mut rest, mut answered) = (Vec::new(), Vec::new());
    for mut finding in findings {
        let mut reason: Option<&str> = None;
        for answer in answers.iter_mut().filter(|answer| answer.covers(&finding)) {
            answer.used = true;
            let stated = answer.allow.reason.as_deref().unwrap_or_default();
            reason = reason.filter(|reason| !reason.is_empty()).or(Some(stated));
        }
        finding.answer = reason.map(str::to_owned);
        let into = if finding.answer.is_some() { &mut answered } else { &mut rest };
        into.push(finding);
    }
    let unused = answers
        .iter()
        .filter(|answer| !answer.used && find(&answer.allow.rule).is_some_and(ran))
        .map(|answer| {
            let message =
                format!("`{}` finds nothing here, so this `allow` hides what may come later", answer.allow.rule);
            answer.finding(&allow_unused::RULE, message, "remove the entry".to_owned())
        })
        .collect();
    (rest, answered, unused)
}
