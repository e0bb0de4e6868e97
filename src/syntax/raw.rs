//! Owns the tables of an objective file as written: each list of fields stands here once, and the reader, the places
//! and the schema follow from it.

use super::table::{List, Table, Tables, table};
use super::value::{Course, CycleId, Day, Flag, Free, Id, Line, Number, Ratio, Reached, Relative, Text, Title, Weight};
use super::word::Choice;
use crate::okr::{Commitment, Health, InitiativeStatus, Role, Status};

/// The keys that tables of every file have, one list behind another.
const KNOWN: [&[&str]; 3] = [RawKeyResult::KEYS, RawObjective::KEYS, RawInitiative::KEYS];

/// Gives the number of a key that some table of every file has; see [`known`].
pub(super) fn number(key: &str) -> Option<usize> {
    let [key_result, objective, _] = KNOWN.map(<[_]>::len);
    RawKeyResult::number(key)
        .or_else(|| Some(key_result + RawObjective::number(key)?))
        .or_else(|| Some(key_result + objective + RawInitiative::number(key)?))
}

/// Gives the key that has a number; `None` where there are fewer keys.
pub(super) fn known(number: usize) -> Option<&'static str> {
    KNOWN.into_iter().flatten().nth(number).copied()
}

/// Names the table that a key belongs to, for keys that only one table knows.
pub(super) fn home(key: &str) -> Option<&'static str> {
    let homes = [
        ("the top of the file", RawFile::KEYS),
        ("an objective", RawObjective::KEYS),
        ("a key result", RawKeyResult::KEYS),
        ("an initiative", RawInitiative::KEYS),
    ];
    let mut having = homes.into_iter().filter(|(_, keys)| keys.contains(&key));
    having.next().filter(|_| having.next().is_none()).map(|(home, _)| home)
}

table! {
    /// Objectives and key results of one team or cycle.
    RawFile {
        /// Cycle of the objectives below, where they name none themselves: 2026, 2026-H2, 2026-Q4, 2026-T3, 2026-11, 2026-W47, or one declared in okr.toml.
        cycle: CycleId;
        /// Owner of the objectives below, where they name none themselves.
        owner: Line;
        /// A qualitative goal for one cycle.
        objective: Tables<RawObjective>, required;
    }
}

table! {
    /// A qualitative goal for one cycle, with the key results that measure it.
    RawObjective {
        /// Name of the objective within its cycle: small letters, digits and hyphens. It never changes; the title may.
        id: Id, required;
        /// What is wanted, in the team's words.
        title: Title, required;
        /// Cycle of this objective, where it is not the file's.
        cycle: CycleId;
        /// Why it matters.
        why: Text;
        /// The objective that this one serves: cycle/objective, or the bare id where only one has it.
        parent: Line;
        /// Who answers for it.
        owner: Line;
        /// Who answer for it together.
        owners: List<Line>;
        /// What is promised: aspirational (0.7 is success) or committed (1.0 is success).
        commitment: Choice<Commitment>;
        /// Whether it is still pursued; deferred and dropped ones are not counted.
        status: Choice<Status> = "active";
        /// Last day, where it is not the cycle's.
        due: Day;
        /// Free labels.
        tags: List<Line>;
        /// What was learned at the end.
        retro: RawRetro;
        /// Findings that are answered here, each with its reason.
        allow: Tables<RawAllow>;
        /// Ids or full names that it had before.
        aliases: List<Line>;
        /// Data of your own, handed to templates.
        meta: Free;
        /// A number that says whether the objective is reached.
        key_result: Tables<RawKeyResult>;
        /// Work that is meant to move the key results.
        initiative: Tables<RawInitiative>;
    }
}

