//! `git okr rule`: which rules there are, at which level, and why.

use super::arguments::Global;
use super::view::View;
use super::{Failure, Outcome, Session};
use crate::report::Tone;
use crate::rules::docs;

/// List the rules with the level in force, or explain one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git okr rule\n  git okr rule kr-flat")]
pub struct Rule {
    /// The rule to explain
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// List the rules that are off, too
    #[arg(long, conflicts_with = "name")]
    all: bool,
}

impl Rule {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let config = View::configuration(global, session)?;
        let text = match &self.name {
            Some(name) => docs::explain(name, &config)?,
            None => {
                let style = session.style();
                docs::table(&config, self.all, &|text, first, next| style.wrap(Tone::Plain, text, first, next))
            }
        };
        session.print(&text)?;
        Ok(Outcome::Fine)
    }
}
