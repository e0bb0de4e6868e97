//! Every kind of repository that people have: each works, or says what it lacks and what to run.

use crate::support::{GOALS, PATH, Place, TODAY};
use std::process::Command;

fn two_check_ins() -> Place {
    let place = Place::with(&[(PATH, GOALS)]);
    place.commit("2026-10-20", "Check in", &[(PATH, &GOALS.replace("current = 400", "current = 380"))]);
    place.commit("2026-11-10", "Check in again", &[(PATH, &GOALS.replace("current = 400", "current = 350"))]);
    place
}

fn check_ins(json: &serde_json::Value) -> usize {
    json["cycles"][0]["objectives"][0]["key_results"][0]["check_ins"].as_array().expect("a list").len()
}

#[test]
fn without_git_only_check_works() {
    let place = Place::empty();
    place.write(PATH, GOALS);
    let _ = place.okr(&["check"]).exits(0);
    for command in ["status", "log", "report"] {
        let run = place.okr(&[command]).exits(2).says("no git repository").says("git init");
        assert!(run.out.is_empty());
    }
}

#[test]
fn whoever_names_the_root_asks_for_what_the_settings_name() {
    let place = Place::with(&[(PATH, GOALS), ("Cargo.toml", "[package]\nname = \"shop\"\n")]);
    let json = place.okr(&["check", ".", "--format", "json"]).exits(0).json();
    assert_eq!(json["summary"]["files"], 1);
}

#[test]
fn before_the_first_commit_the_work_tree_is_all_there_is() {
    let place = Place::repository();
    place.write(PATH, GOALS);
    let _ = place.okr(&["check"]).exits(0);
    let status = place.okr(&["status", "--format", "json"]).exits(0).json();
    assert!(status["revision"]["id"].is_null());
    let progress = status["cycles"][0]["progress"].as_f64().expect("a number");
    assert!((progress - 20.0 / 126.0).abs() < 1e-9);
    assert_eq!(check_ins(&status), 1);
    let _ = place.okr(&["status"]).exits(0).says("last check-in uncommitted");
    let _ = place.okr(&["log"]).exits(2).says("no commit yet").says("git commit");
    let _ = place.okr(&["status", "--as-of", "HEAD"]).exits(2).says("no commit yet");
}

#[test]
fn a_shallow_clone_says_that_it_is_cut() {
    let place = two_check_ins();
    let clone = place.beside("clone");
    place.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &format!("file://{}", place.root().display()),
        clone.to_str().expect("UTF-8"),
    ]);
    for command in ["status", "log", "report"] {
        let run = place.okr_in(&clone, &[command, "--format", "json"], &[]).exits(0);
        assert!(run.err.contains("git fetch --unshallow"), "{command}: {}", run.err);
        let json = run.json();
        assert_eq!(json["history"]["complete"], false, "{command}");
        assert_eq!(json["history"]["degraded"][0]["kind"], "shallow", "{command}");
    }
    let run = place.okr_in(&clone, &["report"], &[]).exits(0);
    assert!(run.out.contains("cut"), "the page itself says so\n{}", run.out);
}

#[test]
fn a_partial_clone_says_what_it_lacks() {
    let place = two_check_ins();
    let clone = place.beside("clone");
    place.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--filter=blob:none", &url, clone.to_str().expect("UTF-8")]);
    let run = place.okr_in(&clone, &["log", "--format", "json"], &[]).exits(0);
    assert!(run.err.contains("git fetch --refetch"), "{}", run.err);
    let json = run.json();
    assert_eq!(json["history"]["complete"], false);
    assert!(["partial", "missing-object"].contains(&json["history"]["degraded"][0]["kind"].as_str().expect("a word")));
}

#[test]
fn a_bare_repository_reports_and_does_not_check() {
    let place = two_check_ins();
    let bare = place.beside("bare.git");
    place.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("UTF-8")]);
    let report = place.okr_in(&bare, &["report", "--format", "json"], &[]).exits(0).json();
    assert_eq!(check_ins(&report), 3);
    let _ = place.okr_in(&bare, &["check"], &[]).exits(2).says("work tree").says("--as-of");
    let _ = place.okr_in(&bare, &["check", "--as-of", "HEAD"], &[]).exits(0);
}

#[test]
fn a_linked_work_tree_and_a_detached_head_see_the_same() {
    let place = two_check_ins();
    let linked = place.beside("linked");
    place.git(&["worktree", "add", "-q", "--detach", linked.to_str().expect("UTF-8"), "HEAD~1"]);
    let report = place.okr_in(&linked, &["report", "--format", "json"], &[]).exits(0).json();
    assert_eq!(check_ins(&report), 2);
    assert_eq!(report["revision"]["id"], place.git(&["rev-parse", "HEAD~1"]).as_str());
    let nested = linked.join("okrs/2026-Q4");
    let report = place.okr_in(&nested, &["report", "--format", "json"], &[]).exits(0).json();
    assert_eq!(check_ins(&report), 2, "any folder of the work tree will do");
}

