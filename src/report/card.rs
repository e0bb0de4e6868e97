//! Owns what somebody sees of a key result just before checking in on it: where it stands, its pace, the last word and the
//! work since. Never asks anything.

use super::layout::{Style, Tone};
use super::model::KeyResultV1;
use super::status::View;
use super::work::WorkCommitV1;
use super::{log, show};
use jiff::civil::Date;

/// Commits of the work that are shown; the others are counted.
const MOST: usize = 4;

/// Gives the commits that name a key result and were recorded after its last check-in, newest first.
pub fn since_last<'w>(kr: &KeyResultV1, work: &'w [WorkCommitV1]) -> Vec<&'w WorkCommitV1> {
    // Moments in RFC 3339 and UTC sort as texts do.
    let last = kr.check_ins.iter().filter_map(|check_in| check_in.recorded.as_deref()).max();
    let names = |commit: &&WorkCommitV1| commit.names.iter().any(|name| name.name.as_deref() == Some(kr.name.as_str()));
    work.iter().filter(names).filter(|commit| last.is_none_or(|last| commit.recorded.as_str() > last)).collect()
}

/// Draws a key result for who is about to check in on it; `of` is its place among so many.
pub fn render(kr: &KeyResultV1, work: &[&WorkCommitV1], of: (usize, usize), today: Date, style: &Style) -> String {
    let mut view = View::new(style, today);
    let style = view.style;
    let head = format!("{} of {}  ", of.0, of.1);
    view.edges(&head, &kr.title, Tone::Strong, &view.values(kr));
    let figures = view.figures(kr);
    view.line(&format!("  {figures}"));
    let mut wrapped = |tone, text: &str, first: &str| {
        view.text.push_str(&style.wrap(tone, text, first, &" ".repeat(first.len())));
    };
    wrapped(Tone::Faint, &kr.name, "  ");
    if let Some(note) = kr.note.as_ref().filter(|_| !kr.sensitive) {
        wrapped(Tone::Faint, &log::quoted(note, style), "  ");
    }
    for commit in work.iter().take(MOST) {
        let id = commit.commit.get(..10).unwrap_or(&commit.commit);
        let day = commit.recorded.get(..10).and_then(|day| day.parse().ok());
        let ago = day.map_or_else(String::new, |day| format!(", {}", show::days_ago(day, today)));
        let summary = commit.summary.as_deref().unwrap_or("(summary hidden: a sensitive key result)");
        wrapped(Tone::Plain, &format!("{summary}{ago}"), &format!("  {id}  "));
    }
    if work.len() > MOST {
        wrapped(Tone::Plain, &format!("and {} more commits since the last check-in", work.len() - MOST), "  ");
    }
    view.text
}
