//! A whole quarter of a volunteer community, told in eight commits: scores from 0 to 1, written in twice, some key
//! results given up, one renamed without an alias.

use crate::support::Place;
use serde_json::Value;

const DAY: &str = "2019-04-09";

/// One key result of the story: id, status and value as they stand after a commit.
type Line = (&'static str, Option<&'static str>, Option<f64>);

fn file(objectives: &[(&str, &[Line])]) -> String {
    let mut text = String::from("cycle = \"2019-Q1\"\n");
    for (id, key_results) in objectives {
        text += &format!("\n[[objective]]\nid = \"{id}\"\ntitle = \"The garden has {id}\"\nowner = \"@garden\"\n");
        for (id, status, current) in *key_results {
            text += &format!(
                "\n[[objective.key_result]]\nid = \"{id}\"\ntitle = \"Neighbours see {id}\"\nowner = \"@ben\"\n"
            );
            text += "baseline = 0.0\ntarget = 1.0\nunit = \"score\"\n";
            if let Some(status) = status {
                text += &format!("status = \"{status}\"\n");
            }
            if let Some(current) = current {
                text += &format!("current = {current:?}\n");
            }
        }
    }
    text
}

const DROPPED: Option<&str> = Some("dropped");

fn quarter() -> Place {
    let planned = file(&[
        ("roots", &[("map", None, None), ("counts", None, None), ("beds", None, None), ("ponds", None, None)]),
        ("guests", &[("signs", None, None), ("greeting", None, None), ("gate", None, None)]),
        ("answers", &[("shelf", None, None), ("paper", None, None)]),
    ]);
    let joined = file(&[
        ("roots", &[("map", None, None), ("counts", None, None), ("beds", None, None), ("ponds", None, None)]),
        ("guests", &[("signs", None, None), ("greeting", None, None), ("gate", None, None)]),
        ("answers", &[("shelf", None, None), ("paper", None, None)]),
        ("meetings", &[("tools", None, None)]),
    ]);
    let renamed = joined.replace("paper", "three-stories");
    let middle = |map: f64, ponds: f64, greeting: Option<&'static str>, last: (f64, f64)| {
        file(&[
            (
                "roots",
                &[
                    ("map", None, Some(map)),
                    ("counts", None, Some(0.1)),
                    ("beds", None, Some(1.0)),
                    ("ponds", None, Some(ponds)),
                ],
            ),
            ("guests", &[("signs", None, Some(0.7)), ("greeting", greeting, Some(0.0)), ("gate", None, Some(0.9))]),
            ("answers", &[("shelf", None, Some(0.1)), ("three-stories", DROPPED, Some(0.2))]),
            ("meetings", &[("tools", DROPPED, Some(0.4))]),
            ("paths", &[("sorted", None, Some(last.0)), ("urgent", None, Some(last.1))]),
        ])
    };
    let path = "okrs/2019-q1.toml";
    let place = Place::repository();
    place.commit("2018-12-19", "Plan the quarter", &[("okr.toml", "version = 1\n"), (path, &planned)]);
    place.commit("2019-01-14", "Say hello", &[("README.md", "Hello\n")]);
    place.commit("2019-01-14", "Say it again", &[("README.md", "Hello, all\n")]);
    place.commit("2019-01-15", "Add the meetings", &[(path, &joined)]);
    place.commit("2019-01-24", "Three stories, not a paper", &[(path, &renamed)]);
    place.commit("2019-03-21", "Score the middle", &[(path, &middle(0.1, 0.3, None, (0.0, 0.0)))]);
    place.commit("2019-04-08", "Final results of two", &[(path, &middle(1.0, 0.7, None, (0.0, 0.0)))]);
    place.commit("2019-04-08", "Final scores", &[(path, &middle(1.0, 0.7, DROPPED, (0.6, 0.3)))]);
    place
}

