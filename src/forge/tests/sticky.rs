//! The comment on a forge that lives in memory: everything that becomes of it.

use crate::forge::client::Comments;
use crate::forge::*;

/// A forge in memory that several tokens write to.
#[derive(Default)]
struct Memory {
    me: Option<&'static str>,
    all: Vec<Comment>,
    count: u64,
    /// Comments that another run writes right after ours.
    rivals: Vec<String>,
    /// Whether somebody deletes the newest comment as soon as we have looked.
    loses: bool,
    asked: Vec<&'static str>,
}

impl Memory {
    fn of(me: &'static str) -> Self {
        Memory { me: Some(me), ..Memory::default() }
    }

    fn with(mut self, author: &str, body: &str) -> Self {
        self.add(author, body);
        self
    }

    fn add(&mut self, author: &str, body: &str) -> Comment {
        self.count += 1;
        let (author, body) = (author.to_owned(), body.to_owned());
        // The tenth comment comes after the ninth, though not by letters.
        let comment = Comment { id: (self.count + 7).to_string(), node: None, author, body, hidden: false, url: None };
        self.all.push(comment.clone());
        comment
    }

    fn texts(&self) -> Vec<&str> {
        self.all.iter().map(|comment| marker::said(&comment.body)).collect()
    }

    fn at(&mut self, comment: &Comment) -> Result<usize, Error> {
        let gone = Error::NotFound { forge: "memory", path: comment.id.clone() };
        self.all.iter().position(|one| one.id == comment.id).ok_or(gone)
    }
}

impl Comments for Memory {
    fn all(&mut self) -> Result<Vec<Comment>, Error> {
        let mut all = self.all.clone();
        all.reverse();
        if std::mem::take(&mut self.loses) {
            self.all.pop();
        }
        Ok(all)
    }

    fn author(&mut self) -> Result<Option<String>, Error> {
        self.asked.push("author");
        Ok(self.me.map(str::to_owned))
    }

    fn create(&mut self, body: &str) -> Result<Comment, Error> {
        self.asked.push("create");
        let me = self.me.expect("who writes has a name");
        let created = self.add(me, body);
        for rival in std::mem::take(&mut self.rivals) {
            self.add(me, &rival);
        }
        Ok(created)
    }

    fn update(&mut self, comment: &Comment, body: &str) -> Result<Comment, Error> {
        self.asked.push("update");
        let at = self.at(comment)?;
        body.clone_into(&mut self.all[at].body);
        Ok(self.all[at].clone())
    }

    fn delete(&mut self, comment: &Comment) -> Result<(), Error> {
        self.asked.push("delete");
        let at = self.at(comment)?;
        self.all.remove(at);
        Ok(())
    }

    fn hide(&mut self, comment: &Comment) -> Result<(), Error> {
        self.asked.push("hide");
        let at = self.at(comment)?;
        self.all[at].hidden = true;
        Ok(())
    }
}

const BOT: &str = "github-actions[bot]";

fn mark(head: &str, run: u64) -> Marker {
    Marker::new(Id::default(), head, Run::new(&run.to_string(), None))
}

/// A run that found a change.
fn change<'a>(marker: &'a Marker, text: &'a str) -> Post<'a> {
    let (when, behavior) = (When::default(), Behavior::default());
    Post { marker, text, clean: "clean", changes: true, problems: false, when, behavior, author: None }
}

/// A run that found nothing.
fn nothing(marker: &Marker) -> Post<'_> {
    Post { changes: false, ..change(marker, "never said") }
}

#[test]
fn one_comment_is_written_edited_and_reduced_to_a_line() {
    let mut forge = Memory::of(BOT).with("ana", "Looks good.");
    let first = post(&mut forge, &change(&mark("aaa", 1), "one")).expect("a forge");
    assert!(matches!(first, Outcome::Created(_)));
    assert!(matches!(post(&mut forge, &change(&mark("bbb", 2), "two")), Ok(Outcome::Updated(_))));
    assert_eq!(forge.texts(), ["Looks good.", "two"]);
    assert!(matches!(post(&mut forge, &nothing(&mark("ccc", 3))), Ok(Outcome::Updated(_))));
    assert_eq!(forge.texts(), ["Looks good.", "clean"]);
}

#[test]
fn nothing_to_say_and_nothing_there_is_silence() {
    let mut forge = Memory::of(BOT).with("ana", "Looks good.");
    assert_eq!(post(&mut forge, &nothing(&mark("aaa", 1))), Ok(Outcome::Silent));
    assert_eq!(forge.asked, [""; 0]);
}

