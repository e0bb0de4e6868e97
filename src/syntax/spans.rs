//! Owns where the fields of one table stand, by name. Never knows what a field means.

use std::borrow::Cow;
use std::ops::Range;

/// Fields up to which looking at each is quicker than any order: most tables have fewer.
const FEW: usize = 32;

/// The ranges of some fields: few in written order, many in the order of their names. There is one for each table of each
/// file: names that every file has are not copied, and no file is so long that its places need eight bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spans {
    all: Vec<Span>,
}

/// Where one field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    name: Cow<'static, str>,
    /// The key as written; of an element of a list, which has none, nothing.
    key: Option<Place>,
    value: Place,
}

/// A range in little room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    start: u32,
    length: u32,
}

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
        Spans { all: Vec::with_capacity(fields) }
    }

    /// Takes a field in; of two of one name the later holds.
    pub(super) fn push(&mut self, name: Cow<'static, str>, key: Option<&Range<usize>>, value: &Range<usize>) {
        self.all.push(Span { name, key: key.map(Place::new), value: Place::new(value) });
    }

    /// Puts many in order, once all are there.
    pub(super) fn ordered(mut self) -> Self {
        if self.all.len() > FEW {
            self.all.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self
    }

    fn find(&self, name: &str) -> Option<&Span> {
        if self.all.len() <= FEW {
            return self.all.iter().rev().find(|span| span.name == name);
        }
        let end = self.all.partition_point(|span| span.name.as_ref() <= name);
        self.all.get(end.checked_sub(1)?).filter(|span| span.name == name)
    }

    /// Gives where the value of a field stands.
    pub fn get(&self, name: &str) -> Option<Range<usize>> {
        self.find(name).map(|span| span.value.range())
    }

    /// Gives where the key of a field stands.
    pub fn key(&self, name: &str) -> Option<Range<usize>> {
        self.find(name)?.key.map(Place::range)
    }

    /// Tells whether a field is there.
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Gives every field with the range of its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.all.iter().map(|span| (span.name.as_ref(), span.value.range()))
    }

    /// Gives the range of every key.
    pub fn keys(&self) -> impl Iterator<Item = Range<usize>> {
        self.all.iter().filter_map(|span| span.key.map(Place::range))
    }

    /// Gives the range of every value.
    pub fn values(&self) -> impl Iterator<Item = Range<usize>> {
        self.all.iter().map(|span| span.value.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_name_and_the_later_of_two() {
        let written = [("b", 1..2), ("a", 0..1), ("b", 5..6), ("c.0", 7..8)];
        for others in [0, FEW] {
            let mut spans = Spans::with_capacity(others);
            for (name, range) in &written {
                let key = range.start + 10..range.end + 10;
                spans.push((*name).into(), Some(&key).filter(|_| *name != "c.0"), range);
            }
            (0..others).for_each(|at| spans.push(format!("o{at}").into(), None, &(at..at)));
            let spans = spans.ordered();
            assert_eq!(["a", "b", "c.0"].map(|name| spans.get(name)), [Some(0..1), Some(5..6), Some(7..8)]);
            assert_eq!(["a", "b", "c.0"].map(|name| spans.key(name)), [Some(10..11), Some(15..16), None]);
            assert_eq!(["", "aa", "c", "d"].map(|name| spans.contains_key(name)), [false; 4]);
            assert_eq!((spans.keys().count(), spans.values().count()), (3, 4 + others));
        }
        assert_eq!(Spans::default().get("a"), None);
    }
}
