//! Owns goals in Markdown: a heading is an objective, the table or list below it its key results.
//! Never renders anything: marks of emphasis and links are taken off, and what is no goal is left with its line.

use super::Error;
use super::columns::{self, Column};
use super::csv::Sheet;
use super::given::{self, line_of, put};
use super::intake::{Goal, Intake, Measured, quoted};
use crate::okr::{Field, number};
use serde_json::{Map, Value};

/// A heading that no goal has come of yet.
struct Heading {
    line: usize,
    level: usize,
    text: String,
    /// Whether something below it became a goal.
    used: bool,
}

/// Reads headings, tables and lists.
///
/// # Errors
/// None so far: what is not understood is left.
pub fn read(text: &str, map: &[(Column, String)]) -> Result<Intake, Error> {
    let mut reading = Reading { intake: Intake::of("Markdown"), headings: Vec::new(), open: None, cycle: None };
    let lines: Vec<(usize, &str)> = text.lines().enumerate().map(|(at, line)| (at + 1, line)).collect();
    let mut at = 0;
    let mut fence: Option<&str> = None;
    while let Some(&(line, raw)) = lines.get(at) {
        at += 1;
        let trimmed = raw.trim();
        if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)) {
            fence = match fence {
                Some(open) if open == mark => None,
                None => Some(mark),
                open => open,
            };
        } else if fence.is_some() || trimmed.is_empty() || trimmed.starts_with("<!--") || is_rule(trimmed) {
            // Code, comments and rulers hold no goals.
        } else if let Some((level, words)) = heading(trimmed) {
            reading.heading(line, level, words);
        } else if trimmed.starts_with('|') {
            let rows = lines[at - 1..].iter().take_while(|(_, row)| row.trim().starts_with('|')).count();
            reading.table(&lines[at - 1..at - 1 + rows], map);
            at += rows - 1;
        } else if let Some(item) = item(trimmed) {
            let indent = raw.len() - raw.trim_start().len();
            reading.item(line, indent, item);
        } else {
            reading.words(line, trimmed);
        }
    }
    reading.finish();
    Ok(reading.intake)
}

struct Reading {
    intake: Intake,
    /// Those that the current line stands below, outermost first.
    headings: Vec<Heading>,
    /// The goal that the current line belongs to.
    open: Option<usize>,
    /// The last that a heading named.
    cycle: Option<String>,
}

impl Reading {
    fn heading(&mut self, line: usize, level: usize, words: String) {
        // A heading over the key results of the objective above it is no goal of its own.
        if ["keyresults", "keyresult", "krs", "results"].contains(&columns::plain(&words).as_str()) {
            return;
        }
        while self.headings.last().is_some_and(|above| above.level >= level) {
            self.close();
        }
        self.open = None;
        if let Some(cycle) = cycle_in(&words) {
            self.intake.map(words.clone(), format!("cycle {cycle}"));
            self.cycle = Some(cycle);
            self.headings.push(Heading { line, level, text: String::new(), used: true });
            return;
        }
        self.headings.push(Heading { line, level, text: words, used: false });
    }

    /// Takes the innermost heading off, and leaves it where nothing came of it.
    fn close(&mut self) {
        if let Some(heading) = self.headings.pop().filter(|heading| !heading.used) {
            if is_objective(&heading.text) {
                self.goal(heading.line, &heading.text, None);
            } else {
                let message = format!("the heading {} has no key results below it", quoted(&heading.text));
                self.intake.leave(heading.line, message);
            }
        }
    }

    fn finish(&mut self) {
        while !self.headings.is_empty() {
            self.close();
        }
    }

    /// Starts an objective.
    fn goal(&mut self, line: usize, words: &str, team: Option<String>) -> usize {
        let mut goal = Goal { line, cycle: self.cycle.clone(), team, ..Goal::default() };
        let (words, owner) = owner(words);
        put(&mut goal.fields, Field::Title, &without_label(&words, "objective").into(), line, &mut self.intake);
        if let Some(owner) = owner {
            goal.fields.insert(Field::Owners, vec![owner].into());
        }
        self.intake.goals.push(goal);
        self.intake.goals.len() - 1
    }

