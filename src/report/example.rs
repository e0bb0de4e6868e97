//! Owns a small company's quarter for the tests of this room: a tree, its history, and the report over them.

use super::build::{Input, build};
use super::model::ReportV1;
use super::select::{Cycles, Selection};
use crate::git::{ObjectId, Person};
use crate::history::{Changed, Event, EventKind, History};
use crate::okr::{Field, Group};
use crate::source::{Revision, Tree};
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The company's goals on 22 Nov 2026.
pub const GOALS: &str = r#"
cycle = "2026-Q4"
owner = "@acme/payments"

[[objective]]
id = "reliable-checkout"
title = "Checkout just works, even on the worst day of the year"
why = "Every failed payment costs us a customer."
parent = "2026/customer-trust"
commitment = "aspirational"

[[objective.key_result]]
id = "p99-latency"
title = "P99 latency of payment processing falls from 420 ms to 294 ms"
owner = "@ana"
baseline = 420
target = 294
unit = "ms"
current = 350
confidence = 0.7
as_of = 2026-11-20
note = "Connection pooling shipped; GC pauses are next."

[[objective.key_result]]
id = "checkout-errors"
title = "Failed checkouts fall to 0.5 %"
target = 0.5
unit = "%"
current = 2.4
confidence = 0.4
as_of = 2026-10-30
amend = [{ on = 2026-11-02, reason = "The processor's own failures count now.", approved_by = "@cto" }]

[[objective.key_result]]
id = "rollback-rate"
title = "Rollback rate stays under 1 % of deployments"
role = "guardrail"
at_most = 1.0
unit = "%"
current = 1.4
as_of = 2026-11-19

[[objective.key_result]]
id = "eu-launch"
title = "Merchants in five EU countries take live payments"
milestone = [
  { title = "Germany", done = 2026-10-20 },
  { title = "France", done = false, weight = 2, due = 2026-12-01 },
]

[[objective.key_result]]
id = "pci"
title = "The PCI audit passes without a major finding"
done = false

[[objective.key_result]]
id = "chargebacks"
title = "Chargebacks halve"
status = "dropped"
baseline = 4
target = 2
current = 3
as_of = 2026-10-12
"#;

/// The company's own goal for the year.
pub const YEAR: &str = r#"
cycle = "2026"
[[objective]]
id = "customer-trust"
title = "Shops trust us with their busiest day"
owner = "@acme"
[[objective.key_result]]
id = "nps"
title = "NPS of shops rises from 31 to 45"
baseline = 31
target = 45
current = 38
as_of = 2026-11-13
"#;

/// Gives a day of this example: 22 Nov 2026.
pub const TODAY: Date = date(2026, 11, 22);

/// Reads files of goals into a tree; nothing in them is wrong.
pub fn tree(files: &[(&str, &str)]) -> Tree {
    let read = Tree::of(files);
    assert_eq!(read.findings, []);
    let revision = Revision { id: Some(ObjectId([7; 20])), committed: Some(1_795_320_000), dirty: false };
    Tree { revision, ..read }
}

/// Gives an event of the example.
pub fn event(name: &str, kind: EventKind, measured: Date, changes: &[(Field, Value, Value)]) -> Event {
    let recorded = measured.to_zoned(jiff::tz::TimeZone::UTC).expect("the day exists").timestamp().as_second() + 36_000;
    let mut commit = [0; 20];
    commit[..8].copy_from_slice(&recorded.to_be_bytes());
    let goalpost = changes.iter().any(|(field, ..)| field.group() == Group::Goalpost);
    Event {
        name: name.into(),
        kind,
        group: changes.iter().map(|(field, ..)| field.group()).max().unwrap_or(Group::CheckIn),
        goalpost: goalpost && kind == EventKind::Definition,
        eased: None,
        late: false,
        commit: Some(ObjectId(commit)),
        author: Person { name: "Ana".into(), email: "ana@acme.example".into() },
        measured,
        recorded,
        recorded_on: measured,
        summary: "Check in".into(),
        path: "okrs/2026-Q4/payments.toml".into(),
        line: 10,
        signed: false,
        sensitive: false,
        reasons: 0,
        changes: changes
            .iter()
            .map(|(field, before, after)| Changed { field: *field, before: before.clone(), after: after.clone() })
            .collect(),
    }
}

/// Gives the company's past, newest first.
pub fn history() -> History {
    let latency = "2026-Q4/reliable-checkout/p99-latency";
    let errors = "2026-Q4/reliable-checkout/checkout-errors";
    let guard = "2026-Q4/reliable-checkout/rollback-rate";
    let title = json!("P99 latency of payment processing falls from 420 ms to 294 ms");
    let created = |name, current: Value, unit: &str, title: Value, goal: &[(Field, f64)]| {
        let mut changes = vec![
            (Field::Name, Value::Null, json!(name)),
            (Field::Current, Value::Null, current),
            (Field::Unit, Value::Null, json!(unit)),
            (Field::Title, Value::Null, title),
        ];
        changes.extend(goal.iter().map(|(field, value)| (*field, Value::Null, json!(value))));
        event(name, EventKind::Created, date(2026, 10, 2), &changes)
    };
    let check_in = |name, day, before: f64, after: f64| {
        event(name, EventKind::CheckIn, day, &[(Field::Current, json!(before), json!(after))])
    };
    let mut moved = event(errors, EventKind::Definition, date(2026, 11, 2), &[(Field::Target, json!(0.2), json!(0.5))]);
    (moved.late, moved.eased, moved.summary) = (true, Some(true), "Count the processor's failures".into());
    let mut noted = check_in(latency, date(2026, 11, 20), 371.0, 350.0);
    noted.changes.push(Changed {
        field: Field::Note,
        before: Value::Null,
        after: json!("Connection pooling shipped; GC pauses are next."),
    });
    noted.recorded += 4 * 86_400;
    let events = vec![
        noted,
        check_in(guard, date(2026, 11, 19), 0.8, 1.4),
        check_in(latency, date(2026, 11, 13), 398.0, 371.0),
        moved,
        check_in(errors, date(2026, 10, 30), 2.1, 2.4),
        check_in(latency, date(2026, 10, 23), 420.0, 398.0),
        created(guard, json!(0.8), "%", json!("Rollback rate stays under 1 % of deployments"), &[(Field::AtMost, 1.0)]),
        created(errors, json!(2.1), "%", json!("Failed checkouts fall to 0.2 %"), &[(Field::Target, 0.2)]),
        created(latency, json!(420), "ms", title, &[(Field::Baseline, 420.0), (Field::Target, 294.0)]),
    ];
    History { complete: true, commits: 9, first: Some(ObjectId([1; 20])), degraded: Vec::new(), events }
}

/// Gives the report over the example.
pub fn report() -> ReportV1 {
    let tree = tree(&[("okrs/2026/acme.toml", YEAR), ("okrs/2026-Q4/payments.toml", GOALS)]);
    report_of(&tree, &history())
}

/// Gives the report over a tree and its past, every cycle shown.
pub fn report_of(tree: &Tree, history: &History) -> ReportV1 {
    let selection = Selection { cycles: Cycles::All, ..Selection::default() };
    let locks = BTreeMap::new();
    let input = Input {
        tree,
        history: Some(history),
        locks: &locks,
        today: TODAY,
        selection: &selection,
        findings: Vec::new(),
    };
    build(input).expect("the selection is everything")
}
