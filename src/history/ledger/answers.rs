//! Owns finished answers: all events behind one commit, under one configuration, and what was agreed at the locks.
//! Never finds one out.

use super::folder::Shelf;
use super::pieces::at_once;
use super::text::{self, Token};
use super::{AGREED, ANSWER, Cache, EVENTS, FILES, GOALS, KEY_LENGTH, LOCKS, digits, key};
use crate::config::Config;
use crate::git::{ObjectId, Person};
use crate::history::lock::{Agreed, Goal};
use crate::history::{Changed, Degraded, DegradedKind, Event, EventKind, History, Options};
use crate::okr::{Cycle, Field, Fields, Group};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Answers that are kept for one set of paths.
const MOST: usize = 8;
/// Their bytes at most, all together.
const MOST_BYTES: u64 = 256 << 20;

const KINDS: [EventKind; 7] = [
    EventKind::Created,
    EventKind::Restored,
    EventKind::Removed,
    EventKind::CheckIn,
    EventKind::Definition,
    EventKind::Ownership,
    EventKind::Closing,
];
const GROUPS: [Group; 7] =
    [Group::CheckIn, Group::Goalpost, Group::Scope, Group::Wording, Group::Ownership, Group::Closing, Group::Quiet];

/// What an answer says of the history as a whole, and where the events of each name are.
#[derive(Debug, Serialize, Deserialize)]
struct Index<'a> {
    commits: usize,
    first: Option<[u8; 20]>,
    #[serde(borrow)]
    unread: Vec<Unread<'a>>,
    people: Vec<(&'a str, &'a str)>,
    /// What each name has, as [`Parts`] reads it.
    #[serde(serialize_with = "at_once")]
    parts: &'a [u8],
}

/// What each name has, name by name: who asks for one passes over thousands.
struct Parts<'a> {
    rest: &'a [u8],
    name: String,
    /// Where the events of the next name begin.
    start: usize,
}

/// Where the events of one name are, and what they are read by.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Among those of all names, in bytes.
    start: usize,
    length: usize,
    checksum: u32,
    /// Whether any of them is sensitive: then it hides the summary of its commit from all others.
    sensitive: bool,
}

/// Bytes of a part before the end of its name: how long its events are, their checksum, whether any is sensitive, how much
/// of the name before it begins its own, and how long the rest of that is.
const PART: usize = 4 + 4 + 1 + 1 + 2;

impl Parts<'_> {
    /// Goes on to the next name; `None` behind the last one, and where there is none.
    fn next(&mut self) -> Option<Part> {
        let (part, rest) = self.rest.split_first_chunk::<PART>()?;
        let &[l0, l1, l2, l3, c0, c1, c2, c3, sensitive, shared, o0, o1] = part;
        let (own, rest) = rest.split_at_checked(u16::from_le_bytes([o0, o1]).into())?;
        self.name.get(usize::from(shared)..)?;
        self.name.truncate(shared.into());
        self.name.push_str(std::str::from_utf8(own).ok()?);
        let (start, length) = (self.start, u32::from_le_bytes([l0, l1, l2, l3]) as usize);
        (self.rest, self.start) = (rest, start.checked_add(length)?);
        Some(Part { start, length, checksum: u32::from_le_bytes([c0, c1, c2, c3]), sensitive: sensitive != 0 })
    }

    /// Writes what a name has behind what the name before it has; `None` where it does not fit.
    fn write(bytes: &mut Vec<u8>, before: &str, name: &str, part: Part) -> Option<()> {
        let both = before.char_indices().zip(name.chars()).take_while(|((_, one), other)| one == other);
        let ends = both.map(|((at, one), _)| at + one.len_utf8());
        let shared = ends.filter_map(|end| u8::try_from(end).ok()).last().unwrap_or(0);
        let own = &name[shared.into()..];
        bytes.extend(u32::try_from(part.length).ok()?.to_le_bytes());
        bytes.extend(part.checksum.to_le_bytes());
        bytes.extend([part.sensitive.into(), shared]);
        bytes.extend(u16::try_from(own.len()).ok()?.to_le_bytes());
        bytes.extend(own.as_bytes());
        Some(())
    }
}

impl<'a> Index<'a> {
    fn parts(&self) -> Parts<'a> {
        Parts { rest: self.parts, name: String::new(), start: 0 }
    }

    /// Puts a history together.
    fn history(&self, mut events: Vec<(u32, Event)>) -> History {
        events.sort_unstable_by_key(|event| event.0);
        History {
            complete: true,
            commits: self.commits,
            first: self.first.map(ObjectId),
            degraded: self.unread.iter().map(Unread::degraded).collect(),
            events: events.into_iter().map(|event| event.1).collect(),
        }
    }
}

