//! Owns the merging of tables: header, fields and the tables below, as text of our side with theirs put in.
//! Never parses anything.

use super::cut::{Entry, Kind, Line, Part, Table};
use super::decision::{Decision, Decisions, Side, Values, decide};
use super::order::{in_line, lead, order, places, tail};
use super::output::{Dispute, Output};
use super::within::{Merged, Place, Surroundings, Three, numbered, value};
use super::written::comments;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A table on both sides and before them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tables<'a, 't> {
    pub(super) base: Option<&'a Table<'t>>,
    pub(super) ours: &'a Table<'t>,
    pub(super) theirs: &'a Table<'t>,
}

impl<'a, 't> Tables<'a, 't> {
    /// Gives the base, ours and theirs.
    fn sides(&self) -> [Option<&'a Table<'t>>; 3] {
        [self.base, Some(self.ours), Some(self.theirs)]
    }

    /// Gives the parts of each.
    fn parts(&self) -> [&'a [Part<'t>]; 3] {
        self.sides().map(|table| table.map(|table| table.parts.as_slice()).unwrap_or_default())
    }
}

/// What is only on one side, and what it was.
struct Alone {
    side: Side,
    text: String,
    /// The comments and empty lines above it.
    lead: String,
    /// What it was before, if it was there.
    was: Option<String>,
    /// Whether it has comments that it had not.
    says_more: bool,
}

/// Joins two files.
pub(super) struct Joiner<'s> {
    pub(super) around: Surroundings<'s>,
    pub(super) out: Output<'s>,
    /// Comments that theirs only moved: they stand elsewhere in ours.
    pub(super) known: BTreeSet<String>,
}

