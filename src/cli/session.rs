//! Owns what a run is surrounded by: streams, terminal, environment, clock. Nothing else asks the process for them.

use super::arguments::{Color, Global};
use super::bar::{Bar, PATIENCE};
use super::{Failure, OutputLost, Usage};
use crate::finding::Style;
use crate::history::Progress;
use crate::text::printable;
use indicatif::ProgressDrawTarget;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How clap begins its advice below a usage that is wrong.
const ADVICE: &str = "For more information, try";

/// Gives a variable of the environment.
pub type Variable = fn(&str) -> Option<OsString>;

/// What somebody types, or a program hands in.
pub trait Input: BufRead {
    /// Tells whether there is somebody to be asked.
    fn is_terminal(&self) -> bool;
}

#[cfg(test)]
impl Input for &[u8] {
    fn is_terminal(&self) -> bool {
        false
    }
}

/// Which streams are a terminal, and how wide it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// Results are read by a person.
    pub stdout: bool,
    /// Talk is read by a person.
    pub stderr: bool,
    /// Columns, where known.
    pub width: Option<usize>,
}

/// The surroundings of one run.
pub struct Session<'a> {
    /// Results.
    pub out: &'a mut dyn Write,
    /// Talk.
    pub err: &'a mut dyn Write,
    /// What somebody types, or a program hands in.
    pub input: &'a mut dyn Input,
    environment: Variable,
    terminal: Terminal,
    now: jiff::Timestamp,
    color: Color,
    quiet: bool,
    verbose: bool,
}

impl<'a> Session<'a> {
    /// Takes the surroundings as the process has them.
    pub fn new(
        environment: Variable,
        terminal: Terminal,
        now: jiff::Timestamp,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
        input: &'a mut dyn Input,
    ) -> Self {
        Session { out, err, input, environment, terminal, now, color: Color::Auto, quiet: false, verbose: false }
    }

    /// Takes over what the command line says about the surroundings.
    pub(super) fn settle(&mut self, global: &Global) -> Result<(), Failure> {
        (self.color, self.quiet, self.verbose) = (global.color, global.quiet, global.verbose);
        match &global.directory {
            Some(directory) if !directory.is_dir() => {
                Err(Usage::new(format!("{} is not a folder", directory.display()), "name an existing folder with -C")
                    .into())
            }
            _ => Ok(()),
        }
    }

