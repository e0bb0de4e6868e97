//! Owns the command line: one file a command, with its arguments and what it does with the other rooms.
//! Never holds logic that another command or a library user could want.

mod arguments;
mod asked;
mod asking;
mod bar;
mod base;
mod compared;
mod fix;
mod output;
mod planned;
mod posting;
mod session;
mod step;
mod summary;
mod view;
mod written;

pub use session::{Input, Session, Terminal};

use crate::text::printable;
use arguments::Global;
use clap::{Args, CommandFactory, FromArgMatches, Parser};
use miette::Diagnostic;
use std::ffi::OsString;
use std::io;

/// What a command ends with, short of failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Fine,
    /// Exit code 1: findings at or above the asked level, or something is out of date.
    Findings,
    /// Exit code 129: git called for a merge, takes up to 128 for one with conflicts, and must not.
    Unmerged,
}

impl Outcome {
    fn code(self) -> u8 {
        match self {
            Outcome::Fine => 0,
            Outcome::Findings => 1,
            Outcome::Unmerged => 129,
        }
    }
}

/// Why a command could not do its work; exit code 2.
pub type Failure = miette::Report;

macro_rules! commands {
    ($($module:ident::$Command:ident),* $(,)?) => {
        $(mod $module;)*

        #[derive(Debug, clap::Subcommand)]
        enum Command { $($Command($module::$Command)),* }

        impl Command {
            fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
                match self { $(Command::$Command(command) => command.run(global, session)),* }
            }

            /// Gives the arguments of a command by the name of its module, without those of any other.
            fn alone(name: &str) -> Option<clap::Command> {
                $(if name == stringify!($module) {
                    return Some($module::$Command::augment_args(clap::Command::new(stringify!($module))));
                })*
                None
            }
        }
    };
}

commands! {
    init::Init,
    demo::Demo,
    new::New,
    mv::Mv,
    check::Check,
    rule::Rule,
    checkin::Checkin,
    status::Status,
    log::Log,
    diff::Diff,
    comment::Comment,
    ci::Ci,
    report::Report,
    close::Close,
    export::Export,
    import::Import,
    merge_driver::MergeDriver,
    doctor::Doctor,
    cache::Cache,
    schema::Schema,
}

/// OKRs as code, native to git: goals live as TOML files beside the code, and progress, pace and moved goalposts are
/// computed from the history itself.
#[derive(Debug, Parser)]
#[command(name = "git-okr", bin_name = "git okr", version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

impl Arguments {
    /// Reads what names a command and is right, with that command's arguments alone: those of all others are as much work
    /// again. `None` where anything is to be said.
    fn plain(arguments: &[OsString]) -> Option<Self> {
        let command = arguments.iter().skip(1).find_map(|argument| Command::alone(argument.to_str()?))?;
        let root = clap::Command::new(env!("CARGO_PKG_NAME")).subcommand_required(true).subcommand(command);
        let matches = Global::augment_args(root).try_get_matches_from(arguments).ok()?;
        Arguments::from_arg_matches(&matches).ok()
    }
}

const VERSION: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");

const EXAMPLES: &str = "\
Examples:
  git okr demo                 a small company's repository, its status and its report
  git okr init                 a first objective file in this repository
  git okr check                what is wrong with the goals
  git okr status               how the goals stand today

`git okr COMMAND -h` explains a command. (`git okr --help` asks git for a manual page; use -h.)";

/// Runs one command and gives the exit code: 0 fine, 1 findings, 2 could not do it. A reader that closes the pipe is fine.
pub fn run(arguments: impl IntoIterator<Item = OsString>, session: &mut Session<'_>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1..).is_some_and(|asked| asked == ["--version"]) {
        // What an editor or a script asks first, and often: no need to put every command's arguments together.
        let written = session.out.write_all(VERSION.as_bytes()).and_then(|()| session.out.flush());
        return ended(written, 0, session);
    }
    let parsed = Arguments::plain(&arguments).map_or_else(
        || {
            let command = match session.width_of_help() {
                Some(width) => Arguments::command().term_width(width),
                None => Arguments::command(),
            };
            Arguments::from_arg_matches(&command.try_get_matches_from(&arguments)?)
        },
        Ok,
    );
    let result = match parsed {
        Ok(arguments) => dispatch(&arguments, session),
        Err(usage) => {
            let code = if usage.use_stderr() { 2 } else { 0 };
            return ended(session.usage(&usage).and_then(|()| session.out.flush()), code, session);
        }
    };
    match result {
        Ok(outcome) => ended(session.out.flush(), outcome.code(), session),
        Err(failure) if is_closed_pipe(failure.as_ref()) => 0,
        Err(failure) => {
            // Where even that cannot be written, the exit code has to do.
            let _ = session.fail(failure.as_ref());
            2
        }
    }
}

/// Gives the exit code once the last byte is out, or says that it did not come out.
fn ended(written: io::Result<()>, code: u8, session: &mut Session<'_>) -> u8 {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = session.fail(&OutputLost(error));
            2
        }
        _ => code,
    }
}

fn dispatch(arguments: &Arguments, session: &mut Session<'_>) -> Result<Outcome, Failure> {
    session.settle(&arguments.global)?;
    arguments.command.run(&arguments.global, session)
}

fn is_closed_pipe(failure: &(dyn Diagnostic + Send + Sync + 'static)) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(failure);
    while let Some(error) = source {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        source = error.source();
    }
    false
}

/// The stream that the results go to could not be written.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("could not write the output")]
#[diagnostic(help("check that the disk is not full and that the reader is still there"))]
struct OutputLost(#[from] io::Error);

/// A usage that clap cannot see.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{message}")]
#[diagnostic(help("{help}"))]
struct Usage {
    message: String,
    help: String,
}

impl Usage {
    fn new(message: impl AsRef<str>, help: impl AsRef<str>) -> Self {
        Usage { message: printable(message.as_ref()).into_owned(), help: printable(help.as_ref()).into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
        assert_eq!(Arguments::command().render_version(), VERSION);
    }
}
