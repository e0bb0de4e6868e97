//! Owns what a command looks at: the repository, one state of its files, the day, and the history behind it.

mod modelled;
mod past;
mod working;

pub use modelled::Modelled;

use super::arguments::{At, Chosen, Global};
use super::{Failure, Session, Usage, asked, written};
use crate::config::{self, Config};
use crate::finding::{Finding, Level};
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::history::{Cache, History, Locks, Options, Outline, Past};
use crate::okr::Cycle;
use crate::report::{Cycles, Selection};
use crate::rules::{self, Checked, Subject};
use crate::source::{self, AsOf, Revision, Stamps, Standing, Tree};
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
    seen: Seen,
    cache: Option<Cache>,
    /// What tells on which commit the work tree stands, where that is still to be found out.
    standing: Option<Standing>,
}

/// Where the files of a view were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    WorkTree,
    Index,
    Commit,
}

/// What a look shows that reads no goal.
#[derive(Default)]
pub struct Glimpse {
    /// A view without goals, and an outline of those, where an earlier run read just the same, and found it to be what
    /// HEAD holds and nothing in it to speak of. Of the work tree this is the settings alone where only HEAD was asked for.
    pub known: Option<(View, Outline)>,
    /// What a reading may be remembered by.
    pub stamps: Option<Stamps>,
}

/// What is known of the past.
pub struct Evidence {
    /// Every event.
    pub history: History,
    /// The definitions at lock, by cycle.
    pub locks: BTreeMap<String, Locks>,
    /// The days that the cycles of the goals had when they locked.
    pub agreed: Vec<Cycle>,
}

impl View {
    /// Opens what a command that needs git looks at: the work tree, or the revision that `--as-of` names.
    pub fn with_git(global: &Global, at: &At, session: &mut Session<'_>) -> Result<View, Failure> {
        let repository = open(global)?;
        let mut view = View::of(Some(repository), Vec::new(), false, global, at, session)?;
        view.settle()?;
        view.refuse_broken_configuration()?;
        Ok(view)
    }

    /// Looks at a work tree without reading it or, where what is uncommitted plays no part, at HEAD alone.
    pub fn glimpse(global: &Global, at_head: bool, session: &Session<'_>) -> Result<Glimpse, Failure> {
        let Ok(repository) = open(global) else { return Ok(Glimpse::default()) };
        let Some(cache) = cache_of(Some(&repository), global, session) else { return Ok(Glimpse::default()) };
        let (Some(head), Some(root)) = (repository.head_id(), repository.workdir()) else {
            return Ok(Glimpse::default());
        };
        let root = root.to_owned();
        let Ok(config) = source::configuration(&root) else { return Ok(Glimpse::default()) };
        let stamps = match at_head {
            true => None,
            false => Stamps::take(&repository, &root, &config, cache.layout(&config)),
        };
        let outlined = (at_head || stamps.is_some()).then(|| {
            let kept = cache.outline(head, &config, stamps.as_ref());
            kept.or_else(|| cache.outline_beside(&repository, &root, head, &config, stamps.as_ref()))
        });
        let Some(outline) = outlined.flatten() else { return Ok(Glimpse { known: None, stamps }) };
        let tree = Tree { config, ..Tree::default() };
        let today = session.fixed_today(global)?.map_or_else(|| session.current_day(), Ok)?;
        let (repository, from, asked, cache) = (Some(repository), Some(head), Vec::new(), Some(cache));
        let view = View { repository, tree, today, from, root, asked, seen: Seen::WorkTree, cache, standing: None };
        Ok(Glimpse { known: Some((view, outline)), stamps })
    }

    /// Keeps where the objective files lie, for the next look.
    pub fn remember_layout(&self, stamps: &Stamps) {
        if let (Some(cache), Some(layout)) = (&self.cache, stamps.found()) {
            cache.keep_layout(&self.tree.config, layout);
        }
    }

    /// Keeps what a later [`View::glimpse`] may do with, where a reading found nothing to speak of. The stamps are older
    /// than the reading.
    pub fn remember(&self, stamps: &Stamps) {
        self.remember_layout(stamps);
        let speaks = |finding: &Finding| finding.level == Level::Error;
        if let (Some(repository), Some(cache), Some(head)) = (&self.repository, &self.cache, self.from)
            && self.seen == Seen::WorkTree
            && !self.tree.findings.iter().any(speaks)
            && unnamed(&self.tree).next().is_none()
            && let Some(settled) = stamps.stand_for(&self.tree, repository)
        {
            cache.keep_outline(head, stamps, &settled, &self.tree);
        }
    }