    /// Gives the objective that the line belongs to: that of the innermost heading, which becomes one.
    fn objective(&mut self) -> Option<usize> {
        if self.open.is_none() {
            let at = self.headings.iter().rposition(|heading| !heading.text.is_empty())?;
            let (line, words) = (self.headings[at].line, self.headings[at].text.clone());
            // The heading above that names no cycle is whose goals these are, unless it is a goal itself.
            let is_team = |above: &&Heading| !above.text.is_empty() && !is_objective(&above.text);
            let team = self.headings[..at].iter().rfind(is_team).map(|above| above.text.clone());
            self.headings[..=at].iter_mut().for_each(|heading| heading.used = true);
            self.open = Some(self.goal(line, &words, team));
        }
        self.open
    }

    fn table(&mut self, rows: &[(usize, &str)], map: &[(Column, String)]) {
        let is_line = |row: &str| row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'));
        let mut content = rows.iter().filter(|(_, row)| !is_line(row.trim()));
        let Some(&(line, head)) = content.next() else { return };
        let sheet = Sheet { columns: cells(head), rows: content.map(|(line, row)| (*line, cells(row))).collect() };
        let before = self.intake.left.len();
        let columns = sheet.understood(map, |name| columns::of_goals(None, name), &mut self.intake);
        self.intake.left[before..].iter_mut().for_each(|left| left.line = line);
        let title = columns.iter().position(|column| *column == Some(Column::Of(Field::Title)));
        let (Some(title), Some(objective)) = (title, self.objective()) else {
            let why = if title.is_none() { "no column is a key result" } else { "no heading stands above it" };
            self.intake.leave(line, format!("a table of {} rows is left: {why}", sheet.rows.len()));
            return;
        };
        for (line, row) in &sheet.rows {
            let mut one = Measured { line: *line, ..Measured::default() };
            for (column, cell) in columns.iter().zip(row) {
                let value: Value = cell.as_str().into();
                match column {
                    Some(Column::Of(Field::Title)) => {
                        put(
                            &mut one.fields,
                            Field::Title,
                            &without_label(cell, "key result").into(),
                            *line,
                            &mut self.intake,
                        );
                    }
                    Some(Column::Of(field)) => put(&mut one.fields, *field, &value, *line, &mut self.intake),
                    Some(Column::Free(name)) if !cell.is_empty() && !is_nothing(cell) => {
                        let meta = one.fields.entry(Field::Meta).or_insert_with(|| Value::Object(Map::new()));
                        let plain = given::amount(&value).ok().filter(|read| read.unit.is_none());
                        meta[*name] = plain.map_or(value, |read| number(read.value));
                    }
                    Some(Column::Progress) => match given::ratio(&value) {
                        Ok(share) => given::percentage(&mut one.fields, share.as_f64().unwrap_or_default() * 100.0),
                        Err(_) if cell.is_empty() => {}
                        Err(why) => self.intake.leave(*line, format!("`progress`: {} {why}", quoted(cell))),
                    },
                    Some(other) if !cell.is_empty() => {
                        let what = columns::shown(*other);
                        self.intake.leave(*line, format!("{what} {} has no place under a heading", quoted(cell)));
                    }
                    _ => {}
                }
            }
            match row.get(title).filter(|cell| !cell.is_empty()) {
                Some(_) => self.intake.goals[objective].key_results.push(one),
                None => self.intake.leave(*line, "this row names no key result"),
            }
        }
    }

    fn item(&mut self, line: usize, indent: usize, (done, words): (Option<bool>, String)) {
        if is_objective(&words) && indent < 2 {
            let team = self.headings.iter_mut().rfind(|heading| !heading.text.is_empty()).map(|heading| {
                heading.used = true;
                heading.text.clone()
            });
            self.open = Some(self.goal(line, &words, team));
            return;
        }
        let Some(objective) = self.objective() else {
            return self.intake.leave(line, format!("{} stands below no objective", quoted(&words)));
        };
        let mut one = Measured { line, ..Measured::default() };
        let (words, owner) = owner(&words);
        put(&mut one.fields, Field::Title, &without_label(&words, "key result").into(), line, &mut self.intake);
        if let Some(owner) = owner {
            one.fields.insert(Field::Owner, owner.into());
        }
        if let Some(done) = done {
            one.fields.insert(Field::Done, done.into());
        }
        if one.fields.contains_key(&Field::Title) {
            self.intake.goals[objective].key_results.push(one);
        }
    }

