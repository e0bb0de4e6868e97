//! Owns the view of Monday morning: the tree of objectives with bars, pace, health and its reasons, in a terminal.
//! Never computes a figure and never measures the terminal: both are handed in.

use super::layout::{Style, Tone, columns};
use super::model::{CycleV1, KeyResultV1, ObjectiveV1, ReportV1};
use super::work::TrailersV1;
use super::{chart, show, work};
use crate::okr::{BaselineFrom, Commitment, Health, Kind, NotCounted, Status};
use crate::text::printable;
use jiff::civil::Date;

/// From this width on, a key result is one line.
const WIDE: usize = 150;
/// From this width on, sparklines and changes are shown.
const FULL: usize = 80;
/// Beyond this width lines grow no longer.
const WIDEST: usize = 200;
/// Below this width nothing fits.
const NARROWEST: usize = 60;

/// Draws a report for a terminal.
pub fn render(report: &ReportV1, style: &Style) -> String {
    let mut view = View::new(style, report.today);
    for (at, cycle) in report.cycles.iter().enumerate() {
        if at > 0 {
            view.text.push('\n');
        }
        view.cycle(cycle);
    }
    if report.cycles.is_empty() {
        view.text.push_str("No objective belongs to a running cycle, or to one that has ended.\n");
        view.text.push_str("See every cycle with `git okr status --cycle all`.\n");
    }
    if let Some(trailers) = report.work.as_ref().filter(|trailers| !trailers.unknown.is_empty()) {
        view.text.push('\n');
        view.unknown(trailers);
    }
    if !report.history.complete {
        view.text.push('\n');
        view.history(report);
    }
    view.text
}

/// Goals as they are being drawn.
pub(super) struct View {
    pub(super) style: Style,
    today: Date,
    pub(super) text: String,
}

/// The characters that the tree is drawn with.
struct Glyphs {
    branch: &'static str,
    last: &'static str,
    trunk: &'static str,
    dot: &'static str,
    tick: char,
    arrow: &'static str,
    bullet: &'static str,
}

const UNICODE: Glyphs =
    Glyphs {
        branch: "├─ ", last: "└─ ", trunk: "│  ", dot: " · ", tick: '│', arrow: "→", bullet: "■"
    };
const ASCII: Glyphs =
    Glyphs { branch: "|- ", last: "`- ", trunk: "|  ", dot: ", ", tick: '|', arrow: "->", bullet: "*" };

impl View {
    pub(super) fn new(style: &Style, today: Date) -> Self {
        let style = Style { width: style.width.clamp(NARROWEST, WIDEST), ..*style };
        View { style, today, text: String::new() }
    }

    fn glyphs(&self) -> &'static Glyphs {
        if self.style.unicode { &UNICODE } else { &ASCII }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Writes a line with something at its right edge; the left part is cut where both do not fit.
    pub(super) fn edges(&mut self, lead: &str, left: &str, tone: Tone, right: &str) {
        let style = self.style;
        let spare = style.width.saturating_sub(columns(lead) + columns(&printable(left)) + 2);
        let right = style.cut(right, spare.max(style.width / 2));
        let room = style.width.saturating_sub(columns(lead) + columns(&right) + 2);
        let left = style.cell(tone, left, room);
        self.line(&format!("{lead}{left}  {}", style.paint(Tone::Faint, &right)));
    }

