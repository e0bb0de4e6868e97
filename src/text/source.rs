//! Owns the files that findings point into.

use super::{LineIndex, Position};
use std::ops::Range;
use std::sync::OnceLock;

/// Names one file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// The text of one file under the path that people know it by.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path relative to the repository's root, with forward slashes.
    pub path: String,
    /// The whole text, a byte order mark included. Bytes that are no UTF-8 stand as U+FFFD.
    pub text: String,
    /// Built for the first who asks: most files have nothing to point at.
    index: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Takes a text.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        SourceFile { path: path.into(), text: text.into(), index: OnceLock::new() }
    }

    /// Gives line and column of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        self.lines().position(&self.text, offset)
    }

    /// Gives the start and end positions of a byte range.
    pub fn positions(&self, range: &Range<usize>) -> (Position, Position) {
        (self.position(range.start), self.position(range.end))
    }

    /// Gives what ends its lines, by the first of them.
    pub fn line_end(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// Gives the line index.
    pub fn lines(&self) -> &LineIndex {
        self.index.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// All files that were read, by id, in the order of reading.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = u32::try_from(self.files.len()).expect("fewer than 2^32 files");
        self.files.push(file);
        FileId(id)
    }

    /// Gives a file that was added.
    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// Gives every file with its id.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0u32..).map(FileId).zip(&self.files)
    }
}
