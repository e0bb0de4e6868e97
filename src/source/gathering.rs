//! Owns how texts become a tree: decoded, read on every core, and put together in the order of their paths, within the
//! limits. Never knows where a text came from.

use super::shared::Known;
use super::{Error, LARGEST_FILE, MOST_OBJECTIVES, Tree};
use crate::cores;
use crate::finding::Finding;
use crate::git::{Error as GitError, ObjectId, Repository};
use crate::syntax::ObjectiveFile;
use crate::text::{FileId, SourceFile};
use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files from which a thread of its own is worth its start.
const FILES_PER_THREAD: usize = 32;

/// Where the bytes of an objective file are.
pub(super) enum Place<'a> {
    /// In the work tree.
    File(PathBuf),
    /// Here.
    Bytes(Vec<u8>),
    /// In a tree that was read before.
    Shared(&'a Known<'a>, &'a ObjectiveFile),
}

/// Bytes, at most as many as are read of a file.
enum Content<'a> {
    /// All of them.
    Whole(Cow<'a, [u8]>),
    /// More than that: how many.
    TooLarge(u64),
}

/// The ids that git may know some bytes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blob {
    as_is: ObjectId,
    /// With the line ends that git itself converts to.
    unix: Option<ObjectId>,
}

/// What was read of one objective file.
enum Taken {
    Whole(Box<Whole>),
    TooLarge(u64),
}

/// What a file holds.
pub(super) struct Whole {
    pub(super) source: SourceFile,
    /// Where it stops being UTF-8.
    pub(super) wrong: Option<usize>,
    pub(super) file: ObjectiveFile,
    pub(super) findings: Vec<Finding>,
    pub(super) blob: Option<Blob>,
}

/// Builds a tree out of files as they are found, whatever they are read from.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    pub(super) tree: Tree,
}

impl Gathering {
    /// Takes the configuration's bytes.
    pub(super) fn configuration(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let (source, wrong) = decode(crate::config::FILE_NAME, bytes);
        let file = self.tree.sources.add(source);
        let reading = crate::config::read(file, self.tree.sources.get(file));
        if let Some(version) = reading.newer {
            return Err(Error::Newer { path: crate::config::FILE_NAME.into(), version });
        }
        self.tree.config = reading.config;
        self.tree.config.file = Some(file);
        self.keep(file, wrong, reading.findings);
        Ok(())
    }

    /// Takes one objective file whose text is at hand.
    pub(super) fn text(&mut self, path: &str, text: &str) -> Result<(), Error> {
        let place = Place::Bytes(text.as_bytes().to_vec());
        self.objective_files(vec![(path.to_owned(), place)], false).map(drop)
    }

    /// Takes the objective files among git's objects, those that another tree has too from there.
    pub(super) fn blobs(
        &mut self,
        repository: &Repository,
        files: Vec<(String, ObjectId)>,
        known: Option<&Known<'_>>,
    ) -> Result<(), Error> {
        let place = |(path, blob): (String, ObjectId)| {
            let shared = known.and_then(|known| Some(Place::Shared(known, known.find(&path, blob)?)));
            Ok((path, shared.map_or_else(|| repository.blob(blob).map(Place::Bytes), Ok)?))
        };
        let files = files.into_iter().map(place).collect::<Result<_, GitError>>()?;
        self.objective_files(files, false).map(drop)
    }