impl Joiner<'_> {
    /// Joins a table that is on both sides. The winner is the one whose check-in stands in the key result around.
    pub(super) fn table(&mut self, tables: Tables<'_, '_>, winner: Option<Side>) {
        let Tables { base, ours, theirs } = tables;
        let none = Map::new();
        let was = base.map_or(&none, |base| &base.plain);
        let decisions = decide(ours.kind, was, &ours.plain, &theirs.plain, winner);
        let Some(forced) = forms(tables, was) else {
            // Written in two forms and changed in both: nothing can be put into the other.
            self.out.text(&lead(
                base.map(|b| b.header.lead),
                ours.header.lead,
                theirs.header.lead,
                self.around.line_end,
            ));
            return self.out.dispute(&Dispute {
                ours: below(ours),
                base: base.map(below).unwrap_or_default(),
                theirs: below(theirs),
            });
        };
        let header = self.line(base.map(|base| base.header), ours.header, theirs.header);
        self.out.text(&header);
        self.entries(tables, &decisions, &forced);
        self.parts(tables, &decisions, &forced);
    }

    fn entries(&mut self, tables: Tables<'_, '_>, decisions: &Decisions, forced: &BTreeMap<String, Side>) {
        let kind = tables.ours.kind;
        let all = tables.sides().map(|table| table.map(|table| table.entries.as_slice()).unwrap_or_default());
        let sides = all.map(|entries| entries.iter().map(|entry| entry.path.join("\n")).collect::<Vec<_>>());
        let places = sides.each_ref().map(|keys| places(keys));
        for key in order(&sides[0], &sides[1], &sides[2]) {
            let find = |side: usize| places[side].get(key.as_str()).map(|at| &all[side][*at]);
            let (was, one, other) = (find(0), find(1), find(2));
            let path: Vec<&str> = key.split('\n').collect();
            let decision = match (forced.get(path[0]), path.len()) {
                (Some(side), _) => Decision::Take(*side),
                (None, 1) => decisions.of(path[0]),
                (None, _) => {
                    let at = |entry: Option<&Entry<'_>>| -> Values {
                        entry.iter().map(|entry| (key.clone(), entry.value.plain.clone())).collect()
                    };
                    decide(Kind::Free, &at(was), &at(one), &at(other), None).of(&key)
                }
            };
            match (one, other) {
                (Some(one), Some(other)) => {
                    let place = Place::at(kind, path.last().copied().unwrap_or_default(), decision, decisions.check_in);
                    self.entry(was, one, other, place);
                }
                (Some(entry), None) => self.alone(Alone::entry(Side::Ours, was, entry), decision),
                (None, Some(entry)) => self.alone(Alone::entry(Side::Theirs, was, entry), decision),
                (None, None) => {}
            }
        }
    }

    /// Joins a field that both sides have.
    fn entry(&mut self, was: Option<&Entry<'_>>, one: &Entry<'_>, other: &Entry<'_>, place: Place) {
        let three = Three { base: was.map(|was| &was.value), ours: &one.value, theirs: &other.value };
        let Merged { text, is_conflict } = value(three, place, Side::Ours, &self.around);
        let (above, written) = self.written(was.map(|was| was.line), one.line, other.line, one.start, &text);
        self.out.text(&above);
        if is_conflict {
            let other_text = value(three, place, Side::Theirs, &self.around).text;
            let theirs =
                format!("{}{other_text}{}", &other.line.text[..other.start], &other.line.text[other.line.core..]);
            let base = was.map(|was| was.line.text.to_owned()).unwrap_or_default();
            let ours = format!("{}{text}{}", &one.line.text[..one.start], &one.line.text[one.line.core..]);
            self.out.dispute(&Dispute { ours, base, theirs });
        } else {
            self.out.text(&written);
        }
    }

    /// Joins what stands above a line and beside it, around what it says.
    fn written(
        &self,
        was: Option<Line<'_>>,
        one: Line<'_>,
        other: Line<'_>,
        start: usize,
        said: &str,
    ) -> (String, String) {
        let mut above = lead(was.map(|was| was.lead), one.lead, other.lead, self.around.line_end);
        let (stays, goes_above) = tail(was.as_ref().map(Line::tail), one.tail(), other.tail());
        if let Some(comment) = goes_above {
            above = format!("{above}{comment}{}", self.around.line_end);
        }
        let end = &one.text[one.core + one.tail().len()..];
        (above, format!("{}{said}{stays}{end}", &one.text[..start]))
    }

    fn line(&self, was: Option<Line<'_>>, one: Line<'_>, other: Line<'_>) -> String {
        let (above, written) = self.written(was, one, other, 0, &one.text[..one.core]);
        above + &written
    }

    /// Writes, or leaves out, what only one side has.
    fn alone(&mut self, alone: Alone, decision: Decision) {
        let Alone { side, text, lead, was, says_more } = alone;
        let is_taken = decision == Decision::Take(side);
        if decision == Decision::Conflict || (!is_taken && says_more) {
            let (ours, theirs) = match side {
                Side::Ours => (text, String::new()),
                Side::Theirs => (String::new(), text),
            };
            let lead = if side == Side::Ours { lead } else { self.unmoved(&lead) };
            self.out.foreign(&lead);
            self.out.dispute(&Dispute { ours, base: was.unwrap_or_default(), theirs });
        } else if is_taken && side == Side::Ours {
            self.out.text(&lead);
            self.out.text(&text);
        } else if is_taken {
            let lead = self.unmoved(&lead);
            self.out.foreign(&lead);
            self.out.foreign(&text);
        }
    }

    /// Leaves out comments that theirs only moved.
    fn unmoved(&self, lead: &str) -> String {
        lead.split_inclusive('\n').filter(|line| !self.known.contains(line.trim())).collect()
    }

    fn parts(&mut self, tables: Tables<'_, '_>, decisions: &Decisions, forced: &BTreeMap<String, Side>) {
        let Some(sides) = self.names(tables) else { return };
        let all = tables.parts();
        let mut disputed = BTreeSet::new();
        let places = sides.each_ref().map(|keys| places(keys));
        for key in order(&sides[0], &sides[1], &sides[2]) {
            let find = |side: usize| places[side].get(key.as_str()).map(|at| &all[side][*at]);
            let (was, one, other) = (find(0), find(1), find(2));
            let Some(some) = one.or(other) else { continue };
            let field = some.field().to_owned();
            let decision = decisions.of(&field);
            let is_list = matches!(some, Part::Whole { .. }) || some.tables()[0].kind == Kind::Milestone;
            if let Some(side) = forced.get(&field) {
                if let Some(part) = if *side == Side::Ours { one } else { other } {
                    self.alone(Alone::part(*side, was, part), Decision::Take(*side));
                }
            } else if is_list && decision == Decision::Conflict {
                // A list that means something only as a whole is disputed as a whole, where it first stands.
                if disputed.insert(field.clone()) {
                    self.out.foreign(some.lead());
                    let [base, ours, theirs] = all.map(|parts| together(parts, &field));
                    self.out.dispute(&Dispute { ours, base, theirs });
                }
            } else {
                match (one, other) {
                    (Some(one), Some(other)) => self.part(was, one, other, decision, decisions.check_in),
                    (Some(part), None) => self.only(Alone::part(Side::Ours, was, part), was.map(|was| was.says(part))),
                    (None, Some(part)) => {
                        self.only(Alone::part(Side::Theirs, was, part), was.map(|was| was.says(part)))
                    }
                    (None, None) => {}
                }
            }
        }
    }

    /// Settles a table that only one side has: a new one stays, one that the other side dropped goes, unless it was touched.
    fn only(&mut self, alone: Alone, is_as_before: Option<bool>) {
        let side = alone.side;
        let other = if side == Side::Ours { Side::Theirs } else { Side::Ours };
        let decision = match is_as_before {
            None => Decision::Take(side),
            Some(true) => Decision::Take(other),
            Some(false) => Decision::Conflict,
        };
        self.alone(alone, decision);
    }

    fn part(
        &mut self,
        was: Option<&Part<'_>>,
        one: &Part<'_>,
        other: &Part<'_>,
        decision: Decision,
        check_in: Option<Side>,
    ) {
        match (one, other) {
            (Part::Whole { tables: ours, .. }, Part::Whole { tables: theirs, .. })
                if ours.len() != 1 || theirs.len() != 1 =>
            {
                let text = |part: &Part<'_>| in_line(&part.text(), "\n");
                let (base, ours, theirs) = (was.map(text), text(one), text(other));
                let of_one = |side: &String| base.as_ref() == Some(side);
                let above = lead(was.map(Part::lead), one.lead(), other.lead(), self.around.line_end);
                self.out.text(&above);
                if ours == theirs || of_one(&theirs) {
                    self.out.text(&one.text());
                } else if of_one(&ours) || (decision == Decision::Take(Side::Theirs) && !says_more(was, one)) {
                    self.out.foreign(&theirs);
                } else if decision == Decision::Take(Side::Ours) && !says_more(was, other) {
                    self.out.text(&one.text());
                } else {
                    self.out.dispute(&Dispute { ours, base: base.unwrap_or_default(), theirs });
                }
            }
            _ => {
                let base = was.map(|was| &was.tables()[0]);
                self.table(Tables { base, ours: &one.tables()[0], theirs: &other.tables()[0] }, check_in);
            }
        }
    }

    /// Gives what the parts of a table go by, on each side. `None` where two share a name.
    fn names(&self, tables: Tables<'_, '_>) -> Option<[Vec<String>; 3]> {
        let parts = tables.parts();
        let mut names = parts.map(|parts| {
            let plain = parts.iter().map(|part| match part {
                Part::Named(_) => String::new(),
                Part::Section(table) => format!("[{}]", table.path.join(".")),
                Part::Whole { name, .. } => format!("[[{name}]]"),
            });
            plain.collect::<Vec<_>>()
        });
        for kind in [Kind::Objective, Kind::KeyResult, Kind::Initiative, Kind::Milestone] {
            let of = |part: &Part<'_>| matches!(part, Part::Named(table) if table.kind == kind);
            let lists =
                parts.map(|parts| parts.iter().filter(|part| of(part)).map(|part| &part.tables()[0].plain).collect());
            let named = self.around.names.of_tables(kind, lists)?;
            for ((names, parts), named) in names.iter_mut().zip(parts).zip(named) {
                let places = (0..parts.len()).filter(|at| of(&parts[*at]));
                for (at, name) in places.zip(named) {
                    names[at] = format!("{} {name}", kind.list());
                }
            }
        }
        Some(names.map(|names| numbered(names.into_iter())))
    }
}

