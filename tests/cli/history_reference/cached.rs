//! Holds history with a cache against history without: heads of random histories, one after another in any order, older
//! and newer ones, of branches that were rewritten, under other paths, whatever commit-graph is there; then histories
//! grow by commits that nobody had when the cache was filled, and that no commit-graph knows.

use super::past::{Look, Past};
use super::shortcuts::forget;
use crate::support::Place;
use git_okr::config::Config;
use git_okr::finding::Finding;
use git_okr::git::{ObjectId, Repository};
use git_okr::history::{self, Cache, Counts, Event, History, Known, Locks, Options, Plain};
use git_okr::source;
use git_okr::syntax::Frame;
use std::collections::BTreeSet;
use std::path::Path;

/// The ways of looking that take turns.
const WAYS: [Options; 3] = [
    Options { full_history: false, first_parent: false },
    Options { full_history: true, first_parent: false },
    Options { full_history: false, first_parent: true },
];

/// All that history says of one head.
#[derive(Debug, PartialEq)]
struct Said {
    history: History,
    locks: Vec<Locks>,
}

fn said(
    repository: &Repository,
    head: ObjectId,
    config: &Config,
    options: Options,
    cache: Option<&Cache>,
) -> (Said, Counts, Known) {
    let mut past = history::Past::new(repository, head, config, &options, cache);
    let history = past.history().expect("it walks");
    let (counts, known) = (past.counts(), past.known());
    let today = "2026-12-30".parse().expect("a day");
    let cycles = ["2026-Q3", "2026-Q4"].map(|id| config.calendar.cycle(id).expect("a cycle"));
    let locks = cycles.map(|cycle| past.locks(&cycle, today).expect("it looks")).into();
    (Said { history, locks }, counts, known)
}

/// Looks for the events of a few names alone, and gives what differs from all that history says of them; `None` where the
/// cache does not know enough for that.
fn said_of(past: &history::Past<'_>, names: &[&str], read: &Plain, wanted: &History) -> Option<Vec<String>> {
    let asked = |event: &&Event| names.contains(&&*event.name);
    let found = past.found_of(|name| names.contains(&name), read).expect("it looks")?;
    // What is sensitive hides what others say of the same commit.
    let hidden = |history: &History| -> BTreeSet<(Option<ObjectId>, String)> {
        let sensitive = history.events.iter().filter(|event| event.sensitive);
        sensitive.map(|event| (event.commit, event.name.to_string())).collect()
    };
    let mut faults = Vec::new();
    if hidden(&found) != hidden(wanted) {
        faults.push(format!("hidden: {:?} and not {:?}", hidden(&found), hidden(wanted)));
    }
    let of = |history: &History| History {
        events: history.events.iter().filter(asked).cloned().collect(),
        degraded: history.degraded.clone(),
        ..*history
    };
    if of(&found) != of(wanted) {
        faults.push(format!("{names:?}:\n{:#?}\n{:#?}", of(wanted), of(&found)));
    }
    Some(faults)
}

