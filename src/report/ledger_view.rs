//! Owns how the ledger of goalposts reads in a terminal: a page for each goal whose definition changed.
//! Never decides what changed: that is `ledger`'s.

use super::layout::{Style, Tone, columns};
use super::log::{NARROWEST, change, quoted};
use super::model::{GoalpostV1, LedgerV1};
use super::show;
use crate::history::EventKind;
use crate::okr::{Field, Group, NotCommitted};
use serde_json::Value;

/// Draws a ledger for a terminal. Goals that stand as they were agreed on are counted, not shown; where history is not
/// `complete`, nobody can tell which do.
pub fn render(ledger: &[LedgerV1], complete: bool, style: &Style) -> String {
    let mut view = View { style: Style { width: style.width.clamp(NARROWEST, 200), ..*style }, text: String::new() };
    for page in ledger.iter().filter(|page| !page.changes.is_empty()) {
        view.page(page);
        view.text.push('\n');
    }
    let kept = ledger.iter().filter(|page| page.locked_on.is_some() && !page.changes.iter().any(|c| c.late)).count();
    let moved = ledger.iter().filter(|page| page.changes.iter().any(|c| c.late)).count();
    let stand =
        if kept == 1 { "1 key result stands as it was agreed on" } else { "key results stand as they were agreed on" };
    let stand = if kept == 1 { stand.to_owned() } else { format!("{kept} {stand}") };
    let moved = match moved {
        0 => "none moved after its lock".to_owned(),
        1 => "1 goal moved after its lock".to_owned(),
        many => format!("{many} goals moved after their locks"),
    };
    let told = if complete {
        format!("{moved}; {stand}")
    } else {
        format!(
            "{moved}, as far as history is here; it is not all here, and `git okr doctor` says what brings the rest"
        )
    };
    view.wrapped(Tone::Plain, &told, "", "");
    view.text
}

struct View {
    style: Style,
    text: String,
}

impl View {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn wrapped(&mut self, tone: Tone, text: &str, first: &str, next: &str) {
        let wrapped = self.style.wrap(tone, text, first, next);
        wrapped.lines().for_each(|line| self.line(line));
    }

    fn page(&mut self, page: &LedgerV1) {
        let name = self.style.cut(&page.name, self.style.width);
        let title = self.style.cut(&page.title, self.style.width.saturating_sub(2));
        self.line(&self.style.paint(Tone::Strong, &name));
        self.line(&format!("  {}", self.style.paint(Tone::Faint, &title)));
        let (before, after): (Vec<_>, Vec<_>) = page.changes.iter().partition(|change| !change.late);
        before.into_iter().for_each(|change| self.change(change));
        if let Some(day) = page.locked_on {
            let is_goalpost =
                |name: &str| Field::ALL.iter().any(|field| field.name() == name && field.group() == Group::Goalpost);
            let terms =
                page.agreed.iter().filter(|agreed| is_goalpost(&agreed.field)).map(|agreed| match &agreed.value {
                    Value::Null => format!("{} (hidden)", agreed.field),
                    value => format!("{} {}", agreed.field, show::json(value)),
                });
            let terms = terms.collect::<Vec<_>>().join(", ");
            let terms = if terms.is_empty() { "no terms but its words".to_owned() } else { terms };
            self.wrapped(Tone::Plain, &format!("locked: {terms}"), &format!("  {day}  "), &" ".repeat(14));
        }
        after.into_iter().for_each(|change| self.change(change));
        let shown = |share: Option<f64>| {
            share.map_or_else(|| "no figure".to_owned(), |share| show::percent(share, page.sensitive))
        };
        let committed = match page.as_committed_reason {
            None => format!("{} as committed", shown(page.as_committed)),
            Some(NotCommitted::BeforeLock) => "its lock is still to come".to_owned(),
            Some(NotCommitted::NotThereAtLock) => "not there at the lock".to_owned(),
            Some(NotCommitted::UnitChanged) => "in another unit at the lock".to_owned(),
            Some(NotCommitted::KindChanged) => "measured in another way at the lock".to_owned(),
        };
        self.line(&format!("  {} as edited, {committed}", shown(page.progress)));
    }

    fn change(&mut self, moved: &GoalpostV1) {
        let commit = moved.commit.as_deref().map_or("uncommitted", |id| id.get(..10).unwrap_or(id));
        let spare = self.style.width.saturating_sub(columns(commit) + 10 + 6);
        let author = self.style.cut(&moved.author.name, spare.min(24));
        let what = match moved.kind {
            EventKind::Removed => "removed".to_owned(),
            _ => moved.changes.iter().map(|one| change(one, self.style)).collect::<Vec<_>>().join(", "),
        };
        let effect = moved.eased.map(|eased| if eased { "; easier" } else { "; not easier" }).unwrap_or_default();
        let tone = if moved.late { Tone::Warn } else { Tone::Plain };
        let next = " ".repeat(14);
        self.line(&format!("  {}  {commit}  {author}", moved.day));
        self.wrapped(tone, &format!("{what}{effect}"), &next, &next);
        if !moved.late {
            return;
        }
        match &moved.reason {
            None => self.wrapped(Tone::Bad, "no reason given", &next, &next),
            Some(reason) => {
                let by = moved.approved_by.as_ref().map(|by| format!(", approved by {by}")).unwrap_or_default();
                self.wrapped(Tone::Plain, &format!("{}{by}", quoted(reason, self.style)), &next, &next);
            }
        }
    }
}
