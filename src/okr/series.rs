//! Owns what a series of recorded values amounts to: which of them still hold, and which is the first.
//! Never invents a value: what history does not hold is not there.

use super::{KeyResult, Point};
use jiff::civil::Date;

impl Point {
    /// Tells whether it was recorded under the kind and unit that the key result has: only then do their numbers mean
    /// the same.
    pub fn belongs_to(&self, key_result: &KeyResult) -> bool {
        self.kind == key_result.kind() && self.unit == key_result.unit
    }
}

/// Settles records that stand in line order: a later one supersedes earlier ones measured on or after its day. What
/// remains rises strictly by day and ends with the last record.
pub fn settle(series: &[Point]) -> Vec<Point> {
    let mut settled: Vec<Point> = Vec::with_capacity(series.len());
    for point in series {
        while settled.last().is_some_and(|last| last.measured >= point.measured) {
            settled.pop();
        }
        settled.push(point.clone());
    }
    settled
}

/// Gives the values that count for a key result, settled: those of its kind and unit, ending with the file's own value.
/// Where no record holds the file's value (no history, or the unit changed and the number stayed), it stands at the
/// end, measured on `as_of` or else today.
pub(super) fn counting(key_result: &KeyResult, series: &[Point], today: Date) -> Vec<(Date, f64)> {
    let mut own: Vec<Point> = series.iter().filter(|point| point.belongs_to(key_result)).cloned().collect();
    let value = key_result.value(today);
    if value.is_some() && own.last().is_none_or(|last| last.value != value) {
        own.push(Point {
            measured: key_result.as_of.unwrap_or(today),
            value,
            kind: key_result.kind(),
            unit: key_result.unit.clone(),
        });
    }
    settle(&own).into_iter().filter_map(|point| Some((point.measured, point.value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::Kind;
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    fn point(day: i8, value: f64) -> Point {
        Point { measured: date(2026, 11, day), value: Some(value), kind: Some(Kind::Metric), unit: None }
    }

    #[test]
    fn later_records_supersede() {
        let days = |series: &[Point]| settle(series).iter().map(|p| (p.measured.day(), p.value)).collect::<Vec<_>>();
        assert_eq!(days(&[]), []);
        assert_eq!(days(&[point(1, 1.0), point(8, 2.0), point(8, 3.0)]), [(1, Some(1.0)), (8, Some(3.0))]);
        assert_eq!(
            days(&[point(1, 1.0), point(8, 2.0), point(15, 3.0), point(5, 4.0), point(6, 5.0)]),
            [(1, Some(1.0)), (5, Some(4.0)), (6, Some(5.0))]
        );
    }

    proptest! {
        #[test]
        fn settled_rises_and_ends_with_the_last(offsets in prop::collection::vec(0..40i32, 0..20)) {
            let series: Vec<Point> = offsets
                .iter()
                .map(|&days| Point { measured: date(2026, 10, 1) + days.days(), ..point(1, f64::from(days)) })
                .collect();
            let settled = settle(&series);
            prop_assert!(settled.windows(2).all(|pair| pair[0].measured < pair[1].measured));
            prop_assert_eq!(settled.last(), series.last());
        }
    }
}
