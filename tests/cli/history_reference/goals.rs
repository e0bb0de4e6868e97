//! Owns made-up goals: files of objectives as plain data, how they read as TOML, and the ways in which people change them.

use std::collections::BTreeMap;

/// Numbers out of a seed (SplitMix64): the seed alone decides everything.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// Gives a number below `sides`.
    pub fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % sides as u64).expect("below a usize")
    }

    /// Is true once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// The values of a table as TOML writes them, by key.
type Written = BTreeMap<&'static str, String>;

#[derive(Clone, Default)]
pub struct KeyResult {
    id: String,
    written: Written,
}

#[derive(Clone, Default)]
pub struct Objective {
    id: String,
    written: Written,
    key_results: Vec<KeyResult>,
}

/// What keeps a file from being read.
#[derive(Clone, Copy, Default, PartialEq)]
enum Damage {
    #[default]
    None,
    Conflict,
    Syntax,
    Bytes,
}

#[derive(Clone, Default)]
pub struct Goals {
    head: Written,
    objectives: Vec<Objective>,
    damage: Damage,
}

/// Everything that one commit holds.
#[derive(Clone, Default)]
pub struct World {
    pub goals: BTreeMap<String, Goals>,
    /// Files that hold no goals, and the configuration.
    pub others: BTreeMap<String, String>,
    /// Symbolic links by path.
    pub links: BTreeMap<String, String>,
}

impl Goals {
    pub fn bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        if self.damage == Damage::Conflict {
            text += "<<<<<<< ours\n";
        }
        write_all(&mut text, &self.head);
        for objective in &self.objectives {
            text += &format!("\n[[objective]]\nid = \"{}\"\n", objective.id);
            write_all(&mut text, &objective.written);
            for key_result in &objective.key_results {
                text += &format!("[[objective.key_result]]\nid = \"{}\"\n", key_result.id);
                write_all(&mut text, &key_result.written);
            }
        }
        if self.damage == Damage::Syntax {
            text += "[[objective\n";
        }
        let mut bytes = text.into_bytes();
        if self.damage == Damage::Bytes {
            bytes.extend(b"# caf\xe9\n");
        }
        bytes
    }
}

fn write_all(text: &mut String, written: &Written) {
    for (key, value) in written {
        *text += &format!("{key} = {value}\n");
    }
}

/// Where files of goals lie; `old` and `teams` are in view only with some configurations.
const PATHS: &[&str] = &[
    "okrs/a.toml",
    "okrs/b.toml",
    "okrs/2026-Q4/a.toml",
    "okrs/2026-Q4/z.toml",
    "teams/x/okrs/t.toml",
    "teams/x/else/t.toml",
    "old/a.toml",
];
const CYCLES: &[&str] = &["2026-Q3", "2026-Q4"];
const OBJECTIVES: &[&str] = &["fast", "safe", "calm"];
const KEY_RESULTS: &[&str] = &["k1", "k2", "k3", "k4", "k5"];

