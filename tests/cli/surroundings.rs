//! The environment that a run finds around it: what it may not change.

use crate::support::Place;

#[track_caller]
fn tells_its_version(environment: &[(&str, &str)]) {
    let place = Place::empty();
    let run = place.okr_in(&place.beside(""), &["--version"], environment).exits(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), (concat!("git-okr ", env!("CARGO_PKG_VERSION"), "\n"), ""));
}

#[test]
fn the_version_is_told_anywhere() {
    tells_its_version(&[]);
}

#[test]
fn what_is_set_for_other_programs_allocator_is_not_heard() {
    // Whoever builds with CFLAGS of their own has the allocator as it comes.
    if option_env!("CFLAGS").is_none_or(|flags| !flags.contains("-DMI_NO_GETENV")) {
        return;
    }
    tells_its_version(&[("MIMALLOC_VERBOSE", "1"), ("MIMALLOC_SHOW_STATS", "1")]);
}
