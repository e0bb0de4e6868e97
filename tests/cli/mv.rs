//! `mv`: history goes on under the new name, every reference means what it meant, and collisions are refused.

use crate::support::{GOALS, PATH, Place};

const OTHER: &str = "okrs/2026-Q4/other.toml";
const COMPANY: &str = "okrs/2026/company.toml";

/// A second team that leans on the first in every way there is.
const LEANING: &str = r#"cycle = "2026-Q4"
owner = "@other"

[[objective]]
id = "trust"
title = "People trust us with their evenings"
parent = "speed"  # by the bare id

[[objective.key_result]]
id = "uptime"
title = "Outages fall from 9 to 3 a month"
baseline = 9
target = 3
guards = ["speed/p99"]
depends_on = [
  "2026-Q4/speed/p99",
  "speed",
]

[[objective.initiative]]
title = "A cache in front of the shop"
drives = ["p99", "uptime"]
"#;

fn place() -> Place {
    let place = Place::with(&[(PATH, GOALS), (OTHER, LEANING)]);
    place.commit("2026-10-20", "Measure", &[(PATH, &GOALS.replace("current = 400", "current = 380"))]);
    place
}

/// The measured values that a log of a name tells of, newest first.
fn values(place: &Place, name: &str) -> Vec<String> {
    let log = place.okr(&["log", name, "--format", "json"]).exits(0).json();
    let events = log["events"].as_array().expect("events").iter();
    let changes = events.flat_map(|event| event["changes"].as_array().expect("changes").clone());
    changes.filter(|change| change["field"] == "current").map(|change| change["after"].to_string()).collect()
}

#[test]
fn a_new_id_keeps_history_and_every_reference() {
    let place = place();
    let before = values(&place, "p99");
    assert_eq!(before, ["380", "400"]);
    let shown = place.okr(&["mv", "p99", "slowest", "--dry-run"]).exits(0).says("nothing was written");
    assert!(shown.out.contains("-id = \"p99\"\n+id = \"slowest\"\n"), "{}", shown.out);
    assert!(shown.out.contains("+aliases = [\"p99\"]\n"), "{}", shown.out);
    assert_eq!(place.git(&["status", "--porcelain"]), "");

    let run = place.okr(&["mv", "p99", "slowest"]).exits(0);
    assert_eq!(
        run.out,
        format!(
            "wrote {PATH}:9: 2026-Q4/speed/p99 is 2026-Q4/speed/slowest now\nwrote {OTHER}:14: guards\n\
             wrote {OTHER}:16: depends_on\nwrote {OTHER}:22: drives\n"
        )
    );
    let expected = LEANING.replace("speed/p99", "speed/slowest").replace("drives = [\"p99\"", "drives = [\"slowest\"");
    assert_eq!(place.read(OTHER), expected);
    assert_eq!(values(&place, "slowest"), before, "before it is committed");
    place.commit("2026-11-01", "Rename", &[]);
    assert_eq!(values(&place, "slowest"), before);
    let _ = place.okr(&["check", "--select", "format", "--select", "reference"]).exits(0);

    let _ = place.okr(&["mv", "slowest", "p99"]).exits(0);
    assert!(place.read(PATH).contains("aliases = [\"slowest\"]\n"), "{}", place.read(PATH));
    assert_eq!(place.read(OTHER), LEANING);
    place.commit("2026-11-02", "Rename back", &[]);
    assert_eq!(values(&place, "p99"), before);
}

#[test]
fn an_objective_brings_its_key_results_along() {
    let place = place();
    place.write("README.md", "We want 2026-Q4/speed, and soon.\n");
    let _ = place.okr(&["mv", "speed", "pace"]).exits(0).says("README.md:1 still says 2026-Q4/speed");
    let expected = LEANING
        .replace("speed/p99", "pace/p99")
        .replace("parent = \"speed\"", "parent = \"pace\"")
        .replace("\"speed\"", "\"pace\"");
    assert_eq!(place.read(OTHER), expected);
    assert!(place.read(PATH).contains("id = \"pace\"\n") && place.read(PATH).contains("aliases = [\"speed\"]\n"));
    place.commit("2026-11-01", "Rename", &[]);
    assert_eq!(values(&place, "pace/p99"), ["380", "400"]);
}