    /// Takes objective files in, by path. What comes after the last objective that is allowed is left out, with a
    /// finding. Where `known` asks for it, gives the ids of each file's bytes; none for a file that is too large.
    pub(super) fn objective_files(
        &mut self,
        files: Vec<(String, Place<'_>)>,
        known: bool,
    ) -> Result<Vec<(String, Option<Blob>)>, Error> {
        let first = self.tree.sources.iter().count();
        let id = |at: usize| FileId(u32::try_from(first + at).expect("fewer than 2^32 files"));
        let objectives = AtomicUsize::new(0);
        let taken = cores::spread(&files, FILES_PER_THREAD, |at, (path, place)| {
            // Files behind the limit are read for nothing; those before it that this passes over are read below.
            if objectives.load(Ordering::Relaxed) > MOST_OBJECTIVES {
                return None;
            }
            let taken = take(id(at), path, place, known);
            if let Ok(Taken::Whole(whole)) = &taken {
                objectives.fetch_add(whole.file.objectives.len(), Ordering::Relaxed);
            }
            Some(taken)
        });
        let mut blobs = Vec::with_capacity(if known { files.len() } else { 0 });
        let mut objectives = 0;
        for (at, ((path, place), taken)) in files.into_iter().zip(taken).enumerate() {
            if objectives > MOST_OBJECTIVES {
                if known {
                    let blob = place.content(&path)?.blob();
                    blobs.push((path, blob));
                }
                continue;
            }
            let blob = match taken.unwrap_or_else(|| take(id(at), &path, &place, known))? {
                Taken::TooLarge(size) => {
                    self.too_large(&path, size);
                    None
                }
                Taken::Whole(whole) => {
                    let Whole { source, wrong, file, findings, blob } = *whole;
                    let id = self.tree.sources.add(source);
                    objectives += file.objectives.len();
                    self.keep(id, wrong, findings);
                    self.tree.files.push(file);
                    blob
                }
            };
            if known {
                blobs.push((path, blob));
            }
            if objectives > MOST_OBJECTIVES {
                self.full();
            }
        }
        Ok(blobs)
    }

    /// Notes that what comes after the last file is not read.
    fn full(&mut self) {
        let Some(last) = self.tree.files.last() else { return };
        let message = format!("more than {MOST_OBJECTIVES} objectives: the files after this one are not read");
        let help = "move the files of past cycles out of `paths`, and name their folder in [history] also";
        self.tree.findings.push(Finding::new("limit-exceeded", message, help).at(last.file, 0..0, ""));
    }

    /// Notes a file that is not read for its size.
    fn too_large(&mut self, path: &str, size: u64) {
        let file = self.tree.sources.add(SourceFile::new(path, ""));
        let message = format!("the file has {size} bytes, more than the {LARGEST_FILE} that git-okr reads");
        let finding = Finding::new("limit-exceeded", message, "split it into several files").at(file, 0..0, "");
        self.tree.findings.push(finding);
    }

    /// Keeps what a reader found. Where a byte is no UTF-8 that is the one syntax finding: all others may follow from it.
    fn keep(&mut self, file: FileId, wrong: Option<usize>, findings: Vec<Finding>) {
        if let Some(at) = wrong {
            let message = "this byte is not UTF-8, and TOML is UTF-8 throughout";
            let help = "save the file as UTF-8";
            let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
            self.tree.findings.push(Finding::new("toml-syntax", message, help).at(file, at..end, "not UTF-8"));
        }
        self.tree.findings.extend(findings.into_iter().filter(|f| wrong.is_none() || f.rule != "toml-syntax"));
    }
}

/// Reads one objective file.
fn take(id: FileId, path: &str, place: &Place<'_>, known: bool) -> Result<Taken, Error> {
    if let Place::Shared(known, file) = place {
        return Ok(Taken::Whole(Box::new(known.renumbered(file, id))));
    }
    let content = place.content(path)?;
    let blob = if known { content.blob() } else { None };
    Ok(match content {
        Content::TooLarge(size) => Taken::TooLarge(size),
        Content::Whole(bytes) => {
            let (source, wrong) = decode(path, bytes.into_owned());
            let (file, findings) = crate::syntax::read(id, &source);
            Taken::Whole(Box::new(Whole { source, wrong, file, findings, blob }))
        }
    })
}

impl Place<'_> {
    /// Gives all bytes; `None` where there are too many, or they do not read.
    pub(super) fn whole(&self, path: &str) -> Option<Vec<u8>> {
        match self.content(path).ok()? {
            Content::Whole(bytes) => Some(bytes.into_owned()),
            Content::TooLarge(_) => None,
        }
    }