/// Values that key results take. Few of each, so that branches meet in the same value and go back to an older one; some of a
/// wrong type or out of range.
const KEY_RESULT_FIELDS: &[(&str, &[&str])] = &[
    ("current", &["1", "2", "3", "2.0", "0x2", "\"many\"", "nan"]),
    ("current", &["1", "2", "3", "4.5"]),
    ("current", &["1", "2", "3"]),
    ("confidence", &["0.3", "0.7", "0.70", "7.0"]),
    ("confidence", &["0.3", "0.7"]),
    ("as_of", &["2026-10-12", "2026-11-02", "\"2026-11-02\"", "2026-11-02T10:00:00Z"]),
    ("as_of", &["2026-10-12", "2026-11-02"]),
    ("note", &["\"slow start\"", "\"better\"", "'better'", "7"]),
    ("note", &["\"slow start\"", "\"better\""]),
    ("health", &["\"on-track\"", "\"at-risk\"", "\"fine\""]),
    ("done", &["false", "true", "2026-10-30", "1"]),
    ("evidence", &["[\"v1\"]", "[\"v1\", \"v2\"]", "[]", "\"v1\""]),
    ("baseline", &["0", "1", "true"]),
    ("target", &["10", "20", "10.0", "inf"]),
    ("target", &["10", "20"]),
    ("change", &["\"-50%\"", "\"+25%\"", "\"half\""]),
    ("at_least", &["1", "2"]),
    ("at_most", &["8", "9"]),
    ("scale", &["[{ value = 1, progress = 0.3 }, { value = 2, progress = 1 }]", "[{ value = 1, progress = 0.3 }]"]),
    ("unit", &["\"ms\"", "\"%\""]),
    (
        "milestone",
        &[
            "[{ title = \"DE\", done = true }, { title = \"FR\" }]",
            "[{ title = \"DE\", done = true }, { title = \"FR\", done = 2026-11-03 }]",
            "[{ title = \"DE\" }, { title = \"FR\", weight = 2, due = 2026-12-01 }]",
            "[{ title = \"DE\", weight = 1, done = false }, { title = \"FR\", weight = 1.0 }]",
        ],
    ),
    ("weight", &["1", "2", "1.0", "0"]),
    ("start", &["2026-10-05", "2026-10-06"]),
    ("due", &["2026-12-10", "2026-12-11"]),
    ("pace", &["\"linear\"", "\"late\"", "[{ on = 2026-11-15, progress = 0.5 }]", "\"slow\""]),
    ("commitment", &["\"committed\"", "\"aspirational\""]),
    ("role", &["\"goal\"", "\"guardrail\""]),
    ("status", &["\"active\"", "\"deferred\"", "\"dropped\"", "\"gone\""]),
    ("title", &["\"It gets quicker\"", "\"It gets much quicker\"", "\"\""]),
    ("definition", &["\"p99\"", "\"\"\"p\n99\"\"\""]),
    ("source", &["\"https://example.com/a\"", "\"https://example.com/b\""]),
    ("owner", &["\"@ana\"", "\"@bob\""]),
    ("score", &["0.4", "0.9", "2"]),
    ("retro", &["{ learned = \"much\" }", "{ learned = \"much\", next_time = \"less\" }", "{}"]),
    ("tags", &["[\"x\"]", "[\"y\"]"]),
    ("meta", &["{ a = 1 }", "{ a = 2 }"]),
    ("guards", &["[\"k1\"]", "[\"k2\"]"]),
    ("amend", &["[{ on = 2026-11-02, reason = \"new limits\" }]"]),
    ("unheard_of", &["1", "2"]),
];

const OBJECTIVE_FIELDS: &[(&str, &[&str])] = &[
    ("title", &["\"Calm weeks\"", "\"Calmer weeks\"", "7"]),
    ("why", &["\"because\"", "\"customers ask\""]),
    ("parent", &["\"trust\"", "\"2026/trust\""]),
    ("owner", &["\"@ana\"", "\"@bob\""]),
    ("owners", &["[\"@ana\", \"@bob\"]", "[\"@bob\"]", "\"@bob\""]),
    ("commitment", &["\"committed\"", "\"aspirational\""]),
    ("status", &["\"active\"", "\"deferred\""]),
    ("due", &["2026-12-10", "2026-12-11"]),
    ("retro", &["{ learned = \"much\" }", "{ next_time = \"less\" }"]),
    ("tags", &["[\"x\"]", "[\"y\"]"]),
    ("meta", &["{ a = 1 }"]),
];

impl World {
    /// Gives the first file of goals.
    pub fn founded(dice: &mut Dice) -> Self {
        let mut world = World::default();
        for _ in 0..1 + dice.below(3) {
            let path = PATHS[dice.below(PATHS.len().min(4))];
            let file = new_file(dice);
            world.goals.insert(path.to_owned(), file);
        }
        world
    }

    /// Makes a small change, in one of the ways in which people make them.
    pub fn change(&mut self, dice: &mut Dice) {
        match dice.below(200) {
            0..122 => self.edit_key_result(dice),
            122..136 => self.edit_objective(dice),
            136..142 => self.add_key_result(dice),
            142..146 => self.remove_key_result(dice),
            146..154 => self.rename_key_result(dice),
            154..162 => self.move_key_result(dice),
            162..168 => self.rename_objective(dice),
            168..175 => self.move_file(dice),
            175..178 => self.add_file(dice),
            178..180 => self.remove_file(dice),
            180..185 => self.damage(dice),
            185..189 => self.edit_head(dice),
            189..190 => self.remove_objective(dice),
            190..192 => self.copy_file(dice),
            192..194 => self.link(dice),
            194..197 => self.note_beside(dice),
            _ => self.change_something_else(dice),
        }
    }

    /// Changes a file that holds no goals.
    pub fn change_something_else(&mut self, dice: &mut Dice) {
        self.others.insert("src/main.c".into(), format!("int version = {};\n", dice.below(1000)));
    }

    fn file(&mut self, dice: &mut Dice) -> Option<&mut Goals> {
        let count = self.goals.len();
        if count == 0 { None } else { self.goals.values_mut().nth(dice.below(count)) }
    }

