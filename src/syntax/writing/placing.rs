//! Owns where new keys, elements and tables go in a file, and how much goes when one is taken out: beside its neighbours, in
//! their indentation and alignment. Never knows what a value says.

use super::layout::{Entry, Layout, Node, Path, Shape, Step, indent, line_end, line_start, remark_above};
use super::literal;
use crate::finding::Edit;
use crate::okr::Field;
use crate::syntax::raw::{
    RawAllow, RawAmend, RawFile, RawInitiative, RawKeyResult, RawMilestone, RawObjective, RawRetro,
};
use crate::syntax::table::Table;
use std::ops::Range;

/// A text with its layout, as edits are planned on it.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    pub(super) text: &'a str,
    pub(super) layout: &'a Layout,
    /// What ends a new line.
    pub(super) line_end: &'a str,
}

/// Where a key can be put: below a header, or into an inline table.
struct Home<'a> {
    /// The table.
    base: &'a [Step],
    entries: &'a [Entry],
    /// The inline table, or nothing below a header.
    inline: Option<&'a Node>,
    /// The header's line.
    header: Range<usize>,
}

/// Beside what a key is put.
enum Spot {
    After(usize),
    Before(usize),
    Alone,
}

impl Plan<'_> {
    /// Plans a new key for a value that is not written yet. `write` gives the value's text, told the texts around and the
    /// steps that the key leaves to the value. `None` where nothing can hold it.
    pub(super) fn insert(&self, path: &[Step], write: &dyn Fn(&str, &[Step]) -> String) -> Option<Vec<Edit>> {
        let home = (0..path.len()).rev().find_map(|depth| self.home(&path[..depth]))?;
        let rest = &path[home.base.len()..];
        let first = &path[..=home.base.len()];
        // What is written with dots already gets a further line with dots.
        let dotted =
            home.entries.iter().rposition(|entry| entry.path.len() > first.len() && entry.path.starts_with(first));
        let named = if dotted.is_some() { rest.len() } else { 1 };
        let names: Option<Vec<&str>> = rest.iter().map(Step::name).collect();
        let names = names?;
        let key = names[..named].iter().map(|name| literal::key(name)).collect::<Vec<_>>().join(".");
        let spot = dotted.map_or_else(|| spot(&home, names[0]), Spot::After);
        let like = home.entries.iter().map(|entry| &self.text[entry.value.span.clone()]);
        let like = like.clone().find(|text| text.starts_with(['"', '\''])).map_or("", |text| &text[..1]);
        let value = write(like, &rest[named..]);
        Some(match home.inline {
            Some(table) => self.pair_inside(&home, table, &spot, &format!("{key} = {value}")),
            None => vec![self.below_header(&home, &spot, &key, &value)],
        })
    }

    /// Finds what can hold keys of a table.
    fn home<'a>(&'a self, base: &'a [Step]) -> Option<Home<'a>> {
        if let Some(node) = self.layout.node(base) {
            let Shape::Table(entries) = &node.shape else { return None };
            return Some(Home { base, entries, inline: Some(node), header: 0..0 });
        }
        let section = self.layout.sections.iter().find(|section| section.path == base)?;
        Some(Home { base, entries: &section.entries, inline: None, header: section.header.clone() })
    }

    fn below_header(&self, home: &Home<'_>, spot: &Spot, key: &str, value: &str) -> Edit {
        let (text, end) = (self.text, self.line_end);
        let neighbour = match *spot {
            Spot::After(at) | Spot::Before(at) => &home.entries[at],
            Spot::Alone if home.base.is_empty() => return self.at_the_top(&format!("{key} = {value}")),
            Spot::Alone => {
                let at = home.header.end;
                let indent = indent(text, at);
                return Edit { range: at..at, text: format!("{}{indent}{key} = {value}", self.end_of(at)) };
            }
        };
        let indent = indent(text, neighbour.key.start);
        let line = format!("{indent}{key}{}{value}", self.equals(home, neighbour, key));
        match spot {
            Spot::Before(_) => {
                let floor = if home.base.is_empty() { 0 } else { self.after(home.header.end) };
                let start = remark_above(text, line_start(text, neighbour.key.start), floor);
                Edit { range: start..start, text: format!("{line}{end}") }
            }
            _ => {
                let at = line_end(text, neighbour.value.span.end);
                Edit { range: at..at, text: format!("{}{line}", self.end_of(at)) }
            }
        }
    }

    /// Puts a line above the first table and the remark on it.
    fn at_the_top(&self, line: &str) -> Edit {
        let (at, end) = (self.layout.sections[0].range.end, self.line_end);
        let before = if at > 0 && !self.text[..at].ends_with('\n') { end } else { "" };
        let after = if at < self.text.len() { end } else { "" };
        Edit { range: at..at, text: format!("{before}{line}{end}{after}") }
    }

    /// Gives what ends the line whose content ends at an offset.
    fn end_of(&self, at: usize) -> &str {
        let rest = &self.text[at..];
        if rest.starts_with("\r\n") {
            "\r\n"
        } else if rest.starts_with('\n') {
            "\n"
        } else {
            self.line_end
        }
    }

    /// Gives the start of the line after an offset.
    fn after(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    /// Gives what stands between key and value: as at the neighbour, and under its equals sign where the lines around are
    /// aligned.
    fn equals(&self, home: &Home<'_>, neighbour: &Entry, key: &str) -> String {
        let text = self.text;
        let sign = |entry: &Entry| text[entry.key.end..].find('=').map_or(0, |at| entry.key.end + at);
        let column = |entry: &Entry| text[entry.key.start..sign(entry)].chars().count();
        let end = |entry: &Entry| self.after(entry.value.span.end);
        let start = |entry: &Entry| line_start(text, entry.key.start);
        let all = home.entries;
        let own = all.iter().position(|entry| std::ptr::eq(entry, neighbour)).unwrap_or(0);
        // The lines that stand together with their signs in one column.
        let joined = |at: usize| end(&all[at]) == start(&all[at + 1]) && column(&all[at]) == column(&all[at + 1]);
        let first = (0..own).rev().take_while(|&at| joined(at)).last().unwrap_or(own);
        let last = (own..all.len() - 1).take_while(|&at| joined(at)).last().map_or(own, |at| at + 1);
        let block = &all[first..=last];
        let width = |entry: &Entry| text[entry.key.clone()].chars().count();
        let aligned = block.iter().any(|entry| width(entry) != width(neighbour));
        let after = &text[sign(neighbour) + 1..neighbour.value.span.start];
        if aligned {
            let gap = column(neighbour).saturating_sub(key.chars().count()).max(1);
            return format!("{}={after}", " ".repeat(gap));
        }
        let before = &text[neighbour.key.end..sign(neighbour)];
        let before = if before.is_empty() { "" } else { " " };
        let after = if after.is_empty() { "" } else { " " };
        format!("{before}={after}")
    }

    fn pair_inside(&self, home: &Home<'_>, table: &Node, spot: &Spot, pair: &str) -> Vec<Edit> {
        let items: Vec<Item> = home.entries.iter().map(Item::of_entry).collect();
        match *spot {
            Spot::Alone => self.fill(table, &format!(" {pair} ")),
            Spot::After(at) => self.after_item(&items, at, table.span.end - 1, pair),
            Spot::Before(at) => {
                let at = items[at].range.start;
                vec![Edit { range: at..at, text: format!("{pair}, ") }]
            }
        }
    }

    /// Fills a list or inline table that holds nothing; a remark in it stays.
    fn fill(&self, node: &Node, inside: &str) -> Vec<Edit> {
        let hollow = node.span.start + 1..node.span.end - 1;
        let range = if self.text[hollow.clone()].trim().is_empty() { hollow } else { hollow.start..hollow.start };
        let end = if range.is_empty() && self.text[range.end..].starts_with([' ', '#']) { self.line_end } else { "" };
        vec![Edit { range, text: format!("{inside}{end}") }]
    }

    /// Plans one more element at the end of a list.
    pub(super) fn append_item(&self, list: &Node, element: &str) -> Option<Vec<Edit>> {
        let Shape::List(nodes) = &list.shape else { return None };
        let items: Vec<Item> = nodes.iter().map(Item::of_node).collect();
        Some(match items.len() {
            0 => self.fill(list, element),
            count => self.after_item(&items, count - 1, list.span.end - 1, element),
        })
    }

    /// Puts one more after an item: on the same line, or on a line of its own where the item stands so.
    fn after_item(&self, items: &[Item], at: usize, close: usize, new: &str) -> Vec<Edit> {
        let text = self.text;
        let item = &items[at];
        let insert = |at: usize, text: String| Edit { range: at..at, text };
        let first_on_line = text[line_start(text, item.range.start)..item.range.start].trim().is_empty();
        let end = line_end(text, item.comma.unwrap_or(item.range.end).max(item.range.end));
        let alone = items.get(at + 1).is_none_or(|next| next.range.start > end);
        if !first_on_line || !alone {
            return vec![insert(item.range.end, format!(", {new}"))];
        }
        let line = format!("{}{}{new}", self.end_of(end), indent(text, item.range.start));
        match item.comma {
            Some(comma) if close < end => vec![insert(comma + 1, format!("{line},"))],
            None if close < end => vec![insert(item.range.end, format!(",{line}"))],
            Some(_) => vec![insert(end, format!("{line},"))],
            None if end == item.range.end => vec![insert(end, format!(",{line}"))],
            None => vec![insert(item.range.end, ",".to_owned()), insert(end, line)],
        }
    }

    /// Plans taking one element out of a list.
    pub(super) fn remove_element(&self, list: &Node, at: usize) -> Option<Edit> {
        let Shape::List(nodes) = &list.shape else { return None };
        let items: Vec<Item> = nodes.iter().map(Item::of_node).collect();
        Some(self.remove_item(&items, at))
    }

    /// Plans taking keys out that stand below headers or in inline tables: every one on the way to a value.
    pub(super) fn remove_keys(&self, path: &[Step]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let above = |base: &[Step]| base.len() < path.len() && path.starts_with(base);
        for section in self.layout.sections.iter().filter(|section| above(&section.path)) {
            for entry in section.entries.iter().filter(|entry| entry.path.starts_with(path)) {
                let range = line_start(self.text, entry.key.start)..self.after(entry.value.span.end);
                edits.push(self.without_last_end(range));
            }
        }
        let parents = (1..path.len()).rev().filter_map(|depth| self.layout.node(&path[..depth]));
        for node in parents {
            if let Shape::Table(entries) = &node.shape {
                let items: Vec<Item> = entries.iter().map(Item::of_entry).collect();
                let gone = (0..entries.len()).filter(|&at| entries[at].path.starts_with(path));
                edits.extend(gone.map(|at| self.remove_item(&items, at)));
            }
        }
        edits
    }

    /// Where the last line goes that has no end, the one before loses its end too.
    fn without_last_end(&self, range: Range<usize>) -> Edit {
        let unended = range.end == self.text.len() && !self.text.ends_with('\n');
        let start = if unended && range.start > 0 { line_end(self.text, range.start - 1) } else { range.start };
        Edit { range: start..range.end, text: String::new() }
    }

    fn remove_item(&self, items: &[Item], at: usize) -> Edit {
        let text = self.text;
        let item = &items[at];
        let end = item.comma.map_or(item.range.end, |comma| comma + 1);
        let line = line_start(text, item.range.start);
        let next = items.get(at + 1).map(|next| next.range.start);
        let last_of_line = line_end(text, end);
        let rest = text[end..last_of_line].trim_start();
        let alone = text[line..item.range.start].trim().is_empty() && (rest.is_empty() || rest.starts_with('#'));
        let range = match (alone && line > 0, next, at.checked_sub(1)) {
            (true, ..) => line..self.after(last_of_line),
            (_, Some(next), _) => item.range.start..next,
            // With the comma before it, as it was the last.
            (_, None, Some(before)) => items[before].range.end..item.range.end,
            (_, None, None) => item.range.start..end,
        };
        Edit { range, text: String::new() }
    }
}

