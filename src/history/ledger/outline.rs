//! Owns what is kept of the goals themselves: what they are called, who answers for them and which are sensitive, so that
//! a log can be told without reading a file. Never says whether they are still so: whoever asks knows.

use super::answers::Answers;
use super::folder::{Sheet, Shelf};
use super::pieces::{self, Numbers, Parts, Pieces, at_once};
use super::{ANSWER, Cache, FILES, GOALS};
use crate::config::Config;
use crate::git::{ObjectId, Repository};
use crate::history::plain::is_plain;
use crate::history::{Options, Plain};
use crate::okr::{Cycle, Directory, Fields, KeyResult, Name, Objective};
use crate::source::{self, Revision, Settled, Stamp, Stamps, Tree};
use crate::syntax::{Frame, ObjectiveFile, ObjectivePlace, Place};
use crate::text::FileId;
use foldhash::{HashMap, HashSet, HashSetExt};
use jiff::civil::Date;
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

/// What stands first: enough for whoever asks for one name.
#[derive(Debug, Serialize, Deserialize)]
struct Head<'a> {
    /// Of the stamps that all files of a work tree had; `None` where nobody looked at all of them.
    digest: Option<[u8; 20]>,
    /// Of git's index when it was known to have all files of HEAD; nothing where it was not.
    #[serde(serialize_with = "at_once")]
    index: &'a [u8],
    #[serde(borrow)]
    cycles: BTreeSet<&'a str>,
    sensitive: Vec<&'a str>,
    /// For each file the lines that are its own, and where among all [`Held`] it lies.
    #[serde(borrow)]
    lines: Numbers<'a>,
    #[serde(borrow)]
    files: Pieces<'a>,
    checksums: Numbers<'a>,
    /// On a line for each objective its full name and, each behind [`OWN`], the ids of its key results.
    names: &'a str,
}

/// The goals of one file, and how to know that it is still the same. Who has many of these looks at the goals of few.
#[derive(Debug, Serialize, Deserialize)]
struct Held<'a> {
    path: &'a str,
    #[serde(serialize_with = "at_once")]
    stamp: &'a [u8],
    #[serde(serialize_with = "at_once")]
    blob: &'a [u8],
    /// What stays of it when its values move; nothing where that is not all that matters of it.
    #[serde(serialize_with = "at_once")]
    frame: &'a [u8],
    objectives: u32,
    /// The names in it, as [`Head`] has them.
    #[serde(borrow)]
    names: Cow<'a, str>,
    /// The full names of those that are sensitive.
    sensitive: Vec<Cow<'a, str>>,
    /// Each [`Goal`].
    #[serde(borrow, serialize_with = "at_once")]
    goals: Cow<'a, [u8]>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Goal<'a> {
    cycle: Option<&'a str>,
    id: &'a str,
    #[serde(borrow)]
    owners: Vec<&'a str>,
    key_results: Vec<(&'a str, Option<&'a str>, bool)>,
}

/// The goals of a clean work tree as an earlier run read them, or as those that it knows and some that are new.
#[derive(Debug)]
pub struct Outline {
    head: ObjectId,
    config: Config,
    cycles: Vec<Cycle>,
    /// The key results that are sensitive, by full name.
    pub sensitive: Vec<String>,
    /// Whether it was put together just now, for commits that nobody looked back from yet.
    pub is_new: bool,
    /// What was read for that.
    pub plain: Plain,
    sheet: Sheet,
    /// Where the names stand in what is written.
    names: Range<usize>,
    /// The goals by file, once somebody needs them.
    files: Files,
}

/// Where the goals of each file are written.
#[derive(Debug)]
enum Files {
    Kept(Shelf, String),
    Here(Sheet),
}

