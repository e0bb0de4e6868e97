//! Owns the rules, the engine that runs them, and their documentation. A rule is one file in its group's folder and one
//! line in the registry below. Never reads a file or a commit: it is handed a tree and a history.

mod answer;
mod change;
mod context;
pub mod docs;
mod engine;
mod gaps;
mod links;
mod mending;
mod profile;
mod published;
mod rename;
mod rule;
mod secret;
mod selection;
mod sentence;
#[cfg(test)]
mod tests;
mod words;

pub use change::Before;
pub use context::{Context, Item, Part, Subject};
pub use engine::{Checked, check, check_by};
pub use mending::{Mended, Mending, mend};
pub use profile::{Origin, level};
pub use published::{CheckV1, history_value, view};
pub use rule::{Example, Group, Rule, Run};
pub use selection::{Selection, UnknownRule, unknown};

use rule::{declare_rule, registry};

registry! {
    format {
        toml_syntax,
        field_unknown,
        field_type,
        field_missing,
        kind_mixed,
        number_not_finite,
        limit_exceeded,
        config_invalid,
        id_invalid,
        id_duplicate,
        text_placeholder,
        kr_flat,
        kr_unit_range,
        kr_direction,
        date_invalid,
        cycle_unknown,
        objective_no_cycle,
        folder_crowded,
    }
    reference {
        ref_dangling,
        ref_ambiguous,
        align_cycle,
        owner_missing,
        owner_many,
        owner_unknown,
        align_none,
        align_copy,
        initiative_orphan,
        kr_no_initiative,
    }
    method {
        objective_count,
        kr_none,
        kr_count,
        kr_unmeasurable,
        kr_fields_missing,
        kr_no_baseline,
        kr_no_source,
        kr_binary_majority,
        kr_no_guardrail,
        commitment_untyped,
        confidence_start,
        objective_single_voice,
    }
    wording {
        objective_length,
    }
    history {
        history_shallow,
        history_unreadable,
    }
    allow {
        allow_unused,
        allow_no_reason,
    }
}

/// The schema of `check --format json`.
pub const SCHEMA: &str = include_str!("../../schemas/check.schema.json");

/// Finds a rule by name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
