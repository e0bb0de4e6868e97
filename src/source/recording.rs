//! Owns taking check-ins into the texts of a tree: which file each belongs to, and what the files then say.
//! Never writes to disk: that is `placing`; never decides what a check-in means: that is `okr`.

use super::{Error, Located, Tree};
use crate::okr::{self, CheckIn, Cycle, Datum, Directory, KeyResult, Name, Refused, Resolution};
use crate::syntax::writing::{Draft, Unwritable};
use crate::text::{FileId, printable};
use jiff::civil::Date;
use miette::Diagnostic;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Why a check-in could not be taken in; nothing was.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum RecordError {
    /// No such name, or more than one.
    #[error("{message}")]
    #[diagnostic(help("{help}"))]
    Name {
        /// What was typed, and why it will not do.
        message: String,
        /// The names that may be meant.
        help: String,
    },
    /// It does not fit the key result.
    #[error("{path}:{line}: {name} {message}")]
    #[diagnostic(help("{help}"))]
    Refused {
        /// File from the root.
        path: String,
        /// Line of the key result's table, from 1.
        line: usize,
        /// The end of its name.
        name: String,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// The file does not take it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unwritable(#[from] Unwritable),
    /// The tree could not be read anew.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Source(#[from] Error),
}

/// What came of taking check-ins in.
#[derive(Debug)]
pub struct Recorded {
    /// The files that differ, by id, with their new texts.
    pub texts: BTreeMap<FileId, String>,
    /// The tree with these texts.
    pub tree: Tree,
    /// What those who check in should know, each with the name that it is about.
    pub cautions: Vec<(Name, String)>,
}

impl Tree {
    /// Resolves the name of a key result, or the end of it: among the cycles that run on a day, then those that ended last,
    /// then all.
    ///
    /// # Errors
    /// [`RecordError::Name`] with the nearest names, or those that it may be.
    pub fn key_result_named(&self, typed: &str, today: Date) -> Result<Name, RecordError> {
        let shown = printable(typed);
        let list = |names: &[Name]| names.iter().map(Name::to_string).collect::<Vec<_>>().join(", ");
        let refuse = |message: String, help: String| Err(RecordError::Name { message, help });
        match Directory::new(self.key_results().map(|(name, cycle, ..)| (name, cycle))).resolve(typed, today) {
            Resolution::One(name) => Ok(name),
            Resolution::Ambiguous(names) => {
                refuse(format!("`{shown}` may be any of {}", list(&names)), "type more of the name".into())
            }
            Resolution::None { nearest } => {
                let inside: Vec<Name> =
                    self.key_results().map(|(name, ..)| name).filter(|name| home(name).ends_with(typed)).collect();
                if !inside.is_empty() {
                    let message = format!("`{shown}` is an objective, and check-ins are made on its key results");
                    return refuse(message, format!("name one of {}", list(&inside)));
                }
                // It may well stand in a file that nobody can read.
                let broken = self.findings.iter().find(|finding| finding.rule == "toml-syntax");
                if let Some((label, finding)) = broken.and_then(|finding| Some((finding.primary.as_ref()?, finding))) {
                    let source = self.sources.get(label.file);
                    let place = format!("{}:{}", printable(&source.path), source.position(label.range.start).line);
                    let message =
                        format!("no key result is named `{shown}`, and {place} does not read: {}", finding.message);
                    return refuse(message, finding.help.clone());
                }
                refuse(
                    format!("no key result is named `{shown}`"),
                    match nearest.is_empty() {
                        true => "`git okr status --cycle all` shows every name".into(),
                        false => format!("nearest: {}", list(&nearest)),
                    },
                )
            }
        }
    }

    /// Finds a key result by its full name, with its objective, the days of its cycle, and its line, from 1. Of two with one
    /// name the first counts.
    pub fn key_result(&self, name: &Name) -> Option<(Located<'_>, &KeyResult, Cycle, usize)> {
        self.objectives().filter(|located| located.name().as_ref() == Some(&home(name))).find_map(|located| {
            let of = &located.objective.key_results;
            let at = of.iter().position(|one| Some(&one.id) == name.key_result.as_ref())?;
            let cycle = self.config.calendar.cycle(&name.cycle)?;
            let header = located.place.key_results[at].header.start;
            let line = self.sources.get(located.file.file).position(header).line;
            Some((located, &of[at], cycle, line))
        })
    }

    /// Gives every key result whose cycle is known, duplicates included.
    fn key_results(&self) -> impl Iterator<Item = (Name, Cycle)> + '_ {
        self.objectives().filter_map(|located| Some((located.name()?, located))).flat_map(|(home, located)| {
            let cycle = self.config.calendar.cycle(&home.cycle);
            let all = located.objective.key_results.iter();
            all.filter_map(move |one| Some((home.key_result(&one.id), cycle.clone()?)))
        })
    }
}

