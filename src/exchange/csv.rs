//! Owns CSV: our own, which comes back as it went out, and the tables of other tools, by the names of their columns.
//! Never lets a cell begin as a formula: a spreadsheet would run it.

use super::Error;
use super::columns::{self, Column};
use super::export::{CheckInRow, Export, Standing, parted};
use super::given::{self, line_of, percentage, put};
use super::intake::{Goal, Intake, Measured, quoted};
use crate::okr::{Field, Fields, Initiative, number};
use crate::syntax::{OF_KEY_RESULT, OF_OBJECTIVE};
use ::csv::{ReaderBuilder, StringRecord, WriterBuilder};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

/// A column of our own table of goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    Cycle,
    Objective,
    OfObjective(Field),
    Initiatives,
    KeyResult,
    Of(Field),
    Path,
    Computed(&'static str),
}

/// What is computed, for spreadsheets. An import reads the first alone: a baseline that only the past knows.
const COMPUTED: &[&str] =
    &["first_check_in", "progress", "expected", "as_committed", "computed_health", "counted", "last_check_in"];

/// The columns of a table of check-ins.
const CHECK_INS: &[&str] = &[
    "name",
    "title",
    "unit",
    "measured",
    "recorded",
    "value",
    "confidence",
    "note",
    "progress",
    "author",
    "email",
    "commit",
];

fn own_columns() -> Vec<(String, Own)> {
    let mut all = vec![("cycle".to_owned(), Own::Cycle), ("objective".to_owned(), Own::Objective)];
    all.extend(OF_OBJECTIVE.iter().map(|field| (format!("objective.{}", field.name()), Own::OfObjective(*field))));
    all.push(("objective.initiatives".into(), Own::Initiatives));
    all.push(("key_result".into(), Own::KeyResult));
    all.extend(OF_KEY_RESULT.iter().map(|field| (field.name().to_owned(), Own::Of(*field))));
    all.push(("path".into(), Own::Path));
    all.extend(COMPUTED.iter().map(|name| ((*name).to_owned(), Own::Computed(name))));
    all
}

/// Tells whether a cell would begin a formula in a spreadsheet, quotes before it left out.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Keeps a text from being a formula, by the quote that spreadsheets take for "this is text".
fn guarded(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// Takes the quote away again.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

/// Writes a value into a cell. Numbers and truth as they are, lists with semicolons, tables and what would not come back
/// otherwise as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => guarded(text),
        Value::Array(list) => {
            let plain = |one: &Value| {
                one.as_str().is_some_and(|text| {
                    !text.is_empty()
                        && !text.contains([';', '\n', '\r'])
                        && text.trim() == text
                        && !text.starts_with('[')
                })
            };
            if list.iter().all(plain) {
                guarded(&list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
            } else {
                value.to_string()
            }
        }
        other => other.to_string(),
    }
}

/// Reads a cell of our own; `Err` says why it is none.
fn own_value(field: Field, cell: &str) -> Result<Value, String> {
    let number_of = |cell: &str| {
        let read = cell.trim().parse::<f64>().ok().filter(|value| value.is_finite());
        read.map(number).ok_or_else(|| "is no number".to_owned())
    };
    match field {
        Field::Baseline
        | Field::Target
        | Field::AtLeast
        | Field::AtMost
        | Field::Current
        | Field::Confidence
        | Field::Score
        | Field::Weight => number_of(cell),
        Field::Scale | Field::Milestone | Field::Retro | Field::Allow | Field::Amend | Field::Meta => {
            serde_json::from_str(cell).map_err(|_| "is no JSON".to_owned())
        }
        Field::Pace if cell.starts_with('[') => serde_json::from_str(cell).map_err(|_| "is no JSON".to_owned()),
        Field::Sensitive => given::flag(&cell.into()).map(Value::from),
        Field::Done => match given::flag(&cell.into()) {
            Ok(flag) => Ok(flag.into()),
            Err(_) => given::day(&cell.into()),
        },
        Field::Owners | Field::Tags | Field::Evidence | Field::Guards | Field::DependsOn | Field::Aliases => {
            list_of(cell)
        }
        _ => Ok(unguarded(cell).into()),
    }
}

fn list_of(cell: &str) -> Result<Value, String> {
    if cell.starts_with('[') {
        return serde_json::from_str(cell).map_err(|_| "is no list in JSON".to_owned());
    }
    Ok(unguarded(cell).split(';').map(|one| Value::from(one.trim())).collect())
}

