//! Owns what people read: the published report and log, the templates they are written by, the terminal views, and
//! reports that live in files. Never opens a file or a repository, and prints nothing itself.

mod build;
mod cache;
mod card;
mod chart;
mod comment;
mod continuation;
mod difference;
mod difference_view;
mod doctor;
pub mod document;
#[cfg(test)]
mod example;
mod figures;
mod filter;
mod layout;
mod ledger;
mod ledger_view;
mod log;
mod mask;
mod model;
mod recorded;
mod select;
mod show;
mod status;
mod stream;
mod template;
#[cfg(test)]
mod tests;
mod work;
mod work_view;

pub use build::{Input, build};
pub use cache::{CacheV1, cache, render as render_cache, size};
pub use card::{render as render_card, since_last};
pub use comment::{Around, CYCLES as CYCLES_TOLD, Comment, comment};
pub use difference::{
    CycleChangeV1, DiffV1, Frame, KeyResultChangeV1, ObjectiveChangeV1, ShownV1, StandV1, publish as publish_diff,
};
pub use difference_view::render as render_diff;
pub use doctor::{DoctorV1, MendV1, Merging, RemarkV1, Subject, Visit, doctor, render as render_doctor};
pub use layout::{Style, Tone};
pub use ledger::ledger;
pub use ledger_view::render as render_ledger;
pub use log::{LogSelection, Secret, log, render as render_log, write_log};
pub use mask::masked;
pub use model::*;
pub use recorded::{
    CautionV1, RecordedV1, message as commit_message, publish as publish_recorded, render as render_recorded,
};
pub use select::{Cycles, Error as SelectionError, Selection, named, shown, stands_behind};
pub use status::render as render_status;
pub use template::{BUILT_IN, Error as TemplateError, Templates};
pub use work::{
    QuestionKind, QuestionV1, TrailersV1, UnknownV1, WorkCommitV1, WorkNameV1, WorkV1, list as list_work,
    tell as tell_work,
};
pub use work_view::render as render_work;

/// The schema of `report --format json` and `status --format json`.
pub const REPORT_SCHEMA: &str = include_str!("../../schemas/report.schema.json");
/// The schema of `log --format json`.
pub const LOG_SCHEMA: &str = include_str!("../../schemas/log.schema.json");
/// The schema of `diff --format json`.
pub const DIFF_SCHEMA: &str = include_str!("../../schemas/diff.schema.json");
/// The schema of `checkin --format json`.
pub const CHECKIN_SCHEMA: &str = include_str!("../../schemas/checkin.schema.json");
/// The schema of `doctor --format json`.
pub const DOCTOR_SCHEMA: &str = include_str!("../../schemas/doctor.schema.json");
/// The schema of `cache --stat --format json`.
pub const CACHE_SCHEMA: &str = include_str!("../../schemas/cache.schema.json");

/// Writes a published model as JSON, two spaces a level, with a line end.
pub fn json(model: &impl serde::Serialize) -> String {
    let text = serde_json::to_string_pretty(model).expect("a model has only text keys and finite numbers");
    format!("{}\n", crate::text::json(&text))
}
