//! What becomes of our comment, on a forge in memory; and what goes over the wire, to a forge on this machine.

mod client;
mod sticky;