    fn objective(&mut self, dice: &mut Dice) -> Option<&mut Objective> {
        let file = self.file(dice)?;
        let count = file.objectives.len();
        if count == 0 { None } else { file.objectives.get_mut(dice.below(count)) }
    }

    fn key_result(&mut self, dice: &mut Dice) -> Option<&mut KeyResult> {
        let objective = self.objective(dice)?;
        let count = objective.key_results.len();
        if count == 0 { None } else { objective.key_results.get_mut(dice.below(count)) }
    }

    fn edit_key_result(&mut self, dice: &mut Dice) {
        if let Some(key_result) = self.key_result(dice) {
            for _ in 0..1 + dice.below(2) {
                edit(&mut key_result.written, KEY_RESULT_FIELDS, dice);
            }
        }
    }

    fn edit_objective(&mut self, dice: &mut Dice) {
        if let Some(objective) = self.objective(dice) {
            edit(&mut objective.written, OBJECTIVE_FIELDS, dice);
        }
    }

    fn add_key_result(&mut self, dice: &mut Dice) {
        if let Some(objective) = self.objective(dice) {
            let key_result = new_key_result(dice);
            objective.key_results.push(key_result);
        }
    }

    fn remove_key_result(&mut self, dice: &mut Dice) {
        if let Some(objective) = self.objective(dice)
            && !objective.key_results.is_empty()
        {
            let at = dice.below(objective.key_results.len());
            objective.key_results.remove(at);
        }
    }

    fn rename_key_result(&mut self, dice: &mut Dice) {
        let head = self.cycle_of_one(dice);
        let Some(objective) = self.objective(dice) else { return };
        let home = objective.id.clone();
        if objective.key_results.is_empty() {
            return;
        }
        let at = dice.below(objective.key_results.len());
        let key_result = &mut objective.key_results[at];
        let old = std::mem::replace(&mut key_result.id, dice.pick(KEY_RESULTS).to_owned());
        let full = format!("{head}/{home}/{old}");
        match dice.below(4) {
            0 => {}
            1 => add_alias(&mut key_result.written, &full),
            _ => add_alias(&mut key_result.written, &old),
        }
    }

    /// Moves a key result to another objective, maybe of another file; often with its old name written down.
    fn move_key_result(&mut self, dice: &mut Dice) {
        let cycle = self.cycle_of_one(dice);
        let Some(objective) = self.objective(dice) else { return };
        let home = objective.id.clone();
        if objective.key_results.is_empty() {
            return;
        }
        let at = dice.below(objective.key_results.len());
        let mut moved = objective.key_results.remove(at);
        if !dice.once_in(3) {
            add_alias(&mut moved.written, &format!("{cycle}/{home}/{}", moved.id));
        }
        match self.objective(dice) {
            // The same objective stands in two files for a while.
            Some(_) if dice.once_in(4) => {
                let objective = Objective { id: home, key_results: vec![moved], ..Objective::default() };
                let mut file = new_file(dice);
                file.head.insert("cycle", format!("\"{cycle}\""));
                file.objectives = vec![objective];
                self.goals.insert(dice.pick(PATHS).to_owned(), file);
            }
            Some(other) => other.key_results.push(moved),
            None => {}
        }
    }

    fn rename_objective(&mut self, dice: &mut Dice) {
        let cycle = self.cycle_of_one(dice);
        if let Some(objective) = self.objective(dice) {
            let old = std::mem::replace(&mut objective.id, dice.pick(OBJECTIVES).to_owned());
            match dice.below(4) {
                0 => {}
                1 => add_alias(&mut objective.written, &format!("{cycle}/{old}")),
                _ => add_alias(&mut objective.written, &old),
            }
        }
    }

    fn move_file(&mut self, dice: &mut Dice) {
        let Some(path) = self.path(dice) else { return };
        if let Some(goals) = self.goals.remove(&path) {
            self.goals.insert(dice.pick(PATHS).to_owned(), goals);
        }
    }

    fn copy_file(&mut self, dice: &mut Dice) {
        let Some(path) = self.path(dice) else { return };
        let copy = self.goals[&path].clone();
        self.goals.insert(dice.pick(PATHS).to_owned(), copy);
    }

    fn add_file(&mut self, dice: &mut Dice) {
        let file = new_file(dice);
        self.goals.insert(dice.pick(PATHS).to_owned(), file);
    }

    fn remove_file(&mut self, dice: &mut Dice) {
        if let Some(path) = self.path(dice) {
            self.goals.remove(&path);
        }
    }

