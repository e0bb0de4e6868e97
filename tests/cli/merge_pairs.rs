//! 200 random pairs of two people's work on one file, through a real `git merge`: nothing is lost, nothing is settled that
//! is not, and what does not contradict does not conflict. `GIT_OKR_PAIRS` asks for more.

mod oracle;
mod team;

use crate::support::{PATH, Place};
use oracle::{Facts, facts, judge};
use std::fmt::Write as _;
use team::{Dice, KEY_RESULT, Table, Team};

struct Pair {
    base: Team,
    ours: Team,
    theirs: Team,
}

fn pair(seed: usize) -> Pair {
    let mut dice = Dice::new(seed as u64 + 1);
    let base = Team::new(&mut dice);
    let (mut ours, mut theirs) = (base.clone(), base.clone());
    for _ in 0..1 + dice.below(3) {
        ours.change(&mut dice, "ana");
    }
    for _ in 0..1 + dice.below(3) {
        theirs.change(&mut dice, "bob");
    }
    Pair { base, ours, theirs }
}

/// Takes one side of every conflict.
fn settled(text: &str, side: usize) -> String {
    let mut taken = String::new();
    let mut within = None;
    for line in text.split_inclusive('\n') {
        match (line.get(..7).unwrap_or_default(), within) {
            ("<<<<<<<", None) => within = Some(0),
            ("=======", Some(0)) => within = Some(1),
            (">>>>>>>", Some(1)) => within = None,
            _ if within.is_none_or(|at| at == side) => taken += line,
            _ => {}
        }
    }
    taken
}

fn comments(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.split_once('#').map(|(_, comment)| comment.trim())).collect()
}

/// Names the tables that one side took out and the other put a comment into, whatever else it did.
fn remarked_and_removed(pair: &Pair) -> Vec<String> {
    let named = |team: &Team| -> Vec<(String, Table)> {
        let mut goal = String::new();
        let id = |table: &Table| table.get("id").map(|line| format!("{:?}", line.said)).unwrap_or_default();
        let plain = |table: &Table| id(table).split('"').nth(2).unwrap_or_default().trim_end_matches('\\').to_owned();
        team.tables
            .iter()
            .map(|table| {
                if table.header == team::OBJECTIVE {
                    goal = plain(table);
                }
                (
                    if table.header == KEY_RESULT { format!("{goal}/{}", plain(table)) } else { goal.clone() },
                    table.clone(),
                )
            })
            .filter(|(_, table)| table.header == KEY_RESULT)
            .collect()
    };
    let [base, ours, theirs] = [&pair.base, &pair.ours, &pair.theirs].map(named);
    let find =
        |side: &[(String, Table)], name: &str| side.iter().find(|(other, _)| other == name).map(|(_, t)| t.clone());
    let gone = base.iter().filter(|(name, table)| match (find(&ours, name), find(&theirs, name)) {
        (Some(kept), None) | (None, Some(kept)) => kept != *table,
        _ => false,
    });
    gone.map(|(name, _)| name.clone()).collect()
}

/// Says what is wrong with the merge of a pair.
fn faults(pair: &Pair, merged: &str, is_conflict: bool) -> Vec<String> {
    let texts = [&pair.base, &pair.ours, &pair.theirs].map(Team::text);
    let [base, ours, theirs]: [Facts; 3] = texts.each_ref().map(|text| facts(text).expect("TOML"));
    let mut verdict = judge(&base, &ours, &theirs);
    for name in remarked_and_removed(pair) {
        // Whoever took it out has not seen the remark.
        verdict.may_conflict = true;
        verdict.disputed.insert((name, None));
    }
    let mut faults = Vec::new();
    let has_markers = merged.contains("<<<<<<<");
    if has_markers != is_conflict {
        faults.push("markers and exit code differ".to_owned());
    }
    if verdict.must_conflict && !is_conflict {
        faults.push(format!("settled what is in dispute: {:?}", verdict.disputed));
    }
    if is_conflict && !verdict.must_conflict && !verdict.may_conflict {
        faults.push("a conflict over nothing".to_owned());
    }
    for side in [0, 1] {
        let text = settled(merged, side);
        let Some(said) = facts(&text) else {
            faults.push(format!("side {side} is no TOML"));
            continue;
        };
        for fact in verdict.facts.keys().chain(said.keys()).filter(|fact| verdict.settles(fact)) {
            if said.get(fact) != verdict.facts.get(fact) {
                faults.push(format!("side {side}: {fact}: {:?}, not {:?}", said.get(fact), verdict.facts.get(fact)));
            }
        }
    }
    let (known, there) = (comments(&texts[0]), comments(merged));
    for side in &texts[1..] {
        let lost = comments(side).into_iter().filter(|comment| !known.contains(comment) && !there.contains(comment));
        faults.extend(lost.map(|comment| format!("lost the comment {comment}")));
    }
    if !pair.ours.ends_like(merged) {
        faults.push("line ends are not ours".to_owned());
    }
    // What the other side left alone is there to the byte, but for the file's last line end.
    let untouched = |table: &&Table| pair.base.tables.contains(table) && pair.theirs.tables.contains(table);
    for table in pair.ours.tables.iter().filter(untouched).filter(|table| table.header == KEY_RESULT) {
        let text = pair.ours.table(table);
        if !merged.replace("\r\n", "\n").contains(text.trim_end()) {
            faults.push(format!("other bytes than\n{text}"));
        }
    }
    faults
}

