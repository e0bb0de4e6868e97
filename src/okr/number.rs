//! Owns how figures are compared and shown: rounding, percentages, points, values with their unit.
//! Never knows what a figure stands for.

/// Rounds to 1e-9, half away from zero: figures are compared and shown only after this, so that the noise of floating
/// point decides nothing. Beyond the exact range of a float the figure stays as it is.
pub fn rounded(figure: f64) -> f64 {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let scaled = figure * 1e9;
    // Adding zero turns -0.0 into 0.0.
    if scaled.abs() < EXACT { scaled.round() / 1e9 + 0.0 } else { figure }
}

/// Tells whether a figure reaches another, after rounding to 1e-9.
pub fn reaches(figure: f64, other: f64) -> bool {
    rounded(figure) >= rounded(other)
}

/// Shows a share of 1 as a percentage with one decimal, `55.6 %`: half away from zero; below 1 never `100.0 %`, and
/// what is not 0 never `0.0 %`. A raw share may be negative or above 1.
pub fn percent(share: f64) -> String {
    let tenths = shown(share, 1000.0);
    if tenths.abs() < 1e9 {
        format!("{:.1} %", tenths / 10.0)
    } else {
        // Beyond what a float holds, the largest one is as good as any.
        format!("{:.1e} %", (tenths / 10.0).clamp(f64::MIN, f64::MAX))
    }
}

/// Shows a share of 1 as a whole percentage, `56 %`, as for what is `sensitive`; the ends are kept as by [`percent`].
pub fn whole_percent(share: f64) -> String {
    let whole = shown(share, 100.0);
    if whole.abs() < 1e9 { format!("{whole:.0} %") } else { format!("{:.1e} %", whole.clamp(f64::MIN, f64::MAX)) }
}

/// Gives a share of 1 in whole hundredths, under the rules of [`whole_percent`]: 0.5556 becomes 0.56.
pub fn whole_share(share: f64) -> f64 {
    shown(share, 100.0) / 100.0
}

/// Shows a difference of shares in percentage points with its sign: `+3.1 points`, `-12.5 points`, `0.0 points`.
pub fn points(difference: f64) -> String {
    let tenths = shown(difference, 1000.0);
    tenths_as_points(tenths)
}

/// Shows a number of tenths of a point, as [`apportion`] gives them, under the form of [`points`].
pub fn tenths_as_points(tenths: impl Into<f64>) -> String {
    let tenths: f64 = tenths.into();
    let sign = if tenths > 0.0 { "+" } else { "" };
    format!("{sign}{:.1} points", tenths / 10.0)
}

/// Shows a value with its unit, `350 ms`, `0.8 %`: twelve significant digits at most, so that 0.1 + 0.2 reads `0.3`; whole
/// numbers in full, and what has more than fifteen digits before or after the point as a power of ten.
pub fn quantity(value: f64, unit: Option<&str>) -> String {
    // A float that has been printed with twelve digits reads back as the nearest float, which prints short.
    let short: f64 = format!("{value:.11e}").parse().unwrap_or(value);
    let number = match (if value.fract() == 0.0 { value } else { short }) + 0.0 {
        number if number != 0.0 && !(1e-15..1e16).contains(&number.abs()) => format!("{short:e}"),
        number => number.to_string(),
    };
    match unit {
        Some(unit) if !unit.is_empty() => format!("{number} {unit}"),
        _ => number,
    }
}

/// Gives a share in the tenths of a percent that [`percent`] shows.
pub fn tenths(share: f64) -> i32 {
    // The cast saturates; nobody shows a share of two million.
    #[allow(clippy::cast_possible_truncation)]
    let tenths = shown(share, 1000.0) as i32;
    tenths
}

