//! The guided check-in as somebody in front of a terminal goes through it: what is asked, what enter keeps, and that
//! nothing is written before they say so.
//! `GIT_OKR_BLESS=1 cargo test guided` writes the picture of it anew.

use crate::support::screen;
use crate::support::{PATH, Place};
use rexpect::process::{Signal, WaitStatus};
use rexpect::session::{PtySession, spawn_command};
use std::path::Path;

/// Lines and columns of the terminal.
const SIZE: (u16, u16) = (80, 100);

/// Five key results of Ana's that are due, of each kind one, and two more: one she has just looked at, one is not hers.
const TEAM: &str = r#"cycle = "2026-Q4"
owner = "@acme/payments"

[[objective]]
id = "reliable-checkout"
title = "Checkout just works, even on the worst day of the year"

[[objective.key_result]]
id = "p99-latency"
title = "P99 latency of payment processing falls"
baseline = 420
target = 294
unit = "ms"
current = 371   # dashboard
confidence = 0.6
as_of = 2026-11-13
note = "Connection pooling shipped."

[[objective.key_result]]
id = "rollback-rate"
title = "Deployments that are rolled back stay rare"
role = "guardrail"
at_most = 1.0
unit = "%"
current = 0.8
as_of = 2026-11-13

[[objective.key_result]]
id = "eu-launch"
title = "Merchants in the whole EU take live payments"
milestone = [
  { title = "Germany", done = 2026-10-20 },
  { title = "France", done = false, weight = 2 },
  { title = "Italy", done = false },
]

[[objective.key_result]]
id = "card-audit"
title = "The card schemes' auditor finds nothing major"
done = false

[[objective.key_result]]
id = "margin"
title = "Margin of a payment grows to 12 %"
baseline = 4
target = 12
unit = "%"
sensitive = true
current = 7.5
as_of = 2026-11-13

[[objective.key_result]]
id = "refunds"
title = "Refunds are paid within a day"
baseline = 60
target = 95
unit = "%"
current = 71
as_of = 2026-11-20

[[objective.key_result]]
id = "letters"
title = "Letters about payments become fewer"
owner = "@ben"
baseline = 40
target = 10
current = 30
as_of = 2026-10-13
"#;

const SETTINGS: &str = "version = 1\n[teams.\"@acme/payments\"]\nmembers = [\"ana@acme.example\"]\n";

fn place() -> Place {
    // What was measured on the days before.
    let earlier = |latency: &str, margin: &str, day: &str| {
        let text = TEAM.replace("371 ", latency).replace("current = 7.5", margin).replace("2026-11-13", day);
        text.replace("current = 0.8", "current = 0.6")
    };
    let place = Place::with(&[("okr.toml", SETTINGS), (PATH, &earlier("412 ", "current = 4.5", "2026-10-05"))]);
    place.commit("2026-10-23", "Check in", &[(PATH, &earlier("398 ", "current = 5.5", "2026-10-23"))]);
    place.commit("2026-11-06", "Check in", &[(PATH, &earlier("379 ", "current = 7", "2026-11-06"))]);
    place.commit("2026-11-13", "Check in\n\nOKR: p99-latency", &[(PATH, TEAM)]);
    place.commit("2026-11-17", "Keep connections to the card processor open\n\nOKR: p99-latency", &[]);
    place
}

/// Somebody in front of a terminal.
struct Person {
    terminal: PtySession,
    seen: String,
}

impl Person {
    fn runs(place: &Place, arguments: &str) -> Self {
        let mut command = place.command(Path::new("sh"), &place.root());
        let (binary, (rows, columns)) = (env!("CARGO_BIN_EXE_git-okr"), SIZE);
        command.args([
            "-c",
            &format!("stty rows {rows} cols {columns} echo && exec {} '{binary}' {arguments}", place.listening()),
        ]);
        command.envs([("TERM", "xterm"), ("NO_COLOR", "")]);
        Person { terminal: spawn_command(command, Some(60_000)).expect("a terminal"), seen: String::new() }
    }

    /// Waits for the end of a question.
    fn is_asked(&mut self, question: &str) -> &mut Self {
        let before = self.terminal.exp_string(question);
        let before = before.unwrap_or_else(|error| panic!("{question}: {error}\n{}", self.seen));
        self.seen += &before;
        self.seen += question;
        self
    }

    fn says(&mut self, answer: &str) -> &mut Self {
        self.terminal.send_line(answer).expect("a terminal");
        self
    }

    fn presses(&mut self, key: char) -> &mut Self {
        self.terminal.send_control(key).expect("a terminal");
        self
    }

    /// Waits for the end, and gives how it ended and all that was on the terminal.
    fn ends(&mut self) -> (WaitStatus, &str) {
        self.seen += &self.terminal.exp_eof().expect("it ends");
        // Each byte was taken for a character.
        let bytes: Vec<u8> = self.seen.chars().map(|c| u8::try_from(c).expect("a byte")).collect();
        self.seen = String::from_utf8(bytes).expect("UTF-8");
        (self.terminal.process().wait().expect("it ended"), &self.seen)
    }

    fn leaves(&mut self, code: i32) -> &str {
        let (status, seen) = self.ends();
        assert!(matches!(status, WaitStatus::Exited(_, exit) if exit == code), "{status:?}\n{seen}");
        seen
    }
}

