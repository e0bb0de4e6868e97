//! Holds the program's history against a slow, plain reference that shares no code with it, over random merge histories;
//! the reference itself answers for small histories whose events are known. `GIT_OKR_SEEDS=200..2000` runs others.

mod cached;
mod goals;
mod objects;
mod past;
mod reference;
pub mod shortcuts;
mod state;

use crate::support::Place;
use objects::Objects;
use past::Past;
use reference::{Event, Events, Options, Reference};
use serde_json::Value;
use state::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// What the program says of one history.
struct Published {
    commits: u64,
    /// In their order.
    events: Vec<((String, String, String), Event)>,
}

fn published(place: &Place, revision: &str, options: Options) -> Result<Published, String> {
    let mut arguments = vec!["log", "--as-of", revision, "--format", "json"];
    arguments.extend(options.full_history.then_some("--full-history"));
    arguments.extend(options.first_parent.then_some("--first-parent"));
    let run = place.okr(&arguments);
    if run.code != 0 {
        return Err(format!("exit code {}: {}", run.code, run.err));
    }
    let log = run.json();
    if log["history"]["complete"] != true {
        return Err(format!("nothing is missing here, yet history says: {}", log["history"]));
    }
    let events = log["events"].as_array().expect("a list").iter().map(event).collect();
    Ok(Published { commits: log["history"]["commits"].as_u64().expect("a number"), events })
}

fn event(event: &Value) -> ((String, String, String), Event) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let recorded: jiff::Timestamp = text(&event["recorded"]).parse().expect("a moment");
    let changes = event["changes"].as_array().expect("a list").iter().map(|change| {
        let (before, after) = (plain(&change["before"]), plain(&change["after"]));
        (text(&change["field"]), (before, after))
    });
    let wanted =
        |(field, (before, after)): &(String, (Value, Value))| state::group(field) != "quiet" && before != after;
    (
        (text(&event["commit"]), text(&event["name"]), text(&event["kind"])),
        Event {
            group: text(&event["group"]),
            author: format!("{} <{}>", text(&event["author"]["name"]), text(&event["author"]["email"])),
            recorded: recorded.as_second(),
            measured: text(&event["measured"]).parse().expect("a day"),
            path: text(&event["path"]),
            changes: changes.filter(wanted).collect(),
        },
    )
}

/// Makes every number a float, so that 41 and 41.0 are one.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().expect("a number")),
        Value::Array(all) => all.iter().map(plain).collect(),
        Value::Object(all) => Value::Object(all.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
        value => value.clone(),
    }
}

/// Everything that both sides look at.
struct Ground {
    place: Place,
    objects: Objects,
    read: HashMap<String, Option<Vec<Entry>>>,
    /// Commits by branch or tag.
    tips: HashMap<String, String>,
}

impl Ground {
    /// Feeds a stream to `git fast-import` and reads what came of it.
    fn of(stream: &[u8]) -> Self {
        let place = Place::repository();
        place.git_fed(&["fast-import", "--quiet", "--force"], stream);
        let objects = Objects::of(&place);
        let read = objects.blobs.iter().map(|(id, bytes)| (id.clone(), state::read(bytes))).collect();
        let refs = place.git(&["for-each-ref", "--format=%(objectname) %(refname:short)", "refs/heads", "refs/tags"]);
        let tips = refs.lines().filter_map(|line| line.split_once(' '));
        let tips = tips.map(|(id, name)| (name.to_owned(), id.to_owned())).collect();
        Ground { place, objects, read, tips }
    }

    fn reference(&self, entries: &'static [&'static str], options: Options) -> Reference<'_> {
        Reference::new(&self.objects, &self.read, entries, options)
    }
}

fn seeds() -> Range<u64> {
    let Ok(asked) = std::env::var("GIT_OKR_SEEDS") else { return 0..200 };
    let (start, end) = asked.split_once("..").expect("GIT_OKR_SEEDS=0..200");
    let number = |text: &str| text.parse().expect("GIT_OKR_SEEDS holds two whole numbers");
    number(start)..number(end)
}

