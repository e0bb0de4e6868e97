//! Owns what a change is compared with: the base that was named, else the default branch, by CI's word or by git's.

use super::arguments::Global;
use super::compared::veiled;
use super::view::View;
use super::{Failure, Session, Usage};
use crate::diff::Comparison;
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::history::History;
use crate::rules::{Before, Checked, Selection};
use crate::source::Tree;

/// Where CI says which branch a change is made for, without the remote's name: GitHub, Gitea and Forgejo in pull
/// requests, GitLab in merge requests, GitLab elsewhere.
const TOLD: &[&str] = &["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_DEFAULT_BRANCH"];

/// Finds the revision that a change is compared with, and what it is called; where none is named, the default branch.
pub fn tip(named: Option<&str>, repository: &Repository, session: &Session<'_>) -> Result<(String, ObjectId), Failure> {
    if let Some(named) = named {
        return Ok((named.to_owned(), repository.resolve(named)?));
    }
    let told = TOLD.iter().find_map(|variable| Some((variable, session.variable(variable)?)));
    if let Some((variable, branch)) = told {
        let branch = branch.to_string_lossy();
        let remote = format!("origin/{branch}");
        let found = repository.branch(&remote).map(|id| (remote, id));
        let found = found.or_else(|_| repository.branch(&branch).map(|id| (branch.to_string(), id)));
        return found.map_err(|_| {
            let message = format!("{variable} names the branch {branch}, which is not in this clone");
            let help = format!("run `git fetch origin {branch}:refs/remotes/origin/{branch}`; {FETCH_ALL}");
            Usage::new(message, help).into()
        });
    }
    let (name, id) = repository.default_branch().ok_or_else(|| {
        let message = "no default branch is known here: origin/HEAD, main and master are not there";
        Usage::new(message, "name the base, for instance `--base origin/trunk` or `--base HEAD~1`")
    })?;
    Ok((name.to_owned(), id))
}

const FETCH_ALL: &str = "in GitHub Actions `fetch-depth: 0` fetches every branch, in GitLab `GIT_DEPTH: \"0\"`";

/// What there was before a change.
pub struct Base {
    checked: Checked,
    tree: Tree,
    history: Option<History>,
}

impl Base {
    /// Checks the files of the merge base with their own facts, by the rules that are in force now, on the same day; the
    /// `reports` in files take a rendering each.
    pub fn check(
        view: &View,
        named: Option<&str>,
        selection: &Selection,
        reports: bool,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<Base, Failure> {
        let Some(repository) = &view.repository else {
            let directory = view.root.display().to_string();
            return Err(GitError::NotARepository { directory }.into());
        };
        let Some(head) = view.from else {
            session.detail("compare with nothing, as there is no commit yet")?;
            return Ok(Base { checked: Checked::default(), tree: Tree::default(), history: None });
        };
        let (name, tip) = tip(named, repository, session)?;
        let base = repository.merge_base(tip, head)?;
        session.detail(&format!("compare with {}, where the work left {name}", base.short()))?;
        let mut then = view.at(base, global)?;
        let (checked, history) = then.checked(&view.tree.config, selection, reports, session)?;
        Ok(Base { checked, tree: then.tree, history })
    }

    /// Gives the tree of now with all that was sensitive then hidden; `None` where nothing was unveiled.
    pub fn veiled(&self, head: &Tree) -> Option<Tree> {
        let mut key_results = self.tree.objectives().flat_map(|located| &located.objective.key_results);
        if !key_results.any(|key_result| key_result.sensitive) {
            return None;
        }
        let unveiled = Comparison::new(&self.tree, head).unveiled();
        (!unveiled.is_empty()).then(|| veiled(head, &unveiled))
    }

    /// Gives what was found then, as it would be known in this tree.
    pub fn before(&self, head: &Tree) -> Before {
        Before::new(&self.checked, &self.tree, self.history.as_ref(), head)
    }
}