    fn cycle(&mut self, cycle: &CycleV1) {
        let style = self.style;
        let dot = self.glyphs().dot;
        let left = match cycle.days_left {
            _ if cycle.elapsed <= 0.0 => format!("begins {}", show::days_ago(cycle.start, self.today)),
            0 if self.today > cycle.end => "over".into(),
            0 => "last day".into(),
            1 => "1 day left".into(),
            days => format!("{days} days left"),
        };
        let heading = style.paint(Tone::Strong, &style.cut(&cycle.id, 40));
        self.line(&format!("{heading}{dot}{}{dot}{left}", show::span(cycle.start, cycle.end)));
        let bar = self.bar(cycle.progress, cycle.expected, self.bar_width() + 10, Tone::Plain);
        let mut facts = vec![counted(cycle.counted, cycle.total)];
        if let Some(expected) = cycle.expected {
            facts.insert(0, format!("{} expected", show::percent(expected, cycle.sensitive)));
        }
        if let Some(change) = self.change(cycle.progress, cycle.progress_7_days_ago, cycle.sensitive) {
            facts.insert(facts.len() - 1, format!("{change} in 7 days"));
        }
        if let Some(committed) = committed(cycle.progress, cycle.as_committed, cycle.sensitive) {
            facts.push(committed);
        }
        let percent = style.paint(Tone::Strong, &format!("{:>7}", percent(cycle.progress, cycle.sensitive)));
        let lead = format!("{bar} {percent}  ");
        self.facts(&lead, &facts);
        if cycle.objectives.len() < cycle.objective_count {
            let note = format!(
                "the whole cycle's figures; {} of {} objectives shown",
                cycle.objectives.len(),
                cycle.objective_count
            );
            self.text.push_str(&style.wrap(Tone::Faint, &note, "", ""));
        }
        for objective in &cycle.objectives {
            self.text.push('\n');
            self.objective(objective);
        }
        if !cycle.goalposts.is_empty() {
            let many = cycle.goalposts.len();
            let goalposts = if many == 1 { "1 definition" } else { &format!("{many} definitions") };
            let line = format!("{goalposts} changed after the lock: see `git okr log --goalposts`");
            self.text.push('\n');
            self.text.push_str(&style.wrap(Tone::Warn, &line, "", ""));
        }
    }

    /// Writes facts behind a lead, onto further lines where they do not fit. The lead may hold colour.
    fn facts(&mut self, lead: &str, facts: &[String]) {
        let dot = self.glyphs().dot;
        let start = columns(&plain(lead));
        let mut line = lead.to_owned();
        let mut used = start;
        for (at, fact) in facts.iter().enumerate() {
            let width = columns(&plain(fact));
            if at > 0 && used + columns(dot) + width > self.style.width {
                self.line(&line);
                line = " ".repeat(start);
                used = start;
            } else if at > 0 {
                line.push_str(dot);
                used += columns(dot);
            }
            line.push_str(fact);
            used += width;
        }
        self.line(&line);
    }

    fn objective(&mut self, objective: &ObjectiveV1) {
        let style = self.style;
        let glyphs = self.glyphs();
        let lead = format!("{} ", glyphs.bullet);
        self.edges(&lead, &objective.title, Tone::Strong, &objective.owners.join(", "));
        let bar = self.bar(objective.progress, objective.expected, self.bar_width() + 6, tone(objective.health));
        let percent = format!("{:>7}", percent(objective.progress, objective.sensitive));
        let health = style.paint(tone(objective.health), health(objective.health));
        let mut facts = Vec::new();
        if objective.status != Status::Active {
            facts.push(word(&objective.status));
        }
        if objective.health.is_some() {
            facts.push(health);
        }
        if let (Some(progress), Some(expected)) = (objective.progress, objective.expected) {
            facts.push(gap(progress, expected, objective.sensitive));
        }
        facts.push(counted(objective.counted, objective.total));
        if let Some(change) = self.change(objective.progress, objective.progress_7_days_ago, objective.sensitive) {
            facts.push(format!("{change} in 7 days"));
        }
        if let Some(committed) = committed(objective.progress, objective.as_committed, objective.sensitive) {
            facts.push(committed);
        }
        match objective.commitment {
            Some(Commitment::Aspirational) => facts.push("aspirational".into()),
            Some(Commitment::Committed) => facts.push("committed".into()),
            None => {}
        }
        // Facts may hold colour: widths are those of the plain text.
        self.facts(&format!("  {bar} {percent}  "), &facts);
        let trunk = if objective.key_results.is_empty() { "  " } else { glyphs.trunk };
        if matters(objective.health) && !objective.reasons.is_empty() {
            let reasons = objective.reasons.join("; ");
            self.text.push_str(&style.wrap(Tone::Faint, &reasons, &format!("  {trunk}"), &format!("  {trunk}")));
        }
        if let Some(children) = &objective.children {
            let progress = percent_or(children.progress, children.sensitive);
            let many = match children.total {
                1 => "1 objective serves it".into(),
                total => format!("{total} objectives serve it"),
            };
            let text = format!("{many}: {progress} ({})", counted(children.counted, children.total));
            self.text.push_str(&style.wrap(Tone::Faint, &text, &format!("  {trunk}"), &format!("  {trunk}")));
        }
        if let Some(done) = objective.work.as_ref().and_then(|work| work::in_words(work, self.today)) {
            let text = format!("{done}, for it and its key results");
            self.text.push_str(&style.wrap(Tone::Faint, &text, &format!("  {trunk}"), &format!("  {trunk}")));
        }
        let many = objective.key_results.len();
        for (at, kr) in objective.key_results.iter().enumerate() {
            let last = at + 1 == many;
            let head = format!("  {}", if last { glyphs.last } else { glyphs.branch });
            let under = format!("  {}", if last { "   " } else { glyphs.trunk });
            self.key_result(kr, &head, &under);
        }
        for text in work::questions_in_words(objective.questions.as_deref().unwrap_or_default()) {
            self.text.push_str(&style.wrap(Tone::Plain, &text, "  ? ", "    "));
        }
    }

