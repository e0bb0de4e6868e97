//! Owns paths as somebody typed them: what they are called from the root of the repository.
//! Never reads what they name.

use super::{Failure, Usage};
use std::path::{Component, Path, PathBuf};

/// Gives paths from the root, with forward slashes; each has to be on disk. Who names the root asks for everything that
/// the settings name, not for every TOML file that there is: then none is given.
pub fn on_disk(typed: &[PathBuf], directory: &Path, root: &Path) -> Result<Vec<String>, Failure> {
    unless_all(typed.iter().map(|path| from_root(directory, root, path)).collect())
}

/// Gives paths from the root as [`on_disk`] does, whether they are on disk or not.
pub fn anywhere(typed: &[PathBuf], directory: &Path, root: &Path) -> Result<Vec<String>, Failure> {
    unless_all(typed.iter().map(|path| below_root(directory, root, path)).collect())
}

fn unless_all(asked: Result<Vec<String>, Failure>) -> Result<Vec<String>, Failure> {
    asked.map(|asked| if asked.iter().any(|path| path == ".") { Vec::new() } else { asked })
}

fn from_root(directory: &Path, root: &Path, typed: &Path) -> Result<String, Failure> {
    let wrong =
        |why: &str| Usage::new(format!("{} {why}", typed.display()), "name files or folders of this repository");
    let path = directory.join(typed).canonicalize().map_err(|_| wrong("is not there"))?;
    let root = root.canonicalize().map_err(|_| wrong("has no root that can be read"))?;
    let path = path.strip_prefix(&root).map_err(|_| wrong("lies outside the repository"))?;
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

fn below_root(directory: &Path, root: &Path, typed: &Path) -> Result<String, Failure> {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut parts: Vec<String> = Vec::new();
    let path = whole(directory).join(typed);
    let inside = path.strip_prefix(whole(root)).ok().and_then(|path| {
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => drop(parts.pop()?),
                part => parts.push(part.as_os_str().to_str()?.to_owned()),
            }
        }
        Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
    });
    inside.ok_or_else(|| {
        let message = format!("{} lies outside the repository", typed.display());
        Usage::new(message, "name files or folders of this repository").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_no_disk_has_a_path_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        std::fs::create_dir(root.join("team")).expect("a folder");
        let told = |directory: &str, typed: &str| anywhere(&[typed.into()], &root.join(directory), root).ok();
        assert_eq!(told("", "okrs/gone.toml"), Some(vec!["okrs/gone.toml".to_owned()]));
        assert_eq!(told("team", "./okrs/"), Some(vec!["team/okrs".to_owned()]));
        assert_eq!(told("team", "../okrs"), Some(vec!["okrs".to_owned()]));
        assert_eq!(told("team", ".."), Some(Vec::new()));
        assert_eq!(told("team", "../../okrs"), None);
        assert_eq!(told("", "/elsewhere"), None);
    }
}
