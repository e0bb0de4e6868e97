//! Owns the text of whole tables: objectives, key results and initiatives as they are written under headers or inline.
//! Never knows where in a file they go.

use super::layout::{Layout, Step};
use super::literal::{self, Manner};
use super::placing::known;
use toml::{Table, Value};

/// A whole table on its way into a file: made of values, or as somebody wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub(super) values: Table,
    /// As it stands under headers, remarks included, or as an inline table.
    pub(super) text: Option<String>,
}

impl Piece {
    /// Makes a table of values; an objective may hold `key_result` and `initiative`.
    pub fn of(values: Table) -> Self {
        Piece { values, text: None }
    }

    /// Takes an objective, key result or initiative as somebody wrote it, from its `[[…]]` header on, with remarks above.
    /// `None` for what is not one such table.
    pub fn raw(text: &str) -> Option<Self> {
        let text = text.trim_matches(['\r', '\n']);
        let layout = Layout::of(text)?;
        let path: Vec<&str> = layout.sections.get(1)?.path.iter().filter_map(Step::name).collect();
        let whole =
            if path.len() > 1 { format!("[[{}]]\n{text}", path[..path.len() - 1].join(".")) } else { text.into() };
        let mut at = toml::from_str::<Table>(&whole).ok()?;
        for name in path {
            let Value::Array(mut all) = at.remove(name)? else { return None };
            let Some(Value::Table(first)) = all.pop().filter(|_| all.is_empty() && at.is_empty()) else { return None };
            at = first;
        }
        Some(Piece { values: at, text: Some(text.to_owned()) })
    }

    /// Gives what it says.
    pub fn values(&self) -> &Table {
        &self.values
    }

    /// Gives it as it was written, where it was.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Writes it as an inline table.
    pub(super) fn inline(&self, manner: Manner<'_>) -> String {
        match self.text.as_deref().filter(|text| text.starts_with('{')) {
            Some(text) => text.to_owned(),
            None => {
                let manner = Manner { several_lines: false, ..manner };
                let ordered = sorted(&self.values, known(&[Step::Key("key_result".into())]));
                literal::written(&Value::Table(ordered), manner)
            }
        }
    }

    /// Writes it under headers, without the end of the last line.
    pub(super) fn sections(&self, names: &[&str], indent: &str, line_end: &str) -> String {
        let text = self.text.as_deref().filter(|text| !text.starts_with('{'));
        let text = text.map(|text| text.replace("\r\n", "\n")).unwrap_or_else(|| {
            let mut text = String::new();
            section(&mut text, names, &self.values, indent, line_end == "\n");
            text.trim_end().to_owned()
        });
        text.replace('\n', line_end)
    }
}

/// Writes one table under its header, and below it the lists of tables that get headers too.
fn section(text: &mut String, names: &[&str], values: &Table, indent: &str, several_lines: bool) {
    text.push_str(&format!("{indent}[[{}]]\n", names.join(".")));
    let home: Vec<Step> = names.iter().map(|name| Step::Key((*name).to_owned())).collect();
    let ordered = sorted(values, known(&home));
    let is_list = |name: &str| names == ["objective"] && matches!(name, "key_result" | "initiative");
    for (name, value) in ordered.iter().filter(|(name, _)| !is_list(name)) {
        let key = literal::key(name);
        let tables = value.as_array().filter(|all| !all.is_empty() && all.iter().all(Value::is_table));
        let manner = Manner { like: "", several_lines };
        match tables {
            Some(tables) => {
                text.push_str(&format!("{indent}{key} = [\n"));
                for table in tables {
                    text.push_str(&format!("{indent}  {},\n", literal::written(table, manner)));
                }
                text.push_str(&format!("{indent}]\n"));
            }
            None => text.push_str(&format!("{indent}{key} = {}\n", literal::written(value, manner))),
        }
    }
    for (name, value) in ordered.iter().filter(|(name, _)| is_list(name)) {
        for table in value.as_array().into_iter().flatten().filter_map(Value::as_table) {
            text.push('\n');
            section(text, &[names, &[name.as_str()]].concat(), table, indent, several_lines);
        }
    }
}

/// Gives a table in the order of the documentation, what is not in it last.
fn sorted(values: &Table, known: &[&str]) -> Table {
    let rank = |name: &str| known.iter().position(|known| *known == name).unwrap_or(known.len());
    let mut all: Vec<_> = values.iter().collect();
    all.sort_by_key(|(name, _)| rank(name));
    all.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}
