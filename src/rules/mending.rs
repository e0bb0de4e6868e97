//! Owns the mending of files: safe fixes, round after round, until none is left. Never writes a file.

use super::context::Subject;
use super::engine::mendable;
use super::selection::Selection;
use crate::finding::{self, Finding};
use crate::source::{Error, Tree};
use crate::syntax::parses;
use crate::text::FileId;
use std::collections::{BTreeMap, BTreeSet};

/// Most rounds of fixes. Each takes all that do not touch each other, so that more would mean two that undo each other.
const MOST_ROUNDS: usize = 10;

/// One finding that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// File from the root.
    pub path: String,
    /// Line, from 1, as it was when it was mended.
    pub line: usize,
    /// The rule's name.
    pub rule: &'static str,
    /// What the edits did.
    pub title: String,
}

/// What came of mending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mending {
    /// The files that changed, by path: the text before and after.
    pub texts: BTreeMap<String, (String, String)>,
    /// What was mended, in the order of mending.
    pub mended: Vec<Mended>,
    /// The files in which nothing can be mended, because they are no TOML, by path.
    pub left_alone: BTreeSet<String>,
}

/// Applies the safe fixes of the selected rules until there is none left; `keep` leaves of a tree's findings those that are
/// to be mended. Files that are no TOML are left alone, and nothing is done that would make no TOML of one.
///
/// # Errors
/// What reading the settings anew says.
pub fn mend(
    subject: &Subject<'_>,
    selection: &Selection,
    keep: &dyn Fn(&Tree, &mut Vec<Finding>),
) -> Result<Mending, Error> {
    let mut mending = Mending::default();
    let mut tree = subject.tree.clone();
    for _ in 0..MOST_ROUNDS {
        let mut findings = mendable(&Subject { tree: &tree, ..*subject }, selection);
        keep(&tree, &mut findings);
        let closed = broken(&tree);
        let round = finding::round(&tree.sources, &findings, &|file| !closed.contains(&file), &parses);
        if round.mended.is_empty() {
            break;
        }
        mending.mended.extend(round.mended.iter().filter_map(|&at| mended(&tree, &findings[at])));
        let mut texts = BTreeMap::new();
        for (file, text) in round.texts {
            let source = tree.sources.get(file);
            let pair = mending.texts.entry(source.path.clone()).or_insert_with(|| (source.text.clone(), String::new()));
            pair.1.clone_from(&text);
            texts.insert(file, text);
        }
        tree = tree.with_texts(&texts)?;
    }
    mending.left_alone = broken(&tree).into_iter().map(|file| tree.sources.get(file).path.clone()).collect();
    Ok(mending)
}

/// Finds the files that are no TOML, or no UTF-8.
fn broken(tree: &Tree) -> BTreeSet<FileId> {
    let wrong = tree.findings.iter().filter(|finding| finding.rule == "toml-syntax");
    let mut broken: BTreeSet<FileId> = wrong.filter_map(|finding| Some(finding.primary.as_ref()?.file)).collect();
    broken.extend(tree.files.iter().filter(|file| !file.parsed).map(|file| file.file));
    broken
}