/// Reads the events of a name.
fn read_events(name: &str, bytes: &[u8], shared: &mut Shared<'_>, events: &mut Vec<(u32, Event)>) -> Option<()> {
    let told: Vec<Told<'_>> = postcard::from_bytes(bytes).ok()?;
    let name = name.into();
    for told in told {
        events.push((told.at, event(&name, &told, shared)?));
    }
    Some(())
}

/// A revision of a file that did not read.
#[derive(Debug, Serialize, Deserialize)]
struct Unread<'a> {
    commit: [u8; 20],
    path: &'a str,
    message: &'a str,
    help: &'a str,
}

impl<'a> Unread<'a> {
    /// Writes one down; `None` where something is missing: such an answer is not kept.
    fn of(one: &'a Degraded) -> Option<Self> {
        let Degraded { kind, commit, path, message, help } = one;
        let is_unread = *kind == DegradedKind::Unreadable;
        Some(Unread { commit: commit.filter(|_| is_unread)?.0, path: path.as_deref()?, message, help })
    }

    fn degraded(&self) -> Degraded {
        Degraded {
            kind: DegradedKind::Unreadable,
            commit: Some(ObjectId(self.commit)),
            path: Some(self.path.into()),
            message: self.message.into(),
            help: self.help.into(),
        }
    }
}

/// Year, month and day.
type Day = (i16, i8, i8);
/// A field with its value.
type Written<'a> = (u8, Vec<Token<'a>>);

/// What was agreed at the locks of a cycle.
#[derive(Debug, Serialize, Deserialize)]
struct Locked<'a> {
    on: Option<Day>,
    commit: Option<[u8; 20]>,
    #[serde(borrow)]
    goals: Vec<(&'a str, Day, Vec<Written<'a>>, Vec<Written<'a>>)>,
    unread: Vec<Unread<'a>>,
    between: (Option<Day>, Option<Day>),
}

#[derive(Debug, Serialize, Deserialize)]
struct Told<'a> {
    /// Its place among all events.
    at: u32,
    kind: u8,
    group: u8,
    goalpost: bool,
    eased: Option<bool>,
    late: bool,
    commit: [u8; 20],
    author: u32,
    measured: Day,
    recorded: i64,
    recorded_on: Day,
    summary: &'a str,
    /// `None` where the event of this name before it has the same.
    path: Option<&'a str>,
    line: usize,
    signed: bool,
    sensitive: bool,
    reasons: usize,
    #[serde(borrow)]
    changes: Vec<(u8, Vec<Token<'a>>, Vec<Token<'a>>)>,
}

/// Takes what is hashed into a digest that no two things share.
struct Digesting(Sha1);

impl Hasher for Digesting {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest: [u8; 20] = self.0.clone().finalize().into();
        digest.first_chunk().copied().map_or(0, u64::from_le_bytes)
    }
}

/// The finished answers on one head.
#[derive(Debug)]
pub(in crate::history) struct Answers {
    pub(super) shelf: Shelf,
    id: String,
}

impl Answers {
    /// Looks for the answer on a commit under all that it depends on: the whole configuration, and the way of walking.
    pub(in crate::history) fn new(cache: &Cache, from: ObjectId, config: &Config, options: &Options) -> Self {
        let mut hasher = Digesting(Sha1::new());
        (from, options.full_history, config).hash(&mut hasher);
        let id = digits(&hasher.0.finalize()[..KEY_LENGTH / 2]);
        Answers { shelf: cache.shelf(&key(config, options)), id }
    }

    pub(super) fn name(&self, kind: &str) -> String {
        format!("{kind}{}", self.id)
    }

    /// Gives the whole history.
    pub(in crate::history) fn history(&self) -> Option<History> {
        let sheet = self.shelf.read(&self.name(ANSWER), 0)?;
        let index: Index<'_> = postcard::from_bytes(sheet.body()).ok()?;
        let mut shared = Shared::of(&index);
        let mut events: Vec<(u32, Event)> = Vec::new();
        let told = self.shelf.read(&self.name(EVENTS), sheet.checksum)?;
        let mut parts = index.parts();
        while let Some(Part { start, .. }) = parts.next() {
            let own = told.body().get(start..parts.start)?;
            read_events(&parts.name, own, &mut shared, &mut events)?;
        }
        (parts.rest.is_empty() && parts.start == told.body().len()).then(|| index.history(events))
    }

