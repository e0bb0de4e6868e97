//! `new`: what it writes reads and checks, it goes where it belongs, and what would not read is not written.

use crate::support::{GOALS, PATH, Place};

const OBJECTIVE: [&str; 6] =
    ["new", "objective", "--title", "Checkout just works for everyone", "--commitment", "committed"];

/// Runs `new key-result` in the only objective.
fn key_result<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["new", "key-result"], arguments].concat()
}

#[test]
fn a_first_objective_with_its_key_results_checks_without_a_word() {
    let place = Place::repository();
    let shown = place.okr(&[&OBJECTIVE[..], &["--dry-run"]].concat()).exits(0).says("nothing was written");
    assert!(shown.out.contains("+++ b/okrs/2026-Q4/ana.toml\n") && shown.out.contains("\n+cycle = \"2026-Q4\"\n"));
    assert!(!place.root().join("okrs").exists());

    let run =
        place.okr(&OBJECTIVE).exits(0).says("[kr-none]").says("next: `git okr new key-result --objective checkout-");
    assert_eq!(run.out, "wrote okrs/2026-Q4/ana.toml:5: 2026-Q4/checkout-just-works-for-everyone\n");
    for more in [
        &[
            "--title",
            "Failed payments fall from 3 % to 1 %",
            "--id",
            "failed",
            "--baseline",
            "3",
            "--target",
            "1",
            "--unit",
            "%",
        ][..],
        &["--title", "Deployments take half the time", "--baseline", "18", "--change", "-50%", "--unit", "min"],
        &[
            "--title",
            "Refunds stay below 2 % of orders",
            "--at-most",
            "2",
            "--unit",
            "%",
            "--guardrail",
            "--guards",
            "failed",
        ],
        &[
            "--title",
            "Merchants in two countries take payments",
            "--milestone",
            "Germany",
            "--milestone",
            "France \"FR\"",
        ],
        &[
            "--title",
            "The audit passes without a major finding",
            "--binary",
            "--due",
            "2026-12-01",
            "--confidence",
            "0.5",
        ],
    ] {
        let run = place.okr(&key_result(&[&["--definition", "Counted over the week"], more].concat())).exits(0);
        assert!(run.out.starts_with("wrote okrs/2026-Q4/ana.toml:"), "{}", run.out);
    }
    let text = place.read("okrs/2026-Q4/ana.toml");
    assert!(text.starts_with(
        "#:schema ../../.okr/schemas/objectives.schema.json\ncycle = \"2026-Q4\"\nowner = \"ana@acme.example\"\n"
    ));
    assert_eq!(place.read(".okr/schemas/objectives.schema.json"), place.okr(&["schema", "objectives"]).exits(0).out);
    let checked = place.okr(&["check", "--format", "json"]).exits(0).json();
    let loud: Vec<_> = checked["findings"].as_array().unwrap().iter().filter(|one| one["level"] != "info").collect();
    assert!(loud.is_empty(), "{loud:#?}");
    assert_eq!(checked["summary"]["key_results"], 5);
}

#[test]
fn it_goes_into_the_owners_file_and_says_nothing_twice() {
    let place = Place::with(&[(PATH, GOALS)]);
    let run = place.okr(&[&OBJECTIVE[..], &["--owner", "@team"]].concat()).exits(0);
    assert_eq!(run.out, format!("wrote {PATH}:15: 2026-Q4/checkout-just-works-for-everyone\n"));
    let added = place.read(PATH).strip_prefix(GOALS).map(str::to_owned).expect("all that was there stays");
    assert!(!added.contains("owner") && !added.contains("cycle") && !place.root().join(".okr").exists(), "{added}");

    let other = ["--file", PATH, "--owner", "@other", "--cycle", "2027-Q1", "--why", "So that \"they\" stay"];
    let _ = place.okr(&[&OBJECTIVE[..], &other].concat()).exits(0).says(&format!("{PATH}:20: 2027-Q1/checkout-"));
    assert!(
        place.read(PATH).contains("cycle = \"2027-Q1\"\nwhy = ") && place.read(PATH).contains("owner = \"@other\"")
    );
    let folder = place.root().join("okrs/2026-Q4");
    let near = [&OBJECTIVE[..], &["--id", "near", "--file", "team.toml"]].concat();
    let _ = place.okr_in(&folder, &near, &[]).exits(0).says(&format!("{PATH}:28: 2026-Q4/near"));
    let _ = place.okr(&key_result(&["--title", "Refunds stay rare", "--at-most", "2"])).exits(2).says("--objective");
    let _ = place
        .okr(&key_result(&["--objective", "speed", "--title", "Refunds stay rare", "--at-most", "2"]))
        .exits(0)
        .says(&format!("wrote {PATH}:15: 2026-Q4/speed/refunds-stay-rare"));
}

