//! Owns the merging of one value, down into lists and inline tables, as text of our side with theirs put in.
//! Never writes a marker: of what nobody can tell it gives either side's version.

use super::cut::Kind;
use super::decision::{Decision, Side, Values, decide, is_set};
use super::names::Names;
use super::order::{in_line, lead, order, places, tail};
use super::written::{Assembly, Piece, Pieces, Written, comments};
use serde_json::Value;
use std::collections::HashMap;

/// What holds for a whole file.
#[derive(Debug)]
pub(super) struct Surroundings<'s> {
    /// What ends a line of our side.
    pub(super) line_end: &'s str,
    pub(super) names: Names,
}

/// A merged value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) text: String,
    /// Whether a person must say; the text is then the version of the preferred side.
    pub(super) is_conflict: bool,
}

/// One value on both sides and before them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Three<'a, 't> {
    pub(super) base: Option<&'a Written<'t>>,
    pub(super) ours: &'a Written<'t>,
    pub(super) theirs: &'a Written<'t>,
}

/// What a value is, and what was decided on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Of a list: what its tables are, if they go by names.
    list: Option<Kind>,
    /// Of a list: whether its entries each stand for themselves.
    is_set: bool,
    /// Of a table: what it is.
    table: Kind,
    decision: Decision,
    /// Whose check-in stands.
    winner: Option<Side>,
}

impl Place {
    /// Stands at a key of a table.
    pub(super) fn at(kind: Kind, key: &str, decision: Decision, winner: Option<Side>) -> Self {
        Place { list: kind.within(key), is_set: is_set(key), table: Kind::Free, decision, winner }
    }

    /// Stands at an element of a list.
    fn element(kind: Kind, winner: Option<Side>) -> Self {
        Place { list: None, is_set: false, table: kind, decision: Decision::Within, winner }
    }
}

/// Merges a value that both sides have. Where nobody can tell, the preferred side's version is given.
pub(super) fn value(three: Three<'_, '_>, place: Place, prefer: Side, around: &Surroundings<'_>) -> Merged {
    let Three { base, ours, theirs } = three;
    let is_base = |side: &Written<'_>| base.is_some_and(|base| same(base.text, side.text));
    let take = |side: Side, is_conflict: bool| {
        let text = match side {
            Side::Ours => ours.text.to_owned(),
            Side::Theirs => in_line(theirs.text, around.line_end),
        };
        Merged { text, is_conflict }
    };
    if same(ours.text, theirs.text) {
        return take(Side::Ours, false);
    }
    match place.decision {
        Decision::Conflict => return take(prefer, true),
        // Nothing but the writing differs.
        Decision::Take(_) if is_base(ours) && ours.plain == theirs.plain => return take(Side::Theirs, false),
        Decision::Take(Side::Ours) if is_base(theirs) => return take(Side::Ours, false),
        Decision::Take(Side::Theirs) if is_base(ours) => return take(Side::Theirs, false),
        Decision::Take(_) | Decision::Within => {}
    }
    if let Some(merged) = pieces(three, place, prefer, around) {
        return merged;
    }
    match place.decision {
        Decision::Take(side) => {
            // What is said within the other's value must not go with it.
            let (taken, left) = if side == Side::Ours { (ours, theirs) } else { (theirs, ours) };
            let known = [Some(taken), base].into_iter().flatten().flat_map(Written::comments).collect::<Vec<_>>();
            let is_lost = left.comments().iter().any(|comment| !known.contains(comment));
            if is_lost { take(prefer, true) } else { take(side, false) }
        }
        _ => take(prefer, true),
    }
}

/// Tells whether two texts differ in nothing but line ends.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || one.replace("\r\n", "\n") == other.replace("\r\n", "\n")
}

/// Merges lists and inline tables whose pieces each stand for themselves. `None` where they do not.
fn pieces(three: Three<'_, '_>, place: Place, prefer: Side, around: &Surroundings<'_>) -> Option<Merged> {
    let (ours, theirs) = (three.ours.pieces.as_ref()?, three.theirs.pieces.as_ref()?);
    let base = three.base.and_then(|base| base.pieces.as_ref());
    let listed = [three.base.map(|base| &base.plain), Some(&three.ours.plain), Some(&three.theirs.plain)];
    let all = |test: fn(&Value) -> bool| listed.into_iter().flatten().all(test);
    if base.is_none() && three.base.is_some() {
        None
    } else if all(Value::is_object) {
        let none = Values::new();
        let values = listed.map(|value| value.and_then(Value::as_object).unwrap_or(&none));
        let made = decide(place.table, values[0], values[1], values[2], place.winner);
        let keys = |pieces: &Pieces<'_>| pieces.all.iter().map(|piece| piece.key.clone().unwrap_or_default()).collect();
        let keys = [base.map_or_else(Vec::new, keys), keys(ours), keys(theirs)];
        let at = |key: &str| Place::at(place.table, key, made.of(key), made.check_in);
        Some(assemble(base, ours, theirs, &keys, &at, prefer, around))
    } else if all(Value::is_array) && (place.list.is_some() || place.is_set) {
        let lists = listed.map(|value| value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default());
        let keys = match place.list {
            Some(kind) => around.names.of_lists(kind, lists)?,
            None => lists.map(|all| numbered(all.iter().map(Value::to_string))),
        };
        let at = |_: &str| match place.list {
            Some(kind) => Place::element(kind, place.winner),
            None => Place::element(Kind::Free, None),
        };
        Some(assemble(base, ours, theirs, &keys, &at, prefer, around))
    } else {
        None
    }
}