    /// Gives the history with the events of some names alone, and of those that hide something from others.
    pub(in crate::history) fn history_of(&self, wanted: impl Fn(&str) -> bool) -> Option<History> {
        let sheet = self.shelf.read(&self.name(ANSWER), 0)?;
        let index: Index<'_> = postcard::from_bytes(sheet.body()).ok()?;
        let mut shared = Shared::of(&index);
        let mut events = Vec::new();
        let mut parts = index.parts();
        while let Some(Part { start, length, checksum, sensitive }) = parts.next() {
            if sensitive || wanted(&parts.name) {
                let own = self.shelf.part(&self.name(EVENTS), sheet.checksum, start, length, checksum)?;
                read_events(&parts.name, &own, &mut shared, &mut events)?;
            }
        }
        parts.rest.is_empty().then(|| index.history(events))
    }

    /// Keeps a finished answer of a history that is whole.
    pub(in crate::history) fn keep(&self, history: &History) {
        let Some((index, events)) = written(history, |part| self.shelf.checksum(part, 0)) else { return };
        // Events lie on the index that they belong to, so it takes both halves of one answer.
        let on = self.shelf.checksum(&index, 0);
        if self.shelf.write(&self.name(EVENTS), on, &events, true).is_some()
            && self.shelf.write(&self.name(ANSWER), 0, &index, true).is_some()
        {
            self.sweep();
        }
    }

    /// Names what is known of some cycles.
    fn name_of(&self, kind: &str, cycles: &[Cycle]) -> String {
        let cycles = Sha1::digest(format!("{cycles:?}"));
        format!("{kind}{}-{}", self.id, digits(&cycles[..8]))
    }

    /// Gives the days that cycles had when they locked.
    pub(in crate::history) fn agreed(&self, cycles: &[Cycle]) -> Option<Vec<Cycle>> {
        let sheet = self.shelf.read(&self.name_of(AGREED, cycles), 0)?;
        let stored: Vec<(&str, Day, Day, Day)> = postcard::from_bytes(sheet.body()).ok()?;
        let cycle = |(id, start, end, lock): (&str, Day, Day, Day)| {
            let (start, end, lock) = (read_day(start)?, read_day(end)?, read_day(lock)?);
            Some(Cycle { id: id.to_owned(), start, end, lock })
        };
        stored.into_iter().map(cycle).collect()
    }

    /// Keeps the days that cycles had when they locked, beside the answer on the same head.
    pub(in crate::history) fn keep_agreed(&self, cycles: &[Cycle], agreed: &[Cycle]) {
        let cycle = |cycle: &Cycle| (cycle.id.clone(), day(cycle.start), day(cycle.end), day(cycle.lock));
        let stored: Vec<_> = agreed.iter().map(cycle).collect();
        if let Ok(bytes) = postcard::to_allocvec(&stored) {
            // Who cannot write finds it out again.
            let _ = self.shelf.write(&self.name_of(AGREED, cycles), 0, &bytes, true);
        }
    }

    /// Gives what was agreed at the locks of a cycle, if that is known for this day.
    pub(in crate::history) fn locks(&self, cycle: &Cycle, today: Date) -> Option<Agreed> {
        let sheet = self.shelf.read(&self.name_of(LOCKS, std::slice::from_ref(cycle)), 0)?;
        let stored: Locked<'_> = postcard::from_bytes(sheet.body()).ok()?;
        let goal = |(name, on, key_result, objective): &(&str, Day, Vec<Written<'_>>, Vec<Written<'_>>)| {
            Some(Goal {
                name: (*name).to_owned(),
                on: read_day(*on)?,
                key_result: fields(key_result)?,
                objective: fields(objective)?,
            })
        };
        let day = |day: Option<Day>| match day {
            Some(day) => read_day(day).map(Some),
            None => Some(None),
        };
        let agreed = Agreed {
            on: day(stored.on)?,
            commit: stored.commit.map(ObjectId),
            goals: stored.goals.iter().map(goal).collect::<Option<_>>()?,
            degraded: stored.unread.iter().map(Unread::degraded).collect(),
            between: (day(stored.between.0)?, day(stored.between.1)?),
        };
        agreed.holds_on(today).then_some(agreed)
    }