    /// Gives a variable of the environment, unless it is empty.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        (self.environment)(name).filter(|value| !value.is_empty())
    }

    /// Gives the folder that the environment names for the cache: `GIT_OKR_CACHE_DIR`.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        self.variable("GIT_OKR_CACHE_DIR").map(PathBuf::from)
    }

    /// Gives the folder to work in.
    pub fn directory(&self, global: &Global) -> PathBuf {
        global.directory.clone().unwrap_or_else(|| Path::new(".").to_owned())
    }

    /// Gives the place of a path that was typed: from the folder to work in.
    pub fn place(&self, global: &Global, typed: &Path) -> PathBuf {
        global.directory.as_deref().map_or_else(|| typed.to_owned(), |directory| directory.join(typed))
    }

    /// Gives the day that the caller fixed, by `--today` or `GIT_OKR_TODAY`.
    pub fn fixed_today(&self, global: &Global) -> Result<Option<Date>, Failure> {
        if global.today.is_some() {
            return Ok(global.today);
        }
        let Some(text) = self.variable("GIT_OKR_TODAY") else { return Ok(None) };
        let text = text.to_string_lossy();
        text.parse().map(Some).map_err(|_| {
            Usage::new(
                format!("GIT_OKR_TODAY is `{text}`, which is no day"),
                "write it as YYYY-MM-DD, for instance 2026-11-22",
            )
            .into()
        })
    }

    /// Gives the current day, UTC; `SOURCE_DATE_EPOCH` stands in for the clock.
    pub fn current_day(&self) -> Result<Date, Failure> {
        let now = match self.variable("SOURCE_DATE_EPOCH") {
            None => self.now,
            Some(seconds) => {
                let seconds = seconds.to_string_lossy();
                seconds.parse().ok().and_then(|s| jiff::Timestamp::from_second(s).ok()).ok_or_else(|| {
                    Usage::new(
                        format!("SOURCE_DATE_EPOCH is `{seconds}`, which is no time"),
                        "set it to whole seconds since 1970, or unset it",
                    )
                })?
            }
        };
        Ok(now.to_zoned(TimeZone::UTC).date())
    }

    fn colored(&self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if self.variable("NO_COLOR").is_some() => false,
            Color::Auto if self.variable("CLICOLOR_FORCE").is_some_and(|force| force != "0") => true,
            Color::Auto => terminal && !self.is_dumb(),
        }
    }

    fn is_dumb(&self) -> bool {
        self.variable("TERM").is_some_and(|term| term == "dumb")
    }

    /// Tells whether somebody is there to be asked: a terminal to read from, and one to ask on.
    pub fn has_someone(&self) -> bool {
        self.terminal.stderr && self.input.is_terminal()
    }

    /// Shows who waits in front of a terminal how far the reading of a history has come, until the bar is dropped.
    pub(super) fn bar(&self, progress: Arc<Progress>) -> Bar {
        if self.quiet || !self.terminal.stderr || self.is_dumb() {
            return Bar::none();
        }
        Bar::new(progress, ProgressDrawTarget::stderr(), PATIENCE)
    }

    /// Gives the width of results in columns: the terminal's, or `COLUMNS`, else 80.
    pub fn width(&self) -> usize {
        let told = self.variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        told.or(self.terminal.width.filter(|_| self.terminal.stdout)).unwrap_or(80).clamp(40, 400)
    }

    pub(super) fn width_of_help(&self) -> Option<usize> {
        (self.terminal.stdout || self.variable("COLUMNS").is_some()).then(|| self.width())
    }

    /// Says how results for people look.
    pub fn style(&self) -> Style {
        Style {
            width: self.width(),
            color: self.colored(self.terminal.stdout),
            unicode: self.speaks_unicode(self.terminal.stdout),
        }
    }

    /// Says how talk for people looks, where it is more than a sentence.
    pub fn style_of_talk(&self) -> Style {
        let told = self.variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        Style {
            width: told.or(self.terminal.width).unwrap_or(80).clamp(40, 400),
            color: self.colored(self.terminal.stderr),
            unicode: self.speaks_unicode(self.terminal.stderr),
        }
    }

    /// Shows on the side what questions are about, however quiet a run is asked to be. The text must be printable.
    pub fn show(&mut self, text: &str) -> Result<(), Failure> {
        self.tell(text)
    }

    /// A terminal whose locale is plain C draws no more than ASCII; pipes and files get UTF-8.
    fn speaks_unicode(&self, terminal: bool) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| self.variable(name));
        !terminal || locale.is_none_or(|locale| locale != "C" && locale != "POSIX")
    }

    /// Writes results.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes()).map_err(|error| OutputLost(error).into())
    }

    /// Writes results piece by piece.
    pub fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        write(self.out).map_err(|error| OutputLost(error).into())
    }

    /// Warns on the side, unless asked to be quiet. The text may name what a stranger wrote.
    pub fn warn(&mut self, text: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { self.tell(&format!("warning: {}\n", printable(text))) }
    }

    /// Remarks on the side, unless asked to be quiet.
    pub fn remark(&mut self, text: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { self.tell(&format!("{}\n", printable(text))) }
    }

    /// Says on the side what was done, where asked to be verbose.
    pub fn detail(&mut self, text: &str) -> Result<(), Failure> {
        if self.verbose { self.tell(&format!("{}\n", printable(text))) } else { Ok(()) }
    }

    fn tell(&mut self, text: &str) -> Result<(), Failure> {
        self.err.write_all(text.as_bytes()).map_err(|error| OutputLost(error).into())
    }

    /// Shows why a command failed, and what to do next.
    pub(super) fn fail(&mut self, failure: &(dyn Diagnostic + Send + Sync + 'static)) -> io::Result<()> {
        let theme = match (self.colored(self.terminal.stderr), self.speaks_unicode(self.terminal.stderr)) {
            (true, true) => GraphicalTheme::unicode(),
            (false, true) => GraphicalTheme::unicode_nocolor(),
            (true, false) => GraphicalTheme::ascii(),
            (false, false) => GraphicalTheme::none(),
        };
        let mut text = String::new();
        GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_width(self.terminal.width.unwrap_or(100).clamp(60, 120))
            .render_report(&mut text, failure)
            .map_err(io::Error::other)?;
        self.err.write_all(text.as_bytes())
    }

    /// Shows clap's answer: help on the results' stream, a mistake on the other.
    pub(super) fn usage(&mut self, usage: &clap::Error) -> io::Result<()> {
        let text = usage.render();
        let is_plain = self.variable("NO_COLOR").is_some();
        let (stream, terminal): (&mut dyn Write, bool) =
            if usage.use_stderr() { (self.err, self.terminal.stderr) } else { (self.out, self.terminal.stdout) };
        let plain = is_plain || !terminal;
        let text = if plain { text.to_string() } else { text.ansi().to_string() };
        // For `git okr --help` git looks for a manual page, so the advice at the end would lead nowhere.
        match text.rfind(ADVICE).filter(|_| usage.use_stderr()) {
            Some(at) => write!(stream, "{}{}", &text[..at], text[at..].replacen("--help", "-h", 1)),
            None => write!(stream, "{text}"),
        }
    }
}
