//! Owns the judgement how things go, and the sentences that say why. Reasons never hold a measured value, and gaps in
//! whole points only, so that they may be shown for what is `sensitive`.

use super::number::{percent, reaches, rounded};
use super::{Health, Thresholds};
use jiff::civil::Date;

/// One thing that speaks against a key result or an objective: how bad it is, and the sentence that says it.
pub(super) type Signal = (Health, String);

/// Confidence below this is at risk.
const DOUBT: f64 = 0.5;
/// Confidence below this is off track.
const DISBELIEF: f64 = 0.3;

/// Compares progress with what is expected: behind by either threshold is a signal.
pub(super) fn pace(progress: f64, expected: f64, thresholds: &Thresholds) -> Option<Signal> {
    let gap = rounded(expected - progress);
    let health = if reaches(gap, thresholds.off_track) {
        Health::OffTrack
    } else if reaches(gap, thresholds.at_risk) {
        Health::AtRisk
    } else {
        return None;
    };
    let points = match (gap * 100.0).round() {
        whole if whole < 1.0 => "less than a point".to_owned(),
        1.0 => "1 point".to_owned(),
        whole => format!("{whole:.0} points"),
    };
    Some((health, format!("{points} behind the expected {}", percent(expected))))
}

/// Judges the owner's belief, 0–1.
pub(super) fn confidence(confidence: f64) -> Option<Signal> {
    let health = match rounded(confidence) {
        belief if belief < DISBELIEF => Health::OffTrack,
        belief if belief < DOUBT => Health::AtRisk,
        _ => return None,
    };
    Some((health, format!("confidence {}", super::number::quantity(confidence, None))))
}

/// Tells how many days have passed since anybody looked, where that is longer than cadence and grace allow. Before the
/// first measurement, and for one from before the start, days count from the start.
pub(super) fn silence(last: Option<Date>, start: Date, today: Date, thresholds: &Thresholds) -> Option<i32> {
    let since = last.map_or(start, |last| last.max(start));
    let days = super::progress::days_between(since, today);
    (days > thresholds.cadence_days.saturating_add(thresholds.grace_days)).then_some(days)
}

/// Says that nobody looked for a number of days.
pub(super) fn stale(days: i32, thresholds: &Thresholds) -> Signal {
    let cadence = match thresholds.cadence_days {
        1 => "daily".to_owned(),
        7 => "weekly".to_owned(),
        14 => "biweekly".to_owned(),
        30 => "monthly".to_owned(),
        days => format!("every {days} days"),
    };
    let unit = if days == 1 { "day" } else { "days" };
    (Health::Stale, format!("no check-in for {days} {unit} ({cadence})"))
}

/// Takes the owner's word where it is a warning: it never improves anything.
pub(super) fn word(health: Health) -> Option<Signal> {
    match health {
        Health::AtRisk => Some((health, "the owner says at-risk".into())),
        Health::OffTrack => Some((health, "the owner says off-track".into())),
        _ => None,
    }
}

/// Takes the worst of the signals, on track without any; the reasons are listed worst first, else in given order.
pub(super) fn worst(mut signals: Vec<Signal>) -> (Health, Vec<String>) {
    signals.sort_by_key(|(health, _)| std::cmp::Reverse(*health));
    let health = signals.first().map_or(Health::OnTrack, |(health, _)| *health);
    (health, signals.into_iter().map(|(_, reason)| reason).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const USUAL: Thresholds = Thresholds { at_risk: 0.15, off_track: 0.30, cadence_days: 7, grace_days: 3 };

    #[test]
    fn gaps_are_judged_at_their_thresholds() {
        for (progress, expected, signal) in [
            (0.5, 0.5, None),
            (0.9, 0.5, None),
            (0.4501, 0.6, None),
            (0.45, 0.6, Some((Health::AtRisk, "15 points behind the expected 60.0 %"))),
            (0.3, 0.6, Some((Health::OffTrack, "30 points behind the expected 60.0 %"))),
            (0.315, 0.625, Some((Health::OffTrack, "31 points behind the expected 62.5 %"))),
        ] {
            let signal = signal.map(|(health, reason)| (health, reason.to_owned()));
            assert_eq!(pace(progress, expected, &USUAL), signal, "{progress} of {expected}");
        }
        let tight = Thresholds { at_risk: 0.001, off_track: 0.0099, ..USUAL };
        let reason = |progress| pace(progress, 0.5, &tight).map(|signal| signal.1).unwrap_or_default();
        assert_eq!(reason(0.498), "less than a point behind the expected 50.0 %");
        assert_eq!(reason(0.49), "1 point behind the expected 50.0 %");
    }

    #[test]
    fn words_and_belief() {
        let health = |signal: Option<Signal>| signal.map(|signal| signal.0);
        for (belief, expected) in [
            (0.0, Some(Health::OffTrack)),
            (0.29, Some(Health::OffTrack)),
            (0.1 + 0.2, Some(Health::AtRisk)),
            (0.49, Some(Health::AtRisk)),
            (0.5, None),
            (1.0, None),
        ] {
            assert_eq!(health(confidence(belief)), expected, "{belief}");
        }
        assert_eq!(confidence(0.2), Some((Health::OffTrack, "confidence 0.2".into())));
        assert_eq!(word(Health::OnTrack), None);
        assert_eq!(word(Health::AtRisk), Some((Health::AtRisk, "the owner says at-risk".into())));
    }

    #[test]
    fn silence_counts_from_the_last_look_or_the_start() {
        let start = date(2026, 10, 1);
        for (last, today, days) in [
            (None, date(2026, 10, 11), None),
            (None, date(2026, 10, 12), Some(11)),
            (Some(date(2026, 11, 12)), date(2026, 11, 22), None),
            (Some(date(2026, 11, 11)), date(2026, 11, 22), Some(11)),
            (Some(date(2026, 9, 1)), date(2026, 10, 5), None),
            (Some(date(2026, 12, 1)), date(2026, 11, 22), None),
        ] {
            assert_eq!(silence(last, start, today, &USUAL), days, "{last:?} {today}");
        }
        assert_eq!(stale(24, &USUAL).1, "no check-in for 24 days (weekly)");
        assert_eq!(stale(24, &Thresholds { cadence_days: 10, ..USUAL }).1, "no check-in for 24 days (every 10 days)");
    }

    #[test]
    fn the_worst_signal_decides() {
        let signal = |health, reason: &str| (health, reason.to_owned());
        assert_eq!(worst(vec![]), (Health::OnTrack, vec![]));
        let signals = vec![signal(Health::Stale, "c"), signal(Health::AtRisk, "a"), signal(Health::AtRisk, "b")];
        assert_eq!(worst(signals), (Health::AtRisk, vec!["a".into(), "b".into(), "c".into()]));
    }
}
