//! Holds the writer to its word: what was asked for is there, and no other byte has moved.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const PATH: &str = "okrs/a.toml";
const KR: Address = Address::KeyResult(0, 0);

fn draft(text: &str) -> Draft {
    Draft::new(PATH, text.as_bytes()).expect("it reads")
}

/// Changes a text and gives what comes of it, proven.
fn changed(text: &str, change: impl FnOnce(&mut Draft) -> Result<(), Unwritable>) -> String {
    let mut draft = draft(text);
    change(&mut draft).expect("it can be changed");
    draft.finish().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn table(text: &str) -> Table {
    toml::from_str(text).expect("TOML")
}

const FILE: &str = r##"#:schema ../../objectives.schema.json
cycle = "2026-Q4"

# What we want most
[[objective]]
id    = "checkout"   # short
title = "Checkout just works"

  # The one that matters
  [[objective.key_result]]
  id = "p99"
  title = "P99 falls"
  baseline = 420 # was 430
  target = 294
  unit = "ms"
  current  = 400	# tab
  note = 'so far'

  [[objective.key_result]]
  id = "eu"
  title = "EU"
  milestone = [
    { title = "Germany", done = 2026-10-20 }, # first
    { title = "France", done = false, weight = 2 },
  ]
  retro.learned = "x"
  [objective.key_result.meta]
  since=2026

[[objective.initiative]]
title = "Pool"
drives = ["p99"]
# the end"##;

#[test]
fn values_are_replaced_in_place_and_new_keys_stand_beside_their_neighbours() {
    let number = Literal::number;
    type Case<'a> = (Address, &'a str, Literal, &'a str, &'a str);
    let eu = Address::KeyResult(0, 1);
    let cases: Vec<Case<'_>> = vec![
        (KR, "current", number(350.0), "400", "350"),
        (KR, "current", number(0.7), "400", "0.7"),
        (KR, "note", "it's \"done\"".into(), "'so far'", "\"it's \\\"done\\\"\""),
        (KR, "note", "plain".into(), "'so far'", "'plain'"),
        (KR, "confidence", number(0.7), "\t# tab\n", "\t# tab\n  confidence = 0.7\n"),
        (KR, "as_of", date(2026, 11, 20).into(), "\t# tab\n", "\t# tab\n  as_of = 2026-11-20\n"),
        (KR, "health", "at-risk".into(), "'so far'\n", "'so far'\n  health = \"at-risk\"\n"),
        (KR, "weight", number(2.0), "294\n", "294\n  weight = 2\n"),
        (KR, "owner", "@ana".into(), "\"P99 falls\"\n", "\"P99 falls\"\n  owner = \"@ana\"\n"),
        (Address::Objective(0), "why", "w".into(), "just works\"\n", "just works\"\nwhy   = \"w\"\n"),
        (Address::Head, "owner", "@a".into(), "\"2026-Q4\"\n", "\"2026-Q4\"\nowner = \"@a\"\n"),
        (eu, "milestone.0.done", false.into(), "2026-10-20", "false"),
        (eu, "milestone.1.done", true.into(), "done = false", "done = true"),
        (eu, "milestone.0.weight", number(3.0), "10-20 }", "10-20, weight = 3 }"),
        (eu, "retro.next_time", "y".into(), "learned = \"x\"\n", "learned = \"x\"\n  retro.next_time = \"y\"\n"),
        (eu, "meta.until", number(2027.0), "since=2026\n", "since=2026\n  until=2027\n"),
        (eu, "score", number(0.4), "  ]\n", "  ]\n  score = 0.4\n"),
        (Address::Initiative(0, 0), "drives.0", "p95".into(), "[\"p99\"]", "[\"p95\"]"),
        (Address::Initiative(0, 0), "status", "done".into(), "[\"p99\"]\n", "[\"p99\"]\nstatus = \"done\"\n"),
    ];
    for (mark, dos) in [("", false), ("\u{feff}", true)] {
        let dress = |text: String| format!("{mark}{}", if dos { text.replace('\n', "\r\n") } else { text });
        for (table, field, value, old, new) in &cases {
            let expected = dress(FILE.replacen(old, new, 1));
            assert_eq!(changed(&dress(FILE.into()), |draft| draft.set(*table, field, value.clone())), expected);
        }
    }
    let same = changed(FILE, |draft| draft.set(KR, "current", Literal::raw("4e2").expect("a number")));
    assert_eq!(same, FILE, "what is the same is not touched");
    let raw = changed(FILE, |draft| draft.set(KR, "current", Literal::raw("3_50").expect("a number")));
    assert_eq!(raw, FILE.replacen("400", "3_50", 1));
}

