//! Reading the whole history of a small repository, from an opened repository to its events, without any cache.

use crate::company;
use divan::Bencher;
use divan::counter::ItemsCount;
use git_okr::config::Config;
use git_okr::git::Repository;
use git_okr::history::{self, Options};

#[divan::bench(args = [100, 600])]
fn cold(bencher: Bencher<'_, '_>, commits: usize) {
    let folder = company::repository(20, commits);
    let repository = Repository::open(folder.path()).expect("it was just made");
    let head = repository.head().expect("HEAD is there").expect("it has commits");
    let config = Config::default();
    bencher
        .counter(ItemsCount::new(commits))
        .bench_local(|| history::walk(&repository, head, &config, &Options::default()).expect("it is whole"));
}
