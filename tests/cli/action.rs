//! The scripts of the action: what is not what its checksum says never runs, and no input becomes a flag.

use crate::support::{GOALS, PATH, Place};
use std::path::Path;

/// Copies the scripts and packs a git-okr that says which it is, as a release would have it.
fn released(place: &Place) -> String {
    std::fs::create_dir_all(place.beside("action")).unwrap();
    for file in ["install.sh", "run.sh", "sums.txt"] {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/action").join(file);
        std::fs::copy(own, place.beside("action").join(file)).unwrap();
    }
    let script = "cd .. && mkdir -p temp releases/v0.1.0 releases/v0.2.0 && \
        for version in 0.1.0 0.2.0; do \
          printf '#!/bin/sh\\necho git-okr %s of the archive\\n' $version >git-okr && chmod +x git-okr && \
          tar -czf releases/v$version/git-okr-$version-x86_64-unknown-linux-musl.tar.gz ./git-okr && rm git-okr; \
        done && sha256sum releases/*/*.tar.gz | sed 's| releases/.*/| |'";
    let (done, sums) = place.shell(&place.root(), script, &[]);
    assert!(done, "{sums}");
    sums
}

fn install(place: &Place, version: &str) -> (bool, String) {
    let releases = format!("file://{}", place.beside("releases").display());
    let [temp, output] = ["temp", "output"].map(|name| place.beside(name).display().to_string());
    let environment = [
        ("RUNNER_OS", "Linux"),
        ("RUNNER_ARCH", "X64"),
        ("RUNNER_TEMP", temp.as_str()),
        ("GITHUB_OUTPUT", output.as_str()),
        ("OKR_RELEASES", releases.as_str()),
        ("OKR_VERSION", version),
    ];
    place.shell(&place.root(), "../action/install.sh && cat ../output", &environment)
}

#[test]
fn only_an_archive_with_its_checksum_is_run() {
    let place = Place::repository();
    let sums = released(&place);
    let known = place.beside("action").join("sums.txt");
    let refuses = |version: &str, why: &str| {
        let (done, said) = install(&place, version);
        assert!(!done && said.contains("::error title=git-okr::") && said.contains(why), "{version}: {said}");
        assert!(!said.contains("of the archive"), "{version} was run: {said}");
    };
    refuses("release", "knows no checksum of that archive");
    std::fs::write(&known, &sums).unwrap();
    let takes = |version: &str, which: &str| {
        let (done, said) = install(&place, version);
        assert!(done && said.contains(&format!("git-okr {which} of the archive")), "{version}: {said}");
        assert!(said.contains("binary=") && said.contains("/temp/git-okr/git-okr\n"), "{said}");
    };
    takes("release", "0.2.0");
    takes("0.1.0", "0.1.0");
    refuses("0.3.0", "knows no checksum of that archive");
    refuses("0.1", "knows no checksum of that archive");
    refuses("../0.1.0", "version is one of");
    refuses("0.1.0 || true", "version is no version");
    let other: String = sums.lines().map(|line| format!("{}{}\n", "0".repeat(64), &line[64..])).collect();
    std::fs::write(&known, other).unwrap();
    refuses("0.2.0", "is not what its checksum says");
    let (done, said) = install(&place, "path");
    assert!(done && said.contains("binary="), "{said}");
}

