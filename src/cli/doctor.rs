//! `git okr doctor`: what this clone and its set-up lack, and the command that mends it.

use super::arguments::Global;
use super::{Failure, Outcome, Session, view};
use crate::git::{DRIVER, Error as GitError, ObjectId, Repository, TreeEntry};
use crate::history::{self, Options};
use crate::report::{self, Merging, Visit};
use crate::rules::{self, Selection, Subject};
use crate::source::{self, Tree};
use clap::ValueEnum;
use std::path::Path;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a terminal
    Human,
    /// Every remark with its commands
    Json,
}

/// Say what this clone and its set-up lack, and what mends it
///
/// Looks at what git left out of the clone (shallow, partial), at what rewrites its history (grafts, replacements), at
/// missing objects and unreadable revisions behind HEAD, at the commit-graph and the index, at the goals' files and at
/// how git merges them.
/// Each remark says what was seen, why it matters and which command mends it. Changes nothing. Exits with 1 where
/// figures are wrong or incomplete; hints alone are fine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git okr doctor\n  git okr -C ../shop doctor\n  git okr doctor --format json")]
pub struct Doctor {
    /// How to write it
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

impl Doctor {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let repository = match view::open(global) {
            Ok(repository) => repository,
            // There is nothing to look at; everything else that keeps a repository shut is what the doctor is for.
            Err(error @ (GitError::NotARepository { .. } | GitError::NoSuchFolder { .. })) => return Err(error.into()),
            Err(error) => return self.show(&Visit { refused: vec![&error], ..Visit::default() }, session),
        };
        let condition = repository.condition();
        let (mut refused, mut unread) = (Vec::new(), None);
        let head = kept(repository.head(), &mut refused).flatten();
        if head.is_none() && refused.is_empty() {
            refused.push(GitError::Unborn);
        }
        let tree = match read(&repository) {
            Ok(tree) => Some(tree),
            Err(error) => {
                unread = Some(error);
                None
            }
        };
        // Goals that are not there today have a history all the same.
        let config = match (&tree, repository.workdir()) {
            (Some(tree), _) => Some(tree.config.clone()),
            (None, Some(root)) => source::configuration(root).ok(),
            (None, None) => None,
        };
        let history = head.zip(config).and_then(|(head, config)| {
            kept(history::walk(&repository, head, &config, &Options::default()), &mut refused)
        });
        let crowded = tree.as_ref().map(|tree| crowded(tree, global, session)).transpose()?.unwrap_or_default();
        let visit = Visit {
            refused: refused.iter().collect(),
            condition: Some(&condition),
            work_tree: !repository.is_bare(),
            history: history.as_ref(),
            tree: tree.as_ref(),
            unread: unread.as_ref(),
            crowded: &crowded,
            unattended: tree.is_some() && repository.workdir().is_some_and(|root| !has_job(&repository, root)),
            merging: tree
                .as_ref()
                .filter(|tree| !repository.is_bare() && !tree.files.is_empty())
                .map(|tree| merging(&repository, tree)),
        };
        self.show(&visit, session)
    }

    fn show(&self, visit: &Visit<'_>, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let doctor = report::doctor(visit);
        let text = match self.format {
            Format::Json => report::json(&doctor),
            Format::Human => report::render_doctor(&doctor, &session.style()),
        };
        session.print(&text)?;
        Ok(if doctor.is_grave() { Outcome::Findings } else { Outcome::Fine })
    }
}

/// Keeps what went well, and why something did not.
fn kept<T>(result: Result<T, GitError>, refused: &mut Vec<GitError>) -> Option<T> {
    result.map_err(|error| refused.push(error)).ok()
}

/// Reads the goals of the work tree; of HEAD where there is no work tree or its index does not read.
fn read(repository: &Repository) -> Result<Tree, source::Error> {
    let worktree = match repository.workdir() {
        Some(root) => source::worktree(Some(repository), root, &[]),
        None => Err(GitError::Bare { operation: "read the work tree".into() }.into()),
    };
    match worktree {
        Err(source::Error::Git(error @ (GitError::Bare { .. } | GitError::Index { .. }))) => match repository.head() {
            Ok(Some(head)) => source::revision(repository, head),
            _ => Err(error.into()),
        },
        other => other,
    }
}

/// Looks at how git merges the goals here.
fn merging(repository: &Repository, tree: &Tree) -> Merging {
    Merging {
        attributes: source::attributes(&tree.config.paths, DRIVER),
        is_named: tree.files.iter().all(|file| repository.is_merged_by_driver(&file.path)),
        is_known: repository.has_merge_driver(),
    }
}

/// Where forges look for jobs of CI.
const WORKFLOWS: [&str; 3] = [".github/workflows", ".gitea/workflows", ".forgejo/workflows"];
const PIPELINE: &str = ".gitlab-ci.yml";

/// Tells whether a file of CI speaks of git-okr, in the work tree or, as that may be sparse, at HEAD.
fn has_job(repository: &Repository, root: &Path) -> bool {
    let calls = |text: &str| text.contains("git-okr") || text.contains("git okr");
    let folders = WORKFLOWS.iter().filter_map(|folder| std::fs::read_dir(root.join(folder)).ok());
    let mut files = folders.flatten().flatten().map(|file| file.path()).chain([root.join(PIPELINE)]);
    // A file that does not read calls nobody either.
    files.any(|file| std::fs::read_to_string(file).is_ok_and(|text| calls(&text)))
        || committed_jobs(repository).is_ok_and(|texts| texts.iter().any(|text| calls(text)))
}

/// Reads the files of CI at HEAD.
fn committed_jobs(repository: &Repository) -> Result<Vec<String>, GitError> {
    let Some(head) = repository.head()? else { return Ok(Vec::new()) };
    let root = repository.commit(head)?.tree;
    let mut blobs: Vec<ObjectId> = repository.entry(root, PIPELINE)?.map(|entry| entry.1).into_iter().collect();
    for folder in WORKFLOWS {
        let Some((TreeEntry::TREE, tree)) = repository.entry(root, folder)? else { continue };
        blobs.extend(
            repository.tree(tree)?.into_iter().filter(|entry| entry.mode != TreeEntry::TREE).map(|entry| entry.id),
        );
    }
    blobs.into_iter().map(|blob| Ok(String::from_utf8_lossy(&repository.blob(blob)?).into_owned())).collect()
}

/// Asks the rule on crowded folders, with the threshold in force.
fn crowded(tree: &Tree, global: &Global, session: &Session<'_>) -> Result<Vec<crate::finding::Finding>, Failure> {
    let today = match session.fixed_today(global)? {
        Some(today) => today,
        None => session.current_day()?,
    };
    let selection = Selection::new(&["folder-crowded".to_owned()], &[])?;
    let checked = rules::check(&Subject::new(tree, None, today), &selection);
    Ok(checked.findings.into_iter().filter(|finding| finding.rule == "folder-crowded").collect())
}