#[test]
fn random_merge_histories_read_as_the_reference_reads_them() {
    let seeds = seeds();
    let pasts: Vec<(u64, Past)> = seeds.clone().map(|seed| (seed, Past::random(seed))).collect();
    let mut stream = Vec::new();
    for (seed, past) in &pasts {
        past.write(&format!("h{seed}"), &mut stream).expect("memory is writable");
    }
    let ground = Ground::of(&stream);
    ground.place.git(&["symbolic-ref", "HEAD", &format!("refs/heads/h{}", seeds.start)]);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let faults: Vec<String> = std::thread::scope(|scope| {
        let share = |worker: usize| pasts.iter().skip(worker).step_by(workers);
        let ground = &ground;
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                let share = share(worker);
                scope.spawn(move || share.filter_map(|(seed, past)| compare(ground, *seed, past)).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a comparison does not panic")).collect()
    });
    let shown: Vec<&str> = faults.iter().map(String::as_str).take(3).collect();
    assert!(faults.is_empty(), "{} of {} histories differ\n{}", faults.len(), pasts.len(), shown.join("\n"));
    let branches: Vec<String> = seeds.map(|seed| format!("h{seed}")).collect();
    assert_eq!(shortcuts::differing(&ground.place, &branches), Vec::<String>::new());
}

/// Compares one history in every way; gives what differs, with the seed.
fn compare(ground: &Ground, seed: u64, past: &Past) -> Option<String> {
    let branch = format!("h{seed}");
    let tip = ground.tips[&branch].clone();
    let mut faults = Vec::new();
    let plain = Options::default();
    let mut ways = vec![plain];
    // The rarer ways of looking, in turns: each run of the program costs time.
    ways.push(if seed.is_multiple_of(2) {
        Options { full_history: true, ..plain }
    } else {
        Options { first_parent: true, ..plain }
    });
    for options in ways {
        let reference = ground.reference(past.look.entries, options);
        match published(&ground.place, &branch, options) {
            Err(fault) => faults.push(fault),
            Ok(said) => {
                let mut differing = differences(&reference.events(&tip), &said);
                if !options.first_parent && !options.full_history {
                    differing.extend(against_git(ground, &branch, past, &said));
                }
                if !options.first_parent {
                    differing.extend(against_the_files(&reference.goals(&tip), &said));
                }
                faults.extend(differing.into_iter().map(|fault| format!("  {options:?}: {fault}")));
            }
        }
    }
    let more = faults.len().saturating_sub(12);
    faults.truncate(12);
    (!faults.is_empty())
        .then(|| format!("seed {seed} (GIT_OKR_SEEDS={seed}..{}):\n{}\n  and {more} more", seed + 1, faults.join("\n")))
}

/// Says what one side has and the other lacks or has otherwise.
fn differences(wanted: &Events, said: &Published) -> Vec<String> {
    let found: BTreeMap<_, _> = said.events.iter().cloned().collect();
    let mut faults = Vec::new();
    if found.len() != said.events.len() {
        faults.push("two events of one kind, name and commit".to_owned());
    }
    let keys: BTreeSet<_> = wanted.keys().chain(found.keys()).collect();
    for key in keys {
        let (commit, name, kind) = key;
        let head = format!("{} {kind} {name}", &commit[..8]);
        match (wanted.get(key), found.get(key)) {
            (Some(wanted), None) => faults.push(format!("{head}: missing, with {}", shown(wanted))),
            (None, Some(found)) => faults.push(format!("{head}: too much, with {}", shown(found))),
            (Some(wanted), Some(found)) => {
                // What a created or removed goal's group is, nobody says.
                let whole = ["created", "removed", "restored"].contains(&kind.as_str());
                let found =
                    &Event { group: if whole { wanted.group.clone() } else { found.group.clone() }, ..found.clone() };
                if wanted != found {
                    faults.push(format!("{head}: should be {}\n      but is {}", shown(wanted), shown(found)));
                }
            }
            (None, None) => {}
        }
    }
    faults
}

fn shown(event: &Event) -> String {
    let changes = event.changes.iter().map(|(field, (before, after))| format!("{field} {before} → {after}"));
    let Event { group, author, recorded, measured, path, .. } = event;
    format!("[{group}] {} in {path} by {author}, {measured}, {recorded}", changes.collect::<Vec<_>>().join(", "))
}

/// Git itself knows how many commits there are, and their order.
fn against_git(ground: &Ground, branch: &str, past: &Past, said: &Published) -> Vec<String> {
    let prefixes: Vec<String> = past.look.entries.iter().map(|entry| Reference::prefix(entry)).collect();
    let mut arguments = vec!["--literal-pathspecs", "rev-list", "--date-order", branch, "--"];
    arguments.extend(prefixes.iter().map(String::as_str));
    let listed = ground.place.git(&arguments);
    let listed: Vec<&str> = listed.lines().collect();
    let mut faults = Vec::new();
    if said.commits != listed.len() as u64 {
        faults.push(format!("history.commits is {}, git lists {}", said.commits, listed.len()));
    }
    let place = |commit: &String| listed.iter().position(|listed| listed == commit);
    let order: Vec<_> = said.events.iter().map(|((commit, name, _), _)| (place(commit), name)).collect();
    if !order.is_sorted() {
        faults.push(format!("the events do not stand in git's order of commits: {order:?}"));
    }
    faults
}

/// The newest event of each field says what the file says, and each older one what the newer one found before it.
fn against_the_files(goals: &BTreeMap<String, BTreeMap<String, Value>>, said: &Published) -> Vec<String> {
    let mut lines: BTreeMap<(&str, &str), Vec<&(Value, Value)>> = BTreeMap::new();
    // An objective's coming and going are no events, so its lines have gaps.
    for ((_, name, _), event) in said.events.iter().filter(|((_, name, _), _)| is_key_result(name)) {
        for (field, change) in &event.changes {
            lines.entry((name, field)).or_default().push(change);
        }
    }
    let mut faults = Vec::new();
    for (&(name, field), changes) in &lines {
        let now = goals.get(name).and_then(|fields| fields.get(field)).cloned().unwrap_or_default();
        if changes[0].1 != now {
            faults.push(format!("{name} {field} is {now} in the file, its last event says {}", changes[0].1));
        }
        for pair in changes.windows(2).filter(|pair| pair[0].0 != pair[1].1) {
            faults.push(format!("{name} {field}: {} comes before {} without an event between", pair[1].1, pair[0].0));
        }
    }
    for (name, fields) in goals.iter().filter(|(name, _)| is_key_result(name)) {
        let silent = fields
            .keys()
            .filter(|field| state::group(field) != "quiet" && !lines.contains_key(&(name.as_str(), field.as_str())));
        faults.extend(silent.map(|field| format!("{name} {field} is in the file, and no event says since when")));
    }
    faults
}

fn is_key_result(name: &str) -> bool {
    name.split('/').count() == 3
}

/// One commit of a small history: its name, its parents and what it says of the key results; `None` is no folder at all.
type Told = (&'static str, &'static [&'static str], Option<&'static str>);

/// Writes small histories for `git fast-import`, one commit an hour.
fn told(commits: &[Told]) -> Vec<u8> {
    let mut stream = String::new();
    for (at, (name, parents, text)) in commits.iter().enumerate() {
        stream += &format!("reset refs/tags/{name}\n\ncommit refs/tags/{name}\nmark :{}\n", at + 1);
        stream += &format!("committer Ana <ana@acme.example> {} +0000\ndata 2\nm\n", 1_790_812_800 + at * 3600);
        for (index, parent) in parents.iter().enumerate() {
            let mark = commits.iter().position(|(other, ..)| other == parent).expect("a parent stands above") + 1;
            stream += &format!("{} :{mark}\n", if index == 0 { "from" } else { "merge" });
        }
        stream += "deleteall\nM 100644 inline other.txt\ndata 2\nm\n\n";
        if let Some(text) = text {
            let text = format!("cycle = \"2026-Q4\"\n[[objective]]\n{text}\n");
            stream += &format!("M 100644 inline okrs/a.toml\ndata {}\n{text}\n", text.len());
        }
    }
    stream += &format!("reset refs/heads/main\nfrom :{}\n\n", commits.len());
    stream.into_bytes()
}

/// Writes events as one reads them aloud, oldest commit first.
fn aloud(
    ground: &Ground,
    commits: &[Told],
    events: impl IntoIterator<Item = ((String, String, String), Event)>,
) -> Vec<String> {
    let ids: Vec<&String> = commits.iter().map(|(name, ..)| &ground.tips[*name]).collect();
    let mut all: Vec<(usize, String)> = Vec::new();
    for ((commit, name, kind), event) in events {
        let at = ids.iter().position(|id| **id == commit).expect("one of ours");
        let changes = event.changes.iter().map(|(field, (before, after))| format!(" {field} {before}→{after}"));
        let name = name.trim_start_matches("2026-Q4/");
        all.push((at, format!("{} {kind} {name}:{}", commits[at].0, changes.collect::<String>())));
    }
    all.sort();
    all.into_iter().map(|(_, event)| event.replace("2026-Q4/", "").replace(".0", "")).collect()
}

/// Small histories with the events that they must have.
const KNOWN: &[(&str, &[Told], &[&str])] = &[
    (
        "a merge that combines Ana's value with Bob's note leaves both their check-ins",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1, note = 'a' }]")),
            ("ana", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2, note = 'a' }]")),
            ("bob", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1, note = 'b' }]")),
            ("merge", &["ana", "bob"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2, note = 'b' }]")),
        ],
        &[
            r#"base created o/k: current null→1 name null→"o/k" note null→"a""#,
            "ana check-in o/k: current 1→2",
            r#"bob check-in o/k: note "a"→"b""#,
        ],
    ),
    (
        "a value that a merge threw away does not count",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
            ("ana", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2 }]")),
            ("bob", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 3 }]")),
            ("merge", &["ana", "bob"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 3 }]")),
        ],
        &[r#"base created o/k: current null→1 name null→"o/k""#, "bob check-in o/k: current 1→3"],
    ),
    (
        "a merge that resolves to a third value is an event",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
            ("ana", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2 }]")),
            ("bob", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 3 }]")),
            ("merge", &["ana", "bob"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 4 }]")),
        ],
        &[
            r#"base created o/k: current null→1 name null→"o/k""#,
            "ana check-in o/k: current 1→2",
            "merge check-in o/k: current 2→4",
        ],
    ),
    (
        "a revert counts again, and 2 is 2.0",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
            ("two", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2 }]")),
            ("same", &["two"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2.0 }]")),
            ("back", &["same"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
        ],
        &[
            r#"base created o/k: current null→1 name null→"o/k""#,
            "two check-in o/k: current 1→2",
            "back check-in o/k: current 2→1",
        ],
    ),
    (
        "gone and back again is removed and restored, with the check-ins before it",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
            ("two", &["base"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2 }]")),
            ("gone", &["two"], Some("id = 'o'")),
            ("back", &["gone"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 3, target = 9 }]")),
        ],
        &[
            r#"base created o/k: current null→1 name null→"o/k""#,
            "two check-in o/k: current 1→2",
            r#"gone removed o/k: current 2→null name "o/k"→null"#,
            r#"back restored o/k: current null→3 name null→"o/k" target null→9"#,
        ],
    ),
    (
        "a new name goes on where an alias says so, under the new name and with no removal",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
            ("named", &["base"], Some("id = 'o'\nkey_result = [{ id = 'n', current = 2, aliases = ['k'] }]")),
            (
                "moved",
                &["named"],
                Some("id = 'p'\naliases = ['o']\nkey_result = [{ id = 'n', current = 2, aliases = ['k'] }]"),
            ),
        ],
        &[
            r#"base created p/n: current null→1 name null→"o/k""#,
            "named check-in p/n: current 1→2",
            r#"named definition p/n: name "o/k"→"o/n""#,
            r#"moved definition p: name "o"→"p""#,
            r#"moved definition p/n: name "o/n"→"p/n""#,
        ],
    ),
    (
        "a new name without an alias is another key result",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
            ("named", &["base"], Some("id = 'o'\nkey_result = [{ id = 'n', current = 1 }]")),
        ],
        &[
            r#"base created o/k: current null→1 name null→"o/k""#,
            r#"named created o/n: current null→1 name null→"o/n""#,
            r#"named removed o/k: current 1→null name "o/k"→null"#,
        ],
    ),
    (
        "a file that does not parse leaves the state as it was; a value of a wrong type is absent",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1, note = 'a' }]")),
            ("broken", &["base"], Some("<<<<<<<")),
            ("mended", &["broken"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1, note = 'b' }]")),
            ("wrong", &["mended"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 'some', note = 'b' }]")),
        ],
        &[
            r#"base created o/k: current null→1 name null→"o/k" note null→"a""#,
            r#"mended check-in o/k: note "a"→"b""#,
            "wrong check-in o/k: current 1→null",
        ],
    ),
    (
        "a line ends where there is no folder",
        &[
            ("base", &[], Some("id = 'o'\nkey_result = [{ id = 'k', current = 1 }]")),
            ("bare", &["base"], None),
            ("again", &["bare"], Some("id = 'o'\nkey_result = [{ id = 'k', current = 2 }]")),
        ],
        &[r#"again created o/k: current null→2 name null→"o/k""#],
    ),
    (
        "kinds stand apart, an objective's own fields speak, quiet ones do not",
        &[
            ("base", &[], Some("id = 'o'\ntitle = 'T'\nkey_result = [{ id = 'k', current = 1, target = 5 }]")),
            (
                "all",
                &["base"],
                Some(
                    "id = 'o'\ntitle = 'U'\nowner = '@ana'\ntags = ['x']\nkey_result = [{ id = 'k', current = 2, target = 6, unit = 'ms', title = 'K', owner = '@bob', score = 0.5, tags = ['x'] }]",
                ),
            ),
        ],
        &[
            r#"base created o/k: current null→1 name null→"o/k" target null→5"#,
            "all check-in o/k: current 1→2",
            "all closing o/k: score null→0.5",
            r#"all definition o: title "T"→"U""#,
            r#"all definition o/k: target 5→6 title null→"K" unit null→"ms""#,
            r#"all ownership o/k: owner null→"@bob""#,
            r#"all ownership o: owners null→["@ana"]"#,
        ],
    ),
];

#[test]
fn small_histories_have_the_events_that_they_must_have() {
    for (case, commits, wanted) in KNOWN {
        let ground = Ground::of(&told(commits));
        let tip = &ground.tips["main"];
        let mut wanted = wanted.to_vec();
        let place = |event: &&str| commits.iter().position(|(name, ..)| event.starts_with(&format!("{name} ")));
        wanted.sort_by_key(|event| (place(event), *event));
        let reference = ground.reference(&["okrs"], Options::default()).events(tip);
        assert_eq!(aloud(&ground, commits, reference), wanted, "the reference: {case}");
        let said = published(&ground.place, "main", Options::default()).expect(case);
        assert_eq!(aloud(&ground, commits, said.events), wanted, "the program: {case}");
    }
}
