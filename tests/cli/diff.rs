//! `diff`: what a change does to the goals, by name and not by line.

use crate::published::holds;
use crate::support::{GOALS, PATH, Place, Run};
use git_okr::git::Repository;
use git_okr::source::{self, Tree};
use serde_json::{Value, json};

/// Two objectives in one file: three key results of four kinds of figures.
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
unit = "ms"
current = 357

[[objective.key_result]]
id = "errors"
title = "Errors per thousand requests fall"
baseline = 10
target = 0
current = 8

[[objective]]
id = "trust"
title = "Customers trust the shop with their whole year"

[[objective.key_result]]
id = "returns"
title = "Customers who come back become more"
baseline = 0
target = 100
unit = "%"
current = 40
"#;

fn diff(place: &Place, arguments: &[&str]) -> Value {
    let all: Vec<_> = ["diff"].iter().chain(arguments).chain(&["--format", "json"]).copied().collect();
    let document = place.okr(&all).exits(0).json();
    holds("diff", &document);
    sums(&document);
    document
}

/// Asserts that the parts of each cycle add up, exactly and as shown.
#[track_caller]
fn sums(document: &Value) {
    for cycle in document["progress"].as_array().expect("a list") {
        let number = |key: &str| cycle[key].as_f64().unwrap_or(0.0);
        let total = number("after") - number("before");
        let parts = number("check_ins") + number("goalposts") + number("scope");
        assert!((parts - total).abs() < 1e-12, "{cycle}");
        let shown = &cycle["shown"];
        let tenths = |key: &str| shown[key].as_i64().expect("a number");
        assert_eq!(tenths("total"), tenths("check_ins") + tenths("goalposts") + tenths("scope"));
    }
}

/// Gives `[name, change]` of each key result.
fn told(document: &Value) -> Value {
    let all = document["key_results"].as_array().expect("a list");
    all.iter().map(|kr| json!([kr["name"], kr["change"]])).collect()
}

/// Asserts the three parts of the only cycle.
#[track_caller]
fn parts(document: &Value, wanted: [f64; 3]) {
    let cycle = &document["progress"][0];
    for (key, wanted) in ["check_ins", "goalposts", "scope"].into_iter().zip(wanted) {
        let found = cycle[key].as_f64().expect("a number");
        assert!((found - wanted).abs() < 1e-12, "{key} is {found}, not {wanted}\n{cycle}");
    }
}