/// Writes one row a key result; an objective without one has a row of its own.
pub fn goals(export: &Export) -> String {
    let columns = own_columns();
    let mut rows = vec![columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()];
    for objective in &export.objectives {
        let nothing = (String::new(), Fields::new(), Standing::default());
        let key_results: Vec<_> = match objective.key_results.as_slice() {
            [] => vec![&nothing],
            all => all.iter().collect(),
        };
        for (id, fields, standing) in key_results {
            let row = columns.iter().map(|(_, column)| match column {
                Own::Cycle => guarded(&objective.cycle),
                Own::Objective => guarded(&objective.id),
                Own::OfObjective(field) => objective.fields.get(field).map(cell).unwrap_or_default(),
                Own::Initiatives if objective.initiatives.is_empty() => String::new(),
                Own::Initiatives => serde_json::to_string(&objective.initiatives).expect("plain texts are JSON"),
                Own::KeyResult => guarded(id),
                Own::Of(field) => fields.get(field).map(cell).unwrap_or_default(),
                Own::Path => guarded(&objective.path),
                Own::Computed(name) => cell(&standing.named(name)),
            });
            rows.push(row.collect());
        }
    }
    written(rows)
}

/// Writes one row a check-in, by name and then in the order of their days.
pub fn check_ins(rows: &[CheckInRow]) -> String {
    let figure = |figure: Option<f64>| figure.map(|figure| number(figure).to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.as_deref().map(guarded).unwrap_or_default();
    let mut all = vec![CHECK_INS.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    all.extend(rows.iter().map(|row| {
        vec![
            guarded(&row.name),
            guarded(&row.title),
            text(&row.unit),
            row.measured.to_string(),
            text(&row.recorded),
            figure(row.value),
            figure(row.confidence),
            text(&row.note),
            figure(row.progress),
            text(&row.author),
            text(&row.email),
            text(&row.commit),
        ]
    }));
    written(all)
}

fn written(rows: Vec<Vec<String>>) -> String {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("writing to memory");
    }
    String::from_utf8(writer.into_inner().expect("writing to memory")).expect("cells are UTF-8")
}

/// A table as it was read.
pub struct Sheet {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Line and cells of each row.
    pub rows: Vec<(usize, Vec<String>)>,
}

impl Sheet {
    /// Reads a text whose cells are set apart by a comma, a semicolon or a tab.
    ///
    /// # Errors
    /// [`Error::Broken`] with the line of a row that has more cells than there are columns.
    pub fn read(text: &str) -> Result<Sheet, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let broken = |line: usize, message: String| Error::Broken {
            form: "CSV",
            line,
            message,
            help: "the first row names the columns, and cells are set apart by a comma, a semicolon or a tab".into(),
        };
        let mut reader = ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
        let failed = |error: &::csv::Error| {
            let line = error.position().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
            broken(line, error.to_string())
        };
        let columns: Vec<String> =
            reader.headers().map_err(|e| failed(&e))?.iter().map(|n| n.trim().to_owned()).collect();
        if columns.iter().all(String::is_empty) {
            return Err(broken(1, "there is no row of columns".into()));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record: StringRecord = record.map_err(|error| failed(&error))?;
            let line = record.position().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
            if record.len() > columns.len() && record.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty()) {
                let message = format!("this row has {} cells, there are {} columns", record.len(), columns.len());
                return Err(broken(line, message));
            }
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push((line, record.iter().map(str::to_owned).collect()));
            }
        }
        Ok(Sheet { columns, rows })
    }

    /// Tells whether it is our own table of goals.
    pub fn is_own(&self) -> bool {
        ["objective.title", "key_result"].iter().all(|name| self.columns.iter().any(|column| column == name))
    }

    /// Says what each column is: by the map that was asked for, else by its name. Notes what is mapped, and columns that
    /// are not understood.
    pub fn understood(
        &self,
        map: &[(Column, String)],
        by_name: impl Fn(&str) -> Option<Column>,
        intake: &mut Intake,
    ) -> Vec<Option<Column>> {
        let asked = |name: &str| map.iter().find(|(_, theirs)| columns::plain(theirs) == columns::plain(name));
        let taken: Vec<Column> = map.iter().map(|(column, _)| *column).collect();
        let mut columns: Vec<Option<Column>> = Vec::new();
        for name in &self.columns {
            let column = match asked(name) {
                Some((column, _)) => Some(*column),
                None => by_name(name).filter(|column| !taken.contains(column)),
            };
            // The first of two columns that are the same thing counts; the other is left.
            let column = column.filter(|column| !columns.contains(&Some(*column)));
            match column {
                Some(column) => intake.map(name.clone(), columns::shown(column)),
                None if name.is_empty() => {}
                None => {
                    let at = columns.len();
                    let filled =
                        self.rows.iter().filter(|(_, row)| row.get(at).is_some_and(|cell| !cell.trim().is_empty()));
                    let filled = filled.count();
                    if filled > 0 {
                        let cells = if filled == 1 { "cell is" } else { "cells are" };
                        let message = format!("the column {} is not known, and {filled} {cells} left", quoted(name));
                        intake.leave(1, message + "; `--map NAME=COLUMN` says what it is");
                    }
                }
            }
            columns.push(column);
        }
        columns
    }
}

fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: u8| first.bytes().filter(|byte| *byte == mark).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|mark| (count(*mark), *mark == b',')).unwrap_or(b',')
}

/// Reads goals, our own or another tool's.
///
/// # Errors
/// As [`Sheet::read`]; [`Error::Unknown`] where no column is a title.
pub fn read(text: &str, map: &[(Column, String)]) -> Result<Intake, Error> {
    let sheet = Sheet::read(text)?;
    if sheet.is_own() { Ok(own(&sheet)) } else { theirs(&sheet, map) }
}

fn own(sheet: &Sheet) -> Intake {
    let mut intake = Intake::of("git-okr CSV");
    let known = own_columns();
    let columns: Vec<Option<Own>> =
        sheet.columns.iter().map(|name| known.iter().find(|(own, _)| own == name).map(|(_, column)| *column)).collect();
    for (name, _) in sheet.columns.iter().zip(&columns).filter(|(_, column)| column.is_none()) {
        intake.leave(1, format!("the column {} is none of ours", quoted(name)));
    }
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for (line, row) in &sheet.rows {
        let text = |wanted: Own| {
            let at = columns.iter().position(|column| *column == Some(wanted))?;
            row.get(at).map(|cell| unguarded(cell).to_owned()).filter(|text| !text.is_empty())
        };
        let (cycle, id) = (text(Own::Cycle), text(Own::Objective));
        let key = (cycle.clone().unwrap_or_default(), id.clone().unwrap_or_default());
        let is_new = !places.contains_key(&key);
        let at = *places.entry(key).or_insert_with(|| {
            let team = text(Own::Path).map(|path| stem(&path));
            intake.goals.push(Goal { line: *line, cycle, id, team, ..Goal::default() });
            intake.goals.len() - 1
        });
        let mut one = Measured { line: *line, id: text(Own::KeyResult), ..Measured::default() };
        let is_sensitive = text(Own::Of(Field::Sensitive)).is_some();
        for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            let (field, of_objective) = match column {
                Some(Own::OfObjective(field)) if is_new => (*field, true),
                Some(Own::Of(field)) => (*field, false),
                Some(Own::Computed("first_check_in")) => {
                    one.first = own_value(Field::Baseline, cell).ok();
                    continue;
                }
                Some(Own::Initiatives) if is_new => {
                    match serde_json::from_str::<Vec<Initiative>>(cell) {
                        Ok(all) => intake.goals[at].initiatives = all,
                        Err(error) => intake.leave(*line, format!("`objective.initiatives` does not read: {error}")),
                    }
                    continue;
                }
                _ => continue,
            };
            match own_value(field, cell) {
                Ok(value) if of_objective => drop(intake.goals[at].fields.insert(field, value)),
                Ok(value) => drop(one.fields.insert(field, value)),
                Err(why) => {
                    let said = if is_sensitive { "its value".to_owned() } else { quoted(cell) };
                    intake.leave(*line, format!("`{}`: {said} {why}", field.name()));
                }
            }
        }
        parted(&mut one.fields);
        if one.id.is_some() || !one.fields.is_empty() {
            intake.goals[at].key_results.push(one);
        }
    }
    intake
}

/// Gives the name of a file without its folders and its end.
pub fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.strip_suffix(".toml").unwrap_or(name).to_owned()
}

/// One row of another tool's table.
struct Row {
    line: usize,
    cells: BTreeMap<usize, Value>,
}

