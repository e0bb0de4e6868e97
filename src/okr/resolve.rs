//! Owns what a written or typed name stands for, and which cycles are shown.
//! Never reports: a name that resolves to nothing or to two is a rule's or a command's matter.

use super::{Cycle, Name};
use jiff::civil::Date;

/// Days for which an ended cycle without a score stays in view.
const UNSCORED_DAYS: i32 = 30;
/// Names that are offered in place of one that resolves to nothing.
const OFFERED: usize = 3;
/// Likeness, 0–1, from which a name is offered.
const NEAR: f64 = 0.6;
/// Letters that a beginning needs to be one.
const BEGINNING: usize = 3;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// One thing.
    One(Name),
    /// Several, in the order of their names.
    Ambiguous(Vec<Name>),
    /// Nothing.
    None {
        /// Existing names that are written alike, nearest first, three at most.
        nearest: Vec<Name>,
    },
}

impl Resolution {
    /// Gives the name where there is exactly one.
    pub fn one(self) -> Option<Name> {
        match self {
            Resolution::One(name) => Some(name),
            _ => None,
        }
    }

    /// Tells one from several of distinct names in order; `None` where there is none.
    fn of(names: Vec<&Name>) -> Option<Self> {
        match names.as_slice() {
            [] => None,
            [name] => Some(Resolution::One((*name).clone())),
            _ => Some(Resolution::Ambiguous(names.into_iter().cloned().collect())),
        }
    }
}

/// Says which of the fitting names are looked at together.
type Tier<'a> = dyn Fn(&Name, &Cycle) -> bool + 'a;
/// Says which cycles, unscored or not, are shown together.
type Shown<'a> = dyn Fn(&Cycle, bool) -> bool + 'a;

/// Every name that there is, to be looked up by its end.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Distinct, in order, each with the place of its cycle.
    names: Vec<(Name, usize)>,
    /// Places of the names, in the order of their last parts.
    by_end: Vec<usize>,
    /// Distinct by id, in order; behind them those of names that were left out.
    cycles: Vec<Cycle>,
}

impl Directory {
    /// Takes in names with their cycles; a name that comes twice is one.
    pub fn new(names: impl IntoIterator<Item = (Name, Cycle)>) -> Self {
        let mut names: Vec<(Name, Cycle)> = names.into_iter().collect();
        names.sort_by(|(a, _), (b, _)| a.cmp(b));
        names.dedup_by(|(later, _), (kept, _)| later == kept);
        let mut cycles: Vec<Cycle> = Vec::new();
        let mut placed: Vec<(Name, usize)> = Vec::with_capacity(names.len());
        for (name, cycle) in names {
            if placed.last().is_none_or(|(last, _)| last.cycle != name.cycle) {
                cycles.push(cycle);
            }
            placed.push((name, cycles.len() - 1));
        }
        let mut by_end: Vec<usize> = (0..placed.len()).collect();
        by_end.sort_by_key(|&at| end(&placed[at].0));
        Directory { names: placed, by_end, cycles }
    }

    /// Takes in the cycles of names that were left out because none of them ends with what will be asked for.
    #[must_use]
    pub fn beside(mut self, cycles: impl IntoIterator<Item = Cycle>) -> Self {
        self.cycles.extend(cycles);
        self
    }

    /// Resolves a typed name or the end of one, by whole parts: a full name stands for itself, else the cycles that run
    /// today are looked through, then those that ended last, then all.
    pub fn resolve(&self, tail: &str, today: Date) -> Resolution {
        let names = || self.names.iter().map(|(name, _)| name);
        self.meant(tail, today).unwrap_or_else(|| unknown(tail, names()))
    }

    /// Does as [`Directory::resolve`]; `None` where there is nothing of that name, and nothing is offered.
    pub fn meant(&self, tail: &str, today: Date) -> Option<Resolution> {
        let latest = self.cycles.iter().map(|cycle| cycle.end).filter(|end| *end < today).max();
        let tiers: &[&Tier<'_>] = &[
            &|name, _| name.to_string() == tail,
            &|_, cycle| cycle.contains(today),
            &|_, cycle| Some(cycle.end) == latest,
            &|_, _| true,
        ];
        self.found(tail, tiers, &|_| true)
    }

