//! Reads any bytes as the seeds that a later desk is handed, or as what is kept for a recovery; the first byte says
//! which.
//!
//! There is one way to write a book: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::book;
use seal::recovery::Kept;

fuzz_target!(|input: &[u8]| {
    let Some((what, bytes)) = input.split_first() else {
        return;
    };
    if what % 2 == 1 {
        if let Ok(kept) = Kept::from_bytes(bytes) {
            assert_eq!(*kept.to_bytes(), bytes);
        }
    } else if let Ok(seeds) = book::from_bytes(bytes) {
        assert_eq!(*book::to_bytes(&seeds), bytes);
    }
});
