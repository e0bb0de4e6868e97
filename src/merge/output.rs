//! Owns the text that a merge writes, with markers around what a person must settle.
//! Never decides what that is.

use super::Style;
use super::order::in_line;

/// What is written, piece after piece.
#[derive(Debug)]
pub(super) struct Output<'s> {
    style: &'s Style,
    line_end: &'s str,
    text: String,
    /// The dispute that the text ends in; one that follows at once joins it.
    open: Option<Dispute>,
    pub(super) conflicts: usize,
}

/// The versions of something that nobody but a person can settle.
#[derive(Debug, Default, Clone)]
pub(super) struct Dispute {
    pub(super) ours: String,
    pub(super) base: String,
    pub(super) theirs: String,
}

impl<'s> Output<'s> {
    /// Begins a file.
    pub(super) fn new(style: &'s Style, line_end: &'s str) -> Self {
        Output { style, line_end, text: String::new(), open: None, conflicts: 0 }
    }

    /// Adds whole lines. Only the last line of a file may lack its end, and gets one where more follows.
    pub(super) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.settle();
            self.text += text;
        }
    }

    /// Adds lines of the other side.
    pub(super) fn foreign(&mut self, text: &str) {
        self.text(&in_line(text, self.line_end));
    }

    /// Adds what both sides changed; versions may be empty.
    pub(super) fn dispute(&mut self, dispute: &Dispute) {
        if self.open.is_none() {
            self.end_line();
        }
        let open = self.open.get_or_insert_default();
        for (all, version) in
            [(&mut open.ours, &dispute.ours), (&mut open.base, &dispute.base), (&mut open.theirs, &dispute.theirs)]
        {
            *all += &in_line(version, self.line_end);
            if !all.is_empty() && !all.ends_with('\n') {
                *all += self.line_end;
            }
        }
    }

    /// Writes the markers of a dispute that nothing can join any more.
    fn settle(&mut self) {
        self.end_line();
        let Some(dispute) = self.open.take() else { return };
        if self.style.is_inner {
            // Between common ancestors nobody is there to settle it: what they have in common stands.
            self.text += &dispute.base;
            return;
        }
        self.conflicts += 1;
        self.marker('<', &self.style.ours);
        self.text += &dispute.ours;
        if self.style.shows_base {
            self.marker('|', &self.style.base);
            self.text += &dispute.base;
        }
        self.marker('=', "");
        self.text += &dispute.theirs;
        self.marker('>', &self.style.theirs);
    }

    fn marker(&mut self, sign: char, label: &str) {
        self.text.extend(std::iter::repeat_n(sign, self.style.marker_size));
        if !label.is_empty() {
            self.text.push(' ');
            self.text += label;
        }
        self.text += self.line_end;
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text += self.line_end;
        }
    }

    /// Ends the file, with a last line end or without one.
    pub(super) fn finish(mut self, ends_in_line: bool) -> (String, usize) {
        let is_open = self.open.is_some();
        if is_open {
            self.settle();
        }
        if ends_in_line {
            self.end_line();
        } else if !is_open {
            let bare = self.text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text).len());
            self.text.truncate(bare.unwrap_or(self.text.len()));
        }
        (self.text, self.conflicts)
    }
}
