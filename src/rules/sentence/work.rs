//! Owns the signs that a sentence speaks of work: a verb of work, things that are counted, had or there.

use super::effect::{Effect, Sign};
use super::lexicon::{Class, Form};
use super::numbers::Amount;
use super::spoken::Spoken;
use super::tokens::Token;
use Class::{
    Attains, Be, Behaves, Can, Changes, Clause, Compares, Delivers, Flow, Have, Improves, Joins, Measure, Office, Part,
    People, Quality, Response, State, Takes, Thing, Trouble, Used, Whole,
};

impl<'t> Spoken<'t> {
    /// A verb of work in front: `Publish the report`.
    pub fn work(self) -> Option<Effect> {
        let form = self.at(0)?.classes.form(Delivers)?;
        if form == Form::S || self.0.len() == 1 {
            return None;
        }
        if form == Form::Past {
            // `Completed the audit`, not `Finished goods turn`.
            let object = self.is(1, Joins) || self.at(1)?.amount.is_some() || self.from(1).thing();
            return if object { self.output(Sign::Work, 0..1) } else { None };
        }
        if self.at(1)?.word == "of" {
            return None;
        }
        let noun = self.nounish(0) || form == Form::Ing || self.measure(1);
        if noun && (self.measure(0) || self.predicate().is_some()) {
            return None;
        }
        if let Some(effect) = self.aim() {
            return Some(effect);
        }
        // `Build time under 8 minutes`: the verb is a noun.
        let first = self.find(1, |at, token| self.measure(at) || token.is(Joins) || token.amount.is_some());
        if noun
            && let Some(at) = first.filter(|&at| at <= 3 && self.measure(at))
            && self.find(at, |at, _| self.bears(at)).is_some()
        {
            return self.outcome(0..at + 1);
        }
        self.output(Sign::Work, 0..self.object())
    }

    /// Finds the end of a verb in front with what it is done to, as far as that is short.
    fn object(self) -> usize {
        let particle =
            self.at(1).is_some_and(|next| next.any(&["out", "up", "off", "down", "over", "in", "on", "with"]));
        let from = if particle { 2 } else { 1 };
        from + self.from(from).phrase().min(4)
    }

    /// A verb that no list knows, in front of what it is done to: `Weed the archive`, `Taste 40 wines`.
    pub fn unknown(self) -> Option<Effect> {
        let (first, next) = (self.at(0)?, self.at(1)?);
        let verb = first.classes.unknown() && first.amount.is_none() && !first.stop && !first.classes.plural();
        let named = first.word.chars().any(|c| !c.is_lowercase() && c != '-')
            || first.raw.chars().skip(1).any(char::is_uppercase);
        if !verb || named {
            return None;
        }
        let article = next.any(&["the", "a", "an", "our", "all", "each", "every"]);
        let plain =
            next.amount.as_ref().is_some_and(|amount| !amount.bears()) && !self.bears(1) && self.at(2).is_some();
        let things = plain
            && ![Response, Measure, People]
                .iter()
                .any(|class| self.from(1).head().is_some_and(|head| self.0[head + 1].noun(*class)));
        if article || things { self.aim().or_else(|| self.output(Sign::Work, 0..self.object())) } else { None }
    }

    /// Tells whether its first noun is a thing.
    pub fn thing(self) -> bool {
        self.head().is_some_and(|head| self.0[head].noun(Thing))
    }

    /// Work with a change in it: `… so that calls fall by 20 %`, `Resolve 95 % of tickets within a day`.
    fn aim(self) -> Option<Effect> {
        let bearing = |from: usize| (from..from + 5).find(|&at| self.bears(at));
        if let Some(at) =
            self.find(1, |at, token| (self.measure(at) || at > 1 && token.is(Changes)) && bearing(at + 1).is_some())
        {
            return self.outcome(at..bearing(at + 1)? + 1);
        }
        if let Some(at) = self.find(2, |at, _| self.bears(at) && self.measure(at + 1)) {
            return self.outcome(at..at + 2);
        }
        // `Deliver 95 % of projects on budget`: what comes in all the time, and how much of it goes well.
        let share = self.at(1).and_then(|token| token.amount.as_ref());
        if self.is(0, Flow) && share.is_some_and(|amount| amount.unit == "%" && amount.value < 100.0) {
            return self.outcome(0..2);
        }
        let time =
            |at: usize| self.0[at..].iter().take(4).any(|token| token.any(&["time", "times", "cases", "occasions"]));
        let share =
            |token: &Token<'_>| token.amount.as_ref().is_some_and(|amount| amount.unit == "%" && amount.value < 100.0);
        if let Some(at) = self.find(2, |at, token| share(token) && self.is(at + 1, Joins) && time(at)) {
            return self.outcome(at..at + 4);
        }
        let limited = |at: usize| {
            self.0[at.saturating_sub(3)..at].iter().any(|t| t.any(&["within", "under", "in", "than", "below"]))
        };
        if let Some(at) = self.find(2, |at, _| self.time(at) && limited(at)) {
            let short = self.0[at].amount.as_ref().is_some_and(Amount::is_short);
            let share = self.0.iter().any(|t| t.is(Whole) || t.amount.as_ref().is_some_and(|a| a.unit == "%"));
            if short || share {
                return self.outcome(at - 1..at + 2);
            }
        }
        self.won()
    }

