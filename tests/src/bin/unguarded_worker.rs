//! A merge worker that gives bundles to automerge as they come, without the record's own look at them: what is
//! around the worker must hold even then.

use std::io::{self, Read};

const BUNDLE: &[u8] = &[0x85, 0x6f, 0x4a, 0x83];
const KIND: usize = 8;
const CHUNK_BUNDLE: u8 = 3;
/// How long the crafted ones are.
const LENGTH: usize = 546;

/// Passes tasks on, and loads every bundle that it sees in them first.
struct Unguarded<R>(R);

impl<R: Read> Read for Unguarded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(into)?;
        let seen = into.get(..read).unwrap_or_default();
        for chunk in seen.windows(LENGTH) {
            if chunk.starts_with(BUNDLE) && chunk.get(KIND) == Some(&CHUNK_BUNDLE) {
                drop(automerge::Automerge::load(chunk));
            }
        }
        Ok(read)
    }
}

fn main() -> io::Result<()> {
    client_core::serve_merges_on(Unguarded(io::stdin().lock()), io::stdout().lock())
}
