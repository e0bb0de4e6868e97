//! Owns the sandbox that templates run in: built-in and overriding texts, escaping for Markdown, and the limits of
//! fuel, output and depth. Never opens a file: overrides are handed in as text, and a template can include nothing else.

use super::filter;
use crate::text;
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The built-in templates by name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("report", include_str!("../../templates/report.md.j2")),
    ("diff", include_str!("../../templates/diff.md.j2")),
    ("pr-comment", include_str!("../../templates/pr-comment.md.j2")),
    ("retro", include_str!("../../templates/retro.md.j2")),
];

/// What templates share, by name: never asked for alone.
const PARTS: &[(&str, &str)] = &[("change", include_str!("../../templates/change.md.j2"))];

/// Instructions that one rendering may take.
const FUEL: u64 = 5_000_000;
/// Bytes that one rendering may produce: 10 MiB.
const OUTPUT_LIMIT: usize = 10 * 1024 * 1024;
/// Levels that includes, macros and blocks may nest.
const DEPTH: usize = 60;
/// Bytes that one template may have: 64 KiB. Its parser descends a level for each operator.
const TEMPLATE_LIMIT: usize = 64 * 1024;
/// Stack of the thread that parses and renders: enough for a template of nothing but operators.
const STACK: usize = 128 * 1024 * 1024;
/// What stands for a value that is absent.
const ABSENT: &str = "–";

/// Why a template gave no text.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// No template of that name.
    #[error("no template is named {name}")]
    #[diagnostic(help("the templates here are: {known}"))]
    Unknown {
        /// As asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The template is wrong, or asks for what is not there.
    #[error("template {template}, line {line}: {message}")]
    #[diagnostic(help("{help}"))]
    Failed {
        /// File name of the template.
        template: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
        /// The next thing to do.
        help: String,
    },
}

/// The templates in force.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    overrides: BTreeMap<String, String>,
}

impl Templates {
    /// Takes texts by file name (`report.md.j2`) that stand in for the built-in ones of the same name, or beside them.
    pub fn new(overrides: BTreeMap<String, String>) -> Self {
        Templates { overrides }
    }

    /// Lists the names by which templates can be asked for, in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = BUILT_IN.iter().map(|&(name, _)| name).collect();
        names.extend(self.overrides.keys().map(|file| stem(file)));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Finds the file name of a template asked for by name or file name.
    fn file(&self, name: &str) -> Option<String> {
        if self.overrides.contains_key(name) {
            return Some(name.to_owned());
        }
        let own = self.overrides.keys().find(|file| stem(file) == name).cloned();
        own.or_else(|| {
            let built_in = |&&(known, _): &&(&str, &str)| known == name || file_name(known) == name;
            BUILT_IN.iter().find(built_in).map(|&(known, _)| file_name(known))
        })
    }

    /// Renders a template over a published model; the model's keys are the template's variables.
    pub fn render(&self, name: &str, model: &impl serde::Serialize) -> Result<String, Error> {
        let Some(file) = self.file(name) else {
            return Err(Error::Unknown { name: printable(name), known: self.names().join(", ") });
        };
        let model = serde_json::to_value(model).expect("a model has only text keys and finite numbers");
        std::thread::scope(|scope| {
            let rendering = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, || self.render_file(&file, model))
                .map_err(|error| Error::Failed {
                    template: printable(&file),
                    line: 1,
                    message: format!("no thread could be started to render it: {error}"),
                    help: "allow the process more memory".into(),
                })?;
            rendering.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Renders a template that there is.
    fn render_file(&self, file: &str, model: serde_json::Value) -> Result<String, Error> {
        let mut environment = environment();
        for &(known, text) in BUILT_IN.iter().chain(PARTS) {
            let known = file_name(known);
            if !self.overrides.contains_key(&known) {
                environment.add_template_owned(known, text).map_err(|e| failed(file, &e))?;
            }
        }
        let mut broken = Vec::new();
        for (own, text) in &self.overrides {
            let added = if text.len() > TEMPLATE_LIMIT {
                Err(too_long())
            } else {
                environment.add_template_owned(own.clone(), text.clone())
            };
            match added {
                Err(error) if *own == file => return Err(failed(file, &error)),
                // A broken neighbour that nobody includes is no reason to fail.
                Err(error) => broken.push((format!("'{own}'"), error)),
                Ok(()) => {}
            }
        }
        let template = environment.get_template(file).map_err(|e| failed(file, &e))?;
        let mut output = Capped { bytes: Vec::new(), limit: OUTPUT_LIMIT };
        template.render_captured_to(Value::from(Serde(model)), &mut output).map_err(|error| {
            let included = broken.iter().find(|(own, _)| lacks(&error, own)).map(|(_, why)| why);
            failed(file, included.unwrap_or(&error))
        })?;
        Ok(String::from_utf8(output.bytes).expect("templates write text"))
    }
}

/// Gives the file name of a built-in template.
fn file_name(name: &str) -> String {
    format!("{name}.md.j2")
}

/// Gives the name by which a file is asked for: `report` for `report.md.j2`.
fn stem(file: &str) -> &str {
    file.split('.').next().unwrap_or(file)
}

/// Builds the sandbox.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_debug(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().expect("the delimiters are the usual ones"));
    environment.set_auto_escape_callback(|name| {
        let name = name.strip_suffix(".j2").unwrap_or(name);
        match name.rsplit('.').next() {
            Some("html" | "htm" | "xml" | "svg") => AutoEscape::Html,
            Some("json") => AutoEscape::Json,
            Some("txt") => AutoEscape::Custom("txt".into()),
            _ => AutoEscape::Custom("md".into()),
        }
    });
    environment.set_formatter(format);
    filter::register(&mut environment);
    environment
}

/// Writes a value: text is escaped unless it is marked safe, absent is a dash, truth is in lower case.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let is_markdown = match state.auto_escape() {
        AutoEscape::Custom(kind) => kind == "md",
        // `{% autoescape false %}` is no way out: that is `| safe`, which can be seen at each place.
        AutoEscape::None => true,
        _ => return minijinja::escape_formatter(out, state, value),
    };
    let written = match value.kind() {
        // Strict behaviour has caught all that is undefined and asked for; a macro's missing argument is not.
        ValueKind::Undefined => return Err(minijinja::Error::from(ErrorKind::UndefinedError)),
        ValueKind::None => out.write_str(ABSENT),
        ValueKind::Bool => out.write_str(if value.is_true() { "true" } else { "false" }),
        _ if value.is_safe() => write!(out, "{value}"),
        _ if is_markdown => out.write_str(&text::markdown(&value.to_string())),
        _ => out.write_str(&text::printable(&value.to_string())),
    };
    written.map_err(minijinja::Error::from)
}

