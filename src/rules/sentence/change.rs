//! Owns the signs that a sentence speaks of a change: a measure, a limit, what people do of their own accord.

use super::effect::{Effect, Sign};
use super::lexicon::{Class, Form};
use super::spoken::Spoken;
use Class::{
    Attains, Be, Behaves, Can, Changes, Clause, Compares, Delivers, Denies, Have, Improves, Joins, Measure, Mental,
    Office, People, Quality, Response, State, Thing, Trouble, Used,
};

impl Spoken<'_> {
    /// Tells whether a verb of a class stands in front, as an order or as a name: `reduce`, `reducing`.
    pub fn leads(self, class: Class) -> bool {
        let form = self.at(0).and_then(|first| first.classes.form(class));
        self.0.len() > 1 && matches!(form, Some(Form::Base | Form::Ing))
    }

    /// A verb of amount in front: `Reduce churn`.
    pub fn changing(self) -> Option<Effect> {
        let past = self.at(0)?.form(Changes, Form::Past);
        if !self.leads(Changes) && !past {
            return None;
        }
        let measured = self.numbered() || self.find(1, |at, _| self.measure(at)).is_some();
        let head = self.from(1).head().map(|at| &self.0[at + 1]);
        if !measured && head.is_some_and(|head| head.noun(Thing)) {
            let work = self.at(0)?.any(&["cut", "drop", "eliminate"]);
            return if work { self.output(Sign::Work, 0..1) } else { Some(Effect::Open) };
        }
        self.outcome(0..1)
    }

    /// A promise in front: `Improve the docs` is work, `Improve retention` is not.
    pub fn promising(self) -> Option<Effect> {
        if !self.leads(Improves) || self.nounish(0) && self.predicate().is_some() {
            return None;
        }
        if let Some(at) = self.find(1, |at, _| self.measure(at) || self.bears(at)) {
            return self.outcome(at..at + 1);
        }
        match self.from(1).head() {
            Some(head) if self.0[head + 1].noun(Thing) => {
                let words = format!("{} {}", self.0[0].raw, self.0[head + 1].raw);
                Some(Effect::Output(Sign::Work, words))
            }
            _ => Some(Effect::Open),
        }
    }

    /// A verb that hands on to what follows: `Achieve`, `Make sure that`.
    pub fn attaining(self) -> Option<Effect> {
        if !self.leads(Attains) {
            return None;
        }
        let skipped = self.find(1, |_, token| !token.any(&["sure", "that", "the", "a", "an", "our"])).unwrap_or(1);
        let rest = self.from(skipped);
        if let Some(at) = rest.find(0, |at, _| rest.bears(at) || rest.measure(at)) {
            let task = rest.share().filter(|effect| matches!(effect, Effect::Output(..)));
            return task.or_else(|| rest.outcome(at..at + 1));
        }
        if let Some(at) = rest.find(0, |_, token| token.is(Compares) || token.is(Quality)) {
            return rest.outcome(at..at + 1);
        }
        let thing = rest.head().is_some_and(|at| rest.0[at].noun(Thing));
        Some(match rest.effect() {
            Effect::Output(Sign::Thing | Sign::Count, _) if !thing => Effect::Open,
            effect => effect,
        })
    }

    /// What nobody wants does not happen: `Zero incidents`, `without a failure`.
    pub fn none(self) -> Option<Effect> {
        let at = self.find(0, |_, token| token.is(Denies))?;
        self.outcome(at..at + 2)
    }

    /// People in front: what they do is a change, what is done to them is not.
    pub fn people(self) -> Option<Effect> {
        if !self.0.iter().any(|token| token.noun(People)) {
            return None;
        }
        let end = self.phrase();
        let head = end.checked_sub(1)?;
        let who = (0..end).find(|&at| {
            let token = &self.0[at];
            token.noun(People) && (at == head || token.classes.plural() && !self.nounish(at + 1))
        })?;
        let verb = self.find(who + 1, |at, token| {
            [Be, Have, Can, Behaves, Attains, Delivers].iter().any(|class| token.is(*class))
                || at == who + 1 && !token.is(Joins)
        });
        let Some(verb) = verb else {
            return if self.numbered() { self.outcome(0..who + 1) } else { None };
        };
        let token = &self.0[verb];
        let rest = self.from(verb + 1);
        let near = |holds: &dyn Fn(usize) -> bool| rest.find(0, |at, _| holds(at)).filter(|&at| at < 4);
        if token.is(Can) {
            if let Some(at) = near(&|at| rest.is(at, Mental)) {
                return rest.outcome(at..at + 1);
            }
            let borne = self.find(verb, |at, _| self.bears(at));
            return borne.map_or_else(|| self.output(Sign::Can, who..verb + 2), |at| self.outcome(at..at + 1));
        }
        if token.is(Be) {
            if let Some(at) = near(&|at| rest.is(at, Quality) || rest.is(at, Compares) || rest.is(at, Used)) {
                return rest.outcome(at..at + 1);
            }
            let done = near(&|at| rest.0[at].word.ends_with("ed") || rest.0[at].form(Delivers, Form::Past));
            return done.map_or(Some(Effect::Open), |at| self.output(Sign::There, verb..verb + at + 2));
        }
        if token.is(Have) {
            let has = near(&|at| rest.0[at].noun(Thing) || rest.0[at].form(Delivers, Form::Past));
            return has.map_or(Some(Effect::Open), |at| self.output(Sign::Have, verb..verb + at + 2));
        }
        if token.form(Delivers, Form::Past) && !self.is(verb - 1, Joins) {
            return self.output(Sign::There, who..verb + 1);
        }
        let office = self.0[who].is(Office);
        if token.is(Delivers) && !token.is(Behaves) {
            // `Two teams build on it`: those who count are others.
            let counted = self.0[..who].iter().any(|token| token.amount.is_some());
            return if office && !counted { self.output(Sign::Work, verb..verb + 1) } else { Some(Effect::Open) };
        }
        if token.is(Behaves) || token.is(Attains) || self.numbered() {
            return self.outcome(who..verb + 1);
        }
        Some(Effect::Open)
    }

    /// A measure as the subject: `Churn below 3 %`, `Time to hire falls`.
    pub fn measured(self) -> Option<Effect> {
        if !self.0.iter().any(|token| token.classes.any_noun(&[Measure, Trouble])) {
            return None;
        }
        let clause = self.find(1, |_, token| token.is(Clause) && token.word != "to" || token.word == "with");
        let about = |at: usize| at > 0 && self.0[at - 1].any(&["for", "on", "about"]) && !self.0[at].stop;
        let at = self.find(0, |at, _| clause.is_none_or(|clause| at < clause) && self.measure(at) && !about(at))?;
        let moved =
            self.0.iter().any(|t| t.amount.is_some() || [Changes, Compares, Quality].iter().any(|class| t.is(*class)));
        if moved {
            return self.outcome(at..at + 1);
        }
        if let Some(state) = self.there() {
            return Some(state);
        }
        let within = self.0[..at].iter().any(|token| token.is(Joins)) || self.0[at].noun(Thing);
        if within { None } else { self.outcome(at..at + 1) }
    }

    /// Others use it.
    pub fn used(self) -> Option<Effect> {
        const USED: &[&str] = &["used", "using", "trusted", "recommended", "mentioned", "cited", "preferred", "chosen"];
        let at = self.find(0, |_, token| token.any(USED))?;
        let by = self.find(at + 1, |_, token| token.any(&["by", "in"])).filter(|&by| by <= at + 3)?;
        let possible = self.0[..at].iter().any(|token| token.is(Can));
        if possible { None } else { self.outcome(at..by + 1) }
    }

    /// A number that bears a measure by itself, wherever it stands.
    pub fn borne(self) -> Option<Effect> {
        let at = self.find(0, |at, _| self.bears(at))?;
        match self.at(at + 1) {
            Some(next) if next.form(Delivers, Form::Past) || next.is(State) => self.output(Sign::There, at..at + 2),
            _ => self.outcome(at..at + 1),
        }
    }

    /// Something is easier, or fast, or falls.
    pub fn compared(self) -> Option<Effect> {
        let at = self.find(0, |at, token| {
            let counted = || at > 0 && self.0[at - 1].amount.is_some();
            let said = || (at.saturating_sub(3)..at).any(|at| self.is(at, Be) || self.is(at, Behaves));
            token.is(Compares) && !counted() && !(at > 0 && self.0[at - 1].word == "the")
                || token.is(Quality) && said()
                || at > 0 && token.form(Changes, Form::S) && !token.noun(Thing)
        })?;
        self.outcome(at..at + 1)
    }

    /// Counted people, and what they do in answer: `30 referrals`, `500 active accounts`.
    pub fn answered(self) -> Option<Effect> {
        let (at, rest, head) = self.count()?;
        let noun = &rest.0[head];
        let others = [People, Response, Measure, Trouble].iter().any(|class| noun.noun(*class)) && !noun.noun(Thing);
        let alive = rest.0[..head].iter().any(|token| token.is(Used));
        let made = rest.at(head + 1).is_some_and(|next| next.form(Delivers, Form::Past));
        // `3 distributions ship our package`: somebody else acts.
        let acts = head + 1 < rest.0.len() && rest.verb(head + 1);
        if (others || alive || acts) && !made { self.outcome(at..at + head + 1) } else { None }
    }
}
