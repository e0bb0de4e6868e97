//! The process: arguments, environment, clock and streams go in, an exit code comes out.

use git_okr::cli::{self, Session, Terminal};
use std::io::{IsTerminal, stderr, stdin, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut out, mut err) = (stdout().lock(), stderr().lock());
    let terminal = Terminal {
        stdin: stdin().is_terminal(),
        stdout: out.is_terminal(),
        stderr: err.is_terminal(),
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
    };
    let mut session = Session::new(std::env::vars_os(), terminal, jiff::Timestamp::now(), &mut out, &mut err);
    ExitCode::from(cli::run(std::env::args_os(), &mut session))
}