#[test]
fn the_report_gives_the_quarter_and_names_what_does_not_count() {
    let place = quarter();
    let report = place.okr(&["report", "--today", DAY, "--format", "json"]).exits(0).json();
    let cycle = &report["cycles"][0];
    assert_eq!(cycle["id"], "2019-Q1");
    assert!((cycle["progress"].as_f64().expect("a number") - 0.5125).abs() < 1e-12);
    let progress: Vec<_> =
        cycle["objectives"].as_array().expect("a list").iter().map(|o| o["progress"].as_f64()).collect();
    for (found, wanted) in progress.iter().zip([Some(0.7), Some(0.8), Some(0.1), None, Some(0.45)]) {
        assert_eq!(found.is_some(), wanted.is_some());
        assert!((found.unwrap_or(0.0) - wanted.unwrap_or(0.0)).abs() < 1e-12, "{found:?} is not {wanted:?}");
    }
    let dropped: Vec<_> = cycle["objectives"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|o| o["key_results"].as_array().expect("a list"))
        .filter(|kr| kr["not_counted"] == "dropped")
        .map(|kr| kr["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(dropped, ["greeting", "three-stories", "tools"]);
    let page = place.okr(&["report", "--today", DAY]).exits(0);
    let page = page.says("51.3 %").says("2019-Q1").says("70.0 %").says("80.0 %").says("10.0 %").says("45.0 %");
    let page = page.says("9 of 12 key results counted").says("2 of 3 counted").says("0 of 1 counted");
    for title in ["Neighbours see greeting", "Neighbours see three-stories", "Neighbours see tools"] {
        assert!(page.out.contains(title), "{title} is not named\n{}", page.out);
    }
}

#[test]
fn the_log_gives_every_event_at_its_commit() {
    let place = quarter();
    let log = place.okr(&["log", "--cycle", "all", "--format", "json"]).exits(0).json();
    let events = log["events"].as_array().expect("a list");
    let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).collect::<Vec<&Value>>();
    assert_eq!((of("created").len(), of("check-in").len(), of("removed").len()), (13, 14, 1));
    let at = |event: &Value| event["summary"].as_str().map(str::to_owned);
    assert_eq!(at(of("removed")[0]).as_deref(), Some("Three stories, not a paper"));
    assert_eq!(of("removed")[0]["name"], "2019-Q1/answers/paper");
    let in_the_middle =
        of("check-in").into_iter().filter(|event| at(event).as_deref() == Some("Score the middle")).count();
    assert_eq!(in_the_middle, 10);
    assert_eq!(log["history"]["commits"].as_u64(), Some(6));
    assert_eq!(place.git(&["rev-list", "--count", "HEAD", "--", "okrs"]), "6");
    let commits: Vec<_> = events.iter().map(|event| event["commit"].as_str().expect("an id")).collect();
    let known = place.git(&["rev-list", "--date-order", "HEAD"]);
    let order: Vec<_> =
        commits.iter().map(|id| known.lines().position(|line| line == *id).expect("a commit")).collect();
    assert!(order.is_sorted(), "not in git's order: {order:?}");
}

#[test]
fn shows_what_was_known_at_an_earlier_day() {
    let place = quarter();
    let report = place.okr(&["report", "--as-of", "2019-03-31", "--format", "json"]).exits(0).json();
    assert_eq!(report["today"], "2026-11-22", "GIT_OKR_TODAY still says which day it is");
    let run =
        place.okr_in(&place.root(), &["report", "--as-of", "2019-03-31", "--format", "json"], &[("GIT_OKR_TODAY", "")]);
    let report = run.exits(0).json();
    assert_eq!(report["today"], "2019-03-21");
    assert_eq!(report["cycles"][0]["objectives"][0]["progress"].as_f64(), Some(0.375));
    let early = place.okr(&["report", "--as-of", "2018-01-01"]).exits(2).says("2018-01-01");
    assert!(early.out.is_empty());
}
