//! Owns the guided check-in: whoever sits in front of a terminal is asked about each of their key results that is due, sees
//! what the answers do, and says whether they are written. Never writes before the last answer.

use super::Checkin;
use super::recording::{Prepared, open, prepare};
use crate::cli::arguments::{Chosen, Global, Shown};
use crate::cli::asking::{self, ask};
use crate::cli::view::{Modelled, View};
use crate::cli::{Failure, Outcome, Session};
use crate::okr::{self, CheckIn, Done, KeyResult, Kind, Measure, Name, Said, Status};
use crate::report::{self, KeyResultV1, LogSelection, ObjectiveV1, WorkCommitV1};
use crate::source::{self, RecordError};
use crate::text::printable;
use jiff::civil::Date;
use miette::Diagnostic;

/// Columns of a milestone's title.
const TITLE: usize = 60;

/// One key result to ask about.
struct Question {
    name: Name,
    shown: KeyResultV1,
}

/// What somebody answers, where it is not about the goal.
enum Answer<T> {
    Said(T),
    /// On to the next one, this one stays as it is.
    Skipped,
    /// That was all.
    Ended,
}

/// What is known of the goals before anything is asked.
struct Desk<'v> {
    view: &'v View,
    work: Vec<WorkCommitV1>,
    as_of: Date,
}

impl Checkin {
    /// Asks about each key result that is due and answered for by whoever asks.
    pub(super) fn guided(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let view = open(global, session)?;
        if self.commit
            && let Some(repository) = &view.repository
        {
            // Nobody answers ten questions to hear that none of it can be committed.
            repository.may_commit()?;
        }
        let mine = Chosen { mine: true, ..Chosen::default() };
        let Modelled { report, history, work, .. } = view.modelled_with(&mine, &[], true, session)?;
        view.warn_of_gaps(&history, session)?;
        let work = work.map(|work| report::list_work(&work, &view.tree, &history, &LogSelection::default()));
        let desk = Desk { view: &view, work: work.unwrap_or_default(), as_of: self.as_of.unwrap_or(view.today) };
        // A team's objective may hold what one of them answers for alone.
        let own = report::stands_behind(&view.tree, &view.identity()?);
        let is_mine = |kr: &KeyResultV1| kr.owner.as_ref().is_none_or(|owner| own.contains(&owner.to_lowercase()));
        let all: Vec<(&ObjectiveV1, &KeyResultV1)> = report
            .cycles
            .iter()
            .flat_map(|cycle| &cycle.objectives)
            .flat_map(|objective| objective.key_results.iter().map(move |kr| (objective, kr)))
            .filter(|(_, kr)| is_mine(kr))
            .collect();
        let questions: Vec<Question> = all
            .iter()
            .filter(|(objective, kr)| desk.is_due(objective, kr))
            .filter_map(|(_, kr)| Some(Question { name: Name::parse(&kr.name)?, shown: (*kr).clone() }))
            .collect();
        if questions.is_empty() {
            let of = if all.len() == 1 { "1 key result" } else { &format!("{} key results", all.len()) };
            session.remark(&format!(
                "nothing is due of {of} that you answer for; check one in all the same with `git okr checkin NAME=VALUE`"
            ))?;
            return Ok(Outcome::Fine);
        }
        // What no answer could mend is said before the first question.
        let kept: Vec<CheckIn> = questions.iter().map(|question| desk.plain(&question.name)).collect();
        source::record(&view.tree, &kept, view.today)?;
        let check_ins = desk.ask_all(&questions, session)?;
        if check_ins.is_empty() {
            session.remark("nothing to write")?;
            return Ok(Outcome::Fine);
        }
        let mut prepared = prepare(&view, &check_ins, session)?;
        let effect = report::render_recorded(prepared.model(), &session.style_of_talk());
        session.show(&format!("\n{effect}\n"))?;
        for caution in &prepared.model().cautions {
            session.warn(&format!("{}: {}", caution.name, caution.message))?;
        }
        if !self.dry_run && !self.write(&mut prepared, &view, session)? {
            return Ok(Outcome::Fine);
        }
        if self.format == Shown::Json {
            session.print(&report::json(prepared.model()))?;
        }
        session.remark(&prepared.told(self.dry_run))?;
        Ok(Outcome::Fine)
    }

