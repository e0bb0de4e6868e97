//! Owns trailers: what the last paragraph of a commit's message says as `Key: value`, by git's own rules for the messages
//! of commits. Never knows what a key means.
//!
//! libgit2 has a reader of its own, which ends a message at a line of three dashes, loses the line behind a trailer
//! without a value and folds at spaces alone; `git log --format='%(trailers)'` does none of that, and is what people see.

/// How lines begin that git itself writes below a message: one of them makes a paragraph trailers of which three quarters
/// are something else.
const OF_GIT: [&[u8]; 2] = [b"Signed-off-by: ", b"(cherry picked from commit "];
/// The line from which on an editor was told to cut the message off.
const SCISSORS: &[u8] = b"# ------------------------ >8 ------------------------";

/// Gives the values of a key, upper or lower case, in order; each on one line, without the white space around it.
pub(super) fn values(message: &[u8], key: &str) -> Vec<Vec<u8>> {
    if !may_hold(message, key) {
        return Vec::new();
    }
    let lines: Vec<&[u8]> = message.split_inclusive(|&b| b == b'\n').collect();
    let lines = &lines[..end(&lines)];
    let mut found: Vec<Vec<u8>> = Vec::new();
    // What a folded line goes on with: a value that is wanted, another one, or no trailer at all.
    let mut open: Option<bool> = None;
    for line in &lines[start(lines)..] {
        if let (Some(wanted), true) = (open, is_space(line[0])) {
            if wanted && let Some(value) = found.last_mut() {
                value.push(b' ');
                value.extend_from_slice(line.trim_ascii());
            }
            continue;
        }
        open = separator(line).filter(|_| line[0] != b'#').map(|at| {
            let wanted = line[..at].trim_ascii().eq_ignore_ascii_case(key.as_bytes());
            if wanted {
                found.push(line[at + 1..].trim_ascii().to_vec());
            }
            wanted
        });
    }
    found.iter_mut().for_each(|value| *value = value.trim_ascii().to_vec());
    found
}

/// Tells at a glance that nothing is there: of most messages no more is looked at.
fn may_hold(message: &[u8], key: &str) -> bool {
    memchr::memchr_iter(b':', message).any(|at| {
        let before = message[..at].trim_ascii_end();
        before.len().checked_sub(key.len()).is_some_and(|start| before[start..].eq_ignore_ascii_case(key.as_bytes()))
    })
}

/// Finds the line at which a message ends: remarks, empty lines and the old list of conflicts at its end are none of it.
fn end(lines: &[&[u8]]) -> usize {
    let all = lines.iter().position(|line| line.starts_with(SCISSORS)).unwrap_or(lines.len());
    let (mut end, mut in_conflicts) = (None, false);
    for (at, line) in lines[..all].iter().enumerate() {
        if line[0] == b'#' || line[0] == b'\n' {
            end.get_or_insert(at);
        } else if *line == b"Conflicts:\n" {
            in_conflicts = true;
            end.get_or_insert(at);
        } else if !(in_conflicts && line[0] == b'\t') {
            (end, in_conflicts) = (None, false);
        }
    }
    end.unwrap_or(all)
}

/// Finds the line at which the trailers start: the last paragraph, unless it is the first, where every line is one or a
/// quarter of them with one of git's own among them.
fn start(lines: &[&[u8]]) -> usize {
    let title = lines.iter().position(|line| line[0] != b'#' && is_blank(line)).unwrap_or(lines.len());
    let (mut trailers, mut others, mut folded) = (0, 0, 0);
    let (mut is_empty, mut has_own) = (true, false);
    for at in (title..lines.len()).rev() {
        let line = lines[at];
        if line[0] == b'#' {
            others += std::mem::take(&mut folded);
        } else if is_blank(line) {
            if is_empty {
                continue;
            }
            others += folded;
            let are_trailers = (has_own && trailers * 3 >= others) || (trailers > 0 && others == 0);
            return if are_trailers { at + 1 } else { lines.len() };
        } else if OF_GIT.iter().any(|own| line.starts_with(own)) {
            (trailers, folded, has_own, is_empty) = (trailers + 1, 0, true, false);
        } else if is_space(line[0]) {
            (folded, is_empty) = (folded + 1, false);
        } else if separator(line).is_some() {
            (trailers, folded, is_empty) = (trailers + 1, 0, false);
        } else {
            (others, is_empty) = (others + 1 + std::mem::take(&mut folded), false);
        }
    }
    lines.len()
}

/// Finds the colon behind a key of letters, digits and dashes, with white space between or without.
fn separator(line: &[u8]) -> Option<usize> {
    let key = line.iter().position(|&b| !(b.is_ascii_alphanumeric() || b == b'-')).filter(|&end| end > 0)?;
    let space = line[key..].iter().position(|&b| b != b' ' && b != b'\t')?;
    (line[key + space] == b':').then_some(key + space)
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|&b| is_space(b))
}

/// White space as git has it.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(message: &str) -> Vec<String> {
        values(message.as_bytes(), "OKR")
            .into_iter()
            .map(|value| String::from_utf8_lossy(&value).into_owned())
            .collect()
    }

    #[test]
    fn the_last_paragraph_alone_holds_trailers() {
        let none: [&str; 0] = [];
        for (message, expected) in [
            ("Pool\n\nOKR: p99\n", vec!["p99"]),
            ("Pool\n\nokr : p99\nOKR:\tother \nSigned-off-by: A <a@b.example>\n", vec!["p99", "other"]),
            ("Pool\n\nOKR:\nOKR: p99", vec!["", "p99"]),
            ("Pool\n\nOKR: speed/\n p99\n\t!\nFixes: 3\n folded\n", vec!["speed/ p99 !"]),
            // The title is none, nor is what stands in a text.
            ("OKR: p99\n", none.to_vec()),
            ("Pool\n\nOKR: p99\n\nMore words.\n", none.to_vec()),
            ("Pool\n\nThis is why:\nOKR: p99 and more\nof it\n", none.to_vec()),
            ("Pool\n\nSome words\nOKR: p99\nSigned-off-by: A <a@b.example>\n", vec!["p99"]),
            ("Pool\n\na\nb\nc\nd\ne\nf\ng\nOKR: p99\nSigned-off-by: A <a@b.example>\n", none.to_vec()),
            ("Pool\n\n---\n\nOKR: p99\n\n# a remark\n", vec!["p99"]),
            ("Pool\n\nNOKR: p99\nX-OKR: p\n", none.to_vec()),
        ] {
            assert_eq!(names(message), expected, "{message:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(message in "([a-zO:KR# \t\r\n-]|OKR: |\n\n|Signed-off-by: ){0,40}") {
            let _ = values(message.as_bytes(), "OKR");
        }
    }
}
