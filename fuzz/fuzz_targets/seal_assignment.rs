//! Reads any bytes as what is said of entities that a device was assigned.
//!
//! There is one way to write it: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::assignment::Assignment;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(assignment) = Assignment::from_bytes(bytes) {
        assert_eq!(*assignment.to_bytes(), bytes);
    }
});
