use crate::finding::Finding;
use crate::rules::{Context, declare_rule};
use crate::syntax::ObjectiveFile;
use std::collections::BTreeMap;

declare_rule! {
    /// More objective files in one folder than git keeps cheaply.
    ///
    /// ## Why
    /// Each commit rewrites the whole list of a folder: with thousands of files in one, the repository grows and
    /// history slows down.
    ///
    /// ## Bad
    /// ```toml okr.toml
    /// [rules.folder-crowded]
    /// max = 1
    /// ```
    /// ```toml okrs/a.toml
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
    /// ```
    /// ```toml okrs/b.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "happy-merchants"
    /// title = "Merchants recommend us"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "nps"
    /// title = "Merchants' NPS rises from 31 to 45"
    /// definition = "Answers of nine and ten in the survey"
    /// baseline = 31
    /// target = 45
    /// ```
    ///
    /// ## Good
    /// ```toml okrs/2026-Q4/a.toml
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
    /// ```
    /// ```toml okrs/2026-Q4/b.toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "happy-merchants"
    /// title = "Merchants recommend us"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "nps"
    /// title = "Merchants' NPS rises from 31 to 45"
    /// definition = "Answers of nine and ten in the survey"
    /// baseline = 31
    /// target = 45
    /// ```
    ///
    /// ## Source
    /// git-okr's own measurements.
    "folder-crowded", Format, Info, Tree(check), thresholds: &[("max", 500.0)],
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let max = context.threshold(&RULE, "max");
    let mut folders: BTreeMap<&str, Vec<&ObjectiveFile>> = BTreeMap::new();
    for file in &context.tree.files {
        folders.entry(file.path.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default().push(file);
    }
    for (folder, files) in folders {
        #[allow(clippy::cast_precision_loss)]
        if files.len() as f64 > max {
            let message =
                format!("{folder}/ holds {} objective files, so every commit rewrites one large tree", files.len());
            let help = "use a folder for each cycle: okrs/<cycle>/<team>.toml; moving a file loses nothing";
            found.push(Finding::new(RULE.name, message, help).at(files[0].file, 0..0, "").field(folder));
        }
    }
}