    /// Keeps what was agreed at the locks of a cycle, beside the answer on the same head.
    pub(in crate::history) fn keep_locks(&self, cycle: &Cycle, agreed: &Agreed) {
        let written = || {
            let goals = agreed.goals.iter().map(|goal| {
                let Goal { name, on, key_result, objective } = goal;
                (name.as_str(), day(*on), written_fields(key_result), written_fields(objective))
            });
            let stored = Locked {
                on: agreed.on.map(day),
                commit: agreed.commit.map(|id| id.0),
                goals: goals.collect(),
                unread: agreed.degraded.iter().map(Unread::of).collect::<Option<_>>()?,
                between: (agreed.between.0.map(day), agreed.between.1.map(day)),
            };
            postcard::to_allocvec(&stored).ok()
        };
        if let Some(bytes) = written() {
            // Who cannot write finds it out again.
            let _ = self.shelf.write(&self.name_of(LOCKS, std::slice::from_ref(cycle)), 0, &bytes, true);
        }
    }

    /// Removes the answers that were written longest ago, and all that belongs to them.
    fn sweep(&self) {
        let (mut kept, mut bytes) = (Vec::new(), 0);
        let names = self.shelf.names();
        for id in names.iter().filter_map(|name| name.strip_prefix(ANSWER)) {
            bytes += self.shelf.size(&format!("{ANSWER}{id}")) + self.shelf.size(&format!("{EVENTS}{id}"));
            if kept.is_empty() || (kept.len() < MOST && bytes <= MOST_BYTES) {
                kept.push(id);
            }
        }
        for name in &names {
            let id = [ANSWER, EVENTS, LOCKS, AGREED, GOALS, FILES].iter().find_map(|kind| name.strip_prefix(kind));
            // Whoever is about to write the other half of one that goes writes it again the next time.
            if id.is_some_and(|id| !kept.iter().any(|kept| id.starts_with(kept))) {
                self.shelf.remove(name);
            }
        }
    }
}

/// What events share, made once somebody needs it: who asks for one name needs little.
struct Shared<'i> {
    index: &'i Index<'i>,
    people: Vec<OnceCell<Arc<Person>>>,
    /// That of the event before.
    path: Arc<str>,
}

impl<'i> Shared<'i> {
    fn of(index: &'i Index<'i>) -> Self {
        Shared { index, people: vec![OnceCell::new(); index.people.len()], path: "".into() }
    }

    fn person(&self, number: u32) -> Option<Arc<Person>> {
        let &(name, email) = self.index.people.get(number as usize)?;
        let person = || Arc::new(Person { name: name.into(), email: email.into() });
        Some(Arc::clone(self.people[number as usize].get_or_init(person)))
    }

    /// Gives the path of an event. Goals of one file stand one behind another, and share it.
    fn path(&mut self, path: Option<&str>) -> Arc<str> {
        if let Some(path) = path.filter(|&path| *path != *self.path) {
            self.path = path.into();
        }
        Arc::clone(&self.path)
    }
}

fn event(name: &Arc<str>, told: &Told<'_>, shared: &mut Shared<'_>) -> Option<Event> {
    let changed = |(field, before, after): &(u8, Vec<Token<'_>>, Vec<Token<'_>>)| {
        let field = *Field::ALL.get(usize::from(*field))?;
        Some(Changed { field, before: value(before)?.into(), after: value(after)?.into() })
    };
    Some(Event {
        name: Arc::clone(name),
        kind: *KINDS.get(usize::from(told.kind))?,
        group: *GROUPS.get(usize::from(told.group))?,
        goalpost: told.goalpost,
        eased: told.eased,
        late: told.late,
        commit: Some(ObjectId(told.commit)),
        author: shared.person(told.author)?,
        measured: read_day(told.measured)?,
        recorded: told.recorded,
        recorded_on: read_day(told.recorded_on)?,
        summary: told.summary.into(),
        path: shared.path(told.path),
        line: told.line,
        signed: told.signed,
        sensitive: told.sensitive,
        reasons: told.reasons,
        changes: told.changes.iter().map(changed).collect::<Option<_>>()?,
    })
}

/// Numbers texts in the order in which they come up.
struct Numbers<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Copy + Eq + Hash> Numbers<T> {
    fn new() -> Self {
        Numbers { all: Vec::new(), numbers: HashMap::new() }
    }

    fn number(&mut self, thing: T) -> Option<u32> {
        if let Some(&known) = self.numbers.get(&thing) {
            return Some(known);
        }
        let number = u32::try_from(self.all.len()).ok()?;
        self.all.push(thing);
        self.numbers.insert(thing, number);
        Some(number)
    }
}

fn day(day: Date) -> Day {
    (day.year(), day.month(), day.day())
}

fn read_day((year, month, day): Day) -> Option<Date> {
    Date::new(year, month, day).ok()
}

fn written_fields(fields: &Fields) -> Vec<Written<'_>> {
    fields.iter().map(|(field, value)| (*field as u8, tokens(value))).collect()
}