    /// Writes, and commits where that is wanted, if whoever was asked says so.
    fn write(&self, prepared: &mut Prepared, view: &View, session: &mut Session<'_>) -> Result<bool, Failure> {
        if self.commit {
            prepared.may_commit(view, session)?;
        }
        let files = prepared.model().files.join(", ");
        let question = if self.commit { format!("Write {files} and commit it?") } else { format!("Write {files}?") };
        if prepared.model().files.is_empty() {
            return Ok(true);
        }
        if asking::yes(session, &question, true)? != Some(true) {
            session.remark("nothing was written")?;
            return Ok(false);
        }
        prepared.write(view)?;
        if self.commit {
            prepared.commit(view)?;
        }
        Ok(true)
    }
}

impl Desk<'_> {
    /// Tells whether there is something to ask: it is pursued, not graded, not reached for good, and a cadence has passed.
    fn is_due(&self, objective: &ObjectiveV1, kr: &KeyResultV1) -> bool {
        let is_over = matches!(kr.kind, Some(Kind::Binary | Kind::Milestones)) && kr.progress == Some(1.0);
        let cadence = self.view.tree.config.calendar.cadence_days;
        objective.status == Status::Active
            && kr.status == Status::Active
            && kr.score.is_none()
            && kr.kind.is_some()
            && !is_over
            && okr::is_due(kr.last_check_in, (kr.start, kr.due), cadence, self.as_of)
    }

    /// Asks about each, until the last or until somebody ends it.
    fn ask_all(&self, questions: &[Question], session: &mut Session<'_>) -> Result<Vec<CheckIn>, Failure> {
        let many = questions.len();
        let due =
            if many == 1 { "1 key result of yours is due." } else { &format!("{many} key results of yours are due.") };
        session.show(&format!(
            "{due} Enter keeps what stands in brackets, s skips, q ends.\nNothing is written before you say so.\n"
        ))?;
        let mut check_ins = Vec::new();
        for (at, question) in questions.iter().enumerate() {
            let Some((_, key_result, ..)) = self.view.tree.key_result(&question.name) else { continue };
            let since = report::since_last(&question.shown, &self.work);
            let (today, style) = (self.view.today, session.style_of_talk());
            let card = report::render_card(&question.shown, &since, (at + 1, many), today, &style);
            session.show(&format!("\n{card}"))?;
            match self.ask_one(&question.name, key_result, session)? {
                Answer::Said(said) => check_ins.extend(said),
                Answer::Skipped => {}
                Answer::Ended => break,
            }
        }
        Ok(check_ins)
    }

    /// Asks for value, confidence and note of one.
    fn ask_one(
        &self,
        name: &Name,
        key_result: &KeyResult,
        session: &mut Session<'_>,
    ) -> Result<Answer<Vec<CheckIn>>, Failure> {
        let values = match self.ask_value(name, key_result, session)? {
            Answer::Said(values) => values,
            Answer::Skipped => return Ok(Answer::Skipped),
            Answer::Ended => return Ok(Answer::Ended),
        };
        let last = key_result.confidence.filter(|_| !key_result.sensitive).map(|belief| belief.to_string());
        let confidence = answered(session, "  confidence, 0 to 1", last.as_deref(), |typed| {
            if typed.is_empty() || Some(typed) == last.as_deref() {
                return Ok(None);
            }
            let number = typed.parse().ok().filter(|belief: &f64| (0.0..=1.0).contains(belief));
            let number =
                number.ok_or("write a number from 0 to 1, such as 0.7: how sure you are that it is reached")?;
            Ok(Some(number))
        })?;
        let confidence = match confidence {
            Answer::Said(confidence) => confidence,
            Answer::Skipped => return Ok(Answer::Skipped),
            Answer::Ended => return Ok(Answer::Ended),
        };
        let note = answered(session, "  note", None, |typed| {
            if typed.is_empty() {
                return Ok(None);
            }
            self.fits(CheckIn { note: Some(typed.to_owned()), ..self.plain(name) })?;
            Ok(Some(typed.to_owned()))
        })?;
        let note = match note {
            Answer::Said(note) => note,
            Answer::Skipped => return Ok(Answer::Skipped),
            Answer::Ended => return Ok(Answer::Ended),
        };
        let mut values = values;
        if let Some(first) = values.first_mut() {
            (first.confidence, first.note) = (confidence, note);
        }
        Ok(Answer::Said(values))
    }

    /// Asks for the value in the way of its kind. Who keeps it has looked at it; where there is none yet there is nothing to
    /// keep.
    fn ask_value(
        &self,
        name: &Name,
        key_result: &KeyResult,
        session: &mut Session<'_>,
    ) -> Result<Answer<Vec<CheckIn>>, Failure> {
        match &key_result.measure {
            Some(Measure::Milestones(all)) => {
                let names = okr::milestones_of(all);
                let open = all.iter().zip(&names).filter(|(one, _)| one.done == Done::No);
                for (at, (one, typed)) in open.enumerate() {
                    let title = if key_result.sensitive { "" } else { &one.title };
                    let title = session.style_of_talk().cut(title, TITLE);
                    let lead = if at == 0 { "still open" } else { "" };
                    session.show(format!("  {lead:<10}  {typed}  {title}").trim_end())?;
                    session.show("\n")?;
                }
                answered(session, "  reached, names by commas, =DAY if not today", Some("none"), |typed| {
                    let named = typed.split(',').map(str::trim).filter(|one| !one.is_empty() && *one != "none");
                    let each = named.map(|one| {
                        let (milestone, said) = match one.split_once('=') {
                            Some((milestone, day)) => (milestone, read(day)?),
                            None => (one, Said::Done),
                        };
                        let (milestone, said) = (Some(milestone.trim().to_owned()), Some(said));
                        Ok(CheckIn { milestone, said, ..self.plain(name) })
                    });
                    let mut all = each.collect::<Result<Vec<_>, String>>()?;
                    if all.is_empty() {
                        all.push(self.plain(name));
                    }
                    self.fit(&all)?;
                    Ok(all)
                })
            }
            Some(Measure::Binary(_)) => answered(session, "  reached, y or the day", Some("n"), |typed| {
                let said = match typed.to_ascii_lowercase().as_str() {
                    "n" | "no" | "false" => None,
                    "y" | "yes" => Some(Said::Done),
                    other => Some(read(other)?),
                };
                let check_in = CheckIn { said, ..self.plain(name) };
                self.fits(check_in.clone())?;
                Ok(vec![check_in])
            }),
            _ => {
                let last = key_result.current.filter(|_| !key_result.sensitive);
                let last = last.map(|value| okr::quantity(value, key_result.unit.as_deref()));
                let has_one = key_result.current.is_some();
                let question = if has_one { "  value" } else { "  first value" };
                answered(session, question, last.as_deref(), |typed| {
                    let said = match typed {
                        "" if !has_one => return Err("write the number, or s to skip it".to_owned()),
                        "" => None,
                        kept if Some(kept) == last.as_deref() => None,
                        step if step.starts_with("+=") || step.starts_with("-=") => {
                            let sign = if step.starts_with('+') { 1.0 } else { -1.0 };
                            Some(Said::parse_by(&step[2..], sign).ok_or_else(|| unread(step))?)
                        }
                        other => Some(read(other)?),
                    };
                    let check_in = CheckIn { said, ..self.plain(name) };
                    self.fits(check_in.clone())?;
                    Ok(vec![check_in])
                })
            }
        }
    }

    fn plain(&self, name: &Name) -> CheckIn {
        let (name, as_of) = (name.clone(), self.as_of);
        CheckIn { name, milestone: None, said: None, confidence: None, note: None, as_of }
    }

    fn fits(&self, check_in: CheckIn) -> Result<(), String> {
        self.fit(&[check_in])
    }

    /// Says why check-ins cannot be taken as they are.
    fn fit(&self, check_ins: &[CheckIn]) -> Result<(), String> {
        source::record(&self.view.tree, check_ins, self.view.today).map(drop).map_err(|error| match error {
            // Which file it is, and what else there is to name, nobody needs who is being asked about it.
            RecordError::Refused { name, message, .. } if check_ins.iter().any(|one| one.milestone.is_some()) => {
                format!("{name} {message}")
            }
            RecordError::Refused { name, message, help, .. } => format!("{name} {message}; {help}"),
            error => format!("{error}{}", error.help().map(|help| format!("; {help}")).unwrap_or_default()),
        })
    }
}

fn read(typed: &str) -> Result<Said, String> {
    Said::parse(typed).ok_or_else(|| unread(typed))
}

fn unread(typed: &str) -> String {
    format!("`{}` does not read: write a number with a point and no grouping, true, false, or a day", printable(typed))
}

/// Asks until the answer reads; `s` and `q` are none, and the end of input is `q`.
fn answered<T>(
    session: &mut Session<'_>,
    question: &str,
    default: Option<&str>,
    mut read: impl FnMut(&str) -> Result<T, String>,
) -> Result<Answer<T>, Failure> {
    let answer = ask(session, question, default, |typed| match typed {
        "s" | "S" => Ok(Answer::Skipped),
        "q" | "Q" => Ok(Answer::Ended),
        typed => read(typed).map(Answer::Said),
    })?;
    Ok(answer.unwrap_or(Answer::Ended))
}