/// An element of a list or a pair of an inline table.
struct Item {
    range: Range<usize>,
    comma: Option<usize>,
}

impl Item {
    fn of_node(node: &Node) -> Self {
        Item { range: node.span.clone(), comma: node.comma }
    }

    fn of_entry(entry: &Entry) -> Self {
        Item { range: entry.key.start..entry.value.span.end, comma: entry.value.comma }
    }
}

impl Step {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Step::Key(name) => Some(name),
            Step::Index(_) => None,
        }
    }
}

/// Gives the keys that a table knows, in the order of the documentation.
pub(super) fn known(base: &[Step]) -> &'static [&'static str] {
    match base.iter().rev().find_map(Step::name) {
        None => RawFile::KEYS,
        Some("objective") => RawObjective::KEYS,
        Some("key_result") => RawKeyResult::KEYS,
        Some("initiative") => RawInitiative::KEYS,
        Some("milestone") => RawMilestone::KEYS,
        Some("retro") => RawRetro::KEYS,
        Some("allow") => RawAllow::KEYS,
        Some("amend") => RawAmend::KEYS,
        Some(_) => &[],
    }
}

/// Finds the neighbour of a new key: of its own group the one before it, else the last of all that come before it.
fn spot(home: &Home<'_>, key: &str) -> Spot {
    let known = known(home.base);
    let rank = |name: &str| known.iter().position(|known| *known == name);
    let group = |name: &str| Field::ALL.iter().find(|field| field.name() == name).map(|field| field.group());
    let names: Vec<&str> =
        home.entries.iter().map(|entry| entry.path[home.base.len()].name().unwrap_or_default()).collect();
    let Some(last) = names.len().checked_sub(1) else { return Spot::Alone };
    let Some(own) = rank(key) else { return Spot::After(last) };
    let kin = |at: &usize| group(key).is_some() && group(names[*at]) == group(key) && rank(names[*at]).is_some();
    let before = |at: &usize| rank(names[*at]).is_some_and(|other| other < own);
    let of = |at: &usize| rank(names[*at]);
    if let Some(at) = (0..=last).filter(kin).filter(before).max_by_key(of) {
        return Spot::After(at);
    }
    if let Some(at) = (0..=last).filter(kin).min_by_key(of) {
        return Spot::Before(at);
    }
    (0..=last).rev().find(before).map_or(Spot::Before(0), Spot::After)
}

