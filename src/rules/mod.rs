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
mod relink;
mod rename;
mod rule;
mod scores;
mod secret;
mod selection;
mod sentence;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod tests;
mod time;
mod words;

pub use change::Before;
pub use context::{Context, Item, Outdated, Part, Subject};
pub use engine::{Checked, check, check_by};
pub use mending::{Mended, Mending, mend};
pub use profile::{Origin, level};
pub use published::{CheckV1, history_value, view};
pub use relink::{Relink, Renaming, relink};
pub use rule::{Example, Form, Group, Rule, Run};
pub use selection::{Selection, UnknownRule, unknown};
pub use sentence::Sentence;

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
        objective_number,
        objective_output_verb,
        objective_length,
        kr_output_not_outcome,
        kr_vague,
        kr_vanity,
        kr_compound,
    }
    cadence {
        checkin_stale,
        checkin_silent_green,
        checkin_drop_no_note,
        checkin_jump,
        checkin_future,
        checkin_late,
    }
    goalposts {
        goalpost_moved,
        goalpost_eased_late,
        kr_removed,
        kr_reworded,
        id_reused,
    }
    closing {
        close_unscored,
        close_no_retro,
        committed_miss,
        score_mismatch,
        kr_zombie,
        too_easy,
        too_hard,
    }
    history {
        history_shallow,
        history_unreadable,
    }
    report {
        report_stale,
    }
    allow {
        allow_unused,
        allow_no_reason,
    }
}

/// The name of the rule over reports in files, which take a rendering each to be judged.
pub const REPORT_STALE: &str = report::report_stale::RULE.name;

/// The schema of `check --format json`.
pub const SCHEMA: &str = include_str!("../../schemas/check.schema.json");

/// Finds a rule by name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}
