//! Owns how what an import has understood becomes objective files: names, cycles, and which file holds what.
//! Never trusts a name of the input: paths are made of slugs.

use super::intake::{Goal, Intake, Left, Measured, quoted};
use crate::okr::{Calendar, Field, Fields, Form, Name, is_slug};
use crate::syntax::value::slug;
use crate::syntax::{FreshObjective, OF_KEY_RESULT, OF_OBJECTIVE};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Longest id that is made of a title; more is cut at a word.
const LONGEST_ID: usize = 48;

/// What the user and the repository say about an import.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// How cycles are read.
    pub calendar: Calendar,
    /// The day of the import.
    pub today: Date,
    /// Cycle of what names none.
    pub cycle: Option<String>,
    /// The file that everything goes into.
    pub team: Option<String>,
    /// Who answers for objectives that name nobody.
    pub owner: Option<String>,
    /// The name of the input, which a file is named after where nothing else is known.
    pub source: String,
    /// The folder that holds the cycles' folders.
    pub folder: String,
    /// Full names of the objectives that are there.
    pub taken: BTreeSet<Name>,
}

/// Objective files to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settled {
    /// By path from the root.
    pub files: BTreeMap<String, Vec<FreshObjective>>,
    /// What of the input is called what.
    pub mapped: Vec<(String, String)>,
    /// What of the input is in no file.
    pub left: Vec<Left>,
    /// Names of our own form that are there already.
    pub clashes: Vec<Name>,
    /// Where each goal stands in the input, by full name.
    pub lines: BTreeMap<String, usize>,
}

/// Names everything, finds the cycles, and puts each objective into its file.
pub fn settle(intake: Intake, wanted: &Wanted) -> Settled {
    let is_own = intake.form.starts_with("git-okr");
    let mut settling = Settling {
        wanted,
        taken: wanted.taken.clone(),
        titles: HashMap::new(),
        settled: Settled { mapped: intake.mapped, left: intake.left, ..Settled::default() },
    };
    let mut placed: Vec<(String, FreshObjective)> = Vec::new();
    for goal in intake.goals {
        let line = goal.line;
        let path_and_goal = settling.goal(goal, is_own);
        let name = Name::objective(&path_and_goal.1.cycle, &path_and_goal.1.id).to_string();
        settling.settled.lines.insert(name, line);
        placed.push(path_and_goal);
    }
    for (path, mut objective) in placed {
        settling.references(&mut objective);
        settling.settled.files.entry(path).or_default().push(objective);
    }
    settling.settled.left.sort();
    settling.settled
}

struct Settling<'a> {
    wanted: &'a Wanted,
    taken: BTreeSet<Name>,
    /// What other tools call an objective, by its words or id, and its full name here.
    titles: HashMap<String, String>,
    settled: Settled,
}

