//! Reads any bytes as a roster entry.
//!
//! There is one way to write an entry: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::RosterEntry;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = RosterEntry::from_bytes(bytes) {
        assert_eq!(entry.to_bytes(), bytes);
        assert_eq!(entry.position().height, entry.height);
    }
});
