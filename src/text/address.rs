//! Owns how a path stands in an address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands there as it is; the rest is escaped.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Writes a path into an address.
pub fn in_address(path: &str) -> String {
    utf8_percent_encode(path, PLAIN).to_string()
}