#[test]
fn no_input_becomes_a_flag() {
    let place = Place::with(&[(PATH, GOALS)]);
    let _ = released(&place);
    let temp = place.beside("temp").display().to_string();
    let output = place.beside("output").display().to_string();
    let commanded = |command: &str, paths: &str, base: &str, comment: &str| {
        let environment = [
            ("OKR_COMMAND", command),
            ("OKR_PATHS", paths),
            ("GITHUB_OUTPUT", output.as_str()),
            ("RUNNER_TEMP", temp.as_str()),
            ("OKR_BINARY", env!("CARGO_BIN_EXE_git-okr")),
            ("OKR_FAIL_ON", "error"),
            ("OKR_COMMENT", comment),
            ("OKR_COMMENT_ID", "default"),
            ("OKR_CONFIG_FROM", "base"),
            ("OKR_BASE", base),
            ("OKR_HEAD", ""),
            ("OKR_SARIF", "../okr.sarif"),
            ("OKR_DIRECTORY", "."),
        ];
        place.shell(&place.root(), "../action/run.sh", &environment)
    };
    let run = |base: &str, comment: &str| commanded("ci", "", base, comment);
    let (done, said) = run("HEAD", "auto");
    assert!(done && said.contains("no goal differs"), "{said}");
    assert!(place.beside("okr.sarif").exists() && place.beside("temp").join("git-okr-diff.json").exists());
    let (done, said) = run("--head=HEAD", "auto");
    assert!(!done && said.contains("--head=HEAD"), "{said}");
    let (done, said) = run("HEAD", "never --fail-on never");
    assert!(!done && said.contains("invalid value"), "{said}");
    let (done, said) = commanded("ci", "okrs/2026-Q4\n\n--fail-on=never\n", "HEAD", "auto");
    assert!(done && said.contains("no goal differs"), "a path like any other: {said}");
    let (done, said) = commanded("ci", "--fail-on=never\n", "HEAD", "auto");
    assert!(!done && said.contains("no objective file at --fail-on=never"), "{said}");
    let (done, said) = commanded("check; echo forged", "", "", "auto");
    assert!(!done && said.contains("command is ci or check") && !said.contains("forged"), "{said}");
}

#[test]
fn a_check_alone_annotates_and_says_how_it_ended() {
    let unowned = GOALS.replace("owner = \"@team\"\n", "");
    let place = Place::with(&[(PATH, GOALS), ("okrs/2026-Q3/old.toml", &unowned.replace("2026-Q4", "2026-Q3"))]);
    let _ = released(&place);
    let [temp, output] = ["temp", "output"].map(|name| place.beside(name).display().to_string());
    let run = |paths: &str| {
        let environment = [
            ("RUNNER_TEMP", temp.as_str()),
            ("GITHUB_OUTPUT", output.as_str()),
            ("OKR_BINARY", env!("CARGO_BIN_EXE_git-okr")),
            ("OKR_COMMAND", "check"),
            ("OKR_PATHS", paths),
            ("OKR_FAIL_ON", "error"),
            ("OKR_BASE", ""),
            ("OKR_HEAD", ""),
            ("OKR_SARIF", ""),
            ("OKR_DIRECTORY", "."),
        ];
        let ended = place.shell(&place.root(), "../action/run.sh", &environment);
        (ended, std::fs::read_to_string(&output).unwrap())
    };
    let ((done, said), outputs) = run("");
    assert!(!done && said.contains("::error file=okrs/2026-Q3/old.toml"), "{said}");
    assert!(outputs.ends_with("exit-code=1\nsarif-file=\n"), "{outputs}");
    let ((done, said), outputs) = run("okrs/2026-Q4\n");
    assert!(done && !said.contains("old.toml"), "{said}");
    assert!(outputs.ends_with("exit-code=0\nsarif-file=\n"), "{outputs}");
}

#[test]
fn the_outputs_are_those_of_the_command() {
    let own = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let (action, command, readme) = (own("action.yml"), own("src/cli/ci.rs"), own("README.md"));
    let outputs: Vec<&str> = action
        .lines()
        .filter_map(|line| line.trim().strip_prefix("value: ${{ steps.okr.outputs.")?.strip_suffix(" }}"))
        .collect();
    assert_eq!(outputs.len(), 13);
    for output in outputs {
        assert!(command.contains(&format!("outputs.set(\"{output}\"")), "`git okr ci` sets no {output}");
        assert!(readme.contains(&format!("`{output}`")), "README leaves {output} out");
    }
}