impl Outline {
    /// Reads the head of what is written, if it was with these stamps; without any it tells what HEAD has.
    fn of(head: ObjectId, config: &Config, stamps: Option<&Stamps>, sheet: Sheet, files: Files) -> Option<Self> {
        let stored: Head<'_> = pieces::read(sheet.body())?;
        stamps.is_none_or(|stamps| stored.digest == Some(stamps.digest)).then_some(())?;
        let names = sheet.body().len() - stored.names.len()..sheet.body().len();
        let cycles = stored.cycles.iter().map(|id| config.calendar.cycle(id)).collect::<Option<_>>()?;
        let sensitive = stored.sensitive.iter().map(|&name| name.to_owned()).collect();
        let (config, plain) = (config.clone(), Plain::default());
        Some(Outline { head, config, cycles, sensitive, is_new: false, plain, sheet, names, files })
    }

    /// Resolves a typed name as [`Directory::resolve`] does; `None` where it does not stand for one thing.
    pub fn resolve(&self, tail: &str, today: Date) -> Option<Name> {
        let names = std::str::from_utf8(&self.sheet.body()[self.names.clone()]).ok()?;
        ending(names, tail, &self.cycles).beside(self.cycles.iter().cloned()).resolve(tail, today).one()
    }

    /// Tells whether the file that a goal stands in is still as HEAD has it, and no other one hides it.
    pub fn is_still(&self, name: &Name, repository: &Repository, root: &Path) -> bool {
        let is_still = || {
            let stored: Head<'_> = pieces::read(self.sheet.body())?;
            let bytes = self.written(&stored, name)?;
            let held: Held<'_> = pieces::read(&bytes)?;
            let is_followed = source::index_stamp(repository).is_some_and(|(stamp, _)| stamp == stored.index)
                || source::is_in_index(repository, held.path);
            Some(is_followed && Settled::is_still(root, held.path, held.stamp, ObjectId(held.blob.try_into().ok()?)))
        };
        is_still() == Some(true)
    }

    /// Reads what is written of the file that a goal stands in.
    fn written(&self, stored: &Head<'_>, name: &Name) -> Option<Vec<u8>> {
        let objective = format!("{}/{}", name.cycle, name.objective);
        let line = stored.names.lines().position(|line| line.split(OWN).next() == Some(&objective))?;
        let ends = stored.lines.all().scan(0, |end, lines| {
            *end += lines as usize;
            Some(*end)
        });
        let file = ends.take_while(|&end| end <= line).count();
        let range = stored.files.range(file)?;
        match &self.files {
            Files::Here(sheet) => Some(sheet.body().get(range)?.to_vec()),
            Files::Kept(shelf, name) => {
                let checksum = stored.checksums.get(file)?;
                shelf.part(name, self.sheet.checksum, range.start, range.len(), checksum)
            }
        }
    }

    /// Gives the goals as far as a log needs them: names, owners and what is sensitive. `None` where they do not read.
    pub fn tree(&self) -> Option<Tree> {
        let kept;
        let sheet = match &self.files {
            Files::Here(sheet) => sheet,
            Files::Kept(shelf, name) => {
                kept = shelf.read(name, self.sheet.checksum)?;
                &kept
            }
        };
        let files = Held::all(sheet)?.iter().map(Held::file).collect::<Option<_>>()?;
        let revision = Revision { id: Some(self.head), committed: None, dirty: false };
        Some(Tree { config: self.config.clone(), files, revision, ..Tree::default() })
    }
}

impl<'a> Held<'a> {
    /// Reads all that were written one behind another.
    fn all(sheet: &'a Sheet) -> Option<Vec<Self>> {
        let (mut all, mut rest) = (Vec::new(), sheet.body());
        while !rest.is_empty() {
            let (held, behind) = postcard::take_from_bytes(rest).ok()?;
            all.push(held);
            rest = behind;
        }
        Some(all)
    }

