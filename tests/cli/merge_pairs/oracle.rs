//! What a person would say of two people's changes of one file: what the outcome must be, or that they contradict. Reads
//! TOML by the library alone and shares no code with the merge.

use std::collections::{BTreeMap, BTreeSet};
use toml::Value;

/// What a file says, flat: `goal/key-result field`, each entry of a list a field of its own.
pub type Facts = BTreeMap<String, String>;

/// What a person would say.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Whether the two contradict each other.
    pub must_conflict: bool,
    /// Whether a person might want to look at it.
    pub may_conflict: bool,
    /// What the outcome says, but for what is disputed.
    pub facts: Facts,
    /// The tables in which something is disputed, and their disputed fields; without one the table's existence is.
    pub disputed: BTreeSet<(String, Option<String>)>,
}

/// Reads a file. `None` where it is no TOML.
pub fn facts(text: &str) -> Option<Facts> {
    let file: toml::Table = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").parse().ok()?;
    let mut facts = Facts::new();
    flat("", &file, &mut facts);
    for objective in list(&file, "objective") {
        let name = named(objective);
        flat(&name, objective, &mut facts);
        for key_result in list(objective, "key_result") {
            flat(&format!("{name}/{}", named(key_result)), key_result, &mut facts);
        }
        for initiative in list(objective, "initiative") {
            flat(&format!("{name}/initiative {}", named(initiative)), initiative, &mut facts);
        }
    }
    Some(facts)
}

fn list<'t>(table: &'t toml::Table, key: &str) -> impl Iterator<Item = &'t toml::Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn named(table: &toml::Table) -> String {
    let name = table.get("id").or_else(|| table.get("title")).and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

fn flat(name: &str, table: &toml::Table, facts: &mut Facts) {
    let mut put =
        |field: String, said: String| assert_eq!(facts.insert(format!("{name} {field}"), said), None, "double");
    for (key, value) in table {
        match (key.as_str(), value) {
            ("objective" | "key_result" | "initiative", _) => {}
            ("milestone", _) => {
                for milestone in list(table, "milestone") {
                    let title = named(milestone);
                    put(format!("milestone {title}"), milestone["weight"].to_string());
                    put(format!("done {title}"), milestone["done"].to_string());
                }
            }
            (_, Value::Array(all)) => all.iter().for_each(|one| put(format!("{key}[{one}]"), String::new())),
            _ => put(key.clone(), value.to_string()),
        }
    }
}

/// Splits the name of a fact.
fn parts(fact: &str) -> (&str, &str) {
    let cut = fact.find(" initiative ").map_or(0, |at| at + 12);
    let at = fact[cut..].find(' ').map_or(fact.len(), |at| cut + at);
    fact.split_at(at)
}

fn field(fact: &str) -> &str {
    parts(fact).1.trim_start()
}

const VALUES: [&str; 3] = ["current", "confidence", "note"];

/// Judges two changes of one file.
pub fn judge(base: &Facts, ours: &Facts, theirs: &Facts) -> Verdict {
    let mut verdict = Verdict::default();
    let all: BTreeSet<&String> = base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
    let tables: BTreeSet<&str> = all.iter().map(|fact| parts(fact).0).collect();
    for table in tables {
        let of = |side: &Facts| -> BTreeMap<String, String> {
            let own = side.iter().filter(|(fact, _)| parts(fact).0 == table);
            own.map(|(fact, said)| (field(fact).to_owned(), said.clone())).collect()
        };
        let (was, one, other) = (of(base), of(ours), of(theirs));
        if !was.is_empty() && (one.is_empty() || other.is_empty()) {
            let kept = if one.is_empty() { &other } else { &one };
            if !kept.is_empty() && *kept != was {
                verdict.must_conflict = true;
                verdict.disputed.insert((table.to_owned(), None));
            }
            continue;
        }
        table_of(table, [&was, &one, &other], &mut verdict);
    }
    verdict
}

