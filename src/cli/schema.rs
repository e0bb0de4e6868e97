//! `git okr schema`: the JSON Schemas of what people write and of what the commands print.

use super::arguments::Global;
use super::{Failure, Outcome, Session, Usage};
use crate::{config, exchange, report, rules, source, syntax};
use std::path::PathBuf;

/// Print a JSON Schema, or write them all
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr schema objectives > objectives.schema.json\n  git okr schema --output .okr/schemas"
)]
pub struct Schema {
    /// Which one: okr, objectives, check, report, log, diff, export, checkin, doctor, cache [default: lists them]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Write every schema into this folder, as NAME.schema.json
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    output: Option<PathBuf>,
}

/// Every schema, with what it describes.
const SCHEMAS: &[(&str, &str, &str)] = &[
    ("okr", "okr.toml, the configuration", config::SCHEMA),
    ("objectives", "objective files", syntax::SCHEMA),
    ("check", "what `check --format json` prints", rules::SCHEMA),
    ("report", "what `report --format json` and `status --format json` print", report::REPORT_SCHEMA),
    ("log", "what `log --format json` prints", report::LOG_SCHEMA),
    ("diff", "what `diff --format json` prints", report::DIFF_SCHEMA),
    ("export", "what `export --format json` prints", exchange::SCHEMA),
    ("checkin", "what `checkin --format json` prints", report::CHECKIN_SCHEMA),
    ("doctor", "what `doctor --format json` prints", report::DOCTOR_SCHEMA),
    ("cache", "what `cache --stat --format json` prints", report::CACHE_SCHEMA),
];

impl Schema {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        if let Some(typed) = &self.output {
            let folder = &session.place(global, typed);
            std::fs::create_dir_all(folder).map_err(|error| {
                let message = format!("could not write into {}: {error}", folder.display());
                Usage::new(message, "name a folder that you may write with --output")
            })?;
            for (name, _, text) in SCHEMAS {
                source::place(&folder.join(format!("{name}.schema.json")), text.as_bytes())?;
            }
            session.remark(&format!("wrote {} schemas into {}", SCHEMAS.len(), folder.display()))?;
            return Ok(Outcome::Fine);
        }
        let Some(wanted) = &self.name else {
            for (name, about, _) in SCHEMAS {
                session.print(&format!("{name:<12}{about}\n"))?;
            }
            return Ok(Outcome::Fine);
        };
        let found = SCHEMAS.iter().find(|(name, ..)| name == wanted).ok_or_else(|| {
            let names: Vec<_> = SCHEMAS.iter().map(|(name, ..)| *name).collect();
            Usage::new(format!("no schema is called `{wanted}`"), format!("name one of {}", names.join(", ")))
        })?;
        session.print(found.2)?;
        Ok(Outcome::Fine)
    }
}