fn home(name: &Name) -> Name {
    Name { key_result: None, ..name.clone() }
}

/// Takes check-ins into the files of a tree, all or none.
///
/// # Errors
/// Where a check-in does not fit its key result or its file, or two say different things of one value.
pub fn record(tree: &Tree, check_ins: &[CheckIn], today: Date) -> Result<Recorded, RecordError> {
    let mut drafts: BTreeMap<FileId, Draft> = BTreeMap::new();
    let mut set: BTreeMap<(Name, String), Option<Datum>> = BTreeMap::new();
    let mut cautions: Vec<(Name, String)> = Vec::new();
    for check_in in check_ins {
        let name = &check_in.name;
        let Some((located, key_result, cycle, line)) = tree.key_result(name) else {
            let message = format!("no key result is named `{name}`");
            return Err(RecordError::Name { message, help: "`git okr status --cycle all` shows every name".into() });
        };
        let source = tree.sources.get(located.file.file);
        let refuse = |refused: Refused| RecordError::Refused {
            path: printable(&source.path).into_owned(),
            line,
            name: printable(name.key_result.as_deref().unwrap_or_default()).into_owned(),
            message: printable(&refused.message).into_owned(),
            help: printable(&refused.help).into_owned(),
        };
        let draft = match drafts.entry(located.file.file) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(free) => free.insert(Draft::new(&source.path, source.text.as_bytes())?),
        };
        let Some(at) = draft.find(name) else {
            let (message, help) =
                ("stands here in a form that cannot be written to".to_owned(), "write it by hand".to_owned());
            return Err(refuse(Refused { message, help }));
        };
        for setting in okr::settings(check_in, key_result, today).map_err(refuse)? {
            match set.entry((name.clone(), setting.field.clone())) {
                Entry::Vacant(free) => drop(free.insert(setting.value.clone())),
                Entry::Occupied(mut there) => match (there.get(), &setting.value) {
                    // Of two milestones reached on two days the later day counts.
                    (Some(Datum::Day(before)), Some(Datum::Day(day))) if setting.field == "as_of" => {
                        if day <= before {
                            continue;
                        }
                        there.insert(setting.value.clone());
                    }
                    (before, value) if before == value && !is_value(&setting.field) => continue,
                    _ => {
                        let message = format!("is named twice, and `{}` can only say one thing", setting.field);
                        return Err(refuse(Refused {
                            message,
                            help: "give each key result and milestone once".into(),
                        }));
                    }
                },
            }
            match &setting.value {
                Some(value) => draft.set(at, &setting.field, value)?,
                None => draft.unset(at, &setting.field)?,
            }
        }
        for caution in okr::cautions(check_in, key_result, located.objective, &cycle) {
            let caution = (name.clone(), caution);
            if !cautions.contains(&caution) {
                cautions.push(caution);
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (file, draft) in drafts {
        let text = draft.finish()?;
        if text != tree.sources.get(file).text {
            texts.insert(file, text);
        }
    }
    let mut after = tree.with_texts(&texts)?;
    after.revision.dirty |= !texts.is_empty();
    refuse_what_reads_worse(tree, &after, &texts)?;
    Ok(Recorded { texts, tree: after, cautions })
}

fn is_value(field: &str) -> bool {
    field == "current" || field.ends_with("done")
}

/// What was fine must not be a finding afterwards, such as a file that grew beyond its limit.
fn refuse_what_reads_worse(before: &Tree, after: &Tree, texts: &BTreeMap<FileId, String>) -> Result<(), Unwritable> {
    let count = |tree: &Tree, file: FileId, rule: &str| {
        let of = |finding: &&crate::finding::Finding| {
            finding.rule == rule && finding.primary.as_ref().is_some_and(|label| label.file == file)
        };
        tree.findings.iter().filter(of).count()
    };
    for finding in &after.findings {
        let Some(label) = finding.primary.as_ref().filter(|label| texts.contains_key(&label.file)) else { continue };
        if count(after, label.file, finding.rule) > count(before, label.file, finding.rule) {
            let source = after.sources.get(label.file);
            return Err(Unwritable {
                path: printable(&source.path).into_owned(),
                line: source.position(label.range.start).line,
                message: format!("the file would no longer read well ({})", finding.rule),
                help: "make the change by hand, and see what `git okr check` says".into(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::Said;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 22);
    const FILE: &str = "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"T\"\n\
        [[objective.key_result]]\nid = \"a\"\ntitle = \"T\"\nbaseline = 0\ntarget = 9\ncurrent = 3 # so far\n\
        [[objective.key_result]]\nid = \"b\"\ntitle = \"T\"\ndone = false\nstatus = \"dropped\"\n";

    fn check_in(tree: &Tree, typed: &str, said: &str) -> CheckIn {
        let name = tree.key_result_named(typed, TODAY).expect("a name");
        let said = Some(Said::parse(said).expect("a value"));
        CheckIn { name, milestone: None, said, confidence: None, note: None, as_of: TODAY }
    }

    #[test]
    fn check_ins_are_taken_into_their_files() {
        let other = FILE.replace("\"o\"", "\"p\"").replace("2026-Q4", "2026-Q3");
        let tree = Tree::of(&[("okrs/a.toml", FILE), ("okrs/b.toml", &other)]);
        let all = [check_in(&tree, "a", "4"), check_in(&tree, "o/b", "true"), check_in(&tree, "p/a", "3")];
        let recorded = record(&tree, &all, TODAY).expect("they are taken");
        let texts: Vec<&str> = recorded.texts.values().map(String::as_str).collect();
        let first = FILE
            .replace("current = 3 # so far", "current = 4 # so far\nas_of = 2026-11-22")
            .replace("done = false", "done = true\nas_of = 2026-11-22");
        assert_eq!(texts, [first, other.replace("so far", "so far\nas_of = 2026-11-22")]);
        let cautions: Vec<String> = recorded.cautions.iter().map(|(name, said)| format!("{name}: {said}")).collect();
        assert_eq!(
            cautions,
            [
                "2026-Q4/o/b: it is dropped, so it counts for nothing until its `status` is active again",
                "2026-Q3/p/a: it was due on 2026-09-30: this was measured after its end",
            ]
        );
        assert!(recorded.tree.revision.dirty);
    }

    #[test]
    fn all_are_taken_or_none_and_the_place_is_named() {
        let tree = Tree::of(&[("okrs/a.toml", FILE)]);
        let said = |all: &[CheckIn]| record(&tree, all, TODAY).expect_err("it is refused").to_string();
        let good = check_in(&tree, "a", "4");
        assert!(said(&[good.clone(), check_in(&tree, "b", "4")]).starts_with("okrs/a.toml:11: b takes no number"));
        assert!(said(&[good.clone(), good.clone()]).contains("is named twice"));
        let noted = |note: &str, day| CheckIn { said: None, note: Some(note.into()), as_of: day, ..good.clone() };
        let (early, late) = (date(2026, 11, 19), date(2026, 11, 20));
        assert!(said(&[noted("x", late), noted("y", late)]).contains("`note` can only say one thing"));
        let both = record(&tree, &[noted("x", late), noted("x", early)], TODAY).expect("they agree");
        assert!(both.texts.values().all(|text| text.contains("as_of = 2026-11-20\nnote = \"x\"\n")));
        let unknown = |typed: &str| tree.key_result_named(typed, TODAY).expect_err("no such name").to_string();
        assert_eq!(unknown("o"), "`o` is an objective, and check-ins are made on its key results");
        assert_eq!(unknown("zzz\u{1b}"), "no key result is named `zzz?`");
        let conflict = Tree::of(&[("okrs/a.toml", "<<<<<<< a\nx = 1\n=======\nx = 2\n>>>>>>> b\n")]);
        let said = conflict.key_result_named("a", TODAY).expect_err("no such name").to_string();
        assert!(said.contains("okrs/a.toml:1 does not read: a merge conflict"), "{said}");
        let large = Tree::of(&[("okrs/a.toml", &format!("{FILE}# {}\n", "x".repeat((1 << 20) - FILE.len() - 10)))]);
        let error = record(&large, &[check_in(&large, "a", "4")], TODAY).expect_err("too large");
        assert!(error.to_string().contains("limit-exceeded"), "{error}");
    }
}
