//! Reads any text as the words of a share.
//!
//! What is read is written in words that are read as the same share.

#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::recovery::Share;

fuzz_target!(|text: &str| {
    if let Ok(share) = Share::from_text(text) {
        assert_eq!(Share::from_text(&share.lines().join("\n")), Ok(share));
    }
});
