//! OKRs as code, native to git.
//!
//! Each module is a room, and data flows one way through them:
//!
//! ```text
//! text ─┬─ finding ─┬─ syntax ─ config ─┐
//! okr ──┴───────────┘                   ├─ source ─ history ─ diff ─ rules ─ report ─ exchange ─ cli
//! git ──────────────────────────────────┘
//! ```
//!
//! | room | owns |
//! |---|---|
//! | [`cores`] | independent work, spread over the machine's cores |
//! | [`text`] | the bytes of a file: lines, columns, and making hostile text harmless |
//! | [`okr`] | the domain and its arithmetic: no I/O, no clock |
//! | [`finding`] | one finding type and its output formats |
//! | [`syntax`] | TOML read into the domain, every problem a finding at its span |
//! | [`config`] | `okr.toml` |
//! | [`git`] | the only room that names git2 |
//! | [`source`] | objective files of the work tree or of a revision |
//! | [`history`] | the events of every key result out of the commits |
//! | [`diff`] | what a change does to the goals |
//! | [`merge`] | three versions of an objective file merged by name and field |
//! | [`rules`] | the rules and the engine that runs them |
//! | [`forge`] | GitHub, GitLab, Gitea: the one comment on a pull request |
//! | [`report`] | the published model, the templates, the terminal view |
//! | [`exchange`] | goals to other tools and from them, one file a format |
//! | [`cli`] | one file a command |
//!
//! `.github/ARCHITECTURE.md` says what may use what; a test holds the code to it.

pub mod cli;
pub mod config;
pub mod cores;
pub mod diff;
pub mod exchange;
pub mod finding;
pub mod forge;
pub mod git;
pub mod history;
pub mod merge;
pub mod okr;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod text;
