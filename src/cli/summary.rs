//! Owns the summary of a job, which people read on its page and for which no token is needed.

use super::{Failure, Session};
use std::io::Write;
use std::path::PathBuf;

/// GitHub drops a step's summary whole where it has more than 1,024 KiB.
const LIMIT: u64 = 900 * 1024;

/// Adds a text to the summary, where CI has one and it still has room, and tells whether it did. What other steps wrote
/// stays.
pub fn append(session: &mut Session<'_>, text: &str) -> Result<bool, Failure> {
    let Some(file) = session.variable("GITHUB_STEP_SUMMARY").map(PathBuf::from) else {
        return Ok(false);
    };
    let there = std::fs::metadata(&file).map_or(0, |known| known.len());
    if there + text.len() as u64 + 2 > LIMIT {
        session.warn("the job's summary has no room left, so nothing is added to it")?;
        return Ok(false);
    }
    let written = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&file)
        .and_then(|mut file| file.write_all(format!("{}\n\n", text.trim_end()).as_bytes()));
    match written {
        Ok(()) => Ok(true),
        Err(error) => {
            session.warn(&format!("could not write the job's summary {}: {error}", file.display()))?;
            Ok(false)
        }
    }
}
