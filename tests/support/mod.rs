//! A place of its own for each test: empty home, fixed clock, no git configuration but what is written here.

#[allow(dead_code)] // The room of the forges uses what is left.
pub mod forge;
#[cfg(unix)]
pub mod screen;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// The day on which tests run unless they say otherwise.
pub const TODAY: &str = "2026-11-22";

/// A file of one objective with one key result, at 400 of the way from 420 to 294.
pub const GOALS: &str = r#"cycle = "2026-Q4"
owner = "@team"

[[objective]]
id = "speed"
title = "Pages feel instant to everyone"

[[objective.key_result]]
id = "p99"
title = "P99 latency falls from 420 ms to 294 ms"
baseline = 420
target = 294
current = 400
"#;

/// Where tests keep it.
pub const PATH: &str = "okrs/2026-Q4/team.toml";

/// A folder with a repository in it.
pub struct Place {
    folder: TempDir,
}

/// What a run of the binary left.
#[must_use = "look at the output or assert its exit code"]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    /// Asserts the exit code and gives the run back.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// Asserts that both streams together hold a text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.both().contains(text), "not said: {text}\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// Asserts that neither stream holds a text.
    #[track_caller]
    pub fn hides(self, text: &str) -> Self {
        assert!(!self.both().contains(text), "said: {text}\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// Reads the results as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    fn both(&self) -> String {
        format!("{}\n{}", self.out, self.err)
    }
}

impl Place {
    /// Makes an empty folder.
    pub fn empty() -> Self {
        Place { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Makes a repository without a commit.
    pub fn repository() -> Self {
        let place = Place::empty();
        std::fs::create_dir_all(place.root()).expect("a folder");
        place.git(&["init", "-q", "-b", "main"]);
        place
    }

    /// Makes a repository with one commit of these files, dated 2026-10-05.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Place::repository();
        place.commit("2026-10-05", "Set the goals", files);
        place
    }

    /// Gives the repository's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    /// Gives a folder beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a writable file");
    }

    /// Reads a file.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).expect("a readable file")
    }

    /// Writes files and commits them at noon of a day.
    pub fn commit(&self, day: &str, message: &str, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.write(path, text);
        }
        self.git(&["add", "-A"]);
        self.git_on(day, &["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Runs git on 2026-11-22.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_on(TODAY, arguments)
    }

    /// Runs git at noon of a day.
    #[track_caller]
    pub fn git_on(&self, day: &str, arguments: &[&str]) -> String {
        let date = format!("{day}T12:00:00+00:00");
        let output = self
            .hermetic(Command::new("git"))
            .args(arguments)
            .current_dir(self.root())
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .output()
            .expect("git runs");
        assert!(output.status.success(), "git {arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("git speaks UTF-8").trim_end().to_owned()
    }

    /// Runs git with something on its standard input and gives what it writes.
    #[track_caller]
    pub fn git_fed(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut command = self.hermetic(Command::new("git"));
        command.args(arguments).current_dir(self.root());
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().expect("git runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let output = std::thread::scope(|scope| {
            // Whoever reads and writes in turn may wait for a full pipe.
            scope.spawn(move || stdin.write_all(input).expect("git reads"));
            child.wait_with_output().expect("git ends")
        });
        assert!(output.status.success(), "git {arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs `git-okr` in the repository.
    pub fn okr(&self, arguments: &[&str]) -> Run {
        self.okr_in(&self.root(), arguments, &[])
    }

    /// Runs `git-okr` in a folder with further environment.
    pub fn okr_in(&self, folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        let output: Output = self
            .command(Path::new(env!("CARGO_BIN_EXE_git-okr")), folder)
            .envs(environment.iter().copied())
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("git-okr runs");
        Run {
            code: output.status.code().expect("no signal"),
            out: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }

    /// Makes ready to run a program in a folder, in the surroundings of all tests.
    pub fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = self.hermetic(Command::new(program));
        command.envs([("GIT_OKR_TODAY", TODAY), ("NO_COLOR", "1"), ("COLUMNS", "100")]).current_dir(folder);
        command
    }

    /// Gives the words before a program that is to hear ctrl-c: whatever a script starts in the background has the signal
    /// ignored, and hands that down. Not every system's `env` can undo it.
    pub fn listening(&self) -> &'static str {
        let words = "env --default-signal=INT";
        if self.shell(&self.root(), &format!("{words} true"), &[]).0 { words } else { "" }
    }

    /// Runs a command as a user would type it, with `git okr` at hand, and gives its success and both streams.
    pub fn shell(&self, folder: &Path, command: &str, environment: &[(&str, &str)]) -> (bool, String) {
        let own = Path::new(env!("CARGO_BIN_EXE_git-okr")).parent().expect("a folder").to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).expect("a path");
        let output = self
            .hermetic(Command::new("sh"))
            .args(["-c", command])
            .current_dir(folder)
            .env("PATH", path)
            .env("GIT_OKR_TODAY", TODAY)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output()
            .expect("sh runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.success(), text(output.stdout) + &text(output.stderr))
    }

    fn hermetic(&self, mut command: Command) -> Command {
        let home = self.folder.path().join("home");
        std::fs::create_dir_all(&home).expect("a home");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Ana")
            .env("GIT_AUTHOR_EMAIL", "ana@acme.example")
            .env("GIT_COMMITTER_NAME", "Ana")
            .env("GIT_COMMITTER_EMAIL", "ana@acme.example")
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8");
        command
    }
}
