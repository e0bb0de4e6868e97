//! Owns the YAML of gitokr: projects with their OKR by quarter, key results as sentences and how far each is done.

use super::Error;
use super::given::{self, amount, flag, percentage};
use super::intake::{Goal, Intake, Measured, quoted};
use super::json_text::{Cursor, Document};
use crate::okr::{Field, Fields};
use serde_json::Value;

/// Tells whether a document is of this form.
pub fn is(document: &Document) -> bool {
    projects(document).is_some_and(|projects| projects.iter().any(|(_, project)| project.get("OKR").is_some()))
}

/// A project with its name, where that is its key.
type Named<'a> = (Option<String>, Cursor<'a>);

/// Gives the projects with their names, in a list or by name.
fn projects(document: &Document) -> Option<Vec<Named<'_>>> {
    let all = document.top().get("Projects")?;
    let projects = match all.value() {
        Value::Array(list) => (0..list.len()).filter_map(|at| Some((None, all.get(&at.to_string())?))).collect(),
        Value::Object(table) => table.keys().filter_map(|key| Some((Some(key.clone()), all.get(key)?))).collect(),
        _ => Vec::new(),
    };
    Some(projects)
}

/// Reads it.
///
/// # Errors
/// None so far: what is not understood is left.
pub fn read(document: &Document) -> Result<Intake, Error> {
    let mut intake = Intake::of("gitokr YAML");
    let Some(top) = document.top().keys("the file", &mut intake) else { return Ok(intake) };
    let _ = top.take("Projects");
    for (name, project) in projects(document).unwrap_or_default() {
        let Some(keys) = project.keys("a project", &mut intake) else { continue };
        let team = name.or_else(|| keys.text("Name")).or_else(|| keys.text("Project"));
        let owner = keys.text("Owner").or_else(|| keys.text("Team"));
        let quarters = keys.take("OKR").and_then(|okr| okr.keys("`OKR`", &mut intake));
        if let Some(quarters) = quarters {
            for quarter in quarters.names() {
                let Some(okr) = quarters.take(quarter) else { continue };
                intake.map(quarter.as_str(), "cycle");
                let several = if okr.value().is_array() { okr.each("a quarter", &mut intake) } else { vec![okr] };
                for one in several {
                    if let Some(mut goal) = objective(&one, &mut intake) {
                        (goal.cycle, goal.team) = (Some(quarter.clone()), team.clone());
                        if let Some(owner) = &owner {
                            goal.fields.insert(Field::Owners, vec![owner.as_str()].into());
                        }
                        intake.goals.push(goal);
                    }
                }
            }
        }
        keys.leave_rest("a project", &mut intake);
    }
    top.leave_rest("the file", &mut intake);
    Ok(intake)
}

fn objective(cursor: &Cursor<'_>, intake: &mut Intake) -> Option<Goal> {
    let keys = cursor.keys("the OKR of a quarter", intake)?;
    let mut goal = Goal { line: keys.line(), ..Goal::default() };
    keys.fill(&[("Objective", Field::Title), ("Owner", Field::Owners)], &mut goal.fields, intake);
    for one in keys.list("KeyResults", intake) {
        let Some(keys) = one.keys("a key result", intake) else { continue };
        let mut measured = Measured { line: keys.line(), ..Measured::default() };
        keys.fill(&[("Metric", Field::Title), ("Owner", Field::Owner)], &mut measured.fields, intake);
        match keys.take("Done") {
            Some(done) => reached(&mut measured.fields, &done, intake),
            None => drop(measured.fields.insert(Field::Done, false.into())),
        }
        keys.leave_rest("a key result", intake);
        goal.key_results.push(measured);
    }
    keys.leave_rest("an objective", intake);
    Some(goal)
}

/// Reads how far a key result is: yes or no makes it binary, a percentage a metric from 0 to 100 %.
fn reached(fields: &mut Fields, done: &Cursor<'_>, intake: &mut Intake) {
    let value = done.value();
    let percent = match (value, amount(value)) {
        (Value::Bool(_), _) | (_, Err(_)) => None,
        (_, Ok(read)) if read.unit.as_deref() == Some("%") => Some(read.value),
        (_, Ok(read)) if read.unit.is_none() && (read.value == 0.0 || (1.0 < read.value && read.value <= 100.0)) => {
            Some(read.value)
        }
        (_, Ok(read)) if read.unit.is_none() && read.value < 1.0 => Some(read.value * 100.0),
        (_, Ok(_)) => {
            fields.insert(Field::Done, false.into());
            let said = quoted(&given::text(value));
            return intake.leave(done.line(), format!("`Done`: {said} may be one percent or all of it"));
        }
    };
    match percent {
        Some(percent) => {
            intake.map("Done", "current, from 0 to 100 %");
            percentage(fields, percent);
        }
        None => match flag(value) {
            Ok(flag) => {
                intake.map("Done", "done");
                fields.insert(Field::Done, flag.into());
            }
            Err(why) => {
                fields.insert(Field::Done, false.into());
                intake.leave(done.line(), format!("`Done`: {} {why}", quoted(&given::text(value))));
            }
        },
    }
}