    /// Takes what a log needs of a file; `None` where a name would not come back as it is.
    fn of(file: &ObjectiveFile, frame: Option<&'a Frame>, settled: &'a Settled) -> Option<Self> {
        let (mut names, mut sensitive) = (String::new(), Vec::new());
        for objective in &file.objectives {
            let Some(cycle) = &objective.cycle else { continue };
            let ids = || objective.key_results.iter().map(|kr| &kr.id);
            [cycle, &objective.id].into_iter().chain(ids()).all(|part| is_plain_part(part)).then_some(())?;
            names.extend([cycle, "/", &objective.id]);
            for id in ids() {
                names.push(OWN);
                names.push_str(id);
            }
            names.push('\n');
            let hidden = objective.key_results.iter().filter(|kr| kr.sensitive);
            sensitive.extend(hidden.map(|kr| format!("{cycle}/{}/{}", objective.id, kr.id).into()));
        }
        let goals: Vec<Goal<'_>> = file.objectives.iter().map(Goal::of).collect();
        let Settled { path, stamp, blob } = settled;
        Some(Held {
            path,
            stamp,
            blob: &blob.0,
            frame: frame.filter(|_| is_plain(file)).map_or(&[][..], |frame| &frame.0),
            objectives: u32::try_from(goals.len()).ok()?,
            names: names.into(),
            sensitive,
            goals: postcard::to_allocvec(&goals).ok()?.into(),
        })
    }

    /// Gives a plain file with other values.
    fn moved(&'a self, settled: &'a Settled) -> Self {
        Held {
            stamp: &settled.stamp,
            blob: &settled.blob.0,
            names: Cow::Borrowed(&self.names),
            // None is, where a frame is known.
            sensitive: Vec::new(),
            goals: Cow::Borrowed(&self.goals),
            ..*self
        }
    }

    /// Lists the full names in it.
    fn full_names(&self) -> Vec<String> {
        let all = self.names.lines().flat_map(|line| {
            let mut parts = line.split(OWN);
            let objective = parts.next().unwrap_or_default();
            parts.map(move |id| format!("{objective}/{id}")).chain([objective.to_owned()])
        });
        all.collect()
    }

    /// Gives the file as far as a log needs it.
    fn file(&self) -> Option<ObjectiveFile> {
        let nothing = Fields::new();
        let (objective, key_result) = (crate::syntax::objective(&nothing), crate::syntax::key_result(&nothing));
        let goals: Vec<Goal<'_>> = postcard::from_bytes(&self.goals).ok()?;
        let goals = goals.iter().map(|goal| Objective {
            id: goal.id.to_owned(),
            cycle: goal.cycle.map(str::to_owned),
            owners: goal.owners.iter().map(|&owner| owner.to_owned()).collect(),
            key_results: (goal.key_results.iter())
                .map(|&(id, owner, sensitive)| KeyResult {
                    id: id.to_owned(),
                    owner: owner.map(str::to_owned),
                    sensitive,
                    ..key_result.clone()
                })
                .collect(),
            ..objective.clone()
        });
        let objectives: Vec<Objective> = goals.collect();
        let places = vec![ObjectivePlace::default(); objectives.len()];
        let (path, head) = (self.path.to_owned(), Place::default());
        // Nothing points into a file of which there is no text.
        Some(ObjectiveFile { file: FileId(0), path, objectives, places, head, parsed: true })
    }
}

impl<'a> Goal<'a> {
    fn of(objective: &'a Objective) -> Self {
        let Objective { cycle, id, owners, key_results, .. } = objective;
        let key_results = key_results.iter().map(|kr| (kr.id.as_str(), kr.owner.as_deref(), kr.sensitive));
        Goal {
            cycle: cycle.as_deref(),
            id,
            owners: owners.iter().map(String::as_str).collect(),
            key_results: key_results.collect(),
        }
    }
}

/// Tells whether a part of a name comes back as it is from among others.
fn is_plain_part(part: &str) -> bool {
    !part.is_empty() && !part.contains(['/', '\n', '\r', OWN])
}

/// What stands before the id of a key result.
const OWN: char = '\t';

