//! The merge driver as git calls it: in a merge, a rebase, a cherry-pick, and where it has nothing to say.

use crate::support::{GOALS, PATH, Place};

const DRIVER: &str = "git okr merge-driver %O %A %B %P %L %S %X %Y";
const ATTRIBUTES: (&str, &str) = (".gitattributes", "okrs/**/*.toml merge=okr\n");

fn checked_in(value: &str, day: &str, note: &str) -> String {
    GOALS.replace("current = 400", &format!("current = {value}\nas_of = {day}\nnote = \"{note}\""))
}

/// Makes two branches, `ana` and `bob`, of goals that each changed. On `main`, the driver is known.
fn two(ours: &str, theirs: &str) -> Place {
    let place = Place::with(&[(PATH, GOALS), ATTRIBUTES]);
    place.git(&["config", "merge.okr.driver", DRIVER]);
    for (branch, text) in [("ana", ours), ("bob", theirs)] {
        place.git(&["checkout", "-q", "-b", branch, "main"]);
        place.commit("2026-11-20", branch, &[(PATH, text)]);
    }
    place.git(&["checkout", "-q", "ana"]);
    place
}

/// Runs git with `git okr` at hand.
fn git(place: &Place, command: &str) -> (bool, String) {
    place.shell(&place.root(), &format!("git {command}"), &[])
}

#[test]
fn a_merge_a_rebase_and_a_cherry_pick_agree() {
    let ours = GOALS.replace("current = 400", "current = 350 # measured");
    let theirs = format!(
        "{}\n# Theirs.\n[[objective.key_result]]\nid = \"more\"\ntitle = \"More\"\n",
        GOALS.replace("target = 294", "target = 294\nconfidence = 0.7")
    );
    let wanted = theirs.replace("current = 400", "current = 350 # measured");
    for command in ["merge -q -m both bob", "rebase -q bob", "cherry-pick bob"] {
        let place = two(&ours, &theirs);
        let (done, said) = git(&place, command);
        assert!(done, "{command}: {said}");
        assert_eq!(place.read(PATH), wanted, "{command}");
        assert_eq!(place.git(&["status", "--porcelain"]), "", "{command}");
    }
    let place = two(&ours, &theirs);
    place.git(&["config", "--unset", "merge.okr.driver"]);
    assert!(!git(&place, "merge -q -m both bob").0, "a clone that does not know the driver merges line by line");
}

#[test]
fn the_later_check_in_stands_and_one_of_the_same_day_is_settled_by_hand() {
    let early = checked_in("350", "2026-11-19", "Good.");
    let late = checked_in("360", "2026-11-20", "Better known.");
    for (ours, theirs) in [(&early, &late), (&late, &early)] {
        let place = two(ours, theirs);
        let (done, said) = git(&place, "merge -q -m both bob");
        assert!(done, "{said}");
        assert_eq!(place.read(PATH), late);
        // Both check-ins are in history, and the last event is what the file says.
        let events = place.okr(&["log", "--format", "json"]).exits(0).json();
        let kinds =
            events["events"].as_array().expect("events").iter().filter(|event| event["kind"] == "check-in").count();
        assert_eq!(kinds, 1, "a value that a merge threw away does not count");
    }
    let same_day = checked_in("360", "2026-11-19", "Better known.");
    let place = two(&early, &same_day);
    let (done, said) = git(&place, "merge -m both bob");
    assert!(!done && said.contains(&format!("CONFLICT (content): Merge conflict in {PATH}")), "{said}");
    let wanted = "<<<<<<< HEAD\ncurrent = 350\n=======\ncurrent = 360\n>>>>>>> bob\nas_of = 2026-11-19\n\
                  <<<<<<< HEAD\nnote = \"Good.\"\n=======\nnote = \"Better known.\"\n>>>>>>> bob\n";
    assert!(place.read(PATH).contains(wanted), "{}", place.read(PATH));
    let unmerged = place.git(&["ls-files", "-u"]);
    assert_eq!(unmerged.lines().count(), 3, "{unmerged}");
    // What stands between markers is found, and named by what it is.
    let _ = place.okr(&["check"]).exits(1).says("merge conflict");
}

#[test]
fn a_definition_is_settled_by_hand_in_the_style_that_git_is_told() {
    let place = two(&GOALS.replace("= 294", "= 300"), &GOALS.replace("= 294", "= 310"));
    let (done, said) = git(&place, "-c merge.conflictStyle=diff3 merge -q -m both bob");
    assert!(!done, "{said}");
    let text = place.read(PATH);
    let start = text.find("<<<<<<< HEAD\ntarget = 300\n||||||| ").unwrap_or_else(|| panic!("{text}"));
    assert!(text[start..].contains("\ntarget = 294\n=======\ntarget = 310\n>>>>>>> bob\n"), "{text}");
    assert!(text.contains("title = "), "{text}");
}

