//! The picture of the comment in README: it shows what the demonstration's pull request is told today.
//! `tests/peers/picture` makes it anew.

use crate::support::Place;
use memchr::memmem;
use serde_json::json;
use std::path::{Path, PathBuf};

fn own(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Gives the comment on a pull request of the demonstration, as a job on GitHub would write it.
fn told() -> String {
    let place = Place::empty();
    std::fs::create_dir_all(place.root()).unwrap();
    let _ = place.okr(&["demo"]).exits(0);
    let folder = place.root().join("git-okr-demo");
    // The change that README shows as `git okr diff` does.
    let revision = |name: &str| {
        let (found, id) = place.shell(&folder, &format!("git rev-parse {name}"), &[]);
        assert!(found, "{id}");
        id.trim().to_owned()
    };
    let (base, head) = (revision("e4986d6f13~2"), revision("e4986d6f13"));
    let event = json!({ "pull_request": {
        "number": 31, "head": { "sha": head, "ref": "latency-target" }, "base": { "sha": base, "ref": "main" },
    } });
    let path = place.beside("event.json");
    std::fs::write(&path, event.to_string()).unwrap();
    let environment = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "hedgerow/shop"),
        ("GITHUB_EVENT_PATH", path.to_str().unwrap()),
        ("GITHUB_RUN_ID", "4711"),
        ("GIT_OKR_TODAY", ""),
    ];
    place.okr_in(&folder, &["comment", "--dry-run"], &environment).exits(0).out
}

#[test]
fn the_picture_shows_what_is_said_today() {
    let told = told();
    let source = own("docs/comment.md");
    if std::env::var_os("GIT_OKR_BLESS").is_some() {
        std::fs::write(&source, &told).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&source).unwrap(), told, "docs/comment.md is old: run tests/peers/picture");
    let readme = std::fs::read_to_string(own("README.md")).unwrap();
    assert!(readme.contains("](docs/comment.png)"), "README does not show the picture");
}

#[test]
fn the_picture_is_of_that_text() {
    // What was drawn stands in the picture as a text of its own.
    let (source, picture) =
        (std::fs::read(own("docs/comment.md")).unwrap(), std::fs::read(own("docs/comment.png")).unwrap());
    assert!(memmem::find(&picture, &source).is_some(), "docs/comment.png is old: run tests/peers/picture");
    assert!(picture.len() < 150_000, "{} bytes", picture.len());
}
