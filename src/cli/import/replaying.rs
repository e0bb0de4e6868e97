//! Owns how the past comes in: values and goals of one day after another become commits on a branch of their own.
//! Never touches another branch, the index or the work tree.

use super::writing::{settings, tell_errors, texts};
use super::{Import, count, refuse_clashes, tell};
use crate::cli::init;
use crate::cli::{Failure, Outcome, Session, Usage};
use crate::config::FILE_NAME;
use crate::exchange::{self, Author, Dated, Intake, Round, Settled, Step, amount, flag};
use crate::git::{NewCommit, ObjectId, Person, Repository, Signature};
use crate::history::{self, Options};
use crate::okr::{Directory, KeyResult, Measure, Name, Resolution};
use crate::source::{self, Tree};
use crate::syntax::writing::{Address, Draft, Literal};
use crate::text::printable;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::BTreeMap;

/// The check-in fields of a key result, as far as a table of values can say them.
const CHECK_IN: [&str; 5] = ["current", "done", "confidence", "as_of", "note"];

/// A commit to be written.
struct Commit {
    recorded: i64,
    /// Moment of the author's clock.
    authored: i64,
    author: Author,
    message: String,
    files: BTreeMap<String, String>,
}

impl Import {
    /// Makes commits of dated values. The key results are those of HEAD, else those of the work tree, which the first
    /// commit then brings in.
    pub(super) fn replay_values(
        &self,
        repository: &Repository,
        work_tree: &Tree,
        steps: Vec<Step>,
        mut intake: Intake,
        name: &str,
        session: &mut Session<'_>,
    ) -> Result<Outcome, Failure> {
        self.refuse_branch(repository)?;
        let by = self.default_author(repository)?;
        let head = repository.head()?;
        let committed = match head.map(|head| source::revision(repository, head)) {
            Some(Err(source::Error::Nothing { .. })) | None => None,
            Some(tree) => Some(tree?),
        };
        let tree = committed.as_ref().unwrap_or(work_tree);
        let begun = match head.filter(|_| committed.is_some()) {
            Some(head) => self.begin_anew(repository, head, tree, &steps, &by)?,
            None => None,
        };
        let is_new = committed.is_none() || begun.is_some();
        let mut replay = Replay::of(tree, &steps, is_new, &mut intake)?;
        let mut commits = Vec::new();
        let mut values = 0;
        for step in &steps {
            let mut touched = BTreeMap::new();
            let mut names = Vec::new();
            for one in &step.values {
                if let Some((path, id)) = replay.put(one, &mut intake)? {
                    touched.insert(path.clone(), replay.texts[&path].clone());
                    names.push(id);
                }
            }
            if names.is_empty() {
                continue;
            }
            values += names.len();
            if commits.is_empty() && is_new {
                touched.clone_from(&replay.texts);
            }
            let what = match names.as_slice() {
                [one] => one.clone(),
                all => count(all.len(), "key result"),
            };
            let author = step.author.clone().unwrap_or_else(|| by.clone());
            let authored = noon(step.values[0].measured).map_or(step.recorded, |noon| noon.min(step.recorded));
            let message = format!("Check in {what}\n\nFrom {}, by git okr import.", printable(name));
            commits.push(Commit { recorded: step.recorded, authored, author, message, files: touched });
        }
        if let Some((recorded, files)) = replay.later(commits.last().map_or(0, |commit| commit.recorded))? {
            let message = "Return to what was measured since\n\nBy git okr import.".to_owned();
            commits.push(Commit { recorded, authored: recorded, author: by.clone(), message, files });
        }
        if commits.is_empty() {
            tell((&intake.mapped, &intake.left), name, session)?;
            let message = format!("no value of {} belongs to a key result of this repository", printable(name));
            return Err(Usage::new(message, "nothing was written; commit the goals first, or import them").into());
        }
        replay.tell_others(&mut intake);
        self.commit(repository, begun.or(head), &commits, &by, session)?;
        session.print(&format!("{} of {}\n", count(values, "value"), printable(name)))?;
        intake.left.sort();
        tell((&intake.mapped, &intake.left), name, session)?;
        self.next(head.is_some(), session)?;
        Ok(Outcome::Fine)
    }