#[test]
fn five_key_results_are_checked_in() {
    let place = place();
    let mut ana = Person::runs(&place, "checkin");
    ana.is_asked("value [371 ms]: ").says("352 s");
    ana.is_asked("value [371 ms]: ").says("352");
    ana.is_asked("confidence, 0 to 1 [0.6]: ").says("70").is_asked("confidence, 0 to 1 [0.6]: ").says("0.7");
    ana.is_asked("note: ").says("Pauses for garbage collection are next.");
    ana.is_asked("value [0.8 %]: ").says("").is_asked("confidence, 0 to 1: ").says("").is_asked("note: ").says("");
    ana.is_asked("[none]: ").says("spain").is_asked("[none]: ").says("france=2026-11-20, italy");
    ana.is_asked("confidence, 0 to 1: ").says("0.9").is_asked("note: ").says("");
    ana.is_asked("reached, y or the day [n]: ").says("y").is_asked("confidence, 0 to 1: ").says("");
    ana.is_asked("note: ").says("");
    // What nobody may see is not shown, and can be kept all the same.
    ana.is_asked("value: ").says("+=1.5").is_asked("confidence, 0 to 1: ").says("").is_asked("note: ").says("");
    ana.is_asked("[Y/n]: ");
    assert_eq!(place.read(PATH), TEAM, "nothing is written before it is wanted");
    let seen = ana.says("").leaves(0).to_owned();
    for (what, times) in [
        ("p99-latency is measured in ms, not in s; write the number in ms", 1),
        ("write a number from 0 to 1, such as 0.7", 1),
        ("Keep connections to the card processor open, 5 days ago", 1),
        ("has no milestone `spain`", 1),
        ("7.5", 0),
        ("letters", 0),
        ("refunds", 0),
    ] {
        assert_eq!(seen.matches(what).count(), times, "{what}\n{seen}");
    }
    let after = place.read(PATH);
    for (before, now) in [
        (
            "current = 371   # dashboard\nconfidence = 0.6\nas_of = 2026-11-13",
            "current = 352   # dashboard\nconfidence = 0.7\nas_of = 2026-11-22",
        ),
        ("Connection pooling shipped.", "Pauses for garbage collection are next."),
        ("current = 0.8\nas_of = 2026-11-13", "current = 0.8\nas_of = 2026-11-22"),
        ("France\", done = false", "France\", done = 2026-11-20"),
        ("Italy\", done = false", "Italy\", done = 2026-11-22"),
        ("done = false\n", "done = 2026-11-22\n"),
        ("current = 7.5\nas_of = 2026-11-13", "current = 9.0\nas_of = 2026-11-22"),
    ] {
        assert!(TEAM.contains(before), "{before}");
        assert!(after.contains(now) || after.contains(&now.replace("9.0", "9")), "{now}\n{after}");
    }
    let mut terminal = vt100::Parser::new(SIZE.0, SIZE.1, 0);
    terminal.process(seen.as_bytes());
    let drawn =
        screen::picture(terminal.screen(), "git okr checkin, guided: five key results, each asked about in turn");
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checkin.svg");
    if std::env::var_os("GIT_OKR_BLESS").is_some() {
        std::fs::write(&picture, &drawn).expect("docs/ is writable");
    }
    let old = std::fs::read_to_string(&picture).expect("a picture");
    assert!(old == drawn, "docs/checkin.svg is out of date: run `GIT_OKR_BLESS=1 cargo test guided`\n{seen}");
}

#[test]
fn who_ends_early_is_asked_about_what_there_is() {
    let place = place();
    let first = |person: &mut Person| {
        person.is_asked("value [371 ms]: ").says("350").is_asked("[0.6]: ").says("").is_asked("note: ").says("");
        person.is_asked("value [0.8 %]: ");
    };
    let mut ana = Person::runs(&place, "checkin");
    first(&mut ana);
    let seen = ana.says("q").is_asked("[Y/n]: ").says("n").leaves(0).to_owned();
    assert!(seen.contains("371 → 350") && seen.contains("nothing was written"), "{seen}");
    assert_eq!(place.read(PATH), TEAM);

    let mut ana = Person::runs(&place, "checkin");
    first(&mut ana);
    let (status, seen) = ana.presses('c').ends();
    assert!(matches!(status, WaitStatus::Signaled(_, Signal::SIGINT, _)), "{status:?}\n{seen}");
    assert_eq!(place.read(PATH), TEAM);

    let mut ana = Person::runs(&place, "checkin");
    let seen = ana.is_asked("value [371 ms]: ").presses('d').leaves(0);
    assert!(seen.contains("nothing to write"), "{seen}");

    let mut ana = Person::runs(&place, "checkin --commit");
    first(&mut ana);
    let seen = ana.presses('d').is_asked("commit it? [Y/n]: ").says("y").leaves(0);
    assert!(seen.contains("committed as"), "{seen}");
    assert_eq!(place.git(&["log", "-1", "--format=%s"]), "Check in p99-latency: 371 → 350 ms");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.read(PATH), TEAM.replace("371 ", "350 ").replacen("2026-11-13", "2026-11-22", 1));
}

#[test]
fn nobody_is_asked_for_nothing() {
    let place = place();
    let run = place.okr(&["checkin"]).exits(2);
    assert!(run.out.is_empty(), "{}", run.out);
    let seen = Person::runs(&place, "checkin --today 2026-10-01").leaves(0).to_owned();
    assert!(seen.contains("nothing is due of 6 key results"), "{seen}");
    let mut stranger = Person::runs(&place, "checkin --done");
    let seen = stranger.leaves(2);
    assert!(seen.contains("there is nothing to check in"), "{seen}");
    let _ = place.okr_in(&place.root(), &["checkin"], &[("GIT_AUTHOR_EMAIL", "eve@acme.example")]).exits(2);
}
