//! Owns how imported goals get into the work tree: checked before, all files or none.
//! Never writes over a file, and never through a symbolic link.

use super::{Import, Source, count, lost, refuse_clashes, tell};
use crate::cli::init;
use crate::cli::{Failure, Outcome, Session, Usage};
use crate::config::FILE_NAME;
use crate::exchange::Settled;
use crate::finding::Level;
use crate::rules::{self, Selection, Subject};
use crate::source::{LARGEST_FILE, MOST_OBJECTIVES, Pending, Tree};
use crate::syntax::writing::key;
use crate::syntax::{fresh, inline};
use crate::text::printable;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The settings that come with goals, in the order in which they are written.
const SETTINGS: [&str; 4] = ["calendar", "cycle", "teams", "health"];

impl Import {
    pub(super) fn write(
        &self,
        root: &Path,
        tree: &Tree,
        settled: &Settled,
        source: Source<'_>,
        today: Date,
        session: &mut Session<'_>,
    ) -> Result<Outcome, Failure> {
        let objectives: usize = settled.files.values().map(Vec::len).sum();
        let key_results: usize = settled.files.values().flatten().map(|objective| objective.key_results.len()).sum();
        if objectives == 0 {
            tell((&settled.mapped, &settled.left), source.name, session)?;
            let message = format!("no objective was found in {}", source.name);
            return Err(Usage::new(message, "name its form with `--from`; `git okr import -h` lists them").into());
        }
        if objectives > MOST_OBJECTIVES {
            let message =
                format!("{} holds {objectives} objectives, and at most {MOST_OBJECTIVES} are read", source.name);
            return Err(Usage::new(message, "import it in parts, for instance a cycle at a time").into());
        }
        refuse_clashes(settled)?;
        let mut files = texts(settled);
        let own = source.settings.and_then(settings);
        let brings_settings = own.is_some() && tree.config.file.is_none();
        if let Some(text) = own.filter(|_| brings_settings) {
            files.insert(FILE_NAME.to_owned(), text);
        }
        for (path, text) in &files {
            refuse_in_the_way(root, path)?;
            if text.len() > LARGEST_FILE {
                let message =
                    format!("{path} would have {} bytes, and at most {LARGEST_FILE} are read of one", text.len());
                return Err(Usage::new(message, "import it in parts, each with a `--team` of its own").into());
            }
        }
        if !self.dry_run {
            put(root, &files)?;
        }
        let verb = if self.dry_run { "would write" } else { "wrote" };
        session.print(&format!(
            "{}, {} from {} ({})\n",
            count(objectives, "objective"),
            count(key_results, "key result"),
            printable(source.name),
            printable(source.form)
        ))?;
        files.keys().try_for_each(|path| session.print(&format!("{verb} {}\n", printable(path))))?;
        tell((&settled.mapped, &settled.left), source.name, session)?;
        let has_settings = source.settings.and_then(Value::as_object).is_some_and(|table| !table.is_empty());
        if has_settings && !brings_settings {
            session.remark(&format!("the settings that came along were left: {FILE_NAME} is there"))?;
        }
        if source.events > 0 {
            session.remark(&format!(
                "{} of the past came along; `--replay` makes commits of them, and bounds and trends need them",
                count(source.events, "event")
            ))?;
        }
        let outcome = tell_errors(tree, &files, today, session)?;
        if outcome == Outcome::Fine && !self.dry_run {
            session.remark("next: run `git okr check`, then commit them")?;
        }
        Ok(outcome)
    }
}

/// Tells the errors that the rules find in new files beside those that are there.
pub(super) fn tell_errors(
    tree: &Tree,
    files: &BTreeMap<String, String>,
    today: Date,
    session: &mut Session<'_>,
) -> Result<Outcome, Failure> {
    let tree = tree.with_more(files)?;
    let found = rules::check(&Subject::new(&tree, None, today), &Selection::default());
    let errors: Vec<_> = found
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Error && finding.answer.is_none())
        .filter_map(|finding| {
            let label = finding.primary.as_ref()?;
            let source = tree.sources.get(label.file);
            files.contains_key(&source.path).then_some((source, label.range.start, finding))
        })
        .collect();
    if errors.is_empty() {
        return Ok(Outcome::Fine);
    }
    session.print(&format!("{} for you to mend:\n", count(errors.len(), "error")))?;
    for (source, at, finding) in errors {
        let (path, line) = (printable(&source.path), source.position(at).line);
        session.print(&format!("  {path}:{line}: {} [{}]\n", printable(&finding.message), finding.rule))?;
    }
    Ok(Outcome::Findings)
}

/// Writes the texts of the files, each with the line by which editors find its schema.
pub(super) fn texts(settled: &Settled) -> BTreeMap<String, String> {
    let text = |(path, all): (&String, &Vec<_>)| (path.clone(), init::objectives_schema_line(path) + &fresh(all));
    settled.files.iter().map(text).collect()
}

/// Writes the settings that came with goals; `None` where there are none. Of other tables nothing is taken: what a stranger
/// says of templates, levels or forges is not for us.
pub(super) fn settings(settings: &Value) -> Option<String> {
    let table = settings.as_object().filter(|table| SETTINGS.iter().any(|name| table.contains_key(*name)))?;
    let mut text = "version = 1\n".to_owned();
    let mut section = |header: &str, values: &Value| {
        writeln!(text, "\n{header}").expect("writing to a string");
        for (name, value) in values.as_object().into_iter().flatten() {
            if let Some(value) = inline(name, value) {
                writeln!(text, "{} = {value}", key(name)).expect("writing to a string");
            }
        }
    };
    for name in SETTINGS {
        match (name, table.get(name)) {
            ("cycle", Some(Value::Array(all))) => all.iter().for_each(|cycle| section("[[cycle]]", cycle)),
            ("teams", Some(Value::Object(teams))) => {
                teams.iter().for_each(|(handle, team)| section(&format!("[teams.{}]", key(handle)), team));
            }
            (_, Some(values @ Value::Object(_))) => section(&format!("[{name}]"), values),
            _ => {}
        }
    }
    Some(text)
}

/// Refuses a path where something stands, or that leads through a symbolic link.
fn refuse_in_the_way(root: &Path, path: &str) -> Result<(), Failure> {
    let mut place = PathBuf::from(root);
    let steps: Vec<&str> = path.split('/').collect();
    for (at, step) in steps.iter().enumerate() {
        place.push(step);
        let Ok(there) = std::fs::symlink_metadata(&place) else { return Ok(()) };
        let is_last = at + 1 == steps.len();
        let shown = steps[..=at].join("/");
        if is_last {
            let help = "nothing was written; `--team NAME` writes into another file";
            return Err(Usage::new(format!("{shown} is there already"), help).into());
        }
        if !there.is_dir() {
            let help = "nothing was written; make a folder of it, or set `paths` in okr.toml to another one";
            return Err(Usage::new(format!("{shown} is no folder of its own"), help).into());
        }
    }
    Ok(())
}

/// Puts all files into their places, or none.
fn put(root: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    let mut ready = Vec::new();
    for (path, text) in files {
        let file = root.join(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(lost)?;
        }
        ready.push((file.clone(), Pending::new(&file, text.as_bytes())?));
    }
    let mut done: Vec<PathBuf> = Vec::new();
    for (file, pending) in ready {
        if let Err(error) = pending.put_new() {
            // Nobody has seen them yet, and half of an import is none.
            for file in done {
                let _ = std::fs::remove_file(file);
            }
            return Err(Failure::from(error).wrap_err("nothing was written"));
        }
        done.push(file);
    }
    Ok(())
}
