//! Tells small stories of goals over days, and which of the rules over history have something to say at the end.

use super::examples::played;
use crate::finding::Level;
use crate::rules::rule::examples;
use crate::rules::{Checked, find};

const GOALS: &str = r#"```toml okrs/2026-Q4/payments.toml 2026-09-28
cycle = "2026-Q4"
owner = "@acme/payments"

[[objective]]
id = "reliable-checkout"
title = "Checkout just works, even on the worst day of the year"
commitment = "committed"

[[objective.key_result]]
id = "failed-payments"
title = "Failed payments fall from 3 % to 1 %"
definition = "Share of the week's card payments"
baseline = 3
target = 1
unit = "%"
```
"#;

/// Plays the goals with further steps.
fn told(story: &str) -> Checked {
    let text = format!("{GOALS}{story}");
    let steps = examples(&text.lines().collect::<Vec<_>>());
    played(find("toml-syntax").expect("registered"), &steps)
}

#[track_caller]
fn finds(story: &str, rules: &[&str]) {
    let checked = told(story);
    let found: Vec<&str> = checked.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(found, rules, "{story}\n{}", super::lines(&checked));
}

/// Writes a change on a day.
fn on(day: &str, change: &str) -> String {
    format!("```diff okrs/2026-Q4/payments.toml {day}\n{change}\n```\n")
}

/// Writes a check-in on a day.
fn check_in(day: &str, before: &str, after: &str) -> String {
    on(day, &format!("{before} unit = \"%\"\n{after}")).replace("- unit", "-unit")
}

fn look(day: &str) -> String {
    format!("```sh\ngit okr check --today {day}\n```\n")
}

#[test]
fn a_reason_heals_what_came_before_it_and_nothing_later() {
    let first = check_in("2026-11-02", "-target = 1\n+target = 2\n", "+current = 2.6\n+as_of = 2026-11-02");
    let amend = "+amend = [{ on = 2026-11-03, reason = \"The new processor comes in spring\" }]";
    let later = on("2026-11-04", &format!(" as_of = 2026-11-02\n{amend}"));
    let again = on("2026-11-05", "-target = 2\n+target = 2.5");
    let back = on("2026-11-05", "-target = 2\n+target = 1");
    finds(&first, &["goalpost-moved"]);
    finds(&[&first, &later].map(String::as_str).concat(), &[]);
    finds(&[&first, &later, &again].map(String::as_str).concat(), &["goalpost-moved"]);
    finds(&[&first, &back].map(String::as_str).concat(), &[]);
}

#[test]
fn what_is_not_locked_may_move() {
    finds(&check_in("2026-10-15", "-target = 1\n+target = 2\n", "+current = 2.6\n+as_of = 2026-10-15"), &[]);
    finds(
        &check_in("2026-10-16", "-target = 1\n+target = 2\n", "+current = 2.6\n+as_of = 2026-10-16"),
        &["goalpost-moved"],
    );
    // What lands after its cycle's lock has as long as a cycle has.
    let come = check_in(
        "2026-11-02",
        "",
        "+current = 2.6\n+as_of = 2026-11-02\n+\n+[[objective.key_result]]\n+id = \"letters\"\n+title = \"Letters about paying fall from 60 to 20 a week\"\n+definition = \"By day of arrival\"\n+baseline = 60\n+target = 20",
    );
    let moved = on("2026-11-06", "-target = 20\n+target = 30");
    finds(&[&come, &moved].map(String::as_str).concat(), &[]);
}

#[test]
fn names_and_places_may_change() {
    let value = "+current = 2.6\n+as_of = 2026-11-02";
    let renamed = check_in(
        "2026-11-02",
        "-id = \"failed-payments\"\n+id = \"refused\"\n+aliases = [\"failed-payments\"]\n title = \"Failed payments fall from 3 % to 1 %\"\n definition = \"Share of the week's card payments\"\n baseline = 3\n target = 1\n",
        value,
    );
    finds(&renamed, &[]);
    let bare = renamed.replace("+aliases = [\"failed-payments\"]\n", "");
    let checked = told(&bare);
    let text = super::lines(&checked);
    assert_eq!(checked.findings.iter().map(|one| one.rule).collect::<Vec<_>>(), ["kr-removed"], "{text}");
    assert!(checked.findings[0].help.contains("at `refused`, which came with the same commit"), "{text}");
}

#[test]
fn an_ended_cycle_is_held_to_its_own_time() {
    // Nobody is to look at it any more, and nobody may be said to do so late.
    let scored = "+current = 1\n+as_of = 2026-12-30\n+score = 1.0";
    finds(&[&check_in("2026-12-31", "", scored), &look("2027-03-01")].map(String::as_str).concat(), &[]);
    let unscored = check_in("2026-12-31", "", "+current = 1\n+as_of = 2026-12-30");
    finds(&[&unscored, &look("2027-01-03")].map(String::as_str).concat(), &[]);
    finds(&[&unscored, &look("2027-01-04")].map(String::as_str).concat(), &["close-unscored"]);
    // Its goals may be put away.
    let away = GOALS.replace("cycle = \"2026-Q4\"", "cycle = \"2027-Q1\"").replace("2026-09-28", "2027-01-04");
    finds(&[&unscored, &away, &look("2027-01-08")].map(String::as_str).concat(), &[]);
    let early = away.replace("2027-01-04", "2026-12-30");
    finds(&[&early, &look("2026-12-31")].map(String::as_str).concat(), &["kr-removed"]);
}

#[test]
fn older_cycles_without_a_score_are_warnings() {
    let older = GOALS.replace("2026-Q4", "2026-Q2").replace("2026-09-28", "2026-09-29");
    let checked =
        told(&[&older, &GOALS.replace("2026-Q4", "2026-Q3"), &look("2026-10-04")].map(String::as_str).concat());
    let found: Vec<_> = checked.findings.iter().map(|one| (one.rule, one.level)).collect();
    assert_eq!(
        found,
        [("close-unscored", Level::Warning), ("close-unscored", Level::Error)],
        "{}",
        super::lines(&checked)
    );
}

#[test]
fn a_slip_that_was_mended_is_none() {
    let good = check_in("2026-11-06", "", "+current = 2.4\n+as_of = 2026-11-06");
    let slip = on("2026-11-13", "-current = 2.4\n-as_of = 2026-11-06\n+current = 240\n+as_of = 2026-11-13");
    let mended = on("2026-11-20", "-current = 240\n-as_of = 2026-11-13\n+current = 2.1\n+as_of = 2026-11-20");
    finds(&[&good, &slip].map(String::as_str).concat(), &["checkin-jump"]);
    finds(&[&good, &slip, &mended].map(String::as_str).concat(), &[]);
    let below = slip.replace("+current = 240", "+current = -0.1");
    finds(&[&good, &below].map(String::as_str).concat(), &["checkin-jump"]);
}

#[test]
fn a_later_note_says_why_confidence_fell() {
    let sure = check_in("2026-11-06", "", "+current = 2.4\n+confidence = 0.7\n+as_of = 2026-11-06");
    let fell = on("2026-11-13", "-confidence = 0.7\n-as_of = 2026-11-06\n+confidence = 0.5\n+as_of = 2026-11-13");
    let said = on("2026-11-20", "-as_of = 2026-11-13\n+as_of = 2026-11-20\n+note = \"Half of the team is ill.\"");
    finds(&[&sure, &fell].map(String::as_str).concat(), &["checkin-drop-no-note"]);
    finds(&[&sure, &fell, &said].map(String::as_str).concat(), &[]);
    finds(&[&sure, &fell.replace("0.5", "0.55")].map(String::as_str).concat(), &[]);
}

#[test]
fn green_that_does_not_move_is_found() {
    let mut story = check_in("2026-10-09", "", "+current = 2.7\n+as_of = 2026-10-09\n+health = \"on-track\"");
    let mut before = "2026-10-09";
    for day in ["2026-10-13", "2026-10-16", "2026-10-19"] {
        finds(&story, &[]);
        story += &on(day, &format!("-as_of = {before}\n+as_of = {day}"));
        before = day;
    }
    finds(&story, &["checkin-silent-green"]);
}

#[test]
fn a_cycle_that_has_locked_keeps_its_days() {
    let value = check_in("2026-11-02", "", "+current = 2.6\n+as_of = 2026-11-02");
    let settings = |day: &str, text: &str| format!("```toml okr.toml {day}\n{text}\n```\n");
    let first = settings("2026-09-28", "[calendar]\nlock_after_days = 14");
    let moved = |day: &str| settings(day, "[calendar]\nlock_after_days = 60");
    finds(&[&first, &moved("2026-10-14"), &value].map(String::as_str).concat(), &[]);
    let late = [&first, &value, &moved("2026-11-03")].map(String::as_str).concat();
    finds(&late, &["goalpost-moved"]);
    let declared = "[calendar]\nlock_after_days = 60\n[[cycle]]\nid = \"2026-Q4\"\nstart = 2026-10-01\nend = 2026-12-31\nlock = 2026-10-15";
    finds(&[&first, &value, &settings("2026-11-03", declared)].map(String::as_str).concat(), &[]);
    // Settings that came only later had settled nothing before.
    finds(&[&value, &moved("2026-11-03")].map(String::as_str).concat(), &[]);
}
