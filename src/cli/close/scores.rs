//! Owns what each key result of a cycle ends at: the score that its figures give, the one that somebody wrote, and whether
//! the end asks for a word. Never writes a file.

use super::answers::Answer;
use crate::okr::{Commitment, Cycle, Name, final_score, grade, kept_promise, quantity, reaches, rounded, whole_share};
use crate::rules::{self, Context, Item};
use std::collections::BTreeMap;

/// The end of one key result.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// Full name.
    pub name: Name,
    /// The score that the file has.
    pub own: Option<f64>,
    /// The score that the figures give; `None` where nothing can be computed.
    pub computed: Option<f64>,
    /// The score from now on.
    pub score: Option<f64>,
    /// Why somebody has to say what the end taught, and has not.
    pub unexplained: Option<String>,
}

impl End {
    /// Says where the score comes from.
    pub fn told(&self) -> String {
        let Some(score) = self.score else {
            return "no score: nothing can be computed; give one with --score".to_owned();
        };
        let colour = format!("{:?}", grade(score)).to_lowercase();
        let origin = match (self.own, self.computed) {
            (own, Some(computed)) if Some(score) == own && own != Some(computed) => {
                format!("as written; its figures give {}", hundredths(computed))
            }
            (own, _) if Some(score) == own => "as written".to_owned(),
            (None, Some(computed)) if score == computed => "computed".to_owned(),
            (Some(own), _) => format!("in place of {}", hundredths(own)),
            (None, Some(computed)) => format!("by hand; its figures give {}", hundredths(computed)),
            (None, None) => "by hand".to_owned(),
        };
        format!("{:.2} {colour:<5}  {origin}", whole_share(score))
    }
}

/// Writes a score in hundredths: more would tell too much of what is sensitive.
fn hundredths(score: f64) -> String {
    quantity(whole_share(score), None)
}

/// Gives the objectives of a cycle that are pursued, and so get scores.
pub fn pursued<'c, 'a>(context: &'c Context<'a>, cycle: &'c Cycle) -> impl Iterator<Item = &'c Item<'a>> {
    context.active().filter(|item| item.cycle.as_ref().is_some_and(|own| own.id == cycle.id) && item.name.is_some())
}

/// Works out the end of each key result of a cycle that counts, in the order of files. Scores that are written stay, unless
/// they are to be given anew.
pub fn ends(context: &Context<'_>, cycle: &Cycle, answers: &BTreeMap<Name, Answer>, anew: bool) -> Vec<End> {
    let limit = |rule: &str, key: &str| rules::find(rule).map(|rule| context.threshold(rule, key));
    let below = limit("close-no-retro", "below").unwrap_or(0.7);
    let distance = limit("score-mismatch", "distance").unwrap_or(0.1);
    let mut ends = Vec::new();
    for item in pursued(context, cycle) {
        let Some(home) = &item.name else { continue };
        for part in item.goals() {
            let name = home.key_result(&part.key_result.id);
            let exact = context.standing(&part).and_then(|standing| standing.progress);
            let (own, computed) = (part.key_result.score, exact.map(final_score));
            let by_hand = answers.get(&name).and_then(|answer| answer.score);
            let score = by_hand.or(own.filter(|_| !anew || computed.is_none())).or(computed);
            let said = [&name, home].into_iter().any(|name| answers.get(name).is_some_and(Answer::explains));
            let committed = part.commitment() == Some(Commitment::Committed);
            let why = score.filter(|_| !said && !part.is_explained()).and_then(|score| {
                let shown = hundredths(score);
                match exact.filter(|exact| rounded((score - exact).abs()) > distance) {
                    _ if committed && !kept_promise(score, part.commitment()) => {
                        Some(format!("it was committed and ended at {shown}"))
                    }
                    _ if !committed && !reaches(score, below) => Some(format!("it ended at {shown}")),
                    Some(exact) => {
                        let figures = hundredths(final_score(exact));
                        Some(format!("it is scored {shown} by hand, and its figures give {figures}"))
                    }
                    None => None,
                }
            });
            ends.push(End { name, own, computed, score, unexplained: why });
        }
    }
    ends
}
