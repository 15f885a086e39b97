//! Reads any bytes as what tells of a photo.
//!
//! There is one way to write it: what is read is written as the same bytes. Its name leads out of no folder.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::Manifest;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::from_bytes(bytes) {
        assert_eq!(manifest.to_bytes(), bytes);
        assert!(!manifest.name.starts_with('.') && !manifest.name.contains('/'));
        assert!(manifest.pieces() >= 1);
    }
});
