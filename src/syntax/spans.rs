//! Owns where the fields of one table stand, by name. Never knows what a field means.

use std::borrow::Cow;
use std::ops::{Index, Range};

/// Fields up to which looking at each is quicker than any order: most tables have fewer.
const FEW: usize = 32;

/// The ranges of some fields: few in written order, many in the order of their names. There is one for each table of each
/// file: names that every file has are not copied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spans {
    all: Vec<(Cow<'static, str>, Range<usize>)>,
}

impl Spans {
    /// Takes the ranges in; of two of one name the later holds.
    pub(super) fn new(mut all: Vec<(Cow<'static, str>, Range<usize>)>) -> Self {
        if all.len() > FEW {
            all.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        Spans { all }
    }

    /// Gives the range of a field.
    pub fn get(&self, name: &str) -> Option<&Range<usize>> {
        if self.all.len() <= FEW {
            return self.all.iter().rev().find(|(known, _)| known == name).map(|(_, range)| range);
        }
        let end = self.all.partition_point(|(known, _)| known.as_ref() <= name);
        let (known, range) = self.all.get(end.checked_sub(1)?)?;
        (known == name).then_some(range)
    }

    /// Tells whether a field is there.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Gives every field with its range.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Range<usize>)> {
        self.all.iter().map(|(name, range)| (name.as_ref(), range))
    }

    /// Gives every range.
    pub fn values(&self) -> impl Iterator<Item = &Range<usize>> {
        self.all.iter().map(|(_, range)| range)
    }
}

impl Index<&str> for Spans {
    type Output = Range<usize>;

    /// # Panics
    /// Where there is no such field.
    fn index(&self, name: &str) -> &Range<usize> {
        self.get(name).expect("the field is there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_name_and_the_later_of_two() {
        let written = [("b", 1..2), ("a", 0..1), ("b", 5..6), ("c.0", 7..8)].map(|(name, range)| (name.into(), range));
        for others in [0, FEW] {
            let others = (0..others).map(|at| (format!("o{at}").into(), at..at));
            let spans = Spans::new(written.clone().into_iter().chain(others).collect());
            let found = ["a", "b", "c.0"].map(|name| spans.get(name).cloned());
            assert_eq!(found, [Some(0..1), Some(5..6), Some(7..8)]);
            assert_eq!(["", "aa", "c", "d"].map(|name| spans.contains_key(name)), [false; 4]);
            assert_eq!(spans["a"], 0..1);
        }
        assert_eq!(Spans::default().get("a"), None);
    }
}
