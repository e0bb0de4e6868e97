//! Owns changes of files that are made whole or not at all: the drafts of objective files, the goals as they would be, the
//! difference for people, and the way to the disk. Never decides what is changed.

use super::view::View;
use super::{Failure, Session, Usage};
use crate::finding::{Edit, Finding, Level, edited};
use crate::git;
use crate::okr::Name;
use crate::rules::{self, Renaming, Selection, Subject};
use crate::source::{Paths, Pending, Tree};
use crate::syntax::writing::{Address, Draft};
use crate::text::printable;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// What is to stand in the files of a work tree.
pub struct Planned<'v> {
    view: &'v View,
    /// What the files that were opened hold, `None` for those that are new.
    before: BTreeMap<String, Option<Vec<u8>>>,
    /// The objective files, as they will be.
    goals: BTreeMap<String, String>,
    /// Other files, as they will be.
    others: BTreeMap<String, String>,
}

impl<'v> Planned<'v> {
    /// Plans nothing yet, and warns of what did not read.
    ///
    /// # Errors
    /// Where there is no work tree to write into.
    pub fn new(view: &'v View, session: &mut Session<'_>) -> Result<Self, Failure> {
        if !view.is_on_disk() {
            let help = "run it in a clone of this repository";
            return Err(Usage::new("a bare repository has no work tree to write into", help).into());
        }
        view.warn_of_errors(view.tree.findings.iter(), session)?;
        Ok(Planned { view, before: BTreeMap::new(), goals: BTreeMap::new(), others: BTreeMap::new() })
    }

    /// Opens an objective file, as it is planned so far.
    pub fn draft(&mut self, path: &str) -> Result<Draft, Failure> {
        if let Some(text) = self.goals.get(path) {
            return Ok(Draft::new(path, text.as_bytes())?);
        }
        let file = self.view.root.join(path);
        let bytes = std::fs::read(&file).map_err(|error| {
            Usage::new(format!("could not read {}: {error}", file.display()), "check that it is there and that you may")
        })?;
        let draft = Draft::new(path, &bytes)?;
        self.before.insert(path.to_owned(), Some(bytes));
        Ok(draft)
    }

    /// Takes a draft as what the file is to hold.
    pub fn keep(&mut self, path: &str, draft: Draft) -> Result<(), Failure> {
        self.goals.insert(path.to_owned(), draft.finish()?);
        Ok(())
    }

    /// Opens the file of an objective or key result, with its table.
    pub fn found(&mut self, name: &Name) -> Result<(String, Draft, Address), Failure> {
        let home = Name::objective(&name.cycle, &name.objective);
        let path = path_of(&self.view.tree, &home);
        let planned = self.goals.iter().find_map(|(path, text)| {
            let draft = Draft::new(path, text.as_bytes()).ok()?;
            draft.find(&home).map(|_| path.clone())
        });
        let path = path.or(planned).ok_or_else(|| lost(name))?;
        let draft = self.draft(&path)?;
        let address = draft.find(name).ok_or_else(|| lost(name))?;
        Ok((path, draft, address))
    }

    /// Tells whether a file is there, or planned.
    pub fn has(&self, path: &str) -> bool {
        self.goals.contains_key(path) || self.view.root.join(path).symlink_metadata().is_ok()
    }

    /// Plans an objective file that is not there yet.
    pub fn create(&mut self, path: &str, text: &str) -> Result<Draft, Failure> {
        self.creatable(path)?;
        if !Paths::new(&self.view.tree.config.paths).holds(path) {
            let paths = self.view.tree.config.paths.join(", ");
            let message = format!("{path} is none of the objective files, which are the *.toml under {paths}");
            return Err(Usage::new(message, "name another file, or set `paths` in okr.toml").into());
        }
        if let Some(repository) = &self.view.repository
            && repository.is_ignored(path)?
        {
            let message = format!("{path} is ignored by git, so nobody would see the goals in it");
            return Err(Usage::new(message, "name another file, or correct .gitignore").into());
        }
        self.before.insert(path.to_owned(), None);
        Ok(Draft::new(path, text.as_bytes())?)
    }

