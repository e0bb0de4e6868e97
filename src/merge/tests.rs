//! Tables of merges: three texts in, the text that comes out.

use super::*;

pub(super) fn style() -> Style {
    Style {
        ours: "ours".into(),
        base: "base".into(),
        theirs: "theirs".into(),
        marker_size: 7,
        shows_base: false,
        is_inner: false,
    }
}

const BASE: &str = "#:schema ../x.json
cycle = \"2026-Q4\"   # the quarter
owner = \"@acme\"

# The till.
[[objective]]
id = \"till\"
title = \"The till works\"
tags = [\"a\", \"b\"]

[[objective.key_result]] # speed
id = \"latency\"
title = \"Latency falls\"
baseline   = 420
target     = 294
current    = 400 # ms
confidence = 0.5
as_of      = 2026-11-01
note       = \"Start.\"

# Reach.
[[objective.key_result]]
id = \"eu\"
title = \"EU launch\"
milestone = [
  { title = \"Germany\", done = false }, # first
  { title = \"France\", done = false },
]

[[objective.initiative]]
title = \"Pool\"
drives = [\"latency\"]
status = \"planned\"
";

/// Edits the base: each pair is what is written and what stands instead.
fn edit(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

type Edits<'a> = &'a [(&'a str, &'a str)];

/// Merges two edits of the base and expects a third, whichever side is ours, unless both put something at one place.
#[track_caller]
fn clean(ours: Edits<'_>, theirs: Edits<'_>, wanted: Edits<'_>) {
    let merged = merge(BASE, &edit(ours), &edit(theirs), &style()).expect("it reads");
    assert_eq!((merged.text.as_str(), merged.conflicts), (edit(wanted).as_str(), 0));
    let turned = merge(BASE, &edit(theirs), &edit(ours), &style()).expect("it reads");
    assert_eq!(turned.conflicts, 0, "{}", turned.text);
    let read = |text: &str| text.parse::<toml::Table>().expect("TOML");
    assert_eq!(read(&turned.text), read(&merged.text));
    for text in [merged.text, turned.text] {
        let again = merge(BASE, &text, &edit(theirs), &style()).expect("it reads");
        assert_eq!(again.text, text, "what is in already changes nothing");
    }
}

#[track_caller]
fn conflict(ours: Edits<'_>, theirs: Edits<'_>, wanted: Edits<'_>) {
    let merged = merge(BASE, &edit(ours), &edit(theirs), &style()).expect("it reads");
    assert_eq!(merged.text, edit(wanted));
    assert_eq!(merged.conflicts, merged.text.matches("<<<<<<< ours\n").count());
    assert!(merged.conflicts > 0);
}

const CURRENT: &str = "current    = 400 # ms";
const CONFIDENCE: &str = "confidence = 0.5";
const AS_OF: &str = "as_of      = 2026-11-01";
const NOTE: &str = "note       = \"Start.\"";

#[test]
fn one_side_alone_is_taken_as_it_is() {
    let other = edit(&[(CURRENT, "current = 1"), ("[[objective.initiative]]\ntitle = \"Pool\"\n", "")]);
    for (ours, theirs) in [(BASE, other.as_str()), (other.as_str(), BASE), (other.as_str(), other.as_str())] {
        let merged = merge(BASE, ours, theirs, &style()).expect("it reads");
        let read = |text: &str| text.parse::<toml::Table>().expect("TOML");
        assert_eq!(read(&merged.text), read(&other), "{}", merged.text);
    }
    assert_eq!(merge(BASE, BASE, BASE, &style()).expect("it reads").text, BASE);
}

#[test]
fn different_fields_never_conflict() {
    clean(
        &[(CURRENT, "current    = 350 # ms")],
        &[(CONFIDENCE, "confidence = 0.7"), (NOTE, "note       = \"Pooling.\"")],
        &[(CURRENT, "current    = 350 # ms"), (CONFIDENCE, "confidence = 0.7"), (NOTE, "note       = \"Pooling.\"")],
    );
    clean(
        &[(CURRENT, "current    = 350 # ms"), (AS_OF, "as_of      = 2026-11-08")],
        &[("Germany\", done = false", "Germany\", done = 2026-11-07")],
        &[
            (CURRENT, "current    = 350 # ms"),
            (AS_OF, "as_of      = 2026-11-08"),
            ("Germany\", done = false", "Germany\", done = 2026-11-07"),
        ],
    );
    clean(
        &[("Germany\", done = false", "Germany\", done = true")],
        &[("France\", done = false", "France\", done = 2026-11-07")],
        &[
            ("Germany\", done = false", "Germany\", done = true"),
            ("France\", done = false", "France\", done = 2026-11-07"),
        ],
    );
    clean(
        &[("[\"a\", \"b\"]", "[\"a\", \"b\", \"c\"]"), ("\"planned\"", "\"active\"")],
        &[("[\"a\", \"b\"]", "[\"b\"]"), ("[\"latency\"]", "[\"latency\", \"eu\"]")],
        &[
            ("[\"a\", \"b\"]", "[\"b\", \"c\"]"),
            ("\"planned\"", "\"active\""),
            ("[\"latency\"]", "[\"latency\", \"eu\"]"),
        ],
    );
}

#[test]
fn a_day_goes_with_the_value_that_was_measured() {
    clean(
        &[(CURRENT, "current    = 350 # ms"), (AS_OF, "as_of      = 2026-11-08")],
        &[(NOTE, "note       = \"Pooling.\""), (AS_OF, "as_of      = 2026-11-09")],
        &[(CURRENT, "current    = 350 # ms"), (AS_OF, "as_of      = 2026-11-08"), (NOTE, "note       = \"Pooling.\"")],
    );
    clean(
        &[(AS_OF, "as_of      = 2026-11-08")],
        &[(AS_OF, "as_of      = 2026-11-09")],
        &[(AS_OF, "as_of      = 2026-11-09")],
    );
}

#[test]
fn the_later_check_in_stands_as_a_whole() {
    let early = [
        (CURRENT, "current    = 350 # ms"),
        (AS_OF, "as_of      = 2026-11-08"),
        (CONFIDENCE, "confidence = 0.9"),
        (NOTE, "note       = \"Good.\""),
    ];
    let late =
        [(CURRENT, "current    = 360 # ms"), (AS_OF, "as_of      = 2026-11-09"), ("note       = \"Start.\"\n", "")];
    clean(&early, &late, &late);
    let same_day = [(CURRENT, "current    = 360 # ms"), (AS_OF, "as_of      = 2026-11-08")];
    conflict(
        &early,
        &same_day,
        &[
            (CURRENT, "<<<<<<< ours\ncurrent    = 350 # ms"),
            (AS_OF, "as_of      = 2026-11-08"),
            (CONFIDENCE, "confidence = 0.9\n=======\ncurrent    = 360 # ms\nconfidence = 0.5\n>>>>>>> theirs"),
            (NOTE, "<<<<<<< ours\nnote       = \"Good.\"\n=======\nnote       = \"Start.\"\n>>>>>>> theirs"),
        ],
    );
    let undated = [(CURRENT, "current    = 360 # ms")];
    let merged = merge(BASE, &edit(&early), &edit(&undated), &style()).expect("it reads");
    assert!(merged.conflicts > 0, "{}", merged.text);
    // A later note does not take an earlier value back.
    let looked = [(NOTE, "note       = \"Hm.\""), (AS_OF, "as_of      = 2026-11-09")];
    let merged = merge(BASE, &edit(&early), &edit(&looked), &style()).expect("it reads");
    assert!(merged.conflicts > 0, "{}", merged.text);
}

#[test]
fn definitions_conflict_around_the_field_alone() {
    conflict(
        &[("= 294", "= 300"), (CURRENT, "current    = 350 # ms")],
        &[("= 294", "= 310"), (CONFIDENCE, "confidence = 0.6")],
        &[
            ("target     = 294", "<<<<<<< ours\ntarget     = 300\n=======\ntarget     = 310\n>>>>>>> theirs"),
            (CURRENT, "current    = 350 # ms"),
            (CONFIDENCE, "confidence = 0.6"),
        ],
    );
    conflict(
        &[("target     = 294\n", "")],
        &[("= 294", "= 310")],
        &[("target     = 294", "<<<<<<< ours\n=======\ntarget     = 310\n>>>>>>> theirs")],
    );
    conflict(
        &[("France\", done = false }", "France\", done = false },\n  { title = \"Spain\", done = false }")],
        &[("France\", done = false }", "France\", done = false },\n  { title = \"Italy\", done = false }")],
        &[
            ("milestone = [", "<<<<<<< ours\nmilestone = ["),
            (
                "  { title = \"France\", done = false },\n]",
                "  { title = \"France\", done = false },\n  { title = \"Spain\", done = false },\n]\n=======\nmilestone = [\n  \
                 { title = \"Germany\", done = false }, # first\n  { title = \"France\", done = false },\n  \
                 { title = \"Italy\", done = false },\n]\n>>>>>>> theirs",
            ),
        ],
    );
    let shown = Style { shows_base: true, marker_size: 9, ..style() };
    let merged = merge(BASE, &edit(&[("= 294", "= 300")]), &edit(&[("= 294", "= 310")]), &shown).expect("it reads");
    let wanted = "<<<<<<<<< ours\ntarget     = 300\n||||||||| base\ntarget     = 294\n=========\ntarget     = 310\n>>>>>>>>> theirs\n";
    assert!(merged.text.contains(wanted), "{}", merged.text);
}

#[test]
fn tables_of_both_sides_stand() {
    let one = "\n[[objective.key_result]]\nid = \"one\"\ntitle = \"One\"\n";
    let two = "\n# Two.\n[[objective.key_result]]\nid = \"two\"\ntitle = \"Two\" # two\n";
    let three = "\n[[objective]]\nid = \"three\"\ntitle = \"Three\"\n";
    let end = "status = \"planned\"\n";
    let add = |added: &str| format!("{end}{added}");
    clean(&[(end, &add(one))], &[(end, &add(three))], &[(end, &add(&format!("{one}{three}")))]);
    let merged = merge(BASE, &edit(&[(end, &add(one))]), &edit(&[(end, &add(two))]), &style()).expect("it reads");
    assert_eq!(merged.text, edit(&[(end, &add(&format!("{one}{two}")))]));
    // One goes, the other is looked at.
    let (start, rest) = BASE.split_once("# Reach.\n").expect("a comment");
    let (eu, rest) = rest.split_once("[[objective.initiative]]").expect("an initiative");
    let without = format!("{start}[[objective.initiative]]{rest}");
    let touched = edit(&[("Germany\", done = false", "Germany\", done = true")]);
    let merged = merge(BASE, &without, &touched, &style()).expect("it reads");
    assert_eq!(merged.conflicts, 1);
    assert!(merged.text.contains(&eu.trim_end().replacen("false", "true", 1)), "{}", merged.text);
    let checked_in = edit(&[(CURRENT, "current    = 350 # ms")]);
    for (ours, theirs) in [(&without, &checked_in), (&checked_in, &without)] {
        let merged = merge(BASE, ours, theirs, &style()).expect("it reads");
        assert_eq!(merged.text, without.replace(CURRENT, "current    = 350 # ms"));
    }
}

#[test]
fn what_is_renamed_is_found_by_its_alias() {
    let renamed = [("id = \"latency\"", "id = \"p99\"\naliases = [\"latency\"]")];
    clean(&renamed, &[(CURRENT, "current    = 350 # ms")], &[renamed[0], (CURRENT, "current    = 350 # ms")]);
}

#[test]
fn comments_of_both_sides_stay() {
    clean(
        &[("# speed", "# speed first"), (CURRENT, "current    = 350 # ms"), ("# The till.", "# The till.\n# Ours.")],
        &[
            ("baseline ", "# since May\nbaseline "),
            ("= 294", "= 294 # asked for"),
            ("# The till.", "# The till.\n# Theirs."),
        ],
        &[
            ("# speed", "# speed first"),
            (CURRENT, "current    = 350 # ms"),
            ("# The till.", "# The till.\n# Ours.\n# Theirs."),
            ("baseline ", "# since May\nbaseline "),
            ("= 294", "= 294 # asked for"),
        ],
    );
    let merged = merge(
        BASE,
        &edit(&[("# ms", "# milliseconds"), ("# first", "# was first")]),
        &edit(&[("# ms", "# p99"), ("# first", "# Berlin"), ("400", "390")]),
        &style(),
    )
    .expect("it reads");
    assert_eq!(merged.conflicts, 0);
    for comment in ["# milliseconds", "# p99", "# was first", "# Berlin", "= 390 #"] {
        assert!(merged.text.contains(comment), "{comment}\n{}", merged.text);
    }
    assert!(merged.text.parse::<toml::Table>().is_ok());
}

#[test]
fn line_ends_and_marks_are_ours() {
    let ours = format!("\u{feff}{}", edit(&[(CURRENT, "current    = 350 # ms")]).replace('\n', "\r\n"));
    let ours = ours.trim_end();
    let theirs =
        edit(&[(NOTE, "note       = \"\"\"\nTwo\nlines\"\"\""), ("\"planned\"\n", "\"planned\"\nurl = \"x\"\n")]);
    let merged = merge(BASE, ours, &theirs, &style()).expect("it reads");
    let wanted = edit(&[
        (CURRENT, "current    = 350 # ms"),
        (NOTE, "note       = \"\"\"\nTwo\nlines\"\"\""),
        ("\"planned\"\n", "\"planned\"\nurl = \"x\""),
    ]);
    assert_eq!(merged.text, format!("\u{feff}{}", wanted.replace('\n', "\r\n")));
}

#[test]
fn other_forms_are_merged_too() {
    let base = "objective = [{ id = \"a\", title = \"A\", key_result = [\n  { id = \"k\", title = \"K\", current = 1, target = 5 }, # k\n  { id = \"l\", title = \"L\", current = 1 }\n] }]\n";
    let ours = base.replace("\"K\", current = 1", "\"K\", current = 2");
    let theirs = base
        .replace("target = 5", "target = 6, note = \"n\"")
        .replace("\"L\", current = 1 }", "\"L\", current = 7 },\n  { id = \"m\", title = \"M\" }");
    let merged = merge(base, &ours, &theirs, &style()).expect("it reads");
    assert_eq!((merged.text, merged.conflicts), (theirs.replace("\"K\", current = 1", "\"K\", current = 2"), 0));

    let base = "[[objective]]\nid = \"a\"\nmeta.jira = \"X\"\n[[objective.key_result]]\nid = \"k\"\n[[objective.key_result.milestone]]\ntitle = \"A\"\ndone = false\n[[objective.key_result.milestone]]\ntitle = \"B\"\n[objective.key_result.retro]\nlearned = \"x\"\n";
    let ours = base.replace("\"A\"\ndone = false", "\"A\"\ndone = true").replace("\"X\"", "\"X\"\nmeta.size = 1");
    let theirs = base
        .replace("\"B\"", "\"B\"\ndone = true")
        .replace("\"X\"", "\"Y\"")
        .replace("learned = \"x\"", "learned = \"x\"\nnext_time = \"y\"");
    let merged = merge(base, &ours, &theirs, &style()).expect("it reads");
    let wanted = theirs.replace("\"A\"\ndone = false", "\"A\"\ndone = true").replace("\"Y\"", "\"Y\"\nmeta.size = 1");
    assert_eq!((merged.text, merged.conflicts), (wanted, 0));
}

#[test]
fn what_does_not_read_is_refused() {
    let table = [
        ("a = ", BASE, BASE, Refused::Broken(Version::Base)),
        (BASE, "<<<<<<< x\n", BASE, Refused::Broken(Version::Ours)),
        (BASE, BASE, "a = [", Refused::Broken(Version::Theirs)),
    ];
    for (base, ours, theirs, wanted) in table {
        assert_eq!(merge(base, ours, theirs, &style()), Err(wanted));
    }
    let double = edit(&[("id = \"eu\"", "id = \"latency\"")]);
    assert_eq!(merge(BASE, &double, BASE, &style()), Err(Refused::Double(Version::Ours)));
    let inner = Style { is_inner: true, ..style() };
    let merged = merge(BASE, &edit(&[("= 294", "= 300")]), &edit(&[("= 294", "= 310")]), &inner).expect("it reads");
    assert_eq!((merged.text.as_str(), merged.conflicts), (BASE, 0));
}
