//! `git okr close`: the end of a cycle: final scores, what it taught, its report, and what goes on.

mod answers;
mod carry;
mod scores;

use super::arguments::{At, Chosen, Global};
use super::new::objective::refuse_unknown_cycle;
use super::planned::{self, Planned};
use super::view::{Evidence, View};
use super::written::{self, Asked};
use super::{Failure, Outcome, Session, Usage, asked, init};
use crate::okr::{Cycle, Name};
use crate::report::document::{self, Stamp};
use crate::report::{self, Cycles, Selection};
use crate::rules::{Context, Group, Subject};
use crate::source::Tree;
use crate::syntax::writing::Literal;
use answers::{Answer, Given};
use scores::End;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The template of the report, built in.
const TEMPLATE: &str = "retro";

/// Close a cycle: final scores, what it taught, its report
///
/// Gives each key result that counts the score that its figures give, in hundredths; a score that its owner wrote stays.
/// Where a score is low or a promise was not kept it asks what that taught, in front of a terminal; elsewhere it lists what
/// is missing, and exits with 1. Then it writes the report of the cycle by the template `retro` into
/// okrs/CYCLE/retro.md, in the first folder of `paths`. A second run changes nothing.
///
/// With --next, what is chosen goes on in the next cycle under its old name: from where it ended, towards the same goal,
/// without check-ins, scores and days of the old cycle.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr close 2026-Q3 --dry-run\n  git okr close 2026-Q3 --learned p99-latency='Pools were too small' --next-time p99-latency='Measure first'\n  git okr close 2026-Q3 --from lessons.toml\n  git okr close 2026-Q3 --next 2026-Q4 --carry p99-latency,eu-launch\n\nA file for --from:\n  [\"reliable-checkout/p99-latency\"]\n  learned = \"Pools were too small\"\n  next_time = \"Measure first\""
)]
pub struct Close {
    /// The cycle to close
    cycle: String,
    /// Close it although it still runs: the values of today are its last ones
    #[arg(long)]
    early: bool,
    /// Compute every score anew, also in place of those that somebody wrote
    #[arg(long)]
    rescore: bool,
    #[command(flatten)]
    given: Given,
    /// Carry over what is chosen into this cycle
    #[arg(long, value_name = "CYCLE")]
    next: Option<String>,
    /// What goes on: names of objectives and key results, `all` that is not reached, or `none` [default: asks]
    #[arg(long, value_name = "NAME,…", requires = "next")]
    carry: Option<String>,
    /// Write the report into this file instead
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write nothing; show the change
    #[arg(long)]
    dry_run: bool,
}

impl Close {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let view = View::with_git(global, &At::default(), session)?;
        let mut planned = Planned::new(&view, session)?;
        let cycle = self.closing(&view)?;
        let next = self.next.as_deref().map(|id| following(&view, &cycle, id)).transpose()?;
        if next.is_some() && self.carry.is_none() && !session.has_someone() {
            let help = "say it with --carry: names with commas between them, `all` that is not reached, or `none`";
            return Err(Usage::new(
                format!("what goes on in {} is needed", next.map_or_else(String::new, |n| n.id)),
                help,
            )
            .into());
        }
        let subject = (&view.tree, cycle.id.as_str(), view.today);
        let mut answers = self.given.answers(subject, global, session)?;
        let Evidence { history, agreed, .. } = view.evidence(&[], session)?;
        if !history.complete {
            view.warn_of_gaps(&history, session)?;
            let help = history.degraded.first().map_or("run `git fetch --unshallow`", |gap| gap.help.as_str());
            return Err(Usage::new("history is not all there, so scores computed from it may be wrong", help).into());
        }
        let subject = Subject { agreed: &agreed, ..Subject::new(&view.tree, Some(&history), view.today) };
        let context = Context::new(&subject, &view.tree.config);

