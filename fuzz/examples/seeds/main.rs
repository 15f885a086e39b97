//! Writes the seeds: small valid inputs from which the fuzzer goes on, into `corpus/<target>/`.
//!
//! Run it in `fuzz/` after a format has changed: `cargo run --example seeds`. The same program writes the
//! same seeds.

mod documents;
mod messages;
mod workbooks;

use std::fs;
use std::io;
use std::path::Path;

/// A seed: target, name, bytes.
type Seed = (&'static str, &'static str, Vec<u8>);

/// The most bytes of one seed.
const MOST: usize = 4 << 10;

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let seeds = [documents::seeds(), workbooks::seeds(), messages::seeds()].concat();
    for (target, name, bytes) in &seeds {
        assert!(bytes.len() < MOST, "{target}/{name} has {} bytes", bytes.len());
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
    }
    println!(
        "{} seeds, {} bytes",
        seeds.len(),
        seeds.iter().map(|(.., bytes)| bytes.len()).sum::<usize>()
    );
    Ok(())
}
