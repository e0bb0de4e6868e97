//! Killed at any moment, a check-in has happened or it has not: a file is never half of one.

use crate::support::{GOALS, PATH, Place};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// In as many repositories at once the program is killed.
const PLACES: u32 = 4;
/// As often in each of them.
const TIMES: u32 = 50;

#[test]
fn a_file_is_the_old_one_or_the_new_one() {
    let (kept, written) = std::thread::scope(|scope| {
        let all: Vec<_> = (0..PLACES).map(|place| scope.spawn(move || kill(place))).collect();
        all.into_iter().fold((0, 0), |(kept, written), one| {
            let (k, w) = one.join().expect("nothing broke");
            (kept + k, written + w)
        })
    });
    assert_eq!(kept + written, 200);
    assert!(kept > 0 && written > 0, "{kept} times before, {written} times after");
}

/// The file after a check-in.
fn text(value: u32) -> String {
    GOALS.replace("current = 400\n", &format!("current = {value}\nas_of = 2026-11-22\n"))
}

fn check_in(place: &Place, value: u32) -> Child {
    let mut command = place.command(Path::new(env!("CARGO_BIN_EXE_git-okr")), &place.root());
    command.args(["checkin", &format!("p99={value}")]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("git-okr runs")
}

/// Checks in without being killed, and says how long that takes.
fn whole(place: &Place, value: u32) -> Duration {
    let begun = Instant::now();
    assert!(check_in(place, value).wait().expect("it ends").success());
    begun.elapsed()
}

/// Kills check-ins from their first moment to a little after their last; counts those that had not happened, and those that
/// had.
fn kill(turn: u32) -> (u32, u32) {
    let place = Place::with(&[(PATH, GOALS)]);
    let longest = [100, 101, 102].map(|value| whole(&place, value)).into_iter().max().unwrap();
    let (mut last, mut kept, mut written) = (102, 0, 0);
    for at in 0..TIMES {
        let next = 200 + at;
        let mut child = check_in(&place, next);
        std::thread::sleep(longest * (at * PLACES + turn) / (PLACES * TIMES * 9 / 10));
        // One that has ended cannot be killed, and need not be.
        let _ = child.kill();
        let _ = child.wait().expect("it ended");
        let now = place.read(PATH);
        if now == text(next) {
            (last, written) = (next, written + 1);
        } else {
            assert_eq!(now, text(last), "killed for the {at}th time");
            kept += 1;
        }
    }
    // What was left beside it is nothing that anybody reads as goals, and the next check-in finds all in order.
    let folder = place.root().join(PATH).parent().expect("a folder").to_owned();
    let names = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("an entry").file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().ends_with(".toml")).count(), 1);
    let _ = whole(&place, 999);
    assert_eq!(place.read(PATH), text(999));
    assert_eq!(place.okr(&["check", "--format", "json"]).exits(0).json()["summary"]["key_results"], 1);
    (kept, written)
}
