//! Owns how a change reads in a terminal: what it does to each cycle first, then goal by goal.
//! Never computes what a change does: that is `diff`'s.

use super::difference::{CycleChangeV1, DiffV1, KeyResultChangeV1, ObjectiveChangeV1, StandV1};
use super::layout::{Style, Tone};
use super::log::{change, quoted};
use super::model::ChangeV1;
use super::show;
use crate::diff::{Class, What};
use crate::okr;
use serde_json::Value;

/// Columns that the word for what became of a goal takes.
const WORD: usize = 10;

/// Draws a change for a terminal.
pub fn render(diff: &DiffV1, style: &Style) -> String {
    let mut view = View::new(style);
    for cycle in &diff.progress {
        view.cycle(cycle);
        let of = |name: &str| name.split('/').next() == Some(cycle.cycle.as_str());
        for objective in diff.objectives.iter().filter(|objective| of(&objective.name)) {
            view.objective(objective);
            let held = |kr: &&KeyResultChangeV1| home(&kr.name) == objective.name;
            diff.key_results.iter().filter(held).for_each(|kr| view.key_result(kr));
        }
        view.text.push('\n');
    }
    let known = |name: &str| diff.progress.iter().any(|cycle| name.split('/').next() == Some(cycle.cycle.as_str()));
    let strangers: Vec<&KeyResultChangeV1> = diff.key_results.iter().filter(|kr| !known(&kr.name)).collect();
    if !strangers.is_empty() {
        view.line(&view.style.paint(Tone::Strong, "In no cycle that the calendar knows"));
        strangers.into_iter().for_each(|kr| view.key_result(kr));
        view.text.push('\n');
    }
    view.settings(&diff.settings);
    view.findings(&diff.findings);
    view.class(diff);
    view.text
}

/// Gives the name of the objective that a key result is in.
fn home(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(home, _)| home)
}

/// A change as it is being drawn.
pub(super) struct View {
    pub(super) style: Style,
    pub(super) text: String,
}

impl View {
    pub(super) fn new(style: &Style) -> Self {
        View { style: Style { width: style.width.clamp(60, 200), ..*style }, text: String::new() }
    }

    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    pub(super) fn wrapped(&mut self, tone: Tone, text: &str, indent: &str) {
        if !text.is_empty() {
            self.text.push_str(&self.style.wrap(tone, text, indent, indent));
        }
    }

