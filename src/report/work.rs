//! Owns how the work for goals is told: which goals the trailers of commits name, counted by goal, and the questions that
//! follow. Never a person, never progress, and a question is no finding.

use super::model::ReportV1;
use super::select::{self, Index};
use super::{LogSelection, Secret, show};
use crate::history::{self, EventKind, History, Work};
use crate::okr::{Cycle, Directory, Field, Fields, Health, InitiativeStatus, Name, Resolution, Role, Status};
use crate::source::Tree;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Commits that name an objective or key result in a trailer, since the first day of its cycle. A commit counts once,
/// however often it names the goal, merges and reverts by their own message like every other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct WorkV1 {
    /// How many; of an objective those that name it or one of its key results.
    pub commits: usize,
    /// Day of the last.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub last: Option<Date>,
}

/// The trailers that were read for a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct TrailersV1 {
    /// The first day that was read, that of the first cycle shown.
    #[cfg_attr(test, schemars(with = "String"))]
    pub since: Date,
    /// Commits since then that name anything.
    pub commits: usize,
    /// Names that stand for no goal, or for several, as written and in this order.
    pub unknown: Vec<UnknownV1>,
}

/// A name in trailers that stands for no goal, or for several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct UnknownV1 {
    /// As in the message.
    pub written: String,
    /// The goals that it may stand for, full names; empty where there is none.
    pub candidates: Vec<String>,
    /// Commits that have it.
    pub commits: usize,
    /// Day of the last.
    #[cfg_attr(test, schemars(with = "String"))]
    pub last: Date,
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    /// No commit has named a key result for two cadences and the grace days, where its team names others.
    NoWork,
    /// An initiative names no key result that it should move.
    DrivesNothing,
}

/// Something to ask the team, where only they can know. It is no finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct QuestionV1 {
    /// What kind.
    pub kind: QuestionKind,
    /// Full name of the key result, or title of the initiative.
    pub about: String,
    /// Days without a commit; null for an initiative.
    pub days: Option<i32>,
    /// The question.
    pub text: String,
}

/// A commit that names goals in its trailers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct WorkCommitV1 {
    /// Its id.
    pub commit: String,
    /// Commit time, RFC 3339 in UTC.
    pub recorded: String,
    /// First line of its message; null where it is sensitive.
    pub summary: Option<String>,
    /// What it names, in the order of its trailers.
    pub names: Vec<WorkNameV1>,
}

/// A name in a trailer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct WorkNameV1 {
    /// As in the message.
    pub written: String,
    /// Full name of the goal, today's; null where it stands for none or for several.
    pub name: Option<String>,
    /// The goals that it may stand for where they are several.
    pub candidates: Vec<String>,
}

/// What a name in a trailer stands for, under today's names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meaning {
    Goal(Name),
    Several(Vec<Name>),
    Nothing,
}

/// The names that trailers may have: those of today, those that goals had before, and those of goals that have gone.
struct Names {
    living: Directory,
    /// By a former name, today's.
    today: HashMap<Name, Name>,
    gone: Directory,
    /// What was looked up, by what is written and the commit's day.
    known: HashMap<(String, Date), Meaning>,
}

impl Names {
    fn new(tree: &Tree, index: &Index<'_>, history: &History) -> Self {
        let mut today = HashMap::new();
        let mut living: Vec<(Name, Cycle)> = index.names().collect();
        let in_use: HashSet<Name> = living.iter().map(|(name, _)| name.clone()).collect();
        let calendar = &tree.config.calendar;
        let with = |aliases: &Vec<String>| Fields::from([(Field::Aliases, Value::from(aliases.clone()))]);
        for (name, _, located) in &index.objectives {
            let own = with(&located.objective.aliases);
            let key_results = located.objective.key_results.iter();
            let former = key_results.map(|kr| (name.key_result(&kr.id), &kr.aliases)).flat_map(|(name, aliases)| {
                let former = history::former(&name, &with(aliases), Some(&own));
                former.into_iter().map(move |old| (old, name.clone()))
            });
            let objective = history::former(name, &own, None).into_iter().map(|old| (old, name.clone()));
            for (old, name) in objective.chain(former).filter_map(|(old, name)| Some((Name::parse(&old)?, name))) {
                // A name that is in use again stands for who has it now.
                if let Some(cycle) = calendar.cycle(&old.cycle).filter(|_| !in_use.contains(&old)) {
                    living.push((old.clone(), cycle));
                    today.entry(old).or_insert(name);
                }
            }
        }
        let past: BTreeSet<&str> = history.events.iter().map(|event| &*event.name).collect();
        let gone = past.into_iter().filter_map(Name::parse);
        let gone = gone.filter_map(|name| Some((name.clone(), calendar.cycle(&name.cycle)?)));
        Names { living: Directory::new(living), today, gone: Directory::new(gone), known: HashMap::new() }
    }