#[test]
fn a_key_result_moves_into_another_file_with_its_past() {
    let place = place();
    let _ = place.okr(&["mv", "p99", "slowest"]).exits(0);
    place.commit("2026-11-01", "Rename", &[]);
    // The uncommitted rename before the move is known to nobody, the committed one is.
    let _ = place.okr(&["mv", "slowest", "latency"]).exits(0);
    let run = place.okr(&["mv", "latency", "trust/"]).exits(0).says("[kr-none]").says("it is @other's now");
    assert!(run.out.contains("2026-Q4/speed/latency is 2026-Q4/trust/latency now\n"), "{}", run.out);
    let text = place.read(OTHER);
    assert!(text.contains("aliases = [\"2026-Q4/speed/p99\", \"2026-Q4/speed/slowest\"]\n"), "{text}");
    assert!(text.contains("guards = [\"trust/latency\"]") && text.contains("\"2026-Q4/trust/latency\",\n"), "{text}");
    assert!(text.find("id = \"latency\"") < text.find("[[objective.initiative]]"), "{text}");
    assert!(!place.read(PATH).contains("key_result"));
    place.commit("2026-11-03", "Move", &[]);
    assert_eq!(values(&place, "trust/latency"), ["380", "400"]);
}

#[test]
fn what_is_written_short_is_written_longer_where_it_must_be() {
    let second = "\n[[objective]]\nid = \"calm\"\ntitle = \"Evenings stay calm for everyone\"\n\n[[objective.key_result]]\nid = \"pages\"\n\
                  title = \"Pages at night fall from 9 to 3\"\nbaseline = 9\ntarget = 3\nguards = [\"p99\"]\n";
    let place = Place::with(&[(PATH, &format!("{GOALS}{second}")), (OTHER, LEANING)]);
    // `uptime` is there already, in another objective: the bare id would mean two things from a third.
    let _ = place.okr(&["mv", "p99", "uptime"]).exits(0);
    assert!(place.read(PATH).contains("guards = [\"speed/uptime\"]"), "{}", place.read(PATH));
    let leaning = place.read(OTHER);
    assert!(leaning.contains("drives = [\"speed/uptime\", \"uptime\"]"), "{leaning}");
    let _ = place.okr(&["check", "--select", "reference"]).exits(0);
}

#[test]
fn collisions_and_what_is_no_name_are_refused_and_nothing_is_written() {
    let company = GOALS.replace("2026-Q4", "2026").replace("\"speed\"", "\"year\"");
    let place = Place::with(&[
        (PATH, GOALS),
        (OTHER, &LEANING.replace("id = \"uptime\"", "id = \"uptime\"\naliases = [\"downtime\"]")),
        (COMPANY, &company),
    ]);
    for (from, to, said) in [
        ("speed/p99", "trust/uptime", "okrs/2026-Q4/other.toml:10: 2026-Q4/trust/uptime is there already"),
        ("speed", "trust", "okrs/2026-Q4/other.toml:5: 2026-Q4/trust is there already"),
        ("speed/p99", "p99", "is its name already"),
        ("speed/p99", "trust/downtime", "[id-duplicate]"),
        ("speed/p99", "P 99", "p-99"),
        ("speed/p99", "trust", "`trust` is an objective, and may be a new id too"),
        ("speed/p99", "trusty/", "nearest: 2026-Q4/trust"),
        ("speed/p99", "uptime/", "is a key result"),
        ("speed/p99", "a/b/c/d", "is no name"),
        ("speed", "2026/speed", "stays in its cycle"),
        ("p98", "p97", "nearest:"),
        ("p99", "p97", "may be any of"),
    ] {
        let _ = place.okr(&["mv", from, to]).exits(2).says(said);
        assert_eq!(place.git(&["status", "--porcelain"]), "", "{from} {to}");
    }
    let mut guarded = std::fs::metadata(place.root().join(OTHER)).expect("a file").permissions();
    guarded.set_readonly(true);
    std::fs::set_permissions(place.root().join(OTHER), guarded).expect("ours");
    let _ = place.okr(&["mv", "speed/p99", "slowest"]).exits(2).says("is read-only");
    assert_eq!(place.git(&["status", "--porcelain"]), "", "of several files all are written or none");
}

#[test]
fn a_difference_shows_nothing_that_is_sensitive() {
    let secret = GOALS.replace("baseline", "sensitive = true\nbaseline").replace("from 420 ms to 294 ms", "a lot");
    let place = Place::with(&[(PATH, &secret), (OTHER, LEANING)]);
    let shown = place.okr(&["mv", "p99", "trust/", "--dry-run"]).exits(0).hides("420").hides("294").hides("400");
    assert!(
        shown.out.contains("+aliases = [\"2026-Q4/speed/p99\"]") || shown.out.contains("+aliases = "),
        "{}",
        shown.out
    );
}

#[test]
fn an_id_that_is_no_slug_and_was_committed_keeps_its_past() {
    let place = Place::with(&[(PATH, &GOALS.replace("\"speed\"", "\"Speed\""))]);
    let _ = place.okr(&["check", "--fix"]);
    assert!(place.read(PATH).contains("id = \"speed\"\naliases = [\"Speed\"]\n"), "{}", place.read(PATH));
}
