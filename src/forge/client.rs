//! Owns reading and writing the comments of one pull request.
//! Never decides which comment is ours or what becomes of it.

use super::wire::Wire;
use super::{Comment, Error, Forge, Method, Target};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;

/// The comments of one pull request at one forge.
pub struct Client {
    forge: &'static dyn Forge,
    wire: Wire,
    target: Target,
}

/// What is asked of whoever keeps comments.
pub trait Comments {
    /// Reads all comments, in any order.
    fn all(&mut self) -> Result<Vec<Comment>, Error>;
    /// Says under which login this token writes; `None` where nobody knows.
    fn author(&mut self) -> Result<Option<String>, Error>;
    /// Writes a new comment.
    fn create(&mut self, body: &str) -> Result<Comment, Error>;
    /// Writes a comment anew.
    fn update(&mut self, comment: &Comment, body: &str) -> Result<Comment, Error>;
    /// Takes a comment away.
    fn delete(&mut self, comment: &Comment) -> Result<(), Error>;
    /// Folds a comment away for readers.
    fn hide(&mut self, comment: &Comment) -> Result<(), Error>;
}

impl Client {
    /// Makes ready to speak to a forge. `wait` is called between tries.
    ///
    /// # Errors
    /// [`Error::NoToken`] and [`Error::Insecure`].
    pub fn new(
        forge: &'static dyn Forge,
        api: &str,
        token: Option<String>,
        target: Target,
        wait: Box<dyn Fn(Duration)>,
    ) -> Result<Self, Error> {
        let variables = || forge.token_variables().join(" or ");
        let token = token.ok_or_else(|| Error::NoToken { forge: forge.name(), variables: variables() })?;
        Ok(Client { forge, wire: Wire::new(forge, api, &token, wait)?, target })
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.wire.api())
    }

    fn read(&self, answer: &Value) -> Result<Comment, Error> {
        self.forge.read(answer).ok_or_else(|| self.unreadable("a comment has no id, author or body"))
    }

    fn unreadable(&self, reason: &str) -> Error {
        Error::Unreadable { host: self.wire.api(), path: self.forge.comments(&self.target), reason: reason.into() }
    }
}

impl Comments for Client {
    fn all(&mut self) -> Result<Vec<Comment>, Error> {
        let mut next = Some(self.address(&format!("{}?per_page=100", self.forge.comments(&self.target))));
        let mut comments: Vec<Comment> = Vec::new();
        let (mut pages, mut seen) = (HashSet::new(), HashSet::new());
        while let Some(page) = next {
            // Some forges give the same page whatever is asked for.
            if !pages.insert(page.clone()) {
                break;
            }
            let answer = self.wire.ask(Method::Get, &page, None, "read comments")?;
            let known = seen.len();
            let list = answer.body.as_array().ok_or_else(|| self.unreadable("it is no list of comments"))?;
            comments
                .extend(list.iter().filter_map(|one| self.forge.read(one)).filter(|one| seen.insert(one.id.clone())));
            next = answer.next.filter(|_| seen.len() > known || list.iter().any(|one| self.forge.read(one).is_none()));
        }
        Ok(comments)
    }

    fn author(&mut self) -> Result<Option<String>, Error> {
        for question in self.forge.who(&self.wire.api()) {
            let method = if question.body.is_some() { Method::Post } else { Method::Get };
            let answer = match self.wire.ask(method, &question.address, question.body.as_ref(), "ask who it is") {
                Ok(answer) => answer,
                // A job's own token is nobody's: it may not ask.
                Err(Error::Refused { .. } | Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            if let Some(login) = super::text(&answer.body, question.answer) {
                return Ok(Some(login));
            }
        }
        Ok(self.forge.job_login().map(str::to_owned))
    }

    fn create(&mut self, body: &str) -> Result<Comment, Error> {
        let address = self.address(&self.forge.comments(&self.target));
        let answer = self.wire.ask(Method::Post, &address, Some(&json!({ "body": body })), "write a comment")?;
        self.read(&answer.body)
    }

    fn update(&mut self, comment: &Comment, body: &str) -> Result<Comment, Error> {
        let address = self.address(&self.forge.comment(&self.target, &comment.id));
        let body = json!({ "body": body });
        let answer = self.wire.ask(self.forge.update(), &address, Some(&body), "change its comment")?;
        self.read(&answer.body)
    }

    fn delete(&mut self, comment: &Comment) -> Result<(), Error> {
        let address = self.address(&self.forge.comment(&self.target, &comment.id));
        self.wire.ask(Method::Delete, &address, None, "delete its comment").map(drop)
    }

    fn hide(&mut self, comment: &Comment) -> Result<(), Error> {
        let forge = self.forge.name();
        let question = self.forge.hide(&self.wire.api(), comment).ok_or(Error::CannotHide { forge })?;
        let what = "hide its comment";
        let answer = self.wire.ask(Method::Post, &question.address, question.body.as_ref(), what)?;
        match answer.body.pointer(question.answer) {
            Some(Value::Bool(true)) => Ok(()),
            // GraphQL answers 200 to everything, and says in the answer what went wrong.
            _ => {
                let said = super::text(&answer.body, "/errors/0/message").unwrap_or_default();
                Err(Error::Failed { forge, what, status: 200, said: crate::text::printable(&said).into_owned() })
            }
        }
    }
}
