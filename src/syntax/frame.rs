//! Owns what stays of a file when a check-in moves its values: two files with the same frame differ in nothing else, so what
//! is known of one without its values is known of the other.
//! Never reads a goal.

use super::patch::plain;
use crate::okr::Field;
use memchr::{memchr_iter, memchr2};
use sha1::{Digest, Sha1};
use std::ops::Range;

/// The fields that a check-in moves, by key.
const MOVED: [(&[u8], Field); 4] =
    [(b"current", Field::Current), (b"confidence", Field::Confidence), (b"as_of", Field::AsOf), (b"note", Field::Note)];

/// What a file holds besides a check-in's values, as a digest. Of two files with one frame both read without an error or
/// neither does, and both have the same goals under the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frame(pub(crate) [u8; 20]);

impl Frame {
    /// Finds the frame of a file; `None` where its values cannot be told from the rest by a look at its lines.
    pub fn of(text: &[u8]) -> Option<Self> {
        // A backslash may join two lines of a text, and nothing else may look like the place of a value.
        memchr2(b'\\', GAP, text).is_none().then_some(())?;
        let mut kept = Vec::with_capacity(text.len());
        let mut from = 0;
        for start in std::iter::once(0).chain(memchr_iter(b'\n', text).map(|end| end + 1)) {
            if let Some(value) = value(text, start) {
                kept.extend_from_slice(&text[from..value.start]);
                kept.push(GAP);
                from = value.end;
            }
        }
        kept.extend_from_slice(&text[from..]);
        Some(Frame(Sha1::digest(&kept).into()))
    }
}

/// Stands where a value is left out.
const GAP: u8 = 0;