    /// Makes commits of goals and the events that came with them.
    pub(super) fn replay_goals(
        &self,
        repository: &Repository,
        tree: &Tree,
        settled: &Settled,
        told: (Option<&Value>, &[Value]),
        today: Date,
        session: &mut Session<'_>,
    ) -> Result<Outcome, Failure> {
        let (own, events) = told;
        self.refuse_branch(repository)?;
        refuse_clashes(settled)?;
        let name = self.file.display().to_string();
        if events.is_empty() {
            let help =
                "give a table with the columns name, date and value, or what `git okr export --format json` writes";
            return Err(Usage::new(format!("{} holds no past", printable(&name)), help).into());
        }
        let by = self.default_author(repository)?;
        let head = repository.head()?;
        let mut files = texts(settled);
        if let Some(text) = own.and_then(settings).filter(|_| tree.config.file.is_none()) {
            files.insert(FILE_NAME.to_owned(), text);
        }
        if let Some(head) = head {
            let tree = repository.commit(head)?.tree;
            for path in files.keys() {
                if repository.entry(tree, path)?.is_some() {
                    let help = "nothing was written; `--team NAME` brings them in as another file";
                    return Err(Usage::new(format!("{path} is there already"), help).into());
                }
            }
        }
        let mut rounds = exchange::rounds(&settled.files, events, today, &by);
        if let (Some(text), Some(first)) = (files.get(FILE_NAME), rounds.first_mut()) {
            first.files.insert(FILE_NAME.to_owned(), text.clone());
        }
        let commits: Vec<Commit> = rounds.into_iter().map(commit_of).collect();
        self.commit(repository, head, &commits, &by, session)?;
        let objectives = settled.files.values().map(Vec::len).sum();
        session.print(&format!(
            "{} and {} of {}\n",
            count(objectives, "objective"),
            count(events.len(), "event"),
            printable(&name)
        ))?;
        tell((&settled.mapped, &settled.left), &name, session)?;
        let outcome = tell_errors(tree, &files, today, session)?;
        self.next(head.is_some(), session)?;
        Ok(outcome)
    }

    /// Writes a commit without the goals, where nothing is known of them but the one commit that brought them in: a history
    /// ends where the folders are not there, so that it can begin on the first day. `None` where that would lose something.
    fn begin_anew(
        &self,
        repository: &Repository,
        head: ObjectId,
        tree: &Tree,
        steps: &[Step],
        by: &Author,
    ) -> Result<Option<ObjectId>, Failure> {
        let past = history::walk(repository, head, &tree.config, &Options::default())?;
        let Some(first) = steps.first().filter(|_| past.complete && past.commits == 1 && !self.dry_run) else {
            return Ok(None);
        };
        let gone: Vec<&str> = tree.files.iter().map(|file| file.path.as_str()).collect();
        let signature = signature(by, first.recorded);
        let commit = NewCommit {
            files: &[],
            parents: &[head],
            author: &signature,
            committer: &signature,
            message: "Begin the goals anew, on the first day that is known of them\n\nBy git okr import.",
        };
        let without = repository.write_commit_over(&commit, &gone)?;
        let root = repository.commit(without)?.tree;
        for path in &tree.config.paths {
            let folder = path.split(['*', '?', '[', '{']).next().unwrap_or_default().trim_end_matches('/');
            if folder.is_empty() || repository.entry(root, folder)?.is_some() {
                return Ok(None);
            }
        }
        Ok(Some(without))
    }

    fn refuse_branch(&self, repository: &Repository) -> Result<(), Failure> {
        let branch = printable(&self.branch).into_owned();
        match repository.has_branch(&self.branch) {
            Some(false) => Ok(()),
            Some(true) => {
                let help = "name another one with `--branch`, or take it away with `git branch -D`";
                Err(Usage::new(format!("the branch {branch} is there already"), help).into())
            }
            None => {
                Err(Usage::new(format!("{branch} can be no branch"), "name one as in `--branch okr-history`").into())
            }
        }
    }