#[test]
fn every_way_to_write_a_table_can_be_changed() {
    let set = |text: &str, field: &str, value: Literal| changed(text, |draft| draft.set(KR, field, value));
    let head = "cycle = \"c\"\n";
    for (before, field, value, after) in [
        (
            "objective = [{ id = \"o\", key_result = [{ id = \"k\" }] }]",
            "current",
            3,
            "objective = [{ id = \"o\", key_result = [{ id = \"k\", current = 3 }] }]",
        ),
        (
            "[[objective]]\nid = 'o'\nkey_result = [{id='k',current=1}]",
            "current",
            3,
            "[[objective]]\nid = 'o'\nkey_result = [{id='k',current=3}]",
        ),
        (
            "[[objective]]\nkey_result = [\n  {}, # empty\n]\n",
            "current",
            3,
            "[[objective]]\nkey_result = [\n  { current = 3 }, # empty\n]\n",
        ),
        (
            "[[objective]]\nkey_result = [{\n  id = 'k', # key\n  current = 1 # now\n}]\n",
            "as_of",
            3,
            "[[objective]]\nkey_result = [{\n  id = 'k', # key\n  current = 1, # now\n  as_of = 3\n}]\n",
        ),
        (
            "[[objective]]\n[[objective.key_result]]",
            "current",
            3,
            "[[objective]]\n[[objective.key_result]]\ncurrent = 3",
        ),
        (
            "[[objective]]\n[[objective.key_result]] # k\n# more\n",
            "current",
            3,
            "[[objective]]\n[[objective.key_result]] # k\ncurrent = 3\n# more\n",
        ),
        (
            "[[objective]]\n[[objective.key_result]]\nid = 1\n[[objective.key_result.milestone]]\ndone = true\n",
            "milestone.0.due",
            3,
            "[[objective]]\n[[objective.key_result]]\nid = 1\n[[objective.key_result.milestone]]\ndone = true\ndue = 3\n",
        ),
        (
            "[[objective]]\n[['objective'.\"key_result\"]]\n\"current\" = 1\n",
            "current",
            3,
            "[[objective]]\n[['objective'.\"key_result\"]]\n\"current\" = 3\n",
        ),
        (
            "[[objective]]\n[[objective.key_result]]\nretro.learned = 'x'\n",
            "retro",
            3,
            "[[objective]]\n[[objective.key_result]]\nretro = 3\n",
        ),
        (
            "[[objective]]\n[[objective.key_result]]\nid = 1\n[objective.key_result.meta]\na = 1\n",
            "meta",
            3,
            "[[objective]]\n[[objective.key_result]]\nid = 1\nmeta = 3\n",
        ),
        (
            "[[objective]]\n[[objective.key_result]]\nid = 1",
            "retro.learned",
            3,
            "[[objective]]\n[[objective.key_result]]\nid = 1\nretro = { learned = 3 }",
        ),
        (
            "[[objective]]\n[[objective.key_result]]\ndefinition = \"\"\"\ncurrent = 1\n# no\"\"\"\n",
            "as_of",
            3,
            "[[objective]]\n[[objective.key_result]]\ndefinition = \"\"\"\ncurrent = 1\n# no\"\"\"\nas_of = 3\n",
        ),
        (
            "[[objective]]\n[[objective.key_result]]\n# by hand\nnote = 1\n",
            "current",
            3,
            "[[objective]]\n[[objective.key_result]]\ncurrent = 3\n# by hand\nnote = 1\n",
        ),
    ] {
        let value = Literal::number(f64::from(value));
        assert_eq!(set(&format!("{head}{before}"), field, value), format!("{head}{after}"));
    }
    let top = |before: &str| changed(before, |draft| draft.set(Address::Head, "cycle", "c"));
    assert_eq!(top("# ours\n\n# on it\n[[objective]]\n"), "# ours\n\ncycle = \"c\"\n\n# on it\n[[objective]]\n");
    assert_eq!(top("# ours\n[[objective]]"), "# ours\ncycle = \"c\"\n\n[[objective]]");
    assert_eq!(top(""), "cycle = \"c\"\n");
}

