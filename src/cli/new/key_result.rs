//! Owns what makes a new key result. Never writes one.

use super::super::planned::{Planned, path_of};
use super::super::view::View;
use super::super::{Failure, Outcome, Session, Usage, asking};
use super::objective::Promise;
use crate::okr::{Cycle, Name};
use crate::report;
use crate::syntax::writing::{Address, Literal, Piece};
use jiff::civil::Date;
use toml::{Table, Value};

#[derive(Debug, clap::Args)]
pub struct KeyResult {
    /// Its objective: the name or the end of it
    #[arg(long, value_name = "NAME")]
    objective: Option<String>,
    /// What is measured, in words
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Its name within the objective [default: made of the title]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Who answers for it [default: whoever answers for the objective]
    #[arg(long, value_name = "HANDLE")]
    owner: Option<String>,
    /// How it is measured: population, window
    #[arg(long, value_name = "TEXT")]
    definition: Option<String>,
    /// Where the data is: a URL
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// Unit of all its numbers
    #[arg(long)]
    unit: Option<String>,
    /// Metric: where it starts [default: the first check-in]
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true, help_heading = "Kind")]
    baseline: Option<f64>,
    /// Metric: where it is to go
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true, help_heading = "Kind")]
    target: Option<f64>,
    /// Metric: where it is to go, relative to the baseline: -50%, +25%, '+25 pp', 3x
    #[arg(long, allow_hyphen_values = true, help_heading = "Kind")]
    change: Option<String>,
    /// Bound: the lowest good value
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true, help_heading = "Kind")]
    at_least: Option<f64>,
    /// Bound: the highest good value
    #[arg(long, value_name = "NUMBER", value_parser = number, allow_negative_numbers = true, help_heading = "Kind")]
    at_most: Option<f64>,
    /// Milestones: one thing to reach; give it once for each
    #[arg(long, value_name = "TITLE", help_heading = "Kind")]
    milestone: Vec<String>,
    /// Binary: it is reached or not
    #[arg(long, help_heading = "Kind")]
    binary: bool,
    /// It is watched beside the objective and never averaged into it
    #[arg(long)]
    guardrail: bool,
    /// A key result that it guards; give it once for each
    #[arg(long, value_name = "NAME")]
    guards: Vec<String>,
    /// Your belief that the goal is reached by due, 0 to 1
    #[arg(long, value_name = "0–1", value_parser = number)]
    confidence: Option<f64>,
    /// What is promised, where it is not what the objective promises
    #[arg(long)]
    commitment: Option<Promise>,
    /// Its last day [default: the cycle's]
    #[arg(long, value_name = "DATE")]
    due: Option<Date>,
    /// Its values are kept from every output
    #[arg(long)]
    sensitive: bool,
    /// Write nothing; show the change
    #[arg(long)]
    dry_run: bool,
}

