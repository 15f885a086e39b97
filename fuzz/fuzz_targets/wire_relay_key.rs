//! Reads any text as a relay's key.
//!
//! There is one text for the key, but for spaces between the digits and for capitals.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::RelayKey;

fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<RelayKey>() {
        let digits: String = text.split_ascii_whitespace().collect();
        assert_eq!(key.to_string(), digits.to_lowercase());
        assert_eq!(key.in_groups().parse(), Ok(key));
    }
});
