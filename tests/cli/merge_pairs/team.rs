//! Files of goals that people change at random, as a model that is written out: what a person did is known, not read.

use std::fmt::Write as _;

/// The same numbers for the same seed, on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Gives a number below another.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % end as u64).expect("small")
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Milestone {
    pub title: String,
    pub done: String,
    pub weight: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Plain(String),
    List(Vec<String>),
    Milestones(Vec<Milestone>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub above: Vec<String>,
    pub key: String,
    pub said: Said,
    pub beside: Option<String>,
}

/// A table with its lines; tables stand in the file one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub above: Vec<String>,
    pub header: &'static str,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    pub tables: Vec<Table>,
    aligned: bool,
    tall: bool,
    blocks: bool,
    windows: bool,
    unended: bool,
}

pub const OBJECTIVE: &str = "[[objective]]";
pub const KEY_RESULT: &str = "[[objective.key_result]]";
const INITIATIVE: &str = "[[objective.initiative]]";

fn line(key: &str, said: impl Into<String>) -> Line {
    Line { above: Vec::new(), key: key.into(), said: Said::Plain(said.into()), beside: None }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

impl Table {
    fn new(header: &'static str, lines: Vec<Line>) -> Self {
        Table { above: Vec::new(), header, lines }
    }

    pub fn get(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.key == key)
    }

    fn set(&mut self, key: &str, said: Said) {
        match self.lines.iter_mut().find(|line| line.key == key) {
            Some(line) => line.said = said,
            None => self.lines.push(Line { said, ..line(key, "") }),
        }
    }

    fn plain(&mut self, key: &str, said: impl Into<String>) {
        self.set(key, Said::Plain(said.into()));
    }
}

pub fn day(number: usize) -> String {
    format!("2026-11-{:02}", 1 + number % 28)
}

impl Team {
    /// Makes a team's file.
    pub fn new(dice: &mut Dice) -> Self {
        let mut tables =
            vec![Table::new("", vec![line("cycle", quoted("2026-Q4")), line("owner", quoted("@acme/shop"))])];
        for objective in 0..1 + dice.below(2) {
            let mut own = Table::new(
                OBJECTIVE,
                vec![line("id", quoted(&format!("goal-{objective}"))), line("title", quoted("Buying just works"))],
            );
            own.set("tags", Said::List(vec!["shop".into(), "q4".into()]));
            own.above = vec![format!("# Goal {objective}.")];
            tables.push(own);
            for number in 0..2 + dice.below(3) {
                let id = format!("kr-{objective}-{number}");
                let mut table = Table::new(
                    KEY_RESULT,
                    vec![line("id", quoted(&id)), line("title", quoted(&format!("Measure {number} moves")))],
                );
                if dice.one_in(3) {
                    let milestone = |title: &str| Milestone { title: title.into(), done: "false".into(), weight: 1 };
                    table.set("milestone", Said::Milestones(["Germany", "France", "Spain"].map(milestone).to_vec()));
                } else {
                    table.plain("baseline", "420");
                    table.plain("target", "294");
                    table.plain("unit", quoted("ms"));
                    table.plain("current", "400");
                }
                if dice.below(3) > 0 {
                    table.plain("confidence", "0.5");
                }
                if dice.below(4) > 0 {
                    table.plain("as_of", "2026-10-20");
                }
                if dice.below(3) > 0 {
                    table.plain("note", quoted("We began."));
                }
                if dice.one_in(4) {
                    table.lines[1].beside = Some(format!("# about {id}"));
                }
                tables.push(table);
            }
            if dice.one_in(2) {
                let lines = vec![line("title", quoted("Pool connections")), line("status", quoted("planned"))];
                tables.push(Table::new(INITIATIVE, lines));
            }
        }
        Team {
            tables,
            aligned: dice.one_in(4),
            tall: dice.one_in(2),
            blocks: dice.one_in(6),
            windows: dice.one_in(10),
            unended: dice.one_in(10),
        }
    }

