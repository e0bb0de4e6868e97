//! Owns GitHub's addresses and shapes, those of its Enterprise Server too.
//! Never opens a connection.

use super::{Comment, Job, Question, Surroundings, Target, actions_job, in_address, read_comment};
use serde_json::{Value, json};

/// GitHub.
pub(super) struct Forge;

/// GitHub refuses more than 65,536 characters, and has been seen to count bytes.
const BUDGET: usize = 65_000;

const HIDE: &str = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) \
                    { minimizedComment { isMinimized } } }";

impl super::Forge for Forge {
    fn name(&self) -> &'static str {
        "github"
    }

    fn home(&self) -> Option<&'static str> {
        Some("https://github.com")
    }

    /// A server of one's own has the API beneath itself.
    fn api(&self, home: &str) -> String {
        let home = home.trim_end_matches('/');
        if home == "https://github.com" { "https://api.github.com".into() } else { format!("{home}/api/v3") }
    }

    fn budget(&self) -> usize {
        BUDGET
    }

    fn authorization(&self, token: &str) -> (&'static str, String) {
        ("authorization", format!("Bearer {token}"))
    }

    fn token_variables(&self) -> &'static [&'static str] {
        &["GITHUB_TOKEN", "GH_TOKEN"]
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

    /// A job's own token may not ask for its user, and an app's has none: GraphQL answers these.
    fn who(&self, api: &str) -> Vec<Question> {
        let viewer = json!({ "query": "query { viewer { login } }" });
        vec![
            Question { address: format!("{api}/user"), body: None, answer: "/login" },
            Question { address: graphql(api), body: Some(viewer), answer: "/data/viewer/login" },
        ]
    }

    fn job_login(&self) -> Option<&'static str> {
        Some("github-actions[bot]")
    }

    fn hide(&self, api: &str, comment: &Comment) -> Option<Question> {
        let body = json!({ "query": HIDE, "variables": { "id": comment.node.as_ref()? } });
        let answer = "/data/minimizeComment/minimizedComment/isMinimized";
        Some(Question { address: graphql(api), body: Some(body), answer })
    }

    fn permission(&self) -> &'static str {
        "give the job `permissions: pull-requests: write`; a pull request from a fork, or of Dependabot, has a token that \
         can only read"
    }

    fn job(&self, read: &dyn Surroundings) -> Option<Job> {
        read.variable("GITHUB_ACTIONS").map(|_| actions_job(read))
    }

    fn link(&self, web: &str, commit: &str, path: &str, line: usize) -> String {
        format!("{web}/blob/{commit}/{}#L{line}", in_address(path))
    }
}

/// On a server of one's own GraphQL lies beside the API's third version.
fn graphql(api: &str) -> String {
    format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(api))
}
