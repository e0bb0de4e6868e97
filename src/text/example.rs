//! Owns JSON values made for tests: of every kind, nested, with texts that a terminal or a CI runner would act on.

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Gives any value, up to five levels deep.
pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        "[ -~\u{1}\u{7f}é\u{202e}#\\[]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,3}", inner), 0..4)
                .prop_map(|all| Value::from(all.into_iter().collect::<Map<_, _>>())),
        ]
    })
}