impl Alone {
    fn entry(side: Side, was: Option<&Entry<'_>>, entry: &Entry<'_>) -> Self {
        let said = |entry: &Entry<'_>| {
            let around = [entry.line.lead, entry.line.tail()].into_iter().flat_map(comments).map(str::to_owned);
            around.chain(entry.value.comments()).collect::<Vec<_>>()
        };
        let known = was.map(said).unwrap_or_default();
        Alone {
            side,
            text: entry.line.text.to_owned(),
            lead: entry.line.lead.to_owned(),
            was: was.map(|was| was.line.text.to_owned()),
            says_more: said(entry).iter().any(|comment| !known.contains(comment)),
        }
    }

    fn part(side: Side, was: Option<&Part<'_>>, part: &Part<'_>) -> Self {
        Alone {
            side,
            text: part.text(),
            lead: part.lead().to_owned(),
            was: was.map(Part::text),
            says_more: says_more(was, part),
        }
    }
}

/// Tells whether a part has comments that it had not.
fn says_more(was: Option<&Part<'_>>, part: &Part<'_>) -> bool {
    let said = |part: &Part<'_>| part.tables().iter().flat_map(Table::comments).collect::<Vec<_>>();
    let known = was.map(said).unwrap_or_default();
    said(part).iter().any(|comment| !known.contains(comment))
}

