//! Owns what `doctor` says: each thing that a clone, its set-up or its history lacks, why it matters, and the command
//! that mends it; as JSON and for a terminal.
//! Never looks at anything itself: callers hand in what was seen.

use super::layout::{Style, Tone};
use super::model::FORMAT;
use crate::finding::{Finding, Level};
use crate::git::{CommitGraph, Condition, DRIVER_SETTINGS, Error as GitError};
use crate::history::{Degraded, DegradedKind, History, HistoryV1};
use crate::source::{Error as SourceError, Tree};
use crate::text::printable;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Packed objects that about 10,000 commits leave behind: seven for each (a commit, and on average two files with the
/// folders above them). Measured on repositories of 10,000 to 500,000 commits, which had 6.9 to 8.4.
const LARGE: u64 = 70_000;

/// The remarks of `doctor --format json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct DoctorV1 {
    /// Always 1.
    pub format: u32,
    /// How much of history is there; null where it could not be walked or nothing is committed yet.
    pub history: Option<HistoryV1>,
    /// What was looked at, in that order. Where something does not open, what lies behind it was not.
    pub looked_at: Vec<Subject>,
    /// What is lacking, errors first; empty where all is well.
    pub remarks: Vec<RemarkV1>,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Whether the repository opens and has a commit.
    Repository,
    /// What the clone left out and what rewrites its history.
    Clone,
    /// Whether history reads quickly.
    CommitGraph,
    /// Whether the index reads.
    Index,
    /// Whether every commit and object behind HEAD is there and reads.
    History,
    /// The configuration and the objective files.
    Goals,
}

/// One thing that is lacking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct RemarkV1 {
    /// What it is, in kebab-case; permanent.
    pub name: String,
    /// `error`: figures are wrong, incomplete or cannot be had; `warning`: they may differ elsewhere; `info`: a hint.
    pub level: Level,
    /// What was seen.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// What mends it: one way or several to choose from.
    pub mend: Vec<MendV1>,
}

/// A way to mend something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(deny_unknown_fields))]
pub struct MendV1 {
    /// What it does.
    pub to: String,
    /// The command for a POSIX shell, to be run in the folder that was looked at; null where it is no command.
    pub command: Option<String>,
}

/// What was seen, as far as the visit came.
#[derive(Debug, Default)]
pub struct Visit<'a> {
    /// What git could not do: open the repository, read HEAD, walk.
    pub refused: Vec<&'a GitError>,
    /// How the clone is kept.
    pub condition: Option<&'a Condition>,
    /// Whether there is a work tree.
    pub work_tree: bool,
    /// The history behind HEAD.
    pub history: Option<&'a History>,
    /// The files of the work tree, or of HEAD where there is none or its index does not read.
    pub tree: Option<&'a Tree>,
    /// Why there is no tree.
    pub unread: Option<&'a SourceError>,
    /// Findings on folders that hold too many files.
    pub crowded: &'a [Finding],
    /// Whether no job of CI looks at the goals.
    pub unattended: bool,
    /// How goals are merged in the work tree.
    pub merging: Option<Merging>,
}

/// How goals are merged.
#[derive(Debug, Clone, Default)]
pub struct Merging {
    /// The lines of `.gitattributes` that would have all goals merged by name and field.
    pub attributes: Vec<String>,
    /// Whether it has all goals merged so.
    pub is_named: bool,
    /// Whether this clone knows how.
    pub is_known: bool,
}

