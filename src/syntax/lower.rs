//! Owns the reading of a file as it is: the domain, the places of every field, and every problem as a finding.
//! Never judges a goal.

use super::document::{Content, Pairs};
use super::raw::{RawFile, RawInitiative, RawKeyResult};
use super::table::{At, Dialect, Entry, List, Reader, Table, Tables, Written};
use super::value::Line;
use super::{ObjectiveFile, ObjectivePlace, Place, Spans, broken, past, record, revive};
use crate::finding::Finding;
use crate::okr::{Field, Fields, Initiative, KeyResult};
use crate::text::{FileId, SourceFile};
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;
use std::ops::Range;

/// Reads one objective file, reporting every problem in it, in the order of the file.
pub fn read(file: FileId, source: &SourceFile) -> (ObjectiveFile, Vec<Finding>) {
    let mut reader = Reader::new(file, &source.text, Dialect::Objectives);
    let mut read = ObjectiveFile {
        file,
        path: source.path.clone(),
        objectives: Vec::new(),
        places: Vec::new(),
        head: Place::default(),
        parsed: false,
    };
    if let Some(table) = broken::parse(&mut reader) {
        read.parsed = reader.broken.is_empty();
        let raw = RawFile::from_table(&table, &At::top(), &mut reader);
        let mut places = Places { reader: &reader, all: HashMap::new() };
        read.head = places.table(&table, reader.place(&(0..0)));
        let places = places.all;
        lower(raw, places, &mut reader, &mut read);
    }
    let mut found = reader.found;
    for finding in &mut found {
        if finding.rule == "field-missing" && finding.field.as_deref() == Some("objective") {
            finding.message = "this file has no objective".into();
            finding.help = "add an `[[objective]]` with an id and a title, or keep the file out of `paths`".into();
        }
    }
    found.sort_by_key(|finding| (finding.primary.as_ref().map_or(0, |label| label.range.start), finding.rule));
    (read, found)
}

fn lower(raw: RawFile, mut places: HashMap<usize, Place>, reader: &mut Reader<'_>, read: &mut ObjectiveFile) {
    if let Some(Written { value: Tables(all), span }) = &raw.objective
        && all.is_empty()
        && reader.found.is_empty()
    {
        let finding = Finding::new("field-missing", "", "").at(reader.file, span.clone(), "");
        reader.found.push(finding.field("objective"));
    }
    let cycle = raw.cycle.map(|cycle| cycle.value.0);
    let owner = raw.owner.map(|owner| owner.value.0);
    let all = entries(raw.objective);
    read.objectives.reserve_exact(all.len());
    read.places.reserve_exact(all.len());
    for Entry { raw: mut objective, header, found } in all {
        let cycle = objective.cycle.as_ref().map(|cycle| cycle.value.0.clone()).or_else(|| cycle.clone());
        let id = objective.id.as_ref().map(|id| id.value.0.clone());
        let name =
            id.as_ref().map(|id| cycle.iter().flat_map(|cycle| [cycle, "/"]).chain([id.as_str()]).collect::<String>());
        reader.name(found, || name.clone());
        let fields = record::objective(&mut objective, owner.as_deref());
        let mut domain = revive::into_objective(fields);
        let mut place =
            ObjectivePlace { table: places.remove(&header.start).unwrap_or_default(), ..Default::default() };
        let all = entries(objective.key_result);
        domain.key_results.reserve_exact(all.len());
        place.key_results.reserve_exact(all.len());
        for Entry { raw: mut key_result, header, found } in all {
            let id = key_result.id.take().map(|id| id.value.0);
            let own =
                || name.as_ref().zip(id.as_ref()).map(|(name, id)| format!("{name}/{id}")).or_else(|| name.clone());
            reader.name(found, own);
            let place_of = places.remove(&header.start).unwrap_or_default();
            let before = reader.found.len();
            let lowered = self::key_result(&mut key_result, &place_of, reader);
            reader.name(before..reader.found.len(), own);
            if let Some(id) = id {
                domain.key_results.push(KeyResult { id, ..lowered });
                place.key_results.push(place_of);
            }
        }
        for Entry { raw, header, .. } in entries(objective.initiative) {
            if let Some(initiative) = initiative(raw) {
                domain.initiatives.push(initiative);
                place.initiatives.push(places.remove(&header.start).unwrap_or_default());
            }
        }
        if let Some(id) = id {
            read.objectives.push(crate::okr::Objective { id, cycle, ..domain });
            read.places.push(place);
        }
    }
}

