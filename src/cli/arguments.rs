//! Owns the arguments that every command takes.

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set; `CLICOLOR_FORCE` colours elsewhere too.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Arguments of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true, help_heading = "Everywhere")]
    pub directory: Option<PathBuf>,
    /// The day to look from, YYYY-MM-DD [environment: GIT_OKR_TODAY; default: today, UTC]
    #[arg(long, value_name = "DATE", global = true, help_heading = "Everywhere", value_parser = day)]
    pub today: Option<Date>,
    /// When to colour
    #[arg(long, value_name = "WHEN", global = true, help_heading = "Everywhere", default_value = "auto")]
    pub color: Color,
    /// Find everything out anew, and keep nothing for the next run
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub no_cache: bool,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, help_heading = "Everywhere", conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say what was read
    #[arg(short, long, global = true, help_heading = "Everywhere")]
    pub verbose: bool,
}

/// Reads a day, or says in plain words how one is written.
pub fn day(text: &str) -> Result<Date, &'static str> {
    text.parse().map_err(|_| "no day of the calendar; write it as YYYY-MM-DD, for instance 2026-11-22")
}

/// Which state of the repository to look at.
#[derive(Debug, Args, Default)]
pub struct At {
    /// Look at this revision, or at the end of this day (YYYY-MM-DD), with its files, configuration and clock
    #[arg(long, value_name = "REV|DATE")]
    pub as_of: Option<String>,
}

/// Which goals to show.
#[derive(Debug, Args, Default)]
pub struct Chosen {
    /// The cycle to show, or `all` [default: the running ones and those waiting for a score]
    #[arg(long, value_name = "ID")]
    pub cycle: Option<String>,
    /// Only what this owner answers for
    #[arg(long, value_name = "HANDLE")]
    pub owner: Option<String>,
    /// Only what you answer for, by git's user.name, user.email and the teams of okr.toml
    #[arg(long, conflicts_with = "owner")]
    pub mine: bool,
}

impl Chosen {
    /// Tells whether nothing was left out by a choice.
    pub fn is_everything(&self) -> bool {
        self.cycle.is_none() && self.owner.is_none() && !self.mine
    }
}

/// How to write what a command shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shown {
    /// For a terminal
    Human,
    /// The published model
    Json,
}
