//! Owns opening a repository, and saying plainly why one cannot be opened.

use super::loose::Loose;
use super::unpack::SharedPacks;
use super::{Error, ObjectId};
use git2::{ErrorClass, ErrorCode, RepositoryOpenFlags};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// A repository that is open, with what rewrites its history.
pub struct Repository {
    pub(super) inner: git2::Repository,
    pub(super) rewritten: Rewritten,
    pub(super) loose: Loose,
    pub(super) packs: SharedPacks,
}

/// Tells whether git names a repository or an index, as it does when it starts us (a hook, `git --git-dir`).
fn is_named_by_git() -> bool {
    ["GIT_DIR", "GIT_INDEX_FILE"].iter().any(|name| std::env::var_os(name).is_some())
}

/// What rewrites a history: the shallow boundary, grafts and replacements; and whether objects were left out.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) shallow: HashSet<ObjectId>,
    pub(super) grafts: HashMap<ObjectId, Vec<ObjectId>>,
    pub(super) replaced: HashMap<ObjectId, ObjectId>,
    pub(super) partial: bool,
}

impl Rewritten {
    /// Follows replacements, at most as deep as git does.
    pub(super) fn replacement(&self, id: ObjectId) -> ObjectId {
        let mut id = id;
        for _ in 0..5 {
            match self.replaced.get(&id) {
                Some(&by) => id = by,
                None => break,
            }
        }
        id
    }

    /// Applies grafts and the shallow boundary to the parents of a commit.
    pub(super) fn cut(&self, id: ObjectId, parents: &mut Vec<ObjectId>) {
        if let Some(grafted) = self.grafts.get(&id) {
            parents.clone_from(grafted);
        }
        if self.shallow.contains(&id) {
            parents.clear();
        }
    }

    /// Says what brings missing objects back.
    pub(super) fn help_for_missing(&self) -> &'static str {
        if self.partial {
            "this clone left objects out (--filter); fetch them with `git fetch --refetch --no-filter`"
        } else {
            "run `git fsck`, then fetch again from a complete clone"
        }
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("at", &self.inner.path()).finish_non_exhaustive()
    }
}

impl Repository {
    /// Opens the repository that a folder named by the user lies in: the one that git names when it starts us, where the
    /// folder is in its work tree. Parents are searched up to `GIT_CEILING_DIRECTORIES`.
    ///
    /// # Errors
    /// One variant for each situation that people meet; see [`Error`].
    pub fn open(dir: &Path) -> Result<Self, Error> {
        super::prepare();
        let shown = dir.display().to_string();
        if !dir.exists() {
            return Err(Error::NoSuchFolder { directory: shown });
        }
        if is_named_by_git()
            && let Ok(inner) = git2::Repository::open_from_env()
            && let Some(root) = inner.workdir().and_then(|root| root.canonicalize().ok())
            && dir.canonicalize().is_ok_and(|dir| dir.starts_with(root))
        {
            return Self::with(inner);
        }
        Self::find(dir)
    }

    fn find(dir: &Path) -> Result<Self, Error> {
        let ceilings = std::env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
        let ceilings: Vec<PathBuf> = std::env::split_paths(&ceilings).filter(|p| p.is_absolute()).collect();
        let flags = if std::env::var_os("GIT_DISCOVERY_ACROSS_FILESYSTEM").is_some_and(|v| v != "0" && v != "false") {
            RepositoryOpenFlags::CROSS_FS
        } else {
            RepositoryOpenFlags::empty()
        };
        let inner = git2::Repository::open_ext(dir, flags, ceilings).map_err(|error| refusal(dir, &error))?;
        let repository = Self::with(inner)?;
        repository.refuse_unfetched_submodule(dir)?;
        Ok(repository)
    }

    /// Opens the repository of the current folder, or the one that git names through `GIT_DIR` or `GIT_INDEX_FILE` when
    /// it starts us (a hook, `git --git-dir`).
    ///
    /// # Errors
    /// As [`Repository::open`].
    pub fn open_here() -> Result<Self, Error> {
        super::prepare();
        if is_named_by_git() {
            let inner = git2::Repository::open_from_env().map_err(|error| refusal(Path::new("."), &error))?;
            return Self::with(inner);
        }
        Self::find(Path::new("."))
    }