fn key_result(raw: &mut RawKeyResult, place: &Place, reader: &mut Reader<'_>) -> KeyResult {
    past::ladder(raw, reader);
    let fields = record::key_result(raw);
    if let Some((one, other)) = revive::clash(&fields) {
        reader.found.push(mixed(&fields, one, other, place, reader.file));
    }
    revive::into_key_result(fields)
}

/// Says that two fields cannot stand together, at both.
fn mixed(fields: &Fields, one: Field, other: Field, place: &Place, file: FileId) -> Finding {
    let at = |field: Field| place.fields.key(field.name()).unwrap_or_else(|| place.header.clone());
    let (first, second) = if at(one).start <= at(other).start { (one, other) } else { (other, one) };
    let (a, b) = (revive::kind_of(first), revive::kind_of(second));
    let (first_key, second_key) = (first.name(), second.name());
    let message = match (a, b) {
        (Some(a), Some(b)) if a != b => {
            format!("`{first_key}` makes {a}, `{second_key}` makes {b}: a key result is of one kind")
        }
        (Some(_), Some(_)) => format!("`{first_key}` and `{second_key}` both say where the metric goes: only one can"),
        (a, b) => {
            let kind = a.or(b).unwrap_or("one kind");
            format!("`{first_key}` and `{second_key}` together: {kind} has no such number, a key result is of one kind")
        }
    };
    let help = match fields.contains_key(&Field::Milestone) || fields.contains_key(&Field::Done) {
        true => "keep the fields of one kind, and make a second key result of the others",
        false => "keep one of them",
    };
    Finding::new("kind-mixed", message, help)
        .at(file, at(second), format!("`{second_key}` here"))
        .and(file, at(first), format!("`{first_key}` here"))
        .field(second_key)
}

fn initiative(raw: RawInitiative) -> Option<Initiative> {
    let lines = |list: Option<Written<List<Line>>>| {
        list.map_or_else(Vec::new, |list| list.value.0.into_iter().map(|line| line.0).collect())
    };
    Some(Initiative {
        title: raw.title?.value.0,
        url: raw.url.map(|url| url.value.0),
        drives: lines(raw.drives),
        status: raw.status.map_or_else(Default::default, |status| status.value.0),
    })
}

fn entries<T>(tables: Option<Written<Tables<T>>>) -> Vec<Entry<T>> {
    tables.map_or_else(Vec::new, |tables| tables.value.0)
}

impl Reader<'_> {
    /// Says whom findings are about, the later and narrower name last.
    fn name(&mut self, found: Range<usize>, name: impl Fn() -> Option<String>) {
        for finding in &mut self.found[found] {
            finding.name = name();
        }
    }
}

/// Gathers where every field stands.
struct Places<'r, 't> {
    reader: &'r Reader<'t>,
    /// Of objectives, key results and initiatives, by where their header starts.
    all: HashMap<usize, Place>,
}

impl Places<'_, '_> {
    fn table(&mut self, table: &Pairs<'_>, header: Range<usize>) -> Place {
        let mut found = Spans::with_capacity(table.len());
        self.fields(table, "", &mut found);
        Place { header, fields: found.ordered() }
    }

    fn fields(&mut self, table: &Pairs<'_>, prefix: &str, found: &mut Spans) {
        for (key, value) in table {
            let name = match prefix {
                "" => Cow::Borrowed(&*key.text),
                _ => Cow::Owned(format!("{prefix}{}", key.text)),
            };
            self.value(&value.content, &value.span, &name, Some(&key.span), found);
        }
    }

    fn value(
        &mut self,
        value: &Content<'_>,
        span: &Range<usize>,
        name: &str,
        key: Option<&Range<usize>>,
        found: &mut Spans,
    ) {
        match value {
            Content::Table(table) => self.fields(table, &format!("{name}."), found),
            Content::Array(array) => {
                for (index, element) in array.iter().enumerate() {
                    match &element.content {
                        Content::Table(table) if matches!(name, "objective" | "key_result" | "initiative") => {
                            let header = self.reader.place(&element.span);
                            let start = header.start;
                            let own = self.table(table, header);
                            self.all.insert(start, own);
                        }
                        inner => {
                            self.value(inner, &element.span, &format!("{name}.{index}"), None, found);
                        }
                    }
                }
            }
            _ => {}
        }
        let key = key.map(|key| self.reader.place(key));
        found.push(name, key.as_ref(), &self.reader.place(span));
    }
}