    /// Takes the words under an objective as its reason, and leaves all others.
    fn words(&mut self, line: usize, words: &str) {
        let is_below = self.headings.last().is_some_and(|heading| !heading.text.is_empty());
        let objective = if is_below { self.objective() } else { None };
        let Some(goal) = objective.map(|at| &mut self.intake.goals[at]).filter(|goal| goal.key_results.is_empty())
        else {
            return self.intake.leave(line, format!("{} is no part of a goal", quoted(words)));
        };
        let before = goal.fields.get(&Field::Why).and_then(Value::as_str).map(|text| format!("{text}\n"));
        let text = before.unwrap_or_default() + &plain(words);
        goal.fields.insert(Field::Why, text.into());
        self.intake.map("words under an objective", "why");
    }
}

fn heading(line: &str) -> Option<(usize, String)> {
    let level = line.chars().take_while(|c| *c == '#').count();
    let rest = line.get(level..).filter(|rest| (1..=6).contains(&level) && rest.starts_with([' ', '\t']))?;
    let words = plain(rest.trim().trim_end_matches('#'));
    (!words.is_empty()).then_some((level, words))
}

/// Reads an item of a list: whether its box is ticked, and its words.
fn item(line: &str) -> Option<(Option<bool>, String)> {
    let number = line.find(|c: char| !c.is_ascii_digit()).filter(|&at| at > 0);
    let rest = match number {
        Some(at) => line[at..].strip_prefix(['.', ')'])?,
        None => line.strip_prefix(['-', '*', '+'])?,
    };
    let rest = rest.strip_prefix([' ', '\t'])?.trim();
    let (done, words) = match rest.get(..3) {
        Some("[ ]") => (Some(false), &rest[3..]),
        Some("[x]" | "[X]") => (Some(true), &rest[3..]),
        _ => (None, rest),
    };
    Some((done, plain(words)))
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && ["---", "***", "___"].iter().any(|mark| line.starts_with(mark))
        && !line.contains(char::is_alphanumeric)
}

/// Says that a cell stands for nothing.
fn is_nothing(cell: &str) -> bool {
    ["-", "–", "—", "n/a", "N/A"].contains(&cell)
}

/// Cuts a row of a table at its bars, escaped ones left in.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|');
    let row = row.strip_suffix('|').unwrap_or(row).replace("\\|", "\u{1}");
    let cell = |cell: &str| plain(&cell.replace('\u{1}', "|"));
    row.split('|').map(cell).map(|cell| if is_nothing(&cell) { String::new() } else { cell }).collect()
}

/// Takes marks of emphasis, code and links off, and escapes.
fn plain(text: &str) -> String {
    let mut text = text.replace("**", "").replace("__", "").replace('`', "");
    while let Some((start, middle, end)) = link(&text) {
        text = format!("{}{}{}", &text[..start], &text[start + 1..middle], &text[end..]);
    }
    let mut bare = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' || !chars.peek().is_some_and(char::is_ascii_punctuation) {
            bare.push(c);
        }
    }
    line_of(&bare)
}

/// Finds `[words](target)`: where it starts, where the words end, where it ends.
fn link(text: &str) -> Option<(usize, usize, usize)> {
    let middle = text.find("](")?;
    let start = text[..middle].rfind('[')?;
    let end = middle + text[middle..].find(')')? + 1;
    Some((start, middle, end))
}

fn is_objective(words: &str) -> bool {
    without_label(words, "objective") != words
}

/// Takes `Objective 1:`, `O1 –`, `KR 2.` and the like off.
fn without_label(words: &str, label: &str) -> String {
    let short = if label == "objective" { "o" } else { "kr" };
    let small = words.to_lowercase();
    for (name, needs_number) in [(label, false), (short, true)] {
        let Some(rest) = small.strip_prefix(name) else { continue };
        let digits = rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').count();
        let skipped = rest.len() - rest.trim_start().len() + digits;
        let after = rest[skipped..].trim_start();
        let ended = rest[..skipped].trim_end().ends_with('.') || after.starts_with([':', '-', '–', '—', ')']);
        // Lower case may have other lengths than what was written; then nothing is taken off.
        if ended && (digits > 0 || !needs_number) && small.len() == words.len() {
            let bare = words[words.len() - after.len()..].trim_start_matches([':', '-', '–', '—', ')', ' ']);
            if !bare.is_empty() {
                return bare.to_owned();
            }
        }
    }
    words.to_owned()
}

