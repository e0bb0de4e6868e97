//! `check --staged`: what the next commit will hold, in a real pre-commit hook.

use crate::support::{GOALS, PATH, Place};

const BAD: (&str, &str) = ("current = 400", "curent = 400");

fn bad() -> String {
    GOALS.replace(BAD.0, BAD.1)
}

/// Good goals, committed, and a hook that checks what is staged.
fn hooked(arguments: &str) -> Place {
    let place = Place::with(&[(PATH, GOALS)]);
    hook(&place, arguments);
    place
}

fn hook(place: &Place, arguments: &str) {
    let hook = format!("#!/bin/sh\nexec git okr check --staged --format concise {arguments}\n");
    place.write(".git/hooks/pre-commit", hook);
    place.shell(&place.root(), "chmod +x .git/hooks/pre-commit", &[]);
}

/// Runs a line of shell and gives whether a commit came of it, and what was said.
fn committing(place: &Place, line: &str) -> (bool, String) {
    let before = place.git(&["rev-parse", "HEAD"]);
    let (_, said) = place.shell(&place.root(), line, &[]);
    (place.git(&["rev-parse", "HEAD"]) != before, said)
}

#[track_caller]
fn refused(place: &Place, line: &str) {
    let (committed, said) = committing(place, line);
    assert!(!committed && said.contains("field-unknown"), "{line}\n{said}");
}

#[track_caller]
fn taken(place: &Place, line: &str) {
    let (committed, said) = committing(place, line);
    assert!(committed, "{line}\n{said}");
}

#[test]
fn a_hook_judges_what_will_be_committed() {
    let place = hooked("");
    place.write(PATH, bad());
    refused(&place, "git add -A && git commit -qm Bad");
    // The index still holds the mistake, though the work tree no longer does.
    place.write(PATH, GOALS);
    refused(&place, "git commit -qm Bad");
    place.write("README", "x");
    taken(&place, "git add -A && git commit -qm Good");
    // Only half of the work tree is staged: the other half is not judged.
    place.write(PATH, GOALS.replace("400", "390"));
    place.git(&["add", "-A"]);
    place.write(PATH, bad());
    taken(&place, "git commit -qm Good");
    assert!(place.git(&["show", &format!("HEAD:{PATH}")]).contains("current = 390"));
}

#[test]
fn a_hook_is_given_the_index_of_the_commit() {
    let place = hooked("");
    place.write(PATH, bad());
    refused(&place, "git commit -qam Bad");
    refused(&place, &format!("git commit -qm Bad {PATH}"));
    // One good file of two is committed by name: git makes an index for it alone.
    place.write("okrs/2026-Q4/other.toml", GOALS.replace("\"speed\"", "\"other\""));
    place.git(&["add", "okrs/2026-Q4/other.toml"]);
    taken(&place, "git commit -qm Good okrs/2026-Q4/other.toml");
    place.write("okrs/2026-Q4/third.toml", bad().replace("\"speed\"", "\"third\""));
    place.git(&["add", "-N", "okrs/2026-Q4/third.toml"]);
    place.write("README", "x");
    taken(&place, "git add README && git commit -qm 'What is only meant to be added is not in it'");
    let (done, said) = place.shell(&place.root(), "git worktree add -q ../linked HEAD", &[]);
    assert!(done, "{said}");
    let line = format!("sed -i 's/{}/{}/' {PATH} && git commit -qam Bad", BAD.0, BAD.1);
    let (done, said) = place.shell(&place.beside("linked"), &line, &[]);
    assert!(!done && said.contains("field-unknown"), "a linked work tree has an index of its own\n{said}");
}

#[test]
fn with_a_base_a_commit_answers_for_itself() {
    let place = hooked("--base HEAD");
    place.git(&["config", "core.hooksPath", "/dev/null"]);
    place.commit("2026-10-06", "An old sin", &[(PATH, &bad())]);
    place.git(&["config", "--unset", "core.hooksPath"]);
    place.write(PATH, bad().replace("current", "note = \"Soon\"\ncurrent").replace("curent = 400", "curent = 401"));
    taken(&place, "git commit -qam 'The old sin is not its own'");
    place.write(PATH, bad().replace("owner", "ownr"));
    refused(&place, "git commit -qam Bad");
}

