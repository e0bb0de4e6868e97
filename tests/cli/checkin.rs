//! `checkin`: what is typed stands in the files, byte for byte nothing else, all of it or nothing; and git commits it.

use crate::published::holds;
use crate::support::{GOALS, PATH, Place};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

/// One of each kind.
const KINDS: &str = r#"cycle = "2026-Q4"
owner = "@team"

[[objective]]
id = "launch"
title = "Merchants sell everywhere"

[[objective.key_result]]
id = "share"
title = "Share of orders from abroad rises from 20 % to 30 %"
baseline = 20
target   = 30
unit     = "%"
current  = 24.5 # by hand

[[objective.key_result]]
id = "rollbacks"
title = "Rollbacks stay rare"
at_most = 1.0
unit = "%"

[[objective.key_result]]
id = "eu"
title = "Countries take live payments"
milestone = [
  { title = "Germany", done = false },
  { title = "Île de Ré", done = false }, # an island
]

[[objective.key_result]]
id = "audit"
title = "The audit passes"
done = false

[[objective.key_result]]
id = "plain"
title = "Errors fall from 9 to 3"
baseline = 9
target = 3
"#;

const OTHER: &str = "okrs/2026-Q4/other.toml";

fn other() -> String {
    GOALS.replace("\"speed\"", "\"other\"").replace("\"p99\"", "\"p50\"")
}

/// Gives a message as it was before it was broken into lines.
fn words(told: &str) -> String {
    told.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ")
}

#[test]
fn a_value_is_written_and_what_it_does_is_told() {
    let place = Place::with(&[(PATH, GOALS)]);
    let run = place.okr(&["checkin", "p99=350", "--confidence", "0.7", "--note", "Pooling shipped."]).exits(0);
    let expected = "\
2026-Q4/speed/p99
  “P99 latency falls from 420 ms to 294 ms”
  current 400 → 350, confidence 0.7, “Pooling shipped.”
  15.9 % → 55.6 %  +39.7  off track → on track

2026-Q4/speed  15.9 % → 55.6 %  +39.7  off track → on track
2026-Q4  15.9 % → 55.6 %  +39.7  57.6 % expected
";
    assert_eq!(run.out, expected);
    assert_eq!(run.err, format!("wrote {PATH}, not committed yet\n"));
    let new = "current = 350\nconfidence = 0.7\nas_of = 2026-11-22\nnote = \"Pooling shipped.\"\n";
    assert_eq!(place.read(PATH), GOALS.replace("current = 400\n", new));
    let _ = place.okr(&["log", "speed/p99"]).exits(0).says("current 400 → 350").says("not committed");
    let _ = place.okr(&["check"]).exits(0);
    let again = place.okr(&["checkin", "p99=350", "--confidence", "0.7"]).exits(0);
    assert_eq!(again.out, "");
    assert!(again.err.contains("nothing to write: the files say so already"), "{}", again.err);
}

