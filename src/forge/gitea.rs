//! Owns the addresses and shapes of Gitea and Forgejo, which follow GitHub's but for a few.
//! Never opens a connection.

use super::{Comment, Job, Question, Surroundings, Target, actions_job, in_address, read_comment};
use serde_json::Value;

/// Gitea or Forgejo.
pub(super) struct Forge;

impl super::Forge for Forge {
    fn name(&self) -> &'static str {
        "gitea"
    }

    fn api(&self, home: &str) -> String {
        format!("{}/api/v1", home.trim_end_matches('/'))
    }

    /// The forge itself has no limit that it documents; what GitHub's readers bear is enough.
    fn budget(&self) -> usize {
        65_000
    }

    fn authorization(&self, token: &str) -> (&'static str, String) {
        ("authorization", format!("token {token}"))
    }

    fn token_variables(&self) -> &'static [&'static str] {
        &["GITEA_TOKEN", "FORGEJO_TOKEN", "GITHUB_TOKEN"]
    }

    fn comments(&self, target: &Target) -> String {
        format!("/repos/{}/issues/{}/comments", in_address(&target.repository), target.number)
    }

    fn comment(&self, target: &Target, id: &str) -> String {
        format!("/repos/{}/issues/comments/{id}", in_address(&target.repository))
    }

    fn read(&self, comment: &Value) -> Option<Comment> {
        read_comment(comment)
    }

    fn who(&self, api: &str) -> Vec<Question> {
        vec![Question { address: format!("{api}/user"), body: None, answer: "/login" }]
    }

    fn job_login(&self) -> Option<&'static str> {
        Some("gitea-actions")
    }

    fn permission(&self) -> &'static str {
        "use a token of a user who may write issues there; a pull request from a fork has a token that can only read"
    }

    fn job(&self, read: &dyn Surroundings) -> Option<Job> {
        let is_own = ["GITEA_ACTIONS", "FORGEJO_ACTIONS"].iter().any(|name| read.variable(name).is_some());
        is_own.then(|| actions_job(read))
    }

    fn link(&self, web: &str, commit: &str, path: &str, line: usize) -> String {
        format!("{web}/src/commit/{commit}/{}#L{line}", in_address(path))
    }
}
