//! Owns names over time: which older name a goal had, by its `aliases`.

use crate::okr::{Field, Fields, Name};
use serde_json::Value;

/// Lists the names that a goal may have had before, in the order in which they are tried: its own aliases, as ids within
/// its objective (or cycle) or as full names, then those that its objective's aliases carry.
pub fn former(name: &Name, own: &Fields, objective: Option<&Fields>) -> Vec<String> {
    let mut names = Vec::new();
    let own: Vec<&str> = aliases(own).collect();
    match &name.key_result {
        None => names.extend(own.iter().filter_map(|alias| former_objective(name, alias)).map(|name| name.to_string())),
        Some(id) => {
            let home = Name::objective(&name.cycle, &name.objective);
            for alias in &own {
                match Name::parse(alias) {
                    Some(full) if full.key_result.is_some() => names.push(full.to_string()),
                    None if !alias.contains('/') => names.push(home.key_result(alias).to_string()),
                    _ => {}
                }
            }
            for moved in objective.into_iter().flat_map(aliases).filter_map(|alias| former_objective(&home, alias)) {
                names.push(moved.key_result(id).to_string());
                let ids = own.iter().filter(|alias| !alias.contains('/'));
                names.extend(ids.map(|alias| moved.key_result(alias).to_string()));
            }
        }
    }
    names
}

fn former_objective(name: &Name, alias: &str) -> Option<Name> {
    match Name::parse(alias) {
        Some(full) => full.key_result.is_none().then_some(full),
        None => (!alias.contains('/')).then(|| Name::objective(&name.cycle, alias)),
    }
}

fn aliases(fields: &Fields) -> impl Iterator<Item = &str> {
    fields.get(&Field::Aliases).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_aliases_come_before_those_of_the_objective() {
        let with = |aliases: &[&str]| Fields::from([(Field::Aliases, Value::from(aliases.to_vec()))]);
        let name = Name::parse("Q4/new/kr").expect("a name");
        let own = with(&["old", "Q3/a/b", "Q3/a"]);
        let objective = with(&["was", "Q3/were", "Q3/a/b"]);
        assert_eq!(
            former(&name, &own, Some(&objective)),
            ["Q4/new/old", "Q3/a/b", "Q4/was/kr", "Q4/was/old", "Q3/were/kr", "Q3/were/old"]
        );
        let name = Name::parse("Q4/new").expect("a name");
        assert_eq!(former(&name, &objective, None), ["Q4/was", "Q3/were"]);
    }
}
