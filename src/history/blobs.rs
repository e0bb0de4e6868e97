//! Owns reading what many files said over time: grouped by path, oldest first, one version laid over the other, on as
//! many threads as help. Never keeps what was read: [`super::states`] does.

use super::plain::Passed;
use super::{lanes, threads};
use crate::git::{Error, ObjectId, Objects, Repository};
use crate::source::LARGEST_FILE;
use crate::syntax::{Reading, Version};
use std::sync::mpsc::sync_channel;

/// What came of one blob.
pub(super) enum Read {
    /// It is not in this clone.
    Missing,
    /// It says nothing of what is asked for.
    Passed,
    Said(Reading),
}

/// Blobs read before they are handed over.
const BATCH: usize = 256;

/// Reads one blob as the next version of a file, unless it is to be passed over.
pub(super) fn read(objects: &Objects<'_>, version: &mut Version, passed: &Passed, id: ObjectId) -> Result<Read, Error> {
    let read = |bytes: &[u8]| match bytes.len() {
        size if size > LARGEST_FILE => {
            Read::Said(Reading::Broken(format!("the file has more than {LARGEST_FILE} bytes")))
        }
        _ if passed.holds(bytes) => Read::Passed,
        _ => Read::Said(version.read(bytes)),
    };
    match objects.blob(id, read) {
        Ok(read) => Ok(read),
        Err(Error::Missing { .. } | Error::Corrupt { .. }) => Ok(Read::Missing),
        Err(error) => Err(error),
    }
}

/// Reads the versions of many files and hands each over, in order of files and versions: the index of its file, its
/// index among the versions, and what came of it. Few are read by the reader of that number.
pub(super) fn read_all(
    repository: &Repository,
    reader: usize,
    passed: &Passed,
    files: &[Vec<ObjectId>],
    mut take: impl FnMut(usize, usize, Read) -> Result<(), Error>,
) -> Result<(), Error> {
    let batches = batches(files);
    let workers = threads(files.iter().map(Vec::len).sum()).min(batches.len());
    if workers < 2 {
        let objects = repository.objects(reader)?;
        for (index, versions) in files.iter().enumerate() {
            let mut version = Version::default();
            for (at, &id) in versions.iter().enumerate() {
                take(index, at, read(&objects, &mut version, passed, id)?)?;
            }
        }
        return Ok(());
    }
    let objects = lanes(repository, workers)?;
    std::thread::scope(|scope| {
        let mut receivers = Vec::with_capacity(workers);
        for (worker, objects) in objects.into_iter().enumerate() {
            let (sender, receiver) = sync_channel(4);
            receivers.push(receiver);
            let batches = &batches;
            scope.spawn(move || {
                for batch in batches.iter().skip(worker).step_by(workers) {
                    let done = read_batch(&objects, passed, &files[batch.clone()]);
                    // The other end is gone where an error ended the reading.
                    if sender.send(done).is_err() {
                        return;
                    }
                }
            });
        }
        for (number, batch) in batches.iter().enumerate() {
            let done = receivers[number % workers].recv().expect("a reader sends one answer for each of its batches");
            let mut done = done?.into_iter();
            for index in batch.clone() {
                for at in 0..files[index].len() {
                    take(index, at, done.next().expect("one answer for each blob"))?;
                }
            }
        }
        Ok(())
    })
}

fn read_batch(objects: &Objects<'_>, passed: &Passed, files: &[Vec<ObjectId>]) -> Result<Vec<Read>, Error> {
    let mut done = Vec::with_capacity(files.iter().map(Vec::len).sum());
    for versions in files {
        let mut version = Version::default();
        for &id in versions {
            done.push(read(objects, &mut version, passed, id)?);
        }
    }
    Ok(done)
}

/// Cuts the files into runs of about as many blobs.
fn batches(files: &[Vec<ObjectId>]) -> Vec<std::ops::Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut blobs) = (0, 0);
    for (index, versions) in files.iter().enumerate() {
        blobs += versions.len();
        if blobs >= BATCH || index + 1 == files.len() {
            batches.push(start..index + 1);
            (start, blobs) = (index + 1, 0);
        }
    }
    batches
}
