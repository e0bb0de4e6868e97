//! Owns the YAML of okrchestra: one scope, its objectives by id, key results with baseline, target, current and evidence.

use super::Error;
use super::intake::{Goal, Intake, Measured};
use super::json_text::{Cursor, Document};
use crate::okr::Field;

/// Tells whether a document is of this form.
pub fn is(document: &Document) -> bool {
    let first = document.top().get("objectives").and_then(|objectives| objectives.get("0"));
    first.is_some_and(|first| first.get("objective_id").is_some() || first.get("objective").is_some())
}

/// Reads it.
///
/// # Errors
/// None so far: what is not understood is left.
pub fn read(document: &Document) -> Result<Intake, Error> {
    let mut intake = Intake::of("okrchestra YAML");
    let Some(top) = document.top().keys("the file", &mut intake) else { return Ok(intake) };
    let team = top.text("scope");
    if team.is_some() {
        intake.map("scope", "the file's name");
    }
    let cycle = top.cycle();
    for objective in top.list("objectives", &mut intake) {
        let Some(keys) = objective.keys("an objective", &mut intake) else { continue };
        let (team, cycle, id) = (team.clone(), cycle.clone(), keys.text("objective_id"));
        let mut goal = Goal { line: keys.line(), cycle, id, team, ..Goal::default() };
        keys.fill(&[("objective", Field::Title), ("owner_id", Field::Owners)], &mut goal.fields, &mut intake);
        for one in keys.list("key_results", &mut intake) {
            goal.key_results.extend(key_result(&one, &mut intake));
        }
        keys.leave_rest("an objective", &mut intake);
        intake.goals.push(goal);
    }
    top.leave_rest("the file", &mut intake);
    Ok(intake)
}

fn key_result(cursor: &Cursor<'_>, intake: &mut Intake) -> Option<Measured> {
    let keys = cursor.keys("a key result", intake)?;
    let mut one = Measured { line: keys.line(), id: keys.text("kr_id"), ..Measured::default() };
    let known = [
        ("description", Field::Title),
        ("owner_id", Field::Owner),
        ("baseline", Field::Baseline),
        ("target", Field::Target),
        ("current", Field::Current),
        ("unit", Field::Unit),
        ("confidence", Field::Confidence),
        ("status", Field::Status),
        ("evidence", Field::Evidence),
    ];
    keys.fill(&known, &mut one.fields, intake);
    keys.keep("metric_key", &mut one.fields, intake);
    keys.leave_rest("a key result", intake);
    Some(one)
}