/// Splits a shown total over its parts by largest remainder, so that the shown tenths add up. Parts are shares of 1,
/// the total is in tenths of a percent; a part that is 0 stays 0 where another part can take the rest. Equal remainders
/// go to the earlier part.
pub fn apportion(parts: &[f64], total: i32) -> Vec<i32> {
    #[allow(clippy::cast_possible_truncation)]
    let floors: Vec<i32> = parts.iter().map(|part| rounded(part * 1000.0).floor() as i32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let remainder = |index: usize| rounded(parts[index] * 1000.0) - f64::from(floors[index]);
    order.sort_by(|&a, &b| {
        let zero = |index: usize| rounded(parts[index]) == 0.0;
        zero(a).cmp(&zero(b)).then(remainder(b).total_cmp(&remainder(a)))
    });
    let takers = order.iter().filter(|&&index| rounded(parts[index]) != 0.0).count();
    order.truncate(if takers == 0 { parts.len() } else { takers });
    let mut shown = floors.clone();
    let mut rest = i64::from(total) - floors.iter().map(|&floor| i64::from(floor)).sum::<i64>();
    while rest != 0 && !order.is_empty() {
        let step = i32::from(rest > 0) - i32::from(rest < 0);
        // What is too much is taken first from the part with the smallest remainder.
        let turn: Vec<usize> = if rest > 0 { order.clone() } else { order.iter().rev().copied().collect() };
        for index in turn {
            if rest == 0 {
                break;
            }
            shown[index] = shown[index].saturating_add(step);
            rest -= i64::from(step);
        }
    }
    shown
}

/// Rounds a share to steps of 1/`steps`, half away from zero, keeping off the ends that it has not reached.
fn shown(share: f64, steps: f64) -> f64 {
    let share = rounded(share);
    let nearest = rounded(share * steps).round() + 0.0;
    if share < 1.0 && nearest >= steps {
        steps - 1.0
    } else if share != 0.0 && nearest == 0.0 {
        share.signum()
    } else {
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percentages_keep_off_the_ends() {
        for (share, tenth, whole) in [
            (0.0, "0.0 %", "0 %"),
            (-0.0, "0.0 %", "0 %"),
            (1.0, "100.0 %", "100 %"),
            (0.9996, "99.9 %", "99 %"),
            (0.9994, "99.9 %", "99 %"),
            (0.999_999_999_9, "100.0 %", "100 %"),
            (0.0001, "0.1 %", "1 %"),
            (1e-12, "0.0 %", "0 %"),
            (70.0 / 126.0, "55.6 %", "56 %"),
            (2.0 / 53.0, "3.8 %", "4 %"),
            (0.5125, "51.3 %", "51 %"),
            (0.1 + 0.2, "30.0 %", "30 %"),
            (0.0005, "0.1 %", "1 %"),
            (0.0015, "0.2 %", "1 %"),
            (1.004, "100.4 %", "100 %"),
            (-0.0794, "-7.9 %", "-8 %"),
            (-0.0785, "-7.9 %", "-8 %"),
            (-0.0001, "-0.1 %", "-1 %"),
            (2.5, "250.0 %", "250 %"),
            (1e20, "1.0e22 %", "1.0e22 %"),
            (f64::MAX, "1.8e308 %", "1.8e308 %"),
        ] {
            assert_eq!(percent(share), tenth, "{share}");
            assert_eq!(whole_percent(share), whole, "{share}");
        }
    }

    #[test]
    fn values_carry_no_noise() {
        for (number, unit, shown) in [
            (350.0, Some("ms"), "350 ms"),
            (0.8, Some("%"), "0.8 %"),
            (0.1 + 0.2, None, "0.3"),
            (18.0 * 0.7, Some("min"), "12.6 min"),
            (-0.0, None, "0"),
            (-4.25, Some(""), "-4.25"),
            (1_234_567.0, None, "1234567"),
            (1e-12, Some("s"), "0.000000000001 s"),
            (9_007_199_254_740_991.0, None, "9007199254740991"),
            (-1e300, Some("s"), "-1e300 s"),
            (5e-324, None, "5e-324"),
        ] {
            assert_eq!(quantity(number, unit), shown);
        }
    }

    #[test]
    fn differences_show_their_sign() {
        assert_eq!(points(0.031), "+3.1 points");
        assert_eq!(points(-0.125), "-12.5 points");
        assert_eq!(points(0.0), "0.0 points");
        assert_eq!(points(-1e-15), "0.0 points");
    }

    #[test]
    fn parts_are_apportioned_by_largest_remainder() {
        for (parts, total, shown) in [
            (vec![1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0], 1000, vec![334, 333, 333]),
            (vec![0.0304, 0.0, -0.0104], 20, vec![30, 0, -10]),
            (vec![0.0004, 0.0004], 1, vec![1, 0]),
            (vec![0.0, 0.0, 0.0], 0, vec![0, 0, 0]),
            (vec![0.03, 0.0], 31, vec![31, 0]),
            (vec![0.03, 0.0], 29, vec![29, 0]),
            (vec![], 5, vec![]),
        ] {
            assert_eq!(apportion(&parts, total), shown, "{parts:?}");
        }
    }

    proptest! {
        #[test]
        fn shown_parts_add_up(parts in prop::collection::vec(-1.0..1.0f64, 1..6)) {
            let total = tenths(parts.iter().sum());
            let shown = apportion(&parts, total);
            prop_assert_eq!(shown.iter().sum::<i32>(), total);
            for (part, shown) in parts.iter().zip(shown) {
                prop_assert!((part * 1000.0 - f64::from(shown)).abs() <= 2.0);
            }
        }

        #[test]
        fn what_is_shown_is_near_and_ordered(a in 0.0..=1.0f64, b in 0.0..=1.0f64) {
            prop_assert!((f64::from(tenths(a)) / 1000.0 - a).abs() <= 0.001);
            prop_assert!(a > b || tenths(a) <= tenths(b));
        }
    }
}
