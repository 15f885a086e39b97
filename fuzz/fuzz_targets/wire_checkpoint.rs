//! Reads any bytes as a checkpoint.
//!
//! There is one way to write a checkpoint: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::Checkpoint;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(checkpoint) = Checkpoint::from_bytes(bytes) {
        assert_eq!(checkpoint.to_bytes(), bytes);
    }
});