/// Says what is lacking.
pub fn doctor(visit: &Visit<'_>) -> DoctorV1 {
    let mut looked_at = vec![Subject::Repository];
    let mut remarks: Vec<RemarkV1> = visit.refused.iter().map(|error| refused(error)).collect();
    if let Some(condition) = visit.condition {
        looked_at.extend([Subject::Clone, Subject::CommitGraph]);
        remarks.extend(left_out(condition, visit.history));
        remarks.extend(rewritten(condition));
        remarks.extend(graph(condition));
        if visit.work_tree {
            looked_at.push(Subject::Index);
            remarks.extend(condition.index.as_ref().map(refused));
        }
    }
    if let Some(history) = visit.history {
        looked_at.push(Subject::History);
        remarks.extend(not_there(history));
    }
    if visit.tree.is_some() || visit.unread.is_some() {
        looked_at.push(Subject::Goals);
        remarks.extend(visit.unread.and_then(unread));
        remarks.extend(visit.tree.and_then(settings));
        remarks.extend(visit.crowded.iter().map(|finding| crowded(finding, visit.tree)));
        remarks.extend(visit.unattended.then(unattended));
        remarks.extend(visit.merging.as_ref().and_then(merged_as_text));
    }
    remarks.sort_by_key(|remark| Reverse(remark.level));
    DoctorV1 { format: FORMAT, history: visit.history.map(HistoryV1::from), looked_at, remarks }
}

impl DoctorV1 {
    /// Tells whether figures are wrong, incomplete or cannot be had.
    pub fn is_grave(&self) -> bool {
        self.remarks.iter().any(|remark| remark.level == Level::Error)
    }
}

fn remark(name: &str, level: Level, message: impl Into<String>, why: &str, mend: &[(&str, &str)]) -> RemarkV1 {
    let mend = mend
        .iter()
        .map(|&(to, command)| MendV1 {
            to: to.to_owned(),
            command: Some(command.to_owned()).filter(|command| !command.is_empty()),
        })
        .collect();
    RemarkV1 { name: name.into(), level, message: message.into(), why: why.into(), mend }
}

/// Puts what git could not do into a remark; its help is the way to mend it.
fn refused(error: &GitError) -> RemarkV1 {
    const CLOSED: &str = "git-okr cannot read anything here, so there are no figures";
    let message = error.to_string();
    let closed = |name: &str, to: &str, command: &str| remark(name, Level::Error, &message, CLOSED, &[(to, command)]);
    match error {
        GitError::NotOwned { path } => {
            let command = format!("git config --global --add safe.directory {}", quoted(path));
            closed("owner", "trust it, if you do", &command)
        }
        GitError::Reftable { directory } => closed(
            "reftable",
            "make a clone that it can read",
            &format!("git clone --ref-format=files {} COPY", quoted(directory)),
        ),
        GitError::Sha256 { .. } => closed(
            "sha256",
            "make a copy with SHA-1 names",
            "git init --object-format=sha1 COPY && git fast-export --all | git -C COPY fast-import",
        ),
        GitError::UnknownExtension { directory, .. } | GitError::NewerFormat { directory, .. } => {
            closed("extension", "make a clone without it", &format!("git clone {} COPY", quoted(directory)))
        }
        GitError::Grafts { .. } => closed(
            "grafts-unreadable",
            "keep the grafts in a form that every tool reads",
            "git replace --convert-graft-file",
        ),
        GitError::DanglingWorktree { .. } => {
            closed("worktree", "mend the link, in the main worktree", "git worktree repair")
        }
        GitError::UninitialisedSubmodule { path } => {
            closed("submodule", "fetch it", &format!("git submodule update --init {}", quoted(path)))
        }
        GitError::Unborn => remark(
            "no-commit",
            Level::Info,
            message,
            "history begins with the first commit; until then there is nothing but the files",
            &[("commit the goals", "git add okr.toml okrs && git commit -m \"Set our goals\"")],
        ),
        GitError::Index { command, .. } => remark(
            "index",
            Level::Error,
            message,
            "without the index git-okr cannot tell tracked files from ignored ones, so `check` and `status` stop",
            &[("turn it back", command)],
        ),
        _ => closed("git", "see what is broken", "git fsck"),
    }
}

