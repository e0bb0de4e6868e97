//! Owns the log of goals: its published form, and how it reads in a terminal, commit by commit.
//! Never decides what an event is: that is history's.

use super::build::changes;
use super::layout::{Style, Tone, columns};
use super::model::{AuthorV1, ChangeV1, EventV1, FORMAT, LedgerV1, LogV1};
use super::select::{self, Chosen, Cycles, Index, Selection};
use super::work::WorkCommitV1;
use super::{mask, show};
use crate::git::ObjectId;
use crate::history::{Event, EventKind, History, HistoryV1, Outline};
use crate::okr::{Name, Objective};
use crate::source::Tree;
use crate::syntax::ObjectiveFile;
use crate::text::{Stream, printable};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Days between measuring and recording from which on a check-in counts as backdated in the view.
const BACKDATED_DAYS: i32 = 2;
/// Below this width in columns lines grow no shorter.
pub(super) const NARROWEST: usize = 40;

/// Which events are asked for; the default is every one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogSelection {
    /// Full names: only their events, and those of what they hold.
    names: Option<Vec<String>>,
    /// Only events of this cycle.
    cycle: Option<String>,
    /// Only what changed a definition, or took it away.
    goalposts: bool,
}

impl LogSelection {
    /// Keeps to what changed a definition, or took it away.
    #[must_use]
    pub fn only_goalposts(self, goalposts: bool) -> Self {
        LogSelection { goalposts, ..self }
    }

    /// Asks for the events of one name, and of what it holds.
    pub fn of(name: &Name) -> Self {
        LogSelection { names: Some(vec![name.to_string()]), ..LogSelection::default() }
    }

    /// Settles a selection over the living names and, where none is meant, over those that only the past knows.
    pub fn new(tree: &Tree, history: &History, selection: &Selection, today: Date) -> Result<Self, select::Error> {
        let cycles = select::cycles(tree);
        let index = Index::new(tree, &cycles);
        let cycle = match &selection.cycles {
            Cycles::One(id) => Some(id.clone()),
            Cycles::Running | Cycles::All => None,
        };
        let all = Selection { cycles: Cycles::All, ..selection.clone() };
        let names = match Chosen::new(tree, &index, &all, today) {
            Ok(_) if selection.names.is_empty() && selection.owner.is_none() && selection.mine.is_none() => None,
            Ok(chosen) => Some(chosen.full_names(&index)),
            Err(select::Error::Unknown { name, help }) => match gone(&name, history) {
                gone if gone.is_empty() => return Err(select::Error::Unknown { name, help }),
                gone => Some(gone),
            },
            Err(error) => return Err(error),
        };
        if let Some(id) = cycle.as_deref().filter(|id| !cycles.contains_key(*id))
            && !history.events.iter().any(|event| event.name.split('/').next() == Some(id))
        {
            let known = cycles.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(select::Error::NoCycle { cycle: id.to_owned(), known });
        }
        Ok(LogSelection { names, cycle, goalposts: false })
    }

    /// Lists the files that hold a goal that is asked for.
    pub fn files<'t>(&self, tree: &'t Tree) -> impl Iterator<Item = &'t ObjectiveFile> {
        let is_asked = |objective: &Objective| {
            let Some(cycle) = &objective.cycle else { return false };
            let name = Name::objective(cycle, &objective.id);
            let mut own = objective.key_results.iter().map(|kr| name.key_result(&kr.id));
            self.holds(&name.to_string()) || own.any(|name| self.holds(&name.to_string()))
        };
        tree.files.iter().filter(move |file| file.objectives.iter().any(is_asked))
    }

    fn wants(&self, event: &Event) -> bool {
        let moved = event.goalpost || matches!(event.kind, EventKind::Definition | EventKind::Removed);
        (moved || !self.goalposts) && self.holds(&event.name)
    }

    /// Tells whether its events are needed: it is asked for, or hides what others say of the same commits.
    pub fn needs<'a>(&'a self, secret: &'a Secret) -> impl Fn(&str) -> bool + use<'a> {
        move |name| self.holds(name) || secret.holds(name)
    }

    /// Tells whether no goal is left out by its name.
    pub(super) fn is_everything(&self) -> bool {
        self.names.is_none()
    }

    /// Tells whether a goal is asked for, by its full name.
    pub(super) fn holds(&self, name: &str) -> bool {
        let within = |asked: &String| {
            name.strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.names.as_ref().is_none_or(|names| names.iter().any(within))
            && self.cycle.as_deref().is_none_or(|cycle| name.split('/').next() == Some(cycle))
    }
}

