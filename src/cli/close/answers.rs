//! Owns what people say at the end of a cycle: scores of their own, and what it taught; as arguments, in a file, or asked
//! for. Never says what is needed.

use super::super::arguments::Global;
use super::super::{Failure, Session, Usage, asking};
use crate::okr::Name;
use crate::report;
use crate::source::{LARGEST_FILE, Tree};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What somebody says about an objective or key result.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// A score by hand, 0–1.
    pub score: Option<f64>,
    /// What the cycle taught.
    pub learned: Option<String>,
    /// What to do otherwise.
    pub next_time: Option<String>,
}

impl Answer {
    /// Tells whether it says what the end taught.
    pub fn explains(&self) -> bool {
        [&self.learned, &self.next_time].into_iter().flatten().any(|text| !text.trim().is_empty())
    }
}

/// `NAME=TEXT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    name: String,
    text: String,
}

impl Said {
    /// Reads `NAME=TEXT`.
    ///
    /// # Errors
    /// What is wrong with it, for clap to show.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, text)) if !name.trim().is_empty() && !text.trim().is_empty() => {
                Ok(Said { name: name.trim().to_owned(), text: text.trim().to_owned() })
            }
            _ => Err("it reads NAME=TEXT, for instance p99-latency='Pools were too small'".to_owned()),
        }
    }
}

/// The arguments that hold answers.
#[derive(Debug, clap::Args)]
pub struct Given {
    /// What an objective or key result taught; once for each
    #[arg(long, value_name = "NAME=TEXT", value_parser = Said::parse, help_heading = "Answers")]
    learned: Vec<Said>,
    /// What to do otherwise next time; once for each
    #[arg(long, value_name = "NAME=TEXT", value_parser = Said::parse, help_heading = "Answers")]
    next_time: Vec<Said>,
    /// A score by hand in place of the computed one, 0 to 1; once for each
    #[arg(long, value_name = "NAME=SCORE", value_parser = Said::parse, help_heading = "Answers")]
    score: Vec<Said>,
    /// Read answers from this TOML file: `["NAME"]` tables of `score`, `learned`, `next_time`; `-` is stdin
    #[arg(long, value_name = "FILE", help_heading = "Answers")]
    from: Option<PathBuf>,
}

impl Given {
    /// Gives all answers by full name within a cycle; arguments come before the file.
    pub fn answers(
        &self,
        (tree, cycle, today): (&Tree, &str, Date),
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<BTreeMap<Name, Answer>, Failure> {
        let mut answers: BTreeMap<Name, Answer> = BTreeMap::new();
        let named = |typed: &str| report::named(tree, Some(cycle), typed, today);
        if let Some(file) = &self.from {
            let (shown, text) = read(file, global, session)?;
            let all: BTreeMap<String, Answer> = toml::from_str(&text).map_err(|error| {
                let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                let help = "write `[\"NAME\"]` tables of `score`, `learned` and `next_time`";
                Usage::new(format!("{shown}, line {line}: {}", error.message()), help)
            })?;
            for (typed, answer) in all {
                answers.insert(named(&typed)?, answer);
            }
        }
        for said in &self.learned {
            answers.entry(named(&said.name)?).or_default().learned = Some(said.text.clone());
        }
        for said in &self.next_time {
            answers.entry(named(&said.name)?).or_default().next_time = Some(said.text.clone());
        }
        for Said { name, text } in &self.score {
            let wrong = |_| Usage::new(format!("--score: `{text}` is no number"), "write it as 0.7");
            answers.entry(named(name)?).or_default().score = Some(text.parse().map_err(wrong)?);
        }
        for (name, answer) in &answers {
            if answer.score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
                return Err(Usage::new(format!("the score of {name} is not within 0 and 1"), "write it as 0.7").into());
            }
            if answer.score.is_some() && name.key_result.is_none() {
                let help = "score its key results; the objective's grade is their mean";
                return Err(Usage::new(format!("{name} is an objective, which has no score of its own"), help).into());
            }
            let texts = [&answer.learned, &answer.next_time].into_iter().flatten();
            if texts.into_iter().any(|text| text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')) {
                let message = format!("what is said about {name} has a control character in it");
                return Err(Usage::new(message, "write it as plain text").into());
            }
        }
        Ok(answers)
    }
}

/// Reads a file or stdin, with the name that messages call it by.
fn read(file: &Path, global: &Global, session: &mut Session<'_>) -> Result<(String, String), Failure> {
    let limit = LARGEST_FILE as u64 + 1;
    let mut bytes = Vec::new();
    let is_stdin = file == Path::new("-");
    let shown = if is_stdin { "stdin".to_owned() } else { file.display().to_string() };
    let read = match is_stdin {
        true => session.input.take(limit).read_to_end(&mut bytes),
        false => {
            std::fs::File::open(session.place(global, file)).and_then(|file| file.take(limit).read_to_end(&mut bytes))
        }
    };
    let wrong = |why: &str| Usage::new(format!("could not read {shown}: {why}"), "name a TOML file, or - for stdin");
    read.map_err(|error| wrong(&error.to_string()))?;
    if bytes.len() > LARGEST_FILE {
        return Err(wrong("it has more than 1 MiB").into());
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))?;
    Ok((shown, text))
}

/// Asks what an end taught; nothing where enter says so.
pub fn asked(name: &Name, why: &str, session: &mut Session<'_>) -> Result<Answer, Failure> {
    session.remark(&format!("{name}: {why}"))?;
    let mut ask = |question: &str| -> Result<Option<String>, Failure> {
        let typed = asking::text(session, question, Some(""))?.ok_or(asking::Ended)?;
        Ok(Some(typed).filter(|text| !text.is_empty()))
    };
    let learned = ask("  What did it teach (enter: later)")?;
    let next_time = ask("  What will you do otherwise next time (enter: nothing)")?;
    Ok(Answer { score: None, learned, next_time })
}