fn table_of(table: &str, [was, one, other]: [&BTreeMap<String, String>; 3], verdict: &mut Verdict) {
    let fields: BTreeSet<&String> = was.keys().chain(one.keys()).chain(other.keys()).collect();
    let mut outcome = BTreeMap::new();
    let mut clashes = BTreeSet::new();
    for field in fields {
        let (w, o, t) = (was.get(field), one.get(field), other.get(field));
        let stands = if o == w { t } else { o };
        if o != w && t != w && o != t {
            clashes.insert(field.as_str());
        } else if let Some(said) = stands {
            outcome.insert(field.clone(), said.clone());
        }
    }
    let set = |side: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        side.iter().filter(|(field, _)| field.starts_with("milestone ")).map(|(f, s)| (f.clone(), s.clone())).collect()
    };
    if set(one) != set(was) && set(other) != set(was) && set(one) != set(other) {
        clashes.insert("milestone");
    }
    let changed = |side: &BTreeMap<String, String>, field: &str| side.get(field) != was.get(field);
    let values = |side: &BTreeMap<String, String>| {
        changed(side, "current") || side.keys().any(|field| field.starts_with("done ") && changed(side, field))
    };
    let measured = clashes.iter().any(|field| VALUES.contains(field) || field.starts_with("done "));
    let dated =
        changed(one, "as_of") && changed(other, "as_of") && one.contains_key("as_of") && other.contains_key("as_of");
    let order = one.get("as_of").cmp(&other.get("as_of"));
    if measured {
        if dated && order.is_ne() {
            let (late, early) = if order.is_gt() { (one, other) } else { (other, one) };
            // An earlier value that a later remark says nothing of.
            verdict.may_conflict |= values(early) && !values(late);
            for field in VALUES.iter().chain([&"as_of"]) {
                clashes.remove(field);
                outcome.remove(*field);
                if let Some(said) = late.get(*field) {
                    outcome.insert((*field).to_owned(), said.clone());
                }
                if verdict.may_conflict {
                    verdict.disputed.insert((table.to_owned(), Some((*field).to_owned())));
                }
            }
            let ticked: Vec<String> =
                clashes.iter().filter(|field| field.starts_with("done ")).map(|f| (*f).to_owned()).collect();
            for field in ticked {
                clashes.remove(field.as_str());
                outcome.insert(field.clone(), late[&field].clone());
            }
        } else {
            // One check-in: its other fields are in dispute with it.
            for field in VALUES.iter().chain([&"as_of"]) {
                verdict.disputed.insert((table.to_owned(), Some((*field).to_owned())));
            }
        }
    } else if clashes.remove("as_of") {
        let day = match (values(one), values(other)) {
            (true, false) => one.get("as_of"),
            (false, true) => other.get("as_of"),
            _ => one.get("as_of").max(other.get("as_of")),
        };
        outcome.extend(day.map(|day| ("as_of".to_owned(), day.clone())));
    }
    let crossed = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>| {
        changed(one, "unit") && !changed(other, "unit") && changed(other, "current")
    };
    if crossed(one, other) || crossed(other, one) {
        // A value measured in a unit that is no longer the one.
        clashes.extend(["unit", "current"]);
    }
    for clash in clashes {
        verdict.must_conflict = true;
        let is_of_milestones = clash.starts_with("milestone") || clash.starts_with("done ");
        verdict
            .disputed
            .insert((table.to_owned(), Some(if is_of_milestones { "milestone" } else { clash }.to_owned())));
    }
    verdict.facts.extend(outcome.into_iter().map(|(field, said)| (format!("{table} {field}"), said)));
}

impl Verdict {
    /// Tells whether a fact is beyond dispute.
    pub fn settles(&self, fact: &str) -> bool {
        let (table, _) = parts(fact);
        let field = field(fact);
        let kind = if field.starts_with("done ") || field.starts_with("milestone ") { "milestone" } else { field };
        !self
            .disputed
            .iter()
            .any(|(disputed, of)| disputed == table && of.as_ref().is_none_or(|of| of == kind || of == field))
    }
}