    fn key_result(&mut self, kr: &KeyResultV1, head: &str, under: &str) {
        let style = self.style;
        let mark = match kr.not_counted {
            Some(NotCounted::Guardrail) => "guardrail: ",
            _ => "",
        };
        let title = format!("{mark}{}", kr.title);
        let owner = kr.owner.clone().unwrap_or_default();
        let tone = if kr.counted || kr.not_counted == Some(NotCounted::Guardrail) { Tone::Plain } else { Tone::Faint };
        if style.width >= WIDE {
            let figures = self.figures(kr);
            let (values_width, owner_width) = if style.width >= 180 { (34, 14) } else { (24, 8) };
            let values = style.cell(Tone::Plain, &self.values(kr), values_width);
            let owner = style.cell(Tone::Faint, &owner, owner_width);
            let used = columns(head) + columns(&plain(&figures)) + values_width + owner_width + 6;
            let room = style.width.saturating_sub(used);
            let title = style.cell(tone, &title, room);
            self.line(&format!("{head}{title}  {values}  {figures}  {owner}"));
        } else {
            let right =
                [self.values(kr), owner].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
            self.edges(head, &title, tone, &right);
            let figures = self.figures(kr);
            self.line(&format!("{under}{figures}"));
        }
        let mut remarks = Vec::new();
        if kr.out_of_bounds {
            remarks.push("out of bounds now".to_owned());
        }
        if matters(kr.health) {
            // A guardrail is not on its way anywhere: how far it is behind says nothing beside its days within.
            let is_guardrail = kr.not_counted == Some(NotCounted::Guardrail);
            let told = |reason: &str| {
                is_guardrail && reason.contains("behind the expected")
                    || kr.out_of_bounds && reason.starts_with("out of bounds")
            };
            remarks.extend(kr.reasons.iter().filter(|reason| !told(reason)).cloned());
        }
        if let Some(raw) = kr.raw.filter(|raw| *raw < 0.0 || *raw > 1.0) {
            remarks.push(format!("raw {}", show::percent(raw, kr.sensitive)));
        }
        if let Some(committed) = committed(kr.progress, kr.as_committed, kr.sensitive) {
            remarks.push(committed);
        }
        if kr.uncommitted {
            remarks.push("last check-in uncommitted".into());
        }
        remarks.extend(kr.work.as_ref().and_then(|work| work::in_words(work, self.today)));
        if !remarks.is_empty() {
            let tone = if kr.out_of_bounds { Tone::Bad } else { Tone::Faint };
            self.text.push_str(&style.wrap(tone, &remarks.join("; "), under, under));
        }
    }

