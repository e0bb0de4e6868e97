//! Owns the defence of terminals and Markdown against text that a stranger wrote.

use std::borrow::Cow;
use std::io::{self, Write};

/// Tells whether a character may change what a reader sees around it: controls, bidirectional overrides, line
/// separators, invisible tags, zero-width marks (the joiners stay: emoji and several scripts need them), and the two
/// that XML cannot hold.
pub(crate) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{2060}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Makes one line of text safe to print: hostile characters become `?` or U+FFFD, line ends and tabs a space, and what a
/// CI runner would take for a command (`::error::`, `##[error]`) gets a look-alike that it does not know. Wrapping may
/// begin a line with any word, so the place in the text is no protection.
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_tame = |text: &str| !text.chars().any(is_hostile) && !text.contains("::") && !text.contains(LEGACY_COMMAND);
    if is_tame(text) {
        return Cow::Borrowed(text);
    }
    let plain: String = text
        .replace("\r\n", " ")
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            c if c.is_ascii_control() => '?',
            c if is_hostile(c) => '\u{fffd}',
            c => c,
        })
        .collect();
    Cow::Owned(without_commands(&plain.replace(LEGACY_COMMAND, "#\u{ff03}[")))
}

/// What begins a command of older CI runners, anywhere in a line.
const LEGACY_COMMAND: &str = "##[";

/// Breaks what reads as `::command`: two colons and a letter, unless they join two words (`std::vec`) and no second pair
/// of colons could close them.
fn without_commands(text: &str) -> String {
    let last = text.rfind("::").unwrap_or(0);
    let mut safe = String::with_capacity(text.len() + 2);
    let mut before = None;
    for (at, c) in text.char_indices() {
        let opens =
            text[at..].strip_prefix("::").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        let joins = before.is_some_and(char::is_alphanumeric) && at + 2 > last;
        safe.push(if opens && !joins { '\u{2236}' } else { c });
        before = Some(c);
    }
    safe
}

/// The bytes that stand in a text of a JSON document as they are, by JSON's own rules and by those of [`json`].
const PLAIN_JSON: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte < 0x7f {
        plain[byte as usize] = !matches!(byte, b'"' | b'\\' | b'#');
        byte += 1;
    }
    plain
};

/// Tells whether a text is plain: nothing in it has to be escaped in a JSON document. `false` says nothing.
pub fn is_plain_json(text: &str) -> bool {
    let is_plain = |byte: &u8| PLAIN_JSON[usize::from(*byte)];
    // To look at eight bytes takes less than to stop at one.
    let (runs, rest) = text.as_bytes().as_chunks::<8>();
    runs.iter().all(|run| run.iter().fold(true, |all, byte| all & is_plain(byte))) && rest.iter().all(is_plain)
}

/// Escapes in a JSON document what may turn the line around on a terminal, or what a CI runner would take for a command:
/// its texts stay what they are.
pub fn json(document: &str) -> Cow<'_, str> {
    // Below that, controls are escaped already, or the document's own.
    let is_loose = |c: char| c >= '\u{7f}' && is_hostile(c);
    // Most texts of a long log are plain: a look at their bytes is enough, and one at all of them the quickest.
    if document.bytes().fold(true, |plain, byte| plain & (byte < 0x7f) & (byte != b'#')) {
        return Cow::Borrowed(document);
    }
    if !document.contains(is_loose) && !document.contains(LEGACY_COMMAND) {
        return Cow::Borrowed(document);
    }
    let document = document.replace(LEGACY_COMMAND, "#\\u0023[");
    let mut safe = String::with_capacity(document.len() + 16);
    for c in document.chars() {
        if !is_loose(c) {
            safe.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    Cow::Owned(safe)
}

/// Writes a JSON document on as [`json`] gives it, text by text.
pub struct JsonWriter<W>(pub W);

impl<W: Write> Write for JsonWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What writes JSON hands over whole characters.
        match std::str::from_utf8(bytes) {
            Ok(text) => self.0.write_all(json(text).as_bytes())?,
            Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Makes a whole source text safe to print while every byte offset stays: each hostile character is replaced by
/// harmless ones of the same length. Line ends and tabs stay.
pub fn same_length(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_hostile(c) && !matches!(c, '\n' | '\r' | '\t')) && !text.contains(LEGACY_COMMAND) {
        return Cow::Borrowed(text);
    }
    let text = text.replace(LEGACY_COMMAND, "#?[");
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => safe.push(c),
            c if !is_hostile(c) => safe.push(c),
            c => match c.len_utf8() {
                3 => safe.push('\u{fffd}'),
                n => safe.extend(std::iter::repeat_n('?', n)),
            },
        }
    }
    Cow::Owned(safe)
}