    pub(super) fn arrow(&self) -> &'static str {
        if self.style.unicode { "→" } else { "->" }
    }

    /// Shows two figures and their difference.
    pub(super) fn figures(&self, before: Option<f64>, after: Option<f64>, whole: bool) -> String {
        let shown =
            |share: Option<f64>| share.map_or_else(|| "no figure".to_owned(), |share| show::percent(share, whole));
        if before.map(okr::rounded) == after.map(okr::rounded) {
            return shown(after);
        }
        let change = before.zip(after).map(|(before, after)| format!("  {}", show::difference(before, after, whole)));
        format!("{} {} {}{}", shown(before), self.arrow(), shown(after), change.unwrap_or_default())
    }

    fn cycle(&mut self, cycle: &CycleChangeV1) {
        let name = self.style.paint(Tone::Strong, &self.style.cut(&cycle.cycle, 40));
        let figures = self.figures(cycle.before, cycle.after, cycle.sensitive);
        let expected = cycle.expected.map(|share| format!("  {} expected", show::percent(share, cycle.sensitive)));
        self.line(&format!("{name}  {figures}{}", expected.unwrap_or_default()));
        let part = |name: &str, tenths: i32| {
            let points = okr::tenths_as_points(tenths);
            let points = points.strip_suffix(" points").unwrap_or(&points).to_owned();
            let points = if cycle.sensitive { points.trim_end_matches(".0").to_owned() } else { points };
            (tenths != 0).then(|| format!("{name} {points}"))
        };
        let shown = &cycle.shown;
        let parts =
            [part("check-ins", shown.check_ins), part("goalposts", shown.goalposts), part("scope", shown.scope)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let why = if parts.is_empty() { "progress stays as it is".to_owned() } else { parts.join(", ") };
        self.wrapped(Tone::Plain, &why, "  ");
    }

    fn objective(&mut self, objective: &ObjectiveChangeV1) {
        let mark = if self.style.unicode { "■" } else { "*" };
        let progress = |stand: &Option<StandV1>| stand.as_ref().and_then(|stand| stand.progress);
        let figures = self.figures(progress(&objective.before), progress(&objective.after), objective.sensitive);
        let word = existence(objective.change).map(|word| format!("{word}  ")).unwrap_or_default();
        let room = self.style.width.saturating_sub(2);
        let name = self.style.cut(&format!("{}  {}", objective.name, objective.title), room);
        self.text.push('\n');
        self.line(&format!("{mark} {name}"));
        self.line(&format!("  {word}{figures}"));
        let words = self.words(objective.change, &objective.changes, objective.former.as_deref());
        self.wrapped(Tone::Plain, &words, "  ");
        self.wrapped(Tone::Warn, &marks(objective.goalpost, objective.eased, None), "  ");
    }

    fn key_result(&mut self, kr: &KeyResultChangeV1) {
        let word = match kr.change {
            What::CheckIn => "check-in",
            What::Definition => "definition",
            What::Mixed => "mixed",
            What::Added => "added",
            What::Removed => "removed",
            What::Moved => "moved",
        };
        let tone = if kr.goalpost || kr.change == What::Removed { Tone::Warn } else { Tone::Plain };
        let word = self.style.cell(tone, word, WORD);
        let progress = |stand: &Option<StandV1>| stand.as_ref().and_then(|stand| stand.progress);
        let (before, after) = (progress(&kr.before), progress(&kr.after));
        let figures = match kr.change {
            What::Added => self.figures(after, after, kr.sensitive),
            What::Removed => self.figures(before, before, kr.sensitive),
            _ => self.figures(before, after, kr.sensitive),
        };
        let counts = kr.after.as_ref().or(kr.before.as_ref()).is_some_and(|stand| stand.counted > 0);
        let counts = if counts { "" } else { "  (not counted)" };
        let id = kr.name.rsplit('/').next().unwrap_or(&kr.name);
        let indent = " ".repeat(WORD + 4);
        self.line(&format!("  {word}  {}", self.style.cut(id, self.style.width.saturating_sub(WORD + 4))));
        self.line(&format!("{indent}{figures}{counts}"));
        let told = match kr.change {
            What::Added | What::Removed => quoted(&kr.title, self.style),
            _ => self.words(kr.change, &kr.changes, kr.former.as_deref()),
        };
        self.wrapped(Tone::Plain, &told, &indent);
        let committed = kr.as_committed.filter(|_| kr.goalpost).map(|share| show::percent(share, kr.sensitive));
        self.wrapped(Tone::Warn, &marks(kr.goalpost, kr.eased, committed), &indent);
    }

    /// Says which fields differ; of what comes or goes nothing more than that.
    pub(super) fn words(&self, what: What, changes: &[ChangeV1], former: Option<&str>) -> String {
        if matches!(what, What::Added | What::Removed) {
            return String::new();
        }
        let moved = former.map(|former| format!("was {former}"));
        // The day of measuring says something where it alone moved.
        let alone = changes.iter().all(|change| change.field == "as_of");
        let told = |one: &&ChangeV1| one.field != "name" && (alone || one.field != "as_of");
        let fields = changes.iter().filter(told).map(|one| self.field(one));
        moved.into_iter().chain(fields).collect::<Vec<_>>().join(", ")
    }

    fn field(&self, one: &ChangeV1) -> String {
        match &*one.after {
            // Lists of tables say little on one line.
            Value::Array(_) | Value::Object(_) if one.field != "milestone.done" && is_long(one) => {
                format!("{} changed", one.field)
            }
            _ => change(one, self.style),
        }
    }

    fn settings(&mut self, settings: &[ChangeV1]) {
        if settings.is_empty() {
            return;
        }
        let title = self.style.paint(Tone::Strong, "Settings that judge goals");
        self.line(&title);
        for one in settings {
            let text = change(one, self.style);
            self.wrapped(Tone::Warn, &text, "  ");
        }
        self.text.push('\n');
    }

    fn findings(&mut self, findings: &[Value]) {
        if findings.is_empty() {
            return;
        }
        let title = self.style.paint(Tone::Strong, "New findings");
        self.line(&title);
        for finding in findings {
            let text = |key: &str| finding[key].as_str().unwrap_or_default();
            let place = match finding["line"].as_u64() {
                Some(line) => format!("{}:{line}: ", text("path")),
                None => String::new(),
            };
            let tone = match text("level") {
                "error" => Tone::Bad,
                "warning" => Tone::Warn,
                _ => Tone::Plain,
            };
            let line = format!("{place}{}[{}] {}", text("level"), text("rule"), text("message"));
            self.wrapped(tone, &line, "  ");
        }
        self.text.push('\n');
    }

    fn class(&mut self, diff: &DiffV1) {
        for path in &diff.unclear {
            let text = format!("{path} holds something that does not read: the change may be more than this");
            self.wrapped(Tone::Warn, &text, "");
        }
        let class = match diff.class {
            Class::None => "none: no goal differs",
            Class::CheckIn => "check-in: nothing but what check-ins say",
            Class::Definition => "definition: what goals mean or how they are judged, and no check-in",
            Class::Mixed => "mixed: check-ins, and what goals mean or how they are judged",
        };
        self.wrapped(Tone::Plain, &format!("class {class}"), "");
        let only = if diff.only_objectives { "only objective files differ" } else { "other files differ too" };
        let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
        let head = diff.head.as_deref().map_or_else(|| "the work tree, not committed".to_owned(), short);
        self.line(&format!("{only}, from {} to {head}", short(&diff.base)));
    }
}

fn is_long(one: &ChangeV1) -> bool {
    one.before.to_string().len() + one.after.to_string().len() > 100
}

/// Says that a goal is new, gone or moved; of others the figures say enough.
fn existence(what: What) -> Option<&'static str> {
    match what {
        What::Added => Some("added"),
        What::Removed => Some("removed"),
        What::Moved => Some("moved"),
        What::CheckIn | What::Definition | What::Mixed => None,
    }
}

fn marks(goalpost: bool, eased: Option<bool>, committed: Option<String>) -> String {
    if !goalpost {
        return String::new();
    }
    let effect = eased.map(|eased| if eased { "easier" } else { "not easier" }.to_owned());
    let committed = committed.map(|committed| format!("{committed} as committed"));
    let marks = std::iter::once("goalpost moved".to_owned()).chain(effect).chain(committed);
    marks.collect::<Vec<_>>().join(", ")
}