fn theirs(sheet: &Sheet, map: &[(Column, String)]) -> Result<Intake, Error> {
    let tool = columns::tool(&sheet.columns);
    let mut intake = Intake::of(tool.map_or("CSV", |tool| tool.name));
    let columns = sheet.understood(map, |name| columns::of_goals(tool, name), &mut intake);
    let at = |column: Column| columns.iter().position(|known| *known == Some(column));
    let (title, objective) = (at(Column::Of(Field::Title)), at(Column::Objective));
    if title.is_none() && objective.is_none() {
        let names: Vec<&str> = columns::names().collect();
        let help = format!(
            "no column is a title; say which with `--map title=COLUMN`. The columns here: {}. The names before `=`: {}",
            sheet.columns.join(", "),
            names.join(", ")
        );
        return Err(Error::Unknown { help });
    }
    let rows: Vec<Row> = sheet
        .rows
        .iter()
        .map(|(line, cells)| {
            let cells = cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
            Row { line: *line, cells: cells.map(|(at, cell)| (at, unguarded(cell.trim()).into())).collect() }
        })
        .collect();
    let reading = Reading { columns: &columns };
    if let (Some(row), Some(parent)) = (at(Column::Row), at(Column::ParentRow)) {
        reading.tree(&rows, row, parent, &mut intake);
    } else if let Some(kind) = at(Column::Kind) {
        reading.kinds(&rows, kind, &mut intake);
    } else {
        reading.flat(&rows, &mut intake);
    }
    Ok(intake)
}

/// The rows of a table under columns that are understood.
struct Reading<'a> {
    columns: &'a [Option<Column>],
}