    /// Says who recorded what names nobody: as asked for, else who git says.
    fn default_author(&self, repository: &Repository) -> Result<Author, Failure> {
        let asked = self.author.as_deref().map(Author::parse);
        let known = || repository.identity().map(|person| Author { name: person.name, email: person.email });
        asked.or_else(known).filter(|author| !author.name.is_empty()).ok_or_else(|| {
            let help = "run `git config user.name` and `git config user.email`, or give `--author 'Name <address>'`";
            Usage::new("git does not know who you are, and commits need somebody", help).into()
        })
    }

    /// Writes the commits, and the branch once all are there.
    fn commit(
        &self,
        repository: &Repository,
        head: Option<ObjectId>,
        commits: &[Commit],
        by: &Author,
        session: &mut Session<'_>,
    ) -> Result<(), Failure> {
        let parent_is_new = head != repository.head()?;
        let mut parent = head;
        if !self.dry_run {
            for commit in commits {
                let files: Vec<(&str, &[u8])> =
                    commit.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
                parent = Some(repository.write_commit_over(
                    &NewCommit {
                        files: &files,
                        parents: parent.as_slice(),
                        author: &signature(&commit.author, commit.authored),
                        committer: &signature(by, commit.recorded),
                        message: &commit.message,
                    },
                    &[],
                )?);
            }
            if let Some(last) = parent {
                repository.new_branch(&self.branch, last)?;
            }
        }
        let days = |commit: Option<&Commit>| commit.map(|commit| day_of(commit.recorded)).unwrap_or_default();
        let verb = if self.dry_run { "would write" } else { "wrote" };
        let (first, last) = (days(commits.first()), days(commits.last()));
        let commits = count(commits.len() + usize::from(parent_is_new), "commit");
        session.print(&format!("{verb} {commits} on the branch {}, {first} to {last}\n", printable(&self.branch)))
    }

    fn next(&self, has_commits: bool, session: &mut Session<'_>) -> Result<(), Failure> {
        if self.dry_run {
            return Ok(());
        }
        let branch = printable(&self.branch);
        session.remark(&match has_commits {
            true => {
                format!("next: look at it with `git okr status --as-of {branch}`, then `git merge --ff-only {branch}`")
            }
            false => format!("next: move the files of the work tree aside, then `git switch {branch}`"),
        })
    }
}

fn commit_of(round: Round) -> Commit {
    let files = round.files.into_iter().map(|(path, text)| {
        let text =
            if path == FILE_NAME || text.is_empty() { text } else { init::objectives_schema_line(&path) + &text };
        (path, text)
    });
    // The words of a commit are a stranger's: one line of them, and no trailer.
    let summary = round.summary.as_deref().map(|summary| printable(summary).into_owned());
    let message = summary.filter(|summary| !summary.is_empty()).unwrap_or_else(|| format!("Goals of {}", round.day));
    Commit {
        recorded: round.recorded,
        authored: noon(round.day).unwrap_or(round.recorded),
        author: Author::parse(&format!("{} <{}>", round.author.name, round.author.email)),
        message,
        files: files.collect(),
    }
}

fn signature(author: &Author, seconds: i64) -> Signature {
    let person = Person { name: author.name.clone(), email: author.email.clone() };
    Signature { person, seconds, offset_minutes: 0 }
}

fn noon(day: Date) -> Option<i64> {
    Some(day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()).filter(|seconds| *seconds > 0)
}

fn day_of(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| String::new(), |at| at.to_zoned(TimeZone::UTC).date().to_string())
}

/// When something was recorded, in seconds since 1970, and the files that it changed.
type Moment = (i64, BTreeMap<String, String>);

/// Goals of which the check-in values change from commit to commit.
struct Replay<'a> {
    /// By path from the root.
    texts: BTreeMap<String, String>,
    before: BTreeMap<String, String>,
    key_results: BTreeMap<Name, (&'a str, &'a KeyResult)>,
    /// What each name of the table stands for.
    names: BTreeMap<String, Name>,
    /// The last day of each key result that was put.
    last: BTreeMap<Name, (Date, usize)>,
}