    /// Writes the file.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for table in &self.tables {
            text += &self.table(table);
        }
        if self.unended {
            text.truncate(text.trim_end().len());
        }
        if self.windows { text.replace('\n', "\r\n") } else { text }
    }

    /// Tells whether a text has the line ends of this file.
    pub fn ends_like(&self, text: &str) -> bool {
        let (lines, windows) = (text.matches('\n').count(), text.matches("\r\n").count());
        windows == if self.windows { lines } else { 0 }
    }

    /// Writes one table, with what stands above it.
    pub fn table(&self, table: &Table) -> String {
        let mut text = String::new();
        if !table.header.is_empty() {
            text.push('\n');
            for above in &table.above {
                writeln!(text, "{above}").expect("a string");
            }
            writeln!(text, "{}", table.header).expect("a string");
        }
        let mut after = String::new();
        for line in &table.lines {
            for above in &line.above {
                writeln!(text, "{above}").expect("a string");
            }
            let said = match &line.said {
                Said::Plain(said) => said.clone(),
                Said::List(all) => format!("[{}]", all.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(", ")),
                Said::Milestones(all) if self.blocks => {
                    for one in all {
                        let Milestone { title, done, weight } = one;
                        writeln!(
                            after,
                            "[[objective.key_result.milestone]]\ntitle = \"{title}\"\ndone = {done}\nweight = {weight}"
                        )
                        .expect("a string");
                    }
                    continue;
                }
                Said::Milestones(all) => {
                    let one = |one: &Milestone| {
                        format!("{{ title = \"{}\", done = {}, weight = {} }}", one.title, one.done, one.weight)
                    };
                    let all: Vec<String> = all.iter().map(one).collect();
                    if self.tall { format!("[\n  {},\n]", all.join(",\n  ")) } else { format!("[{}]", all.join(", ")) }
                }
            };
            let key = if self.aligned { format!("{:<10}", line.key) } else { line.key.clone() };
            let beside = line.beside.as_ref().map(|comment| format!(" {comment}")).unwrap_or_default();
            writeln!(text, "{key} = {said}{beside}").expect("a string");
        }
        text + &after
    }

    fn any(&self, dice: &mut Dice, header: &str) -> usize {
        let all: Vec<usize> = (0..self.tables.len()).filter(|at| self.tables[*at].header == header).collect();
        all[dice.below(all.len())]
    }

    /// Has a person change something; the mark tells what is new from what others write.
    pub fn change(&mut self, dice: &mut Dice, mark: &str) {
        let at = self.any(dice, KEY_RESULT);
        let table = &mut self.tables[at];
        match dice.below(22) {
            0..=6 => {
                if let Some(Said::Milestones(all)) = table.get("milestone").map(|line| line.said.clone()) {
                    let mut all = all;
                    let ticked = dice.below(all.len());
                    all[ticked].done = if dice.one_in(2) { day(dice.below(20)) } else { "true".into() };
                    table.set("milestone", Said::Milestones(all));
                } else {
                    table.plain("current", (300 + dice.below(100)).to_string());
                }
                if dice.below(5) > 0 {
                    table.plain("as_of", day(dice.below(20)));
                }
                if dice.below(3) > 0 {
                    table.plain("confidence", format!("0.{}", 1 + dice.below(9)));
                }
                if dice.below(3) > 0 {
                    table.plain("note", quoted(&format!("Looked at by {mark} {}.", dice.below(9))));
                }
            }
            7 => table.plain("confidence", format!("0.{}", 1 + dice.below(9))),
            8 => table.plain("note", quoted(&format!("Seen by {mark}."))),
            9 => table.plain("as_of", day(dice.below(20))),
            10 => table.plain("title", quoted(&format!("Measure moves, says {mark}"))),
            11 if table.get("target").is_some() => table.plain("target", (200 + dice.below(9)).to_string()),
            12 => table.plain("weight", (1 + dice.below(5)).to_string()),
            13 => {
                let mut list = match table.get("evidence").map(|line| line.said.clone()) {
                    Some(Said::List(list)) => list,
                    _ => Vec::new(),
                };
                list.push(format!("v1.{}", dice.below(30)));
                list.dedup();
                table.set("evidence", Said::List(list));
            }
            14 => table.above.push(format!("# {mark} says {}", dice.below(1000))),
            15 => {
                let line = dice.below(table.lines.len());
                let line = &mut table.lines[line];
                match line.said {
                    Said::Plain(_) if line.beside.is_none() => {
                        line.beside = Some(format!("# {mark} notes {}", dice.below(1000)))
                    }
                    _ => table.above.push(format!("# {mark} adds {}", dice.below(1000))),
                }
            }
            16 => {
                let id = format!("{mark}-{}", dice.below(1000));
                let lines = vec![
                    line("id", quoted(&id)),
                    line("title", quoted("One more")),
                    line("baseline", "1"),
                    line("target", "5"),
                ];
                self.tables.insert(at + 1, Table::new(KEY_RESULT, lines));
            }
            17 => {
                let lines = vec![
                    line("id", quoted(&format!("{mark}-{}", dice.below(1000)))),
                    line("title", quoted("Another goal")),
                ];
                self.tables.push(Table { above: vec![format!("# Goal of {mark}.")], ..Table::new(OBJECTIVE, lines) });
            }
            18 => {
                let at = self.any(dice, OBJECTIVE);
                let table = &mut self.tables[at];
                if let Some(Said::List(list)) = table.get("tags").map(|line| line.said.clone()) {
                    let mut list = list;
                    list.push(format!("t{}", dice.below(30)));
                    table.set("tags", Said::List(list));
                } else {
                    table.plain("why", quoted(&format!("Because, says {mark}.")));
                }
            }
            19 if table.get("unit").is_some() => table.plain("unit", quoted(["s", "min"][dice.below(2)])),
            20 => {
                if let Some(Said::Milestones(all)) = table.get("milestone").map(|line| line.said.clone()) {
                    let mut all = all;
                    all.push(Milestone { title: format!("By {mark}"), done: "false".into(), weight: 2 });
                    all.dedup();
                    table.set("milestone", Said::Milestones(all));
                } else {
                    table.lines[0].above.push(format!("# {mark} asks {}", dice.below(1000)));
                }
            }
            _ => {
                let all = self.tables.iter().filter(|table| table.header == KEY_RESULT).count();
                if all > 2 {
                    self.tables.remove(at);
                } else {
                    self.tables[at].plain("due", day(dice.below(20)));
                }
            }
        }
    }
}
