use crate::finding::Finding;
use crate::rules::words::written;
use crate::rules::{Context, Item, declare_rule};

declare_rule! {
    /// An objective that begins with a delivery verb and does not say why.
    ///
    /// ## Why
    /// What is built is the means. When it turns out to change nothing, the team has still reached its objective; with a `why`
    /// beside it, everybody can tell.
    ///
    /// ## Bad
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Build the new checkout for every shop"
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// ```
    ///
    /// ## Good
    /// ```toml
    /// cycle = "2026-Q4"
    /// owner = "@acme/payments"
    ///
    /// [[objective]]
    /// id = "reliable-checkout"
    /// title = "Build the new checkout for every shop"
    /// why = "Every failed payment costs us a customer."
    /// commitment = "committed"
    ///
    /// [[objective.key_result]]
    /// id = "failed-payments"
    /// title = "Failed payments fall from 3 % to 1 %"
    /// definition = "Share of the week's card payments"
    /// baseline = 3
    /// target = 1
    /// unit = "%"
    /// ```
    ///
    /// ## Source
    /// Josh Seiden, Outcomes over Output (2019): a goal is a change of behaviour, not a thing made.
    "objective-output-verb", Wording, Info, Active(check), english: true,
}

/// Verbs of making and handing over, as they begin a sentence. Verbs that may also mean a change of state (`grow`, `make`,
/// `get`, `become`) are left out.
const DELIVERY: &[&str] = &[
    "add",
    "adopt",
    "automate",
    "build",
    "complete",
    "create",
    "deliver",
    "deploy",
    "design",
    "develop",
    "document",
    "draft",
    "establish",
    "execute",
    "finalise",
    "finalize",
    "finish",
    "hire",
    "implement",
    "install",
    "integrate",
    "introduce",
    "launch",
    "migrate",
    "organise",
    "organize",
    "prepare",
    "produce",
    "publish",
    "redesign",
    "refactor",
    "release",
    "replace",
    "rewrite",
    "roll",
    "set",
    "ship",
    "upgrade",
    "write",
];

fn check(_: &Context<'_>, item: &Item<'_>, found: &mut Vec<Finding>) {
    let objective = item.objective;
    let says_why = objective.why.as_ref().is_some_and(|why| !why.trim().is_empty());
    let first = written(&objective.title).next().map(str::to_lowercase);
    if let Some(verb) = first.filter(|verb| !says_why && DELIVERY.contains(&verb.as_str())) {
        let message = format!(
            "the objective begins with `{verb}` and no `why` says what that is for: it is reached even if nothing changes"
        );
        let help = "say what will be different for whom once it is there, or write that as the `why`";
        found.push(item.finding(&RULE, "title", message, help));
    }
}
