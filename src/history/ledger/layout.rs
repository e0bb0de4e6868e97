//! Owns keeping where the objective files of a work tree lie. Never says whether they still do: whoever looks knows.

use super::{Cache, LAYOUT, key};
use crate::config::Config;
use crate::history::Options;
use crate::source::Layout;

impl Cache {
    /// Gives where the objective files lay when they were listed last, in this work tree or another one.
    pub fn layout(&self, config: &Config) -> Option<Layout> {
        let sheet = self.shelf(&key(config, &Options::default())).read(LAYOUT, 0)?;
        postcard::from_bytes(sheet.body()).ok()
    }

    /// Keeps where the objective files lie.
    pub fn keep_layout(&self, config: &Config, layout: &Layout) {
        if let Ok(bytes) = postcard::to_allocvec(layout) {
            // Who cannot write lists them again.
            let _ = self.shelf(&key(config, &Options::default())).write(LAYOUT, 0, &bytes, true);
        }
    }
}
