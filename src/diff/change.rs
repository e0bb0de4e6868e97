//! Owns the words for a change: which fields differ, what became of a goal, and the class of it all.

use crate::history::Table;
use crate::okr::{Field, Group};
use serde::Serialize;
use serde_json::Value;

/// The key of an objective's initiatives among its changes: they are no field that history follows.
pub const INITIATIVE: &str = "initiative";

/// One field that differs; `Null` where it is not written.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its name in the file, of settings the dotted one.
    pub field: String,
    /// What a change of it means.
    pub group: Group,
    /// The value before.
    pub before: Value,
    /// The value after.
    pub after: Value,
}

impl Change {
    /// Lists the fields that differ between two tables, in field order. For a goal that comes or goes, its name is no
    /// change beside that.
    pub(super) fn between(before: Option<&Table>, after: Option<&Table>) -> Vec<Self> {
        let value = |table: Option<&Table>, field| table.and_then(|table| table.fields.get(field)).cloned();
        let is_move = before.is_some() && after.is_some();
        Field::ALL
            .iter()
            .filter(|&&field| is_move || field != Field::Name)
            .filter_map(|field| {
                let (before, after) = (value(before, field), value(after, field));
                (before != after).then(|| Change {
                    field: field.name().to_owned(),
                    group: field.group(),
                    before: before.unwrap_or_default(),
                    after: after.unwrap_or_default(),
                })
            })
            .collect()
    }
}

/// What became of an objective or key result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Only what a check-in says differs.
    CheckIn,
    /// Only other fields differ.
    Definition,
    /// Both differ.
    Mixed,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name: it was renamed, or moved to another objective or cycle.
    Moved,
}

/// What kind of change the whole is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// No goal differs.
    #[default]
    None,
    /// Every field that differs is one of a check-in.
    CheckIn,
    /// None is.
    Definition,
    /// Some are.
    Mixed,
}

impl Class {
    /// Classes fields that differ.
    pub(super) fn of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        changes.into_iter().fold(Class::None, |class, change| {
            class.and(if change.group == Group::CheckIn { Class::CheckIn } else { Class::Definition })
        })
    }

    /// Gives the class of two changes together.
    pub(super) fn and(self, other: Class) -> Self {
        match (self, other) {
            (Class::None, other) => other,
            (class, Class::None) => class,
            (class, other) if class == other => class,
            _ => Class::Mixed,
        }
    }

    /// Says what became of a goal that was there before and after under one name; `None` where nothing did.
    pub(super) fn what(self) -> Option<What> {
        match self {
            Class::None => None,
            Class::CheckIn => Some(What::CheckIn),
            Class::Definition => Some(What::Definition),
            Class::Mixed => Some(What::Mixed),
        }
    }
}
