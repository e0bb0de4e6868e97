//! README tells the truth: each console block is what the program prints today.
//! `GIT_OKR_BLESS=1 cargo test readme` writes the blocks anew.

use crate::support::{GOALS, PATH, Place};
use std::path::{Path, PathBuf};

const FENCE: &str = "```";

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// Runs the commands of one block in turn and gives the block as it should read.
fn rewritten(block: &str, place: &Place, folder: &Path) -> String {
    let mut text = String::new();
    for line in block.lines().filter(|line| line.starts_with("$ ")) {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ["$", "git", "okr", arguments @ ..] = arguments.as_slice() else {
            panic!("README shows the output of `{line}`, which this test cannot run");
        };
        let run = place.okr_in(folder, arguments, &[("COLUMNS", "100")]);
        assert!(run.code < 2, "{line}: {}", run.err);
        text += &format!("{line}\n{}", run.out);
    }
    text
}

#[test]
fn console_blocks_are_what_the_program_prints() {
    let text = std::fs::read_to_string(readme()).expect("README.md");
    let place = Place::empty();
    let folder = place.beside("readme");
    std::fs::create_dir_all(&folder).expect("a folder");
    let demonstration = place.okr_in(&folder, &["demo"], &[("COLUMNS", "100")]).exits(0).out;
    let mut fresh = String::new();
    let mut rest = text.as_str();
    let mut blocks = 0;
    while let Some(at) = rest.find("```console\n") {
        let start = at + "```console\n".len();
        let end = start + rest[start..].find(&format!("\n{FENCE}")).expect("a closed block") + 1;
        fresh += &rest[..start];
        fresh += &rewritten(&rest[start..end], &place, &folder);
        rest = &rest[end..];
        blocks += 1;
    }
    fresh += rest;
    assert!(blocks > 0, "README shows no output");
    for part in demonstration.split("\n$ ").map(|part| part.trim_start_matches("$ ")) {
        assert!(fresh.contains(&format!("```console\n$ {}\n```", part.trim_end())), "README leaves out {part}");
    }
    if std::env::var_os("GIT_OKR_BLESS").is_some() {
        std::fs::write(readme(), fresh).expect("README.md is writable");
    } else {
        assert_eq!(text, fresh, "README is out of date: run `GIT_OKR_BLESS=1 cargo test readme`");
    }
}

#[test]
fn the_two_commands_are_there() {
    let text = std::fs::read_to_string(readme()).expect("README.md");
    assert!(text.contains("cargo run -- demo"), "the first command");
    assert!(text.contains("\ncargo test\n"), "the second command");
}

#[test]
fn the_formats_are_those_that_there_are() {
    let text = std::fs::read_to_string(readme()).expect("README.md");
    let (_, section) = text.split_once("### Formats of findings").expect("the section");
    let section = section.split("\n## ").next().expect("a section");
    let listed: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let place = Place::with(&[(PATH, GOALS)]);
    let refused = place.okr(&["check", "--output", "none=file"]).exits(2).err;
    let known = refused.split_once("write one of ").expect("a list").1.lines().next().expect("a line");
    assert_eq!(listed.join(", "), known);

    let command = section.lines().find_map(|line| line.strip_prefix("git okr ")).expect("a command");
    let _ = place.okr(&command.split_whitespace().collect::<Vec<_>>()).exits(0);
    for output in command.split_whitespace().filter_map(|word| word.split_once('=')) {
        assert!(!place.read(output.1).is_empty(), "{}", output.1);
    }
}

/// Gives the text of a section, with its blocks of a kind.
fn section<'t>(text: &'t str, heading: &str, kind: &str) -> Vec<&'t str> {
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).expect("the section");
    let section = section.split("\n## ").next().expect("a section");
    section.split(&format!("```{kind}\n")).skip(1).filter_map(|rest| rest.split(FENCE).next()).collect()
}

#[test]
fn goals_are_made_renamed_and_closed_as_told() {
    let text = std::fs::read_to_string(readme()).expect("README.md");
    let place = Place::repository();
    for command in section(&text, "New goals and new names", "sh")[0].lines() {
        let (fine, said) = place.shell(&place.root(), command, &[]);
        assert!(fine, "{command}: {said}");
    }
    let _ = place.okr(&["check"]).exits(0);

    let _ = place.okr(&["demo"]).exits(0);
    let demonstration = place.root().join("git-okr-demo");
    let lessons = section(&text, "The end of a cycle", "text")[0];
    std::fs::write(demonstration.join("lessons.toml"), lessons).expect("a file");
    for command in section(&text, "The end of a cycle", "sh")[0].lines() {
        let (fine, said) = place.shell(&demonstration, command, &[]);
        assert!(fine || said.contains("\nmissing: "), "{command}: {said}");
    }
    let retro = std::fs::read_to_string(demonstration.join("okrs/2026-Q3/retro.md")).expect("a report");
    assert!(retro.contains("One processor is not enough") && retro.contains("2026-Q4/first-plant"), "{retro}");
}

#[test]
fn goals_of_other_tools_come_in_as_it_says() {
    let text = std::fs::read_to_string(readme()).expect("README.md");
    let (_, section) = text.split_once("## To and from other tools").expect("the section");
    let section = section.split("\n## ").next().expect("a section");
    let place = Place::repository();
    let mut commands = 0;
    for block in section.split(FENCE).skip(1).step_by(2) {
        let (kind, content) = block.split_once('\n').expect("a block has lines");
        if let Some(name) = kind.strip_prefix("csv ") {
            place.write(name, content);
            continue;
        }
        for command in content.lines() {
            let (succeeded, said) = place.shell(&place.root(), command, &[]);
            assert!(succeeded, "{command}\n{said}");
            assert!(!said.contains("left out"), "{command}\n{said}");
            commands += 1;
        }
    }
    assert_eq!(commands, 6);
    assert!(place.okr(&["log"]).exits(0).out.contains("27.4"), "the past is there");
}

#[test]
fn examples_of_files_are_good() {
    let text = std::fs::read_to_string(readme()).expect("README.md");
    let mut examples = 0;
    for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split(FENCE).next()) {
        let place = Place::repository();
        if block.contains("[[objective]]") {
            place.write("okrs/2026-Q4/readme.toml", block);
        } else {
            place.write("okr.toml", block);
            place.write("okrs/2026-Q4/readme.toml", "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"Pages feel instant to all\"\nowner = \"@acme/payments\"\n[[objective.key_result]]\nid = \"k\"\ntitle = \"P99 latency falls from 420 ms to 294 ms\"\nbaseline = 420\ntarget = 294\nunit = \"ms\"\n");
        }
        let _ = place.okr(&["check"]).exits(0);
        examples += 1;
    }
    assert!(examples >= 2, "README shows okr.toml and an objective file");
}
