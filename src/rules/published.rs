//! Owns how a check is handed to the output formats.

use super::engine::Checked;
use super::{docs, find};
use crate::config;
use crate::finding::{DocumentV1, Summary, View};
use crate::history::{History, HistoryV1};
use crate::source::Tree;
use serde_json::Value;

/// The document that `check --format json` publishes.
pub type CheckV1 = DocumentV1<'static, Option<HistoryV1>>;

/// Publishes the history that a check was given, null where none was.
pub fn history_value(history: Option<&History>) -> Value {
    let published = history.map(HistoryV1::from);
    serde_json::to_value(published).expect("plain text and numbers are always JSON")
}

/// Gives what the output formats need; `history` is [`history_value`]'s.
pub fn view<'a>(checked: &'a Checked, tree: &'a Tree, history: &'a Value) -> View<'a> {
    let summary = Summary {
        suppressed: checked.answered.len(),
        older: checked.older,
        files: checked.files.len(),
        objectives: checked.objectives,
        key_results: checked.key_results,
        ..Summary::default()
    };
    View {
        summary: summary.counting(&checked.findings),
        history,
        answered: &checked.answered,
        rules: &checked.rules,
        explain: |name| find(name).map(docs::words).unwrap_or_default(),
        files: &checked.files,
        root_file: config::FILE_NAME,
        ..View::new(&checked.findings, checked.sources(tree))
    }
}