/// Finds the names that end with a text, by whole parts.
fn ending(names: &str, tail: &str, cycles: &[Cycle]) -> Directory {
    let (above, last) = tail.rsplit_once('/').map_or((None, tail), |(above, last)| (Some(above), last));
    let ends =
        |name: &str, end: &str| name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    // Lines on which none of it stands are passed over.
    let sought = above.unwrap_or(last);
    let mut after = 0;
    let lines = memmem::find_iter(names.as_bytes(), sought).filter_map(|at| {
        let start = names.get(after..at)?.rfind('\n').map_or(after, |end| after + end + 1);
        let line = names[start..].split('\n').next()?;
        after = start + line.len();
        Some(line)
    });
    let found = lines.filter(|_| !last.is_empty()).flat_map(|line| {
        let (objective, ids) = line.split_once(OWN).map_or((line, None), |(objective, ids)| (objective, Some(ids)));
        let ids = ids.filter(|_| above.is_none_or(|above| ends(objective, above)));
        let own = ids.into_iter().flat_map(|ids| ids.split(OWN)).filter(|&id| id == last);
        own.map(|id| format!("{objective}/{id}"))
            .chain(ends(objective, tail).then(|| objective.to_owned()))
            .collect::<Vec<_>>()
    });
    let named = |name: String| {
        let name = Name::parse(&name)?;
        let cycle = cycles.iter().find(|cycle| cycle.id == name.cycle)?;
        Some((name, cycle.clone()))
    };
    Directory::new(found.filter_map(named))
}

impl Cache {
    /// Gives the goals of HEAD, if with these stamps they were those of a clean work tree. `None` where nobody read them.
    pub fn outline(&self, head: ObjectId, config: &Config, stamps: Option<&Stamps>) -> Option<Outline> {
        let answers = Answers::new(self, head, config, &Options::default());
        let sheet = answers.shelf.read(&answers.name(GOALS), 0)?;
        let files = Files::Kept(answers.shelf.clone(), answers.name(FILES));
        Outline::of(head, config, stamps, sheet, files)
    }

    /// Gives the goals of HEAD of which an earlier run, mostly at another commit, knows most files: those that HEAD still has
    /// and, where there are stamps, have the ones that they had then are not read. With stamps these are the goals of a clean
    /// work tree. `None` where there was no such run, and where anything that is read is amiss or not committed.
    pub fn outline_beside(
        &self,
        repository: &Repository,
        root: &Path,
        head: ObjectId,
        config: &Config,
        stamps: Option<&Stamps>,
    ) -> Option<Outline> {
        (source::settled_configuration(repository, root, head)? == *config).then_some(())?;
        let answers = Answers::new(self, head, config, &Options::default());
        let names = answers.shelf.names();
        let earlier = names.iter().find_map(|name| name.strip_prefix(GOALS))?;
        let on = answers.shelf.read(&format!("{GOALS}{earlier}"), 0)?.checksum;
        let sheet = answers.shelf.read(&format!("{FILES}{earlier}"), on)?;
        let held = Held::all(&sheet)?;
        let held: HashMap<&str, &Held<'_>> = held.iter().map(|file| (file.path, file)).collect();
        let (settled, rested, index) = match stamps {
            Some(stamps) => (stamps.settled(repository, head, config)?, stamps.rested, stamps.index),
            None => {
                let index = source::index_stamp(repository);
                let (blobs, is_in_index) = source::blobs_of(repository, head, config)?;
                let (settled, rested) = settled_beside(&held, blobs, root)?;
                let rested = rested && index.is_none_or(|index| index.1);
                (settled, rested, index.map(|index| index.0).filter(|_| is_in_index))
            }
        };
        let (mut all, mut others) = (Vec::with_capacity(settled.len()), Vec::new());
        for file in &settled {
            match held.get(file.path.as_str()).filter(|held| held.stamp == file.stamp) {
                Some(held) if held.blob == file.blob.0 => all.push(*held),
                // It is as it was, and that is not what HEAD has: it is not committed.
                Some(_) => return None,
                None => others.push(file),
            }
        }
        let was = |file: &Settled, frame: Frame| held.get(file.path.as_str()).is_some_and(|held| held.frame == frame.0);
        let read = source::committed(root, &others, was)?;
        let (mut plain, mut now) = (Plain::default(), Vec::with_capacity(read.len()));
        for ((frame, file), settled) in read.iter().zip(others) {
            now.push(match file {
                Some(file) => {
                    plain.take(settled.blob, *frame, file);
                    Held::of(file, frame.as_ref(), settled)?
                }
                None => {
                    let known = held.get(settled.path.as_str())?;
                    plain.take_known(settled.blob, (*frame)?, known.full_names());
                    known.moved(settled)
                }
            });
        }
        all.extend(&now);
        all.sort_unstable_by_key(|file| file.path);
        let named = |entry: &String| {
            let paths = source::Paths::new([entry]);
            settled.iter().any(|file| paths.holds(&file.path))
        };
        let count: usize = all.iter().map(|file| file.objectives as usize).sum();
        (config.paths.iter().all(named) && count <= source::MOST_OBJECTIVES).then_some(())?;
        let (goals, files) =
            written(config, stamps.map(|stamps| stamps.digest), index, &all, |file| answers.shelf.checksum(file, 0))?;
        let is_new = earlier != answers.name("");
        if rested && answers.keep_outline(&goals, &files).is_some() && is_new {
            answers.forget_outline(earlier);
        }
        let (sheet, files) = (Sheet::new(goals), Files::Here(Sheet::new(files)));
        Some(Outline { is_new, plain, ..Outline::of(head, config, stamps, sheet, files)? })
    }