#[test]
fn every_kind_is_checked_in_by_its_own_form() {
    let as_of = "\nas_of = 2026-11-22";
    // What is typed, and what is written in the place of what.
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, String)]);
    let cases: &[Case<'_>] = &[
        (&["share=25%"], &[("current  = 24.5 # by hand", "current  = 25.0 # by hand\nas_of    = 2026-11-22".into())]),
        (&["launch/share+=0.2"], &[("= 24.5 # by hand", "= 24.7 # by hand\nas_of    = 2026-11-22".into())]),
        (
            &["share-=4.5", "--as-of", "2026-11-20"],
            &[("= 24.5 # by hand", "= 20.0 # by hand\nas_of    = 2026-11-20".into())],
        ),
        (&["rollbacks=0.8 %"], &[("unit = \"%\"\n", format!("unit = \"%\"\ncurrent = 0.8{as_of}\n"))]),
        (
            &["eu.germany=true"],
            &[("Germany\", done = false", "Germany\", done = true".into()), ("island\n]", format!("island\n]{as_of}"))],
        ),
        (
            &["eu.2=2026-11-20"],
            &[("Ré\", done = false", "Ré\", done = 2026-11-20".into()), ("island\n]", format!("island\n]{as_of}"))],
        ),
        (
            &["eu.le-de-r", "--done"],
            &[("Ré\", done = false", "Ré\", done = 2026-11-22".into()), ("island\n]", format!("island\n]{as_of}"))],
        ),
        (&["audit=true"], &[("\ndone = false", format!("\ndone = true{as_of}"))]),
        (
            &["audit", "--done", "--as-of", "2026-11-02"],
            &[("\ndone = false", "\ndone = 2026-11-02\nas_of = 2026-11-02".into())],
        ),
        (&["2026-Q4/launch/plain", "--no-change"], &[("target = 3\n", format!("target = 3{as_of}\n"))]),
        (&["plain", "--confidence", "0.4"], &[("target = 3\n", format!("target = 3\nconfidence = 0.4{as_of}\n"))]),
        (
            &["plain=7", "--note", "one\ntwo \"so\""],
            &[("target = 3\n", format!("target = 3\ncurrent = 7{as_of}\nnote = \"\"\"\none\ntwo \"so\\\"\"\"\"\n"))],
        ),
        (
            &["plain=7", "audit=false", "eu.1=true", "eu.2=true"],
            &[
                ("target = 3\n", format!("target = 3\ncurrent = 7{as_of}\n")),
                ("\ndone = false", format!("\ndone = false{as_of}")),
                ("Germany\", done = false", "Germany\", done = true".into()),
                ("Ré\", done = false", "Ré\", done = true".into()),
                ("island\n]", format!("island\n]{as_of}")),
            ],
        ),
    ];
    let place = Place::with(&[(PATH, KINDS)]);
    for (arguments, changes) in cases {
        place.write(PATH, KINDS);
        let arguments = [&["checkin", "--format", "json"], *arguments].concat();
        let run = place.okr(&arguments).exits(0);
        let expected = changes.iter().fold(KINDS.to_owned(), |text, (old, new)| {
            assert_eq!(text.matches(old).count(), 1, "{old}");
            text.replace(old, new)
        });
        assert_eq!(place.read(PATH), expected, "{arguments:?}");
        let model = run.json();
        holds("checkin", &model);
        assert_eq!(
            (&model["written"], &model["commit"], &model["files"][0]),
            (&true.into(), &serde_json::Value::Null, &PATH.into())
        );
    }
}

#[test]
fn what_is_wrong_is_said_plainly_and_nothing_is_written() {
    let place = Place::with(&[(PATH, KINDS)]);
    place.commit("2026-10-06", "Set more", &[(OTHER, &other())]);
    let cases: &[(&[&str], &str)] = &[
        (&[], "git okr status"),
        (&["plane=3"], "nearest: 2026-Q4/launch/plain"),
        (&["launch=3"], "is an objective"),
        (&["plain"], "write `plain=41`"),
        (&["plain="], "there is no value"),
        (&["plain=fast"], "`fast` does not read as a value"),
        (&["plain=3,5"], "with a point and no grouping"),
        (&["plain=75%"], "has no unit"),
        (&["rollbacks=8 ms"], "rollbacks is measured in %, not in ms"),
        (&["plain+=1"], "has no value yet that could move"),
        (&["plain=true"], "is measured by a number"),
        (&["plain", "--done"], "is measured by a number"),
        (&["plain.germany=3"], "has no milestones"),
        (&["audit=1"], "write `audit=true`"),
        (&["audit=2026-12-01"], "yet to come"),
        (&["eu=2"], "name one of `eu.germany`, `eu.le-de-r`"),
        (&["eu", "--done"], "is more than one thing"),
        (&["eu.france=true"], "has no milestone `france`"),
        (&["plain=3", "--as-of", "2026-11-23"], "2026-11-23 is yet to come"),
        (&["plain=3", "--as-of", "soon"], "no day of the calendar"),
        (&["plain=3", "--confidence", "70"], "for instance 0.7"),
        (&["plain=3", "--confidence", "-1"], "from 0 to 1"),
        (&["plain=3", "--note", "a\u{1b}[31m"], "control character U+001B"),
        (&["plain=3", "--done"], "--done says another"),
        (&["plain=3", "--no-change"], "says that it stays"),
        (&["plain=3", "plain=4"], "is named twice"),
        (&["p50=399", "plain=3", "audit=1"], "okrs/2026-Q4/team.toml:30: audit takes no number"),
        (&["plain=3", "--dry-run", "--commit"], "cannot be used with"),
        (&["--from", "nothing.csv"], "could not read nothing.csv"),
    ];
    for (arguments, said) in cases {
        let run = place.okr(&[&["checkin"], *arguments].concat()).exits(2);
        assert!(words(&run.err).contains(said), "{arguments:?}: {}", run.err);
        assert!(!run.err.contains('\u{1b}') && run.out.is_empty());
    }
    let _ = place.okr(&["checkin", "plain=3", "--dry-run"]).exits(0).says("would write").says("plain");
    assert_eq!((place.read(PATH), place.read(OTHER)), (KINDS.to_owned(), other()));
    // What two objectives have is for whoever typed it to tell apart.
    place.write(OTHER, other().replace("\"p50\"", "\"plain\""));
    let _ = place.okr(&["checkin", "plain=3"]).exits(2).says("may be any of 2026-Q4/launch/plain, 2026-Q4/other/plain");
}

