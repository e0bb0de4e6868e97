//! Owns JSON Lines: one event a line, the oldest first, for programs that read a stream.
//! Never has a shape of its own: each line is an event as the log publishes it.

use super::export::Export;

/// Writes every event, the oldest first.
pub fn events(export: &Export) -> String {
    let line = |event| serde_json::to_string(event).expect("an event is JSON");
    export.events.iter().rev().map(|event| format!("{}\n", crate::text::json(&line(event)))).collect()
}
