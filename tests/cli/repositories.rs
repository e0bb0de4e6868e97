//! The situations in which real repositories are found, each with what is said of it and what history makes of it.

use crate::support::{GOALS, PATH, Place};
use git_okr::config::Config;
use git_okr::git::{Error, Repository, State};
use git_okr::history::{self, DegradedKind, EventKind, History, Options};
use git_okr::okr::{Calendar, Field};
use git_okr::source;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A repository with a fixed clock and no configuration but its own.
struct Shop {
    folder: TempDir,
}

impl Shop {
    fn new() -> Self {
        let shop = Shop { folder: tempfile::tempdir().unwrap() };
        shop.git(&["init", "-q", "-b", "main"]);
        shop
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.dir(), "2026-10-05T12:00:00+00:00", arguments)
    }

    /// Writes the one objective file and commits it on a day of 2026.
    fn commit(&self, day: &str, key_results: &str) -> String {
        let head = "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"Goal\"\n";
        self.write("okrs/a.toml", &format!("{head}{key_results}"));
        self.git(&["add", "-A"]);
        git(self.dir(), &format!("2026-{day}T12:00:00+00:00"), &["commit", "-qm", day]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.dir().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn with_three_check_ins() -> Self {
        let shop = Shop::new();
        shop.commit("10-02", &metric(100, 50, Some(90)));
        shop.commit("10-09", &metric(100, 50, Some(80)));
        shop.commit("10-30", &metric(100, 60, Some(70)));
        shop
    }
}

fn command(dir: &Path, date: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", dir)
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
        .envs([("GIT_AUTHOR_NAME", "ana"), ("GIT_AUTHOR_EMAIL", "ana@old.example"), ("GIT_AUTHOR_DATE", date)])
        .envs([("GIT_COMMITTER_NAME", "ana"), ("GIT_COMMITTER_EMAIL", "ana@old.example"), ("GIT_COMMITTER_DATE", date)])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(dir);
    command
}

fn git(dir: &Path, date: &str, arguments: &[&str]) -> String {
    let output = command(dir, date, arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn metric(baseline: u32, target: u32, current: Option<u32>) -> String {
    let current = current.map_or(String::new(), |current| format!("current = {current}\n"));
    format!("[[objective.key_result]]\nid = \"k\"\ntitle = \"K\"\nbaseline = {baseline}\ntarget = {target}\n{current}")
}

fn walk(repository: &Repository) -> History {
    let head = repository.head().unwrap().unwrap();
    history::walk(repository, head, &Config::default(), &Options::default()).unwrap()
}

fn kinds(history: &History) -> Vec<EventKind> {
    history.events.iter().map(|event| event.kind).collect()
}

fn refusal(dir: &Path) -> Error {
    Repository::open(dir).unwrap_err()
}

#[test]
fn what_is_no_readable_repository_is_named() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(refusal(empty.path()), Error::NotARepository { .. }));
    assert!(matches!(refusal(&empty.path().join("gone")), Error::NoSuchFolder { .. }));
    let config = |key: &str, value: &str| {
        let shop = Shop::new();
        shop.git(&["config", "core.repositoryformatversion", "1"]);
        shop.git(&["config", key, value]);
        refusal(shop.dir())
    };
    assert!(matches!(config("extensions.refstorage", "reftable"), Error::Reftable { .. }));
    assert!(matches!(config("extensions.objectformat", "sha256"), Error::Sha256 { .. }));
    assert!(matches!(config("core.repositoryformatversion", "2"), Error::NewerFormat { version: 2, .. }));
    let Error::UnknownExtension { extension, .. } = config("extensions.fancynew", "true") else { panic!() };
    assert_eq!(extension, "extensions.fancynew");

    let shop = Shop::with_three_check_ins();
    let tree = shop.dir().join("linked");
    shop.git(&["worktree", "add", "-q", "linked"]);
    let linked = Repository::open(&tree).unwrap();
    assert_eq!(linked.common_dir().canonicalize().unwrap(), shop.dir().join(".git").canonicalize().unwrap());
    assert_eq!(linked.workdir().unwrap().canonicalize().unwrap(), tree.canonicalize().unwrap());
    assert_eq!(walk(&linked).commits, 3);
    std::fs::remove_dir_all(shop.dir().join(".git/worktrees")).unwrap();
    assert!(matches!(refusal(&tree), Error::DanglingWorktree { .. }));
}

#[test]
fn unborn_detached_bare_and_merging_are_told_apart() {
    let shop = Shop::new();
    let repository = Repository::open(shop.dir()).unwrap();
    assert_eq!((repository.head(), repository.resolve("HEAD")), (Ok(None), Err(Error::Unborn)));
    assert_eq!(repository.head_branch().as_deref(), Some("main"));

    let shop = Shop::with_three_check_ins();
    shop.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    shop.commit("11-01", &metric(100, 50, Some(60)));
    shop.git(&["checkout", "-q", "--detach"]);
    let repository = Repository::open(shop.dir()).unwrap();
    assert_eq!(repository.head_branch(), None);
    assert_eq!(repository.state(), State::Clean);
    for (revision, hint) in [("main..side", "not a range"), ("-x", "branch"), ("@{u}", ""), ("nosuch", "git branch")] {
        let Err(Error::NoSuchRevision { help, .. }) = repository.resolve(revision) else { panic!("{revision}") };
        assert!(help.contains(hint), "{revision}: {help}");
    }
    let merge = command(shop.dir(), "2026-11-02T12:00:00+00:00", &["merge", "main"]).output().unwrap();
    assert_eq!(merge.status.code(), Some(1), "the merge conflicts");
    assert_eq!(Repository::open(shop.dir()).unwrap().state(), State::Merge);

    let bare = tempfile::tempdir().unwrap();
    git(
        bare.path(),
        "2026-10-05T12:00:00+00:00",
        &["clone", "-q", "--bare", &shop.dir().display().to_string(), "b.git"],
    );
    let repository = Repository::open(&bare.path().join("b.git")).unwrap();
    assert!(repository.is_bare() && repository.workdir().is_none());
    let main = repository.resolve("main").unwrap();
    assert_eq!(source::revision(&repository, main).unwrap().files.len(), 1);
}

#[test]
fn an_unfetched_submodule_does_not_answer_for_the_repository_around_it() {
    let (inner, outer) = (Shop::with_three_check_ins(), Shop::new());
    outer.git(&["submodule", "--quiet", "add", &inner.dir().display().to_string(), "sub"]);
    outer.git(&["commit", "-qm", "sub"]);
    outer.git(&["submodule", "--quiet", "deinit", "-f", "sub"]);
    let error = refusal(&outer.dir().join("sub"));
    assert_eq!(error, Error::UninitialisedSubmodule { path: "sub".into() });
}

#[test]
fn a_cut_history_says_so() {
    let shop = Shop::with_three_check_ins();
    let there = tempfile::tempdir().unwrap();
    let url = format!("file://{}", shop.dir().display());
    git(there.path(), "2026-10-05T12:00:00+00:00", &["clone", "-q", "--depth", "2", &url, "shallow"]);
    let repository = Repository::open(&there.path().join("shallow")).unwrap();
    let cut = walk(&repository);
    assert!(!cut.complete && repository.is_shallow());
    assert_eq!(cut.degraded[0].kind, DegradedKind::Shallow);
    assert!(cut.degraded[0].help.contains("--unshallow"));
    assert_eq!(cut.commits, 2);

    shop.git(&["config", "uploadpack.allowFilter", "true"]);
    for (filter, events) in [("blob:none", 1), ("tree:0", 1)] {
        let args = ["clone", "-q", "--no-local", "--filter", filter, &url, filter];
        git(there.path(), "2026-10-05T12:00:00+00:00", &args);
        let repository = Repository::open(&there.path().join(filter)).unwrap();
        let partial = walk(&repository);
        assert!(repository.is_partial() && !partial.complete, "{filter}");
        assert_eq!(partial.degraded.len(), 1, "{filter}");
        assert_eq!(partial.degraded[0].kind, DegradedKind::Partial, "{filter}");
        assert!(partial.degraded[0].help.contains("--refetch"), "{filter}");
        assert_eq!(partial.events.len(), events, "{filter}: {:?}", kinds(&partial));
    }
}

#[test]
fn replacements_and_the_mailmap_are_honoured() {
    let shop = Shop::with_three_check_ins();
    assert_eq!(walk(&Repository::open(shop.dir()).unwrap()).commits, 3);
    shop.git(&["replace", "--graft", "HEAD~1"]);
    let repository = Repository::open(shop.dir()).unwrap();
    assert_eq!(walk(&repository).commits.to_string(), shop.git(&["rev-list", "--count", "HEAD", "--", "okrs"]));
    shop.write(".mailmap", "Ana Lima <ana@new.example> <ana@old.example>\n");
    shop.commit("11-02", &metric(100, 60, Some(65)));
    let newest = &walk(&repository).events[0];
    assert_eq!((newest.author.name.as_str(), newest.author.email.as_str()), ("Ana Lima", "ana@new.example"));
}

#[test]
fn a_moved_goalpost_is_late_after_the_lock_and_the_lock_remembers() {
    let shop = Shop::with_three_check_ins();
    let repository = Repository::open(shop.dir()).unwrap();
    let history = walk(&repository);
    assert_eq!(kinds(&history), [EventKind::CheckIn, EventKind::Definition, EventKind::CheckIn, EventKind::Created]);
    let moved = &history.events[1];
    assert!(moved.goalpost && moved.late);
    assert_eq!(moved.eased, Some(true));
    assert_eq!(moved.changes[0].field, Field::Target);
    let check_ins = history.by_name().check_ins("2026-Q4/o/k");
    let values: Vec<_> = check_ins.iter().map(|check_in| check_in.value).collect();
    assert_eq!(values, [Some(90.0), Some(80.0), Some(70.0)]);

    let cycle = Calendar::default().cycle("2026-Q4").unwrap();
    let head = repository.head().unwrap().unwrap();
    let at = |today: &str| {
        let config = Config::default();
        let mut past = history::Past::new(&repository, head, &config, &Options::default(), None);
        past.locks(&cycle, today.parse().unwrap()).unwrap()
    };
    let locks = at("2026-11-22");
    assert_eq!(locks.on, Some(cycle.lock));
    let goal = &locks.by_name["2026-Q4/o/k"];
    assert_eq!(goal.key_result.measure.as_ref().map(|m| format!("{m:?}").contains("Target(50.0)")), Some(true));
    assert!(at("2026-10-10").by_name.is_empty());
}

#[test]
fn what_lands_late_locks_later_and_a_side_branch_lands_when_it_is_merged() {
    let shop = Shop::new();
    shop.commit("10-02", "");
    shop.commit("10-25", &metric(100, 50, None));
    shop.commit("11-01", &metric(100, 55, None));
    shop.git(&["checkout", "-q", "-b", "side"]);
    shop.commit("11-02", &metric(100, 60, None));
    shop.git(&["checkout", "-q", "main"]);
    shop.write("other.txt", "x");
    shop.git(&["add", "-A"]);
    git(shop.dir(), "2026-11-15T12:00:00+00:00", &["commit", "-qm", "other"]);
    git(shop.dir(), "2026-11-16T12:00:00+00:00", &["merge", "-q", "--no-ff", "side", "-m", "land"]);
    let history = walk(&Repository::open(shop.dir()).unwrap());
    let late: Vec<_> = history.events.iter().map(|event| (event.kind, &*event.summary, event.late)).collect();
    assert_eq!(
        late,
        [
            (EventKind::Definition, "11-02", true),
            (EventKind::Definition, "11-01", false),
            (EventKind::Created, "10-25", false),
        ]
    );
}

#[test]
fn the_work_tree_is_read_as_git_sees_it() {
    let shop = Shop::with_three_check_ins();
    shop.write(".gitignore", "okrs/draft.toml\nokrs/old/\n");
    shop.write("okrs/draft.toml", "not read");
    shop.write("okrs/old/x.toml", "not read");
    shop.write("okrs/folder.toml/b.toml", "[[objective]]\nid = \"b\"\n");
    shop.write("okrs/wrong.toml", "");
    std::fs::write(shop.dir().join("okrs/wrong.toml"), b"a = \"\xff\"\n").unwrap();
    shop.write("okrs/large.toml", &"#".repeat((1 << 20) + 1));
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", shop.dir().join("okrs/link.toml")).unwrap();
    let repository = Repository::open(shop.dir()).unwrap();
    let tree = source::worktree(Some(&repository), repository.workdir().unwrap(), &[]).unwrap();
    let paths: Vec<_> = tree.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["okrs/a.toml", "okrs/folder.toml/b.toml", "okrs/wrong.toml"]);
    let skipped: Vec<_> = tree.skipped.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(skipped, ["okrs/folder.toml", "okrs/link.toml"]);
    for (rule, path) in [("toml-syntax", "okrs/wrong.toml"), ("limit-exceeded", "okrs/large.toml")] {
        let found = tree.findings.iter().find(|finding| finding.rule == rule).unwrap();
        assert_eq!(tree.sources.get(found.primary.as_ref().unwrap().file).path, path);
    }
    assert!(tree.revision.dirty);

    let clean = Shop::with_three_check_ins();
    let repository = Repository::open(clean.dir()).unwrap();
    let head = source::worktree(Some(&repository), clean.dir(), &[]).unwrap();
    assert!(!head.revision.dirty);
    clean.write(
        "okrs/a.toml",
        &format!("cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"Goal\"\n{}", metric(100, 60, Some(66))),
    );
    let worktree = source::worktree(Some(&repository), clean.dir(), &[]).unwrap();
    assert!(worktree.revision.dirty);
    let mut history = walk(&repository);
    let author = git_okr::git::Person { name: "Ana".into(), email: "ana@acme.example".into() };
    history::uncommitted(&mut history, &head, &worktree, &author, "2026-11-22".parse().unwrap());
    let newest = &history.events[0];
    assert_eq!(
        (newest.kind, newest.commit, newest.measured.to_string().as_str()),
        (EventKind::CheckIn, None, "2026-11-22")
    );
    assert_eq!(history.by_name().check_ins("2026-Q4/o/k").last().unwrap().value, Some(66.0));

    clean.git(&["checkout", "-q", "--", "."]);
    clean.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/okrs/"]);
    assert!(!clean.dir().join("okrs/a.toml").exists());
    let sparse = source::worktree(Some(&repository), clean.dir(), &[]).unwrap();
    assert_eq!((sparse.files.len(), sparse.revision.dirty), (1, false));
    let none = tempfile::tempdir().unwrap();
    assert!(matches!(source::worktree(None, none.path(), &[]), Err(source::Error::Nothing { .. })));
}