    pub(super) fn with(inner: git2::Repository) -> Result<Self, Error> {
        let common = inner.commondir().to_owned();
        let lines = |name: &str| -> Vec<Vec<ObjectId>> {
            let text = std::fs::read_to_string(common.join(name)).unwrap_or_default();
            let ids = |line: &str| line.split_ascii_whitespace().map_while(ObjectId::parse).collect::<Vec<_>>();
            text.lines().map(ids).filter(|ids| !ids.is_empty()).collect()
        };
        let shallow = lines("shallow").into_iter().map(|ids| ids[0]).collect();
        let mut grafts = HashMap::new();
        for ids in lines("info/grafts") {
            // Of two lines for one commit git takes the first.
            grafts.entry(ids[0]).or_insert_with(|| ids[1..].to_vec());
        }
        let partial = is_partial(&inner);
        let replaced = replacements(&inner)?;
        let objects = common.join("objects");
        let (loose, packs) = (Loose::new(objects.clone()), SharedPacks::new(objects));
        Ok(Repository { inner, rewritten: Rewritten { shallow, grafts, replaced, partial }, loose, packs })
    }

    /// Gives the root of the work tree; `None` in a bare repository.
    pub fn workdir(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// Gives the git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        self.inner.commondir()
    }

    /// Tells whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.inner.is_bare()
    }

    /// Tells whether the clone is cut off.
    pub fn is_shallow(&self) -> bool {
        !self.rewritten.shallow.is_empty()
    }

    /// Tells whether the clone left objects out that it can fetch later (`--filter`).
    pub fn is_partial(&self) -> bool {
        self.rewritten.partial
    }

    /// Tells whether every commit has the parents that it names, and every object may be read: no shallow boundary, no
    /// grafts, no replacements, nothing left out.
    pub fn is_plain(&self) -> bool {
        let Rewritten { shallow, grafts, replaced, partial } = &self.rewritten;
        shallow.is_empty() && grafts.is_empty() && replaced.is_empty() && !partial
    }

    /// Says what brings missing objects back.
    pub fn help_for_missing(&self) -> &'static str {
        self.rewritten.help_for_missing()
    }

    /// libgit2 finds the repository around a submodule that was never fetched, and would answer for the wrong one.
    fn refuse_unfetched_submodule(&self, dir: &Path) -> Result<(), Error> {
        let (Some(root), Ok(asked)) = (self.workdir(), dir.canonicalize()) else { return Ok(()) };
        let Ok(root) = root.canonicalize() else { return Ok(()) };
        // Of the root there is nothing to look up, and reading the index of many files is most of a quick command.
        let Some(below) = asked.strip_prefix(&root).ok().filter(|below| !below.as_os_str().is_empty()) else {
            return Ok(());
        };
        let Ok(index) = self.inner.index() else { return Ok(()) };
        let mut path = PathBuf::new();
        for part in below.components() {
            path.push(part);
            if index.get_path(&path, 0).is_some_and(|entry| entry.mode == super::TreeEntry::SUBMODULE) {
                return Err(Error::UninitialisedSubmodule { path: path.display().to_string() });
            }
        }
        Ok(())
    }
}

fn is_partial(repository: &git2::Repository) -> bool {
    let Ok(config) = repository.config().and_then(|mut config| config.snapshot()) else { return false };
    if config.get_string("extensions.partialclone").is_ok() {
        return true;
    }
    let Ok(mut entries) = config.entries(Some(r"^remote\..*\.promisor$")) else { return false };
    while let Some(Ok(entry)) = entries.next() {
        if entry.value().is_ok_and(|value| matches!(value, "true" | "yes" | "on" | "1")) {
            return true;
        }
    }
    false
}

/// Reads `refs/replace`, which libgit2 does not honour and git does unless told otherwise.
fn replacements(repository: &git2::Repository) -> Result<HashMap<ObjectId, ObjectId>, Error> {
    let refused = std::env::var_os("GIT_NO_REPLACE_OBJECTS").is_some()
        || repository.config().and_then(|config| config.get_bool("core.useReplaceRefs")).is_ok_and(|on| !on);
    let mut replaced = HashMap::new();
    if refused {
        return Ok(replaced);
    }
    let failed = |error: git2::Error| Error::failed("read the references", &error);
    for reference in repository.references_glob("refs/replace/*").map_err(failed)? {
        let reference = reference.map_err(failed)?;
        let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
        if let (Some(of), Some(by)) = (name.rsplit('/').next().and_then(ObjectId::parse), reference.target()) {
            replaced.insert(of, by.into());
        }
    }
    Ok(replaced)
}

