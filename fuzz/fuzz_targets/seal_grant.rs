//! Reads any bytes as the contents of a grant.
//!
//! There is one way to write a grant: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::grant::Grant;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(grant) = Grant::from_bytes(bytes) {
        assert_eq!(*grant.to_bytes(), bytes);
    }
});