    /// Plans a file that holds no goals.
    pub fn place(&mut self, path: &str, before: Option<Vec<u8>>, text: String) -> Result<(), Failure> {
        match before {
            None => self.creatable(path)?,
            Some(_) => self.reachable(path)?,
        }
        self.before.insert(path.to_owned(), before);
        self.others.insert(path.to_owned(), text);
        Ok(())
    }

    /// Refuses a place outside of the repository, and one that a link leads to: it may lie there too.
    fn reachable(&self, path: &str) -> Result<(), Failure> {
        let wrong = |message: String| Err(Usage::new(message, "name another file").into());
        if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return wrong(format!("{path} lies outside the repository"));
        }
        let mut at = PathBuf::new();
        for part in Path::new(path).parent().into_iter().flat_map(Path::components) {
            at.push(part);
            if self.view.root.join(&at).symlink_metadata().is_ok_and(|there| !there.is_dir()) {
                return wrong(format!("{path} cannot be made: {} is no folder", at.display()));
            }
        }
        Ok(())
    }

    /// Refuses a place that cannot be reached, or that something is at.
    fn creatable(&self, path: &str) -> Result<(), Failure> {
        self.reachable(path)?;
        let wrong = |message: String| Err(Usage::new(message, "name another file").into());
        match self.view.root.join(path).symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => wrong(format!("{path} cannot be made: {error}")),
            Ok(_) => wrong(format!("{path} is there already")),
        }
    }

    /// Makes edits in an objective file, none of which touches another.
    pub fn edit(&mut self, path: &str, edits: &[&Edit]) -> Result<(), Failure> {
        let text = self.draft(path)?.finish()?;
        self.goals.insert(path.to_owned(), edited(&text, edits));
        Ok(())
    }

    /// Gives the goals as they would be.
    pub fn tree(&self) -> Result<Tree, Failure> {
        let changed = self.goals.iter().filter(|(path, text)| self.changes(path, text));
        Ok(self.view.tree.with_files(&changed.map(|(path, text)| (path.clone(), text.clone())).collect())?)
    }

    fn changes(&self, path: &str, text: &str) -> bool {
        self.before.get(path).is_none_or(|before| before.as_deref() != Some(text.as_bytes()))
    }

    /// Lists the files that will not be as they are, in order of their paths.
    pub fn changed(&self) -> Vec<&str> {
        let all = self.goals.iter().chain(&self.others);
        let mut paths: Vec<&str> =
            all.filter(|(path, text)| self.changes(path, text)).map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        paths
    }

    /// Shows every change as a difference, what is sensitive masked on both sides.
    pub fn difference(&self, after: &Tree) -> Result<String, Failure> {
        let mut shown = String::new();
        let today = self.view.today;
        let masked = |tree: &Tree| -> BTreeMap<String, String> {
            let checked = rules::check(&Subject::new(tree, None, today), &Selection::default());
            checked.sources(tree).iter().map(|(_, source)| (source.path.clone(), source.text.clone())).collect()
        };
        let (old, new) = (masked(&self.view.tree), masked(after));
        for path in self.changed() {
            if path.ends_with(".json") {
                // A schema is ours, and hundreds of lines.
                shown.push_str(&format!("would write {path}\n"));
                continue;
            }
            let patch = match (self.others.get(path), self.before.get(path).and_then(Option::as_ref)) {
                (Some(text), None) => git::patch(path, None, text)?,
                (Some(text), Some(before)) => git::patch(path, Some(&String::from_utf8_lossy(before)), text)?,
                (None, _) => {
                    let (old, new) = (old.get(path), new.get(path));
                    git::patch(path, old.map(String::as_str), new.map_or("", String::as_str))?
                }
            };
            // In a report these keep forges from pinging people; a terminal shows them as something strange.
            let patch = patch.replace('\u{200b}', "");
            shown.extend(patch.lines().flat_map(|line| [printable(line).into_owned(), "\n".to_owned()]));
        }
        Ok(shown)
    }

    /// Writes every file, or none of them.
    pub fn put(self) -> Result<(), Failure> {
        let mut ready = Vec::new();
        for path in self.changed() {
            let text = self.goals.get(path).or_else(|| self.others.get(path)).map_or("", String::as_str);
            let file = self.view.root.join(path);
            ready.push(match self.before.get(path).and_then(Option::as_ref) {
                Some(before) => Pending::over(&file, before, text.as_bytes())?,
                None => {
                    folder(&file)?;
                    Pending::new(&file, text.as_bytes())?
                }
            });
        }
        for pending in ready {
            pending.put()?;
        }
        Ok(())
    }

    /// Ends a command: shows the difference where nothing is to be written, else writes. Tells whether it wrote.
    pub fn ended(self, after: &Tree, dry_run: bool, session: &mut Session<'_>) -> Result<bool, Failure> {
        if !dry_run {
            self.put()?;
            return Ok(true);
        }
        session.print(&self.difference(after)?)?;
        session.remark("nothing was written")?;
        Ok(false)
    }
}