/// Says what the clone left out. Where history shows that something is missing, [`not_there`] says so.
fn left_out(condition: &Condition, history: Option<&History>) -> Vec<RemarkV1> {
    let mut remarks = Vec::new();
    let seen = |kind| history.is_some_and(|history| history.degraded.iter().any(|one| one.kind == kind));
    if condition.cuts > 0 && !seen(DegradedKind::Shallow) {
        let message = "the clone is shallow, though HEAD's own history is all there";
        let why = "revisions on other branches may be cut off";
        remarks.push(remark("shallow", Level::Info, message, why, &[("fetch the rest", UNSHALLOW)]));
    }
    let set: Vec<_> = condition.filters.iter().filter_map(|(name, filter)| Some((name, filter.as_ref()?))).collect();
    if !set.is_empty() && !seen(DegradedKind::Partial) {
        let from: Vec<String> = set.iter().map(|(name, filter)| format!("{name} ({filter})")).collect();
        let message = format!("objects are left out on fetching from {}; none that HEAD's goals need", from.join(", "));
        let why = "what other revisions need may be missing, and git-okr never fetches by itself";
        let stop: Vec<String> = set
            .iter()
            .map(|(name, _)| format!("git config --unset {}", quoted(&format!("remote.{name}.partialclonefilter"))))
            .collect();
        let mend = [("leave nothing out from now on", stop.join(" && ")), ("fetch what was left out", REFETCH.into())];
        let mend: Vec<(&str, &str)> = mend.iter().map(|(to, command)| (*to, command.as_str())).collect();
        remarks.push(remark("partial", Level::Info, message, why, &mend));
    }
    remarks
}

const UNSHALLOW: &str = "git fetch --unshallow";
const REFETCH: &str = "git fetch --refetch --no-filter";

/// Says what makes this clone's history another one than was recorded.
fn rewritten(condition: &Condition) -> Vec<RemarkV1> {
    let why = "git and git-okr follow them here; a clone without them has another history, and so other figures";
    let mut remarks = Vec::new();
    if condition.grafts > 0 {
        let message = match condition.grafts {
            1 => "info/grafts gives one commit other parents".to_owned(),
            commits => format!("info/grafts gives {commits} commits other parents"),
        };
        let mend = [
            ("keep them as replacements, which can be shared", "git replace --convert-graft-file"),
            ("go back to what was recorded", "mv \"$(git rev-parse --git-path info/grafts)\" grafts.old"),
        ];
        remarks.push(remark("grafts", Level::Warning, message, why, &mend));
    }
    if condition.replaced > 0 {
        let message = match condition.replaced {
            1 => "refs/replace puts another object in the place of one".to_owned(),
            objects => format!("refs/replace puts others in the place of {objects} objects"),
        };
        let mend = [
            ("share them", "git push origin 'refs/replace/*:refs/replace/*'"),
            ("go back to what was recorded", "git replace -d $(git replace -l)"),
        ];
        remarks.push(remark("replaced", Level::Warning, message, why, &mend));
    }
    remarks
}

/// Says what a large history could be read by. Git uses no commit-graph on a history that is cut or rewritten.
fn graph(condition: &Condition) -> Option<RemarkV1> {
    const WRITE: (&str, &str) = ("write one", "git commit-graph write --reachable --changed-paths");
    if condition.cuts > 0 || condition.grafts > 0 || condition.replaced > 0 {
        return None;
    }
    let objects = grouped(condition.packed_objects);
    let large = condition.packed_objects >= LARGE;
    match condition.commit_graph {
        CommitGraph::Damaged => Some(remark(
            "commit-graph-damaged",
            Level::Info,
            "the commit-graph file is damaged",
            "it is ignored: figures are right, and slower to come by",
            &[WRITE],
        )),
        CommitGraph::Absent if large => Some(remark(
            "commit-graph",
            Level::Info,
            format!("{objects} objects are packed, as after 10,000 commits or more, and there is no commit-graph"),
            "with one, git and git-okr find the commits that touch the goals faster; writing it takes a minute once",
            &[WRITE],
        )),
        CommitGraph::Plain if large => Some(remark(
            "changed-paths",
            Level::Info,
            format!("{objects} objects are packed, and the commit-graph does not say which paths a commit changed"),
            "with Bloom filters, git and git-okr pass over commits that touch no goal without reading their trees",
            &[WRITE],
        )),
        _ => None,
    }
}