/// Reads the files of a commit, as somebody does who looks at its work tree.
fn files_read(repository: &Repository, head: ObjectId) -> Plain {
    let mut plain = Plain::default();
    let Ok(tree) = source::revision(repository, head) else { return plain };
    let root = repository.commit(head).expect("it is there").tree;
    for file in &tree.files {
        let is_in_it = |finding: &Finding| finding.primary.as_ref().is_some_and(|label| label.file == file.file);
        if !tree.findings.iter().any(is_in_it) {
            let (_, blob) = repository.entry(root, &file.path).expect("its tree reads").expect("the file is there");
            plain.take(blob, Frame::of(tree.sources.get(file.file).text.as_bytes()), file);
        }
    }
    plain
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

/// The settings that a history is looked at with, whichever of its commits is the head.
fn settings(look: &Look) -> Config {
    let text: toml::Table = look.text.unwrap_or_default().parse().expect("settings are TOML");
    let list = |value: &toml::Value| -> Vec<String> { value.clone().try_into().expect("a list of texts") };
    let default = Config::default();
    let also = text.get("history").and_then(|history| history.get("also")).map_or_else(Vec::new, list);
    Config { paths: text.get("paths").map_or(default.paths.clone(), list), history_also: also, ..default }
}

/// One history, as it was and as it grew; the newest commit first.
struct Grown {
    seed: u64,
    settings: Config,
    before: Vec<ObjectId>,
    after: Vec<ObjectId>,
}

/// What became of looking at one history.
#[derive(Default)]
struct Outcome {
    faults: Vec<String>,
    /// New commits on top of known ones.
    added_to_known: usize,
    /// Names that were found in such without looking at all others.
    found: usize,
}

impl Grown {
    /// Looks back from several commits with one cache, before it grows and after, and gives what differs from looking
    /// without.
    fn look(&self, repository: &Repository, cache: &Cache, has_grown: bool) -> Outcome {
        let commits = if has_grown { &self.after } else { &self.before };
        let (tip, own) = (commits[0], &self.settings);
        let mut dice = Dice(self.seed + u64::from(has_grown));
        let other = Config { paths: vec![".".into()], ..own.clone() };
        let stricter = Config { at_risk: 0.01, ..own.clone() };
        let strictest = Config { at_risk: 0.02, ..own.clone() };
        let way = WAYS[dice.below(WAYS.len())];
        let mut looks: Vec<(ObjectId, &Config, Options)> = Vec::new();
        if has_grown {
            // It is new, then it is answered, then all of its commits are known under settings of which history only now
            // hears; the first time it may still have to take up the first-parent line.
            looks.extend([own, own, &stricter, &strictest].map(|config| (tip, config, Options::default())));
        } else {
            for at in 0..4 {
                let options = if dice.below(4) == 0 { way } else { Options::default() };
                looks.push((commits[dice.below(commits.len())], if at == 2 { &other } else { own }, options));
            }
            looks.push((tip, own, Options::default()));
        }
        let mut outcome = Outcome::default();
        for (at, (head, config, options)) in looks.into_iter().enumerate() {
            let (wanted, ..) = said(repository, head, config, options, None);
            let past = history::Past::new(repository, head, config, &options, Some(cache));
            let (read, nothing) = (files_read(repository, head), Plain::default());
            let names: BTreeSet<&str> = wanted.history.events.iter().map(|event| &*event.name).collect();
            for name in &names {
                let other = names.iter().nth(dice.below(names.len())).expect("there is one");
                let read = if dice.below(2) == 0 { &nothing } else { &read };
                if let Some(faults) = said_of(&past, &[*name, *other], read, &wanted.history) {
                    outcome.found += usize::from(has_grown && at == 0);
                    let what = |fault| format!("seed {}: look {at} from {head} with {options:?}, {fault}", self.seed);
                    outcome.faults.extend(faults.into_iter().map(what));
                }
            }
            let (found, counts, known) = said(repository, head, config, options, Some(cache));
            let mut fault = |what: String| outcome.faults.push(format!("seed {}: look {at}, {what}", self.seed));
            if wanted != found {
                fault(format!("from {head} with {options:?}, grown {has_grown}\n{wanted:#?}\n{found:#?}"));
            }
            match (has_grown, at, known) {
                (true, 0, Known::Commits(1..)) => outcome.added_to_known += 1,
                (true, 1, Known::Commits(_)) => fault("the answer was found a moment ago".into()),
                (true, 3, _) if (counts.trees, counts.blobs) != (0, 0) => {
                    fault(format!("{counts:?} were read for what was known"));
                }
                _ => {}
            }
        }
        outcome
    }
}

/// Histories that go through one cache, so that they share pages and are swept.
const TOGETHER: usize = 2;

/// Looks at all histories, each few of them with a cache of their own, which is kept for when they have grown.
fn look_at_all(place: &Place, state: usize, histories: &[Grown], has_grown: bool) -> (usize, usize) {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let root: &Path = &place.root();
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                let share = histories.chunks(TOGETHER).enumerate().skip(worker).step_by(workers);
                let look = move |(number, together): (usize, &[Grown])| -> Vec<Outcome> {
                    let repository = Repository::open(root).expect("a repository");
                    let cache = Some(place.beside(&format!("cache-{state}-{number}")));
                    let cache = Cache::of(&repository, cache).expect("a plain repository");
                    together.iter().map(|history| history.look(&repository, &cache, has_grown)).collect()
                };
                scope.spawn(move || share.flat_map(look).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a look does not panic")).collect()
    });
    let faults: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.faults).collect();
    assert!(faults.is_empty(), "{} looks differ\n{}", faults.len(), faults[0]);
    let sum = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).sum();
    (sum(|outcome| outcome.added_to_known), sum(|outcome| outcome.found))
}

#[test]
fn random_histories_read_the_same_from_a_cache() {
    let seeds = if std::env::var_os("GIT_OKR_SEEDS").is_some() { super::seeds() } else { 0..40 };
    let place = Place::repository();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for seed in seeds.clone() {
        let mut past = Past::random(seed);
        past.write(&format!("h{seed}"), &mut after).expect("memory is writable");
        // A third of it at most comes later; what came before has the same ids.
        let later = 1 + Dice(seed).below(past.commits.len() / 3);
        past.commits.truncate(past.commits.len() - later);
        past.write(&format!("h{seed}"), &mut before).expect("memory is writable");
    }
    let listed = |seed: u64| -> Vec<ObjectId> {
        let ids = place.git(&["rev-list", &format!("h{seed}")]);
        ids.lines().map(|id| ObjectId::parse(id).expect("an id")).collect()
    };
    place.git_fed(&["fast-import", "--quiet", "--force"], &before);
    let mut histories: Vec<Grown> = seeds
        .map(|seed| Grown {
            seed,
            settings: settings(Past::random(seed).look),
            before: listed(seed),
            after: Vec::new(),
        })
        .collect();
    let tips: String = histories.iter().map(|history| format!("{}\n", history.before[0])).collect();
    for state in 0..2 {
        forget(&place);
        if state == 1 {
            place.git_fed(&["commit-graph", "write", "--stdin-commits", "--changed-paths"], tips.as_bytes());
        }
        look_at_all(&place, state, &histories, false);
        if state == 0 {
            place.git_fed(&["fast-import", "--quiet", "--force"], &after);
            histories.iter_mut().for_each(|history| history.after = listed(history.seed));
        }
        let (added, found) = look_at_all(&place, state, &histories, true);
        assert!(added * 2 > histories.len(), "only {added} of {} histories grew on what was known", histories.len());
        assert!(found > histories.len(), "only {found} names were found without looking at all others");
    }
}
