//! Owns what `comment` and `ci` share: which change a job is about, what is said of it, and bringing that to the forge.
//! Never decides how a run ends.

use super::compared::{Compared, Ruling};
use super::{Failure, Session, Usage, base};
use crate::config::Config;
use crate::forge::{self, Behavior, Client, Forge, Id, Job, Marker, Post, Surroundings, Target, When};
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::report::{self, Around, Templates};
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;

/// What the mark takes of a forge's budget.
const MARK: usize = 200;
/// Most bytes of what is said where no forge sets a limit.
const BUDGET: usize = 65_000;

/// Whose rules, templates and forge are in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigFrom {
    /// Those of the state before: who proposes a change does not choose how it is judged
    Base,
    /// Those of the state after
    Head,
}

/// Which change it is, and on which pull request of which forge it is spoken of.
#[derive(Debug, clap::Args)]
pub struct Posting {
    /// The branch or revision that the change is made for [default: as CI says, else the default branch]
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
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
    /// Whose rules, templates and forge are in force
    #[arg(long, value_enum, default_value = "base")]
    config_from: ConfigFrom,
}

fn forge_named(name: &str) -> Result<&'static str, String> {
    let names = || forge::FORGES.iter().map(|forge| forge.name()).collect::<Vec<_>>().join(", ");
    forge::find(name).map(Forge::name).ok_or_else(|| format!("the forges are {}", names()))
}

/// A change that somebody proposes.
pub struct Proposal {
    /// What the base is called.
    pub base_name: String,
    /// Where the work left it.
    pub before: ObjectId,
    /// What is proposed.
    pub head: ObjectId,
}

/// What there is to say, ready to be sent.
pub struct Said {
    /// The words.
    pub comment: report::Comment,
    forge: Option<&'static dyn Forge>,
    marker: Marker,
    job: Job,
    home: String,
}

impl Said {
    /// Tells whether there is anything to say.
    pub fn says(&self) -> bool {
        self.comment.changes || self.comment.problems
    }

    /// Gives the comment with its mark, as it is sent.
    pub fn body(&self) -> String {
        self.marker.under(if self.says() { &self.comment.text } else { &self.comment.clean })
    }
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
    /// Whether the token may not write.
    #[serde(skip)]
    pub refused: bool,
}

impl Posting {
    /// Says whose configuration rules.
    pub fn ruling(&self) -> Ruling {
        if self.config_from == ConfigFrom::Base { Ruling::Before } else { Ruling::After }
    }

    /// Finds the revision that is proposed.
    pub fn head(&self, repository: &Repository, job: Option<&Job>) -> Result<ObjectId, Failure> {
        Ok(match (&self.head, job.and_then(|job| job.head.as_deref())) {
            (Some(named), _) => repository.resolve(named)?,
            (None, Some(commit)) => told(repository, commit)?,
            (None, None) => repository.head()?.ok_or(GitError::Unborn)?,
        })
    }

    /// Finds the two states that are compared.
    pub fn proposal(
        &self,
        repository: &Repository,
        job: Option<&Job>,
        session: &mut Session<'_>,
    ) -> Result<Proposal, Failure> {
        let head = self.head(repository, job)?;
        let (base_name, tip) = match (&self.base, job.and_then(|job| job.base.as_deref())) {
            (None, Some(commit)) => {
                let branch = job.and_then(|job| job.base_branch.clone());
                (branch.unwrap_or_else(|| "its base".into()), told(repository, commit)?)
            }
            (named, _) => base::tip(named.as_deref(), repository, session)?,
        };
        let before = repository.merge_base(tip, head)?;
        session.detail(&format!("compare {} with {}, where it left {base_name}", head.short(), before.short()))?;
        Ok(Proposal { base_name, before, head })
    }

