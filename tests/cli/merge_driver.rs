//! The merge driver through git.
