//! Owns the run over all rules: levels, answers, order, fingerprints and the masking of what is sensitive.

use super::context::{Context, Item, Subject};
use super::rule::{Group, Rule, Run};
use super::selection::Selection;
use super::sentence::{self, Sentence};
use super::{RULES, answer, gaps, profile, secret};
use crate::config::Config;
use crate::cores;
use crate::finding::{Finding, Level, RuleState};
use crate::source::Tree;
use crate::text::{FileId, SourceMap};
use foldhash::HashMap;

/// Objectives from which the rules are spread over several threads: with fewer, starting those takes longer.
const MANY: usize = 500;
/// Objectives that are looked at in one go.
const RUN: usize = 50;

/// What came of a check.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Settled findings by path, byte and rule.
    pub findings: Vec<Finding>,
    /// How many findings were there before the change that was asked about; `None` where none was.
    pub older: Option<usize>,
    /// Findings that an `allow` answers, each with its reason, in the same order.
    pub answered: Vec<Finding>,
    /// How every rule took part.
    pub rules: Vec<RuleState>,
    /// The objective files that were read.
    pub files: Vec<FileId>,
    /// How many objectives they hold.
    pub objectives: usize,
    /// How many key results they hold.
    pub key_results: usize,
    /// The texts with everything sensitive masked, byte for byte as long; `None` where nothing is.
    masked: Option<SourceMap>,
}

impl Checked {
    /// Gives the texts that may be shown beside the findings.
    pub fn sources<'a>(&'a self, tree: &'a Tree) -> &'a SourceMap {
        self.masked.as_ref().unwrap_or(&tree.sources)
    }

    /// Keeps what stands in the configuration and in the files that are asked for, and counts those alone.
    pub fn keep(&mut self, tree: &Tree, asked: impl Fn(&str) -> bool) {
        let kept = |path: &str| path == crate::config::FILE_NAME || asked(path);
        for findings in [&mut self.findings, &mut self.answered] {
            findings.retain(|finding| match &finding.primary {
                Some(label) => kept(&tree.sources.get(label.file).path),
                None => gaps::path(finding).is_none_or(kept),
            });
        }
        let files: Vec<_> = tree.files.iter().filter(|file| asked(&file.path)).collect();
        self.files = files.iter().map(|file| file.file).collect();
        self.objectives = files.iter().map(|file| file.objectives.len()).sum();
        self.key_results = files.iter().flat_map(|file| &file.objectives).map(|o| o.key_results.len()).sum();
    }

    /// Gives the gravest level found.
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }
}

/// Runs the selected rules over a subject.
pub fn check(subject: &Subject<'_>, selection: &Selection) -> Checked {
    check_by(&subject.tree.config, subject, selection)
}

/// Runs the selected rules over a subject, with the levels, thresholds and language of another configuration. Facts such
/// as cycles and teams stay the subject's own.
pub fn check_by(config: &Config, subject: &Subject<'_>, selection: &Selection) -> Checked {
    let context = Context::new(subject, config);
    let Judged { mut findings, mut answered, rules } = judge(&context, subject, selection);
    let masked = secret::mask(&context, findings.iter_mut().chain(&mut answered));
    Checked {
        findings,
        older: None,
        answered,
        rules,
        files: subject.tree.files.iter().map(|file| file.file).collect(),
        objectives: context.objectives.len(),
        key_results: context.objectives.iter().map(|item| item.objective.key_results.len()).sum(),
        masked,
    }
}

/// Gives the findings that edits mend without asking. Nothing is masked: they are for the hand that writes the files, and
/// for no eye.
pub(super) fn mendable(subject: &Subject<'_>, selection: &Selection) -> Vec<Finding> {
    let mut findings = judge(&Context::new(subject, &subject.tree.config), subject, selection).findings;
    findings.retain(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe));
    findings
}

/// What came of a check before anything is masked.
struct Judged {
    findings: Vec<Finding>,
    answered: Vec<Finding>,
    rules: Vec<RuleState>,
}