    /// Gives the figures of a key result, always as wide, so that they stand below each other.
    pub(super) fn figures(&self, kr: &KeyResultV1) -> String {
        let style = self.style;
        let spark_width = if style.width >= WIDE { 10 } else { 8 };
        let is_guardrail = kr.not_counted == Some(NotCounted::Guardrail);
        // Before its first measurement a guardrail has kept nothing, and broken nothing.
        let shown = kr.progress.filter(|_| kr.counted || (is_guardrail && kr.last_check_in.is_some()));
        let bar = self.bar(shown, kr.expected.filter(|_| kr.counted), self.bar_width(), tone(kr.health));
        let percent = style.cell_right(Tone::Strong, &percent(shown, kr.sensitive), 7);
        let gap = match (kr.progress, kr.expected, kr.not_counted) {
            (_, _, Some(NotCounted::Guardrail)) => if shown.is_some() { "of its days" } else { "" }.into(),
            (_, _, Some(_)) => "not counted".into(),
            (Some(progress), Some(expected), None) => gap(progress, expected, kr.sensitive),
            _ => String::new(),
        };
        let gap_tone = if kr.counted { Tone::Plain } else { Tone::Faint };
        let health_tone = if kr.out_of_bounds { Tone::Bad } else { tone(kr.health) };
        let reason = match kr.not_counted {
            Some(NotCounted::BaselineUnknown) => "no baseline".to_owned(),
            reason => reason.map(|reason| word(&reason)).unwrap_or_default(),
        };
        let health = if kr.not_counted.is_some() && !is_guardrail {
            &reason
        } else if kr.out_of_bounds {
            "broken"
        } else if is_guardrail && kr.health == Some(Health::OnTrack) {
            "within"
        } else {
            health(kr.health)
        };
        let shares: Vec<Option<f64>> = kr.check_ins.iter().map(|c| c.progress).collect();
        let spark = chart::sparkline(&shares, spark_width, style.unicode);
        let change =
            self.change(shown, kr.progress_7_days_ago, kr.sensitive).map_or_else(String::new, |c| format!("{c}/7d"));
        let age = kr.last_check_in.map_or_else(
            || if shown.is_some() || is_guardrail { "never".to_owned() } else { String::new() },
            |day| match show::days_between(day, self.today) {
                0 => "today".into(),
                ahead if ahead < 0 => format!("in {} d", -ahead),
                days => format!("{days} d ago"),
            },
        );
        let age_tone = if kr.health == Some(Health::Stale) { Tone::Warn } else { Tone::Faint };
        // "unmeasurable" is longer than any health, and "not counted" shorter than any gap.
        let (gap_width, health_width) = if kr.not_counted.is_some() && !is_guardrail { (11, 12) } else { (12, 11) };
        let gap = style.cell(gap_tone, &gap, gap_width);
        let mut cells = vec![bar, percent, gap, style.cell(health_tone, health, health_width)];
        if style.width >= FULL {
            cells.push(style.cell(Tone::Plain, &spark, spark_width));
            cells.push(style.cell_right(Tone::Faint, &change, 8));
        }
        cells.push(style.cell_right(age_tone, &age, 9));
        if style.width >= WIDE {
            let belief =
                kr.confidence.map_or_else(String::new, |belief| format!("confidence {}", show::value(belief, None)));
            cells.push(style.cell_right(Tone::Faint, &belief, 15));
        }
        cells.join(" ")
    }

    /// Says from where to where, and what is in between.
    pub(super) fn values(&self, kr: &KeyResultV1) -> String {
        let arrow = self.glyphs().arrow;
        let unit = kr.unit.as_deref();
        if kr.sensitive {
            return "sensitive".into();
        }
        match kr.kind {
            Some(Kind::Metric) => {
                let now = kr.current.map_or_else(|| "no value yet".into(), |value| show::value(value, unit));
                let start = kr.baseline.map(|value| show::value(value, None));
                let first = if kr.baseline_from == Some(BaselineFrom::FirstCheckIn) { " (first check-in)" } else { "" };
                let target = kr.target.or_else(|| kr.scale.as_ref()?.last().map(|rung| rung.value));
                match (start, target) {
                    (Some(start), Some(target)) => {
                        format!("{now}, {start}{first} {arrow} {}", show::value(target, None))
                    }
                    (None, Some(target)) => format!("{now} {arrow} {}", show::value(target, None)),
                    _ => now,
                }
            }
            Some(Kind::Bound) => {
                let now = kr.current.map_or_else(|| "no value yet".into(), |value| show::value(value, unit));
                let limit = match (kr.at_least, kr.at_most) {
                    (Some(low), Some(high)) => {
                        format!("between {} and {}", show::value(low, None), show::value(high, None))
                    }
                    (Some(low), None) => format!("at least {}", show::value(low, None)),
                    (None, Some(high)) => format!("at most {}", show::value(high, None)),
                    (None, None) => String::new(),
                };
                format!("{now}, {limit}")
            }
            Some(Kind::Milestones) => {
                let all = kr.milestone.as_deref().unwrap_or_default();
                let reached = all.iter().filter(|m| {
                    m.done.as_ref().is_some_and(|done| match done {
                        serde_json::Value::String(day) => day.parse().is_ok_and(|day: Date| day <= self.today),
                        other => other == &serde_json::Value::Bool(true),
                    })
                });
                format!("{} of {} done", reached.count(), all.len())
            }
            Some(Kind::Binary) => if kr.current == Some(1.0) { "reached" } else { "not yet" }.into(),
            None => String::new(),
        }
    }

    fn bar_width(&self) -> usize {
        if self.style.width >= WIDE { 16 } else { 12 }
    }

