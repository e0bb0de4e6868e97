//! Owns the text of a file: where its lines and columns are, how text from strangers is made harmless, and how published
//! documents reach a stream. Never reads a file, never knows what the text means.

mod address;
#[cfg(test)]
pub mod example;
mod indented;
mod index;
mod sanitize;
mod source;
mod stream;

pub use address::in_address;
use indented::Indented;
pub use index::{LineIndex, Position};
pub(crate) use sanitize::is_hostile;
pub use sanitize::{JsonWriter, json, markdown, printable, same_length};
pub use source::{FileId, SourceFile, SourceMap};
pub use stream::Stream;
