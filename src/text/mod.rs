//! Owns the text of a file: where its lines and columns are, and how text from strangers is made harmless.
//! Never reads a file, never knows what the text means.

mod address;
mod indented;
mod index;
mod sanitize;
mod source;

pub use address::in_address;
pub use indented::Indented;
pub use index::{LineIndex, Position};
pub(crate) use sanitize::is_hostile;
pub use sanitize::{JsonWriter, is_plain_json, json, markdown, printable, same_length};
pub use source::{FileId, SourceFile, SourceMap};