    /// Gives every event of some names where an earlier run kept them or, where an outline is given to find them by, knows
    /// most commits.
    pub fn known_of(
        &self,
        options: &Options,
        wanted: impl Fn(&str) -> bool,
        find: Option<&Outline>,
    ) -> Result<Option<History>, Failure> {
        let Some(past) = self.past(options) else { return Ok(None) };
        match (past.known_of(&wanted), find) {
            (None, Some(outline)) => Ok(past.found_of(wanted, &outline.plain)?),
            (known, _) => Ok(known),
        }
    }

    /// Opens one side of a change, whether it holds goals or not: a commit, else the work tree or, where there is none,
    /// HEAD. `asked` are paths from the root, to read beside the configured ones.
    pub fn side(
        commit: Option<ObjectId>,
        asked: Vec<String>,
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        let repository = open(global)?;
        let today = session.fixed_today(global)?.map_or_else(|| session.current_day(), Ok)?;
        let head = repository.head()?;
        let root = repository.workdir().map_or_else(|| session.directory(global), Path::to_owned);
        let seen = if commit.is_none() && !repository.is_bare() { Seen::WorkTree } else { Seen::Commit };
        let (from, tree) = if seen == Seen::WorkTree {
            let tree = match source::worktree(Some(&repository), &root, &asked) {
                Err(source::Error::Nothing { .. }) => {
                    let revision = Revision { id: head, committed: None, dirty: true };
                    Tree { config: source::configuration(&root)?, revision, ..Tree::default() }
                }
                tree => tree?,
            };
            (head, tree)
        } else {
            let from = commit.or(head).ok_or(GitError::Unborn)?;
            (Some(from), source::revision_beside(&repository, from, &asked, &Tree::default())?)
        };
        let cache = cache_of(Some(&repository), global, session);
        let repository = Some(repository);
        let view = View { repository, tree, today, from, root, asked, seen, cache, standing: None };
        view.refuse_broken_configuration()?;
        Ok(view)
    }

    /// Opens the commit that somebody proposes, on its own day unless another is fixed: a run repeated later says the same.
    /// The paths that are asked for need not be on disk.
    pub fn proposed(
        commit: ObjectId,
        asked: &[PathBuf],
        global: &Global,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        let directory = session.directory(global);
        let root = open(global)?.workdir().map_or_else(|| directory.clone(), Path::to_owned);
        let asked = asked::anywhere(asked, &directory, &root)?;
        let mut view = View::side(Some(commit), asked, global, session)?;
        if let (None, Some(seconds)) = (session.fixed_today(global)?, view.tree.revision.committed) {
            view.today = day_of(seconds)?;
        }
        Ok(view)
    }

    /// Gives the commit that is looked at; `None` for the work tree.
    pub fn commit(&self) -> Option<ObjectId> {
        self.from.filter(|_| self.seen == Seen::Commit)
    }

