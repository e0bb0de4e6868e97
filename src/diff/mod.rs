//! Owns what a change does to the goals: which of them differ, by name and never by line, of which class the change is, and
//! what it does to the progress of each cycle. Never reads a file or a commit: it is handed two states and their pasts.

mod change;
mod comparison;
mod difference;
mod side;
#[cfg(test)]
mod tests;

pub use change::{Change, Class, What};
pub use comparison::Comparison;
pub use difference::{CycleChange, Difference, KeyResultChange, ObjectiveChange, Pasts, Seen, Stand};
