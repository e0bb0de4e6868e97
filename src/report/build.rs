//! Owns the way from a tree and its history to the published report.
//! Never decides how a figure is computed: that is the domain's; nor what is hidden: that is the mask's.

use super::continuation::Side;
use super::figures::{Figures, mean};
use super::model::{
    AmendV1, ChangeV1, CheckInV1, ChildrenV1, CycleV1, FORMAT, InitiativeV1, KeyResultV1, MilestoneV1, ObjectiveV1,
    ReportV1, RevisionV1,
};
use super::select::{self, Chosen, Index, Selection};
use super::{mask, show};
use crate::history::{ByName, CheckIn, Event, History, HistoryV1, Locked, Locks};
use crate::okr::{
    self, Change, Cycle, Directory, Done, Goal, KeyResult, Measure, Name, NotCommitted, Objective, Pace, Standing,
    Together,
};
use crate::source::{Located, Tree};
use crate::syntax::Place;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What a report is made of.
pub struct Input<'a> {
    /// The goals.
    pub tree: &'a Tree,
    /// Their past; `None` where there is no git, so that nothing is known of it.
    pub history: Option<&'a History>,
    /// The definitions at lock, by cycle; a cycle before its lock has none.
    pub locks: &'a BTreeMap<String, Locks>,
    /// The day that everything is computed for.
    pub today: Date,
    /// What is asked for.
    pub selection: &'a Selection,
    /// What the rules found, as `check` publishes it.
    pub findings: Vec<Value>,
}