impl Settling<'_> {
    fn leave(&mut self, line: usize, message: String) {
        self.settled.left.push(Left { line, message });
    }

    fn map(&mut self, theirs: String, ours: String) {
        if theirs != ours && !self.settled.mapped.contains(&(theirs.clone(), ours.clone())) {
            self.settled.mapped.push((theirs, ours));
        }
    }

    fn goal(&mut self, mut goal: Goal, is_own: bool) -> (String, FreshObjective) {
        let line = goal.line;
        let cycle = self.cycle(&mut goal);
        self.keep_known(&mut goal.fields, OF_OBJECTIVE, "an objective", line);
        if !goal.fields.contains_key(&Field::Owners)
            && let Some(owner) = &self.wanted.owner
        {
            goal.fields.insert(Field::Owners, vec![owner.as_str()].into());
        }
        if !goal.fields.contains_key(&Field::Title) {
            let words = goal.id.clone().unwrap_or_else(|| format!("Objective of line {line}"));
            self.leave(line, "this objective has no words of its own".into());
            goal.fields.insert(Field::Title, words.into());
        }
        let title = goal.fields.get(&Field::Title).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = match goal.id.as_deref().filter(|_| is_own) {
            Some(id) => {
                let name = Name::objective(&cycle, id);
                if !self.taken.insert(name.clone()) {
                    self.settled.clashes.push(name);
                }
                id.to_owned()
            }
            None => {
                let made = self.id(goal.id.as_deref(), &title, "objective");
                let id = unique(&made, |id| !self.taken.contains(&Name::objective(&cycle, id)));
                self.taken.insert(Name::objective(&cycle, &id));
                id
            }
        };
        let full = Name::objective(&cycle, &id).to_string();
        self.titles.entry(title.clone()).or_insert_with(|| full.clone());
        if let Some(theirs) = goal.id.as_deref().filter(|_| !is_own) {
            self.titles.entry(theirs.to_owned()).or_insert_with(|| full.clone());
            self.map(format!("the objective {}", quoted(theirs)), full.clone());
        }
        let team = self.team(&goal);
        let mut taken = BTreeSet::new();
        let key_results = goal.key_results.into_iter().map(|one| self.key_result(one, &full, is_own, &mut taken));
        let key_results = key_results.collect();
        let objective = FreshObjective {
            cycle: cycle.clone(),
            id,
            fields: goal.fields,
            key_results,
            initiatives: goal.initiatives,
        };
        (format!("{}/{}/{team}.toml", self.wanted.folder, folder_of(&cycle)), objective)
    }

    fn key_result(
        &mut self,
        mut one: Measured,
        objective: &str,
        is_own: bool,
        taken: &mut BTreeSet<String>,
    ) -> (String, Fields) {
        let line = one.line;
        // A value of its own makes a bound or metric only with where it is to go.
        self.keep_known(&mut one.fields, OF_KEY_RESULT, "a key result", line);
        if !one.fields.contains_key(&Field::Title) {
            let words = one.id.clone().unwrap_or_else(|| format!("Key result of line {line}"));
            self.leave(line, "this key result has no words of its own".into());
            one.fields.insert(Field::Title, words.into());
        }
        if let (Some(first), Some(Value::Number(_))) = (&one.first, one.fields.get(&Field::Target))
            && !one.fields.contains_key(&Field::Baseline)
        {
            self.map("the first check-in".into(), "baseline, where none is written".into());
            one.fields.insert(Field::Baseline, first.clone());
        }
        let title = one.fields.get(&Field::Title).and_then(Value::as_str).unwrap_or_default();
        let id = match one.id.as_deref().filter(|_| is_own) {
            Some(id) => id.to_owned(),
            None => unique(&self.id(one.id.as_deref(), title, "key-result"), |id| !taken.contains(id)),
        };
        taken.insert(id.clone());
        if let Some(theirs) = one.id.as_deref().filter(|theirs| *theirs != id) {
            self.map(format!("the key result {}", quoted(theirs)), format!("{objective}/{id}"));
        }
        self.settled.lines.insert(format!("{objective}/{id}"), line);
        (id, one.fields)
    }

    /// Makes a slug of an id, else of words.
    fn id(&self, theirs: Option<&str>, words: &str, otherwise: &str) -> String {
        let of_id = theirs.map(|id| if is_slug(id) { id.to_owned() } else { slug(id) });
        // A number, or a word for what it is with one, names nothing to anybody.
        const NAMELESS: &[&str] =
            &["", "o", "obj", "objective", "kr", "keyresult", "goal", "g", "r", "result", "row", "id"];
        let letters = |id: &str| id.chars().filter(char::is_ascii_lowercase).collect::<String>();
        let named = of_id.filter(|id| !NAMELESS.contains(&letters(id).as_str()));
        let made = named.unwrap_or_else(|| {
            let whole = slug(words);
            match whole.get(..LONGEST_ID + 1) {
                Some(start) => start.rsplit_once('-').map_or(&start[..LONGEST_ID], |(words, _)| words).to_owned(),
                None => whole,
            }
        });
        if made.is_empty() { otherwise.to_owned() } else { made }
    }

    /// Takes out what has no place in a table, and says so.
    fn keep_known(&mut self, fields: &mut Fields, known: &[Field], what: &str, line: usize) {
        let other: Vec<Field> =
            fields.keys().copied().filter(|field| !known.contains(field) && *field != Field::MilestoneDone).collect();
        for field in other {
            if let Some(value) = fields.remove(&field) {
                let said = quoted(&super::given::text(&value));
                self.leave(line, format!("`{}` {said} has no place in {what}", field.name()));
            }
        }
    }

    /// Finds the cycle: as written, else what days say, else what was asked for, else the running quarter. A last day that is
    /// the cycle's own says nothing more.
    fn cycle(&mut self, goal: &mut Goal) -> String {
        let calendar = &self.wanted.calendar;
        let mut found = None;
        if let Some(written) = goal.cycle.take() {
            let year = calendar.current_year(self.wanted.today).unwrap_or_default();
            let known = calendar.cycle(&written).map(|cycle| cycle.id);
            // `Q4` alone is that of this year.
            let is_part = written.starts_with(|c: char| c.is_ascii_alphabetic())
                && written.ends_with(|c: char| c.is_ascii_digit());
            let of_year = || calendar.suggest(&format!("{year} {written}")).filter(|_| is_part);
            let meant = known.or_else(|| calendar.suggest(&written)).or_else(of_year);
            match meant {
                Some(cycle) => {
                    if written != cycle {
                        self.map(format!("the cycle {}", quoted(&written)), cycle.clone());
                    }
                    found = Some(cycle);
                }
                None => self.leave(goal.line, format!("the cycle {} is none that is known", quoted(&written))),
            }
        }
        let day = |fields: &Fields, field: Field| fields.get(&field)?.as_str()?.parse::<Date>().ok();
        let all = || std::iter::once(&goal.fields).chain(goal.key_results.iter().map(|one| &one.fields));
        let last = all().filter_map(|fields| day(fields, Field::Due)).max();
        let first = all().filter_map(|fields| day(fields, Field::Start)).min().or(last);
        let by_days = first.zip(last).filter(|_| self.wanted.cycle.is_none()).and_then(|(first, last)| {
            [Form::Quarter, Form::Half, Form::Year].into_iter().find_map(|form| {
                let cycle = calendar.cycle(&calendar.current(form, last)?)?;
                cycle.contains(first).then_some(cycle.id)
            })
        });
        if found.is_none()
            && let Some(cycle) = by_days
        {
            self.map("first and last day".into(), format!("cycle {cycle}"));
            found = Some(cycle);
        }
        let cycle = found.or_else(|| self.wanted.cycle.clone()).unwrap_or_else(|| {
            let quarter = calendar.current_quarter(self.wanted.today).unwrap_or_default();
            self.map("no cycle".into(), format!("{quarter}, the running quarter; `--cycle` says another"));
            quarter
        });
        if let Some(days) = self.wanted.calendar.cycle(&cycle) {
            let is_own = |field: Field, value: &Value| {
                let day = value.as_str().and_then(|text| text.parse::<Date>().ok());
                (field == Field::Due && day == Some(days.end)) || (field == Field::Start && day == Some(days.start))
            };
            goal.fields.retain(|field, value| !is_own(*field, value));
            goal.key_results.iter_mut().for_each(|one| one.fields.retain(|field, value| !is_own(*field, value)));
        }
        cycle
    }

    /// Names the file: as asked for, else by the team, else by who answers for it, else by the input.
    fn team(&self, goal: &Goal) -> String {
        let owner = goal.fields.get(&Field::Owners).and_then(|owners| owners.get(0)).and_then(Value::as_str);
        let owner = owner.map(|owner| {
            let last = owner.rsplit('/').next().unwrap_or_default();
            last.trim_start_matches('@').split('@').next().unwrap_or_default()
        });
        let source = super::csv::stem(&self.wanted.source);
        let source = source.split('.').next().unwrap_or_default();
        let team = goal.team.as_deref().map(|team| team.rsplit('/').next().unwrap_or_default());
        let named = [self.wanted.team.as_deref(), team, owner, Some(source)];
        named.into_iter().flatten().map(slug).find(|team| !team.is_empty()).unwrap_or_else(|| "team".to_owned())
    }

    /// Turns the words that other tools refer to an objective by into its name.
    fn references(&self, objective: &mut FreshObjective) {
        if let Some(parent) = objective.fields.get_mut(&Field::Parent)
            && let Some(name) = parent.as_str().and_then(|words| self.titles.get(words))
        {
            *parent = name.as_str().into();
        }
    }
}

fn unique(made: &str, is_free: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{made}-{number}"));
    std::iter::once(made.to_owned()).chain(numbered).find(|id| is_free(id)).expect("numbers do not end")
}

/// Gives the folder of a cycle: its id, where that is a plain name.
fn folder_of(cycle: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !cycle.is_empty() && cycle.chars().all(is_plain) {
        return cycle.to_owned();
    }
    let slug = slug(cycle);
    if slug.is_empty() { "cycle".to_owned() } else { slug }
}
