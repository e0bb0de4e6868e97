//! Owns the names of objectives and key results.

use std::fmt;

/// Tells whether a text is a slug: `[a-z0-9][a-z0-9-]*`, at most 64 characters.
pub fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Makes a slug of any text; empty where nothing of it can stand in one.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() == 64 {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The identity of an objective or key result: never its path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Id of the cycle.
    pub cycle: String,
    /// Id of the objective.
    pub objective: String,
    /// Id of the key result, `None` for the objective itself.
    pub key_result: Option<String>,
}

impl Name {
    /// Names an objective.
    pub fn objective(cycle: &str, objective: &str) -> Self {
        Name { cycle: cycle.into(), objective: objective.into(), key_result: None }
    }

    /// Names a key result of this objective.
    pub fn key_result(&self, id: &str) -> Self {
        Name { key_result: Some(id.into()), ..self.clone() }
    }

    /// Reads a full name of two or three parts.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let name = Name {
            cycle: parts.next()?.into(),
            objective: parts.next()?.into(),
            key_result: parts.next().map(Into::into),
        };
        (parts.next().is_none() && !text.split('/').any(str::is_empty)).then_some(name)
    }

    /// Tells whether a typed text is this name or the end of it, by whole parts.
    pub fn ends_with(&self, tail: &str) -> bool {
        let full = self.to_string();
        full == tail || full.strip_suffix(tail).is_some_and(|head| !tail.is_empty() && head.ends_with('/'))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cycle)?;
        for part in [Some(&self.objective), self.key_result.as_ref()].into_iter().flatten() {
            f.write_str("/")?;
            f.write_str(part)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_match_by_whole_parts() {
        let name = Name::objective("2026-Q4", "reliable-checkout").key_result("p99-latency");
        assert_eq!(name.to_string(), "2026-Q4/reliable-checkout/p99-latency");
        assert_eq!(Name::parse(&name.to_string()), Some(name.clone()));
        for tail in ["p99-latency", "reliable-checkout/p99-latency", "2026-Q4/reliable-checkout/p99-latency"] {
            assert!(name.ends_with(tail), "{tail}");
        }
        for tail in ["latency", "", "checkout/p99-latency", "reliable-checkout"] {
            assert!(!name.ends_with(tail), "{tail}");
        }
    }

    #[test]
    fn slugs() {
        assert!(is_slug("p99-latency") && is_slug("2x") && is_slug(&"a".repeat(64)));
        assert!(!is_slug("") && !is_slug("-a") && !is_slug("A") && !is_slug("a_b") && !is_slug(&"a".repeat(65)));
    }
}
