//! Owns what is told: Hedgerow, a small shop for bulbs, seeds and young plants, from January to September 2026.
//! Never writes anything: it gives the steps.

mod august;
mod july;
mod september;
mod year;

use super::chronicle::{Author, Step};

/// The day on which the story is told: the last Friday of the quarter.
pub const TODAY: &str = "2026-09-25";

const RUTH: Author = Author { name: "Ruth Adeyemi", email: "ruth@hedgerow.example", winter: 0 };
const INES: Author = Author { name: "Ines Duarte", email: "ines@hedgerow.example", winter: 0 };
const TOMASZ: Author = Author { name: "Tomasz Wilk", email: "tomasz@hedgerow.example", winter: 1 };
const PRIYA: Author = Author { name: "Priya Nair", email: "priya@hedgerow.example", winter: 0 };
const MEILIN: Author = Author { name: "Mei-Lin Hart", email: "meilin@hedgerow.example", winter: 0 };
const JONAS: Author = Author { name: "Jonas Okafor", email: "jonas@hedgerow.example", winter: 0 };

/// Tells the whole story, in the order of the commits.
pub fn steps() -> Vec<Step> {
    [year::steps(), july::steps(), august::steps(), september::steps()].concat()
}
