//! Owns the classes of words by which a sentence is read: general English of goals and of work, no one team's. A word
//! stands here once a class, in its base form; the other forms are derived. Never reads a sentence.

use foldhash::HashMap;
use std::cell::RefCell;
use std::sync::LazyLock;

/// What a word can be. One word may be several: a `release` is done, and is a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Verbs of work: somebody does it, and then it is done.
    Delivers,
    /// Verbs of amount: a number moves.
    Changes,
    /// Verbs that promise something good without saying what: their object decides.
    Improves,
    /// Verbs that only say that something comes about or stays: what follows decides.
    Attains,
    /// Verbs of what people do, think or feel of their own accord.
    Behaves,
    /// Nouns of what work leaves behind: documents, software, events, agreements, rooms.
    Thing,
    /// Nouns of what is measured: rates, times, shares, money, satisfaction.
    Measure,
    /// Nouns of people, and of what people form.
    People,
    /// Nouns of the people who do the work themselves.
    Office,
    /// Nouns of what other people do in answer.
    Response,
    /// Nouns of what nobody wants.
    Trouble,
    /// Adjectives and adverbs of a thing that is there or done.
    State,
    /// Adjectives of how well something works, and of how people feel.
    Quality,
    /// Words that compare without a number.
    Compares,
    /// Words that end the phrase of a noun: prepositions, conjunctions, forms of be, have and can.
    Joins,
    /// Words in front of the verb that say nothing about what is wanted.
    Leads,
    /// Forms of be, and what stands for them.
    Be,
    /// Forms of have.
    Have,
    /// Words of ability.
    Can,
    /// Words that deny or leave none.
    Denies,
    /// Words for all of something.
    Whole,
    /// Words for a share of something.
    Part,
    /// Words and signs that make a number a limit.
    Limit,
    /// Words in front of a number that leave it the first word.
    About,
    /// Words that open a clause which only says more about what stands before it.
    Clause,
    /// Verbs of what people do in their heads: that they can is the change itself.
    Mental,
    /// Verbs of work that comes in from others all the time: how much of it is done, or in time, is a measure.
    Flow,
    /// Verbs of somebody's having done or got something: with a thing behind them they are a task.
    Takes,
    /// Adjectives of people and things that tell use rather than existence.
    Used,
    /// Words of rhythm.
    Rhythm,
    /// Words of praise and of manner that nobody can count.
    Arguable,
    /// Verbs of what people think and feel: real, and nothing says how it would be seen.
    Felt,
    /// Nouns of what grows with noise: attention that costs the giver nothing, and work counted instead of what it does.
    Raw,
}

use Class::*;

impl Class {
    fn bit(self) -> u64 {
        1 << self as u64
    }
}

/// Classes whose words have no other forms.
const GRAMMAR: &[Class] =
    &[Joins, Leads, Be, Have, Can, Denies, Whole, Part, Limit, About, Clause, Used, Rhythm, Arguable, Raw];

