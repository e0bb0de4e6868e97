//! `close`: final scores, what was learned, the report, and what goes on; a second run changes nothing.

use crate::support::Place;

const PATH: &str = "okrs/2026-Q3/payments.toml";
const NEXT: &str = "okrs/2026-Q4/payments.toml";
const RETRO: &str = "okrs/2026-Q3/retro.md";

/// A quarter that is over, with every kind of key result in it.
const QUARTER: &str = r#"# Payments in summer.
cycle = "2026-Q3"
owner = "@pay"

[[objective]]
id = "checkout"
title = "Checkout just works for everyone"
commitment = "committed"
due = 2026-09-25

# What people wait for.
[[objective.key_result]]
id = "p99"
title = "P99 latency falls from 420 ms to 294 ms"
baseline = 420
target = 294
unit = "ms"
current = 331.8
as_of = 2026-09-20
confidence = 0.4
note = "Pools."

[[objective.key_result]]
id = "failed"
title = "Failed payments fall from 3 % to 1 %"
baseline = 3
target = 1
unit = "%"
current = 1

[[objective.key_result]]
id = "rollbacks"
title = "Rollbacks stay below 2 % of deployments"
role = "guardrail"
guards = ["p99", "failed", "2026-Q3/abroad/deploy"]
at_most = 2
unit = "%"
current = 1

[[objective.key_result]]
id = "old"
title = "Refused cards fall from 9 to 3 a day"
baseline = 9
target = 3
status = "dropped"

[[objective.key_result]]
id = "later"
title = "Refunds within a day rise from 0 to 10"
baseline = 0
target = 10
current = 5
status = "deferred"

[[objective.initiative]]
title = "Pool the connections"
drives = ["p99", "failed"]
status = "active"

[[objective.initiative]]
title = "Ask the bank"
drives = ["failed"]

[[objective]]
id = "abroad"
title = "People abroad pay the way they pay at home"
commitment = "aspirational"
parent = "checkout"

[[objective.key_result]]
id = "launch"
title = "Merchants in three countries take payments"
milestone = [
  { title = "Germany", done = 2026-08-01 },
  { title = "France", done = false, due = 2026-09-20 }, # the hard one
]

[[objective.key_result]]
id = "deploy"
title = "Deployments take half the time"
baseline = 18
change = "-50%"
unit = "min"
current = 12
depends_on = ["launch", "failed"]

[[objective.key_result]]
id = "margin"
title = "Margin rises"
sensitive = true
baseline = 3817
target = 4123
unit = "%"
current = 3919
"#;

/// What it taught, for every key result of which it is asked.
const LESSONS: &str = "[p99]\nlearned = \"Pools were too small.\"\nnext_time = \"Measure first.\"\n\
                       [abroad]\nlearned = \"Three countries are two too many.\"\n";

fn place() -> Place {
    let place = Place::repository();
    place.commit("2026-07-05", "Set the goals", &[(PATH, &QUARTER.replace("current = 331.8", "current = 400"))]);
    place.commit("2026-09-20", "Measure", &[(PATH, QUARTER)]);
    place
}

fn closing_findings(place: &Place) -> Vec<String> {
    let run = place.okr(&["check", "--select", "closing", "--select", "report", "--format", "json"]);
    let found = run.json()["findings"].as_array().expect("findings").clone();
    found.iter().map(|one| format!("{} {}", one["rule"], one["name"])).collect()
}