/// Finds the names of the past, of objectives too, that end with what was typed.
fn gone(tail: &str, history: &History) -> Vec<String> {
    let both = |event: &Event| {
        let name = Name::parse(&event.name)?;
        Some([Name { key_result: None, ..name.clone() }, name])
    };
    let names: BTreeSet<Name> = history.events.iter().filter_map(both).flatten().collect();
    names.iter().filter(|name| name.ends_with(tail)).map(Name::to_string).collect()
}

/// Publishes events, without a ledger. What is `secret` in the revision asked about is masked back to its beginning.
pub fn log(history: &History, secret: impl Into<Secret>, selection: &LogSelection) -> LogV1 {
    let events = Publishing::new(history, &secret.into(), selection).events(&history.events).collect();
    LogV1 { format: FORMAT, history: HistoryV1::from(history), events, ledger: None, work: None }
}

/// Writes what [`log`] publishes as JSON, a ledger and the work behind it where they were asked for; some thousand events
/// at a time, so that a long history needs little memory of its own.
///
/// # Errors
/// What the stream says.
pub fn write_log(
    history: &History,
    secret: &Secret,
    selection: &LogSelection,
    ledger: Option<&[LedgerV1]>,
    work: Option<&[WorkCommitV1]>,
    out: impl std::io::Write,
) -> std::io::Result<()> {
    let publishing = Publishing::new(history, secret, selection);
    let mut document = Stream::new(out);
    document.field("format", &FORMAT)?;
    document.field("history", &HistoryV1::from(history))?;
    document.list("events", &history.events, |run| publishing.events(run))?;
    document.field("ledger", &ledger)?;
    document.field("work", &work)?;
    document.end()
}

/// The key results that are sensitive today, by full name.
#[derive(Debug, Clone, Default)]
pub struct Secret(HashSet<String>);

impl Secret {
    /// Tells whether a key result is sensitive, by its full name.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

impl From<&Tree> for Secret {
    fn from(tree: &Tree) -> Self {
        let named = tree.objectives().filter_map(|located| Some((located.name()?, located.objective)));
        let sensitive = named.flat_map(|(name, objective)| {
            let sensitive = objective.key_results.iter().filter(|kr| kr.sensitive);
            sensitive.map(move |kr| name.key_result(&kr.id).to_string()).collect::<Vec<_>>()
        });
        Secret(sensitive.collect())
    }
}

impl From<&Outline> for Secret {
    fn from(outline: &Outline) -> Self {
        Secret(outline.sensitive.iter().cloned().collect())
    }
}

/// What is published of events, and what is hidden.
struct Publishing<'a> {
    secret: &'a Secret,
    selection: &'a LogSelection,
    /// The commits whose words may tell what is secret.
    commits: HashSet<Option<ObjectId>>,
}

impl<'a> Publishing<'a> {
    fn new(history: &History, secret: &'a Secret, selection: &'a LogSelection) -> Self {
        let mut publishing = Publishing { secret, selection, commits: HashSet::new() };
        let events = history.events.iter().filter(|event| publishing.is_secret(event));
        publishing.commits = events.map(|event| event.commit).collect();
        publishing
    }

    fn is_secret(&self, event: &Event) -> bool {
        event.sensitive || self.secret.holds(&event.name)
    }

    /// Publishes those of some events that are asked for.
    fn events(&self, events: &[Event]) -> impl Iterator<Item = EventV1> {
        let mut above: Option<(Option<ObjectId>, Head)> = None;
        events.iter().filter(|event| self.selection.wants(event)).map(move |event| {
            let head = match above.take() {
                Some(head) if head.0 == event.commit => head.1,
                _ => Head::of(event),
            };
            let Head { commit, author, recorded } = above.insert((event.commit, head)).1.clone();
            let mut published = EventV1 {
                name: event.name.clone(),
                kind: event.kind,
                group: event.group,
                goalpost: event.goalpost,
                eased: event.eased,
                late: event.late,
                commit,
                author,
                measured: event.measured,
                recorded,
                summary: Some(event.summary.clone()),
                path: event.path.clone(),
                line: event.line,
                signed: event.signed,
                changes: changes(event),
            };
            if self.is_secret(event) {
                mask::event(&mut published);
            }
            if self.commits.contains(&event.commit) {
                mask::summary(&mut published);
            }
            published
        })
    }
}