impl Plan<'_> {
    /// Tells whether the tables of a file stand apart by empty lines.
    fn is_airy(&self) -> bool {
        let mut starts = self.layout.sections.iter().skip(1).map(|section| section.range.start).filter(|&at| at > 0);
        starts.next().is_none_or(|first| std::iter::once(first).chain(starts).any(|at| self.is_after_gap(at)))
    }

    fn is_after_gap(&self, at: usize) -> bool {
        at == 0 || line_start(self.text, at - 1) == line_end(self.text, line_start(self.text, at - 1))
    }

    /// Plans new sections at an offset between two others; `sections` ends without a line end.
    pub(super) fn insert_sections(&self, at: usize, sections: &str) -> Edit {
        let (text, end) = (self.text, self.line_end);
        let gap = if self.is_airy() { end } else { "" };
        let kept = &text[..at];
        let is_last = at == text.len();
        let mut new = String::new();
        if !kept.is_empty() {
            new.push_str(if kept.ends_with('\n') { "" } else { end });
            let has_gap = kept.ends_with('\n') && self.is_after_gap(at);
            new.push_str(if has_gap { "" } else { gap });
        }
        new.push_str(sections);
        if !is_last {
            new.push_str(end);
            new.push_str(gap);
        } else if kept.is_empty() || kept.ends_with('\n') {
            new.push_str(end);
        }
        Edit { range: at..at, text: new }
    }

    /// Plans taking a table out with all in it, where it stands under headers. The gap goes with it.
    pub(super) fn remove_sections(&self, path: &[Step]) -> Vec<Edit> {
        let mut edits: Vec<Edit> = Vec::new();
        for (_, section) in self.layout.sections_of(path) {
            match edits.last_mut() {
                Some(last) if last.range.end == section.range.start => last.range.end = section.range.end,
                _ => edits.push(Edit { range: section.range.clone(), text: String::new() }),
            }
        }
        if let Some(last) = edits.last_mut().filter(|last| last.range.end == self.text.len()) {
            let kept = self.text[..last.range.start].trim_end_matches(['\r', '\n', ' ', '\t']).len();
            let ended = self.text.ends_with('\n');
            last.range.start = if ended && kept > 0 { self.after(kept) } else { line_end(self.text, kept) };
        }
        edits
    }

    /// Gives the text of a table with all in it, as it stands under headers.
    pub(super) fn text_of_sections(&self, path: &[Step]) -> String {
        let parts = self.layout.sections_of(path).map(|(_, section)| &self.text[section.range.clone()]);
        parts.collect::<String>().trim_end_matches(['\r', '\n', ' ', '\t']).to_owned()
    }

    /// Finds where one more table of a list goes, where it is to stand under a header: after the last of the list, else
    /// after the table that holds it and before what the later list `before` holds.
    pub(super) fn end_of_list(&self, list: &[Step], before: &str) -> Option<usize> {
        let of_list = self.layout.sections_of(list).map(|(at, _)| at).last();
        let holder = &list[..list.len() - 1];
        let at = of_list.or_else(|| {
            if holder.is_empty() {
                return Some(self.layout.sections.len() - 1);
            }
            let mut own = self.layout.sections_of(holder);
            let first = own.next()?.0;
            let later: Path = holder.iter().cloned().chain([Step::Key(before.to_owned())]).collect();
            let own = own.take_while(|(_, section)| !section.path.starts_with(&later));
            Some(own.last().map_or(first, |(at, _)| at))
        })?;
        Some(self.layout.sections[at].range.end)
    }

    /// Gives the blanks before the header of a table.
    pub(super) fn indent_of(&self, path: &[Step]) -> &str {
        self.layout.sections_of(path).next().map_or("", |(_, section)| indent(self.text, section.header.start))
    }
}
