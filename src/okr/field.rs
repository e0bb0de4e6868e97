//! Owns the fields of a key result as history sees them, and the group that each belongs to.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a change of a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// The value moved, or its owner looked at it.
    CheckIn,
    /// What counts as success moved.
    Goalpost,
    /// It came, went, moved, or is no longer pursued.
    Scope,
    /// The words changed.
    Wording,
    /// Somebody else answers for it.
    Ownership,
    /// It was graded.
    Closing,
    /// No event.
    Quiet,
}

/// The values of one objective or key result at one commit; what is not written is not in the map. `Field::Name` is
/// always there and holds the full name at that commit.
pub type Fields = BTreeMap<Field, Value>;

macro_rules! fields {
    ($($variant:ident $name:literal $group:ident),* $(,)?) => {
        /// One field, under the name it has in the file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $(#[doc = $name] $variant),* }

        impl Field {
            /// Every field.
            pub const ALL: &[Field] = &[$(Field::$variant),*];

            /// Gives the name as it is written and published.
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $name),* }
            }

            /// Says what a change of it means.
            pub fn group(self) -> Group {
                match self { $(Field::$variant => Group::$group),* }
            }
        }
    };
}

// `milestone` is titles, weights, due days and number; `milestone.done` what is
// reached of them.
fields! {
    Name "name" Scope,
    Status "status" Scope,
    Current "current" CheckIn,
    Confidence "confidence" CheckIn,
    AsOf "as_of" CheckIn,
    Note "note" CheckIn,
    Health "health" CheckIn,
    Done "done" CheckIn,
    MilestoneDone "milestone.done" CheckIn,
    Evidence "evidence" CheckIn,
    Baseline "baseline" Goalpost,
    Target "target" Goalpost,
    Change "change" Goalpost,
    AtLeast "at_least" Goalpost,
    AtMost "at_most" Goalpost,
    Scale "scale" Goalpost,
    Unit "unit" Goalpost,
    Milestone "milestone" Goalpost,
    Weight "weight" Goalpost,
    Start "start" Goalpost,
    Due "due" Goalpost,
    Pace "pace" Goalpost,
    Commitment "commitment" Goalpost,
    Role "role" Goalpost,
    Title "title" Wording,
    Definition "definition" Wording,
    Why "why" Wording,
    Source "source" Wording,
    Parent "parent" Wording,
    Owner "owner" Ownership,
    Owners "owners" Ownership,
    Score "score" Closing,
    Retro "retro" Closing,
    Sensitive "sensitive" Quiet,
    Aliases "aliases" Quiet,
    Guards "guards" Quiet,
    DependsOn "depends_on" Quiet,
    Tags "tags" Quiet,
    Allow "allow" Quiet,
    Amend "amend" Quiet,
    Meta "meta" Quiet,
}

impl Serialize for Field {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Writes a number as JSON so that equal numbers are equal values: 41 and 41.0 both become 41.
pub fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation)]
    if value.fract() == 0.0 && value.abs() < EXACT { Value::from(value as i64) } else { Value::from(value) }
}
