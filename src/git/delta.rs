//! Owns git's deltas: what an object has of another, and what it has of its own.
//! Never reads either.

/// Lays a delta over the object that it was made from, and puts what comes of it in the place of what `whole` has. `None`
/// where the two do not belong together.
pub(super) fn apply(base: &[u8], mut delta: &[u8], whole: &mut Vec<u8>) -> Option<()> {
    whole.clear();
    if size(&mut delta)? != base.len() {
        return None;
    }
    let length = size(&mut delta)?;
    whole.reserve(length.min(LARGEST));
    while let Some(order) = delta.split_off_first() {
        let piece = if order & 0x80 == 0 {
            // So many bytes of its own follow.
            delta.split_off(..usize::from(*order)).filter(|own| !own.is_empty())?
        } else {
            // Four bits say which bytes of the offset follow, three which of the length; what does not follow is zero.
            let mut number = |bits: std::ops::Range<u8>| {
                let mut number = 0;
                for bit in bits.clone().filter(|bit| order & (1 << bit) != 0) {
                    number |= usize::from(*delta.split_off_first()?) << (8 * (bit - bits.start));
                }
                Some(number)
            };
            let (start, length) = (number(0..4)?, number(4..7)?);
            let length = if length == 0 { 0x1_0000 } else { length };
            base.get(start..start + length)?
        };
        if whole.len() + piece.len() > length.min(LARGEST) {
            return None;
        }
        whole.extend_from_slice(piece);
    }
    (whole.len() == length).then_some(())
}

/// Objects beyond this are not put together here, in bytes.
pub(super) const LARGEST: usize = 64 << 20;

/// Reads a size: seven bits a byte, the lowest first.
fn size(delta: &mut &[u8]) -> Option<usize> {
    let mut size = 0usize;
    for shift in (0..56).step_by(7) {
        let byte = *delta.split_off_first()?;
        size |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(size);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
        let mut whole = b"what was there".to_vec();
        super::apply(base, delta, &mut whole).map(|()| whole)
    }

    #[test]
    fn takes_from_the_base_and_of_its_own() {
        let base = b"cycle = 1\nwhy = 2\n";
        let delta = |orders: &[u8]| [&[18, 14][..], orders].concat();
        let good = delta(&[0x90, 8, 2, b'7', b'\n', 0x91, 14, 4]);
        assert_eq!(apply(base, &good).as_deref(), Some(&b"cycle = 7\n= 2\n"[..]));
        let wrong = [
            ("another base", [&[17][..], &good[1..]].concat()),
            ("shorter than it says", good[..good.len() - 3].to_vec()),
            ("longer than it says", [&good[..], &[0x90, 8]].concat()),
            ("cut off", good[..good.len() - 1].to_vec()),
            ("beyond the base", delta(&[0x91, 5, 14])),
            ("an order that git keeps for later", delta(&[0, 0x90, 14])),
            ("nothing", Vec::new()),
        ];
        for (what, delta) in wrong {
            assert_eq!(apply(base, &delta), None, "{what}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(base in prop::collection::vec(any::<u8>(), 0..200), delta in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = apply(&base, &delta);
            let size = u8::try_from(base.len() % 128).expect("small");
            let _ = apply(&base[..usize::from(size)], &[&[size][..], &delta].concat());
        }
    }
}
