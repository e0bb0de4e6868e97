//! A forge on this machine that keeps comments and refuses what a real one refuses: too long a body, a token that may not
//! write, more than a hundred a page, an unknown pull request. It speaks as GitHub, GitLab and Gitea do.

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use tiny_http::{Header, Method, Request, Response, Server};

/// Logins of the tokens that the forge knows.
pub const BOT: &str = "github-actions[bot]";
pub const PERSON: &str = "ana";

/// The token of a job: it may write, and not ask who it is.
pub const JOB_TOKEN: &str = "token-of-the-job";
/// The token of a job on a fork: it may read.
pub const FORK_TOKEN: &str = "token-of-a-fork";
/// The token of a person.
pub const PERSONAL_TOKEN: &str = "token-of-ana";

/// The one pull request, and the one repository.
pub const NUMBER: u64 = 7;
pub const REPOSITORY: &str = "acme/shop";

/// A comment that is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: u64,
    pub author: String,
    pub body: String,
    pub hidden: bool,
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub token: Option<String>,
}

/// An answer that the forge gives instead of doing what it is asked.
#[derive(Debug, Clone)]
pub struct Trouble {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Trouble {
    pub fn new(status: u16, message: &str) -> Self {
        Trouble { status, headers: Vec::new(), body: json!({ "message": message }) }
    }

    pub fn with(mut self, header: &str, value: &str) -> Self {
        self.headers.push((header.into(), value.into()));
        self
    }
}

/// What the forge holds.
#[derive(Debug, Default)]
pub struct Memory {
    pub comments: Vec<Kept>,
    pub asked: Vec<Asked>,
    pub troubles: VecDeque<Trouble>,
    /// Whether the same page comes whatever page is asked for.
    pub ignores_pages: bool,
    count: u64,
}

impl Memory {
    /// Adds a comment as if somebody had written it.
    pub fn add(&mut self, author: &str, body: &str) -> u64 {
        self.count += 1;
        self.comments.push(Kept { id: 1000 + self.count, author: author.into(), body: body.into(), hidden: false });
        1000 + self.count
    }

    /// Gives the bodies in order.
    pub fn bodies(&self) -> Vec<&str> {
        self.comments.iter().map(|comment| comment.body.as_str()).collect()
    }
}

/// A forge that runs until it is dropped.
pub struct FakeForge {
    server: Arc<Server>,
    memory: Arc<Mutex<Memory>>,
    thread: Option<JoinHandle<()>>,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
}

impl FakeForge {
    /// Starts at a free port of this machine.
    pub fn start() -> Self {
        Self::start_at("127.0.0.1:0")
    }

    /// Starts at a port.
    pub fn start_at(place: &str) -> Self {
        let server = Arc::new(Server::http(place).expect("a free port"));
        let address = format!("http://{}", server.server_addr());
        let memory = Arc::new(Mutex::new(Memory::default()));
        let (listening, kept, own) = (Arc::clone(&server), Arc::clone(&memory), address.clone());
        let thread = std::thread::spawn(move || {
            for request in listening.incoming_requests() {
                answer(request, &mut kept.lock().expect("no test panics while it looks"), &own);
            }
        });
        FakeForge { server, memory, thread: Some(thread), address }
    }

    /// Looks at what the forge holds, or changes it.
    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().expect("no test panics while it looks")
    }
}

impl Drop for FakeForge {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            // Whatever it panicked of has failed the test that saw the answer.
            let _ = thread.join();
        }
    }
}

/// Which forge a path belongs to, and what is left of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flavour {
    GitHub,
    GitLab,
    Gitea,
}