    /// Gives the bytes, unless there are too many.
    fn content(&self, path: &str) -> Result<Content<'_>, Error> {
        let file = match self {
            Place::Bytes(bytes) if bytes.len() > LARGEST_FILE => return Ok(Content::TooLarge(bytes.len() as u64)),
            Place::Bytes(bytes) => return Ok(Content::Whole(Cow::Borrowed(bytes))),
            Place::Shared(known, file) => return Ok(Content::Whole(Cow::Borrowed(known.text(file).as_bytes()))),
            Place::File(file) => file,
        };
        let failed = |source| Error::Io { path: path.to_owned(), source };
        let mut file = File::open(file).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        if size > LARGEST_FILE as u64 {
            return Ok(Content::TooLarge(size));
        }
        // A file that grows meanwhile is no reason to read on: asking for its size and no more takes one call.
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        let mut filled = 0;
        while filled < bytes.len() {
            match file.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
        bytes.truncate(filled);
        if size == 0 {
            // Some file systems do not tell the size.
            file.take(LARGEST_FILE as u64).read_to_end(&mut bytes).map_err(failed)?;
        }
        Ok(Content::Whole(Cow::Owned(bytes)))
    }
}

impl Content<'_> {
    /// Finds the ids of the bytes.
    fn blob(&self) -> Option<Blob> {
        match self {
            Content::Whole(bytes) => Some(Blob::of(bytes)),
            Content::TooLarge(_) => None,
        }
    }
}

impl Blob {
    /// Finds the ids of some bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let unix = unix_line_ends(bytes).map(|unix| Repository::blob_id(&unix));
        Blob { as_is: Repository::blob_id(bytes), unix }
    }

    /// Tells whether git may know the bytes by this id.
    pub(super) fn is(&self, id: ObjectId) -> bool {
        self.as_is == id || self.unix == Some(id)
    }
}

/// Takes the carriage return out of each line end; `None` where there is none.
fn unix_line_ends(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.contains(&b'\r') {
        return None;
    }
    let mut unix = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            unix.push(byte);
        }
    }
    Some(unix)
}

fn decode(path: &str, bytes: Vec<u8>) -> (SourceFile, Option<usize>) {
    match String::from_utf8(bytes) {
        Ok(text) => (SourceFile::new(path, text), None),
        Err(error) => {
            let wrong = error.utf8_error().valid_up_to();
            (SourceFile::new(path, String::from_utf8_lossy(error.as_bytes())), Some(wrong))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_the_last_objective_allowed_is_left_out_on_every_machine() {
        let text = "[[objective]]\nid = \"a\"\ntitle = \"b\"\n".repeat(1_000);
        let file = |at: usize| (format!("okrs/{at:02}.toml"), Place::Bytes(text.clone().into_bytes()));
        let mut gathering = Gathering::default();
        let blobs = gathering.objective_files((0..64).map(file).collect(), true).expect("nothing is read from disk");
        assert_eq!(gathering.tree.files.len(), MOST_OBJECTIVES / 1_000 + 1);
        let limit: Vec<_> = gathering.tree.findings.iter().filter(|one| one.rule == "limit-exceeded").collect();
        let last = limit[0].primary.as_ref().map(|label| gathering.tree.sources.get(label.file).path.as_str());
        assert_eq!((limit.len(), last), (1, Some("okrs/50.toml")));
        assert_eq!(
            blobs.iter().filter(|(_, blob)| blob.is_some()).count(),
            64,
            "what is left out is committed all the same"
        );
    }

    #[test]
    fn a_file_that_git_converts_is_known_by_both_ids() {
        let blob = Blob::of(b"a = 1\r\nb = 2\r\n");
        assert!(blob.is(Repository::blob_id(b"a = 1\r\nb = 2\r\n")) && blob.is(Repository::blob_id(b"a = 1\nb = 2\n")));
        assert!(!blob.is(Repository::blob_id(b"a = 1\n")));
        // As `git hash-object` says of an empty file.
        assert_eq!(Repository::blob_id(b"").to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
    }
}
