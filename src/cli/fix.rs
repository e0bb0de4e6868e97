//! Owns `check --fix`: the way from mended texts to the files of the work tree, and what is said of it.

use super::base::Base;
use super::view::View;
use super::{Failure, Session};
use crate::history::Options;
use crate::rules::{self, Selection, Subject};
use crate::source::Pending;

/// Mends what can be mended without asking, in the files that were asked for and, with a base, of what the change brings.
/// All files are written or none. Tells whether any was.
pub fn fix(
    view: &View,
    selection: &Selection,
    base: Option<&Base>,
    session: &mut Session<'_>,
) -> Result<bool, Failure> {
    // History is looked at for the ids that it knows; nothing else that is mended asks for it.
    let asks = view.tree.findings.iter().any(|finding| finding.rule == "id-invalid");
    let history = if asks { Some(view.history(&Options::default(), session)?) } else { None };
    let subject = Subject::new(&view.tree, history.as_ref(), view.today);
    let mending = rules::mend(&subject, selection, &|tree, findings| {
        let before = base.map(|base| base.before(tree)).unwrap_or_default();
        findings.retain(|finding| {
            let path = finding.primary.as_ref().map(|label| tree.sources.get(label.file).path.as_str());
            !before.had(finding) && path.is_some_and(|path| view.is_asked(path))
        });
    })?;
    let ready = mending.texts.iter().map(|(path, (before, after))| {
        Pending::over(&view.root.join(path), before.as_bytes(), after.as_bytes())
            .map_err(|error| Failure::from(error).wrap_err("nothing was mended"))
    });
    for pending in ready.collect::<Result<Vec<_>, _>>()? {
        pending.put()?;
    }
    for one in &mending.mended {
        session.remark(&format!("fixed {}:{}: {} [{}]", one.path, one.line, one.title, one.rule))?;
    }
    for path in mending.left_alone.iter().filter(|path| view.is_asked(path)) {
        session.remark(&format!("left {path} alone: it is no TOML; put that right, then run the same again"))?;
    }
    Ok(!mending.texts.is_empty())
}
