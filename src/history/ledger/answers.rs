//! Owns finished answers: all events behind one commit, under one configuration, found again by name.
//! Never finds one out.

use super::folder::Shelf;
use super::text::{self, Token};
use super::{ANSWER, Cache, EVENTS, KEY_LENGTH, key};
use crate::config::Config;
use crate::git::{ObjectId, Person};
use crate::history::{Changed, Degraded, DegradedKind, Event, EventKind, History, Options};
use crate::okr::{Field, Group};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use std::collections::{BTreeMap, HashMap};

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
    paths: Vec<&'a str>,
    /// By name: how many bytes its events take, and their checksum.
    names: Vec<(&'a str, u32, u32)>,
}

/// A revision of a file that did not read.
#[derive(Debug, Serialize, Deserialize)]
struct Unread<'a> {
    commit: [u8; 20],
    path: &'a str,
    message: &'a str,
    help: &'a str,
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
    measured: (i16, i8, i8),
    recorded: i64,
    summary: &'a str,
    path: u32,
    line: usize,
    signed: bool,
    sensitive: bool,
    #[serde(borrow)]
    changes: Vec<(u8, Vec<Token<'a>>, Vec<Token<'a>>)>,
}

/// The finished answers on one head.
#[derive(Debug)]
pub(in crate::history) struct Answers {
    shelf: Shelf,
    id: String,
}

impl Answers {
    /// Looks for the answer on a commit under all that it depends on: the whole configuration, and the way of walking.
    pub(in crate::history) fn new(cache: &Cache, from: ObjectId, config: &Config, options: &Options) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(from.0);
        hasher.update([u8::from(options.full_history)]);
        hasher.update(format!("{config:?}"));
        let digits: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Answers { shelf: cache.shelf(&key(config, options)), id: digits[..KEY_LENGTH].to_owned() }
    }

    fn name(&self, kind: &str) -> String {
        format!("{kind}{}", self.id)
    }

    /// Gives the whole history.
    pub(in crate::history) fn history(&mut self) -> Option<History> {
        self.read(|_| true)
    }

    /// Gives the history with the events of some names alone.
    pub(in crate::history) fn history_of(&mut self, wanted: impl Fn(&str) -> bool) -> Option<History> {
        self.read(wanted)
    }

    fn read(&self, wanted: impl Fn(&str) -> bool) -> Option<History> {
        let sheet = self.shelf.read(&self.name(ANSWER), 0)?;
        let index: Index<'_> = postcard::from_bytes(sheet.body()).ok()?;
        let mut events: Vec<(u32, Event)> = Vec::new();
        let file = self.shelf.open(&self.name(EVENTS))?;
        let mut start = 0u64;
        let mut run = Run::default();
        for (place, &(name, length, _)) in index.names.iter().enumerate() {
            if wanted(name) {
                if run.names.end != place {
                    run.take(&file, &index, &mut events)?;
                    run = Run { names: place..place, start, length: 0 };
                }
                run.names.end = place + 1;
                run.length += length as usize;
            }
            start += u64::from(length);
        }
        run.take(&file, &index, &mut events)?;
        events.sort_unstable_by_key(|event| event.0);
        let degraded = index.unread.iter().map(|unread| Degraded {
            kind: DegradedKind::Unreadable,
            commit: Some(ObjectId(unread.commit)),
            path: Some(unread.path.into()),
            message: unread.message.into(),
            help: unread.help.into(),
        });
        Some(History {
            complete: true,
            commits: index.commits,
            first: index.first.map(ObjectId),
            degraded: degraded.collect(),
            events: events.into_iter().map(|event| event.1).collect(),
        })
    }

    /// Keeps a finished answer of a history that is whole.
    pub(in crate::history) fn keep(&self, history: &History) {
        if let Some((index, events)) = written(history)
            && self.shelf.write(&self.name(EVENTS), 0, &events, true).is_some()
            && self.shelf.write(&self.name(ANSWER), 0, &index, true).is_some()
        {
            self.sweep();
        }
    }

    /// Removes the answers that were written longest ago.
    fn sweep(&self) {
        let (mut kept, mut bytes) = (0, 0);
        for name in self.shelf.names() {
            let Some(id) = name.strip_prefix(ANSWER) else { continue };
            let events = format!("{EVENTS}{id}");
            kept += 1;
            bytes += self.shelf.size(&name) + self.shelf.size(&events);
            if kept > MOST || (bytes > MOST_BYTES && kept > 1) {
                self.shelf.remove(&name);
                self.shelf.remove(&events);
            }
        }
        for name in self.shelf.names() {
            if let Some(id) = name.strip_prefix(EVENTS).filter(|id| self.shelf.size(&format!("{ANSWER}{id}")) == 0) {
                // Somebody who is about to write its other half writes it to no avail, and again the next time.
                self.shelf.remove_stale(&format!("{EVENTS}{id}"));
            }
        }
    }
}

