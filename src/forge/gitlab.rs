//! Owns GitLab's addresses and shapes. Comments are plain notes: a thread would stand open and block the merge.
//! Never opens a connection.

use super::{Comment, Job, Method, Question, Run, Surroundings, Target, in_address, text};
use serde_json::Value;

/// GitLab.
pub(super) struct Forge;

impl super::Forge for Forge {
    fn name(&self) -> &'static str {
        "gitlab"
    }

    fn home(&self) -> Option<&'static str> {
        Some("https://gitlab.com")
    }

    fn api(&self, home: &str) -> String {
        format!("{}/api/v4", home.trim_end_matches('/'))
    }

    /// GitLab refuses notes of more than 1,000,000 characters.
    fn budget(&self) -> usize {
        999_000
    }

    fn authorization(&self, token: &str) -> (&'static str, String) {
        ("private-token", token.to_owned())
    }

    fn token_variables(&self) -> &'static [&'static str] {
        &["GITLAB_TOKEN"]
    }

    fn comments(&self, target: &Target) -> String {
        let project = in_address(&target.repository).replace('/', "%2F");
        format!("/projects/{project}/merge_requests/{}/notes", target.number)
    }

    fn comment(&self, target: &Target, id: &str) -> String {
        format!("{}/{id}", self.comments(target))
    }

    fn update(&self) -> Method {
        Method::Put
    }

    fn read(&self, comment: &Value) -> Option<Comment> {
        if comment.get("system").and_then(Value::as_bool) == Some(true) {
            return None;
        }
        Some(Comment {
            id: comment.get("id")?.as_u64()?.to_string(),
            node: None,
            author: text(comment, "/author/username")?,
            body: comment.get("body")?.as_str()?.to_owned(),
            hidden: false,
            url: None,
        })
    }

    fn who(&self, api: &str) -> Vec<Question> {
        vec![Question { address: format!("{api}/user"), body: None, answer: "/username" }]
    }

    fn job_login(&self) -> Option<&'static str> {
        None
    }

    fn permission(&self) -> &'static str {
        "set GITLAB_TOKEN to a project access token with the scope `api`: the token that every job has cannot write notes"
    }

    fn job(&self, read: &dyn Surroundings) -> Option<Job> {
        read.variable("GITLAB_CI")?;
        Some(Job {
            api: read.variable("CI_API_V4_URL"),
            repository: read.variable("CI_MERGE_REQUEST_PROJECT_ID").or_else(|| read.variable("CI_PROJECT_ID")),
            web: read.variable("CI_PROJECT_URL"),
            number: read.variable("CI_MERGE_REQUEST_IID").and_then(|iid| iid.parse().ok()),
            // A pipeline of merged results runs on a commit that is on no branch.
            head: read.variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").or_else(|| read.variable("CI_COMMIT_SHA")),
            base: read.variable("CI_MERGE_REQUEST_DIFF_BASE_SHA"),
            base_branch: read.variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
            run: read.variable("CI_PIPELINE_ID").and_then(|id| Run::new(&id, read.variable("CI_JOB_ID").as_deref())),
            page: read.variable("CI_JOB_URL"),
        })
    }

    fn link(&self, web: &str, commit: &str, path: &str, line: usize) -> String {
        format!("{web}/-/blob/{commit}/{}#L{line}", in_address(path))
    }
}