    /// Work whose object is money, or what others do in answer: `Close 2 deals`, `Generate 200 leads`.
    fn won(self) -> Option<Effect> {
        let brings = self.0[0].any(&["close", "deliver", "generate", "build", "secure"]);
        let wins = self.0[0].any(&["add", "sign", "bring", "engage", "draw", "land"]);
        if !brings && !wins {
            return None;
        }
        let at = self.find(1, |_, token| token.amount.is_some())?;
        let head = self.from(at).head().map(|head| &self.0[at + head])?;
        let money = self.0[at].amount.as_ref().is_some_and(Amount::is_money);
        let gained = head.noun(Response) && !head.noun(Thing)
            || head.noun(Measure)
            || wins && head.noun(People) && !head.noun(Office);
        if money || gained { self.outcome(0..at + 1) } else { None }
    }

    /// A share, or everybody: a task is work, behaviour and quality are not.
    pub fn share(self) -> Option<Effect> {
        let at = self.start()?;
        let token = self.at(at)?;
        let whole = token.is(Whole);
        let percent = token.amount.as_ref().filter(|amount| amount.unit == "%");
        let one = token.amount.is_some() || token.word == "one";
        let of = (1..3).any(|next| self.at(at + next).is_some_and(|next| next.any(&["of", "in", "out"])));
        let ratio = one && of && self.0[at + 2..].iter().take(3).any(|token| token.amount.is_some());
        if !(whole || percent.is_some() || ratio || token.is(Part)) {
            return None;
        }
        // `85 % recall` is the value of a measure, no share of anything.
        let noun = self.from(at + 1).head().map(|head| at + 1 + head);
        if let Some(noun) = noun.filter(|&noun| percent.is_some() && self.measure(noun)) {
            return self.outcome(at..noun + 1);
        }
        let full = whole || percent.is_some_and(|amount| amount.value >= 100.0);
        let limit = self.find(at + 1, |at, _| self.time(at));
        // What part of the customers take up of their own accord is no task; what our own people have to do is one.
        let others = self.find(at + 1, |_, token| token.noun(People) && !token.is(Office)).is_some();
        let ours = !others;
        let clause = self.find(at + 1, |_, token| token.stop).unwrap_or(self.0.len());
        let task = self.find(at + 1, |at, token| {
            let before = &self.0[at - 1];
            // `Half of merged changes`: which changes, not what becomes of them.
            let which = before.word == "of" && self.at(at + 1).is_some_and(|next| !next.is(Joins)) && !token.stop;
            let past = token.form(Delivers, Form::Past) && !which && (full || ours || !before.is(Have));
            let done = past && (full && limit.is_none() || !token.is(Flow) && !token.is(Behaves));
            let there = token.is(State) && before.is(Be) || token.word == "place" && before.word == "in";
            let takes = (full || ours) && (token.is(Have) || token.is(Takes))
                || full && token.form(Delivers, Form::Base) && !self.nounish(at);
            let thing = takes && self.find(at + 1, |_, token| token.noun(Thing) && !token.noun(Measure)).is_some();
            at <= clause && (done || there || thing)
        });
        match (task, limit) {
            (Some(task), limit) if limit.is_none() || !full => {
                let end = task + if self.is(task, Have) { 3 } else { 1 };
                let words = format!("{} … {}", token.raw, self.words(task..end));
                Some(Effect::Output(Sign::Task, words))
            }
            (_, Some(limit)) => self.outcome(limit..limit + 1),
            _ if !full => self.outcome(at..at + 2),
            _ if self.0[at..].iter().any(|token| token.is(Have)) => None,
            _ => Some(Effect::Open),
        }
    }

    /// Somebody has a thing.
    pub fn having(self) -> Option<Effect> {
        let there = self.at(0)?.word == "there" && self.is(1, Be);
        let at = if there { 1 } else { self.find(0, |_, token| token.is(Have))? };
        let rest = self.from(at + 1);
        if let Some(answer) = rest.answered() {
            return Some(answer);
        }
        self.output(Sign::Have, at..at + 1 + rest.phrase().min(4))
    }

