//! The ledger of goalposts: what was agreed on at the lock, every change of it, progress as committed and as edited.

use crate::published::holds;
use crate::support::{GOALS, PATH, Place};
use serde_json::{Value, json};

const P99: &str = "2026-Q4/speed/p99";

fn ledger(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let all: Vec<_> = ["log", "--goalposts", "--format", "json"].iter().chain(arguments).copied().collect();
    let document = place.okr(&all).exits(0).json();
    holds("log", &document);
    document["ledger"].as_array().expect("a list").clone()
}

#[track_caller]
fn page<'a>(ledger: &'a [Value], name: &str) -> &'a Value {
    ledger.iter().find(|page| page["name"] == name).unwrap_or_else(|| panic!("no page of {name}: {ledger:#?}"))
}

/// Goals that were set, made harder before the lock and easier after it, with a reason.
fn moved() -> Place {
    let place = Place::with(&[(PATH, GOALS)]);
    let harder = GOALS.replace("target = 294", "target = 280");
    place.commit("2026-10-10", "Aim higher", &[(PATH, &harder)]);
    let reason = "amend = [{ on = 2026-11-02, reason = \"The processor was replaced\", approved_by = \"@cto\" }]\n";
    let easier = harder.replace("target = 280", "target = 350") + reason;
    place.git(&["config", "user.name", "Bo"]);
    place.commit("2026-11-02", "Aim lower", &[(PATH, &easier)]);
    place.commit("2026-11-20", "Check in", &[(PATH, &easier.replace("current = 400", "current = 385"))]);
    place
}

#[test]
fn every_change_stands_with_who_when_why_and_both_figures() {
    let place = moved();
    let all = ledger(&place, &[]);
    let page = page(&all, P99);
    assert_eq!(page["locked_on"], "2026-10-15");
    let agreed = page["agreed"].as_array().expect("a list");
    for (field, value) in [("baseline", json!(420)), ("target", json!(280))] {
        assert!(agreed.contains(&json!({ "field": field, "value": value })), "{field}: {agreed:?}");
    }
    let changes = page["changes"].as_array().expect("a list");
    assert_eq!(changes.len(), 2);
    assert_eq!(
        (&changes[0]["late"], &changes[0]["eased"], &changes[0]["reason"]),
        (&json!(false), &json!(false), &Value::Null)
    );
    let late = &changes[1];
    assert_eq!((&late["late"], &late["eased"], &late["day"]), (&json!(true), &json!(true), &json!("2026-11-02")));
    assert_eq!(late["changes"], json!([{ "field": "target", "before": 280, "after": 350 }]));
    assert_eq!((&late["reason"], &late["approved_by"]), (&json!("The processor was replaced"), &json!("@cto")));
    assert_eq!(late["author"], json!({ "name": "Ana", "email": "ana@acme.example" }));
    assert_eq!(late["commit"], place.git(&["rev-parse", "HEAD~1"]).as_str());
    assert_eq!((page["progress"].as_f64(), page["as_committed"].as_f64()), (Some(0.5), Some(0.25)));
    let human = place.okr(&["log", "--goalposts"]).exits(0).says("2026-10-15  locked: baseline 420, target 280");
    let human = human.says("target 280 → 350; easier").says("“The processor was replaced”, approved by @cto");
    let _ = human.says("50.0 % as edited, 25.0 % as committed").says("1 goal moved after its lock");
    let report = place.okr(&["report"]).exits(0).says("15 Oct 2026: baseline 420, target 280 | 50.0 % | 25.0 % |");
    let _ = report.says(
        "| 2 Nov 2026 | Ana | 2026-Q4/speed/p99 | target: 280 → 350 | **easier** | The processor was replaced (@",
    );
    let model = place.okr(&["report", "--format", "json"]).exits(0).json();
    holds("report", &model);
    assert_eq!(model["cycles"][0]["ledger"], json!(all));
    assert_eq!(model["cycles"][0]["goalposts"], json!([late]));
    // Nobody asked: no ledger.
    assert!(place.okr(&["log", "--format", "json"]).exits(0).json()["ledger"].is_null());
}

#[test]
fn what_is_not_committed_moves_goalposts_too() {
    let place = Place::with(&[(PATH, GOALS)]);
    place.write(PATH, GOALS.replace("target = 294", "target = 350"));
    let all = ledger(&place, &[]);
    let change = &page(&all, P99)["changes"][0];
    assert_eq!((&change["late"], &change["commit"], &change["reason"]), (&json!(true), &Value::Null, &Value::Null));
    let _ = place.okr(&["log", "--goalposts"]).exits(0).says("uncommitted").says("no reason given");
    let early = place.okr(&["log", "--goalposts", "--today", "2026-10-12"]).exits(0);
    let _ = early.says("its lock is still to come").says("none moved after its lock").hides("no reason given");
}

