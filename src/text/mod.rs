//! Owns the text of a file: where its lines and columns are, and how text from strangers is made harmless.
//! Never reads a file, never knows what the text means.

mod address;
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