    /// Resolves what an objective names as its parent: a full name, or a bare id among the objectives of the cycles
    /// that contain the child's first day. The child itself is meant only where nothing else has the id.
    pub fn parent(&self, written: &str, child: &Name, start: Date) -> Resolution {
        let bare = !written.contains('/');
        let tiers: &[&Tier<'_>] = &[
            &|name, _| name.to_string() == written,
            &|name, cycle| bare && name != child && cycle.contains(start),
            &|name, _| bare && name == child,
        ];
        self.first(written, tiers, &|name| name.key_result.is_none())
    }

    /// Resolves what `drives` or `guards` of an objective names, key results alone: a full name, else the end of one
    /// within the objective, else within its cycle.
    pub fn key_result(&self, written: &str, objective: &Name) -> Resolution {
        self.within(written, objective, &|name| name.key_result.is_some())
    }

    /// Resolves what `depends_on` names, objective or key result: in the order of [`Directory::key_result`].
    pub fn dependency(&self, written: &str, objective: &Name) -> Resolution {
        self.within(written, objective, &|_| true)
    }

    fn within(&self, written: &str, objective: &Name, meant: &dyn Fn(&Name) -> bool) -> Resolution {
        let tiers: &[&Tier<'_>] = &[
            &|name, _| name.to_string() == written,
            &|name, _| {
                name.key_result.is_some() && (&name.cycle, &name.objective) == (&objective.cycle, &objective.objective)
            },
            &|name, _| name.cycle == objective.cycle,
        ];
        self.first(written, tiers, meant)
    }

    /// Looks for names that end with a text, tier by tier, among those that may be meant, else offers some of them.
    fn first(&self, tail: &str, tiers: &[&Tier<'_>], meant: &dyn Fn(&Name) -> bool) -> Resolution {
        let meant_names = || self.names.iter().map(|(name, _)| name).filter(|name| meant(name));
        self.found(tail, tiers, meant).unwrap_or_else(|| unknown(tail, meant_names()))
    }

    /// Looks for names that end with a text, tier by tier, among those that may be meant.
    fn found(&self, tail: &str, tiers: &[&Tier<'_>], meant: &dyn Fn(&Name) -> bool) -> Option<Resolution> {
        let last = tail.rsplit('/').next().unwrap_or(tail);
        let first = self.by_end.partition_point(|&at| end(&self.names[at].0) < last);
        let ending: Vec<&(Name, usize)> = self.by_end[first..]
            .iter()
            .map(|&at| &self.names[at])
            .take_while(|(name, _)| end(name) == last)
            .filter(|(name, _)| meant(name) && name.ends_with(tail))
            .collect();
        tiers.iter().find_map(|tier| {
            let fitting = ending.iter().filter(|(name, cycle)| tier(name, &self.cycles[*cycle]));
            Resolution::of(fitting.map(|(name, _)| name).collect())
        })
    }
}

/// Gives the last part of a name.
fn end(name: &Name) -> &str {
    name.key_result.as_ref().unwrap_or(&name.objective)
}

/// Resolves a single typed name: see [`Directory::resolve`].
pub fn resolve(tail: &str, names: impl IntoIterator<Item = (Name, Cycle)>, today: Date) -> Resolution {
    Directory::new(names).resolve(tail, today)
}

/// Offers the names whose last parts are written most alike, and those that begin as typed: a long name is seldom typed
/// whole, and by letters alone its beginning is far from it.
fn unknown<'a>(tail: &str, names: impl Iterator<Item = &'a Name>) -> Resolution {
    let parts = tail.split('/').count();
    let typed = tail.to_lowercase();
    let mut alike: Vec<(f64, &Name)> = names
        .map(|name| {
            let full = name.to_string();
            let start = full.rmatch_indices('/').nth(parts - 1).map_or(0, |(at, _)| at + 1);
            let last = &full[start..];
            let begins = typed.chars().nth(BEGINNING - 1).is_some() && last.starts_with(&typed);
            let likeness = strsim::normalized_damerau_levenshtein(last, &typed);
            (if begins { likeness.max(NEAR) } else { likeness }, name)
        })
        .filter(|(likeness, _)| *likeness >= NEAR)
        .collect();
    alike.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(first.cmp(second)));
    Resolution::None { nearest: alike.into_iter().take(OFFERED).map(|(_, name)| name.clone()).collect() }
}