/// The classes, from what goals and the books on them are full of: verbs of project plans, nouns of annual reports and
/// service goals, and the people that organisations are there for.
const CLASSES: &[(Class, &str)] = &[
    (
        Delivers,
        "accredit adapt add address adopt agree align allocate amplify analyse analyze announce apply appoint approve archive \
         arrange assemble assess assign attend audit author automate backfill backport begin benchmark book brief budget \
         build buy calibrate capture carry catalogue celebrate centralise centralize certify change check choose clarify clean clear \
         close coach co-host collaborate collate collect commission commit communicate compile complete compose \
         conclude conduct configure consider consolidate construct consult contact contract contribute convene \
         coordinate craft create curate customise customize decide decommission define deliver demo \
         demonstrate deploy deprecate describe design detail determine develop digitise digitize discover discuss \
         distribute document draft draw drill edit educate elect embed enable enforce engage equip erect establish estimate evaluate \
         examine execute experiment explain explore expose extend externalise externalize extract facilitate file fill film finalise finalize \
         find finish fit fix formalise formalize formulate found furnish gather generate handle harmonise harmonize \
         highlight hire hold host identify implement import incorporate include inform inspect install instrument integrate \
         interview introduce invent investigate invite issue join kick kickstart land launch lay lead learn liaise link list \
         localise localize look map meet mentor merge migrate model modernise modernize modify monitor mount \
         move name negotiate nominate offer onboard open operate order organise organize outline outsource overhaul paint \
         participate partner patch perform pilot place plan plant port post prepare present print prioritise prioritize \
         procure produce program promote propose prototype provide provision publicise publicize publish purchase put \
         qualify rebrand rebuild record recruit redesign redo refactor refine refresh refurbish register reimplement \
         relaunch release relocate remodel remove rename renovate reorganise reorganize re-organise re-organize repair \
         replace report request research resolve restructure resurface retire revamp review revise revisit rework rewrite \
         roll rotate run schedule scope secure select send separate set setup ship show simplify solve sort \
         specify split sponsor staff standardise standardize start stop store structure study submit supply survey \
         switch talk teach test tidy track train translate transition trial tune tweet unify update upgrade validate \
         verify visit visualise visualize weed work write",
    ),
    (
        Changes,
        "accelerate boost climb cut decline decrease diminish double drive drop eliminate exceed fall grow halve \
         increase jump lengthen lift lower maximise maximize minimise minimize outperform quadruple quicken raise reduce \
         rise save shorten shrink slash surpass triple widen",
    ),
    (
        Improves,
        "advance better cultivate deepen empower encourage enhance enrich evolve expand foster help improve mature \
         nurture optimise optimize refine scale speed stabilise stabilize streamline strengthen support transform",
    ),
    (
        Attains,
        "achieve attain attract average become convert deliver earn enable ensure experience gain get hit keep maintain \
         make meet obtain reach remain result retain see sell stay sustain take win",
    ),
    (
        Behaves,
        "accept agree answer appreciate apply arrive ask attend believe benefit book borrow bring buy cancel choose click \
         come comment commute complain complete contact contribute cycle donate eat engage enjoy enrol enroll feel find finish \
         follow forget give go invite join keep know leave like live log love manage mention miss notice open opt order \
         participate pass pay perceive play post praise prefer quit rate reach read recognise recognize recommend refer \
         rely renew reorder reply report respond return say score see share sign speak spend start stay stop subscribe \
         succeed survive switch talk tell think trust try turn understand upgrade use view visit volunteer vote \
         walk want watch win work write",
    ),
    (
        Thing,
        "account agenda build deploy export import launch sync test agreement algorithm analysis announcement api app application architecture archive article artefact \
         artifact assessment audit automation backup banner billboard blog board book booklet bot branch brand briefing \
         brochure budget building bus calculator calendar camp campaign card catalog catalogue category center centre \
         ceremony certificate certification channel charter chart chatbot checklist class classroom client clinic cluster \
         code codebase collection committee component concept conference config configuration connector consultation \
         content contract controller council course crm curriculum dashboard database dataset deck definition demo \
         deployment design device diagram directory document documentation doc draft drive editor email endpoint \
         engine environment equipment essay evaluation event evening examination exercise exhibition experiment extension \
         facility faq feature feed field file fix flag fleet folder form format forum framework function functionality \
         funnel gallery gateway glossary governance group guide guideline hackathon handbook handover hardware homepage hub \
         implementation improvement index infographic infrastructure initiative inspection installation instance \
         instrumentation integration interface interview intranet inventory investigation item journey kiosk kit \
         laboratory law layer layout leaflet lecture lesson library licence license list logging logo machine magazine \
         manual manifesto map mapping material matrix mechanism meeting meetup memo menu message methodology method migration \
         milestone mission mockup model module monitoring mural museum network newsletter node note notification \
         offer office okr onboarding outline package page paper park patch path permission persona photo \
         pilot pipeline plan platform playbook plugin podcast policy portal portfolio poster post practice \
         presentation print prioritisation prioritization procedure process product profile program programme \
         project proposal protocol prototype publication questionnaire queue recipe recommendation redesign \
         refactoring register registry regulation release relaunch rfc repo repository report reporting requirement \
         research restructuring retreat retrospective review rewrite roadmap role roster routine round room rota rule \
         runbook safeguard sample sandbox scheme schedule schema script sdk section seminar sensor series server \
         service session setup shelter showcase signage site sitemap skill slide slo software solution space spec \
         specification spreadsheet sprint stand standard statement statute storage store story strategy stream structure \
         study style summary summit support survey syllabus system target task taxonomy template theory timetable \
         tool toolbox tooling toolkit tour tracker tracking training transcript translation tutorial ui update upgrade \
         vehicle version video vision visualisation visualization walkthrough warehouse webinar webpage website well \
         whitepaper wiki widget wireframe workflow workshop workspace",
    ),
    (
        Measure,
        "absence absenteeism accuracy acceptance activation admission adoption arpu arr attainment attendance attrition \
         availability average awareness bandwidth bill bookings bounce capacity churn compliance confidence consumption \
         conversion cost coverage crime csat dau debt deficit demand density diversity donation downtime duration earnings \
         ebitda efficiency effectiveness emission engagement enps enrolment enrollment expenditure fee footfall footprint \
         freshness frequency gmv gap growth happiness headcount health hour income inflation intake latency length likelihood \
         load loss loyalty ltv margin mau mean median minute morale mortality mrr mttd mttf mttr nps number nrr occupancy oee \
         overhead overtime p50 p75 p90 p95 p99 payback percentage percentile performance pollution precision price \
         prevalence probability productivity profit profitability proportion quality quota rank ranking rate rating ratio reach \
         recall recidivism reliability rent responsiveness retention return revenue rework roas roi runway runtime safety \
         salary sale satisfaction savings score sentiment share size speed spend spending stickiness success sum surplus \
         takings temperature throughput time tonnage trust turn turnaround turnover unemployment uptime usage use utilisation \
         utilization value variance velocity visibility volume wage wait waste wau weight wellbeing well-being yield",
    ),
    (
        People,
        "admin adult advocate alumni ambassador analyst apprentice applicant architect artist athlete attendee audience \
         author borrower buyer candidate caller carer caregiver child children citizen client clinician coach \
         colleague commuter company consultant consumer contractor contributor couple creator customer \
         developer dev director doctor donor driver employee employer engineer entrepreneur expert family \
         fan farmer firm follower founder freelancer friend girl boy graduate guest homeowner household \
         inhabitant investor journalist kid landlord lawyer leader leaver learner listener maintainer man manager \
         member men merchant midwife mother father neighbour neighbor newcomer nurse officer operator organisation \
         organization owner parent participant partner passenger patient payer people person physician player prospect \
         pupil reader recipient regular researcher resident respondent responder retailer reviewer scholar scientist \
         senior shopper specialist sponsor staff starter start-up startup stakeholder student subscriber supplier \
         supporter teacher team teammate teenager tenant tester tourist trainee traveller traveler user vendor viewer \
         visitor volunteer voter woman women worker youth youngster",
    ),
    (
        Office,
        "team staff employee manager engineer officer colleague organisation organization department squad teacher nurse",
    ),
    (
        Response,
        "answer application arrival booking click comment complaint contribution conversation deal donation download \
         enquiry enrolment enrollment follow-up impression inquiry interaction like loan mention nomination opportunity \
         order payment play pledge purchase question referral registration renewal rental reply reservation \
         response review rsvp sale share signature signup sign-up sign-in star subscription testimonial \
         ticket transaction trial upvote view visit vote win login pageview",
    ),
    (
        Trouble,
        "abandonment abuse accident backlog blocker bottleneck breach breakage cancellation claim complaint conflict \
         corruption crash death defect delay disruption downtime dropout drop-out duplicate error escalation eviction \
         exclusion failure fall fatality fault fine fraud glitch harm hazard incident infection injury interruption issue \
         leak loss mistake mismatch outage problem readmission rejection regression resignation rework rollback \
         scrap sickness spill stock-out stockout theft timeout violation vulnerability waste write-off",
    ),
    (
        State,
        "accessible active available complete default functional installed live mandatory online open operational \
         playable production-ready ready running standard underway up-to-date usable",
    ),
    (
        Quality,
        "affordable aware calm cheap comfortable competitive confident delighted easy effective efficient engaged \
         enjoyable excited fast friendly good great happy healthy informed instant interested intuitive involved loved \
         loyal motivated pleasant predictable productive profitable proud quick reliable resilient respected \
         responsive robust safe satisfied scalable seamless smooth stable strong successful supported sustainable \
         trusted trustworthy understood useful valuable valued world-class attractive recognised recognized known visible famous popular",
    ),
    (
        Compares,
        "better bigger cheaper cleaner closer earlier easier faster fewer greater happier healthier higher larger \
         less longer lower more quicker rarer safer shorter simpler slower smaller smoother stronger",
    ),
    (
        Joins,
        "a about above across after again against all along among an and any are aren't as at back be because been before being below between \
         beyond but by can can't cannot could did do does down during every for from had has have having how if in into is isn't it \
         its like may might must no nor not of off on onto or our out over per resulting should since so than that the \
         their them then there these they this those through throughout to toward towards under until up upon using via was \
         we were what when where whether which while who whose will with within without would you your & / + - – — → -> \
         => < > ≤ ≥ = ~ w/ vs",
    ),
    (Be, "is are be been being was were become becomes isn't aren't"),
    (Have, "have has having we've had"),
    (Can, "can able could may cannot can't"),
    (Denies, "zero no not nobody none never nothing fewer without isn't aren't don't doesn't won't"),
    (Whole, "all every each everybody everyone"),
    (Part, "half majority most third quarter two-thirds"),
    (Limit, "< > ≤ ≥ <= >= ~ above below beyond over under within than least most exceeding exceeds max min"),
    (About, "at least most over more than about around nearly only up to the another between on average a"),
    (Clause, "that which who whose so because where when to if while"),
    (Mental, "understand recognise recognize know tell trust believe feel explain remember"),
    (
        Flow,
        "answer resolve deliver close handle complete fill pay process ship solve see serve treat approve accept find return \
         release fix clear start finish book request meet decide review",
    ),
    (Takes, "complete attend receive"),
    (Used, "active paid paying returning recurring satisfied engaged"),
    (Rhythm, "hourly daily weekly biweekly fortnightly monthly quarterly yearly"),
    (
        Arguable,
        "adequate adequately appropriate appropriately attractive attitude best best-in-class clearly easily \
         effective effectively efficient efficiently enough excellence excellent flexible good great holistic \
         innovative leading meaningful mindset modern momentum optimal outstanding performant proactive \
         properly quickly rich robust satisfying seamless seamlessly significant significantly smooth \
         smoothly some several state-of-the-art strategic strong successful sufficient sufficiently timely \
         usable well world-class",
    ),
    (Felt, "love trust feel understand know enjoy like appreciate recognise recognize believe momentum prefer"),
    (
        Raw,
        "click clicks commit commits deployment deployments deploys download downloads fans follower \
         followers hits impression impressions likes mention mentions pageview pageviews page-views reach \
         retweets reposts shares star stars traffic tweets upvotes views visit visits visitors installs",
    ),
    (
        Leads,
        "we we'll i our the also to will shall should must need needs want aim try trying continue continues let's please \
         actively proactively successfully fully completely further finally jointly publicly internally regularly \
         consistently quickly significantly always",
    ),
];