impl<'a> Replay<'a> {
    /// Finds what the names of the table stand for. In files that no commit has, the key results of the table begin without a
    /// value.
    fn of(tree: &'a Tree, steps: &[Step], is_new: bool, intake: &mut Intake) -> Result<Self, Failure> {
        let mut key_results = BTreeMap::new();
        let mut cycles = Vec::new();
        let mut titles: BTreeMap<&str, Vec<Name>> = BTreeMap::new();
        for located in tree.objectives() {
            let Some(home) = located.name() else { continue };
            let Some(cycle) = tree.config.calendar.cycle(&home.cycle) else { continue };
            for kr in &located.objective.key_results {
                let name = home.key_result(&kr.id);
                titles.entry(&kr.title).or_default().push(name.clone());
                cycles.push((name.clone(), cycle.clone()));
                key_results.entry(name).or_insert((located.file.path.as_str(), kr));
            }
        }
        let directory = Directory::new(cycles);
        let mut names = BTreeMap::new();
        for one in steps.iter().flat_map(|step| &step.values) {
            if names.contains_key(&one.name) {
                continue;
            }
            let by_title = titles.get(one.name.as_str()).filter(|all| all.len() == 1).map(|all| all[0].clone());
            match by_title.map_or_else(|| directory.resolve(&one.name, one.measured), Resolution::One) {
                Resolution::One(name) => drop(names.insert(one.name.clone(), name)),
                Resolution::Ambiguous(all) => {
                    let all: Vec<String> = all.iter().map(Name::to_string).collect();
                    intake.leave(one.line, format!("`{}` may be any of {}", one.name, all.join(", ")));
                }
                Resolution::None { nearest } => {
                    let near = nearest.first().map(|name| format!("; the nearest name is {name}")).unwrap_or_default();
                    intake.leave(one.line, format!("`{}` names no key result{near}", one.name));
                }
            }
        }
        let text = |path: &str| {
            let file = tree.files.iter().find(|file| file.path == path).expect("it holds a key result");
            tree.sources.get(file.file).text.clone()
        };
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for (path, _) in key_results.values() {
            texts.entry((*path).to_owned()).or_insert_with(|| text(path));
        }
        let before = texts.clone();
        let mut replay = Replay { texts, before, key_results, names, last: BTreeMap::new() };
        if is_new {
            for name in replay.names.values().cloned().collect::<std::collections::BTreeSet<_>>() {
                replay.edit(&name, |draft, at| {
                    CHECK_IN.iter().try_for_each(|field| match *field {
                        "done" if draft.get(at, "done").is_some() => draft.set(at, "done", false),
                        field => draft.unset(at, field),
                    })
                })?;
            }
        }
        Ok(replay)
    }

    fn edit(
        &mut self,
        name: &Name,
        change: impl FnOnce(&mut Draft, Address) -> Result<(), crate::syntax::writing::Unwritable>,
    ) -> Result<(), Failure> {
        let (path, _) = self.key_results[name];
        let text = self.texts.get_mut(path).expect("every key result has its file");
        let mut draft = Draft::new(path, text.as_bytes())?;
        let at = draft.find(name).expect("it was read from there");
        change(&mut draft, at)?;
        *text = draft.finish()?;
        Ok(())
    }