    /// Writes what there is to say of a change.
    pub fn say(
        &self,
        compared: &Compared,
        proposal: &Proposal,
        job: Option<(&'static dyn Forge, &Job)>,
    ) -> Result<Said, Failure> {
        let ruling = compared.ruling();
        let config = &ruling.tree.config;
        let forge = self.forge_of(config, job.map(|(forge, _)| forge));
        // What CI says of another forge is not about this one.
        let job = job.filter(|(own, _)| forge.is_some_and(|forge| forge.name() == own.name()));
        let job = job.map(|(_, job)| job.clone()).unwrap_or_default();
        let head = proposal.head.to_string();
        let web = job.web.as_deref().filter(|web| is_address(web)).zip(forge);
        let around = Around {
            head: &head,
            base_name: &proposal.base_name,
            page: job.page.as_deref().filter(|page| is_address(page)),
            link: &|path, line| web.map(|(web, forge)| forge.link(web, &head, path, line)),
        };
        let templates = Templates::new(ruling.templates()?);
        let budget = forge.map_or(BUDGET, Forge::budget) - MARK;
        let comment = report::comment(&templates, &compared.diff, &compared.cycles()?, &around, budget)?;
        let marker = Marker::new(self.id.clone(), &head, job.run);
        Ok(Said { comment, forge, marker, job, home: config.forge_url.clone() })
    }

    /// Brings what is said to the forge. Where that cannot be done it is a warning, or an error where it is `required`.
    pub fn send(
        &self,
        said: &Said,
        (when, behavior): (When, Behavior),
        required: bool,
        session: &mut Session<'_>,
    ) -> Result<Told, Failure> {
        let mut told = said.told("no-pull-request");
        let target = self.repo.clone().or_else(|| said.job.repository.clone()).zip(self.pr.or(said.job.number));
        let Some((repository, number)) = target else {
            session.remark("there is no pull request here to comment on; name one with --repo and --pr")?;
            return Ok(told);
        };
        let forge = said.forge.ok_or_else(unknown_forge)?;
        let api = self.api(forge, said)?;
        let token = forge.token_variables().iter().find_map(|name| Surroundings::variable(&*session, name));
        let post = Post {
            marker: &said.marker,
            text: &said.comment.text,
            clean: &said.comment.clean,
            changes: said.comment.changes,
            problems: said.comment.problems,
            when,
            behavior,
            author: self.author.as_deref(),
        };
        let target = Target { repository, number };
        let posted = Client::new(forge, &api, token, target, Box::new(std::thread::sleep))
            .and_then(|mut client| forge::post(&mut client, &post));
        match posted {
            Ok(outcome) => told.take(outcome),
            Err(error) if required => return Err(error.into()),
            Err(error) => {
                (told.outcome, told.refused) = ("failed", error.is_refusal());
                let help = miette::Diagnostic::help(&error).map(|help| format!("; {help}")).unwrap_or_default();
                session.warn(&format!("the comment was not written: {error}{help}"))?;
            }
        }
        Ok(told)
    }

    /// Says which forge it is, where anything does.
    fn forge_of(&self, config: &Config, job: Option<&'static dyn Forge>) -> Option<&'static dyn Forge> {
        let named = self.forge.and_then(forge::find);
        named.or_else(|| forge::find(&config.forge_provider)).or(job)
    }

    /// Says where the forge is spoken to.
    fn api(&self, forge: &dyn Forge, said: &Said) -> Result<String, Failure> {
        let configured = Some(said.home.as_str()).filter(|url| !url.is_empty()).map(|url| forge.api(url));
        let known = self.api_url.clone().or(configured).or_else(|| said.job.api.clone());
        known.or_else(|| forge.home().map(|home| forge.api(home))).ok_or_else(|| {
            let help = "write its address as `url` under [forge] in okr.toml, or give --api-url";
            Usage::new(format!("nothing here says where {} is", forge.name()), help).into()
        })
    }
}

impl Said {
    /// Refuses to go on where nobody says which forge it is.
    pub fn known_forge(&self) -> Result<(), Failure> {
        self.forge.map(drop).ok_or_else(unknown_forge)
    }

    /// Says what became of it before anything was sent.
    pub fn told(&self, outcome: &'static str) -> Told {
        let report::Comment { changes, problems, left_out, .. } = self.comment.clone();
        Told { format: 1, outcome, id: None, url: None, changes, problems, left_out, refused: false }
    }
}

fn unknown_forge() -> Failure {
    let help = "name it: --forge github, gitlab or gitea, or `provider` under [forge] in okr.toml";
    Usage::new("nothing here says which forge the pull request is on", help).into()
}

fn told(repository: &Repository, commit: &str) -> Result<ObjectId, Failure> {
    repository.resolve(commit).map_err(|_| {
        let help = "fetch every branch: in GitHub Actions `fetch-depth: 0`, in GitLab `GIT_DEPTH: \"0\"`";
        Usage::new(format!("CI speaks of the commit {commit}, which is not in this clone"), help).into()
    })
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
    pub fn line(&self) -> String {
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

impl Surroundings for Session<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        Session::variable(self, name).map(|value| value.to_string_lossy().into_owned())
    }

    fn event(&self, variable: &str) -> Option<Value> {
        let text = std::fs::read_to_string(Session::variable(self, variable)?).ok()?;
        serde_json::from_str(&text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_cannot_leave_its_link() {
        assert!(is_address("https://git.acme.example/a/b/-/runs/7?x=1#L2"));
        for text in
            ["javascript:alert(1)", "https://a b", "https://a/) [b](c", "https://a/|b", "https://a/<b>", "ftp://a", ""]
        {
            assert!(!is_address(text), "{text}");
        }
    }
}
