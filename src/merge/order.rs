//! Owns the order in which the pieces of both sides stand, and the comments above and beside them.
//! Never decides what a field says.

use super::written::comments;
use std::collections::{HashMap, HashSet};

/// Gives the order of all that either side has, by keys that are each there once: that of the side which changed it,
/// ours where both or none did, and what only the other has behind its neighbour there; of two at one place ours is first.
pub(super) fn order(base: &[String], ours: &[String], theirs: &[String]) -> Vec<String> {
    let [in_base, in_ours, in_theirs] = [base, ours, theirs].map(|all| all.iter().collect::<HashSet<_>>());
    let common = |one: &[String]| -> Vec<String> {
        let everywhere = |key: &&String| in_base.contains(key) && in_ours.contains(key) && in_theirs.contains(key);
        one.iter().filter(everywhere).cloned().collect()
    };
    let was = common(base);
    let is_ours = common(ours) != was || common(theirs) == was;
    let (spine, other) = if is_ours { (ours, theirs) } else { (theirs, ours) };
    let (in_spine, in_other) = if is_ours { (&in_ours, &in_theirs) } else { (&in_theirs, &in_ours) };
    let mut behind: HashMap<Option<&String>, Vec<&String>> = HashMap::new();
    let mut near = None;
    for key in other {
        if in_spine.contains(key) {
            near = Some(key);
        } else {
            behind.entry(near).or_default().push(key);
        }
    }
    let mut merged: Vec<&String> = Vec::new();
    let mut near = None;
    for key in spine {
        let is_shared = in_other.contains(key);
        if is_shared || !is_ours {
            merged.extend(behind.remove(&near).into_iter().flatten());
        }
        merged.push(key);
        if is_shared {
            near = Some(key);
        }
    }
    merged.extend(behind.remove(&near).into_iter().flatten());
    merged.into_iter().cloned().collect()
}

/// Gives the places of keys.
pub(super) fn places(keys: &[String]) -> HashMap<&str, usize> {
    keys.iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect()
}

/// Merges what stands above a piece: the comments of both, in the lines of the side that changed them.
pub(super) fn lead(base: Option<&str>, ours: &str, theirs: &str, line_end: &str) -> String {
    let base = base.unwrap_or_default();
    let said = |text: &str| comments(text).map(str::to_owned).collect::<Vec<_>>();
    let (was, one, other) = (said(base), said(ours), said(theirs));
    if other == was || other == one {
        return ours.to_owned();
    }
    if one == was {
        return in_line(theirs, line_end);
    }
    let dropped = |line: &str| {
        let line = line.trim().to_owned();
        was.contains(&line) && !other.contains(&line)
    };
    let mut merged: String = ours.split_inclusive('\n').filter(|line| !dropped(line)).collect();
    for line in theirs.split_inclusive('\n') {
        let comment = line.trim().to_owned();
        if comment.starts_with('#') && !was.contains(&comment) && !one.contains(&comment) {
            merged += &in_line(line, line_end);
        }
    }
    merged
}

/// Merges the comment behind a piece. Gives the one that stays, and one that has to go above the piece.
pub(super) fn tail<'a>(base: Option<&str>, ours: &'a str, theirs: &'a str) -> (&'a str, Option<&'a str>) {
    let base = base.unwrap_or_default().trim();
    if theirs.trim() == base || theirs.trim() == ours.trim() {
        (ours, None)
    } else if ours.trim() == base {
        (theirs, None)
    } else {
        (ours, Some(theirs.trim()).filter(|comment| !comment.is_empty()))
    }
}

/// Gives a text with other line ends.
pub(super) fn in_line(text: &str, line_end: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', line_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn both_sides_find_their_place() {
        let table = [
            ("abc", "abc", "abc", "abc"),
            ("abc", "abxc", "abyc", "abxyc"),
            ("abc", "xabc", "abcy", "xabcy"),
            ("abc", "cab", "abc", "cab"),
            ("abc", "abcx", "cab", "cxab"),
            ("abc", "abcx", "abcy", "abcxy"),
            ("abc", "ac", "abcy", "abcy"),
            ("", "ab", "cd", "abcd"),
            ("abc", "bca", "cab", "bca"),
        ];
        for (base, ours, theirs, wanted) in table {
            assert_eq!(order(&keys(base), &keys(ours), &keys(theirs)).concat(), wanted, "{base} {ours} {theirs}");
        }
    }

    #[test]
    fn no_comment_is_lost() {
        let table = [
            ("# a\n", "# a\n", "# a\n", "# a\n"),
            ("# a\n", "# a\n", "\n# a\n# b\n", "\n# a\n# b\n"),
            ("# a\n", "\n# x\n", "# a\n# b\n", "\n# x\n# b\n"),
            ("# a\n", "# x\n", "# y\n", "# x\n# y\n"),
            ("# a\n# b\n", "# a\n# b\n# c\n", "# a\n", "# a\n# c\n"),
            ("", "# a\n", "", "# a\n"),
        ];
        for (base, ours, theirs, wanted) in table {
            assert_eq!(lead(Some(base), ours, theirs, "\n"), wanted, "{base:?} {ours:?} {theirs:?}");
        }
        assert_eq!(lead(None, "\r\n", "# b\n", "\r\n"), "# b\r\n");
        assert_eq!(tail(Some(" # a"), " # a", " # b"), (" # b", None));
        assert_eq!(tail(Some(""), " # a", " # b"), (" # a", Some("# b")));
        assert_eq!(tail(Some(" # a"), " # x", ""), (" # x", None));
    }
}
