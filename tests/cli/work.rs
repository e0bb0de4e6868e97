//! Commits that say in a trailer which goals they work for: git's own rules, names on the day of the commit, counts and
//! questions. Never a person, and never a finding.

use crate::support::{GOALS, PATH, Place};
use serde_json::{Value, json};

/// Two key results, one of them sensitive and renamed, and an initiative that drives nothing.
const TEAM: &str = r#"cycle = "2026-Q4"
owner = "@team"

[[objective]]
id = "speed"
title = "Pages feel instant to everyone"

[[objective.key_result]]
id = "p99"
title = "P99 latency falls from 420 ms to 294 ms"
baseline = 420
target = 294
current = 400

[[objective.key_result]]
id = "margin"
title = "Margin grows to 12 %"
baseline = 4
target = 12
current = 5
sensitive = true
aliases = ["profit"]

[[objective.initiative]]
title = "Rewrite the cart"

[[objective]]
id = "trust"
title = "Customers believe us"
owner = "@others"

[[objective.key_result]]
id = "nps"
title = "NPS rises from 30 to 40"
baseline = 30
target = 40
current = 31
"#;

fn commit(place: &Place, day: &str, message: &str) -> String {
    place.commit(day, message, &[]);
    place.git(&["rev-parse", "HEAD"])
}

fn log(place: &Place, more: &[&str]) -> Value {
    let run = place.okr(&[&["log", "--work", "--format", "json"], more].concat()).exits(0);
    run.json()["work"].clone()
}