fn mended(tree: &Tree, finding: &Finding) -> Option<Mended> {
    let label = finding.primary.as_ref()?;
    let source = tree.sources.get(label.file);
    Some(Mended {
        path: source.path.clone(),
        line: source.position(label.range.start).line,
        rule: finding.rule,
        title: finding.fix.as_ref()?.title.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::rules::tests::{committed, tree};
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Mends files and gives those that changed, by path, with the titles of what was done.
    fn mend_all(files: &[(&str, &str)], history: Option<&History>) -> (BTreeMap<String, String>, Vec<String>) {
        let tree = tree(files);
        let subject = Subject::new(&tree, history, date(2026, 11, 22));
        let mending = mend(&subject, &Selection::default(), &|_, _| {}).expect("it reads");
        for (path, (old, new)) in &mending.texts {
            assert!(files.iter().any(|(name, text)| name == path && text == old) && parses(new), "{path}");
        }
        let texts = mending.texts.into_iter().map(|(path, (_, new))| (path, new)).collect();
        (texts, mending.mended.into_iter().map(|one| one.title).collect())
    }

    const PATH: &str = "okrs/2026-Q4/team.toml";
    const GOOD: &str = r##"#:schema ../../objectives.schema.json
cycle = "2026-Q4"
owner = "@pay"

# What we want most
[[objective]]
id    = "checkout"   # short
title = "Checkout just works"
due   = 2026-12-20	# before Christmas

  [[objective.key_result]]
  id = "p99"
  title = "P99 latency of payments falls from 420 ms to 294 ms" # "titel = 1"
  baseline = 420 # was 430
  target = 294
  as_of = 2026-11-20
  current = 400
  guards = ["p99"] # é
  confidence = 0.5
  meta.weeks = [ 1,2 ,3 ]
# the end"##;
    /// What is right, and what is written instead.
    const SLIPS: &[(&str, &str)] = &[
        ("cycle = \"2026-Q4\"\n", ""),
        ("owner = \"@pay\"", "ownr = \"@pay\""),
        ("[[objective]]", "[objective]"),
        ("id    = ", "ID    = "),
        ("title = \"Checkout", "titel = \"Checkout"),
        ("due   = 2026-12-20", "due   = '2026/12/20'"),
        ("objective.key_result]]", "objective.key-results]]"),
        ("baseline = 420", "baselin = 420"),
        ("target = 294", "traget = 294"),
        ("as_of = 2026-11-20", "as_of = \"20.11.2026\""),
        ("as_of = 2026-11-20", "asof = \"2026-11-20\""),
        ("current = 400", "current = \"400\""),
        ("guards = [\"p99\"]", "gaurds = \"p99\""),
        ("confidence = 0.5", "\"confidance\" = \"0.5\""),
    ];

    proptest! {
        #[test]
        fn slips_are_mended_and_nothing_else_moves(
            slips in prop::sample::subsequence(SLIPS, 0..SLIPS.len()),
            (dos, mark, last) in any::<(bool, bool, bool)>(),
        ) {
            let dress = |text: &str| {
                let text = if last { format!("{text}\n") } else { text.to_owned() };
                let text = if dos { text.replace('\n', "\r\n") } else { text };
                if mark { format!("\u{feff}{text}") } else { text }
            };
            let bad = slips.iter().fold(GOOD.to_owned(), |text, (right, wrong)| text.replacen(right, wrong, 1));
            let (mended, done) = mend_all(&[(PATH, &dress(&bad))], None);
            let text = mended.get(PATH).cloned().unwrap_or_else(|| dress(&bad));
            prop_assert_eq!(&text, &dress(GOOD), "{:?}", done);
            prop_assert_eq!(mended.is_empty(), bad == GOOD);
            let (again, _) = mend_all(&[(PATH, &text)], None);
            prop_assert!(again.is_empty(), "it converges");
        }

        #[test]
        fn whatever_stands_there_it_stays_toml_and_converges(
            lines in prop::collection::vec(
                "(\\[\\[?(objective|objectiv|objective.key_result)\\]?\\])|(id|title|titel|due|curent|current|aliases) = (\"A b\"|\"x\"|[0-9]|\"7\"|\"2026/1/2\"|\\[\\]|\\[\"a\"\\])( # c)?|", 0..14),
        ) {
            let text = lines.join("\n");
            let (mended, _) = mend_all(&[(PATH, &text)], None);
            if let Some(text) = mended.get(PATH) {
                let (again, done) = mend_all(&[(PATH, text)], None);
                prop_assert!(again.is_empty(), "{text}\n{again:?}\n{done:?}");
            }
        }
    }

    const HEAD: &str = "cycle = \"2026-Q4\"\nowner = \"@pay\"\n\n";

    #[test]
    fn ids_become_slugs_with_all_that_hangs_on_them() {
        let key_result = |id: &str, more: &str| {
            format!(
                "[[objective.key_result]]\nid = \"{id}\" # short\ntitle = \"P99 falls\"\nbaseline = 2\ntarget = 1\n{more}"
            )
        };
        let objective = |id: &str, more: &str| format!("[[objective]]\nid = \"{id}\"\ntitle = \"It works\"\n{more}");
        let known = committed(&["2026-Q4/Our Checkout", "2026-Q4/Our Checkout/P99 ms", "2026-Q4/pay/P99 ms"]);
        let nothing = History { complete: true, ..History::default() };
        // Nobody knows it yet: the slug alone. A commit knows it: the old id stays as an alias.
        let text = HEAD.to_owned() + &objective("pay", "") + &key_result("P99 ms", "");
        let slugged = text.replace("P99 ms", "p99-ms");
        assert_eq!(mend_all(&[(PATH, &text)], Some(&nothing)).0[PATH], slugged);
        let kept = slugged.replace("# short\n", "# short\naliases = [\"P99 ms\"]\n");
        for history in [Some(&known), None, Some(&History::default())] {
            let (texts, done) = mend_all(&[(PATH, &text)], history);
            assert_eq!(texts[PATH], kept);
            assert_eq!(done, ["write `p99-ms`, and keep the old id in `aliases`"]);
        }
        // Lists that are there, on one line and on several, and inline tables.
        for (before, after) in [
            ("aliases = [\"x\"]\n", "aliases = [\"P99 ms\", \"x\"]\n"),
            ("aliases = []\n", "aliases = [\"P99 ms\"]\n"),
            ("aliases = [\n  \"x\", # old\n]\n", "aliases = [\"P99 ms\",\n  \"x\", # old\n]\n"),
        ] {
            let text = HEAD.to_owned() + &objective("pay", "") + &key_result("P99 ms", before);
            assert_eq!(
                mend_all(&[(PATH, &text)], None).0[PATH],
                text.replace("id = \"P99 ms\"", "id = \"p99-ms\"").replace(before, after)
            );
        }
        let inline = HEAD.to_owned()
            + &objective("pay", "key_result = [{ id = \"P99 ms\", title = \"P99 falls\", done = false }]\n");
        let expected = inline.replace("\"P99 ms\"", "\"p99-ms\", aliases = [\"P99 ms\"]");
        assert_eq!(mend_all(&[(PATH, &inline)], None).0[PATH], expected);
        // References follow in every file, each at its own length.
        let home = HEAD.to_owned()
            + &objective("Our Checkout", "")
            + &key_result("P99 ms", "")
            + "[[objective.initiative]]\ntitle = \"Pool\"\ndrives = [\"P99 ms\", \"Our Checkout/P99 ms\"]\n";
        let away = HEAD.to_owned()
            + &objective("refunds", "parent = \"Our Checkout\"\n")
            + &key_result("days", "depends_on = [\"2026-Q4/Our Checkout/P99 ms\", \"Our Checkout\"]\n");
        let (texts, _) = mend_all(&[(PATH, &home), ("okrs/2026-Q4/away.toml", &away)], Some(&nothing));
        let plain = |text: &str| text.replace("P99 ms", "p99-ms").replace("Our Checkout", "our-checkout");
        assert_eq!(texts[PATH], plain(&home));
        assert_eq!(texts["okrs/2026-Q4/away.toml"], plain(&away));
        // Where the new id stands for something else over there, the whole name is written.
        let twin = HEAD.to_owned()
            + &objective("twin", "")
            + &key_result("p99-ms", "")
            + &key_result("x", "guards = [\"P99 ms\"]\n");
        let (texts, _) = mend_all(&[(PATH, &home), ("okrs/2026-Q4/twin.toml", &twin)], Some(&nothing));
        assert!(texts["okrs/2026-Q4/twin.toml"].contains("guards = [\"2026-Q4/our-checkout/p99-ms\"]"), "{texts:#?}");
    }

    #[test]
    fn what_is_not_plain_is_left_to_people() {
        let one = "[[objective]]\nid = \"pay\"\ntitle = \"It works\"\n";
        let key_result = |id: &str| {
            format!("[[objective.key_result]]\nid = \"{id}\"\ntitle = \"P99 falls\"\nbaseline = 2\ntarget = 1\n")
        };
        let table = [
            ("two that would be one", format!("{HEAD}{one}{}{}", key_result("P99 ms"), key_result("P99_ms"))),
            ("one that is taken", format!("{HEAD}{one}{}{}", key_result("P99 ms"), key_result("p99-ms"))),
            ("other scripts", format!("{HEAD}{one}{}", key_result("Größe"))),
            ("a key that is there", format!("{HEAD}{one}titel = \"x\"\n")),
            ("a conflict", format!("{HEAD}<<<<<<< a\n{one}titel = \"x\"\n=======\n>>>>>>> b\n")),
            ("no TOML", format!("{HEAD}{one}curent = \nkey_result = 1\ncommitmet = \"committed\"\n")),
            ("a day that may be two", format!("{HEAD}{one}due = \"05.11.2026\"\n")),
            ("a word", format!("{HEAD}{one}commitment = \"commited\"\n")),
        ];
        for (what, text) in table {
            assert_eq!(mend_all(&[(PATH, &text)], None).0, BTreeMap::new(), "{what}");
        }
        // The first of two that would be the same key is mended, the second is for people.
        let twice = format!("{HEAD}{one}{}curent = 1\ncurrnt = 2\n", key_result("p99"));
        assert_eq!(mend_all(&[(PATH, &twice)], None).0[PATH], twice.replace("curent", "current"));
    }

    #[test]
    fn a_missing_cycle_is_taken_from_the_place_that_says_it() {
        let one = "[[objective]]\nid = \"pay\"\ntitle = \"It works\"\n";
        let other = "[[objective]]\nid = \"other\"\ntitle = \"It works\"\ncycle = \"2026-Q4\"\n";
        let q4 = "cycle = \"2026-Q4\"\n";
        for (path, text, mended) in [
            ("okrs/2026-Q4/a.toml", one.to_owned(), Some(format!("{q4}\n{one}"))),
            ("okrs/2026-q4.toml", one.to_owned(), Some(format!("{q4}\n{one}"))),
            ("okrs/2026-Q4/a.toml", format!("# Ours\n\n# Pay\n{one}"), Some(format!("# Ours\n\n{q4}\n# Pay\n{one}"))),
            ("okrs/2026-Q4/a.toml", format!("# Ours\n{one}"), Some(format!("# Ours\n{q4}\n{one}"))),
            ("okrs/2026-Q4/a.toml", format!("\u{feff}{one}"), Some(format!("\u{feff}{q4}\n{one}"))),
            (
                "okrs/2026-Q4/a.toml",
                format!("# Ours\nowner = \"@a\"\n{one}"),
                Some(format!("# Ours\n{q4}owner = \"@a\"\n{one}")),
            ),
            ("okrs/team/a.toml", format!("{one}{other}"), Some(format!("{q4}\n{one}{other}"))),
            ("okrs/2026-Q3/a.toml", format!("{one}{other}"), None),
            ("okrs/team/a.toml", one.to_owned(), None),
            ("okrs/2026/Q4/a.toml", one.to_owned(), None),
            ("okrs/2026-Q9/a.toml", one.to_owned(), None),
        ] {
            assert_eq!(mend_all(&[(path, &text)], None).0.remove(path), mended, "{path}\n{text}");
        }
    }

    #[test]
    fn what_rules_offer_mends_their_own_examples() {
        let mut mended = Vec::new();
        for rule in crate::rules::RULES.iter().filter(|rule| rule.fixable) {
            let bad = rule.bad();
            let files: Vec<_> = bad.iter().map(|one| (one.path.as_str(), one.text.as_str())).collect();
            let (texts, titles) = mend_all(&files, None);
            if titles.is_empty() {
                continue;
            }
            let now: Vec<_> =
                files.iter().map(|(path, text)| (*path, texts.get(*path).map_or(*text, |text| text))).collect();
            let (tree, selection) = (tree(&now), Selection::default());
            let subject = Subject::new(&tree, None, date(2026, 11, 22));
            let left = crate::rules::check(&subject, &selection).findings;
            assert!(left.iter().all(|finding| finding.rule != rule.name), "{}\n{now:?}\n{left:#?}", rule.name);
            mended.push(rule.name);
        }
        assert!(mended.contains(&"id-invalid") && mended.contains(&"field-unknown"), "{mended:?}");
    }

    #[test]
    fn settings_are_mended_too() {
        let (texts, _) = mend_all(&[("okr.toml", "[calender]\ncadence = \"weekly\"\n"), (PATH, GOOD)], None);
        assert_eq!(texts["okr.toml"], "[calendar]\ncadence = \"weekly\"\n");
    }
}
