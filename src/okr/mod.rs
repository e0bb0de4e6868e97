//! Owns the domain: objectives, key results, cycles, and the arithmetic over them, as pure functions.
//! Never reads a file, a clock or a repository.

mod calendar;
mod check_in;
mod delta;
#[cfg(test)]
mod example;
mod field;
mod health;
mod key_result;
mod lock;
mod name;
mod number;
mod objective;
mod pace;
mod progress;
mod resolve;
mod series;
mod stand;
mod standing;
mod together;

pub use calendar::{Calendar, Cycle, Form};
pub use check_in::{CheckIn, Datum, Refused, Said, Setting, cautions, milestones_of, settings};
pub use delta::{Delta, Member, Members, delta};
pub use field::{Field, Fields, Group, number};
pub use key_result::{
    Amend, Bounds, Change, Checkpoint, Done, Goal, KeyResult, Kind, Measure, Milestone, Pace, Role, Rung,
};
pub use lock::{
    Grade, Locked, NotCommitted, as_committed, eased, final_score, grade, kept_promise, objective_eased,
    under_definition,
};
pub use name::{Name, is_slug, slug};
pub use number::{
    apportion, percent, points, quantity, reaches, rounded, tenths, tenths_as_points, whole_percent, whole_share,
};
pub use objective::{Allow, Commitment, Initiative, InitiativeStatus, Objective, Retro, Status};
pub use pace::{elapsed, expected};
pub use progress::{clamped, point_progress, point_raw};
pub use resolve::{Directory, Resolution, resolve, shown_cycles};
pub use series::settle;
pub use stand::{baseline, stand};
pub use standing::*;
pub use together::{together_cycle, together_objective, weighted_mean};