/// A repository with the team's goals on main, standing on a branch.
fn branched() -> Place {
    let place = Place::with(&[(PATH, TEAM)]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place
}

#[test]
fn a_check_in_is_a_check_in() {
    let place = branched();
    place.commit(
        "2026-11-20",
        "Check in",
        &[(PATH, &TEAM.replace("current = 357", "current = 325.5\nconfidence = 0.6"))],
    );
    let found = diff(&place, &[]);
    assert_eq!((&found["class"], &found["only_objectives"]), (&json!("check-in"), &json!(true)));
    assert_eq!(told(&found), json!([["2026-Q4/speed/p99", "check-in"]]));
    parts(&found, [0.0625, 0.0, 0.0]);
    let kr = &found["key_results"][0];
    assert_eq!((kr["before"]["progress"].as_f64(), kr["after"]["progress"].as_f64()), (Some(0.5), Some(0.75)));
    assert_eq!((kr["before"]["current"].as_f64(), kr["after"]["current"].as_f64()), (Some(357.0), Some(325.5)));
    assert_eq!(kr["changes"][0], json!({ "field": "current", "before": 357, "after": 325.5 }));
    assert_eq!((&kr["after"]["counted"], &kr["after"]["total"]), (&json!(1), &json!(1)));
    assert_eq!(found["objectives"][0]["name"], "2026-Q4/speed");
    assert_eq!(found["objectives"][0]["change"], "check-in");
    assert_eq!(found["objectives"][0]["before"]["counted"], 2);
    assert_eq!(found["base"], place.git(&["rev-parse", "main"]).as_str());
    assert_eq!(found["head"], place.git(&["rev-parse", "work"]).as_str());
    let short = |name: &str| place.git(&["rev-parse", "--short=10", name]);
    let _ = place.okr(&["diff"]).exits(0).says(&format!("from {} to {}", short("main"), short("work")));
    // What is not committed belongs to the change, and has no commit.
    place.write(PATH, TEAM.replace("current = 357", "current = 294"));
    let found = diff(&place, &[]);
    assert!(found["head"].is_null());
    parts(&found, [0.125, 0.0, 0.0]);
    let human = place.okr(&["diff"]).exits(0);
    let _ =
        human.says("37.5 % → 50.0 %  +12.5").says("check-ins +12.5").says("current 357 → 294").says("class check-in");
    let _ = place.okr(&["diff", "--format", "markdown"]).exits(0).says("**2026-Q4: 37.5 % → 50.0 %** (+12.5 points)");
}

#[test]
fn a_lowered_target_never_reads_as_progress() {
    let place = branched();
    let eased = TEAM.replace("target = 100", "target = 80").replace("current = 40", "current = 60");
    place.commit("2026-11-20", "Check in and move", &[(PATH, &eased)]);
    let found = diff(&place, &[]);
    assert_eq!(found["class"], "mixed");
    assert_eq!(told(&found), json!([["2026-Q4/trust/returns", "mixed"]]));
    parts(&found, [0.1, 0.075, 0.0]);
    let kr = &found["key_results"][0];
    assert_eq!((&kr["goalpost"], &kr["eased"]), (&json!(true), &json!(true)));
    assert_eq!(kr["as_committed"].as_f64(), Some(0.6));
    let human = place.okr(&["diff"]).exits(0).says("check-ins +10.0, goalposts +7.5");
    let _ = human.says("goalpost moved, easier, 60.0 % as committed").says("target 100 → 80");
    let _ =
        place.okr(&["diff", "--format", "markdown"]).exits(0).says("goalpost moved, **easier**, 60.0 % as committed");
    // The target alone.
    place.commit("2026-11-21", "Move alone", &[(PATH, &TEAM.replace("target = 100", "target = 80"))]);
    let found = diff(&place, &[]);
    assert_eq!(found["class"], "definition");
    parts(&found, [0.0, 0.05, 0.0]);
}

#[test]
fn another_unit_is_a_goalpost_and_another_kind_is_scope() {
    let place = branched();
    place.write(PATH, TEAM.replace("unit = \"%\"\ncurrent = 40", "unit = \"people\"\ncurrent = 60"));
    parts(&diff(&place, &[]), [0.0, 0.1, 0.0]);
    place.write(PATH, TEAM.replace("baseline = 0\ntarget = 100\nunit = \"%\"\ncurrent = 40", "done = true"));
    parts(&diff(&place, &[]), [0.0, 0.0, 0.3]);
}

#[test]
fn what_comes_and_goes_is_scope() {
    let place = branched();
    let cut = TEAM.find("\n[[objective.key_result]]\nid = \"errors\"").expect("the key result");
    let end = TEAM.find("\n[[objective]]\nid = \"trust\"").expect("the objective");
    let without = format!("{}{}", &TEAM[..cut], &TEAM[end..]);
    place.commit("2026-11-20", "Take the weak one out", &[(PATH, &without)]);
    let found = diff(&place, &[]);
    assert_eq!(told(&found), json!([["2026-Q4/speed/errors", "removed"]]));
    parts(&found, [0.0, 0.0, 0.075]);
    assert!(found["key_results"][0]["after"].is_null());
    assert_eq!(found["class"], "definition");
    let back = diff(&place, &["work", "main"]);
    assert_eq!(told(&back), json!([["2026-Q4/speed/errors", "added"]]));
    parts(&back, [0.0, 0.0, -0.075]);
    place.write(PATH, TEAM.replace("current = 8\n", "current = 6\nstatus = \"dropped\"\n"));
    let found = diff(&place, &["main"]);
    parts(&found, [0.05, 0.0, 0.025]);
    assert_eq!(told(&found), json!([["2026-Q4/speed/errors", "mixed"]]));
}

#[test]
fn formatting_and_moved_files_are_nothing() {
    let place = branched();
    let (head, rest) = TEAM.split_once("[[objective]]\nid = \"speed\"").expect("the first objective");
    let (speed, trust) = rest.split_once("\n[[objective]]\nid = \"trust\"").expect("the second");
    let (kr, errors) = speed.split_once("[[objective.key_result]]\nid = \"errors\"").expect("the second key result");
    let (objective, p99) = kr.split_once("[[objective.key_result]]").expect("the first key result");
    // Tables in another order, in two files, with comments, other number forms and defaults spelt out.
    let first = format!(
        "# Ours\ncycle = '2026-Q4'\n[[objective]]\nowner = \"@team\"\nid = \"speed\"{objective}[[objective.key_result]]\nid = \
         \"errors\"{errors}[[objective.key_result]]{p99}"
    );
    let first =
        first.replace("current = 357", "current = 357.0 # measured").replace("target = 0", "target = 0\nweight = 1.0");
    let second = format!("{head}[[objective]]\nid = \"trust\"{trust}").replace('\n', "\r\n");
    place.git(&["rm", "-q", PATH]);
    place.commit("2026-11-20", "Tidy up", &[("okrs/speed.toml", &first), ("okrs/autumn/trust.toml", &second)]);
    let found = diff(&place, &[]);
    assert_eq!((&found["class"], &found["only_objectives"]), (&json!("none"), &json!(true)));
    for list in ["progress", "objectives", "key_results", "settings", "findings", "unclear"] {
        assert_eq!(found[list], json!([]), "{list}");
    }
    let _ = place.okr(&["diff"]).exits(0).says("class none").hides("2026-Q4");
    let _ = place.okr(&["diff", "--format", "markdown"]).exits(0).says("No goal changes.");
}

#[test]
fn a_name_carried_on_by_an_alias_is_moved() {
    let place = branched();
    let renamed = TEAM
        .replace("id = \"p99\"", "id = \"slowest\"\naliases = [\"p99\"]")
        .replace("id = \"trust\"", "id = \"loyalty\"\naliases = [\"trust\"]")
        .replace("current = 357", "current = 325.5");
    place.commit("2026-11-20", "Rename", &[(PATH, &renamed)]);
    let found = diff(&place, &[]);
    assert_eq!(told(&found), json!([["2026-Q4/loyalty/returns", "moved"], ["2026-Q4/speed/slowest", "moved"]]));
    parts(&found, [0.0625, 0.0, 0.0]);
    assert_eq!(found["key_results"][1]["former"], "2026-Q4/speed/p99");
    assert_eq!(
        (&found["objectives"][0]["name"], &found["objectives"][0]["change"]),
        (&json!("2026-Q4/loyalty"), &json!("moved"))
    );
    let _ = place.okr(&["diff"]).exits(0).says("was 2026-Q4/speed/p99");
    // Taken back it is moved as well.
    let back = diff(&place, &["work", "main"]);
    assert_eq!(told(&back), json!([["2026-Q4/speed/p99", "moved"], ["2026-Q4/trust/returns", "moved"]]));
    // Without an alias nothing connects the two.
    place.write(PATH, renamed.replace("aliases = [\"p99\"]\n", ""));
    let unlinked = diff(&place, &["main"]);
    let names =
        [["2026-Q4/loyalty/returns", "moved"], ["2026-Q4/speed/p99", "removed"], ["2026-Q4/speed/slowest", "added"]];
    assert_eq!(told(&unlinked), json!(names));
}

#[test]
fn only_check_ins_are_of_their_class() {
    let place = branched();
    let class = |text: &str| {
        place.write(PATH, text);
        diff(&place, &["main"])["class"].as_str().expect("a word").to_owned()
    };
    let with = |line: &str| TEAM.replace("current = 40\n", &format!("current = 40\n{line}\n"));
    for line in
        ["confidence = 0.4", "note = \"Slow\"", "as_of = 2026-11-20", "health = \"at-risk\"", "evidence = [\"v1\"]"]
    {
        assert_eq!(class(&with(line)), "check-in", "{line}");
    }
    for line in [
        "sensitive = true",
        "allow = [{ rule = \"kr-no-source\", reason = \"None\" }]",
        "owner = \"@ana\"",
        "score = 0.4",
        "tags = [\"a\"]",
        "weight = 2",
        "due = 2026-12-01",
        "role = \"guardrail\"",
        "meta = { a = 1 }",
        "amend = [{ on = 2026-11-20, reason = \"Because\" }]",
        "aliases = [\"old\"]",
    ] {
        assert_eq!(class(&with(line)), "definition", "{line}");
        assert_eq!(class(&with(line).replace("current = 8\n", "current = 7\n")), "mixed", "{line}");
    }
    assert_eq!(class(&with("[[objective.initiative]]\ntitle = \"Ship it\"")), "definition");
    // What does not read may mean anything.
    assert_eq!(class(&with("due = \"soon\"").replace("current = 8\n", "current = 7\n")), "mixed");
    let broken = format!("{TEAM}\n[[objective]\n");
    assert_eq!(class(&broken.replace("current = 8\n", "current = 7\n")), "definition");
    assert_eq!(told(&diff(&place, &["main"])), json!([]), "a file that does not parse counts as it was");
    let _ = place.okr(&["diff", "main"]).exits(0).says("does not read").says("toml-syntax");
    assert_eq!(class(TEAM), "none");
}

#[test]
fn settings_that_judge_goals_are_definitions() {
    let place = branched();
    for (settings, key) in [
        ("[calendar]\nlock_after_days = 60\n", "calendar.lock_after_days"),
        ("[[cycle]]\nid = \"x\"\nstart = 2027-01-11\nend = 2027-04-30\n", "cycle.x.end"),
        ("[health]\nat_risk = 0.2\n", "health.at_risk"),
        ("[rules.levels]\nkr-flat = \"off\"\n", "rules.levels.kr-flat"),
    ] {
        place.write("okr.toml", settings);
        place.write(PATH, TEAM);
        let found = diff(&place, &["main"]);
        assert_eq!((&found["class"], &found["only_objectives"]), (&json!("definition"), &json!(false)), "{settings}");
        assert_eq!(found["settings"][0]["field"], key);
        let _ = place.okr(&["diff", "main"]).exits(0).says("Settings that judge goals").says(key);
        place.write(PATH, TEAM.replace("current = 8\n", "current = 7\n"));
        assert_eq!(diff(&place, &["main"])["class"], "mixed", "{settings}");
    }
    // Folders and teams judge nothing, and are no objective file.
    place.write("okr.toml", "[teams.\"@team\"]\nmembers = [\"@ana\"]\n");
    place.write(PATH, TEAM);
    let found = diff(&place, &["main"]);
    assert_eq!((&found["class"], &found["only_objectives"]), (&json!("none"), &json!(false)));
    // A cycle whose days move takes its bounds along.
    place.write("okr.toml", "[calendar]\nfiscal_year_start = \"02-01\"\n");
    let found = diff(&place, &["main"]);
    assert_eq!(found["progress"][0]["cycle"], "2026-Q4");
}

#[test]
fn other_files_are_told_apart() {
    let place = branched();
    let only = |arguments: &[&str]| diff(&place, arguments)["only_objectives"].as_bool().expect("yes or no");
    place.commit("2026-11-20", "Check in", &[(PATH, &TEAM.replace("current = 8\n", "current = 7\n"))]);
    assert!(only(&["main", "work"]));
    place.write("notes.txt", "not added");
    assert!(only(&["main", "work"]));
    assert!(!only(&["main"]), "what nobody added yet");
    place.commit("2026-11-20", "Keep notes", &[]);
    assert!(!only(&["main", "work"]));
    assert!(only(&["main", "work~1"]));
    place.git(&["reset", "-q", "--hard", "work~1"]);
    place.commit("2026-11-20", "Report", &[("okrs/README.md", "Goals")]);
    assert!(!only(&[]), "a report beside the goals is no objective file");
    place.git(&["reset", "-q", "--hard", "work~1"]);
    std::os::unix::fs::symlink("team.toml", place.root().join("okrs/2026-Q4/link.toml")).expect("a link");
    assert!(!only(&["main"]));
    place.commit("2026-11-20", "Link", &[]);
    assert!(!only(&["main", "work"]), "a link is no objective file");
    // Goals untouched, something else changed: nothing is read.
    place.git(&["checkout", "-q", "-b", "code", "main"]);
    place.commit("2026-11-20", "Code", &[("src/main.rs", "fn main() {}")]);
    let found = diff(&place, &["main", "code"]);
    assert_eq!((&found["class"], &found["only_objectives"]), (&json!("none"), &json!(false)));
    let run = place.okr(&["diff", "main", "code", "-v"]).exits(0);
    let _ = run.says("none is read");
    // What `paths` names are the objective files, whatever else ends in .toml.
    let elsewhere = Place::with(&[("okr.toml", "paths = [\"goals\"]\n"), ("goals/team.toml", TEAM)]);
    elsewhere.commit("2026-11-20", "Tools", &[("okrs/tool.toml", "a = 1\n")]);
    assert_eq!(diff(&elsewhere, &["HEAD~1", "HEAD"])["only_objectives"], false);
    assert_eq!(diff(&elsewhere, &["HEAD~1"])["only_objectives"], false);
}

#[test]
fn states_are_named_as_git_names_them() {
    let place = branched();
    place.commit("2026-11-20", "Check in", &[(PATH, &TEAM.replace("current = 8\n", "current = 7\n"))]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("2026-11-21", "Move on", &[(PATH, &TEAM.replace("current = 40\n", "current = 50\n"))]);
    let names = |arguments: &[&str]| told(&diff(&place, arguments));
    let (errors, returns) = (json!(["2026-Q4/speed/errors", "check-in"]), json!(["2026-Q4/trust/returns", "check-in"]));
    assert_eq!(names(&["main", "work"]), json!([errors, returns]));
    assert_eq!(names(&["main..work"]), json!([errors, returns]));
    assert_eq!(names(&["main...work"]), json!([errors]));
    assert_eq!(names(&["work...main"]), json!([returns]));
    assert_eq!(names(&["work..."]), json!([returns]), "HEAD where nothing stands");
    assert_eq!(names(&["work"]), json!([errors, returns]), "a base that is named is used as it is");
    assert_eq!(names(&["--base", "work"]), json!([returns]), "where HEAD left it");
    assert_eq!(names(&[]), json!([]), "main is the default branch");
    assert_eq!(names(&["main", "main"]), json!([]));
    let _ = place.okr(&["diff", "main..work", "main"]).exits(2).says("a third");
    let _ = place.okr(&["diff", "nowhere"]).exits(2).says("nowhere");
    let _ = place.okr(&["diff", "main", "--base", "work"]).exits(2);
    let run = place.okr_in(&place.root(), &["diff", "--format", "json"], &[("GITHUB_BASE_REF", "work")]).exits(0);
    assert_eq!(told(&run.json()), json!([returns]));
    place.git(&["branch", "-m", "main", "trunk"]);
    let _ = place.okr(&["diff"]).exits(2).says("no default branch");
}

#[test]
fn no_work_tree_is_needed() {
    let place = branched();
    place.commit("2026-11-20", "Check in", &[(PATH, &TEAM.replace("current = 8\n", "current = 7\n"))]);
    let bare = place.beside("bare.git");
    place.git(&["clone", "-q", "--bare", ".", bare.to_str().expect("UTF-8")]);
    let run = |arguments: &[&str]| -> Run { place.okr_in(&bare, arguments, &[]) };
    let found = run(&["diff", "main", "work", "--format", "json"]).exits(0).json();
    assert_eq!(told(&found), json!([["2026-Q4/speed/errors", "check-in"]]));
    let _ = run(&["diff", "main"]).exits(0).says("class check-in");
}

#[test]
fn first_goals_and_last_goals() {
    let place = Place::with(&[("README.md", "Hello\n")]);
    place.git(&["checkout", "-q", "-b", "work"]);
    let _ = place.okr(&["diff"]).exits(2).says("git okr init");
    let _ = place.okr(&["diff", "main", "HEAD"]).exits(2).says("git okr init");
    place.write(PATH, TEAM);
    let found = diff(&place, &[]);
    let cycle = &found["progress"][0];
    assert!(cycle["before"].is_null());
    assert_eq!((&found["class"], &cycle["check_ins"]), (&json!("definition"), &json!(0.0)));
    assert_eq!(told(&found).as_array().expect("a list").len(), 3);
    place.commit("2026-11-20", "Set the goals", &[]);
    parts(&diff(&place, &[]), [0.0, 0.0, 0.375]);
    let back = diff(&place, &["work", "main"]);
    assert!(back["progress"][0]["after"].is_null());
    parts(&back, [0.0, 0.0, -0.375]);
    place.git(&["rm", "-q", PATH]);
    assert_eq!(told(&diff(&place, &["work"]))[0], json!(["2026-Q4/speed/errors", "removed"]));
}

#[test]
fn what_history_lacks_is_said() {
    let place = branched();
    place.git(&["checkout", "-q", "--orphan", "stranger"]);
    place.commit("2026-11-20", "Begin anew", &[]);
    let _ = place.okr(&["diff"]).exits(2).says("no commit in common").says("name a base");
    let _ = place.okr(&["diff", "main"]).exits(0).says("class none");
    place.git(&["checkout", "-q", "work"]);
    place.commit("2026-11-20", "Work", &[(PATH, &TEAM.replace("current = 8\n", "current = 7\n"))]);
    place.commit("2026-11-21", "Work", &[(PATH, &TEAM.replace("current = 8\n", "current = 6\n"))]);
    let clone = place.beside("clone");
    let url = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--depth", "1", "--no-single-branch", &url, clone.to_str().expect("UTF-8")]);
    let _ = place.okr_in(&clone, &["diff", "--base", "origin/main"], &[]).exits(2).says("git fetch --unshallow");
    let run = place.okr_in(&clone, &["diff", "origin/main", "--format", "json"], &[]).exits(0).says("warning");
    assert_eq!(run.json()["history"]["complete"], false);
    let empty = Place::empty();
    empty.write(PATH, GOALS);
    let _ = empty.okr(&["diff"]).exits(2).says("no git repository");
}

#[test]
fn findings_are_those_that_the_change_brings() {
    let sins = TEAM.replace("owner = \"@team\"", "owner = \"@team\"\nteam = \"T\"");
    let place = Place::with(&[(PATH, &sins)]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place.write(PATH, sins.replace("current = 8\n", "curent = 7\n"));
    let found = diff(&place, &[]);
    let rules: Vec<_> = found["findings"].as_array().expect("a list").iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["field-unknown"]);
    let _ = place.okr(&["diff"]).exits(0).says("New findings").says("curent");
}

#[test]
fn a_baseline_left_out_is_the_first_check_in_on_both_sides() {
    let open = TEAM.replace("baseline = 0\n", "");
    let place = Place::with(&[(PATH, &open)]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place.commit("2026-11-20", "Check in", &[(PATH, &open.replace("current = 40", "current = 70"))]);
    parts(&diff(&place, &[]), [0.25, 0.0, 0.0]);
}

#[test]
fn what_both_states_have_is_read_once_and_the_same() {
    let odd =
        "\u{feff}cycle = \"2026-Q4\"\r\n[[objective]]\r\nid = \"Odd\"\r\ntitle = \"Nobody waits\"\r\nteam = \"T\"\r\n";
    let broken = "[[objective]\n";
    let place =
        Place::with(&[(PATH, TEAM), ("okrs/odd.toml", odd), ("okrs/broken.toml", broken), ("okr.toml", "a = 1\n")]);
    place.commit("2026-11-20", "Check in", &[(PATH, &TEAM.replace("current = 8\n", "current = 7\n"))]);
    place.git(&["mv", "okrs/odd.toml", "okrs/later.toml"]);
    place.commit("2026-11-21", "Move", &[("okrs/new.toml", "cycle = \"x\"\n")]);
    let repository = Repository::open(&place.root()).expect("a repository");
    let commit = |name: &str| repository.resolve(name).expect("a commit");
    let told = |tree: &Tree| {
        let findings: Vec<_> = tree
            .findings
            .iter()
            .map(|finding| {
                let label = finding.primary.as_ref().expect("a place");
                (finding.rule, tree.sources.get(label.file).path.clone(), label.range.clone(), finding.message.clone())
            })
            .collect();
        let files: Vec<_> =
            tree.files.iter().map(|f| (f.path.clone(), f.objectives.clone(), f.places.clone())).collect();
        (findings, files, tree.revision.clone())
    };
    for (one, other) in [("HEAD", "HEAD~2"), ("HEAD~2", "HEAD"), ("HEAD", "HEAD~1")] {
        let known = source::revision(&repository, commit(one)).expect("goals");
        let alone = source::revision(&repository, commit(other)).expect("goals");
        let beside = source::revision_beside(&repository, commit(other), &[], &known).expect("goals");
        assert!(!alone.findings.is_empty());
        assert_eq!(told(&beside), told(&alone), "{other} beside {one}");
    }
}
