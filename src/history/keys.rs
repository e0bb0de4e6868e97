//! Owns what commits have at the prefixes of `paths`, each combination held once and known by its number.
//! Never reads a tree.

use super::facts::Places;
use crate::git::ObjectId;

/// The objects at the prefixes of `paths`, in the order of the prefixes: two commits with the same ones say the same
/// about goals.
pub(super) type Key = [Option<(u32, ObjectId)>];

/// Keys of the same length, one behind another: a history has hundreds of thousands of them.
#[derive(Debug)]
pub(super) struct Keys {
    prefixes: usize,
    count: usize,
    all: Vec<Option<(u32, ObjectId)>>,
    places: Places,
}

impl Keys {
    /// Makes room for keys of so many prefixes.
    pub(super) fn new(prefixes: usize) -> Self {
        Keys { prefixes, count: 0, all: Vec::new(), places: Places::default() }
    }

    /// Gives a key by its number.
    pub(super) fn get(&self, number: usize) -> &Key {
        &self.all[number * self.prefixes..][..self.prefixes]
    }

    /// Gives the number of a key, a new one where it never came up.
    pub(super) fn number(&mut self, key: &Key) -> u32 {
        debug_assert_eq!(key.len(), self.prefixes, "one object for each prefix");
        let same = |other: u32| &self.all[other as usize * self.prefixes..][..self.prefixes] == key;
        let (number, is_new) = self.places.number(key, self.count, same);
        if is_new {
            self.all.extend_from_slice(key);
            self.count += 1;
        }
        number
    }

    /// Gives the number of the key of what has nothing at any prefix.
    pub(super) fn nothing(&mut self) -> u32 {
        self.number(&vec![None; self.prefixes])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_have_one_number() {
        let object = |fill: u8| Some((0o040_000, ObjectId([fill; 20])));
        let mut keys = Keys::new(2);
        let (one, other) = ([object(1), None], [None, object(1)]);
        assert_eq!([keys.number(&one), keys.number(&other), keys.number(&one), keys.nothing()], [0, 1, 0, 2]);
        assert_eq!((keys.get(0), keys.get(1), keys.get(2)), (&one[..], &other[..], &[None, None][..]));
        let mut without = Keys::new(0);
        assert_eq!((without.number(&[]), without.nothing(), without.get(0)), (0, 0, &[][..]));
    }
}
