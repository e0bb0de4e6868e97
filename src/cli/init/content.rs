//! Owns what a repository starts with: commented settings, a first objective that reads and checks well, the
//! schemas by which an editor knows both, and the workflow that watches them.
//! Never looks at what is already there.

use crate::{config, syntax};
use jiff::civil::Date;

/// Where GitHub looks for workflows, as Gitea and Forgejo do where a folder of their own is missing.
pub const WORKFLOW: &str = ".github/workflows/okr.yml";

/// The action by the hash of a commit, which nobody can move; with each release that of the one before it, since no
/// commit can hold its own.
const ACTION: &str = "git-okr/git-okr@3ad99ab58023bc94cb11f5c1a43dacbb922bea7e # before 0.1.0";

/// Where that commit gets git-okr from: `release` once it knows the checksum of one.
const VERSION: &str = "source";

/// Why there is a `.gitattributes`.
const MERGED: &str = "# Goals are merged by name and field in clones that know how: git okr init --merge-driver\n";

/// Where the schemas lie that the files name. Nobody needs a network for them, and nobody gets another version's.
const SCHEMAS: &str = ".okr/schemas";

/// That of objective files.
pub const SCHEMA_OF_GOALS: &str = ".okr/schemas/objectives.schema.json";

/// Where git looks for how files are merged.
pub const ATTRIBUTES: &str = ".gitattributes";

/// Gives the files for a team's first cycle, by path from the root.
///
/// The folder is one of the configured paths, attributes are the lines that have git merge their files by name and field;
/// the owner is a handle or an address and stands behind the example until the team writes its own. Where the cycle has run
/// for a while, `start` is the day from which progress is expected.
pub fn files(
    folder: &str,
    cycle: &str,
    owner: &str,
    start: Option<Date>,
    attributes: &[String],
) -> Vec<(String, String)> {
    let start = start.map(|start| format!("start = {start}              # the cycle runs already: we begin here\n"));
    let objectives = plain(include_str!("objectives.toml"))
        .replace("{start}", &start.unwrap_or_default())
        .replace("{cycle}", cycle)
        .replace("\"{owner}\"", &toml::Value::from(owner).to_string());
    let goals = format!("{folder}/{cycle}/team.toml");
    let settings = config::FILE_NAME.to_owned();
    let (of_goals, of_settings) = (SCHEMA_OF_GOALS.to_owned(), format!("{SCHEMAS}/okr.schema.json"));
    let workflow = plain(include_str!("workflow.yml")).replace("{action}", ACTION).replace("{version}", VERSION);
    vec![
        (settings.clone(), schema_line(&settings, &of_settings) + &plain(include_str!("okr.toml"))),
        (goals.clone(), schema_line(&goals, &of_goals) + &objectives),
        (of_settings, plain(config::SCHEMA)),
        (of_goals, plain(syntax::SCHEMA)),
        (WORKFLOW.to_owned(), workflow),
        (ATTRIBUTES.to_owned(), format!("{MERGED}{}\n", attributes.join("\n"))),
    ]
}

/// Writes the first line of an objective file, given by its path from the root, by which editors find its schema.
pub fn objectives_schema_line(file: &str) -> String {
    schema_line(file, &format!("{SCHEMAS}/objectives.schema.json"))
}

/// Writes the first line of a file by which editors (taplo, tombi, VS Code) find its schema; both are paths from the root.
pub fn schema_line(file: &str, schema: &str) -> String {
    let up = match file.matches('/').count() {
        0 => "./".to_owned(),
        folders => "../".repeat(folders),
    };
    format!("#:schema {up}{schema}\n")
}

/// A checkout of this source may have given the texts the line ends of Windows.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_objective_is_of_the_cycle_and_has_its_owner() {
        for owner in ["ana@acme.example", "@acme/payments", "An \"odd\" \\ one", "{cycle}"] {
            let files = files("okrs", "2026-Q4", owner, Some(jiff::civil::date(2026, 11, 22)), &[]);
            assert_eq!(files[1].1.matches("start = 2026-11-22 ").count(), 3);
            assert_eq!(files[1].0, "okrs/2026-Q4/team.toml");
            let table: toml::Table = files[1].1.parse().expect("TOML");
            assert_eq!((table["cycle"].as_str(), table["owner"].as_str()), (Some("2026-Q4"), Some(owner)));
            let settings: toml::Table = files[0].1.parse().expect("TOML");
            assert_eq!(settings.len(), 1, "all but the version is a comment");
            assert!(files[0].1.starts_with("#:schema ./.okr/schemas/okr.schema.json\n"));
            assert!(files[1].1.starts_with("#:schema ../../.okr/schemas/objectives.schema.json\n"));
        }
    }

    #[test]
    fn the_settings_read_when_uncommented() {
        let written: Vec<&str> = include_str!("okr.toml")
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|l| l.contains(" = ") || l.starts_with('['))
            .collect();
        let text = format!("version = 1\n{}", written.join("\n"));
        let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(table["calendar"]["cadence"].as_str(), Some("weekly"));
        assert_eq!(table["rules"]["levels"]["kr-no-initiative"].as_str(), Some("off"));
    }
}