/// Irregular forms, each with its base. A form that is its own base, such as `set`, needs no entry.
const IRREGULAR: &str = "built:build rebuilt:rebuild bought:buy brought:bring began:begin begun:begin became:become \
     chose:choose chosen:choose came:come drew:draw drawn:draw drove:drive driven:drive fell:fall fallen:fall felt:feel \
     found:find gave:give given:give got:get gotten:get grew:grow grown:grow held:hold kept:keep knew:know known:know \
     laid:lay led:lead left:leave made:make met:meet paid:pay rose:rise risen:rise ran:run said:say sent:send shown:show \
     sold:sell spent:spend spoke:speak spoken:speak taught:teach took:take taken:take told:tell thought:think \
     understood:understand won:win wrote:write written:write rewrote:rewrite rewritten:rewrite redrawn:draw \
     redone:redo done:do oversaw:oversee chosen:choose shrunk:shrink";

static WORDS: LazyLock<HashMap<&'static str, u64>> = LazyLock::new(|| {
    let mut words = HashMap::default();
    for (class, list) in CLASSES {
        for word in list.split_whitespace() {
            *words.entry(word).or_default() |= 1 << *class as u64;
        }
    }
    words
});

/// How many words are remembered at most.
const MOST_READ: usize = 10_000;

thread_local! {
    /// Words read before: sentences of goals share most of theirs.
    static READ: RefCell<HashMap<String, Classes>> = RefCell::default();
}

