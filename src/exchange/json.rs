//! Owns our own JSON: every field of the files, how the goals stand, and the events behind them, so that goals and past
//! can be had again elsewhere. Never resolves or rounds what was written.

use super::Error;
use super::csv::stem;
use super::export::{Export, KIND, parted};
use super::intake::{Goal, Intake, Measured};
use super::json_text::{Cursor, Document, Keys};
use crate::okr::{Field, Fields, Initiative, number};
use crate::syntax::{OF_KEY_RESULT, OF_OBJECTIVE};
use serde_json::Value;

/// Writes it.
pub fn document(export: &Export) -> String {
    crate::report::json(&export.published())
}

/// Tells whether a document is of this form.
pub fn is(document: &Document) -> bool {
    document.value.get("kind").and_then(Value::as_str) == Some(KIND)
}

/// Reads it.
///
/// # Errors
/// [`Error::Broken`] for a format of the future.
pub fn read(document: &Document) -> Result<Intake, Error> {
    let mut intake = Intake::of("git-okr JSON");
    let Some(top) = document.top().keys("the file", &mut intake) else { return Ok(intake) };
    if let Some(format) = top.take("format").filter(|format| format.value() != 1) {
        return Err(Error::Broken {
            form: "git-okr JSON",
            line: format.line(),
            message: format!("the format is {}, and 1 is known", format.value()),
            help: "install a newer git-okr".into(),
        });
    }
    for known in ["kind", "revision", "today", "history"] {
        let _ = top.take(known);
    }
    intake.settings = top.take("settings").map(|settings| settings.value().clone());
    if let Some(events) = top.take("events") {
        intake.events = events.each("`events`", &mut intake).iter().map(|event| event.value().clone()).collect();
    }
    for objective in top.list("objectives", &mut intake) {
        let Some(keys) = objective.keys("an objective", &mut intake) else { continue };
        let (cycle, id) = (keys.text("cycle"), keys.text("id"));
        let team = keys.text("path").map(|path| stem(&path));
        let mut goal = Goal { line: keys.line(), cycle, id, team, ..Goal::default() };
        goal.fields = fields(&keys, OF_OBJECTIVE);
        for one in keys.list("key_results", &mut intake) {
            goal.key_results.extend(key_result(&one, &mut intake));
        }
        for one in keys.list("initiatives", &mut intake) {
            match serde_json::from_value::<Initiative>(one.value().clone()) {
                Ok(initiative) => goal.initiatives.push(initiative),
                Err(error) => intake.leave(one.line(), format!("this initiative does not read: {error}")),
            }
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
    one.fields = fields(&keys, OF_KEY_RESULT);
    parted(&mut one.fields);
    let standing = keys.take("standing");
    let first = standing
        .as_ref()
        .filter(|standing| standing.get("baseline_from").is_some_and(|from| from.value() == "first-check-in"));
    let first = first.and_then(|standing| standing.get("baseline")?.value().as_f64());
    one.first = first.map(number);
    let kinds =
        [Field::Target, Field::Change, Field::Scale, Field::AtLeast, Field::AtMost, Field::Milestone, Field::Done];
    if one.fields.contains_key(&Field::Sensitive) && !kinds.iter().any(|field| one.fields.contains_key(field)) {
        let why = "this key result is sensitive and came without its values; `--include-sensitive` exports them";
        intake.leave(one.line, why);
    }
    keys.leave_rest("a key result", intake);
    Some(one)
}

fn fields(keys: &Keys<'_>, known: &[Field]) -> Fields {
    known.iter().filter_map(|field| Some((*field, keys.take(field.name())?.value().clone()))).collect()
}
