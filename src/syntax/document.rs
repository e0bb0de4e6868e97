//! Owns a TOML document as it stands: keys and values with their places, whoever parsed it. Never knows what a key means.

use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

/// A key with its place, in bytes of the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key<'t> {
    /// Without quotes.
    pub(crate) text: Cow<'t, str>,
    /// Where it stands, with its quotes.
    pub(crate) span: Range<usize>,
}

/// A value with its place, in bytes of the text: strings with their quotes, what stands under a header as that header.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node<'t> {
    /// What it is.
    pub(crate) content: Content<'t>,
    /// Where it stands; of several tables under one key the first.
    pub(crate) span: Range<usize>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content<'t> {
    /// A text, escapes replaced.
    String(Cow<'t, str>),
    /// A whole number: its digits without prefix and underscores, and their base.
    Integer(Cow<'t, str>, u32),
    /// A number with a point or an exponent, without underscores; `inf` and `nan` too.
    Float(Cow<'t, str>),
    /// `true` or `false`.
    Boolean(bool),
    /// A day, a time, or both; nothing of them where it did not read.
    Datetime(Datetime),
    /// A list.
    Array(Vec<Node<'t>>),
    /// A table.
    Table(Pairs<'t>),
}

/// The keys and values of a table, in written order; no key comes twice.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Pairs<'t>(pub(super) Vec<(Key<'t>, Node<'t>)>);

impl<'t> Pairs<'t> {
    /// Gives every key with its value.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (Key<'t>, Node<'t>)> {
        self.0.iter()
    }

    /// Counts the keys.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether a key is there. There are few in a table, so they are looked through.
    pub(crate) fn contains_key(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key.text == name)
    }
}

impl<'d, 't> IntoIterator for &'d Pairs<'t> {
    type Item = &'d (Key<'t>, Node<'t>);
    type IntoIter = std::slice::Iter<'d, (Key<'t>, Node<'t>)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Takes over what the TOML crate parsed.
pub(super) fn taken_over(table: DeTable<'_>) -> Pairs<'_> {
    Pairs(table.into_iter().map(|(key, value)| (self::key(key), node(value))).collect())
}

fn key(key: Spanned<Cow<'_, str>>) -> Key<'_> {
    let span = key.span();
    Key { text: key.into_inner(), span }
}

fn node(value: Spanned<DeValue<'_>>) -> Node<'_> {
    let span = value.span();
    let content = match value.into_inner() {
        DeValue::String(text) => Content::String(text),
        DeValue::Integer(whole) => Content::Integer(whole.as_str().to_owned().into(), whole.radix()),
        DeValue::Float(float) => Content::Float(float.as_str().to_owned().into()),
        DeValue::Boolean(flag) => Content::Boolean(flag),
        DeValue::Datetime(moment) => Content::Datetime(moment),
        DeValue::Array(array) => Content::Array(array.into_iter().map(node).collect()),
        DeValue::Table(table) => Content::Table(taken_over(table)),
    };
    Node { content, span }
}
