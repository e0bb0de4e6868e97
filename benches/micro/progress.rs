//! The arithmetic of one key result over a series of check-ins: what its first value is, where it stands, how it goes.

use crate::company;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use git_okr::okr::{Cycle, Given, Point, Thresholds, stand};
use git_okr::syntax;
use git_okr::text::{FileId, SourceFile};
use jiff::ToSpan;
use jiff::civil::date;

const THRESHOLDS: Thresholds = Thresholds { at_risk: 0.15, off_track: 0.30, cadence_days: 7, grace_days: 3 };

/// A metric whose baseline is its first check-in, over this many of them, one a day, the newest today.
#[divan::bench(args = [10, 100, 10_000])]
fn metric(bencher: Bencher<'_, '_>, points: i32) {
    over(bencher, points, "target = 140.0");
}

/// The same for a bound, which looks at every day that a value held.
#[divan::bench(args = [10, 100, 10_000])]
fn bound(bencher: Bencher<'_, '_>, points: i32) {
    over(bencher, points, "at_most = 400.0");
}

fn over(bencher: Bencher<'_, '_>, points: i32, goal: &str) {
    let text = company::goals(1, 40).replace("baseline = 420.0\n", "").replace("target = 140.0", goal);
    let source = SourceFile::new("okrs/2026-Q4/goal-1.toml", text);
    let (file, _) = syntax::read(FileId(0), &source);
    let objective = &file.objectives[0];
    let key_result = &objective.key_results[0];
    let cycle =
        Cycle { id: "2026-Q4".into(), start: date(2026, 10, 1), end: date(2026, 12, 31), lock: date(2026, 10, 15) };
    let point = |at: i32| Point {
        measured: company::TODAY - (points - 1 - at).days(),
        value: Some(f64::from(at)),
        kind: key_result.kind(),
        unit: key_result.unit.clone(),
    };
    let series: Vec<Point> = (0..points).map(point).collect();
    let given = Given { key_result, objective, cycle: &cycle, series: &series, complete: true };
    bencher
        .counter(ItemsCount::new(series.len()))
        .bench_local(|| stand(black_box(&given), company::TODAY, &THRESHOLDS));
}
