//! Hostile repositories: whatever a stranger writes into goals, settings, paths and commits, every command and every
//! format shows it harmlessly.

use crate::comment::Job;
use crate::support::forge::JOB_TOKEN;
use crate::support::{GOALS, PATH, Place, Run};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Each would do something where it came out as it is.
const WORDS: &[&str] = &[
    "a | b || c",
    "`code` ``` fence",
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "&lt;b&gt; <!-- x --> -->",
    "[click](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "@everyone @acme/all #1 GH-2 acme/shop#3 https://evil.example www.evil.example",
    "one\ntwo\r\n::error file=a,line=1::forged",
    "::set-output name=class::check-in ##[error]forged ##vso[task.complete]",
    "\u{202e}reversed\u{2066}\u{200b}\u{2028}\u{feff}",
    "\u{1b}[31mred\u{1b}[0m \u{1b}]8;;https://evil.example\u{7}link\u{9b}2J\u{8}",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} ${{ github.token }} $(id) %0A%0D",
    "EOF\nclass=check-in",
];

/// A TOML string that holds a text, whatever stands in it.
fn quoted(text: &str) -> String {
    let escaped: String = text.chars().fold(String::new(), |escaped, c| match c {
        '"' | '\\' => escaped + "\\" + &c.to_string(),
        c if c.is_control() => escaped + &format!("\\u{:04X}", u32::from(c)),
        c => escaped + &c.to_string(),
    });
    format!("\"{escaped}\"")
}

/// Goals in which a text stands wherever one can stand.
fn goals(word: &str, current: u32) -> String {
    let word = quoted(word);
    format!(
        "cycle = \"2026-Q4\"\nowner = {word}\n\n[[objective]]\nid = \"speed\"\ntitle = {word}\nwhy = {word}\nparent = {word}\n\
         tags = [{word}]\nmeta = {{ key = {word} }}\n\n[[objective.key_result]]\nid = \"p99\"\ntitle = {word}\nowner = {word}\n\
         baseline = 420\ntarget = 294\ncurrent = {current}\nunit = {word}\nnote = {word}\ndefinition = {word}\nsource = {word}\n\
         evidence = [{word}]\nguards = [{word}]\ndepends_on = [{word}]\nallow = [{{ rule = {word}, reason = {word} }}]\n\
         amend = [{{ on = 2026-11-02, reason = {word}, approved_by = {word} }}]\n\n[[objective.key_result]]\nid = {word}\n\
         title = \"Second\"\ndone = false\n\n[[objective.initiative]]\ntitle = {word}\nurl = {word}\ndrives = [{word}]\n"
    )
}

/// A repository in which a stranger proposes a text everywhere: in goals, settings, a path, a commit and its author.
fn proposal(word: &str) -> Job {
    let job = Job::new();
    let author: String = word.chars().filter(|c| !matches!(c, '<' | '>' | '\n' | '\r')).collect();
    let path: String = word.chars().filter(|c| !matches!(c, '/' | '\0')).take(60).collect();
    let settings = format!(
        "[teams.{word}]\nname = {word}\nmembers = [{word}]\n[rules.levels]\n{word} = \"error\"\n",
        word = quoted(word)
    );
    job.place.write("okr.toml", settings);
    job.place.write(&format!("okrs/2026-Q4/{path}.toml"), goals(word, 380).replace("\"speed\"", "\"other\""));
    for (day, current) in [("2026-11-19", 390), ("2026-11-20", 350)] {
        job.place.write(PATH, goals(word, current));
        job.place.git(&["add", "-A"]);
        let author = format!("--author=A {author} <a@acme.example>");
        job.place.git_on(day, &["commit", "-q", &author, "-m", &format!("{word}\n\nOKR: {word}")]);
    }
    job
}