pub(super) struct Builder<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) index: &'a Index<'a>,
    pub(super) chosen: &'a Chosen,
    /// The objectives that name each one as their parent.
    pub(super) children: BTreeMap<Name, Vec<Name>>,
    pub(super) parents: HashMap<Name, Name>,
    pub(super) places: HashMap<Name, usize>,
    /// The places of the objectives of each id, in any cycle.
    pub(super) by_id: HashMap<&'a str, Vec<usize>>,
    /// What was agreed on at the lock, by objective.
    pub(super) agreed: BTreeMap<Name, Vec<(Name, &'a Locked)>>,
    pub(super) figures: HashMap<Name, Figures>,
    /// What was agreed on with today's values, by key result.
    pub(super) committed: HashMap<Name, Result<Standing, NotCommitted>>,
    /// The events of each name.
    pub(super) past: ByName<'a>,
    /// Names and commits whose change is sensitive on either side.
    pub(super) sensitive: HashSet<(&'a str, Option<crate::git::ObjectId>)>,
}

/// Builds the report. Cycles come by first day, the longer first; objectives in the order of paths, then as written.
pub fn build(input: Input<'_>) -> Result<ReportV1, select::Error> {
    let days = select::cycles(input.tree);
    let index = Index::new(input.tree, &days);
    let chosen = Chosen::new(input.tree, &index, input.selection, input.today)?;
    let mut builder = Builder::new(&input, &index, &chosen);
    let cycles = chosen.cycles.iter().filter_map(|id| days.get(id)).map(|cycle| builder.cycle(cycle)).collect();
    let revision = &input.tree.revision;
    let nothing = History::default();
    Ok(ReportV1 {
        format: FORMAT,
        revision: RevisionV1 {
            id: revision.id.map(|id| id.to_string()),
            committed: revision.committed.map(show::moment),
            dirty: revision.dirty,
        },
        today: input.today,
        history: HistoryV1::from(input.history.unwrap_or(&nothing)),
        cycles,
        work: None,
        findings: input.findings,
    })
}

impl<'a> Builder<'a> {
    pub(super) fn new(input: &'a Input<'a>, index: &'a Index<'a>, chosen: &'a Chosen) -> Self {
        let directory =
            Directory::new(index.objectives.iter().map(|(name, cycle, _)| (name.clone(), (*cycle).clone())));
        let mut children: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
        let mut parents = HashMap::new();
        for (name, cycle, located) in &index.objectives {
            let Some(written) = &located.objective.parent else { continue };
            if let Some(parent) = directory.parent(written, name, cycle.start).one() {
                children.entry(parent.clone()).or_default().push(name.clone());
                parents.insert(name.clone(), parent);
            }
        }
        let mut agreed: BTreeMap<Name, Vec<(Name, &'a Locked)>> = BTreeMap::new();
        for (name, locked) in input.locks.values().flat_map(|locks| &locks.by_name) {
            let Some(name) = Name::parse(name) else { continue };
            agreed.entry(Name::objective(&name.cycle, &name.objective)).or_default().push((name, locked));
        }
        let places = index.objectives.iter().enumerate().map(|(at, (name, ..))| (name.clone(), at)).collect();
        let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, (_, _, located)) in index.objectives.iter().enumerate() {
            by_id.entry(located.objective.id.as_str()).or_default().push(at);
        }
        let events = input.history.map(|history| history.events.as_slice()).unwrap_or_default();
        let past = input.history.map(History::by_name).unwrap_or_default();
        let sensitive = events.iter().filter(|e| e.sensitive).map(|e| (&*e.name, e.commit)).collect();
        let (figures, committed) = (HashMap::new(), HashMap::new());
        let mut builder = Builder {
            input,
            index,
            chosen,
            children,
            parents,
            places,
            by_id,
            agreed,
            figures,
            committed,
            past,
            sensitive,
        };
        builder.committed = builder.as_committed();
        builder
    }

    fn cycle(&mut self, cycle: &Cycle) -> CycleV1 {
        let index = self.index;
        let all: Vec<_> = index.objectives.iter().filter(|(name, ..)| name.cycle == cycle.id).collect();
        for (name, ..) in &all {
            self.settle(name);
        }
        let members: Vec<(&Objective, Together)> =
            all.iter().map(|(name, _, o)| (o.objective, self.figures[name].together.clone())).collect();
        let together = okr::together_cycle(&members);
        let agreed: Vec<_> = self.agreed.iter().filter(|(name, _)| name.cycle == cycle.id).collect();
        let committed: Vec<(&Objective, Together)> =
            agreed.iter().filter_map(|(_, locked)| self.committed(cycle, locked)).collect();
        let committed = okr::together_cycle(&committed).progress;
        let sensitive = all.iter().any(|(name, ..)| self.figures[name].sensitive)
            || agreed.iter().flat_map(|(_, all)| all.iter()).any(|(_, locked)| locked.key_result.sensitive);
        let whole = |share: Option<f64>| if sensitive { mask::share(share) } else { share };
        let today = self.input.today;
        let shown: Vec<_> = all.iter().filter(|(name, _, o)| self.chosen.objective(name, o.objective)).collect();
        CycleV1 {
            id: cycle.id.clone(),
            start: cycle.start,
            end: cycle.end,
            lock: cycle.lock,
            elapsed: okr::elapsed(cycle.start, cycle.end, today),
            days_left: show::days_between(today, cycle.end).max(0),
            progress: whole(together.progress),
            expected: whole(together.expected),
            as_committed: whole(committed),
            progress_7_days_ago: whole(self.week_ago(&members, &all)),
            counted: together.counted,
            total: together.total,
            objective_count: all.len(),
            sensitive,
            goalposts: self.goalposts(cycle),
            ledger: self.ledger(cycle),
            objectives: shown.into_iter().map(|(name, _, located)| self.objective(name, *located)).collect(),
        }
    }

    fn objective(&mut self, name: &Name, located: Located<'_>) -> ObjectiveV1 {
        let children = self.children_of(name);
        let objective = located.objective;
        let figures = &self.figures[name];
        let sensitive = figures.sensitive;
        let whole = |share: Option<f64>| if sensitive { mask::share(share) } else { share };
        let together = &figures.together;
        let reasons = together.reasons.iter().map(|r| if sensitive { mask::tenths(r) } else { r.clone() }).collect();
        let key_results = (0..objective.key_results.len())
            .filter(|&at| {
                self.chosen.key_result(
                    &name.key_result(&objective.key_results[at].id),
                    objective,
                    &objective.key_results[at],
                )
            })
            .map(|at| self.key_result(name, located, figures, at))
            .collect();
        let cycle = self.index.objectives[self.places[name]].1;
        ObjectiveV1 {
            name: name.to_string(),
            id: objective.id.clone(),
            title: objective.title.clone(),
            owners: objective.owners.clone(),
            commitment: objective.commitment,
            parent: self.parents.get(name).map(Name::to_string).or_else(|| objective.parent.clone()),
            progress: whole(together.progress),
            expected: whole(together.expected),
            as_committed: whole(figures.as_committed),
            progress_7_days_ago: whole(figures.together_week_ago),
            health: together.health,
            reasons,
            counted: together.counted,
            total: together.total,
            sensitive,
            key_results,
            initiatives: objective
                .initiatives
                .iter()
                .map(|i| InitiativeV1 {
                    title: i.title.clone(),
                    url: i.url.clone(),
                    drives: i.drives.clone(),
                    status: i.status,
                })
                .collect(),
            children,
            work: None,
            questions: None,
            why: objective.why.clone(),
            status: objective.status,
            due: Some(objective.due.unwrap_or(cycle.end)),
            tags: objective.tags.clone(),
            retro: objective.retro.clone(),
            allow: objective.allow.clone(),
            continues: self.beside(name, Side::Before).map(|name| name.to_string()),
            continued_by: self.beside(name, Side::After).map(|name| name.to_string()),
            aliases: objective.aliases.clone(),
            meta: objective.meta.clone(),
            path: located.file.path.clone(),
            line: self.line(located, &located.place.table),
        }
    }

    fn children_of(&mut self, name: &Name) -> Option<ChildrenV1> {
        let names = self.children.get(name)?.clone();
        names.iter().for_each(|child| self.settle(child));
        let active =
            |child: &&Name| self.index.objectives[self.places[*child]].2.objective.status == okr::Status::Active;
        let counted: Vec<f64> =
            names.iter().filter(active).filter_map(|child| self.figures[child].together.progress).collect();
        let sensitive = names.iter().any(|child| self.figures[child].sensitive);
        let progress = mean(counted.iter().copied());
        Some(ChildrenV1 {
            progress: if sensitive { mask::share(progress) } else { progress },
            counted: counted.len(),
            total: names.len(),
            sensitive,
            names: names.iter().map(Name::to_string).collect(),
        })
    }

    fn key_result(&self, parent: &Name, located: Located<'_>, figures: &Figures, at: usize) -> KeyResultV1 {
        let objective = located.objective;
        let kr = &objective.key_results[at];
        let standing = &figures.standings[at];
        let name = parent.key_result(&kr.id).to_string();
        let check_ins: Vec<CheckInV1> = figures.check_ins[at]
            .iter()
            .map(|check_in| {
                let mut point = self.check_in(kr, standing, check_in);
                if self.sensitive.contains(&(name.as_str(), check_in.commit)) {
                    mask::check_in(&mut point);
                }
                point
            })
            .collect();
        let (at_least, at_most) = match &kr.measure {
            Some(Measure::Bound(bounds)) => (bounds.at_least, bounds.at_most),
            _ => (None, None),
        };
        let goal = match &kr.measure {
            Some(Measure::Metric { goal, .. }) => Some(goal),
            _ => None,
        };
        let full = parent.key_result(&kr.id);
        let cycle = self.index.objectives[self.places[parent]].1;
        let committed = self.committed_or_why(&full, cycle);
        let place = located.place.key_results.get(at).unwrap_or(&located.place.table);
        let mut published = KeyResultV1 {
            name,
            id: kr.id.clone(),
            title: kr.title.clone(),
            kind: kr.kind(),
            role: kr.role,
            owner: kr.answered_by(objective).map(str::to_owned),
            unit: kr.unit.clone(),
            baseline: standing.baseline,
            baseline_from: standing.baseline_from,
            target: standing.target,
            at_least,
            at_most,
            current: kr.value(self.input.today),
            progress: standing.progress,
            raw: standing.raw,
            expected: standing.expected,
            as_committed: committed.ok().and_then(|standing| standing.progress),
            as_committed_reason: committed.err(),
            progress_7_days_ago: figures.week_ago[at],
            confidence: kr.confidence,
            score: kr.score,
            health: standing.health,
            reasons: standing.reasons.clone(),
            owner_health: kr.health,
            status: kr.status,
            counted: standing.not_counted.is_none(),
            not_counted: standing.not_counted,
            out_of_bounds: standing.out_of_bounds,
            last_check_in: standing.last_measured,
            uncommitted: check_ins.last().is_some_and(|last| last.commit.is_none()),
            check_ins,
            work: None,
            amend: kr
                .amend
                .iter()
                .map(|a| AmendV1 { on: a.on, reason: a.reason.clone(), approved_by: a.approved_by.clone() })
                .collect(),
            definition: kr.definition.clone(),
            source: kr.source.clone(),
            weight: standing.weight,
            start: standing.start,
            due: standing.due,
            pace: pace(&kr.pace),
            change: goal.and_then(|goal| match goal {
                Goal::Change(change) => Some(relative(*change)),
                _ => None,
            }),
            scale: goal.and_then(|goal| match goal {
                Goal::Scale(rungs) => Some(rungs.clone()),
                _ => None,
            }),
            milestone: match &kr.measure {
                Some(Measure::Milestones(all)) => Some(
                    all.iter()
                        .map(|m| MilestoneV1 {
                            title: m.title.clone(),
                            done: Some(done(m.done)),
                            weight: Some(m.weight),
                            due: m.due,
                        })
                        .collect(),
                ),
                _ => None,
            },
            done: match kr.measure {
                Some(Measure::Binary(reached)) => Some(done(reached)),
                _ => None,
            },
            as_of: kr.as_of,
            note: kr.note.clone(),
            commitment: standing.commitment,
            guards: kr.guards.clone(),
            depends_on: kr.depends_on.clone(),
            evidence: kr.evidence.clone(),
            sensitive: kr.sensitive,
            tags: kr.tags.clone(),
            retro: kr.retro.clone(),
            allow: kr.allow.clone(),
            continues: self.beside(&full, Side::Before).map(|name| name.to_string()),
            continued_by: self.beside(&full, Side::After).map(|name| name.to_string()),
            aliases: kr.aliases.clone(),
            meta: Some(kr.meta.clone()),
            path: located.file.path.clone(),
            line: self.line(located, place),
        };
        if kr.sensitive {
            mask::key_result(&mut published);
        }
        published
    }

    fn check_in(&self, kr: &KeyResult, standing: &Standing, check_in: &CheckIn) -> CheckInV1 {
        let same = check_in.point.kind == kr.kind() && check_in.point.unit == kr.unit;
        let progress = check_in.value.filter(|_| same).and_then(|v| okr::point_progress(kr, standing.baseline, v));
        CheckInV1 {
            measured: check_in.measured,
            recorded: check_in.commit.map(|_| show::moment(check_in.recorded)),
            commit: check_in.commit.map(|id| id.to_string()),
            value: check_in.value,
            confidence: check_in.confidence,
            note: check_in.note.clone(),
            progress: progress.map(|share| share.clamp(0.0, 1.0)),
        }
    }

    fn line(&self, located: Located<'_>, place: &Place) -> usize {
        self.input.tree.sources.get(located.file.file).position(place.header.start).line
    }
}

/// Publishes the fields of an event.
pub fn changes(event: &Event) -> Vec<ChangeV1> {
    let published = event.changes.iter().map(|changed| ChangeV1 {
        field: changed.field.name().into(),
        before: Arc::clone(&changed.before),
        after: Arc::clone(&changed.after),
    });
    published.collect()
}

fn pace(pace: &Pace) -> Value {
    match pace {
        Pace::Linear => json!("linear"),
        Pace::Late => json!("late"),
        Pace::Checkpoints(all) => all.iter().map(|c| json!({ "on": c.on, "progress": c.progress })).collect(),
    }
}

fn relative(change: Change) -> String {
    match change {
        Change::Share(share) => format!("{}%", signed(share * 100.0)),
        Change::Points(points) => format!("{} pp", signed(points)),
        Change::Times(times) => format!("{}x", okr::quantity(times, None)),
    }
}

fn signed(number: f64) -> String {
    let shown = okr::quantity(number, None);
    if number > 0.0 { format!("+{shown}") } else { shown }
}

fn done(done: Done) -> Value {
    match done {
        Done::No => json!(false),
        Done::Yes => json!(true),
        Done::On(day) => json!(day),
    }
}
