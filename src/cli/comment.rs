//! `git okr comment`: what a pull request does to the goals, said on it once.

use super::arguments::Global;
use super::compared::{Compared, Ruling};
use super::view::View;
use super::{Failure, Outcome, Session, Usage, base, summary};
use crate::config::Config;
use crate::forge::{self, Behavior, Client, Forge, Id, Job, Marker, Post, Surroundings, Target, When};
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::report::{self, Around, Templates};
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What the mark takes of a forge's budget.
const MARK: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// What became of the comment, as data
    Json,
}

/// Whose rules, templates and forge are in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigFrom {
    /// Those of the state before: who proposes a change does not choose how it is judged
    Base,
    /// Those of the state after
    Head,
}

/// Say what a pull request does to the goals, once, on the pull request
///
/// One comment that stays true: it is found again by a mark and by its author, edited on every push, and silent where
/// nothing changes. The pull request, the forge and the token come from CI's environment. A comment that cannot be
/// written is a warning, unless --required is given; a token that may only read gets the job's summary instead.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git okr comment --dry-run            what would be said, and to whom\n  git okr comment                      in a job of GitHub, GitLab, Gitea or Forgejo\n  git okr comment --forge github --repo acme/shop --pr 7\n  git okr comment --when problems --behavior delete-and-new"
)]
pub struct Comment {
    /// The branch or revision that the change is made for [default: as CI says, else the default branch]
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The revision that is proposed [default: as CI says, else HEAD]
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// The forge: github, gitlab or gitea [default: as okr.toml or CI says]
    #[arg(long, value_name = "NAME", value_parser = forge_named)]
    forge: Option<&'static str>,
    /// The repository there: owner/name, or GitLab's number [default: as CI says]
    #[arg(long, value_name = "NAME")]
    repo: Option<String>,
    /// The number of the pull request [default: as CI says]
    #[arg(long, value_name = "NUMBER")]
    pr: Option<u64>,
    /// The address of the forge's API [default: of `url` in okr.toml, else as CI says]
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    /// Which comment, where there are several of ours
    #[arg(long, value_name = "ID", default_value_t = Id::default())]
    id: Id,
    /// The login that the token writes under, where the forge does not tell
    #[arg(long, value_name = "LOGIN")]
    author: Option<String>,
    /// When a new comment is worth it; one that is there is kept true
    #[arg(long, value_enum, default_value_t)]
    when: When,
    /// What becomes of the comment that is there
    #[arg(long, value_enum, default_value_t)]
    behavior: Behavior,
    /// Whose rules, templates and forge are in force
    #[arg(long, value_enum, default_value = "base")]
    config_from: ConfigFrom,
    /// Print the comment and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the comment to this file as well
    #[arg(long, value_name = "FILE")]
    body_out: Option<PathBuf>,
    /// Exit with 2 where the comment cannot be written
    #[arg(long)]
    required: bool,
    /// How to say what became of it
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

fn forge_named(name: &str) -> Result<&'static str, String> {
    let names = || forge::FORGES.iter().map(|forge| forge.name()).collect::<Vec<_>>().join(", ");
    forge::find(name).map(Forge::name).ok_or_else(|| format!("the forges are {}", names()))
}

/// What became of the comment.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// Always 1.
    format: u32,
    /// `created`, `updated`, `unchanged`, `silent`, `superseded`, `deleted`, `dry-run`, `no-pull-request` or `failed`.
    pub outcome: &'static str,
    /// The comment's id there.
    pub id: Option<String>,
    /// Where it is read.
    pub url: Option<String>,
    /// Whether a goal, or a setting that judges goals, differs.
    changes: bool,
    /// Whether a finding is new.
    problems: bool,
    /// What did not fit.
    left_out: Vec<String>,
}

