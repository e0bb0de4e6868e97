//! Owns how many small things are written one behind another so that each can be read without the others.
//! Never knows what they are.

use serde::{Deserialize, Serialize};

/// Things as they are put together.
#[derive(Debug, Default)]
pub(super) struct Parts {
    lengths: Vec<u32>,
    bytes: Vec<u8>,
}

/// Things as they were written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Pieces<'a> {
    lengths: Vec<u32>,
    bytes: &'a [u8],
}

/// Where each of some things ends.
#[derive(Debug)]
pub(super) struct Ends(Vec<usize>);

impl Parts {
    /// Counts them.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Adds one; `None` where it is too long.
    pub(super) fn push<T: Serialize + ?Sized>(&mut self, thing: &T) -> Option<()> {
        let start = self.bytes.len();
        self.bytes = postcard::to_extend(thing, std::mem::take(&mut self.bytes)).ok()?;
        self.lengths.push(u32::try_from(self.bytes.len() - start).ok()?);
        Some(())
    }

    /// Gives them as they are written.
    pub(super) fn pieces(&self) -> Pieces<'_> {
        Pieces { lengths: self.lengths.clone(), bytes: &self.bytes }
    }
}

impl<'a> Pieces<'a> {
    /// Counts them.
    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Reads all of them in order, each `None` where it is none.
    pub(super) fn all<T: Deserialize<'a>>(&self) -> impl Iterator<Item = Option<T>> + use<'a, '_, T> {
        let mut rest = self.bytes;
        self.lengths.iter().map(move |&length| {
            let (own, others) = rest.split_at_checked(length as usize)?;
            rest = others;
            whole(own)
        })
    }

    /// Finds out where each ends.
    pub(super) fn ends(&self) -> Ends {
        let end = |end: &mut usize, length: &u32| {
            *end = end.saturating_add(*length as usize);
            Some(*end)
        };
        Ends(self.lengths.iter().scan(0, end).collect())
    }

    /// Reads one of them; `None` where it is none.
    pub(super) fn get<T: Deserialize<'a>>(&self, ends: &Ends, at: usize) -> Option<T> {
        let start = if at == 0 { 0 } else { *ends.0.get(at - 1)? };
        whole(self.bytes.get(start..*ends.0.get(at)?)?)
    }
}

fn whole<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let (thing, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(thing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_without_the_others() {
        let all = ["", "a", "bcd", "\u{e4}"];
        let mut parts = Parts::default();
        all.iter().for_each(|one| parts.push(one).expect("they are short"));
        let bytes = postcard::to_allocvec(&parts.pieces()).expect("it writes");
        let pieces: Pieces<'_> = postcard::from_bytes(&bytes).expect("it reads");
        assert_eq!(pieces.all::<&str>().collect::<Option<Vec<_>>>().expect("all read"), all);
        let ends = pieces.ends();
        for (at, &one) in all.iter().enumerate() {
            assert_eq!(pieces.get::<&str>(&ends, at), Some(one));
        }
        assert_eq!((pieces.get::<&str>(&ends, all.len()), pieces.get::<u64>(&ends, 2)), (None, None));
        let cut = Pieces { lengths: vec![1, u32::MAX, u32::MAX], bytes: &[7] };
        assert_eq!(cut.all::<u8>().collect::<Vec<_>>(), [Some(7), None, None]);
        assert_eq!((cut.get::<u8>(&cut.ends(), 0), cut.get::<u8>(&cut.ends(), 2)), (Some(7), None));
    }
}
