//! Micro-benchmarks of the four steps between bytes and a report. `cargo bench` runs them all, `cargo bench -- walk`
//! one of them. The comparison with other tools is `benches/compare`.

mod company;
mod parse;
mod progress;
mod render;
mod walk;

fn main() {
    divan::main();
}
