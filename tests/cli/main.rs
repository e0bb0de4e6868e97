//! The end-to-end tests: the real binary, real repositories, nothing of the machine around them.

// Tests say by a panic what broke; a reason for each unwrap would drown them.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod action;
mod architecture;
#[cfg(unix)]
mod asked;
mod bad_input;
mod cache;
mod check_base;
mod checkin;
mod ci;
mod close;
mod comment;
mod demo;
mod diff;
mod doctor;
mod exchange;
mod figures;
mod fix;
mod formats;
mod goalposts;
#[cfg(unix)]
mod guided;
mod history_reference;
mod honesty;
mod hostile;
mod init;
#[cfg(unix)]
mod killed;
mod levels;
mod merge_driver;
mod merge_pairs;
mod mutations;
mod mv;
mod new;
mod picture;
mod places;
#[cfg(unix)]
mod progress;
mod published;
mod quarter;
mod readme;
mod reports;
mod repositories;
mod sensitive;
mod sentences;
mod shortcuts;
mod staged;
mod surroundings;
mod unread;
mod work;