        let mut ends = scores::ends(&context, &cycle, &answers, self.rescore);
        if session.has_someone() && !self.dry_run {
            for end in &ends {
                let Some(why) = &end.unexplained else { continue };
                let answer = answers::asked(&end.name, why, session)?;
                let known = answers.entry(end.name.clone()).or_default();
                (known.learned, known.next_time) = (answer.learned, answer.next_time);
            }
            ends = scores::ends(&context, &cycle, &answers, self.rescore);
        }
        fill(&mut planned, &ends, &answers)?;
        let mut carried = None;
        if let Some(next) = &next {
            let chosen = carry::chosen(&context, &cycle, self.carry.as_deref(), &view, session)?;
            carried = Some(carry::carry(&mut planned, &view, &context, (&cycle, next), &chosen)?);
        }
        let after = planned.tree()?;
        let mut brought = planned::brought(&view, &after, None);
        planned::refuse_broken(&after, &brought)?;
        self.write_report(&mut planned, &after, &cycle, global, session)?;

        session.print(&told(&cycle, &ends))?;
        let changed: Vec<String> = planned.changed().into_iter().map(str::to_owned).collect();
        if planned.ended(&after, self.dry_run, session)? {
            for path in &changed {
                session.print(&format!("wrote {path}\n"))?;
            }
            if changed.is_empty() {
                session.remark("nothing has changed since it was closed")?;
            }
        }
        if let Some(carried) = &carried {
            for name in &carried.names {
                let from = Name { cycle: cycle.id.clone(), ..name.clone() };
                session.print(&format!("{name} continues {from}\n"))?;
            }
            for name in &carried.titled {
                session.remark(&format!("{name}: its title may still tell of the old start"))?;
            }
        }
        // What the end still asks for is told below, in the order of the goals.
        brought.retain(|finding| finding.group != Group::Closing.name());
        planned::tell(&after, &brought, session)?;
        self.missing(&ends, session)
    }

    /// Finds the cycle, and refuses one that still runs.
    fn closing(&self, view: &View) -> Result<Cycle, Failure> {
        refuse_unknown_cycle(view, &self.cycle)?;
        let selection = Selection { cycles: Cycles::One(self.cycle.clone()), ..Selection::default() };
        let mut shown = report::shown(&view.tree, &selection, view.today)?;
        let cycle = shown.pop().ok_or_else(|| Usage::new("there is no such cycle", "name one that has objectives"))?;
        if cycle.end >= view.today && !self.early {
            let message = format!("{} runs until {}: its values may still move", cycle.id, cycle.end);
            let help = "close it then; --early takes the values of today as its last ones";
            return Err(Usage::new(message, help).into());
        }
        Ok(cycle)
    }

    /// Plans the report of the cycle. One that says the same for its own day stays as it is.
    fn write_report(
        &self,
        planned: &mut Planned<'_>,
        after: &Tree,
        cycle: &Cycle,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<(), Failure> {
        let mut closed = View::with_git(global, &At::default(), session)?;
        closed.tree = after.clone();
        let path = match &self.report {
            Some(typed) => {
                let typed = std::slice::from_ref(typed);
                let paths = asked::anywhere(typed, &session.directory(global), &closed.root)?;
                let first = paths.into_iter().next();
                first.ok_or_else(|| Usage::new("--report names a folder", "name a file, for instance retro.md"))?
            }
            None => format!("{}/{}/{TEMPLATE}.md", init::folder(&after.config), cycle.id),
        };
        let file = closed.root.join(&path);
        let before = match std::fs::read(&file) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                let message = format!("could not read {}: {error}", file.display());
                return Err(Usage::new(message, "name another file with --report").into());
            }
        };
        let chosen = Chosen { cycle: Some(cycle.id.clone()), owner: None, mine: false };
        let today = closed.today;
        let mut render = |closed: &View| -> Result<String, Failure> {
            let model = closed.modelled(&chosen, &[], session)?.report;
            written::text(closed, &Asked { name: TEMPLATE, file: PathBuf::from(TEMPLATE) }, &model)
        };
        if let Some(bytes) = &before {
            let text = String::from_utf8_lossy(bytes);
            let recorded = document::recorded(&text).ok().filter(|recorded| {
                recorded.stamp.template == TEMPLATE && recorded.stamp.cycle.as_ref() == Some(&cycle.id)
            });
            let Some(recorded) = recorded else {
                let message = format!("{path} is there already and is no report of {}", cycle.id);
                return Err(Usage::new(message, "name another file with --report").into());
            };
            closed.today = recorded.stamp.day;
            if document::difference(&recorded, &render(&closed)?).is_none() {
                return Ok(());
            }
            closed.today = today;
        }
        let stamp = Stamp { day: today, template: TEMPLATE.to_owned(), cycle: Some(cycle.id.clone()), owner: None };
        let text = document::whole(&stamp, &render(&closed)?)?;
        planned.place(&path, before, text)
    }

    /// Lists what somebody still has to say, and how.
    fn missing(&self, ends: &[End], session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let unscored =
            ends.iter().filter(|end| end.score.is_none()).map(|end| (end, "has no score".to_owned(), "--score"));
        let unexplained = ends.iter().filter_map(|end| {
            let why = end.unexplained.as_ref()?;
            Some((end, format!("{why}, and nobody has said what that taught"), "--learned"))
        });
        let missing: Vec<_> = unscored.chain(unexplained).collect();
        for (end, why, _) in &missing {
            session.print(&format!("missing: {}: {why}\n", end.name))?;
        }
        let Some((end, _, flag)) = missing.first() else { return Ok(Outcome::Fine) };
        let value = if *flag == "--score" { "0.5" } else { "'…'" };
        session.remark(&format!(
            "give it with `git okr close {} {flag} {}={value}`, or all in a file with --from (see -h)",
            self.cycle,
            end.name.key_result.as_ref().unwrap_or(&end.name.objective)
        ))?;
        Ok(Outcome::Findings)
    }
}

