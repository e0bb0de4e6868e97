//! Owns how the values of fields are written down: exactly, whatever number it is, and never deeper than files nest.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// A value, or the beginning of one that holds others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Token<'a> {
    Null,
    Bool(bool),
    Whole(i64),
    Large(u64),
    Float(f64),
    Text(&'a str),
    List(u32),
    Table(u32),
}

/// Values nest at most so deep: objective files do not nest deeper.
const DEEPEST: usize = 32;

/// Writes a value behind others.
pub(super) fn write<'a>(value: &'a Value, tokens: &mut Vec<Token<'a>>) {
    let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    match value {
        Value::Null => tokens.push(Token::Null),
        Value::Bool(is) => tokens.push(Token::Bool(*is)),
        Value::Number(number) => tokens.push(match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => Token::Whole(whole),
            (_, Some(large), _) => Token::Large(large),
            (.., Some(float)) => Token::Float(float),
            (None, None, None) => Token::Null,
        }),
        Value::String(text) => tokens.push(Token::Text(text)),
        Value::Array(all) => {
            tokens.push(Token::List(count(all.len())));
            all.iter().for_each(|one| write(one, tokens));
        }
        Value::Object(all) => {
            tokens.push(Token::Table(count(all.len())));
            for (key, one) in all {
                tokens.push(Token::Text(key));
                write(one, tokens);
            }
        }
    }
}

/// Reads the next value; `None` at the end, and where it is none.
pub(super) fn read<'t, 'a: 't>(tokens: &mut impl Iterator<Item = &'t Token<'a>>, depth: usize) -> Option<Value> {
    if depth > DEEPEST {
        return None;
    }
    Some(match *tokens.next()? {
        Token::Null => Value::Null,
        Token::Bool(is) => Value::Bool(is),
        Token::Whole(whole) => whole.into(),
        Token::Large(large) => large.into(),
        Token::Float(float) => Value::Number(Number::from_f64(float)?),
        Token::Text(text) => text.into(),
        Token::List(count) => {
            let mut all = Vec::new();
            for _ in 0..count {
                all.push(read(tokens, depth + 1)?);
            }
            all.into()
        }
        Token::Table(count) => {
            let mut all = Map::new();
            for _ in 0..count {
                let Some(&Token::Text(key)) = tokens.next() else { return None };
                all.insert(key.to_owned(), read(tokens, depth + 1)?);
            }
            all.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::example::value;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn values_come_back_as_they_were(values in prop::collection::vec(value(), 0..5)) {
            let mut tokens = Vec::new();
            values.iter().for_each(|value| write(value, &mut tokens));
            let bytes = postcard::to_allocvec(&tokens).expect("it writes");
            let tokens: Vec<Token<'_>> = postcard::from_bytes(&bytes).expect("it reads");
            let mut tokens = tokens.iter();
            let back: Vec<Value> = std::iter::from_fn(|| read(&mut tokens, 0)).collect();
            prop_assert_eq!(back, values);
        }
    }

    #[test]
    fn nothing_nests_for_ever() {
        let tokens = vec![Token::List(1); 100_000];
        assert_eq!(read(&mut tokens.iter(), 0), None);
        assert_eq!(read(&mut [Token::List(u32::MAX), Token::Null].iter(), 0), None);
        assert_eq!(read(&mut [Token::Table(1), Token::Null].iter(), 0), None);
        assert_eq!(read(&mut [Token::Table(0)].iter(), 0), Some(json!({})));
    }
}
