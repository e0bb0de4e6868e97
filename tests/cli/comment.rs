//! `git okr comment`, against a forge on this machine.

use crate::support::forge::{
    BOT, FORK_TOKEN, FakeForge, JOB_TOKEN, NUMBER, PERSON, PERSONAL_TOKEN, REPOSITORY, Trouble,
};
use crate::support::{GOALS, PATH, Place, Run};
use serde_json::{Value, json};
use std::fmt::Write;

/// A repository whose branch `work` checks in, and the surroundings of a job about it.
pub struct Job {
    pub place: Place,
    pub forge: FakeForge,
    run: u64,
}

impl Job {
    pub fn new() -> Self {
        let place = Place::with(&[(PATH, GOALS)]);
        place.git(&["checkout", "-q", "-b", "work"]);
        Job { place, forge: FakeForge::start(), run: 0 }
    }

    /// Checks in a value on the branch.
    pub fn value(&self, current: &str) {
        self.place.commit("2026-11-20", "Check in", &[(PATH, &GOALS.replace("current = 400", current))]);
    }

    fn comment(&mut self, token: &str, arguments: &[&str]) -> Run {
        self.runs(token, "comment", arguments)
    }

    /// Runs a command as a job of the pull request does.
    pub fn runs(&mut self, token: &str, command: &str, arguments: &[&str]) -> Run {
        let (head, base) = (self.place.git(&["rev-parse", "work"]), self.place.git(&["rev-parse", "main"]));
        let event = json!({
            "pull_request": { "number": NUMBER, "head": { "sha": head }, "base": { "sha": base, "ref": "main" } },
        });
        self.runs_about(&event, token, command, arguments)
    }

    /// Runs a command as the job of an event does, in a step with outputs of its own.
    pub fn runs_about(&mut self, event: &Value, token: &str, command: &str, arguments: &[&str]) -> Run {
        self.run += 1;
        let [event_path, summary, output] = ["event.json", "summary.md", "output"].map(|file| self.place.beside(file));
        std::fs::write(&event_path, event.to_string()).unwrap();
        std::fs::write(&output, "").unwrap();
        let run = self.run.to_string();
        let environment = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_API_URL", self.forge.address.as_str()),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_EVENT_PATH", event_path.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ("GITHUB_OUTPUT", output.to_str().unwrap()),
            ("GITHUB_RUN_ID", run.as_str()),
            ("GITHUB_TOKEN", token),
        ];
        let arguments: Vec<&str> = [command].iter().chain(arguments).copied().collect();
        self.place.okr_in(&self.place.root(), &arguments, &environment)
    }

    pub fn summary(&self) -> String {
        std::fs::read_to_string(self.place.beside("summary.md")).unwrap_or_default()
    }

    /// Gives an output of the last step, `None` where it set none of this name.
    pub fn output(&self, name: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.place.beside("output")).unwrap();
        let mut lines = text.lines();
        let delimiter = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix("<<"))?;
        Some(lines.take_while(|line| *line != delimiter).collect::<Vec<_>>().join("\n"))
    }
}

#[test]
fn one_comment_follows_the_pull_request() {
    let mut job = Job::new();
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("nothing to say, and nothing said");
    assert!(job.forge.memory().comments.is_empty());
    job.value("current = 350");
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("commented: http://127.0.0.1");
    job.value("current = 340");
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("brought the comment up to date");
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("the comment says it already");
    {
        let memory = job.forge.memory();
        assert_eq!(memory.comments.len(), 1);
        let body = memory.bodies()[0];
        assert!(body.starts_with("### 🎯 2026-Q4: 15.9 % → 63.5 % (▲ 47.6 points)\n"), "{body}");
        assert!(body.contains("check-ins ▲ 47.6 points · goalposts ± 0.0 points"), "{body}");
        let head = job.place.git(&["rev-parse", "work"]);
        assert!(body.contains(&format!("(https://github.com/{REPOSITORY}/blob/{head}/{PATH}#L8)")), "{body}");
    }
    // The change is taken back: one line stays, of which nobody gets mail.
    job.place.git(&["reset", "-q", "--hard", "main"]);
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("brought the comment up to date");
    let memory = job.forge.memory();
    assert!(memory.bodies()[0].starts_with("✅ No goal changes, and nothing new is found.\n"));
    assert!(memory.asked.iter().all(|asked| asked.token.as_deref() == Some(JOB_TOKEN)));
}