    /// Resolves a name on the day of the commit that has it.
    fn meaning(&mut self, written: &str, day: Date) -> Meaning {
        let key = (written.to_owned(), day);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let today = |name: Name| self.today.get(&name).cloned().unwrap_or(name);
        let found = self.living.meant(written, day).or_else(|| self.gone.meant(written, day));
        let meaning = match found {
            Some(Resolution::One(name)) => Meaning::Goal(today(name)),
            Some(Resolution::Ambiguous(names)) => {
                let names: BTreeSet<Name> = names.into_iter().map(today).collect();
                match names.len() {
                    1 => names.into_iter().next().map_or(Meaning::Nothing, Meaning::Goal),
                    _ => Meaning::Several(names.into_iter().collect()),
                }
            }
            Some(Resolution::None { .. }) | None => Meaning::Nothing,
        };
        self.known.insert(key, meaning.clone());
        meaning
    }
}

fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

/// Tells of the commits since the first cycle shown that name goals: beside the goals that they name, and which of the
/// names stand for none. `history` is that of the report.
pub fn tell(report: &mut ReportV1, tree: &Tree, history: &History, work: &Work) {
    let cycles = select::cycles(tree);
    let index = Index::new(tree, &cycles);
    let mut names = Names::new(tree, &index, history);
    let (mut of, mut own) = (Counts::default(), Counts::default());
    let mut unknown: BTreeMap<&str, UnknownV1> = BTreeMap::new();
    for commit in &work.commits {
        let day = show::day(commit.recorded);
        let mut counted = BTreeSet::new();
        let written: BTreeSet<&str> = commit.names.iter().map(String::as_str).collect();
        for written in written {
            let candidates = match names.meaning(written, day) {
                Meaning::Goal(name) => {
                    if cycles.get(&name.cycle).is_some_and(|cycle| day >= cycle.start) {
                        own.take(&name, day);
                        counted.insert(Name { key_result: None, ..name.clone() });
                        counted.insert(name);
                    }
                    continue;
                }
                Meaning::Several(names) => texts(&names),
                Meaning::Nothing => Vec::new(),
            };
            let fresh = || UnknownV1 { written: written.to_owned(), candidates, commits: 0, last: day };
            let entry = unknown.entry(written).or_insert_with(fresh);
            entry.commits += 1;
            entry.last = entry.last.max(day);
        }
        counted.iter().for_each(|name| of.take(name, day));
    }
    let unknown = unknown.into_values().collect();
    report.work = Some(TrailersV1 { since: work.since, commits: work.commits.len(), unknown });
    let speaking = Speaking::new(&index, &of);
    let patience = tree.config.calendar.cadence_days.saturating_mul(2).saturating_add(tree.config.calendar.grace_days);
    let today = report.today;
    let mut begun: HashMap<&str, Date> = HashMap::new();
    for event in &history.events {
        if matches!(event.kind, EventKind::Created | EventKind::Restored) {
            begun.entry(&event.name).or_insert(event.recorded_on);
        }
    }
    for objective in report.cycles.iter_mut().flat_map(|cycle| &mut cycle.objectives) {
        let Some(home) = Name::parse(&objective.name) else { continue };
        objective.work = Some(of.get(&home));
        let speaks = objective.status == Status::Active && speaking.hears(&home, &objective.owners);
        // A commit that names the objective alone may be for any of its key results.
        let shared = own.get(&home).last;
        let mut questions = Vec::new();
        for kr in &mut objective.key_results {
            let done = of.get(&home.key_result(&kr.id));
            let last = done.last.max(shared);
            let start = begun.get(kr.name.as_str()).map_or(kr.start, |&day| kr.start.max(day));
            let days = show::days_between(last.unwrap_or(start).max(start), today);
            let runs = kr.status == Status::Active && kr.role == Role::Goal && today <= kr.due;
            let reached = matches!(kr.health, Some(Health::Achieved | Health::Missed));
            if speaks && runs && !reached && days > patience {
                let text = format!("no commit has named it for {days} days: is its work elsewhere, or has it stopped?");
                let kind = QuestionKind::NoWork;
                questions.push(QuestionV1 { kind, about: kr.name.clone(), days: Some(days), text });
            }
            kr.work = Some(done);
        }
        let open = |status| matches!(status, InitiativeStatus::Planned | InitiativeStatus::Active);
        let idle = objective.initiatives.iter().filter(|one| one.drives.is_empty() && open(one.status));
        questions.extend(idle.filter(|_| objective.status == Status::Active).map(|initiative| {
            let text = "it drives no key result: which of them should move when it is done?".to_owned();
            QuestionV1 { kind: QuestionKind::DrivesNothing, about: initiative.title.clone(), days: None, text }
        }));
        objective.questions = Some(questions);
    }
}

/// Commits by the goal that they name.
#[derive(Default)]
struct Counts(HashMap<Name, WorkV1>);

impl Counts {
    fn take(&mut self, name: &Name, day: Date) {
        let count = self.0.entry(name.clone()).or_insert(WorkV1 { commits: 0, last: None });
        count.commits += 1;
        count.last = count.last.max(Some(day));
    }

    fn get(&self, name: &Name) -> WorkV1 {
        self.0.get(name).cloned().unwrap_or(WorkV1 { commits: 0, last: None })
    }
}