/// What is measured, as it goes into the file.
type Fields = Vec<(&'static str, Value)>;

impl KeyResult {
    pub(super) fn run(&self, view: &View, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let mut planned = Planned::new(view, session)?;
        let asks = self.title.is_none() && session.has_someone();
        let home = self.home(view, session)?;
        let title = super::title(self.title.as_deref(), "What is measured, in words", session)?;
        let id = super::id(self.id.as_deref(), &title, asks, session)?;
        let name = home.key_result(&id);
        super::refuse_taken(&view.tree, &name)?;
        let mut measure = self.measure()?;
        if measure.is_empty() {
            if !session.has_someone() {
                let help = "give --target or --change, --at-least or --at-most, --milestone, or --binary";
                return Err(Usage::new("nothing says when it is reached", help).into());
            }
            measure = asked(session)?;
        }
        let mut unit = self.unit.clone();
        let has_unit = measure.iter().any(|(key, _)| !matches!(*key, "done" | "milestone"));
        if asks && unit.is_none() && has_unit {
            let typed = asking::text(session, "Unit (enter leaves it out)", Some(""))?.ok_or(asking::Ended)?;
            unit = Some(typed).filter(|unit| !unit.is_empty());
        }
        let mut table = Table::new();
        let mut put = |key: &str, value: Option<Value>| table.extend(value.map(|value| (key.to_owned(), value)));
        put("id", Some(id.into()));
        put("title", Some(title.into()));
        let texts = [
            ("owner", "--owner", &self.owner),
            ("definition", "--definition", &self.definition),
            ("source", "--source", &self.source),
        ];
        for (key, flag, text) in texts {
            text.as_ref().map_or(Ok(()), |text| super::plain(flag, text))?;
            put(key, text.clone().map(Value::from));
        }
        unit.as_ref().map_or(Ok(()), |unit| super::plain("--unit", unit))?;
        // The unit stands behind the figures that it belongs to, before the one that check-ins move.
        let (current, figures): (Vec<_>, Vec<_>) = measure.into_iter().partition(|(key, _)| *key == "current");
        figures.into_iter().for_each(|(key, value)| put(key, Some(value)));
        put("unit", unit.map(Value::from));
        current.into_iter().for_each(|(key, value)| put(key, Some(value)));
        put("role", self.guardrail.then(|| "guardrail".into()));
        put("guards", (!self.guards.is_empty()).then(|| self.guards.clone().into()));
        put("confidence", self.confidence.map(value));
        put("commitment", self.commitment.map(Promise::word));
        put("due", self.due.map(|due| due.to_string().parse().map(Value::Datetime).expect("a day is a day")));
        put("sensitive", self.sensitive.then_some(true.into()));
        let (path, mut draft, address) = planned.found(&home)?;
        let Address::Objective(of) = address else { unreachable!("an objective stands at the address of one") };
        let address = draft.add_key_result(of, Piece::of(table))?;
        super::write(planned, view, (&path, draft, address), (&name, self.dry_run), session)?;
        Ok(Outcome::Fine)
    }

    /// Finds its objective; where none is named, asks which, or takes the only one of the cycles that run.
    fn home(&self, view: &View, session: &mut Session<'_>) -> Result<Name, Failure> {
        if let Some(typed) = &self.objective {
            let name = report::named(&view.tree, None, typed, view.today)?;
            return match &name.key_result {
                None if path_of(&view.tree, &name).is_some() => Ok(name),
                _ => Err(Usage::new(
                    format!("{name} is a key result"),
                    format!("name its objective: --objective {}", name.objective),
                )
                .into()),
            };
        }
        let runs =
            |name: &Name| view.tree.config.calendar.cycle(&name.cycle).is_some_and(|c: Cycle| c.end >= view.today);
        let names: Vec<Name> = view.tree.objectives().filter_map(|located| located.name()).filter(runs).collect();
        match names.as_slice() {
            [] => {
                let help = "write one first: `git okr new objective`, or name one with --objective";
                Err(Usage::new("no objective of a cycle that runs or comes is there", help).into())
            }
            [name] => Ok(name.clone()),
            names if session.has_someone() => {
                let shown: Vec<String> = names.iter().map(Name::to_string).collect();
                let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
                let at = asking::choice(session, "Which objective", &shown, None)?.ok_or(asking::Ended)?;
                Ok(names[at].clone())
            }
            _ => Err(super::missing("--objective", "which objective it belongs to is needed")),
        }
    }

    /// Gives what is measured by the arguments; nothing where none says it.
    fn measure(&self) -> Result<Fields, Failure> {
        let number = |key, number: Option<f64>| number.map(|number| (key, value(number)));
        let milestones = |titles: &[String]| -> Value {
            let one = |title: &String| {
                Value::Table(Table::from_iter([("title".into(), title.clone().into()), ("done".into(), false.into())]))
            };
            Value::Array(titles.iter().map(one).collect())
        };
        let change = self.change.clone().map(|change| ("change", Value::from(change)));
        let goal: Fields = [number("target", self.target), change].into_iter().flatten().collect();
        let bounds: Fields =
            [number("at_least", self.at_least), number("at_most", self.at_most)].into_iter().flatten().collect();
        let mut kinds: Vec<(&str, Fields)> = Vec::new();
        if !goal.is_empty() || self.baseline.is_some() {
            let flag = if self.target.is_some() {
                "--target"
            } else if self.change.is_some() {
                "--change"
            } else {
                "--baseline"
            };
            kinds.push((flag, number("baseline", self.baseline).into_iter().chain(goal.clone()).collect()));
        }
        if let Some((key, _)) = bounds.first() {
            kinds.push((if *key == "at_least" { "--at-least" } else { "--at-most" }, bounds.clone()));
        }
        if !self.milestone.is_empty() {
            self.milestone.iter().try_for_each(|title| super::plain("--milestone", title))?;
            kinds.push(("--milestone", vec![("milestone", milestones(&self.milestone))]));
        }
        if self.binary {
            kinds.push(("--binary", vec![("done", false.into())]));
        }
        match kinds.as_slice() {
            [(one, _), (other, _), ..] => {
                Err(Usage::new(format!("{one} and {other} make key results of two kinds"), "keep one of them").into())
            }
            [("--baseline", _)] => Err(super::missing("--target or --change", "nothing says where it is to go")),
            _ if goal.len() > 1 => {
                Err(Usage::new("--target and --change both say where it is to go", "keep one of them").into())
            }
            _ => Ok(kinds.pop().map(|(_, fields)| fields).unwrap_or_default()),
        }
    }
}

/// Asks how it is measured.
fn asked(session: &mut Session<'_>) -> Result<Fields, Failure> {
    let options = [
        "metric  a number that moves from a baseline to a target",
        "bound  a number that stays within limits",
        "milestones  things to reach, one after the other",
        "binary  reached or not",
    ];
    let at = asking::choice(session, "How is it measured", &options, Some(0))?.ok_or(asking::Ended)?;
    let mut fields = Fields::new();
    let mut ask = |question: &str, key: &'static str, needed: bool, fields: &mut Fields| -> Result<(), Failure> {
        let read = |answer: &str| match answer {
            "" if !needed => Ok(None),
            answer => number(answer).map(Some),
        };
        let answer = asking::ask(session, question, (!needed).then_some(""), read)?.ok_or(asking::Ended)?;
        fields.extend(answer.map(|number| (key, value(number))));
        Ok(())
    };
    match at {
        0 => {
            ask("Baseline, where it starts (enter: the first check-in says)", "baseline", false, &mut fields)?;
            ask("Target, where it is to go", "target", true, &mut fields)?;
        }
        1 => {
            ask("The lowest good value (enter: none)", "at_least", false, &mut fields)?;
            let needed = fields.is_empty();
            let question = if needed { "The highest good value" } else { "The highest good value (enter: none)" };
            ask(question, "at_most", needed, &mut fields)?;
        }
        2 => {
            let mut all = Vec::new();
            loop {
                let question = if all.is_empty() { "A thing to reach" } else { "Another one (enter: that is all)" };
                let title = asking::text(session, question, (!all.is_empty()).then_some(""))?.ok_or(asking::Ended)?;
                if title.is_empty() {
                    break;
                }
                all.push(Value::Table(Table::from_iter([
                    ("title".into(), title.into()),
                    ("done".into(), false.into()),
                ])));
            }
            fields.push(("milestone", Value::Array(all)));
        }
        _ => fields.push(("done", false.into())),
    }
    Ok(fields)
}

/// Reads a number, or says in plain words how one is written.
fn number(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("`{text}` is no number; write it as 12 or 3.5")),
    }
}

/// Writes a whole number without a point.
fn value(number: f64) -> Value {
    Literal::number(number).value().clone()
}
