//! Owns the documentation of the rules, all of it out of their declarations: the page, the explanation of one, the list.

use super::profile::{self, Origin};
use super::rule::{Example, Form, Group, Rule, Run};
use super::selection::{UnknownRule, unknown};
use super::{RULES, find};
use crate::config::Config;
use crate::finding::{Level, RuleWords};
use std::fmt::Write as _;

/// One line of the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The rule's name.
    pub name: &'static str,
    /// Its group.
    pub group: Group,
    /// The level in force, `None` where it is off.
    pub level: Option<Level>,
    /// Where that comes from.
    pub origin: Origin,
    /// Whether it can offer edits.
    pub fixable: bool,
}

/// Lists every rule with the level in force, in the order of the documentation.
pub fn listing(config: &Config) -> Vec<Listed> {
    RULES
        .iter()
        .map(|rule| {
            let (level, origin) = profile::level(config, rule);
            Listed { name: rule.name, group: rule.group, level, origin, fixable: rule.fixable }
        })
        .collect()
}

/// Writes the list as a table for a terminal: name, level in force, where that comes from, what it finds. Rules that are
/// off are counted, and shown where `all` are asked for. `fold` puts a text into lines, given how the first and the others
/// begin.
pub fn table(config: &Config, all: bool, fold: &dyn Fn(&str, &str, &str) -> String) -> String {
    let mut text = String::new();
    let listed = listing(config);
    let wide = listed.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    let shown = |line: &&Listed| all || line.level.is_some();
    for group in Group::ALL {
        let mut lines = listed.iter().filter(|line| line.group == *group).filter(shown).peekable();
        if lines.peek().is_none() {
            continue;
        }
        let _ = writeln!(text, "{}{group}", if text.is_empty() { "" } else { "\n" });
        for line in lines {
            let level = line.level.map_or("off", Level::name);
            let summary = find(line.name).map(Rule::summary).unwrap_or_default();
            let origin = if line.origin == Origin::Rule { String::new() } else { format!(" ({})", line.origin) };
            let first = format!("  {:wide$}  {level:7}  ", line.name);
            text.push_str(&fold(&format!("{}{origin}", plain(&summary)), &first, &" ".repeat(first.len())));
        }
    }
    let hidden = listed.iter().filter(|line| !shown(line)).count();
    if hidden > 0 {
        let _ = writeln!(text, "\n{hidden} more are off: `git okr rule --all` lists them.");
    }
    text
}

/// Explains one rule for a terminal.
///
/// # Errors
/// A name that no rule has.
pub fn explain(name: &str, config: &Config) -> Result<String, UnknownRule> {
    let rule = find(name).ok_or_else(|| unknown(name))?;
    let (level, origin) = profile::level(config, rule);
    let mut text = String::new();
    let _ = writeln!(text, "{} ({}, {}, {origin})\n", rule.name, rule.group, level.map_or("off", Level::name));
    let thresholds = rule.thresholds.iter().map(|(key, _)| (*key, profile::threshold(config, rule, key)));
    text.push_str(&about(rule, thresholds));
    Ok(text)
}

/// Gives what a rule says of itself, whatever the configuration.
pub fn words(rule: &Rule) -> RuleWords {
    let (summary, why) = (plain(&rule.summary()), plain(&rule.why()));
    let text = about(rule, rule.thresholds.iter().copied());
    let markdown = format!("{}\n### Answer\n```toml\n{}\n```\n", body(rule).trim_end(), allow(rule));
    RuleWords { summary, why, text, markdown }
}