#[test]
fn lines_go_and_nothing_with_them() {
    let eu = Address::KeyResult(0, 1);
    for (table, field, old, new) in [
        (KR, "current", "  current  = 400\t# tab\n", ""),
        (KR, "absent", "", ""),
        (eu, "milestone.1.weight", ", weight = 2", ""),
        (eu, "milestone.1", "    { title = \"France\", done = false, weight = 2 },\n", ""),
        (eu, "milestone.0.title", "title = \"Germany\", ", ""),
        (eu, "meta", "  [objective.key_result.meta]\n  since=2026\n\n", ""),
        (eu, "retro", "  retro.learned = \"x\"\n", ""),
        (Address::Initiative(0, 0), "drives.0", "[\"p99\"]", "[]"),
    ] {
        assert_eq!(changed(FILE, |draft| draft.unset(table, field)), FILE.replacen(old, new, 1), "{field}");
    }
    assert_eq!(changed("a = 1\nb = 2", |draft| draft.unset(Address::Head, "b")), "a = 1");
    assert_eq!(changed("b = 2", |draft| draft.unset(Address::Head, "b")), "");
}

#[test]
fn lists_grow_in_their_own_form() {
    let push = |text: &str, value: &str| {
        changed(text, |draft| draft.push(Address::Head, "tags", Literal::raw(value).expect("a value")))
    };
    for (before, after) in [
        ("tags = []", "tags = [3]"),
        ("tags = [1, 2]\n", "tags = [1, 2, 3]\n"),
        ("tags = [\n  1,\n  2, # two\n]\n", "tags = [\n  1,\n  2, # two\n  3,\n]\n"),
        ("tags = [\n  1,\n  2 # two\n]\n", "tags = [\n  1,\n  2, # two\n  3\n]\n"),
        ("tags = [\n  1\n]\n", "tags = [\n  1,\n  3\n]\n"),
        ("tags = [\n  1]\n", "tags = [\n  1,\n  3]\n"),
        ("tags = [\n  # none\n]\n", "tags = [3\n  # none\n]\n"),
        ("a = 1\n", "a = 1\ntags = [3]\n"),
    ] {
        assert_eq!(push(before, "3"), after);
    }
    let amend = Literal::raw("{ on = 2026-11-02, reason = \"r\" }").expect("a table");
    let headers = "[[objective]]\n\n[[objective.key_result]]\nid = 'k'\n[[objective.key_result.amend]]\nreason = 'a'\n";
    let expected = format!("{headers}\n[[objective.key_result.amend]]\non = 2026-11-02\nreason = \"r\"\n");
    assert_eq!(changed(headers, |draft| draft.push(KR, "amend", amend)), expected);
}