/// What a commit says of itself, shared by its events, which stand together.
#[derive(Clone)]
struct Head {
    commit: Option<Arc<str>>,
    author: Arc<AuthorV1>,
    recorded: Option<Arc<str>>,
}

impl Head {
    fn of(event: &Event) -> Self {
        let author = AuthorV1 { name: event.author.name.clone(), email: event.author.email.clone() };
        Head {
            commit: event.commit.map(|id| id.to_string().into()),
            author: author.into(),
            recorded: event.commit.map(|_| show::moment(event.recorded).into()),
        }
    }
}

/// Draws a log for a terminal: one head for each commit, its events below.
pub fn render(log: &LogV1, style: &Style) -> String {
    let style = Style { width: style.width.clamp(NARROWEST, 200), ..*style };
    let mut text = String::new();
    let mut above: Option<&EventV1> = None;
    let names = log.events.iter().map(|event| columns(&printable(&event.name))).max().unwrap_or(0);
    for event in &log.events {
        if above.is_none_or(|above| above.commit != event.commit || above.recorded != event.recorded) {
            if above.is_some() {
                text.push('\n');
            }
            text.push_str(&head(event, style));
        }
        text.push_str(&body(event, names, style));
        above = Some(event);
    }
    if log.events.is_empty() {
        text.push_str("No events.\n");
    }
    if !log.history.complete {
        text.push('\n');
        text.push_str(&style.paint(Tone::Warn, "History is not all there: older events may be missing."));
        text.push('\n');
        for gap in log.history.degraded.iter().filter(|gap| gap.kind != crate::history::DegradedKind::Unreadable) {
            text.push_str(&style.wrap(Tone::Plain, &format!("{}; next: {}", gap.message, gap.help), "  ", "  "));
        }
    }
    text
}

fn head(event: &EventV1, style: Style) -> String {
    let commit = event.commit.as_deref().map_or("uncommitted", |id| id.get(..10).unwrap_or(id));
    let day = recorded_day(event).unwrap_or(event.measured);
    let spare = style.width.saturating_sub(columns(commit) + 10 + 4);
    let author = style.cut(&event.author.name, spare.min(24));
    let summary = event.summary.as_deref().unwrap_or("(summary hidden: a sensitive key result)");
    let summary = match spare.saturating_sub(columns(&author) + 2) {
        // Too little of it would say nothing.
        ..8 => String::new(),
        room => style.cut(summary, room),
    };
    let tone = if event.commit.is_some() { Tone::Strong } else { Tone::Warn };
    format!("{}  {day}  {}  {summary}", style.paint(tone, commit), style.paint(Tone::Faint, &author))
        .trim_end()
        .to_owned()
        + "\n"
}