/// Tells whether a rendering failed for want of a template, named in quotation marks.
fn lacks(error: &minijinja::Error, quoted: &str) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| error.source()).any(|error| {
        error.downcast_ref::<minijinja::Error>().is_some_and(|error| {
            error.kind() == ErrorKind::TemplateNotFound && error.detail().is_some_and(|detail| detail.contains(quoted))
        })
    })
}

fn too_long() -> minijinja::Error {
    let message = format!("it has more than {} KiB", TEMPLATE_LIMIT / 1024);
    minijinja::Error::new(ErrorKind::SyntaxError, message)
}

/// Says what a template did wrong.
fn failed(file: &str, error: &minijinja::Error) -> Error {
    // An include wraps what went wrong inside it: the innermost error with a place is the one to mend.
    let mut inner = error;
    let mut source = std::error::Error::source(error);
    let mut over = false;
    while let Some(cause) = source {
        if let Some(cause) = cause.downcast_ref::<minijinja::Error>() {
            inner = cause;
        }
        over |= cause.downcast_ref::<io::Error>().is_some();
        source = cause.source();
    }
    let mut message = inner.kind().to_string();
    if let Some(detail) = inner.detail() {
        let _ = write!(message, ": {detail}");
    }
    let help = match inner.kind() {
        _ if over => {
            message = format!("it writes more than {} MiB", OUTPUT_LIMIT / 1024 / 1024);
            "loop over less, or print less in each turn"
        }
        ErrorKind::OutOfFuel => {
            message = format!("it takes more than {FUEL} steps");
            "loop over less; a loop inside a loop inside a loop is the usual cause"
        }
        ErrorKind::UndefinedError => {
            "see what there is with `git okr report --context`; absent values are null, never missing"
        }
        ErrorKind::TemplateNotFound => {
            "include only built-in templates and files of the templates folder, by file name"
        }
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            "use minijinja's own, or percent, points, bar, sparkline, value, date, days_ago"
        }
        ErrorKind::SyntaxError => "mend the template at that line",
        _ => "mend the template at that line; `git okr report --context` prints what it is handed",
    };
    Error::Failed {
        template: printable(inner.name().or(error.name()).unwrap_or(file)),
        line: inner.line().or(error.line()).unwrap_or(1),
        message: printable(&message),
        help: help.to_owned(),
    }
}

fn printable(text: &str) -> String {
    text::printable(text).into_owned()
}

