//! `git okr init`: a first objective file in this repository.

pub(super) mod content;

pub(super) use content::objectives_schema_line;

use super::arguments::Global;
use super::asking::{self, Ended};
use super::{Failure, Outcome, OutputLost, Session, Usage};
use crate::config::Config;
use crate::git::{DRIVER, DRIVER_SETTINGS, Person, Repository};
use crate::source;
use jiff::civil::Date;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Write settings and a first objective for the running quarter
///
/// Writes okr.toml with the usual keys and their defaults as comments, okrs/<quarter>/team.toml with an example to
/// rewrite, the schemas of both, by which an editor completes and explains them, and .github/workflows/okr.yml, which
/// checks each pull request and says what it does to the goals; none of these where `provider` is gitlab. What is there
/// already stays as it is.
///
/// .gitattributes has git merge goals by name and field. Git does so in clones whose configuration knows the merge driver,
/// and line by line in all others; on a terminal, init asks whether to set it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git okr init --dry-run\n  git okr init && git okr check")]
pub struct Init {
    /// Write nothing; list what would be written
    #[arg(long)]
    dry_run: bool,
    /// Make the merge driver known to this clone, without asking (`git config merge.okr.driver …`)
    #[arg(long)]
    merge_driver: bool,
}

impl Init {
    pub(super) fn run(&self, global: &Global, session: &mut Session<'_>) -> Result<Outcome, Failure> {
        let repository = super::view::open(global)?;
        let root = repository.workdir().ok_or_else(|| {
            Usage::new("a bare repository has no work tree to write into", "run `git okr init` in a clone of it")
        })?;
        let today = match session.fixed_today(global)? {
            Some(today) => today,
            None => session.current_day()?,
        };
        let config = source::configuration(root)?;
        let cycle = config.calendar.current_quarter(today).ok_or_else(|| {
            Usage::new(format!("{today} is in no quarter"), "give a day of this century with --today")
        })?;
        let owner = owner(&config, repository.identity().as_ref());
        let folder = folder(&config);
        let mut written = 0;
        let attributes = source::attributes(&config.paths, DRIVER);
        // Whoever asks writes nothing before the last answer.
        let driver = self.driver(&repository, session)?;
        let mut files = content::files(&folder, &cycle, &owner, late(&config, &cycle, today), &attributes);
        files.retain(|(path, _)| path != content::WORKFLOW || config.forge_provider != "gitlab");
        for (path, text) in files {
            if let Some(there) = in_the_way(root, &path) {
                session.remark(&format!("{there} is there already and stays as it is"))?;
                if path == content::ATTRIBUTES && !merges_all(root, &attributes) {
                    session.remark(&format!(
                        "to merge goals by name and field, add to it: {}",
                        attributes.join(" and ")
                    ))?;
                }
                continue;
            }
            if !self.dry_run {
                create(root, &path, &text)?;
            }
            session.print(&format!("{} {path}\n", if self.dry_run { "would write" } else { "wrote" }))?;
            written += 1;
        }
        let verb = if self.dry_run { "would set" } else { "set" };
        if driver && !self.dry_run {
            repository.set_merge_driver()?;
        }
        if driver {
            session.print(&format!("{verb} {} in this clone's configuration\n", DRIVER_SETTINGS[1].0))?;
        } else if !repository.has_merge_driver() {
            session.remark("to have this clone merge goals by name and field, run `git okr init --merge-driver`")?;
        }
        if written > 0 && !self.dry_run {
            session.remark("next: put your own goals and numbers into it, then run `git okr check`")?;
        }
        Ok(Outcome::Fine)
    }

    /// Tells whether to make the merge driver known: it changes how this clone merges, so only by leave.
    fn driver(&self, repository: &Repository, session: &mut Session<'_>) -> Result<bool, Failure> {
        if self.merge_driver || self.dry_run || repository.has_merge_driver() || !session.has_someone() {
            return Ok(self.merge_driver);
        }
        let question = "Have this clone merge goals by name and field (git config merge.okr.driver)?";
        Ok(asking::yes(session, question, true)?.ok_or(Ended)?)
    }
}

/// Tells whether `.gitattributes` has every line; one that does not read has none.
fn merges_all(root: &Path, lines: &[String]) -> bool {
    let text = fs::read_to_string(root.join(content::ATTRIBUTES)).unwrap_or_default();
    lines.iter().all(|line| text.lines().any(|there| there.trim() == line))
}

/// Says who stands behind the example: the team that the person is in, else the person, else a handle to be replaced.
pub(super) fn owner(config: &Config, person: Option<&Person>) -> String {
    let email = person.map(|person| person.email.as_str()).filter(|email| !email.is_empty());
    let is_in = |members: &[String]| email.is_some_and(|email| members.iter().any(|m| m.eq_ignore_ascii_case(email)));
    let team = config.teams.iter().find(|(_, team)| is_in(&team.members)).or_else(|| config.teams.iter().next());
    team.map(|(handle, _)| handle.as_str()).or(email).unwrap_or("@team").to_owned()
}

/// Gives the day to begin on where the cycle's own start is too long ago for a first check-in to be in time.
fn late(config: &Config, cycle: &str, today: Date) -> Option<Date> {
    let start = config.calendar.cycle(cycle)?.start;
    let patience = config.calendar.cadence_days.saturating_add(config.calendar.grace_days);
    ((today - start).get_days() > patience).then_some(today)
}

/// Gives the first configured folder that is named literally.
pub(super) fn folder(config: &Config) -> String {
    let literal = |path: &&String| !path.contains(['*', '?', '[', '{']) && !path.ends_with(".toml");
    config.paths.iter().find(literal).map_or("okrs", |path| path.trim_end_matches('/')).to_owned()
}

/// Gives what keeps a file from being written: itself, or other goals in its folder.
fn in_the_way(root: &Path, path: &str) -> Option<String> {
    if fs::symlink_metadata(root.join(path)).is_ok() {
        return Some(path.to_owned());
    }
    let (folder, _) = path.rsplit_once('/')?;
    let mut entries = fs::read_dir(root.join(folder)).ok()?.flatten();
    entries.any(|entry| entry.path().extension().is_some_and(|end| end == "toml")).then(|| folder.to_owned())
}

fn create(root: &Path, path: &str, text: &str) -> Result<(), Failure> {
    let file = root.join(path);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(OutputLost)?;
    }
    // `create_new` refuses a file that appeared since, and a link to one.
    let mut file = OpenOptions::new().write(true).create_new(true).open(file).map_err(OutputLost)?;
    file.write_all(text.as_bytes()).map_err(OutputLost)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Team;

    #[test]
    fn the_owner_is_the_team_then_the_person() {
        let ana = Person { name: "Ana".into(), email: "Ana@acme.example".into() };
        let mut config = Config::default();
        assert_eq!(owner(&config, None), "@team");
        assert_eq!(owner(&config, Some(&ana)), "Ana@acme.example");
        config.teams.insert("@a".into(), Team::default());
        assert_eq!(owner(&config, Some(&ana)), "@a");
        config.teams.insert("@b".into(), Team { name: None, members: vec!["ana@acme.example".into()] });
        assert_eq!(owner(&config, Some(&ana)), "@b");
    }

    #[test]
    fn the_folder_is_the_first_literal_one() {
        let with =
            |paths: &[&str]| Config { paths: paths.iter().map(|p| (*p).to_owned()).collect(), ..Config::default() };
        assert_eq!(folder(&with(&["teams/*/okrs", "a.toml", "goals/"])), "goals");
        assert_eq!(folder(&with(&["teams/*/okrs"])), "okrs");
    }
}