static PAST: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| IRREGULAR.split_whitespace().filter_map(|pair| pair.split_once(':')).collect());

/// The forms of a verb or a noun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `publish`, `guide`.
    Base,
    /// `publishes`, `guides`.
    S,
    /// `published`, `written`.
    Past,
    /// `publishing`.
    Ing,
}

/// The classes of one word, by the form in which it belongs to them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Classes {
    base: u64,
    s: u64,
    past: u64,
    ing: u64,
    /// As a noun or an adjective, in parts too.
    nouns: u64,
    /// In any form, in parts too.
    any: u64,
    /// Whether it is a noun of several.
    plural: bool,
}

impl Classes {
    /// Reads a lower-case word. Of `buyer/seller` each part counts; what `co-founder` is as a noun, its last part says.
    pub fn of(word: &str) -> Self {
        if let Some(known) = READ.with_borrow(|read| read.get(word).copied()) {
            return known;
        }
        let classes = Classes::parts(word);
        READ.with_borrow_mut(|read| {
            // A hostile text cannot fill memory with words.
            if read.len() < MOST_READ {
                read.insert(word.to_owned(), classes);
            }
        });
        classes
    }

    fn parts(word: &str) -> Self {
        let mut classes = Classes { plural: plural(word), ..Classes::whole(word) };
        for part in word.split('/').filter(|part| part.len() < word.len()) {
            let part = Classes::whole(part);
            classes.nouns |= part.nouns;
            classes.any |= part.any;
        }
        if let Some((_, last)) = word.rsplit_once('-') {
            classes.nouns |= Classes::whole(last).nouns;
        }
        classes
    }

