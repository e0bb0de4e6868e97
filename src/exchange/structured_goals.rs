//! Owns structured-goals JSON: objectives with `keyResults` whose numbers may stand in texts.

use super::Error;
use super::intake::{Goal, Intake, Measured};
use super::json_text::{Cursor, Document};
use crate::okr::Field;

/// Tells whether a document is of this form.
pub fn is(document: &Document) -> bool {
    let first = document.top().get("objectives").and_then(|objectives| objectives.get("0"));
    first.is_some_and(|first| first.get("keyResults").is_some())
}

/// Reads it.
///
/// # Errors
/// None so far: what is not understood is left.
pub fn read(document: &Document) -> Result<Intake, Error> {
    let mut intake = Intake::of("structured-goals JSON");
    let Some(top) = document.top().keys("the file", &mut intake) else { return Ok(intake) };
    let of_file = top.cycle();
    let team = top.text("team");
    for objective in top.list("objectives", &mut intake) {
        let Some(keys) = objective.keys("an objective", &mut intake) else { continue };
        let own = keys.cycle();
        let (cycle, team) = (own.or_else(|| of_file.clone()), keys.text("team").or_else(|| team.clone()));
        let mut goal = Goal { line: keys.line(), cycle, id: keys.text("id"), team, ..Goal::default() };
        let known = [
            ("title", Field::Title),
            ("description", Field::Why),
            ("owner", Field::Owners),
            ("status", Field::Status),
            ("dueDate", Field::Due),
            ("parent", Field::Parent),
            ("tags", Field::Tags),
        ];
        keys.fill(&known, &mut goal.fields, &mut intake);
        for one in keys.list("keyResults", &mut intake) {
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
    let mut one = Measured { line: keys.line(), id: keys.text("id"), ..Measured::default() };
    let known = [
        ("title", Field::Title),
        ("owner", Field::Owner),
        ("metric", Field::Definition),
        ("unit", Field::Unit),
        ("baseline", Field::Baseline),
        ("target", Field::Target),
        ("current", Field::Current),
        ("score", Field::Score),
        ("confidence", Field::Confidence),
        ("status", Field::Status),
        ("dueDate", Field::Due),
        ("note", Field::Note),
        ("tags", Field::Tags),
    ];
    keys.fill(&known, &mut one.fields, intake);
    keys.leave_rest("a key result", intake);
    Some(one)
}
