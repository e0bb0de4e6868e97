//! The forge of the tests as a program, for other people's tools: `fake-forge FILE` listens at a free port of this
//! machine, writes its address into the file, and serves until it is killed.

#[allow(dead_code)] // What tests look into stays unused here.
#[path = "../support/forge.rs"]
mod forge;

fn main() {
    let file = std::env::args_os().nth(1).expect("the file to write the address into");
    let forge = forge::FakeForge::start();
    std::fs::write(file, format!("{}\n", forge.address)).expect("a file that can be written");
    loop {
        std::thread::park();
    }
}
