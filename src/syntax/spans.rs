//! Owns where the fields of one table stand, by name. Never knows what a field means.

use super::raw::{known, number};
use std::ops::Range;

/// Fields up to which looking at each is quicker than any order: most tables have fewer.
const FEW: usize = 32;

/// The ranges of some fields: few in written order, many in the order of their names. There is one for each table of each
/// file: names that every file has are numbers, and no file is so long that its places need eight bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spans {
    all: Vec<Span>,
    /// Names that others have not; their numbers come behind all that are known.
    own: Vec<Box<str>>,
}

/// Where one field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    name: u32,
    /// The key as written; of an element of a list, which has none, nothing.
    key: Place,
    value: Place,
}

/// The number from which on names are a table's own.
const OWN: u32 = 1 << 16;

/// A range in little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    start: u32,
    length: u32,
}

/// No place.
const NOWHERE: Place = Place { start: u32::MAX, length: u32::MAX };

impl Place {
    fn new(range: &Range<usize>) -> Self {
        let short = |at: usize| u32::try_from(at).expect("larger files are not read");
        Place { start: short(range.start), length: short(range.len()) }
    }

    fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

impl Spans {
    /// Has room for so many fields.
    pub(super) fn with_capacity(fields: usize) -> Self {
        Spans { all: Vec::with_capacity(fields), own: Vec::new() }
    }

    /// Takes a field in; of two of one name the later holds.
    pub(super) fn push(&mut self, name: &str, key: Option<&Range<usize>>, value: &Range<usize>) {
        let short = |number: usize| u32::try_from(number).expect("larger files are not read");
        let name = match number(name) {
            Some(number) => short(number),
            None => {
                self.own.push(name.into());
                OWN + short(self.own.len() - 1)
            }
        };
        self.all.push(Span { name, key: key.map_or(NOWHERE, Place::new), value: Place::new(value) });
    }

    /// Puts many in order, once all are there.
    pub(super) fn ordered(mut self) -> Self {
        if self.all.len() > FEW {
            let own = &self.own;
            self.all.sort_by(|a, b| name_of(a, own).cmp(name_of(b, own)));
        }
        self
    }

    fn find(&self, name: &str) -> Option<&Span> {
        if self.all.len() > FEW {
            let end = self.all.partition_point(|span| name_of(span, &self.own) <= name);
            return self.all.get(end.checked_sub(1)?).filter(|span| name_of(span, &self.own) == name);
        }
        let number = number(name);
        self.all.iter().rev().find(|span| match number {
            Some(number) => span.name as usize == number,
            None => span.name >= OWN && name_of(span, &self.own) == name,
        })
    }

    /// Gives where the value of a field stands.
    pub fn get(&self, name: &str) -> Option<Range<usize>> {
        self.find(name).map(|span| span.value.range())
    }

    /// Gives where the key of a field stands.
    pub fn key(&self, name: &str) -> Option<Range<usize>> {
        Some(self.find(name)?.key).filter(|key| *key != NOWHERE).map(Place::range)
    }

    /// Tells whether a field is there.
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Gives every field with the range of its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.all.iter().map(|span| (name_of(span, &self.own), span.value.range()))
    }

    /// Gives the range of every key.
    pub fn keys(&self) -> impl Iterator<Item = Range<usize>> {
        self.all.iter().map(|span| span.key).filter(|key| *key != NOWHERE).map(Place::range)
    }

    /// Gives the range of every value.
    pub fn values(&self) -> impl Iterator<Item = Range<usize>> {
        self.all.iter().map(|span| span.value.range())
    }
}

/// Gives the name of a field of a table that has some names of its own.
fn name_of<'n>(span: &Span, own: &'n [Box<str>]) -> &'n str {
    match span.name.checked_sub(OWN) {
        Some(at) => &own[at as usize],
        None => known(span.name as usize).expect("a name that was given its number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn finds_by_name_and_the_later_of_two() {
        let written = [("title", 1..2), ("a", 0..1), ("title", 5..6), ("b", 2..3), ("b", 3..4), ("c.0", 7..8)];
        for others in [0, FEW] {
            let mut spans = Spans::with_capacity(others);
            for (name, range) in &written {
                let key = range.start + 10..range.end + 10;
                spans.push(name, Some(&key).filter(|_| *name != "c.0"), range);
            }
            (0..others).for_each(|at| spans.push(&format!("o{at}"), None, &(at..at)));
            let spans = spans.ordered();
            let names = ["title", "a", "b", "c.0"];
            assert_eq!(names.map(|name| spans.get(name)), [Some(5..6), Some(0..1), Some(3..4), Some(7..8)]);
            assert_eq!(names.map(|name| spans.key(name)), [Some(15..16), Some(10..11), Some(13..14), None]);
            assert_eq!(["", "aa", "c", "d", "owner"].map(|name| spans.contains_key(name)), [false; 5]);
            assert_eq!((spans.keys().count(), spans.values().count()), (5, 6 + others));
            let listed: BTreeSet<_> = spans.iter().map(|(name, _)| name).collect();
            assert!(names.iter().all(|name| listed.contains(name)) && listed.len() == 4 + others);
        }
        assert_eq!(Spans::default().get("a"), None);
    }

    #[test]
    fn a_number_gives_the_name_that_it_was_given_for() {
        let all = (0..).map_while(known).collect::<Vec<_>>();
        assert!(all.len() > 40 && all.iter().all(|name| number(name).and_then(known) == Some(name)));
        assert!(all.len() < OWN as usize);
    }
}
