//! `git okr ci`, as jobs of several kinds run it.

use crate::comment::Job;
use crate::support::forge::{FORK_TOKEN, JOB_TOKEN, NUMBER, PERSONAL_TOKEN, REPOSITORY};
use crate::support::{GOALS, PATH, Place};
use serde_json::{Value, json};

#[test]
fn a_pull_request_gets_all_of_it_in_one_run() {
    let mut job = Job::new();
    job.value("current = 350");
    let run = job.runs(JOB_TOKEN, "ci", &["--diff-out", "../diff.json", "--output", "sarif=../okr.sarif"]).exits(0);
    let _ = run.says("commented: http://127.0.0.1").says("15.9 % → 55.6 %");
    assert_eq!(job.forge.memory().comments.len(), 1);
    assert!(job.summary().starts_with("### 🎯 2026-Q4: 15.9 % → 55.6 %"), "{}", job.summary());
    assert!(!job.summary().contains("<!-- git-okr"), "the mark belongs to the comment");
    let id = job.forge.memory().comments[0].id.to_string();
    for (name, value) in [
        ("changed", "true"),
        ("errors", "0"),
        ("class", "check-in"),
        ("only-objectives", "true"),
        ("goalposts-moved", "0"),
        ("comment-id", id.as_str()),
        ("report-json", "../diff.json"),
        ("sarif-file", "../okr.sarif"),
        ("exit-code", "0"),
    ] {
        assert_eq!(job.output(name).as_deref(), Some(value), "{name}");
    }
    let diff: Value = serde_json::from_str(&std::fs::read_to_string(job.place.beside("diff.json")).unwrap()).unwrap();
    let told = |name: &str| job.output(name).unwrap().parse::<f64>().unwrap();
    assert_eq!(Some(told("progress-before")), diff["progress"][0]["before"].as_f64());
    assert_eq!(Some(told("progress-after")), diff["progress"][0]["after"].as_f64());
    assert!(std::fs::read_to_string(job.place.beside("okr.sarif")).unwrap().contains("\"2.1.0\""));
}

#[test]
fn a_change_that_is_wrong_is_annotated_and_fails() {
    let mut job = Job::new();
    job.value("current = \"fast\"");
    let run = job.runs(JOB_TOKEN, "ci", &[]).exits(1);
    let _ = run.says(&format!("::error file={PATH},line=13,"));
    assert_eq!((job.output("errors"), job.output("exit-code")), (Some("1".into()), Some("1".into())));
    assert!(job.forge.memory().bodies()[0].contains("❌ 1 error"));
    let _ = job.runs(JOB_TOKEN, "ci", &["--fail-on", "never"]).exits(0);
    assert_eq!(job.output("exit-code").as_deref(), Some("0"));
}

#[test]
fn what_a_reviewer_reads_is_annotated_first() {
    let mut job = Job::new();
    let goals = |name: &str| GOALS.replace("\"speed\"", &format!("\"{name}\""));
    let names: Vec<String> = (0..12).map(|at| format!("a{at:02}")).chain(["z".to_owned()]).collect();
    let path = |name: &str| format!("okrs/2026-Q4/{name}.toml");
    job.place.git(&["checkout", "-q", "main"]);
    for name in &names {
        job.place.write(&path(name), goals(name));
    }
    job.place.commit("2026-11-18", "Go on", &[("okr.toml", "[teams.\"@team\"]\nname = \"Team\"\n")]);
    job.place.git(&["checkout", "-q", "-B", "work"]);
    // Who disbands a team is told in every file; the one that the change touches comes last by name.
    let settings = "[teams.\"@other\"]\nname = \"Other\"\n";
    let touched = format!("{}note = \"Caching shipped\"\n", goals("z"))
        .replace("title = \"P99", "owner = \"@eve\"\ntitle = \"P99");
    job.place.commit("2026-11-20", "Disband", &[("okr.toml", settings), (&path("z"), &touched)]);
    let run = job.runs(JOB_TOKEN, "ci", &[]);
    let shown: Vec<&str> = run.out.lines().filter(|line| line.starts_with("::warning file=")).collect();
    assert_eq!(shown.len(), 9, "{}", run.out);
    assert!(shown[0].contains("/z.toml,line=10"), "the line that the change brings: {}", shown[0]);
    assert!(shown[1].contains("/z.toml,line=2"), "the file that it touches: {}", shown[1]);
    assert!(shown[2].contains("/a00.toml"), "{}", shown[2]);
}

#[test]
fn paths_say_whose_findings_count() {
    let mut job = Job::new();
    let unowned = GOALS.replace("owner = \"@team\"\n", "").replace("\"speed\"", "\"other\"");
    job.place.commit("2026-11-20", "Go on", &[("okrs/2026-Q4/other.toml", &unowned)]);
    let _ = job.runs(JOB_TOKEN, "ci", &["okrs/2026-Q4/other.toml"]).exits(1).says("owner-missing");
    let _ = job.runs(JOB_TOKEN, "ci", &[PATH]).exits(0).hides("owner-missing").says("2026-Q4/other");
    assert!(!job.forge.memory().bodies()[0].contains("owner-missing"));
    let _ = job.runs(JOB_TOKEN, "ci", &["elsewhere"]).exits(2).says("no objective file at elsewhere");
}

#[test]
fn both_states_are_walked_once() {
    let mut job = Job::new();
    job.value("current = 350");
    let run = job.runs(JOB_TOKEN, "ci", &["--verbose", "--no-cache"]).exits(0);
    assert_eq!(run.err.matches("walked ").count(), 2, "{}", run.err);
}

