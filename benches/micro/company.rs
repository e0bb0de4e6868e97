//! Owns the goals and the small repository that the benchmarks run on; the same bytes each time.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Day on which everything is looked at, in the middle of the quarter that the goals are for.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 22);
/// First commit: 2026-10-01T08:00:00Z.
const BEGIN: i64 = 1_790_841_600;
/// Two hours: 600 commits take seven weeks.
const STEP: i64 = 7_200;

/// Writes one objective file of four key results, 1.2 kB; `version` moves their values, as a check-in does.
pub fn goals(objective: usize, version: usize) -> String {
    let mut text = format!(
        "cycle = \"2026-Q4\"\nowner = \"@acme/payments\"\n\n[[objective]]\nid = \"goal-{objective}\"\n\
         title = \"Checkout just works, even on the worst day of the year\"\ntags = [\"checkout\", \"trust\"]\n\
         why = \"\"\"\n\
         Every failed payment costs us a customer, and every customer who leaves tells three others.\n\"\"\"\n"
    );
    for at in 0..4 {
        let moved = (version + 3 - at) / 4;
        let (current, confidence) = (420.0 - moved as f64 / 10.0, 0.3 + (moved % 13) as f64 / 20.0);
        write!(
            text,
            "\n[[objective.key_result]]\nid = \"kr-{at}\"\ntitle = \"P99 latency of payments falls to a third\"\n\
             owner = \"@ana\"\nunit = \"ms\"\nbaseline = 420.0\ntarget = 140.0\ncurrent = {current:.1}\n\
             confidence = {confidence:.2}\nnote = \"Connection pooling shipped in version {moved}.\"\n"
        )
        .expect("text takes what is written");
    }
    text
}

/// Makes a repository of `commits` commits over `files` objective files, with a branch merged every tenth, through
/// `git fast-import`.
pub fn repository(files: usize, commits: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder.path()).args(arguments);
        command
    };
    assert!(git(&["init", "--quiet", "--initial-branch=main"]).status().expect("git runs").success());
    let mut import =
        git(&["fast-import", "--quiet", "--force"]).stdin(Stdio::piped()).spawn().expect("git fast-import runs");
    let mut stream = import.stdin.take().expect("it was piped");
    stream.write_all(chronicle(files, commits).as_bytes()).expect("git reads");
    drop(stream);
    assert!(import.wait().expect("git ends").success());
    assert!(git(&["reset", "--quiet", "--hard"]).status().expect("git runs").success());
    folder
}

/// Writes the stream: main takes its turn with a branch that is merged and forked anew every ten commits. The branch
/// has the files with odd numbers, so that no merge has a conflict.
fn chronicle(files: usize, commits: usize) -> String {
    let mut stream = String::new();
    let mut versions = vec![0; files];
    let mut topic: Vec<usize> = Vec::new();
    for commit in 0..commits {
        let merge = commit > 0 && commit % 10 == 0;
        let on_topic = !merge && commit % 10 >= 5 && commit % 2 == 1;
        let changed: Vec<usize> = match commit {
            0 => (0..files).collect(),
            _ if merge => std::mem::take(&mut topic),
            _ => vec![(commit * 7 / 2 * 2 + usize::from(on_topic)) % files],
        };
        let branch = if on_topic { "topic" } else { "main" };
        let at = BEGIN + STEP * commit as i64;
        let who = format!("Ana <ana@acme.example> {at} +0000");
        write!(stream, "commit refs/heads/{branch}\nauthor {who}\ncommitter {who}\ndata 8\nCheck in\n")
            .expect("text takes what is written");
        if on_topic && topic.is_empty() {
            stream.push_str("from refs/heads/main\n");
        }
        if merge && !changed.is_empty() {
            stream.push_str("merge refs/heads/topic\n");
        }
        for file in changed {
            versions[file] += usize::from(commit > 0 && !merge);
            let text = goals(file, versions[file]);
            write!(stream, "M 100644 inline okrs/2026-Q4/goal-{file}.toml\ndata {}\n{text}\n", text.len())
                .expect("text takes what is written");
            if on_topic && !topic.contains(&file) {
                topic.push(file);
            }
        }
    }
    stream
}
