//! Owns the values that a file says, apart from how it says them: the way to one, and whether two files say the same.
//! Never sees a byte of layout.

use super::layout::{Path, Step};
use crate::syntax::document::{Content, Pairs, taken_over};
use crate::syntax::value::integer;
use toml::de::DeTable;
use toml::{Table, Value};

/// Reads all that a text says, without its byte order mark, by TOML's own parser; `None` for what is no TOML.
pub(super) fn read(text: &str) -> Option<Table> {
    Some(values(&taken_over(DeTable::parse(text).ok()?.into_inner())))
}

fn values(table: &Pairs<'_>) -> Table {
    table.iter().map(|(key, value)| (key.text.clone().into_owned(), self::value(&value.content))).collect()
}

fn value(value: &Content<'_>) -> Value {
    match value {
        Content::String(text) => Value::String(text.clone().into_owned()),
        // What no number holds is still what it was.
        Content::Integer(digits, base) => {
            integer(digits, *base).map_or_else(|| Value::String(digits.clone().into_owned()), Value::Integer)
        }
        Content::Float(number) => {
            number.parse().map_or_else(|_| Value::String(number.clone().into_owned()), Value::Float)
        }
        Content::Boolean(flag) => Value::Boolean(*flag),
        Content::Datetime(moment) => Value::Datetime(*moment),
        Content::Array(all) => Value::Array(all.iter().map(|value| self::value(&value.content)).collect()),
        Content::Table(table) => Value::Table(values(table)),
    }
}

/// Goes to a value.
pub(super) fn get<'v>(values: &'v Table, path: &[Step]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    let top = values.get(first.name()?)?;
    rest.iter().try_fold(top, |value, step| match step {
        Step::Key(key) => value.as_table()?.get(key),
        Step::Index(index) => value.as_array()?.get(*index),
    })
}

/// Puts a value, with the tables on the way to it; one behind the last of a list makes it longer. `false` where something else
/// is in the way.
pub(super) fn put(values: &mut Table, path: &[Step], value: Value) -> bool {
    let Some((Step::Key(key), rest)) = path.split_first() else { return false };
    if rest.is_empty() {
        values.insert(key.clone(), value);
        return true;
    }
    let next = values.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
    put_into(next, rest, value)
}

fn put_into(at: &mut Value, path: &[Step], value: Value) -> bool {
    match (at, path.split_first()) {
        (at, None) => {
            *at = value;
            true
        }
        (Value::Table(table), Some((Step::Key(_), _))) => put(table, path, value),
        (Value::Array(all), Some((Step::Index(index), rest))) => {
            if *index == all.len() && rest.is_empty() {
                all.push(value);
                return true;
            }
            all.get_mut(*index).is_some_and(|element| put_into(element, rest, value))
        }
        _ => false,
    }
}

/// Takes a value out.
pub(super) fn take(values: &mut Table, path: &[Step]) {
    let Some((last, home)) = path.split_last() else { return };
    let Some((first, rest)) = home.split_first() else {
        values.remove(last.name().unwrap_or_default());
        return;
    };
    let top = first.name().and_then(|name| values.get_mut(name));
    let home = rest.iter().try_fold(top, |value, step| {
        Some(match step {
            Step::Key(key) => value?.as_table_mut()?.get_mut(key),
            Step::Index(index) => value?.as_array_mut()?.get_mut(*index),
        })
    });
    match (home.flatten(), last) {
        (Some(Value::Table(table)), Step::Key(key)) => drop(table.remove(key)),
        (Some(Value::Array(all)), Step::Index(index)) if *index < all.len() => drop(all.remove(*index)),
        _ => {}
    }
}

/// Wraps a value in tables, for a key that is not written with dots.
pub(super) fn nested(steps: &[Step], value: Value) -> Value {
    steps.iter().rev().filter_map(Step::name).fold(value, |value, name| {
        let mut table = Table::new();
        table.insert(name.to_owned(), value);
        Value::Table(table)
    })
}

/// Tells whether two values say the same: numbers as numbers, tables in any order.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => one == other || one.is_nan() && other.is_nan(),
        #[allow(clippy::cast_precision_loss)]
        (Value::Integer(whole), Value::Float(number)) | (Value::Float(number), Value::Integer(whole)) => {
            *whole as f64 == *number
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Table(one), Value::Table(other)) => difference(one, other).is_none(),
        (one, other) => one == other,
    }
}

/// Finds the first value that differs from what is wanted, or that should not be there; the top where nothing was read.
pub(super) fn first_difference(read: Option<&Table>, wanted: &Table) -> Option<Path> {
    read.map_or_else(|| Some(Path::new()), |read| difference(read, wanted))
}

fn difference(read: &Table, wanted: &Table) -> Option<Path> {
    let keys = wanted.keys().chain(read.keys().filter(|key| !wanted.contains_key(*key)));
    keys.into_iter().find_map(|key| {
        let mut path = match (read.get(key), wanted.get(key)) {
            (Some(one), Some(other)) => inner_difference(one, other)?,
            _ => Path::new(),
        };
        path.insert(0, Step::Key(key.clone()));
        Some(path)
    })
}

fn inner_difference(read: &Value, wanted: &Value) -> Option<Path> {
    match (read, wanted) {
        (Value::Table(read), Value::Table(wanted)) => difference(read, wanted),
        (Value::Array(read), Value::Array(wanted)) if read.len() == wanted.len() => {
            read.iter().zip(wanted).enumerate().find_map(|(index, (read, wanted))| {
                let mut path = inner_difference(read, wanted)?;
                path.insert(0, Step::Index(index));
                Some(path)
            })
        }
        (read, wanted) => (!same(read, wanted)).then(Path::new),
    }
}