    /// Figures under settings that could not be read would be wrong without looking so: `check` shows what is broken,
    /// everything else stops.
    pub fn refuse_broken_configuration(&self) -> Result<(), Failure> {
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
    /// repository has nothing to look at unless a revision is named. What is `staged` is read from the index.
    pub fn anywhere(
        asked: &[PathBuf],
        staged: bool,
        global: &Global,
        at: &At,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        let mut view = View::unsettled(asked, staged, global, at, session)?;
        view.settle()?;
        Ok(view)
    }

    /// Opens what [`View::anywhere`] does, and leaves open on which commit the work tree stands, until [`View::settle`]: to
    /// find that out every folder of the commit is read.
    pub fn unsettled(
        asked: &[PathBuf],
        staged: bool,
        global: &Global,
        at: &At,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        let repository = match open(global) {
            Ok(repository) => Some(repository),
            Err(GitError::NotARepository { .. }) if at.as_of.is_none() && !staged => None,
            Err(error) => return Err(error.into()),
        };
        let root =
            repository.as_ref().and_then(Repository::workdir).map_or_else(|| session.directory(global), Path::to_owned);
        if repository.as_ref().is_some_and(Repository::is_bare) && at.as_of.is_none() {
            return Err(
                Usage::new("a bare repository has no work tree to check", "name a revision: --as-of HEAD").into()
            );
        }
        let asked = asked::on_disk(asked, &session.directory(global), &root)?;
        View::of(repository, asked, staged, global, at, session)
    }

    /// Finds out on which commit the work tree stands, and whether it differs from it, if that is still open.
    pub fn settle(&mut self) -> Result<(), Failure> {
        if let (Some(standing), Some(repository)) = (self.standing.take(), &self.repository) {
            self.tree.revision = standing.revision(repository)?;
        }
        Ok(())
    }

    fn of(
        repository: Option<Repository>,
        asked: Vec<String>,
        staged: bool,
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
        let mut standing = None;
        let (from, tree, seen) = match (&at.as_of, &repository, work_tree) {
            (Some(wanted), Some(repository), _) => {
                let from = source::as_of(repository, head.ok_or(GitError::Unborn)?, &AsOf::parse(wanted))?;
                (Some(from), source::revision_with(repository, from, &asked)?, Seen::Commit)
            }
            (_, Some(repository), _) if staged => (head, source::index(repository, &asked)?, Seen::Index),
            (_, repository, Some(root)) => {
                let (tree, open) = source::files(repository.as_ref(), &root, &asked)?;
                standing = Some(open);
                (head, tree, Seen::WorkTree)
            }
            (_, Some(repository), None) => {
                let from = head.ok_or(GitError::Unborn)?;
                (Some(from), source::revision(repository, from)?, Seen::Commit)
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
        let place = match seen {
            Seen::WorkTree => "the work tree",
            Seen::Index => "the index",
            Seen::Commit => "git",
        };
        session.detail(&format!("read {} files from {place} at {at}, seen on {today}", tree.files.len()))?;
        for (path, reason) in &tree.skipped {
            session.detail(&format!("passed over {path}: {reason}"))?;
        }
        warn_of_settings(&tree, session)?;
        let cache = cache_of(repository.as_ref(), global, session);
        Ok(View { repository, tree, today, from, root, asked, seen, cache, standing })
    }

    /// Tells whether a path lies in what was asked for; where nothing was named, everything does.
    pub fn is_asked(&self, path: &str) -> bool {
        self.asked.is_empty() || self.asked.iter().any(|asked| Path::new(path).starts_with(asked))
    }

    /// Keeps what was found in what was asked for.
    ///
    /// # Errors
    /// Where that holds no objective file.
    pub fn keep_asked(&self, checked: &mut Checked) -> Result<(), Failure> {
        if self.asked.is_empty() {
            return Ok(());
        }
        checked.keep(&self.tree, |path| self.is_asked(path));
        if checked.files.is_empty() {
            let asked = self.asked.join(", ");
            let help = "name files that end in .toml, or folders that hold some";
            return Err(Usage::new(format!("no objective file at {asked}"), help).into());
        }
        Ok(())
    }

    /// Looks at another commit of the same repository, on the same day. Where it has no goals there are none to see; what
    /// is the same there is not read again.
    pub fn at(&self, commit: ObjectId, global: &Global) -> Result<View, Failure> {
        let repository = open(global)?;
        let tree = source::revision_beside(&repository, commit, &self.asked, &self.tree)?;
        let (root, asked) = (self.root.clone(), self.asked.clone());
        let (repository, from) = (Some(repository), Some(commit));
        Ok(View {
            repository,
            tree,
            today: self.today,
            from,
            root,
            asked,
            seen: Seen::Commit,
            cache: self.cache.clone(),
            standing: None,
        })
    }

    /// Runs the rules, by the levels of a configuration that may be another one's; the past is read where a rule asks for
    /// it, and the `reports` in files where that is wanted.
    pub fn checked(
        &mut self,
        ruling: &Config,
        selection: &rules::Selection,
        reports: bool,
        session: &mut Session<'_>,
    ) -> Result<(Checked, Option<History>), Failure> {
        if selection.needs_history(ruling) || reports && selection.runs(rules::REPORT_STALE, ruling) {
            self.settle()?;
        }
        let past = match &self.repository {
            Some(_) if selection.needs_history(ruling) => Some(self.evidence(&[], session)?),
            _ => None,
        };
        let checked = self.judged(past.as_ref(), ruling, selection, reports, session)?;
        Ok((checked, past.map(|past| past.history)))
    }

    /// Runs the rules with what is known of the past already.
    pub fn judged(
        &mut self,
        past: Option<&Evidence>,
        ruling: &Config,
        selection: &rules::Selection,
        reports: bool,
        session: &mut Session<'_>,
    ) -> Result<Checked, Failure> {
        let known = past.is_none_or(|past| past.history.complete);
        let outdated = match reports && known && selection.runs(rules::REPORT_STALE, ruling) {
            true => written::outdated(self, session)?,
            false => Vec::new(),
        };
        let agreed = past.map_or(&[][..], |past| &past.agreed);
        let subject = Subject::new(&self.tree, past.map(|past| &past.history), self.today);
        Ok(rules::check_by(ruling, &Subject { agreed, outdated: &outdated, ..subject }, selection))
    }

    /// Reads the Markdown files that may hold a report, by path from the root, from where the other files were read.
    pub fn documents(&self) -> Result<BTreeMap<String, String>, Failure> {
        let paths = &self.tree.config.paths;
        Ok(match (&self.repository, self.seen, self.from) {
            (Some(_), Seen::WorkTree, _) => source::documents(&self.root, paths)?,
            (Some(repository), Seen::Index, _) => source::documents_staged(repository, paths)?,
            (Some(repository), Seen::Commit, Some(commit)) => source::documents_of(repository, commit, paths)?,
            _ => BTreeMap::new(),
        })
    }

    /// Tells whether files that no setting names may be read from the disk: those of a commit or the index are others.
    pub fn is_on_disk(&self) -> bool {
        self.seen == Seen::WorkTree
    }

    /// Reads the configuration alone: of the work tree around, or the defaults; warns of what is wrong with it.
    pub fn configuration(global: &Global, session: &mut Session<'_>) -> Result<Config, Failure> {
        let root = match open(global) {
            Ok(repository) => repository.workdir().map(Path::to_owned),
            Err(GitError::NotARepository { .. }) => {
                Some(global.directory.clone().unwrap_or_else(|| PathBuf::from(".")))
            }
            Err(error) => return Err(error.into()),
        };
        let tree = root.map(|root| source::configured(&root)).transpose()?.unwrap_or_default();
        warn_of_passed_over(&tree, session)?;
        if let Some(label) = tree.findings.iter().find_map(|finding| finding.primary.as_ref()) {
            let source = tree.sources.get(label.file);
            let place = format!("{}:{}", source.path, source.position(label.range.start).line);
            session.warn(&format!("{place} does not read, so defaults may stand here; run `git okr check`"))?;
        }
        Ok(tree.config)
    }

    /// Reads the templates that the configuration names, from where the files were read.
    pub fn templates(&self) -> Result<BTreeMap<String, String>, Failure> {
        let folder = &self.tree.config.templates;
        Ok(match (&self.repository, self.from) {
            (Some(repository), Some(from)) if self.seen == Seen::Commit => {
                source::templates_of(repository, from, folder)?
            }
            _ => source::templates(&self.root, folder)?,
        })
    }

    /// Gives what the rules and the report are told of the past, with the definitions at lock of some cycles.
    pub fn evidence(&self, cycles: &[Cycle], session: &mut Session<'_>) -> Result<Evidence, Failure> {
        self.evidence_of(self.past(&Options::default()).as_deref_mut(), cycles, session)
    }

    fn evidence_of(
        &self,
        mut past: Option<&mut Past<'_>>,
        cycles: &[Cycle],
        session: &mut Session<'_>,
    ) -> Result<Evidence, Failure> {
        let (history, locks) = self.look_back(past.as_deref_mut(), cycles, session)?;
        let agreed = self.agreed(past)?;
        Ok(Evidence { history, locks, agreed })
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

    /// Gives the address of whoever runs this, as git knows it.
    pub fn identity(&self) -> Result<String, Failure> {
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

    /// Walks the history behind the view, and finds the definitions at lock of some cycles on the way.
    pub fn history_and_locks(
        &self,
        options: &Options,
        cycles: &[Cycle],
        session: &mut Session<'_>,
    ) -> Result<(History, BTreeMap<String, Locks>), Failure> {
        self.look_back(self.past(options).as_deref_mut(), cycles, session)
    }

    fn look_back(
        &self,
        mut past: Option<&mut Past<'_>>,
        cycles: &[Cycle],
        session: &mut Session<'_>,
    ) -> Result<(History, BTreeMap<String, Locks>), Failure> {
        let mut history = self.told(past.as_deref_mut(), session)?;
        let locks = self.locks(past, cycles, &mut history)?;
        Ok((history, locks))
    }
}

/// Gives the cache of a repository, unless there is none, or it is not to be used.
fn cache_of(repository: Option<&Repository>, global: &Global, session: &Session<'_>) -> Option<Cache> {
    let repository = repository.filter(|_| !global.no_cache)?;
    Cache::of(repository, session.cache_folder())
}

/// Warns of settings that are not in force.
fn warn_of_passed_over(tree: &Tree, session: &mut Session<'_>) -> Result<(), Failure> {
    for (path, reason) in tree.skipped.iter().filter(|(path, _)| path == config::FILE_NAME) {
        session.warn(&format!("{path} is {reason}: it is not read, and the defaults are in force"))?;
    }
    Ok(())
}

/// Warns of settings that are not in force, and of entries of `paths` that name nothing beside others that do.
fn warn_of_settings(tree: &Tree, session: &mut Session<'_>) -> Result<(), Failure> {
    warn_of_passed_over(tree, session)?;
    for entry in unnamed(tree) {
        session.warn(&format!("`{entry}` in `paths` of {} names no objective file", config::FILE_NAME))?;
    }
    Ok(())
}

/// Lists the entries of `paths` that name nothing.
fn unnamed(tree: &Tree) -> impl Iterator<Item = &String> {
    let sources: Vec<&str> = tree.sources.iter().map(|(_, source)| source.path.as_str()).collect();
    tree.config.paths.iter().filter(move |entry| {
        let paths = source::Paths::new([*entry]);
        !sources.iter().any(|path| paths.holds(path))
    })
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
