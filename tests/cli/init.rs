//! `init`: what it writes reads well, and nothing is overwritten.

use crate::support::Place;

const WORKFLOW: &str = ".github/workflows/okr.yml";
const SCHEMAS: [&str; 2] = [".okr/schemas/okr.schema.json", ".okr/schemas/objectives.schema.json"];

#[test]
fn the_first_objective_checks_without_a_word() {
    let place = Place::repository();
    let listed = place.okr(&["init", "--dry-run"]).exits(0);
    let written = ["okr.toml", "okrs/2026-Q4/team.toml", SCHEMAS[0], SCHEMAS[1], WORKFLOW, ".gitattributes"];
    let each = |verb: &str| written.map(|path| format!("{verb} {path}\n")).concat();
    assert_eq!(listed.out, each("would write"));
    assert!(!place.root().join("okr.toml").exists() && !place.root().join("okrs").exists());

    let run = place.okr(&["init"]).exits(0);
    assert_eq!(run.out, each("wrote"));
    assert!(place.read("okrs/2026-Q4/team.toml").contains("owner = \"ana@acme.example\""));
    let checked = place.okr(&["check", "--format", "json"]).exits(0).json();
    let loud: Vec<&serde_json::Value> =
        checked["findings"].as_array().expect("findings").iter().filter(|finding| finding["level"] != "info").collect();
    assert!(loud.is_empty(), "{loud:#?}");
    // In the middle of a quarter nothing is behind on the first day, and the guardrail is not off track.
    let _ = place.okr(&["status"]).exits(0).says("not started").hides("off track").hides("of its days");
    let later = place.okr(&["status", "--today", "2026-12-20"]).exits(0).says("off track");
    let guardrail = later.out.split("guardrail:").nth(1).expect("a guardrail");
    assert!(guardrail.contains("stale") && !guardrail.contains("off track") && !guardrail.contains('%'), "{guardrail}");
    // At its beginning the quarter's own days hold.
    let early = Place::repository();
    let _ = early.okr(&["init", "--today", "2026-10-05"]).exits(0);
    assert!(!early.read("okrs/2026-Q4/team.toml").contains("start ="));
}

#[test]
fn what_is_there_stays() {
    let place = Place::repository();
    place.write("okr.toml", "paths = [\"goals\"]\n[calendar]\nfiscal_year_start = \"04-01\"\n");
    let written = place.okr(&["init"]).exits(0).says("okr.toml is there already");
    assert_eq!(
        written.out,
        format!(
            "wrote goals/2026-Q3/team.toml\nwrote {}\nwrote {}\nwrote {WORKFLOW}\nwrote .gitattributes\n",
            SCHEMAS[0], SCHEMAS[1]
        )
    );
    place.write("goals/2026-Q3/team.toml", "mine");
    let again = place.okr(&["init"]).exits(0).says("goals/2026-Q3/team.toml is there already");
    assert_eq!((again.out.as_str(), place.read("goals/2026-Q3/team.toml").as_str()), ("", "mine"));
    std::fs::remove_file(place.root().join("goals/2026-Q3/team.toml")).expect("removable");
    place.write("goals/2026-Q3/payments.toml", "theirs");
    let other = place.okr(&["init"]).exits(0).says("goals/2026-Q3 is there already");
    assert_eq!(other.out, "");
}

#[test]
fn the_workflow_asks_for_little_and_follows_no_tag() {
    let place = Place::repository();
    let _ = place.okr(&["init"]).exits(0);
    let text = place.read(WORKFLOW);
    let (own, forks) = text.split_once("without the first `# ` of each line:\n").expect("two variants");
    let forks: Vec<&str> = forks.lines().map(|line| line.strip_prefix('#').expect("a comment")).collect();
    for text in [own, &forks.join("\n")] {
        assert!(text.contains("\npermissions: {}\n") || text.contains("\n permissions: {}\n"));
        assert!(text.contains("fetch-depth: 0") && text.contains("persist-credentials: false"));
        let used: Vec<&str> = text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used).collect();
        assert_eq!(used.len(), 2);
        for used in used {
            let (_, commit) = used.split_once('@').expect("a commit");
            assert!(commit[..40].chars().all(|c| c.is_ascii_hexdigit()) && commit[40..].starts_with(" # "), "{used}");
        }
    }
    assert!(own.contains("\n  merge_group:\n") && !own.contains("\n    paths:"));
    place.write("okr.toml", "[forge]\nprovider = \"gitlab\"\n");
    std::fs::remove_file(place.root().join(WORKFLOW)).expect("removable");
    let _ = place.okr(&["init"]).exits(0).hides(WORKFLOW);
}

/// An editor reads the first line as a path from the file's own folder.
#[test]
fn each_file_names_the_schema_that_it_holds() {
    let place = Place::repository();
    let _ = place.okr(&["init"]).exits(0);
    for (path, name) in [("okr.toml", "okr"), ("okrs/2026-Q4/team.toml", "objectives")] {
        let text = place.read(path);
        let schema = text.lines().next().and_then(|line| line.strip_prefix("#:schema ")).expect("a schema line");
        let folder = std::path::Path::new(path).parent().expect("a folder");
        let schema = place.read(folder.join(schema).to_str().expect("UTF-8"));
        assert_eq!(schema, place.okr(&["schema", name]).exits(0).out, "{path}");
    }
}

#[test]
fn without_a_repository_it_says_what_to_do() {
    let place = Place::empty();
    std::fs::create_dir_all(place.root()).expect("a folder");
    let _ = place.okr(&["init"]).exits(2).says("git init");
}