#[test]
fn tables_come_and_go_whole() {
    let piece = || Piece::of(table("title = 'New'\nid = 'new'\nmilestone = [{ title = 'M', done = false }]"));
    let new = "  [[objective.key_result]]\n  id = \"new\"\n  title = \"New\"\n  milestone = [\n    { title = \"M\", done = false },\n  ]\n\n";
    let added = changed(FILE, |draft| draft.add_key_result(0, piece()).map(drop));
    assert_eq!(added, FILE.replace("[[objective.initiative]]", &format!("{new}[[objective.initiative]]")));
    // It goes again without a trace.
    let gone = changed(&added, |draft| draft.cut(Address::KeyResult(0, 2)).map(drop));
    assert_eq!(gone, FILE);
    let mut cutting = draft(FILE);
    let cut = cutting.cut(KR).expect("it is there");
    let text = "  # The one that matters\n  [[objective.key_result]]\n  id = \"p99\"";
    assert!(cut.text().is_some_and(|cut| cut.starts_with(text) && cut.ends_with("note = 'so far'")));
    assert_eq!(cutting.find(&Name::objective("2026-Q4", "checkout").key_result("eu")), Some(KR));
    let back = changed(&cutting.finish().expect("it holds"), |draft| {
        draft.add_key_result(0, Piece::raw(cut.text().expect("a text")).expect("a table")).map(drop)
    });
    assert_eq!(
        draft(&back).find(&Name::objective("2026-Q4", "checkout").key_result("p99")),
        Some(Address::KeyResult(0, 1))
    );
    assert!(back.contains(cut.text().expect("a text")));
    // Inline, and from headers to inline.
    let inline = "[[objective]]\nkey_result = [{ id = 'a' }, { id = 'b' }]\n";
    let into = |text: &str, piece: Piece| changed(text, |draft| draft.add_key_result(0, piece).map(drop));
    let small = || Piece::raw("# x\n[[objective.key_result]]\ntitle = 'T'\nid = 'c'").expect("a table");
    assert_eq!(
        into(inline, small()),
        "[[objective]]\nkey_result = [{ id = 'a' }, { id = 'b' }, { id = \"c\", title = \"T\" }]\n"
    );
    assert_eq!(
        into("objective = [{ id = 'a' }]", small()),
        "objective = [{ id = 'a', key_result = [{ id = \"c\", title = \"T\" }] }]"
    );
    for (at, left) in [(0, "[{ id = 'b' }]"), (1, "[{ id = 'a' }]")] {
        let expected = format!("[[objective]]\nkey_result = {left}\n");
        assert_eq!(changed(inline, |draft| draft.cut(Address::KeyResult(0, at)).map(drop)), expected);
    }
    let out = draft(inline).cut(KR).expect("it is there");
    assert_eq!(into("[[objective]]\n", out), "[[objective]]\n\n[[objective.key_result]]\nid = \"a\"\n");
    // Whole objectives, at the end of files with and without a last line end.
    let objective = || Piece::of(table("id = 'x'\nkey_result = [{ id = 'k' }]\ninitiative = [{ title = 'i' }]"));
    let text =
        "[[objective]]\nid = \"x\"\n\n[[objective.key_result]]\nid = \"k\"\n\n[[objective.initiative]]\ntitle = \"i\"";
    let into = |file: &str| changed(file, |draft| draft.add_objective(objective()).map(drop));
    assert_eq!(into(""), format!("{text}\n"));
    assert_eq!(into("cycle = 1\n"), format!("cycle = 1\n\n{text}\n"));
    assert_eq!(into("cycle = 1"), format!("cycle = 1\n\n{text}"));
    assert_eq!(into("cycle = 1\r\n"), format!("cycle = 1\n\n{text}\n").replace('\n', "\r\n"));
    assert_eq!(into("a = 1\n[[objective]]\n[[objective]]\n"), format!("a = 1\n[[objective]]\n[[objective]]\n{text}\n"));
    let second = FILE.to_owned() + "\n\n# Two\n[[objective]]\nid = 'two'\n";
    assert_eq!(changed(&second, |draft| draft.cut(Address::Objective(1)).map(drop)), format!("{FILE}\n"));
    let first = changed(&second, |draft| draft.cut(Address::Objective(0)).map(drop));
    assert_eq!(
        first,
        "#:schema ../../objectives.schema.json\ncycle = \"2026-Q4\"\n\n# Two\n[[objective]]\nid = 'two'\n"
    );
}