    /// Draws progress with a tick where it is expected to be.
    fn bar(&self, share: Option<f64>, expected: Option<f64>, width: usize, tone: Tone) -> String {
        let Some(share) = share else { return " ".repeat(width) };
        let (reached, rest) = chart::fine_bar(share, width, self.style.unicode);
        let mut cells: Vec<char> = reached.chars().chain(rest.chars()).collect();
        let full = reached.chars().count();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let tick = expected
            .filter(|expected| *expected > 0.0 && *expected < 1.0)
            .map(|expected| ((expected * width as f64) as usize).min(width - 1));
        // Where progress has passed it, the tick would only tear the bar.
        if let Some(tick) = tick.filter(|tick| *tick >= full) {
            cells[tick] = self.glyphs().tick;
        }
        let reached: String = cells[..full].iter().collect();
        let rest: String = cells[full..].iter().collect();
        let tone = if tone == Tone::Bad { Tone::Bad } else { tone };
        self.style.paint(tone, &reached) + &self.style.paint(Tone::Faint, &rest)
    }

    /// Gives the change over seven days in points, with a mark of its direction.
    fn change(&self, now: Option<f64>, before: Option<f64>, whole: bool) -> Option<String> {
        Some(show::signed_points(now? - before?, whole))
    }

    fn unknown(&mut self, trailers: &TrailersV1) {
        let style = self.style;
        self.line(&style.paint(Tone::Warn, "Trailers of commits that name no goal:"));
        for unknown in &trailers.unknown {
            self.text.push_str(&style.wrap(Tone::Plain, &work::unknown_in_words(unknown), "  ", "  "));
        }
    }

    fn history(&mut self, report: &ReportV1) {
        let style = self.style;
        self.line(
            &style.paint(Tone::Warn, "History is not all there: figures that rest on it may be wrong or missing."),
        );
        for gap in report.history.degraded.iter().filter(|gap| gap.kind != crate::history::DegradedKind::Unreadable) {
            let text = format!("{}; next: {}", gap.message, gap.help);
            self.text.push_str(&style.wrap(Tone::Plain, &text, "  ", "  "));
        }
    }
}

/// Leaves colours out, to count columns.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\u{1b}') {
        plain.push_str(&rest[..start]);
        let tail = &rest[start..];
        rest = tail.find('m').map_or("", |end| &tail[end + 1..]);
    }
    plain + rest
}

fn percent(share: Option<f64>, whole: bool) -> String {
    share.map_or_else(String::new, |share| show::percent(share, whole))
}

fn percent_or(share: Option<f64>, whole: bool) -> String {
    share.map_or_else(|| "no figure".into(), |share| show::percent(share, whole))
}

fn counted(counted: usize, total: usize) -> String {
    format!("{counted} of {total} counted")
}

/// Says how far progress is from what is expected, in points.
fn gap(progress: f64, expected: f64, whole: bool) -> String {
    let points = show::signed_points(progress - expected, whole);
    match points.split_at_checked(1) {
        Some(("+", ahead)) => format!("{ahead} ahead"),
        Some(("-", behind)) => format!("{behind} behind"),
        _ => "on pace".into(),
    }
}

/// Gives the progress under the definitions at lock where it differs from what is shown.
fn committed(progress: Option<f64>, committed: Option<f64>, whole: bool) -> Option<String> {
    let committed = show::percent(committed?, whole);
    (percent(progress, whole) != committed).then(|| format!("{committed} as committed"))
}

pub(super) fn tone(health: Option<Health>) -> Tone {
    match health {
        Some(Health::OnTrack | Health::Achieved) => Tone::Good,
        Some(Health::Stale | Health::AtRisk) => Tone::Warn,
        Some(Health::OffTrack | Health::Missed) => Tone::Bad,
        Some(Health::NotStarted) | None => Tone::Plain,
    }
}

fn matters(health: Option<Health>) -> bool {
    matches!(health, Some(Health::Stale | Health::AtRisk | Health::OffTrack | Health::Missed))
}

pub(super) fn health(health: Option<Health>) -> &'static str {
    match health {
        Some(Health::NotStarted) => "not started",
        Some(Health::OnTrack) => "on track",
        Some(Health::Stale) => "stale",
        Some(Health::AtRisk) => "at risk",
        Some(Health::OffTrack) => "off track",
        Some(Health::Achieved) => "achieved",
        Some(Health::Missed) => "missed",
        None => "",
    }
}

/// Gives the published name of a value, its hyphens as spaces.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('-', " ")
}
