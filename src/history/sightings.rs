//! Owns under which paths each name was ever seen: where to look for it at any commit. Nearly every name has one.
//! Never knows at which commit.

use super::facts::NameId;
use super::states::PathId;
use foldhash::HashMap;

/// Stands for a name that was not seen.
const NOWHERE: PathId = PathId::MAX;

/// Paths by name.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    /// By name, the first path that it was seen under; [`NOWHERE`] for none.
    first: Vec<PathId>,
    /// All paths of those that were seen under several, in order of their texts.
    several: HashMap<NameId, Vec<PathId>>,
}

impl Sightings {
    /// Gives the paths of a name, in order of their texts.
    pub(super) fn get(&self, name: NameId) -> &[PathId] {
        if let Some(several) = self.several.get(&name) {
            return several;
        }
        let first = self.first.get(name as usize).filter(|&&first| first != NOWHERE);
        first.map_or(&[], std::slice::from_ref)
    }

    /// Takes a path of a name, and tells whether it is a new one.
    pub(super) fn insert<'t, T: Ord + ?Sized + 't>(
        &mut self,
        name: NameId,
        path: PathId,
        text: impl Fn(PathId) -> &'t T,
    ) -> bool {
        let at = name as usize;
        if self.first.len() <= at {
            self.first.resize(at + 1, NOWHERE);
        }
        if self.first[at] == NOWHERE {
            self.first[at] = path;
            return true;
        }
        if self.get(name).contains(&path) {
            return false;
        }
        let several = self.several.entry(name).or_insert_with(|| vec![self.first[at]]);
        let place = several.partition_point(|&other| text(other) < text(path));
        several.insert(place, path);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_in_order_of_their_texts() {
        let texts = ["b", "c", "a"];
        let mut places = Sightings::default();
        let mut insert = |name, path: PathId| places.insert(name, path, |path| texts[path as usize]);
        assert_eq!(
            [(2, 0), (2, 1), (2, 0), (2, 2), (0, 1)].map(|(name, path)| insert(name, path)),
            [true, true, false, true, true]
        );
        assert_eq!(
            (places.get(0), places.get(1), places.get(2), places.get(3)),
            (&[1][..], &[][..], &[2, 0, 1][..], &[][..])
        );
    }
}