/// Chooses the cycles to show by default: those that run today, and ended ones that hold something unscored for at most
/// 30 days; where there is none, the latest ended, and before the first of all cycles the next to come. Each cycle is
/// given with whether something in it is unscored. By first day, the longer first, then by id.
pub fn shown_cycles(cycles: &[(Cycle, bool)], today: Date) -> Vec<String> {
    let recent = |cycle: &Cycle| cycle.end < today && super::progress::days_between(cycle.end, today) <= UNSCORED_DAYS;
    let latest = cycles.iter().map(|(cycle, _)| cycle.end).filter(|end| *end < today).max();
    let next = cycles.iter().map(|(cycle, _)| cycle.start).filter(|start| *start > today).min();
    let tiers: &[&Shown<'_>] = &[
        &|cycle, unscored| cycle.contains(today) || (unscored && recent(cycle)),
        &|cycle, _| Some(cycle.end) == latest,
        &|cycle, _| Some(cycle.start) == next,
    ];
    let mut shown: Vec<&Cycle> = tiers
        .iter()
        .map(|tier| cycles.iter().filter(|(c, unscored)| tier(c, *unscored)).map(|(c, _)| c).collect::<Vec<_>>())
        .find(|tier| !tier.is_empty())
        .unwrap_or_default();
    shown.sort_by(|a, b| (a.start, b.end, &a.id).cmp(&(b.start, a.end, &b.id)));
    shown.dedup_by(|a, b| a.id == b.id);
    shown.into_iter().map(|cycle| cycle.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::Calendar;
    use jiff::civil::date;

    fn names() -> Vec<(Name, Cycle)> {
        [
            "2026/customer-trust",
            "2026/customer-trust/nps",
            "2026-Q2/growth/signups",
            "2026-Q3/checkout",
            "2026-Q3/checkout/latency",
            "2026-Q3/old/refunds",
            "2026-H1/growth/refunds",
            "2026-Q4/checkout",
            "2026-Q4/checkout/latency",
            "2026-Q4/search",
            "2026-Q4/search/latency",
            "2026-Q4/search/clicks",
            "2027-Q1/future/churn",
        ]
        .iter()
        .map(|full| {
            let name = Name::parse(full).expect("a full name");
            let cycle = Calendar::default().cycle(&name.cycle).expect("a built-in form");
            (name, cycle)
        })
        .collect()
    }

    fn shown(resolution: Resolution) -> String {
        let list = |names: Vec<Name>| names.iter().map(Name::to_string).collect::<Vec<_>>().join(" ");
        match resolution {
            Resolution::One(name) => name.to_string(),
            Resolution::Ambiguous(names) => format!("? {}", list(names)),
            Resolution::None { nearest } => format!("! {}", list(nearest)).trim_end().into(),
        }
    }

    #[test]
    fn tails_resolve_among_running_then_latest_ended_then_all() {
        for (tail, meant) in [
            ("clicks", "2026-Q4/search/clicks"),
            ("nps", "2026/customer-trust/nps"),
            ("checkout", "2026-Q4/checkout"),
            ("checkout/latency", "2026-Q4/checkout/latency"),
            ("latency", "? 2026-Q4/checkout/latency 2026-Q4/search/latency"),
            ("2026-Q3/checkout", "2026-Q3/checkout"),
            // The latest ended cycle comes before earlier ones.
            ("refunds", "2026-Q3/old/refunds"),
            ("signups", "2026-Q2/growth/signups"),
            ("churn", "2027-Q1/future/churn"),
            ("growth", "!"),
            ("serch/clicks", "! 2026-Q4/search/clicks"),
            ("Clicks", "! 2026-Q4/search/clicks"),
            ("ref", "! 2026-H1/growth/refunds 2026-Q3/old/refunds"),
            ("customer-trust/n", "! 2026/customer-trust/nps 2026/customer-trust"),
            ("cl", "!"),
            ("", "!"),
        ] {
            // Names given twice, as by a duplicate in two files, are one.
            let twice = names().into_iter().chain(names());
            assert_eq!(shown(resolve(tail, twice, date(2026, 11, 22))), meant, "{tail}");
        }
    }

    #[test]
    fn parents_resolve_in_cycles_that_contain_the_childs_start() {
        let start = date(2026, 10, 1);
        let more = ["2026/checkout", "2026-H2/trust", "2026-Q4/trust"];
        for (written, child, meant) in [
            ("customer-trust", "2026-Q4/checkout", "2026/customer-trust"),
            ("2026/customer-trust", "2026-Q4/checkout", "2026/customer-trust"),
            ("2026-Q3/checkout", "2026-Q4/checkout", "2026-Q3/checkout"),
            ("checkout", "2026-Q4/checkout", "2026/checkout"),
            ("trust", "2026-Q4/checkout", "? 2026-H2/trust 2026-Q4/trust"),
            ("search", "2026-Q4/search", "2026-Q4/search"),
            ("old", "2026-Q4/checkout", "!"),
            ("custmer-trust", "2026-Q4/checkout", "! 2026/customer-trust"),
            ("customer-trust/nps", "2026-Q4/checkout", "!"),
        ] {
            let more = more.iter().map(|full| {
                let name = Name::parse(full).expect("a full name");
                let cycle = Calendar::default().cycle(&name.cycle).expect("a built-in form");
                (name, cycle)
            });
            let child = Name::parse(child).expect("a full name");
            let resolution = Directory::new(names().into_iter().chain(more)).parent(written, &child, start);
            assert_eq!(shown(resolution), meant, "{written} of {child}");
        }
    }

    #[test]
    fn references_resolve_in_the_objective_then_in_its_cycle() {
        let own = Name::objective("2026-Q4", "checkout");
        let directory = Directory::new(names());
        for (written, meant) in [
            ("latency", "2026-Q4/checkout/latency"),
            ("search/latency", "2026-Q4/search/latency"),
            ("clicks", "2026-Q4/search/clicks"),
            ("search", "2026-Q4/search"),
            ("2026-Q3/old/refunds", "2026-Q3/old/refunds"),
            ("refunds", "! 2026-H1/growth/refunds 2026-Q3/old/refunds"),
            ("latncy", "! 2026-Q3/checkout/latency 2026-Q4/checkout/latency 2026-Q4/search/latency"),
        ] {
            assert_eq!(shown(directory.dependency(written, &own)), meant, "{written}");
        }
        assert_eq!(shown(directory.key_result("search", &own)), "!", "no key result");
    }

    #[test]
    fn running_and_just_ended_unscored_cycles_are_shown() {
        let calendar = Calendar::default();
        let cycles = |ids: &[(&str, bool)]| {
            ids.iter()
                .map(|&(id, unscored)| (calendar.cycle(id).expect("a built-in form"), unscored))
                .collect::<Vec<_>>()
        };
        let year =
            cycles(&[("2026-Q4", true), ("2026", true), ("2026-Q3", true), ("2026-Q2", true), ("2027-Q1", true)]);
        for (today, ids) in [
            (date(2026, 11, 22), vec!["2026", "2026-Q4"]),
            (date(2026, 10, 30), vec!["2026", "2026-Q3", "2026-Q4"]),
            (date(2026, 10, 31), vec!["2026", "2026-Q4"]),
            (date(2027, 7, 1), vec!["2027-Q1"]),
            (date(2025, 7, 1), vec!["2026"]),
        ] {
            assert_eq!(shown_cycles(&year, today), ids, "{today}");
        }
        let scored = cycles(&[("2026-Q3", false), ("2026-Q2", false)]);
        assert_eq!(shown_cycles(&scored, date(2026, 10, 5)), ["2026-Q3"]);
        assert_eq!(shown_cycles(&[], date(2026, 10, 5)), Vec::<String>::new());
    }
}
