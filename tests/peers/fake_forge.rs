//! The forge of the tests as a program, for other people's tools: `fake-forge 127.0.0.1:4012` serves until it is killed.

#[allow(dead_code)] // What tests look into stays unused here.
#[path = "../support/forge.rs"]
mod forge;

fn main() {
    let place = std::env::args().nth(1).expect("the place to listen at, for instance 127.0.0.1:4012");
    let _forge = forge::FakeForge::start_at(&place);
    loop {
        std::thread::park();
    }
}
