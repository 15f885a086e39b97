//! Takes everything but the picture out of any bytes, as a JPEG and as a PNG.
//!
//! What is left is a file of the same kind, no longer than it was but for what is made anew, and has nothing more to be
//! taken out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use picture::{jpeg, png};

/// What may be made anew in a JPEG: how to read its colours, and how to turn it.
const ANEW: usize = 100;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((stripped, turn)) = jpeg::strip(bytes) {
        assert!(stripped.len() <= bytes.len() + ANEW && (1..=8).contains(&turn));
        assert_eq!(jpeg::strip(&stripped), Ok((stripped.clone(), turn)));
    }
    if let Ok(stripped) = png::strip(bytes) {
        assert!(stripped.len() <= bytes.len());
        assert_eq!(png::strip(&stripped), Ok(stripped.clone()));
    }
});
