//! Owns the tests of the room as a whole: properties of comparing any two states of the goals.

use super::{Class, Comparison, Difference, Pasts, What};
use crate::history::History;
use crate::source::Tree;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const TODAY: Date = date(2026, 11, 22);
const PATH: &str = "okrs/2026-Q4/team.toml";

/// A key result as it is written.
#[derive(Debug, Clone)]
struct Written {
    id: u8,
    home: u8,
    target: u8,
    current: Option<u8>,
    dropped: bool,
    alias: Option<u8>,
}

fn some_key_result() -> impl Strategy<Value = Written> {
    let alias = prop_oneof![4 => Just(None), 1 => (0..4u8).prop_map(Some)];
    let dropped = prop_oneof![5 => Just(false), 1 => Just(true)];
    (0..4u8, 0..2u8, 1..4u8, proptest::option::of(0..4u8), dropped, alias)
        .prop_map(|(id, home, target, current, dropped, alias)| Written { id, home, target, current, dropped, alias })
}

fn some_goals() -> impl Strategy<Value = Vec<Written>> {
    proptest::collection::vec(some_key_result(), 0..5).prop_map(|mut all| {
        let mut seen = std::collections::HashSet::new();
        all.retain(|one| seen.insert((one.home, one.id)));
        all
    })
}

/// Writes goals into one file, objectives in the order asked for.
fn file(goals: &[Written], homes: [u8; 2]) -> String {
    let mut text = "cycle = \"2026-Q4\"\nowner = \"@team\"\n".to_owned();
    for home in homes {
        write!(text, "[[objective]]\nid = \"o{home}\"\ntitle = \"Pages feel instant to all\"\n").expect("memory");
        for one in goals.iter().filter(|one| one.home == home) {
            write!(text, "[[objective.key_result]]\nid = \"k{}\"\ntitle = \"P99 falls\"\nbaseline = 0\n", one.id)
                .expect("memory");
            writeln!(text, "target = {}", one.target).expect("memory");
            one.current.iter().for_each(|current| writeln!(text, "current = {current}").expect("memory"));
            one.alias.iter().for_each(|alias| writeln!(text, "aliases = [\"k{alias}\"]").expect("memory"));
            if one.dropped {
                text.push_str("status = \"dropped\"\n");
            }
        }
    }
    text
}

fn tree(goals: &[Written]) -> Tree {
    Tree::of(&[(PATH, &file(goals, [0, 1]))])
}

fn with<T>(before: &Tree, after: &Tree, look: impl FnOnce(&Difference<'_>) -> T) -> T {
    let nothing = History { complete: true, ..History::default() };
    let locks = BTreeMap::new();
    let comparison = Comparison::new(before, after);
    let pasts = Pasts { before: &nothing, after: &nothing, locks: &locks };
    look(&comparison.difference(&pasts, TODAY))
}

/// Gives what is left of a difference for comparing: each key result with its change and the figures of both sides.
type Outline = Vec<(String, Option<f64>, Option<f64>, Vec<(String, String, String)>)>;

fn outline(difference: &Difference<'_>, backwards: bool) -> Outline {
    let mut all: Outline = difference
        .key_results
        .iter()
        .map(|kr| {
            let mut figures = [&kr.before, &kr.after].map(|seen| seen.as_ref().and_then(|seen| seen.stand.progress));
            let mut name = [kr.former.as_ref().unwrap_or(&kr.name), &kr.name].map(ToString::to_string);
            let mut changes: Vec<_> = kr
                .changes
                .iter()
                .map(|change| (change.field.clone(), change.before.to_string(), change.after.to_string()))
                .collect();
            if backwards {
                figures.reverse();
                name.reverse();
                changes.iter_mut().for_each(|(_, before, after)| std::mem::swap(before, after));
            }
            (name.join(" "), figures[0], figures[1], changes)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn total(difference: &Difference<'_>) -> f64 {
    difference.cycles.iter().map(|cycle| cycle.delta.after.unwrap_or(0.0) - cycle.delta.before.unwrap_or(0.0)).sum()
}

proptest! {
    #[test]
    fn the_same_is_nothing_however_it_is_written(goals in some_goals()) {
        let one = tree(&goals);
        let backwards: Vec<Written> = goals.iter().rev().cloned().collect();
        let text = file(&backwards, [1, 0]).replace('\n', "\r\n");
        for other in [one.clone(), Tree::of(&[("okrs/elsewhere.toml", &text)])] {
            with(&one, &other, |found| {
                prop_assert_eq!(found.class, Class::None);
                prop_assert!(found.cycles.is_empty() && found.objectives.is_empty() && found.key_results.is_empty());
                Ok(())
            })?;
        }
    }

    #[test]
    fn parts_add_up_and_backwards_it_is_mirrored(before in some_goals(), after in some_goals()) {
        // Where both states claim former names, those of the later one count, and that is the other one backwards.
        let plain: Vec<Written> = before.into_iter().map(|one| Written { alias: None, ..one }).collect();
        let (before, after) = (tree(&plain), tree(&after));
        let (there, sum) = with(&before, &after, |found| {
            for cycle in &found.cycles {
                let delta = cycle.delta;
                let difference = delta.after.unwrap_or(0.0) - delta.before.unwrap_or(0.0);
                prop_assert!((delta.check_ins + delta.goalposts + delta.scope - difference).abs() < 1e-12);
            }
            for objective in &found.objectives {
                prop_assert!(objective.before.is_some() || objective.after.is_some());
            }
            Ok((outline(found, false), total(found)))
        })?;
        let (back, negated, added) = with(&after, &before, |found| {
            let added = found.key_results.iter().filter(|kr| kr.change == What::Added).count();
            (outline(found, true), total(found), added)
        });
        prop_assert_eq!(&there, &back);
        prop_assert!((sum + negated).abs() < 1e-12);
        prop_assert_eq!(added, with(&before, &after, |found| {
            found.key_results.iter().filter(|kr| kr.change == What::Removed).count()
        }));
    }

    #[test]
    fn totals_add_up_over_two_steps(a in some_goals(), b in some_goals(), c in some_goals()) {
        let (a, b, c) = (tree(&a), tree(&b), tree(&c));
        let steps = with(&a, &b, total) + with(&b, &c, total);
        prop_assert!((steps - with(&a, &c, total)).abs() < 1e-12);
    }
}
