//! Owns what a command looks at: the repository, one state of its files, the day, and the history behind it.

use super::arguments::{At, Chosen, Global};
use super::{Failure, Session, Usage};
use crate::config::{self, Config};
use crate::finding::{self, Finding, Level};
use crate::git::{Error as GitError, ObjectId, Person, Repository};
use crate::history::{self, Cache, Degraded, History, Known, Locks, Options, Past};
use crate::report::{self, Cycles, Input, ReportV1, Selection};
use crate::rules::{self, Group, Subject};
use crate::source::{self, AsOf, Tree};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One state of a repository, seen on one day.
pub struct View {
    /// The repository; `None` where there is no git.
    pub repository: Option<Repository>,
    /// The files.
    pub tree: Tree,
    /// The day.
    pub today: Date,
    /// The commit that history is walked from; `None` before the first commit and without git.
    pub from: Option<ObjectId>,
    /// The folder that holds `okr.toml`.
    pub root: PathBuf,
    /// The paths that were asked for, from the root.
    pub asked: Vec<String>,
    in_work_tree: bool,
    cache: Option<Cache>,
}

impl View {
    /// Opens what a command that needs git looks at: the work tree, or the revision that `--as-of` names.
    pub fn with_git(global: &Global, at: &At, session: &mut Session<'_>) -> Result<View, Failure> {
        let repository = open(global)?;
        let view = View::of(Some(repository), Vec::new(), global, at, session)?;
        view.refuse_broken_configuration()?;
        Ok(view)
    }

    /// Figures under settings that could not be read would be wrong without looking so: `check` shows what is broken,
    /// everything else stops.
    fn refuse_broken_configuration(&self) -> Result<(), Failure> {
        let broken = |finding: &&Finding| {
            let file = finding.primary.as_ref().map(|label| label.file);
            finding.rule == "toml-syntax" && file.is_some() && file == self.tree.config.file
        };
        let Some(label) = self.tree.findings.iter().find(broken).and_then(|finding| finding.primary.as_ref()) else {
            return Ok(());
        };
        let source = self.tree.sources.get(label.file);
        let line = source.position(label.range.start).line;
        Err(Usage::new(format!("{}:{line}: the settings are not TOML", source.path), "run `git okr check` to see why")
            .into())
    }

    /// Opens what a command can look at without git too; `asked` are paths to read beside the configured ones. A bare
    /// repository has nothing to look at unless a revision is named.
    pub fn anywhere(asked: &[PathBuf], global: &Global, at: &At, session: &mut Session<'_>) -> Result<View, Failure> {
        let repository = match open(global) {
            Ok(repository) => Some(repository),
            Err(GitError::NotARepository { .. }) if at.as_of.is_none() => None,
            Err(error) => return Err(error.into()),
        };
        let root =
            repository.as_ref().and_then(Repository::workdir).map_or_else(|| session.directory(global), Path::to_owned);
        if repository.as_ref().is_some_and(Repository::is_bare) && at.as_of.is_none() {
            return Err(
                Usage::new("a bare repository has no work tree to check", "name a revision: --as-of HEAD").into()
            );
        }
        let asked =
            asked.iter().map(|path| from_root(&session.directory(global), &root, path)).collect::<Result<_, _>>()?;
        View::of(repository, asked, global, at, session)
    }

    fn of(
        repository: Option<Repository>,
        asked: Vec<String>,
        global: &Global,
        at: &At,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        let fixed = session.fixed_today(global)?;
        let head = repository.as_ref().map(Repository::head).transpose()?.flatten();
        let work_tree = match &repository {
            Some(repository) => repository.workdir().map(Path::to_owned),
            None => Some(session.directory(global)),
        };
        let (from, tree, in_work_tree) = match (&at.as_of, &repository, work_tree) {
            (Some(wanted), Some(repository), _) => {
                let from = source::as_of(repository, head.ok_or(GitError::Unborn)?, &AsOf::parse(wanted))?;
                (Some(from), source::revision(repository, from)?, false)
            }
            (_, repository, Some(root)) => (head, source::worktree(repository.as_ref(), &root, &asked)?, true),
            (_, Some(repository), None) => {
                let from = head.ok_or(GitError::Unborn)?;
                (Some(from), source::revision(repository, from)?, false)
            }
            (_, None, None) => unreachable!("without a repository the folder itself is the work tree"),
        };
        let today = match (fixed, &at.as_of, tree.revision.committed) {
            (Some(today), ..) => today,
            (None, Some(_), Some(committed)) => day_of(committed)?,
            (None, ..) => session.current_day()?,
        };
        let root =
            repository.as_ref().and_then(Repository::workdir).map_or_else(|| session.directory(global), Path::to_owned);
        let at = from.map_or_else(|| "no commit".to_owned(), |id| id.short());
        let place = if in_work_tree { "the work tree" } else { "git" };
        session.detail(&format!("read {} files from {place} at {at}, seen on {today}", tree.files.len()))?;
        for (path, reason) in &tree.skipped {
            session.detail(&format!("passed over {path}: {reason}"))?;
        }
        warn_of_settings(&tree, session)?;
        let cache = repository.as_ref().filter(|_| !global.no_cache);
        let cache = cache.and_then(|repository| Cache::of(repository, session.cache_folder()));
        Ok(View { repository, tree, today, from, root, asked, in_work_tree, cache })
    }

