//! Owns score-ladder JSON: results with a description of what earns which score, and how far each is.

use super::Error;
use super::given::{self, amount, percentage};
use super::intake::{Goal, Intake, Measured, quoted};
use super::json_text::{Cursor, Document};
use crate::okr::{Field, Fields, number};
use serde_json::{Value, json};

/// Tells whether a document is of this form.
pub fn is(document: &Document) -> bool {
    let first = document.top().get("objectives").and_then(|objectives| objectives.get("0"));
    first.is_some_and(|first| first.get("results").is_some())
}

/// Reads it.
///
/// # Errors
/// None so far: what is not understood is left.
pub fn read(document: &Document) -> Result<Intake, Error> {
    let mut intake = Intake::of("score-ladder JSON");
    let Some(top) = document.top().keys("the file", &mut intake) else { return Ok(intake) };
    let of_file = top.cycle();
    let team = top.text("team");
    for objective in top.list("objectives", &mut intake) {
        let Some(keys) = objective.keys("an objective", &mut intake) else { continue };
        let own = keys.cycle();
        let (cycle, team) = (own.or_else(|| of_file.clone()), team.clone());
        let mut goal = Goal { line: keys.line(), cycle, id: keys.text("id"), team, ..Goal::default() };
        let title = if objective.get("name").is_some() { "name" } else { "title" };
        let known = [(title, Field::Title), ("description", Field::Why), ("owner", Field::Owners)];
        keys.fill(&known, &mut goal.fields, &mut intake);
        for one in keys.list("results", &mut intake) {
            goal.key_results.extend(result(&one, &mut intake));
        }
        keys.leave_rest("an objective", &mut intake);
        intake.goals.push(goal);
    }
    top.leave_rest("the file", &mut intake);
    Ok(intake)
}

fn result(cursor: &Cursor<'_>, intake: &mut Intake) -> Option<Measured> {
    let keys = cursor.keys("a result", intake)?;
    let mut one = Measured { line: keys.line(), id: keys.text("id"), ..Measured::default() };
    let known = [
        ("name", Field::Title),
        ("description", Field::Definition),
        ("owner", Field::Owner),
        ("unit", Field::Unit),
        ("score", Field::Score),
    ];
    keys.fill(&known, &mut one.fields, intake);
    let has_ladder = keys.take("scoring").is_some_and(|scoring| ladder(&scoring, &mut one.fields, intake));
    if let Some(progress) = keys.take("progress") {
        self::progress(&progress, has_ladder, &mut one.fields, intake);
    }
    keys.leave_rest("a result", intake);
    Some(one)
}

/// Makes a scale of the scores, or of what earns them words behind the definition. Tells whether there is a scale.
fn ladder(scoring: &Cursor<'_>, fields: &mut Fields, intake: &mut Intake) -> bool {
    let Some(table) = scoring.value().as_object() else {
        intake.leave(scoring.line(), "`scoring` should be a table of scores, and is none");
        return false;
    };
    let score = |text: &str| text.trim().parse::<f64>().ok().filter(|score| (0.0..=1.0).contains(score));
    let mut rungs: Vec<(f64, f64, Option<String>)> = Vec::new();
    for (key, value) in table {
        match (score(key), amount(value)) {
            (Some(progress), Ok(read)) => rungs.push((progress, read.value, read.unit)),
            _ => {
                rungs.clear();
                break;
            }
        }
    }
    rungs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let units: std::collections::BTreeSet<_> = rungs.iter().filter_map(|rung| rung.2.clone()).collect();
    let rising = rungs.windows(2).all(|pair| pair[0].1 < pair[1].1);
    let falling = rungs.windows(2).all(|pair| pair[0].1 > pair[1].1);
    if rungs.len() >= 2 && (rising || falling) && units.len() <= 1 {
        intake.map("scoring", "scale");
        let all = rungs.iter().map(|rung| json!({"value": number(rung.1), "progress": number(rung.0)}));
        fields.insert(Field::Scale, all.collect());
        if let Some(unit) = units.into_iter().next() {
            fields.entry(Field::Unit).or_insert_with(|| unit.into());
        }
        return true;
    }
    intake.map("scoring", "definition");
    let words: Vec<String> = table.iter().map(|(key, value)| format!("{key}: {}", given::text(value))).collect();
    let before = fields.get(&Field::Definition).and_then(Value::as_str).map(|text| format!("{text}\n"));
    let text = Value::from(before.unwrap_or_default() + &words.join("\n"));
    given::put(fields, Field::Definition, &text, scoring.line(), intake);
    let why = "the scores have no row of rising or falling numbers, so they stand in `definition` as words";
    intake.leave(scoring.line(), why);
    false
}

/// Reads how far a result is: on a ladder a value of it, else a share of all.
fn progress(progress: &Cursor<'_>, has_ladder: bool, fields: &mut Fields, intake: &mut Intake) {
    let value = progress.value();
    let said = quoted(&given::text(value));
    if has_ladder {
        let rungs = fields.get(&Field::Scale).and_then(Value::as_array);
        let is_of_shares = rungs.is_some_and(|rungs| {
            rungs.iter().filter_map(|rung| rung["value"].as_f64()).all(|value| (0.0..=1.0).contains(&value))
        });
        return match amount(value) {
            Ok(read) if read.unit.is_none() && read.value > 0.0 && read.value <= 1.0 && !is_of_shares => {
                let why = format!("`progress`: {said} may be a share of the way or a value of the ladder");
                intake.leave(progress.line(), why);
            }
            _ => {
                intake.map("progress", "current");
                given::put(fields, Field::Current, value, progress.line(), intake);
            }
        };
    }
    match given::ratio(value) {
        Ok(share) => {
            intake.map("progress", "current, from 0 to 100 %");
            let current = share.as_f64().unwrap_or_default() * 100.0;
            percentage(fields, current);
        }
        Err(why) => intake.leave(progress.line(), format!("`progress`: {said} {why}")),
    }
}