    fn whole(word: &str) -> Self {
        // Words of grammar have no other forms: `weed` is no past of `we`.
        let grammar: u64 = GRAMMAR.iter().map(|class| class.bit()).sum();
        let exact = |word: &str| WORDS.get(word).copied().unwrap_or_default();
        let listed = |word: &str| exact(word) & !grammar;
        let ended = |stem: &str, end: &str| listed(&format!("{stem}{end}"));
        let doubled = |stem: &str| {
            let mut letters = stem.chars();
            let once = letters.next_back().filter(|last| letters.next_back() == Some(*last));
            once.and_then(|last| stem.strip_suffix(last)).map_or(0, listed)
        };
        let base = exact(word);
        let s = word.strip_suffix("'s").or_else(|| word.strip_suffix('s')).map_or(0, |stem| {
            let es = stem.strip_suffix('e').map_or(0, listed);
            listed(stem) | es | stem.strip_suffix("ie").map_or(0, |stem| ended(stem, "y"))
        });
        let past = PAST.get(word).map_or(0, |base| listed(base))
            | word.strip_suffix("ed").map_or(0, |stem| {
                listed(stem)
                    | ended(stem, "e")
                    | doubled(stem)
                    | stem.strip_suffix('i').map_or(0, |stem| ended(stem, "y"))
            });
        let ing = word.strip_suffix("ing").map_or(0, |stem| listed(stem) | ended(stem, "e") | doubled(stem));
        let mut classes = Classes { base, s, past, ing, nouns: base | s, any: base | s | past | ing, plural: false };
        // `retrain`, `rewire`: work done again.
        if classes.any == 0
            && let Some(again) = word.strip_prefix("re").filter(|again| again.len() > 3)
        {
            let again = Classes::whole(again);
            let work = Delivers.bit();
            let (base, s, past, ing) = (again.base & work, again.s & work, again.past & work, again.ing & work);
            classes = Classes { base, s, past, ing, nouns: 0, any: base | s | past | ing, plural: false };
        }
        classes
    }