/// Escapes text for Markdown, inside tables and out: no HTML, no table cell, no link, no emphasis, no ping, no
/// reference can come out of it.
pub fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let text = printable(text);
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '|' | '*' | '_' | '[' | ']' | '~' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            '!' if rest.starts_with("![") => safe.push_str("\\!"),
            '@' => safe.push_str("@\u{200b}"),
            '#' => safe.push_str("#\u{200b}"),
            ':' if rest.starts_with("://") => safe.push_str(":\u{200b}"),
            // Forges make links of bare `www.` and of `GH-1`.
            '.' if ends_with_word(&text[..at], "www") => safe.push_str("\u{200b}."),
            '-' if ends_with_word(&text[..at], "gh") => safe.push_str("-\u{200b}"),
            c => safe.push(c),
        }
    }
    safe
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let start = text.len().wrapping_sub(word.len());
    text.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word))
        && !text[..start].ends_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markdown_leaves_nothing_to_render() {
        assert_eq!(markdown("a|b `c` <b> @all #1"), "a\\|b \\`c\\` &lt;b&gt; @\u{200b}all #\u{200b}1");
        assert_eq!(markdown("one\r\ntwo"), "one two");
        assert_eq!(markdown("[x](http://evil)"), "\\[x\\](http:\u{200b}//evil)");
        assert_eq!(markdown("plain 3.5 % (of 7)"), "plain 3.5 % (of 7)");
        assert_eq!(markdown("(www.evil.example) GH-7"), "(www\u{200b}.evil.example) GH-\u{200b}7");
        assert_eq!(markdown("awww. high-7"), "awww. high-7");
        assert_eq!(
            markdown("\\*a* _b_ ~~c~~ $d$ ![e] f! &amp;"),
            "\\\\\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\$d\\$ \\!\\[e\\] f! &amp;amp;"
        );
    }

    #[test]
    fn no_command_reaches_a_ci_runner() {
        for (text, safe) in [
            ("::error::x", "\u{2236}:error::x"),
            ("so ::add-mask::x", "so \u{2236}:add-mask::x"),
            ("a::error::x", "a\u{2236}:error::x"),
            ("std::vec, 12:30", "std::vec, 12:30"),
            ("##[error]x", "#\u{ff03}[error]x"),
        ] {
            assert_eq!(printable(text), safe);
        }
        assert_eq!(same_length("##[error]x"), "#?[error]x");
        assert!(!markdown("::error::x").contains("::error"));
    }

    #[test]
    fn json_keeps_its_texts_and_turns_no_line_around() {
        let text = "##[error]a\u{202e}b\u{e0041}\u{200b}é\u{7f}";
        let document = serde_json::to_string(text).expect("a text");
        assert_eq!(json(&document), "\"#\\u0023[error]a\\u202eb\\udb40\\udc41\\u200bé\\u007f\"");
        assert_eq!(serde_json::from_str::<String>(&json(&document)).expect("JSON"), text);
        let mut written = Vec::new();
        serde_json::to_writer(JsonWriter(&mut written), text).expect("a text");
        assert_eq!(written, json(&document).as_bytes());
    }

    #[test]
    fn what_is_plain_stands_in_json_as_it_is() {
        for c in ('\0'..='\u{2fff}').chain('\u{fe00}'..='\u{ffff}') {
            for text in [c.to_string(), format!("eight or more{c}")] {
                let document = serde_json::to_string(&text).expect("a text");
                assert!(!is_plain_json(&text) || json(&document) == format!("\"{text}\""), "{c:?}");
            }
        }
        assert!(is_plain_json("2025-Q4/goal-00025/kr-1 ~") && !is_plain_json("##["));
    }

    #[test]
    fn escapes_and_overrides_do_not_reach_the_terminal() {
        assert_eq!(printable("\u{1b}[31mred\u{202e}"), "?[31mred\u{fffd}");
        assert_eq!(printable("plain"), "plain");
        for c in ['\u{202a}', '\u{2066}', '\u{200b}', '\u{200e}', '\u{2060}', '\u{feff}', '\u{e0041}', '\u{9b}'] {
            assert_eq!(printable(&format!("a{c}b")), "a\u{fffd}b", "{c:?}");
        }
        for c in ["\u{2028}", "\u{2029}", "\r\n", "\t"] {
            assert_eq!(printable(&format!("a{c}b")), "a b", "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn offsets_survive(text in any::<String>()) {
            let safe = same_length(&text);
            prop_assert_eq!(safe.len(), text.len());
            prop_assert!(!safe.chars().any(|c| is_hostile(c) && !matches!(c, '\n' | '\r' | '\t')));
        }

        #[test]
        fn one_line_stays_one_line(text in any::<String>()) {
            prop_assert!(!printable(&text).chars().any(is_hostile));
        }
    }
}
