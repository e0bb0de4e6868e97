//! The demonstration: one command, the same on every machine, and worth looking at.

use crate::support::{Place, Run};

fn demonstrated(place: &Place) -> Run {
    std::fs::create_dir_all(place.root()).expect("a folder");
    place.okr(&["demo"]).exits(0)
}

#[test]
fn it_writes_and_shows_the_same_each_time() {
    let (one, other) = (Place::empty(), Place::empty());
    let (first, second) = (demonstrated(&one), demonstrated(&other));
    assert_eq!(first.out, second.out);
    let first = first
        .says("$ git okr -C git-okr-demo status --today 2026-09-25\n")
        .says("$ git okr -C git-okr-demo report --today 2026-09-25\n");
    assert!(!first.out.contains(one.root().to_str().expect("a plain path")), "no absolute path");
    let again = one.okr(&["demo"]).exits(2).says("git-okr-demo is there and not empty");
    assert_eq!(again.out, "");
}

#[test]
fn git_finds_it_sound_and_clean() {
    let place = Place::empty();
    let _ = demonstrated(&place);
    let git = |arguments: &[&str]| place.git(&[&["-C", "git-okr-demo"], arguments].concat());
    git(&["fsck", "--strict"]);
    assert_eq!(git(&["status", "--porcelain"]), "");
    let authors = git(&["log", "--format=%ae", "--since=2026-07-01"]);
    let authors: std::collections::BTreeSet<&str> = authors.lines().collect();
    assert_eq!(authors.len(), 5 + 1, "two teams and the founder: {authors:?}");
    assert!(git(&["rev-list", "--count", "--merges", "HEAD"]).parse::<usize>().expect("a number") >= 4);
    let backdated = git(&["log", "--format=%at %ct"]);
    let is_backdated = |line: &&str| line.split_once(' ').is_some_and(|(author, committer)| author < committer);
    assert!(backdated.lines().filter(is_backdated).count() >= 3);
}

#[test]
fn it_holds_what_a_quarter_holds() {
    let place = Place::empty();
    let _ = demonstrated(&place);
    let folder = place.root().join("git-okr-demo");
    let day = [("GIT_OKR_TODAY", "2026-09-25")];
    let checked = place.okr_in(&folder, &["check", "--format", "json"], &day).exits(0).json();
    assert_eq!(checked["summary"]["errors"], 0);
    assert!(checked["summary"]["warnings"].as_u64().expect("a number") <= 3, "{checked:#}");

    let report = place.okr_in(&folder, &["report", "--format", "json"], &day).exits(0).json();
    let key_results: Vec<&serde_json::Value> = report["cycles"]
        .as_array()
        .expect("cycles")
        .iter()
        .flat_map(|cycle| cycle["objectives"].as_array().expect("objectives"))
        .flat_map(|objective| objective["key_results"].as_array().expect("key results"))
        .collect();
    let find = |id: &str| *key_results.iter().find(|kr| kr["id"] == id).unwrap_or_else(|| panic!("no {id}"));
    for kind in ["metric", "bound", "milestones", "binary"] {
        assert!(key_results.iter().any(|kr| kr["kind"] == kind), "no {kind}");
    }
    assert_eq!(find("deploy-time")["health"], "stale");
    assert_eq!(find("rollback-rate")["not_counted"], "guardrail");
    assert_eq!(find("garden-diary")["not_counted"], "dropped");
    assert_eq!(find("finder-to-basket")["baseline_from"], "first-check-in");
    assert_eq!(find("margin")["current"], serde_json::Value::Null, "sensitive");
    let latency = find("p99-latency");
    assert!(latency["as_committed"].as_f64() < latency["progress"].as_f64(), "the goalpost moved: {latency:#}");
    assert_eq!(find("failed-payments")["check_ins"].as_array().map(Vec::len), Some(13));

    let log = place.okr_in(&folder, &["log", "p99-latency", "--format", "json"], &day).exits(0).json();
    let moved: Vec<&serde_json::Value> =
        log["events"].as_array().expect("events").iter().filter(|event| event["goalpost"] == true).collect();
    let late: Vec<&&serde_json::Value> = moved.iter().filter(|event| event["late"] == true).collect();
    assert_eq!((late.len(), &late[0]["eased"]), (1, &serde_json::Value::Bool(true)), "{moved:#?}");
}