#[test]
fn who_checks_in_late_or_on_what_is_dropped_is_told_so() {
    let dropped = GOALS.replace("\"p99\"\n", "\"p99\"\nstatus = \"dropped\"\nas_of = 2026-11-20\n");
    let place = Place::with(&[(PATH, &dropped), ("okrs/old.toml", &other().replace("2026-Q4", "2026-Q3"))]);
    let run = place.okr(&["checkin", "p99=350", "p50=350", "--as-of", "2026-11-19"]).exits(0);
    for said in [
        "warning: 2026-Q4/speed/p99: it is dropped, so it counts for nothing",
        "warning: 2026-Q4/speed/p99: its last check-in was measured on 2026-11-20",
        "warning: 2026-Q3/other/p50: it was due on 2026-09-30",
    ] {
        assert!(run.err.contains(said), "{said}\n{}", run.err);
    }
    assert!(run.out.contains("(not counted)"), "{}", run.out);
}

#[test]
fn a_list_is_taken_from_a_file_or_a_pipe() {
    let place = Place::with(&[(PATH, KINDS), (OTHER, &other())]);
    place.write("values.csv", "name,value,as_of\nplain,7,2026-11-20\naudit,true,\neu.germany,2026-11-19,\np50,390,\n");
    let _ = place.okr(&["checkin", "--from", "values.csv", "--as-of", "2026-11-21"]).exits(0).says("2026-Q4/other/p50");
    assert!(place.read(PATH).contains("current = 7\nas_of = 2026-11-20\n"));
    assert!(place.read(PATH).contains("done = true\nas_of = 2026-11-21\n"));
    assert!(place.read(OTHER).contains("current = 390\nas_of = 2026-11-21\n"));
    let piped = |text: &str| {
        let mut command = place.command(std::path::Path::new(env!("CARGO_BIN_EXE_git-okr")), &place.root());
        command.args(["checkin", "--from", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("git-okr runs");
        child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(piped("plain,6\n").0, Some(0));
    let before = place.read(PATH);
    assert!(before.contains("current = 6\nas_of = 2026-11-22\n"));
    let (code, said) = piped("plain,5\nnothing,3\n");
    assert!(code == Some(2) && said.contains("what is piped in:2: nothing was recorded"), "{said}");
    let (code, said) = piped("plain,5\naudit,3\n");
    assert!(code == Some(2) && said.contains("audit takes no number"), "{said}");
    assert_eq!(place.read(PATH), before, "all or none");
}

#[test]
fn the_file_keeps_its_form_and_its_mode() {
    let place = Place::with(&[("README", "x")]);
    let dress = |text: &str| format!("\u{feff}{}", text.trim_end().replace('\n', "\r\n"));
    place.write(PATH, dress(GOALS));
    let file = place.root().join(PATH);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o664)).expect("set");
    let _ = place.okr(&["checkin", "p99=350", "--note", "one\ntwo"]).exits(0);
    let new = "current = 350\nas_of = 2026-11-22\nnote = \"one\\ntwo\"\n";
    assert_eq!(place.read(PATH), dress(&GOALS.replace("current = 400\n", new)));
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o664);
    assert_eq!(std::fs::read_dir(file.parent().expect("a folder")).expect("readable").count(), 1, "nothing beside it");
}

#[test]
fn all_files_are_written_or_none() {
    let place = Place::with(&[(PATH, GOALS), (OTHER, &other())]);
    std::fs::set_permissions(place.root().join(PATH), std::fs::Permissions::from_mode(0o444)).expect("set");
    let run = place.okr(&["checkin", "p50=350", "p99=350"]).exits(2).says("read-only").says("nothing was recorded");
    assert!(run.out.is_empty());
    assert_eq!((place.read(PATH), place.read(OTHER)), (GOALS.to_owned(), other()));
    // A sparse checkout leaves a file out of the work tree.
    let place = Place::with(&[(PATH, GOALS), ("src/code", "x")]);
    place.git(&["sparse-checkout", "set", "--no-cone", "/src/"]);
    let _ = place.okr(&["checkin", "p99=350"]).exits(2).says("not in the work tree");
}

