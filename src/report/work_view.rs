//! Owns how the commits that work for goals read in a terminal, newest first. Never decides what they stand for.

use super::layout::{Style, Tone, columns};
use super::log::NARROWEST;
use super::work::{WorkCommitV1, WorkNameV1};

/// Draws the commits that name goals in their trailers, the goals below each; where history is not `complete`, there may
/// be more.
pub fn render(work: &[WorkCommitV1], complete: bool, style: &Style) -> String {
    let style = Style { width: style.width.clamp(NARROWEST, 200), ..*style };
    let mut text = String::new();
    for (at, commit) in work.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        let id = commit.commit.get(..10).unwrap_or(&commit.commit);
        let day = commit.recorded.get(..10).unwrap_or(&commit.recorded);
        let summary = commit.summary.as_deref().unwrap_or("(summary hidden: a sensitive key result)");
        let summary = style.cut(summary, style.width.saturating_sub(columns(id) + 14));
        text.push_str(format!("{}  {day}  {summary}", style.paint(Tone::Strong, id)).trim_end());
        text.push('\n');
        commit.names.iter().for_each(|name| text.push_str(&named(name, style)));
    }
    if work.is_empty() {
        text.push_str("No commit names a goal here. One that does ends in a line of its own: `OKR: <name>`.\n");
    }
    if !complete {
        let line = "History is not all there: commits may be missing. `git okr doctor` says what brings them.";
        text.push('\n');
        text.push_str(&style.wrap(Tone::Warn, line, "", ""));
    }
    text
}

fn named(name: &WorkNameV1, style: Style) -> String {
    let lead = "  ";
    let written = if name.written.is_empty() { "a trailer without a name" } else { &name.written };
    match (&name.name, name.candidates.as_slice()) {
        (Some(full), _) => style.wrap(Tone::Plain, full, lead, lead),
        (None, []) => style.wrap(Tone::Warn, &format!("{written}: no goal has that name"), lead, lead),
        (None, several) => {
            style.wrap(Tone::Warn, &format!("{written}: it may be any of {}", several.join(", ")), lead, lead)
        }
    }
}
