//! The process: arguments, environment, clock and streams go in, an exit code comes out.

use git_okr::cli::{self, Session, Terminal};
use std::io::{BufWriter, IsTerminal, stderr, stdin, stdout};
use std::process::ExitCode;

/// Reading objects takes and gives back small pieces of memory without end, on two threads: a tenth of a long log is saved
/// over what systems bring, glibc and still more musl.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The error stream is not locked: a progress bar is drawn on it from another thread.
    let (out, mut err, mut input) = (stdout().lock(), stderr(), stdin().lock());
    let terminal = Terminal {
        stdin: input.is_terminal(),
        stdout: out.is_terminal(),
        stderr: err.is_terminal(),
        width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
    };
    // The process's own stream writes line by line: right for whoever watches, slow for a pipe. A command flushes it.
    let mut out = BufWriter::with_capacity(if terminal.stdout { 0 } else { 1 << 16 }, out);
    let mut session =
        Session::new(std::env::vars_os(), terminal, jiff::Timestamp::now(), &mut out, &mut err, &mut input);
    let code = cli::run(std::env::args_os(), &mut session);
    drop(out);
    leave(code)
}

/// Ends the process at once: what allocators and libraries do for a program that goes on without them is done for nobody.
#[cfg(unix)]
fn leave(code: u8) -> ExitCode {
    signal_hook::low_level::exit(code.into())
}

#[cfg(not(unix))]
fn leave(code: u8) -> ExitCode {
    ExitCode::from(code)
}