/// Takes a handle at the end of a line, in brackets or bare, as who answers for it.
fn owner(words: &str) -> (String, Option<String>) {
    let bare = words.trim_end_matches(')');
    let Some((before, handle)) = bare.rsplit_once('@') else { return (words.to_owned(), None) };
    let is_handle = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    if handle.is_empty() || !handle.chars().all(is_handle) || before.ends_with(|c: char| c.is_alphanumeric()) {
        return (words.to_owned(), None);
    }
    let before = before.trim_end_matches(['(', ' ', '-', '–', '—', ':']);
    if before.is_empty() { (words.to_owned(), None) } else { (before.to_owned(), Some(format!("@{handle}"))) }
}

/// Finds a year and what is named of it, or the year alone, in a heading that says little else.
fn cycle_in(words: &str) -> Option<String> {
    const AROUND: &[&str] =
        &["okr", "okrs", "goals", "objectives", "our", "for", "the", "quarter", "fy", "team", "company"];
    let tokens: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(str::to_uppercase)
        .filter(|token| !AROUND.contains(&token.to_lowercase().as_str()))
        .collect();
    let joined = tokens.join("-");
    let year = |token: &str| token.len() == 4 && token.starts_with("20") && token.bytes().all(|b| b.is_ascii_digit());
    let part = |token: &str| {
        let number = token.get(1..).unwrap_or_default();
        token.starts_with(['Q', 'H', 'T', 'W']) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    };
    match tokens.as_slice() {
        [one] if year(one) || (part(one) && one.len() == 2) => Some(joined),
        [one, two] if year(one) && part(two) => Some(joined),
        [one, two] if part(one) && year(two) => Some(format!("{two}-{one}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_owners_and_cycles() {
        for (words, bare) in [
            ("Objective 1: Pages feel instant", "Pages feel instant"),
            ("Objective: Pages", "Pages"),
            ("O2 – Pages", "Pages"),
            ("Objectives matter", "Objectives matter"),
            ("Own the market", "Own the market"),
        ] {
            assert_eq!(without_label(words, "objective"), bare, "{words}");
        }
        assert_eq!(without_label("KR1: P99 falls", "key result"), "P99 falls");
        assert_eq!(without_label("Kraków grows", "key result"), "Kraków grows");
        assert_eq!(owner("P99 falls (@ana)"), ("P99 falls".into(), Some("@ana".into())));
        assert_eq!(owner("Mail to a@b.example"), ("Mail to a@b.example".into(), None));
        for (words, cycle) in [
            ("OKRs Q4 2026", Some("2026-Q4")),
            ("2026-H2", Some("2026-H2")),
            ("Q3", Some("Q3")),
            ("2026", Some("2026")),
            ("Pages feel instant by Q4 2026", None),
            ("Payments", None),
        ] {
            assert_eq!(cycle_in(words).as_deref(), cycle, "{words}");
        }
    }

    #[test]
    fn the_heading_above_is_a_team_unless_it_is_a_goal() {
        let goals = "# Objective: Trust\n- NPS 20 to 40\n## Objective: Speed\n- P99 420 to 294\n# Payments\n## Growth\n- Sales 1 to 2\n";
        let teams: Vec<_> = read(goals, &[]).expect("Markdown").goals.into_iter().map(|goal| goal.team).collect();
        assert_eq!(teams, [None, None, Some("Payments".to_owned())]);
    }

    #[test]
    fn marks_are_taken_off() {
        assert_eq!(
            plain(r"**P99** of [the shop](https://x.example) falls to 5\% `now`"),
            "P99 of the shop falls to 5% now"
        );
        assert_eq!(cells(r"| a \| b | – | c |"), ["a | b", "", "c"]);
    }
}