#[test]
fn started_by_git_it_is_a_subcommand() {
    let place = two_check_ins();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_git-okr")).parent().expect("a folder").to_owned();
    let path = std::env::join_paths(
        std::iter::once(folder).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let output = Command::new("git")
        .args(["okr", "log", "--format", "json"])
        .current_dir(place.root())
        .env("PATH", path.expect("a path"))
        .env("GIT_OKR_TODAY", TODAY)
        .output()
        .expect("git runs");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["events"].as_array().expect("a list").len(), 3);
}

#[test]
fn an_unknown_extension_and_a_missing_object_are_named() {
    let place = two_check_ins();
    let blob = place.git(&["rev-parse", &format!("HEAD~1:{PATH}")]);
    std::fs::remove_file(place.root().join(".git/objects").join(&blob[..2]).join(&blob[2..])).expect("a loose object");
    let run = place.okr(&["log", "--format", "json"]).exits(0).says("git fsck");
    assert_eq!(run.json()["history"]["degraded"][0]["kind"], "missing-object");
    place.git(&["config", "core.repositoryFormatVersion", "1"]);
    place.git(&["config", "extensions.fancyNew", "true"]);
    let _ = place.okr(&["status"]).exits(2).says("fancynew");
}

#[test]
fn uncommitted_values_are_todays_check_in() {
    let place = two_check_ins();
    place.write(PATH, GOALS.replace("current = 400", "current = 320"));
    let run = place.okr(&["status", "--format", "json"]).exits(0);
    let json = run.json();
    assert_eq!(json["revision"]["dirty"], true);
    let last = json["cycles"][0]["objectives"][0]["key_results"][0]["check_ins"].as_array().expect("a list").last();
    let last = last.expect("a check-in");
    assert_eq!((last["value"].as_f64(), last["measured"].as_str()), (Some(320.0), Some(TODAY)));
    assert!(last["commit"].is_null());
    let _ = place.okr(&["status"]).exits(0).says("uncommitted");
    let committed = place.okr(&["status", "--as-of", "HEAD", "--format", "json"]).exits(0).json();
    assert_eq!(check_ins(&committed), 3);
}

#[test]
fn a_report_in_a_file_is_committed_with_the_values_it_shows() {
    let place = two_check_ins();
    place.write(PATH, GOALS.replace("current = 400", "current = 320"));
    let written = ["report", "--output", "okrs/README.md"];
    let _ = place.okr(&["report"]).exits(0).says("22 Nov 2026, uncommitted");
    let _ = place.okr(&written).exits(0);
    let text = std::fs::read_to_string(place.root().join("okrs/README.md")).expect("it was written");
    assert!(text.contains("22 Nov 2026") && !text.contains("uncommitted"), "{text}");
    let check = [&written[..], &["--check"]].concat();
    let _ = place.okr(&check).exits(0);
    place.commit(TODAY, "Check in", &[]);
    let _ = place.okr(&check).exits(0);
    let _ = place.okr(&["check", "--select", "report-stale"]).exits(0);
}

#[test]
fn an_unreadable_revision_is_noted_and_passed() {
    let place = two_check_ins();
    place.commit("2026-11-12", "Break it", &[(PATH, "cycle = = 1\n")]);
    place.commit("2026-11-13", "Mend it", &[(PATH, &GOALS.replace("current = 400", "current = 350"))]);
    let run = place.okr(&["log", "--format", "json"]).exits(0);
    let json = run.json();
    assert_eq!(json["events"].as_array().expect("a list").len(), 3, "{json:#}");
    assert_eq!(json["history"]["complete"], true);
    assert_eq!(json["history"]["degraded"][0]["kind"], "unreadable");
    assert_eq!(json["history"]["degraded"][0]["path"], PATH);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let place = two_check_ins();
    let mut child = Command::new(env!("CARGO_BIN_EXE_git-okr"))
        .args(["report", "--format", "json"])
        .current_dir(place.root())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("git-okr runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(matches!(output.status.code(), Some(0)), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn wrong_usage_says_what_would_be_right() {
    let place = two_check_ins();
    let _ = place.okr(&["stauts"]).exits(2).says("status");
    let _ = place.okr(&["status", "--today", "yesterday"]).exits(2).says("yesterday");
    let _ = place.okr(&["-C", "nowhere", "status"]).exits(2).says("nowhere");
    let _ = place.okr(&["log", "--as-of", "no-such-branch"]).exits(2).says("no-such-branch");
    let _ = place.okr(&["status", "p98"]).exits(2).says("p99");
    let _ = place.okr(&["status", "--cycle", "2031-Q1"]).exits(2).says("2031-Q1").says("2026-Q4");
    let run = place.okr_in(&place.root(), &["status"], &[("GIT_OKR_TODAY", "soon")]);
    let _ = run.exits(2).says("GIT_OKR_TODAY");
}
