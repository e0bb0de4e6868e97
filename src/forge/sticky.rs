//! Owns what becomes of our comment: found again by its mark and its author, written once, edited in place, healed where
//! two runs made two. Never knows which forge it is on.

use super::client::Comments;
use super::marker::{Id, Marker, said};
use super::{Comment, Error};

/// When a new comment is worth its mail. One that is there is kept true in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum When {
    /// Where a goal changes or a finding is new.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Where a goal changes.
    Changes,
    /// Where a finding is new.
    Problems,
    /// Never, and one that is there is left alone.
    Never,
}

/// What becomes of the comment that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Behavior {
    /// It is edited.
    #[default]
    Update,
    /// It stays, and a new one is written.
    New,
    /// It is folded away, and a new one is written.
    HideAndNew,
    /// It is deleted, and a new one is written.
    DeleteAndNew,
    /// It is deleted.
    Delete,
}

/// What is to be said.
#[derive(Debug, Clone)]
pub struct Post<'a> {
    /// The mark.
    pub marker: &'a Marker,
    /// What is said where there is anything to say.
    pub text: &'a str,
    /// What is said where there is nothing to say.
    pub clean: &'a str,
    /// Whether a goal changes.
    pub changes: bool,
    /// Whether a finding is new.
    pub problems: bool,
    /// When it is worth a new comment.
    pub when: When,
    /// What becomes of the old one.
    pub behavior: Behavior,
    /// The login under which the token writes, where the caller knows it.
    pub author: Option<&'a str>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to say, and nothing there.
    Silent,
    /// A new comment.
    Created(Comment),
    /// The comment says something else now.
    Updated(Comment),
    /// The comment says it already.
    Unchanged(Comment),
    /// A later run has written already.
    Superseded(Comment),
    /// So many comments were deleted.
    Deleted(usize),
}

impl Post<'_> {
    fn body(&self) -> String {
        self.marker.under(if self.changes || self.problems { self.text } else { self.clean })
    }

    fn is_worth_a_comment(&self) -> bool {
        match self.when {
            When::Always => true,
            When::Auto => self.changes || self.problems,
            When::Changes => self.changes,
            When::Problems => self.problems,
            When::Never => false,
        }
    }
}

/// Brings the comment to what is to be said.
///
/// # Errors
/// What the forge says; what was written until then stays.
pub fn post(comments: &mut dyn Comments, post: &Post<'_>) -> Result<Outcome, Error> {
    if post.when == When::Never && post.behavior != Behavior::Delete {
        return Ok(Outcome::Silent);
    }
    let ours = ours(comments, &post.marker.id, post.author)?;
    if post.behavior == Behavior::Delete {
        delete_all(comments, &ours)?;
        return Ok(Outcome::Deleted(ours.len()));
    }
    let Some(newest) = ours.last() else {
        return if post.is_worth_a_comment() { create(comments, post) } else { Ok(Outcome::Silent) };
    };
    let latest = ours.iter().max_by_key(|comment| run(comment)).expect("one of them is the newest");
    if post.marker.run.is_some() && run(latest) > post.marker.run {
        return Ok(Outcome::Superseded(latest.clone()));
    }
    match post.behavior {
        Behavior::Update | Behavior::Delete => {
            let (oldest, others) = ours.split_first().expect("one of them is the oldest");
            let outcome = update(comments, oldest, post);
            delete_all(comments, others)?;
            outcome
        }
        _ if !post.is_worth_a_comment() || says(newest, post) => update(comments, newest, post),
        behavior => {
            let written = comments.create(&post.body())?;
            for old in ours.iter().filter(|old| !old.hidden) {
                match behavior {
                    Behavior::HideAndNew => comments.hide(old)?,
                    Behavior::DeleteAndNew => delete(comments, old)?,
                    _ => {}
                }
            }
            Ok(Outcome::Created(written))
        }
    }
}

/// Finds our comments, oldest first. A mark can be copied into anybody's comment, so the author has to be us.
fn ours(comments: &mut dyn Comments, id: &Id, author: Option<&str>) -> Result<Vec<Comment>, Error> {
    let mut marked: Vec<Comment> = comments.all()?.into_iter().filter(|comment| is_marked(comment, id)).collect();
    if marked.is_empty() {
        return Ok(marked);
    }
    let author = match author {
        Some(author) => Some(author.to_owned()),
        None => comments.author()?,
    };
    marked.retain(|comment| author.as_ref().is_some_and(|author| author.eq_ignore_ascii_case(&comment.author)));
    // Forges count comments through.
    marked.sort_by_key(|comment| (comment.id.len(), comment.id.clone()));
    Ok(marked)
}

fn is_marked(comment: &Comment, id: &Id) -> bool {
    Marker::read(&comment.body).is_some_and(|marker| marker.id == *id)
}

fn run(comment: &Comment) -> Option<super::Run> {
    Marker::read(&comment.body).and_then(|marker| marker.run)
}

/// Tells whether a comment says the same of the same commit, but for its footer.
fn says(comment: &Comment, post: &Post<'_>) -> bool {
    let normal = |text: &str| said(text).replace("\r\n", "\n");
    Marker::read(&comment.body).is_some_and(|marker| marker.head == post.marker.head)
        && normal(&comment.body) == normal(&post.body())
}

fn update(comments: &mut dyn Comments, comment: &Comment, post: &Post<'_>) -> Result<Outcome, Error> {
    if says(comment, post) {
        return Ok(Outcome::Unchanged(comment.clone()));
    }
    match comments.update(comment, &post.body()) {
        // Somebody deleted it while we looked.
        Err(Error::NotFound { .. }) => create(comments, post),
        updated => updated.map(Outcome::Updated),
    }
}

/// Writes a new comment and looks whether another run did the same: then the oldest stays, with what the latest run says.
fn create(comments: &mut dyn Comments, post: &Post<'_>) -> Result<Outcome, Error> {
    let created = comments.create(&post.body())?;
    if post.behavior != Behavior::Update {
        return Ok(Outcome::Created(created));
    }
    let ours = ours(comments, &post.marker.id, Some(&created.author))?;
    let (Some((oldest, others)), Some(latest)) = (ours.split_first(), ours.iter().max_by_key(|comment| run(comment)))
    else {
        return Ok(Outcome::Created(created));
    };
    let mut kept = oldest.clone();
    if kept.body != latest.body {
        kept = comments.update(oldest, &latest.body)?;
    }
    delete_all(comments, others)?;
    Ok(Outcome::Created(kept))
}

fn delete_all(comments: &mut dyn Comments, ours: &[Comment]) -> Result<(), Error> {
    ours.iter().try_for_each(|comment| delete(comments, comment))
}

fn delete(comments: &mut dyn Comments, comment: &Comment) -> Result<(), Error> {
    match comments.delete(comment) {
        // Another run was quicker.
        Err(Error::NotFound { .. }) => Ok(()),
        done => done,
    }
}
