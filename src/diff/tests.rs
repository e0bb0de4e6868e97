//! Owns the tests of the room.
