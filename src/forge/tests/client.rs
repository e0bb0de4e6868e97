//! What goes over the wire, to a forge on this machine that refuses what a real one refuses.

// The end-to-end tests use what is left.
#[allow(dead_code)]
#[path = "../../../tests/support/forge.rs"]
mod fake;

use crate::forge::*;
use fake::{BOT, FORK_TOKEN, FakeForge, JOB_TOKEN, NUMBER, PERSON, PERSONAL_TOKEN, REPOSITORY, Trouble};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

type Waits = Rc<RefCell<Vec<u64>>>;

fn client(fake: &FakeForge, forge: &str, token: &str) -> (Client, Waits) {
    let api = match forge {
        "gitlab" => format!("{}/api/v4", fake.address),
        "gitea" => format!("{}/api/v1/", fake.address),
        _ => fake.address.clone(),
    };
    let waits = Waits::default();
    let noted = Rc::clone(&waits);
    let wait = Box::new(move |pause: Duration| noted.borrow_mut().push(pause.as_secs()));
    let target = Target { repository: REPOSITORY.into(), number: NUMBER };
    let client = Client::new(find(forge).expect("a forge"), &api, Some(token.into()), target, wait);
    (client.expect("a client"), waits)
}

fn change<'a>(marker: &'a Marker, text: &'a str) -> Post<'a> {
    let (when, behavior) = (When::default(), Behavior::default());
    Post { marker, text, clean: "clean", changes: true, problems: false, when, behavior, author: None }
}

fn mark(run: u64) -> Marker {
    Marker::new(Id::default(), &format!("{run:012x}"), Run::new(&run.to_string(), None))
}

#[test]
fn every_forge_is_written_to_once() {
    for (forge, token) in [("github", JOB_TOKEN), ("gitlab", PERSONAL_TOKEN), ("gitea", PERSONAL_TOKEN)] {
        let fake = FakeForge::start();
        let (mut client, _) = client(&fake, forge, token);
        for run in 1..=3 {
            post(&mut client, &change(&mark(run), &format!("run {run}"))).expect(forge);
        }
        let memory = fake.memory();
        assert_eq!(memory.bodies(), [mark(3).under("run 3")], "{forge}");
        assert!(memory.asked.iter().all(|asked| asked.token.as_deref() == Some(token)), "{forge}");
    }
}

#[test]
fn comments_beyond_the_first_pages_are_found() {
    for (forge, token) in [("github", JOB_TOKEN), ("gitlab", PERSONAL_TOKEN), ("gitea", PERSONAL_TOKEN)] {
        let fake = FakeForge::start();
        let author = if forge == "github" { BOT } else { PERSON };
        for number in 0..250 {
            fake.memory().add("bob", &format!("remark {number}"));
        }
        fake.memory().add(author, &mark(1).under("run 1"));
        let (mut client, _) = client(&fake, forge, token);
        post(&mut client, &change(&mark(2), "run 2")).expect(forge);
        let memory = fake.memory();
        assert_eq!((memory.comments.len(), memory.bodies()[250]), (251, mark(2).under("run 2").as_str()), "{forge}");
        let lists = memory.asked.iter().filter(|asked| asked.method == "GET" && !asked.path.contains("/user")).count();
        assert_eq!(lists, if forge == "gitea" { 1 } else { 3 }, "{forge}");
    }
}

#[test]
fn a_forge_that_gives_the_same_page_again_is_not_asked_for_ever() {
    let fake = FakeForge::start();
    fake.memory().add(BOT, &mark(1).under("run 1"));
    fake.memory().ignores_pages = true;
    let (mut client, _) = client(&fake, "github", JOB_TOKEN);
    post(&mut client, &change(&mark(2), "run 2")).expect("a forge");
    assert_eq!(fake.memory().bodies(), [mark(2).under("run 2")]);
}

#[test]
fn a_comment_with_our_mark_by_somebody_else_stays() {
    let fake = FakeForge::start();
    let pasted = mark(1).under("pasted");
    fake.memory().add("mallory", &pasted);
    let (mut client, _) = client(&fake, "github", JOB_TOKEN);
    post(&mut client, &change(&mark(2), "run 2")).expect("a forge");
    assert_eq!(fake.memory().bodies(), [pasted, mark(2).under("run 2")]);
}

#[test]
fn a_token_that_may_only_read_is_told_what_it_needs() {
    let fake = FakeForge::start();
    let (mut client, waits) = client(&fake, "github", FORK_TOKEN);
    let refused = post(&mut client, &change(&mark(1), "run 1")).expect_err("it may not write");
    assert!(refused.is_refusal(), "{refused:?}");
    assert_eq!(
        refused.to_string(),
        "github does not let this token write a comment: 403 Resource not accessible by integration"
    );
    assert!(waits.borrow().is_empty());
    let target = Target { repository: REPOSITORY.into(), number: NUMBER };
    let none = Client::new(find("gitlab").expect("a forge"), &fake.address, None, target, Box::new(|_| {}));
    assert!(none.is_err_and(|error| error.is_refusal() && error.to_string().contains("no token")));
}

