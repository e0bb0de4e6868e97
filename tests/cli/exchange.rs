//! Goals go out and come back the same, other tools' files come in with every line accounted for, and the past comes in
//! as commits.

use crate::support::{GOALS, PATH, Place};
use serde_json::Value;
use std::path::Path;

/// The day of the demonstration.
const DAY: (&str, &str) = ("GIT_OKR_TODAY", "2026-09-25");

fn demonstration(place: &Place) -> std::path::PathBuf {
    let demo = place.beside("demo");
    let _ = place.okr_in(&place.beside(""), &["demo", demo.to_str().expect("UTF-8")], &[]).exits(0);
    demo
}

/// Takes out of a report what a new repository cannot have the same: ids of commits, where tables stand, and the work,
/// which is commits of code.
fn without_ids(mut report: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(table) => {
                for id in ["commit", "commits", "first", "revision", "path", "line", "work", "questions"] {
                    table.shift_remove(id);
                }
                table.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut report);
    report
}

fn report(place: &Place, folder: &Path) -> Value {
    place.okr_in(folder, &["report", "--format", "json", "--cycle", "all"], &[DAY]).exits(0).json()
}

#[test]
fn an_export_with_its_past_comes_back_as_the_same_report() {
    let place = Place::repository();
    let demo = demonstration(&place);
    let file = place.beside("goals.json");
    let file = file.to_str().expect("UTF-8");
    let _ = place.okr_in(&demo, &["export", "--include-sensitive", "--output", file], &[DAY]).exits(0);
    let run = place.okr_in(&place.root(), &["import", "--replay", file], &[DAY]).exits(0);
    assert!(run.out.contains("on the branch okr-history") && !run.out.contains("left out"), "{}", run.out);
    assert_eq!(place.git(&["status", "--porcelain"]), "", "the work tree is as it was");
    place.git(&["checkout", "-q", "okr-history"]);
    assert_eq!(without_ids(report(&place, &place.root())), without_ids(report(&place, &demo)));
    let authors = place.git(&["log", "--format=%an <%ae>", "okr-history"]);
    assert!(authors.contains("Mei-Lin Hart <meilin@hedgerow.example>"), "{authors}");
    assert!(place.git(&["log", "--format=%cn"]).lines().all(|name| name == "Ana"), "the committer is who imports");
}

#[test]
fn both_forms_of_our_own_give_the_same_goals() {
    let (json, csv) = (Place::repository(), Place::repository());
    let demo = demonstration(&json);
    for (place, format) in [(&json, "json"), (&csv, "csv")] {
        let text = json.okr_in(&demo, &["export", "--include-sensitive", "--format", format], &[DAY]).exits(0).out;
        place.write("in", &text);
        let _ = place.okr_in(&place.root(), &["import", "in"], &[DAY]).exits(0).hides("left out");
    }
    for path in ["okrs/2026/company.toml", "okrs/2026-Q3/growth.toml", "okrs/2026-Q3/payments.toml"] {
        assert_eq!(json.read(path), csv.read(path), "{path}");
    }
    // What does not hang on the past is the same as before, the baseline that only the past knew included.
    let (before, after) = (report(&json, &demo), report(&json, &json.root()));
    for at in ["/cycles/0/objectives/0/key_results/0", "/cycles/1/objectives/1/key_results/0"] {
        for field in ["progress", "baseline", "target", "current", "title", "owner", "note", "confidence"] {
            let of = |report: &Value| report.pointer(at).expect("a key result")[field].clone();
            assert_eq!(of(&before), of(&after), "{at}/{field}");
        }
    }
    let _ = json.okr_in(&json.root(), &["check", "--fail-on", "error"], &[DAY]).exits(0);
    assert!(json.read("okr.toml").contains("lock_after_days = 14"));
}

#[test]
fn what_is_sensitive_stays_out_unless_asked_for() {
    let place = Place::repository();
    let demo = demonstration(&place);
    for (arguments, is_there) in [
        (&["export"][..], false),
        (&["export", "--format", "csv"], false),
        (&["export", "--include-sensitive"], true),
        (&["export", "--format", "csv", "--include-sensitive"], true),
    ] {
        let out = place.okr_in(&demo, arguments, &[DAY]).exits(0).out;
        assert_eq!(out.contains("31.5"), is_there, "{arguments:?}");
    }
    place.write("in.json", place.okr_in(&demo, &["export"], &[DAY]).exits(0).out);
    let _ = place.okr(&["import", "in.json", "--dry-run"]).says("came without its values");
}

