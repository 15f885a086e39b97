//! The chores of the project: `cargo xtask ci`.

fn main() {}
