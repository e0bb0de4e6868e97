//! Owns what a new id takes with it: the name that history knows, and every reference to it.

use super::context::{Context, Item, Part};
use super::links::{Reference, references};
use crate::finding::{Edit, Finding, Fix};
use crate::okr::{Name, Resolution, is_slug};
use crate::syntax::Place;
use crate::syntax::value::slug;
use crate::text::{FileId, SourceFile};
use std::collections::BTreeMap;

/// What bears an id.
#[derive(Clone, Copy)]
enum Bearer<'a> {
    Objective(&'a Item<'a>),
    KeyResult(Part<'a>),
}

impl<'a> Bearer<'a> {
    fn item(self) -> &'a Item<'a> {
        match self {
            Bearer::Objective(item) => item,
            Bearer::KeyResult(part) => part.item,
        }
    }

    fn place(self) -> &'a Place {
        match self {
            Bearer::Objective(item) => &item.place.table,
            Bearer::KeyResult(part) => part.place,
        }
    }

    fn id(self) -> &'a str {
        match self {
            Bearer::Objective(item) => &item.objective.id,
            Bearer::KeyResult(part) => &part.key_result.id,
        }
    }

    /// Gives its name, with another id where one is given; `None` where no cycle is written.
    fn name(self, id: &str) -> Option<Name> {
        let home = self.item().name.as_ref()?;
        Some(match self {
            Bearer::Objective(_) => Name::objective(&home.cycle, id),
            Bearer::KeyResult(_) => home.key_result(id),
        })
    }
}

/// Makes the fix of an id that is no slug a safe one, where nothing is lost by it: history follows through an alias, and
/// references through edits. Where two would come to bear one id, it is for their authors to tell them apart. The reader
/// finds such ids; what hangs on them is to be seen in the whole tree alone.
pub(super) fn mend_ids(context: &Context<'_>, findings: &mut [Finding], rule: &str) {
    let mut wrong = findings.iter_mut().filter(|finding| finding.rule == rule).peekable();
    if wrong.peek().is_none() {
        return;
    }
    let bearers = bearers(context);
    let references = references(context);
    for finding in wrong {
        let place = finding.primary.as_ref().map(|label| (label.file, label.range.start));
        let Some(bearer) = place.and_then(|place| bearers.get(&place)) else { continue };
        // Of what cannot be named nobody knows what refers to it; and nothing much is left of other scripts in a slug.
        if bearer.item().cycle.is_none() || !bearer.id().is_ascii() {
            continue;
        }
        let new = slug(bearer.id());
        if is_slug(&new) && !is_taken(context, *bearer, &new) {
            finding.fix = Some(fix(context, *bearer, &new, &references));
        }
    }
}

/// Gives all that bears an id that is no slug, by the place of the id.
fn bearers<'a>(context: &'a Context<'a>) -> BTreeMap<(FileId, usize), Bearer<'a>> {
    let all = context
        .objectives
        .iter()
        .flat_map(|item| std::iter::once(Bearer::Objective(item)).chain(item.parts().map(Bearer::KeyResult)));
    let wrong = all.filter(|bearer| !is_slug(bearer.id()));
    wrong
        .filter_map(|bearer| Some(((bearer.item().file.file, bearer.place().fields.get("id")?.start), bearer)))
        .collect()
}

/// Tells whether something beside it bears an id, would by the same fix, or is known by it to history.
fn is_taken(context: &Context<'_>, bearer: Bearer<'_>, new: &str) -> bool {
    let own = bearer.item();
    let alike = |id: &str| slug(id) == new;
    let beside = match bearer {
        Bearer::Objective(_) => {
            let others = context.objectives.iter().filter(|item| !std::ptr::eq(*item, own));
            others.filter(|item| item.objective.cycle == own.objective.cycle).any(|item| alike(&item.objective.id))
        }
        Bearer::KeyResult(part) => {
            let mut others = own.objective.key_results.iter().filter(|one| !std::ptr::eq(*one, part.key_result));
            others.any(|one| alike(&one.id))
        }
    };
    let full = bearer.name(new).map(|name| name.to_string());
    let aliases = context.objectives.iter().flat_map(|item| {
        let inner = item.objective.key_results.iter().flat_map(|one| &one.aliases);
        item.objective.aliases.iter().chain(inner)
    });
    beside || aliases.into_iter().any(|alias| alias == new || Some(alias) == full.as_ref())
}