fn body(event: &EventV1, names: usize, style: Style) -> String {
    let tone = match event.kind {
        EventKind::Definition | EventKind::Removed if event.late => Tone::Bad,
        EventKind::Definition | EventKind::Removed => Tone::Warn,
        _ => Tone::Plain,
    };
    let kind = style.cell(tone, kind(event.kind), 10);
    let mut marks = Vec::new();
    if event.goalpost {
        marks.push("goalpost moved");
    }
    if event.late {
        marks.push("after the lock");
    }
    match event.eased {
        Some(true) => marks.push("easier"),
        Some(false) => marks.push("not easier"),
        None => {}
    }
    let backdated = recorded_day(event).map(|day| show::days_between(event.measured, day));
    let backdated = backdated.filter(|days| days.abs() >= BACKDATED_DAYS).map(|days| match days {
        days if days > 0 => format!("measured {}, {days} days before", event.measured),
        days => format!("measured {}, {} days after", event.measured, -days),
    });
    let marks: Vec<String> = marks.into_iter().map(str::to_owned).chain(backdated).collect();
    let moved: Vec<String> = match event.kind {
        EventKind::Created | EventKind::Restored => {
            event.changes.iter().filter_map(|change| created(change, style)).collect()
        }
        EventKind::Removed => Vec::new(),
        EventKind::CheckIn if event.changes.iter().all(|c| c.field == "as_of") => vec!["looked at, no change".into()],
        // The day stands in the head, or behind the event where it differs.
        _ => event.changes.iter().filter(|c| c.field != "as_of").map(|c| change(c, style)).collect(),
    };
    let name_width = names.min(style.width / 2);
    let lead = format!("  {kind}  ");
    let mut text = String::new();
    if style.width >= 120 {
        let name = style.cell(Tone::Plain, &event.name, name_width);
        let next = " ".repeat(16 + name_width);
        text.push_str(&style.wrap(Tone::Plain, &moved.join(", "), &format!("{lead}{name}  "), &next));
        if !marks.is_empty() {
            text.push_str(&style.wrap(tone, &marks.join(", "), &next, &next));
        }
    } else {
        text.push_str(&format!("{lead}{}\n", style.cut(&event.name, style.width.saturating_sub(14))));
        let next = " ".repeat(14);
        if !moved.is_empty() {
            text.push_str(&style.wrap(Tone::Plain, &moved.join(", "), &next, &next));
        }
        if !marks.is_empty() {
            text.push_str(&style.wrap(tone, &marks.join(", "), &next, &next));
        }
    }
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn recorded_day(event: &EventV1) -> Option<Date> {
    event.recorded.as_deref()?.get(..10)?.parse().ok()
}

fn kind(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Created => "created",
        EventKind::Restored => "restored",
        EventKind::Removed => "removed",
        EventKind::CheckIn => "check-in",
        EventKind::Definition => "definition",
        EventKind::Ownership => "ownership",
        EventKind::Closing => "closing",
    }
}

/// Puts words between quotation marks.
pub(super) fn quoted(words: &str, style: Style) -> String {
    if style.unicode { format!("“{words}”") } else { format!("\"{words}\"") }
}

/// Says what a created key result starts with: its title and value alone.
fn created(change: &ChangeV1, style: Style) -> Option<String> {
    match (&*change.field, &*change.after) {
        (_, Value::Null) => None,
        ("title", Value::String(title)) => Some(quoted(title, style)),
        ("current" | "done", value) => Some(format!("{} {}", change.field, show::json(value))),
        _ => None,
    }
}

/// Says what became of a field: `target 3 → 5`.
pub(super) fn change(change: &ChangeV1, style: Style) -> String {
    let arrow = if style.unicode { "→" } else { "->" };
    let field = &*change.field;
    match (&*change.before, &*change.after) {
        (Value::Null, Value::Null) => format!("{field} (hidden)"),
        (_, Value::String(note)) if field == "note" => quoted(note, style),
        (before, after) if field == "milestone.done" => reached(before, after),
        (Value::Null, after) => format!("{field} {}", show::json(after)),
        (before, Value::Null) => format!("{field} {} taken out", show::json(before)),
        (before, after) => format!("{field} {} {arrow} {}", show::json(before), show::json(after)),
    }
}

/// Names the milestones that came to be reached, and those that no longer are.
fn reached(before: &Value, after: &Value) -> String {
    let titles = |value: &Value| -> Vec<String> {
        value.as_object().map(|table| table.keys().cloned().collect()).unwrap_or_default()
    };
    let (before, after) = (titles(before), titles(after));
    let gained: Vec<&str> = after.iter().filter(|title| !before.contains(title)).map(String::as_str).collect();
    let lost: Vec<&str> = before.iter().filter(|title| !after.contains(title)).map(String::as_str).collect();
    match (gained.is_empty(), lost.is_empty()) {
        (false, true) => format!("reached {}", gained.join(", ")),
        (true, false) => format!("no longer reached: {}", lost.join(", ")),
        (false, false) => format!("reached {}; no longer reached: {}", gained.join(", "), lost.join(", ")),
        (true, true) => "milestones' days changed".into(),
    }
}
