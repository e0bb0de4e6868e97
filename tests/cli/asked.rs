//! Commands that ask, as somebody in front of a terminal sees them: what is typed is what is written, and who leaves writes
//! nothing.

use crate::support::{GOALS, PATH, Place};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use std::path::Path;

/// Runs the binary in front of a terminal.
fn on_a_terminal(place: &Place, arguments: &[&str]) -> PtySession {
    let mut command = place.command(Path::new("sh"), &place.root());
    let script = format!("exec {} \"$0\" \"$@\"", place.listening());
    command.args(["-c", &script, env!("CARGO_BIN_EXE_git-okr")]).args(arguments).env("TERM", "xterm");
    spawn_command(command, Some(60_000)).expect("a terminal")
}

/// Answers questions in their order, and gives what is left on the terminal with how it ended.
fn answered(mut session: PtySession, answers: &[(&str, &str)]) -> (String, WaitStatus) {
    for (question, answer) in answers {
        session.exp_string(question).unwrap_or_else(|error| panic!("not asked: {question}: {error}"));
        session.send_line(answer).expect("a terminal");
    }
    let seen = session.exp_eof().expect("it ends");
    (seen, session.process().wait().expect("a process"))
}

#[test]
fn a_goal_is_asked_for_line_by_line() {
    let place = Place::with(&[(PATH, GOALS)]);
    let (seen, ended) = answered(
        on_a_terminal(&place, &["new", "objective"]),
        &[
            ("What is wanted, in words: ", ""),
            ("write something", "Evenings stay calm for everyone"),
            ("known from now on [evenings-stay-calm-for-everyone]: ", "Calm!"),
            ("`Calm!` is no id", "calm"),
            ("Cycle [2026-Q4]: ", ""),
            ("Who answers for it [ana@acme.example]: ", "@team"),
            ("Why does it matter (enter leaves it out): ", ""),
            ("What is promised [1]: ", "committed"),
        ],
    );
    assert!(matches!(ended, WaitStatus::Exited(_, 0)) && seen.contains("2026-Q4/calm"), "{ended:?} {seen}");
    let added = place.read(PATH).strip_prefix(GOALS).map(str::to_owned).expect("all that was there stays");
    assert_eq!(
        added,
        "\n[[objective]]\nid = \"calm\"\ntitle = \"Evenings stay calm for everyone\"\ncommitment = \"committed\"\n"
    );

    let (seen, ended) = answered(
        on_a_terminal(&place, &["new", "key-result"]),
        &[
            ("Which objective: ", "2026-Q4/calm"),
            ("What is measured, in words: ", "Pages at night fall from 9 to 3 a week"),
            ("known from now on", "pages"),
            ("How is it measured [1]: ", "met"),
            ("(enter: the first check-in says): ", "nine"),
            ("`nine` is no number", "9"),
            ("Target, where it is to go: ", "3"),
            ("Unit (enter leaves it out): ", ""),
        ],
    );
    assert!(matches!(ended, WaitStatus::Exited(_, 0)), "{ended:?} {seen}");
    let written = "id = \"pages\"\ntitle = \"Pages at night fall from 9 to 3 a week\"\nbaseline = 9\ntarget = 3\n";
    assert!(place.read(PATH).ends_with(written), "{}", place.read(PATH));
}

#[test]
fn who_leaves_writes_nothing() {
    let place = Place::with(&[(PATH, GOALS)]);
    for (control, code) in [('d', Some(2)), ('c', None)] {
        let mut session = on_a_terminal(&place, &["new", "objective"]);
        session.exp_string("What is wanted, in words: ").expect("a question");
        session.send_line("Evenings stay calm for everyone").expect("a terminal");
        session.exp_string("known from now on").expect("a question");
        session.send_control(control).expect("a terminal");
        let seen = session.exp_eof().expect("it ends");
        match (session.process().wait(), code) {
            (Ok(WaitStatus::Exited(_, 2)), Some(2)) => assert!(seen.contains("nothing was written"), "{seen}"),
            (Ok(WaitStatus::Signaled(..)), None) => {}
            (ended, _) => panic!("{control}: {ended:?} {seen}"),
        }
        assert_eq!(place.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn an_end_asks_what_it_taught_and_what_goes_on() {
    let goals = GOALS.replace("2026-Q4", "2026-Q3");
    let place = Place::with(&[("okrs/2026-Q3/team.toml", &goals)]);
    let (seen, ended) = answered(
        on_a_terminal(&place, &["close", "2026-Q3", "--next", "2026-Q4"]),
        &[
            ("2026-Q3/speed/p99: it ended at 0.16", ""),
            ("What will you do otherwise next time (enter: nothing): ", "Measure \"first\""),
            ("Carry over 2026-Q3/speed/p99 [Y/n]: ", "y"),
        ],
    );
    assert!(matches!(ended, WaitStatus::Exited(_, 0)), "{ended:?} {seen}");
    assert!(seen.contains("2026-Q4/speed/p99 continues 2026-Q3/speed/p99"), "{seen}");
    let text = place.read("okrs/2026-Q3/team.toml");
    assert!(
        text.contains("retro = { next_time = 'Measure \"first\"' }\n")
            || text.contains("retro = { next_time = \"Measure \\\"first\\\"\" }\n"),
        "{text}"
    );
    assert!(place.read(PATH).contains("baseline = 400\n") && !place.read(PATH).contains("current"));
}
