//! Owns the connection: the one host that sees the token, the tries, the pages.
//! Never knows what a comment is.

use super::{Error, Forge, Method};
use crate::text::printable;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use ureq::http::{Request, Response, Uri, header};
use ureq::tls::{RootCerts, TlsConfig};

/// Tries of one request in all.
const TRIES: u32 = 5;
/// Tries where nobody answers at all.
const CALLS: u32 = 3;
/// The longest that a forge may ask us to wait.
const PATIENCE: Duration = Duration::from_secs(120);
/// Most bytes of an answer: a page of a hundred of the longest notes.
const ANSWER: u64 = 120 << 20;

/// A connection to one host, with a token for it.
pub(super) struct Wire {
    agent: ureq::Agent,
    forge: &'static dyn Forge,
    api: Uri,
    authorization: (&'static str, String),
    wait: Box<dyn Fn(Duration)>,
}

/// An answer that came.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: Value,
    /// Address of the next page.
    pub(super) next: Option<String>,
}

/// A failure that may pass, with how long the forge wants us to wait.
enum Attempt {
    Done(Box<Answer>),
    Failed(Error),
    Again { error: Error, after: Option<Duration>, tries: u32 },
}

impl Wire {
    pub(super) fn new(
        forge: &'static dyn Forge,
        api: &str,
        token: &str,
        wait: Box<dyn Fn(Duration)>,
    ) -> Result<Self, Error> {
        let insecure = || Error::Insecure { address: printable(api).into_owned() };
        let api: Uri = api.parse().map_err(|_| insecure())?;
        let host = api.host().ok_or_else(insecure)?;
        let is_safe = match api.scheme_str() {
            Some("https") => true,
            Some("http") => is_this_machine(host),
            _ => false,
        };
        let plain = api.query().is_none() && !api.authority().is_some_and(|authority| authority.as_str().contains('@'));
        if !is_safe || !plain {
            return Err(insecure());
        }
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .tls_config(trusted())
            .user_agent(concat!("git-okr/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Ok(Wire { agent, forge, api, authorization: forge.authorization(token), wait })
    }

    /// Asks, again where the forge is busy, and gives the answer.
    pub(super) fn ask(
        &self,
        method: Method,
        address: &str,
        body: Option<&Value>,
        what: &'static str,
    ) -> Result<Answer, Error> {
        let mut pause = Duration::from_secs(1);
        let mut tried = 0;
        loop {
            tried += 1;
            match self.attempt(method, address, body, what) {
                Attempt::Done(answer) => return Ok(*answer),
                Attempt::Failed(error) => return Err(error),
                Attempt::Again { error, after, tries } => {
                    let wait = after.unwrap_or(pause);
                    if tried >= tries || wait > PATIENCE {
                        return Err(error);
                    }
                    (self.wait)(wait);
                    pause *= 2;
                }
            }
        }
    }

    /// Follows redirects within the host and asks once.
    fn attempt(&self, method: Method, address: &str, body: Option<&Value>, what: &'static str) -> Attempt {
        let mut address = address.to_owned();
        for _ in 0..5 {
            if !self.is_own(&address) {
                let from = self.api.to_string();
                return Attempt::Failed(Error::Elsewhere { from, to: printable(&address).into_owned() });
            }
            let response = match self.send(method, &address, body) {
                Ok(response) => response,
                Err(error) => {
                    let error = Error::Unreachable { host: self.host(), reason: error.to_string() };
                    return Attempt::Again { error, after: None, tries: CALLS };
                }
            };
            let moved = header_of(&response, header::LOCATION.as_str()).filter(|_| response.status().is_redirection());
            match moved {
                Some(to) if to.starts_with('/') => address = format!("{}{to}", self.origin()),
                Some(to) => address = to,
                None => return self.answer(response, &address, what),
            }
        }
        Attempt::Failed(Error::Elsewhere { from: self.api.to_string(), to: printable(&address).into_owned() })
    }

    fn send(&self, method: Method, address: &str, body: Option<&Value>) -> Result<Response<ureq::Body>, ureq::Error> {
        let method = match method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        };
        let request = Request::builder()
            .method(method)
            .uri(address)
            // GitHub wants its own type, what stands in for it in tests the plain one.
            .header(header::ACCEPT, "application/vnd.github+json, application/json")
            .header(self.authorization.0, &self.authorization.1);
        match body {
            Some(body) => {
                let request = request.header(header::CONTENT_TYPE, "application/json");
                self.agent.run(request.body(body.to_string())?)
            }
            None => self.agent.run(request.body(())?),
        }
    }

    fn answer(&self, mut response: Response<ureq::Body>, address: &str, what: &'static str) -> Attempt {
        let status = response.status().as_u16();
        let after = header_of(&response, "retry-after").and_then(|seconds| seconds.trim().parse().ok());
        let next = header_of(&response, "link").as_deref().and_then(next_page);
        let path = address.strip_prefix(&self.origin()).unwrap_or(address).to_owned();
        let text = match response.body_mut().with_config().limit(ANSWER).read_to_string() {
            Ok(text) => text,
            Err(error) => {
                let error = Error::Unreadable { host: self.host(), path, reason: error.to_string() };
                return Attempt::Again { error, after: None, tries: CALLS };
            }
        };
        if response.status().is_success() {
            let body = if text.trim().is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text) };
            return match body {
                Ok(body) => Attempt::Done(Box::new(Answer { body, next })),
                Err(error) => Attempt::Failed(Error::Unreadable { host: self.host(), path, reason: error.to_string() }),
            };
        }
        let forge = self.forge.name();
        let said = said(&text);
        let busy = matches!(status, 429 | 502..=504)
            || (status == 403 && (after.is_some() || said.to_lowercase().contains("rate limit")));
        if busy {
            let error = Error::Failed { forge, what, status, said };
            return Attempt::Again { error, after: after.map(Duration::from_secs), tries: TRIES };
        }
        Attempt::Failed(match status {
            401 | 403 => Error::Refused { forge, what, status, said, help: self.forge.permission() },
            404 | 410 => Error::NotFound { forge, path: printable(&path).into_owned() },
            _ => Error::Failed { forge, what, status, said },
        })
    }

    /// Gives the address of the API without a slash at its end.
    pub(super) fn api(&self) -> String {
        self.api.to_string().trim_end_matches('/').to_owned()
    }

    fn host(&self) -> String {
        self.api.host().unwrap_or_default().to_owned()
    }

    /// Scheme, host and port: whoever has these sees the token.
    fn origin(&self) -> String {
        let authority = self.api.authority().map_or("", |authority| authority.as_str());
        format!("{}://{authority}", self.api.scheme_str().unwrap_or_default())
    }

    fn is_own(&self, address: &str) -> bool {
        let port = |uri: &Uri| uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        address.parse::<Uri>().is_ok_and(|uri| {
            let hosts = uri.host().zip(self.api.host());
            uri.scheme() == self.api.scheme()
                && hosts.is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
                && port(&uri) == port(&self.api)
        })
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Trusts whom this machine trusts, as git does: a forge within a company has a certificate of that company's own.
fn trusted() -> TlsConfig {
    let cryptography = Arc::new(rustls::crypto::ring::default_provider());
    TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(cryptography)
        .build()
}

fn header_of(response: &Response<ureq::Body>, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// Finds the next page in a `Link` header.
fn next_page(links: &str) -> Option<String> {
    links.split(',').find_map(|link| {
        let (address, about) = link.split_once(';')?;
        let is_next = about.split(';').any(|word| matches!(word.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| address.trim().strip_prefix('<')?.strip_suffix('>').map(str::to_owned))?
    })
}

/// Gives what a forge says went wrong, in one short line.
fn said(text: &str) -> String {
    let said = serde_json::from_str::<Value>(text).ok();
    let said = said.as_ref().and_then(|said| ["message", "error"].iter().find_map(|key| said.get(key)));
    let line = match said {
        Some(Value::String(said)) => said.clone(),
        Some(other) => other.to_string(),
        None => text.lines().next().unwrap_or_default().to_owned(),
    };
    printable(&line).chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(api: &str) -> Result<Wire, Error> {
        Wire::new(super::super::find("github").expect("a forge"), api, "secret", Box::new(|_| {}))
    }

    #[test]
    fn a_token_goes_out_encrypted_or_stays_on_this_machine() {
        for api in ["https://api.github.com", "http://127.0.0.1:4010", "http://localhost/x", "http://[::1]:80/"] {
            assert!(wire(api).is_ok(), "{api}");
        }
        for api in [
            "http://git.acme.example",
            "http://127.0.0.1.evil.example",
            "ftp://127.0.0.1",
            "git.acme.example",
            "https://user@git.acme.example",
            "https://git.acme.example/?a=b",
            "",
        ] {
            assert!(matches!(wire(api), Err(Error::Insecure { .. })), "{api}");
        }
    }

    #[test]
    fn only_the_own_host_is_asked() {
        let wire = wire("https://git.acme.example/api/v3").expect("an address");
        assert!(wire.is_own("https://GIT.acme.example:443/anything"));
        for other in [
            "https://acme.example/",
            "http://git.acme.example/",
            "https://git.acme.example:8443/",
            "https://git.acme.example.evil/",
            "/x",
        ] {
            assert!(!wire.is_own(other), "{other}");
        }
        let asked = wire.ask(Method::Get, "https://evil.example/", None, "read comments").expect_err("another host");
        assert!(matches!(asked, Error::Elsewhere { .. }), "{asked}");
    }

    #[test]
    fn next_pages_are_found() {
        let links = r#"<https://a/1>; rel="prev", <https://a/3?page=3>; rel="next", <https://a/9>; rel="last""#;
        assert_eq!(next_page(links).as_deref(), Some("https://a/3?page=3"));
        assert_eq!(next_page(r#"<https://a/1>; rel="first""#), None);
        assert_eq!(next_page("nonsense"), None);
    }

    #[test]
    fn what_a_forge_says_is_one_harmless_line() {
        assert_eq!(said(r#"{"message":"Not\u001b[31m allowed"}"#), "Not?[31m allowed");
        assert_eq!(said(r#"{"message":{"note":["is too long"]}}"#), r#"{"note":["is too long"]}"#);
        assert_eq!(said("<html>\nno"), "<html>");
        assert_eq!(said(&"x".repeat(900)).len(), 200);
    }
}
