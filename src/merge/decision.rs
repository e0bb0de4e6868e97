//! Owns what becomes of each field that two sides have changed: whose value stands, or that a person must say.
//! Never sees how anything is written: plain values alone.

use super::cut::Kind;
use crate::okr::{Field, Group};
use crate::syntax;
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The values of one table.
pub(super) type Values = Map<String, Value>;

/// One of the two that are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Theirs,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// That of one side stands; where it has none, the field goes.
    Take(Side),
    /// Both sides changed different things within it.
    Within,
    /// A person must say.
    Conflict,
}

/// What becomes of the fields of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Decisions {
    /// By key of the table; what is not in it is the same on both sides.
    pub(super) fields: BTreeMap<String, Decision>,
    /// Whose check-in stands where two of them set one thing. `None` where nobody can tell.
    pub(super) check_in: Option<Side>,
}

impl Decisions {
    /// Gives what becomes of a field.
    pub(super) fn of(&self, key: &str) -> Decision {
        self.fields.get(key).copied().unwrap_or(Decision::Take(Side::Ours))
    }
}

/// What is measured or believed at one check-in, which stands or goes together; `as_of` says when.
const CHECK_IN: [&str; 5] = ["current", "done", "confidence", "note", "health"];
const AS_OF: &str = "as_of";
const MILESTONES: &str = "milestone";

/// Tells whether a list is one of entries that each stand for themselves, so that both sides may add to it.
pub(super) fn is_set(key: &str) -> bool {
    const SETS: [&str; 10] =
        ["tags", "evidence", "allow", "amend", "aliases", "owners", "guards", "depends_on", "drives", "members"];
    SETS.contains(&key)
}

/// Merges two sides of one plain value: the same, one side's, or not to be told.
fn of_one(base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>) -> Option<Side> {
    if ours == theirs || theirs == base {
        Some(Side::Ours)
    } else if ours == base {
        Some(Side::Theirs)
    } else {
        None
    }
}

/// Decides on the fields of a table. The winner is the one whose check-in stands in the table around, if that is a key
/// result's.
pub(super) fn decide(kind: Kind, base: &Values, ours: &Values, theirs: &Values, winner: Option<Side>) -> Decisions {
    let mut made = Decisions { fields: BTreeMap::new(), check_in: winner };
    for key in base.keys().chain(ours.keys()).chain(theirs.keys()) {
        let decision = match of_one(base.get(key), ours.get(key), theirs.get(key)) {
            Some(side) => Decision::Take(side),
            None => both_changed(kind, key, base.get(key), ours.get(key), theirs.get(key)),
        };
        made.fields.insert(key.clone(), decision);
    }
    match kind {
        Kind::KeyResult => {
            check_in(base, ours, theirs, &mut made);
            units(base, ours, theirs, &mut made);
            kinds(ours, theirs, &mut made);
        }
        Kind::Milestone => {
            if let (Some(Decision::Conflict), Some(side)) = (made.fields.get("done"), winner) {
                made.fields.insert("done".into(), Decision::Take(side));
            }
        }
        _ => {}
    }
    made
}

/// Decides on a field that both sides have changed, and not alike.
fn both_changed(kind: Kind, key: &str, base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>) -> Decision {
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return Decision::Conflict };
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            let none = Vec::new();
            let base = base.map_or(Some(&none), Value::as_array);
            let Some(base) = base else { return Decision::Conflict };
            if key == MILESTONES && kind == Kind::KeyResult {
                milestones(base, ours, theirs)
            } else if kind.within(key).is_some() {
                Decision::Within
            } else if is_set(key) {
                set(base, ours, theirs)
            } else {
                Decision::Conflict
            }
        }
        (Value::Object(_), Value::Object(_)) if base.is_none_or(Value::is_object) => Decision::Within,
        _ => Decision::Conflict,
    }
}

/// Both sides may add and drop entries. Where both put another in the place of the same one, nobody can tell.
fn set(base: &[Value], ours: &[Value], theirs: &[Value]) -> Decision {
    let replaced = base.iter().any(|entry| !ours.contains(entry) && !theirs.contains(entry));
    let added = |side: &[Value]| -> Vec<Value> { side.iter().filter(|e| !base.contains(e)).cloned().collect() };
    let (ours, theirs) = (added(ours), added(theirs));
    if replaced && !ours.is_empty() && !theirs.is_empty() && ours != theirs {
        Decision::Conflict
    } else {
        Decision::Within
    }
}

/// What milestones are is a goalpost; what is done of them is a check-in.
fn milestones(base: &[Value], ours: &[Value], theirs: &[Value]) -> Decision {
    let definition = |all: &[Value]| all.iter().map(defined).collect::<Vec<_>>();
    let (was, one, other) = (definition(base), definition(ours), definition(theirs));
    if one != was && other != was && one != other {
        return Decision::Conflict;
    }
    // One that is no longer there, or is another now, cannot be ticked off as well.
    let (before, ours, theirs) = (titled(base), titled(ours), titled(theirs));
    let gone = before.iter().any(|(title, milestone)| match (ours.get(title), theirs.get(title)) {
        (Some(kept), None) | (None, Some(kept)) => kept != milestone,
        _ => false,
    });
    if gone { Decision::Conflict } else { Decision::Within }
}

/// Gives a milestone without what is done of it.
fn defined(milestone: &Value) -> Value {
    let mut milestone = milestone.clone();
    if let Value::Object(fields) = &mut milestone {
        fields.shift_remove("done");
    }
    milestone
}

