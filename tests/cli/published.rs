//! What the commands print as JSON is what the schemas say.

use crate::support::Place;
use serde_json::Value;

fn schema(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON")
}

#[track_caller]
pub fn holds(name: &str, document: &Value) {
    let schema = schema(name);
    let judge = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<_> = judge.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path)).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn every_document_holds_its_schema() {
    let place = Place::empty();
    let demo = place.beside("demo");
    let folder = place.beside("");
    let _ = place.okr_in(&folder, &["demo", demo.to_str().expect("UTF-8")], &[]).exits(0);
    for (arguments, name) in [
        (&["check"][..], "check"),
        (&["status", "--cycle", "all"], "report"),
        (&["report", "--cycle", "all"], "report"),
        (&["log", "--cycle", "all"], "log"),
        (&["diff", "HEAD~40", "HEAD"], "diff"),
        (&["export"], "export"),
        (&["export", "--include-sensitive"], "export"),
        (&["checkin", "p99-latency=330", "--dry-run"], "checkin"),
        (&["doctor"], "doctor"),
        (&["cache", "--stat"], "cache"),
    ] {
        let arguments: Vec<_> = arguments.iter().copied().chain(["--format", "json"]).collect();
        let run = place.okr_in(&demo, &arguments, &[]);
        assert!(run.code < 2, "{}", run.err);
        let document = run.json();
        assert_eq!(document["format"], 1);
        holds(name, &document);
        assert_eq!(place.okr_in(&demo, &arguments, &[]).out, run.out, "same input, same bytes");
    }
}

#[test]
fn a_schema_refuses_what_is_not_the_document() {
    for name in ["check", "report", "log", "diff", "export", "checkin", "doctor", "cache"] {
        let schema = schema(name);
        let judge = jsonschema::validator_for(&schema).expect("a schema");
        assert!(!judge.is_valid(&serde_json::json!({})), "{name}");
        assert!(
            !judge.is_valid(&serde_json::json!({ "format": 1, "history": {}, "events": [], "cycles": [] })),
            "{name}"
        );
    }
}

#[test]
fn the_binary_hands_out_its_schemas() {
    let place = Place::repository();
    let _ = place.okr(&["schema"]).exits(0).says("objectives").says("log");
    for name in ["okr", "objectives", "check", "report", "log", "diff", "export", "checkin", "doctor", "cache"] {
        assert_eq!(place.okr(&["schema", name]).exits(0).json(), schema(name), "{name}");
    }
    let _ = place.okr(&["schema", "--output", "schemas"]).exits(0);
    assert_eq!(serde_json::from_str::<Value>(&place.read("schemas/okr.schema.json")).expect("JSON"), schema("okr"));
    let _ = place.okr(&["schema", "objective"]).exits(2).says("objectives");
}
