//! From a tree and its history to something to read: the published model, and the model as report, status and JSON.

use crate::company;
use divan::Bencher;
use git_okr::git::Repository;
use git_okr::history::{History, Locks, Options, Past};
use git_okr::report::{self, Cycles, Input, ReportV1, Selection, Style, Templates};
use git_okr::source::{self, Tree};
use std::collections::BTreeMap;

/// Twenty objectives of four key results each, and 600 commits of check-ins.
struct Company {
    tree: Tree,
    history: History,
    locks: BTreeMap<String, Locks>,
    selection: Selection,
}

impl Company {
    fn new() -> Self {
        let folder = company::repository(20, 600);
        let repository = Repository::open(folder.path()).expect("it was just made");
        let head = repository.head().expect("HEAD is there").expect("it has commits");
        let tree = source::revision(&repository, head).expect("it has goals");
        let mut past = Past::new(&repository, head, &tree.config, &Options::default(), None);
        let history = past.history().expect("it is whole");
        let selection = Selection { cycles: Cycles::All, ..Selection::default() };
        let cycles = report::shown(&tree, &selection, company::TODAY).expect("all cycles are meant");
        let locks = cycles
            .into_iter()
            .map(|cycle| {
                let locks = past.locks(&cycle, company::TODAY);
                (cycle.id, locks.expect("it is whole"))
            })
            .collect();
        drop(past);
        Company { tree, history, locks, selection }
    }

    fn model(&self) -> ReportV1 {
        let Company { tree, history, locks, selection } = self;
        let history = Some(history);
        let input = Input { tree, history, locks, today: company::TODAY, selection, findings: Vec::new() };
        report::build(input).expect("all cycles are meant")
    }
}

#[divan::bench]
fn model(bencher: Bencher<'_, '_>) {
    let company = Company::new();
    bencher.bench_local(|| company.model());
}

#[divan::bench]
fn report_template(bencher: Bencher<'_, '_>) {
    let (model, templates) = (Company::new().model(), Templates::new(BTreeMap::new()));
    bencher.bench_local(|| templates.render("report", &model).expect("the built-in template renders"));
}

#[divan::bench]
fn status(bencher: Bencher<'_, '_>) {
    let (model, style) = (Company::new().model(), Style { width: 100, color: true, unicode: true });
    bencher.bench_local(|| report::render_status(&model, &style));
}

#[divan::bench]
fn json(bencher: Bencher<'_, '_>) {
    let model = Company::new().model();
    bencher.bench_local(|| report::json(&model));
}
