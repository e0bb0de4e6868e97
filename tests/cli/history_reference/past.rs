//! Owns random histories: commits, branches and merges of made-up goals, and the fast-import stream that writes them.

use super::goals::{Dice, World};
use std::io::Write;

/// A configuration to look with: its text and the entries that name where goals lie.
pub struct Look {
    pub text: Option<&'static str>,
    pub entries: &'static [&'static str],
}

/// The configurations that histories are looked at with, each that of the last commit.
pub const LOOKS: &[Look] = &[
    Look { text: None, entries: &["okrs"] },
    Look { text: Some("version = 1\n"), entries: &["okrs"] },
    Look { text: Some("paths = [\"okrs\", \"teams/*/okrs\"]\n"), entries: &["okrs", "teams/*/okrs"] },
    Look { text: Some("paths = [\"okrs/2026-Q4\", \"okrs/a.toml\"]\n"), entries: &["okrs/2026-Q4", "okrs/a.toml"] },
    Look { text: Some("paths = [\"okrs\"]\n[history]\nalso = [\"old\"]\n"), entries: &["okrs", "old"] },
];

/// One commit to be.
pub struct Commit {
    pub parents: Vec<usize>,
    pub world: World,
    pub author: &'static str,
    pub authored: (i64, &'static str),
    pub committed: i64,
}

/// A whole history; the last commit is where it is looked at from.
pub struct Past {
    pub commits: Vec<Commit>,
    pub look: &'static Look,
}

const AUTHORS: &[&str] = &["Ana <ana@acme.example>", "Bob <bob@acme.example>", "Cho <cho@acme.example>"];
const OFFSETS: &[&str] = &["+0000", "+0200", "-0800", "+0545"];
/// 2026-10-01.
const BEGINNING: i64 = 1_790_812_800;

/// Grows one history.
struct Growth<'d> {
    dice: &'d mut Dice,
    commits: Vec<Commit>,
    branches: Vec<usize>,
}

impl Past {
    /// Makes the history of a seed.
    pub fn random(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let look = &LOOKS[dice.below(LOOKS.len() + 2).saturating_sub(2)];
        let mut growth = Growth { dice: &mut dice, commits: Vec::new(), branches: Vec::new() };
        growth.grow();
        let mut commits = growth.commits;
        let last = &mut commits.last_mut().expect("it begins with one").world;
        last.others.remove("okr.toml");
        last.others.extend(look.text.map(|text| ("okr.toml".to_owned(), text.to_owned())));
        if !last.goals.contains_key("okrs/a.toml") && !last.goals.contains_key("okrs/2026-Q4/a.toml") {
            let goals = World::founded(&mut dice).goals.into_values().next().expect("one file");
            last.goals.insert("okrs/2026-Q4/a.toml".into(), goals);
        }
        Past { commits, look }
    }

    /// Writes the history for `git fast-import`; its tip becomes the branch.
    pub fn write(&self, branch: &str, stream: &mut impl Write) -> std::io::Result<()> {
        // Marks begin again with each history: those of the one before are no longer needed.
        for (at, commit) in self.commits.iter().enumerate() {
            let author = commit.author;
            writeln!(stream, "reset refs/work/{branch}\n\ncommit refs/work/{branch}\nmark :{}", at + 1)?;
            writeln!(stream, "author {author} {} {}", commit.authored.0, commit.authored.1)?;
            writeln!(stream, "committer {author} {} +0000", commit.committed)?;
            let message = format!("Step {at} of {branch}");
            writeln!(stream, "data {}\n{message}", message.len())?;
            for (index, parent) in commit.parents.iter().enumerate() {
                writeln!(stream, "{} :{}", if index == 0 { "from" } else { "merge" }, parent + 1)?;
            }
            writeln!(stream, "deleteall")?;
            let mut put = |mode: &str, path: &str, bytes: &[u8]| {
                write!(stream, "M {mode} inline {path}\ndata {}\n", bytes.len())?;
                stream.write_all(bytes)?;
                writeln!(stream)
            };
            for (path, goals) in &commit.world.goals {
                put("100644", path, &goals.bytes())?;
            }
            for (path, text) in &commit.world.others {
                put("100644", path, text.as_bytes())?;
            }
            for (path, target) in &commit.world.links {
                put("120000", path, target.as_bytes())?;
            }
        }
        writeln!(stream, "reset refs/heads/{branch}\nfrom :{}\n", self.commits.len())
    }
}