    /// Breaks a file, or mends one.
    fn damage(&mut self, dice: &mut Dice) {
        if let Some(file) = self.file(dice) {
            file.damage = match file.damage {
                Damage::None => [Damage::Conflict, Damage::Syntax, Damage::Bytes][dice.below(3)],
                _ => Damage::None,
            };
        }
    }

    fn edit_head(&mut self, dice: &mut Dice) {
        if let Some(file) = self.file(dice) {
            match dice.below(6) {
                0 => drop(file.head.insert("cycle", format!("\"{}\"", dice.pick(CYCLES)))),
                1 => drop(file.head.remove("owner")),
                2 => drop(file.head.insert("owner", "7".into())),
                _ => drop(file.head.insert("owner", format!("\"{}\"", dice.pick(&["@team", "@ana"])))),
            }
        }
    }

    fn remove_objective(&mut self, dice: &mut Dice) {
        if let Some(file) = self.file(dice)
            && !file.objectives.is_empty()
        {
            let at = dice.below(file.objectives.len());
            file.objectives.remove(at);
        }
    }

    fn link(&mut self, dice: &mut Dice) {
        if self.links.is_empty() {
            let target = dice.pick(&["a.toml", "2026-Q4/a.toml"]);
            self.links.insert("okrs/0-link.toml".into(), target.into());
        } else {
            self.links.clear();
        }
    }

    /// Changes a file in the folder of goals that holds none.
    fn note_beside(&mut self, dice: &mut Dice) {
        self.others.insert("okrs/README.md".into(), format!("Version {}\n", dice.below(4)));
    }

    fn path(&mut self, dice: &mut Dice) -> Option<String> {
        let count = self.goals.len();
        if count == 0 { None } else { self.goals.keys().nth(dice.below(count)).cloned() }
    }

    /// Gives a cycle that some file has, for names written in full.
    fn cycle_of_one(&mut self, dice: &mut Dice) -> String {
        let written = self.file(dice).and_then(|file| file.head.get("cycle").cloned());
        written.map_or_else(|| CYCLES[1].to_owned(), |cycle| cycle.trim_matches('"').to_owned())
    }

    /// Takes some values of another world's key results over where both have them, as a person does in a conflict: Ana's
    /// number and Bob's note.
    pub fn weave(&mut self, other: &World, dice: &mut Dice) {
        for (path, file) in &mut self.goals {
            let Some(theirs) = other.goals.get(path) else { continue };
            for objective in &mut file.objectives {
                let Some(twin) = theirs.objectives.iter().find(|one| one.id == objective.id) else { continue };
                for key_result in &mut objective.key_results {
                    let Some(twin) = twin.key_results.iter().find(|one| one.id == key_result.id) else { continue };
                    for (key, value) in &twin.written {
                        if dice.once_in(2) {
                            key_result.written.insert(key, value.clone());
                        }
                    }
                }
            }
        }
    }
}

fn edit(written: &mut Written, fields: &[(&'static str, &[&'static str])], dice: &mut Dice) {
    let (field, values) = fields[dice.below(fields.len())];
    if dice.once_in(6) {
        written.remove(field);
    } else {
        written.insert(field, dice.pick(values).to_owned());
    }
}

/// Writes an alias down, before or behind those that are there.
fn add_alias(written: &mut Written, alias: &str) {
    let before = written.remove("aliases").unwrap_or_else(|| "[]".into());
    let before = before.trim_matches(['[', ']']);
    let all = if before.is_empty() { format!("[\"{alias}\"]") } else { format!("[\"{alias}\", {before}]") };
    written.insert("aliases", all);
}

fn new_key_result(dice: &mut Dice) -> KeyResult {
    let mut key_result = KeyResult { id: dice.pick(KEY_RESULTS).to_owned(), written: Written::new() };
    for _ in 0..2 + dice.below(5) {
        edit(&mut key_result.written, KEY_RESULT_FIELDS, dice);
    }
    key_result
}

fn new_file(dice: &mut Dice) -> Goals {
    let mut file = Goals::default();
    // Mostly the one cycle: names must meet for anything to happen.
    let cycle = if dice.once_in(5) { CYCLES[0] } else { CYCLES[1] };
    file.head.insert("cycle", format!("\"{cycle}\""));
    for _ in 0..1 + dice.below(2) {
        let mut objective = Objective { id: dice.pick(OBJECTIVES).to_owned(), ..Objective::default() };
        edit(&mut objective.written, OBJECTIVE_FIELDS, dice);
        for _ in 0..1 + dice.below(3) {
            let key_result = new_key_result(dice);
            objective.key_results.push(key_result);
        }
        file.objectives.push(objective);
    }
    file
}
