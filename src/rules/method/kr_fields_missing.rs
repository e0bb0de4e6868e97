use crate::finding::Edit;
use crate::finding::Finding;
use crate::rules::sentence::{Sentence, reached};
use crate::rules::{Context, Part, declare_rule};

declare_rule! {
    /// A key result whose sentence says when it is reached, and whose fields do not.
    ///
    /// ## Why
    /// The tool computes from fields: until they are there the key result counts as nothing.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Checkout just works"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "refused-cards"
    /// title = "Cards refused by mistake fall from 420 to 294 a week"
    /// definition = "Counted by the bank, over the week"
    /// baseline = 420
    /// target = 294
    /// unit = "ms"
    /// ```
    ///
    /// ## Source
    /// git-okr's own.
    "kr-fields-missing", Method, Warning, Said(check), fixable: true,
}

fn check(context: &Context<'_>, part: &Part<'_>, said: &Sentence<'_>, found: &mut Vec<Finding>) {
    if part.key_result.measure.is_some() || context.misread(part.item.file.file, || part.extent()) {
        return;
    }
    let Some(said) = reached(said, context.english()) else { return };
    let message = format!(
        "the title says when `{}` is reached (`{}`), the fields do not, so it does not count",
        part.key_result.id, said.words
    );
    let lines: Vec<String> = said
        .fields
        .iter()
        .filter(|(key, _)| !part.place.fields.contains_key(key))
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    let help = if lines.is_empty() {
        "write `baseline` and `target`, `at_most` or `at_least`, or milestones".to_owned()
    } else {
        format!("write `{}`", lines.join("`, `"))
    };
    let mut finding = part.finding(&RULE, "title", message, help);
    let whole = !lines.is_empty() && lines.iter().all(|line| !line.contains('…'));
    if let (true, Some(title)) = (whole && own_lines(part, context), part.place.fields.get("title")) {
        let text: String = lines.iter().map(|line| format!("\n{line}")).collect();
        let edit = Edit { range: title.end..title.end, text };
        finding = finding.fix("write the fields that the title names", false, vec![edit]);
    }
    found.push(finding);
}

/// Tells whether a table has its keys on lines of their own, and nothing after the title on its line.
fn own_lines(part: &Part<'_>, context: &Context<'_>) -> bool {
    let text = &context.tree.sources.get(part.item.file.file).text;
    let title_ends = part.place.fields.get("title").and_then(|title| text.get(title.end..));
    let header = text.get(part.place.header.clone()).is_some_and(|header| header.starts_with("[["));
    header && title_ends.is_some_and(|rest| rest.starts_with(['\n', '\r']) || rest.is_empty())
}