#[test]
fn git_commits_what_was_checked_in_and_nothing_else() {
    let place = Place::with(&[(PATH, GOALS), (OTHER, &other()), ("code", "one\n")]);
    place.write("code", "two\n");
    place.git(&["add", "code"]);
    let hook = place.root().join(".git/hooks/pre-commit");
    place.write(".git/hooks/pre-commit", "#!/bin/sh\necho the hook ran\ntouch hooked\n");
    let sign = "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho signed by nobody\n";
    place.write("sign", sign);
    std::fs::set_permissions(place.root().join("sign"), std::fs::Permissions::from_mode(0o755)).expect("set");
    place.git(&["config", "gpg.program", place.root().join("sign").to_str().expect("UTF-8")]);
    place.git(&["config", "commit.gpgSign", "true"]);
    place.git(&["config", "core.excludesFile", ".git/info/exclude"]);
    place.write(".git/info/exclude", "sign\n");
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).expect("set");
    let run =
        place.okr(&["checkin", "p99=350", "p50+=-10", "--note", "A note", "--commit", "--format", "json"]).exits(0);
    assert_eq!(run.json()["commit"], place.git(&["rev-parse", "HEAD"]));
    assert!(run.err.contains("the hook ran") && place.root().join("hooked").exists(), "{}", run.err);
    let message = "Check in p50 and p99\n\n2026-Q4/other/p50: 400 → 390\n2026-Q4/speed/p99: 400 → 350";
    assert_eq!(place.git(&["log", "-1", "--format=%B"]), message);
    assert_eq!(place.git(&["show", "--format=", "--name-only"]), format!("{OTHER}\n{PATH}"));
    assert!(place.git(&["cat-file", "commit", "HEAD"]).contains("gpgsig signed by nobody"));
    assert_eq!(place.git(&["status", "--porcelain"]), "M  code\n?? hooked", "what was staged is staged still");
    let _ = place.okr(&["checkin", "p99=350", "--no-change", "--commit"]).exits(2);
    let _ = place.okr(&["checkin", "p99=350", "--commit"]).exits(0).says("nothing to write");
    let _ = place.okr(&["check"]).exits(0);
    // A hook that refuses leaves the check-in written, and says how to go on.
    place.write(".git/hooks/pre-commit", "#!/bin/sh\necho not on a Sunday >&2\nexit 1\n");
    let head = place.git(&["rev-parse", "HEAD"]);
    let run = place.okr(&["checkin", "p99=340", "--commit"]).exits(2).says("not on a Sunday");
    assert!(words(&run.err).contains("the files are written: run `git commit -- okrs/"), "{}", run.err);
    assert!(place.read(PATH).contains("current = 340") && place.git(&["rev-parse", "HEAD"]) == head);
    // What else stands in the file goes along, and is named.
    std::fs::remove_file(&hook).expect("removed");
    let _ = place.okr(&["checkin", "p99=330", "--commit"]).exits(0).says("changes that are not committed");
}

#[test]
fn new_files_and_filters_are_gits_own_matter() {
    let place = Place::with(&[(".gitattributes", "*.toml text eol=crlf\n")]);
    place.write(PATH, GOALS.replace('\n', "\r\n"));
    place.write("okrs/2026-Q4/beside.toml", other());
    let _ = place.okr(&["checkin", "p99=350", "--commit"]).exits(0);
    assert_eq!(place.git(&["show", "--format=", "--name-only"]), PATH);
    assert_eq!(place.git(&["show", &format!("HEAD:{PATH}")]).matches('\r').count(), 0, "the filter ran");
    assert_eq!(place.git(&["status", "--porcelain"]), "?? okrs/2026-Q4/beside.toml");
    // Refused, a new file is as unknown to git as it was.
    place.write(".git/hooks/commit-msg", "#!/bin/sh\nexit 1\n");
    let hook = place.root().join(".git/hooks/commit-msg");
    std::fs::set_permissions(hook, std::fs::Permissions::from_mode(0o755)).expect("set");
    let _ = place.okr(&["checkin", "p50=350", "--commit"]).exits(2);
    assert_eq!(place.git(&["status", "--porcelain"]), "?? okrs/2026-Q4/beside.toml");
}