impl Comment {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let repository = super::view::open(global)?;
        let job = forge::job(&*session);
        let job = job.as_ref().map(|(forge, job)| (*forge, job));
        let (base_name, before, head) = self.states(&repository, job.map(|(_, job)| job), session)?;
        let after = View::side(Some(head), global, session)?;
        let ruling = if self.config_from == ConfigFrom::Base { Ruling::Before } else { Ruling::After };
        let compared = Compared::new(before, after, ruling, global, session)?;
        let told = self.tell(&compared, &base_name, head, job, global, session)?;
        match self.format {
            Format::Json => session.print(&report::json(&told))?,
            Format::Human if self.dry_run => {}
            Format::Human => session.print(&told.line())?,
        }
        Ok(Outcome::Fine)
    }

    /// Says what the base is called, where the work left it, and what is proposed.
    fn states(
        &self,
        repository: &Repository,
        job: Option<&Job>,
        session: &mut Session<'_>,
    ) -> Result<(String, ObjectId, ObjectId), Failure> {
        let told = |commit: &str| {
            repository.resolve(commit).map_err(|_| {
                let help = "fetch every branch: in GitHub Actions `fetch-depth: 0`, in GitLab `GIT_DEPTH: \"0\"`";
                Usage::new(format!("CI speaks of the commit {commit}, which is not in this clone"), help)
            })
        };
        let head = match (&self.head, job.and_then(|job| job.head.as_deref())) {
            (Some(named), _) => repository.resolve(named)?,
            (None, Some(commit)) => told(commit)?,
            (None, None) => repository.head()?.ok_or(GitError::Unborn)?,
        };
        let (name, tip) = match (&self.base, job.and_then(|job| job.base.as_deref())) {
            (None, Some(commit)) => {
                let branch = job.and_then(|job| job.base_branch.clone());
                (branch.unwrap_or_else(|| "its base".into()), told(commit)?)
            }
            (named, _) => base::tip(named.as_deref(), repository, session)?,
        };
        let before = repository.merge_base(tip, head)?;
        session.detail(&format!("compare {} with {}, where it left {name}", head.short(), before.short()))?;
        Ok((name, before, head))
    }

    /// Writes the comment and brings it to the forge.
    pub fn tell(
        &self,
        compared: &Compared,
        base_name: &str,
        head: ObjectId,
        job: Option<(&'static dyn Forge, &Job)>,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<Told, Failure> {
        let ruling = if self.config_from == ConfigFrom::Base { &compared.before } else { &compared.after };
        let config = &ruling.tree.config;
        let forge = self.forge_of(config, job.map(|(forge, _)| forge))?;
        // What CI says of another forge is not about this one.
        let job = job.filter(|(own, _)| own.name() == forge.name()).map(|(_, job)| job.clone()).unwrap_or_default();
        let head = head.to_string();
        let web = job.web.as_deref().filter(|web| is_address(web));
        let around = Around {
            head: &head,
            base_name,
            page: job.page.as_deref().filter(|page| is_address(page)),
            link: &|path, line| web.map(|web| forge.link(web, &head, path, line)),
        };
        let templates = Templates::new(ruling.templates()?);
        let budget = forge.budget() - MARK;
        let comment = report::comment(&templates, &compared.diff, &compared.cycles()?, &around, budget)?;
        let marker = Marker::new(self.id.clone(), &head, job.run);
        let says = comment.changes || comment.problems;
        let body = marker.under(if says { &comment.text } else { &comment.clean });
        if let Some(file) = &self.body_out {
            let file = session.place(global, file);
            std::fs::write(&file, &body).map_err(|error| cannot_write(&file, &error))?;
        }
        let mut told = Told {
            format: 1,
            outcome: "dry-run",
            id: None,
            url: None,
            changes: comment.changes,
            problems: comment.problems,
            left_out: comment.left_out.clone(),
        };
        if self.dry_run {
            if self.format == Format::Human {
                session.print(&body)?;
            }
            return Ok(told);
        }
        let (Some(repository), Some(number)) = (self.repo.clone().or(job.repository), self.pr.or(job.number)) else {
            session.remark("there is no pull request here to comment on; name one with --repo and --pr")?;
            told.outcome = "no-pull-request";
            return Ok(told);
        };
        let api = self.api(forge, config, job.api)?;
        let token = forge.token_variables().iter().find_map(|name| Surroundings::variable(&*session, name));
        let post = Post {
            marker: &marker,
            text: &comment.text,
            clean: &comment.clean,
            changes: comment.changes,
            problems: comment.problems,
            when: self.when,
            behavior: self.behavior,
            author: self.author.as_deref(),
        };
        let target = Target { repository, number };
        let posted = Client::new(forge, &api, token, target, Box::new(std::thread::sleep))
            .and_then(|mut client| forge::post(&mut client, &post));
        match posted {
            Ok(outcome) => told.take(outcome),
            Err(error) if self.required => return Err(error.into()),
            Err(error) => {
                told.outcome = "failed";
                let help = miette::Diagnostic::help(&error).map(|help| format!("; {help}")).unwrap_or_default();
                session.warn(&format!("the comment was not written: {error}{help}"))?;
                if error.is_refusal() && says {
                    summary::append(session, &comment.text)?;
                }
            }
        }
        Ok(told)
    }

    /// Says which forge it is.
    fn forge_of(&self, config: &Config, job: Option<&'static dyn Forge>) -> Result<&'static dyn Forge, Failure> {
        let named = self.forge.and_then(forge::find);
        let configured = forge::find(&config.forge_provider);
        named.or(configured).or(job).ok_or_else(|| {
            let help = "name it: --forge github, gitlab or gitea, or `provider` under [forge] in okr.toml";
            Usage::new("nothing here says which forge the pull request is on", help).into()
        })
    }

    /// Says where the forge is spoken to.
    fn api(&self, forge: &dyn Forge, config: &Config, job: Option<String>) -> Result<String, Failure> {
        let configured = Some(config.forge_url.as_str()).filter(|url| !url.is_empty()).map(|url| forge.api(url));
        let known = self.api_url.clone().or(configured).or(job);
        known.or_else(|| forge.home().map(|home| forge.api(home))).ok_or_else(|| {
            let help = "write its address as `url` under [forge] in okr.toml, or give --api-url";
            Usage::new(format!("nothing here says where {} is", forge.name()), help).into()
        })
    }
}

impl Told {
    fn take(&mut self, outcome: forge::Outcome) {
        use forge::Outcome as O;
        let (word, comment) = match outcome {
            O::Silent => ("silent", None),
            O::Created(comment) => ("created", Some(comment)),
            O::Updated(comment) => ("updated", Some(comment)),
            O::Unchanged(comment) => ("unchanged", Some(comment)),
            O::Superseded(comment) => ("superseded", Some(comment)),
            O::Deleted(_) => ("deleted", None),
        };
        self.outcome = word;
        (self.id, self.url) = comment.map(|comment| (Some(comment.id), comment.url)).unwrap_or_default();
    }

    /// Says it to a person.
    fn line(&self) -> String {
        let what = match self.outcome {
            "silent" => "nothing to say, and nothing said",
            "created" => "commented",
            "updated" => "brought the comment up to date",
            "unchanged" => "the comment says it already",
            "superseded" => "a later run has commented already",
            "deleted" => "took the comments away",
            "no-pull-request" => "no pull request to comment on",
            _ => "not commented",
        };
        match &self.url {
            Some(url) => format!("{what}: {}\n", crate::text::printable(url)),
            None => format!("{what}\n"),
        }
    }
}

/// Tells whether a text is an address that can stand in Markdown as it is.
fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c);
    (text.starts_with("https://") || text.starts_with("http://")) && text.chars().all(plain)
}

fn cannot_write(file: &Path, error: &std::io::Error) -> Failure {
    Usage::new(format!("could not write {}: {error}", file.display()), "check the folder and that you may").into()
}

impl Surroundings for Session<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        Session::variable(self, name).map(|value| value.to_string_lossy().into_owned())
    }

    fn event(&self, variable: &str) -> Option<Value> {
        let text = std::fs::read_to_string(Session::variable(self, variable)?).ok()?;
        serde_json::from_str(&text).ok()
    }
}