#[test]
fn the_index_is_read_as_git_lists_it() {
    let place = Place::with(&[(PATH, GOALS)]);
    for name in ["a", "ab/c", "ab/cdefgh", "ab/cdefghi", "ab/d", "b/\u{e4}", "okrs/2026-Q4/teams.toml"] {
        place.write(name, name);
    }
    place.git(&["add", "."]);
    place.write("ab/meant", "later");
    let listed = || {
        let stages = place.git(&["ls-files", "--stage", "-z"]);
        stages.split_terminator('\0').map(str::to_owned).collect::<Vec<_>>()
    };
    let read = || {
        let repository = Repository::open(&place.root()).expect("a repository");
        repository.tracked().expect("an index")
    };
    for version in ["2", "4"] {
        place.git(&["update-index", "--index-version", version]);
        for step in
            [&["status"][..], &["add", "--intent-to-add", "ab/meant"], &["update-index", "--skip-worktree", PATH]]
        {
            place.git(step);
            let seen = read();
            let shown: Vec<String> =
                seen.iter().map(|file| format!("{:o} {} 0\t{}", file.mode, file.id, file.path)).collect();
            assert_eq!(shown, listed(), "version {version}, after {step:?}");
        }
        let seen = read();
        let is = |path: &str| seen.iter().find(|file| file.path == path).map(|file| (file.settled, file.left_out));
        assert_eq!(
            (is("a"), is("ab/meant"), is(PATH)),
            (Some((true, false)), Some((false, false)), Some((true, true)))
        );
        place.git(&["update-index", "--no-skip-worktree", PATH]);
        place.git(&["rm", "-q", "--cached", "ab/meant"]);
    }
}