fn fix(context: &Context<'_>, bearer: Bearer<'_>, new: &str, references: &[Reference<'_>]) -> Fix {
    let file = bearer.item().file.file;
    let place = bearer.place();
    let mut edits = vec![Edit { range: place.of("id"), text: quoted(new) }];
    let mut title = format!("write `{new}`");
    let old = bearer.name(bearer.id());
    if old.as_ref().is_some_and(|old| context.history.is_none_or(|past| past.may_know(&old.to_string()))) {
        edits.push(alias(context, bearer));
        title.push_str(", and keep the old id in `aliases`");
    }
    let mut elsewhere = Vec::new();
    for reference in references {
        let Resolution::One(meant) = &reference.meant else { continue };
        let Some(written) = old.as_ref().and_then(|old| renamed(context, reference, meant, old, new)) else { continue };
        let edit = Edit { range: reference.span.clone(), text: quoted(&written) };
        match reference.item.file.file {
            other if other != file => elsewhere.push((other, edit)),
            _ => edits.push(edit),
        }
    }
    edits.sort_by_key(|edit| edit.range.start);
    Fix { title, safe: true, edits, elsewhere }
}

/// Writes a reference with the new id in the place of the old; the whole name where the end of it could mean two things.
fn renamed(context: &Context<'_>, reference: &Reference<'_>, meant: &Name, old: &Name, new: &str) -> Option<String> {
    let to = match &old.key_result {
        Some(_) if meant == old => Name::objective(&old.cycle, &old.objective).key_result(new),
        None if (&meant.cycle, &meant.objective) == (&old.cycle, &old.objective) => {
            Name { objective: new.to_owned(), ..meant.clone() }
        }
        _ => return None,
    };
    let (full, parts) = (to.to_string(), reference.written.split('/').count());
    let tail = full.rmatch_indices('/').nth(parts - 1).map_or(full.as_str(), |(at, _)| &full[at + 1..]);
    if tail.split('/').eq(reference.written.split('/')) {
        // It names something within the renamed objective and leaves the objective out.
        return None;
    }
    let own =
        reference.item.name.as_ref().is_some_and(|name| name.cycle == old.cycle && name.objective == old.objective);
    let end = |name: &Name| name.ends_with(tail);
    let unique = own && old.key_result.is_some() || !context.names().any(|name| end(&name));
    Some(if unique { tail.to_owned() } else { full.clone() })
}

/// Writes the old id into `aliases`: first in the list that is there, else in a line of its own below the id.
fn alias(context: &Context<'_>, bearer: Bearer<'_>) -> Edit {
    let (place, old) = (bearer.place(), quoted(bearer.id()));
    let source = context.tree.sources.get(bearer.item().file.file);
    if let Some(list) = place.fields.get("aliases").filter(|list| source.text[list.start..].starts_with('[')) {
        let at = list.start + 1;
        let text = match place.fields.contains_key("aliases.0") {
            true if source.text[at..].starts_with(char::is_whitespace) => format!("{old},"),
            true => format!("{old}, "),
            false => old,
        };
        return Edit { range: at..at, text };
    }
    let end = place.of("id").end;
    if source.text[place.header.start..].starts_with('{') {
        return Edit { range: end..end, text: format!(", aliases = [{old}]") };
    }
    below(source, end, &format!("aliases = [{old}]"))
}

/// Puts a line below the one that holds an offset, indented alike.
pub(super) fn below(source: &SourceFile, offset: usize, line: &str) -> Edit {
    let text = &source.text;
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let indent: String = text[start..offset].chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let end = source.line_end();
    match text[offset..].find('\n') {
        Some(at) => Edit { range: offset + at + 1..offset + at + 1, text: format!("{indent}{line}{end}") },
        None => Edit { range: text.len()..text.len(), text: format!("{end}{indent}{line}") },
    }
}

/// Writes a text as TOML does.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
