//! Owns the form in which a check-in is typed: `NAME=VALUE`, `NAME.MILESTONE=VALUE`, `NAME+=STEP`. Never knows the goals.

use crate::cli::{Failure, Usage};
use crate::okr::Said;
use jiff::civil::Date;

/// A check-in as it was typed, or as a row of a list has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Typed {
    /// The name, or the end of it.
    pub name: String,
    /// What stands behind the dot.
    pub milestone: Option<String>,
    /// The value.
    pub said: Option<Said>,
    /// From a list alone.
    pub confidence: Option<f64>,
    /// From a list alone.
    pub note: Option<String>,
    /// From a list alone.
    pub as_of: Option<Date>,
    /// The place in a list, `values.csv:3`.
    pub place: Option<String>,
}

impl Typed {
    /// Reads `NAME`, `NAME=VALUE`, `NAME+=STEP` or `NAME-=STEP`.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let Some((left, value)) = text.split_once('=') else { return Ok(Typed::named(text)) };
        let (name, sign) = match (left.strip_suffix('+'), left.strip_suffix('-')) {
            (Some(name), _) => (name, Some(1.0)),
            (_, Some(name)) => (name, Some(-1.0)),
            _ => (left, None),
        };
        let said = sign.map_or_else(|| Said::parse(value), |sign| Said::parse_by(value, sign));
        match said {
            Some(said) if !name.trim().is_empty() => Ok(Typed { said: Some(said), ..Typed::named(name) }),
            Some(_) => Err(Usage::new(
                format!("`{text}` names no key result"),
                "write the name first, as in `p99-latency=350`",
            )
            .into()),
            None => Err(unread(value, &format!("`{text}`: ")).into()),
        }
    }

    /// Takes a name, with a milestone behind a dot; an id has no dot, but that of a cycle may.
    pub fn named(text: &str) -> Self {
        let text = text.trim();
        let start = text.rfind('/').map_or(0, |at| at + 1);
        let (name, milestone) = match text[start..].split_once('.') {
            Some((id, milestone)) => (&text[..start + id.len()], Some(milestone.to_owned())),
            None => (text, None),
        };
        Typed { name: name.to_owned(), milestone, ..Typed::default() }
    }

    /// Says where in a list a check-in stands that cannot be taken.
    pub fn at(&self, failure: impl Into<Failure>) -> Failure {
        let failure = failure.into();
        match &self.place {
            Some(place) => failure.wrap_err(format!("{place}: nothing was recorded")),
            None => failure,
        }
    }
}

/// Says that a value does not read.
pub fn unread(value: &str, place: &str) -> Usage {
    if value.trim().is_empty() {
        let help = "write what was measured; where nothing changed, leave the value out and say --no-change";
        return Usage::new(format!("{place}there is no value"), help);
    }
    let help = "write a number such as 41 or 0.75, with a point and no grouping, with its unit or without; or true, false, or a day such as 2026-11-20";
    Usage::new(format!("{place}`{}` does not read as a value", value.trim()), help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::okr::Done;

    #[test]
    fn names_values_and_steps_are_told_apart() {
        let said = |typed: &str| {
            let typed = Typed::parse(typed).expect("it reads");
            (typed.name, typed.milestone, typed.said)
        };
        let is = |number| Some(Said::Is(number, None));
        assert_eq!(said("p99=350"), ("p99".into(), None, is(350.0)));
        assert_eq!(said("v1.0/o/p99=-3"), ("v1.0/o/p99".into(), None, is(-3.0)));
        assert_eq!(said("p99-latency-=2"), ("p99-latency".into(), None, Some(Said::By(-2.0, None))));
        assert_eq!(said("p99+=0.5"), ("p99".into(), None, Some(Said::By(0.5, None))));
        let reached = Some(Said::Reached(Done::Yes));
        assert_eq!(said("o/eu.le-de-r=true"), ("o/eu".into(), Some("le-de-r".into()), reached));
        assert_eq!(said("p99"), ("p99".into(), None, None));
        for (wrong, message) in [
            ("p99=", "there is no value"),
            ("p99=fast", "`fast` does not read as a value"),
            ("p99=3,5", "does not read"),
            ("p99+=true", "does not read"),
            ("=3", "names no key result"),
        ] {
            let error = Typed::parse(wrong).expect_err(wrong).to_string();
            assert!(error.contains(message), "{wrong}: {error}");
        }
    }
}
