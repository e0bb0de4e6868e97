//! Owns the links between goals: every reference that a file writes, with what it stands for.

use super::context::{Context, Item};
use super::rule::Rule;
use crate::finding::Finding;
use crate::okr::Resolution;
use crate::syntax::Place;
use std::ops::Range;

/// One entry of `parent`, `guards`, `drives` or `depends_on`.
pub(super) struct Reference<'a> {
    /// The objective that it stands in.
    pub item: &'a Item<'a>,
    /// Name of what refers: the objective, or one of its key results.
    pub name: String,
    /// The key that it stands under.
    pub field: &'static str,
    /// As written.
    pub written: &'a str,
    /// Where.
    pub span: Range<usize>,
    /// What it stands for.
    pub meant: Resolution,
}

impl Reference<'_> {
    /// Starts a finding about it.
    pub fn finding(&self, rule: &Rule, message: impl Into<String>, help: impl Into<String>) -> Finding {
        Finding::new(rule.name, message, help)
            .at(self.item.file.file, self.span.clone(), "")
            .about(self.name.clone())
            .field(format!("{}.{}", self.field, self.written))
    }
}

/// Gives every reference in file order. Those from or to cycles that are not known are left out: that is the finding.
pub(super) fn references<'a>(context: &'a Context<'a>) -> Vec<Reference<'a>> {
    let mut all = Vec::new();
    for item in &context.objectives {
        if let (Some(written), Some(meant)) = (&item.objective.parent, context.parent(item)) {
            let (name, span) = (item.called(), item.span("parent"));
            all.push(Reference { item, name, field: "parent", written, span, meant });
        }
        let mut list = |field: &'static str, name: &str, place: &Place, written: &'a [String]| {
            for (at, written) in written.iter().enumerate() {
                let meant = match field {
                    "depends_on" => context.dependency(item, written),
                    _ => context.key_result(item, written),
                };
                let span = place.fields.get(&format!("{field}.{at}")).unwrap_or_else(|| place.of(field));
                let name = name.to_owned();
                all.extend(meant.map(|meant| Reference { item, name, field, written, span, meant }));
            }
        };
        for (key_result, place) in item.objective.key_results.iter().zip(&item.place.key_results) {
            if key_result.guards.is_empty() && key_result.depends_on.is_empty() {
                continue;
            }
            let name = format!("{}/{}", item.called(), key_result.id);
            list("guards", &name, place, &key_result.guards);
            list("depends_on", &name, place, &key_result.depends_on);
        }
        for (initiative, place) in item.objective.initiatives.iter().zip(&item.place.initiatives) {
            if !initiative.drives.is_empty() {
                list("drives", &item.called(), place, &initiative.drives);
            }
        }
    }
    all
}