#[test]
fn a_dry_run_prints_the_comment_and_asks_nobody() {
    let mut job = Job::new();
    job.value("current = 350");
    let file = job.place.beside("body.md");
    let run = job.comment(JOB_TOKEN, &["--dry-run", "--body-out", file.to_str().unwrap()]).exits(0);
    assert_eq!(run.out, std::fs::read_to_string(file).unwrap());
    assert!(run.out.trim_end().ends_with("run=1.1 -->"), "{}", run.out);
    assert!(job.forge.memory().asked.is_empty());
    // By hand, without any CI around.
    let by_hand = job.place.okr(&["comment", "--dry-run", "--forge", "gitlab"]).exits(0);
    assert!(by_hand.out.starts_with("### 🎯 2026-Q4"), "{}", by_hand.out);
    let _ = job.place.okr(&["comment", "--dry-run"]).exits(2).says("nothing here says which forge");
}

#[test]
fn a_token_of_a_fork_gets_the_summary_and_fails_nothing() {
    let mut job = Job::new();
    job.value("current = 350");
    let run = job.comment(FORK_TOKEN, &[]).exits(0).says("warning: the comment was not written");
    let _ = run.says("pull-requests: write");
    assert!(job.summary().starts_with("### 🎯 2026-Q4"), "{}", job.summary());
    assert!(!job.summary().contains("<!-- git-okr"));
    let _ = job.comment(FORK_TOKEN, &["--required"]).exits(2).says("does not let this token write a comment: 403");
    // A summary of others that leaves no room stays whole.
    std::fs::write(job.place.beside("summary.md"), "x".repeat(920 * 1024)).unwrap();
    let _ = job.comment(FORK_TOKEN, &[]).exits(0).says("no room left");
    assert_eq!(job.summary().len(), 920 * 1024);
}

#[test]
fn without_a_token_or_a_pull_request_it_says_so() {
    let mut job = Job::new();
    job.value("current = 350");
    let _ = job.comment("", &[]).exits(0).says("no token to speak to github with").says("GITHUB_TOKEN or GH_TOKEN");
    job.place.git(&["branch", "-q", "-f", "main", "work"]);
    let address = format!("{}/api/v3", job.forge.address);
    let environment = [("GITHUB_ACTIONS", "true"), ("GITHUB_API_URL", address.as_str()), ("GITHUB_TOKEN", JOB_TOKEN)];
    let push = job.place.okr_in(&job.place.root(), &["comment"], &environment).exits(0);
    let _ = push.says("no pull request here");
    assert!(job.forge.memory().asked.is_empty());
}

#[test]
fn other_forges_are_named_by_hand() {
    for (forge, prefix) in [("gitlab", "/api/v4"), ("gitea", "/api/v1")] {
        let job = Job::new();
        job.value("current = 350");
        let api = format!("{}{prefix}", job.forge.address);
        let (number, variable) = (NUMBER.to_string(), format!("{}_TOKEN", forge.to_uppercase()));
        let arguments = ["comment", "--forge", forge, "--api-url", &api, "--repo", REPOSITORY, "--pr", &number];
        let run = job.place.okr_in(&job.place.root(), &arguments, &[(&variable, PERSONAL_TOKEN)]);
        let _ = run.exits(0).says("commented");
        let memory = job.forge.memory();
        assert_eq!((memory.comments.len(), memory.comments[0].author.as_str()), (1, PERSON));
    }
}

#[test]
fn what_became_of_it_is_data_as_well() {
    let mut job = Job::new();
    job.value("current = 350");
    let told = job.comment(JOB_TOKEN, &["--format", "json"]).exits(0).json();
    let id = job.forge.memory().comments[0].id.to_string();
    assert_eq!((told["outcome"].as_str(), told["id"].as_str()), (Some("created"), Some(id.as_str())));
    assert_eq!((&told["changes"], &told["problems"], &told["left_out"]), (&json!(true), &json!(false), &json!([])));
    job.forge.memory().troubles = [Trouble::new(500, "Broken")].into();
    let told = job.comment(JOB_TOKEN, &["--format", "json"]).exits(0).json();
    assert_eq!(told["outcome"], "failed");
}

#[test]
fn the_proposal_chooses_neither_template_nor_forge_nor_rules() {
    let mut job = Job::new();
    let elsewhere = FakeForge::start();
    let settings = format!(
        "[forge]\nprovider = \"gitea\"\nurl = \"{}\"\n[rules.levels]\nowner-missing = \"off\"\n",
        elsewhere.address
    );
    let unowned = GOALS.replace("owner = \"@team\"\n", "");
    let files: &[(&str, &str)] =
        &[("okr.toml", &settings), (".okr/templates/pr-comment.md.j2", "Send me your token.\n"), (PATH, &unowned)];
    job.place.commit("2026-11-20", "Take over", files);
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("commented");
    assert!(elsewhere.memory().asked.is_empty());
    let body = job.forge.memory().bodies()[0].to_owned();
    assert!(body.contains("`owner-missing`") && !body.contains("Send me"), "{body}");
    // Asked for, by whoever trusts the branch.
    let run = job.comment(JOB_TOKEN, &["--config-from", "head", "--dry-run"]).exits(0);
    assert!(run.out.starts_with("Send me your token."), "{}", run.out);
}