#[test]
fn what_is_said_already_is_not_said_again() {
    let marker = mark("aaa", 1);
    let mut forge = Memory::of(BOT);
    post(&mut forge, &change(&marker, "one\n\n<sub>run 1</sub>")).expect("a forge");
    forge.all[0].body = forge.all[0].body.replace('\n', "\r\n");
    let again = post(&mut forge, &change(&mark("aaa", 2), "one\n\n<sub>run 2</sub>"));
    assert!(matches!(again, Ok(Outcome::Unchanged(_))));
    // The same words about another commit: the links below differ.
    assert!(matches!(post(&mut forge, &change(&mark("bbb", 3), "one")), Ok(Outcome::Updated(_))));
}

#[test]
fn a_mark_in_somebody_elses_comment_is_left_alone() {
    let marker = mark("aaa", 1);
    let stolen = marker.under("I pasted this.");
    let quoted = format!("> {}", marker.under("said").replace('\n', "\n> "));
    let mut forge = Memory::of(BOT).with("mallory", &stolen).with("ana", &quoted).with(BOT, &quoted);
    post(&mut forge, &change(&mark("bbb", 2), "two")).expect("a forge");
    assert_eq!(forge.all.len(), 4);
    assert_eq!((&forge.all[0].body, &forge.all[1].body, &forge.all[2].body), (&stolen, &quoted, &quoted));
}

#[test]
fn a_token_that_nobody_can_name_edits_nobodys_comment() {
    let mut forge = Memory::of(BOT);
    post(&mut forge, &change(&mark("aaa", 1), "one")).expect("a forge");
    let marker = mark("bbb", 2);
    let named = Post { author: Some("team-bot"), ..change(&marker, "two") };
    forge.me = Some("team-bot");
    post(&mut forge, &named).expect("a forge");
    assert_eq!(forge.texts(), ["one", "two"]);
}

#[test]
fn duplicates_are_healed_and_the_oldest_stays() {
    let old = |run| mark("aaa", run).under(&format!("run {run}"));
    let mut forge = Memory::of(BOT).with(BOT, &old(1)).with("ana", "hm").with(BOT, &old(2)).with(BOT, &old(3));
    let kept = forge.all[0].id.clone();
    post(&mut forge, &change(&mark("bbb", 4), "four")).expect("a forge");
    assert_eq!((forge.texts(), &forge.all[0].id), (vec!["four", "hm"], &kept));
}

#[test]
fn of_two_runs_that_write_at_once_the_later_is_heard() {
    for (rival, told) in [(9, "rival"), (1, "ours")] {
        let mut forge = Memory::of(BOT);
        forge.rivals = vec![mark("bbb", rival).under("rival")];
        post(&mut forge, &change(&mark("aaa", 5), "ours")).expect("a forge");
        assert_eq!(forge.texts(), [told]);
    }
}

#[test]
fn an_earlier_run_does_not_overwrite_a_later_one() {
    let mut forge = Memory::of(BOT).with(BOT, &mark("bbb", 10).under("later"));
    let outcome = post(&mut forge, &change(&mark("aaa", 9), "earlier"));
    assert!(matches!(outcome, Ok(Outcome::Superseded(_))), "{outcome:?}");
    assert_eq!(forge.texts(), ["later"]);
    // Somebody at a keyboard has no run, and means it.
    let by_hand = Marker::new(Id::default(), "ccc", None);
    post(&mut forge, &change(&by_hand, "by hand")).expect("a forge");
    assert_eq!(forge.texts(), ["by hand"]);
}

#[test]
fn what_somebody_deletes_meanwhile_is_written_anew_or_gone() {
    let old = |run| mark("aaa", run).under(&format!("run {run}"));
    let mut forge = Memory::of(BOT).with(BOT, &old(1));
    forge.loses = true;
    let outcome = post(&mut forge, &change(&mark("bbb", 2), "two"));
    assert!(matches!(outcome, Ok(Outcome::Created(_))), "{outcome:?}");
    assert_eq!(forge.texts(), ["two"]);
    let mut forge = Memory::of(BOT).with(BOT, &old(1)).with(BOT, &old(2));
    forge.loses = true;
    post(&mut forge, &change(&mark("bbb", 3), "three")).expect("another run was quicker");
    assert_eq!(forge.texts(), ["three"]);
}

#[test]
fn two_ids_are_two_comments() {
    let other = Marker::new("platform".parse().expect("an id"), "aaa", None);
    let mut forge = Memory::of(BOT);
    post(&mut forge, &change(&mark("aaa", 1), "one")).expect("a forge");
    post(&mut forge, &change(&other, "other")).expect("a forge");
    post(&mut forge, &change(&mark("bbb", 2), "two")).expect("a forge");
    assert_eq!(forge.texts(), ["two", "other"]);
}