/// Writes all that a rule says of itself as plain text: what, why, thresholds, examples, source, and how to answer it.
fn about(rule: &Rule, thresholds: impl Iterator<Item = (&'static str, f64)>) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n\n{}", wrap(&plain(&rule.summary())), wrap(&plain(&rule.why())));
    if rule.fixable {
        text.push_str("\nIt can offer edits.\n");
    }
    for (key, value) in thresholds {
        let _ = writeln!(text, "\n[rules.{}] {key} = {value}", rule.name);
    }
    for (heading, examples, prose) in
        [("Bad", rule.bad(), rule.prose_of("Bad")), ("Good", rule.good(), rule.prose_of("Good"))]
    {
        let _ = writeln!(text, "\n{heading}:");
        if examples.is_empty() {
            let _ = writeln!(text, "{}", wrap(&plain(&prose)));
        }
        for example in &examples {
            text.push('\n');
            let several = examples.len() > 1 || example.path == crate::config::FILE_NAME;
            if several && example.form != Form::Look {
                let _ = writeln!(text, "    # {}", place(example));
            }
            text.push_str(&indent(example));
        }
    }
    let _ = writeln!(text, "\nSource: {}", wrap(&plain(&rule.source())));
    let _ = writeln!(
        text,
        "\nAnswer one finding:  {}\nChange its level:    [rules.levels] {} = \"off\"",
        allow(rule),
        rule.name
    );
    text
}

/// Writes the entry that answers a finding of a rule.
fn allow(rule: &Rule) -> String {
    format!("allow = [{{ rule = \"{}\", reason = \"…\" }}]", rule.name)
}

/// Writes a line of a rule's documentation for the page: headings one deeper, and the place of an example above it, since
/// no reader sees what stands behind the fence.
fn published_line(line: &str) -> String {
    if line.starts_with("## ") {
        return format!("#{line}\n");
    }
    match line.strip_prefix("```").and_then(|info| info.split_once(' ')) {
        Some((language, place)) => {
            let (path, day) = place.split_once(' ').unwrap_or((place, ""));
            let day = if day.is_empty() { String::new() } else { format!(", committed on {day}") };
            let what = if language == "diff" { "A change to " } else { "" };
            format!("{what}`{path}`{day}:\n\n```{language}\n")
        }
        None => format!("{line}\n"),
    }
}

/// Says where a step of an example stands, and on which day it is committed.
fn place(example: &Example) -> String {
    let change = if example.form == Form::Change { "a change to " } else { "" };
    let day = example.day.map(|day| format!(", committed on {day}")).unwrap_or_default();
    format!("{change}{}{day}", example.path)
}

fn indent(example: &Example) -> String {
    example.text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

/// Takes Markdown's links and emphasis out of prose.
fn plain(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(open) = rest.find('[') {
        let Some((label, url, end)) = link(&rest[open..]) else { break };
        out.push_str(&rest[..open]);
        let _ = write!(out, "{label} <{url}>");
        rest = &rest[open + end..];
    }
    out + rest
}

/// Reads `[label](url)` at the start of a text, with the length of it.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let middle = text.find("](")?;
    let end = middle + text[middle..].find(')')?;
    Some((&text[1..middle], &text[middle + 2..end], end + 1))
}

/// Breaks prose at 80 columns.
fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("never empty");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= 80 {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}

/// How to see how well sentences are read.
const SENTENCES: &str = "
### How well sentences are read

`kr-output-not-outcome`, `kr-vague`, `kr-vanity`, `kr-unmeasurable` and `kr-fields-missing` read the sentence of a key
result, by classes of English words and no list of sentences. How often they are right is printed by

    cargo test --test cli sentences -- --nocapture

team by team, with each sentence that is misread and the words that decided: outcomes flagged and outputs found;
measurable ones among those called so, and found; clear ones called vague, sound ones called vanity. The sentences are
those of `tests/cli/sentences/teams.jsonl`, all invented, and the test fails when the means drop. Others are measured
where `GIT_OKR_SENTENCES` names a file of such lines:

    {\"group\": \"team\", \"kind\": \"outcome\", \"measurable\": true, \"vague\": false, \"vanity\": false, \"text\": \"…\"}
";

/// Writes the page of all rules, `docs/rules.md`.
pub fn page() -> String {
    let mut text = String::from(
        "# Rules\n\n\
         Every rule that `git okr check` runs. This page is written from the code: `GIT_OKR_BLESS=1 cargo test docs`.\n\n\
         A level is `error`, `warning`, `info` or `off`; `[rules.levels]` in `okr.toml` sets it by rule, `[rules] profile`\n\
         for all. One finding is answered where it stands: `allow = [{ rule = \"…\", reason = \"…\" }]`.\n",
    );
    for group in Group::ALL {
        let _ = writeln!(text, "\n## {group}\n\n| rule | finds | level |\n|---|---|---|");
        for rule in RULES.iter().filter(|rule| rule.group == *group) {
            let _ = writeln!(text, "| [`{0}`](#{0}) | {1} | {2} |", rule.name, rule.summary(), rule.level);
        }
    }
    text.push_str(SENTENCES);
    for rule in RULES {
        let mut notes = vec![format!("Group {}, {} by default.", rule.group, rule.level)];
        if rule.fixable {
            notes.push("Can offer edits.".into());
        }
        if rule.english {
            notes.push("Reads English: off where `language` is another.".into());
        }
        if rule.calendar {
            notes.push("A passing day alone can trip it: with `--base` it is a warning at most.".into());
        }
        if matches!(rule.run, Run::History(_)) {
            notes.push("Needs the whole history.".into());
        }
        let keys: Vec<String> = rule.thresholds.iter().map(|(key, value)| format!("`{key} = {value}`")).collect();
        if !keys.is_empty() {
            notes.push(format!("`[rules.{}]` takes {}.", rule.name, keys.join(", ")));
        }
        let _ = write!(text, "\n## {}\n\n{}\n\n{}", rule.name, notes.join(" "), body(rule));
    }
    text
}

/// Gives the Markdown that a rule was declared with, its headings a level below the rule's own.
fn body(rule: &Rule) -> String {
    let lines = rule.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.map(published_line).collect()
}