/// Takes bytes up to a limit.
struct Capped {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::Error::other("output limit"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn render(text: &str) -> Result<String, Error> {
        let texts = BTreeMap::from([("own.md.j2".to_owned(), text.to_owned())]);
        let model = json!({
            "title": "a|b <i> @all", "nothing": null, "yes": true, "share": 0.5556, "today": "2026-11-22",
            "day": "2026-11-20", "list": ["<i>"],
            "points": [{ "progress": 0.0 }, { "progress": null }, { "progress": 1.0 }],
        });
        Templates::new(texts).render("own", &model)
    }

    #[test]
    fn escaping_is_the_rule_and_filters_work() {
        let table = [
            ("{{ title }}", "a\\|b &lt;i&gt; @\u{200b}all"),
            ("{{ title | safe }}", "a|b <i> @all"),
            ("{{ list }}", "\\['&lt;i&gt;'\\]"),
            ("{{ title ~ ('<b>' | safe) }}", "a\\|b &lt;i&gt; @\u{200b}all&lt;b&gt;"),
            ("{{ list | join('<br>' | safe) }}", "&lt;i&gt;"),
            ("{{ title | upper }}", "A\\|B &lt;I&gt; @\u{200b}ALL"),
            ("{% set x %}{{ title }}{% endset %}{{ x }}", "a\\|b &lt;i&gt; @\u{200b}all"),
            ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(title) }}", "a\\|b &lt;i&gt; @\u{200b}all"),
            ("{% autoescape false %}{{ title }}{% endautoescape %}", "a\\|b &lt;i&gt; @\u{200b}all"),
            ("{{ list | tojson }}", "\\[\"&lt;i&gt;\"\\]"),
            ("{{ nothing }} {{ yes }}", "– true"),
            ("{{ share | percent }} {{ share | percent(true) }}", "55.6 % 56 %"),
            ("{{ 0.031 | points }} {{ -0.031 | points(true) }}", "+3.1 points -3 points"),
            ("{{ share | bar }} {{ share | bar(4) }}", "██████░░░░ ██░░"),
            ("{{ points | sparkline }}", "▁ █"),
            ("{{ 350 | value('ms') }} {{ 0.8 | value(nothing) }} {{ nothing | value }}", "350 ms 0.8 –"),
            ("{{ day | date }}, {{ day | days_ago }}", "20 Nov 2026, 2 days ago"),
            ("{{ 'off-track' | words }} {{ list | shown }}", "off track \\[\"&lt;i&gt;\"\\]"),
        ];
        for (text, shown) in table {
            assert_eq!(render(text).as_deref().map_err(ToString::to_string), Ok(shown), "{text}");
        }
    }

    #[test]
    fn what_a_template_does_wrong_names_line_and_next_step() {
        let table = [
            ("\n{{ titel }}", 2, "undefined"),
            ("{{ title.nope.deeper }}", 1, "undefined"),
            ("{% for x in title", 1, "syntax"),
            ("{{ share | percnet }}", 1, "percnet"),
            ("{% include '/etc/passwd' %}", 1, "template not found"),
            ("{% include '../okr.toml' %}", 1, "template not found"),
            ("{% include 'own.md.j2' %}", 1, ""),
            ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", 1, "steps"),
            ("{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}", 1, "MiB"),
            ("{{ 'yesterday' | date }}", 1, "no date"),
            ("{{ 'x' | indent(99999999999) }}", 1, "unknown filter"),
            ("{{ '%99999999999d' | format(1) }}", 1, "unknown filter"),
            ("{{ 'x' | replace('x', 'y' * 9999999) | replace('y', 'z' * 9999999) }}", 1, "too large"),
        ];
        for (text, at, said) in table {
            match render(text) {
                Err(Error::Failed { template, line, message, help }) => {
                    assert_eq!((template.as_str(), line), ("own.md.j2", at), "{text}: {message}");
                    assert!(message.contains(said) && !help.is_empty(), "{text}: {message}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        let operators = format!("{{{{ {}1 }}}}", "-".repeat(TEMPLATE_LIMIT - 8));
        assert!(render(&operators).is_ok());
        let long = render(&"x".repeat(TEMPLATE_LIMIT + 1)).expect_err("it is too long").to_string();
        assert!(long.contains("64 KiB"), "{long}");
        let unknown = Templates::default().render("repot", &json!({})).expect_err("there is none");
        assert_eq!(unknown.to_string(), "no template is named repot");
    }

    #[test]
    fn an_included_template_that_is_broken_says_how() {
        let own = ("own.md.j2".to_owned(), "\n{% include 'part.md.j2' %}".to_owned());
        let texts = BTreeMap::from([own, ("part.md.j2".to_owned(), "\n\n{{ a b }}".to_owned())]);
        let error = Templates::new(texts).render("own", &json!({})).expect_err("it is broken").to_string();
        assert!(error.starts_with("template part.md.j2, line 3: syntax error"), "{error}");
    }

    #[test]
    fn a_file_of_the_same_name_stands_in_for_the_built_in() {
        let texts = BTreeMap::from([("report.md.j2".to_owned(), "mine".to_owned())]);
        assert_eq!(Templates::new(texts).render("report", &json!({})).ok().as_deref(), Some("mine"));
    }
}