#[test]
fn nothing_is_committed_into_a_merge_a_rebase_or_a_pick() {
    let place = Place::with(&[(PATH, GOALS), ("code", "one\n")]);
    place.git(&["checkout", "-q", "-b", "side"]);
    place.commit("2026-10-07", "Side", &[("code", "side\n"), (PATH, &GOALS.replace("400", "390"))]);
    place.git(&["checkout", "-q", "main"]);
    place.commit("2026-10-08", "Main", &[("code", "main\n"), (PATH, &GOALS.replace("400", "380"))]);
    for (begin, end, said) in [
        (vec!["merge", "side"], vec!["merge", "--abort"], "a merge is under way"),
        (vec!["rebase", "side"], vec!["rebase", "--abort"], "a rebase is under way"),
        (vec!["cherry-pick", "side"], vec!["cherry-pick", "--abort"], "a cherry-pick or revert is under way"),
    ] {
        let _ = place.shell(&place.root(), &format!("git {}", begin.join(" ")), &[]);
        let conflicted = place.read(PATH);
        // The goals are in conflict: that is the first thing to be said, with its line.
        let _ = place
            .okr(&["checkin", "p99=350", "--commit"])
            .exits(2)
            .says("team.toml:13")
            .says("does not read: a merge conflict");
        assert_eq!(place.read(PATH), conflicted);
        place.write(PATH, GOALS);
        let _ = place.okr(&["checkin", "p99=350", "--commit"]).exits(2).says(said).says("nothing was recorded");
        assert_eq!(place.read(PATH), GOALS);
        let _ = place.okr(&["checkin", "p99=350"]).exits(0);
        place.git(&end);
    }
    // A stash that came back with a conflict in another file.
    place.write("code", "stashed\n");
    place.git(&["stash", "-q"]);
    place.commit("2026-10-09", "More", &[("code", "more\n")]);
    let _ = place.shell(&place.root(), "git stash pop", &[]);
    let _ = place
        .okr(&["checkin", "p99=350", "--commit"])
        .exits(2)
        .says("code has a conflict")
        .says("nothing was recorded");
}

#[test]
fn what_is_sensitive_is_written_and_never_told() {
    let secret =
        GOALS.replace("current = 400", "sensitive = true\ncurrent = 400").replace("420 ms to 294 ms", "4711 ms");
    let place = Place::with(&[(PATH, &secret)]);
    let arguments = ["checkin", "p99=7391", "--note", "Board: 8264", "--commit"];
    let _ =
        place.okr(&arguments).exits(0).hides("7391").hides("8264").hides("4711").hides("400").says("current (hidden)");
    assert!(place.read(PATH).contains("current = 7391") && place.read(PATH).contains("Board: 8264"));
    let message = place.git(&["log", "-1", "--format=%B"]);
    assert_eq!(message, "Check in p99: looked at\n\n2026-Q4/speed/p99: looked at");
    let run = place.okr(&["checkin", "p99-=1", "--format", "json"]).exits(0).hides("739").hides("4711");
    holds("checkin", &run.json());
    let _ = place.okr(&["checkin", "p99=7391ms"]).exits(2).hides("7390");
}

#[test]
fn goals_are_checked_in_without_git_and_not_in_a_bare_repository() {
    let place = Place::empty();
    let folder = place.beside("plain");
    std::fs::create_dir_all(folder.join("okrs")).expect("a folder");
    std::fs::write(folder.join("okrs/a.toml"), GOALS).expect("a file");
    let _ = place.okr_in(&folder, &["checkin", "p99=350"], &[]).exits(0).says("15.9 % → 55.6 %");
    let _ = place.okr_in(&folder, &["checkin", "p99=340", "--commit"], &[]).exits(2).says("no git repository");
    let text = std::fs::read_to_string(folder.join("okrs/a.toml")).expect("a file");
    assert!(text.contains("current = 350"), "nothing is written that was to be committed");
    let place = Place::with(&[(PATH, GOALS)]);
    place.git(&["clone", "-q", "--bare", ".", "bare"]);
    let _ = place.okr_in(&place.root().join("bare"), &["checkin", "p99=350"], &[]).exits(2).says("bare repository");
}