/// Finds the cycle to carry into: one that begins later.
fn following(view: &View, cycle: &Cycle, id: &str) -> Result<Cycle, Failure> {
    refuse_unknown_cycle(view, id)?;
    let next = view.tree.config.calendar.cycle(id).filter(|next| next.start > cycle.start && next.end > cycle.end);
    next.ok_or_else(|| {
        Usage::new(format!("{id} does not come after {}", cycle.id), "name a later cycle with --next").into()
    })
}

/// Plans scores and lessons.
fn fill(planned: &mut Planned<'_>, ends: &[End], answers: &BTreeMap<Name, Answer>) -> Result<(), Failure> {
    for end in ends {
        if let Some(score) = end.score.filter(|score| Some(*score) != end.own) {
            let (path, mut draft, table) = planned.found(&end.name)?;
            draft.set(table, "score", Literal::number(score))?;
            planned.keep(&path, draft)?;
        }
    }
    for (name, answer) in answers {
        let (path, mut draft, table) = planned.found(name)?;
        for (field, text) in [("retro.learned", &answer.learned), ("retro.next_time", &answer.next_time)] {
            if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
                draft.set(table, field, text)?;
            }
        }
        if answer.score.is_some() && !ends.iter().any(|end| end.name == *name) {
            let help = "guardrails, and what was put off or dropped, have no score: leave it out";
            return Err(Usage::new(format!("{name} does not count, so it gets no score"), help).into());
        }
        planned.keep(&path, draft)?;
    }
    Ok(())
}

/// Says what each key result ended at.
fn told(cycle: &Cycle, ends: &[End]) -> String {
    let scored = ends.iter().filter(|end| end.score.is_some()).count();
    let mut text = format!("{}, until {}: {scored} of {} key results have a score\n", cycle.id, cycle.end, ends.len());
    let tail = |name: &Name| format!("{}/{}", name.objective, name.key_result.as_deref().unwrap_or_default());
    let width = ends.iter().map(|end| tail(&end.name).chars().count()).max().unwrap_or(0);
    for end in ends {
        text.push_str(&format!("  {:<width$}  {}\n", tail(&end.name), end.told()));
    }
    text
}
