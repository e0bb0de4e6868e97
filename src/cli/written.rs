//! Owns reports that stand in files: the text that a template gives, and which of the files are out of date.
//! Never writes one: that is `report`.

use super::arguments::Chosen;
use super::view::View;
use super::{Failure, Session, Usage};
use crate::report::document::{self, Recorded, Stamp};
use crate::report::{ReportV1, Templates};
use crate::rules::Outdated;
use crate::text::SourceFile;
use std::path::{Path, PathBuf};

/// A template as it was asked for: by a name that is known here, else as a file.
pub struct Asked<'a> {
    pub name: &'a str,
    pub file: PathBuf,
}

/// Reads a file as text.
pub fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        let help = "check that it exists and that you may";
        Usage::new(format!("could not read {}: {error}", file.display()), help).into()
    })
}

/// Renders a model through the template that was asked for.
pub fn text(view: &View, template: &Asked<'_>, model: &ReportV1) -> Result<String, Failure> {
    let mut texts = view.templates()?;
    let known = Templates::new(texts.clone());
    if !known.names().contains(&template.name) && template.file.is_file() {
        texts.insert(template.name.to_owned(), read(&template.file)?);
    }
    Ok(Templates::new(texts).render(template.name, model)?)
}

/// Finds the template that a file says it was made with. The file may be a stranger's: only what lies in the repository is
/// read.
pub fn template<'a>(view: &View, stamp: &'a Stamp, file: PathBuf) -> Result<Asked<'a>, Failure> {
    let inside =
        matches!((file.canonicalize(), view.root.canonicalize()), (Ok(file), Ok(root)) if file.starts_with(&root));
    if file.is_file() && !inside {
        let help = "keep the template in the repository, and write the report anew";
        return Err(Usage::new(format!("the template {} lies outside the repository", stamp.template), help).into());
    }
    Ok(Asked { name: &stamp.template, file })
}

/// Finds the reports in files that are not what the goals give on their own day, and takes those files in.
pub fn outdated(view: &mut View, session: &mut Session<'_>) -> Result<Vec<Outdated>, Failure> {
    let mut found = Vec::new();
    for (path, text) in view.documents()? {
        let (range, seen, command) = match document::recorded(&text) {
            // No report, or a place for one that was never filled.
            Err(document::Error::NoBlock | document::Error::NoStamp) => continue,
            Err(broken) => (0..0, broken.to_string(), format!("git okr report --inject {path}")),
            // Of a template on disk nobody knows what it was then.
            Ok(recorded) if !view.is_on_disk() && !is_known(view, &recorded.stamp.template)? => continue,
            Ok(recorded) => {
                let command = recorded.stamp.command(&path, recorded.managed);
                let begin = text.find("<!-- git-okr:").unwrap_or_default();
                match anew(view, &recorded, session) {
                    Ok(rendered) if document::difference(&recorded, &rendered).is_none() => continue,
                    Ok(rendered) => {
                        let range = recorded.first_difference(&text, &rendered);
                        (range, "a value has changed since, or a line was edited".to_owned(), command)
                    }
                    Err(failure) => (begin..begin, format!("it cannot be made any more ({failure})"), command),
                }
            }
        };
        let file = view.tree.sources.add(SourceFile::new(path, text));
        found.push(Outdated { file, range, seen, command });
    }
    Ok(found)
}

fn is_known(view: &View, template: &str) -> Result<bool, Failure> {
    Ok(Templates::new(view.templates()?).names().contains(&template))
}

/// Renders today's goals as of the day that a report records, so that time passing is no difference.
fn anew(view: &mut View, recorded: &Recorded, session: &mut Session<'_>) -> Result<String, Failure> {
    let Stamp { day, cycle, owner, .. } = recorded.stamp.clone();
    let today = std::mem::replace(&mut view.today, day);
    let place = view.root.join(Path::new(&recorded.stamp.template));
    let rendered = template(view, &recorded.stamp, place).and_then(|asked| {
        let model = view.modelled(&Chosen { cycle, owner, mine: false }, &[], session)?.report.for_file();
        text(view, &asked, &model)
    });
    view.today = today;
    rendered
}
