//! Owns the way of check-ins into the files of the work tree and into a commit: prepared and shown first, then written whole,
//! then committed by git. Never asks who checks in what.

use crate::cli::arguments::{At, Global};
use crate::cli::view::View;
use crate::cli::{Failure, Session, Usage};
use crate::diff::{Comparison, Pasts};
use crate::git::Repository;
use crate::okr::CheckIn;
use crate::report::{self, RecordedV1};
use crate::source::{self, Pending, Recorded};
use miette::WrapErr;

/// Opens the work tree that check-ins are written into.
pub fn open(global: &Global, session: &mut Session<'_>) -> Result<View, Failure> {
    if crate::cli::view::open(global).is_ok_and(|repository| repository.is_bare()) {
        let help = "check in where the files are: in a clone of it";
        return Err(Usage::new("a bare repository has no files to check in to", help).into());
    }
    let view = View::anywhere(&[], false, global, &At::default(), session)?;
    view.refuse_broken_configuration()?;
    Ok(view)
}

/// Check-ins that are taken in and not written yet, with what they do.
pub struct Prepared {
    recorded: Recorded,
    model: RecordedV1,
}

/// Takes check-ins in, all or none, and works out what they do. Nothing is written.
pub fn prepare(view: &View, check_ins: &[CheckIn], session: &mut Session<'_>) -> Result<Prepared, Failure> {
    let recorded = source::record(&view.tree, check_ins, view.today)?;
    let comparison = Comparison::new(&view.tree, &recorded.tree);
    let (before, after, locks) = view.pasts(&recorded.tree, &comparison.cycles(), session)?;
    view.warn_of_gaps(&after, session)?;
    let pasts = Pasts { before: &before, after: &after, locks: &locks };
    let files = recorded.texts.keys().map(|file| view.tree.sources.get(*file).path.clone()).collect();
    let difference = comparison.difference(&pasts, view.today);
    let model = report::publish_recorded(&difference, files, &recorded.cautions, view.today);
    drop(difference);
    drop(comparison);
    Ok(Prepared { recorded, model })
}

impl Prepared {
    /// Gives what the check-ins do, and what became of them so far.
    pub fn model(&self) -> &RecordedV1 {
        &self.model
    }

    /// Writes every file, or none where one of them cannot be written or is no longer what was read.
    pub fn write(&mut self, view: &View) -> Result<(), Failure> {
        let ready = self.recorded.texts.iter().map(|(file, text)| {
            let source = view.tree.sources.get(*file);
            Pending::over(&view.root.join(&source.path), source.text.as_bytes(), text.as_bytes())
                .map_err(|error| Failure::from(error).wrap_err("nothing was recorded"))
        });
        for pending in ready.collect::<Result<Vec<_>, _>>()? {
            pending.put()?;
        }
        self.model.written = !self.recorded.texts.is_empty();
        Ok(())
    }

    /// Tells before anything is written whether a commit may be made; warns where it takes other changes along.
    pub fn may_commit(&self, view: &View, session: &mut Session<'_>) -> Result<(), Failure> {
        let repository = repository(view)?;
        repository.may_commit().map_err(Failure::from).wrap_err("nothing was recorded")?;
        let Some(head) = view.from.filter(|_| view.tree.revision.dirty) else { return Ok(()) };
        let committed = source::revision_beside(repository, head, &[], &view.tree)?;
        for path in &self.model.files {
            let text = |tree: &source::Tree| {
                let of = tree.sources.iter().find(|(_, source)| source.path == *path);
                of.map(|(_, source)| source.text.replace("\r\n", "\n"))
            };
            if text(&committed) != text(&view.tree) {
                session.warn(&format!("{path} has changes that are not committed, which this commit takes along"))?;
            }
        }
        Ok(())
    }

    /// Commits the files that were written, and nothing else.
    pub fn commit(&mut self, view: &View) -> Result<(), Failure> {
        if self.model.files.is_empty() {
            return Ok(());
        }
        let repository = repository(view)?;
        repository.commit_files(&self.model.files, &report::commit_message(&self.model))?;
        self.model.commit = repository.head()?.map(|id| id.to_string());
        Ok(())
    }

    /// Says what became of the files.
    pub fn told(&self, dry_run: bool) -> String {
        let files = self.model.files.join(", ");
        match &self.model.commit {
            _ if self.model.files.is_empty() => "nothing to write: the files say so already".to_owned(),
            Some(commit) => format!("wrote {files}, committed as {}", commit.get(..10).unwrap_or(commit)),
            None if dry_run => format!("would write {files}"),
            None => format!("wrote {files}, not committed yet"),
        }
    }
}

fn repository(view: &View) -> Result<&Repository, Failure> {
    view.repository.as_ref().ok_or_else(|| {
        Usage::new("there is no git repository here to commit to", "run `git init`, or leave out --commit").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Terminal;
    use crate::okr::Said;
    use jiff::civil::date;

    const FILE: &str = "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"T\"\n\
        [[objective.key_result]]\nid = \"k\"\ntitle = \"T\"\nbaseline = 0\ntarget = 9\n";

    #[test]
    fn what_changed_meanwhile_is_not_written_over() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("okrs/a.toml");
        std::fs::create_dir_all(root.path().join("okrs")).expect("a folder");
        std::fs::write(&file, FILE).expect("a file");
        let today = date(2026, 11, 22);
        let global = Global {
            directory: Some(root.path().to_owned()),
            today: Some(today),
            color: crate::cli::arguments::Color::Never,
            no_cache: true,
            quiet: false,
            verbose: false,
        };
        let (mut out, mut err, mut input) = (Vec::new(), Vec::new(), &[][..]);
        let mut session =
            Session::new(|_| None, Terminal::default(), jiff::Timestamp::UNIX_EPOCH, &mut out, &mut err, &mut input);
        let view = open(&global, &mut session).expect("goals");
        let name = view.tree.key_result_named("k", today).expect("a name");
        let said = Some(Said::Is(3.0, None));
        let check_in = CheckIn { name, milestone: None, said, confidence: None, note: None, as_of: today };
        let mut prepared = prepare(&view, &[check_in], &mut session).expect("it is taken");
        std::fs::write(&file, format!("{FILE}owner = \"@ana\"\n")).expect("a file");
        let error = prepared.write(&view).expect_err("it changed");
        assert!(format!("{error:?}").contains("changed meanwhile"), "{error:?}");
        assert!(!prepared.model().written && std::fs::read_to_string(&file).expect("a file").ends_with("@ana\"\n"));
        std::fs::write(&file, FILE).expect("a file");
        prepared.write(&view).expect("it is as it was read");
        let written = std::fs::read_to_string(&file).expect("a file");
        assert_eq!(written, format!("{FILE}current = 3\nas_of = 2026-11-22\n"));
        assert_eq!(prepared.told(false), "wrote okrs/a.toml, not committed yet");
    }
}