#[test]
fn before_the_first_commit_all_is_new() {
    let place = Place::repository();
    hook(&place, "--base HEAD");
    place.write(PATH, bad());
    let (done, said) = place.shell(&place.root(), "git add -A && git commit -qm First", &[]);
    assert!(!done && said.contains("field-unknown"), "{said}");
    place.write(PATH, GOALS);
    let (done, said) = place.shell(&place.root(), "git add -A && git commit -qm First", &[]);
    assert!(done, "{said}");
}

#[test]
fn settings_and_history_are_those_of_the_index() {
    let place = Place::with(&[(PATH, &bad())]);
    place.write("okr.toml", "[rules.levels]\nfield-unknown = \"off\"\n");
    let _ = place.okr(&["check"]).exits(0);
    let _ = place.okr(&["check", "--staged"]).exits(1).says("field-unknown");
    place.git(&["add", "okr.toml"]);
    let _ = place.okr(&["check", "--staged"]).exits(0);
    // A check-in that is staged counts as one of today.
    let place = Place::with(&[(PATH, GOALS)]);
    place.write(PATH, GOALS.replace("400", "380"));
    let silent = place.okr(&["check", "--staged", "-v"]).exits(0);
    assert!(silent.err.contains("from the index") && silent.err.contains("1 events"), "{}", silent.err);
    place.git(&["add", "-A"]);
    let counted = place.okr(&["check", "--staged", "-v"]).exits(0);
    assert!(counted.err.contains("2 events"), "{}", counted.err);
}

#[test]
fn a_folder_that_is_named_keeps_the_index_that_git_names() {
    let place = Place::with(&[(PATH, GOALS)]);
    let index = place.beside("index");
    std::fs::copy(place.root().join(".git/index"), &index).expect("copied");
    place.write(PATH, bad());
    place.git(&["add", "-A"]);
    place.write(PATH, GOALS);
    let _ = place.okr(&["-C", "okrs", "check", "--staged"]).exits(1).says("field-unknown");
    let named = [("GIT_INDEX_FILE", index.to_str().expect("UTF-8"))];
    let _ = place.okr_in(&place.root(), &["-C", "okrs", "check", "--staged"], &named).exits(0);
    // Another repository is not what git speaks of.
    let other = Place::with(&[(PATH, &bad())]);
    let elsewhere = other.root();
    let arguments = ["-C", elsewhere.to_str().expect("UTF-8"), "check", "--staged"];
    let _ = place.okr_in(&place.root(), &arguments, &named).exits(1).says("field-unknown");
}

#[test]
fn what_the_index_cannot_give_is_refused() {
    let place = Place::with(&[(PATH, GOALS)]);
    place.git(&["checkout", "-q", "-b", "side"]);
    place.commit("2026-10-06", "One", &[(PATH, &GOALS.replace("400", "390"))]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("2026-10-06", "Other", &[(PATH, &GOALS.replace("400", "380"))]);
    let _ = place.shell(&place.root(), "git merge -q side", &[]);
    let _ = place.okr(&["check", "--staged"]).exits(2).says(PATH).says("merge conflict").says("git add");
    place.git(&["reset", "-q", "--hard"]);
    let _ = place.okr(&["check", "--staged", "--as-of", "HEAD"]).exits(2).says("--as-of");
    place.git(&["rm", "-q", "--cached", "-r", "okrs"]);
    let _ = place.okr(&["check", "--staged"]).exits(2).says("no objective file");
    let bare = place.beside("bare.git");
    place.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("UTF-8")]);
    let _ = place.okr_in(&bare, &["check", "--staged"], &[]).exits(2).says("bare");
    let empty = Place::empty();
    empty.write(PATH, GOALS);
    let _ = empty.okr(&["check", "--staged"]).exits(2).says("no git repository");
    let unborn = Place::repository();
    unborn.write(PATH, bad());
    unborn.git(&["add", "-A"]);
    let _ = unborn.okr(&["check", "--staged"]).exits(1).says("field-unknown");
}