/// Finds the value of a line that begins there, if it is one that a check-in moves, plainly written and with nothing but a
/// comment behind it. It may stand in a text of several lines: there one plain value is as good as another too, unless it
/// ends the text.
fn value(text: &[u8], start: usize) -> Option<Range<usize>> {
    let blank = |from: usize| from + text[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let key = blank(start);
    let (key, field) =
        MOVED.iter().find(|(name, _)| text[key..].starts_with(name)).map(|(name, field)| (key + name.len(), *field))?;
    let equals = blank(key);
    (text.get(equals) == Some(&b'=')).then_some(())?;
    let at = blank(equals + 1);
    let end = at + plain(field, &text[at..])?.0;
    let is_alone = matches!(text.get(blank(end)), None | Some(b'\n' | b'\r' | b'#'));
    let is_one_line = memchr::memmem::find(&text[at..end], b"'''").is_none();
    (is_alone && is_one_line).then_some(at..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::okr::Objective;
    use crate::text::{FileId, SourceFile};
    use proptest::prelude::*;

    /// What is known of a file by its frame: whether it reads, and its goals but for what texts and values they have.
    fn known(text: &str) -> (bool, Vec<Objective>, Option<Vec<String>>) {
        let (mut file, findings) = crate::syntax::read(FileId(0), &SourceFile::new("a.toml", text));
        for objective in &mut file.objectives {
            (objective.why, objective.meta) = Default::default();
            for kr in &mut objective.key_results {
                (kr.current, kr.confidence, kr.as_of, kr.note) = Default::default();
                (kr.definition, kr.meta) = Default::default();
            }
        }
        let past = crate::syntax::recorded(text).ok();
        let past = past.map(|(all, notes)| all.into_iter().map(|one| one.name).chain(notes).collect());
        (findings.iter().all(|finding| finding.level != Level::Error), file.objectives, past)
    }

    fn frame(lines: &[String]) -> (String, Option<Frame>) {
        let head =
            "cycle = \"2026-Q4\"\n[[objective]]\nid = \"a\"\ntitle = \"T\"\n[[objective.key_result]]\nid = \"k\"\n";
        let text = format!("{head}{}", lines.join("\n"));
        let frame = Frame::of(text.as_bytes());
        (text, frame)
    }

    /// A line with a value that a check-in moves, and the same line with another.
    fn moved() -> impl Strategy<Value = (String, String)> {
        let number = "-?(0|[1-9][0-9]{0,3}|01|[0-9]\\.[0-9]{1,2}|4e2|4_0|nan)";
        let note = "(\"[a-z '\u{e9}#=]{0,6}\"|\"'''\"|\"\"\"|'a'|\"\u{85}\"|\"a)";
        let day = "20[0-9]{2}-(0[0-9]|1[0-3])-[0-3][0-9]( 10:00:00)?";
        let value = prop_oneof![number, "(0|1|0\\.[0-9]{1,2}|7)", day, note];
        let key = prop_oneof!["current", "confidence", "as_of", "note", "currently", "\"note\""];
        let line = ("[ \t]{0,2}", key, "( = |=| =\t)", "( # .{0,3}|,| \r|\r|\"\"\"| |)");
        (line, value.clone(), value).prop_map(|((before, key, equals, after), one, other)| {
            let line = |value: String| format!("{before}{key}{equals}{value}{after}");
            (line(one), line(other))
        })
    }

    fn other() -> impl Strategy<Value = String> {
        let lines = [
            "unit = \"ms\"",
            "text \\",
            "current = \0",
            "\"\"\"",
            "'''",
            "title = \"\"\"",
            "[objective.meta]",
            "done = true",
        ];
        let key_result = "[[objective.key_result]]\nid = \"l\"\ntitle = \"T\"";
        prop::sample::select(lines.into_iter().chain([key_result]).map(str::to_owned).collect::<Vec<_>>())
    }

    /// Lines of a file, on one side and on the other.
    fn both() -> impl Strategy<Value = Vec<(String, String)>> {
        let line = || prop_oneof![4 => moved(), 1 => other().prop_map(|line| (line.clone(), line))];
        let quotes = prop::sample::select(vec!["\"\"\"", "'''"]);
        let key = prop::sample::select(vec!["definition = ", "title = ", "meta.a = "]);
        let text = (key, quotes, prop::collection::vec(line(), 1..4)).prop_map(|(key, quotes, mut lines)| {
            let (open, close) = (format!("{key}{quotes}"), quotes.to_owned());
            lines.insert(0, (open.clone(), open));
            lines.push((close.clone(), close));
            lines
        });
        let run = prop_oneof![2 => prop::collection::vec(line(), 1..4), 1 => text];
        prop::collection::vec(run, 1..4).prop_map(|runs| runs.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn files_of_one_frame_say_the_same_but_for_their_values(lines in both()) {
            let (one, other): (Vec<String>, Vec<String>) = lines.into_iter().unzip();
            let ((one, frame), (other, same)) = (frame(&one), frame(&other));
            if frame.is_some() && frame == same {
                prop_assert_eq!(known(&one), known(&other), "{}\n---\n{}", one, other);
            }
        }
    }

    #[test]
    fn a_check_in_keeps_the_frame_and_all_else_does_not() {
        let base = "current = 41 # ms\nconfidence = 0.5\nas_of = 2026-11-20\nnote = \"it's\"\nunit = \"ms\"\n";
        let cases = [
            ("current = 41", "current = -4.25", true),
            ("0.5", "1", true),
            ("2026-11-20", "2026-11-21", true),
            ("it's", "", true),
            ("current = 41", "current =  41", false),
            ("current = 41", "current = 4e1", false),
            ("current = 41", "current = \0", false),
            ("0.5", "1.5", false),
            ("2026-11-20", "2026-11-31", false),
            ("it's", "'''", false),
            ("\"it's\"", "'it'", false),
            ("\"ms\"", "\"s\"", false),
            ("# ms", "# s", false),
            ("unit", "weight = 2\nunit", false),
        ];
        let frame = |text: &str| Frame::of(text.as_bytes());
        assert!(frame(base).is_some());
        for (from, to, same) in cases {
            assert_eq!(frame(base) == frame(&base.replace(from, to)), same, "{from} -> {to}");
        }
        assert_eq!(frame("note = \"a\\\"b\""), None);
    }
    #[test]
    fn what_looks_like_a_value_and_is_more_stays_in_the_frame() {
        let long = "x".repeat(301);
        let pairs = [
            ["current = 4_0", "current = 0_0"],
            ["definition = '''\nnote = \"a\"\n'''", "definition = '''\nnote = \"'''\"\n'''"],
            [
                "title = \"\"\"\\\nnote = \"a\" # \\\n\"\"\"",
                &format!("title = \"\"\"\\\nnote = \"{long}\" # \\\n\"\"\""),
            ],
            ["confidence = 0.5", "confidence = \0"],
        ];
        for pair in pairs {
            let titled =
                |line: &str| if line.starts_with("title") { "".to_owned() } else { "title = \"T\"".to_owned() };
            let [(one, frame), (other, same)] = pair.map(|line| frame(&[titled(line), line.to_owned()]));
            assert_ne!(known(&one), known(&other), "the two are not one");
            assert!(frame.is_none() || frame != same, "{one}\n---\n{other}");
        }
    }
}