#[test]
fn scores_are_filled_and_what_is_missing_is_listed() {
    let place = place();
    let shown = place.okr(&["close", "2026-Q3", "--dry-run"]).exits(1).says("nothing was written");
    assert!(shown.out.contains("+score = 0.7\n") && shown.out.contains(&format!("+++ b/{RETRO}\n")), "{}", shown.out);
    assert_eq!(place.git(&["status", "--porcelain"]), "");

    let run = place.okr(&["close", "2026-Q3"]).exits(1);
    assert_eq!(
        run.out,
        "2026-Q3, until 2026-09-30: 5 of 5 key results have a score\n\
        \u{20}\u{20}checkout/p99     0.70 green  computed\n\
        \u{20}\u{20}checkout/failed  1.00 green  computed\n\
        \u{20}\u{20}abroad/launch    0.50 amber  computed\n\
        \u{20}\u{20}abroad/deploy    0.67 amber  computed\n\
        \u{20}\u{20}abroad/margin    0.33 red    computed\n\
        wrote okrs/2026-Q3/payments.toml\nwrote okrs/2026-Q3/retro.md\n\
        missing: 2026-Q3/checkout/p99: it was committed and ended at 0.7, and nobody has said what that taught\n\
        missing: 2026-Q3/abroad/launch: it ended at 0.5, and nobody has said what that taught\n\
        missing: 2026-Q3/abroad/deploy: it ended at 0.67, and nobody has said what that taught\n\
        missing: 2026-Q3/abroad/margin: it ended at 0.33, and nobody has said what that taught\n"
    );
    assert!(run.err.contains("git okr close 2026-Q3 --learned p99='…'"), "{}", run.err);
    let added = QUARTER.lines().count() + 5;
    assert_eq!(place.read(PATH).lines().count(), added, "a line for each score: {}", place.read(PATH));
    assert!(place.read(PATH).contains("# What people wait for.") && place.read(PATH).contains("# the hard one"));

    place.write("lessons.toml", LESSONS);
    let _ = place.okr(&["close", "2026-Q3", "--from", "lessons.toml"]).exits(0).hides("missing");
    let text = place.read(PATH);
    assert!(
        text.contains("retro = { learned = \"Pools were too small.\", next_time = \"Measure first.\" }\n"),
        "{text}"
    );
    assert_eq!(closing_findings(&place), [""; 0]);
    let retro = place.read(RETRO);
    assert!(retro.starts_with("<!-- git-okr:report day=2026-11-22 template=retro cycle=2026-Q3 -->\n"), "{retro}");
    for said in [
        "Pools were too small",
        "**missed**",
        "1 of 2 done",
        "(deferred)",
        "(dropped)",
        "Three countries are two too many",
    ] {
        assert!(retro.contains(said), "{said}: {retro}");
    }
    std::fs::remove_file(place.root().join("lessons.toml")).expect("a file");
    place.commit("2026-11-22", "Close the quarter", &[]);
    assert_eq!(closing_findings(&place), [""; 0]);
    let again = place.okr(&["close", "2026-Q3", "--today", "2026-12-20"]).exits(0).says("nothing has changed");
    assert!(!again.out.contains("wrote"), "{}", again.out);
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_score_that_its_owner_wrote_stays() {
    let place = place();
    let own = QUARTER.replace("current = 331.8", "current = 331.8\nscore = 0.9").replace(
        "current = 1\n\n[[objective.key_result]]\nid = \"rollbacks\"",
        "current = 1\nscore = 0.8\n\n[[objective.key_result]]\nid = \"rollbacks\"",
    );
    place.commit("2026-10-02", "Score", &[(PATH, &own)]);
    let all = ["close", "2026-Q3", "--learned", "abroad=Too many", "--learned", "p99=Pools"];
    let run = place.okr(&all).exits(1).says("checkout/p99     0.90 green  as written; its figures give 0.7\n");
    assert!(
        run.out.contains("missing: 2026-Q3/checkout/failed: it was committed and ended at 0.8, and"),
        "{}",
        run.out
    );
    assert!(place.read(PATH).contains("score = 0.9\n") && place.read(PATH).contains("score = 0.8\n"));
    let by_hand = [&all[..], &["--score", "failed=0.95", "--next-time", "failed=Ask"]].concat();
    let _ = place.okr(&by_hand).exits(0).says("checkout/failed  0.95 green  in place of 0.8\n");
    let _ =
        place.okr(&["close", "2026-Q3", "--rescore"]).exits(0).says("checkout/p99     0.70 green  in place of 0.9\n");
    assert!(place.read(PATH).contains("score = 0.7\n") && !place.read(PATH).contains("score = 0.9\n"));
    assert_eq!(closing_findings(&place), [""; 0]);
}

#[test]
fn what_is_chosen_goes_on_from_where_it_ended() {
    let place = place();
    place.write("lessons.toml", LESSONS);
    let close = ["close", "2026-Q3", "--from", "lessons.toml", "--next", "2026-Q4", "--carry", "all"];
    let run = place.okr(&close).exits(0).says("2026-Q4/checkout/p99: its title may still tell of the old start");
    for name in
        ["checkout/p99", "checkout/rollbacks", "checkout/later", "abroad/launch", "abroad/deploy", "abroad/margin"]
    {
        assert!(run.out.contains(&format!("2026-Q4/{name} continues 2026-Q3/{name}\n")), "{name}: {}", run.out);
    }
    assert!(!run.out.contains("2026-Q4/checkout/failed") && !run.out.contains("2026-Q4/checkout/old"), "{}", run.out);
    assert_eq!(
        place.read(NEXT),
        r#"#:schema ../../.okr/schemas/objectives.schema.json
cycle = "2026-Q4"
owner = "@pay"

[[objective]]
id = "checkout"
title = "Checkout just works for everyone"
commitment = "committed"

# What people wait for.
[[objective.key_result]]
id = "p99"
title = "P99 latency falls from 420 ms to 294 ms"
baseline = 331.8
target = 294
unit = "ms"

[[objective.key_result]]
id = "rollbacks"
title = "Rollbacks stay below 2 % of deployments"
role = "guardrail"
guards = ["p99", "2026-Q4/abroad/deploy"]
at_most = 2
unit = "%"

[[objective.key_result]]
id = "later"
title = "Refunds within a day rise from 0 to 10"
baseline = 5
target = 10

[[objective.initiative]]
title = "Pool the connections"
drives = ["p99"]
status = "active"

[[objective]]
id = "abroad"
title = "People abroad pay the way they pay at home"
commitment = "aspirational"
parent = "checkout"

[[objective.key_result]]
id = "launch"
title = "Merchants in three countries take payments"
milestone = [
  { title = "France", done = false }, # the hard one
]

[[objective.key_result]]
id = "deploy"
title = "Deployments take half the time"
baseline = 12
target = 9
unit = "min"
depends_on = ["launch"]

[[objective.key_result]]
id = "margin"
title = "Margin rises"
sensitive = true
baseline = 3919
target = 4123
unit = "%"
"#
    );
    let _ = place.okr(&["check", "--select", "format", "--select", "reference"]).exits(0);
    let retro = place.read(RETRO);
    assert!(retro.contains("goes on as 2026-Q4/checkout") && retro.contains("| 2026-Q4/checkout/p99 |"), "{retro}");
    let report = place.okr(&["report", "--cycle", "2026-Q4", "--format", "json"]).exits(0).json();
    assert_eq!(report["cycles"][0]["objectives"][0]["continues"], "2026-Q3/checkout");
    assert_eq!(report["cycles"][0]["objectives"][0]["key_results"][0]["continues"], "2026-Q3/checkout/p99");
    let before = place.git(&["status", "--porcelain", "-uall"]);
    let again = place.okr(&close).exits(0).says("nothing has changed").hides("continues");
    assert!(!again.out.contains("wrote"), "{}", again.out);
    assert_eq!(place.git(&["status", "--porcelain", "-uall"]), before);
    assert_eq!(closing_findings(&place), [""; 0]);
}

#[test]
fn a_few_go_on_beside_what_is_there() {
    let place = place();
    let mine = "cycle = \"2026-Q4\"\nowner = \"@pay\"\n\n[[objective]]\nid = \"abroad\"\ntitle = \"Mine\"\n\n[[objective.key_result]]\n\
                id = \"own\"\ntitle = \"Own\"\ndone = false\n";
    place.commit("2026-10-05", "Plan", &[(NEXT, mine)]);
    let carry = |names: &str| place.okr(&["close", "2026-Q3", "--next", "2026-Q4", "--carry", names]);
    let _ =
        carry("deploy,checkout/p99").exits(1).says("2026-Q4/abroad/deploy continues").hides("2026-Q4/abroad/launch");
    let text = place.read(NEXT);
    assert!(
        text.starts_with(mine.trim_end()) && text.contains("id = \"own\"") && text.contains("id = \"deploy\""),
        "{text}"
    );
    assert!(text.contains("\n[[objective]]\nid = \"checkout\"") && !text.contains("rollbacks"), "{text}");
    let _ = carry("none").exits(1).hides("continues");
    for (names, said) in
        [("failed", "is reached"), ("old", "has nothing that could go on"), ("nothing", "nothing is named nothing")]
    {
        let _ = carry(names).exits(2).says(said);
    }
    assert_eq!(place.read(NEXT), text);
}

#[test]
fn nothing_that_is_sensitive_is_told() {
    let place = place();
    let close = ["close", "2026-Q3", "--learned", "margin=From 3817 to 3919", "--next", "2026-Q4", "--carry", "margin"];
    for more in [&["--dry-run"][..], &[]] {
        let run = place.okr(&[&close[..], more].concat()).exits(1).says("abroad/margin    0.33 red");
        for secret in ["3817", "3919", "4123"] {
            assert!(!run.out.contains(secret) && !run.err.contains(secret), "{secret}: {} {}", run.out, run.err);
        }
    }
    let retro = place.read(RETRO);
    let margin = retro.lines().filter(|line| line.contains("Margin")).collect::<Vec<_>>().join("\n");
    assert!(margin.contains("masked") && margin.contains("From •••• to ••••") && !margin.contains("3919"), "{margin}");
}

#[test]
fn what_cannot_be_closed_is_refused_and_nothing_is_written() {
    let place = place();
    let own = "# Our own notes\n";
    place.commit(
        "2026-10-05",
        "Plan",
        &[(NEXT, &QUARTER.replace("2026-Q3", "2026-Q4").replace("2026-09", "2026-12")), (RETRO, own)],
    );
    let close = |more: &[&str]| place.okr(&[&["close", "2026-Q3", "--report", "okrs/end.md"], more].concat());
    for (more, said) in [
        (&["--next", "2026-Q4"][..], "say it with --carry"),
        (&["--next", "2026-Q2", "--carry", "all"], "2026-Q2 does not come after 2026-Q3"),
        (&["--next", "2026-Q9", "--carry", "all"], "there is no cycle 2026-Q9"),
        (&["--carry", "all"], "--next"),
        (&["--learned", "p99"], "NAME=TEXT"),
        (&["--learned", "p98=x"], "nearest: 2026-Q3/checkout/p99"),
        (&["--score", "p99=1.5"], "not within 0 and 1"),
        (&["--score", "p99=much"], "`much` is no number"),
        (&["--score", "p99=nan"], "not within 0 and 1"),
        (&["--score", "checkout=0.5"], "has no score of its own"),
        (&["--score", "old=0.5"], "does not count"),
        (&["--learned", "p99=a\u{1b}[2Jb"], "control character"),
        (&["--from", "nowhere.toml"], "could not read nowhere.toml"),
        (&["--from", "okrs/2026-Q3/payments.toml"], "line 2"),
    ] {
        let _ = close(more).exits(2).says(said);
        assert_eq!(place.git(&["status", "--porcelain"]), "", "{more:?}");
    }
    for (arguments, said) in [
        (&["close", "2026-Q4"][..], "2026-Q4 runs until 2026-12-31"),
        (&["close", "2026-Q1"], "the cycles here are"),
        (&["close", "summer"], "there is no cycle summer"),
        (&["close", "2026-Q3"], "is no report of 2026-Q3"),
    ] {
        let _ = place.okr(arguments).exits(2).says(said);
        assert_eq!(place.git(&["status", "--porcelain"]), "", "{arguments:?}");
    }
    let _ = place.okr(&["close", "2026-Q4", "--early"]).exits(1).says("0.70 green  computed");
    let _ = place.okr(&["close", "2026-Q3", "--report", "../end.md"]).exits(2).says("lies outside the repository");
    let aside = ["close", "2026-Q3", "--report", "end.md"];
    let _ = place.okr_in(&place.root().join("okrs"), &aside, &[]).exits(1).says("wrote okrs/end.md");
    let shallow = place.beside("shallow");
    place.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &format!("file://{}", place.root().display()),
        shallow.to_str().expect("UTF-8"),
    ]);
    let _ = place.okr_in(&shallow, &["close", "2026-Q3"], &[]).exits(2).says("git fetch --unshallow");
}

#[test]
fn no_name_leads_out_of_the_repository() {
    let place = place();
    let up = "[[cycle]]\nid = \"..\"\nstart = 2026-07-01\nend = 2026-09-30\n";
    place.commit("2026-10-05", "Odd", &[("okr.toml", up), (PATH, &QUARTER.replace("\"2026-Q3\"", "\"..\""))]);
    let _ = place.okr(&["close", ".."]).exits(2).says("lies outside the repository");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    #[cfg(unix)]
    {
        place.commit("2026-10-06", "Even", &[("okr.toml", ""), (PATH, QUARTER)]);
        std::fs::create_dir_all(place.root().join("okrs/2026-Q4")).expect("a folder");
        std::os::unix::fs::symlink(place.beside("home"), place.root().join("okrs/2026-Q4/retro")).expect("a link");
        let _ = place.okr(&["close", "2026-Q3", "--report", "okrs/2026-Q4/retro/end.md"]).exits(2).says("is no folder");
        std::fs::remove_file(place.root().join("okrs/2026-Q4/retro")).expect("a link");
        assert_eq!(place.git(&["status", "--porcelain"]), "");
    }
}