fn answer(mut request: Request, memory: &mut Memory, own: &str) {
    let mut body = String::new();
    request.as_reader().read_to_string(&mut body).expect("a request in UTF-8");
    let header = |name: &'static str| {
        request.headers().iter().find(|header| header.field.equiv(name)).map(|header| header.value.to_string())
    };
    let token = header("Authorization")
        .and_then(|value| value.split_once(' ').map(|(_, token)| token.to_owned()))
        .or_else(|| header("Private-Token"));
    let url = request.url().to_owned();
    memory.asked.push(Asked { method: request.method().to_string(), path: url.clone(), token: token.clone() });
    let trouble = memory.troubles.pop_front();
    let done = match trouble {
        Some(trouble) => trouble,
        None => serve(request.method(), &url, token.as_deref(), &body, memory, own),
    };
    let text = if done.status == 204 { String::new() } else { done.body.to_string() };
    let mut response = Response::from_string(text).with_status_code(done.status);
    for (name, value) in [("Content-Type".to_owned(), "application/json".to_owned())].into_iter().chain(done.headers) {
        response.add_header(Header::from_bytes(name.as_bytes(), value.as_bytes()).expect("a header"));
    }
    // Who asked may be gone.
    let _ = request.respond(response);
}

fn serve(method: &Method, url: &str, token: Option<&str>, body: &str, memory: &mut Memory, own: &str) -> Trouble {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let (flavour, path) = match (path.strip_prefix("/api/v4"), path.strip_prefix("/api/v1")) {
        (Some(rest), _) => (Flavour::GitLab, rest),
        (_, Some(rest)) => (Flavour::Gitea, rest),
        _ => (Flavour::GitHub, path.strip_prefix("/api/v3").unwrap_or(path)),
    };
    let (login, may_write) = match token {
        Some(JOB_TOKEN) => (BOT, true),
        Some(FORK_TOKEN) => (BOT, false),
        Some(PERSONAL_TOKEN) => (PERSON, true),
        _ => return Trouble::new(401, "Bad credentials"),
    };
    let said: Value = if body.is_empty() { Value::Null } else { serde_json::from_str(body).expect("JSON") };
    if path == "/user" {
        return match token {
            Some(PERSONAL_TOKEN) if flavour == Flavour::GitLab => done(200, json!({ "username": login })),
            Some(PERSONAL_TOKEN) => done(200, json!({ "login": login })),
            _ => Trouble::new(403, "Resource not accessible by integration"),
        };
    }
    if matches!(url, "/graphql" | "/api/graphql") {
        return graphql(&said, login, may_write, memory);
    }
    let (list, one) = match flavour {
        Flavour::GitLab => {
            let list = format!("/projects/{}/merge_requests/{NUMBER}/notes", REPOSITORY.replace('/', "%2F"));
            (list.clone(), format!("{list}/"))
        }
        _ => (format!("/repos/{REPOSITORY}/issues/{NUMBER}/comments"), format!("/repos/{REPOSITORY}/issues/comments/")),
    };
    let writes = *method != Method::Get;
    if writes && !may_write {
        return Trouble::new(403, "Resource not accessible by integration");
    }
    let text = said.get("body").and_then(Value::as_str).unwrap_or_default();
    let limit = if flavour == Flavour::GitLab { 1_000_000 } else { 65_536 };
    if matches!(method, Method::Post | Method::Patch | Method::Put) {
        if text.is_empty() {
            return Trouble::new(422, "Validation Failed: body can't be blank");
        }
        if text.chars().count() > limit {
            return Trouble::new(422, "Validation Failed: body is too long (maximum is 65536 characters)");
        }
    }
    if path == list {
        return match method {
            Method::Get => page(flavour, query, path, url, memory, own),
            Method::Post => {
                memory.add(login, text);
                let made = memory.comments.last().expect("it was added");
                done(201, shown(flavour, made, own))
            }
            _ => Trouble::new(405, "Method Not Allowed"),
        };
    }
    let id = path.strip_prefix(&one).and_then(|id| id.parse::<u64>().ok());
    let Some(at) = id.and_then(|id| memory.comments.iter().position(|comment| comment.id == id)) else {
        return Trouble::new(404, "Not Found");
    };
    match (method, flavour) {
        (Method::Patch, Flavour::GitHub | Flavour::Gitea) | (Method::Put, Flavour::GitLab) => {
            text.clone_into(&mut memory.comments[at].body);
            done(200, shown(flavour, &memory.comments[at], own))
        }
        (Method::Delete, _) => {
            memory.comments.remove(at);
            done(204, Value::Null)
        }
        _ => Trouble::new(405, "Method Not Allowed"),
    }
}