/// Gives milestones by title, each with how many of that title came before.
fn titled(all: &[Value]) -> BTreeMap<(String, usize), &Value> {
    let mut named = BTreeMap::new();
    for milestone in all {
        let title = milestone.get("title").and_then(Value::as_str).unwrap_or_default();
        let again = named.keys().filter(|(other, _)| other == title).count();
        named.insert((title.to_owned(), again), milestone);
    }
    named
}

/// Gives what is done of milestones; what is not said is not done.
fn ticks(values: &Values) -> BTreeMap<(String, usize), Value> {
    let all = values.get(MILESTONES).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let done = |milestone: &Value| milestone.get("done").cloned().unwrap_or(Value::Bool(false));
    titled(all).into_iter().map(|(title, milestone)| (title, done(milestone))).collect()
}

/// Settles two check-ins of one key result. What only one of them touched is taken from it. Where both set one thing, the
/// later stands as a whole, if both say their day.
fn check_in(base: &Values, ours: &Values, theirs: &Values, made: &mut Decisions) {
    let changed = |side: &Values, key: &str| side.get(key) != base.get(key);
    let (was, one, other) = (ticks(base), ticks(ours), ticks(theirs));
    let ticked_twice = was.keys().chain(one.keys()).any(|title| {
        let done = [&was, &one, &other].map(|all| all.get(title));
        done[1].is_some() && done[2].is_some() && of_one(done[0], done[1], done[2]).is_none()
    });
    let is_valued = |side: &Values, ticks: &BTreeMap<_, Value>| {
        changed(side, "current")
            || changed(side, "done")
            || ticks.iter().any(|(title, done)| was.get(title).is_some_and(|before| before != done))
    };
    let valued = (is_valued(ours, &one), is_valued(theirs, &other));
    let clash = |key: &&str| of_one(base.get(*key), ours.get(*key), theirs.get(*key)).is_none();
    let days = (ours.get(AS_OF).and_then(Value::as_str), theirs.get(AS_OF).and_then(Value::as_str));
    let later = match days {
        (Some(ours), Some(theirs)) => match ours.cmp(theirs) {
            Ordering::Greater => Some(Side::Ours),
            Ordering::Less => Some(Side::Theirs),
            Ordering::Equal => None,
        },
        _ => None,
    };
    if ticked_twice || CHECK_IN.iter().any(clash) {
        // A day that was there before says nothing of the check-in that came after.
        let winner = later.filter(|side| {
            let only_the_loser_measured = match side {
                Side::Ours => valued == (false, true),
                Side::Theirs => valued == (true, false),
            };
            changed(ours, AS_OF) && changed(theirs, AS_OF) && !only_the_loser_measured
        });
        made.check_in = winner;
        for key in CHECK_IN.iter().chain([&AS_OF]).filter(|key| ours.get(**key) != theirs.get(**key)) {
            made.fields.insert((*key).to_owned(), winner.map_or(Decision::Conflict, Decision::Take));
        }
        if ticked_twice && winner.is_none() {
            made.fields.insert(MILESTONES.into(), Decision::Conflict);
        }
    } else if made.of(AS_OF) == Decision::Conflict {
        // `as_of` is the day on which the value was measured.
        let measured = match valued {
            (true, false) => Some(Side::Ours),
            (false, true) => Some(Side::Theirs),
            _ => later,
        };
        if let Some(side) = measured {
            made.fields.insert(AS_OF.into(), Decision::Take(side));
        }
    }
}

/// A value measured in one unit is none in another.
fn units(base: &Values, ours: &Values, theirs: &Values, made: &mut Decisions) {
    let changed = |side: &Values, key: &str| side.get(key) != base.get(key);
    let crossed =
        |one: &Values, other: &Values| changed(one, "unit") && !changed(other, "unit") && changed(other, "current");
    if crossed(ours, theirs) || crossed(theirs, ours) {
        conflict(&["unit", "current"], ours, theirs, made);
    }
}

/// Two sides that each made another kind of measure of a key result have not agreed, though no field is in dispute.
fn kinds(ours: &Values, theirs: &Values, made: &mut Decisions) {
    let fields: Vec<Field> = Field::ALL.iter().copied().filter(|field| !field.name().contains('.')).collect();
    let has = |values: &Values| fields.iter().copied().filter(|f| values.contains_key(f.name())).collect::<Vec<_>>();
    let merged: Vec<Field> = fields
        .iter()
        .copied()
        .filter(|field| {
            let (ours, theirs) = (ours.contains_key(field.name()), theirs.contains_key(field.name()));
            match made.of(field.name()) {
                Decision::Take(Side::Ours) => ours,
                Decision::Take(Side::Theirs) => theirs,
                _ => ours || theirs,
            }
        })
        .collect();
    let is_mixed = |fields: &[Field]| syntax::mixes_kinds(fields);
    if is_mixed(&merged) && !is_mixed(&has(ours)) && !is_mixed(&has(theirs)) {
        let measure = fields.iter().filter(|field| field.group() == Group::Goalpost).map(|field| field.name());
        conflict(&measure.chain(["current", "done"]).collect::<Vec<_>>(), ours, theirs, made);
    }
}

/// Leaves fields to a person, as far as the sides differ.
fn conflict(keys: &[&str], ours: &Values, theirs: &Values, made: &mut Decisions) {
    for key in keys.iter().filter(|key| ours.get(**key) != theirs.get(**key)) {
        made.fields.insert((*key).to_owned(), Decision::Conflict);
    }
}