/// Gives the text of all parts of a field, but for what stands above the first.
fn together(parts: &[Part<'_>], field: &str) -> String {
    let mut of = parts.iter().filter(|part| part.field() == field);
    let mut text = of.next().map(Part::text).unwrap_or_default();
    of.for_each(|part| text += &format!("{}{}", part.lead(), part.text()));
    text
}

/// Gives the text of a table without what stands above its header.
fn below(table: &Table<'_>) -> String {
    table.text()[table.header.lead.len()..].to_owned()
}

/// Finds the fields that are written in one form on one side and in another elsewhere: on a line of their own, or in
/// several pieces. One side's form and value then stand. `None` where both sides changed the value as well.
fn forms(tables: Tables<'_, '_>, was: &Values) -> Option<BTreeMap<String, Side>> {
    let form = |table: &Table<'_>| -> BTreeMap<String, bool> {
        let entries = table.entries.iter().map(|entry| (entry.path[0].clone(), entry.path.len() == 1));
        entries.chain(table.parts.iter().map(|part| (part.field().to_owned(), false))).collect()
    };
    let sides = [tables.base.map(form).unwrap_or_default(), form(tables.ours), form(tables.theirs)];
    let mut forced = BTreeMap::new();
    for field in sides.iter().flat_map(BTreeMap::keys) {
        let forms: BTreeSet<bool> = sides.iter().filter_map(|side| side.get(field)).copied().collect();
        if forms.len() > 1 {
            let (ours, theirs) = (tables.ours.plain.get(field), tables.theirs.plain.get(field));
            let base: Option<&Value> = was.get(field);
            let kept = sides[1].get(field) == sides[0].get(field);
            let side = if ours == theirs {
                if kept { Side::Theirs } else { Side::Ours }
            } else if theirs == base {
                Side::Ours
            } else if ours == base {
                Side::Theirs
            } else {
                return None;
            };
            forced.insert(field.clone(), side);
        }
    }
    Some(forced)
}
