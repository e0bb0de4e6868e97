//! Holds each profile to what it says of itself, and the groups to their limits.

use crate::finding::Level;
use crate::rules::{RULES, find, level};

#[test]
fn each_profile_says_something() {
    let levels = |profile: &str| {
        let tree = super::tree(&[("okr.toml", &format!("[rules]\nprofile = \"{profile}\"\n"))]);
        RULES.iter().map(|rule| (rule.name, level(&tree.config, rule).0)).collect::<Vec<_>>()
    };
    let of = |profile: &str, rule: &str| levels(profile).into_iter().find(|one| one.0 == rule).expect("a rule").1;
    let same = |profile: &str| levels(profile) == levels("default");
    assert!(same("google") && same("radical-focus"), "these two set thresholds");
    for rule in RULES {
        let minimal = ["format", "reference", "goalposts", "history"].contains(&rule.group.name());
        assert_eq!(of("minimal", rule.name), Some(rule.level).filter(|_| minimal), "{}", rule.name);
        let raised = ["reference", "method", "history"].contains(&rule.group.name()) && rule.level == Level::Warning;
        let strict = if raised { Level::Error } else { rule.level };
        assert_eq!(of("strict", rule.name), Some(strict), "{}", rule.name);
    }
    for (profile, rule, key, value) in [
        ("google", "objective-count", "min", 3.0),
        ("google", "objective-count", "max", 5.0),
        ("google", "kr-count", "min", 3.0),
        ("radical-focus", "objective-count", "max", 1.0),
        ("radical-focus", "kr-count", "max", 3.0),
        ("default", "kr-count", "max", 5.0),
    ] {
        let tree = super::tree(&[("okr.toml", &format!("[rules]\nprofile = \"{profile}\"\n"))]);
        let found = crate::rules::profile::threshold(&tree.config, find(rule).expect("a rule"), key);
        assert!((found - value).abs() < f64::EPSILON, "{profile} {rule} {key}: {found}");
    }
}

#[test]
fn wording_is_never_an_error_and_english_alone() {
    for rule in RULES.iter().filter(|rule| rule.group.name() == "wording") {
        assert!(rule.english && rule.level < Level::Error, "{}", rule.name);
        let tree = super::tree(&[("okr.toml", "language = \"de\"\n")]);
        assert_eq!(level(&tree.config, rule).0, None, "{}", rule.name);
    }
}