    /// Finds the form in which the word belongs to a class, if it does.
    pub fn form(&self, class: Class) -> Option<Form> {
        let forms = [(self.base, Form::Base), (self.s, Form::S), (self.past, Form::Past), (self.ing, Form::Ing)];
        forms.into_iter().find(|(classes, _)| classes & class.bit() != 0).map(|(_, form)| form)
    }

    /// Tells whether this is the form in which the word belongs to a class.
    pub fn has(&self, class: Class, form: Form) -> bool {
        let (before, own) = match form {
            Form::Base => (0, self.base),
            Form::S => (self.base, self.s),
            Form::Past => (self.base | self.s, self.past),
            Form::Ing => (self.base | self.s | self.past, self.ing),
        };
        own & !before & class.bit() != 0
    }

    /// Tells whether the word belongs to one of some classes in any form.
    pub fn is_any(&self, classes: &[Class]) -> bool {
        classes.iter().fold(0, |all, class| all | class.bit()) & self.any != 0
    }

    /// Tells whether the word is a noun or an adjective of one of some classes.
    pub fn any_noun(&self, classes: &[Class]) -> bool {
        classes.iter().fold(0, |all, class| all | class.bit()) & self.nouns != 0
    }

    /// Tells whether the word is a noun of several.
    pub fn plural(&self) -> bool {
        self.plural
    }

    /// Tells whether the word belongs to a class in any form.
    pub fn is(&self, class: Class) -> bool {
        self.any & class.bit() != 0
    }

    /// Tells whether the word is a noun or an adjective of a class: `guide` or `guides`, not `guided`.
    pub fn noun(&self, class: Class) -> bool {
        self.nouns & class.bit() != 0
    }

    /// Tells whether the word belongs to no class.
    pub fn unknown(&self) -> bool {
        self.any | self.nouns == 0
    }
}

/// Tells whether a lower-case word is a noun of several.
fn plural(word: &str) -> bool {
    word.ends_with('s') && !word.ends_with("ss")
        || ["people", "children", "men", "women", "staff", "alumni"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_form() {
        for (word, form_is) in [
            ("publish", Form::Base),
            ("publishes", Form::S),
            ("published", Form::Past),
            ("planned", Form::Past),
            ("running", Form::Ing),
            ("written", Form::Past),
            ("tries", Form::S),
            ("creating", Form::Ing),
        ] {
            let class = if word == "tries" { Behaves } else { Delivers };
            assert_eq!(Classes::of(word).form(class), Some(form_is), "{word}");
        }
        assert!(Classes::of("sunny").unknown() && Classes::of("ééed").unknown());
        let noun = |word, class| Classes::of(word).noun(class);
        assert!(
            noun("policies", Thing) && !noun("guided", Thing) && noun("rates", Measure) && noun("co-owner", People)
        );
        assert!(Classes::of("retrain").is(Delivers) && !Classes::of("remain").is(Delivers));
    }

    #[test]
    fn a_class_names_a_word_once() {
        for (class, list) in CLASSES {
            let mut words: Vec<&str> = list.split_whitespace().collect();
            words.sort_unstable();
            let twice = words.windows(2).find(|pair| pair[0] == pair[1]);
            assert_eq!(twice, None, "{class:?}");
        }
    }
}