/// Runs the rules, settles levels, takes out what is answered, and puts all in order.
fn judge(context: &Context<'_>, subject: &Subject<'_>, selection: &Selection) -> Judged {
    let config = context.ruling;
    let levels: HashMap<&str, (Group, Option<Level>)> =
        RULES.iter().map(|rule| (rule.name, (rule.group, selection.level(config, rule)))).collect();
    let runs = |rule: &Rule| levels.get(rule.name).and_then(|(_, level)| *level);

    let mut findings = subject.tree.findings.clone();
    findings.extend(profile::unknown_names(&subject.tree.config));
    let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| runs(rule).is_some()).collect();
    let sources = &subject.tree.sources;
    let ranks = ranks(sources);
    let runs_of: Vec<&[Item<'_>]> = context.objectives.chunks(RUN).collect();
    let found = cores::spread(&runs_of, MANY / RUN / 2, |_, items| {
        let mut found = Vec::new();
        items.iter().for_each(|item| look_at(context, item, &rules, &mut found));
        // What is in order here need not be put in order there, where one core does it alone.
        order(&mut found, &ranks);
        found
    });
    findings.extend(found.into_iter().flatten());
    let rules_per_thread = if context.objectives.len() < MANY { usize::MAX } else { 1 };
    let found = cores::spread(&rules, rules_per_thread, |_, rule| {
        let mut found = Vec::new();
        match (rule.run, subject.history) {
            (Run::Tree(look), _) => look(context, &mut found),
            (Run::History(look), Some(past)) if past.complete => look(context, past, &mut found),
            _ => {}
        }
        found
    });
    findings.extend(found.into_iter().flatten());
    for rule in rules {
        if let Run::Mending(mend) = rule.run {
            mend(context, &mut findings);
        }
    }
    if let Some(past) = subject.history {
        findings.extend(gaps::findings(past, subject.tree, selection.needs_history(config)));
    }
    let answers = answer::answers(context);
    answer::check_words(&answers, &mut findings);

    findings.retain_mut(|finding| settle(finding, &levels));
    let ran = |rule: &Rule| {
        runs(rule).is_some() && (!rule.needs_history() || subject.history.is_some_and(|past| past.complete))
    };
    let (mut findings, mut answered, unused) = answer::apply(answers, findings, &ran);
    findings.extend(unused.into_iter().filter_map(|mut finding| settle(&mut finding, &levels).then_some(finding)));

    order(&mut findings, &ranks);
    order(&mut answered, &ranks);
    identify(findings.iter_mut().chain(&mut answered), |finding| {
        finding.name.is_none().then(|| path(finding, sources))
    });
    let state =
        |rule: &&Rule| RuleState { name: rule.name, group: rule.group.name(), level: runs(rule), ran: ran(rule) };
    Judged { findings, answered, rules: RULES.iter().map(state).collect() }
}

/// Runs the rules that look at one objective, while it is at hand for all of them.
fn look_at(context: &Context<'_>, item: &Item<'_>, rules: &[&Rule], found: &mut Vec<Finding>) {
    for rule in rules {
        match rule.run {
            Run::Each(look) => look(context, item, found),
            Run::Active(look) if item.is_active() => look(context, item, found),
            _ => {}
        }
    }
    if !item.is_active() || !rules.iter().any(|rule| matches!(rule.run, Run::Said(_))) {
        return;
    }
    for part in item.active_parts() {
        let title = sentence::clean(&part.key_result.title);
        let said = Sentence::new(&title);
        for rule in rules {
            if let Run::Said(look) = rule.run {
                look(context, &part, &said, found);
            }
        }
    }
}

/// Fills in group and level, no graver than the finding was made with; tells whether the rule is on.
fn settle(finding: &mut Finding, levels: &HashMap<&str, (Group, Option<Level>)>) -> bool {
    let (group, level) = levels.get(finding.rule).expect("every finding names a registered rule");
    finding.group = group.name();
    level.map(|level| finding.level = level.min(finding.level)).is_some()
}

/// Gives the path of a finding, empty where it has no file.
pub(super) fn path<'a>(finding: &Finding, sources: &'a SourceMap) -> &'a str {
    finding.primary.as_ref().map_or("", |label| sources.get(label.file).path.as_str())
}

/// Sorts by path, byte and rule, so that equal input gives equal bytes.
fn order(findings: &mut [Finding], ranks: &[usize]) {
    let place = |finding: &Finding| {
        finding.primary.as_ref().map_or((0, 0), |label| (ranks[label.file.0 as usize], label.range.start))
    };
    findings.sort_by(|a, b| {
        let words = || (a.rule, &a.name, &a.field, &a.message).cmp(&(b.rule, &b.name, &b.field, &b.message));
        place(a).cmp(&place(b)).then_with(words)
    });
}

/// Numbers the files by path, from 1: there are far fewer of them than there are comparisons.
fn ranks(sources: &SourceMap) -> Vec<usize> {
    let mut files: Vec<(&str, FileId)> = sources.iter().map(|(id, source)| (source.path.as_str(), id)).collect();
    files.sort_unstable();
    let mut ranks = vec![0; files.len()];
    let (mut rank, mut before) = (0, None);
    for (path, id) in files {
        rank += usize::from(before.replace(path) != Some(path));
        ranks[id.0 as usize] = rank;
    }
    ranks
}

/// Gives each finding an identity that survives moved lines and reworded messages: rule, full name (the path where
/// there is none), field, and how many of the same came before. `stands_for` gives what is to be taken for its own name.
pub(super) fn identify<'f, 's>(
    findings: impl Iterator<Item = &'f mut Finding>,
    stands_for: impl Fn(&Finding) -> Option<&'s str>,
) {
    let mut seen: HashMap<u64, usize> = HashMap::default();
    for finding in findings {
        let name = stands_for(finding).or(finding.name.as_deref());
        let parts = [finding.rule, name.unwrap_or_default(), finding.field.as_deref().unwrap_or_default()];
        let hash = parts.iter().fold(BASIS, |hash, part| fnv1a(fnv1a(hash, part.as_bytes()), b"\0"));
        let ordinal = seen.entry(hash).or_default();
        finding.fingerprint = format!("{:016x}", fnv1a(hash, ordinal.to_string().as_bytes()));
        *ordinal += 1;
    }
}

/// Where [`fnv1a`] begins: the offset basis of RFC 9923.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// Hashes more bytes by 64-bit FNV-1a (Fowler, Noll, Vo; prime of RFC 9923), the same in every release.
fn fnv1a(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_published() {
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(fnv1a(BASIS, text.as_bytes()), hash, "{text}");
        }
    }
}