#[test]
fn an_export_is_for_whom_it_is_for() {
    let place = Place::with(&[(PATH, &GOALS.replace("title = \"Pages", "title = \"=1+1 Pages"))]);
    let csv = place.okr(&["export", "--format", "csv"]).exits(0).out;
    assert!(csv.starts_with("cycle,objective,objective.title,") && csv.contains(",'=1+1 Pages"), "{csv}");
    let rows = place.okr(&["export", "--format", "csv", "--check-ins"]).exits(0).out;
    assert!(rows.starts_with("name,title,unit,measured,") && rows.contains("2026-Q4/speed/p99"), "{rows}");
    let events = place.okr(&["export", "--format", "jsonl"]).exits(0).out;
    let first: Value = serde_json::from_str(events.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["kind"], "created");
    let _ = place.okr(&["export", "--check-ins"]).exits(2).says("rows of a table");
    let _ = place.okr(&["export", "--output", "no/such/folder"]).exits(2).says("its folder is not there");
    let _ = place.okr(&["export", "--cycle", "2020"]).exits(2).says("no objective is in cycle 2020");
}

const TABLE: &str = "Objective,Key Result,Owner,Start Value,Target Value,Current Value,Mood\n\
                     Customers come back,Repeat orders rise,@meilin,22 %,30 %,27.4 %,good\n\
                     ,Letters get read,@jonas,4,15,soon,\n";

#[test]
fn a_table_comes_in_and_every_cell_is_accounted_for() {
    let place = Place::repository();
    place.write("goals.csv", TABLE);
    let arguments = ["import", "goals.csv", "--cycle", "2026-Q4", "--team", "growth", "--owner", "@acme/growth"];
    let dry: Vec<_> = arguments.iter().copied().chain(["--dry-run"]).collect();
    let _ = place.okr(&dry).exits(0).says("would write okrs/2026-Q4/growth.toml");
    assert!(!place.root().join("okrs").exists(), "nothing is written");
    let _ = place
        .okr(&arguments)
        .exits(0)
        .says("1 objective, 2 key results from goals.csv (CSV)")
        .says("wrote okrs/2026-Q4/growth.toml")
        .says("Start Value → baseline")
        .says("goals.csv:1: the column `Mood` is not known")
        .says("goals.csv:3: `current`: `soon` is no number");
    let text = place.read("okrs/2026-Q4/growth.toml");
    assert!(text.starts_with("#:schema ../../.okr/schemas/objectives.schema.json\ncycle = \"2026-Q4\"\n"), "{text}");
    assert!(text.contains("id = \"repeat-orders-rise\"") && text.contains("unit = \"%\"\ncurrent = 27.4"), "{text}");
    let _ = place.okr(&["check"]).exits(0);

    // A second time everything is there, and nothing is touched.
    let _ = place.okr(&arguments).exits(2).says("okrs/2026-Q4/growth.toml is there already").says("--team NAME");
    assert_eq!(place.read("okrs/2026-Q4/growth.toml"), text);
    let _ = place.okr(&["import", "goals.csv", "--cycle", "2026-Q4", "--team", "other"]);
    assert!(place.read("okrs/2026-Q4/other.toml").contains("id = \"customers-come-back-2\""), "names stay apart");
}

#[test]
fn errors_are_told_with_their_place() {
    let place = Place::repository();
    place.write("goals.md", "# Payments\n\n## Everything just works\n\n- Better\n");
    let _ = place
        .okr(&["import", "goals.md"])
        .exits(1)
        .says("for you to mend")
        .says("okrs/2026-Q4/payments.toml:")
        .says("[kr-unmeasurable]");
}

#[test]
fn what_does_not_read_writes_nothing() {
    let place = Place::repository();
    for (name, bytes, said) in [
        ("a.json", &b"{\"objectives\": [}"[..], "line 1"),
        ("a.yaml", b"a: &x [*x]\n", "a.yaml does not read"),
        ("a.csv", b"a,b\n1,2\n", "--map title=COLUMN"),
        ("a.md", b"no goals\n", "no objective was found"),
        ("a.csv", b"Title\n\xff\n", "a.csv:2: this is no UTF-8"),
    ] {
        place.write(name, bytes);
        let _ = place.okr(&["import", name]).exits(2).says(said);
        assert!(!place.root().join("okrs").exists(), "{name}");
    }
    let _ = place.okr(&["import", "nowhere.csv"]).exits(2).says("could not read nowhere.csv");
    let _ = place.okr(&["import", "a.csv", "--cycle", "2026-q4"]).exits(2);
    let _ = place.okr(&["import", "a.csv", "--map", "titel=x"]).exits(2).says("there is no `titel`");
}

