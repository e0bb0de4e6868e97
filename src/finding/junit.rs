//! Owns the XML that JUnit made common, which every CI shows as tests: a suite for each file, a case for each rule.
//! A finding that fails the run is a failure; one that does not stands in the output of a case that passes.

use super::concise::place;
use super::format::advice;
use super::{Finding, Style, View};
use crate::text::printable;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::{ElementWriter, Writer};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// From this many cases on, the rules of a file that pass are one case: GitLab reads no more than 500,000, and what is
/// read in time by a person is far less.
const CASES: usize = 100_000;

/// The findings of one rule in one file, and whether it ran there.
struct Case<'a> {
    name: &'a str,
    findings: Vec<&'a Finding>,
    ran: bool,
}

impl Case<'_> {
    fn fails(&self, view: &View<'_>) -> bool {
        self.findings.iter().any(|finding| view.fails(finding))
    }

    fn is_skipped(&self) -> bool {
        !self.ran && self.findings.is_empty()
    }
}

/// The cases of one file, or of the repository where a finding has no file.
struct Suite<'a> {
    name: &'a str,
    is_file: bool,
    cases: Vec<Case<'a>>,
}

/// Writes the suites by path, the cases in the order of the documentation.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write, _style: Style) -> io::Result<()> {
    let suites = suites(view);
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = xml.create_element("testsuites").with_attribute(("name", "git okr check"));
    counted(all, view, suites.iter().flat_map(|suite| &suite.cases))
        .write_inner_content(|xml| suites.iter().try_for_each(|suite| write_suite(view, suite, xml)))?;
    writeln!(out)
}

fn suites<'a>(view: &View<'a>) -> Vec<Suite<'a>> {
    let mut found: BTreeMap<(bool, &str), BTreeMap<&str, Vec<&Finding>>> = BTreeMap::new();
    for &file in view.files {
        found.entry((true, view.sources.get(file).path.as_str())).or_default();
    }
    for finding in view.findings {
        let suite = match &finding.primary {
            Some(label) => (true, view.sources.get(label.file).path.as_str()),
            None => (false, "repository"),
        };
        found.entry(suite).or_default().entry(finding.rule).or_default().push(finding);
    }
    let on = || view.rules.iter().filter(|rule| rule.level.is_some());
    let many = on().count() * view.files.len() > CASES;
    let suite = |((is_file, name), mut findings): ((bool, &'a str), BTreeMap<&'a str, Vec<&'a Finding>>)| {
        let mut cases = Vec::new();
        for rule in on() {
            let findings = findings.remove(rule.name).unwrap_or_default();
            if !findings.is_empty() || (is_file && !many) {
                cases.push(Case { name: rule.name, findings, ran: rule.ran });
            }
        }
        // A finding of a rule that nobody listed must not be lost.
        cases.extend(findings.into_iter().map(|(name, findings)| Case { name, findings, ran: true }));
        if is_file && many {
            cases.push(Case { name: "every other rule", findings: Vec::new(), ran: true });
        }
        Suite { name, is_file, cases }
    };
    found.into_iter().map(suite).collect()
}

/// Adds how many cases there are, how many of them fail, and how many did not run.
fn counted<'w, 'c: 'w, W: Write>(
    element: ElementWriter<'w, W>,
    view: &View<'_>,
    cases: impl Iterator<Item = &'c Case<'c>>,
) -> ElementWriter<'w, W> {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        failures += usize::from(case.fails(view));
        skipped += usize::from(case.is_skipped());
    }
    [("tests", tests), ("failures", failures), ("errors", 0), ("skipped", skipped)]
        .iter()
        .fold(element, |element, (name, count): &(_, usize)| {
            element.with_attribute((*name, count.to_string().as_str()))
        })
}

fn write_suite<W: Write>(view: &View<'_>, suite: &Suite<'_>, xml: &mut Writer<W>) -> io::Result<()> {
    let element = xml.create_element("testsuite").with_attribute(("name", &*printable(suite.name)));
    counted(element, view, suite.cases.iter())
        .write_inner_content(|xml| suite.cases.iter().try_for_each(|case| write_case(view, suite, case, xml)))?;
    Ok(())
}

fn write_case<W: Write>(view: &View<'_>, suite: &Suite<'_>, case: &Case<'_>, xml: &mut Writer<W>) -> io::Result<()> {
    let name = printable(suite.name);
    let mut element =
        xml.create_element("testcase").with_attribute(("classname", &*name)).with_attribute(("name", case.name));
    if suite.is_file {
        element = element.with_attribute(("file", &*name));
    }
    if case.is_skipped() {
        element.write_inner_content(|xml| {
            let reason = ("message", "judges the history, which is not all there");
            xml.create_element("skipped").with_attribute(reason).write_empty()?;
            Ok(())
        })?;
        return Ok(());
    }
    let Some(first) = case.findings.first() else {
        element.write_empty()?;
        return Ok(());
    };
    let lines: Vec<String> = case
        .findings
        .iter()
        .map(|finding| format!("{}: {}: {}", place(view, finding), finding.level, advice(finding)))
        .collect();
    let text = lines.join("\n\n");
    let text = BytesText::new(&text);
    element.write_inner_content(|xml| {
        if case.fails(view) {
            let more = match case.findings.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            let message = format!("{}{more}", printable(&first.message));
            let failure = xml.create_element("failure").with_attribute(("message", message.as_str()));
            failure.with_attribute(("type", first.level.name())).write_text_content(text)?;
        } else {
            xml.create_element("system-out").write_text_content(text)?;
        }
        Ok(())
    })?;
    Ok(())
}
