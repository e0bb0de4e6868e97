use crate::finding::Finding;
use crate::okr::Name;
use crate::rules::{Context, declare_rule};
use crate::rules::{Item, Part};
use crate::text::FileId;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

declare_rule! {
    /// The same name twice: an objective in its cycle, a key result in its objective, an alias that somebody else goes by.
    ///
    /// ## Why
    /// Identity is the name, whatever the file. With two of one name, history would follow one and lose the other.
    ///
    /// ## Bad
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
    /// git-okr's own: what is written either means what it says or is reported.
    "id-duplicate", Format, Error, Tree(check),
}

fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let mut objectives: HashMap<&Name, &Item<'_>> = HashMap::with_capacity(context.objectives.len());
    for item in &context.objectives {
        let Some(name) = &item.name else { continue };
        if let Some(first) = objectives.get(name) {
            let message = format!("`{name}` is there twice, so history cannot tell the two apart");
            let help = "give one of them another id, or put both into one table";
            let finding = item.finding(&RULE, "id", message, help);
            found.push(finding.and(first.file.file, first.span("id"), "the first one is here"));
        } else {
            objectives.insert(name, item);
        }
    }
    let living = |full: &str| -> Option<(FileId, Range<usize>)> {
        let Name { cycle, objective, key_result } = Name::parse(full)?;
        let item = objectives.get(&Name::objective(&cycle, &objective))?;
        let range = match key_result {
            None => item.span("id"),
            Some(id) => item.parts().find(|part| part.key_result.id == id)?.place.of("id"),
        };
        Some((item.file.file, range))
    };
    for item in &context.objectives {
        let mut inner: BTreeMap<&str, Part<'_>> = BTreeMap::new();
        for part in item.parts() {
            if let Some(first) = inner.get(part.key_result.id.as_str()) {
                let message = format!(
                    "`{}` is there twice in `{}`, so their check-ins would mix",
                    part.key_result.id, item.objective.id
                );
                let finding = part.finding(&RULE, "id", message, "give one of them another id");
                found.push(finding.and(item.file.file, first.place.of("id"), "the first one is here"));
            } else {
                inner.insert(&part.key_result.id, part);
            }
        }
        let cycle = item.objective.cycle.as_deref().unwrap_or_default();
        for alias in &item.objective.aliases {
            let full = if alias.contains('/') { alias.clone() } else { format!("{cycle}/{alias}") };
            if let Some((file, range)) = living(&full) {
                found.push(taken(item.finding(&RULE, "aliases", "", ""), alias).and(file, range, "it lives here"));
            }
        }
        for part in item.parts() {
            for alias in &part.key_result.aliases {
                let full = if alias.contains('/') { alias.clone() } else { format!("{}/{alias}", item.called()) };
                if let Some((file, range)) = living(&full) {
                    found.push(taken(part.finding(&RULE, "aliases", "", ""), alias).and(file, range, "it lives here"));
                }
            }
        }
    }
}

fn taken(finding: Finding, alias: &str) -> Finding {
    Finding {
        message: format!("the alias `{alias}` is the name of something that lives, so both would claim one history"),
        help: "an alias is an old name: remove it, or rename what bears it now".into(),
        ..finding
    }
}