#[test]
fn a_busy_forge_is_asked_again_and_waited_for_as_it_says() {
    let fake = FakeForge::start();
    fake.memory().troubles = [
        Trouble::new(502, "Bad gateway"),
        Trouble::new(429, "Too many requests").with("Retry-After", "7"),
        Trouble::new(403, "You have exceeded a secondary rate limit"),
        Trouble::new(503, "Unavailable"),
    ]
    .into();
    let (mut client, waits) = client(&fake, "github", JOB_TOKEN);
    post(&mut client, &change(&mark(1), "run 1")).expect("a forge");
    assert_eq!((*waits.borrow()).as_slice(), [1, 7, 4, 8]);
    // Five times is enough, and nobody waits for an hour.
    fake.memory().troubles = (0..9).map(|_| Trouble::new(504, "Timeout")).collect();
    let given_up = post(&mut client, &change(&mark(2), "run 2")).expect_err("it never answers");
    assert!(given_up.to_string().contains("504 Timeout"), "{given_up}");
    assert_eq!(fake.memory().troubles.len(), 4);
    fake.memory().troubles = [Trouble::new(429, "Later").with("Retry-After", "3600")].into();
    waits.borrow_mut().clear();
    post(&mut client, &change(&mark(2), "run 2")).expect_err("it asks for too much");
    assert!(waits.borrow().is_empty());
}

#[test]
fn what_cannot_pass_is_not_tried_again() {
    for (status, said) in [(401, "401"), (404, "has no /repos"), (422, "422"), (500, "500")] {
        let fake = FakeForge::start();
        fake.memory().troubles = [Trouble::new(status, "no")].into();
        let (mut client, waits) = client(&fake, "github", JOB_TOKEN);
        let error = post(&mut client, &change(&mark(1), "run 1")).expect_err("trouble");
        assert!(error.to_string().contains(said), "{error}");
        assert!(waits.borrow().is_empty() && fake.memory().asked.len() == 1, "{status}");
    }
}

#[test]
fn a_redirect_is_followed_at_home_alone() {
    let fake = FakeForge::start();
    let home = format!("/repos/{REPOSITORY}/issues/{NUMBER}/comments");
    fake.memory().troubles = [Trouble::new(301, "Moved").with("Location", &home)].into();
    let (mut one, _) = client(&fake, "github", JOB_TOKEN);
    post(&mut one, &change(&mark(1), "run 1")).expect("a forge that moved");
    assert_eq!(fake.memory().comments.len(), 1);
    let other = FakeForge::start();
    fake.memory().troubles = [Trouble::new(307, "Moved").with("Location", &format!("{}{home}", other.address))].into();
    let (mut two, _) = client(&fake, "github", JOB_TOKEN);
    let error = post(&mut two, &change(&mark(2), "run 2")).expect_err("another host");
    assert!(matches!(error, Error::Elsewhere { .. }), "{error}");
    assert!(other.memory().asked.is_empty(), "the token went out");
}

#[test]
fn nobody_there_is_said_so_after_three_calls() {
    let gone = FakeForge::start().address.clone();
    let waits = Waits::default();
    let noted = Rc::clone(&waits);
    let wait = Box::new(move |pause: Duration| noted.borrow_mut().push(pause.as_secs()));
    let target = Target { repository: REPOSITORY.into(), number: NUMBER };
    let mut client =
        Client::new(find("github").expect("a forge"), &gone, Some("secret".into()), target, wait).expect("a client");
    let error = post(&mut client, &change(&mark(1), "run 1")).expect_err("nobody is there");
    assert!(matches!(error, Error::Unreachable { .. }) && !error.to_string().contains("secret"), "{error}");
    assert_eq!((*waits.borrow()).as_slice(), [1, 2]);
}

#[test]
fn an_answer_that_is_not_the_api_is_said_so() {
    let fake = FakeForge::start();
    fake.memory().troubles = [Trouble { status: 200, headers: Vec::new(), body: serde_json::json!("<html>") }].into();
    let (mut client, _) = client(&fake, "github", JOB_TOKEN);
    let error = post(&mut client, &change(&mark(1), "run 1")).expect_err("a page for people");
    assert!(error.to_string().contains("no list of comments"), "{error}");
    fake.memory().troubles =
        [Trouble { status: 200, headers: Vec::new(), body: serde_json::json!([]) }, Trouble::new(201, "made")].into();
    let error = post(&mut client, &change(&mark(2), "run 2")).expect_err("no comment came back");
    assert!(error.to_string().contains("no id, author or body"), "{error}");
}

#[test]
fn old_comments_are_folded_away_where_the_forge_can() {
    let fake = FakeForge::start();
    let (mut github, _) = client(&fake, "github", JOB_TOKEN);
    for run in 1..=2 {
        let marker = mark(run);
        let text = format!("run {run}");
        post(&mut github, &Post { behavior: Behavior::HideAndNew, ..change(&marker, &text) }).expect("a forge");
    }
    let hidden: Vec<bool> = fake.memory().comments.iter().map(|comment| comment.hidden).collect();
    assert_eq!(hidden, [true, false]);
    let fake = FakeForge::start();
    fake.memory().add(PERSON, &mark(1).under("run 1"));
    let (mut gitlab, _) = client(&fake, "gitlab", PERSONAL_TOKEN);
    let marker = mark(2);
    let error = post(&mut gitlab, &Post { behavior: Behavior::HideAndNew, ..change(&marker, "run 2") });
    assert_eq!(error, Err(Error::CannotHide { forge: "gitlab" }));
}