    /// A thing is in a state.
    pub fn there(self) -> Option<Effect> {
        let clause = self.find(1, |_, token| token.is(Clause) && token.word != "to").unwrap_or(self.0.len());
        // `Questions are answered`: what others ask for, and get, is no thing that is there.
        let asked = || self.0.iter().take(self.phrase()).any(|t| t.noun(Response) || t.noun(Trouble));
        if self.find(1, |at, _| self.is(at, Flow)).is_some() && asked() {
            return Some(Effect::Open);
        }
        let state = self.find(1, |at, token| {
            let before = &self.0[at - 1];
            let ends = || token.stop || self.at(at + 1).is_none_or(|next| next.is(Joins));
            token.form(Delivers, Form::Past) && (before.is(Be) || !before.is(Joins))
                || token.any(&["place", "use", "production", "force"]) && before.word == "in"
                || token.is(State) && (before.is(Be) || ends())
        });
        if let Some(at) = state.filter(|&at| at < clause) {
            let from = if self.is(at - 1, Be) || self.0[at - 1].word == "in" { at - 1 } else { at };
            return self.output(Sign::There, from..at + 1);
        }
        let at = self.find(1, |_, token| token.is(Be)).filter(|&at| at < clause)?;
        let going = self.at(at + 1).is_some_and(|next| next.word.ends_with("ing"));
        if going { Some(Effect::Open) } else { self.output(Sign::There, at..at + 2) }
    }

    /// A thing can do something.
    pub fn able(self) -> Option<Effect> {
        let at = self.find(1, |at, token| {
            let does = || [Delivers, Improves, Attains, Behaves].iter().any(|class| token.form(*class, Form::S));
            // `New hires make a …`: the verb comes next, so this is no verb.
            let noun = || self.nounish(at) || at + 1 < self.0.len() && self.acts(at + 1);
            token.is(Can) || does() && !noun()
        })?;
        // `It feels right`, `It gains ground`: nobody's work.
        if !self.is(at, Can) && !self.is(at, Delivers) && !self.is(at, Improves) {
            return Some(Effect::Open);
        }
        if let Some(number) = self.find(at, |_, token| token.amount.is_some()) {
            return self.outcome(at..number + 1);
        }
        self.output(Sign::Can, at..at + 2)
    }

    /// Finds what is counted: where the number stands, the sentence from there on, and the noun's place in it.
    pub fn count(self) -> Option<(usize, Spoken<'t>, usize)> {
        let at = self.start()?;
        self.0[at].amount.as_ref()?;
        // `40 and 60 pilots`, `4–6 pilots`: the last number counts.
        let range = self.at(at + 1).is_some_and(|next| next.any(&["and", "to", "or", "-", "–"]));
        let last = if range && self.at(at + 2).is_some_and(|next| next.amount.is_some()) { at + 2 } else { at };
        let rest = self.from(last);
        Some((last, rest, rest.head()?))
    }

    /// Counted things: `12 workshops`.
    pub fn counted(self) -> Option<Effect> {
        let (at, _, head) = self.count()?;
        let thing = self.0[at + head].noun(Thing);
        if thing { self.output(Sign::Count, at..at + head + 1) } else { Some(Effect::Open) }
    }

    /// A thing with nothing said about it.
    pub fn named(self) -> Option<Effect> {
        if self.distant().is_some() {
            return Some(Effect::Open);
        }
        let end = self.phrase();
        let head = end.checked_sub(1)?;
        let acts = end < self.0.len() && self.verb(end);
        if acts || self.numbered() && !self.0[..end].iter().any(|token| token.noun(Thing)) {
            return None;
        }
        let thing = (0..end).rev().find(|&at| self.0[at].noun(Thing));
        // A noun that no list knows is mostly a thing too, unless something about it is not.
        let other = |token: &Token<'_>| {
            let classes = [Measure, Response, People, Compares, Quality, Used];
            classes.iter().any(|class| token.noun(*class)) || token.form(Behaves, Form::Past)
        };
        if thing.is_none() && self.0[..end].iter().any(other) {
            return Some(Effect::Open);
        }
        // `Be bold` names no thing.
        if self.0[0].word == "be" {
            return Some(Effect::Open);
        }
        let at = thing.or_else(|| (0..end).rev().find(|&at| self.0[at].amount.is_none())).unwrap_or(head);
        self.output(Sign::Thing, at.saturating_sub(2)..at + 1)
    }
}