/// Tells apart what comes more than once.
pub(super) fn numbered(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut count: HashMap<String, usize> = HashMap::new();
    let number = |name: String| {
        let times = count.entry(name.clone()).or_default();
        *times += 1;
        // No name that a file can hold has a zero byte in it.
        if *times == 1 { name } else { format!("{name}\0{times}") }
    };
    all.map(number).collect()
}

/// Puts the pieces of both sides together between our brackets. Keys are those of the base's pieces, ours and theirs.
fn assemble(
    base: Option<&Pieces<'_>>,
    ours: &Pieces<'_>,
    theirs: &Pieces<'_>,
    keys: &[Vec<String>; 3],
    place: &dyn Fn(&str) -> Place,
    prefer: Side,
    around: &Surroundings<'_>,
) -> Merged {
    let places = keys.each_ref().map(|keys| places(keys));
    let find = |side: usize, key: &str| places[side].get(key).copied();
    let mut assembly = Assembly::new(ours, around.line_end);
    let mut is_conflict = false;
    for key in order(&keys[0], &keys[1], &keys[2]) {
        let was = base.zip(find(0, &key)).map(|(base, at)| &base.all[at]);
        let one = find(1, &key).map(|at| &ours.all[at]);
        let other = find(2, &key).map(|at| &theirs.all[at]);
        let place = place(&key);
        match (one, other) {
            (Some(one), Some(other)) => {
                let three = Three { base: was.map(|was| &was.value), ours: &one.value, theirs: &other.value };
                let merged = value(three, place, prefer, around);
                is_conflict |= merged.is_conflict;
                let before = lead(was.map(|was| was.before), one.before, other.before, around.line_end);
                let (stays, above) = tail(was.map(Piece::comment), one.comment(), other.comment());
                assembly.piece(&before, above, &format!("{}{}", one.label, merged.text), one.space(), stays);
            }
            (Some(piece), None) => {
                let stays = stays(was, piece, &place, Side::Ours);
                is_conflict |= stays.is_none();
                if stays.unwrap_or(prefer == Side::Ours) {
                    let text = format!("{}{}", piece.label, piece.value.text);
                    assembly.piece(piece.before, None, &text, piece.space(), piece.comment());
                }
            }
            (None, Some(piece)) => {
                let stays = stays(was, piece, &place, Side::Theirs);
                is_conflict |= stays.is_none();
                if stays.unwrap_or(prefer == Side::Theirs) {
                    let before = assembly.fitting(&in_line(piece.before, around.line_end));
                    let text = in_line(&format!("{}{}", piece.label, piece.value.text), around.line_end);
                    assembly.piece(&before, None, &text, "", piece.comment());
                }
            }
            (None, None) => {}
        }
    }
    let close = lead(base.map(|base| base.close), ours.close, theirs.close, around.line_end);
    Merged { text: assembly.close(&close), is_conflict }
}

/// Tells whether a piece that only one side has stands: as decided, or else if the other never had it. `None` where a
/// person must say.
fn stays(was: Option<&Piece<'_>>, piece: &Piece<'_>, place: &Place, side: Side) -> Option<bool> {
    let known = was.map_or_else(Vec::new, Piece::comments);
    let says_more = piece.comments().iter().any(|comment| !known.contains(comment));
    match (place.decision, was) {
        (Decision::Conflict, _) => None,
        (Decision::Take(taken), _) if taken == side => Some(true),
        (Decision::Take(_), _) => (!says_more).then_some(false),
        (Decision::Within, None) => Some(true),
        (Decision::Within, Some(was)) => (!says_more && piece.value.plain == was.value.plain).then_some(false),
    }
}

impl<'t> Piece<'t> {
    /// Gives the comment on its line.
    fn comment(&self) -> &'t str {
        if !self.after.is_empty() {
            self.after
        } else if self.gap.contains('#') && !self.gap.contains('\n') {
            self.gap
        } else {
            ""
        }
    }

    /// Gives what else stands before its comma.
    fn space(&self) -> &'t str {
        if self.comment() == self.gap { "" } else { self.gap }
    }

    fn comments(&self) -> Vec<String> {
        let around = [self.before, self.gap, self.after].into_iter().flat_map(comments).map(str::to_owned);
        around.chain(self.value.comments()).collect()
    }
}