/// The teams whose commits name goals, by cycle: the owners of the objectives that are named.
struct Speaking {
    owners: HashSet<(String, String)>,
    objectives: HashSet<Name>,
}

impl Speaking {
    fn new(index: &Index<'_>, of: &Counts) -> Self {
        let named = index.objectives.iter().filter(|(name, ..)| of.get(name).commits > 0);
        let (mut owners, mut objectives) = (HashSet::new(), HashSet::new());
        for (name, _, located) in named {
            owners.extend(located.objective.owners.iter().map(|owner| (name.cycle.clone(), owner.to_lowercase())));
            objectives.insert(name.clone());
        }
        Speaking { owners, objectives }
    }

    /// Tells whether somebody of an objective's team names goals of the cycle at all.
    fn hears(&self, objective: &Name, owners: &[String]) -> bool {
        self.objectives.contains(objective)
            || owners.iter().any(|owner| self.owners.contains(&(objective.cycle.clone(), owner.to_lowercase())))
    }
}

/// Publishes the commits that name goals, newest first: those that a selection asks for and, where it asks for
/// everything, those whose names stand for nothing.
pub fn list(work: &Work, tree: &Tree, history: &History, asked: &LogSelection) -> Vec<WorkCommitV1> {
    let cycles = select::cycles(tree);
    let index = Index::new(tree, &cycles);
    let mut names = Names::new(tree, &index, history);
    let secret = Secret::from(tree);
    let hidden: HashSet<_> = history.events.iter().filter(|e| e.sensitive).filter_map(|event| event.commit).collect();
    let mut all = Vec::new();
    for commit in &work.commits {
        let day = show::day(commit.recorded);
        let meanings: Vec<Meaning> = commit.names.iter().map(|written| names.meaning(written, day)).collect();
        let is_asked = |meaning: &Meaning| match meaning {
            Meaning::Goal(name) => asked.holds(&name.to_string()),
            Meaning::Several(names) => names.iter().any(|name| asked.holds(&name.to_string())),
            Meaning::Nothing => asked.is_everything(),
        };
        if !meanings.iter().any(is_asked) {
            continue;
        }
        let is_secret = |meaning: &Meaning| match meaning {
            Meaning::Goal(name) => secret.holds(&name.to_string()),
            Meaning::Several(names) => names.iter().any(|name| secret.holds(&name.to_string())),
            Meaning::Nothing => false,
        };
        let is_hidden = hidden.contains(&commit.commit) || meanings.iter().any(is_secret);
        let published = commit.names.iter().zip(&meanings).map(|(written, meaning)| WorkNameV1 {
            written: written.clone(),
            name: if let Meaning::Goal(name) = meaning { Some(name.to_string()) } else { None },
            candidates: if let Meaning::Several(names) = meaning { texts(names) } else { Vec::new() },
        });
        all.push(WorkCommitV1 {
            commit: commit.commit.to_string(),
            recorded: show::moment(commit.recorded),
            summary: (!is_hidden).then(|| commit.summary.to_string()),
            names: published.collect(),
        });
    }
    all
}

/// Says how much work there was, in words: `3 commits, the last 2 days ago`; `None` where there was none.
pub(super) fn in_words(work: &WorkV1, today: Date) -> Option<String> {
    let ago = show::days_ago(work.last?, today);
    Some(match work.commits {
        1 => format!("1 commit, {ago}"),
        many => format!("{many} commits, the last {ago}"),
    })
}

/// Puts the questions of an objective into words, those about its key results as one.
pub(super) fn questions_in_words(questions: &[QuestionV1]) -> Vec<String> {
    let days = |question: &QuestionV1| {
        let id = question.about.rsplit('/').next().unwrap_or_default().to_owned();
        Some(format!("{id} for {} days", question.days?))
    };
    let silent: Vec<String> = questions.iter().filter_map(days).collect();
    let together = || format!("no commit has named {}: is the work elsewhere, or has it stopped?", silent.join(", "));
    let others = questions.iter().filter(|question| question.days.is_none());
    let others = others.map(|question| format!("{}: {}", question.about, question.text));
    (!silent.is_empty()).then(together).into_iter().chain(others).collect()
}

/// Says which names of trailers stand for no goal, in words.
pub(super) fn unknown_in_words(unknown: &UnknownV1) -> String {
    let written: Cow<'_, str> = match unknown.written.as_str() {
        "" => "a trailer without a name".into(),
        written => written.chars().take(NAME).collect::<String>().into(),
    };
    let many = if unknown.commits == 1 { "1 commit".to_owned() } else { format!("{} commits", unknown.commits) };
    let why = match unknown.candidates.as_slice() {
        [] => "no goal has that name".to_owned(),
        several => format!("it may be any of {}", several.iter().take(SOME).cloned().collect::<Vec<_>>().join(", ")),
    };
    format!("{written} ({many}): {why}")
}

/// Characters of a name that somebody wrote, in what people read.
const NAME: usize = 80;
/// Goals that are offered in place of a name that stands for several.
const SOME: usize = 3;