#[test]
fn what_cannot_be_written_is_an_error_at_its_line() {
    let said = |bytes: &[u8]| Draft::new(PATH, bytes).expect_err("it cannot be read").to_string();
    let conflict = b"a = 1\n<<<<<<< ours\nb = 1\n=======\nb = 2\n>>>>>>> theirs\n";
    assert_eq!(
        said(conflict),
        "could not write okrs/a.toml, line 2: a merge conflict was never resolved, lines 2 to 6: neither side counts"
    );
    assert!(said(b"a = 1\nb = \xff\n").contains("line 2: the file is not UTF-8"));
    assert!(said(b"a = 1\na = 2\n").contains("line 2: this is not TOML: duplicate key"));
    let mut draft = draft("a = 1\n[[objective]]\n[[objective.key_result]]\n[objective.key_result.meta.deep]\nx = 1\n");
    let error = draft.set(Address::KeyResult(0, 7), "current", Literal::number(1.0)).expect_err("no such table");
    assert_eq!((error.line, error.message.as_str()), (2, "no such table stands here"));
    assert!(draft.set(KR, "", Literal::number(1.0)).is_err() && draft.push(Address::Head, "a", "x").is_err());
    assert!(draft.cut(Address::Head).is_err() && draft.cut(Address::Initiative(0, 0)).is_err());
    assert!(draft.add_key_result(4, Piece::of(table("id = 'x'"))).is_err());
    // Beside a table that only a deeper header makes there is no place for a key.
    let refused = draft.set(KR, "meta.flat", Literal::number(1.0)).and_then(|()| draft.finish());
    assert_eq!(refused.expect_err("it does not fit").line, 3);
    for wrong in
        ["", "id = 1", "[[objective]]\n[[objective]]\n", "a = 1\n[[objective]]\n", "[objective]\n", "[[objective]]\nx"]
    {
        assert_eq!(Piece::raw(wrong), None, "{wrong}");
    }
}

/// A file of two objectives with key results, in many layouts.
fn file() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("1"),
        Just("-2.50"),
        Just("2026-11-20"),
        Just("true"),
        Just("'a # b'"),
        Just("\"x = \\\"y\\\"\""),
        Just("\"\"\"\n# [[objective]]\nid = 'no'\"\"\""),
        Just("[1, 2]"),
        Just("[\n    1, # one\n    2\n  ]"),
        Just("{ a = 1, b.c = 'd' }"),
        Just("{}"),
        Just("[{ title = 'M', done = false },]"),
        Just("[]"),
    ];
    let key = prop::sample::select(vec![
        "title",
        "baseline",
        "unit",
        "current",
        "as_of",
        "note",
        "owner",
        "tags",
        "'meta'",
        "retro.learned",
    ]);
    let pad = prop::sample::select(vec![" = ", "=", "   = ", "\t=  "]);
    let after = prop::sample::select(vec!["", " # remark", "\t", "\n", "\n# above", "\n\n# [[x]]\n"]);
    let line = (key, pad, value, after);
    let lines = prop::collection::btree_map(0..10usize, line, 0..5);
    let form = prop::sample::select(vec!["header", "indented", "inline"]);
    let part = (lines, form);
    let dress = (any::<bool>(), any::<bool>(), any::<bool>());
    (prop::collection::vec((part.clone(), prop::collection::vec(part, 0..3)), 1..3), dress).prop_map(
        |(all, (dos, mark, last))| {
            let write =
                |lines: &std::collections::BTreeMap<usize, (&str, &str, &str, &str)>, indent: &str, id: &str| {
                    let mut seen = std::collections::BTreeSet::new();
                    let own = lines.values().filter(|line| seen.insert(line.0));
                    let lines: String =
                        own.map(|(key, pad, value, after)| format!("{indent}{key}{pad}{value}{after}\n")).collect();
                    format!("{indent}id = \"{id}\"\n{lines}")
                };
            let mut text = String::from("# top\ncycle = \"c\"\n\n");
            for (at, ((lines, _), key_results)) in all.iter().enumerate() {
                text.push_str(&format!("# on {at}\n[[objective]] # {at}\n{}", write(lines, "", &format!("o{at}"))));
                let is_inline = key_results.iter().any(|(_, form)| *form == "inline");
                if is_inline {
                    let all: Vec<_> = (0..key_results.len())
                        .map(|k| format!("  {{ id = 'k{k}', current = 1, n = {{ x = 1 }} }}"))
                        .collect();
                    text.push_str(&format!("key_result = [\n{} # k\n]\n", all.join(",\n")));
                }
                for (k, (lines, form)) in key_results.iter().enumerate().filter(|_| !is_inline) {
                    let indent = if *form == "indented" { "  " } else { "" };
                    text.push_str(&format!(
                        "\n{indent}# kr\n{indent}[[objective.key_result]]\n{}",
                        write(lines, indent, &format!("k{k}"))
                    ));
                }
            }
            let text = if last { text } else { text.trim_end().to_owned() };
            let text = if dos { text.replace('\n', "\r\n") } else { text };
            if mark { format!("\u{feff}{text}") } else { text }
        },
    )
}