table! {
    /// A number that says whether the objective is reached. Its kind follows from its fields: target, change or scale
    /// make a metric, at_least and at_most a bound, milestone a list of milestones, done a binary key result.
    RawKeyResult {
        /// Name of the key result within its objective: small letters, digits and hyphens. It never changes; the title may.
        id: Id, required;
        /// What is measured, in the team's words.
        title: Title, required;
        /// Who answers for it, where it is not the objective's owner.
        owner: Line;
        /// How it is measured: population, window.
        definition: Text;
        /// URL of the data.
        source: Line;
        /// Unit of all its numbers.
        unit: Line;
        /// Metric: where it starts. The first recorded value where it is left out.
        baseline: Number;
        /// Metric: where it is to go.
        target: Number;
        /// Metric: where it is to go, relative to the baseline: "-50%", "+25%", "+25 pp" or "3x".
        change: Relative;
        /// Metric: a score ladder instead of baseline and target, piecewise linear.
        scale: Tables<RawRung>;
        /// Bound: the lowest good value.
        at_least: Number;
        /// Bound: the highest good value.
        at_most: Number;
        /// Milestones: the things to reach.
        milestone: Tables<RawMilestone>;
        /// Binary: whether it is reached, or the day on which it was.
        done: Reached;
        /// Last measured value of a metric or bound. A changed number is a check-in.
        current: Number;
        /// The owner's belief, from 0 to 1, that the mark is reached by due.
        confidence: Ratio;
        /// Day on which `current` was measured; the commit's where it is left out.
        as_of: Day;
        /// What the owner has to say about the last check-in.
        note: Text;
        /// The owner's own word on how it goes.
        health: Choice<Health>;
        /// Share in the objective.
        weight: Weight = 1;
        /// First day, where it is not the cycle's.
        start: Day;
        /// Last day, where it is not the objective's or the cycle's.
        due: Day;
        /// How progress is expected to come: linear, late, or checkpoints.
        pace: Course = "linear";
        /// What is promised, where it is not the objective's.
        commitment: Choice<Commitment>;
        /// A guardrail is shown beside the objective and never averaged into it.
        role: Choice<Role> = "goal";
        /// Key results that this one guards.
        guards: List<Line>;
        /// Objectives or key results that must come first.
        depends_on: List<Line>;
        /// URLs, commits or tags that show the value.
        evidence: List<Line>;
        /// Whether it is still pursued; deferred and dropped ones are not counted.
        status: Choice<Status> = "active";
        /// Renders it as percentages, never as values.
        sensitive: Flag = false;
        /// Free labels.
        tags: List<Line>;
        /// The final grade, from 0 to 1.
        score: Ratio;
        /// What was learned at the end.
        retro: RawRetro;
        /// Findings that are answered here, each with its reason.
        allow: Tables<RawAllow>;
        /// Ids or full names that it had before.
        aliases: List<Line>;
        /// Reasons for definitions that changed after the lock.
        amend: Tables<RawAmend>;
        /// Data of your own, handed to templates.
        meta: Free;
    }
}

table! {
    /// One thing to reach among several.
    RawMilestone {
        /// What is reached.
        title: Title, required;
        /// Whether it is reached, or the day on which it was.
        done: Reached = false;
        /// Share in the whole.
        weight: Weight = 1;
        /// Day by which it is expected.
        due: Day;
    }
}

table! {
    /// One rung of a score ladder.
    RawRung {
        /// The measured value.
        value: Number, required;
        /// Progress at that value, from 0 to 1.
        progress: Ratio, required;
    }
}

table! {
    /// A point that the expected progress passes.
    RawCheckpoint {
        /// The day.
        on: Day, required;
        /// Progress expected on that day, from 0 to 1.
        progress: Ratio, required;
    }
}

table! {
    /// What was learned at the end.
    RawRetro {
        /// What the cycle taught.
        learned: Text;
        /// What to do otherwise.
        next_time: Text;
    }
}

table! {
    /// An answer to a finding.
    RawAllow {
        /// Name of the rule that is answered.
        rule: Line, required;
        /// Why it does not apply here.
        reason: Text;
    }
}

table! {
    /// A stated reason for a definition that changed after the lock.
    RawAmend {
        /// Day of the decision.
        on: Day, required;
        /// Why.
        reason: Text, required;
        /// Who agreed.
        approved_by: Line;
    }
}

table! {
    /// Work that is meant to move key results; output lives here.
    RawInitiative {
        /// What is to be done.
        title: Title, required;
        /// Where it is tracked.
        url: Line;
        /// The key results that it should move.
        drives: List<Line>;
        /// How far it is.
        status: Choice<InitiativeStatus> = "planned";
    }
}
