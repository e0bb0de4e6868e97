//! Each rule's defect, planted in the demonstration's repository: that rule finds it, and no other at level error.

use crate::support::{Place, Run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A day on which the demonstration's quarter runs.
const RUNNING: &str = "2026-09-25";
/// A day on which it is over, grace included.
const OVER: &str = "2026-10-06";

const PAYMENTS: &str = "okrs/2026-Q3/payments.toml";
const GROWTH: &str = "okrs/2026-Q3/growth.toml";
const EXTRA: &str = "okrs/2026-Q3/windowsill.toml";

/// An objective beside those of the demonstration, with nothing to say against it.
const WINDOWSILL: &str = r#"cycle = "2026-Q3"
owner = "@hedgerow/growth"

[[objective]]
id = "windowsill"
title = "People without a garden harvest something of their own"
why = "Half of the town has a balcony and no bed."
parent = "2026/gardeners-trust"
commitment = "aspirational"

[[objective.key_result]]
id = "first-harvest"
title = "Balcony customers who harvest in their first summer become more"
owner = "@meilin"
definition = "Share of the answers to the letter of August"
baseline = 20
target = 35
unit = "%"

[[objective.key_result]]
id = "kit-returns"
title = "Windowsill kits that come back become rarer"
owner = "@jonas"
definition = "Share of the kits of the month before"
baseline = 8
target = 3
unit = "%"
"#;

/// One thing done to the repository.
enum Step {
    /// Writes a file.
    Write(&'static str, String),
    /// Replaces a text that stands in a file.
    Edit(&'static str, &'static str, String),
    /// Sets a key of the table with this id, or takes it out.
    Set(&'static str, &'static str, Option<String>),
    /// Takes out the table with this id.
    Cut(&'static str),
    /// Commits everything on a day, as somebody.
    Commit(&'static str, &'static str),
    /// Writes a report of this day into a file.
    Report(&'static str),
    /// Goes on in a clone that is cut off.
    Shallow,
}

/// The defect of one rule.
struct Row {
    rule: &'static str,
    steps: Vec<Step>,
    today: &'static str,
}

fn row(rule: &'static str) -> Row {
    Row { rule, steps: Vec::new(), today: RUNNING }
}

impl Row {
    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    fn edit(self, path: &'static str, from: &'static str, to: &str) -> Self {
        self.then(Step::Edit(path, from, to.to_owned()))
    }

    fn set(self, id: &'static str, key: &'static str, value: &str) -> Self {
        self.then(Step::Set(id, key, Some(value.to_owned())))
    }

    fn unset(self, id: &'static str, key: &'static str) -> Self {
        self.then(Step::Set(id, key, None))
    }

    fn cut(self, id: &'static str) -> Self {
        self.then(Step::Cut(id))
    }

    fn write(self, path: &'static str, text: impl Into<String>) -> Self {
        self.then(Step::Write(path, text.into()))
    }

    /// Adds the objective that is good, for the next steps to spoil.
    fn extra(self) -> Self {
        self.write(EXTRA, WINDOWSILL)
    }

    fn commit(self, day: &'static str) -> Self {
        self.then(Step::Commit(day, "Ana <ana@hedgerow.example>"))
    }

    /// Looks at it when the quarter is over and closed.
    fn closed(mut self) -> Self {
        self.today = OVER;
        self
    }
}

/// The good objective in a cycle that is over, both key results at one score.
fn past(cycle: &str, score: &str) -> String {
    WINDOWSILL
        .replace("2026-Q3", cycle)
        .replace("parent = \"2026/gardeners-trust\"\n", "retro = { learned = \"It depends on the weather.\" }\n")
        .replace("unit = \"%\"", &format!("unit = \"%\"\nscore = {score}"))
}

fn rows() -> Vec<Row> {
    let long = format!("\"{}\"", "very ".repeat(80));
    vec![
        row("toml-syntax").edit(PAYMENTS, "unit = \"ms\"", "unit = \"ms"),
        row("field-unknown").edit(GROWTH, "note = \"Both gardeners", "noted = \"Both gardeners"),
        row("field-type").set("p99-latency", "current", "\"335\""),
        row("field-missing").extra().unset("kit-returns", "title"),
        row("kind-mixed").extra().set("kit-returns", "done", "false"),
        row("number-not-finite").set("repeat-orders", "current", "nan"),
        row("limit-exceeded").extra().set("kit-returns", "title", &long),
        row("config-invalid").edit("okr.toml", "cadence = \"weekly\"", "cadence = \"wekly\""),
        row("id-invalid").extra().edit(EXTRA, "\"kit-returns\"", "\"Kit returns\""),
        row("id-duplicate").extra().edit(EXTRA, "\"kit-returns\"", "\"first-harvest\""),
        row("text-placeholder").extra().set("kit-returns", "definition", "\"TODO: ask Jonas\""),
        row("kr-flat").extra().set("kit-returns", "target", "8"),
        row("kr-unit-range").extra().set("kit-returns", "title", "\"Share of kits kept\"").set("kit-returns", "target", "130"),
        row("kr-direction").extra().set("kit-returns", "title", "\"Returns of windowsill kits rise\""),
        row("date-invalid").extra().set("kit-returns", "due", "2027-03-31"),
        row("cycle-unknown").extra().edit(EXTRA, "2026-Q3", "2026-Q5"),
        row("objective-no-cycle").extra().edit(EXTRA, "cycle = \"2026-Q3\"\n", ""),
        row("folder-crowded").edit("okr.toml", "[calendar]", "[rules.folder-crowded]\nmax = 1\n\n[calendar]"),
        row("ref-dangling").extra().set("windowsill", "parent", "\"2026/gardeners-turst\""),
        row("ref-ambiguous").extra().set("windowsill", "parent", "\"gardeners-trust\"").write(
            "okrs/2026-H2/company.toml",
            WINDOWSILL.replace("2026-Q3", "2026-H2").replace("\"windowsill\"", "\"gardeners-trust\""),
        ),
        row("align-cycle").extra().set("windowsill", "parent", "\"windowsill\""),
        row("owner-missing").extra().edit(EXTRA, "owner = \"@hedgerow/growth\"\n", ""),
        row("owner-many").extra().set("kit-returns", "owner", "\"@jonas, @meilin\""),
        row("owner-unknown").extra().set("kit-returns", "owner", "\"@nobody\""),
        row("align-none").extra().unset("windowsill", "parent"),
        row("align-copy").extra().set(
            "windowsill",
            "title",
            "\"Gardeners trust us with their whole year, not with one spring order\"",
        ),
        row("initiative-orphan").extra().edit(
            EXTRA,
            "\n[[objective.key_result]]\nid = \"kit",
            "\n[[objective.initiative]]\ntitle = \"A kit for the windowsill\"\n\n[[objective.key_result]]\nid = \"kit",
        ),
        row("kr-no-initiative").extra().edit(
            EXTRA,
            "\n[[objective.key_result]]\nid = \"kit",
            "\n[[objective.initiative]]\ntitle = \"A kit\"\ndrives = [\"first-harvest\"]\n\n[[objective.key_result]]\nid = \"kit",
        ),
        row("objective-count").edit("okr.toml", "[calendar]", "[rules.objective-count]\nmax = 1\n\n[calendar]"),
        row("kr-none").extra().cut("kit-returns").cut("first-harvest"),
        row("kr-count").extra().cut("kit-returns"),
        row("kr-unmeasurable")
            .extra()
            .set("kit-returns", "title", "\"Customers love the kit\"")
            .unset("kit-returns", "baseline")
            .unset("kit-returns", "target"),
        row("kr-fields-missing")
            .extra()
            .set("kit-returns", "title", "\"Returns of kits fall from 8 % to 3 %\"")
            .unset("kit-returns", "baseline")
            .unset("kit-returns", "target"),
        row("kr-no-baseline").extra().unset("kit-returns", "baseline"),
        row("kr-no-source").extra().unset("kit-returns", "definition"),
        row("kr-binary-majority")
            .extra()
            .edit(EXTRA, "baseline = 8\ntarget = 3\nunit = \"%\"\n", "done = false\n")
            .edit(EXTRA, "baseline = 20\ntarget = 35\nunit = \"%\"\n", "done = false\n"),
        row("kr-no-guardrail").extra().set("kit-returns", "title", "\"Time to the first leaf falls\"").set(
            "kit-returns",
            "unit",
            "\"days\"",
        ),
        row("commitment-untyped").extra().unset("windowsill", "commitment"),
        row("confidence-start").extra().set("kit-returns", "confidence", "0.95"),
        row("objective-single-voice")
            .write(EXTRA, WINDOWSILL.replace("growth", "payments"))
            .then(Step::Commit(RUNNING, "Ruth <ruth@hedgerow.example>")),
        row("objective-number").extra().set("windowsill", "title", "\"Harvests on balconies grow by 40 %\""),
        row("objective-output-verb")
            .extra()
            .set("windowsill", "title", "\"Launch the kit for every windowsill\"")
            .unset("windowsill", "why"),
        row("objective-length").extra().set("windowsill", "title", "\"Balconies\""),
        row("kr-compound").extra().set(
            "kit-returns",
            "title",
            "\"Returns of kits fall to 3 % and letters about them fall to 20 a week\"",
        ),
        row("kr-output-not-outcome").extra().set("kit-returns", "title", "\"Publish a guide to the kit\"").unset("kit-returns", "unit"),
        row("kr-vague")
            .extra()
            .set("kit-returns", "title", "\"Customers love the kit\"")
            .unset("kit-returns", "baseline")
            .unset("kit-returns", "target")
            .unset("kit-returns", "definition")
            .set("kit-returns", "done", "false"),
        row("kr-vanity").extra().set("kit-returns", "title", "\"20,000 page views of the kit\""),
        row("checkin-stale").extra().commit("2026-09-01"),
        row("checkin-silent-green").set("finder-to-basket", "health", "\"on-track\""),
        row("checkin-drop-no-note").set("repeat-orders", "confidence", "0.2"),
        row("checkin-jump").set("repeat-orders", "current", "2740"),
        row("checkin-future").set("repeat-orders", "as_of", "2026-10-25"),
        row("checkin-future").set("card-audit", "due", "2026-09-30").set("card-audit", "done", "2026-09-29").set(
            "card-audit",
            "amend",
            "[{ on = 2026-09-25, reason = \"The auditor is ill\" }]",
        ),
        row("checkin-late").set("repeat-orders", "as_of", "2026-09-16"),
        row("goalpost-moved").set("repeat-orders", "target", "28"),
        row("goalpost-moved").set("repeat-orders", "target", "28").commit("2026-09-24"),
        row("goalpost-moved").set("reliable-checkout", "commitment", "\"aspirational\""),
        row("goalpost-moved").edit("okr.toml", "lock_after_days = 14", "lock_after_days = 60"),
        row("goalpost-eased-late").set("failed-payments", "target", "2.2").set(
            "failed-payments",
            "amend",
            "[{ on = 2026-09-24, reason = \"The bank changes its limits in October\" }]",
        ),
        row("kr-removed").cut("unsubscribes"),
        row("kr-removed").cut("unsubscribes").commit("2026-09-24"),
        row("kr-reworded").set("repeat-orders", "definition", "\"Share of all customers of the year so far\""),
        row("id-reused")
            .cut("unsubscribes")
            .commit("2026-09-23")
            .edit(
                GROWTH,
                "\n[[objective.key_result]]\nid = \"garden-diary\"",
                "\n[[objective.key_result]]\nid = \"unsubscribes\"\ntitle = \"Letters that are read to the end\"\ndefinition = \"Scrolled\"\nat_least = 60\nunit = \"%\"\n\n[[objective.key_result]]\nid = \"garden-diary\"",
            )
            .commit("2026-09-24"),
        row("close-unscored").closed().unset("repeat-orders", "score"),
        row("close-no-retro").closed().unset("season-after-season", "retro"),
        row("committed-miss").closed().unset("reliable-checkout", "retro"),
        row("score-mismatch").closed().unset("season-after-season", "retro").set("repeat-orders", "score", "1.0"),
        row("kr-zombie")
            .extra()
            .write("okrs/2025-Q4/windowsill.toml", past("2025-Q4", "0.7"))
            .write("okrs/2026-Q1/windowsill.toml", past("2026-Q1", "0.7"))
            .write("okrs/2026-Q2/windowsill.toml", past("2026-Q2", "0.7")),
        row("too-easy")
            .write("okrs/2026-Q1/windowsill.toml", past("2026-Q1", "0.9"))
            .write("okrs/2026-Q2/windowsill.toml", past("2026-Q2", "1.0")),
        row("too-hard")
            .write("okrs/2026-Q1/windowsill.toml", past("2026-Q1", "0.3"))
            .write("okrs/2026-Q2/windowsill.toml", past("2026-Q2", "0.1")),
        row("history-shallow").then(Step::Shallow),
        row("history-unreadable")
            .edit(GROWTH, "unit = \"%\"\nconfidence = 0.6", "unit = \"%\nconfidence = 0.6")
            .commit("2026-09-24")
            .edit(GROWTH, "unit = \"%\nconfidence = 0.6", "unit = \"%\"\nconfidence = 0.6")
            .commit(RUNNING),
        row("report-stale").then(Step::Report("okrs/README.md")).set("repeat-orders", "current", "27.9"),
        row("allow-unused").set("repeat-orders", "allow", "[{ rule = \"owner-many\", reason = \"once\" }]"),
        row("allow-no-reason").set("deploy-time", "allow", "[{ rule = \"checkin-stale\" }]"),
    ]
}

/// A repository to spoil.
struct Spoilt<'p> {
    place: &'p Place,
    folder: PathBuf,
}

impl Spoilt<'_> {
    fn okr(&self, arguments: &[&str], today: &str) -> Run {
        self.place.okr_in(&self.folder, arguments, &[("GIT_OKR_TODAY", today)])
    }

    fn check(&self, today: &str) -> Vec<Value> {
        let checked = self.okr(&["check", "--format", "json", "--fail-on", "never"], today).exits(0).json();
        checked["findings"].as_array().expect("a list").clone()
    }

    fn shell(&self, command: &str) {
        let (done, said) = self.place.shell(&self.folder, command, &[]);
        assert!(done, "{command}\n{said}");
    }

    /// Finds the file whose tables hold an id, and changes it.
    fn with_table(&self, id: &str, change: impl Fn(&str, usize) -> String) {
        let head = format!("id = \"{id}\"\n");
        for entry in walkdir::WalkDir::new(self.folder.join("okrs")) {
            let path = entry.expect("a readable folder").into_path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("readable");
            if let Some(at) = text.find(&head) {
                return std::fs::write(&path, change(&text, at)).expect("writable");
            }
        }
        panic!("no table has the id {id}");
    }

    fn set(&self, id: &str, key: &str, value: Option<&str>) {
        self.with_table(id, |text, at| {
            let end = text[at..].find("\n[[").map_or(text.len(), |end| at + end);
            let own = text[at..end].split_inclusive('\n').find(|line| line.starts_with(&format!("{key} = ")));
            let line = value.map(|value| format!("{key} = {value}\n")).unwrap_or_default();
            match own {
                Some(own) => text[..at].to_owned() + &text[at..end].replacen(own, &line, 1) + &text[end..],
                None => {
                    assert!(value.is_some(), "{id} has no {key}");
                    let after = at + text[at..].find('\n').expect("a line") + 1;
                    format!("{}{line}{}", &text[..after], &text[after..])
                }
            }
        });
    }

    fn play(&mut self, step: &Step) {
        match step {
            Step::Write(path, text) => {
                let path = self.folder.join(path);
                std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
                std::fs::write(path, text).expect("writable");
            }
            Step::Edit(path, from, to) => {
                let path = self.folder.join(path);
                let text = std::fs::read_to_string(&path).expect("readable");
                assert!(text.contains(from), "{from} is not in\n{text}");
                std::fs::write(path, text.replacen(from, to, 1)).expect("writable");
            }
            Step::Set(id, key, value) => self.set(id, key, value.as_deref()),
            Step::Cut(id) => self.with_table(id, |text, at| {
                let start = text[..at].rfind("\n[[").expect("a header");
                let end = text[at..].find("\n[[").map_or(text.len(), |end| at + end);
                text[..start].to_owned() + &text[end..]
            }),
            Step::Commit(day, who) => self.shell(&format!(
                "git add -A && GIT_AUTHOR_DATE={day}T12:00:00Z GIT_COMMITTER_DATE={day}T12:00:00Z \
                 git commit -q -m Spoil --author '{who}'"
            )),
            Step::Report(path) => drop(self.okr(&["report", "--output", path], RUNNING).exits(0)),
            Step::Shallow => {
                let cut = self.folder.with_extension("cut");
                self.shell(&format!("git clone -q --depth 1 'file://{}' '{}'", self.folder.display(), cut.display()));
                self.folder = cut;
            }
        }
    }

    /// Gives every key result of the quarter the score that its figures have, and every objective what was learned.
    fn close(&self) {
        let report = self.okr(&["report", "--format", "json", "--cycle", "2026-Q3"], OVER).exits(0).json();
        for objective in report["cycles"][0]["objectives"].as_array().expect("a list") {
            let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
            self.set(&id(objective), "retro", Some("{ learned = \"Begin with the hardest part.\" }"));
            for key_result in objective["key_results"].as_array().expect("a list") {
                if key_result["counted"] == true {
                    let score = format!("{:.2}", key_result["progress"].as_f64().expect("a number"));
                    self.set(&id(key_result), "score", Some(&score));
                }
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.path().strip_prefix(from).expect("below"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).expect("a folder");
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Tells a finding from those that were there before anything was spoilt.
fn key(finding: &Value) -> (String, String) {
    (finding["rule"].to_string(), finding["fingerprint"].to_string())
}

fn told(findings: &[Value]) -> String {
    findings.iter().map(|one| format!("{} {}: {}\n", one["level"], one["rule"], one["message"])).collect()
}

#[test]
fn every_defect_is_found_by_its_rule_alone() {
    let place = Place::empty();
    std::fs::create_dir_all(place.root()).expect("a folder");
    let _ = place.okr(&["demo"]).exits(0);
    let running = Spoilt { place: &place, folder: place.root().join("git-okr-demo") };
    running.shell("git gc -q");
    let over = Spoilt { place: &place, folder: place.beside("closed") };
    copy(&running.folder, &over.folder);
    over.close();
    over.shell("git add -A && git -c user.name=Ines -c user.email=ines@hedgerow.example commit -q -m Close");
    let before: Vec<BTreeSet<(String, String)>> = [(&running, RUNNING), (&over, OVER)]
        .map(|(good, today)| {
            let findings = good.check(today);
            assert!(findings.iter().all(|one| one["level"] != "error"), "{today}\n{}", told(&findings));
            findings.iter().map(key).collect()
        })
        .into();
    let rows = rows();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut faults = Vec::new();
        while let Some(row) = rows.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            let at = rows.iter().position(|other| std::ptr::eq(other, row)).expect("one of them");
            let (good, known) = if row.today == OVER { (&over, &before[1]) } else { (&running, &before[0]) };
            let mut spoilt = Spoilt { place: &place, folder: place.beside(&format!("spoilt-{at}")) };
            copy(&good.folder, &spoilt.folder);
            row.steps.iter().for_each(|step| spoilt.play(step));
            let findings = spoilt.check(row.today);
            let found = findings.iter().any(|one| one["rule"] == row.rule && !known.contains(&key(one)));
            let alone = findings.iter().all(|one| one["level"] != "error" || one["rule"] == row.rule);
            if !found || !alone {
                faults.push(format!("{at} {}: found {found}, alone {alone}\n{}", row.rule, told(&findings)));
            }
        }
        faults
    };
    let faults: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_rule_has_a_defect() {
    let spoilt: BTreeSet<&str> = rows().iter().map(|row| row.rule).collect();
    let place = Place::empty();
    std::fs::create_dir_all(place.root()).expect("a folder");
    let listed = place.okr_in(&place.root(), &["rule", "--all"], &[("COLUMNS", "400")]).exits(0).out;
    let rules: BTreeSet<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert_eq!(rules, spoilt);
}
