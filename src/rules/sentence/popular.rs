//! Owns which words count attention or activity for its own sake.

use super::lexicon::Class;
use super::tokens;

/// What grows with noise: attention that costs the giver nothing, and work that is counted instead of what it does.
const RAW: &str = "click clicks commit commits deployment deployments deploys download downloads fans follower followers \
     hits impression impressions likes mention mentions pageview pageviews page-views reach retweets reposts shares star stars \
     traffic tweets upvotes views visit visits visitors installs";
/// What makes an attention into behaviour: a share of it, an average, a rate.
const RELATED: &[&str] = &[
    "rate",
    "ratio",
    "conversion",
    "convert",
    "average",
    "share",
    "percentage",
    "proportion",
    "per",
    "who",
    "that",
    "start",
    "become",
    "cost",
    "costs",
    "return",
    "returning",
    "positive",
    "paid",
    "paying",
    "active",
];

/// Finds the words by which a sentence counts popularity or volume with nothing to hold it against.
pub(crate) fn popular(text: &str) -> Option<String> {
    let tokens = tokens::read(&tokens::clean(text));
    let related = tokens.iter().any(|token| {
        token.any(RELATED)
            || token.amount.as_ref().is_some_and(|amount| amount.unit == "%" || amount.value.fract() != 0.0)
    });
    if related {
        return None;
    }
    let raw = |at: usize| {
        let pair = at > 0 && tokens[at].any(&["requests", "request"]) && tokens[at - 1].any(&["pull", "merge"]);
        let media = tokens[at].word == "media" && at > 0 && tokens[at - 1].word == "social" && at + 1 == tokens.len();
        pair || media || RAW.split_whitespace().any(|word| word == tokens[at].word)
    };
    let counted = |at: usize| {
        let number = tokens[..at].iter().rposition(|token| token.amount.is_some()).filter(|number| at - number <= 4);
        number.or_else(|| tokens[..at].iter().position(|token| token.is(Class::Changes)))
    };
    let (from, at) = (0..tokens.len()).filter(|&at| raw(at)).find_map(|at| Some((counted(at)?, at)))?;
    let words: Vec<&str> = tokens[from..=at].iter().map(|token| token.raw.as_str()).collect();
    Some(words.join(" "))
}