impl Reading<'_> {
    fn cell<'r>(&self, row: &'r Row, column: Column) -> Option<&'r Value> {
        row.cells.get(&self.columns.iter().position(|known| *known == Some(column))?)
    }

    fn text(&self, row: &Row, column: Column) -> Option<String> {
        self.cell(row, column).map(|value| line_of(&given::text(value)))
    }

    /// Makes an objective of a row; with `own`, the row's own fields are the objective's.
    fn goal(&self, row: &Row, own: bool, intake: &mut Intake) -> Goal {
        let id = self.text(row, if own { Column::Id } else { Column::ObjectiveId });
        let (cycle, team) = (self.text(row, Column::Cycle), self.text(row, Column::Team));
        let mut goal = Goal { line: row.line, cycle, id, team, ..Goal::default() };
        let words =
            self.cell(row, Column::Objective).filter(|_| !own).or_else(|| self.cell(row, Column::Of(Field::Title)));
        if let Some(words) = words {
            put(&mut goal.fields, Field::Title, words, row.line, intake);
        }
        for (at, value) in &row.cells {
            match self.columns.get(*at) {
                Some(Some(Column::OfObjective(field))) => put(&mut goal.fields, *field, value, row.line, intake),
                Some(Some(Column::Of(field))) if own && *field != Field::Title => {
                    let field = match field {
                        Field::Owner => Field::Owners,
                        Field::Definition => Field::Why,
                        other => *other,
                    };
                    put(&mut goal.fields, field, value, row.line, intake);
                }
                _ => {}
            }
        }
        goal
    }

    fn key_result(&self, row: &Row, intake: &mut Intake) -> Measured {
        let mut one = Measured { line: row.line, id: self.text(row, Column::Id), ..Measured::default() };
        // The unit first: what the numbers carry along is held against it.
        let unit = |at: &usize| self.columns.get(*at) != Some(&Some(Column::Of(Field::Unit)));
        let mut cells: Vec<_> = row.cells.iter().collect();
        cells.sort_by_key(|(at, _)| unit(at));
        for (at, value) in cells {
            match self.columns.get(*at) {
                Some(Some(Column::Of(field))) => put(&mut one.fields, *field, value, row.line, intake),
                Some(Some(Column::Free(name))) => {
                    let meta = one.fields.entry(Field::Meta).or_insert_with(|| Value::Object(Default::default()));
                    meta[*name] = given::amount(value)
                        .ok()
                        .filter(|read| read.unit.is_none())
                        .map_or_else(|| line_of(&given::text(value)).into(), |read| number(read.value));
                }
                Some(Some(Column::MetricType)) if columns::plain(&given::text(value)).contains("percent") => {
                    one.fields.entry(Field::Unit).or_insert_with(|| "%".into());
                }
                _ => {}
            }
        }
        let has_measure = [Field::Target, Field::Change, Field::AtLeast, Field::AtMost, Field::Done, Field::Current];
        if let Some(progress) = self.cell(row, Column::Progress)
            && !has_measure.iter().any(|field| one.fields.contains_key(field))
        {
            match given::amount(progress) {
                Ok(read)
                    if read.unit.as_deref().is_none_or(|unit| unit == "%") && (0.0..=100.0).contains(&read.value) =>
                {
                    percentage(&mut one.fields, read.value);
                }
                _ => {
                    let said = quoted(&given::text(progress));
                    intake.leave(row.line, format!("`progress`: {said} is no percentage from 0 to 100"));
                }
            }
        }
        one
    }

    /// One row a key result, with its objective's words beside it or above.
    fn flat(&self, rows: &[Row], intake: &mut Intake) {
        let has_objectives = self.columns.contains(&Some(Column::Objective));
        let mut places: HashMap<(Option<String>, String), usize> = HashMap::new();
        for row in rows {
            let named = self.text(row, Column::Objective).or_else(|| self.text(row, Column::ObjectiveId));
            let key = named.map(|named| (self.text(row, Column::Cycle), named));
            let known = match &key {
                Some(key) => places.get(key).copied(),
                // An empty cell says "the same as above".
                None => intake.goals.len().checked_sub(1).filter(|_| has_objectives),
            };
            let at = known.unwrap_or_else(|| {
                let goal = self.goal(row, !has_objectives, intake);
                intake.goals.push(goal);
                intake.goals.len() - 1
            });
            places.extend(key.map(|key| (key, at)));
            if has_objectives && self.cell(row, Column::Of(Field::Title)).is_some() {
                let one = self.key_result(row, intake);
                intake.goals[at].key_results.push(one);
            }
        }
    }

    /// Rows say what they are; a key result belongs to the objective above it.
    fn kinds(&self, rows: &[Row], kind: usize, intake: &mut Intake) {
        for row in rows {
            let said = row.cells.get(&kind).map(given::text).unwrap_or_default();
            match columns::plain(&said).as_str() {
                "objective" | "goal" => {
                    let goal = self.goal(row, true, intake);
                    intake.goals.push(goal);
                }
                "keyresult" | "kr" | "milestone" | "metric" | "target" => {
                    let one = self.key_result(row, intake);
                    match intake.goals.last_mut() {
                        Some(goal) => goal.key_results.push(one),
                        None => intake.leave(row.line, "a key result stands before the first objective"),
                    }
                }
                _ => intake.leave(row.line, format!("{} is neither an objective nor a key result", quoted(&said))),
            }
        }
    }

    /// Rows name the row that they belong under: those that others are under are objectives, the others key results.
    fn tree(&self, rows: &[Row], own: usize, parent: usize, intake: &mut Intake) {
        let name = |row: &Row, at: usize| row.cells.get(&at).map(given::text);
        let above = |row: &Row| name(row, parent).map(|ids| line_of(ids.split(',').next().unwrap_or_default()));
        let parents: HashSet<String> = rows.iter().filter_map(above).collect();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut waiting = Vec::new();
        for row in rows {
            let id = name(row, own).unwrap_or_default();
            if above(row).is_none() || parents.contains(&id) {
                let goal = self.goal(row, true, intake);
                places.insert(id, intake.goals.len());
                waiting.extend(above(row).map(|above| (intake.goals.len(), row.line, above)));
                intake.goals.push(goal);
            }
        }
        for row in rows {
            let id = name(row, own).unwrap_or_default();
            let Some(above) = above(row).filter(|_| !places.contains_key(&id)) else { continue };
            match places.get(&above) {
                Some(&at) => {
                    let one = self.key_result(row, intake);
                    intake.goals[at].key_results.push(one);
                }
                None => {
                    intake.leave(row.line, format!("it belongs under the row {}, which is not here", quoted(&above)))
                }
            }
        }
        for (at, line, above) in waiting {
            match places.get(&above).and_then(|&above| intake.goals[above].fields.get(&Field::Title)).cloned() {
                Some(title) => drop(intake.goals[at].fields.insert(Field::Parent, title)),
                None => intake.leave(line, format!("it belongs under the row {}, which is not here", quoted(&above))),
            }
        }
    }
}