#[test]
fn when_says_what_is_worth_a_new_comment() {
    // Changes, problems; then what each of the words makes of it.
    let table = [
        (false, false, [false, true, false, false, false]),
        (true, false, [true, true, true, false, false]),
        (false, true, [true, true, false, true, false]),
        (true, true, [true, true, true, true, false]),
    ];
    let whens = [When::Auto, When::Always, When::Changes, When::Problems, When::Never];
    for (changes, problems, worth) in table {
        for (when, worth) in whens.into_iter().zip(worth) {
            let marker = mark("bbb", 2);
            let said = Post { changes, problems, when, ..change(&marker, "full") };
            let mut forge = Memory::of(BOT);
            post(&mut forge, &said).expect("a forge");
            assert_eq!(forge.all.len(), usize::from(worth), "{changes} {problems} {when:?}");
            // One that is there is kept true, unless told never to.
            let mut forge = Memory::of(BOT).with(BOT, &mark("aaa", 1).under("old"));
            post(&mut forge, &said).expect("a forge");
            let told = match (when, changes || problems) {
                (When::Never, _) => "old",
                (_, true) => "full",
                (_, false) => "clean",
            };
            assert_eq!(forge.texts(), [told], "{changes} {problems} {when:?}");
        }
    }
}

#[test]
fn behavior_says_what_becomes_of_the_old_one() {
    let run = |behavior, posts: u64| {
        let mut forge = Memory::of(BOT);
        for number in 1..=posts {
            let (head, text) = (format!("{number:012x}"), format!("text {number}"));
            post(&mut forge, &Post { behavior, ..change(&mark(&head, number), &text) }).expect("a forge");
        }
        forge
    };
    assert_eq!(run(Behavior::Update, 3).texts(), ["text 3"]);
    assert_eq!(run(Behavior::New, 3).texts(), ["text 1", "text 2", "text 3"]);
    assert_eq!(run(Behavior::DeleteAndNew, 3).texts(), ["text 3"]);
    let hidden = run(Behavior::HideAndNew, 3);
    assert_eq!(hidden.all.iter().map(|comment| comment.hidden).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(hidden.asked.iter().filter(|&&asked| asked == "hide").count(), 2);
    let mut forge = run(Behavior::New, 2);
    let marker = mark("ccc", 3);
    let outcome = post(&mut forge, &Post { behavior: Behavior::Delete, when: When::Never, ..nothing(&marker) });
    assert_eq!((outcome, forge.all.len()), (Ok(Outcome::Deleted(2)), 0));
    // Nothing to say any more: the newest says so, whatever the behavior.
    let mut forge = run(Behavior::New, 2);
    post(&mut forge, &Post { behavior: Behavior::New, ..nothing(&marker) }).expect("a forge");
    assert_eq!(forge.texts(), ["text 1", "clean"]);
}

#[test]
fn jobs_are_known_by_their_surroundings() {
    struct Fixed(&'static [(&'static str, &'static str)], Value);
    impl Surroundings for Fixed {
        fn variable(&self, name: &str) -> Option<String> {
            self.0.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        }
        fn event(&self, _: &str) -> Option<Value> {
            Some(self.1.clone())
        }
    }
    let event = serde_json::json!({
        "pull_request": { "number": 7, "head": { "sha": "ccc" }, "base": { "sha": "bbb", "ref": "main" } },
    });
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_API_URL", "https://api.github.com"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_RUN_ID", "4711"),
        ("GITHUB_RUN_ATTEMPT", "2"),
    ];
    let (forge, found) = job(&Fixed(Box::leak(Box::new(github)), event.clone())).expect("a job");
    assert_eq!(forge.name(), "github");
    assert_eq!((found.number, found.head.as_deref(), found.base.as_deref()), (Some(7), Some("ccc"), Some("bbb")));
    assert_eq!(found.run, Run::new("4711", Some("2")));
    assert_eq!(found.page.as_deref(), Some("https://github.com/acme/shop/actions/runs/4711"));
    assert_eq!(
        forge.link(&found.web.expect("an address"), "ccc", "okrs/a b#.toml", 3),
        "https://github.com/acme/shop/blob/ccc/okrs/a%20b%23.toml#L3"
    );
    let gitea = [("GITHUB_ACTIONS", "true"), ("GITEA_ACTIONS", "true"), ("GITHUB_REPOSITORY", "acme/shop")];
    assert_eq!(job(&Fixed(Box::leak(Box::new(gitea)), event)).expect("a job").0.name(), "gitea");
    let gitlab =
        [("GITLAB_CI", "true"), ("CI_PROJECT_ID", "42"), ("CI_MERGE_REQUEST_IID", "5"), ("CI_PIPELINE_ID", "9")];
    let (forge, found) = job(&Fixed(Box::leak(Box::new(gitlab)), Value::Null)).expect("a job");
    assert_eq!((forge.name(), found.number, found.run), ("gitlab", Some(5), Run::new("9", None)));
    assert!(job(&Fixed(&[], Value::Null)).is_none());
}