/// Names whose events stand one behind another.
#[derive(Default)]
struct Run {
    names: std::ops::Range<usize>,
    start: u64,
    length: usize,
}

impl Run {
    /// Reads the events of its names.
    fn take(&self, file: &super::folder::Part, index: &Index<'_>, events: &mut Vec<(u32, Event)>) -> Option<()> {
        let bytes = file.read(self.start, self.length)?;
        let mut rest = &bytes[..];
        for &(name, length, checksum) in index.names.get(self.names.clone())? {
            let (own, more) = rest.split_at_checked(length as usize)?;
            rest = more;
            if crc32fast::hash(own) != checksum {
                return None;
            }
            let told: Vec<Told<'_>> = postcard::from_bytes(own).ok()?;
            for told in told {
                events.push((told.at, event(name, &told, index)?));
            }
        }
        Some(())
    }
}

fn event(name: &str, told: &Told<'_>, index: &Index<'_>) -> Option<Event> {
    let &(author, email) = index.people.get(told.author as usize)?;
    let value = |tokens: &[Token<'_>]| {
        let mut tokens = tokens.iter();
        text::read(&mut tokens, 0).filter(|_| tokens.as_slice().is_empty())
    };
    let changed = |(field, before, after): &(u8, Vec<Token<'_>>, Vec<Token<'_>>)| {
        let field = *Field::ALL.get(usize::from(*field))?;
        Some(Changed { field, before: value(before)?, after: value(after)? })
    };
    let (year, month, day) = told.measured;
    Some(Event {
        name: name.to_owned(),
        kind: *KINDS.get(usize::from(told.kind))?,
        group: *GROUPS.get(usize::from(told.group))?,
        goalpost: told.goalpost,
        eased: told.eased,
        late: told.late,
        commit: Some(ObjectId(told.commit)),
        author: Person { name: author.into(), email: email.into() },
        measured: Date::new(year, month, day).ok()?,
        recorded: told.recorded,
        summary: told.summary.into(),
        path: (*index.paths.get(told.path as usize)?).to_owned(),
        line: told.line,
        signed: told.signed,
        sensitive: told.sensitive,
        changes: told.changes.iter().map(changed).collect::<Option<_>>()?,
    })
}

/// Numbers texts in the order in which they come up.
struct Numbers<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Copy + Eq + std::hash::Hash> Numbers<T> {
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

fn tokens(value: &serde_json::Value) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    text::write(value, &mut tokens);
    tokens
}

/// Writes an answer: its index, and the events by name. `None` where it does not fit.
fn written(history: &History) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut by_name: BTreeMap<&str, Vec<(u32, &Event)>> = BTreeMap::new();
    for (at, event) in history.events.iter().enumerate() {
        by_name.entry(&event.name).or_default().push((u32::try_from(at).ok()?, event));
    }
    let (mut people, mut paths) = (Numbers::new(), Numbers::new());
    let mut names = Vec::with_capacity(by_name.len());
    let mut bytes = Vec::new();
    for (name, events) in by_name {
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
                measured: (event.measured.year(), event.measured.month(), event.measured.day()),
                recorded: event.recorded,
                summary: &event.summary,
                path: paths.number(event.path.as_str())?,
                line: event.line,
                signed: event.signed,
                sensitive: event.sensitive,
                changes: event.changes.iter().map(change).collect(),
            })
        });
        let told: Vec<Told<'_>> = told.collect::<Option<_>>()?;
        let start = bytes.len();
        bytes = postcard::to_extend(&told, bytes).ok()?;
        names.push((name, u32::try_from(bytes.len() - start).ok()?, crc32fast::hash(&bytes[start..])));
    }
    let unread = |one| {
        let Degraded { kind, commit, path, message, help }: &Degraded = one;
        let is_unread = *kind == DegradedKind::Unreadable;
        Some(Unread { commit: commit.filter(|_| is_unread)?.0, path: path.as_deref()?, message, help })
    };
    let index = Index {
        commits: history.commits,
        first: history.first.map(|id| id.0),
        unread: history.degraded.iter().map(unread).collect::<Option<_>>()?,
        people: people.all,
        paths: paths.all,
        names,
    };
    Some((postcard::to_allocvec(&index).ok()?, bytes))
}