/// Asserts that a terminal and a CI runner find nothing to obey.
#[track_caller]
fn harmless_in_a_log(text: &str, what: &str) {
    for c in text.chars() {
        let wild = c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{feff}' | '\u{200e}');
        assert!(!wild, "{what}: {c:?} in\n{text}");
    }
    assert!(!text.contains("##[error]"), "{what}: a runner's older command in\n{text}");
    for line in text.lines().map(str::trim_start) {
        let obeyed = line.starts_with("::error file=a") || line.starts_with("::set-output");
        assert!(!obeyed, "{what}: a command begins\n{line}");
    }
}

/// Puts a text into the folder that `GIT_OKR_HOSTILE` names, where a peer wants to judge it too: a browser sees what no
/// list of words does.
fn keep_for_the_peers(text: &str) {
    static KEPT: AtomicUsize = AtomicUsize::new(0);
    if let Some(folder) = std::env::var_os("GIT_OKR_HOSTILE") {
        let name = format!("{}.md", KEPT.fetch_add(1, Ordering::Relaxed));
        std::fs::write(Path::new(&folder).join(name), text).unwrap();
    }
}

/// Asserts that Markdown renders nothing of what a stranger wrote, and that no table gets another column.
#[track_caller]
fn harmless_in_markdown(text: &str, what: &str) {
    keep_for_the_peers(text);
    harmless_in_a_log(text, what);
    let text = &text.replace("\\]", "");
    for live in
        ["<img", "<script", "](javascript:", "![x]", "@everyone", "@acme", " #1", "shop#3", "://evil", "www.evil"]
    {
        assert!(!text.contains(live), "{what}: {live} in\n{text}");
    }
    let mut columns = None;
    for line in text.lines() {
        let bars = line.replace("\\|", "").matches('|').count();
        columns = line.starts_with('|').then(|| *columns.get_or_insert(bars));
        assert!(columns.is_none_or(|columns| columns == bars), "{what}: another column in\n{line}\n{text}");
    }
}

fn fine_or_findings(run: &Run, what: &str) {
    assert!((0..=2).contains(&run.code), "{what}: {}\n{}", run.code, run.err);
    assert!(!run.err.contains("panicked"), "{what}: {}", run.err);
}

#[test]
fn logs_and_terminals_obey_nobody() {
    for word in WORDS {
        let job = proposal(word);
        let commands: &[&[&str]] = &[
            &["check"],
            &["check", "--format", "concise"],
            &["check", "--base", "main", "--fail-on", "info"],
            &["status", "--cycle", "all"],
            &["log"],
            &["log", "--goalposts"],
            &["diff", "main", "work"],
            &["doctor"],
            &["rule"],
            &["ci", "--base", "main"],
        ];
        for command in commands {
            let run = job.place.okr(command);
            let what = format!("{command:?} of {word:?}");
            fine_or_findings(&run, &what);
            harmless_in_a_log(&(run.out + &run.err), &what);
        }
    }
}

#[test]
fn markdown_renders_nothing_of_it() {
    for word in WORDS {
        let job = proposal(word);
        for command in [
            &["diff", "main", "work", "--format", "markdown"][..],
            &["report", "--cycle", "all"],
            &["comment", "--dry-run", "--forge", "github", "--base", "main"],
        ] {
            let run = job.place.okr(command);
            let what = format!("{command:?} of {word:?}");
            fine_or_findings(&run, &what);
            assert!(!run.out.is_empty(), "{what}: {}", run.err);
            harmless_in_markdown(&run.out, &what);
        }
    }
}

