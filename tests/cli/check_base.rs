//! `check --base`: a change answers for what it brings, and for nothing that was there before it.

use crate::support::{GOALS, PATH, Place, Run};

const TWO_OWNERS: &str = "current = 400\nowner = \"@ana, @bo\"\n";

/// Goals with a warning and an error in them.
fn old_sins() -> String {
    GOALS.replace("current = 400\n", TWO_OWNERS).replace("owner = \"@team\"", "owner = \"@team\"\nteam = \"T\"")
}

/// A repository with old sins on main, and a branch that stands there.
fn branched() -> Place {
    let place = Place::with(&[(PATH, &old_sins())]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place
}

#[track_caller]
fn rules(run: &Run) -> Vec<String> {
    let json = run.json();
    let findings = json["findings"].as_array().expect("a list");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a name").to_owned()).collect()
}

#[track_caller]
fn brought(place: &Place) -> Vec<String> {
    rules(&place.okr(&["check", "--base", "main", "--format", "json"]))
}

#[test]
fn what_was_there_before_is_counted_and_does_not_fail() {
    let place = branched();
    let before = place.okr(&["check", "--format", "json"]).exits(1).json();
    let all = before["findings"].as_array().expect("a list").len();
    assert!(before["summary"]["older"].is_null());
    let run = place.okr(&["check", "--base", "main", "--format", "json"]).exits(0);
    assert_eq!(rules(&run), Vec::<String>::new());
    let summary = run.json()["summary"].take();
    assert_eq!((summary["older"].as_u64(), summary["errors"].as_u64()), (Some(all as u64), Some(0)));
    let _ = place
        .okr(&["check", "--base", "main"])
        .exits(0)
        .says("no new findings in 1 file")
        .says(&format!("; {all} from before the change not shown"));

    place.commit("2026-10-20", "Misspell", &[(PATH, &old_sins().replace("current = 400", "curent = 400"))]);
    assert_eq!(brought(&place), ["field-unknown"]);
    let run = place.okr(&["check", "--base", "main", "--format", "concise"]).exits(1);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    // What is not committed yet belongs to the change.
    place.write(PATH, old_sins().replace("current = 400", "current = nan"));
    assert_eq!(brought(&place), ["number-not-finite"]);
    // What the branch mended and main still has is not brought by it.
    place.write(PATH, GOALS);
    assert_eq!(brought(&place), Vec::<String>::new());
}

#[test]
fn moved_lines_files_and_names_bring_nothing() {
    let broken = "cycle = \"2026-Q4\"\n[[objective]]\nid = \"b\ntitle = \"No end\"\n";
    let place = Place::with(&[(PATH, &old_sins()), ("okrs/2026-Q4/broken.toml", broken)]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place.commit("2026-10-20", "Move lines", &[(PATH, &format!("# Ours\n\n{}", old_sins()))]);
    assert_eq!(brought(&place), Vec::<String>::new());
    place.git(&["mv", "okrs/2026-Q4", "okrs/autumn"]);
    assert_eq!(brought(&place), Vec::<String>::new());
    // Once it is mended, its past is told of, and is past.
    place.write("okrs/autumn/broken.toml", GOALS.replace("id = \"speed\"", "id = \"b\""));
    assert!(!brought(&place).contains(&"history-unreadable".to_owned()));
    place.write("okrs/autumn/broken.toml", broken);
    place.git(&["commit", "-q", "-m", "Move files"]);
    place.git(&["rm", "-q", "okrs/autumn/broken.toml"]);
    place.git(&["commit", "-q", "--amend", "-m", "Move files"]);
    assert_eq!(brought(&place), Vec::<String>::new());
    let renamed = old_sins().replace("id = \"speed\"", "id = \"instant\"\naliases = [\"speed\"]");
    place.commit("2026-10-21", "Rename", &[("okrs/autumn/team.toml", &renamed)]);
    assert_eq!(brought(&place), Vec::<String>::new());
    let unlinked = renamed.replace("aliases = [\"speed\"]\n", "");
    place.commit("2026-10-22", "Forget the old name", &[("okrs/autumn/team.toml", &unlinked)]);
    assert!(brought(&place).contains(&"owner-many".to_owned()), "without an alias it is another goal");
}

#[test]
fn one_more_of_the_same_is_one() {
    let place = branched();
    let unknown = old_sins().replace("team = \"T\"", "team = \"T\"\ncompany = \"C\"");
    place.write(PATH, unknown);
    let run = place.okr(&["check", "--base", "main", "--format", "json"]).exits(1);
    assert_eq!(rules(&run), ["field-unknown"]);
    place.write("okrs/2026-Q4/copy.toml", old_sins());
    let copied = brought(&place);
    assert_eq!(copied.iter().filter(|rule| *rule == "id-duplicate").count(), 1, "{copied:?}");
    assert_eq!(copied.iter().filter(|rule| *rule == "owner-many").count(), 1, "{copied:?}");
}

#[test]
fn rules_are_those_in_force_now_and_facts_are_of_their_side() {
    let goals = GOALS.replace("2026-Q4", "launch").replace("target = 294\n", "target = 294\nunit = \"ms\"\n");
    let cycle = "[[cycle]]\nid = \"launch\"\nstart = 2026-10-01\nend = 2026-12-20\n";
    let place = Place::with(&[(PATH, &goals), ("okr.toml", cycle)]);
    place.git(&["checkout", "-q", "-b", "work"]);
    // A rule that is switched on now finds the old ones too, and they are old.
    place.write("okr.toml", format!("{cycle}[rules.levels]\nkr-no-source = \"error\"\n"));
    assert_eq!(brought(&place), Vec::<String>::new());
    // A cycle that is taken away leaves goals without one.
    place.write("okr.toml", "version = 1\n");
    assert_eq!(brought(&place), ["cycle-unknown"]);
    place.write("okr.toml", format!("{cycle}[rules.levels]\nkr-cuont = \"error\"\n"));
    assert_eq!(brought(&place), ["config-invalid"]);
    place.commit("2026-10-20", "Misspell", &[]);
    place.git(&["branch", "-f", "main", "HEAD"]);
    assert_eq!(brought(&place), Vec::<String>::new());
    // Other folders named, the same goals.
    place.git(&["mv", "okrs", "goals"]);
    place.write("okr.toml", format!("paths = [\"goals\"]\n{cycle}"));
    assert_eq!(brought(&place), Vec::<String>::new());
}

#[test]
fn an_answer_counts_at_once() {
    let place = branched();
    let copied = old_sins().replace("id = \"p99\"", "id = \"p50\"").replace("id = \"speed\"", "id = \"pace\"");
    place.write("okrs/2026-Q4/copy.toml", copied.replace("team = \"T\"\n", ""));
    assert!(brought(&place).contains(&"owner-many".to_owned()));
    let answer = "allow = [{ rule = \"owner-many\", reason = \"They share a desk\" }]\n";
    place.write(
        "okrs/2026-Q4/copy.toml",
        copied.replace("team = \"T\"\n", "").replace("current", &format!("{answer}current")),
    );
    assert!(!brought(&place).iter().any(|rule| rule == "owner-many" || rule.starts_with("allow")));
}

#[test]
fn what_was_answered_before_is_not_told_of_again() {
    let answered = |file: &str, reason: &str| {
        GOALS.replace("\"speed\"", &format!("\"{file}\"")).replace(
            "current = 400",
            &format!("current = 400\nallow = [{{ rule = \"kr-no-source\", reason = \"{reason}\" }}]"),
        )
    };
    let place = Place::with(&[(PATH, &answered("speed", "The old one"))]);
    place.write("okrs/2026-Q4/new.toml", answered("pace", "The new one"));
    let all = place.okr(&["check", "--format", "sarif"]);
    let _ = all.says("The old one").says("The new one");
    let brought = place.okr(&["check", "--base", "HEAD", "--format", "sarif"]);
    let _ = brought.hides("The old one").says("The new one");
    assert_eq!(place.okr(&["check", "--base", "HEAD", "--format", "json"]).json()["summary"]["suppressed"], 1);
}

#[test]
fn the_base_is_where_the_work_began() {
    let place = branched();
    place.commit("2026-10-20", "Work", &[("src/code", "1")]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("2026-10-21", "Mend it all", &[(PATH, GOALS)]);
    place.git(&["checkout", "-q", "work"]);
    assert_eq!(brought(&place), Vec::<String>::new(), "what main mended since is not the branch's fault");
    // Both merged each other: either of the two first commits is a base.
    place.git(&["checkout", "-q", "-b", "left", "main~0"]);
    place.git(&["merge", "-q", "-m", "Merge", "work"]);
    place.git(&["checkout", "-q", "-b", "right", "work"]);
    place.git(&["merge", "-q", "--no-ff", "-m", "Merge", "main"]);
    assert_eq!(place.git(&["merge-base", "--all", "left", "right"]).lines().count(), 2);
    let _ = place.okr(&["check", "--base", "left"]).exits(0);
}

#[test]
fn the_default_branch_is_found_or_asked_for() {
    let place = branched();
    place.write(PATH, old_sins().replace("current = 400", "curent = 400"));
    let alone = ["check", "--format", "json", "--base"];
    assert_eq!(rules(&place.okr(&alone).exits(1)), ["field-unknown"], "main is a usual name");
    place.git(&["branch", "-m", "main", "trunk"]);
    let _ = place.okr(&alone).exits(2).says("no default branch").says("--base origin/trunk");
    let told = |variable: &str, branch: &str| place.okr_in(&place.root(), &alone, &[(variable, branch)]);
    for variable in ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_DEFAULT_BRANCH"] {
        assert_eq!(rules(&told(variable, "trunk").exits(1)), ["field-unknown"], "{variable}");
    }
    let _ = told("GITHUB_BASE_REF", "main").exits(2).says("GITHUB_BASE_REF").says("git fetch origin main");
    place.commit("2026-10-20", "Commit it", &[]);
    let clone = place.beside("clone");
    place.git(&["checkout", "-q", "trunk"]);
    place.git(&["clone", "-q", ".", clone.to_str().expect("UTF-8")]);
    place.git(&["-C", clone.to_str().expect("UTF-8"), "checkout", "-q", "work"]);
    assert_eq!(rules(&place.okr_in(&clone, &alone, &[]).exits(1)), ["field-unknown"], "the remote says trunk");
}

#[test]
fn without_a_common_commit_nothing_is_guessed() {
    let place = branched();
    place.git(&["checkout", "-q", "--orphan", "stranger"]);
    place.commit("2026-10-20", "Begin anew", &[]);
    let _ = place.okr(&["check", "--base", "main"]).exits(2).says("no commit in common").says("name a base");
    let _ = place.okr(&["check", "--base", "nowhere"]).exits(2).says("nowhere");
    place.git(&["checkout", "-q", "main"]);
    place.commit("2026-10-20", "Later", &[]);
    place.git(&["checkout", "-q", "work"]);
    place.commit("2026-10-21", "Work", &[]);
    let clone = place.beside("clone");
    let url = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--depth", "1", "--no-single-branch", &url, clone.to_str().expect("UTF-8")]);
    let run = place.okr_in(&clone, &["check", "--base", "origin/main"], &[]).exits(2);
    let _ = run.says("git fetch --unshallow").says("fetch-depth: 0");
    let empty = Place::empty();
    empty.write(PATH, GOALS);
    let _ = empty.okr(&["check", "--base"]).exits(2).says("no git repository");
}

#[test]
fn a_cut_history_still_fails() {
    let place = branched();
    for day in ["2026-10-06", "2026-10-07", "2026-10-08"] {
        place.commit(day, "Work", &[("src/code", day)]);
    }
    let clone = place.beside("clone");
    let url = format!("file://{}", place.root().display());
    place.git(&["clone", "-q", "--depth", "2", &url, clone.to_str().expect("UTF-8")]);
    let run = place.okr_in(&clone, &["check", "--base", "HEAD~1", "--format", "json"], &[]).exits(1);
    assert_eq!(rules(&run), ["history-shallow"]);
}

#[test]
fn asked_files_and_formats_show_the_new_ones_alone() {
    let place = branched();
    place.write(PATH, old_sins().replace("current = 400", "curent = 400"));
    let mine = GOALS.replace("id = \"speed\"", "id = \"other\"").replace("baseline", "basline");
    place.write("okrs/2026-Q4/mine.toml", mine);
    let run = place.okr(&["check", "okrs/2026-Q4/mine.toml", "--base", "main", "--format", "json"]).exits(1);
    assert!(
        run.json()["findings"].as_array().expect("a list").iter().all(|one| one["path"] == "okrs/2026-Q4/mine.toml")
    );
    assert_eq!(run.json()["summary"]["older"].as_u64(), Some(0));
    for format in ["human", "concise"] {
        let _ = place.okr(&["check", "--base", "main", "--format", format]).exits(1).says("curent").hides("owner-many");
    }
    place.commit("2026-10-20", "Commit it", &[]);
    let _ = place.okr(&["check", "--base", "main", "--as-of", "main", "--format", "concise"]).exits(0);
    let as_of = place.okr(&["check", "--base", "main", "--as-of", "work", "--format", "concise"]).exits(1);
    let _ = as_of.says("curent").hides("owner-many");
}

#[test]
fn what_time_alone_can_trip_turns_no_change_red() {
    let ended = GOALS.replace("2026-Q4", "2026-Q3").replace("@team", "@late");
    let place = branched();
    place.commit("2026-10-20", "Bring a cycle that is over", &[("okrs/2026-Q3/late.toml", &ended)]);
    let rule = ["--select", "close-unscored", "--format", "json"];
    let level = |run: &Run| run.json()["findings"][0]["level"].clone();
    assert_eq!(level(&place.okr(&[&["check"], &rule[..]].concat()).exits(1)), "error");
    let run = place.okr(&[&["check", "--base", "main"], &rule[..]].concat()).exits(0);
    assert_eq!((rules(&run), level(&run)), (vec!["close-unscored".to_owned()], "warning".into()));
    // A quarter that ends while nothing changes is nobody's doing.
    let place = branched();
    let later = ["--today", "2027-02-20"];
    assert!(!rules(&place.okr(&[&["check"], &rule[..], &later].concat()).exits(1)).is_empty());
    assert!(rules(&place.okr(&[&["check", "--base", "main"], &rule[..], &later].concat()).exits(0)).is_empty());
}

#[test]
fn a_report_is_stale_by_the_change_that_made_it_so() {
    let place = Place::with(&[(PATH, GOALS)]);
    let _ = place.okr(&["report", "--output", "okrs/README.md"]).exits(0);
    place.commit("2026-11-21", "Write the report", &[]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place.write(PATH, GOALS.replace("400", "390"));
    let stale = |arguments: &[&str]| {
        let run = place.okr(&[&["check", "--select", "report-stale", "--format", "json"], arguments].concat());
        !rules(&run).is_empty()
    };
    assert!(stale(&[]) && stale(&["--base", "main"]) && !stale(&["--staged"]));
    place.git(&["add", "-A"]);
    assert!(stale(&["--staged"]) && stale(&["--staged", "--base", "HEAD"]));
    place.commit("2026-11-21", "Check in", &[]);
    place.git(&["branch", "-f", "main", "HEAD"]);
    place.commit("2026-11-22", "Write code", &[("src/code", "1")]);
    assert!(stale(&[]) && !stale(&["--base", "main"]), "it was stale before");
    let _ = place.okr(&["report", "--output", "okrs/README.md"]).exits(0);
    assert!(!stale(&[]) && stale(&["--staged"]), "what will be committed still is");
}

#[test]
fn a_goalpost_is_moved_by_the_change_that_moves_it() {
    let place = Place::with(&[(PATH, GOALS)]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place.commit("2026-11-20", "Ask for less", &[(PATH, &GOALS.replace("target = 294", "target = 320"))]);
    assert_eq!(brought(&place), ["goalpost-moved"]);
    place.git(&["branch", "-f", "main", "HEAD"]);
    place.commit("2026-11-21", "Write code", &[("src/code", "1")]);
    assert_eq!(brought(&place), Vec::<String>::new(), "it had moved before");
}
