//! Holds history with a cache against history without: heads of random histories, one after another in any order, older
//! and newer ones, of branches that were rewritten, under other paths, whatever commit-graph is there.

use super::past::Past;
use super::shortcuts::forget;
use crate::support::Place;
use git_okr::config::Config;
use git_okr::git::{ObjectId, Repository};
use git_okr::history::{self, Cache, Counts, History, Known, Locks, Options};
use git_okr::source;
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
    let mut past = history::Past::new(repository, head, config, &options, cache).expect("it opens");
    let history = past.history().expect("it walks");
    let (counts, known) = (past.counts(), past.known());
    let today = "2026-12-30".parse().expect("a day");
    let cycles = ["2026-Q3", "2026-Q4"].map(|id| config.calendar.cycle(id).expect("a cycle"));
    let locks = cycles.map(|cycle| past.locks(&cycle, today).expect("it looks")).into();
    (Said { history, locks }, counts, known)
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

/// Looks back from several commits of one history with one cache, and gives what differs from looking without.
fn faults(root: &Path, cache: &Path, seed: u64, commits: &[ObjectId]) -> Vec<String> {
    let repository = Repository::open(root).expect("a repository");
    let cache = Cache::of(&repository, Some(cache.to_owned())).expect("a plain repository");
    let tip = commits[0];
    let own = source::revision(&repository, tip).map(|tree| tree.config).unwrap_or_default();
    let other = Config { paths: vec![".".into()], ..own.clone() };
    let mut dice = Dice(seed);
    let mut faults = Vec::new();
    let mut heads: Vec<ObjectId> = (0..5).map(|_| commits[dice.below(commits.len())]).collect();
    // The newest one comes last: it may be new, then it is answered, then all of its commits are known under settings
    // of which history only now hears.
    heads.extend([tip; 4]);
    let stricter = Config { at_risk: 0.01, ..own.clone() };
    let strictest = Config { at_risk: 0.02, ..own.clone() };
    let last = heads.len() - 1;
    let way = WAYS[dice.below(WAYS.len())];
    for (at, &head) in heads.iter().enumerate() {
        let config = match at {
            // The first of them may still have to take up the first-parent line.
            at if at == last => &strictest,
            at if at + 1 == last => &stricter,
            3 => &other,
            _ => &own,
        };
        let options = if at + 4 <= last && dice.below(4) == 0 { way } else { Options::default() };
        let (wanted, ..) = said(&repository, head, config, options, None);
        let (found, counts, known) = said(&repository, head, config, options, Some(&cache));
        if wanted != found {
            faults.push(format!("seed {seed}: look {at}, from {head} with {options:?}\n{wanted:#?}\n{found:#?}"));
        }
        if at + 2 == last && known != Known::Everything {
            faults.push(format!("seed {seed}: {known:?} where the answer was found a moment ago"));
        }
        if at == last && (counts.trees, counts.blobs) != (0, 0) {
            faults.push(format!("seed {seed}: {counts:?} were read for what was known"));
        }
    }
    faults
}

#[test]
fn random_histories_read_the_same_from_a_cache() {
    let seeds = if std::env::var_os("GIT_OKR_SEEDS").is_some() { super::seeds() } else { 0..40 };
    let mut stream = Vec::new();
    for seed in seeds.clone() {
        Past::random(seed).write(&format!("h{seed}"), &mut stream).expect("memory is writable");
    }
    let place = Place::repository();
    place.git_fed(&["fast-import", "--quiet", "--force"], &stream);
    let histories: Vec<(u64, Vec<ObjectId>)> = seeds
        .map(|seed| {
            let listed = place.git(&["rev-list", &format!("h{seed}")]);
            (seed, listed.lines().map(|id| ObjectId::parse(id).expect("an id")).collect())
        })
        .collect();
    let graphs: [&[&str]; 2] = [&[], &["commit-graph", "write", "--reachable", "--changed-paths"]];
    for (state, write) in graphs.into_iter().enumerate() {
        forget(&place);
        if !write.is_empty() {
            place.git(write);
        }
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let (root, histories) = (&place.root(), &histories);
        let found: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..workers)
                .map(|worker| {
                    // Each has a cache that many histories go through, so that they share pages and are swept.
                    let cache = place.beside(&format!("cache-{state}-{worker}"));
                    let share = histories.iter().skip(worker).step_by(workers);
                    scope.spawn(move || {
                        share.flat_map(|(seed, commits)| faults(root, &cache, *seed, commits)).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("a look does not panic")).collect()
        });
        assert!(found.is_empty(), "{} looks differ\n{}", found.len(), found[0]);
    }
}
