//! Owns what tables of one list go by, so that each is found again on the other side.
//! Never knows where they stand in the text.

use super::cut::Kind;
use super::decision::Values;
use super::within::numbered;
use serde_json::Value;
use std::cell::Cell;
use std::collections::HashSet;

/// Names tables.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Whether one file has one id in several cycles.
    pub(super) by_cycle: bool,
    /// Whether two tables went by one name that must be the only one.
    pub(super) are_double: Cell<bool>,
}

impl Names {
    /// Names the tables of one list on three sides, the base first. `None` where a name is double.
    pub(super) fn of_lists(&self, kind: Kind, lists: [&[Value]; 3]) -> Option<[Vec<String>; 3]> {
        let none = Values::new();
        let tables = lists.map(|all| all.iter().map(|table| table.as_object().unwrap_or(&none)).collect::<Vec<_>>());
        self.of_tables(kind, tables)
    }

    /// Names the tables of one list on three sides, the base first: by id, else by title. What has been renamed goes by
    /// the alias that the base knows. `None` where a name is double.
    pub(super) fn of_tables(&self, kind: Kind, tables: [Vec<&Values>; 3]) -> Option<[Vec<String>; 3]> {
        let own = tables.each_ref().map(|all| all.iter().map(|table| self.own(kind, table)).collect::<Vec<_>>());
        let known_before: HashSet<&String> = own[0].iter().collect();
        let mut named = Vec::new();
        for (tables, names) in tables.iter().zip(&own) {
            let there: HashSet<&String> = names.iter().collect();
            let known: Vec<String> = tables
                .iter()
                .zip(names)
                .map(|(table, name)| {
                    if known_before.contains(name) {
                        return name.clone();
                    }
                    let old = aliases(table).find(|alias| known_before.contains(alias) && !there.contains(alias));
                    old.unwrap_or_else(|| name.clone())
                })
                .collect();
            let single = numbered(known.iter().cloned());
            if is_by_id(kind)
                && tables
                    .iter()
                    .zip(single.iter().zip(&known))
                    .any(|(table, (single, name))| single != name && text(table, "id").is_some())
            {
                self.are_double.set(true);
                return None;
            }
            named.push(single);
        }
        named.try_into().ok()
    }

    fn own(&self, kind: Kind, table: &Values) -> String {
        match text(table, "id").filter(|_| is_by_id(kind)) {
            Some(id) => match text(table, "cycle").filter(|_| self.by_cycle) {
                Some(cycle) => format!("{cycle}/{id}"),
                None => id.to_owned(),
            },
            None => format!("\"{}\"", text(table, "title").unwrap_or_default()),
        }
    }
}

/// Tells whether some list of a file, read as values, has one name twice.
pub(super) fn are_double(kind: Kind, values: &Values) -> bool {
    values.iter().any(|(key, list)| {
        let (Some(of), Some(all)) = (kind.within(key), list.as_array()) else { return false };
        let tables: Vec<&Values> = all.iter().filter_map(Value::as_object).collect();
        let ids: Vec<_> = tables.iter().filter_map(|t| text(t, "id").map(|id| (id, text(t, "cycle")))).collect();
        let twice = is_by_id(of) && ids.iter().collect::<HashSet<_>>().len() < ids.len();
        twice || tables.iter().any(|table| are_double(of, table))
    })
}

/// Tells whether objectives of one file share an id, in different cycles.
pub(super) fn share_ids(values: &Values) -> bool {
    let all = values.get("objective").and_then(Value::as_array).into_iter().flatten();
    let ids: Vec<&str> = all.filter_map(|table| text(table.as_object()?, "id")).collect();
    ids.iter().collect::<HashSet<_>>().len() < ids.len()
}

fn is_by_id(kind: Kind) -> bool {
    matches!(kind, Kind::Objective | Kind::KeyResult)
}

fn aliases(table: &Values) -> impl Iterator<Item = String> {
    let all = table.get("aliases").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    all.map(|alias| alias.rsplit('/').next().unwrap_or(alias).to_owned())
}

fn text<'a>(table: &'a Values, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}