impl Growth<'_> {
    fn grow(&mut self) {
        let world = World::founded(self.dice);
        self.branches = vec![self.commit(&[], world)];
        for _ in 0..8 + self.dice.below(25) {
            match self.dice.below(200) {
                0..100 => self.advance(),
                100..124 => self.branch_off(),
                124..158 => self.merge(),
                158..166 => self.criss_cross(),
                166..174 => self.revert(),
                174..186 => self.cherry_pick(),
                186..192 => self.change_beside(),
                192..195 => self.clear(),
                195..196 => self.begin_again(),
                _ => self.reconfigure(),
            }
        }
        if self.branches.len() > 1 && !self.dice.once_in(4) {
            let all = self.branches.clone();
            let world = self.merged(&all);
            self.commit(&all, world);
        } else {
            let tip = self.branch();
            let world = self.world(tip);
            self.commit(&[self.branches[tip]], world);
        }
    }

    fn commit(&mut self, parents: &[usize], world: World) -> usize {
        let at = self.commits.len();
        let dice = &mut *self.dice;
        let hours = i64::try_from(at).expect("few commits") * 12;
        // Most clocks are right, some are days off either way, and many commits share one second.
        let skew = [0, 0, 0, 0, -200, 300, -24][dice.below(7)];
        let committed = BEGINNING + (hours + skew) * 3600;
        let authored = (committed - [0, 0, 90_000, 700_000][dice.below(4)], dice.pick(OFFSETS));
        let author = dice.pick(AUTHORS);
        self.commits.push(Commit { parents: parents.to_vec(), world, author, authored, committed });
        at
    }

    /// Chooses a branch.
    fn branch(&mut self) -> usize {
        self.dice.below(self.branches.len())
    }

    fn world(&self, branch: usize) -> World {
        self.commits[self.branches[branch]].world.clone()
    }

    fn proceed(&mut self, branch: usize, world: World) {
        self.branches[branch] = self.commit(&[self.branches[branch]], world);
    }

    fn advance(&mut self) {
        let branch = self.branch();
        let mut world = self.world(branch);
        for _ in 0..1 + self.dice.below(3) {
            world.change(self.dice);
        }
        self.proceed(branch, world);
    }

    fn branch_off(&mut self) {
        let from = self.commits.len() - 1 - self.dice.below(self.commits.len().min(6));
        if self.branches.len() < 4 {
            self.branches.push(from);
        } else {
            let branch = self.branch();
            self.branches[branch] = from;
        }
        let branch = self.branches.iter().position(|tip| *tip == from).expect("it was put there");
        let mut world = self.world(branch);
        world.change(self.dice);
        self.proceed(branch, world);
    }

    /// Merges two to four branches into the first of them.
    fn merge(&mut self) {
        let mut all: Vec<usize> = Vec::new();
        let wanted = [2, 2, 2, 2, 3, 4][self.dice.below(6)];
        for _ in 0..8 {
            let branch = self.branch();
            if all.len() < wanted && !all.iter().any(|other| self.branches[*other] == self.branches[branch]) {
                all.push(branch);
            }
        }
        if all.len() < 2 {
            return self.advance();
        }
        let tips: Vec<usize> = all.iter().map(|branch| self.branches[*branch]).collect();
        let world = self.merged(&tips);
        self.branches[all[0]] = self.commit(&tips, world);
        if self.dice.once_in(3) {
            self.branches.remove(all[1]);
        }
    }

    /// Resolves a merge: one side whole, each file from some side, values of both woven together, or something else still.
    fn merged(&mut self, tips: &[usize]) -> World {
        let side = tips[self.dice.below(tips.len())];
        let mut world = self.commits[side].world.clone();
        let way = self.dice.below(8);
        if way == 0 {
            return world;
        }
        for tip in tips.iter().filter(|tip| **tip != side) {
            let other = self.commits[*tip].world.clone();
            if way < 4 {
                self.mix_files(&mut world, &other);
            }
            if way > 2 {
                world.weave(&other, self.dice);
            }
        }
        if way == 7 {
            world.change(self.dice);
        }
        world
    }

    /// Takes whole files over; without a base to compare with, one that a single side has is now new there, now gone here.
    fn mix_files(&mut self, world: &mut World, other: &World) {
        for (path, goals) in &other.goals {
            if self.dice.once_in(if world.goals.contains_key(path) { 3 } else { 2 }) {
                world.goals.insert(path.clone(), goals.clone());
            }
        }
        let gone: Vec<String> = world.goals.keys().filter(|path| !other.goals.contains_key(*path)).cloned().collect();
        for path in gone {
            if self.dice.once_in(5) {
                world.goals.remove(&path);
            }
        }
    }

    /// Merges two branches into each other, each its own way.
    fn criss_cross(&mut self) {
        let (one, other) = (self.branch(), self.branch());
        let (a, b) = (self.branches[one], self.branches[other]);
        if a == b {
            return self.branch_off();
        }
        let (first, second) = (self.merged(&[a, b]), self.merged(&[b, a]));
        self.branches[one] = self.commit(&[a, b], first);
        self.branches[other] = self.commit(&[b, a], second);
    }

    /// Takes a branch, or one file of it, back to what an earlier commit had.
    fn revert(&mut self) {
        let branch = self.branch();
        let earlier = self.commits[self.dice.below(self.commits.len())].world.clone();
        if self.dice.once_in(3) {
            return self.proceed(branch, earlier);
        }
        let mut world = self.world(branch);
        let paths: Vec<&String> = earlier.goals.keys().chain(world.goals.keys()).collect();
        if paths.is_empty() {
            return;
        }
        let path = paths[self.dice.below(paths.len())].clone();
        match earlier.goals.get(&path) {
            Some(goals) => drop(world.goals.insert(path, goals.clone())),
            None => drop(world.goals.remove(&path)),
        }
        self.proceed(branch, world);
    }

    /// Brings to a branch the files that some commit changed.
    fn cherry_pick(&mut self) {
        let picked = self.dice.below(self.commits.len());
        let Some(parent) = self.commits[picked].parents.first() else { return self.advance() };
        let (before, after) = (&self.commits[*parent].world.goals, self.commits[picked].world.goals.clone());
        let bytes = |goals: Option<&super::goals::Goals>| goals.map(super::goals::Goals::bytes);
        let changed: Vec<String> = before
            .keys()
            .chain(after.keys())
            .filter(|path| bytes(before.get(*path)) != bytes(after.get(*path)))
            .cloned()
            .collect();
        let branch = self.branch();
        let mut world = self.world(branch);
        for path in changed {
            match after.get(&path) {
                Some(goals) => drop(world.goals.insert(path, goals.clone())),
                None => drop(world.goals.remove(&path)),
            }
        }
        self.proceed(branch, world);
    }

    fn change_beside(&mut self) {
        let branch = self.branch();
        let mut world = self.world(branch);
        world.change_something_else(self.dice);
        self.proceed(branch, world);
    }

    /// Takes every goal away, folder and all; the next commit mostly brings them back.
    fn clear(&mut self) {
        let branch = self.branch();
        let before = self.world(branch);
        let mut bare = World::default();
        bare.change_something_else(self.dice);
        self.proceed(branch, bare);
        if !self.dice.once_in(3) {
            self.proceed(branch, before);
        }
    }

    /// Begins a history of its own, to be merged later.
    fn begin_again(&mut self) {
        let world = World::founded(self.dice);
        let root = self.commit(&[], world);
        self.branches.push(root);
    }

    /// Writes some configuration on the way: the last one alone counts.
    fn reconfigure(&mut self) {
        let branch = self.branch();
        let mut world = self.world(branch);
        let look = &LOOKS[self.dice.below(LOOKS.len())];
        world.others.insert("okr.toml".into(), look.text.unwrap_or("language = \"de\"\n").to_owned());
        self.proceed(branch, world);
    }
}
