//! Owns what `paths` of the configuration means: which files are objective files, and which trees of a commit hold them.

/// Files, folders and globs, ready to match.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The literal prefix of each entry, and the whole of it where that is a glob.
    patterns: Vec<(String, Option<String>)>,
}

impl Paths {
    /// Takes the entries of `paths` as written: relative to the root, `.` for the root itself. A glob that does not
    /// read is taken literally; `?` and brackets stand for one byte, as in git's patterns.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a String>) -> Self {
        let pattern = |entry: &String| {
            let path = entry.trim_start_matches("./").trim_end_matches('/');
            let path = if path == "." { "" } else { path };
            if !path.contains(SPECIAL) {
                return (path.to_owned(), None);
            }
            // At the front it would turn the answer round; a folder of that name is meant.
            let glob = if path.starts_with('!') { format!("\\{path}") } else { path.to_owned() };
            match fast_glob::validate(&glob) {
                Ok(()) => (literal_prefix(path), Some(glob)),
                Err(_) => (path.to_owned(), None),
            }
        };
        Paths { patterns: entries.into_iter().map(pattern).collect() }
    }

    /// Gives the literal prefix of each entry, in byte order, those inside another left out; the root is empty.
    pub fn prefixes(&self) -> Vec<String> {
        let mut all: Vec<String> = self.patterns.iter().map(|(prefix, _)| prefix.clone()).collect();
        all.sort();
        all.dedup();
        let inside = |path: &str, of: &String| path != of && (of.is_empty() || is_below(path, of));
        let kept: Vec<String> = all.iter().filter(|path| !all.iter().any(|of| inside(path, of))).cloned().collect();
        kept
    }

    /// Tells of paths as git has them whether they are one of the prefixes or lie below one: all others need no look.
    pub(super) fn near(&self) -> impl Fn(&[u8]) -> bool {
        let prefixes = self.prefixes();
        move |path| {
            prefixes.iter().any(|prefix| prefix.is_empty() || path == prefix.as_bytes() || is_below(path, prefix))
        }
    }

    /// Tells whether a file at this path holds objectives: a `.toml` below a folder or matched by a glob (itself or a
    /// folder above it), or a file that is named outright. The configuration is none.
    pub fn holds(&self, path: &str) -> bool {
        path != crate::config::FILE_NAME
            && self.patterns.iter().any(|(prefix, glob)| match glob {
                _ if path == prefix => true,
                _ if !path.ends_with(".toml") => false,
                None => prefix.is_empty() || is_below(path, prefix),
                Some(glob) => ancestors(path).any(|above| fast_glob::glob_match(glob, above)),
            })
    }
}

/// Writes the lines of `.gitattributes` by which git merges the files of `paths` with a driver. It knows no braces: a star
/// stands for them.
pub fn attributes<'a>(entries: impl IntoIterator<Item = &'a String>, driver: &str) -> Vec<String> {
    let line = |entry: &String| {
        let path = entry.trim_start_matches("./").trim_end_matches('/');
        let mut pattern = match path {
            "." => "*.toml".to_owned(),
            file if file.ends_with(".toml") => format!("/{file}"),
            folder => format!("{folder}/**/*.toml"),
        };
        while let Some((before, (_, after))) =
            pattern.split_once('{').and_then(|(b, rest)| Some((b, rest.split_once('}')?)))
        {
            pattern = format!("{before}*{after}");
        }
        // Not every git knows quotes here; a question mark stands for what would need them.
        let mut pattern = pattern.replace([' ', '\t', '"', '\\'], "?");
        if pattern.starts_with(['#', '!']) {
            pattern.replace_range(..1, "?");
        }
        format!("{pattern} merge={driver}")
    };
    entries.into_iter().map(line).collect()
}

const SPECIAL: [char; 4] = ['*', '?', '[', '{'];

fn literal_prefix(glob: &str) -> String {
    let parts: Vec<&str> = glob.split('/').take_while(|part| !part.contains(SPECIAL)).collect();
    parts.join("/")
}

fn is_below(path: impl AsRef<[u8]>, folder: &str) -> bool {
    path.as_ref().strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
}

/// Gives a path and every folder above it.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_finds_the_same_files() {
        let entries = ["okrs", "./goals/", ".", "a/b.toml", "teams/*/okrs", "x/{a,b}.toml", "my goals"];
        let lines = attributes(&entries.map(str::to_owned), "okr");
        let patterns: Vec<&str> = lines.iter().filter_map(|line| line.strip_suffix(" merge=okr")).collect();
        let wanted = [
            "okrs/**/*.toml",
            "goals/**/*.toml",
            "*.toml",
            "/a/b.toml",
            "teams/*/okrs/**/*.toml",
            "/x/*.toml",
            "my?goals/**/*.toml",
        ];
        assert_eq!(patterns, wanted);
    }

    #[test]
    fn entries_mean_files_folders_and_globs() {
        let paths = |entries: &[&str]| Paths::new(&entries.iter().map(|&e| e.to_owned()).collect::<Vec<_>>());
        type Case =
            (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static [&'static str]);
        let cases: [Case; 9] = [
            (&["okrs"], &["okrs"], &["okrs/a.toml", "okrs/x/y.toml"], &["okrs/a.md", "okrs2/a.toml", "a.toml"]),
            (&["./goals/", "goals/q4"], &["goals"], &["goals/q4/a.toml"], &["goal/a.toml"]),
            (
                &["teams/*/okrs"],
                &["teams"],
                &["teams/a/okrs/x/y.toml"],
                &["teams/a/b/okrs/x.toml", "teams/okrs/x.toml"],
            ),
            (
                &["a/**/*.okr.toml", "b/[xy].toml"],
                &["a", "b"],
                &["a/b/c.okr.toml", "a/c.okr.toml", "b/x.toml"],
                &["a/c.toml", "b/z.toml"],
            ),
            (
                &["{sales,ops}/okrs/{q1,q2}-*", "é/*.toml"],
                &[""],
                &["ops/okrs/q2-2026/a.toml", "é/ü.toml"],
                &["ops/okrs/q3-2026/a.toml", "hr/okrs/q1-2026/a.toml"],
            ),
            (&["!old/*"], &["!old"], &["!old/a.toml"], &["old/a.toml", "x/a.toml"]),
            (&["a[b/okrs", "c{d"], &["a[b/okrs", "c{d"], &["a[b/okrs/x.toml", "c{d/x.toml"], &["ab/okrs/x.toml"]),
            (&["GOALS.txt"], &["GOALS.txt"], &["GOALS.txt"], &["GOALS.txt2", "x/GOALS.txt"]),
            (&["."], &[""], &["a.toml", "x/b.toml"], &["okr.toml", "x/b.md"]),
        ];
        for (entries, prefixes, held, not_held) in cases {
            let paths = paths(entries);
            assert_eq!(paths.prefixes(), prefixes, "{entries:?}");
            for path in held {
                assert!(paths.holds(path), "{entries:?} should hold {path}");
            }
            for path in not_held {
                assert!(!paths.holds(path), "{entries:?} should not hold {path}");
            }
        }
    }
}