#[test]
fn random_pairs_through_git_merge() {
    let asked = std::env::var("GIT_OKR_PAIRS").ok().and_then(|pairs| pairs.parse().ok());
    let pairs: Vec<Pair> = (0..asked.unwrap_or(200)).map(pair).collect();
    let place = Place::repository();
    let mut stream = String::new();
    let mut commit = |branch: &str, from: Option<&str>, text: &str| {
        let who = "committer Ana <ana@acme.example> 1795000000 +0000\n";
        write!(stream, "commit refs/heads/{branch}\n{who}data 1\nx\n").expect("a string");
        if let Some(from) = from {
            write!(stream, "from refs/heads/{from}\n").expect("a string");
        }
        write!(stream, "M 644 inline {PATH}\ndata {}\n{text}\n", text.len()).expect("a string");
        write!(stream, "M 644 inline .gitattributes\ndata 30\nokrs/**/*.toml merge=okr -text\n\n").expect("a string");
    };
    for (at, pair) in pairs.iter().enumerate() {
        commit(&format!("base-{at}"), None, &pair.base.text());
        commit(&format!("ours-{at}"), Some(&format!("base-{at}")), &pair.ours.text());
        commit(&format!("theirs-{at}"), Some(&format!("base-{at}")), &pair.theirs.text());
    }
    let _ = place.git_fed(&["fast-import", "--quiet"], stream.as_bytes());
    let of_all = |command: &str| {
        let each = format!("at=0; while [ $at -lt {} ]; do {command}; at=$((at+1)); done", pairs.len());
        let (done, said) = place.shell(&place.root(), &each, &[]);
        assert!(done, "{said}");
        said
    };
    // Here nobody knows the driver yet.
    let by_text = of_all("git merge-tree --write-tree --no-messages ours-$at theirs-$at > ../tree; echo $?");
    let text = by_text.lines().filter(|code| *code != "0").count();
    place.git(&["config", "merge.okr.driver", "git okr merge-driver %O %A %B %P %L %S %X %Y"]);
    let said = of_all(&format!(
        "git checkout -q -f --detach ours-$at && git merge -q -m merge theirs-$at > ../$at.said 2>&1; \
         echo $? > ../$at.code; cp {PATH} ../$at.toml"
    ));
    assert_eq!(said, "");
    let read = |at: usize, end: &str| std::fs::read_to_string(place.beside(&format!("{at}.{end}"))).expect("a file");
    let by_name: Vec<(String, bool, String)> =
        (0..pairs.len()).map(|at| (read(at, "toml"), read(at, "code").trim() != "0", read(at, "said"))).collect();
    let name = by_name.iter().filter(|(_, is_conflict, _)| *is_conflict).count();

    let mut wrong = Vec::new();
    for (at, (pair, (merged, is_conflict, said))) in pairs.iter().zip(&by_name).enumerate() {
        let mut faults = faults(pair, merged, *is_conflict);
        if said.contains("line by line") {
            faults.push("merged as text".to_owned());
        }
        if !faults.is_empty() {
            let [base, ours, theirs] = [&pair.base, &pair.ours, &pair.theirs].map(Team::text);
            wrong.push(format!("== pair {at}: {faults:#?}\n-- base\n{base}-- ours\n{ours}-- theirs\n{theirs}-- merged\n{merged}\n{said}"));
        }
    }
    println!("{} pairs: {text} conflict line by line, {name} by name and field", pairs.len());
    assert!(
        wrong.is_empty(),
        "{} of {} pairs:\n{}",
        wrong.len(),
        pairs.len(),
        wrong.iter().take(4).cloned().collect::<String>()
    );
    if asked.is_none() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("README.md");
        let tens = |count: usize| (count + 5) / 10 * 10;
        let told = format!("about {} conflict line by line and about {} by name and field;", tens(text), tens(name));
        assert!(
            readme.split_whitespace().collect::<Vec<_>>().join(" ").contains(&told),
            "README.md should say: {told}"
        );
    }
    assert!(name > 0 && text > 2 * name, "{text} line by line, {name} by name and field");
}
