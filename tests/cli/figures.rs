//! Figures that people check by hand, through the whole program.

use crate::support::Place;

fn key_result(lines: &str) -> serde_json::Value {
    let text = format!(
        "cycle = \"2026-Q4\"\n\n[[objective]]\nid = \"o\"\ntitle = \"Pages feel instant to everyone\"\nowner = \"@team\"\n\n\
         [[objective.key_result]]\nid = \"k\"\ntitle = \"P99 latency falls\"\n{lines}"
    );
    let place = Place::with(&[("okrs/2026-Q4/team.toml", &text)]);
    place.okr(&["status", "--format", "json"]).exits(0).json()["cycles"][0]["objectives"][0]["key_results"][0].clone()
}

#[test]
fn lower_is_better() {
    let found = key_result("baseline = 420\ntarget = 294\nunit = \"ms\"\ncurrent = 350\n");
    assert!((found["progress"].as_f64().expect("a number") - 70.0 / 126.0).abs() < 1e-12);
    let place = Place::with(&[(
        "okrs/2026-Q4/team.toml",
        "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"Pages feel instant\"\nowner = \"@t\"\n[[objective.key_result]]\n\
         id = \"k\"\ntitle = \"P99 latency falls\"\nbaseline = 420\ntarget = 294\nunit = \"ms\"\ncurrent = 350\n",
    )]);
    let _ = place.okr(&["status"]).exits(0).says("55.6 %").says("350 ms").says("1 of 1 counted");
}

#[test]
fn going_backwards_reads_zero_with_the_raw_value_beside() {
    let found = key_result("baseline = 420\ntarget = 294\nunit = \"ms\"\ncurrent = 483\n");
    assert_eq!((found["progress"].as_f64(), found["raw"].as_f64()), (Some(0.0), Some(-0.5)));
}

#[test]
fn nothing_done_is_nothing_without_a_sign() {
    let found = key_result("milestone = [{ title = \"a\" }, { title = \"b\" }]\n");
    for figure in ["raw", "progress", "current"] {
        assert_eq!(found[figure].to_string(), "0.0", "{figure}");
    }
}

#[test]
fn a_baseline_left_out_is_the_first_check_in() {
    let found = key_result("target = 100\ncurrent = 40\n");
    assert_eq!(found["baseline_from"], "first-check-in");
    assert_eq!((found["baseline"].as_f64(), found["progress"].as_f64()), (Some(40.0), Some(0.0)));
}

#[test]
fn almost_there_does_not_show_as_there() {
    let text = "cycle = \"2026-Q4\"\n[[objective]]\nid = \"o\"\ntitle = \"Pages feel instant\"\nowner = \"@t\"\n[[objective.key_result]]\n\
         id = \"k\"\ntitle = \"Uptime rises\"\nbaseline = 0\ntarget = 100\ncurrent = 99.96\n";
    let place = Place::with(&[("okrs/2026-Q4/team.toml", text)]);
    for command in ["status", "report"] {
        let _ = place.okr(&[command]).exits(0).says("99.9 %").hides("100.0 %");
    }
}