    /// Keeps the goals of a clean work tree that was read with these stamps, where each has a name of its own.
    pub fn keep_outline(&self, head: ObjectId, stamps: &Stamps, settled: &[Settled], tree: &Tree) {
        let frames: Vec<Option<Frame>> =
            tree.files.iter().map(|file| Frame::of(tree.sources.get(file.file).text.as_bytes())).collect();
        let Some(held) = held(&tree.files, &frames, settled) else { return };
        let answers = Answers::new(self, head, &tree.config, &Options::default());
        let held: Vec<_> = held.iter().collect();
        let checksum = |file: &[u8]| answers.shelf.checksum(file, 0);
        if let Some((goals, files)) = written(&tree.config, Some(stamps.digest), stamps.index, &held, checksum) {
            // Who cannot write reads the files again.
            let _ = answers.keep_outline(&goals, &files);
        }
    }
}

impl Answers {
    /// Keeps both halves of an outline. They belong together: files lie on the goals.
    fn keep_outline(&self, goals: &[u8], files: &[u8]) -> Option<()> {
        self.shelf.write(&self.name(FILES), self.shelf.checksum(goals, 0), files, true)?;
        self.shelf.write(&self.name(GOALS), 0, goals, true)
    }

    /// Removes an outline that another took the place of, unless there is an answer to tell by it.
    fn forget_outline(&self, id: &str) {
        if !self.shelf.has(&format!("{ANSWER}{id}")) {
            self.shelf.remove(&format!("{GOALS}{id}"));
            self.shelf.remove(&format!("{FILES}{id}"));
        }
    }
}

/// Takes what a log needs of some files; `None` where one is not among those that HEAD has.
fn held<'a>(files: &'a [ObjectiveFile], frames: &'a [Option<Frame>], settled: &'a [Settled]) -> Option<Vec<Held<'a>>> {
    let settled: HashMap<&str, &Settled> = settled.iter().map(|file| (file.path.as_str(), file)).collect();
    let held = |(file, frame): (&'a ObjectiveFile, &'a Option<Frame>)| {
        Held::of(file, frame.as_ref(), settled.get(file.path.as_str())?)
    };
    files.iter().zip(frames).map(held).collect()
}

/// Stamps the files of HEAD: those that it had when they were read keep theirs, at the others somebody looks now. Tells too
/// whether all of these had rested for long enough. `None` where one of them is not there.
fn settled_beside(
    held: &HashMap<&str, &Held<'_>>,
    files: Vec<(String, ObjectId)>,
    root: &Path,
) -> Option<(Vec<Settled>, bool)> {
    let mut all_rested = true;
    let settled = files.into_iter().map(|(path, blob)| {
        let known =
            held.get(path.as_str()).filter(|held| held.blob == blob.0).and_then(|held| held.stamp.try_into().ok());
        if let Some(stamp) = known {
            return Some(Settled { path, stamp, blob });
        }
        let (file, rested) = Settled::at(root, path, blob)?;
        all_rested &= rested;
        Some(file)
    });
    Some((settled.collect::<Option<_>>()?, all_rested))
}

