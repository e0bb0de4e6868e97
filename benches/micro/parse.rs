//! Reading one objective file: strictly with every place, as `check` does, and leniently, as history does.

use crate::company;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use git_okr::syntax;
use git_okr::text::{FileId, SourceFile};

#[divan::bench]
fn strict(bencher: Bencher<'_, '_>) {
    let source = SourceFile::new("okrs/2026-Q4/goal-1.toml", company::goals(1, 40));
    bencher
        .counter(BytesCount::of_str(&company::goals(1, 40)))
        .bench_local(|| syntax::read(FileId(0), black_box(&source)));
}

#[divan::bench]
fn of_the_past(bencher: Bencher<'_, '_>) {
    let text = company::goals(1, 40);
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| syntax::recorded(black_box(&text)));
}
