//! Owns how two texts differ, as git shows it. Never opens a repository.

use super::Error;
use std::path::Path;

/// Shows what differs between two texts of one file, in git's unified form with three lines around; nothing where they are
/// the same. `before` is `None` for a file that is new.
///
/// # Errors
/// [`Error::Failed`] for texts that libgit2 does not compare, of gigabytes.
pub fn patch(path: &str, before: Option<&str>, after: &str) -> Result<String, Error> {
    let failed = |error: git2::Error| Error::failed("compare two texts", &error);
    let (old, named) = (before.unwrap_or_default().as_bytes(), Some(Path::new(path)));
    let mut options = git2::DiffOptions::new();
    options.force_text(true);
    let mut patch =
        git2::Patch::from_buffers(old, named, after.as_bytes(), named, Some(&mut options)).map_err(failed)?;
    let written = patch.to_buf().map_err(failed)?;
    let text = String::from_utf8_lossy(&written);
    // libgit2 invents object ids for its header, and knows no new file among buffers.
    let Some(hunks) = text.find("@@") else { return Ok(String::new()) };
    let old = before.map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{path}"));
    Ok(format!("--- {old}\n+++ b/{path}\n{}", &text[hunks..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_git_shows() {
        let patched = patch("a.toml", Some("a\nb\nc\n"), "a\nd\nc\n").expect("texts");
        assert_eq!(patched, "--- a/a.toml\n+++ b/a.toml\n@@ -1,3 +1,3 @@\n a\n-b\n+d\n c\n");
        let fresh = patch("a.toml", None, "a\n").expect("texts");
        assert_eq!(fresh, "--- /dev/null\n+++ b/a.toml\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(patch("a.toml", Some("a\n"), "a\n").expect("texts"), "");
    }
}