/// Says why libgit2 refused, by error class and code and by what the repository's own configuration holds.
fn refusal(dir: &Path, error: &git2::Error) -> Error {
    let directory = dir.display().to_string();
    if (error.class(), error.code()) == (ErrorClass::Config, ErrorCode::Owner) || error.code() == ErrorCode::Owner {
        let root = enclosing(dir).map_or_else(|| dir.to_owned(), |(root, _)| root);
        return Error::NotOwned { path: root.display().to_string() };
    }
    let Some((root, git_dir)) = enclosing(dir) else { return Error::NotARepository { directory } };
    if !git_dir.exists() {
        let gitdir = git_dir.display().to_string();
        return Error::DanglingWorktree { directory: root.display().to_string(), gitdir };
    }
    let common = std::fs::read_to_string(git_dir.join("commondir"))
        .map_or_else(|_| git_dir.clone(), |relative| git_dir.join(relative.trim_end()));
    let config = git2::Config::open(&common.join("config")).ok();
    if let Some(reason) = config.and_then(|config| unreadable_format(&config, &directory)) {
        return reason;
    }
    if error.code() == ErrorCode::NotFound && error.class() == ErrorClass::Repository {
        return Error::NotARepository { directory };
    }
    let grafts = common.join("info/grafts");
    if let Some(line) = unreadable_line(&std::fs::read_to_string(&grafts).unwrap_or_default()) {
        return Error::Grafts { path: grafts.display().to_string(), line };
    }
    Error::failed(format!("open the repository at {directory}"), error)
}

/// Finds the line of a file of grafts at which libgit2 gives up. Git itself passes over remarks, blank lines and lines
/// that are no graft, and takes any white space between ids.
fn unreadable_line(grafts: &str) -> Option<usize> {
    let is_graft = |line: &str| line.split(' ').all(|id| ObjectId::parse(id).is_some());
    grafts.split_terminator('\n').position(|line| !is_graft(line)).map(|at| at + 1)
}

/// Finds what in a repository's configuration is beyond libgit2 1.9.
fn unreadable_format(config: &git2::Config, directory: &str) -> Option<Error> {
    const KNOWN: [&str; 5] = ["noop", "objectformat", "worktreeconfig", "preciousobjects", "partialclone"];
    let directory = directory.to_owned();
    let version = config.get_i64("core.repositoryformatversion").unwrap_or(0);
    if version > 1 {
        return Some(Error::NewerFormat { directory, version });
    }
    if config.get_string("extensions.refstorage").is_ok_and(|format| format != "files") {
        return Some(Error::Reftable { directory });
    }
    if config.get_string("extensions.objectformat").is_ok_and(|format| format != "sha1") {
        return Some(Error::Sha256 { directory });
    }
    let mut entries = config.entries(Some(r"^extensions\.")).ok()?;
    while let Some(Ok(entry)) = entries.next() {
        let extension = String::from_utf8_lossy(entry.name_bytes()).into_owned();
        let name = extension.trim_start_matches("extensions.");
        if !KNOWN.contains(&name) && name != "relativeworktrees" {
            return Some(Error::UnknownExtension { directory, extension });
        }
    }
    None
}

/// Finds the folder at or above this one that has a `.git` (or is a bare repository), and its git directory.
fn enclosing(dir: &Path) -> Option<(PathBuf, PathBuf)> {
    let dir = dir.canonicalize().ok()?;
    dir.ancestors().find_map(|folder| {
        let dot_git = folder.join(".git");
        if dot_git.is_dir() {
            return Some((folder.to_owned(), dot_git));
        }
        if let Ok(text) = std::fs::read_to_string(&dot_git) {
            let target = text.strip_prefix("gitdir:")?.trim();
            return Some((folder.to_owned(), folder.join(target)));
        }
        let bare = folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("config").is_file();
        bare.then(|| (folder.to_owned(), folder.to_owned()))
    })
}