#[test]
fn a_job_of_ci_is_told_no_lies() {
    for word in WORDS {
        let mut job = proposal(word);
        let run = job.runs(JOB_TOKEN, "ci", &[]);
        fine_or_findings(&run, word);
        for line in run.out.lines().filter(|line| line.trim_start().starts_with("::") || line.contains("::error")) {
            let own = ["::error ", "::warning ", "::notice "].iter().any(|own| line.starts_with(own));
            assert!(own, "a command that is not ours in\n{line}");
            let (properties, message) = line[2..].split_once("::").expect("properties and a message");
            // What a stranger wrote may stand in a value, escaped; it makes no property of its own.
            let (_, properties) = properties.split_once(' ').expect("a command and its properties");
            let keys: Vec<&str> = properties.split(',').map(|one| one.split_once('=').expect(line).0).collect();
            let known = ["file", "line", "col", "endLine", "endColumn", "title"];
            assert!(
                keys.iter().all(|key| known.contains(key))
                    && keys.is_sorted_by_key(|key| known.iter().position(|one| one == key)),
                "{line}"
            );
            assert!(!message.contains("::set-output"), "{line}");
        }
        assert!(run.out.lines().filter(|line| line.starts_with("::error ")).count() <= 10);
        harmless_in_markdown(&job.summary(), word);
        harmless_in_markdown(job.forge.memory().bodies()[0], word);
        assert_ne!(job.output("class").as_deref(), Some("check-in"), "{word}: a definition passes for a check-in");
        assert_eq!(job.output("changed").as_deref(), Some("true"));
    }
}

#[test]
fn programs_read_what_there_is() {
    for word in WORDS {
        let job = proposal(word);
        for format in ["json", "sarif", "gitlab"] {
            let run = job.place.okr(&["check", "--format", format]);
            let _: Value = run.json();
            harmless_in_a_log(&run.out, &format!("{format} of {word:?}"));
        }
        let junit = job.place.okr(&["check", "--format", "junit"]).out;
        assert!(roxmltree::Document::parse(&junit).is_ok(), "{junit}");
        for command in [
            &["status", "--format", "json"][..],
            &["log", "--format", "json"],
            &["diff", "main", "work", "--format", "json"],
        ] {
            let run = job.place.okr(command);
            let _: Value = run.json();
            harmless_in_a_log(&run.out, &format!("{command:?} of {word:?}"));
        }
    }
}

#[test]
fn ten_thousand_characters_fit_everywhere() {
    let long = "a long title | with `all` @everyone ".repeat(300);
    let mut job = proposal(&long);
    let run = job.runs(JOB_TOKEN, "ci", &[]);
    fine_or_findings(&run, "ci");
    assert!(run.out.lines().filter(|line| line.starts_with("::")).all(|line| line.len() < 8_192), "{}", run.out);
    assert!(job.forge.memory().bodies()[0].chars().count() <= 65_000);
    assert!(job.summary().len() < 900 * 1024);
    harmless_in_markdown(&job.summary(), "summary");
    for command in [&["check"][..], &["status"], &["log"], &["report"]] {
        fine_or_findings(&job.place.okr(command), &format!("{command:?}"));
    }
    for colour in ["never", "always"] {
        let shown = job.place.okr(&["check", "--color", colour]).out;
        let longest = shown.lines().map(|line| line.chars().count()).max();
        assert!(shown.contains("a long title") && longest < Some(300), "{longest:?}");
    }
}

#[test]
fn nothing_outside_the_repository_is_read() {
    let place = Place::with(&[(PATH, GOALS)]);
    std::fs::write(place.beside("secret.toml"), "title = \"hidden\"\n").unwrap();
    place.git(&["checkout", "-q", "-b", "work"]);
    std::os::unix::fs::symlink("../../../secret.toml", place.root().join("okrs/2026-Q4/link.toml")).unwrap();
    let template = "{% include \"../../../secret.toml\" %}";
    let files: &[(&str, &str)] = &[
        ("okr.toml", "paths = [\"okrs\", \"../\"]\n"),
        (".okr/templates/pr-comment.md.j2", template),
        (".okr/templates/report.md.j2", template),
    ];
    place.commit("2026-11-20", "Look elsewhere", files);
    for command in [&["check"][..], &["status"], &["report"], &["ci", "--base", "main", "--config-from", "head"]] {
        let run = place.okr(command);
        fine_or_findings(&run, &format!("{command:?}"));
        let _ = run.hides("hidden");
    }
}
