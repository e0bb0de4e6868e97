//! The process: arguments, environment, clock and streams go in, an exit code comes out.

use git_okr::cli::{self, Input, Session, Terminal};
use std::io::{self, BufRead, IsTerminal, Read, StdinLock, StdoutLock, Write, stderr, stdin, stdout};
use std::process::ExitCode;
use terminal_size::terminal_size_of;

/// Reading objects takes and gives back small pieces of memory without end, on two threads: a tenth of a long log is saved
/// over what systems bring, glibc and still more musl.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The error stream is not locked: a progress bar is drawn on it from another thread.
    let (out, mut err, mut input) = (stdout().lock(), stderr(), Typed::default());
    let terminal = Terminal {
        stdout: out.is_terminal(),
        stderr: err.is_terminal(),
        width: terminal_size_of(&out).or_else(|| terminal_size_of(&err)).map(|(width, _)| usize::from(width.0)),
    };
    let mut out = Printed { stream: out, held: Vec::new(), most: if terminal.stdout { 0 } else { 1 << 16 } };
    let environment = |name: &str| std::env::var_os(name);
    let mut session = Session::new(environment, terminal, jiff::Timestamp::now(), &mut out, &mut err, &mut input);
    let code = cli::run(std::env::args_os(), &mut session);
    // A command flushes what it says and hears what came of it. What one held that failed is written too, if it can be.
    let _ = out.flush();
    leave(code)
}

/// The process's own output. Its stream writes line by line: right for whoever watches, slow for a pipe, for which much is
/// held together first. A `BufWriter` takes all its memory at the start, which a short answer waits for.
struct Printed {
    stream: StdoutLock<'static>,
    held: Vec<u8>,
    /// Bytes that are held at most.
    most: usize,
}

impl Printed {
    fn hand_on(&mut self) -> io::Result<()> {
        let written = self.stream.write_all(&self.held);
        self.held.clear();
        written
    }
}

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.len() + bytes.len() > self.most {
            self.hand_on()?;
        }
        if bytes.len() > self.most {
            return self.stream.write(bytes);
        }
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.stream.flush()
    }
}

/// The process's own input, made ready once somebody reads it: most runs do not.
#[derive(Default)]
struct Typed(Option<StdinLock<'static>>);

impl Typed {
    fn stream(&mut self) -> &mut StdinLock<'static> {
        self.0.get_or_insert_with(|| stdin().lock())
    }
}

impl Input for Typed {
    fn is_terminal(&self) -> bool {
        stdin().is_terminal()
    }
}

impl Read for Typed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream().read(bytes)
    }
}

impl BufRead for Typed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stream().fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.stream().consume(count);
    }
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
