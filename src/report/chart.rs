//! Owns the small pictures that text can draw: bars and sparklines.
//! Never colours and never measures a terminal.

/// How full a cell of a bar is, in eighths, where the terminal has Unicode.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws a share of 1 as a bar of full and light blocks, for documents: `█████░░░░░`. Below 1 it is never full, above
/// 0 never empty.
pub fn bar(share: f64, width: usize) -> String {
    let full = cells(share, width);
    "█".repeat(full) + &"░".repeat(width - full)
}

/// Draws a share of 1 as a bar for a terminal, in eighths of a cell with Unicode and in whole `#` without. The second
/// part is what is not reached yet, so that the two can be coloured apart.
pub fn fine_bar(share: f64, width: usize, unicode: bool) -> (String, String) {
    if !unicode {
        let full = cells(share, width);
        return ("#".repeat(full), ".".repeat(width - full));
    }
    let share = if share.is_finite() && width > 0 { share.clamp(0.0, 1.0) } else { 0.0 };
    let whole = width * 8;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let eighths = (share * whole as f64).round() as usize;
    let eighths = if share >= 1.0 { whole } else { eighths.clamp(usize::from(share > 0.0), whole.saturating_sub(1)) };
    let (full, part) = (eighths / 8, eighths % 8);
    let mut reached = "█".repeat(full);
    if part > 0 {
        reached.push(EIGHTHS[part]);
    }
    (reached, "·".repeat(width - full - usize::from(part > 0)))
}

/// Counts the full cells of a bar.
fn cells(share: f64, width: usize) -> usize {
    if width == 0 || !share.is_finite() || share <= 0.0 {
        return 0;
    }
    if share >= 1.0 {
        return width;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let full = (share * width as f64).round() as usize;
    full.clamp(usize::from(width > 1), width - 1)
}

/// Draws shares of 1 as a line of columns, oldest first; only the last `width` of them. What is not known is a gap.
pub fn sparkline(shares: &[Option<f64>], width: usize, unicode: bool) -> String {
    shares[shares.len().saturating_sub(width)..]
        .iter()
        .map(|share| match share {
            None => ' ',
            Some(share) if share.is_finite() => {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let level = (share.clamp(0.0, 1.0) * 7.0).round() as usize;
                if unicode { LEVELS[level] } else { b"_.,-=+*#"[level] as char }
            }
            Some(_) => ' ',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bars_tell_nearly_from_wholly() {
        let table =
            [(0.0, "░░░░░"), (0.001, "█░░░░"), (0.5, "███░░"), (0.999, "████░"), (1.0, "█████"), (7.0, "█████")];
        for (share, drawn) in table {
            assert_eq!(bar(share, 5), drawn, "{share}");
        }
        assert_eq!(fine_bar(0.5, 5, false), ("###".into(), "..".into()));
        assert_eq!(fine_bar(0.5, 5, true), ("██▌".into(), "··".into()));
        assert_eq!(sparkline(&[Some(0.0), None, Some(0.5), Some(1.0)], 9, true), "▁ ▅█");
        assert_eq!(sparkline(&[Some(0.0), Some(0.5), Some(1.0)], 2, false), "=#");
    }

    proptest! {
        #[test]
        fn bars_keep_their_width(share in prop::num::f64::ANY, width in 0usize..60) {
            prop_assert_eq!(bar(share, width).chars().count(), width);
            for unicode in [false, true] {
                let (full, rest) = fine_bar(share, width, unicode);
                prop_assert_eq!(full.chars().count() + rest.chars().count(), width);
            }
        }
    }
}
