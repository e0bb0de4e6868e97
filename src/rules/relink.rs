//! Owns keeping every reference where it points while something gets another name. Never moves or renames anything: it is
//! handed the goals as they were, and as they are under the new name with the references of before.

use super::context::{Context, Subject};
use super::links::{Reference, references};
use crate::finding::Edit;
use crate::okr::{Name, Resolution};
use crate::source::Tree;
use crate::text::FileId;
use jiff::civil::Date;
use std::collections::HashMap;

/// What something was called, and what it is called now. An objective brings its key results along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    /// The old name.
    pub from: Name,
    /// The new one.
    pub to: Name,
}

impl Renaming {
    /// Gives the name that something has now.
    pub fn now(&self, name: &Name) -> Name {
        let Renaming { from, to } = self;
        match &from.key_result {
            None if (&name.cycle, &name.objective) == (&from.cycle, &from.objective) => {
                Name { key_result: name.key_result.clone(), ..to.clone() }
            }
            Some(_) if name == from => to.clone(),
            _ => name.clone(),
        }
    }
}

/// A reference that has to be written otherwise to mean what it meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relink {
    /// The file, as the tree afterwards knows it.
    pub file: FileId,
    /// The key that it stands under.
    pub field: &'static str,
    /// As it is written.
    pub written: String,
    /// What replaces it, quotes included; where nothing would mean the same, it stays.
    pub edit: Option<Edit>,
}

/// Finds the references that no longer mean what they meant, in the order of files.
pub fn relink(before: &Tree, after: &Tree, renaming: &Renaming, today: Date) -> Vec<Relink> {
    let (old, new) = (Subject::new(before, None, today), Subject::new(after, None, today));
    let (old, new) = (Context::new(&old, &before.config), Context::new(&new, &after.config));
    // Of several that read alike in one table, each is taken with its like.
    let mut meant: HashMap<(String, &str, &str), Vec<Option<Name>>> = HashMap::new();
    let olden = references(&old);
    for reference in olden.iter().rev() {
        let bearer =
            Name::parse(&reference.name).map_or_else(|| reference.name.clone(), |name| renaming.now(&name).to_string());
        let target = match &reference.meant {
            Resolution::One(name) => Some(renaming.now(name)),
            // What pointed nowhere, or at several, has nothing to lose.
            Resolution::Ambiguous(_) | Resolution::None { .. } => None,
        };
        meant.entry((bearer, reference.field, reference.written)).or_default().push(target);
    }
    let mut found = Vec::new();
    for reference in &references(&new) {
        let key = (reference.name.clone(), reference.field, reference.written);
        let Some(target) = meant.get_mut(&key).and_then(Vec::pop).flatten() else { continue };
        if !means(&reference.meant, &target) {
            let range = reference.span.clone();
            let edit = shortest(&new, reference, &target);
            found.push(Relink {
                file: reference.item.file.file,
                field: reference.field,
                written: reference.written.to_owned(),
                edit: edit.map(|text| Edit { range, text: toml::Value::String(text).to_string() }),
            });
        }
    }
    found
}

fn means(resolution: &Resolution, target: &Name) -> bool {
    matches!(resolution, Resolution::One(name) if name == target)
}

/// Gives the shortest end of a name, of as many parts as were written or more, that means it in the place of a reference.
fn shortest(context: &Context<'_>, reference: &Reference<'_>, target: &Name) -> Option<String> {
    let full = target.to_string();
    let starts = full.rmatch_indices('/').map(|(at, _)| at + 1).chain(std::iter::once(0));
    let parts = reference.written.split('/').count();
    let tails = starts.map(|start| &full[start..]).filter(|tail| tail.split('/').count() >= parts || *tail == full);
    let mut fitting = tails.filter(|tail| {
        let resolution = match reference.field {
            "parent" => context.parent_by(reference.item, tail),
            "depends_on" => context.dependency(reference.item, tail),
            _ => context.key_result(reference.item, tail),
        };
        resolution.is_some_and(|resolution| means(&resolution, target))
    });
    fitting.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// A key result under its old name or its new one, with the references of before.
    fn tree(moved: bool) -> Tree {
        let key_result = |id: &str| {
            format!("[[objective.key_result]]\nid = \"{id}\"\ntitle = \"T\"\nguards = [\"p99\", \"uptime\"]\n")
        };
        let (there, here) =
            if moved { (String::new(), key_result("latency")) } else { (key_result("p99"), String::new()) };
        Tree::of(&[(
            "okrs/a.toml",
            &format!(
                "cycle = \"2026-Q4\"\n[[objective]]\nid = \"speed\"\ntitle = \"T\"\n{there}[[objective.initiative]]\n\
                 title = \"I\"\ndrives = [\"p99\", \"nowhere\", \"2026-Q4/speed/p99\"]\n\
                 [[objective]]\nid = \"trust\"\ntitle = \"T\"\n{}{here}",
                key_result("uptime")
            ),
        )])
    }

    #[test]
    fn every_reference_means_what_it_meant() {
        let name = |text| Name::parse(text).expect("a name");
        let renaming = Renaming { from: name("2026-Q4/speed/p99"), to: name("2026-Q4/trust/latency") };
        let (before, after) = (tree(false), tree(true));
        let found = relink(&before, &after, &renaming, date(2026, 11, 22));
        let said: Vec<_> = found
            .iter()
            .map(|one| (one.field, one.written.as_str(), one.edit.as_ref().map(|edit| edit.text.as_str())))
            .collect();
        assert_eq!(
            said,
            [
                ("drives", "p99", Some("\"latency\"")),
                ("drives", "2026-Q4/speed/p99", Some("\"2026-Q4/trust/latency\"")),
                ("guards", "p99", Some("\"latency\"")),
                ("guards", "p99", Some("\"latency\"")),
            ]
        );
        assert_eq!(
            relink(&before, &before, &Renaming { to: renaming.from.clone(), ..renaming }, date(2026, 11, 22)),
            []
        );
    }
}
