//! The progress bar as somebody in front of a terminal sees it, on a history that takes its time.

use crate::support::{PATH, Place};
use rexpect::process::{Signal, WaitStatus};
use rexpect::session::{PtySession, spawn_command};
use std::path::Path;

/// Commits, each with a check-in: more than a debug build reads in half a second.
const COMMITS: usize = 12_000;
/// Columns of the terminal.
const WIDTH: u16 = 80;

/// Writes a long line of check-ins, faster than by commits of the work tree.
fn long_history() -> Place {
    let place = Place::repository();
    let mut stream = String::new();
    for at in 1..=COMMITS {
        stream += "commit refs/heads/main\ncommitter Ana <ana@acme.example> ";
        stream += &format!("{} +0000\ndata 2\nm\n", 1_790_812_800 + at * 60);
        let text = format!(
            "cycle = \"2026-Q4\"\nowner = \"@team\"\n\n[[objective]]\nid = \"speed\"\ntitle = \"Pages feel instant\"\n\n\
             [[objective.key_result]]\nid = \"p99\"\ntitle = \"P99 latency falls\"\nbaseline = 20000\ntarget = 0\n\
             current = {at}\nnote = \"after {at} tries\"\n"
        );
        stream += &format!("M 100644 inline {PATH}\ndata {}\n{text}\n", text.len());
    }
    place.git_fed(&["fast-import", "--quiet", "--force"], stream.as_bytes());
    place.git(&["reset", "-q", "--hard"]);
    place
}

/// Runs the binary in front of a terminal, its results going elsewhere, with no cache left by an earlier run.
fn on_a_terminal(place: &Place, arguments: &str, environment: &[(&str, &str)]) -> PtySession {
    let _ = std::fs::remove_dir_all(place.root().join(".git/okr"));
    let mut command = place.command(Path::new("sh"), &place.root());
    let binary = env!("CARGO_BIN_EXE_git-okr");
    command.args(["-c", &format!("stty rows 24 cols {WIDTH} && exec '{binary}' {arguments} > ../results")]);
    command.env("TERM", "xterm").envs(environment.iter().copied());
    spawn_command(command, Some(120_000)).expect("a terminal")
}

/// Gives all that a run writes on the terminal.
fn seen(mut session: PtySession) -> String {
    let seen = session.exp_eof().expect("it ends");
    assert!(matches!(session.process().wait(), Ok(WaitStatus::Exited(_, 0))), "{seen}");
    seen
}

/// What a terminal shows once all of this was written to it.
fn left(written: &str) -> String {
    let mut terminal = vt100::Parser::new(24, WIDTH, 0);
    terminal.process(written.as_bytes());
    assert!(!terminal.screen().hide_cursor(), "{written:?}");
    assert_eq!(terminal.screen().cursor_position(), (0, 0), "{written:?}");
    terminal.screen().contents()
}

#[test]
fn a_bar_for_who_waits_and_nothing_of_it_stays() {
    let place = long_history();
    let log = "log --format json";

    let watched = seen(on_a_terminal(&place, log, &[]));
    assert!(watched.contains(" commits") || watched.contains(" of 12,000"), "{watched:?}");
    assert_eq!(left(&watched), "", "{watched:?}");
    let results = std::fs::read(place.beside("results")).expect("results");
    assert_eq!(results, place.okr(&["log", "--format", "json"]).exits(0).out.into_bytes());

    for (arguments, environment) in [(format!("{log} -q"), [("TERM", "xterm")]), (log.into(), [("TERM", "dumb")])] {
        assert_eq!(seen(on_a_terminal(&place, &arguments, &environment)), "", "{arguments} {environment:?}");
    }
    let piped = place.okr_in(&place.root(), &["log", "--format", "json"], &[("TERM", "xterm")]).exits(0);
    assert_eq!(piped.err, "");

    let mut interrupted = on_a_terminal(&place, log, &[]);
    let mut written =
        interrupted.exp_regex(" (commits|of 12,000)").map(|(before, found)| before + &found).expect("a bar");
    interrupted.send_control('c').expect("a terminal");
    written += &interrupted.exp_eof().expect("it ends");
    let ended = interrupted.process().wait();
    assert!(matches!(ended, Ok(WaitStatus::Signaled(_, Signal::SIGINT, _))), "{ended:?} {written:?}");
    assert_eq!(left(&written.replace("^C", "")), "", "{written:?}");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    // How far it came is the machine's matter: what it wrote by then is whole.
    let kept = walkdir::WalkDir::new(place.root().join(".git/okr")).into_iter().flatten();
    let half = kept.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"unfinished-"));
    assert_eq!(half.count(), 0, "an interrupted run leaves no half a file");
    assert_eq!(place.okr(&["log", "--format", "json"]).exits(0).out.into_bytes(), results);
}
