//! Owns the guess at what was meant.

/// Gives the known word nearest to a mistaken one; `None` where none is near enough to be meant.
pub(crate) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    // A very long word is near to nothing, and comparing it would cost its square.
    if word.len() > 64 {
        return None;
    }
    let written = plain(word);
    known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&written, &plain(known)), *known))
        .min_by_key(|&(distance, _)| distance)
        .filter(|&(distance, known)| {
            distance <= (known.len().max(written.len()) / 3).max(1) && distance < written.len()
        })
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn guesses_only_what_is_near() {
        let known = ["confidence", "current", "key_result", "at_most", "id"];
        for (word, guess) in [
            ("confidance", Some("confidence")),
            ("Key-Results", Some("key_result")),
            ("atmost", Some("at_most")),
            ("x", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &known), guess, "{word}");
        }
    }
}