#[test]
fn trailers_are_those_that_git_reads() {
    let messages: [&[u8]; 14] = [
        b"Pool\n\nOKR: p99\n",
        b"Pool\n\nokr : p99  \nOKR:\tspeed \nSigned-off-by: A <a@b.example>\n",
        b"Pool\n\nOKR:\nOKR: p99",
        b"Pool\n\nOKR: speed/\n\tp99\n  !\nFixes: 3\n folded\n",
        b"OKR: p99\n",
        b"OKR: p99\n\nWords.\n\nOKR: speed\n",
        b"Pool\n\nOKR: p99\n\nMore words.\n",
        b"Pool\n\nWords in front\nOKR: p99\n",
        b"Pool\n\nWords in front\nOKR: p99\nSigned-off-by: A <a@b.example>\n",
        b"Pool\n\na\nb\nc\nd\ne\nf\ng\nOKR: p99\n(cherry picked from commit 1)\n",
        b"Pool\n\n---\n\nOKR: p99\n--- \nOKR: speed\n",
        b"Pool\r\n\r\nOKR: p99\r\nX-OKR: none\r\n",
        b"Pool\n\nOKR: p99\n\nConflicts:\n\ta.txt\n",
        b"Pool\n\n OKR: p99\n\nOKR : caf\xc3\xa9\nOKR p99\n",
    ];
    let place = Place::with(&[(PATH, GOALS)]);
    let tree = place.git(&["write-tree"]);
    let mut parent = place.git(&["rev-parse", "HEAD"]);
    let mut expected = Vec::new();
    for message in messages {
        let made = place.git_fed(&["commit-tree", &tree, "-p", &parent], message);
        parent = String::from_utf8(made).expect("an id").trim_end().to_owned();
        let format = "--format=%(trailers:key=OKR,valueonly,unfold)%x00";
        let told = place.git_fed(&["log", "-1", format, &parent], b"");
        let told = String::from_utf8(told).expect("UTF-8");
        let names: Vec<&str> = told.split('\0').next().expect("a text").lines().collect();
        let parsed = place.git_fed(&["interpret-trailers", "--parse", "--no-divider"], message);
        let parsed = String::from_utf8(parsed).expect("UTF-8");
        let key = |line: &&str| line.split(':').next().is_some_and(|key| key.trim().eq_ignore_ascii_case("OKR"));
        // A trailer without a value ends differently in the two.
        assert_eq!(parsed.lines().filter(key).count(), names.len(), "{message:?}\n{parsed}");
        if !names.is_empty() {
            expected.push((parent.clone(), names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()));
        }
    }
    place.git(&["update-ref", "HEAD", &parent]);
    let told = log(&place, &[]);
    let told = told.as_array().expect("a list").iter().rev().map(|commit| {
        let names = commit["names"].as_array().expect("a list").iter();
        let names = names.map(|name| name["written"].as_str().expect("a text").to_owned()).collect();
        (commit["commit"].as_str().expect("an id").to_owned(), names)
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn names_stand_for_goals_and_commits_count_once_for_each() {
    let place = Place::with(&[(PATH, TEAM)]);
    let early = commit(&place, "2026-09-20", "Too early\n\nOKR: 2026-Q4/speed/p99");
    place.write("pool.txt", "16");
    let pool = commit(&place, "2026-10-06", "Pool\n\nOKR: p99\nOKR: speed/p99\nOKR: nowhere\u{7}");
    let both = commit(&place, "2026-10-07", "Both\n\nOKR: speed\nOKR: profit");
    place.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    let side = commit(&place, "2026-10-08", "On a branch\n\nOKR: p99");
    place.git(&["checkout", "-q", "main"]);
    let message = "Merge the branch\n\nOKR: p99";
    place.git_on("2026-10-09", &["merge", "-q", "--no-ff", "side", "-m", message]);
    let merge = place.git(&["rev-parse", "HEAD"]);
    // A revert has no trailers of its own, and takes none away.
    place.git_on("2026-10-10", &["revert", "--no-edit", &pool]);

    let status = place.okr(&["status", "--work", "--format", "json"]).exits(0).json();
    let of = |objective: usize| &status["cycles"][0]["objectives"][objective];
    // The objective's own, and those of its key results; what came before the cycle is none of it.
    assert_eq!(of(0)["work"], json!({ "commits": 4, "last": "2026-10-09" }));
    assert_eq!(of(0)["key_results"][0]["work"], json!({ "commits": 3, "last": "2026-10-09" }));
    assert_eq!(of(0)["key_results"][1]["work"], json!({ "commits": 1, "last": "2026-10-07" }));
    assert_eq!(of(1)["work"], json!({ "commits": 0, "last": null }));
    let unknown = json!([{ "written": "nowhere\u{7}", "candidates": [], "commits": 1, "last": "2026-10-06" }]);
    assert_eq!(status["work"], json!({ "since": "2026-10-01", "commits": 4, "unknown": unknown }));
    let plain = place.okr(&["status", "--format", "json"]).exits(0).json();
    assert_eq!((&plain["work"], &plain["cycles"][0]["objectives"][0]["work"]), (&json!(null), &json!(null)));

    let told = log(&place, &[]);
    let ids: Vec<_> = told.as_array().expect("a list").iter().map(|commit| commit["commit"].clone()).collect();
    assert_eq!(ids, [&merge, &side, &both, &pool].map(|id| json!(id)));
    assert!(!ids.contains(&json!(early)));
    // The profit of old is the margin of today, and sensitive: its commit keeps its words for itself.
    assert_eq!(told[2]["names"][1]["name"], json!("2026-Q4/speed/margin"));
    assert_eq!((&told[2]["summary"], &told[3]["summary"]), (&json!(null), &json!("Pool")));
    assert_eq!(log(&place, &["margin"]).as_array().map(Vec::len), Some(1));
    let shown = place.okr(&["log", "--work"]).exits(0);
    let shown =
        shown.says("  2026-10-06  Pool\n  2026-Q4/speed/p99\n").says("  nowhere?: no goal has that name").hides("Both");
    assert!(!shown.out.contains("Ana") && !shown.out.contains('\u{7}'), "{}", shown.out);
    let _ = place.okr(&["log", "--work", "nps"]).exits(0).says("No commit names a goal here");
}

#[test]
fn questions_are_asked_of_teams_that_name_goals() {
    let place = Place::with(&[(PATH, TEAM)]);
    let questions = |today: &str| {
        let status = place.okr(&["status", "--work", "--format", "json", "--today", today]).exits(0).json();
        let all = status["cycles"][0]["objectives"].as_array().expect("a list").iter();
        all.map(|one| one["questions"].clone()).collect::<Vec<_>>()
    };
    let orphan = json!({ "kind": "drives-nothing", "about": "Rewrite the cart", "days": null,
        "text": "it drives no key result: which of them should move when it is done?" });
    assert_eq!(questions("2026-11-22"), [json!([orphan]), json!([])], "who has no trailers is asked nothing of them");
    commit(&place, "2026-10-20", "Pool\n\nOKR: p99");
    // Two weeks and three days may pass.
    assert_eq!(questions("2026-10-22"), [json!([orphan]), json!([])]);
    let days = |questions: &Value| -> Value {
        questions.as_array().expect("a list").iter().map(|question| question["days"].clone()).collect()
    };
    assert_eq!(questions("2026-10-23").iter().map(days).collect::<Vec<_>>(), [json!([18, null]), json!([])]);
    assert_eq!(questions("2026-11-06").iter().map(days).collect::<Vec<_>>(), [json!([32, null]), json!([])]);
    assert_eq!(questions("2026-11-07").iter().map(days).collect::<Vec<_>>(), [json!([18, 33, null]), json!([])]);
    // Who names the objective alone may mean any of it.
    commit(&place, "2026-11-07", "Measure\n\nOKR: 2026-Q4/speed");
    assert_eq!(questions("2026-11-08"), [json!([orphan]), json!([])]);
    let human = place.okr(&["status", "--work", "--today", "2026-11-25"]).exits(0);
    let _ = human
        .says("  2 commits, the last 18 days ago, for it and its key results")
        .says("  ? no commit has named p99 for 18 days, margin for 18 days: is the work")
        .says("  ? Rewrite the cart: it drives no key result");
    let report = place.okr(&["report", "--today", "2026-11-25"]).exits(0);
    let report = report.says("2 commits name it or its key results, the last on 7 Nov 2026: p99 1.");
    let _ = report.says("Questions:\n\n- No commit has named p99 for 18 days, margin for 18 days: is").hides("Ana");
}

#[test]
fn a_report_in_a_file_does_not_age_by_work() {
    let place = Place::with(&[(PATH, TEAM)]);
    commit(&place, "2026-10-20", "Pool\n\nOKR: p99");
    let _ = place.okr(&["report", "--output", "OKRS.md"]).exits(0);
    assert!(!place.read("OKRS.md").contains("commit names"), "{}", place.read("OKRS.md"));
    place.commit("2026-11-22", "Report\n\nOKR: p99\nOKR: nowhere", &[]);
    let _ = place.okr(&["report", "--output", "OKRS.md", "--check"]).exits(0);
    let _ = place.okr(&["report"]).exits(0).says("- nowhere (1 commit, the last on 22 Nov 2026)");
}

#[test]
fn what_is_kept_never_hides_a_commit() {
    let place = Place::with(&[(PATH, TEAM)]);
    let same = |count: usize, what: &str| {
        let kept = log(&place, &[]);
        assert_eq!(kept, log(&place, &["--no-cache"]), "{what}");
        assert_eq!(kept.as_array().map(Vec::len), Some(count), "{what}");
    };
    same(0, "nothing yet");
    commit(&place, "2026-10-20", "Pool\n\nOKR: p99");
    same(1, "a commit that leaves the goals alone");
    same(1, "the same again");
    // A clock that was wrong by years hides nothing that stands behind it.
    commit(&place, "1990-01-01", "An old clock\n\nOKR: p99");
    commit(&place, "2026-10-22", "Pool more\n\nOKR: p99");
    same(2, "two, with an old clock between");
    place.git(&["checkout", "-q", "--detach", "HEAD~2"]);
    same(1, "another branch");
    commit(&place, "2026-10-23", "Other\n\nOKR: nps");
    same(2, "and on from there");
    assert_eq!(log(&place, &["--cycle", "2026-Q4", "--as-of", "main"]).as_array().map(Vec::len), Some(2));
}

#[test]
fn a_clone_that_is_cut_off_says_so() {
    let place = Place::with(&[(PATH, TEAM)]);
    commit(&place, "2026-10-20", "Pool\n\nOKR: p99");
    commit(&place, "2026-10-21", "Words");
    let clone = place.beside("clone");
    let from = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--depth", "1", &from, clone.to_str().expect("UTF-8")]);
    let run = place.okr_in(&clone, &["log", "--work", "--format", "json"], &[]).exits(0);
    let run = run.says("cut off");
    assert_eq!((&run.json()["history"]["complete"], &run.json()["work"]), (&json!(false), &json!([])));
    let _ = place
        .okr_in(&clone, &["log", "--work"], &[])
        .exits(0)
        .says("History is not all there: commits may be missing.");
}
