//! Owns the days that people write in ways that TOML does not know.

use jiff::civil::Date;

/// Reads a day of three numbers, such as `2026/11/20` or `20.11.2026`, where it can mean one day alone: the year has four
/// digits and stands first, or last with one of the other two being no month.
pub(crate) fn meant(text: &str) -> Option<Date> {
    let separator = text.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '-' | '/' | '.'))?;
    let parts: Vec<&str> = text.split(separator).collect();
    let &[one, two, three] = parts.as_slice() else { return None };
    let number = |digits: &str, most: usize| {
        let plain = (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = if one.len() == 4 {
        (one, number(two, 2)?, number(three, 2)?)
    } else {
        match (number(one, 2)?, number(two, 2)?) {
            (day, month) if day > 12 || day == month => (three, month, day),
            (month, day) if day > 12 => (three, month, day),
            _ => return None,
        }
    };
    let year = number(year, 4).filter(|_| year.len() == 4)?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn only_what_means_one_day_is_read() {
        let day = Some(date(2026, 11, 20));
        for (text, meaning) in [
            ("2026-11-20", day),
            ("2026/11/20", day),
            ("2026.11.20", day),
            ("20.11.2026", day),
            ("20-11-2026", day),
            ("11/20/2026", day),
            ("2026-3-5", Some(date(2026, 3, 5))),
            ("5/5/2026", Some(date(2026, 5, 5))),
            ("05.11.2026", None),
            ("11/12/2026", None),
            ("2026-13-01", None),
            ("2026-02-30", None),
            ("31.11.2026", None),
            ("20.11.26", None),
            ("2026-11/20", None),
            ("2026--20", None),
            ("20261120", None),
            ("+026-11-20", None),
            ("2026-11-20-1", None),
            ("\u{664}\u{664}/11/2026", None),
            ("", None),
        ] {
            assert_eq!(meant(text), meaning, "{text}");
        }
    }
}