#[test]
fn what_was_wrong_before_is_not_held_against_a_change() {
    let mut job = Job::new();
    job.place.git(&["checkout", "-q", "main"]);
    let unowned = GOALS.replace("owner = \"@team\"\n", "");
    job.place.commit("2026-11-19", "Owned by nobody", &[(PATH, &unowned)]);
    job.place.git(&["checkout", "-q", "-B", "work"]);
    job.place.commit("2026-11-20", "Check in", &[(PATH, &unowned.replace("current = 400", "current = 350"))]);
    let _ = job.runs(JOB_TOKEN, "ci", &[]).exits(0).hides("::error");
    // Nothing proposed: all of it counts.
    let push = job.runs_about(&json!({ "ref": "refs/heads/work" }), JOB_TOKEN, "ci", &[]).exits(1);
    let _ = push.says("::error").says("owner-missing");
    assert_eq!(job.output("class").as_deref(), Some("none"));
    assert!(job.summary().contains("git-okr finds errors: 1, warnings: "), "{}", job.summary());
}

#[test]
fn a_fork_gets_annotations_and_the_summary_once() {
    let mut job = Job::new();
    job.value("current = 350");
    let _ = job.runs(FORK_TOKEN, "ci", &[]).exits(0).says("pull-requests: write");
    assert_eq!(job.summary().matches("### 🎯").count(), 1);
    assert_eq!(job.output("comment-id").as_deref(), Some(""));
    let _ = job.runs(FORK_TOKEN, "ci", &["--comment", "required"]).exits(2).says("does not let this token");
    assert_eq!(job.output("exit-code").as_deref(), Some("2"));
    let _ = job.runs(FORK_TOKEN, "ci", &["--comment", "never"]).exits(0).hides("token");
    assert!(job.forge.memory().comments.is_empty());
}

#[test]
fn a_merge_queue_compares_and_comments_nowhere() {
    let mut job = Job::new();
    job.value("current = 350");
    let [head, base] = ["work", "main"].map(|branch| job.place.git(&["rev-parse", branch]));
    let event = json!({ "merge_group": { "head_sha": head, "base_sha": base } });
    let _ = job.runs_about(&event, JOB_TOKEN, "ci", &[]).exits(0).says("no pull request here");
    assert_eq!(job.output("class").as_deref(), Some("check-in"));
    assert!(job.forge.memory().asked.is_empty());
}

#[test]
fn a_shallow_clone_is_told_what_to_write() {
    let job = Job::new();
    job.value("current = 350");
    let shallow = job.place.beside("shallow");
    let from = format!("file://{}", job.place.root().display());
    job.place.git(&["clone", "-q", "--depth", "1", "--branch", "work", &from, shallow.to_str().unwrap()]);
    let ci = |environment: &[(&str, &str)]| job.place.okr_in(&shallow, &["ci"], environment).exits(2);
    let _ = ci(&[("GITHUB_ACTIONS", "true")]).says("`fetch-depth: 0` beneath `with:`");
    let _ = ci(&[("GITLAB_CI", "true")]).says("`GIT_DEPTH: \"0\"` beneath `variables:`");
    let _ = ci(&[]).says("git fetch --unshallow");
}

#[test]
fn a_fork_is_read_from_objects_alone() {
    let mut job = Job::new();
    job.value("current = 350");
    let settings = "[rules.levels]\nowner-missing = \"off\"\n";
    let unowned = GOALS.replace("owner = \"@team\"\n", "");
    job.place.commit("2026-11-21", "Nobody's", &[("okr.toml", settings), (PATH, &unowned)]);
    job.place.git(&["update-ref", "refs/okr/head", "work"]);
    job.place.git(&["checkout", "-q", "main"]);
    let run = job.runs(JOB_TOKEN, "ci", &["--head", "refs/okr/head"]).exits(1);
    let _ = run.says("owner-missing");
    assert_eq!(job.place.read(PATH), GOALS, "the work tree is the base's");
}

#[test]
fn gitlab_gets_a_note_and_its_reports() {
    let job = Job::new();
    job.value("current = 350");
    let [head, base] = ["work", "main"].map(|branch| job.place.git(&["rev-parse", branch]));
    let (api, number) = (format!("{}/api/v4", job.forge.address), NUMBER.to_string());
    let environment = [
        ("GITLAB_CI", "true"),
        ("CI_API_V4_URL", api.as_str()),
        ("CI_MERGE_REQUEST_PROJECT_ID", REPOSITORY),
        ("CI_MERGE_REQUEST_IID", number.as_str()),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str()),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", head.as_str()),
        ("GITLAB_TOKEN", PERSONAL_TOKEN),
    ];
    let arguments = ["ci", "--output", "gitlab=../quality.json", "--output", "junit=../okr.xml"];
    let run = job.place.okr_in(&job.place.root(), &arguments, &environment).exits(0);
    let _ = run.says("commented").hides("::");
    assert_eq!(std::fs::read_to_string(job.place.beside("quality.json")).unwrap().trim(), "[]");
    assert_eq!(job.forge.memory().comments.len(), 1);
}

#[test]
fn by_hand_it_checks_what_is_committed() {
    let place = Place::with(&[(PATH, GOALS)]);
    let _ = place.okr(&["ci"]).exits(0);
    place.commit("2026-11-20", "Check in", &[(PATH, &GOALS.replace("current = 400", "current = 350"))]);
    let _ = place.okr(&["ci", "--base", "HEAD~1"]).exits(0).says("55.6 %").says("no pull request here");
    // A commit's own day: run again next year, it says the same.
    let run = place.okr_in(&place.root(), &["ci", "--base", "HEAD~1"], &[("GIT_OKR_TODAY", "")]).exits(0);
    let _ = run.says("55.6 %");
}