#[test]
fn a_hostile_input_reaches_nothing_but_its_own_files() {
    let place = Place::repository();
    let text = "Objective,Key Result,Target,Team,Cycle\n\
                \u{1b}[31m::error::red,Falls to 3,3,../../../escape,..\n=cmd(),Falls to 4,4,/etc/passwd,2026-Q4/../..\n";
    place.write("goals.csv", text);
    let run = place.okr(&["import", "goals.csv"]);
    assert!(!run.out.contains('\u{1b}') && !run.out.contains("::error"), "{}", run.out);
    let written = place.git(&["ls-files", "--others"]);
    let mut paths: Vec<&str> = written.lines().filter(|path| *path != "goals.csv").collect();
    paths.sort_unstable();
    assert_eq!(paths, ["okrs/2026-Q4/escape.toml", "okrs/2026-Q4/passwd.toml"]);
    let beside: Vec<_> =
        std::fs::read_dir(place.beside("")).expect("a folder").flatten().map(|e| e.file_name()).collect();
    assert!(beside.iter().all(|name| name == "repo" || name == "home"), "{beside:?}");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_leads_nowhere() {
    let place = Place::repository();
    let outside = place.beside("outside");
    std::fs::create_dir_all(&outside).expect("a folder");
    std::os::unix::fs::symlink(&outside, place.root().join("okrs")).expect("a link");
    place.write("goals.csv", TABLE);
    let _ = place.okr(&["import", "goals.csv"]).exits(2).says("okrs is no folder of its own");
    assert_eq!(std::fs::read_dir(&outside).expect("a folder").count(), 0);
}

/// What somebody kept beside the goals, with a day and an author.
const VALUES: &str = "name,value,date,author,confidence,note\n\
                      p99,415,2026-10-05,Ana Silva <ana@acme.example>,50%,Begun\n\
                      p99,400,2026-10-12,Ana Silva <ana@acme.example>,0.6,\n\
                      speed/p99,390.5,2026-10-19,Bob <bob@acme.example>,,=1+1\n\
                      nope,3,2026-10-26,,,\n\
                      p99,380,2026-10-26,,,\n";

/// Gives day, value and progress of the check-ins of the only key result.
fn series(place: &Place, revision: &str) -> Vec<(String, f64, f64)> {
    let report =
        place.okr(&["report", "--format", "json", "--as-of", revision, "--today", "2026-11-22"]).exits(0).json();
    let check_ins = &report["cycles"][0]["objectives"][0]["key_results"][0]["check_ins"];
    let one = |check_in: &Value| {
        let figure = |key: &str| check_in[key].as_f64().expect("a figure");
        (check_in["measured"].as_str().expect("a day").to_owned(), figure("value"), figure("progress"))
    };
    check_ins.as_array().expect("check-ins").iter().map(one).collect()
}

fn in_the_table() -> Vec<(String, f64, f64)> {
    [("2026-10-05", 415.0), ("2026-10-12", 400.0), ("2026-10-19", 390.5), ("2026-10-26", 380.0)]
        .map(|(day, value)| (day.to_owned(), value, (420.0 - value) / 126.0))
        .to_vec()
}

#[track_caller]
fn assert_same(one: &[(String, f64, f64)], other: &[(String, f64, f64)]) {
    let rounded = |all: &[(String, f64, f64)]| -> Vec<String> {
        all.iter().map(|(day, value, progress)| format!("{day} {value} {progress:.9}")).collect()
    };
    assert_eq!(rounded(one), rounded(other));
}

#[test]
fn dated_values_become_the_same_series() {
    for committed in [true, false] {
        let place = if committed { Place::with(&[(PATH, GOALS)]) } else { Place::repository() };
        place.write(PATH, GOALS);
        place.write("values.csv", VALUES);
        let before = committed.then(|| place.git(&["rev-parse", "HEAD"]));
        let status = place.git(&["status", "--porcelain"]);
        let _ = place
            .okr(&["import", "--replay", "values.csv"])
            .exits(0)
            .says("4 values of values.csv")
            .says("values.csv:5: `nope` names no key result");
        assert_eq!(place.git(&["status", "--porcelain"]), status, "the work tree is as it was");
        if !committed {
            // Where nothing was ever committed, the branch is the first.
            place.git(&["checkout", "-q", "-f", "okr-history"]);
        }
        assert_same(&series(&place, "okr-history"), &in_the_table());
        let commits = place.git(&["log", "-4", "--date=format:%F %R", "--format=%an <%ae> %ad %cd %cn", "okr-history"]);
        assert_eq!(
            commits.lines().collect::<Vec<_>>(),
            [
                "Ana <ana@acme.example> 2026-10-26 12:00 2026-10-26 12:00 Ana",
                "Bob <bob@acme.example> 2026-10-19 12:00 2026-10-19 12:00 Ana",
                "Ana Silva <ana@acme.example> 2026-10-12 12:00 2026-10-12 12:00 Ana",
                "Ana Silva <ana@acme.example> 2026-10-05 12:00 2026-10-05 12:00 Ana",
            ]
        );
        // As of a day, the goals are what they were.
        assert_same(&series(&place, "okr-history~2"), &in_the_table()[..2]);
        if let Some(before) = before {
            assert_eq!(place.git(&["rev-parse", "HEAD"]), before, "the branch that is checked out stays");
            place.git(&["merge", "-q", "--ff-only", "okr-history"]);
            assert_same(&series(&place, "HEAD"), &in_the_table());
        }
        place.git(&["fsck", "--strict"]);
        let _ = place.okr(&["import", "--replay", "values.csv"]).exits(2).says("okr-history is there already");
        let _ = place.okr(&["import", "--replay", "values.csv", "--branch", "a..b"]).exits(2).says("can be no branch");
    }
}

#[test]
fn what_is_known_already_is_not_lost() {
    let place = Place::with(&[(PATH, GOALS)]);
    let other = GOALS.replace("current = 400", "current = 370 # good\nas_of = 2026-11-15");
    place.commit("2026-11-16", "Check in", &[(PATH, &other)]);
    place.write("values.csv", VALUES);
    let _ = place
        .okr(&["import", "--replay", "values.csv", "--branch", "past", "--author", "Old Tool <old@x.example>"])
        .exits(0);
    let last = series(&place, "past").pop().expect("a check-in");
    assert_eq!((last.0.as_str(), last.1), ("2026-11-15", 370.0), "the file knew of a later day");
    assert!(place.git(&["show", &format!("past:{PATH}")]).contains("current = 370 # good"), "remarks stay");
    assert!(place.git(&["log", "--format=%an", "past"]).contains("Old Tool"), "the stated author");
    let dry = place.okr(&["import", "--replay", "values.csv", "--branch", "other", "--dry-run"]).exits(0);
    assert!(dry.out.starts_with("would write 5 commits on the branch other"), "{}", dry.out);
    assert!(!place.git(&["branch", "--list"]).contains("other"));
}

#[test]
fn a_table_of_our_check_ins_is_one_of_dated_values() {
    let place = Place::with(&[(PATH, GOALS)]);
    for (day, value) in [("2026-10-12", "390"), ("2026-10-19", "370")] {
        place.commit(day, "Check in", &[(PATH, &GOALS.replace("current = 400", &format!("current = {value}")))]);
    }
    let rows = place.okr(&["export", "--format", "csv", "--check-ins"]).exits(0).out;
    let new = Place::repository();
    new.write(PATH, GOALS.replace("current = 400\n", ""));
    new.write("rows.csv", rows);
    let _ = new.okr(&["import", "--replay", "rows.csv"]).exits(0).hides("left out");
    new.git(&["checkout", "-q", "-f", "okr-history"]);
    assert_same(&series(&new, "HEAD"), &series(&place, "HEAD"));
}

#[test]
fn a_past_needs_days_and_goals() {
    let place = Place::with(&[(PATH, GOALS)]);
    place.write("goals.json", "{\"objectives\": [{\"id\": \"a\", \"title\": \"A\", \"keyResults\": []}]}");
    let _ = place.okr(&["import", "--replay", "goals.json"]).exits(2).says("holds no past");
    place.write("values.csv", "name,value\np99,3\n");
    let _ = place.okr(&["import", "--replay", "values.csv"]).exits(2).says("missing: date");
    place.write("values.csv", "name,value,date\nnope,3,2026-10-05\n");
    let _ = place.okr(&["import", "--replay", "values.csv"]).exits(2).says("no value of values.csv belongs");
    assert!(place.git(&["branch", "--list"]).lines().count() == 1);
}

#[test]
fn the_secret_of_a_key_result_is_in_no_message() {
    let place = Place::repository();
    place.write(PATH, GOALS.replace("current = 400", "current = 87654\nsensitive = true"));
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "Goals"]);
    place.write(
        "values.csv",
        "name,value,date\np99,81234,2026-10-05\np99,71234 EUR,2026-10-06\np99,zanzibar,2026-10-07\n",
    );
    let _ = place.okr(&["import", "--replay", "values.csv"]).exits(0).hides("1234").hides("87654").hides("zanzibar");
}