fn done(status: u16, body: Value) -> Trouble {
    Trouble { status, headers: Vec::new(), body }
}

/// One page of comments: thirty unless told, never more than a hundred. Gitea gives all of them.
fn page(flavour: Flavour, query: &str, path: &str, url: &str, memory: &Memory, own: &str) -> Trouble {
    let number = |key: &str, default: usize| {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
        value.and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let (size, page) = (number("per_page", 30).clamp(1, 100), number("page", 1).max(1));
    let all = memory.comments.iter().map(|comment| shown(flavour, comment, own));
    if flavour == Flavour::Gitea {
        return done(200, all.collect());
    }
    let skipped = if memory.ignores_pages { 0 } else { (page - 1) * size };
    let here: Vec<Value> = all.skip(skipped).take(size).collect();
    let mut answer = done(200, here.into());
    if page * size < memory.comments.len() || memory.ignores_pages {
        let before = url.split_once(path).map_or("", |(before, _)| before);
        let next = format!("<{own}{before}{path}?per_page={size}&page={}>; rel=\"next\"", page + 1);
        answer = answer.with("Link", &next);
    }
    answer
}

fn graphql(said: &Value, login: &str, may_write: bool, memory: &mut Memory) -> Trouble {
    let query = said.get("query").and_then(Value::as_str).unwrap_or_default();
    if query.contains("viewer") {
        return done(200, json!({ "data": { "viewer": { "login": login } } }));
    }
    let node = said.pointer("/variables/id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let found = memory.comments.iter_mut().find(|comment| node_of(comment) == node);
    match found.filter(|_| may_write && query.contains("minimizeComment")) {
        Some(comment) => {
            comment.hidden = true;
            done(200, json!({ "data": { "minimizeComment": { "minimizedComment": { "isMinimized": true } } } }))
        }
        None => {
            done(200, json!({ "data": { "minimizeComment": null }, "errors": [{ "message": "not for this token" }] }))
        }
    }
}

fn node_of(comment: &Kept) -> String {
    format!("IC_{}", comment.id)
}

/// A comment in the shape of each forge, with all that its description says is always there.
fn shown(flavour: Flavour, comment: &Kept, own: &str) -> Value {
    let Kept { id, author, body, hidden } = comment;
    if flavour == Flavour::GitLab {
        return json!({ "id": id, "body": body, "system": false, "author": { "id": 1, "username": author } });
    }
    let user = |name: &str| format!("{own}/users/{name}");
    json!({
        "id": id,
        "node_id": node_of(comment),
        "url": format!("{own}/repos/{REPOSITORY}/issues/comments/{id}"),
        "html_url": format!("{own}/{REPOSITORY}/pull/{NUMBER}#issuecomment-{id}"),
        "issue_url": format!("{own}/repos/{REPOSITORY}/issues/{NUMBER}"),
        "body": body,
        "created_at": "2026-11-22T12:00:00Z",
        "updated_at": "2026-11-22T12:00:00Z",
        "author_association": "NONE",
        "minimized": hidden.then(|| json!({ "reason": "OUTDATED" })),
        "user": {
            "login": author, "id": 1, "node_id": "U_1", "avatar_url": user("a"), "gravatar_id": "", "url": user("u"),
            "html_url": user("h"), "followers_url": user("f"), "following_url": user("g"), "gists_url": user("i"),
            "starred_url": user("s"), "subscriptions_url": user("b"), "organizations_url": user("o"),
            "repos_url": user("r"), "events_url": user("e"), "received_events_url": user("v"), "type": "Bot",
            "site_admin": false,
        },
    })
}
