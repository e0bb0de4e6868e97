//! OKRs as code, native to git.
//!
//! Each module is a room, and data flows one way through them:
//!
//! ```text
//! text ─┬─ finding ─┬─ syntax ─ config ─┐
//! okr ──┴───────────┘                   ├─ source ─ history ─ rules ─ report ─ cli
//! git ──────────────────────────────────┘
//! ```
//!
//! | room | owns |
//! |---|---|
//! | [`text`] | the bytes of a file: lines, columns, and making hostile text harmless |
//! | [`okr`] | the domain and its arithmetic: no I/O, no clock |
//!
//! `.github/ARCHITECTURE.md` says what may use what; a test holds the code to it.

pub mod okr;
pub mod text;