fn folder(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().map(PathBuf::from).unwrap_or_default();
    std::fs::create_dir_all(&folder).map_err(|error| {
        Usage::new(format!("could not make the folder {}: {error}", folder.display()), "check that you may").into()
    })
}

pub fn lost(name: &Name) -> Failure {
    Usage::new(format!("{name} does not stand in a file of its own right"), "run `git okr check` to see what is wrong")
        .into()
}

/// Finds the file of an objective.
pub fn path_of(tree: &Tree, objective: &Name) -> Option<String> {
    let found = tree.objectives().find(|located| located.name().as_ref() == Some(objective));
    found.map(|located| located.file.path.clone())
}

/// Finds what the rules, history left aside, have to say about the goals afterwards and had not before, under any name.
pub fn brought(view: &View, after: &Tree, renaming: Option<&Renaming>) -> Vec<Finding> {
    let check = |tree: &Tree| rules::check(&Subject::new(tree, None, view.today), &Selection::default()).findings;
    let key = |finding: &Finding| (finding.rule, finding.name.clone(), finding.field.clone());
    let mut old: BTreeMap<_, usize> = BTreeMap::new();
    for mut finding in check(&view.tree) {
        let now =
            renaming.zip(finding.name.as_deref().and_then(Name::parse)).map(|(renaming, name)| renaming.now(&name));
        finding.name = now.map(|name| name.to_string()).or(finding.name);
        *old.entry(key(&finding)).or_default() += 1;
    }
    let mut found = check(after);
    found.retain(|finding| match old.get_mut(&key(finding)) {
        Some(left @ 1..) => {
            *left -= 1;
            false
        }
        _ => true,
    });
    found
}

/// Refuses a change that would break the files or what refers to what; what is incomplete is no reason.
pub fn refuse_broken(after: &Tree, brought: &[Finding]) -> Result<(), Failure> {
    let breaks = |finding: &&Finding| finding.level == Level::Error && matches!(finding.group, "format" | "reference");
    match brought.iter().find(breaks) {
        None => Ok(()),
        Some(finding) => {
            let message =
                format!("nothing was written, for {}{} [{}]", place(after, finding), finding.message, finding.rule);
            Err(Usage::new(message, &finding.help).into())
        }
    }
}

/// Tells of findings, the graver first, hints left out.
pub fn tell(after: &Tree, brought: &[Finding], session: &mut Session<'_>) -> Result<(), Failure> {
    let mut loud: Vec<&Finding> = brought.iter().filter(|finding| finding.level > Level::Info).collect();
    loud.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    for finding in loud {
        session.remark(&format!(
            "{}{} [{}]; {}",
            place(after, finding),
            finding.message,
            finding.rule,
            finding.help
        ))?;
    }
    Ok(())
}

/// Gives the place of a finding for the beginning of a line.
fn place(tree: &Tree, finding: &Finding) -> String {
    finding.primary.as_ref().map_or_else(String::new, |label| {
        let source = tree.sources.get(label.file);
        format!("{}:{}: ", source.path, source.position(label.range.start).line)
    })
}