    /// Puts one value; gives the file and the id that changed, or leaves what does not fit.
    fn put(&mut self, one: &Dated, intake: &mut Intake) -> Result<Option<(String, String)>, Failure> {
        let Some(name) = self.names.get(&one.name).cloned() else { return Ok(None) };
        let (path, kr) = self.key_results[&name];
        // What is sensitive stays out of messages.
        let said = one.value.as_ref().filter(|_| !kr.sensitive).map_or("the value".to_owned(), Value::to_string);
        let value = match (&kr.measure, &one.value) {
            (_, None) => None,
            (Some(Measure::Metric { .. } | Measure::Bound(_)), Some(value)) => match amount(value) {
                Ok(read) if read.unit.is_none() || read.unit == kr.unit => {
                    Some(("current", Literal::number(read.value)))
                }
                Ok(_) => {
                    intake.leave(one.line, format!("{said} is in another unit than {name}"));
                    return Ok(None);
                }
                Err(_) if kr.sensitive => {
                    intake.leave(one.line, format!("{said} is no number"));
                    return Ok(None);
                }
                Err(why) => {
                    intake.leave(one.line, format!("{said} {why}"));
                    return Ok(None);
                }
            },
            (Some(Measure::Binary(_)), Some(value)) => match flag(value) {
                Ok(true) => Some(("done", one.measured.into())),
                Ok(false) => Some(("done", false.into())),
                Err(why) => {
                    intake.leave(one.line, format!("{said} {why}"));
                    return Ok(None);
                }
            },
            (Some(Measure::Milestones(_)), Some(_)) => {
                intake.leave(one.line, format!("{name} has milestones, and a number does not say which are reached"));
                return Ok(None);
            }
            (None, Some(_)) => {
                intake.leave(one.line, format!("{name} says nowhere what it measures"));
                return Ok(None);
            }
        };
        let confidence = one.confidence.as_ref().and_then(Value::as_f64);
        self.edit(&name, |draft, at| {
            if let Some((field, value)) = value {
                draft.set(at, field, value)?;
            }
            if let Some(confidence) = confidence {
                draft.set(at, "confidence", Literal::number(confidence))?;
            }
            match &one.note {
                Some(note) => draft.set(at, "note", note.as_str())?,
                // What was said of the value before says nothing of this one.
                None => draft.unset(at, "note")?,
            }
            draft.set(at, "as_of", one.measured)
        })?;
        let id = name.key_result.clone().unwrap_or_default();
        self.last.insert(name, (one.measured, one.line));
        Ok(Some((path.to_owned(), id)))
    }

    /// Says which key results end with another value than was found, which no day says anything of.
    fn tell_others(&self, intake: &mut Intake) {
        for (name, (last, line)) in &self.last {
            let (path, kr) = self.key_results[name];
            let ends = Draft::new(path, self.texts[path].as_bytes()).ok();
            let number = |value: &toml::Value| value.as_float().or(value.as_integer().map(|whole| whole as f64));
            let ends = ends.as_ref().and_then(|draft| number(draft.get(draft.find(name)?, "current")?));
            if let (Some(found), Some(ends)) = (kr.current, ends)
                && (found - ends).abs() > f64::EPSILON
            {
                let message = match kr.sensitive {
                    true => {
                        format!("{name} stood at another value in its file, without a day; it ends at that of {last}")
                    }
                    false => {
                        format!("{name} stood at {found} in its file, without a day; it ends at {ends}, of {last}")
                    }
                };
                intake.leave(*line, message);
            }
        }
    }

    /// Puts back what was found where that is of a later day than the table's, and gives the files with when that was
    /// recorded.
    fn later(&mut self, recorded: i64) -> Result<Option<Moment>, Failure> {
        let later: Vec<(Name, Date)> = self
            .last
            .iter()
            .filter_map(|(name, (last, _))| {
                Some((name.clone(), self.key_results[name].1.as_of.filter(|as_of| as_of > last)?))
            })
            .collect();
        let mut files = BTreeMap::new();
        for (name, _) in &later {
            let path = self.key_results[name].0;
            let found = Draft::new(path, self.before[path].as_bytes())?;
            let there = found.find(name).expect("it was read from there");
            self.edit(name, |draft, at| {
                CHECK_IN.iter().try_for_each(|field| match found.raw(there, field).and_then(Literal::raw) {
                    Some(value) => draft.set(at, field, value),
                    None => draft.unset(at, field),
                })
            })?;
            files.insert(path.to_owned(), self.texts[path].clone());
        }
        let recorded = later.iter().filter_map(|(_, day)| noon(*day)).chain([recorded]).max().unwrap_or(recorded);
        Ok((!files.is_empty()).then_some((recorded, files)))
    }
}