/// Says what of the history is missing or did not read.
fn not_there(history: &History) -> Vec<RemarkV1> {
    let of = |kind| history.degraded.iter().filter(move |one| one.kind == kind).collect::<Vec<_>>();
    let said = |all: &[&Degraded]| match all {
        [one] => one.message.clone(),
        all => format!("{} (and {} more like it)", all[0].message, all.len() - 1),
    };
    let mut remarks = Vec::new();
    let shallow = of(DegradedKind::Shallow);
    if !shallow.is_empty() {
        let why = "check-ins and moved goalposts before that are unknown: trends, baselines and \"as committed\" are \
                   incomplete, and the rules over history fail";
        let mend = [
            ("fetch the rest", UNSHALLOW),
            ("in GitHub Actions, let actions/checkout fetch it: `fetch-depth: 0` under `with:`", ""),
        ];
        remarks.push(remark("shallow", Level::Error, said(&shallow), why, &mend));
    }
    let why = "what those objects say of the goals is unknown: figures are incomplete, and the rules over history fail";
    let partial = of(DegradedKind::Partial);
    if !partial.is_empty() {
        let mend = [("fetch all that was left out", REFETCH)];
        remarks.push(remark("partial", Level::Error, said(&partial), why, &mend));
    }
    let missing = of(DegradedKind::MissingObject);
    if !missing.is_empty() {
        let mend = [
            ("see what is missing", "git fsck --connectivity-only"),
            ("fetch everything again", "git fetch --refetch"),
        ];
        remarks.push(remark("missing-object", Level::Error, said(&missing), why, &mend));
    }
    let unreadable = of(DegradedKind::Unreadable);
    if let Some((commit, path)) = unreadable.first().and_then(|one| Some((one.commit?, one.path.as_ref()?))) {
        let message = format!("at {}, {path}: {}", commit.short(), said(&unreadable));
        let why = "what that revision recorded is unknown, and the state before it is taken to have gone on; nothing is \
                   wrong today";
        let command = format!("git show {}", quoted(&format!("{}:{path}", commit.short())));
        remarks.push(remark("unreadable", Level::Info, message, why, &[("see it", &command)]));
    }
    remarks
}

/// Says why no goals were read; `None` where that is said already, or there are none before the first commit.
fn unread(error: &SourceError) -> Option<RemarkV1> {
    let help = miette::Diagnostic::help(error).map(|help| help.to_string()).unwrap_or_default();
    let message = error.to_string();
    Some(match error {
        SourceError::Git(GitError::Bare { .. } | GitError::Index { .. }) => return None,
        SourceError::Git(error) => refused(error),
        SourceError::Nothing { .. } => remark(
            "no-goals",
            Level::Error,
            message,
            "a repository without goals looks like one whose `paths` point elsewhere, so no command passes",
            &[("write a first one", "git okr init")],
        ),
        _ => remark("goals-unreadable", Level::Error, message, "without them there are no figures", &[(&help, "")]),
    })
}

fn settings(tree: &Tree) -> Option<RemarkV1> {
    let why = "every setting has its default: goals in okrs/, years from January, weekly check-ins";
    let mend = [("write one that names every setting", "git okr init")];
    tree.config.file.is_none().then(|| remark("no-settings", Level::Info, "there is no okr.toml", why, &mend))
}

/// Says that nobody looks at pull requests.
fn unattended() -> RemarkV1 {
    let why = "a pull request that breaks a goal or moves a goalpost is merged without a word";
    let mend = [("write a workflow for GitHub, Gitea or Forgejo (in GitLab, include the template)", "git okr init")];
    remark("no-workflow", Level::Info, "no job of CI here calls git-okr", why, &mend)
}

