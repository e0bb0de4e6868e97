//! Owns the forges: where a pull request lives, what it takes to write there, and the one comment that stays true.
//! Never decides what the comment says, and never sends a token to any host but the forge's own.

mod client;
mod error;
mod gitea;
mod github;
mod gitlab;
mod marker;
mod sticky;
#[cfg(test)]
mod tests;
mod wire;

pub use client::Client;
pub use error::Error;
pub use marker::{Id, Marker, Run};
pub use sticky::{Behavior, Outcome, Post, When, post};

use crate::text::in_address;
use serde_json::Value;

/// A comment as the forge has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// What the forge calls it in addresses.
    pub id: String,
    /// What the forge calls it in GraphQL, where it has that.
    pub node: Option<String>,
    /// Login of who wrote it.
    pub author: String,
    /// Markdown.
    pub body: String,
    /// Whether it is folded away for readers.
    pub hidden: bool,
    /// Where people read it.
    pub url: Option<String>,
}

/// How a forge is spoken to: addresses and shapes, no connection.
pub trait Forge: Sync {
    /// The word for it in `okr.toml`.
    fn name(&self) -> &'static str;

    /// Where it is at home, where it has one home.
    fn home(&self) -> Option<&'static str> {
        None
    }

    /// Address of the API of the forge at an address.
    fn api(&self, home: &str) -> String;

    /// Most bytes that a comment may have, with room to spare below the forge's own limit.
    fn budget(&self) -> usize;

    /// The header that carries the token.
    fn authorization(&self, token: &str) -> (&'static str, String);

    /// Variables that may hold a token, the first that does counts.
    fn token_variables(&self) -> &'static [&'static str];

    /// Path of the list of comments, below the API's address; new ones are posted there too.
    fn comments(&self, target: &Target) -> String;

    /// Path of one comment.
    fn comment(&self, target: &Target, id: &str) -> String;

    /// Method that changes a comment.
    fn update(&self) -> Method {
        Method::Patch
    }

    /// Reads a comment; `None` for an entry that people did not write, or that does not read.
    fn read(&self, comment: &Value) -> Option<Comment>;

    /// Ways to ask under which login the token writes, the plainest first.
    fn who(&self, api: &str) -> Vec<Question>;

    /// Login that a job's own token writes under, where the forge does not say who that is.
    fn job_login(&self) -> Option<&'static str>;

    /// Asks to hide a comment as outdated; `None` where the forge cannot.
    fn hide(&self, _api: &str, _comment: &Comment) -> Option<Question> {
        None
    }

    /// What a token must be allowed to do, in the forge's words.
    fn permission(&self) -> &'static str;

    /// Reads the surroundings of a job of this forge; `None` where the job is not one.
    fn job(&self, read: &dyn Surroundings) -> Option<Job>;

    /// Address of a line of a file at a commit.
    fn link(&self, web: &str, commit: &str, path: &str, line: usize) -> String;
}

/// Something to ask a forge, and where in its answer to look.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Whole address.
    pub address: String,
    /// What to send; `None` where nothing is.
    pub body: Option<Value>,
    /// JSON pointer.
    pub answer: &'static str,
}

/// What a job can be asked about itself.
pub trait Surroundings {
    /// Gives a variable of the environment that is set and not empty.
    fn variable(&self, name: &str) -> Option<String>;

    /// Gives the event that started the job, where a variable names its file.
    fn event(&self, variable: &str) -> Option<Value>;
}

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes.
    Post,
    /// Changes.
    Patch,
    /// Puts in place.
    Put,
    /// Removes.
    Delete,
}

/// The pull request that is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `owner/name`; on GitLab the number or path of the project.
    pub repository: String,
    /// Number of the pull or merge request.
    pub number: u64,
}

/// What a job of continuous integration is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// Address of the API.
    pub api: Option<String>,
    /// `owner/name`, or GitLab's number of the project.
    pub repository: Option<String>,
    /// Address of the repository where people read it.
    pub web: Option<String>,
    /// Number of the pull or merge request; `None` for a push, a merge queue, a schedule.
    pub number: Option<u64>,
    /// The commit that the pull request asks to merge.
    pub head: Option<String>,
    /// The commit that it would be merged into.
    pub base: Option<String>,
    /// The branch that it would be merged into.
    pub base_branch: Option<String>,
    /// Which run of the job this is.
    pub run: Option<Run>,
    /// Where people read what the job printed.
    pub page: Option<String>,
}

/// Declares the forges: one file and one line each.
macro_rules! forges {
    ($($forge:ident),* $(,)?) => {
        /// Every forge. One that looks like another to its jobs stands before that one.
        pub const FORGES: &[&dyn Forge] = &[$(&$forge::Forge),*];
    };
}

forges![gitea, github, gitlab];

/// Finds a forge by its word.
pub fn find(name: &str) -> Option<&'static dyn Forge> {
    FORGES.iter().copied().find(|forge| forge.name() == name)
}

/// Finds the forge whose job this process is, and what the job is about.
pub fn job(surroundings: &dyn Surroundings) -> Option<(&'static dyn Forge, Job)> {
    FORGES.iter().find_map(|&forge| Some((forge, forge.job(surroundings)?)))
}

/// Gives the text at a pointer of a JSON value.
fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Reads a comment of GitHub's shape, which Gitea shares.
fn read_comment(comment: &Value) -> Option<Comment> {
    Some(Comment {
        id: comment.get("id")?.as_u64()?.to_string(),
        node: text(comment, "/node_id"),
        author: text(comment, "/user/login")?,
        body: comment.get("body")?.as_str()?.to_owned(),
        hidden: comment.get("minimized").is_some_and(|hidden| !matches!(hidden, Value::Null | Value::Bool(false))),
        url: text(comment, "/html_url"),
    })
}

/// Reads a job of GitHub's shape, which Gitea and Forgejo share.
fn actions_job(read: &dyn Surroundings) -> Job {
    let event = read.event("GITHUB_EVENT_PATH").unwrap_or_default();
    let repository = read.variable("GITHUB_REPOSITORY");
    let server = read.variable("GITHUB_SERVER_URL");
    let web = server.zip(repository.as_ref()).map(|(server, name)| format!("{}/{name}", server.trim_end_matches('/')));
    let run = read.variable("GITHUB_RUN_ID");
    Job {
        api: read.variable("GITHUB_API_URL"),
        number: event.pointer("/pull_request/number").and_then(Value::as_u64),
        head: text(&event, "/pull_request/head/sha").or_else(|| text(&event, "/merge_group/head_sha")),
        base: text(&event, "/pull_request/base/sha").or_else(|| text(&event, "/merge_group/base_sha")),
        base_branch: read.variable("GITHUB_BASE_REF").or_else(|| text(&event, "/pull_request/base/ref")),
        run: run.as_deref().and_then(|id| Run::new(id, read.variable("GITHUB_RUN_ATTEMPT").as_deref())),
        page: web.as_ref().zip(run.as_ref()).map(|(web, id)| format!("{web}/actions/runs/{id}")),
        repository,
        web,
    }
}