    /// Makes ready to look back; `None` without git and before the first commit.
    fn past(&self, options: &Options) -> Result<Option<Past<'_>>, Failure> {
        let (Some(repository), Some(from)) = (&self.repository, self.from) else { return Ok(None) };
        Ok(Some(Past::new(repository, from, &self.tree.config, options, self.cache.as_ref())?))
    }

    /// Walks the history behind the view, uncommitted values included. Without git it is empty and complete, before the
    /// first commit it holds the uncommitted values alone.
    pub fn history(&self, options: &Options, session: &mut Session<'_>) -> Result<History, Failure> {
        self.told(self.past(options)?.as_mut(), session)
    }

    fn told(&self, past: Option<&mut Past<'_>>, session: &mut Session<'_>) -> Result<History, Failure> {
        let mut history = match past {
            Some(past) => {
                let history = past.history()?;
                session.detail(&match (&self.cache, past.known()) {
                    (None, _) => "no cache: all was found out anew".to_owned(),
                    (Some(_), Known::Everything) => "the cache had the answer".to_owned(),
                    (Some(_), Known::Commits(count)) => format!("the cache knew {count} commits"),
                })?;
                history
            }
            None => History { complete: true, ..History::default() },
        };
        let Some(repository) = &self.repository else { return Ok(history) };
        if self.in_work_tree && self.tree.revision.dirty {
            let committed = match self.from.map(|from| source::revision(repository, from)) {
                None | Some(Err(source::Error::Nothing { .. })) => Tree::default(),
                Some(tree) => tree?,
            };
            let nobody = Person { name: "you".into(), email: String::new() };
            let author = repository.identity().unwrap_or(nobody);
            history::uncommitted(&mut history, &committed, &self.tree, &author, self.today);
        }
        session.detail(&format!("walked {} commits, {} events", history.commits, history.events.len()))?;
        Ok(history)
    }

    /// Reads the configuration alone: of the work tree around, or the defaults.
    pub fn configuration(global: &Global) -> Result<Config, Failure> {
        let root = match open(global) {
            Ok(repository) => repository.workdir().map(Path::to_owned),
            Err(GitError::NotARepository { .. }) => {
                Some(global.directory.clone().unwrap_or_else(|| PathBuf::from(".")))
            }
            Err(error) => return Err(error.into()),
        };
        Ok(root.map_or_else(|| Ok(Config::default()), |root| source::configuration(&root))?)
    }

    /// Reads the templates that the configuration names, from where the files were read.
    pub fn templates(&self) -> Result<BTreeMap<String, String>, Failure> {
        let folder = &self.tree.config.templates;
        Ok(match (&self.repository, self.from) {
            (Some(repository), Some(from)) if !self.in_work_tree => source::templates_of(repository, from, folder)?,
            _ => source::templates(&self.root, folder)?,
        })
    }

    /// Builds the report model of what was chosen.
    pub fn model(&self, chosen: &Chosen, names: &[String], session: &mut Session<'_>) -> Result<ReportV1, Failure> {
        let selection = self.selection(chosen, names)?;
        let mut past = self.past(&Options::default())?;
        let mut history = self.told(past.as_mut(), session)?;
        let locks = self.locks(past.as_mut(), &selection)?;
        for gap in locks.values().flat_map(|locks| &locks.degraded) {
            let is_known =
                |known: &Degraded| (known.kind, &known.path, &known.message) == (gap.kind, &gap.path, &gap.message);
            if !history.degraded.iter().any(is_known) {
                history.degraded.push(gap.clone());
            }
        }
        self.warn_of_gaps(&history, session)?;
        let checked = rules::check(
            &Subject { tree: &self.tree, history: Some(&history), today: self.today },
            &rules::Selection::default(),
        );
        self.warn_of_errors(checked.findings.iter().filter(|f| f.group == Group::Format.name()), session)?;
        let published = rules::history_value(Some(&history));
        let findings = finding::published(&rules::view(&checked, &self.tree, &published));
        let (tree, today) = (&self.tree, self.today);
        let input = Input { tree, history: Some(&history), locks: &locks, today, selection: &selection, findings };
        Ok(report::build(input)?)
    }

    /// Says which goals are meant by what was typed.
    pub fn selection(&self, chosen: &Chosen, names: &[String]) -> Result<Selection, Failure> {
        let cycles = match chosen.cycle.as_deref() {
            None => Cycles::Running,
            Some("all") => Cycles::All,
            Some(id) => Cycles::One(id.to_owned()),
        };
        let mine = if chosen.mine { Some(self.identity()?) } else { None };
        Ok(Selection { cycles, owner: chosen.owner.clone(), names: names.to_vec(), mine })
    }

    fn identity(&self) -> Result<String, Failure> {
        let person = self.repository.as_ref().and_then(Repository::identity);
        person.map(|person| person.email).ok_or_else(|| {
            Usage::new(
                "git does not know who you are, so --mine means nobody",
                "run `git config user.email you@example.com`, or name an owner with --owner",
            )
            .into()
        })
    }

    /// Warns once for each kind of thing that history does not know.
    pub fn warn_of_gaps(&self, history: &History, session: &mut Session<'_>) -> Result<(), Failure> {
        let mut kinds: Vec<_> = Vec::new();
        for gap in &history.degraded {
            if kinds.contains(&gap.kind) {
                continue;
            }
            kinds.push(gap.kind);
            let alike = history.degraded.iter().filter(|other| other.kind == gap.kind).count();
            let more = if alike > 1 { format!(" (and {} more)", alike - 1) } else { String::new() };
            let place = match (&gap.path, &gap.commit) {
                (Some(path), Some(commit)) => format!("{path} at {}: ", commit.short()),
                (Some(path), None) => format!("{path}: "),
                (None, _) => String::new(),
            };
            session.warn(&format!("{place}{}{more}; {}", gap.message, gap.help))?;
        }
        Ok(())
    }

    /// Warns that the files say something that the figures leave out, with the first place. The finding's own words stay
    /// with `check`, which knows what is sensitive.
    pub fn warn_of_errors<'a>(
        &self,
        findings: impl Iterator<Item = &'a Finding>,
        session: &mut Session<'_>,
    ) -> Result<(), Failure> {
        let mut errors = findings.filter(|finding| finding.level == Level::Error);
        let Some(first) = errors.next() else { return Ok(()) };
        let place = first.primary.as_ref().map_or_else(String::new, |label| {
            let source = self.tree.sources.get(label.file);
            format!("{}:{}: ", source.path, source.position(label.range.start).line)
        });
        let more = match errors.count() {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        session.warn(&format!(
            "{place}an error that may leave goals out of this, {}{more}; run `git okr check`",
            first.rule
        ))
    }

    /// Gives the definitions at lock of the cycles that a selection shows.
    fn locks(&self, past: Option<&mut Past<'_>>, selection: &Selection) -> Result<BTreeMap<String, Locks>, Failure> {
        let mut locks = BTreeMap::new();
        let Some(past) = past else { return Ok(locks) };
        for cycle in report::shown(&self.tree, selection, self.today)? {
            let agreed = past.locks(&cycle, self.today)?;
            locks.insert(cycle.id, agreed);
        }
        Ok(locks)
    }
}

