//! Owns the past that our own export tells, as files of one day after another: from today's goals each event is taken back,
//! and every state between is one round.
//! Never invents a day: a round has the author, the days and the words of the commit that it was.

use super::replay::Author;
use crate::okr::{Field, Fields, Name};
use crate::syntax::value::slug;
use crate::syntax::{FreshObjective, fresh};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One commit to be: the files that it changes, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// Seconds since 1970 at which it was recorded.
    pub recorded: i64,
    /// Day of the author's clock.
    pub day: Date,
    /// Who wrote it.
    pub author: Author,
    /// First line of its message.
    pub summary: Option<String>,
    /// By path from the root.
    pub files: BTreeMap<String, String>,
}

/// Takes the events, newest first, back from the goals of today. The oldest round comes first, and the last one leaves the files
/// as they are today.
pub fn rounds(files: &BTreeMap<String, Vec<FreshObjective>>, events: &[Value], today: Date, by: &Author) -> Vec<Round> {
    let mut state = State::of(files);
    let noon =
        |day: Date| day.at(12, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |at| at.timestamp().as_second());
    let mut all: Vec<Round> = Vec::new();
    // What no event tells of, such as reasons of a later day, is in the files of today alone.
    let now = files.keys().map(|path| (path.clone(), state.text(path, Date::MAX))).collect::<BTreeMap<_, _>>();
    for commit in events.chunk_by(|one, next| one["commit"] == next["commit"]) {
        let text = |key: &str| commit[0][key].as_str();
        let recorded = text("recorded").and_then(|moment| moment.parse::<Timestamp>().ok());
        let seconds = recorded.map_or(noon(today), Timestamp::as_second);
        let recorded_on = recorded.map_or(today, |at| at.to_zoned(jiff::tz::TimeZone::UTC).date());
        let touched: BTreeSet<String> = commit.iter().filter_map(|event| state.path(event)).collect();
        let author = &commit[0]["author"];
        let named = |key: &str| author[key].as_str().unwrap_or_default().to_owned();
        all.push(Round {
            recorded: seconds,
            day: author_day(commit).unwrap_or(recorded_on),
            author: if recorded.is_some() { Author { name: named("name"), email: named("email") } } else { by.clone() },
            summary: text("summary").map(str::to_owned),
            files: touched.iter().map(|path| (path.clone(), state.text(path, recorded_on))).collect(),
        });
        commit.iter().for_each(|event| state.take_back(event));
    }
    all.reverse();
    // What was there before the first event that is told.
    let mut first: BTreeMap<String, String> =
        files.keys().map(|path| (path.clone(), state.text(path, Date::MIN))).collect();
    first.retain(|_, text| !text.is_empty());
    if let Some(round) = all.first_mut() {
        first.extend(std::mem::take(&mut round.files));
        round.files = first;
    }
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    for round in &all {
        last.extend(round.files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    }
    let rest: BTreeMap<String, String> = now
        .iter()
        .filter(|(path, text)| last.get(path.as_str()) != Some(&text.as_str()))
        .map(|(p, t)| (p.clone(), t.clone()))
        .collect();
    if !rest.is_empty() {
        let recorded = all.last().map_or(noon(today), |round| round.recorded);
        let summary = Some("Bring in what no check-in told of".to_owned());
        all.push(Round { recorded, day: today, author: by.clone(), summary, files: rest });
    }
    all
}

/// Finds the day of the author's clock: that of an event which no field dates.
fn author_day(commit: &[Value]) -> Option<Date> {
    let dates = ["as_of", "milestone.done", "done"];
    let undated = commit.iter().find(|event| {
        let changes = event["changes"].as_array().map_or(&[][..], Vec::as_slice);
        !changes.iter().any(|change| dates.contains(&change["field"].as_str().unwrap_or_default()))
    });
    undated?["measured"].as_str()?.parse().ok()
}

/// The goals at one moment.
struct State {
    /// Everything there ever was, by path, in the order of the files; what is gone last.
    order: BTreeMap<String, Vec<FreshObjective>>,
    /// Where each objective is.
    paths: BTreeMap<String, String>,
    /// Values of what is there at the moment, by full name.
    there: BTreeMap<String, Fields>,
}

impl State {
    fn of(files: &BTreeMap<String, Vec<FreshObjective>>) -> Self {
        let mut state = State { order: files.clone(), paths: BTreeMap::new(), there: BTreeMap::new() };
        for (path, objective) in files.iter().flat_map(|(path, all)| all.iter().map(move |one| (path, one))) {
            let name = Name::objective(&objective.cycle, &objective.id);
            state.paths.insert(name.to_string(), path.clone());
            state.there.insert(name.to_string(), objective.fields.clone());
            let of = |(id, fields): &(String, Fields)| (name.key_result(id).to_string(), fields.clone());
            state.there.extend(objective.key_results.iter().map(of));
        }
        state
    }

    /// Gives the file that an event happened in, and remembers a goal that today's files do not have.
    fn path(&mut self, event: &Value) -> Option<String> {
        let name = Name::parse(event["name"].as_str()?)?;
        let home = Name::objective(&name.cycle, &name.objective).to_string();
        if !self.paths.contains_key(&home) {
            let folder = self.order.keys().next().and_then(|path| path.split('/').next()).unwrap_or("okrs");
            let file = slug(&super::csv::stem(event["path"].as_str().unwrap_or_default()));
            let path = format!("{folder}/{}/{}.toml", slug(&name.cycle), if file.is_empty() { "gone" } else { &file });
            let fields = Fields::from([(Field::Title, name.objective.clone().into())]);
            let (cycle, id) = (name.cycle.clone(), name.objective.clone());
            self.there.insert(home.clone(), fields.clone());
            self.paths.insert(home.clone(), path.clone());
            let gone = FreshObjective { cycle, id, fields, ..FreshObjective::default() };
            self.order.entry(path).or_default().push(gone);
        }
        let path = self.paths.get(&home)?.clone();
        if let Some(id) = &name.key_result {
            let objective = self
                .order
                .get_mut(&path)?
                .iter_mut()
                .find(|one| one.cycle == name.cycle && one.id == name.objective)?;
            if !objective.key_results.iter().any(|(known, _)| known == id) {
                objective.key_results.push((id.clone(), Fields::new()));
            }
        }
        Some(path)
    }

    /// Writes a file as it is at the moment; reasons of a later day are not in it yet. Empty where it holds nothing.
    fn text(&self, path: &str, day: Date) -> String {
        let mut all = Vec::new();
        for objective in self.order.get(path).into_iter().flatten() {
            let name = Name::objective(&objective.cycle, &objective.id);
            let there = |id: &str| self.there.get(&name.key_result(id).to_string()).cloned();
            let key_results: Vec<(String, Fields)> = objective
                .key_results
                .iter()
                .filter_map(|(id, _)| Some((id.clone(), reasons_until(there(id)?, day))))
                .collect();
            // An objective comes with its first key result and goes with its last: no event tells of it alone.
            if key_results.is_empty() && !objective.key_results.is_empty() {
                continue;
            }
            let fields = self.there.get(&name.to_string()).cloned().unwrap_or_default();
            all.push(FreshObjective { key_results, fields, ..objective.clone() });
        }
        if all.is_empty() { String::new() } else { fresh(&all) }
    }

    fn take_back(&mut self, event: &Value) {
        let Some(name) = event["name"].as_str() else { return };
        let changes = event["changes"].as_array().map_or(&[][..], Vec::as_slice);
        match event["kind"].as_str() {
            Some("created" | "restored") => drop(self.there.remove(name)),
            _ => {
                let fields = self.there.entry(name.to_owned()).or_default();
                for change in changes {
                    let field = Field::ALL.iter().find(|field| change["field"] == field.name());
                    match (field, &change["before"]) {
                        (None | Some(Field::Name), _) => {}
                        (Some(field), Value::Null) => drop(fields.remove(field)),
                        (Some(field), before) => drop(fields.insert(*field, before.clone())),
                    }
                }
            }
        }
    }
}

fn reasons_until(mut fields: Fields, day: Date) -> Fields {
    if let Some(Value::Array(all)) = fields.get_mut(&Field::Amend) {
        all.retain(|one| one["on"].as_str().and_then(|on| on.parse::<Date>().ok()).is_none_or(|on| on <= day));
    }
    fields
}