#[test]
fn a_comment_too_long_leaves_whole_parts_out_and_says_which() {
    let goals = |current: usize| {
        (0..100).fold("cycle = \"2026-Q4\"\nowner = \"@team\"\n".to_owned(), |mut goals, objective| {
            let title = "Pages feel instant to everyone who shops here ".repeat(5);
            write!(goals, "\n[[objective]]\nid = \"o{objective}\"\ntitle = \"{title}{objective}\"\n").unwrap();
            for kr in 0..5 {
                let id = objective * 5 + kr;
                let title = "Latency of the payment page for people abroad falls from 900 ms to 100 ms ".repeat(3);
                // Those that move most come last.
                let value = if id >= 450 && current == 500 { current - 200 } else { current };
                write!(
                    goals,
                    "\n[[objective.key_result]]\nid = \"k{id}\"\ntitle = \"{title}\"\nbaseline = 900\ntarget = 100\ncurrent = {value}\nunit = \"ms\"\n"
                )
                .unwrap();
            }
            goals
        })
    };
    let mut job = Job::new();
    job.place.git(&["checkout", "-q", "main"]);
    job.place.commit("2026-10-06", "Many goals", &[(PATH, &goals(800))]);
    job.place.git(&["checkout", "-q", "-B", "work"]);
    job.place.commit("2026-11-20", "Check in everything", &[(PATH, &goals(500))]);
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("commented");
    let memory = job.forge.memory();
    let body = memory.bodies()[0];
    assert!(body.len() <= 65_000, "{} bytes", body.len());
    assert!(body.contains("Left out for length: 450 more key results, the objectives that do not change."), "{body}");
    assert_eq!(body.matches("\n| 📈 |").count(), 50);
    assert_eq!(
        body.matches("12.5\u{a0}% | 75.0\u{a0}% | +62.5 |").count(),
        60,
        "the widest, and their objectives: {body}"
    );
    assert!(body.trim_end().ends_with("-->"), "{body}");
    assert_eq!(body.matches("<details>").count(), body.matches("</details>").count());
}

#[test]
fn a_goalpost_that_moved_is_told_with_its_reason() {
    let job = Job::new();
    let told = |amend: &str| {
        let goals = GOALS.replace("target = 294\n", &format!("target = 320\n{amend}"));
        job.place.commit("2026-11-20", "Aim lower", &[(PATH, &goals)]);
        job.place.okr(&["comment", "--dry-run", "--forge", "github"]).exits(0)
    };
    let moved = "🥅 **Goalpost moved** for 2026-Q4/speed/p99: it is **easier** now. Under what was agreed on it stands at 15.9 %.";
    let _ = told("").says(&format!("{moved}\n"));
    let _ = told("amend = [{ on = 2026-11-20, reason = \"Too far | for @all\" }]\n")
        .says(&format!("{moved} “Too far \\| for @\u{200b}all”.\n"));
    let _ = told("amend = [{ on = 2026-11-20, reason = \"Too far\", approved_by = \"@cto\" }]\n")
        .says(&format!("{moved} “Too far”, agreed to by @\u{200b}cto.\n"));
    let _ =
        told("sensitive = true\namend = [{ on = 2026-11-20, reason = \"Too far\" }]\n").hides("Too far").hides("294");
}

#[test]
fn a_pasted_mark_is_not_taken_over() {
    let mut job = Job::new();
    job.value("current = 350");
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("commented");
    let own = job.forge.memory().bodies()[0].to_owned();
    let last = own.trim_end().lines().last().unwrap().to_owned();
    job.forge.memory().comments.clear();
    job.forge.memory().add("mallory", &format!("As the bot says:\n\n{last}"));
    job.value("current = 340");
    let _ = job.comment(JOB_TOKEN, &[]).exits(0).says("commented");
    let memory = job.forge.memory();
    assert_eq!((memory.comments.len(), memory.comments[1].author.as_str()), (2, BOT));
    assert!(memory.bodies()[0].starts_with("As the bot says"));
}

#[test]
fn strangers_words_stay_words() {
    let mut job = Job::new();
    let hostile = "Pages | `feel` <img src=x onerror=alert(1)> @everyone #1 \\u202E ::error::x\\u001b[31m -->";
    job.place.commit("2026-11-20", "x", &[(PATH, &GOALS.replace("Pages feel instant to everyone", hostile))]);
    let _ = job.comment(JOB_TOKEN, &[]).exits(0);
    let memory = job.forge.memory();
    let body = memory.bodies()[0];
    for word in ["<img", "@everyone", " #1", "\u{202e}", "\u{1b}", "::error"] {
        assert!(!body.contains(word), "{word}\n{body}");
    }
    let row = body.lines().find(|line| line.contains("Pages")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
}