#[test]
fn crossing_merges_have_a_common_ancestor() {
    // Both sides merged the other's beginning: their ancestors are merged first, and leave no marker behind.
    let place = two(&GOALS.replace("= 294", "= 300"), &GOALS.replace("= 294", "= 310"));
    for (branch, other, target) in [("cross-a", "ana", "300"), ("cross-b", "bob", "310")] {
        let merged = if other == "ana" { "bob" } else { "ana" };
        place.git(&["checkout", "-q", "-b", branch, other]);
        assert!(!git(&place, &format!("merge -q {merged}")).0);
        place.commit("2026-11-21", "Settle", &[(PATH, &GOALS.replace("= 294", &format!("= {target}")))]);
    }
    place.commit("2026-11-22", "Go on", &[(PATH, &GOALS.replace("= 294", "= 310").replace("= 400", "= 390"))]);
    let (done, said) = git(&place, "merge -m both cross-a");
    assert!(!done && !said.contains("line by line"), "{said}");
    let wanted = "<<<<<<< HEAD\ntarget = 310\n=======\ntarget = 300\n>>>>>>> cross-a\n";
    assert!(place.read(PATH).contains(wanted), "{}", place.read(PATH));
}

#[test]
fn what_does_not_read_is_merged_as_git_does() {
    let broken = GOALS.replace("cycle = ", "cycle = = ");
    let added = format!("{GOALS}\n[[objective.key_result]]\nid = \"more\"\ntitle = \"More\"\n");
    let place = two(&broken, &added);
    let (done, said) = git(&place, "merge -q -m both bob");
    assert!(done, "{said}");
    assert!(said.contains(&format!("{PATH}: our side is no TOML; merged line by line instead")), "{said}");
    assert_eq!(place.read(PATH), added.replace("cycle = ", "cycle = = "));

    let twice = format!("{GOALS}\n[[objective.key_result]]\nid = \"p99\"\ntitle = \"Again\"\n");
    let place = two(&twice, &GOALS.replace("current = 400", "current = 350"));
    let (_, said) = git(&place, "merge -q -m both bob");
    assert!(said.contains("our side has one id twice; merged line by line"), "{said}");
    assert!(place.read(PATH).contains("current = 350"), "{}", place.read(PATH));
}

#[test]
fn what_goes_wrong_is_no_conflict_and_touches_nothing() {
    let place = Place::repository();
    for (name, text) in [("base", GOALS), ("ours", GOALS), ("theirs", "\u{0}\u{1}")] {
        place.write(name, text);
    }
    let driver = |arguments: &[&str]| place.okr(&[&["merge-driver"], arguments].concat());
    let _ = driver(&["base", "ours", "gone", PATH]).exits(129).says("could not read gone");
    let _ = driver(&["base", "ours"]).exits(129).says("git okr init --merge-driver");
    let _ = driver(&["base", "ours", "theirs", PATH, "many"]).exits(129).says("%L");
    let _ = driver(&["base", "ours", "theirs", PATH]).exits(129).says("their side is no TOML");
    assert_eq!(place.read("ours"), GOALS);
    place.write("theirs", GOALS.replace("= 400", "= 350"));
    let _ = driver(&["base", "ours", "theirs", "-x.toml", "7", "%S", "%X", "%Y"]).exits(0);
    assert_eq!(place.read("ours"), GOALS.replace("= 400", "= 350"));
    let _ = driver(&["-h"]).exits(0).says("%O %A %B %P %L");
}

#[test]
fn init_sets_it_up_by_leave() {
    let place = Place::repository();
    let set = || place.shell(&place.root(), "git config --get merge.okr.driver", &[]).1;
    let _ = place.okr(&["init", "--dry-run", "--merge-driver"]).exits(0).says("would set merge.okr.driver");
    let _ = place.okr(&["init"]).exits(0).says("git okr init --merge-driver");
    assert_eq!(set(), "", "nobody was asked");
    assert!(place.read(".gitattributes").ends_with("\nokrs/**/*.toml merge=okr\n"));
    let _ = place.okr(&["init", "--merge-driver"]).exits(0).says("set merge.okr.driver");
    assert_eq!(set().trim_end(), DRIVER);
    let _ = place.okr(&["init"]).exits(0).hides("--merge-driver");
    place.write(".gitattributes", "*.png binary\n");
    let _ = place.okr(&["init"]).exits(0).says("add to it: okrs/**/*.toml merge=okr");
    assert_eq!(place.read(".gitattributes"), "*.png binary\n");
}

#[cfg(unix)]
#[test]
fn init_asks_whoever_sits_in_front_of_a_terminal() {
    for (answer, is_set) in [("", true), ("n", false)] {
        let place = Place::repository();
        let mut command = place.command(std::path::Path::new(env!("CARGO_BIN_EXE_git-okr")), &place.root());
        command.arg("init").env("TERM", "xterm");
        let mut session = rexpect::session::spawn_command(command, Some(120_000)).expect("a terminal");
        let _ = session.exp_string("(git config merge.okr.driver)? [Y/n]: ").expect("a question");
        assert!(!place.root().join("okr.toml").exists(), "nothing is written before the answer");
        let _ = session.send_line(answer).expect("a terminal");
        let seen = session.exp_eof().expect("it ends");
        assert_eq!(seen.contains("set merge.okr.driver"), is_set, "{seen}");
        let set = place.shell(&place.root(), "git config --get merge.okr.driver", &[]).1;
        assert_eq!(set.trim_end(), if is_set { DRIVER } else { "" });
    }
}