#[test]
fn what_would_not_read_is_refused_and_nothing_is_written() {
    let place = Place::with(&[(PATH, GOALS), (".gitignore", "hidden.toml\n"), ("notes.md", "")]);
    let title = ["--title", "P50 latency falls from 90 ms to 60 ms"];
    let kr = |more: &[&'static str]| key_result(&[&title[..], more].concat());
    let objective = |more: &[&'static str]| [&OBJECTIVE[..], more].concat();
    for (arguments, said) in [
        (vec!["new", "objective"], "--title"),
        (kr(&[]), "nothing says when it is reached"),
        (kr(&["--baseline", "90"]), "nothing says where it is to go"),
        (kr(&["--target", "60", "--at-most", "80"]), "--target and --at-most make key results of two kinds"),
        (kr(&["--binary", "--milestone", "A"]), "two kinds"),
        (kr(&["--target", "60", "--change", "-50%"]), "both say where it is to go"),
        (kr(&["--target", "nan"]), "`nan` is no number"),
        (kr(&["--target", "1e999"]), "is no number"),
        (kr(&["--baseline", "60", "--target", "60"]), "[kr-flat]"),
        (kr(&["--baseline", "90", "--change", "by half"]), "nothing was written"),
        (kr(&["--target", "60", "--id", "p99"]), &format!("{PATH}:9: 2026-Q4/speed/p99 is there already")),
        (kr(&["--target", "60", "--id", "P 50"]), "`P 50` is no id"),
        (kr(&["--target", "60", "--due", "2027-03-01"]), "[date-invalid]"),
        (kr(&["--target", "60", "--confidence", "7"]), "nothing was written"),
        (kr(&["--target", "60", "--guards", "p98"]), "[ref-dangling]"),
        (kr(&["--target", "60", "--objective", "sped"]), "nearest: 2026-Q4/speed"),
        (kr(&["--target", "60", "--objective", "p99"]), "is a key result"),
        (kr(&["--target", "60", "--unit", "m\u{1b}[31ms"]), "--unit has a control character"),
        (key_result(&["--title", "日本", "--target", "60"]), "no id can be made of this title"),
        (key_result(&["--title", "TODO", "--target", "60"]), "[text-placeholder]"),
        (key_result(&["--title", " ", "--target", "60"]), "--title has nothing in it"),
        (objective(&["--cycle", "2026-Q9"]), "there is no cycle 2026-Q9"),
        (objective(&["--id", "speed"]), &format!("{PATH}:5: 2026-Q4/speed is there already")),
        (objective(&["--parent", "2026/trust"]), "[ref-dangling]"),
        (objective(&["--file", "../elsewhere.toml"]), "lies outside the repository"),
        (objective(&["--file", "notes.md"]), "notes.md is no objective file"),
        (objective(&["--file", "elsewhere/a.toml"]), "is none of the objective files"),
        (objective(&["--file", "okrs/hidden.toml"]), "is ignored by git"),
        (objective(&["--file", &format!("{PATH}/a.toml")].map(|part| &*part.to_owned().leak())), "is no folder"),
    ] {
        let _ = place.okr(&arguments).exits(2).says(said);
        assert_eq!(place.git(&["status", "--porcelain"]), "", "{arguments:?}");
    }
    place.write(PATH, GOALS.replace("[[objective]]", "<<<<<<< ours\n[[objective]]"));
    let _ = place.okr(&kr(&["--target", "60", "--objective", "speed"])).exits(2).says(PATH);
}

#[cfg(unix)]
#[test]
fn no_link_is_followed() {
    let place = Place::with(&[("okrs/2026-Q3/team.toml", &GOALS.replace("2026-Q4", "2026-Q3"))]);
    std::fs::create_dir_all(place.beside("outside")).expect("a folder");
    std::os::unix::fs::symlink(place.beside("outside"), place.root().join("okrs/2026-Q4")).expect("a link");
    let _ = place.okr(&OBJECTIVE).exits(2).says("is no folder");
    assert_eq!(std::fs::read_dir(place.beside("outside")).expect("a folder").count(), 0);
}