/// Writes the goals down; `None` where an objective is there twice.
fn written(
    config: &Config,
    digest: Option<[u8; 20]>,
    index: Option<Stamp>,
    files: &[&Held<'_>],
    checksum: impl Fn(&[u8]) -> u32,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut seen, mut cycles) = (HashSet::new(), BTreeMap::new());
    let mut names = String::with_capacity(files.iter().map(|file| file.names.len()).sum());
    let room = |file: &&Held<'_>| file.path.len() + file.stamp.len() + file.names.len() + file.goals.len() + ROOM;
    let mut bytes = Vec::with_capacity(files.iter().map(room).sum());
    let (mut parts, mut lines, mut checksums) = (Parts::behind(&bytes)?, Vec::new(), Vec::new());
    for file in files {
        let (start, before) = (bytes.len(), seen.len());
        parts.push(file, &mut bytes)?;
        checksums.push(checksum(&bytes[start..]));
        for line in file.names.split_inclusive('\n') {
            let (cycle, _) = line.split_once('/')?;
            // Who types a name means none of a cycle that has no days.
            if *cycles.entry(cycle).or_insert_with(|| config.calendar.cycle(cycle).is_some()) {
                names.push_str(line);
                let objective = line.split([OWN, '\n']).next();
                seen.insert(objective).then_some(())?;
            }
        }
        lines.push(u32::try_from(seen.len() - before).ok()?);
    }
    let (lines, checksums) = (pieces::written(lines), pieces::written(checksums));
    let head = Head {
        digest,
        index: index.as_ref().map_or(&[], |stamp| &stamp[..]),
        cycles: cycles.into_iter().filter(|cycle| cycle.1).map(|cycle| cycle.0).collect(),
        sensitive: files.iter().flat_map(|file| &file.sensitive).map(|name| &**name).collect(),
        lines: Numbers::new(&lines),
        files: parts.pieces(),
        checksums: Numbers::new(&checksums),
        names: &names,
    };
    Some((postcard::to_allocvec(&head).ok()?, bytes))
}

/// Bytes of a file but for what differs in length.
const ROOM: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_name_is_resolved_as_among_all_goals() {
        let ends = [
            "a",
            "b",
            "c/kr",
            "x/kr",
            "kr",
            "x",
            "2026-Q3/x/kr",
            "2026-Q3/x",
            "2026-Q4/x",
            "/kr",
            "r",
            "",
            "\n",
            "\t",
            "other",
            "c/other",
            "Q4/c/other",
            "c/",
            "x\tkr",
            "alone",
            "one",
            "/",
            "2026-Q4",
            "2026-Q1/a",
            "6-Q1/a",
        ];
        let all = [
            "2026-Q3/x/kr",
            "2026-Q3/x",
            "2026-Q4/x/kr",
            "2026-Q4/x",
            "2026-Q4/c/other",
            "2026-Q4/c/kr",
            "2026-Q4/c",
            "2026-Q1/a",
            "2026-Q4/alone",
        ];
        let config = Config::default();
        let days = |id: &str| config.calendar.cycle(id).expect("a quarter");
        let cycles = ["2026-Q1", "2026-Q3", "2026-Q4"].map(days);
        let written = "2026-Q3/x\tkr\n2026-Q4/x\tkr\n2026-Q4/c\tother\tkr\n2026-Q1/a\n2026-Q4/alone\n";
        let named = all.iter().map(|name| Name::parse(name).expect("a full name"));
        let directory = Directory::new(named.map(|name| (name.clone(), days(&name.cycle))));
        for today in ["2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01", "2027-08-01"] {
            let today: Date = today.parse().expect("a day");
            for tail in ends {
                let short = ending(written, tail, &cycles).beside(cycles.clone()).resolve(tail, today).one();
                assert_eq!(short, directory.resolve(tail, today).one(), "{tail} on {today}");
            }
        }
    }
}