/// Says why goals are merged line by line here, and what has them merged by name and field.
fn merged_as_text(merging: &Merging) -> Option<RemarkV1> {
    let set = DRIVER_SETTINGS.map(|(key, value)| format!("git config {key} '{value}'"));
    let add = merging.attributes.iter().map(|line| format!("echo {} >> .gitattributes", quoted(line)));
    let (message, commands): (_, Vec<String>) = match (merging.is_named, merging.is_known) {
        (true, true) => return None,
        (true, false) => (".gitattributes names the merge driver `okr`, and this clone does not know it", set.to_vec()),
        (false, true) => (".gitattributes does not name the merge driver `okr` for all goals", add.collect()),
        (false, false) => ("goals are merged line by line", add.chain(set).collect()),
    };
    let why = "check-ins of two people in neighbouring lines conflict, though nothing in them contradicts";
    let mend = ("have them merged by name and field", &*commands.join(" && "));
    Some(remark("merge-driver", Level::Info, message, why, &[mend]))
}

/// Says how a crowded folder is split: by cycle where its files have several or another than its name, else by letter.
fn crowded(finding: &Finding, tree: Option<&Tree>) -> RemarkV1 {
    let folder = finding.field.as_deref().unwrap_or_default();
    let files = tree.into_iter().flat_map(|tree| &tree.files);
    let inside = files.filter(|file| file.path.rsplit_once('/').map_or("", |(folder, _)| folder) == folder);
    let cycles: BTreeSet<&str> =
        inside.flat_map(|file| &file.objectives).filter_map(|objective| objective.cycle.as_deref()).collect();
    let name = folder.rsplit('/').next().unwrap_or_default();
    let here = if folder.is_empty() { String::new() } else { quoted(folder) + "/" };
    let (to, part) = if cycles.iter().all(|cycle| *cycle == name) {
        ("give each first letter a folder", r#"$(basename "$f" | cut -c1)"#)
    } else {
        ("give each cycle a folder", r#"$(sed -n 's/^cycle *= *"\(.*\)".*/\1/p' "$f" | head -n 1)"#)
    };
    let command = format!("for f in {here}*.toml; do d={here}{part}; mkdir -p \"$d\" && git mv -k \"$f\" \"$d\"; done");
    let why = "git stores the whole list anew for each of them: the repository grows and history slows down; moving a \
               file loses nothing, as long as `paths` reaches it";
    remark("folder-crowded", Level::Info, &*finding.message, why, &[(to, &command)])
}

/// Quotes a word for a POSIX shell where it needs it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@+,=%".contains(c);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Shows a number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Shows the remarks in a terminal, then what it comes to.
pub fn render(doctor: &DoctorV1, style: &Style) -> String {
    const UNDER: &str = "  ";
    let mut text = String::new();
    for remark in &doctor.remarks {
        let tone = match remark.level {
            Level::Error => Tone::Bad,
            Level::Warning => Tone::Warn,
            Level::Info => Tone::Strong,
        };
        let head = format!("{}: ", style.paint(tone, &format!("{}[{}]", remark.level, remark.name)));
        text += &style.wrap(Tone::Plain, &remark.message, &head, UNDER);
        text += &style.wrap(Tone::Faint, &format!("why: {}", remark.why), UNDER, "       ");
        for mend in &remark.mend {
            let colon = if mend.command.is_some() { ":" } else { "" };
            text += &style.wrap(Tone::Plain, &format!("{}{colon}", mend.to), UNDER, UNDER);
            // A command is never broken: it is there to be copied.
            if let Some(command) = &mend.command {
                let _ = writeln!(text, "    {}", printable(command));
            }
        }
        text.push('\n');
    }
    text + &style.wrap(Tone::Plain, &sum(doctor), "", "")
}

/// Says in one sentence what it comes to.
fn sum(doctor: &DoctorV1) -> String {
    let count = |level| doctor.remarks.iter().filter(|remark| remark.level == level).count();
    let counted = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        many => Some(format!("{many} {word}s")),
    };
    let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Info, "hint")];
    let parts: Vec<String> = levels.into_iter().filter_map(|(level, word)| counted(count(level), word)).collect();
    let lacking = if parts.is_empty() { "nothing is lacking".to_owned() } else { parts.join(", ") };
    let history = match &doctor.history {
        None => String::new(),
        Some(history) => {
            let commits = counted(history.commits, "commit").unwrap_or_else(|| "no commits".into());
            let verb = if history.commits == 1 { "touches" } else { "touch" };
            let all = if history.complete { "nothing of their history is missing" } else { "history is incomplete" };
            format!("; {commits} {verb} the goals, {all}")
        }
    };
    lacking + &history
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition() -> Condition {
        Condition {
            cuts: 0,
            filters: Vec::new(),
            grafts: 0,
            replaced: 0,
            packed_objects: 0,
            commit_graph: CommitGraph::Absent,
            index: None,
        }
    }

    fn names(condition: &Condition) -> Vec<(String, Level)> {
        let doctor = doctor(&Visit { condition: Some(condition), ..Visit::default() });
        doctor.remarks.iter().map(|remark| (remark.name.clone(), remark.level)).collect()
    }

    #[test]
    fn a_commit_graph_is_missed_in_a_large_repository_alone() {
        let large = Condition { packed_objects: LARGE, ..condition() };
        let with = |commit_graph| names(&Condition { commit_graph, ..large.clone() });
        assert_eq!(names(&condition()), []);
        assert_eq!(names(&Condition { packed_objects: LARGE - 1, ..condition() }), []);
        assert_eq!(with(CommitGraph::Absent), [("commit-graph".into(), Level::Info)]);
        assert_eq!(with(CommitGraph::Plain), [("changed-paths".into(), Level::Info)]);
        assert_eq!(with(CommitGraph::Filtered), []);
        let damaged = Condition { commit_graph: CommitGraph::Damaged, ..condition() };
        assert_eq!(names(&damaged), [("commit-graph-damaged".into(), Level::Info)]);
        // Git writes and reads none there.
        assert_eq!(names(&Condition { grafts: 2, ..large.clone() }), [("grafts".into(), Level::Warning)]);
        assert_eq!(names(&Condition { replaced: 1, ..large }), [("replaced".into(), Level::Warning)]);
    }

    #[test]
    fn what_history_did_not_need_is_a_hint() {
        let cut = Condition { cuts: 1, filters: vec![("origin".into(), Some("blob:none".into()))], ..condition() };
        assert_eq!(names(&cut), [("shallow".into(), Level::Info), ("partial".into(), Level::Info)]);
        let degraded = [DegradedKind::Shallow, DegradedKind::Partial, DegradedKind::Unreadable].map(|kind| Degraded {
            kind,
            commit: Some(crate::git::ObjectId::default()),
            path: Some("okrs/it's.toml".into()),
            message: "seen".into(),
            help: "run".into(),
        });
        let history = History { degraded: degraded.to_vec(), ..History::default() };
        let visit = Visit { condition: Some(&cut), history: Some(&history), ..Visit::default() };
        let doctor = doctor(&visit);
        let said: Vec<_> = doctor.remarks.iter().map(|remark| (remark.name.as_str(), remark.level)).collect();
        assert_eq!(said, [("shallow", Level::Error), ("partial", Level::Error), ("unreadable", Level::Info)]);
        assert!(doctor.is_grave());
        let command = doctor.remarks[2].mend[0].command.as_deref();
        assert_eq!(command, Some(r"git show '0000000000:okrs/it'\''s.toml'"));
    }

    #[test]
    fn numbers_and_words_read_well() {
        assert_eq!([grouped(7), grouped(999), grouped(1_000), grouped(4_200_000)], ["7", "999", "1,000", "4,200,000"]);
        assert_eq!(
            [quoted("a/b.toml"), quoted(""), quoted("-x"), quoted("a $b")],
            ["a/b.toml", "''", "'-x'", "'a $b'"]
        );
    }

    #[test]
    fn a_command_is_never_broken_and_nothing_hostile_comes_through() {
        let remark = remark("x", Level::Info, "a\u{1b}[31m", "b", &[("do", &"word ".repeat(40))]);
        let doctor = DoctorV1 { format: FORMAT, history: None, looked_at: Vec::new(), remarks: vec![remark] };
        let text = render(&doctor, &Style { width: 40, color: false, unicode: true });
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.lines().any(|line| line.len() >= 200), "{text}");
        assert!(text.ends_with("1 hint\n"), "{text}");
    }
}
