//! Reads any bytes as one-time keys that a device posted.
//!
//! There is one way to write them: what is read is written as the same bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::fresh_keys::FreshKeys;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(keys) = FreshKeys::from_bytes(bytes) {
        assert_eq!(keys.to_bytes(), bytes);
    }
});