fn is_subsequence(small: &str, large: &str) -> bool {
    let mut large = large.chars();
    small.chars().all(|c| large.any(|other| other == c))
}

proptest! {
    #[test]
    fn no_other_byte_moves(
        text in file(),
        (which, field) in (0..4usize, prop::sample::select(vec!["current", "as_of", "note", "confidence", "title", "evidence", "unit", "odd key"])),
        (number, note) in (-1e6..1e6f64, "(\\PC|\n|\"|'){0,8}"),
    ) {
        let before = draft(&text);
        let names = [(0, None), (0, Some(0)), (0, Some(1)), (1, Some(0))];
        let (of, at) = names[which];
        let name = Name::objective("c", &format!("o{of}"));
        let Some(table) = before.find(&at.map_or(name.clone(), |k: i32| name.key_result(&format!("k{k}")))) else { return Ok(()) };
        let value = if field == "note" { Literal::from(note.as_str()) } else { Literal::number(number) };
        let new = changed(&text, |draft| draft.set(table, field, value.clone()));
        let after = draft(&new);
        prop_assert!(proof::same(after.get(table, field).expect("it is set"), &value.value));
        match before.raw(table, field) {
            Some(old) => {
                let start = before.layout.node(&before.path_of(table, field)).expect("it is there").span.start;
                prop_assert_eq!(&before.text()[..start], &after.text()[..start]);
                let rest = &before.text()[start + old.len()..];
                prop_assert!(after.text().ends_with(rest), "{text}\n---\n{new}");
            }
            None => prop_assert!(is_subsequence(&text, &new), "{text}\n---\n{new}"),
        }
        // Once more changes nothing, and without it all is as before where it was not there.
        prop_assert_eq!(changed(&new, |draft| draft.set(table, field, value)), new.clone());
        let without = changed(&new, |draft| draft.unset(table, field));
        if before.get(table, field).is_none() {
            prop_assert_eq!(without, text);
        } else {
            prop_assert!(is_subsequence(&without, &text));
        }
    }

    #[test]
    fn tables_go_and_come_back(text in file(), of in 0..2usize, at in 0..3usize) {
        for table in [Address::KeyResult(of, at), Address::Objective(of)] {
            let mut cutting = draft(&text);
            let Ok(piece) = cutting.cut(table) else { continue };
            let rest = cutting.finish().unwrap_or_else(|error| panic!("{error}\n{text}"));
            prop_assert!(is_subsequence(&rest, &text), "{text}\n---\n{rest}");
            let whole = changed(&rest, |draft| match table {
                Address::KeyResult(of, _) => draft.add_key_result(of, piece.clone()).map(drop),
                _ => draft.add_objective(piece.clone()).map(drop),
            });
            let count = |text: &str| draft(text).values().to_string().len();
            prop_assert_eq!(count(&whole), count(&text));
            let new = piece.text().unwrap_or_default().replace("\r\n", "\n");
            prop_assert!(whole.replace("\r\n", "\n").contains(&new));
        }
    }

    #[test]
    fn many_changes_make_one_file(
        text in file(),
        changes in prop::collection::vec((0..4usize, 0..4usize, 0..9i64, 0..4u8), 1..9),
    ) {
        let fields = ["current", "tags", "meta", "retro.learned"];
        let homes = [Address::Objective(0), Address::KeyResult(0, 0), Address::KeyResult(0, 1), Address::Head];
        let mut draft = draft(&text);
        let mut wanted = draft.values().clone();
        for (home, field, number, kind) in changes {
            let (table, field) = (homes[home], fields[field]);
            if draft.get(table, "").is_none() && table != Address::Head {
                continue;
            }
            let done = match kind {
                0 => draft.unset(table, field),
                1 => draft.push(table, field, Literal::number(number as f64)),
                _ => draft.set(table, field, Literal::number(number as f64)),
            };
            // What stands in the way is said, and the draft stays as it was.
            match done {
                Ok(()) => wanted = draft.values().clone(),
                Err(_) => prop_assert_eq!(draft.values(), &wanted),
            }
        }
        let new = draft.finish().unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert!(proof::first_difference(Some(super::tests::draft(&new).values()), &wanted).is_none(), "{text}\n---\n{new}");
    }
}