#[test]
fn landing_counts_and_removal_is_a_change() {
    let two = format!(
        "{GOALS}\n[[objective.key_result]]\nid = \"errors\"\ntitle = \"Errors fall\"\nbaseline = 10\ntarget = 0\ncurrent = 5\n"
    );
    let place = Place::with(&[(PATH, &two)]);
    place.git(&["checkout", "-q", "-b", "side"]);
    place.commit("2026-10-07", "Move before the lock", &[(PATH, &two.replace("target = 294", "target = 350"))]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("2026-11-01", "Elsewhere", &[("README.md", "Hello\n")]);
    place.git_on("2026-11-02", &["merge", "-q", "--no-ff", "-m", "Merge after the lock", "side"]);
    let moved = two.replace("target = 294", "target = 350");
    let cut = moved.find("\n[[objective.key_result]]\nid = \"errors\"").expect("the key result");
    place.commit("2026-11-10", "Take it out", &[(PATH, &moved[..cut])]);
    let all = ledger(&place, &[]);
    let change = &page(&all, P99)["changes"][0];
    assert_eq!((&change["late"], &change["day"]), (&json!(true), &json!("2026-10-07")));
    let errors = page(&all, "2026-Q4/speed/errors");
    assert_eq!((&errors["changes"][0]["kind"], &errors["changes"][0]["late"]), (&json!("removed"), &json!(true)));
    assert_eq!((errors["progress"].as_f64(), errors["as_committed"].as_f64()), (None, Some(0.5)));
    assert_eq!(errors["title"], "Errors fall");
    let _ = place.okr(&["log", "--goalposts", "errors"]).exits(0).says("removed").hides(P99);
    assert_eq!(ledger(&place, &["p99"]).len(), 1);
    let _ = place.okr(&["log", "--goalposts", "--cycle", "2026-Q3"]).exits(2);
}

#[test]
fn a_promise_of_the_objective_has_a_page_of_its_own() {
    let promised = GOALS.replace("title = \"Pages", "commitment = \"committed\"\ntitle = \"Pages");
    let place = Place::with(&[(PATH, &promised)]);
    place.commit("2026-11-02", "Promise less", &[(PATH, &promised.replace("\"committed\"", "\"aspirational\""))]);
    let all = ledger(&place, &[]);
    let own = page(&all, "2026-Q4/speed");
    assert_eq!((&own["changes"][0]["late"], &own["changes"][0]["eased"]), (&json!(true), &json!(true)));
    assert_eq!(page(&all, P99)["changes"], json!([]), "the key result says nothing itself");
    let _ = place.okr(&["log", "--goalposts"]).exits(0).says("commitment committed → aspirational; easier");
}

#[test]
fn what_is_sensitive_stays_hidden() {
    let secret = GOALS.replace("baseline = 420", "sensitive = true\nbaseline = 420");
    let place = Place::with(&[(PATH, &secret)]);
    place.commit("2026-11-02", "Move", &[(PATH, &secret.replace("target = 294", "target = 351"))]);
    for arguments in [&["log", "--goalposts"][..], &["log", "--goalposts", "--format", "json"], &["report"]] {
        let run = place.okr(arguments).exits(0);
        for value in ["420", "294", "351"] {
            assert!(!run.out.contains(value), "{arguments:?} prints {value}\n{}", run.out);
        }
    }
    let all = ledger(&place, &[]);
    assert_eq!(page(&all, P99)["sensitive"], true);
}

#[test]
fn a_clone_that_is_cut_off_vouches_for_nothing() {
    let place = moved();
    let cut = place.beside("cut");
    let source = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--depth", "1", &source, cut.to_str().expect("UTF-8")]);
    let run = place.okr_in(&cut, &["log", "--goalposts"], &[]).exits(0).says("as far as history is here");
    let _ = run.says("git okr doctor").hides("as they were agreed on").hides("as it was agreed on");
}

#[test]
fn a_narrow_terminal_is_kept_to() {
    let place = moved();
    for command in [&["log"][..], &["log", "--goalposts"]] {
        let run = place.okr_in(&place.root(), command, &[("COLUMNS", "40")]).exits(0).says("target 280 → 350");
        let long: Vec<&str> = run.out.lines().filter(|line| line.chars().count() > 40).collect();
        assert!(long.is_empty(), "{command:?}: {long:#?}");
    }
}