/// Warns of settings that are not in force, and of entries of `paths` that name nothing beside others that do.
fn warn_of_settings(tree: &Tree, session: &mut Session<'_>) -> Result<(), Failure> {
    for (path, reason) in tree.skipped.iter().filter(|(path, _)| path == config::FILE_NAME) {
        session.warn(&format!("{path} is {reason}: it is not read, and the defaults are in force"))?;
    }
    let sources: Vec<&str> = tree.sources.iter().map(|(_, source)| source.path.as_str()).collect();
    for entry in &tree.config.paths {
        let paths = source::Paths::new([entry]);
        if !sources.iter().any(|path| paths.holds(path)) {
            session.warn(&format!("`{entry}` in `paths` of {} names no objective file", config::FILE_NAME))?;
        }
    }
    Ok(())
}

/// Gives a path that was typed as one from the root, with forward slashes.
fn from_root(directory: &Path, root: &Path, typed: &Path) -> Result<String, Failure> {
    let wrong =
        |why: &str| Usage::new(format!("{} {why}", typed.display()), "name files or folders of this repository");
    let path = directory.join(typed).canonicalize().map_err(|_| wrong("is not there"))?;
    let root = root.canonicalize().map_err(|_| wrong("has no root that can be read"))?;
    let path = path.strip_prefix(&root).map_err(|_| wrong("lies outside the repository"))?;
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// The folder that was named, else the repository that git or the current folder says.
pub fn open(global: &Global) -> Result<Repository, GitError> {
    global.directory.as_deref().map_or_else(Repository::open_here, Repository::open)
}

fn day_of(seconds: i64) -> Result<Date, Failure> {
    let moment = jiff::Timestamp::from_second(seconds)
        .map_err(|_| Usage::new("the commit's date is out of range", "say which day it is with --today"))?;
    Ok(moment.to_zoned(TimeZone::UTC).date())
}
