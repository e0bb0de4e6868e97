//! Reports that live in a file, and the templates that they are made with.

use crate::support::{GOALS, PATH, Place};

fn place() -> Place {
    Place::with(&[(PATH, GOALS)])
}

#[test]
fn files_are_named_from_the_folder_to_work_in() {
    let place = place();
    place.write("own.md.j2", "as of {{ today }}\n");
    let away = place.beside("elsewhere");
    std::fs::create_dir_all(&away).expect("a folder");
    let root = place.root().display().to_string();
    let report = ["-C", &root, "report", "--template", "own.md.j2", "--output", "goals.md"];
    let _ = place.okr_in(&away, &report, &[]).exits(0);
    assert!(place.read("goals.md").contains("as of 2026-11-22"));
    let _ = place.okr_in(&away, &["-C", &root, "report", "--check", "--output", "goals.md"], &[]).exits(0);
    let _ = place.okr_in(&away, &["-C", &root, "schema", "--output", "schemas"], &[]).exits(0);
    assert!(place.read("schemas/report.schema.json").contains("$schema"));
    assert!(std::fs::read_dir(&away).expect("the folder").next().is_none());
}

#[test]
fn a_file_that_is_compared_opens_nothing_outside_the_repository() {
    let place = place();
    let outside = place.beside("secret.txt");
    std::fs::write(&outside, "a secret of this machine\n").expect("a file");
    let compare = |template: &str| {
        place.write("goals.md", format!("<!-- git-okr:report day=2026-11-22 template={template} -->\n\nx\n"));
        place.okr(&["report", "--output", "goals.md", "--check"]).exits(2).hides("a secret")
    };
    let _ = compare(&outside.display().to_string()).says("outside the repository");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, place.root().join("link.txt")).expect("a link");
        let _ = compare("link.txt").says("outside the repository");
    }
    let _ = compare("nowhere").says("nowhere");
}

#[test]
fn a_json_file_is_json() {
    let place = place();
    let _ = place.okr(&["report", "--format", "json", "--output", "goals.json"]).exits(0);
    assert_eq!(place.read("goals.json"), place.okr(&["report", "--format", "json"]).exits(0).out);
    let _ = place.okr(&["report", "--format", "json", "--output", "goals.json", "--check"]).exits(2).says("Markdown");
}

#[test]
fn templates_stand_in_for_the_built_in_ones() {
    let place = place();
    place.write(".okr/templates/report.md.j2", "{% include 'part.md.j2' %}, {{ today }}\n");
    place.write(".okr/templates/part.md.j2", "ours");
    assert_eq!(place.okr(&["report"]).exits(0).out, "ours, 2026-11-22\n");
    place.write("okr.toml", "[report]\ntemplates = \"elsewhere\"\n");
    let _ = place.okr(&["report"]).exits(0).hides("ours");
}

#[test]
fn a_file_is_for_everybody() {
    let _ = place().okr(&["report", "--mine", "--output", "goals.md"]).exits(2).says("--owner");
}