fn fields(all: &[Written<'_>]) -> Option<Fields> {
    all.iter().map(|(field, one)| Some((*Field::ALL.get(usize::from(*field))?, value(one)?))).collect()
}

fn value(tokens: &[Token<'_>]) -> Option<serde_json::Value> {
    let mut tokens = tokens.iter();
    text::read(&mut tokens, 0).filter(|_| tokens.as_slice().is_empty())
}

fn tokens(value: &serde_json::Value) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    text::write(value, &mut tokens);
    tokens
}

/// Writes an answer: its index, and the events by name. `None` where it does not fit.
fn written(history: &History, checksum: impl Fn(&[u8]) -> u32) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut by_name: BTreeMap<&str, Vec<(u32, &Event)>> = BTreeMap::new();
    for (at, event) in history.events.iter().enumerate() {
        by_name.entry(&event.name).or_default().push((u32::try_from(at).ok()?, event));
    }
    let mut people = Numbers::new();
    let (mut bytes, mut parts, mut before) = (Vec::new(), Vec::new(), "");
    for (name, events) in by_name {
        let mut path = None;
        let sensitive = events.iter().any(|(_, event)| event.sensitive);
        let told = events.into_iter().map(|(at, event): (u32, &Event)| {
            let change = |change| {
                let Changed { field, before, after }: &Changed = change;
                (*field as u8, tokens(before), tokens(after))
            };
            Some(Told {
                at,
                kind: u8::try_from(KINDS.iter().position(|&kind| kind == event.kind)?).ok()?,
                group: u8::try_from(GROUPS.iter().position(|&group| group == event.group)?).ok()?,
                goalpost: event.goalpost,
                eased: event.eased,
                late: event.late,
                commit: event.commit?.0,
                author: people.number((event.author.name.as_str(), event.author.email.as_str()))?,
                measured: day(event.measured),
                recorded: event.recorded,
                recorded_on: day(event.recorded_on),
                summary: &event.summary,
                path: Some(&*event.path).filter(|&own| path.replace(own) != Some(own)),
                line: event.line,
                signed: event.signed,
                sensitive: event.sensitive,
                reasons: event.reasons,
                changes: event.changes.iter().map(change).collect(),
            })
        });
        let told: Vec<Told<'_>> = told.collect::<Option<_>>()?;
        let start = bytes.len();
        bytes = postcard::to_extend(&told, bytes).ok()?;
        let (length, checksum) = (bytes.len() - start, checksum(&bytes[start..]));
        Parts::write(&mut parts, before, name, Part { start, length, checksum, sensitive })?;
        before = name;
    }
    let index = Index {
        commits: history.commits,
        first: history.first.map(|id| id.0),
        unread: history.degraded.iter().map(Unread::of).collect::<Option<_>>()?,
        people: people.all,
        parts: &parts,
    };
    Some((postcard::to_allocvec(&index).ok()?, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_what_they_add_to_the_one_before() {
        let long = "n".repeat(300);
        let all = ["", "Q4/a", "Q4/a/kr-1", "Q4/a/kr-2", "Q4/\u{e4}", "Q4/\u{e5}", &long, &long];
        let written = |names: &[&str]| {
            let (mut bytes, mut before, mut start) = (Vec::new(), "", 0);
            for (length, name) in names.iter().enumerate() {
                let part = Part { start, length, checksum: u32::MAX - 7, sensitive: length % 2 == 1 };
                Parts::write(&mut bytes, before, name, part).expect("it fits");
                (before, start) = (name, start + length);
            }
            bytes
        };
        let read = |bytes: &[u8]| {
            let mut parts = Parts { rest: bytes, name: String::new(), start: 0 };
            let mut names = Vec::new();
            while let Some(Part { start, length, checksum, sensitive }) = parts.next() {
                assert_eq!((checksum, sensitive, start + length), (u32::MAX - 7, length % 2 == 1, parts.start));
                names.push(parts.name.clone());
            }
            (names, parts.rest.is_empty())
        };
        let bytes = written(&all);
        assert_eq!(read(&bytes), (all.map(str::to_owned).to_vec(), true));
        for cut in 1..bytes.len() {
            let (names, whole) = read(&bytes[..cut]);
            assert_eq!(names, all[..names.len()], "cut off at {cut}");
            assert_eq!(whole, written(&all[..names.len()]).len() == cut, "cut off at {cut}");
        }
        let part = Part { start: 0, length: 0, checksum: 0, sensitive: false };
        assert_eq!(Parts::write(&mut Vec::new(), "", &"n".repeat(1 << 16), part), None, "too long");
    }
}
